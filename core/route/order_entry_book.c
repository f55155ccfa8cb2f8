#include <string.h>

#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"
#include "core/route/trace_event.h"

/*
 * The request a report is about: by the refused message's number, by its id, by the id it cancels
 * or replaces. A refusal is of just the request it names: what that one would have changed is not
 * refused.
 */
static uint32_t find_request(struct order_entry *entry, uint32_t venue,
                             const struct venue_report *report) {
    struct request_table *requests = entry->venues[venue].requests;
    uint32_t found = REQUEST_NONE;
    if (report->request_known) {
        return request_table_match_id(requests, report->request_id, &found) == REQUEST_OURS
                   ? found
                   : REQUEST_NONE;
    }
    if (request_table_match(requests, report->cl_ord_id, &found) == REQUEST_OURS ||
        (report->kind != VENUE_REPORT_REFUSED && report->orig_cl_ord_id.len != 0 &&
         request_table_match(requests, report->orig_cl_ord_id, &found) == REQUEST_OURS)) {
        return found;
    }
    return REQUEST_NONE;
}

void learn_venue_id(struct order *order, struct bytes id) {
    if (id.len != 0 && id.len <= VENUE_ORDER_ID_MAX) {
        memcpy(order->venue_order_id, id.data, id.len);
        order->venue_order_id_len = (uint8_t)id.len;
    }
}

/* An order back from doubt whose acknowledgement was told before is known again, not new again. */
static void book_acknowledgement(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    bool known_again = order->venue_accepted && order->state == ORDER_IN_DOUBT;
    enum order_event event = known_again ? ORDER_EVENT_STATUS_OPEN : ORDER_EVENT_ACKNOWLEDGED;
    order->venue_accepted = true;
    book_event(entry, slot, now, event, bytes_of(NULL, 0), REJECT_NONE);
}

/* A status has no price: it books no fill, and one that is all filled is so by fills heard. One
 * that counts more leaves the order in doubt. */
static void book_status(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                        const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    bool replacing = order->replace_pending && order->state != ORDER_IN_DOUBT;
    note_complete(order, report->complete);
    if (!order_state_is_terminal(order->state) &&
        doubt_settle_terms(entry, slot, named, now, report)) {
        return;
    }
    bool dropped = replacing && !order->replace_pending;
    struct bytes text = note_told(entry, slot, now, report);
    bool live = !order_state_is_terminal(order->state);
    if (entry->tracks[slot].fill_unread && !order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: how much of it is filled cannot be read"), REJECT_NONE);
        return;
    }
    bool unheard = order_fill_missing(order).scaled > 0;
    if (unheard && live) {
        return;
    }
    bool heard_all = order->filled.scaled > 0 && !unheard;
    /* Or open in word alone: its replace to more was not taken. */
    bool nothing_left = live && heard_all && order_fill_is_all(order) && !order->replace_pending;
    if (!report->complete && !nothing_left) {
        book_event(entry, slot, now, ORDER_EVENT_STATUS_OPEN, text, REJECT_NONE);
        if (dropped) {
            replace_tell_over(entry, slot, now, text);
        }
    } else if (heard_all && live) {
        const struct book_words words = {.say = ORDER_REPORT_STATUS, .text = text};
        book_change(entry, slot, now, ORDER_EVENT_FILL, &words);
    } else {
        doubt_if_short(entry, slot, now, true);
    }
}

static bool is_triggered(const struct order *order, const struct venue_report *report) {
    return report->triggered && order_type_has_stop(order->type);
}

static void book_restated(struct order_entry *entry, uint32_t slot, struct now now,
                          const struct venue_report *report) {
    bool triggered = is_triggered(order_table_at(entry->orders, slot), report);
    struct bytes text = note_told(entry, slot, now, report);
    if (order_state_is_terminal(order_table_at(entry->orders, slot)->state)) {
        book_event(entry, slot, now, ORDER_EVENT_RESTATED, text, REJECT_NONE);
        return;
    }
    terms_restate(entry, slot, now, report,
                  triggered ? BYTES("the stop price was reached") : report->text);
}

void book_report(struct order_entry *entry, uint32_t venue, struct now now,
                 const struct venue_report *report) {
    uint32_t named = find_request(entry, venue, report);
    if (named == REQUEST_NONE) {
        foreign_report(entry, venue, now, report);
        return;
    }
    const struct request *request = request_table_at(entry->venues[venue].requests, named);
    if (request->kind == REQUEST_FOREIGN_CANCEL) {
        foreign_answered(entry, venue, named, now, report);
        return;
    }
    uint32_t slot = request->order;
    struct bytes text;
    trace_put(entry->setup.trace, TRACE_EVENT_REPORT_IN, (uint16_t)venue, report->kind,
              order_table_at(entry->orders, slot)->number, 0);
    struct order *order = order_table_at(entry->orders, slot);
    if (order->venue_order_id_len == 0) {
        learn_venue_id(order, report->venue_order_id);
    }
    order->triggered |= is_triggered(order, report);
    switch (report->kind) {
    case VENUE_REPORT_ACKNOWLEDGED:
        book_acknowledgement(entry, slot, now);
        break;
    case VENUE_REPORT_FILL:
        book_fill(entry, slot, now, report);
        break;
    case VENUE_REPORT_CANCELED:
        text = note_told(entry, slot, now, report);
        book_event(entry, slot, now, ORDER_EVENT_CANCELED, text, REJECT_NONE);
        break;
    case VENUE_REPORT_EXPIRED:
        text = note_told(entry, slot, now, report);
        book_event(entry, slot, now, ORDER_EVENT_EXPIRED, text, REJECT_NONE);
        break;
    case VENUE_REPORT_REFUSED:
        book_refusal(entry, named, request, now, report);
        break;
    case VENUE_REPORT_STATUS:
        book_status(entry, slot, named, now, report);
        break;
    case VENUE_REPORT_RESTATED:
        book_restated(entry, slot, now, report);
        break;
    case VENUE_REPORT_REPLACED:
        book_replaced(entry, slot, named, now, report);
        break;
    case VENUE_REPORT_NOT_SENT:
    case VENUE_REPORT_MAYBE_SENT:
        book_missed(entry, slot, named, now, report->kind == VENUE_REPORT_MAYBE_SENT);
        order_changed(entry, slot);
        return;
    default:
        CHECK(false);
    }
    doubt_answered(entry, slot, named);
    stray_heard(entry, slot, report);
    unheard_heard(entry, slot, now, report);
    order_changed(entry, slot);
}
