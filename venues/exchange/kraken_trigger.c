#include "venues/exchange/kraken_internal.h"

/*
 * [nos]: a stop-loss (3, 4, U, V) is triggered by a price that went against the order, a
 * take-profit (R, T) by one that went for it; the reference is the last trade (388=5) or the index
 * (388=1). A trigger that is met when its order comes fires at once (unverified).
 */

static struct kraken_book *book_of(struct kraken_spot *spot, const struct kraken_order *order) {
    return &spot->books[order->instrument];
}

static void wait_link(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    struct kraken_book *book = book_of(spot, order);
    order->wait_next = KRAKEN_NONE;
    order->wait_previous = book->wait_last;
    if (book->wait_last == KRAKEN_NONE) {
        book->wait_first = index;
    } else {
        spot->orders[book->wait_last].wait_next = index;
    }
    book->wait_last = index;
}

void kraken_trigger_leave(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    struct kraken_book *book = book_of(spot, order);
    if (order->wait_previous == KRAKEN_NONE) {
        book->wait_first = order->wait_next;
    } else {
        spot->orders[order->wait_previous].wait_next = order->wait_next;
    }
    if (order->wait_next == KRAKEN_NONE) {
        book->wait_last = order->wait_previous;
    } else {
        spot->orders[order->wait_next].wait_previous = order->wait_previous;
    }
}

/* A buy's stop lies above the market, its take-profit below; a sell's the other way round. */
static bool fires_upward(const struct kraken_order *order) {
    bool takes_profit = order->ord_type == 'R' || order->ord_type == 'T';
    return (order->side == '1') != takes_profit;
}

/* The price that fires it: of a trailing one, so far from the best price there was. */
static int64_t threshold(const struct kraken_order *order) {
    if (!kraken_type_trails(order->ord_type)) {
        return order->stop.scaled;
    }
    return fires_upward(order) ? order->peak.scaled + order->stop.scaled
                               : order->peak.scaled - order->stop.scaled;
}

static void move_peak(struct kraken_order *order, struct price price) {
    bool better =
        fires_upward(order) ? price.scaled < order->peak.scaled : price.scaled > order->peak.scaled;
    if (!order->has_peak || better) {
        order->peak = price;
        order->has_peak = true;
    }
}

static void see(struct kraken_order *order, struct price price) {
    if (kraken_type_trails(order->ord_type)) {
        move_peak(order, price);
    }
    int64_t at = threshold(order);
    order->is_fired =
        order->is_fired || (fires_upward(order) ? price.scaled >= at : price.scaled <= at);
}

void kraken_trigger_look(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    const struct kraken_book *book = book_of(spot, order);
    struct price price = order->by_index ? book->index : book->last;
    if (order->stage == KRAKEN_STAGE_WAITING && price.scaled != 0) {
        see(order, price);
    }
}

void kraken_trigger_print(struct kraken_book *book, struct price price, bool is_index) {
    struct kraken_spot *spot = book->spot;
    *(is_index ? &book->index : &book->last) = price;
    for (uint32_t i = book->wait_first; i != KRAKEN_NONE; i = spot->orders[i].wait_next) {
        struct kraken_order *order = &spot->orders[i];
        if (order->stage == KRAKEN_STAGE_WAITING && order->by_index == is_index) {
            see(order, price);
        }
    }
}

/* Nothing but its trigger, if it has one, holds the order back. */
static void begin(struct kraken_spot *spot, uint32_t index, struct now now) {
    struct kraken_order *order = &spot->orders[index];
    if (!kraken_type_is_triggered(order->ord_type)) {
        kraken_engine_submit(spot, index, now);
        return;
    }
    kraken_engine_acknowledge(spot, index, '0');
    order->stage = KRAKEN_STAGE_WAITING;
    wait_link(spot, index);
    kraken_trigger_look(spot, index);
}

void kraken_trigger_take(struct kraken_spot *spot, uint32_t index, struct now now) {
    struct kraken_order *order = &spot->orders[index];
    if (order->effective_at.ns <= now.utc.ns) {
        begin(spot, index, now);
        return;
    }
    kraken_engine_acknowledge(spot, index, 'A');
    order->stage = KRAKEN_STAGE_SCHEDULED;
    wait_link(spot, index);
}

/* 40 becomes 1 or 2, told by 150=D; then it is an order like others. */
static void fire(struct kraken_spot *spot, uint32_t index, struct now now) {
    struct kraken_order *order = &spot->orders[index];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    kraken_trigger_leave(spot, index);
    if (order->ord_type == 'V') {
        row->price.scaled += threshold(order);
    }
    order->ord_type = kraken_type_is_limit(order->ord_type) ? '2' : '1';
    if (order->ord_type == '2' && row->price.scaled <= 0) {
        kraken_engine_give_up(spot, index, "Invalid price");
        return;
    }
    struct kraken_report *report = kraken_reports_add_execution(spot, index, 'D', '0', now);
    report->has_restatement = true;
    kraken_engine_submit(spot, index, now);
}

static bool is_due(const struct kraken_order *order, struct now now) {
    return order->is_fired ||
           (order->stage == KRAKEN_STAGE_SCHEDULED && order->effective_at.ns <= now.utc.ns) ||
           (order->time_in_force == '6' && order->expire_at.ns <= now.utc.ns);
}

static void go_on(struct kraken_spot *spot, uint32_t index, struct now now) {
    struct kraken_order *order = &spot->orders[index];
    spot->cause = (struct kraken_cause){.now = now};
    if (order->time_in_force == '6' && order->expire_at.ns <= now.utc.ns) {
        kraken_trigger_leave(spot, index);
        kraken_engine_expire(spot, index);
    } else if (order->stage == KRAKEN_STAGE_SCHEDULED) {
        kraken_trigger_leave(spot, index);
        order->is_acknowledged = false;
        begin(spot, index, now);
    } else {
        fire(spot, index, now);
    }
}

/* Each that goes on may make others due, of an earlier place in the list as well. */
static bool run_one(struct kraken_spot *spot, const struct kraken_book *book, struct now now) {
    for (uint32_t i = book->wait_first; i != KRAKEN_NONE; i = spot->orders[i].wait_next) {
        if (is_due(&spot->orders[i], now)) {
            go_on(spot, i, now);
            return true;
        }
    }
    return false;
}

void kraken_trigger_run(struct kraken_spot *spot, struct now now) {
    for (uint32_t i = 0; i < spot->config.instrument_count; ++i) {
        while (run_one(spot, &spot->books[i], now)) {
        }
    }
}

static int64_t due_at(const struct kraken_order *order) {
    int64_t at = order->time_in_force == '6' ? order->expire_at.ns : INT64_MAX;
    if (order->stage == KRAKEN_STAGE_SCHEDULED && order->effective_at.ns < at) {
        at = order->effective_at.ns;
    }
    return order->is_fired ? 0 : at;
}

struct utc kraken_trigger_next(const struct kraken_spot *spot) {
    struct utc next = {INT64_MAX};
    for (uint32_t b = 0; b < spot->config.instrument_count; ++b) {
        for (uint32_t i = spot->books[b].wait_first; i != KRAKEN_NONE;
             i = spot->orders[i].wait_next) {
            int64_t at = due_at(&spot->orders[i]);
            next.ns = at < next.ns ? at : next.ns;
        }
    }
    return next;
}
