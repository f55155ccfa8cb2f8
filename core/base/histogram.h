/*
 * A log-linear histogram of durations: 1 ns to 100 s, less than 1 % relative error, fixed size.
 *
 * 128 linear steps per power of two. Values below 1 ns count as 1 ns, above 100 s as 100 s (and in
 * `clamped`). One writer; readers merge a copy. Recording is a shift, an add and no branch loop.
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
    int64_t min_ns;
    int64_t max_ns;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *histogram);
void histogram_record(struct histogram *histogram, int64_t value_ns);
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The smallest recorded value v such that at least per_million / 10^6 of the samples are <= v,
 * as the upper edge of its bucket, never above max_ns. 0 when empty. per_million 1 .. 1000000.
 */
int64_t histogram_value_at(const struct histogram *histogram, uint32_t per_million);

/*
 * Prints "label  n=...  p50 p99 p99.9 max" with units in every cell. A percentile with fewer than
 * 10 samples beyond it is printed as a dash: it would be noise.
 */
void histogram_print(const struct histogram *histogram, const char *label, FILE *out);

#endif
