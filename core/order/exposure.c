#include "core/order/exposure.h"

#include <string.h>

#include "core/base/bits.h"
#include "core/order/order_fill.h"

#define ACCOUNTS_MAX 4096U
#define EXPOSURE_INSTRUMENTS_MAX 4096U

struct exposure {
    struct exposure_limits limits;
    _Alignas(64) struct exposure_side sides[];
};

static bool limits_are_possible(struct exposure_limits limits) {
    return limits.accounts >= 1 && limits.accounts <= ACCOUNTS_MAX && limits.instruments >= 1 &&
           limits.instruments <= EXPOSURE_INSTRUMENTS_MAX;
}

static size_t side_count(struct exposure_limits limits) {
    return (size_t)limits.accounts * limits.instruments * 2;
}

size_t exposure_footprint(struct exposure_limits limits) {
    if (!limits_are_possible(limits)) {
        return 0;
    }
    size_t bytes = sizeof(struct exposure) + side_count(limits) * sizeof(struct exposure_side);
    return bits_whole_lines(bytes);
}

struct exposure *exposure_init(void *mem, struct exposure_limits limits) {
    CHECK(limits_are_possible(limits));
    CHECK(((uintptr_t)mem & 63) == 0);
    struct exposure *exposure = mem;
    exposure->limits = limits;
    memset(exposure->sides, 0, side_count(limits) * sizeof(struct exposure_side));
    return exposure;
}

static size_t side_index(const struct exposure *exposure, uint32_t account, uint32_t instrument,
                         enum order_side side) {
    CHECK(account < exposure->limits.accounts && instrument < exposure->limits.instruments);
    return ((size_t)account * exposure->limits.instruments + instrument) * 2 + (size_t)side;
}

/* More than any order means: 2^30 of them do not overflow a sum. */
#define MONEY_MAX ((exposure_sum)1 << 96)

static exposure_sum money(exposure_sum exact) {
    return exact < MONEY_MAX ? exact : MONEY_MAX;
}

static int64_t greater(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Of a stray the replace_terms are the worst that were asked for or told of it. */
static bool has_other_terms(const struct order *order) {
    return order->replace_pending || order->stray;
}

/* A stop without a limit trades at whatever price there is. */
static int64_t worst_price(const struct order *order) {
    if (!order_type_has_price(order->type)) {
        return 0;
    }
    int64_t price = order->price.scaled;
    return has_other_terms(order) ? greater(price, order->replace_terms.price.scaled) : price;
}

static int64_t worst_open(const struct order *order) {
    int64_t quantity = order->quantity.scaled;
    if (has_other_terms(order)) {
        quantity = greater(quantity, order->replace_terms.quantity.scaled);
    }
    return greater(quantity - order->filled.scaled, 0);
}

/* What of it may still be booked, and what was. */
static struct order_exposed exposed_of(const struct order *order) {
    struct order_exposed now = {.filled = order->filled, .paid = order->notional};
    now.live = order->state != ORDER_STATE_NONE && !order_state_is_terminal(order->state);
    bool open = now.live || order->stray;
    if (open && (order->flags & ORDER_CASH) != 0) {
        now.cash = order->cash;
        return now;
    }
    int64_t missing = order_fill_missing(order).scaled;
    now.open.scaled = open ? greater(worst_open(order), missing) : missing;
    now.price.scaled = worst_price(order);
    return now;
}

/* `sign` is 1 or -1: the same arithmetic puts an order in and takes it out. */
static void count(struct exposure_side *side, const struct order_exposed *part, int sign) {
    exposure_sum open = (exposure_sum)part->open.scaled * sign;
    side->open += open;
    side->unpriced += part->price.scaled == 0 ? open : 0;
    side->notional += money((exposure_sum)part->open.scaled * part->price.scaled) * sign;
    side->cash += (exposure_sum)part->cash.scaled * sign;
    side->filled += (exposure_sum)part->filled.scaled * sign;
    side->paid += money((exposure_sum)part->paid) * sign;
    side->orders += part->live ? (uint64_t)(int64_t)sign : 0;
}

void exposure_update(struct exposure *exposure, struct order *order) {
    struct exposure_side *side =
        &exposure->sides[side_index(exposure, order->account, order->instrument, order->side)];
    count(side, &order->exposed, -1);
    order->exposed = exposed_of(order);
    count(side, &order->exposed, 1);
}

const struct exposure_side *exposure_at(const struct exposure *exposure, uint32_t account,
                                        uint32_t instrument, enum order_side side) {
    return &exposure->sides[side_index(exposure, account, instrument, side)];
}
