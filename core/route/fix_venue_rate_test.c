/*
 * Whose counter a request is counted on, and what it costs there. The arithmetic is rate_limit's.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/route/fix_venue.h"

static const struct dialect_age_cost ages[] = {
    {.below_s = 5, .replace = 6, .cancel = 8},
    {.below_s = 10, .replace = 0, .cancel = 6},
    {.below_s = 0},
};

static const struct fix_dialect dialect = {
    .request_cost = {[REQUEST_NEW_ORDER] = 1, [REQUEST_REPLACE] = 1},
    .age_costs = ages,
};

static struct fix_venue venue;
static struct order order;

static struct now at(int64_t ns) {
    return (struct now){.mono = {.ns = ns}};
}

static void with(struct rate_limit_config session, struct rate_limit_config instrument) {
    memset(&venue, 0, sizeof(venue));
    venue.config.dialect = &dialect;
    venue.rates.session = rate_limit_make(&session);
    venue.rates.instrument = rate_limit_make(&instrument);
    venue.rates.due = INSTANT_NEVER;
    order = (struct order){.instrument = 7};
}

/* Sends while it may; how many went. */
static unsigned burst(enum request_kind kind, const struct order *about, struct now now) {
    for (unsigned count = 0; count < 1000; count++) {
        if (fix_venue_limited(&venue, now, kind, about) != FIX_VENUE_NOT_LIMITED) {
            return count;
        }
        fix_venue_count(&venue, now, kind, about);
    }
    return 1000;
}

static const struct rate_limit_config none = {.limit = 0};
static const struct rate_limit_config hundred = {
    .limit = 100, .per_minute = 60, .cancel_reserve = 16};

Test(fix_venue_rate, nothing_is_limited_unless_configured) {
    with(none, none);
    cr_assert_eq(burst(REQUEST_NEW_ORDER, &order, at(0)), 1000);
    cr_assert(instant_is_never(venue.rates.due));
}

Test(fix_venue_rate, session_counts_every_message_as_one) {
    with(hundred, none);
    cr_assert_eq(burst(REQUEST_NEW_ORDER, &order, at(0)), 84);
    cr_assert_eq(fix_venue_limited(&venue, at(0), REQUEST_STATUS, &order),
                 FIX_VENUE_SESSION_LIMITED);
    cr_assert_eq(fix_venue_limited(&venue, at(0), REQUEST_REPLACE, &order),
                 FIX_VENUE_SESSION_LIMITED);
    cr_assert_eq(venue.rates.due.ns, NS_PER_S);
    cr_assert_eq(burst(REQUEST_MASS_CANCEL, NULL, at(0)), 16);
    cr_assert_eq(fix_venue_limited(&venue, at(0), REQUEST_CANCEL, &order),
                 FIX_VENUE_SESSION_LIMITED);
}

Test(fix_venue_rate, each_instrument_counts_for_itself) {
    with(none, hundred);
    struct order other = {.instrument = 8};
    cr_assert_eq(burst(REQUEST_NEW_ORDER, &order, at(0)), 84);
    cr_assert_eq(burst(REQUEST_NEW_ORDER, &other, at(0)), 84);
    cr_assert_eq(fix_venue_limited(&venue, at(0), REQUEST_NEW_ORDER, &other),
                 FIX_VENUE_INSTRUMENT_LIMITED);
    cr_assert_eq(burst(REQUEST_MASS_CANCEL, NULL, at(0)), 1000);
}

/* 100 units; a status costs none, a cancel 8, 6 or nothing, by the age of its order. */
Test(fix_venue_rate, cancels_cost_by_the_age_of_their_order) {
    static const struct {
        int64_t age_ns;
        unsigned cancels;
    } table[] = {{0, 12},
                 {5 * NS_PER_S - 1, 12},
                 {5 * NS_PER_S, 16},
                 {10 * NS_PER_S - 1, 16},
                 {10 * NS_PER_S, 1000}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        with(none, hundred);
        order.received.ns = 1000;
        cr_expect_eq(burst(REQUEST_CANCEL, &order, at(1000 + table[i].age_ns)), table[i].cancels,
                     "%zu", i);
    }
    with(none, hundred);
    cr_expect_eq(burst(REQUEST_STATUS, &order, at(0)), 1000);
}

/* 84 units for what is no cancel: 12 of 7 each, or 84 of 1. A replaced order is young again. */
Test(fix_venue_rate, replaces_cost_by_the_age_of_the_order_as_it_is) {
    with(none, hundred);
    cr_expect_eq(burst(REQUEST_REPLACE, &order, at(0)), 84 / 7);
    with(none, hundred);
    cr_expect_eq(burst(REQUEST_REPLACE, &order, at(20 * NS_PER_S)), 84);
    with(none, hundred);
    order.replace_sent.ns = 18 * NS_PER_S;
    cr_expect_eq(burst(REQUEST_REPLACE, &order, at(20 * NS_PER_S)), 84 / 7);
}
