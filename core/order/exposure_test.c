#include "core/order/exposure.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"
#include "core/order/order_fill.h"

static struct exposure *make(uint32_t accounts, uint32_t instruments) {
    struct exposure_limits limits = {.accounts = accounts, .instruments = instruments};
    size_t bytes = exposure_footprint(limits);
    void *mem = aligned_alloc(64, bytes);
    memset(mem, 0xa5, bytes);
    return exposure_init(mem, limits);
}

static struct order limit_order(enum order_side side, int64_t quantity, int64_t price) {
    return (struct order){.state = ORDER_PENDING_NEW,
                          .type = ORDER_LIMIT,
                          .side = side,
                          .quantity = {.scaled = quantity},
                          .price = {.scaled = price}};
}

Test(exposure, impossible_limits_have_no_footprint) {
    cr_expect_eq(exposure_footprint((struct exposure_limits){0, 1}), 0);
    cr_expect_eq(exposure_footprint((struct exposure_limits){1, 0}), 0);
    cr_expect_eq(exposure_footprint((struct exposure_limits){4097, 1}), 0);
    cr_expect_eq(exposure_footprint((struct exposure_limits){3, 5}) % 64, 0);
}

Test(exposure, buys_and_sells_are_apart) {
    struct exposure *exposure = make(1, 1);
    struct order buy = limit_order(ORDER_BUY, 10, 7);
    struct order sell = limit_order(ORDER_SELL, 4, 9);
    exposure_update(exposure, &buy);
    exposure_update(exposure, &sell);
    const struct exposure_side *buys = exposure_at(exposure, 0, 0, ORDER_BUY);
    const struct exposure_side *sells = exposure_at(exposure, 0, 0, ORDER_SELL);
    cr_expect(buys->open == 10 && buys->notional == 70 && buys->orders == 1);
    cr_expect(sells->open == 4 && sells->notional == 36 && sells->orders == 1);
    free(exposure);
}

Test(exposure, a_pending_replace_counts_with_the_worse_of_both) {
    struct exposure *exposure = make(1, 1);
    struct order order = limit_order(ORDER_BUY, 10, 7);
    order.state = ORDER_NEW;
    order.filled.scaled = 3;
    order.replace_pending = true;
    order.replace_terms = (struct order_terms){.quantity = {.scaled = 8}, .price = {.scaled = 11}};
    exposure_update(exposure, &order);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    cr_expect(side->open == 7, "the old quantity is the greater one");
    cr_expect(side->notional == 77, "and the new price");
    order_take_terms(&order);
    exposure_update(exposure, &order);
    cr_expect(side->open == 5 && side->notional == 55);
    free(exposure);
}

Test(exposure, doubt_counts_as_open_and_an_end_as_nothing) {
    struct exposure *exposure = make(1, 1);
    struct order order = limit_order(ORDER_SELL, 10, 7);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_SELL);
    exposure_update(exposure, &order);
    order.state = ORDER_IN_DOUBT;
    exposure_update(exposure, &order);
    cr_expect(side->open == 10 && side->orders == 1);
    order.state = ORDER_CANCELED;
    exposure_update(exposure, &order);
    exposure_update(exposure, &order);
    cr_expect(side->open == 0 && side->notional == 0 && side->orders == 0);
    free(exposure);
}

/* What the venue counts and nobody booked is no less done because the order has ended. */
Test(exposure, a_fill_that_was_not_heard_stays_open_past_the_end) {
    struct exposure *exposure = make(1, 1);
    struct order order = limit_order(ORDER_BUY, 10, 7);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    order.state = ORDER_NEW;
    cr_assert_eq(order_fill_told(&order, (struct quantity){.scaled = 4}).scaled, 4);
    exposure_update(exposure, &order);
    cr_expect(side->open == 10 && side->notional == 70 && side->filled == 0 && side->orders == 1);
    order.state = ORDER_CANCELED;
    exposure_update(exposure, &order);
    cr_expect(side->open == 4 && side->notional == 28 && side->filled == 0 && side->orders == 0);
    struct order_fill late = {.last = {.scaled = 4},
                              .price = {.scaled = 5},
                              .has_cumulative = true,
                              .cumulative = {.scaled = 4}};
    cr_assert_eq(order_fill_apply(&order, &late).booked.scaled, 4);
    exposure_update(exposure, &order);
    cr_expect(side->open == 0 && side->notional == 0 && side->filled == 4 && side->paid == 20);
    free(exposure);
}

Test(exposure, a_venue_that_counts_more_than_was_asked_for_is_believed) {
    struct exposure *exposure = make(1, 1);
    struct order order = limit_order(ORDER_BUY, 10, 7);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    order.state = ORDER_NEW;
    (void)order_fill_told(&order, (struct quantity){.scaled = 12});
    exposure_update(exposure, &order);
    cr_expect(side->open == 12 && side->notional == 84);
    free(exposure);
}

Test(exposure, a_missing_fill_of_an_order_sized_by_money_has_no_price) {
    struct exposure *exposure = make(1, 1);
    struct order order = limit_order(ORDER_BUY, 0, 0);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    order.type = ORDER_MARKET;
    order.flags = ORDER_CASH;
    order.cash.scaled = 1000;
    (void)order_fill_told(&order, (struct quantity){.scaled = 3});
    exposure_update(exposure, &order);
    cr_expect(side->cash == 1000 && side->open == 0, "all of its money, while it lives");
    order.state = ORDER_CANCELED;
    exposure_update(exposure, &order);
    cr_expect(side->cash == 0 && side->open == 3 && side->unpriced == 3 && side->orders == 0);
    free(exposure);
}

Test(exposure, what_has_no_price_is_counted_apart) {
    struct exposure *exposure = make(1, 1);
    struct order market = limit_order(ORDER_BUY, 5, 0);
    market.type = ORDER_MARKET;
    struct order stop = limit_order(ORDER_BUY, 6, 0);
    stop.type = ORDER_STOP;
    stop.stop_price.scaled = 100;
    struct order cash = limit_order(ORDER_BUY, 0, 0);
    cash.type = ORDER_MARKET;
    cash.flags = ORDER_CASH;
    cash.cash.scaled = 1000;
    exposure_update(exposure, &market);
    exposure_update(exposure, &stop);
    exposure_update(exposure, &cash);
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    cr_expect(side->unpriced == 11 && side->open == 11 && side->notional == 0);
    cr_expect(side->cash == 1000 && side->orders == 3);
    free(exposure);
}

Test(exposure, the_largest_orders_do_not_overflow) {
    struct exposure *exposure = make(1, 1);
    struct order orders[64];
    for (size_t i = 0; i < 64; i++) {
        orders[i] = limit_order(ORDER_BUY, INT64_MAX, 1);
        exposure_update(exposure, &orders[i]);
    }
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    cr_expect(side->open == (exposure_sum)INT64_MAX * 64);
    for (size_t i = 0; i < 64; i++) {
        orders[i].state = ORDER_CANCELED;
        exposure_update(exposure, &orders[i]);
    }
    cr_expect(side->open == 0 && side->notional == 0);
    free(exposure);
}

static void out_of_range(void *argument) {
    (void)exposure_at(argument, 1, 0, ORDER_BUY);
}

Test(exposure, an_account_that_does_not_exist_stops_the_process) {
    struct exposure *exposure = make(1, 1);
    cr_assert(dies_saying(out_of_range, exposure, "accounts"));
    free(exposure);
}

/* The twin keeps every order there ever was and adds them all up, from the definitions. */
#define LIVES 64
#define ACCOUNTS 3U
#define INSTRUMENTS 2U

struct sums {
    exposure_sum open;
    exposure_sum notional;
    exposure_sum filled;
    uint64_t orders;
};

static void add_up(const struct order *order, struct sums *sums) {
    sums->filled += order->filled.scaled;
    bool done = order->state == ORDER_FILLED || order->state == ORDER_CANCELED ||
                order->state == ORDER_REJECTED || order->state == ORDER_EXPIRED;
    sums->orders += !done;
    int64_t quantity = done ? 0 : order->quantity.scaled;
    int64_t price = order->price.scaled;
    if (!done && order->replace_pending && order->replace_terms.quantity.scaled > quantity) {
        quantity = order->replace_terms.quantity.scaled;
    }
    if (order->replace_pending && order->replace_terms.price.scaled > price) {
        price = order->replace_terms.price.scaled;
    }
    if (order->told.scaled > quantity) {
        quantity = order->told.scaled;
    }
    if (quantity > order->filled.scaled) {
        sums->open += quantity - order->filled.scaled;
        sums->notional += (exposure_sum)(quantity - order->filled.scaled) * price;
    }
}

static void mutate(struct prng *prng, struct order *order) {
    switch (prng_below(prng, 6)) {
    case 0:
        order->state = (enum order_state)(1 + prng_below(prng, ORDER_STATES - 1));
        break;
    case 1:
        order->filled.scaled += (int64_t)prng_below(prng, 4);
        if (order->told.scaled < order->filled.scaled) {
            order->told = order->filled;
        }
        break;
    case 2:
        order->replace_pending = true;
        order->replace_terms.quantity.scaled = 1 + (int64_t)prng_below(prng, 50);
        order->replace_terms.price.scaled = 1 + (int64_t)prng_below(prng, 50);
        break;
    case 3:
        if (order->replace_pending) {
            order_take_terms(order);
        }
        break;
    case 4:
        order->told.scaled += (int64_t)prng_below(prng, 4);
        break;
    default:
        order->replace_pending = false;
        break;
    }
}

Test(exposure, random_orders_add_up) {
    struct prng prng;
    prng_seed(&prng, test_seed("exposure"));
    struct exposure *exposure = make(ACCOUNTS, INSTRUMENTS);
    struct order orders[LIVES];
    for (size_t i = 0; i < LIVES; i++) {
        orders[i] =
            limit_order(prng_below(&prng, 2) ? ORDER_BUY : ORDER_SELL,
                        1 + (int64_t)prng_below(&prng, 50), 1 + (int64_t)prng_below(&prng, 50));
        orders[i].account = (uint32_t)prng_below(&prng, ACCOUNTS);
        orders[i].instrument = (uint32_t)prng_below(&prng, INSTRUMENTS);
        exposure_update(exposure, &orders[i]);
    }
    for (int round = 0; round < 20000; round++) {
        struct order *order = &orders[prng_below(&prng, LIVES)];
        mutate(&prng, order);
        exposure_update(exposure, order);
        struct sums sums = {0};
        for (size_t i = 0; i < LIVES; i++) {
            if (orders[i].account == order->account && orders[i].instrument == order->instrument &&
                orders[i].side == order->side) {
                add_up(&orders[i], &sums);
            }
        }
        const struct exposure_side *side =
            exposure_at(exposure, order->account, order->instrument, order->side);
        cr_assert(side->open == sums.open && side->notional == sums.notional &&
                      side->filled == sums.filled && side->orders == sums.orders,
                  "round %d", round);
    }
    free(exposure);
}

/* No order is worth that; a venue may say so all the same. */
Test(exposure, money_beyond_all_measure_saturates) {
    struct exposure *exposure = make(1, 1);
    struct order orders[5];
    const struct exposure_side *side = exposure_at(exposure, 0, 0, ORDER_BUY);
    const exposure_sum most = (exposure_sum)1 << 96;
    for (int i = 0; i < 5; i++) {
        orders[i] = limit_order(ORDER_BUY, INT64_MAX, INT64_MAX);
        orders[i].notional = INT64_MAX;
        orders[i].notional *= INT64_MAX;
        exposure_update(exposure, &orders[i]);
        cr_expect(side->notional == most * (i + 1) && side->paid == most * (i + 1));
        cr_expect(side->open == (exposure_sum)INT64_MAX * (i + 1));
    }
    orders[0].quantity.scaled = 3;
    orders[0].price.scaled = 5;
    orders[0].notional = 7;
    exposure_update(exposure, &orders[0]);
    cr_expect(side->notional == most * 4 + 15 && side->paid == most * 4 + 7);
    for (int i = 0; i < 5; i++) {
        orders[i].state = ORDER_CANCELED;
        orders[i].notional = 0;
        exposure_update(exposure, &orders[i]);
    }
    cr_expect(side->notional == 0 && side->paid == 0 && side->open == 0);
    free(exposure);
}
