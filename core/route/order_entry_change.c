#include "core/route/order_entry_state.h"

/* An order that never got there was refused by nobody there. */
static enum ledger_refuser refuser_of(const struct order *order, enum reject_code reject) {
    if (order->state != ORDER_REJECTED) {
        return LEDGER_NOT_REFUSED;
    }
    return reject == REJECT_NOT_SENT ? LEDGER_REFUSED_BY_ROUTER : LEDGER_REFUSED_BY_VENUE;
}

static void end_order(struct order_entry *entry, uint32_t slot, struct now now,
                      enum reject_code reject) {
    struct order *order = order_table_at(entry->orders, slot);
    order->cancel_pending = false;
    order_table_end(entry->orders, now, slot);
    ledger_order(entry, order, refuser_of(order, reject), reject);
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
            stray_begin(entry, slot, now);
        }
    }
    order->state = result.next;
    if (was_in_doubt && result.next != ORDER_IN_DOUBT) {
        doubt_over(entry, slot, now);
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

static void tell(struct order_entry *entry, struct now now, const struct order *order,
                 enum order_report what, const struct book_words *words) {
    if (words->fill != NULL) {
        report_fill(entry, now, order, words->booked, words->fill);
    } else if (words->worth != 0) {
        report_recovered(entry, now, order, words);
    } else if (what != ORDER_REPORT_NONE) {
        report_order(entry, now, order, words->say != ORDER_REPORT_NONE ? words->say : what,
                     words->text, words->reject);
    }
}

void book_change(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                 const struct book_words *words) {
    struct order *order = order_table_at(entry->orders, slot);
    bool was_terminal = order_state_is_terminal(order->state);
    struct order_step result = step(entry, slot, now, event);
    bool ended = !was_terminal && order_state_is_terminal(order->state);
    bool lost = event == ORDER_EVENT_VENUE_LOST && !was_terminal && !words->keeps_pending;
    bool drops = ended || lost;
    bool cancel_dropped = drops && drop_pending_cancel(order);
    tell(entry, now, order, result.report, words);
    if (words->renamed) {
        order_table_rename(entry->orders, slot);
    }
    if (lost) {
        unheard_forget(entry, slot);
    }
    if (drops) {
        tell_dropped(entry, slot, now, cancel_dropped);
    }
    if (ended) {
        end_order(entry, slot, now, words->reject);
    } else if (was_terminal && words->booked.scaled != 0) {
        /* The latest row of an order is the one that counts. */
        ledger_order(entry, order, LEDGER_NOT_REFUSED, REJECT_NONE);
    }
    if (order->state == ORDER_IN_DOUBT && result.report == ORDER_REPORT_IN_DOUBT) {
        entry->tracks[slot].doubt_asked = false;
        entry->tracks[slot].unheard_told = order_fill_missing(order);
        watch_order(entry, slot, now);
        notice_send(entry, now, NOTICE_IN_DOUBT, order->venue, order->number, words->text);
    }
}

void book_event(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                struct bytes text, enum reject_code reject) {
    const struct book_words words = {.text = text, .reject = reject};
    book_change(entry, slot, now, event, &words);
}
