#include "core/route/order_entry_state.h"

/* Orders that are live still (their venue is away, or refused) are looked for again so often. */
#define AGAIN_NS (1 * NS_PER_S)
/* How long the venues may take to answer our Logout: longer than one that never does is waited for,
 * so that its orders are told of as lost before their clients are logged out. */
#define VENUES_PATIENCE_NS (5 * NS_PER_S)
/* The same of the clients, after them. */
#define CLIENTS_PATIENCE_NS (3 * NS_PER_S)

void order_entry_stop(struct order_entry *entry, struct now now, bool cancel,
                      struct duration patience) {
    if (entry->phase != ORDER_ENTRY_RUNNING) {
        return;
    }
    entry->phase = ORDER_ENTRY_CANCELING;
    entry->stop_cancels = cancel;
    entry->stop_from = ORDER_NONE;
    entry->stop_again = now.mono;
    entry->stop_deadline = instant_add(now.mono, patience);
    door_close(entry);
    notice_send(entry, now, NOTICE_STOPPING, 0, order_table_live(entry->orders),
                cancel ? BYTES("cancelling live orders") : BYTES("leaving live orders"));
}

/* One in doubt too: it may be alive, and what the venue says to the cancel is evidence. */
static bool wants_cancel(const struct order *order) {
    return !order_state_is_terminal(order->state) && !order->cancel_pending;
}

/* A few orders a turn: their cancels go out by the queue every cancel takes. */
static void owe_cancels(struct order_entry *entry, struct now now) {
    uint32_t looks = WALK_BURST;
    uint32_t slot;
    while ((slot = order_table_walk(entry->orders, &entry->stop_from, &looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, slot);
        if (wants_cancel(order) && venue_slot_is_up(entry, order->venue)) {
            cancel_begin(entry, now, slot);
        }
    }
}

static bool reports_are_out(const struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        const struct client *client = &entry->clients[i];
        if (client->link.session.state == FIX_SESSION_UP &&
            (report_queue_count(&client->reports) != 0 || client->mass.running)) {
            return false;
        }
    }
    return true;
}

static const char farewell[] = "the router is shutting down";

/* Venues first: what they say last still reaches the clients. */
static void log_out_venues(struct order_entry *entry, struct now now) {
    entry->phase = ORDER_ENTRY_LOGGING_OUT;
    entry->stop_deadline = instant_add(now.mono, (struct duration){.ns = VENUES_PATIENCE_NS});
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        struct venue *venue = entry->venues[i].venue;
        venue->ops->logout(venue, now, BYTES(farewell));
    }
}

static void log_out_clients(struct order_entry *entry, struct now now) {
    entry->clients_told = true;
    entry->more = true; /* there may be nobody to wait for */
    entry->stop_deadline = instant_add(now.mono, (struct duration){.ns = CLIENTS_PATIENCE_NS});
    entry->stop_from = 0;
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        fix_link_logout(&entry->clients[i].link, now, BYTES(farewell));
    }
}

static bool venues_are_gone(const struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        const struct venue_slot *slot = &entry->venues[i];
        if (slot->losing || slot->venue->ops->stream(slot->venue) != NULL) {
            return false;
        }
    }
    return true;
}

static bool clients_are_gone(const struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        if (!client_is_down(&entry->clients[i])) {
            return false;
        }
    }
    return true;
}

/* Orders still open go into the ledger as they are; a full ring makes this wait for the next turn.
 */
static bool ledger_open_orders(struct order_entry *entry) {
    uint32_t looks = WALK_BURST;
    uint32_t slot;
    while (ledger_has_room(entry, LEDGER_CELLS_PER_MESSAGE) &&
           (slot = order_table_walk(entry->orders, &entry->stop_from, &looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, slot);
        if (!order_state_is_terminal(order->state)) {
            ledger_order(entry, order, LEDGER_NOT_REFUSED, REJECT_NONE);
        }
    }
    bool done = entry->stop_from == ORDER_NONE;
    entry->held |= !done;
    return done;
}

static void cancel_turn(struct order_entry *entry, struct now now, bool late) {
    if (entry->stop_cancels && entry->stop_from == ORDER_NONE &&
        instant_reached(now.mono, entry->stop_again)) {
        entry->stop_from = 0;
        entry->stop_again = instant_add(now.mono, (struct duration){.ns = AGAIN_NS});
    }
    owe_cancels(entry, now);
    entry->more |= entry->stop_from != ORDER_NONE;
    bool done = !entry->stop_cancels ||
                (entry->stop_from == ORDER_NONE && order_table_live(entry->orders) == 0);
    if (late || done) {
        log_out_venues(entry, now);
    }
}

static void log_out_turn(struct order_entry *entry, struct now now, bool late) {
    if (!entry->clients_told) {
        if (late || (venues_are_gone(entry) && reports_are_out(entry))) {
            log_out_clients(entry, now);
        }
    } else if ((late || clients_are_gone(entry)) && ledger_open_orders(entry)) {
        clients_note_left(entry, now);
        notice_send(entry, now, NOTICE_STOPPED, 0, order_table_live(entry->orders),
                    bytes_of(NULL, 0));
        entry->phase = ORDER_ENTRY_STOPPED;
    }
}

void stop_turn(struct order_entry *entry, struct now now) {
    bool late = instant_reached(now.mono, entry->stop_deadline);
    switch (entry->phase) {
    case ORDER_ENTRY_CANCELING:
        cancel_turn(entry, now, late);
        break;
    case ORDER_ENTRY_LOGGING_OUT:
        log_out_turn(entry, now, late);
        break;
    case ORDER_ENTRY_RUNNING:
    case ORDER_ENTRY_STOPPED:
        break;
    }
}
