#include <criterion/criterion.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/route/rate_limit.h"

static bool may_go(const struct rate_limit *limit, const struct rate_counter *counter, int64_t ns,
                   uint32_t cost, enum rate_use use) {
    struct instant now = {.ns = ns};
    return instant_reached(now, rate_limit_due(limit, counter, cost, use));
}

static void add(const struct rate_limit *limit, struct rate_counter *counter, int64_t ns,
                uint32_t cost) {
    rate_limit_add(limit, counter, (struct instant){.ns = ns}, cost);
}

/* guides/spot-ratelimits: a limit of 60, one a second. */
static struct rate_limit starter(void) {
    return rate_limit_make(
        &(struct rate_limit_config){.limit = 60, .per_minute = 60, .cancel_reserve = 16});
}

Test(rate_limit, room_for_orders_then_for_cancels_then_for_none) {
    struct rate_limit limit = starter();
    struct rate_counter counter = {.empty_ns = 0};
    for (int i = 0; i < 44; i++) {
        cr_assert(may_go(&limit, &counter, 0, 1, RATE_USE_ORDER), "%d", i);
        add(&limit, &counter, 0, 1);
    }
    cr_assert_not(may_go(&limit, &counter, 0, 1, RATE_USE_ORDER));
    for (int i = 0; i < 2; i++) {
        cr_assert(may_go(&limit, &counter, 0, 8, RATE_USE_CANCEL));
        add(&limit, &counter, 0, 8);
    }
    cr_assert_not(may_go(&limit, &counter, 0, 1, RATE_USE_CANCEL));
    cr_assert_eq(rate_limit_due(&limit, &counter, 8, RATE_USE_CANCEL).ns, 8 * NS_PER_S);
    cr_assert(may_go(&limit, &counter, 8 * NS_PER_S, 8, RATE_USE_CANCEL));
    cr_assert_eq(rate_limit_due(&limit, &counter, 1, RATE_USE_ORDER).ns, 17 * NS_PER_S);
}

Test(rate_limit, zero_is_none) {
    struct rate_limit limit = rate_limit_make(&(struct rate_limit_config){.limit = 0});
    struct rate_counter counter = {.empty_ns = 0};
    for (int i = 0; i < 1000; i++) {
        cr_assert(may_go(&limit, &counter, 5, 1000, RATE_USE_ORDER));
        add(&limit, &counter, 5, 1000);
    }
}

Test(rate_limit, what_costs_more_than_there_is_waits_for_all_of_it) {
    struct rate_limit limit =
        rate_limit_make(&(struct rate_limit_config){.limit = 4, .per_minute = 60});
    struct rate_counter counter = {.empty_ns = 0};
    cr_assert(may_go(&limit, &counter, 0, 8, RATE_USE_CANCEL));
    add(&limit, &counter, 0, 8);
    cr_assert_not(may_go(&limit, &counter, 8 * NS_PER_S - 1, 8, RATE_USE_CANCEL));
    cr_assert(may_go(&limit, &counter, 8 * NS_PER_S, 8, RATE_USE_CANCEL));
}

/* 3.75 a second are 225 a minute, which no number of nanoseconds is exactly. */
Test(rate_limit, is_never_faster_than_it_says) {
    struct rate_limit limit =
        rate_limit_make(&(struct rate_limit_config){.limit = 180, .per_minute = 225});
    cr_assert_eq(limit.unit_ns, 266666667);
    limit = rate_limit_make(&(struct rate_limit_config){.limit = 1, .per_minute = 60000000});
    cr_assert_eq(limit.unit_ns, 1000);
}

/* The counter as the venue's page tells it: a level that falls with time and rises with requests.
 */
struct twin {
    int64_t level_ns;
    int64_t at_ns;
};

static void twin_advance(struct twin *twin, int64_t ns) {
    twin->level_ns -= ns - twin->at_ns;
    twin->level_ns = twin->level_ns < 0 ? 0 : twin->level_ns;
    twin->at_ns = ns;
}

Test(rate_limit, twin) {
    struct prng prng;
    prng_seed(&prng, test_seed("rate_limit_twin"));
    for (int round = 0; round < 50; round++) {
        struct rate_limit_config config = {
            .limit = 1 + (uint32_t)prng_below(&prng, 200),
            .per_minute = 1 + (uint32_t)prng_below(&prng, 1000),
        };
        config.cancel_reserve = (uint32_t)prng_below(&prng, config.limit);
        struct rate_limit limit = rate_limit_make(&config);
        struct rate_counter counter = {.empty_ns = 0};
        struct twin twin = {.level_ns = 0};
        int64_t ns = 0;
        unsigned refused = 0;
        for (int i = 0; i < 2000; i++) {
            ns += (int64_t)prng_below(&prng, (uint64_t)limit.unit_ns * 4);
            twin_advance(&twin, ns);
            enum rate_use use = prng_below(&prng, 2) == 0 ? RATE_USE_ORDER : RATE_USE_CANCEL;
            uint32_t cost = (uint32_t)prng_below(&prng, 10);
            uint32_t room = config.limit - (use == RATE_USE_ORDER ? config.cancel_reserve : 0);
            int64_t wanted = twin.level_ns + cost * limit.unit_ns;
            bool goes = wanted <= room * limit.unit_ns || twin.level_ns == 0;
            cr_assert_eq(may_go(&limit, &counter, ns, cost, use), goes, "round %d step %d", round,
                         i);
            if (goes) {
                add(&limit, &counter, ns, cost);
                twin.level_ns = wanted;
            } else {
                refused++;
                struct instant due = rate_limit_due(&limit, &counter, cost, use);
                cr_assert_gt(due.ns, ns);
                cr_assert(may_go(&limit, &counter, due.ns, cost, use));
                cr_assert_not(may_go(&limit, &counter, due.ns - 1, cost, use));
            }
        }
        cr_assert_gt(refused, 0);
    }
}
