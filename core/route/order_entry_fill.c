#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"

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
enum order_event event_of_fill(const struct order *order, bool complete) {
    bool settled = complete && order->state == ORDER_IN_DOUBT && order_fill_is_all(order) &&
                   order_fill_missing(order).scaled == 0;
    return settled ? ORDER_EVENT_FILL : order_fill_event(order, complete);
}

/* Nothing replaces an order sized by money: what is complete stays so, whatever comes late. */
void note_complete(struct order *order, bool complete) {
    order->venue_complete |= complete && (order->flags & ORDER_CASH) != 0;
}

static void tell_fill(struct order_entry *entry, uint32_t slot, struct now now,
                      struct quantity booked, const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct book_words words = {.fill = report, .booked = booked};
    note_complete(order, report->complete);
    bool complete = report->complete || order->venue_complete;
    book_change(entry, slot, now, event_of_fill(order, complete), &words);
}

/* Not heard, but proved: the replace that was on its way was taken. It is told before what proves
 * it; when the venue's word of it comes after all, that is no news. */
static void take_outgrown(struct order_entry *entry, uint32_t slot, struct now now,
                          struct quantity cumulative, const struct venue_report *report) {
    if (order_fill_outgrows(order_table_at(entry->orders, slot), cumulative)) {
        const struct venue_report unsaid = {.kind = VENUE_REPORT_REPLACED,
                                            .venue_order_id = report->venue_order_id};
        terms_replace(entry, slot, now, &unsaid);
    }
}

bool is_told(const struct venue_report *report, const struct instrument *instrument,
             struct quantity *told) {
    return decimal_parse(report->cumulative, instrument->quantity_digits, &told->scaled) ==
               DECIMAL_OK &&
           told->scaled >= 0;
}

/* A fill that cannot be read must not be lost silently: the order is in doubt until it is settled.
 * Its count may be readable all the same; not trusted is one of more than the order has, which
 * would prove that a replace was taken. */
static void book_unreadable(struct order_entry *entry, uint32_t slot, struct now now,
                            const struct venue_report *report, struct bytes text) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    struct quantity told;
    entry->counters.bad_reports++;
    entry->tracks[slot].fill_unread = true;
    bool bounded = (order->flags & ORDER_CASH) == 0;
    if (is_told(report, instrument, &told) && !(bounded && told.scaled > order->quantity.scaled)) {
        int64_t before = order_fill_missing(order).scaled;
        entry->counters.missing_fills += order_fill_told(order, told).scaled > before;
    }
    notice_send(entry, now, NOTICE_BAD_REPORT, order->venue, order->number, text);
    if (!order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST, text, REJECT_NONE);
    }
}

void doubt_if_short(struct order_entry *entry, uint32_t slot, struct now now, bool complete) {
    const struct order *order = order_table_at(entry->orders, slot);
    bool known = order_state_is_terminal(order->state) || order->state == ORDER_IN_DOUBT;
    bool counted = order_fill_missing(order).scaled > 0 || order_fill_is_all(order);
    if (complete && !known && !counted) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue filled it, and a fill was not heard"), REJECT_NONE);
    }
}

void book_fill(struct order_entry *entry, uint32_t slot, struct now now,
               const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    struct order_fill fill;
    if (!parse_fill(instrument, report, &fill)) {
        book_unreadable(entry, slot, now, report, BYTES("in doubt: a fill that cannot be read"));
        return;
    }
    if (order_fill_makes_sense(&fill)) {
        take_outgrown(entry, slot, now, fill.cumulative, report);
    }
    struct order_fill_outcome outcome = order_fill_apply(order, &fill);
    note_fill(entry, now, order, outcome.flags);
    if ((outcome.flags & ORDER_FILL_INVALID) != 0) {
        book_unreadable(entry, slot, now, report, BYTES("in doubt: a fill that makes no sense"));
    } else if (outcome.booked.scaled > 0) {
        entry->counters.fills++;
        tell_fill(entry, slot, now, outcome.booked, report);
        doubt_if_short(entry, slot, now, report->complete);
    }
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
    take_outgrown(entry, slot, now, told, report);
    int64_t before = order_fill_missing(order).scaled;
    int64_t missing = order_fill_told(order, told).scaled;
    if (missing > before) {
        entry->counters.missing_fills++;
        notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number, unheard);
    }
    return missing > 0 ? unheard : report->text;
}
