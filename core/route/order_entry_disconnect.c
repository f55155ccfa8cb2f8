#include "core/base/text.h"
#include "core/route/order_entry_state.h"

/*
 * Until every order of before is finished they are looked for again: after a second at first, and
 * at longer and longer intervals. A cancel may be refused, or never answered, or its venue away.
 */
#define AGAIN_NS (1 * NS_PER_S)
#define AGAIN_DOUBLINGS_MAX 3

/* The client's own Logout, and nothing else, is one. */
static bool is_asked_for(const struct order_entry *entry, uint32_t index) {
    const struct client *client = &entry->clients[index];
    enum order_entry_cod wanted = entry->setup.clients[index].cancel_on_disconnect;
    bool logout = !client->cut && client->link.session.end == FIX_END_LOGOUT_RECEIVED;
    return wanted == ORDER_ENTRY_COD_BOTH ||
           wanted == (logout ? ORDER_ENTRY_COD_LOGOUT : ORDER_ENTRY_COD_DISCONNECT);
}

void disconnect_begin(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct disconnect *disconnect = &client->disconnect;
    if (!client->was_up || entry->phase != ORDER_ENTRY_RUNNING || !is_asked_for(entry, index)) {
        return;
    }
    *disconnect = (struct disconnect){
        .phase = DISCONNECT_WAITING,
        .since = now.mono,
        .due = instant_add(now.mono, entry->setup.clients[index].cancel_window)};
}

/* What the client sent once it was back is none of ours. */
static bool is_of_before(const struct disconnect *disconnect, const struct order *order) {
    return order->received.ns <= disconnect->since.ns;
}

/* A few orders a turn; their cancels go out by the queue every cancel takes. */
static void walk(struct order_entry *entry, uint32_t index, struct now now) {
    struct disconnect *disconnect = &entry->clients[index].disconnect;
    uint32_t looks = WALK_BURST;
    uint32_t slot;
    while ((slot = order_table_walk(entry->orders, &disconnect->from, &looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, slot);
        if (order->client != index || order_state_is_terminal(order->state) ||
            !is_of_before(disconnect, order)) {
            continue;
        }
        /* A cancel under way may yet come to nothing. */
        disconnect->left = true;
        disconnect->orders += !disconnect->told;
        if (venue_slot_is_up(entry, order->venue)) {
            cancel_begin(entry, now, slot);
        } else {
            disconnect->doublings = 0; /* it may be back at any time */
        }
    }
    entry->more |= disconnect->from != ORDER_NONE;
}

/* The promise is a time, so it is measured: from the end of the connection to the last cancel on
 * its way. */
static void tell(struct order_entry *entry, uint32_t index, struct now now) {
    struct disconnect *disconnect = &entry->clients[index].disconnect;
    char room[NOTICE_TEXT_MAX];
    struct text text = text_begin(room, sizeof(room));
    uint64_t took_ns = (uint64_t)instant_since(now.mono, disconnect->since).ns;
    text_add(&text, BYTES("cancels on their way "));
    text_add_number(&text, took_ns / NS_PER_US);
    text_add(&text, BYTES(" us after the disconnect"));
    disconnect->told = true;
    notice_send(entry, now, NOTICE_CANCEL_ON_DISCONNECT, index, disconnect->orders,
                text_end(&text));
}

static void start_walk(struct order_entry *entry, struct disconnect *disconnect) {
    disconnect->phase = DISCONNECT_CANCELING;
    disconnect->from = 0;
    disconnect->left = false;
    entry->more = true;
}

static void go_on(struct order_entry *entry, uint32_t index, struct now now) {
    struct disconnect *disconnect = &entry->clients[index].disconnect;
    if (disconnect->from != ORDER_NONE) {
        walk(entry, index, now);
    }
    if (disconnect->from != ORDER_NONE || !cancels_are_out(entry)) {
        return;
    }
    if (!disconnect->told) {
        tell(entry, index, now);
    }
    disconnect->phase = disconnect->left ? DISCONNECT_AGAIN : DISCONNECT_NONE;
    disconnect->due =
        instant_add(now.mono, (struct duration){.ns = AGAIN_NS << disconnect->doublings});
    disconnect->doublings += disconnect->doublings < AGAIN_DOUBLINGS_MAX;
}

void disconnect_turn(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct disconnect *disconnect = &client->disconnect;
    switch (disconnect->phase) {
    case DISCONNECT_NONE:
        break;
    case DISCONNECT_WAITING:
        if (client->was_up) {
            disconnect->phase = DISCONNECT_NONE;
        } else if (instant_reached(now.mono, disconnect->due)) {
            start_walk(entry, disconnect);
        }
        break;
    case DISCONNECT_AGAIN:
        if (instant_reached(now.mono, disconnect->due)) {
            start_walk(entry, disconnect);
        }
        break;
    case DISCONNECT_CANCELING:
        go_on(entry, index, now);
        break;
    }
}

bool disconnect_canceled(const struct order_entry *entry, const struct order *order) {
    const struct disconnect *disconnect = &entry->clients[order->client].disconnect;
    return order->cancel_pending && order->cancel_cl_ord_id.len == 0 && disconnect->orders != 0 &&
           is_of_before(disconnect, order);
}

struct instant disconnect_deadline(const struct order_entry *entry, uint32_t index) {
    const struct disconnect *disconnect = &entry->clients[index].disconnect;
    bool waits = disconnect->phase == DISCONNECT_WAITING || disconnect->phase == DISCONNECT_AGAIN;
    return waits ? disconnect->due : INSTANT_NEVER;
}
