#include "core/route/order_entry_state.h"

/*
 * The venue does not know an order that is open here. Of one that it may not have taken yet that
 * says nothing; neither while a replace is giving the order another id. Of one that the cancel may
 * not have reached a question tells more.
 */
static void doubt_if_unknown(struct order_entry *entry, uint32_t slot, struct now now,
                             enum reject_code reject) {
    const struct order *order = order_table_at(entry->orders, slot);
    bool is_open = order->state == ORDER_NEW || order->state == ORDER_PARTIALLY_FILLED;
    if (reject != REJECT_VENUE_UNKNOWN_ORDER || !is_open || order->replace_pending) {
        return;
    }
    if (!order_is_reached(entry, order)) {
        (void)doubt_ask(entry, slot, now);
    } else {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue does not know it"), REJECT_NONE);
    }
}

static void book_cancel_refusal(struct order_entry *entry, uint32_t slot, struct now now,
                                enum reject_code reject, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    if (!order->cancel_pending) {
        if (reject == REJECT_VENUE_UNKNOWN_ORDER && order_is_reached(entry, order)) {
            stray_over(entry, slot);
        }
        return;
    }
    if (reject == REJECT_VENUE_UNKNOWN_ORDER &&
        doubt_absent(entry, slot, now, order->cancel_sent)) {
        return;
    }
    /* It went out for an id that a replace, on its way then, has taken away meanwhile. */
    if (track->cancel_of != track->current_request && !order_state_is_terminal(order->state)) {
        cancel_owe(entry, slot);
        return;
    }
    cancel_end(entry, now, slot, CANCEL_REFUSED, reject, text);
    doubt_if_unknown(entry, slot, now, reject);
}

/* What a request of this kind is when it is refused. */
static enum venue_refuses refusal_of(enum request_kind kind) {
    switch (kind) {
    case REQUEST_CANCEL:
        return VENUE_REFUSES_CANCEL;
    case REQUEST_REPLACE:
        return VENUE_REFUSES_REPLACE;
    case REQUEST_STATUS:
        return VENUE_REFUSES_STATUS;
    case REQUEST_MASS_CANCEL:
        return VENUE_REFUSES_MASS_CANCEL;
    case REQUEST_NEW_ORDER:
    case REQUEST_FOREIGN_CANCEL:
    case REQUEST_FREE:
        break;
    }
    return VENUE_REFUSES_NEW;
}

/*
 * An order that the venue took is not refused any more: said of nothing in particular it is the
 * cancel that is, if one is out.
 */
static void book_order_refusal(struct order_entry *entry, uint32_t slot, struct now now,
                               const struct venue_report *report, enum reject_code reject) {
    const struct order *order = order_table_at(entry->orders, slot);
    bool taken = order->venue_accepted || order->state == ORDER_NEW;
    bool over = order_state_is_terminal(order->state);
    if (!taken && !over && reject == REJECT_VENUE_FAILED) {
        doubt_refused(entry, slot, now, report->text);
        return;
    }
    if (over && reject != REJECT_VENUE_FAILED) {
        stray_over(entry, slot);
    }
    if (!taken || over) {
        book_event(entry, slot, now, ORDER_EVENT_REJECTED, report->text, reject);
        return;
    }
    note_conflict(entry, now, order, BYTES("refused after it was acknowledged"));
    if (report->refuses == VENUE_REFUSES_UNSAID) {
        book_cancel_refusal(entry, slot, now, reject, report->text);
    }
}

/*
 * What is refused is what both the id and the message say. A refused cancel that is named by the
 * order's own id is still just a cancel; a refused order that is named by another request's id is
 * nonsense.
 */
void book_refusal(struct order_entry *entry, uint32_t named, const struct request *request,
                  struct now now, const struct venue_report *report) {
    const struct order *order = order_table_at(entry->orders, request->order);
    enum venue_refuses refused = refusal_of(request->kind);
    if (refused == VENUE_REFUSES_NEW && report->refuses != VENUE_REFUSES_UNSAID) {
        refused = report->refuses;
    }
    enum reject_code reject = report->reject != REJECT_NONE ? report->reject : REJECT_BY_VENUE;
    if (report->refuses == VENUE_REFUSES_NEW && refused != VENUE_REFUSES_NEW) {
        entry->counters.bad_reports++;
        notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number,
                    BYTES("a cancel, a replace or a question refused as if it were an order"));
    } else if (refused == VENUE_REFUSES_CANCEL) {
        /* Of a cancel given up before, it says nothing of the one that is out. */
        bool latest = request->kind != REQUEST_CANCEL || named == order->cancel_request;
        if (latest) {
            book_cancel_refusal(entry, request->order, now, reject, report->text);
        }
    } else if (refused == VENUE_REFUSES_REPLACE) {
        bool latest = request->kind != REQUEST_REPLACE || named == order->replace_request;
        if (latest && order->replace_pending && reject == REJECT_VENUE_FAILED) {
            doubt_refused(entry, request->order, now, report->text);
        } else if (latest) {
            book_replace_refusal(entry, request->order, now, reject, report->text);
        }
    } else if (refused == VENUE_REFUSES_STATUS) {
        const struct order_track *track = &entry->tracks[request->order];
        if (reject == REJECT_VENUE_UNKNOWN_ORDER && named == track->status_request) {
            (void)doubt_absent(entry, request->order, now, track->asked);
            unheard_absent(entry, request->order, now);
        }
    } else if (refused == VENUE_REFUSES_NEW) {
        book_order_refusal(entry, request->order, now, report, reject);
    }
}
