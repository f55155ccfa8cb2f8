/* The rate counter: what requests count, and how it goes down. */
#include <criterion/criterion.h>

#include "venues/exchange/kraken_rate.h"

static struct instant at(int64_t ms) {
    return (struct instant){NS_PER_S + ms * NS_PER_MS};
}

Test(kraken_rate, younger_orders_count_more) {
    static const struct {
        int64_t age_ms;
        uint32_t cancel;
        uint32_t replace;
    } rows[] = {{0, 8, 3},     {4999, 8, 3},   {5000, 6, 2},  {9999, 6, 2},  {10000, 5, 1},
                {14999, 5, 1}, {15000, 4, 0},  {44999, 4, 0}, {45000, 2, 0}, {89999, 2, 0},
                {90000, 1, 0}, {299999, 1, 0}, {300000, 0, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        struct duration age = {rows[i].age_ms * NS_PER_MS};
        cr_expect_eq(kraken_rate_of_cancel(age), rows[i].cancel, "at %d ms", (int)rows[i].age_ms);
        cr_expect_eq(kraken_rate_of_replace(age), rows[i].replace, "at %d ms", (int)rows[i].age_ms);
    }
}

Test(kraken_rate, decays) {
    struct kraken_rate_limits limits = {.most = 3, .decay_milli_s = 500};
    struct kraken_rate rate = {0};
    cr_expect(kraken_rate_take(&rate, &limits, 3, at(0)));
    cr_expect(!kraken_rate_take(&rate, &limits, 1, at(1999)), "4 less 0.9995 is above 3");
    cr_expect(!kraken_rate_take(&rate, &limits, 1, at(2000)));
    cr_expect(kraken_rate_take(&rate, &limits, 0, at(6000)));
    cr_expect(kraken_rate_take(&rate, &limits, 3, at(1000000)), "it never goes below 0");
    cr_expect(!kraken_rate_take(&rate, &limits, 1, at(1000000)));
}

/* However often it is looked at. */
Test(kraken_rate, decays_by_the_smallest_steps) {
    struct kraken_rate_limits limits = {.most = 1, .decay_milli_s = 999};
    struct kraken_rate rate = {0};
    cr_expect(kraken_rate_take(&rate, &limits, 1, at(0)));
    for (int i = 1; i <= 4004; ++i) {
        struct instant now = {at(0).ns + i * 250 * 1000};
        cr_assert(kraken_rate_take(&rate, &limits, 0, now));
    }
    cr_expect(kraken_rate_take(&rate, &limits, 1, at(1002)), "1.001 s at 0.999 a second are 1");
    cr_expect(!kraken_rate_take(&rate, &limits, 1, at(1002)));
}

Test(kraken_rate, has_no_limit_unless_given) {
    struct kraken_rate_limits limits = {0};
    struct kraken_rate rate = {0};
    for (int i = 0; i < 1000; ++i) {
        cr_expect(kraken_rate_take(&rate, &limits, 8, at(0)));
    }
}
