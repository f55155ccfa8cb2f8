#include "core/order/order_fill.h"

__extension__ typedef unsigned __int128 uint128;

struct quantity order_fill_missing(const struct order *order) {
    return (struct quantity){.scaled = order->told.scaled - order->filled.scaled};
}

static void book(struct order *order, int64_t quantity, struct price price) {
    order->filled.scaled += quantity;
    order->notional += (uint128)(uint64_t)price.scaled * (uint64_t)quantity;
    order->last_price = price;
    order->fills++;
}

/* Room before place `at`. */
static struct order_hole *hole_insert(struct order *order, uint32_t at) {
    DCHECK(order->hole_count < ORDER_HOLES_MAX);
    for (uint32_t i = order->hole_count; i > at; i--) {
        order->holes[i] = order->holes[i - 1];
    }
    order->hole_count++;
    return &order->holes[at];
}

static void hole_remove(struct order *order, uint32_t at) {
    order->hole_count--;
    for (uint32_t i = at; i < order->hole_count; i++) {
        order->holes[i] = order->holes[i + 1];
    }
}

/* The latest hole becomes a part of the one before it, and what is booked between them, too. */
static void join_latest(struct order *order) {
    struct order_hole *latest = &order->holes[order->hole_count - 1];
    latest[-1].end = latest->end;
    latest[-1].missing.scaled += latest->missing.scaled;
    order->hole_count--;
}

/* The stretch [from, to) was counted by the venue and not heard; nothing was counted beyond. */
static void hole_open(struct order *order, int64_t from, int64_t to) {
    if (order->hole_count != 0 && order->holes[order->hole_count - 1].end.scaled == from) {
        struct order_hole *latest = &order->holes[order->hole_count - 1];
        latest->end.scaled = to;
        latest->missing.scaled += to - from;
        return;
    }
    if (order->hole_count == ORDER_HOLES_MAX) {
        join_latest(order);
    }
    *hole_insert(order, order->hole_count) =
        (struct order_hole){.start = {from}, .end = {to}, .missing = {to - from}};
}

/* A fill after everything the venue has counted so far, or touching the end of it. */
static unsigned apply_next(struct order *order, int64_t start, int64_t end, struct price price) {
    unsigned flags = 0;
    if (start > order->told.scaled) {
        hole_open(order, order->told.scaled, start);
        flags = ORDER_FILL_GAP;
    } else if (start < order->told.scaled) {
        start = order->told.scaled;
        flags = ORDER_FILL_OVERLAP;
    }
    order->told.scaled = end;
    book(order, end - start, price);
    return flags;
}

/* Of a hole all of which is missing [start, end) is not any more. Without room for what is left on
 * either side it is one stretch still, with a booked part within it. */
static void hole_cut(struct order *order, uint32_t at, int64_t start, int64_t end) {
    struct order_hole *hole = &order->holes[at];
    if (start == hole->start.scaled) {
        hole->start.scaled = end;
    } else if (end == hole->end.scaled) {
        hole->end.scaled = start;
    } else if (order->hole_count < ORDER_HOLES_MAX) {
        struct order_hole *before = hole_insert(order, at);
        before->end.scaled = start;
        before->missing.scaled = start - before->start.scaled;
        before[1].start.scaled = end;
        before[1].missing.scaled = before[1].end.scaled - end;
        return;
    }
    hole->missing.scaled -= end - start;
}

/* A fill inside a hole. Only one all of which is missing can be cut. */
static unsigned apply_missing(struct order *order, uint32_t at, int64_t start, int64_t end,
                              struct price price) {
    struct order_hole *hole = &order->holes[at];
    bool exact = hole->end.scaled - hole->start.scaled == hole->missing.scaled;
    book(order, end - start, price);
    if (exact) {
        hole_cut(order, at, start, end);
    } else {
        hole->missing.scaled -= end - start;
    }
    if (order->holes[at].missing.scaled == 0) {
        hole_remove(order, at);
    }
    return exact ? ORDER_FILL_RECOVERED : ORDER_FILL_RECOVERED | ORDER_FILL_OVERLAP;
}

/* The first hole that has something of [start, end), or hole_count. */
static uint32_t find_hole(const struct order *order, int64_t start, int64_t end) {
    uint32_t at = 0;
    while (at < order->hole_count &&
           (end <= order->holes[at].start.scaled || start >= order->holes[at].end.scaled)) {
        at++;
    }
    return at;
}

/* A fill that ends within what the venue has counted: it repeats, or it was missing. */
static unsigned apply_earlier(struct order *order, int64_t start, int64_t end, struct price price) {
    uint32_t at = find_hole(order, start, end);
    if (at == order->hole_count) {
        return start < 0 ? ORDER_FILL_DUPLICATE | ORDER_FILL_OVERLAP : ORDER_FILL_DUPLICATE;
    }
    const struct order_hole *hole = &order->holes[at];
    bool inside = start >= hole->start.scaled && end <= hole->end.scaled;
    if (!inside || end - start > hole->missing.scaled) {
        return ORDER_FILL_OVERLAP;
    }
    return apply_missing(order, at, start, end, price);
}

static bool is_cash(const struct order *order) {
    return (order->flags & ORDER_CASH) != 0;
}

/* The most it may fill under some order of what was sent. */
static int64_t most(const struct order *order) {
    bool more =
        order->replace_pending && order->replace_terms.quantity.scaled > order->quantity.scaled;
    return more ? order->replace_terms.quantity.scaled : order->quantity.scaled;
}

bool order_fill_outgrows(const struct order *order, struct quantity cumulative) {
    return order->replace_pending && !is_cash(order) && cumulative.scaled > order->told.scaled &&
           cumulative.scaled > order->quantity.scaled &&
           cumulative.scaled <= order->replace_terms.quantity.scaled;
}

bool order_fill_makes_sense(const struct order_fill *fill) {
    return fill->last.scaled > 0 && fill->price.scaled > 0 &&
           (!fill->has_cumulative || fill->cumulative.scaled > 0);
}

struct order_fill_outcome order_fill_apply(struct order *order, const struct order_fill *fill) {
    int64_t before = order->filled.scaled;
    int64_t end = fill->cumulative.scaled;
    bool valid = order_fill_makes_sense(fill);
    if (!fill->has_cumulative) {
        valid &= !__builtin_add_overflow(order->told.scaled, fill->last.scaled, &end);
    }
    if (!valid) {
        return (struct order_fill_outcome){.flags = ORDER_FILL_INVALID};
    }
    int64_t start = end - fill->last.scaled;
    unsigned flags = end > order->told.scaled ? apply_next(order, start, end, fill->price)
                                              : apply_earlier(order, start, end, fill->price);
    int64_t booked = order->filled.scaled - before;
    if (booked > 0 && !is_cash(order) && order->told.scaled > most(order)) {
        flags |= ORDER_FILL_OVER;
    }
    return (struct order_fill_outcome){.booked = {.scaled = booked}, .flags = flags};
}

struct quantity order_fill_told(struct order *order, struct quantity cumulative) {
    if (cumulative.scaled > order->told.scaled) {
        hole_open(order, order->told.scaled, cumulative.scaled);
        order->told = cumulative;
    }
    return order_fill_missing(order);
}

enum order_event order_fill_event(const struct order *order, bool complete) {
    bool done = is_cash(order) ? complete && order_fill_missing(order).scaled == 0
                               : order->filled.scaled >= most(order);
    return done ? ORDER_EVENT_FILL : ORDER_EVENT_PARTIAL_FILL;
}

bool order_fill_is_all(const struct order *order) {
    return !is_cash(order) && order->filled.scaled >= order->quantity.scaled;
}

void order_take_terms(struct order *order) {
    CHECK(order->replace_pending);
    order->quantity = order->replace_terms.quantity;
    order->price = order->replace_terms.price;
    order->stop_price = order->replace_terms.stop_price;
    order->replace_pending = false;
}

struct quantity order_leaves(const struct order *order) {
    int64_t leaves = order->quantity.scaled - order->filled.scaled;
    bool none = leaves < 0 || order_state_is_terminal(order->state);
    return (struct quantity){.scaled = none ? 0 : leaves};
}

/*
 * worth x scale / quantity, half up. The quotient must fit 63 bits, so the dividend must be below
 * quantity x 2^63, which also keeps the machine's 128-by-64 division from overflowing.
 */
static bool average_of(uint128 worth, uint64_t quantity, uint64_t scale, int64_t *average) {
    uint128 dividend;
    if (__builtin_mul_overflow(worth, (uint128)scale, &dividend) || dividend >= (uint128)quantity
                                                                                    << 63) {
        return false;
    }
    uint64_t quotient = (uint64_t)(dividend / quantity);
    uint64_t remainder = (uint64_t)(dividend - (uint128)quotient * quantity);
    quotient += remainder >= quantity - remainder;
    if (quotient > INT64_MAX) {
        return false;
    }
    *average = (int64_t)quotient;
    return true;
}

bool order_fill_average(const struct order *order, unsigned price_digits, unsigned digits,
                        struct price *average) {
    CHECK(price_digits <= digits && digits <= DECIMAL_DIGITS_MAX);
    if (order->filled.scaled <= 0) {
        return false;
    }
    int64_t scale = decimal_power(digits - price_digits);
    uint128 at_last = (uint128)(uint64_t)order->last_price.scaled * (uint64_t)order->filled.scaled;
    int64_t scaled;
    bool fits =
        order->notional == at_last
            ? !__builtin_mul_overflow(order->last_price.scaled, scale, &scaled)
            : average_of(order->notional, (uint64_t)order->filled.scaled, (uint64_t)scale, &scaled);
    if (fits) {
        average->scaled = scaled;
    }
    return fits;
}

bool order_worth_price(uint128 worth, struct quantity quantity, unsigned price_digits,
                       unsigned digits, struct price *price) {
    CHECK(quantity.scaled > 0 && price_digits <= digits && digits <= DECIMAL_DIGITS_MAX);
    int64_t scale = decimal_power(digits - price_digits);
    return average_of(worth, (uint64_t)quantity.scaled, (uint64_t)scale, &price->scaled);
}

bool order_worth_of_average(struct quantity count, int64_t average, unsigned average_digits,
                            unsigned price_digits, struct order_worth *worth) {
    CHECK(price_digits <= average_digits && average_digits <= DECIMAL_DIGITS_MAX);
    if (count.scaled <= 0 || average <= 0) {
        return false;
    }
    /* Of two int64: it does not overflow. */
    uint128 exact = (uint128)(uint64_t)average * (uint64_t)count.scaled;
    uint128 parts = (uint128)(uint64_t)decimal_power(average_digits - price_digits);
    *worth = (struct order_worth){.notional = (exact + parts / 2) / parts,
                                  .error = (uint64_t)count.scaled / parts + 1};
    return true;
}

/* What a price with the instrument's digits makes of it, if that is within the error. */
static uint128 nearest_worth(uint128 left, uint128 error, uint128 at_price) {
    uint128 off = at_price > left ? at_price - left : left - at_price;
    return off <= error ? at_price : left;
}

struct order_fill_outcome order_fill_recover(struct order *order, const struct order_worth *worth) {
    struct order_fill_outcome nothing = {.flags = ORDER_FILL_INVALID};
    struct quantity missing = order_fill_missing(order);
    struct price price;
    if (missing.scaled <= 0 || worth->notional <= order->notional) {
        return nothing;
    }
    if (!is_cash(order) && order->told.scaled > most(order)) {
        nothing.flags = ORDER_FILL_OVER;
        return nothing;
    }
    uint128 left = worth->notional - order->notional;
    if (worth->error > left / ORDER_WORTH_PARTS ||
        !order_worth_price(left, missing, 0, 0, &price) || price.scaled <= 0) {
        return nothing;
    }
    uint128 at_price = (uint128)(uint64_t)price.scaled * (uint64_t)missing.scaled;
    order->filled = order->told;
    order->notional += nearest_worth(left, worth->error, at_price);
    order->last_price = price;
    order->fills++;
    order->hole_count = 0;
    return (struct order_fill_outcome){.booked = missing, .flags = ORDER_FILL_RECOVERED};
}
