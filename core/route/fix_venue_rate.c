#include "core/route/fix_venue.h"

static enum rate_use use_of(enum request_kind kind) {
    return kind == REQUEST_CANCEL || kind == REQUEST_MASS_CANCEL ? RATE_USE_CANCEL : RATE_USE_ORDER;
}

/* How long the order has been as it is now, as the venue counts. */
static int64_t age_ns(const struct order *order, struct now now) {
    int64_t since_ns = order->received.ns;
    if (order->replace_sent.ns > since_ns) {
        since_ns = order->replace_sent.ns;
    }
    return now.mono.ns - since_ns;
}

/* The rows are few, and in the order of age. */
static uint32_t cost_of(const struct fix_dialect *dialect, struct now now, enum request_kind kind,
                        const struct order *order) {
    uint32_t cost = dialect->request_cost[kind];
    if (kind != REQUEST_CANCEL && kind != REQUEST_REPLACE) {
        return cost;
    }
    int64_t age = age_ns(order, now);
    for (const struct dialect_age_cost *row = dialect->age_costs; row != NULL && row->below_s != 0;
         row++) {
        if (age < row->below_s * NS_PER_S) {
            return cost + (kind == REQUEST_CANCEL ? row->cancel : row->replace);
        }
    }
    return cost;
}

enum fix_venue_limit fix_venue_limited(struct fix_venue *venue, struct now now,
                                       enum request_kind kind, const struct order *order) {
    const struct fix_venue_rates *rates = &venue->rates;
    enum rate_use use = use_of(kind);
    struct instant due = rate_limit_due(&rates->session, &rates->session_counter, 1, use);
    bool by_session = !instant_reached(now.mono, due);
    if (order != NULL && rates->instrument.unit_ns != 0) {
        struct instant other =
            rate_limit_due(&rates->instrument, &rates->instrument_counters[order->instrument],
                           cost_of(venue->config.dialect, now, kind, order), use);
        due = due.ns > other.ns ? due : other;
    }
    if (instant_reached(now.mono, due)) {
        return FIX_VENUE_NOT_LIMITED;
    }
    venue->rates.due = instant_earlier(venue->rates.due, due);
    return by_session ? FIX_VENUE_SESSION_LIMITED : FIX_VENUE_INSTRUMENT_LIMITED;
}

void fix_venue_count(struct fix_venue *venue, struct now now, enum request_kind kind,
                     const struct order *order) {
    struct fix_venue_rates *rates = &venue->rates;
    rate_limit_add(&rates->session, &rates->session_counter, now.mono, 1);
    if (order != NULL && rates->instrument.unit_ns != 0) {
        rate_limit_add(&rates->instrument, &rates->instrument_counters[order->instrument], now.mono,
                       cost_of(venue->config.dialect, now, kind, order));
    }
}

uint32_t fix_venue_dearest_cancel(const struct fix_dialect *dialect) {
    uint32_t most = 0;
    for (const struct dialect_age_cost *row = dialect->age_costs; row != NULL && row->below_s != 0;
         row++) {
        most = row->cancel > most ? row->cancel : most;
    }
    return dialect->request_cost[REQUEST_CANCEL] + most;
}
