#include "core/route/order_entry_state.h"

/* The place still holds its order's cancel. */
static bool is_owed(struct order_entry *entry, const struct order_place *place) {
    const struct order *order = order_table_at(entry->orders, place->slot);
    return order->number == place->number && order->cancel_owed;
}

/* In one of the queues at a time, and once. */
static void owe(struct order_entry *entry, struct order_queue *queue, uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    if (!order->cancel_owed) {
        order->cancel_owed = true;
        order_queue_put(entry, queue, slot, INSTANT_NEVER, is_owed);
        queue->left = order_queue_count(queue);
    }
}

void cancel_owe(struct order_entry *entry, uint32_t slot) {
    owe(entry, &entry->venues[order_table_at(entry->orders, slot)->venue].cancels, slot);
}

void cancel_owe_of_many(struct order_entry *entry, uint32_t slot) {
    owe(entry, &entry->venues[order_table_at(entry->orders, slot)->venue].many, slot);
}

static enum venue_send send_cancel(struct order_entry *entry, struct now now, uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    struct venue_slot *venue = &entry->venues[order->venue];
    request_retire(entry, slot, order->cancel_request);
    order->cancel_request = REQUEST_NONE;
    if (!requests_have_room(entry, order->venue)) {
        request_drop(entry, slot, &entry->tracks[slot].status_request); /* it may have our entry */
    }
    uint32_t request = request_table_take(venue->requests, now, REQUEST_CANCEL, slot);
    if (request == REQUEST_NONE) {
        return VENUE_SEND_AGAIN;
    }
    char id_text[REQUEST_UUID_BYTES];
    char orig_text[REQUEST_UUID_BYTES];
    struct venue_order out = venue_order_make(entry, slot, request, id_text, orig_text);
    enum venue_send sent = venue->venue->ops->send_cancel(venue->venue, now, &out);
    if (sent == VENUE_SENT) {
        order->cancel_request = request;
        order->cancel_sent = now.mono;
        entry->tracks[slot].cancel_of = entry->tracks[slot].current_request;
        watch_order(entry, slot, now);
    } else {
        request_table_free(venue->requests, request);
    }
    return sent;
}

static bool is_unanswered(const struct order *order, struct now now) {
    return !order->cancel_owed && now.mono.ns - order->cancel_sent.ns >= CANCEL_PATIENCE_NS;
}

/* An order in doubt may be cancelled: what the venue says to that is evidence. */
static enum reject_code check(const struct order *order, struct now now) {
    if (order_state_is_terminal(order->state)) {
        return REJECT_TOO_LATE;
    }
    return order->cancel_pending && !is_unanswered(order, now) ? REJECT_CANCEL_PENDING
                                                               : REJECT_NONE;
}

bool cancel_begin(struct order_entry *entry, struct now now, uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    bool begins = !order->cancel_pending || is_unanswered(order, now);
    if (begins) {
        order->cancel_pending = true;
        order->cancel_probes = false;
        cancel_owe_of_many(entry, slot);
    }
    return begins;
}

/* One of both is told of it, at most: who asked for this order before who asked for many. */
void cancel_end(struct order_entry *entry, struct now now, uint32_t slot, enum cancel_end end,
                enum reject_code why, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    bool own = order->cancel_cl_ord_id.len != 0;
    struct cl_ord_id id =
        own || end == CANCEL_INTERRUPTED ? order->cancel_cl_ord_id : order->mass_cl_ord_id;
    order->cancel_pending = false;
    order->cancel_cl_ord_id.len = 0;
    if (end == CANCEL_REFUSED) {
        order->mass_cl_ord_id.len = 0;
    } else if (order->mass_cl_ord_id.len != 0) {
        mass_wait(entry, order->venue);
    }
    if (id.len != 0) {
        report_cancel_reject(entry, now, order->client, &id, &order->cl_ord_id, order, '1', why,
                             text);
    }
}

void order_cancel(struct order_entry *entry, struct now now) {
    const struct order_request *request = &entry->decode.request;
    uint32_t slot = order_table_find(entry->orders, request->client, &request->orig_cl_ord_id);
    struct order *order = slot == ORDER_NONE ? NULL : order_table_at(entry->orders, slot);
    enum reject_code reject = order == NULL ? REJECT_UNKNOWN_ORDER : check(order, now);
    if (reject == REJECT_NONE && !venue_slot_is_up(entry, order->venue)) {
        reject = REJECT_VENUE_DOWN;
    }
    if (reject == REJECT_NONE && order_table_claim(entry->orders, slot, ORDER_CLAIM_CANCEL,
                                                   &request->cl_ord_id) == ORDER_TABLE_DUPLICATE) {
        reject = REJECT_DUPLICATE_ID;
    }
    if (reject != REJECT_NONE) {
        report_cancel_reject(entry, now, request->client, &request->cl_ord_id,
                             &request->orig_cl_ord_id, order, '1', reject, bytes_of(NULL, 0));
        return;
    }
    if (order->cancel_pending && order->cancel_cl_ord_id.len != 0) {
        cancel_end(entry, now, slot, CANCEL_INTERRUPTED, REJECT_NO_ANSWER, bytes_of(NULL, 0));
    }
    order->cancel_pending = true;
    order->cancel_probes = false;
    order->cancel_cl_ord_id = request->cl_ord_id;
    cancel_owe(entry, slot);
}

/* What a refusal would need: nobody else's queue, so that no client waits for another's cancel. */
bool order_can_be_told(const struct order_entry *entry, const struct order *order) {
    return report_queue_free(&entry->clients[order->client].reports) >= REPORT_CELLS_PER_MESSAGE;
}

bool cancel_is_limited_now(const struct venue_slot *venue, uint32_t instrument, struct now now) {
    const struct cancel_pass *pass = &venue->pass;
    return pass->instruments[instrument].pass == pass->number &&
           pass->instruments[instrument].at.ns == now.mono.ns;
}

static enum cancel_try give_up_cancel(struct order_entry *entry, struct now now, uint32_t slot,
                                      enum venue_send sent) {
    /* A stray is nobody's to be told of, and tried again. */
    if (order_state_is_terminal(order_table_at(entry->orders, slot)->state)) {
        return CANCEL_DONE;
    }
    if (!order_can_be_told(entry, order_table_at(entry->orders, slot))) {
        entry->held = true;
        return CANCEL_BLOCKED;
    }
    if (sent == VENUE_SEND_DOWN) {
        cancel_end(entry, now, slot, CANCEL_INTERRUPTED, REJECT_VENUE_DOWN, bytes_of(NULL, 0));
    } else {
        cancel_end(entry, now, slot, CANCEL_REFUSED, REJECT_UNSUPPORTED, bytes_of(NULL, 0));
    }
    return CANCEL_DONE;
}

static bool is_wanted(const struct order *order) {
    return order_state_is_terminal(order->state) ? order->stray_owed : order->cancel_pending;
}

enum cancel_try cancel_tried(struct venue_slot *venue, uint32_t instrument, struct now now,
                             enum venue_send sent) {
    struct cancel_pass *pass = &venue->pass;
    switch (sent) {
    case VENUE_SENT:
        return CANCEL_DONE;
    case VENUE_SEND_AGAIN:
        return CANCEL_BLOCKED;
    case VENUE_SEND_LIMITED:
        pass->session = pass->number;
        return CANCEL_BLOCKED;
    case VENUE_SEND_INSTRUMENT_LIMITED:
        pass->instruments[instrument].pass = pass->number;
        pass->instruments[instrument].at = now.mono;
        return CANCEL_WAITS;
    default:
        return CANCEL_IMPOSSIBLE;
    }
}

static enum cancel_try try_cancel(struct order_entry *entry, struct now now, uint32_t slot) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct venue_slot *venue = &entry->venues[order->venue];
    if (!is_wanted(order)) {
        return CANCEL_DONE;
    }
    if (cancel_is_limited_now(venue, order->instrument, now)) {
        return CANCEL_WAITS;
    }
    enum venue_send sent = send_cancel(entry, now, slot);
    enum cancel_try tried = cancel_tried(venue, order->instrument, now, sent);
    return tried == CANCEL_IMPOSSIBLE ? give_up_cancel(entry, now, slot, sent) : tried;
}

/* One that waits for its instrument's rate goes to the end. False when the pass must wait. */
static bool drain(struct order_entry *entry, struct order_queue *queue, struct now now) {
    for (uint32_t looks = WALK_BURST; queue->left != 0; looks--) {
        if (looks == 0) {
            entry->more = true;
            return false;
        }
        const struct order_place *place = order_queue_first(queue);
        enum cancel_try tried = CANCEL_DONE;
        if (is_owed(entry, place)) {
            tried = try_cancel(entry, now, place->slot);
            if (tried == CANCEL_BLOCKED) {
                return false;
            }
            order_table_at(entry->orders, place->slot)->cancel_owed = tried == CANCEL_WAITS;
        }
        if (tried == CANCEL_WAITS) {
            order_queue_turn_first(queue);
        } else {
            order_queue_drop_first(queue);
        }
        queue->left--;
    }
    return true;
}

void cancels_turn(struct order_entry *entry, uint32_t venue, struct now now) {
    struct venue_slot *slot = &entry->venues[venue];
    struct cancel_pass *pass = &slot->pass;
    if (!pass->running) {
        pass->running = true;
        slot->cancels.left = order_queue_count(&slot->cancels);
        slot->many.left = order_queue_count(&slot->many);
    }
    bool over = drain(entry, &slot->cancels, now) && drain(entry, &slot->many, now) &&
                foreign_turn(entry, venue, now);
    if (over || pass->session == pass->number) {
        pass->running = false;
        pass->number++;
    }
}

/* In the pass under way, or in the one before, which met all that were there. */
bool cancel_waits_for_rate(const struct order_entry *entry, uint32_t venue, uint32_t instrument) {
    const struct cancel_pass *pass = &entry->venues[venue].pass;
    return pass->session + 1 >= pass->number ||
           pass->instruments[instrument].pass + 1 >= pass->number;
}

bool cancels_are_out(const struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        const struct venue_slot *slot = &entry->venues[i];
        if (!order_queue_is_empty(&slot->cancels) || !order_queue_is_empty(&slot->many)) {
            return false;
        }
    }
    return true;
}
