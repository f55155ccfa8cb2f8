#include "core/base/histogram.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/instant.h"

#define STEPS (1u << HISTOGRAM_STEP_BITS)
#define PER_MILLION_ALL 1000000u
#define SAMPLES_BEYOND_MIN 10

__extension__ typedef unsigned __int128 wide;

_Static_assert(HISTOGRAM_MAX_NS < INT64_C(1) << 37, "the last bucket ends at 2^37 - 1");

void histogram_reset(struct histogram *histogram) {
    memset(histogram, 0, sizeof(*histogram));
    histogram->min_ns = INT64_MAX;
}

/* `value` keeps its top eight bits; how far it was shifted selects the run of STEPS buckets. Below
 * 2 * STEPS nothing is shifted and a bucket is one nanosecond. */
static uint32_t bucket_of(int64_t value) {
    uint32_t top_bit = 63 - (uint32_t)__builtin_clzll((uint64_t)value | STEPS);
    uint32_t shift = top_bit - HISTOGRAM_STEP_BITS;
    return (shift << HISTOGRAM_STEP_BITS) + (uint32_t)((uint64_t)value >> shift);
}

static int64_t upper_edge(uint32_t bucket) {
    uint32_t run = bucket >> HISTOGRAM_STEP_BITS;
    uint32_t shift = run == 0 ? 0 : run - 1;
    int64_t step = bucket - (shift << HISTOGRAM_STEP_BITS);
    return ((step + 1) << shift) - 1;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void histogram_record(struct histogram *histogram, int64_t value_ns) {
    int64_t value = smaller(larger(value_ns, 1), HISTOGRAM_MAX_NS);
    histogram->clamped += value != value_ns;
    histogram->count++;
    histogram->min_ns = smaller(histogram->min_ns, value);
    histogram->max_ns = larger(histogram->max_ns, value);
    histogram->buckets[bucket_of(value)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from) {
    into->count += from->count;
    into->clamped += from->clamped;
    into->min_ns = smaller(into->min_ns, from->min_ns);
    into->max_ns = larger(into->max_ns, from->max_ns);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        into->buckets[i] += from->buckets[i];
    }
}

/* How many samples the percentile covers: the share of `count`, rounded up. */
static uint64_t rank_of(uint64_t count, uint32_t per_million) {
    return (uint64_t)(((wide)count * per_million + PER_MILLION_ALL - 1) / PER_MILLION_ALL);
}

int64_t histogram_value_at(const struct histogram *histogram, uint32_t per_million) {
    CHECK(per_million >= 1 && per_million <= PER_MILLION_ALL);
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t rank = rank_of(histogram->count, per_million);
    uint64_t covered = 0;
    uint32_t bucket = 0;
    while (bucket < HISTOGRAM_BUCKETS - 1 && covered + histogram->buckets[bucket] < rank) {
        covered += histogram->buckets[bucket];
        bucket++;
    }
    return smaller(upper_edge(bucket), histogram->max_ns);
}

static void print_duration(int64_t ns, FILE *out) {
    if (ns < NS_PER_US) {
        fprintf(out, "%" PRId64 "ns", ns);
        return;
    }
    int64_t unit = ns < NS_PER_MS ? NS_PER_US : ns < NS_PER_S ? NS_PER_MS : NS_PER_S;
    const char *name = ns < NS_PER_MS ? "us" : ns < NS_PER_S ? "ms" : "s";
    int64_t hundredths = ns / (unit / 100);
    fprintf(out, "%" PRId64 ".%02d%s", hundredths / 100, (int)(hundredths % 100), name);
}

static void print_percentile(const struct histogram *histogram, const char *name,
                             uint32_t per_million, FILE *out) {
    fprintf(out, "  %s=", name);
    uint64_t beyond = histogram->count - rank_of(histogram->count, per_million);
    if (beyond < SAMPLES_BEYOND_MIN) {
        fputc('-', out);
    } else {
        print_duration(histogram_value_at(histogram, per_million), out);
    }
}

void histogram_print(const struct histogram *histogram, const char *label, FILE *out) {
    fprintf(out, "%s  n=%" PRIu64, label, histogram->count);
    print_percentile(histogram, "p50", 500000, out);
    print_percentile(histogram, "p99", 990000, out);
    print_percentile(histogram, "p99.9", 999000, out);
    fputs("  max=", out);
    if (histogram->count == 0) {
        fputc('-', out);
    } else {
        print_duration(histogram->max_ns, out);
    }
    if (histogram->clamped != 0) {
        fprintf(out, "  clamped=%" PRIu64, histogram->clamped);
    }
    fputc('\n', out);
}
