#include "core/order/order_fill.h"

#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

__extension__ typedef unsigned __int128 uint128;

static struct order order_of(int64_t quantity) {
    return (struct order){.state = ORDER_NEW, .quantity = {.scaled = quantity}};
}

static struct order_fill fill_of(int64_t last, int64_t price) {
    return (struct order_fill){.last = {.scaled = last}, .price = {.scaled = price}};
}

static struct order_fill fill_at(int64_t last, int64_t price, int64_t cumulative) {
    return (struct order_fill){.last = {.scaled = last},
                               .price = {.scaled = price},
                               .has_cumulative = true,
                               .cumulative = {.scaled = cumulative}};
}

struct step {
    int64_t last;
    int64_t cumulative; /* 0: not given */
    int64_t booked;
    unsigned flags;
    int64_t missing;
};

/* Every fill at price 10 on an order of 10. */
static void run(const char *name, const struct step *steps, size_t count) {
    struct order order = order_of(10);
    int64_t filled = 0;
    uint32_t fills = 0;
    for (size_t i = 0; i < count; i++) {
        struct order_fill fill = fill_at(steps[i].last, 10, steps[i].cumulative);
        fill.has_cumulative = steps[i].cumulative != 0;
        struct order_fill_outcome outcome = order_fill_apply(&order, &fill);
        filled += steps[i].booked;
        fills += steps[i].booked > 0;
        cr_expect(outcome.booked.scaled == steps[i].booked && outcome.flags == steps[i].flags,
                  "%s, step %zu: booked %lld flags %x", name, i, (long long)outcome.booked.scaled,
                  outcome.flags);
        cr_expect(order_fill_missing(&order).scaled == steps[i].missing,
                  "%s, step %zu: missing %lld", name, i,
                  (long long)order_fill_missing(&order).scaled);
        cr_expect(order.filled.scaled == filled && order.fills == fills, "%s, step %zu", name, i);
        cr_expect(order.notional == (uint128)(uint64_t)filled * 10, "%s, step %zu", name, i);
    }
}

#define RUN(name, ...)                                                                             \
    do {                                                                                           \
        static const struct step steps[] = {__VA_ARGS__};                                          \
        run(name, steps, sizeof(steps) / sizeof(steps[0]));                                        \
    } while (0)

enum {
    DUPLICATE = ORDER_FILL_DUPLICATE,
    GAP = ORDER_FILL_GAP,
    RECOVERED = ORDER_FILL_RECOVERED,
    OVERLAP = ORDER_FILL_OVERLAP,
    OVER = ORDER_FILL_OVER,
    INVALID = ORDER_FILL_INVALID
};

Test(order_fill, fills_in_sequence_are_booked) {
    RUN("with the venue's count", {3, 3, 3, 0, 0}, {2, 5, 2, 0, 0}, {5, 10, 5, 0, 0});
    RUN("without it", {3, 0, 3, 0, 0}, {2, 0, 2, 0, 0}, {5, 0, 5, 0, 0});
    RUN("some with it", {3, 0, 3, 0, 0}, {2, 5, 2, 0, 0}, {5, 0, 5, 0, 0});
}

Test(order_fill, a_fill_the_venue_repeats_is_not_booked) {
    RUN("the latest", {3, 3, 3, 0, 0}, {3, 3, 0, DUPLICATE, 0});
    RUN("an earlier one", {3, 3, 3, 0, 0}, {2, 5, 2, 0, 0}, {3, 3, 0, DUPLICATE, 0});
    RUN("all from the start", {3, 3, 3, 0, 0}, {2, 5, 2, 0, 0}, {3, 3, 0, DUPLICATE, 0},
        {2, 5, 0, DUPLICATE, 0}, {1, 6, 1, 0, 0});
    RUN("one that cannot be", {3, 3, 3, 0, 0}, {4, 2, 0, DUPLICATE | OVERLAP, 0});
}

Test(order_fill, a_fill_that_was_not_heard_is_missing_until_it_comes) {
    RUN("smaller than what came", {3, 5, 3, GAP, 2}, {2, 2, 2, RECOVERED, 0}, {5, 10, 5, 0, 0});
    RUN("larger than what came", {2, 5, 2, GAP, 3}, {3, 3, 3, RECOVERED, 0});
    RUN("repeats of both", {2, 5, 2, GAP, 3}, {2, 5, 0, DUPLICATE, 3}, {3, 3, 3, RECOVERED, 0},
        {3, 3, 0, DUPLICATE, 0}, {2, 5, 0, DUPLICATE, 0});
    RUN("in pieces from the front", {2, 6, 2, GAP, 4}, {1, 1, 1, RECOVERED, 3},
        {1, 1, 0, DUPLICATE, 3}, {3, 4, 3, RECOVERED, 0});
    RUN("in pieces from the back", {2, 6, 2, GAP, 4}, {1, 4, 1, RECOVERED, 3},
        {1, 4, 0, DUPLICATE, 3}, {3, 3, 3, RECOVERED, 0});
    RUN("while others go on", {1, 1, 1, 0, 0}, {1, 3, 1, GAP, 1}, {1, 4, 1, 0, 1},
        {1, 2, 1, RECOVERED, 0}, {1, 5, 1, 0, 0});
    RUN("then another gap", {1, 2, 1, GAP, 1}, {1, 1, 1, RECOVERED, 0}, {1, 4, 1, GAP, 1},
        {1, 3, 1, RECOVERED, 0}, {1, 2, 0, DUPLICATE, 0});
}

Test(order_fill, holes_are_kept_apart) {
    RUN("what lies between two of them is a repeat", {1, 2, 1, GAP, 1}, {1, 4, 1, GAP, 2},
        {1, 2, 0, DUPLICATE, 2}, {1, 3, 1, RECOVERED, 1}, {1, 2, 0, DUPLICATE, 1},
        {1, 1, 1, RECOVERED, 0}, {1, 3, 0, DUPLICATE, 0}, {6, 10, 6, 0, 0});
    RUN("a fill within one leaves two", {1, 9, 1, GAP, 8}, {2, 5, 2, RECOVERED, 6},
        {2, 5, 0, DUPLICATE, 6}, {3, 3, 3, RECOVERED, 3}, {3, 3, 0, DUPLICATE, 3},
        {3, 8, 3, RECOVERED, 0});
    RUN("four", {1, 2, 1, GAP, 1}, {1, 4, 1, GAP, 2}, {1, 6, 1, GAP, 3}, {1, 8, 1, GAP, 4},
        {1, 4, 0, DUPLICATE, 4}, {1, 5, 1, RECOVERED, 3}, {1, 1, 1, RECOVERED, 2},
        {1, 7, 1, RECOVERED, 1}, {1, 3, 1, RECOVERED, 0}, {2, 10, 2, 0, 0});
    RUN("over one and what is booked", {1, 2, 1, GAP, 1}, {1, 4, 1, GAP, 2}, {2, 3, 0, OVERLAP, 2},
        {3, 3, 0, OVERLAP, 2});
    RUN("behind a count", {2, 4, 2, GAP, 2}, {1, 7, 1, GAP, 4}, {2, 6, 2, RECOVERED, 2},
        {1, 2, 1, RECOVERED, 1}, {1, 1, 1, RECOVERED, 0});
}

Test(order_fill, more_holes_than_are_kept_apart_never_book_past_the_venue) {
    RUN("the latest two are one", {1, 2, 1, GAP, 1}, {1, 4, 1, GAP, 2}, {1, 6, 1, GAP, 3},
        {1, 8, 1, GAP, 4}, {1, 10, 1, GAP, 5}, {1, 3, 1, RECOVERED, 4},
        {1, 7, 1, RECOVERED | OVERLAP, 3}, {1, 1, 1, RECOVERED, 2},
        {1, 5, 1, RECOVERED | OVERLAP, 1}, {1, 5, 0, DUPLICATE, 1}, {1, 9, 1, RECOVERED, 0});
    RUN("more than is missing", {1, 2, 1, GAP, 1}, {1, 4, 1, GAP, 2}, {1, 6, 1, GAP, 3},
        {1, 8, 1, GAP, 4}, {1, 10, 1, GAP, 5}, {3, 7, 0, OVERLAP, 5});
    RUN("no room for what a fill leaves", {1, 4, 1, GAP, 3}, {1, 6, 1, GAP, 4}, {1, 8, 1, GAP, 5},
        {1, 10, 1, GAP, 6}, {1, 2, 1, RECOVERED, 5}, {1, 1, 1, RECOVERED | OVERLAP, 4},
        {1, 3, 1, RECOVERED | OVERLAP, 3}, {1, 2, 0, DUPLICATE, 3}, {1, 5, 1, RECOVERED, 2});
}

Test(order_fill, bounds_that_contradict_are_booked_up_to_the_venues_count) {
    RUN("part of it is new", {5, 5, 5, 0, 0}, {3, 7, 2, OVERLAP, 0}, {3, 10, 3, 0, 0});
    RUN("partly in the hole", {2, 2, 2, 0, 0}, {1, 5, 1, GAP, 2}, {3, 4, 0, OVERLAP, 2},
        {2, 4, 2, RECOVERED, 0});
    RUN("over the front of the hole", {2, 2, 2, 0, 0}, {1, 7, 1, GAP, 4}, {2, 3, 0, OVERLAP, 4});
    RUN("over the end of the hole", {2, 2, 2, 0, 0}, {1, 7, 1, GAP, 4}, {2, 7, 0, OVERLAP, 4});
    RUN("more than the count", {5, 3, 3, OVERLAP, 0});
}

Test(order_fill, more_than_was_asked_for_is_booked_and_said) {
    RUN("the last fill", {8, 8, 8, 0, 0}, {4, 12, 4, OVER, 0});
    RUN("without a count", {8, 0, 8, 0, 0}, {4, 0, 4, OVER, 0});
    RUN("a count far off", {1, INT64_MAX, 1, GAP | OVER, INT64_MAX - 1},
        {2, 2, 2, RECOVERED | OVER, INT64_MAX - 3});
}

Test(order_fill, what_is_no_fill_is_not_booked) {
    RUN("nothing", {0, 3, 0, INVALID, 0}, {-1, 3, 0, INVALID, 0}, {INT64_MIN, 3, 0, INVALID, 0},
        {1, -1, 0, INVALID, 0}, {1, INT64_MIN, 0, INVALID, 0}, {0, 0, 0, INVALID, 0});
    RUN("past int64", {INT64_MAX, 0, INT64_MAX, OVER, 0}, {1, 0, 0, INVALID, 0});
    struct order order = order_of(10);
    struct order_fill free_of_charge = fill_of(1, 0);
    struct order_fill negative = fill_of(1, -1);
    struct order_fill no_count = fill_at(1, 1, 0);
    cr_expect(order_fill_apply(&order, &free_of_charge).flags == INVALID);
    cr_expect(order_fill_apply(&order, &negative).flags == INVALID);
    cr_expect(order_fill_apply(&order, &no_count).flags == INVALID);
    cr_expect(order.filled.scaled == 0 && order.fills == 0 && order.told.scaled == 0);
}

Test(order_fill, a_status_with_a_higher_count_opens_a_hole) {
    struct order order = order_of(10);
    struct order_fill first = fill_at(2, 10, 2);
    struct order_fill second = fill_at(3, 10, 5);
    cr_expect(order_fill_apply(&order, &first).booked.scaled == 2);
    cr_expect(order_fill_told(&order, (struct quantity){1}).scaled == 0, "old news");
    cr_expect(order_fill_told(&order, (struct quantity){2}).scaled == 0, "no news");
    cr_expect(order_fill_told(&order, (struct quantity){5}).scaled == 3);
    cr_expect(order_fill_told(&order, (struct quantity){5}).scaled == 3);
    cr_expect(order.filled.scaled == 2, "nothing is assumed");
    struct order_fill_outcome outcome = order_fill_apply(&order, &second);
    cr_expect(outcome.booked.scaled == 3 && outcome.flags == RECOVERED);
    cr_expect(order_fill_missing(&order).scaled == 0);
}

Test(order_fill, a_status_without_news_leaves_the_hole_as_it_is) {
    struct order order = order_of(10);
    struct order_fill later = fill_at(3, 10, 7);
    cr_expect(order_fill_apply(&order, &later).flags == GAP);
    cr_expect(order_fill_told(&order, (struct quantity){7}).scaled == 4);
    cr_expect(order_fill_apply(&order, &later).flags == DUPLICATE, "the hole ends before it");
}

Test(order_fill, event_and_leaves_follow_what_was_booked) {
    struct order order = order_of(10);
    struct order_fill last = fill_at(4, 10, 10);
    struct order_fill first = fill_at(6, 10, 6);
    cr_expect(order_leaves(&order).scaled == 10);
    cr_expect(order_fill_apply(&order, &last).booked.scaled == 4);
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_PARTIAL_FILL, "six are missing");
    cr_expect(order_leaves(&order).scaled == 6);
    order.state = ORDER_CANCELED;
    cr_expect(order_leaves(&order).scaled == 0);
    order.state = ORDER_PARTIALLY_FILLED;
    cr_expect(order_fill_apply(&order, &first).booked.scaled == 6);
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_FILL);
    cr_expect(order_leaves(&order).scaled == 0);
    struct order_fill over = fill_of(1, 10);
    cr_expect(order_fill_apply(&order, &over).booked.scaled == 1);
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_FILL);
    cr_expect(order_leaves(&order).scaled == 0, "never below zero");
}

Test(order_fill, an_order_about_to_grow_is_not_done) {
    struct order order = order_of(10);
    order.replace_pending = true;
    order.replace_terms.quantity.scaled = 15;
    struct order_fill all = fill_at(10, 10, 10);
    cr_expect(order_fill_apply(&order, &all).flags == 0, "and no fill is too much for it");
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_PARTIAL_FILL);
    cr_expect(order_leaves(&order).scaled == 0, "by its terms as they are");
    cr_expect(order_fill_is_all(&order));
    order_take_terms(&order);
    cr_expect(!order.replace_pending && order.quantity.scaled == 15);
    cr_expect(!order_fill_is_all(&order));
    struct order_fill rest = fill_at(5, 10, 15);
    cr_expect(order_fill_apply(&order, &rest).flags == 0);
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_FILL);
}

static bool outgrows(const struct order *order, int64_t cumulative) {
    return order_fill_outgrows(order, (struct quantity){cumulative});
}

Test(order_fill, a_count_beyond_the_order_proves_the_replace_that_allows_it) {
    struct order order = order_of(10);
    order.replace_terms.quantity.scaled = 15;
    cr_expect_not(outgrows(&order, 11), "it is not pending");
    order.replace_pending = true;
    cr_expect_not(outgrows(&order, 10), "so much the order has");
    cr_expect(outgrows(&order, 11));
    cr_expect(outgrows(&order, 15));
    cr_expect_not(outgrows(&order, 16), "so much nobody asked for");
    order.told.scaled = 12;
    cr_expect_not(outgrows(&order, 12), "no news");
    cr_expect(outgrows(&order, 13));
    order.replace_terms.quantity.scaled = 4;
    cr_expect_not(outgrows(&order, 13), "a replace to less allows less");
    struct order cash = order_of(0);
    cash.flags = ORDER_CASH;
    cash.replace_pending = true;
    cash.replace_terms.quantity.scaled = 15;
    cr_expect_not(outgrows(&cash, 11));
}

Test(order_fill, a_pending_decrease_changes_nothing_yet) {
    struct order order = order_of(10);
    order.replace_pending = true;
    order.replace_terms.quantity.scaled = 4;
    struct order_fill six = fill_at(6, 10, 6);
    cr_expect(order_fill_apply(&order, &six).flags == 0);
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_PARTIAL_FILL);
    cr_expect(order_leaves(&order).scaled == 4);
    order_take_terms(&order);
    cr_expect(order_leaves(&order).scaled == 0);
    cr_expect(order_fill_is_all(&order));
}

Test(order_fill, an_order_sized_by_money_is_done_when_the_venue_says_so) {
    struct order order = order_of(0);
    order.flags = ORDER_CASH;
    struct order_fill some = fill_at(3, 10, 3);
    cr_expect(order_fill_apply(&order, &some).flags == 0, "nobody knows how much is too much");
    cr_expect(order_fill_event(&order, false) == ORDER_EVENT_PARTIAL_FILL);
    cr_expect(order_fill_event(&order, true) == ORDER_EVENT_FILL);
    cr_expect(!order_fill_is_all(&order));
    cr_expect(order_leaves(&order).scaled == 0);
    struct order_fill later = fill_at(2, 10, 7);
    cr_expect(order_fill_apply(&order, &later).flags == ORDER_FILL_GAP);
    cr_expect(order_fill_event(&order, true) == ORDER_EVENT_PARTIAL_FILL, "two were not heard");
    struct order_fill missing = fill_at(2, 10, 5);
    cr_expect(order_fill_apply(&order, &missing).flags == ORDER_FILL_RECOVERED);
    cr_expect(order_fill_event(&order, true) == ORDER_EVENT_FILL);
}

/*
 * The naive twin knows each unit of the order. While no more stretches are missing than are kept
 * apart, booking is exact: every unit once, whatever is repeated and however late.
 */
enum { UNITS = 64 };

struct twin {
    bool booked[UNITS + 1];
    int64_t price[UNITS + 1];
    int told;
};

static int twin_holes(const struct twin *twin) {
    int holes = 0;
    for (int i = 1; i <= twin->told; i++) {
        holes += !twin->booked[i] && (i == 1 || twin->booked[i - 1]);
    }
    return holes;
}

static int twin_book(struct twin *twin, int last, int64_t price, int cumulative) {
    int booked = 0;
    for (int i = cumulative - last + 1; i <= cumulative; i++) {
        booked += !twin->booked[i];
        twin->price[i] = twin->booked[i] ? twin->price[i] : price;
        twin->booked[i] = true;
    }
    twin->told = cumulative > twin->told ? cumulative : twin->told;
    return booked;
}

/* The venue's fills of one order: where each ends, and its price. */
static int draw_fills(struct prng *prng, int *ends, int64_t *prices) {
    int count = 0;
    for (int end = 0; end < UNITS; count++) {
        end += 1 + (int)prng_below(prng, 9);
        ends[count] = end > UNITS ? UNITS : end;
        prices[count] = 1 + (int64_t)prng_below(prng, 3);
        end = ends[count];
    }
    return count;
}

static void compare(const struct order *order, const struct twin *twin) {
    int64_t filled = 0;
    int64_t notional = 0;
    for (int i = 1; i <= UNITS; i++) {
        filled += twin->booked[i];
        notional += twin->booked[i] ? twin->price[i] : 0;
    }
    cr_assert(order->filled.scaled == filled && order->told.scaled == twin->told);
    cr_assert(order->notional == (uint128)notional);
    cr_assert(order_fill_missing(order).scaled == twin->told - filled);
}

Test(order_fill, a_few_stretches_missing_are_booked_exactly) {
    struct prng prng;
    prng_seed(&prng, test_seed("order_fill"));
    uint32_t recovered = 0;
    uint32_t completed = 0;
    for (int round = 0; round < 2000; round++) {
        int ends[UNITS];
        int64_t prices[UNITS];
        int count = draw_fills(&prng, ends, prices);
        struct order order = order_of(UNITS);
        struct twin twin = {0};
        for (int i = 0; i < 200; i++) {
            int which = (int)prng_below(&prng, (uint64_t)count);
            int last = ends[which] - (which > 0 ? ends[which - 1] : 0);
            struct twin next = twin;
            int expected = twin_book(&next, last, prices[which], ends[which]);
            if (twin_holes(&next) > (int)ORDER_HOLES_MAX) {
                continue;
            }
            twin = next;
            struct order_fill fill = fill_at(last, prices[which], ends[which]);
            struct order_fill_outcome outcome = order_fill_apply(&order, &fill);
            cr_assert(outcome.booked.scaled == expected && !(outcome.flags & ORDER_FILL_CONFLICT));
            cr_assert((expected == 0) == (outcome.flags == ORDER_FILL_DUPLICATE));
            recovered += outcome.flags == ORDER_FILL_RECOVERED;
            compare(&order, &twin);
        }
        completed += order_fill_event(&order, false) == ORDER_EVENT_FILL;
    }
    cr_assert(recovered > 1000 && completed > 1000, "%u %u", recovered, completed);
}

Test(order_fill, whatever_a_venue_says_filled_never_passes_its_count) {
    struct prng prng;
    prng_seed(&prng, test_seed("order_fill"));
    for (int round = 0; round < 20000; round++) {
        struct order order = order_of(20);
        uint64_t notional = 0;
        for (int i = 0; i < 30; i++) {
            struct order_fill fill =
                fill_at((int64_t)prng_below(&prng, 12) - 1, (int64_t)prng_below(&prng, 9),
                        (int64_t)prng_below(&prng, 30) - 2);
            fill.has_cumulative = prng_below(&prng, 8) != 0;
            int64_t before = order.filled.scaled;
            struct order_fill_outcome outcome = order_fill_apply(&order, &fill);
            notional += (uint64_t)(outcome.booked.scaled * fill.price.scaled);
            cr_assert(outcome.booked.scaled >= 0 &&
                      outcome.booked.scaled <= (fill.last.scaled < 0 ? 0 : fill.last.scaled));
            cr_assert(order.filled.scaled == before + outcome.booked.scaled);
            cr_assert(order.filled.scaled <= order.told.scaled && order.notional == notional);
        }
    }
}

#define NO_FIT (-1)

/* Worked out with whole numbers of any size by a program that is not this one. */
static const struct {
    int count;
    struct {
        int64_t quantity;
        int64_t price;
    } fills[4];
    unsigned price_digits;
    unsigned digits;
    int64_t average;
} averages[] = {
    {2, {{3, INT64_C(922337203685477581)}, {1, INT64_C(922337203685477580)}}, 0, 1, NO_FIT},
    {2,
     {{2, INT64_C(922337203685477581)}, {2, INT64_C(922337203685477580)}},
     0,
     1,
     INT64_C(9223372036854775805)},
    {1, {{3, 100}}, 2, 2, 100},
    {2, {{3, 100}, {5, 100}}, 2, 6, 1000000},
    {2, {{1, 1}, {1, 2}}, 0, 0, 2},
    {2, {{1, 1}, {1, 2}}, 0, 1, 15},
    {2, {{1, 1}, {2, 2}}, 0, 0, 2},
    {2, {{2, 1}, {1, 2}}, 0, 0, 1},
    {2, {{1, 1}, {3, 2}}, 0, 0, 2},
    {2, {{3, 1}, {1, 2}}, 0, 18, INT64_C(1250000000000000000)},
    {2, {{1, 1}, {2, 2}}, 0, 18, INT64_C(1666666666666666667)},
    {2, {{1, 1}, {7, 3}}, 2, 8, 2750000},
    {2,
     {{INT64_C(9223372036854775806), INT64_C(9223372036854775807)},
      {1, INT64_C(9223372036854775806)}},
     0,
     0,
     INT64_C(9223372036854775807)},
    {2,
     {{INT64_C(9223372036854775806), INT64_C(9223372036854775806)},
      {1, INT64_C(9223372036854775807)}},
     0,
     0,
     INT64_C(9223372036854775806)},
    {1,
     {{INT64_C(9223372036854775807), INT64_C(9223372036854775807)}},
     0,
     0,
     INT64_C(9223372036854775807)},
    {1, {{INT64_C(9223372036854775807), INT64_C(9223372036854775807)}}, 0, 1, NO_FIT},
    {2,
     {{1, INT64_C(9223372036854775807)}, {1, INT64_C(9223372036854775806)}},
     0,
     0,
     INT64_C(9223372036854775807)},
    {2, {{1, INT64_C(9223372036854775807)}, {1, INT64_C(9223372036854775806)}}, 0, 1, NO_FIT},
    {2,
     {{1, INT64_C(922337203685477580)}, {1, INT64_C(922337203685477579)}},
     0,
     1,
     INT64_C(9223372036854775795)},
    {2, {{1, INT64_C(922337203685477581)}, {1, INT64_C(922337203685477581)}}, 0, 1, NO_FIT},
    {2, {{1, 9}, {1, INT64_C(9223372036854775807)}}, 3, 18, NO_FIT},
    {2, {{2, 1}, {INT64_C(2000000000000000000), 3}}, 0, 18, INT64_C(2999999999999999998)},
    {2, {{1, 9}, {INT64_C(1000000000000000000), 10}}, 0, 18, NO_FIT},
    {2,
     {{INT64_C(1000000000000000000), 9}, {INT64_C(999999999999999999), 10}},
     0,
     17,
     INT64_C(950000000000000000)},
    {2, {{INT64_C(9033029320), 8034247}, {11810, 3}}, 3, 5, 803423650},
    {2, {{69838755, 386810029}, {837245413, 847}}, 0, 0, 29782286},
    {2, {{859474322, 25354}, {324902, 82179}}, 2, 2, 25375},
    {4,
     {{INT64_C(4378744729546), 254},
      {INT64_C(1609518721920039), INT64_C(1014901827495)},
      {INT64_C(8084491002), INT64_C(71548851759251)},
      {6944863, 4835254}},
     3,
     4,
     INT64_C(10125015804840)},
    {2,
     {{INT64_C(3424767625), 6}, {INT64_C(584198361086084), 695782643}},
     3,
     5,
     INT64_C(69577856411)},
    {2, {{1114653, 3400249}, {INT64_C(206829631826409), 457100}}, 4, 6, 45710002},
    {4,
     {{5428004, 8},
      {37242573, INT64_C(4178410898937)},
      {5425, 298},
      {INT64_C(48198233273653), 731164}},
     0,
     2,
     395980110},
    {4,
     {{INT64_C(43027787784), 42163},
      {85449, 1304535},
      {INT64_C(2653128614), 39190951},
      {32775, 2665978}},
     2,
     2,
     2315907},
    {3,
     {{59, 374}, {INT64_C(322110458006), INT64_C(4712018114)}, {7112743, 1862}},
     0,
     0,
     INT64_C(4711914066)},
    {4,
     {{624464, INT64_C(21348645239)},
      {70, 78203983},
      {43142001, 2},
      {INT64_C(58989408702248745), INT64_C(30011759939)}},
     3,
     3,
     INT64_C(30011759917)},
    {3,
     {{INT64_C(5190433354028), 6902},
      {INT64_C(728947212113052), 3619178},
      {INT64_C(570162009720003), 5}},
     2,
     2,
     2022716},
    {2, {{INT64_C(36828784969835), 333}, {41, INT64_C(6741848863)}}, 0, 3, 333008},
    {2,
     {{INT64_C(80547274671054), 345}, {INT64_C(7116369968), INT64_C(9287523133641)}},
     1,
     6,
     INT64_C(82048262844542)},
    {3,
     {{INT64_C(55503003206), 9983191},
      {674160622, INT64_C(5116412303)},
      {INT64_C(4741508753496), INT64_C(7972803424)}},
     1,
     6,
     INT64_C(788028254810586)},
    {3, {{INT64_C(7272886076851321), 3666518}, {4, 14}, {124435905, 6393539}}, 1, 1, 3666518},
    {2, {{704100, INT64_C(6555875211)}, {2, 10}}, 0, 2, INT64_C(655585658905)},
    {4,
     {{5424, 83561},
      {INT64_C(1520598403541828), 45471},
      {88, 487231599},
      {INT64_C(5475982660351), 3920846}},
     3,
     6,
     59376932},
    {2, {{118, INT64_C(8588154810)}, {INT64_C(62520879373062), 81}}, 1, 3, 8102},
    {3,
     {{INT64_C(23555998493563), 916757},
      {184918, INT64_C(357123554083)},
      {INT64_C(6099407009038658), 71024}},
     0,
     1,
     742885},
    {2,
     {{INT64_C(9109423108), 63}, {INT64_C(1363409563826199), 263540458}},
     3,
     5,
     INT64_C(26353869720)},
    {3,
     {{24214671, INT64_C(238914859698)},
      {79, 570515},
      {INT64_C(344132400622566), INT64_C(86270606121119)}},
     4,
     7,
     INT64_C(86270600067531007)},
    {2, {{827900198, INT64_C(7138607932)}, {56807, 78}}, 1, 5, INT64_C(71381181446150)},
    {2, {{1597676969, INT64_C(7704720111)}, {79, 3014457}}, 2, 4, INT64_C(770471973018)},
    {3, {{315182, 10}, {9, INT64_C(1562636980443)}, {INT64_C(896820310470), 21}}, 1, 4, 36682},
    {4,
     {{779, 23},
      {INT64_C(4002298540165507), INT64_C(7130779039)},
      {INT64_C(5446968232317), 241559},
      {INT64_C(88206716675), 485206688}},
     3,
     6,
     INT64_C(7120941805707)},
    {3,
     {{INT64_C(6177411102), INT64_C(4351589204)}, {940972, 492348285}, {INT64_C(684569023019), 3}},
     4,
     4,
     38917297},
    {4,
     {{INT64_C(874471677866), 11973}, {519104705, 7813}, {153, 1132}, {201367518, 9760970}},
     4,
     8,
     142136186},
    {3, {{9, 2581}, {3367, 6}, {125, 8030}}, 2, 3, 2991},
    {4,
     {{85876, 2180938},
      {574, 727463},
      {9, 515},
      {INT64_C(30263001857529), INT64_C(68140936560110)}},
     4,
     4,
     INT64_C(68140936365437)},
    {2, {{917277, 67481}, {INT64_C(5778451663447), 397}}, 0, 0, 397},
    {3,
     {{5, INT64_C(1508188559649)}, {121600, INT64_C(32650407425462)}, {74292910, 8}},
     4,
     5,
     INT64_C(533537991140)},
    {4,
     {{INT64_C(1882002933519), 83113917},
      {INT64_C(913311259932), 624546},
      {4289415, INT64_C(8141734570)},
      {INT64_C(90639094212), INT64_C(661589207721)}},
     2,
     5,
     INT64_C(20832902385531)},
    {3,
     {{182, INT64_C(545646200982)}, {INT64_C(5615949985598980), 1169}, {INT64_C(84961270758), 714}},
     2,
     2,
     1169},
    {2, {{83666241, 81561}, {1, 8}}, 1, 2, 815610},
    {2, {{INT64_C(941878280569), 6754966}, {23, 8282818}}, 0, 4, INT64_C(67549660000)},
    {4,
     {{INT64_C(9481498354), INT64_C(354065945853)},
      {225139, 8},
      {INT64_C(46631645107808), INT64_C(7163612634471)},
      {INT64_C(29577808179105), 36654}},
     4,
     4,
     INT64_C(4382826920564)},
    {3,
     {{653803350, 88565}, {80338, INT64_C(1526056757780)}, {650332, 90}},
     1,
     3,
     INT64_C(18739782534)},
    {2,
     {{INT64_C(2054037032333625), 1462424535}, {INT64_C(187424657897442), 32}},
     4,
     4,
     1340140753},
};

Test(order_fill, average_is_the_exact_quotient_rounded_half_up) {
    for (size_t i = 0; i < sizeof(averages) / sizeof(averages[0]); i++) {
        struct order order = order_of(INT64_MAX);
        for (int j = 0; j < averages[i].count; j++) {
            struct order_fill fill =
                fill_of(averages[i].fills[j].quantity, averages[i].fills[j].price);
            cr_assert(order_fill_apply(&order, &fill).booked.scaled == fill.last.scaled);
        }
        struct price average = {.scaled = NO_FIT};
        bool fits =
            order_fill_average(&order, averages[i].price_digits, averages[i].digits, &average);
        cr_expect(fits == (averages[i].average != NO_FIT), "row %zu", i);
        cr_expect(average.scaled == averages[i].average, "row %zu: got %lld, want %lld", i,
                  (long long)average.scaled, (long long)averages[i].average);
    }
}

Test(order_fill, no_fill_has_no_average) {
    struct order order = order_of(10);
    struct price average;
    cr_expect(!order_fill_average(&order, 2, 4, &average));
}

static void fewer_digits_than_the_price(void *argument) {
    struct price average;
    bool fits = order_fill_average(argument, 3, 2, &average);
    _exit(fits ? 1 : 2);
}

Test(order_fill, an_average_coarser_than_its_prices_stops_the_process) {
    struct order order = order_of(10);
    cr_expect(dies_saying(fewer_digits_than_the_price, &order, "digits"));
}

static struct order_worth worth_of(int64_t count, int64_t average, unsigned digits) {
    struct order_worth worth;
    cr_assert(
        order_worth_of_average((struct quantity){.scaled = count}, average, digits, 1, &worth));
    return worth;
}

/* Prices have a digit, quantities none: 5 of 20 were heard at 60.0, and 15 counted. */
static struct order with_hole(void) {
    struct order order = order_of(20);
    struct order_fill fill = fill_at(5, 600, 5);
    cr_assert_eq(order_fill_apply(&order, &fill).booked.scaled, 5);
    cr_assert_eq(order_fill_told(&order, (struct quantity){.scaled = 15}).scaled, 10);
    return order;
}

Test(order_fill, what_is_missing_is_booked_by_what_the_count_is_worth) {
    static const struct {
        int64_t average; /* of 15, with so many digits */
        unsigned digits;
        int64_t price; /* of the 10, rounded to a digit */
        uint64_t notional;
    } rows[] = {
        {60000000, 6, 600, 9000}, /* 10 at 60.0 */
        {60333333, 6, 605, 9050}, /* 10 at 60.5, cut */
        {60333334, 6, 605, 9050}, /* rounded up */
        {6033333, 5, 605, 9050},  {60330, 3, 605, 9050},
        {60000667, 6, 600, 9000}, {60300000, 6, 605, 9045}, /* 5 at 60.4, 5 at 60.5 */
        {603, 1, 605, 9050},                                /* 60.3 may be 60.33 */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct order order = with_hole();
        struct order_worth worth = worth_of(15, rows[i].average, rows[i].digits);
        struct order_fill_outcome outcome = order_fill_recover(&order, &worth);
        cr_expect(outcome.booked.scaled == 10 && outcome.flags == RECOVERED, "row %zu", i);
        cr_expect(order.filled.scaled == 15 && order.fills == 2 &&
                      order_fill_missing(&order).scaled == 0,
                  "row %zu", i);
        cr_expect(order.last_price.scaled == rows[i].price, "row %zu: %lld", i,
                  (long long)order.last_price.scaled);
        cr_expect(order.notional == rows[i].notional, "row %zu: %llu", i,
                  (unsigned long long)order.notional);
    }
}

Test(order_fill, what_comes_after_it_was_recovered_is_a_duplicate) {
    struct order order = with_hole();
    struct order_worth worth = worth_of(15, 600, 1);
    cr_assert_eq(order_fill_recover(&order, &worth).booked.scaled, 10);
    struct order_fill late = fill_at(4, 600, 9);
    cr_expect_eq(order_fill_apply(&order, &late).flags, DUPLICATE);
    struct order_fill next = fill_at(5, 600, 20);
    cr_expect_eq(order_fill_apply(&order, &next).flags, 0);
    cr_expect_eq(order_fill_event(&order, false), ORDER_EVENT_FILL);
    cr_expect_eq(order_fill_recover(&order, &worth).flags, INVALID);
}

Test(order_fill, a_worth_that_cannot_be_is_not_booked) {
    static const struct {
        int64_t told;
        uint64_t notional;
        uint64_t error;
        unsigned flags;
    } rows[] = {
        {15, 3000, 0, INVALID},                             /* nothing for what is missing */
        {15, 2999, 0, INVALID},    {15, 9000, 61, INVALID}, /* off by more than a hundredth */
        {15, 9000, 60, RECOVERED}, {15, 3004, 0, INVALID},  /* less than the price has digits for */
        {15, 3005, 0, RECOVERED},  {15, UINT64_MAX, 0, RECOVERED}, /* just fits */
        {20, 12000, 0, RECOVERED}, {21, 12600, 0, OVER},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct order order = with_hole();
        (void)order_fill_told(&order, (struct quantity){.scaled = rows[i].told});
        struct order before = order;
        const struct order_worth worth = {.notional = rows[i].notional, .error = rows[i].error};
        struct order_fill_outcome outcome = order_fill_recover(&order, &worth);
        cr_expect_eq(outcome.flags, rows[i].flags, "row %zu: %x", i, outcome.flags);
        cr_expect(outcome.flags == RECOVERED || memcmp(&before, &order, sizeof(order)) == 0,
                  "row %zu", i);
    }
    struct order order = with_hole();
    const struct order_worth worth = {.notional = (uint128)INT64_MAX * 11};
    cr_expect_eq(order_fill_recover(&order, &worth).flags, INVALID, "a price past int64");
}

Test(order_fill, an_order_sized_by_money_has_no_count_that_is_too_much) {
    struct order order = with_hole();
    order.flags = ORDER_CASH;
    order.quantity.scaled = 0;
    struct order_worth worth = worth_of(15, 600, 1);
    cr_expect_eq(order_fill_recover(&order, &worth).flags, RECOVERED);
}

Test(order_fill, nothing_is_worth_nothing) {
    struct order_worth worth;
    cr_expect(!order_worth_of_average((struct quantity){.scaled = 0}, 600, 1, 1, &worth));
    cr_expect(!order_worth_of_average((struct quantity){.scaled = 15}, 0, 1, 1, &worth));
    cr_expect(!order_worth_of_average((struct quantity){.scaled = -1}, 600, 1, 1, &worth));
    cr_expect(
        order_worth_of_average((struct quantity){.scaled = INT64_MAX}, INT64_MAX, 1, 1, &worth));
    cr_expect(worth.notional == (uint128)INT64_MAX * INT64_MAX);
}
