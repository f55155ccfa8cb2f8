#include "core/route/order_entry_state.h"

/* How often an order that waits for an answer is looked at: what follows is as exact as that. */
#define WATCH_PERIOD_NS (1 * NS_PER_S)
/* A new order of which nothing was heard for so long after the venue had to take it is in doubt. */
#define NEW_PATIENCE_NS (10 * NS_PER_S)
/* So is one whose replace was left unanswered. */
#define REPLACE_PATIENCE_NS (5 * NS_PER_S)
/* A question that was left unanswered so long. */
#define STATUS_PATIENCE_NS (5 * NS_PER_S)
/* Orders looked at in one turn. */
#define WATCH_BURST 64

static bool is_watched(struct order_entry *entry, const struct order_place *place) {
    return order_table_at(entry->orders, place->slot)->number == place->number &&
           entry->tracks[place->slot].watched;
}

/* One period for all: the queue is in the order of what is due. */
static void watch_again(struct order_entry *entry, uint32_t slot, struct now now) {
    struct instant due = instant_add(now.mono, (struct duration){.ns = WATCH_PERIOD_NS});
    entry->tracks[slot].watched = true;
    order_queue_put(entry, &entry->watch, slot, due, is_watched);
}

void watch_order(struct order_entry *entry, uint32_t slot, struct now now) {
    if (!entry->tracks[slot].watched) {
        watch_again(entry, slot, now);
    }
}

bool watch_waited(const struct venue_slot *venue, struct now now, struct instant since,
                  int64_t patience_ns) {
    struct instant from = since.ns > venue->heard_since.ns ? since : venue->heard_since;
    return !venue->unheard &&
           instant_reached(now.mono, instant_add(from, (struct duration){.ns = patience_ns}));
}

static bool is_cancel_sent(const struct order *order) {
    return !order->cancel_owed && order->cancel_request != REQUEST_NONE &&
           (order->cancel_pending || order->stray_owed);
}

/* Whether the venue owes an answer still. */
static bool is_owed_an_answer(const struct order_entry *entry, uint32_t slot) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (order_state_is_terminal(order->state)) {
        return order->stray_owed || order->fill_owed;
    }
    return order->state == ORDER_PENDING_NEW || order->state == ORDER_IN_DOUBT ||
           order->replace_pending || is_cancel_sent(order);
}

/* Whether any answer about it is late: then nothing may have been heard there for as long. */
static bool is_left_unanswered(const struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    const struct venue_slot *venue = &entry->venues[order->venue];
    return (order->state == ORDER_PENDING_NEW &&
            watch_waited(venue, now, order->received, NEW_PATIENCE_NS)) ||
           (order->replace_pending &&
            watch_waited(venue, now, track->replace_since, REPLACE_PATIENCE_NS)) ||
           (is_cancel_sent(order) &&
            watch_waited(venue, now, order->cancel_sent, CANCEL_PATIENCE_NS)) ||
           (track->status_request != REQUEST_NONE &&
            watch_waited(venue, now, track->asked, STATUS_PATIENCE_NS));
}

/* Silence is no answer: nobody can know what became of the request. */
static void look(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct venue_slot *venue = &entry->venues[order->venue];
    if (order->state == ORDER_PENDING_NEW &&
        watch_waited(venue, now, order->received, NEW_PATIENCE_NS)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue did not answer"), REJECT_NONE);
    } else if (order->replace_pending && order->state != ORDER_IN_DOUBT &&
               watch_waited(venue, now, entry->tracks[slot].replace_since, REPLACE_PATIENCE_NS)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue did not answer a replace"), REJECT_NONE);
    }
}

static bool can_be_told(const struct order_entry *entry, const struct order *order) {
    return order_can_be_told(entry, order) && ledger_has_room(entry, LEDGER_CELLS_PER_MESSAGE);
}

/* One that could not be told of goes to the end: nobody waits for another's client to read. */
static void look_at_place(struct order_entry *entry, struct order_place place, struct now now) {
    if (!is_watched(entry, &place)) {
        return;
    }
    const struct order *order = order_table_at(entry->orders, place.slot);
    struct venue *venue = entry->venues[order->venue].venue;
    entry->tracks[place.slot].watched = false;
    if (is_left_unanswered(entry, place.slot, now)) {
        venue->ops->ask_life(venue, now);
    }
    if (can_be_told(entry, order)) {
        look(entry, place.slot, now);
        unheard_look(entry, place.slot, now);
        order_changed(entry, place.slot);
    }
    if (order->state == ORDER_IN_DOUBT || order->fill_owed) {
        doubt_look(entry, place.slot, now);
    }
    stray_look(entry, place.slot, now);
    if (is_owed_an_answer(entry, place.slot)) {
        watch_order(entry, place.slot, now);
    }
}

void watch_turn(struct order_entry *entry, struct now now) {
    struct order_queue *queue = &entry->watch;
    for (int count = 0; count < WATCH_BURST; count++) {
        if (!instant_reached(now.mono, watch_deadline(entry))) {
            return;
        }
        struct order_place place = *order_queue_first(queue);
        order_queue_drop_first(queue);
        look_at_place(entry, place, now);
    }
    entry->more |= instant_reached(now.mono, watch_deadline(entry));
}

struct instant watch_deadline(const struct order_entry *entry) {
    return order_queue_is_empty(&entry->watch) ? INSTANT_NEVER
                                               : order_queue_first(&entry->watch)->due;
}
