#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/histogram.h"
#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

static struct histogram histogram;

static void start(void) {
    histogram_reset(&histogram);
}

TestSuite(histogram, .init = start);

/* Within 1 % above the truth: a bucket is named by its upper edge. */
static void expect_close(int64_t reported, int64_t truth) {
    cr_assert_geq(reported, truth);
    cr_assert_lt((reported - truth) * 100, truth, "%ld reported for %ld", (long)reported,
                 (long)truth);
}

/* The value as its bucket shows it; a larger sample keeps max_ns out of the way. */
static int64_t edge_of(int64_t value) {
    histogram_reset(&histogram);
    histogram_record(&histogram, value);
    histogram_record(&histogram, HISTOGRAM_MAX_NS);
    return histogram_value_at(&histogram, 500000);
}

Test(histogram, an_empty_one_is_all_zero) {
    cr_assert_eq(histogram.count, 0);
    cr_assert_eq(histogram_value_at(&histogram, 1), 0);
    cr_assert_eq(histogram_value_at(&histogram, 1000000), 0);
}

Test(histogram, small_values_are_exact) {
    for (int64_t value = 1; value < 256; value++) {
        cr_assert_eq(edge_of(value), value);
    }
}

Test(histogram, error_is_below_one_percent_over_the_range) {
    for (int64_t value = 1; value < HISTOGRAM_MAX_NS; value += value / 1000 + 1) {
        expect_close(edge_of(value), value);
    }
    for (int bit = 1; bit < 37; bit++) {
        for (int64_t off = -1; off <= 1; off++) {
            int64_t value = (INT64_C(1) << bit) + off;
            if (value <= HISTOGRAM_MAX_NS) {
                expect_close(edge_of(value), value);
            }
        }
    }
}

Test(histogram, edges_never_decrease) {
    int64_t previous = 0;
    for (int64_t value = 1; value < HISTOGRAM_MAX_NS; value += value / 3000 + 1) {
        int64_t edge = edge_of(value);
        cr_assert_geq(edge, previous);
        previous = edge;
    }
}

Test(histogram, values_out_of_range_are_clamped_and_counted) {
    static const int64_t below[] = {0, -1, INT64_MIN};
    for (size_t i = 0; i < 3; i++) {
        histogram_record(&histogram, below[i]);
    }
    cr_assert_eq(histogram.clamped, 3);
    cr_assert_eq(histogram.max_ns, 1);
    histogram_record(&histogram, HISTOGRAM_MAX_NS);
    cr_assert_eq(histogram.clamped, 3);
    histogram_record(&histogram, HISTOGRAM_MAX_NS + 1);
    histogram_record(&histogram, INT64_MAX);
    cr_assert_eq(histogram.clamped, 5);
    cr_assert_eq(histogram.count, 6);
    cr_assert_eq(histogram.min_ns, 1);
    cr_assert_eq(histogram.max_ns, HISTOGRAM_MAX_NS);
    cr_assert_eq(histogram_value_at(&histogram, 1000000), HISTOGRAM_MAX_NS);
}

Test(histogram, one_sample_is_every_percentile) {
    histogram_record(&histogram, 123456789);
    cr_assert_eq(histogram_value_at(&histogram, 1), 123456789);
    cr_assert_eq(histogram_value_at(&histogram, 1000000), 123456789);
    cr_assert_eq(histogram.min_ns, 123456789);
}

Test(histogram, percentiles_round_the_rank_up) {
    for (int64_t value = 1; value <= 100; value++) {
        histogram_record(&histogram, value);
    }
    cr_assert_eq(histogram_value_at(&histogram, 1), 1);
    cr_assert_eq(histogram_value_at(&histogram, 10000), 1);
    cr_assert_eq(histogram_value_at(&histogram, 10001), 2);
    cr_assert_eq(histogram_value_at(&histogram, 500000), 50);
    cr_assert_eq(histogram_value_at(&histogram, 990000), 99);
    cr_assert_eq(histogram_value_at(&histogram, 990001), 100);
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum { SAMPLES = 20011 };

static int64_t samples[SAMPLES];

/* Log-uniform, with a share of equal values. */
static void fill_samples(uint64_t seed) {
    struct prng prng;
    prng_seed(&prng, seed);
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t draw = (prng_next(&prng) >> 28) >> prng_below(&prng, 36);
        int64_t value = prng_below(&prng, 10) == 0 ? 1000 : (int64_t)draw + 1;
        samples[i] = value < HISTOGRAM_MAX_NS ? value : HISTOGRAM_MAX_NS;
    }
}

Test(histogram, percentiles_agree_with_a_sorted_array) {
    fill_samples(test_seed("histogram"));
    for (int i = 0; i < SAMPLES; i++) {
        histogram_record(&histogram, samples[i]);
    }
    qsort(samples, SAMPLES, sizeof(samples[0]), compare);
    cr_assert_eq(histogram.min_ns, samples[0]);
    cr_assert_eq(histogram.max_ns, samples[SAMPLES - 1]);
    for (uint32_t per_million = 1; per_million <= 1000000; per_million += 997) {
        uint64_t rank = ((uint64_t)SAMPLES * per_million + 999999) / 1000000;
        expect_close(histogram_value_at(&histogram, per_million), samples[rank - 1]);
    }
    cr_assert_eq(histogram_value_at(&histogram, 1000000), samples[SAMPLES - 1]);
}

Test(histogram, merging_equals_recording_together) {
    fill_samples(test_seed("histogram merge"));
    static struct histogram parts[3];
    for (int i = 0; i < 3; i++) {
        histogram_reset(&parts[i]);
    }
    for (int i = 0; i < SAMPLES; i++) {
        histogram_record(&histogram, samples[i] - 1);
        histogram_record(&parts[i % 2], samples[i] - 1);
    }
    static struct histogram merged;
    histogram_reset(&merged);
    for (int i = 0; i < 3; i++) {
        histogram_merge(&merged, &parts[i]); /* the third is empty */
    }
    cr_assert_eq(memcmp(&merged, &histogram, sizeof(merged)), 0);
}

static void value_at(void *per_million) {
    histogram_value_at(&histogram, *(uint32_t *)per_million);
}

Test(histogram, a_percentile_out_of_range_is_our_bug) {
    uint32_t wrong[] = {0, 1000001, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(dies_saying(value_at, &wrong[i], "per_million"));
    }
}

static void expect_print(const char *expected) {
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");
    histogram_print(&histogram, "order", out);
    fclose(out);
    cr_assert_str_eq(text, expected);
}

Test(histogram, print_of_nothing) {
    expect_print("order  n=0  p50=-  p99=-  p99.9=-  max=-\n");
}

Test(histogram, print_hides_percentiles_with_too_few_samples_beyond) {
    for (int i = 0; i < 19; i++) {
        histogram_record(&histogram, 200);
    }
    expect_print("order  n=19  p50=-  p99=-  p99.9=-  max=200ns\n");
    histogram_record(&histogram, 200);
    expect_print("order  n=20  p50=200ns  p99=-  p99.9=-  max=200ns\n");
}

Test(histogram, print_shows_units_in_every_cell) {
    for (int i = 0; i < 9890; i++) {
        histogram_record(&histogram, 999);
    }
    for (int i = 0; i < 100; i++) {
        histogram_record(&histogram, 1500000);
    }
    for (int i = 0; i < 10; i++) {
        histogram_record(&histogram, INT64_C(2345678901));
    }
    expect_print("order  n=10000  p50=999ns  p99=1.50ms  p99.9=1.50ms  max=2.34s\n");
    histogram_record(&histogram, 0);
    histogram_record(&histogram, 200000000000);
    expect_print("order  n=10002  p50=999ns  p99=1.50ms  p99.9=2.34s  max=100.00s  clamped=2\n");
}
