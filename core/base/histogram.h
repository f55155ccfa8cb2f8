/*
 * A log-linear histogram of durations: 1 ns to 100 s, less than 1 % relative error, fixed size.
 *
 * 128 linear steps per power of two, exact below 256 ns. Values below 1 ns count as 1 ns, above
 * 100 s as 100 s, and either way in `clamped`. One writer; a reader works on a copy that the writer
 * handed over, there is no synchronisation here. Recording is a shift, an add and no loop.
 */
#ifndef TERCEL_CORE_BASE_HISTOGRAM_H
#define TERCEL_CORE_BASE_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_STEP_BITS 7
#define HISTOGRAM_MAX_NS INT64_C(100000000000)
/* Enough for values up to 2^37 > HISTOGRAM_MAX_NS. */
#define HISTOGRAM_BUCKETS ((38 - HISTOGRAM_STEP_BITS) << HISTOGRAM_STEP_BITS)

struct histogram {
    uint64_t count;
    uint64_t clamped;
    int64_t min_ns; /* INT64_MAX while empty */
    int64_t max_ns; /* 0 while empty */
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Empties it; needed before the first use, zeroed memory is not an empty histogram. */
void histogram_reset(struct histogram *histogram);

void histogram_record(struct histogram *histogram, int64_t value_ns);

/* Adds all that `from` holds; the same as recording both series in one. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The smallest recorded value v such that at least per_million / 10^6 of the samples are <= v,
 * as the upper edge of its bucket, never above max_ns. 0 when empty. per_million 1 .. 1000000.
 */
int64_t histogram_value_at(const struct histogram *histogram, uint32_t per_million);

/*
 * Prints "label  n=1000  p50=850ns  p99=1.23us  p99.9=-  max=4.56ms" and a line end, each duration
 * cut to two decimals of its unit, and "  clamped=N" when any value was. A percentile with fewer
 * than 10 samples beyond it is printed as a dash: it would be noise.
 */
void histogram_print(const struct histogram *histogram, const char *label, FILE *out);

#endif
