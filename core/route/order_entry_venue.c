#include "core/route/order_entry_state.h"

bool venue_slot_is_up(const struct order_entry *entry, uint32_t index) {
    const struct venue_slot *slot = &entry->venues[index];
    return slot->up && slot->venue->ops->up(slot->venue);
}

static void note_up(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue_slot *slot = &entry->venues[index];
    slot->up = true;
    slot->session++;
    slot->up_since = now.mono;
    notice_send(entry, now, NOTICE_VENUE_UP, index, 0, bytes_of(NULL, 0));
}

/* Every order of it that is not finished is in doubt. */
static void begin_losing(struct order_entry *entry, uint32_t index, struct bytes why) {
    struct venue_slot *slot = &entry->venues[index];
    slot->losing = true;
    slot->lose_from = 0;
    slot->lose_why = why;
    slot->lose_owed = false;
    entry->more = true;
}

/* A fill, perhaps: nothing else would ever tell of it. */
static void note_missed(struct order_entry *entry, uint32_t index, struct now now) {
    notice_send(entry, now, NOTICE_BAD_REPORT, index, 0,
                BYTES("filled over, and not said again, what was missed"));
    begin_losing(entry, index, BYTES("in doubt: the venue did not say again what was missed"));
}

static void take(struct order_entry *entry, uint32_t index, struct now now,
                 const struct venue_report *report) {
    switch (report->kind) {
    case VENUE_REPORT_UP:
        note_up(entry, index, now);
        break;
    case VENUE_REPORT_MISSED:
        note_missed(entry, index, now);
        break;
    case VENUE_REPORT_MALFORMED:
        entry->counters.bad_reports++;
        notice_send(entry, now, NOTICE_BAD_REPORT, index, 0, report->text);
        break;
    default:
        entry->venues[index].reported = now.mono;
        book_report(entry, index, now, report);
        break;
    }
}

/* Reads while what is read can be told; what cannot stays in the stream. True: read to the end. */
static bool read_reports(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue_slot *slot = &entry->venues[index];
    struct venue *venue = slot->venue;
    struct venue_report report;
    for (int count = 0; count < TURN_BURST; count++) {
        if (!reports_have_room(entry)) {
            slot->unheard = true;
            return false;
        }
        if (!venue->ops->poll(venue, now, &report)) {
            slot->heard_since = slot->unheard ? now.mono : slot->heard_since;
            slot->unheard = false;
            return true;
        }
        take(entry, index, now, &report);
    }
    entry->more = true;
    return false;
}

/* We log out on purpose and leave the orders as they are. */
static bool leaves_orders(const struct order_entry *entry) {
    return entry->phase == ORDER_ENTRY_LOGGING_OUT && !entry->stop_cancels;
}

static void note_over(struct order_entry *entry, uint32_t index, struct now now,
                      const struct venue_report *report) {
    struct venue_slot *slot = &entry->venues[index];
    struct duration lasted = {.ns = 0};
    bool was_up = report->kind == VENUE_REPORT_DOWN;
    if (was_up) {
        lasted = instant_since(now.mono, slot->up_since);
        begin_losing(entry, index, BYTES("in doubt: the venue session was lost"));
        slot->lose_owed = leaves_orders(entry) && report->heard_out;
    }
    slot->up = false;
    backoff_failed(&slot->backoff, now, lasted, &entry->prng);
    notice_send(entry, now, was_up ? NOTICE_VENUE_DOWN : NOTICE_VENUE_RETRY, index,
                slot->backoff.tries, report->text);
}

/* One left as it is on purpose is in no doubt, unless the venue owes an answer about it. */
static bool is_lost(const struct venue_slot *slot, const struct order *order) {
    bool owed =
        order->state == ORDER_PENDING_NEW || order->cancel_pending || order->replace_pending;
    return !order_state_is_terminal(order->state) && (owed || !slot->lose_owed);
}

static void lose_order(struct order_entry *entry, uint32_t index, uint32_t found, struct now now) {
    const struct venue_slot *slot = &entry->venues[index];
    const struct order *order = order_table_at(entry->orders, found);
    if (order->venue != index) {
        return;
    }
    if (is_lost(slot, order)) {
        book_event(entry, found, now, ORDER_EVENT_VENUE_LOST, slot->lose_why, REJECT_NONE);
        order_changed(entry, found);
    } else if (order_state_is_terminal(order->state) && !slot->lose_owed) {
        unheard_cut_off(entry, found, now);
    }
}

/* A few orders a turn. */
static void lose_orders(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue_slot *slot = &entry->venues[index];
    uint32_t looks = WALK_BURST;
    uint32_t found;
    while (reports_have_room(entry) &&
           (found = order_table_walk(entry->orders, &slot->lose_from, &looks)) != ORDER_NONE) {
        lose_order(entry, index, found, now);
    }
    slot->losing = slot->lose_from != ORDER_NONE;
    entry->more |= slot->losing && reports_have_room(entry);
}

static void dial(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue_slot *slot = &entry->venues[index];
    bool stopping = entry->phase == ORDER_ENTRY_LOGGING_OUT || entry->phase == ORDER_ENTRY_STOPPED;
    if (slot->losing || stopping || !instant_reached(now.mono, slot->backoff.due)) {
        return;
    }
    if (!slot->venue->ops->may_connect(slot->venue, now)) {
        return;
    }
    struct stream *stream = stream_dial(entry->setup.stack, slot->peer);
    if (stream == NULL) {
        backoff_failed(&slot->backoff, now, (struct duration){.ns = 0}, &entry->prng);
        notice_send(entry, now, NOTICE_VENUE_RETRY, index, slot->backoff.tries,
                    BYTES("no connection slot is free"));
        return;
    }
    slot->venue->ops->attach(slot->venue, now, stream);
}

void venue_slot_turn(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue_slot *slot = &entry->venues[index];
    struct venue *venue = slot->venue;
    if (slot->losing) {
        lose_orders(entry, index, now);
    }
    if (venue->ops->stream(venue) == NULL) {
        dial(entry, index, now);
        return;
    }
    if (!read_reports(entry, index, now)) {
        return;
    }
    struct venue_report report;
    struct stream *over = venue->ops->detach_if_over(venue, now, &report);
    if (over != NULL) {
        stream_discard(entry->setup.stack, over);
        note_over(entry, index, now, &report);
    }
}

static void ask(struct order_entry *entry, struct venue *venue, struct now now) {
    struct question *cell = spsc_reserve(entry->setup.rings.sign_questions);
    if (cell != NULL && venue->ops->question(venue, now, cell)) {
        spsc_publish(entry->setup.rings.sign_questions);
    }
}

void venue_slot_flush(struct order_entry *entry, uint32_t index, struct now now) {
    struct venue *venue = entry->venues[index].venue;
    if (venue->ops->stream(venue) == NULL) {
        return;
    }
    venue->ops->flush(venue, now);
    ask(entry, venue, now);
}
