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

/* Somebody has to find it at the venue: as much of it as there is room for. */
static void note_foreign(struct order_entry *entry, uint32_t venue, struct now now,
                         const struct venue_report *report) {
    struct bytes quantity =
        report->last_quantity.len != 0 ? report->last_quantity : report->order_quantity;
    struct bytes price = report->last_price.len != 0 ? report->last_price : report->price;
    struct bytes side = bytes_equal(report->side, BYTES("2")) ? BYTES("sell") : BYTES("buy");
    struct bytes parts[] = {report->cl_ord_id, report->venue_order_id,
                            report->symbol,    report->side.len != 0 ? side : bytes_of(NULL, 0),
                            quantity,          price};
    char text[NOTICE_TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t room = sizeof(text) - len;
        if (parts[i].len == 0 || parts[i].len + 1 > room) {
            continue;
        }
        if (len != 0) {
            text[len++] = ' ';
        }
        memcpy(text + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    entry->counters.foreign_reports++;
    notice_send(entry, now, NOTICE_FOREIGN_ORDER, venue, 0, bytes_of(text, len));
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

/* Of an order in doubt the venue may still take it: then it goes on pending, told as it is. */
static void tell_dropped_replace(struct order_entry *entry, uint32_t slot, struct now now,
                                 enum reject_code why) {
    struct order *order = order_table_at(entry->orders, slot);
    if (order->replace_pending && !entry->tracks[slot].replace_told) {
        entry->tracks[slot].replace_told = true;
        report_cancel_reject(entry, now, order->client, &order->replace_cl_ord_id,
                             &order->cl_ord_id, order, '2', why, bytes_of(NULL, 0));
    }
}

void note_conflict(struct order_entry *entry, struct now now, const struct order *order,
                   struct bytes text) {
    entry->counters.conflicts++;
    notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number, text);
}

/* Of events that contradict an order which is over: those that say that the venue has it open. */
static bool is_open_there(enum order_event event) {
    return event == ORDER_EVENT_ACKNOWLEDGED || event == ORDER_EVENT_STATUS_OPEN ||
           event == ORDER_EVENT_REPLACED || event == ORDER_EVENT_RESTATED;
}

static struct order_step step(struct order_entry *entry, uint32_t slot, struct now now,
                              enum order_event event) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_in_doubt = order->state == ORDER_IN_DOUBT;
    struct order_step result = order_state_step(order->state, event, order->filled.scaled > 0);
    if (result.conflict) {
        note_conflict(entry, now, order, bytes_of_string(order_event_name(event)));
        if (order_state_is_terminal(order->state) && is_open_there(event)) {
            cancel_stray(entry, slot);
        }
    }
    order->state = result.next;
    if (was_in_doubt && result.next != ORDER_IN_DOUBT && order->replace_pending) {
        /* It is known again, and what became of its replace is not. */
        entry->tracks[slot].replace_since = now.mono;
        watch_order(entry, slot, now);
    }
    return result;
}

/* What was pending when the order ended, or when its venue fell silent; after the order's own
 * report. */
static void tell_dropped(struct order_entry *entry, uint32_t slot, struct now now,
                         bool cancel_dropped) {
    struct order *order = order_table_at(entry->orders, slot);
    bool over = order_state_is_terminal(order->state);
    enum reject_code why = over ? REJECT_TOO_LATE : REJECT_IN_DOUBT;
    if (cancel_dropped) {
        cancel_end(entry, now, slot, over ? CANCEL_REFUSED : CANCEL_INTERRUPTED, why,
                   bytes_of(NULL, 0));
    }
    tell_dropped_replace(entry, slot, now, why);
    if (over) {
        order->cancel_pending = false;
        order->replace_pending = false;
    }
}

void book_change(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                 enum order_report say, struct bytes text, enum reject_code reject) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_terminal = order_state_is_terminal(order->state);
    struct order_step result = step(entry, slot, now, event);
    bool ended = !was_terminal && order_state_is_terminal(order->state);
    bool drops = ended || (event == ORDER_EVENT_VENUE_LOST && !was_terminal);
    bool cancel_dropped = drops && drop_pending_cancel(order);
    if (result.report != ORDER_REPORT_NONE) {
        report_order(entry, now, order, say != ORDER_REPORT_NONE ? say : result.report, text,
                     reject);
    }
    if (drops) {
        tell_dropped(entry, slot, now, cancel_dropped);
    }
    if (ended) {
        end_order(entry, slot, now, reject);
    }
    if (order->state == ORDER_IN_DOUBT && result.report == ORDER_REPORT_IN_DOUBT) {
        watch_order(entry, slot, now);
        notice_send(entry, now, NOTICE_IN_DOUBT, order->venue, order->number, text);
    }
}

void book_event(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                struct bytes text, enum reject_code reject) {
    book_change(entry, slot, now, event, ORDER_REPORT_NONE, text, reject);
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
        note_conflict(entry, now, order, BYTES("the venue's fills contradict each other"));
    }
}

/* The venue calls an order in doubt filled by its old terms: it did not take the replace. */
static enum order_event event_of_fill(const struct order *order, bool complete) {
    bool settled = complete && order->state == ORDER_IN_DOUBT && order_fill_is_all(order) &&
                   order_fill_missing(order).scaled == 0;
    return settled ? ORDER_EVENT_FILL : order_fill_event(order, complete);
}

/* Nothing replaces an order sized by money: what is complete stays so, whatever comes late. */
static void note_complete(struct order *order, bool complete) {
    order->venue_complete |= complete && (order->flags & ORDER_CASH) != 0;
}

static void tell_fill(struct order_entry *entry, uint32_t slot, struct now now,
                      struct quantity booked, const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_terminal = order_state_is_terminal(order->state);
    note_complete(order, report->complete);
    bool complete = report->complete || order->venue_complete;
    (void)step(entry, slot, now, event_of_fill(order, complete));
    bool ended = !was_terminal && order_state_is_terminal(order->state);
    bool cancel_dropped = ended && drop_pending_cancel(order);
    report_fill(entry, now, order, booked, report);
    if (ended) {
        tell_dropped(entry, slot, now, cancel_dropped);
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
    entry->tracks[slot].fill_unread = true;
    const struct order *order = order_table_at(entry->orders, slot);
    notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number, text);
    if (!order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST, text, REJECT_NONE);
    }
}

/* All that it may ever fill, by what the venue has said of it. */
static bool is_complete_there(const struct order *order, bool complete) {
    bool grows =
        order->replace_pending && order->replace_terms.quantity.scaled > order->told.scaled;
    bool cash = (order->flags & ORDER_CASH) != 0;
    return complete || (!cash && !grows && order->told.scaled >= order->quantity.scaled);
}

/* Whether the venue counts a fill that was not heard, or must, to call the order complete. */
static bool is_short(const struct order *order, bool complete) {
    return order_fill_missing(order).scaled > 0 || (complete && !order_fill_is_all(order));
}

void doubt_if_unheard(struct order_entry *entry, uint32_t slot, struct now now, bool complete) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (is_complete_there(order, complete) && !order_state_is_terminal(order->state) &&
        order->state != ORDER_IN_DOUBT && is_short(order, complete)) {
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
        doubt_if_unheard(entry, slot, now, report->complete);
    }
}

/*
 * The venue does not know an order that is open here. Of one that it may not have taken yet, or not
 * be able to reach, that says nothing; neither while a replace is giving the order another id.
 */
static void doubt_if_unknown(struct order_entry *entry, uint32_t slot, struct now now,
                             enum reject_code reject) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct venue_slot *venue = &entry->venues[order->venue];
    bool reached = !venue->can->cancel_needs_session || order->venue_session == venue->session;
    bool is_open = order->state == ORDER_NEW || order->state == ORDER_PARTIALLY_FILLED;
    if (reject == REJECT_VENUE_UNKNOWN_ORDER && reached && is_open && !order->replace_pending) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue does not know it"), REJECT_NONE);
    }
}

static void book_cancel_refusal(struct order_entry *entry, uint32_t slot, struct now now,
                                enum reject_code reject, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    if (!order->cancel_pending) {
        return;
    }
    if (reject == REJECT_VENUE_UNKNOWN_ORDER && doubt_absent(entry, slot, now)) {
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
    if (!taken || order_state_is_terminal(order->state)) {
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
static void book_refusal(struct order_entry *entry, uint32_t named, const struct request *request,
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
        if (latest) {
            book_replace_refusal(entry, request->order, now, reject, report->text);
        }
    } else if (refused == VENUE_REFUSES_STATUS) {
        if (reject == REJECT_VENUE_UNKNOWN_ORDER) {
            (void)doubt_absent(entry, request->order, now);
        }
    } else if (refused == VENUE_REFUSES_NEW) {
        book_order_refusal(entry, request->order, now, report, reject);
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

static bool is_told(const struct venue_report *report, const struct instrument *instrument,
                    struct quantity *told) {
    return decimal_parse(report->cumulative, instrument->quantity_digits, &told->scaled) ==
               DECIMAL_OK &&
           told->scaled >= 0;
}

/*
 * Beyond the fills that were heard, one went missing; or nobody can say how much that is. The text
 * then is ours, else the venue's.
 */
struct bytes note_told(struct order_entry *entry, uint32_t slot, struct now now,
                       const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    const struct bytes unheard = BYTES("the venue counts fills of this order that were not heard");
    const struct bytes unread = BYTES("how much of it is filled cannot be read");
    struct quantity told;
    if (report->cumulative.len == 0) {
        return entry->tracks[slot].fill_unread ? unread : report->text;
    }
    if (!is_told(report, instrument, &told)) {
        entry->tracks[slot].fill_unread = true;
        entry->counters.bad_reports++;
        notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number, unread);
        return unread;
    }
    entry->tracks[slot].fill_unread = false;
    int64_t before = order_fill_missing(order).scaled;
    int64_t missing = order_fill_told(order, told).scaled;
    if (missing > before) {
        entry->counters.missing_fills++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number, unheard);
    }
    return missing > 0 ? unheard : report->text;
}

/* A status has no price: it books no fill, and one that is all filled is so by fills heard. */
static void book_status(struct order_entry *entry, uint32_t slot, struct now now,
                        const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    note_complete(order, report->complete);
    if (!order_state_is_terminal(order->state) && doubt_settle_terms(entry, slot, now, report)) {
        return;
    }
    struct bytes text = note_told(entry, slot, now, report);
    bool live = !order_state_is_terminal(order->state);
    if (entry->tracks[slot].fill_unread && !order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: how much of it is filled cannot be read"), REJECT_NONE);
        return;
    }
    bool heard_all = order->filled.scaled > 0 && order_fill_missing(order).scaled == 0;
    /* Or open in word alone: its replace to more was not taken. */
    bool nothing_left = live && heard_all && order_fill_is_all(order) && !order->replace_pending;
    if (!report->complete && !nothing_left) {
        book_event(entry, slot, now, ORDER_EVENT_STATUS_OPEN, text, REJECT_NONE);
    } else if (heard_all && live) {
        book_change(entry, slot, now, ORDER_EVENT_FILL, ORDER_REPORT_STATUS, text, REJECT_NONE);
    } else {
        doubt_if_unheard(entry, slot, now, true);
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
        note_foreign(entry, venue, now, report);
        return;
    }
    const struct request *request = request_table_at(entry->venues[venue].requests, named);
    uint32_t slot = request->order;
    struct bytes text;
    trace_put(entry->setup.trace, TRACE_EVENT_REPORT_IN, (uint16_t)venue, report->kind,
              order_table_at(entry->orders, slot)->number, 0);
    struct order *order = order_table_at(entry->orders, slot);
    learn_venue_id(order, report->venue_order_id);
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
        book_status(entry, slot, now, report);
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
    case VENUE_REPORT_MASS_CANCELED:
        break;
    default:
        CHECK(false);
    }
    doubt_answered(entry, slot, named);
    order_changed(entry, slot);
}
