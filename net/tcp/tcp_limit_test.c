#include "net/tcp/tcp_limit.h"

#include <criterion/criterion.h>

static struct now at_ns(int64_t ns) {
    return (struct now){.mono.ns = ns};
}

static uint32_t take_all(struct tcp_bucket *bucket, uint32_t per_second, struct now now) {
    uint32_t taken = 0;
    while (tcp_limit_take(bucket, per_second, now)) {
        taken++;
        cr_assert_leq(taken, per_second);
    }
    return taken;
}

Test(tcp_limit, starts_full) {
    struct tcp_bucket bucket = tcp_bucket_of(100, at_ns(5));
    cr_assert_eq(take_all(&bucket, 100, at_ns(5)), 100);
    cr_assert(!tcp_limit_take(&bucket, 100, at_ns(5)));
}

Test(tcp_limit, nothing_is_saved_beyond_a_second) {
    struct tcp_bucket bucket = tcp_bucket_of(100, at_ns(0));
    take_all(&bucket, 100, at_ns(0));
    cr_assert_eq(take_all(&bucket, 100, at_ns(3600 * NS_PER_S)), 100);
}

Test(tcp_limit, none_a_second_is_none) {
    struct tcp_bucket bucket = tcp_bucket_of(0, at_ns(0));
    cr_assert(!tcp_limit_take(&bucket, 0, at_ns(0)));
    cr_assert(!tcp_limit_take(&bucket, 0, at_ns(10 * NS_PER_S)));
}

/* However often one asks: the fractions of a token between two questions are not lost, and none is
 * earned twice. */
Test(tcp_limit, the_rate_holds_at_every_pace) {
    static const uint32_t rates[] = {1, 3, 7, 100, 1000, 999983};
    static const int64_t steps_ns[] = {1, 333, 9999, 1000003, 77777777, 999999999};
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        for (size_t s = 0; s < sizeof(steps_ns) / sizeof(steps_ns[0]); s++) {
            struct tcp_bucket bucket = tcp_bucket_of(rates[r], at_ns(0));
            take_all(&bucket, rates[r], at_ns(0));
            uint64_t taken = 0;
            int64_t ns = 0;
            for (int i = 0; i < 3000; i++) {
                ns += steps_ns[s];
                taken += tcp_limit_take(&bucket, rates[r], at_ns(ns));
                uint64_t earned = (uint64_t)ns * rates[r] / (uint64_t)NS_PER_S;
                cr_assert_leq(taken, earned, "%u a second in steps of %lld ns", rates[r],
                              (long long)steps_ns[s]);
            }
            /* Each question takes one at most. */
            uint64_t earned = (uint64_t)ns * rates[r] / (uint64_t)NS_PER_S;
            uint64_t expected = earned < 3000 ? earned : 3000;
            cr_assert_geq(taken + 1 + expected / 1000, expected, "%u a second in steps of %lld ns",
                          rates[r], (long long)steps_ns[s]);
        }
    }
}

/* How many it is, nobody knows: not the same in two seconds, nor with two secrets. */
Test(tcp_limit, a_budget_differs_from_second_to_second) {
    enum { SECONDS = 1000, PER_SECOND = 100 };
    struct hash_seed secrets[2] = {{.key = {1}}, {.key = {2}}};
    struct tcp_budget budgets[2] = {{0}, {0}};
    uint64_t sum = 0;
    uint32_t repeated = 0, same = 0, before = 0;
    for (int64_t second = 0; second < SECONDS; second++) {
        struct now now = at_ns(second * NS_PER_S + 7);
        uint32_t taken[2] = {0, 0};
        for (int i = 0; i < 2; i++) {
            while (tcp_budget_take(&budgets[i], PER_SECOND, &secrets[i], now)) {
                taken[i]++;
            }
            cr_assert(!tcp_budget_take(&budgets[i], PER_SECOND, &secrets[i],
                                       at_ns((second + 1) * NS_PER_S - 1)));
        }
        cr_assert_geq(taken[0], PER_SECOND / 2);
        cr_assert_lt(taken[0], PER_SECOND + PER_SECOND / 2);
        sum += taken[0];
        repeated += taken[0] == before;
        same += taken[0] == taken[1];
        before = taken[0];
    }
    cr_assert_lt(sum, SECONDS * (PER_SECOND + 5));
    cr_assert_gt(sum, SECONDS * (PER_SECOND - 5));
    cr_assert_lt(repeated, SECONDS / 20);
    cr_assert_lt(same, SECONDS / 20);
}

Test(tcp_limit, a_budget_of_nothing_or_of_one) {
    struct hash_seed secret = {.key = {3}};
    struct tcp_budget none = {0}, one = {0};
    for (int64_t second = 0; second < 10; second++) {
        struct now now = at_ns(second * NS_PER_S);
        cr_assert(!tcp_budget_take(&none, 0, &secret, now));
        cr_assert(tcp_budget_take(&one, 1, &secret, now));
        cr_assert(!tcp_budget_take(&one, 1, &secret, now));
    }
}
