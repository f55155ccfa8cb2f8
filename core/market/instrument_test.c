#include "core/market/instrument.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

static const struct hash_seed seed = {.key = "fedcba987654321"};

static struct instrument_table *table_make(uint32_t instruments, uint32_t venues) {
    struct instrument_table_limits limits = {.instruments = instruments, .venues = venues};
    size_t bytes = instrument_table_footprint(limits);
    cr_assert(bytes > 0 && bytes % 64 == 0);
    return instrument_table_init(aligned_alloc(64, bytes), limits, &seed);
}

static struct instrument_spec spec_of(const char *symbol) {
    return (struct instrument_spec){.symbol = bytes_of_string(symbol),
                                    .price_digits = 2,
                                    .quantity_digits = 8,
                                    .tick = {10},
                                    .lot = {100},
                                    .min_quantity = {1000},
                                    .max_quantity = {100000}};
}

static enum instrument_add_result add_spec(struct instrument_table *table,
                                           struct instrument_spec spec) {
    uint32_t instrument = INSTRUMENT_NONE;
    enum instrument_add_result result = instrument_table_add(table, &spec, &instrument);
    cr_assert((result == INSTRUMENT_ADD_OK) == (instrument != INSTRUMENT_NONE));
    return result;
}

static enum instrument_add_result add(struct instrument_table *table, const char *symbol) {
    return add_spec(table, spec_of(symbol));
}

static enum instrument_add_result add_venue(struct instrument_table *table, uint32_t instrument,
                                            uint32_t venue, const char *symbol) {
    return instrument_table_add_venue(table, instrument, venue, bytes_of_string(symbol));
}

static uint32_t find(const struct instrument_table *table, const char *symbol) {
    return instrument_table_find(table, bytes_of_string(symbol));
}

static uint32_t find_venue(const struct instrument_table *table, uint32_t venue,
                           const char *symbol) {
    return instrument_table_find_venue(table, venue, bytes_of_string(symbol));
}

Test(instrument, footprint_refuses_impossible_limits) {
    static const struct instrument_table_limits impossible[] = {{0, 1},
                                                                {1, 0},
                                                                {INSTRUMENTS_MAX + 1, 1},
                                                                {1, INSTRUMENT_VENUES_MAX + 1},
                                                                {UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        cr_expect(instrument_table_footprint(impossible[i]) == 0, "row %zu", i);
    }
    struct instrument_table_limits most = {INSTRUMENTS_MAX, INSTRUMENT_VENUES_MAX};
    cr_expect(instrument_table_footprint(most) > 0);
}

Test(instrument, is_found_by_its_own_symbol_and_by_each_venues) {
    struct instrument_table *table = table_make(4, 3);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    cr_assert(add(table, "ETH-USD") == INSTRUMENT_ADD_OK);
    cr_assert(add_venue(table, 0, 0, "BTC/USD") == INSTRUMENT_ADD_OK);
    cr_assert(add_venue(table, 1, 0, "ETH/USD") == INSTRUMENT_ADD_OK);
    cr_assert(add_venue(table, 0, 2, "tBTCUSD") == INSTRUMENT_ADD_OK);
    cr_assert(add_venue(table, 1, 2, "BTC/USD") == INSTRUMENT_ADD_OK, "odd, but another venue's");
    instrument_table_seal(table);
    cr_expect(instrument_table_count(table) == 2);
    cr_expect(find(table, "BTC-USD") == 0 && find(table, "ETH-USD") == 1);
    cr_expect(find_venue(table, 0, "BTC/USD") == 0 && find_venue(table, 0, "ETH/USD") == 1);
    cr_expect(find_venue(table, 2, "tBTCUSD") == 0 && find_venue(table, 2, "BTC/USD") == 1);
    cr_expect(find_venue(table, 1, "BTC/USD") == INSTRUMENT_NONE);
    cr_expect(find_venue(table, 0, "BTC-USD") == INSTRUMENT_NONE, "ours is not theirs");
    cr_expect(find(table, "BTC/USD") == INSTRUMENT_NONE, "theirs is not ours");
    cr_expect(bytes_equal(instrument_table_venue_symbol(table, 0, 2), BYTES("tBTCUSD")));
    cr_expect(instrument_table_venue_symbol(table, 0, 1).len == 0);
    cr_expect(strcmp(instrument_table_at(table, 1)->symbol.text, "ETH-USD") == 0);
    free(table);
}

Test(instrument, is_not_found_by_what_only_resembles_it) {
    struct instrument_table *table = table_make(4, 1);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    instrument_table_seal(table);
    static const char *const others[] = {"",
                                         "B",
                                         "BTC-US",
                                         "BTC-USDT",
                                         "btc-usd",
                                         "BTC-USD.KRAKEN",
                                         " BTC-USD",
                                         "BTC-USD ",
                                         "BTC-USDBTC-USDBTC-USDBTC-USDBTC-",
                                         "\xff\xff\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        cr_expect(find(table, others[i]) == INSTRUMENT_NONE, "%s", others[i]);
    }
    cr_expect(instrument_table_find(table, bytes_of("BTC-USD\0", 8)) == INSTRUMENT_NONE);
    cr_expect(instrument_table_find(table, bytes_of(NULL, 0)) == INSTRUMENT_NONE);
    static char huge[100000];
    memset(huge, 'B', sizeof(huge));
    cr_expect(instrument_table_find(table, bytes_of(huge, sizeof(huge))) == INSTRUMENT_NONE);
    free(table);
}

Test(instrument, keeps_what_it_was_told) {
    struct instrument_table *table = table_make(1, 1);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    const struct instrument *instrument = instrument_table_at(table, 0);
    cr_expect(instrument->price_digits == 2 && instrument->quantity_digits == 8);
    cr_expect(instrument->tick.scaled == 10 && instrument->lot.scaled == 100);
    cr_expect(instrument->min_quantity.scaled == 1000 && instrument->max_quantity.scaled == 100000);
    free(table);
}

Test(instrument, what_cannot_be_is_refused) {
    struct instrument_table *table = table_make(2, 2);
    static const char *const bad[] = {
        "",           " ",       "BTC USD", "BTC.USD",
        "BTC\x01USD", "BTC\x7f", "BTC\x80", "12345678901234567890123456789012"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect(add(table, bad[i]) == INSTRUMENT_ADD_BAD_SYMBOL, "%s", bad[i]);
    }
    struct instrument_spec specs[10];
    for (size_t i = 0; i < 10; i++) {
        specs[i] = spec_of("BTC-USD");
    }
    specs[0].price_digits = DECIMAL_DIGITS_MAX + 1;
    specs[1].quantity_digits = DECIMAL_DIGITS_MAX + 1;
    specs[2].tick.scaled = 0;
    specs[3].tick.scaled = -1;
    specs[4].lot.scaled = 0;
    specs[5].min_quantity.scaled = 0;
    specs[6].max_quantity.scaled = 999;
    specs[7].lot.scaled = INT64_MIN;
    specs[8].cash_digits = DECIMAL_DIGITS_MAX + 1;
    specs[9].contract.scaled = -1;
    for (size_t i = 0; i < 10; i++) {
        cr_expect(add_spec(table, specs[i]) == INSTRUMENT_ADD_BAD_VALUE, "spec %zu", i);
    }
    cr_expect(instrument_table_count(table) == 0 && find(table, "BTC-USD") == INSTRUMENT_NONE);
    free(table);
}

Test(instrument, the_limits_themselves_are_allowed) {
    struct instrument_table *table = table_make(1, 1);
    struct instrument_spec spec = {.symbol = BYTES("!234567890123456789012345678901~"),
                                   .price_digits = DECIMAL_DIGITS_MAX,
                                   .quantity_digits = DECIMAL_DIGITS_MAX,
                                   .tick = {1},
                                   .lot = {1},
                                   .min_quantity = {1},
                                   .max_quantity = {1}};
    spec.symbol.len = INSTRUMENT_SYMBOL_MAX;
    cr_expect(add_spec(table, spec) == INSTRUMENT_ADD_OK);
    cr_expect(instrument_table_find(table, spec.symbol) == 0);
    const char *last = spec.symbol.data + 1;
    struct bytes venues = bytes_of(last, INSTRUMENT_SYMBOL_MAX);
    cr_expect(instrument_table_add_venue(table, 0, 0, venues) == INSTRUMENT_ADD_OK);
    cr_expect(instrument_table_find_venue(table, 0, venues) == 0);
    cr_expect(venues.data[venues.len - 1] == '~');
    free(table);
}

Test(instrument, duplicates_and_a_full_table_are_refused) {
    struct instrument_table *table = table_make(2, 2);
    cr_expect(add(table, "A-B") == INSTRUMENT_ADD_OK);
    cr_expect(add(table, "A-B") == INSTRUMENT_ADD_DUPLICATE);
    cr_expect(add(table, "1234567890123456789012345678901") == INSTRUMENT_ADD_OK);
    cr_expect(add(table, "C-D") == INSTRUMENT_ADD_FULL);
    cr_expect(add(table, "A-B") == INSTRUMENT_ADD_DUPLICATE);
    cr_expect(add_venue(table, 0, 1, "A.B") == INSTRUMENT_ADD_OK, "a venue's may have a dot");
    cr_expect(add_venue(table, 0, 1, "A/B") == INSTRUMENT_ADD_DUPLICATE, "has a symbol there");
    cr_expect(add_venue(table, 1, 1, "A.B") == INSTRUMENT_ADD_DUPLICATE, "names another there");
    cr_expect(add_venue(table, 1, 1, "") == INSTRUMENT_ADD_BAD_SYMBOL);
    cr_expect(add_venue(table, 1, 0, "A.B") == INSTRUMENT_ADD_OK);
    cr_expect(find(table, "C-D") == INSTRUMENT_NONE);
    cr_expect(find_venue(table, 1, "A/B") == INSTRUMENT_NONE);
    free(table);
}

Test(instrument, the_largest_table_finds_every_symbol) {
    struct instrument_table *table = table_make(INSTRUMENTS_MAX, INSTRUMENT_VENUES_MAX);
    char text[32];
    for (uint32_t i = 0; i < INSTRUMENTS_MAX; i++) {
        snprintf(text, sizeof(text), "C%u-USD", i);
        cr_assert(add(table, text) == INSTRUMENT_ADD_OK);
        for (uint32_t venue = 0; venue < INSTRUMENT_VENUES_MAX; venue++) {
            snprintf(text, sizeof(text), "v%u/USD", (i + venue) % INSTRUMENTS_MAX);
            cr_assert(add_venue(table, i, venue, text) == INSTRUMENT_ADD_OK);
        }
    }
    instrument_table_seal(table);
    for (uint32_t i = 0; i < INSTRUMENTS_MAX; i++) {
        snprintf(text, sizeof(text), "C%u-USD", i);
        cr_assert(find(table, text) == i);
        for (uint32_t venue = 0; venue < INSTRUMENT_VENUES_MAX; venue++) {
            snprintf(text, sizeof(text), "v%u/USD", (i + venue) % INSTRUMENTS_MAX);
            cr_assert(find_venue(table, venue, text) == i);
        }
    }
    free(table);
}

Test(instrument, price_is_a_positive_multiple_of_the_tick) {
    struct instrument_table *table = table_make(1, 1);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    const struct instrument *instrument = instrument_table_at(table, 0);
    static const struct {
        int64_t price;
        enum instrument_check check;
    } rows[] = {
        {INT64_MIN, INSTRUMENT_CHECK_NOT_POSITIVE},
        {-10, INSTRUMENT_CHECK_NOT_POSITIVE},
        {0, INSTRUMENT_CHECK_NOT_POSITIVE},
        {1, INSTRUMENT_CHECK_OFF_TICK},
        {9, INSTRUMENT_CHECK_OFF_TICK},
        {10, INSTRUMENT_CHECK_OK},
        {11, INSTRUMENT_CHECK_OFF_TICK},
        {6500010, INSTRUMENT_CHECK_OK},
        {INT64_MAX, INSTRUMENT_CHECK_OFF_TICK},
        {INT64_MAX - 7, INSTRUMENT_CHECK_OK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect(instrument_check_price(instrument, (struct price){rows[i].price}) ==
                      rows[i].check,
                  "price %lld", (long long)rows[i].price);
    }
    free(table);
}

Test(instrument, quantity_is_a_multiple_of_the_lot_within_its_bounds) {
    struct instrument_table *table = table_make(1, 1);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    const struct instrument *instrument = instrument_table_at(table, 0);
    static const struct {
        int64_t quantity;
        enum instrument_check check;
    } rows[] = {
        {INT64_MIN, INSTRUMENT_CHECK_NOT_POSITIVE},
        {-100, INSTRUMENT_CHECK_NOT_POSITIVE},
        {0, INSTRUMENT_CHECK_NOT_POSITIVE},
        {1, INSTRUMENT_CHECK_OFF_LOT},
        {100, INSTRUMENT_CHECK_BELOW_MINIMUM},
        {900, INSTRUMENT_CHECK_BELOW_MINIMUM},
        {999, INSTRUMENT_CHECK_OFF_LOT},
        {1000, INSTRUMENT_CHECK_OK},
        {1001, INSTRUMENT_CHECK_OFF_LOT},
        {100000, INSTRUMENT_CHECK_OK},
        {100100, INSTRUMENT_CHECK_ABOVE_MAXIMUM},
        {INT64_MAX, INSTRUMENT_CHECK_OFF_LOT},
        {INT64_MAX - 7, INSTRUMENT_CHECK_ABOVE_MAXIMUM},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect(instrument_check_quantity(instrument, (struct quantity){rows[i].quantity}) ==
                      rows[i].check,
                  "quantity %lld", (long long)rows[i].quantity);
    }
    free(table);
}

Test(instrument, steps_agree_with_the_remainder_for_any_tick) {
    struct prng prng;
    prng_seed(&prng, test_seed("instrument"));
    for (int round = 0; round < 200; round++) {
        struct instrument_table *table = table_make(1, 1);
        struct instrument_spec spec = spec_of("X-Y");
        spec.tick.scaled = 1 + (int64_t)(prng_next(&prng) >> (1 + prng_below(&prng, 62)));
        spec.lot.scaled = 1 + (int64_t)prng_below(&prng, 1000);
        spec.min_quantity.scaled = 1;
        spec.max_quantity.scaled = INT64_MAX;
        cr_assert(add_spec(table, spec) == INSTRUMENT_ADD_OK);
        const struct instrument *instrument = instrument_table_at(table, 0);
        for (int i = 0; i < 200; i++) {
            int64_t value = 1 + (int64_t)(prng_next(&prng) >> (2 + prng_below(&prng, 60)));
            value -= i % 2 == 0 ? value % spec.tick.scaled : 0;
            bool on_tick = value > 0 && value % spec.tick.scaled == 0;
            bool on_lot = value > 0 && value % spec.lot.scaled == 0;
            cr_assert((instrument_check_price(instrument, (struct price){value}) ==
                       INSTRUMENT_CHECK_OK) == on_tick);
            cr_assert((instrument_check_quantity(instrument, (struct quantity){value}) ==
                       INSTRUMENT_CHECK_OK) == on_lot);
        }
        free(table);
    }
}

Test(instrument, a_symbol_comes_apart_at_its_only_dot) {
    static const struct {
        const char *text;
        bool good;
        const char *symbol;
        const char *venue;
    } rows[] = {
        {"BTC-USD.KRAKEN", true, "BTC-USD", "KRAKEN"},
        {"BTC-USD", true, "BTC-USD", ""},
        {"A.B", true, "A", "B"},
        {"", false, NULL, NULL},
        {".", false, NULL, NULL},
        {".KRAKEN", false, NULL, NULL},
        {"BTC-USD.", false, NULL, NULL},
        {"BTC-USD..KRAKEN", false, NULL, NULL},
        {"BTC-USD.KRAKEN.", false, NULL, NULL},
        {"BTC.USD.KRAKEN", false, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes symbol = BYTES("untouched");
        struct bytes venue = BYTES("untouched");
        bool good = instrument_symbol_split(bytes_of_string(rows[i].text), &symbol, &venue);
        cr_expect(good == rows[i].good, "%s", rows[i].text);
        cr_expect(bytes_equal(symbol, bytes_of_string(good ? rows[i].symbol : "untouched")));
        cr_expect(bytes_equal(venue, bytes_of_string(good ? rows[i].venue : "untouched")));
    }
    struct bytes symbol;
    struct bytes venue;
    cr_expect(!instrument_symbol_split(bytes_of(NULL, 0), &symbol, &venue));
}

Test(instrument, every_check_has_a_name) {
    for (int check = 0; check <= INSTRUMENT_CHECK_ABOVE_MAXIMUM; check++) {
        cr_expect(strcmp(instrument_check_name((enum instrument_check)check), "unknown") != 0);
    }
    cr_expect(strcmp(instrument_check_name((enum instrument_check)6), "unknown") == 0);
}

static void add_late(void *argument) {
    (void)add(argument, "ETH-USD");
}

static void add_venue_late(void *argument) {
    (void)add_venue(argument, 0, 0, "ETH/USD");
}

static void reach_past_the_end(void *argument) {
    (void)instrument_table_at(argument, 1);
}

static void ask_past_the_venues(void *argument) {
    (void)find_venue(argument, 1, "X");
}

Test(instrument, our_own_mistakes_stop_the_process) {
    struct instrument_table *table = table_make(2, 1);
    cr_assert(add(table, "BTC-USD") == INSTRUMENT_ADD_OK);
    instrument_table_seal(table);
    cr_expect(dies_saying(add_late, table, "sealed"));
    cr_expect(dies_saying(add_venue_late, table, "sealed"));
    cr_expect(dies_saying(reach_past_the_end, table, "count"));
    cr_expect(dies_saying(ask_past_the_venues, table, "venues"));
    free(table);
}

Test(instrument, contracts_are_base_units_exactly_or_not_at_all) {
    static const struct {
        int64_t contract;
        int64_t count;
        bool good;
        int64_t quantity;
    } cases[] = {
        {0, 1, false, 0},
        {1, 1, true, 1},
        {1000, 7, true, 7000},
        {3, INT64_MAX / 3, true, INT64_MAX - INT64_MAX % 3},
        {3, INT64_MAX / 3 + 1, false, 0},
        {INT64_MAX, 2, false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct instrument instrument = {.contract = {cases[i].contract}};
        struct quantity quantity = {.scaled = 0};
        cr_assert_eq(instrument_contracts(&instrument, cases[i].count, &quantity), cases[i].good);
        cr_assert(!cases[i].good || quantity.scaled == cases[i].quantity, "case %zu", i);
    }
}
