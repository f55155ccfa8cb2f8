#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"

/* Whether the order is one that may be replaced now. */
static enum reject_code check_order(const struct order_entry *entry, const struct order *order,
                                    const struct order_request *request) {
    const struct venue_slot *venue = &entry->venues[order->venue];
    if (order_state_is_terminal(order->state)) {
        return REJECT_TOO_LATE;
    }
    if (order->replace_pending) {
        return order->state == ORDER_IN_DOUBT ? REJECT_IN_DOUBT : REJECT_REPLACE_PENDING;
    }
    if (!bytes_equal(cl_ord_id_bytes(&request->orig_cl_ord_id),
                     cl_ord_id_bytes(&order->cl_ord_id))) {
        return REJECT_STALE_ID;
    }
    if (order->cancel_pending) {
        return REJECT_CANCEL_PENDING;
    }
    if (order->state == ORDER_IN_DOUBT) {
        return REJECT_IN_DOUBT;
    }
    if (entry->phase != ORDER_ENTRY_RUNNING) {
        return REJECT_STOPPING;
    }
    if (!venue->up || !venue->venue->ops->up(venue->venue)) {
        return REJECT_VENUE_DOWN;
    }
    bool early = venue->can->acknowledged_first && order->venue_order_id_len == 0;
    return venue->can->replace && !early && order->state != ORDER_HELD ? REJECT_NONE
                                                                       : REJECT_UNSUPPORTED;
}

static enum reject_code check_terms(const struct order_entry *entry, const struct order *order,
                                    const struct order_request *request) {
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    enum reject_code reject = client_replace_keeps(&entry->decode, order);
    if (reject != REJECT_NONE) {
        return reject;
    }
    enum instrument_check quantity = instrument_check_quantity(instrument, request->quantity);
    if (quantity != INSTRUMENT_CHECK_OK) {
        return quantity == INSTRUMENT_CHECK_OFF_LOT ? REJECT_QUANTITY_LOT : REJECT_QUANTITY_RANGE;
    }
    if (request->quantity.scaled <= order->told.scaled) {
        return REJECT_BELOW_FILLED;
    }
    if (order_type_has_price(order->type) &&
        instrument_check_price(instrument, request->price) != INSTRUMENT_CHECK_OK) {
        return REJECT_PRICE_TICK;
    }
    if (order_type_has_stop(order->type) &&
        instrument_check_price(instrument, request->stop_price) != INSTRUMENT_CHECK_OK) {
        return REJECT_STOP_PRICE;
    }
    return REJECT_NONE;
}

/* Never later: terms are of their moment, so that a replace that finds no room is refused. */
static enum reject_code send_replace(struct order_entry *entry, struct now now, uint32_t slot,
                                     const struct order_terms *terms) {
    struct order *order = order_table_at(entry->orders, slot);
    struct venue_slot *venue = &entry->venues[order->venue];
    uint32_t request = REQUEST_NONE;
    if (cancel_waits_for_rate(entry, order->venue, order->instrument)) {
        return REJECT_RATE_LIMIT;
    }
    if (requests_have_room(entry, order->venue)) {
        request = request_table_take(venue->requests, now, REQUEST_REPLACE, slot);
    }
    if (request == REQUEST_NONE) {
        return REJECT_REQUEST_LIMIT;
    }
    char id_text[REQUEST_UUID_BYTES];
    char orig_text[REQUEST_UUID_BYTES];
    struct venue_order out = venue_order_make(entry, slot, request, id_text, orig_text);
    out.terms = terms;
    enum venue_send sent = venue->venue->ops->send_replace(venue->venue, now, &out);
    if (sent != VENUE_SENT) {
        request_table_free(venue->requests, request);
        return reject_of_send(sent);
    }
    request_retire(entry, slot, order->replace_request);
    order->replace_request = request;
    return REJECT_NONE;
}

static enum reject_code try_replace(struct order_entry *entry, struct now now, uint32_t slot,
                                    const struct order_request *request) {
    struct order *order = order_table_at(entry->orders, slot);
    enum reject_code reject = check_order(entry, order, request);
    if (reject == REJECT_NONE) {
        reject = entry->decode.refuse;
    }
    if (reject == REJECT_NONE) {
        reject = check_terms(entry, order, request);
    }
    if (reject != REJECT_NONE) {
        return reject;
    }
    switch (order_table_claim(entry->orders, slot, ORDER_CLAIM_REPLACE, &request->cl_ord_id)) {
    case ORDER_TABLE_OK:
        entry->tracks[slot].replace_named = false; /* but by one that is not sent yet */
        break;
    case ORDER_TABLE_DUPLICATE:
        return REJECT_DUPLICATE_ID;
    case ORDER_TABLE_FULL:
        return REJECT_ORDER_LIMIT;
    }
    struct order_terms terms = {
        .quantity = request->quantity, .price = request->price, .stop_price = request->stop_price};
    reject = send_replace(entry, now, slot, &terms);
    if (reject == REJECT_NONE) {
        order->replace_pending = true;
        order->replace_terms = terms;
        order->replace_cl_ord_id = request->cl_ord_id;
        order->replace_sent = now.mono;
        entry->tracks[slot].replace_since = now.mono;
        entry->tracks[slot].replace_told = false;
        entry->tracks[slot].replace_named = true;
        order_changed(entry, slot);
        watch_order(entry, slot, now);
    }
    return reject;
}

void order_replace(struct order_entry *entry, struct now now) {
    const struct order_request *request = &entry->decode.request;
    uint32_t slot = order_table_find(entry->orders, request->client, &request->orig_cl_ord_id);
    struct order *order = slot == ORDER_NONE ? NULL : order_table_at(entry->orders, slot);
    enum reject_code reject =
        order == NULL ? REJECT_UNKNOWN_ORDER : try_replace(entry, now, slot, request);
    if (reject != REJECT_NONE) {
        bool early = reject == REJECT_UNSUPPORTED && order->state == ORDER_PENDING_NEW;
        report_cancel_reject(entry, now, request->client, &request->cl_ord_id,
                             &request->orig_cl_ord_id, order, '2', reject,
                             early ? BYTES("the venue has not acknowledged the order yet")
                                   : bytes_of(NULL, 0));
    }
}

/* A number that the venue told; false when it told none, or what is none of the instrument's. */
static bool told_number(struct bytes text, unsigned digits, int64_t *scaled) {
    return text.len != 0 && decimal_parse(text, digits, scaled) == DECIMAL_OK && *scaled > 0;
}

bool terms_told(const struct order_entry *entry, const struct order *order,
                const struct venue_report *report, struct order_terms *terms) {
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    /* OrderQty(38) of an order sized by money is money. */
    bool told =
        (order->flags & ORDER_CASH) == 0 &&
        told_number(report->order_quantity, instrument->quantity_digits, &terms->quantity.scaled);
    if (order_type_has_price(order->type)) {
        told |= told_number(report->price, instrument->price_digits, &terms->price.scaled);
    }
    if (order_type_has_stop(order->type)) {
        told |=
            told_number(report->stop_price, instrument->price_digits, &terms->stop_price.scaled);
    }
    return told;
}

bool terms_are_same(const struct order_terms *a, const struct order_terms *b) {
    return a->quantity.scaled == b->quantity.scaled && a->price.scaled == b->price.scaled &&
           a->stop_price.scaled == b->stop_price.scaled;
}

struct order_terms terms_of(const struct order *order) {
    return (struct order_terms){
        .quantity = order->quantity, .price = order->price, .stop_price = order->stop_price};
}

/* The new terms are the order's already: what that makes of it. */
static void tell_terms(struct order_entry *entry, uint32_t slot, struct now now,
                       enum order_event event, const struct book_words *words) {
    const struct order *order = order_table_at(entry->orders, slot);
    /* Not while a replace to more is out. */
    bool done = order_fill_event(order, false) == ORDER_EVENT_FILL &&
                !order_state_is_terminal(order->state);
    book_change(entry, slot, now, done ? ORDER_EVENT_FILL : event, words);
}

/* The venue's word goes before ours: the order is what it says. */
void terms_replace(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    struct order_terms told = order->replace_terms;
    (void)terms_told(entry, order, report, &told);
    if (!terms_are_same(&told, &order->replace_terms)) {
        note_conflict(entry, now, order, BYTES("replaced by other terms than were asked for"));
        order->replace_terms = told;
    }
    order_take_terms(order);
    learn_venue_id(order, report->venue_order_id);
    order->venue_accepted = true;
    if (track->current_request != order->new_request) {
        request_retire(entry, slot, track->current_request);
    }
    track->current_request = order->replace_request;
    order->replace_request = REQUEST_NONE;
    const struct book_words words = {
        .say = ORDER_REPORT_REPLACED, .text = note_told(entry, slot, now, report), .renamed = true};
    tell_terms(entry, slot, now, ORDER_EVENT_REPLACED, &words);
    doubt_if_short(entry, slot, now, report->complete);
}

/* The venue changed it of itself, or for somebody who is not us. */
void terms_restate(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_terms told = terms_of(order);
    (void)terms_told(entry, order, report, &told);
    order->quantity = told.quantity;
    order->price = told.price;
    order->stop_price = told.stop_price;
    learn_venue_id(order, report->venue_order_id);
    const struct book_words words = {.say = ORDER_REPORT_RESTATED, .text = text};
    tell_terms(entry, slot, now, ORDER_EVENT_RESTATED, &words);
    doubt_if_short(entry, slot, now, report->complete);
}

/* Named by another id than the replace's, it is the replace if its terms are. */
static bool is_the_pending_one(const struct order_entry *entry, const struct order *order,
                               uint32_t named, const struct venue_report *report) {
    struct order_terms told = order->replace_terms;
    return order->replace_pending &&
           (named == order->replace_request || !terms_told(entry, order, report, &told) ||
            terms_are_same(&told, &order->replace_terms));
}

/* Of a replace before the latest. */
static bool is_of_the_past(const struct order_entry *entry, uint32_t slot, uint32_t named) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct request_table *requests = entry->venues[order->venue].requests;
    return request_table_at(requests, named)->kind == REQUEST_REPLACE &&
           named != entry->tracks[slot].current_request && named != order->replace_request;
}

static bool was_taken(const struct order_track *track, uint32_t request) {
    for (uint32_t i = 0; i < REQUESTS_PAST_MAX && i < track->past_count; i++) {
        if (track->past[i] == request) {
            return track->past_taken[i];
        }
    }
    return false;
}

/* One that was taken is just said again. One that was refused has changed the order, whatever
 * becomes of those behind it. */
static void book_past_replace(struct order_entry *entry, uint32_t slot, uint32_t named,
                              struct now now, const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_terms told = terms_of(order);
    if (was_taken(&entry->tracks[slot], named)) {
        return;
    }
    note_conflict(entry, now, order, BYTES("replaced after the replace was refused"));
    if (terms_told(entry, order, report, &told)) {
        terms_restate(entry, slot, now, report, BYTES("replaced after the replace was refused"));
    } else {
        learn_venue_id(order, report->venue_order_id);
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: replaced after the replace was refused"), REJECT_NONE);
    }
}

/* By its own id it names the replace that the order has, or had: told before, or proved. */
static bool is_no_news(const struct order_entry *entry, uint32_t slot, uint32_t named,
                       const struct venue_report *report) {
    struct request_table *requests =
        entry->venues[order_table_at(entry->orders, slot)->venue].requests;
    uint32_t found;
    if (request_table_match(requests, report->cl_ord_id, &found) != REQUEST_OURS ||
        found != named || request_table_at(requests, named)->kind != REQUEST_REPLACE) {
        return false;
    }
    const struct order_track *track = &entry->tracks[slot];
    return named == track->current_request || was_taken(track, named);
}

void book_replaced(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                   const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    if (order_state_is_terminal(order->state)) {
        if (!is_no_news(entry, slot, named, report)) {
            book_event(entry, slot, now, ORDER_EVENT_REPLACED, report->text, REJECT_NONE);
        }
    } else if (is_of_the_past(entry, slot, named)) {
        book_past_replace(entry, slot, named, now, report);
    } else if (is_the_pending_one(entry, order, named, report)) {
        terms_replace(entry, slot, now, report);
    } else if (named == order->replace_request && track->replace_named) {
        note_conflict(entry, now, order, BYTES("replaced after the replace was refused"));
        order->replace_pending = true;
        terms_replace(entry, slot, now, report);
    } else {
        struct order_terms before = terms_of(order);
        struct order_terms told = before;
        if (terms_told(entry, order, report, &told) && !terms_are_same(&told, &before)) {
            terms_restate(entry, slot, now, report, BYTES("changed at the venue, not from here"));
        }
    }
}

void replace_tell_over(struct order_entry *entry, uint32_t slot, struct now now,
                       struct bytes text) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (order->state != ORDER_IN_DOUBT) {
        report_order(entry, now, order, ORDER_REPORT_STATUS, text, REJECT_NONE);
    }
}

void book_replace_refusal(struct order_entry *entry, uint32_t slot, struct now now,
                          enum reject_code reject, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    if (!order->replace_pending) {
        return;
    }
    order->replace_pending = false;
    bool ends = order_fill_is_all(order);
    if (ends) {
        /* The fill that completes it was told; only its end was waiting. */
        const struct book_words words = {.say = ORDER_REPORT_STATUS};
        book_change(entry, slot, now, ORDER_EVENT_FILL, &words);
    }
    if (!track->replace_told) {
        track->replace_told = true;
        report_cancel_reject(entry, now, order->client, &order->replace_cl_ord_id,
                             &order->cl_ord_id, order, '2', reject, text);
    } else if (!ends) {
        replace_tell_over(entry, slot, now, text);
    }
}
