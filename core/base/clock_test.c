#include <criterion/criterion.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

static struct clock_sample sample(uint64_t tsc, int64_t mono_ns, int64_t utc_ns) {
    return (struct clock_sample){.tsc = tsc, .mono_ns = mono_ns, .utc_ns = utc_ns};
}

/* One tick a nanosecond, from (tsc 0, mono 0). */
static struct clock_mapping identity(void) {
    return clock_mapping_make(sample(0, -NS_PER_S, -NS_PER_S), sample((uint64_t)NS_PER_S, 0, 0));
}

Test(clock_mapping, passes_through_the_second_sample) {
    struct clock_mapping mapping = clock_mapping_make(
        sample(1000, 5000, 70000), sample(3000001000, 1000005000, INT64_C(1700000000000000000)));
    struct now now = clock_convert(&mapping, 3000001000);
    cr_assert_eq(now.mono.ns, 1000005000);
    cr_assert_eq(now.utc.ns, INT64_C(1700000000000000000));
}

Test(clock_mapping, keeps_the_rate_on_both_sides) {
    struct clock_mapping mapping =
        clock_mapping_make(sample(0, 0, 0), sample(3000000000, NS_PER_S, NS_PER_S));
    static const struct {
        uint64_t tsc;
        int64_t ns;
    } rows[] = {{3000000003, 1000000001},
                {6000000000, 2000000000},
                {2999999997, 999999999},
                {0, 0},
                {3, 1},
                {UINT64_C(3000000000) * 86400, INT64_C(86400) * NS_PER_S},
                {(uint64_t)-3000000000, -NS_PER_S}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t got = clock_convert(&mapping, rows[i].tsc).mono.ns;
        int64_t off = got - rows[i].ns;
        cr_assert(off >= -1 && off <= 1, "row %zu: %ld", i, (long)got);
    }
}

/* An oracle of another kind: long double has a 64-bit significand, and the distances stay small
 * enough for it to be right to well below a nanosecond. */
Test(clock_mapping, is_exact_for_any_frequency_and_large_readings) {
    struct prng prng;
    prng_seed(&prng, test_seed("clock"));
    for (int i = 0; i < 100000; i++) {
        uint64_t hz = 1000000 + prng_below(&prng, 6000000000);
        uint64_t tsc = prng_next(&prng);
        int64_t mono = (int64_t)(prng_next(&prng) >> 2);
        struct clock_mapping mapping =
            clock_mapping_make(sample(tsc - hz, mono - NS_PER_S, 0), sample(tsc, mono, 0));
        uint64_t ticks = prng_below(&prng, hz * 10);
        int64_t got = clock_convert(&mapping, tsc + ticks).mono.ns - mono;
        long double exact = (long double)ticks * 1e9L / (long double)hz;
        long double off = (long double)got - exact;
        cr_assert(off > -1.01L && off < 0.01L, "hz %lu ticks %lu off %Lf", hz, ticks, off);
    }
}

/* Tens of years of ticks: the product passes 2^64 long before. */
Test(clock_mapping, does_not_overflow_over_the_life_of_a_machine) {
    struct clock_mapping mapping =
        clock_mapping_make(sample(0, 0, 0), sample(3000000000, NS_PER_S, NS_PER_S));
    uint64_t years = UINT64_C(90) * 365 * 86400;
    int64_t got = clock_convert(&mapping, years * 3000000000).mono.ns;
    int64_t off = got - (int64_t)years * NS_PER_S;
    /* The multiplier is rounded down by less than 2^-48 ns a tick: below 1 ns in a day. */
    cr_assert(off <= 0 && off > -90 * 365, "%ld", (long)off);
}

Test(clock_mapping, the_error_is_the_wider_window_in_nanoseconds) {
    struct clock_sample first = sample(0, 0, 0);
    struct clock_sample second = sample(2000000000, NS_PER_S, NS_PER_S);
    first.window_tsc = 400;
    second.window_tsc = 100;
    cr_assert_eq(clock_mapping_make(first, second).utc_error_ns, 200);
    second.window_tsc = 4000;
    cr_assert_eq(clock_mapping_make(first, second).utc_error_ns, 2000);
    second.window_tsc = UINT64_MAX;
    cr_assert_eq(clock_mapping_make(first, second).utc_error_ns, INT64_MAX);
}

Test(clock_mapping, ticks_to_nanoseconds_and_back) {
    uint64_t mult = clock_mapping_make(sample(0, 0, 0), sample(2000000000, NS_PER_S, 0)).mono_mult;
    cr_assert_eq(clock_ticks_to_ns(2000, mult), 1000);
    cr_assert_eq(clock_ns_to_ticks(1000, mult), 2000);
    cr_assert_eq(clock_ns_to_ticks(INT64_MAX, mult), 2 * (uint64_t)INT64_MAX);
    cr_assert_eq(clock_ns_to_ticks(INT64_MAX, 1), UINT64_MAX);
}

struct sample_pair {
    struct clock_sample first;
    struct clock_sample second;
};

static void make_mapping(void *argument) {
    struct sample_pair *pair = argument;
    clock_mapping_make(pair->first, pair->second);
}

Test(clock_mapping, samples_too_close_or_a_tsc_that_stands_are_refused) {
    struct sample_pair close = {sample(0, 0, 0), sample(1000000, NS_PER_MS - 1, 0)};
    cr_assert(dies_saying(make_mapping, &close, "NS_PER_MS"));
    struct sample_pair standing = {sample(5, 0, 0), sample(5, NS_PER_S, 0)};
    cr_assert(dies_saying(make_mapping, &standing, "second.tsc > first.tsc"));
    struct sample_pair backwards = {sample(5, 0, 0), sample(4, NS_PER_S, 0)};
    cr_assert(dies_saying(make_mapping, &backwards, "second.tsc > first.tsc"));
    struct sample_pair slow = {sample(0, 0, 0), sample(30000, NS_PER_S, 0)};
    cr_assert(dies_saying(make_mapping, &slow, "mult"));
}

static struct clock_page page;

Test(clock_read, gives_what_was_published) {
    struct clock_mapping mapping = identity();
    mapping.utc_ns = 7;
    mapping.utc_error_ns = 9;
    clock_publish(&page, &mapping);
    struct clock_mapping got = clock_mapping_read(&page);
    cr_assert_eq(memcmp(&got, &mapping, sizeof(got)), 0);
    struct clock_reader reader = {.page = &page};
    struct now now = clock_read(&reader, (uint64_t)NS_PER_S + 5);
    cr_assert_eq(now.mono.ns, 5);
    cr_assert_eq(now.utc.ns, 12);
    cr_assert_eq(clock_utc_error(&reader, (uint64_t)NS_PER_S).ns, 9);
}

static void read_unpublished(void *argument) {
    struct clock_reader reader = {.page = argument};
    clock_read(&reader, 1);
}

Test(clock_read, before_any_publication_stops_the_process) {
    cr_assert(dies_saying(read_unpublished, &page, "check failed"));
}

Test(clock_read, takes_up_each_new_publication) {
    struct clock_mapping mapping = identity();
    struct clock_reader reader = {.page = &page};
    for (int i = 1; i <= 5; i++) {
        mapping.mono_ns = i * 1000;
        clock_publish(&page, &mapping);
        cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S).mono.ns, i * 1000);
    }
}

Test(clock_read, never_runs_backwards) {
    struct clock_mapping mapping = identity();
    clock_publish(&page, &mapping);
    struct clock_reader reader = {.page = &page};
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S + 1000).mono.ns, 1000);
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S + 900).mono.ns, 1000, "an older TSC");
    mapping.mono_ns = -500;
    clock_publish(&page, &mapping);
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S + 1100).mono.ns, 1000, "a stepped mapping");
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S + 1501).mono.ns, 1001, "caught up");
    struct clock_reader other = {.page = &page};
    cr_assert_eq(clock_read(&other, (uint64_t)NS_PER_S + 1100).mono.ns, 600, "readers are apart");
}

Test(clock_read, follows_a_step_of_utc) {
    struct clock_mapping mapping = identity();
    mapping.utc_ns = 1000000;
    clock_publish(&page, &mapping);
    struct clock_reader reader = {.page = &page};
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S).utc.ns, 1000000);
    mapping.utc_ns = 5;
    clock_publish(&page, &mapping);
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S).utc.ns, 5);
}

Test(clock_utc_error, grows_with_the_age_of_the_mapping) {
    struct clock_mapping mapping = identity();
    mapping.utc_error_ns = 700;
    clock_publish(&page, &mapping);
    struct clock_reader reader = {.page = &page};
    clock_read(&reader, (uint64_t)NS_PER_S);
    cr_assert_eq(clock_utc_error(&reader, (uint64_t)NS_PER_S).ns, 700);
    cr_assert_eq(clock_utc_error(&reader, 2 * (uint64_t)NS_PER_S).ns, 700 + NS_PER_MS);
    cr_assert_eq(clock_utc_error(&reader, 0).ns, 700 + NS_PER_MS, "on either side");
    mapping.utc_error_ns = INT64_MAX;
    clock_publish(&page, &mapping);
    clock_read(&reader, (uint64_t)NS_PER_S);
    cr_assert_eq(clock_utc_error(&reader, 2 * (uint64_t)NS_PER_S).ns, INT64_MAX);
}

/* A publisher stopped half-way must not stop a worker. */
Test(clock_read, keeps_its_mapping_while_the_publisher_writes) {
    struct clock_mapping mapping = identity();
    clock_publish(&page, &mapping);
    struct clock_reader reader = {.page = &page};
    clock_read(&reader, (uint64_t)NS_PER_S);
    atomic_fetch_add(&page.sequence, 1);
    atomic_store(&page.words[1], 123456789);
    cr_assert_eq(clock_read(&reader, (uint64_t)NS_PER_S + 10).mono.ns, 10);
}

static int64_t read_clock(clockid_t id) {
    struct timespec time;
    clock_gettime(id, &time);
    return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Against the kernel's clocks, on machines whose TSC is one. The bound is generous: this is about
 * units and signs, and the machine may be busy. */
Test(clock_sample, maps_this_machine_to_its_kernel_clocks) {
    if (!clock_tsc_is_invariant()) {
        cr_skip_test("no invariant TSC here");
    }
    struct clock_sample first = clock_sample_take();
    struct clock_sample second;
    do {
        second = clock_sample_take();
    } while (second.mono_ns - first.mono_ns < 10 * NS_PER_MS);
    struct clock_mapping mapping = clock_mapping_make(first, second);
    for (int i = 0; i < 20; i++) {
        int64_t mono_before = read_clock(CLOCK_MONOTONIC);
        int64_t utc_before = read_clock(CLOCK_REALTIME);
        struct now now = clock_convert(&mapping, clock_tsc());
        int64_t mono_after = read_clock(CLOCK_MONOTONIC);
        int64_t utc_after = read_clock(CLOCK_REALTIME);
        cr_assert(now.mono.ns > mono_before - NS_PER_MS && now.mono.ns < mono_after + NS_PER_MS);
        cr_assert(now.utc.ns > utc_before - NS_PER_MS && now.utc.ns < utc_after + NS_PER_MS);
    }
}
