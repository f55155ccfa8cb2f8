#include <string.h>

#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"
#include "core/route/trace_event.h"

/*
 * The request a report is about: by the refused message's number, by its id, by the id it cancels.
 * A refusal is of just the request it names: what that one would have cancelled is not refused.
 */
static const struct request *find_request(struct order_entry *entry, uint32_t venue,
                                          const struct venue_report *report) {
    struct request_table *requests = entry->venues[venue].requests;
    uint32_t found = REQUEST_NONE;
    if (report->request_known) {
        return request_table_match_id(requests, report->request_id, &found) == REQUEST_OURS
                   ? request_table_at(requests, found)
                   : NULL;
    }
    if (request_table_match(requests, report->cl_ord_id, &found) == REQUEST_OURS ||
        (report->kind != VENUE_REPORT_REFUSED && report->orig_cl_ord_id.len != 0 &&
         request_table_match(requests, report->orig_cl_ord_id, &found) == REQUEST_OURS)) {
        return request_table_at(requests, found);
    }
    return NULL;
}

static void note_foreign(struct order_entry *entry, uint32_t venue, struct now now,
                         const struct venue_report *report) {
    entry->counters.foreign_reports++;
    notice_send(entry, now, NOTICE_FOREIGN_ORDER, venue, 0, report->cl_ord_id);
}

static void learn_venue_id(struct order *order, struct bytes id) {
    if (order->venue_order_id_len == 0 && id.len != 0 && id.len <= VENUE_ORDER_ID_MAX) {
        memcpy(order->venue_order_id, id.data, id.len);
        order->venue_order_id_len = (uint8_t)id.len;
    }
}

static void end_order(struct order_entry *entry, uint32_t slot, struct now now,
                      enum reject_code reject) {
    struct order *order = order_table_at(entry->orders, slot);
    order->cancel_pending = false;
    order_table_end(entry->orders, now, slot);
    ledger_order(entry, order,
                 order->state == ORDER_REJECTED ? LEDGER_REFUSED_BY_VENUE : LEDGER_NOT_REFUSED,
                 reject);
}

/* A pending cancel comes to nothing: the order ended otherwise first, or its venue went away. */
static bool drop_pending_cancel(struct order *order) {
    bool dropped = order->cancel_pending && order->state != ORDER_CANCELED;
    if (dropped) {
        order->cancel_pending = false;
    }
    return dropped;
}

/* After the report that says what happened to the order instead. */
static void tell_dropped_cancel(struct order_entry *entry, struct now now, struct order *order) {
    if (order->cancel_cl_ord_id.len != 0) {
        report_cancel_reject(
            entry, now, order->client, &order->cancel_cl_ord_id, &order->cl_ord_id, order, '1',
            order->state == ORDER_IN_DOUBT ? REJECT_IN_DOUBT : REJECT_TOO_LATE, bytes_of(NULL, 0));
        order->cancel_cl_ord_id.len = 0;
    }
}

static struct order_step step(struct order_entry *entry, struct order *order, struct now now,
                              enum order_event event) {
    struct order_step result = order_state_step(order->state, event, order->filled.scaled > 0);
    if (result.conflict) {
        entry->counters.conflicts++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                    bytes_of_string(order_event_name(event)));
    }
    order->state = result.next;
    return result;
}

void book_event(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                struct bytes text, enum reject_code reject) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_terminal = order_state_is_terminal(order->state);
    struct order_step result = step(entry, order, now, event);
    bool ended = !was_terminal && order_state_is_terminal(order->state);
    bool dropped = (ended || event == ORDER_EVENT_VENUE_LOST) && drop_pending_cancel(order);
    if (result.report != ORDER_REPORT_NONE) {
        report_order(entry, now, order, result.report, text, reject);
    }
    if (dropped) {
        tell_dropped_cancel(entry, now, order);
    }
    if (ended) {
        end_order(entry, slot, now, reject);
    }
    if (order->state == ORDER_IN_DOUBT && result.report == ORDER_REPORT_IN_DOUBT) {
        notice_send(entry, now, NOTICE_IN_DOUBT, order->venue, order->number, text);
    }
}

/* CumQty(14) is required (FIX 4.4, tag 14): without it a fill said twice would be booked twice. */
static bool parse_fill(const struct instrument *instrument, const struct venue_report *report,
                       struct order_fill *fill) {
    fill->has_cumulative = true;
    return decimal_parse(report->last_quantity, instrument->quantity_digits, &fill->last.scaled) ==
               DECIMAL_OK &&
           decimal_parse(report->last_price, instrument->price_digits, &fill->price.scaled) ==
               DECIMAL_OK &&
           decimal_parse(report->cumulative, instrument->quantity_digits,
                         &fill->cumulative.scaled) == DECIMAL_OK;
}

static void note_fill(struct order_entry *entry, struct now now, const struct order *order,
                      unsigned flags) {
    if ((flags & ORDER_FILL_DUPLICATE) != 0) {
        entry->counters.duplicate_fills++;
    }
    if ((flags & ORDER_FILL_GAP) != 0) {
        entry->counters.missing_fills++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                    BYTES("a fill before this one was not heard"));
    }
    if ((flags & ORDER_FILL_CONFLICT) != 0) {
        entry->counters.conflicts++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                    BYTES("the venue's fills contradict each other"));
    }
}

static void tell_fill(struct order_entry *entry, uint32_t slot, struct now now,
                      struct quantity booked, const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_terminal = order_state_is_terminal(order->state);
    (void)step(entry, order, now, order_fill_event(order, report->complete));
    bool terminal = order_state_is_terminal(order->state);
    report_fill(entry, now, order, booked, report);
    if (terminal && !was_terminal) {
        if (drop_pending_cancel(order)) {
            tell_dropped_cancel(entry, now, order);
        }
        end_order(entry, slot, now, REJECT_NONE);
    } else if (was_terminal) {
        ledger_order(entry, order, LEDGER_NOT_REFUSED, REJECT_NONE);
    }
}

/* A fill that cannot be read must not be lost silently: the order is in doubt until it is settled.
 */
static void book_unreadable(struct order_entry *entry, uint32_t slot, struct now now,
                            struct bytes text) {
    entry->counters.bad_reports++;
    const struct order *order = order_table_at(entry->orders, slot);
    notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number, text);
    if (!order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST, text, REJECT_NONE);
    }
}

/* The venue counts the order as filled and some of it was never heard: nobody can call it open. */
static void doubt_if_unheard(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    bool complete_there = order->told.scaled >= order->quantity.scaled;
    if (complete_there && order_fill_missing(order).scaled > 0 &&
        !order_state_is_terminal(order->state) && order->state != ORDER_IN_DOUBT) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue filled it, and a fill was not heard"), REJECT_NONE);
    }
}

static void book_fill(struct order_entry *entry, uint32_t slot, struct now now,
                      const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    struct order_fill fill;
    if (!parse_fill(instrument, report, &fill)) {
        book_unreadable(entry, slot, now, BYTES("in doubt: a fill that cannot be read"));
        return;
    }
    struct order_fill_outcome outcome = order_fill_apply(order, &fill);
    note_fill(entry, now, order, outcome.flags);
    if ((outcome.flags & ORDER_FILL_INVALID) != 0) {
        book_unreadable(entry, slot, now, BYTES("in doubt: a fill that makes no sense"));
    } else if (outcome.booked.scaled > 0) {
        entry->counters.fills++;
        tell_fill(entry, slot, now, outcome.booked, report);
        doubt_if_unheard(entry, slot, now);
    }
}

static void book_cancel_refusal(struct order_entry *entry, struct now now, struct order *order,
                                struct bytes text) {
    if (!order->cancel_pending) {
        return;
    }
    order->cancel_pending = false;
    if (order->cancel_cl_ord_id.len != 0) {
        report_cancel_reject(entry, now, order->client, &order->cancel_cl_ord_id, &order->cl_ord_id,
                             order, '1', REJECT_BY_VENUE, text);
        order->cancel_cl_ord_id.len = 0;
    }
}

/*
 * What is refused is what both the id and the message say. A refused cancel that is named by the
 * order's own id is still just a cancel; a refused order that is named by a cancel's id is
 * nonsense.
 */
static void book_refusal(struct order_entry *entry, const struct request *request, struct now now,
                         const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, request->order);
    bool names_cancel = request->kind == REQUEST_CANCEL;
    if (names_cancel && report->refuses == VENUE_REFUSES_NEW) {
        entry->counters.bad_reports++;
        notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number,
                    BYTES("a cancel refused as if it were an order"));
    } else if (names_cancel || report->refuses == VENUE_REFUSES_CANCEL) {
        book_cancel_refusal(entry, now, order, report->text);
    } else {
        book_event(entry, request->order, now, ORDER_EVENT_REJECTED, report->text, REJECT_BY_VENUE);
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

/*
 * The cumulative quantity of a report that is no fill: beyond those that were heard, one of them
 * went missing. Returns the text that goes with the end of the order then, else the venue's.
 */
static struct bytes note_told(struct order_entry *entry, uint32_t slot, struct now now,
                              const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    const struct bytes unheard = BYTES("the venue counts fills of this order that were not heard");
    struct quantity told;
    if (report->cumulative.len == 0 ||
        decimal_parse(report->cumulative, instrument->quantity_digits, &told.scaled) !=
            DECIMAL_OK) {
        return report->text;
    }
    int64_t before = order_fill_missing(order).scaled;
    int64_t missing = order_fill_told(order, told).scaled;
    if (missing > before) {
        entry->counters.missing_fills++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number, unheard);
    }
    return missing > 0 ? unheard : report->text;
}

/* A filled order is not booked on the word of a status, which has no price. */
static void book_status(struct order_entry *entry, uint32_t slot, struct now now,
                        const struct venue_report *report) {
    if (report->complete) {
        entry->counters.bad_reports++;
        notice_send(entry, now, NOTICE_BAD_REPORT, order_table_at(entry->orders, slot)->venue,
                    order_table_at(entry->orders, slot)->number,
                    BYTES("a status that does not say whether the order is open"));
        return;
    }
    struct bytes text = note_told(entry, slot, now, report);
    book_event(entry, slot, now, ORDER_EVENT_STATUS_OPEN, text, REJECT_NONE);
}

void book_report(struct order_entry *entry, uint32_t venue, struct now now,
                 const struct venue_report *report) {
    const struct request *request = find_request(entry, venue, report);
    if (request == NULL) {
        note_foreign(entry, venue, now, report);
        return;
    }
    uint32_t slot = request->order;
    struct bytes text;
    trace_put(entry->setup.trace, TRACE_EVENT_REPORT_IN, (uint16_t)venue, report->kind,
              order_table_at(entry->orders, slot)->number, 0);
    learn_venue_id(order_table_at(entry->orders, slot), report->venue_order_id);
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
        book_refusal(entry, request, now, report);
        break;
    case VENUE_REPORT_STATUS:
    case VENUE_REPORT_REPLACED:
    case VENUE_REPORT_RESTATED:
        book_status(entry, slot, now, report);
        break;
    case VENUE_REPORT_NOT_SENT:
    case VENUE_REPORT_MAYBE_SENT:
    case VENUE_REPORT_MASS_CANCELED:
        break;
    default:
        CHECK(false);
    }
}
