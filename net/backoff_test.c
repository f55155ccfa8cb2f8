#include <criterion/criterion.h>

#include "net/backoff.h"

static const struct backoff_policy policy = {
    .first = {100 * NS_PER_MS}, .cap = {1500 * NS_PER_MS}, .stable = {10 * NS_PER_S}};

static struct instant at(int64_t ns) {
    return (struct instant){.ns = ns};
}

/* The delay drawn at `now` lies within [full / 2, full]. */
static void expect_within(struct backoff *backoff, int64_t now, int64_t full_ms) {
    struct instant retry = backoff_failed(backoff, at(now));
    int64_t delay = retry.ns - now;
    cr_assert_geq(delay, full_ms * NS_PER_MS / 2);
    cr_assert_leq(delay, full_ms * NS_PER_MS);
    cr_assert_eq(backoff_deadline(backoff).ns, retry.ns);
    cr_assert(!backoff_may_try(backoff, at(retry.ns - 1)));
    cr_assert(backoff_may_try(backoff, retry));
}

Test(backoff, the_first_attempt_is_free) {
    struct backoff backoff;
    backoff_init(&backoff, &policy, 1);
    cr_assert(backoff_may_try(&backoff, at(0)));
    cr_assert(backoff_may_try(&backoff, at(-5)));
}

Test(backoff, doubles_up_to_the_cap) {
    static const int64_t full_ms[] = {100, 200, 400, 800, 1500, 1500, 1500};
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct backoff backoff;
        backoff_init(&backoff, &policy, seed);
        for (size_t i = 0; i < sizeof(full_ms) / sizeof(full_ms[0]); i++) {
            expect_within(&backoff, (int64_t)i * NS_PER_S, full_ms[i]);
        }
    }
}

Test(backoff, a_connection_that_lasted_starts_over) {
    struct backoff backoff;
    backoff_init(&backoff, &policy, 7);
    for (int i = 0; i < 6; i++) {
        backoff_failed(&backoff, at(0));
    }
    backoff_connected(&backoff, at(NS_PER_S));
    expect_within(&backoff, 11 * NS_PER_S, 100);
    expect_within(&backoff, 12 * NS_PER_S, 200);
}

/* Accepted and dropped at once, over and over, must not be hammered. */
Test(backoff, a_connection_that_did_not_last_counts_as_a_failure) {
    struct backoff backoff;
    backoff_init(&backoff, &policy, 7);
    expect_within(&backoff, 0, 100);
    backoff_connected(&backoff, at(NS_PER_S));
    expect_within(&backoff, 11 * NS_PER_S - 1, 200);
    expect_within(&backoff, 30 * NS_PER_S, 400); /* forgiven only by a connection, not by time */
}

Test(backoff, jitter_spreads_and_repeats_by_seed) {
    int64_t low = INT64_MAX;
    int64_t high = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct backoff one, same;
        backoff_init(&one, &policy, seed);
        backoff_init(&same, &policy, seed);
        int64_t delay = backoff_failed(&one, at(0)).ns;
        cr_assert_eq(delay, backoff_failed(&same, at(0)).ns);
        low = delay < low ? delay : low;
        high = delay > high ? delay : high;
    }
    cr_assert_lt(low, 55 * NS_PER_MS);
    cr_assert_gt(high, 95 * NS_PER_MS);
}

Test(backoff, saturates_far_in_the_future) {
    struct backoff backoff;
    struct backoff_policy long_policy = {.first = {INT64_MAX / 2}, .cap = {INT64_MAX}};
    backoff_init(&backoff, &long_policy, 1);
    for (int i = 0; i < 4; i++) {
        cr_assert_geq(backoff_failed(&backoff, at(INT64_MAX / 2)).ns, INT64_MAX / 2);
    }
}
