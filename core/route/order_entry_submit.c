#include <string.h>

#include "core/base/mischief.h"
#include "core/route/order_entry_state.h"
#include "core/route/trace_event.h"

/* What can be said without touching anything. */
static enum reject_code check(const struct order_entry *entry,
                              const struct order_request *request) {
    const struct venue_slot *slot = &entry->venues[request->venue];
    if (entry->phase != ORDER_ENTRY_RUNNING) {
        return REJECT_STOPPING;
    }
    if (!slot->up || !slot->venue->ops->up(slot->venue)) {
        return REJECT_VENUE_DOWN;
    }
    const struct spsc *ledger = entry->setup.rings.ledger;
    if (spsc_free_cells(ledger) <= spsc_capacity(ledger) / 8 ||
        report_queue_free(&entry->clients[request->client].reports) <=
            entry->setup.limits.reports_per_client / 8 ||
        MISCHIEF(MISCHIEF_BACKLOG)) {
        return REJECT_BACKLOG;
    }
    return REJECT_NONE;
}

/* Said by us rather than by the venue, which would take the time of a round trip for it. */
static enum reject_code check_capability(const struct venue_capability *venue, struct now now,
                                         const struct order_request *request) {
    if ((venue->types >> request->type & 1) == 0 ||
        (venue->time_in_forces >> request->time_in_force & 1) == 0 ||
        (request->flags & ~venue->flags) != 0) {
        return REJECT_UNSUPPORTED;
    }
    if (request->time_in_force != TIF_GTD) {
        return REJECT_NONE;
    }
    int64_t ahead_ns;
    bool far = __builtin_sub_overflow(request->expire_time.ns, now.utc.ns, &ahead_ns) ||
               (venue->expire_time_max.ns != 0 && ahead_ns > venue->expire_time_max.ns);
    return far || ahead_ns <= 0 ? REJECT_EXPIRE_TIME : REJECT_NONE;
}

static enum reject_code check_quantity(const struct instrument *instrument,
                                       const struct order_request *request) {
    /* How much that is of the instrument, its price will say. */
    if ((request->flags & ORDER_CASH) != 0) {
        return REJECT_NONE;
    }
    switch (instrument_check_quantity(instrument, request->quantity)) {
    case INSTRUMENT_CHECK_OK:
        return REJECT_NONE;
    case INSTRUMENT_CHECK_OFF_LOT:
        return REJECT_QUANTITY_LOT;
    default:
        return REJECT_QUANTITY_RANGE;
    }
}

static enum reject_code check_prices(const struct instrument *instrument,
                                     const struct order_request *request) {
    if (order_type_has_price(request->type) &&
        instrument_check_price(instrument, request->price) != INSTRUMENT_CHECK_OK) {
        return REJECT_PRICE_TICK;
    }
    if (order_type_has_stop(request->type) &&
        instrument_check_price(instrument, request->stop_price) != INSTRUMENT_CHECK_OK) {
        return REJECT_STOP_PRICE;
    }
    return REJECT_NONE;
}

static enum reject_code check_terms(const struct order_entry *entry, struct now now,
                                    const struct order_request *request) {
    const struct venue *venue = entry->venues[request->venue].venue;
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, request->instrument);
    enum reject_code reject = check_capability(venue->ops->capability(venue), now, request);
    if (reject == REJECT_NONE) {
        reject = check_quantity(instrument, request);
    }
    return reject == REJECT_NONE ? check_prices(instrument, request) : reject;
}

static enum reject_code take_slot(struct order_entry *entry, struct now now,
                                  const struct order_request *request, uint32_t *slot) {
    switch (order_table_take(entry->orders, now, request->client, &request->cl_ord_id, slot)) {
    case ORDER_TABLE_OK:
        return REJECT_NONE;
    case ORDER_TABLE_DUPLICATE:
        return REJECT_DUPLICATE_ID;
    case ORDER_TABLE_FULL:
        break;
    }
    return REJECT_ORDER_LIMIT;
}

static void fill_in(struct order *order, const struct order_request *request) {
    order->side = request->side;
    order->type = request->type;
    order->time_in_force = request->time_in_force;
    order->flags = request->flags;
    order->account = request->account;
    order->instrument = request->instrument;
    order->venue = request->venue;
    order->quantity = request->quantity;
    order->cash = request->cash;
    order->price = request->price;
    order->stop_price = request->stop_price;
    order->expire_time = request->expire_time;
}

enum reject_code reject_of_send(enum venue_send sent) {
    switch (sent) {
    case VENUE_SENT:
        return REJECT_NONE;
    case VENUE_SEND_AGAIN:
        return REJECT_VENUE_BUSY;
    case VENUE_SEND_DOWN:
        return REJECT_VENUE_DOWN;
    case VENUE_SEND_LIMITED:
    case VENUE_SEND_INSTRUMENT_LIMITED:
        return REJECT_RATE_LIMIT;
    case VENUE_SEND_UNSUPPORTED:
        break;
    }
    return REJECT_UNSUPPORTED;
}

static enum reject_code send_order(struct order_entry *entry, struct now now, struct order *order,
                                   uint32_t slot) {
    struct venue_slot *venue = &entry->venues[order->venue];
    if (cancel_waits_for_rate(entry, order->venue, order->instrument)) {
        return REJECT_RATE_LIMIT;
    }
    if (!requests_have_room(entry, order->venue)) {
        return REJECT_REQUEST_LIMIT;
    }
    order->new_request = request_table_take(venue->requests, now, REQUEST_NEW_ORDER, slot);
    if (order->new_request == REQUEST_NONE) {
        return REJECT_REQUEST_LIMIT;
    }
    order->venue_session = venue->session;
    if (venue->can->order_validity.ns > 0) {
        order->valid_until = instant_add(now.mono, venue->can->order_validity);
    }
    track_begin(entry, slot);
    entry->tracks[slot].current_request = order->new_request;
    char id_text[REQUEST_UUID_BYTES];
    char orig_text[REQUEST_UUID_BYTES];
    struct venue_order out = venue_order_make(entry, slot, order->new_request, id_text, orig_text);
    enum venue_send sent = venue->venue->ops->send_new(venue->venue, now, &out);
    if (sent != VENUE_SENT) {
        request_table_free(venue->requests, order->new_request);
        order->new_request = REQUEST_NONE;
        return reject_of_send(sent);
    }
    trace_put(entry->setup.trace, TRACE_EVENT_ORDER_OUT, (uint16_t)order->venue, order->client,
              order->number, order->new_request);
    return REJECT_NONE;
}

/*
 * The order takes its slot before it is sent, so that no report can arrive without one; when it
 * cannot be sent the slot goes back as if nothing had happened.
 */
static enum reject_code try_submit(struct order_entry *entry, struct now now,
                                   const struct order_request *request) {
    enum reject_code reject = check(entry, request);
    if (reject == REJECT_NONE) {
        reject = check_terms(entry, now, request);
    }
    uint32_t slot = ORDER_NONE;
    if (reject == REJECT_NONE) {
        reject = take_slot(entry, now, request, &slot);
    }
    if (reject != REJECT_NONE) {
        return reject;
    }
    struct order *order = order_table_at(entry->orders, slot);
    fill_in(order, request);
    reject = send_order(entry, now, order, slot);
    if (reject != REJECT_NONE) {
        order_table_undo(entry->orders, slot);
        return reject;
    }
    order_changed(entry, slot);
    watch_order(entry, slot, now);
    return REJECT_NONE;
}

/* FIX 4.4 volume 7 appendix D: an order sent again in case it was lost is answered by its status.
 */
static bool tell_status(struct order_entry *entry, struct now now,
                        const struct order_request *request) {
    uint32_t slot = order_table_find(entry->orders, request->client, &request->cl_ord_id);
    if (slot == ORDER_NONE) {
        return false;
    }
    report_order(entry, now, order_table_at(entry->orders, slot), ORDER_REPORT_STATUS,
                 BYTES("possible resend of a known order"), REJECT_NONE);
    return true;
}

void order_refuse(struct order_entry *entry, struct now now, enum reject_code reject) {
    const struct order_request *request = &entry->decode.request;
    /* Whatever else is wrong with it: a used id speaks of the order that has it. */
    if (order_table_is_used(entry->orders, request->client, &request->cl_ord_id)) {
        reject = REJECT_DUPLICATE_ID;
    }
    if (reject != REJECT_DUPLICATE_ID || !entry->decode.poss_resend ||
        !tell_status(entry, now, request)) {
        report_refusal(entry, now, &entry->decode, reject);
    }
}

void order_submit(struct order_entry *entry, struct now now) {
    const struct order_request *request = &entry->decode.request;
    trace_put(entry->setup.trace, TRACE_EVENT_ORDER_IN, (uint16_t)request->client,
              request->instrument, (uint64_t)request->quantity.scaled,
              (uint64_t)request->price.scaled);
    enum reject_code reject = try_submit(entry, now, request);
    if (reject == REJECT_NONE) {
        entry->counters.orders_accepted++;
    } else {
        trace_put(entry->setup.trace, TRACE_EVENT_ORDER_REFUSED, (uint16_t)request->client, reject,
                  0, 0);
        order_refuse(entry, now, reject);
    }
}
