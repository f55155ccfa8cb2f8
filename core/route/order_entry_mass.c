#include "core/base/text.h"
#include "core/route/order_entry_state.h"

/*
 * A mass cancel is a cancel of each order it is for. A venue's own mass cancel is not used: it
 * reaches what its whole session sent, other clients' orders and those sent behind the request
 * among them, and the one there is (kraken-spot) says neither that it was taken nor of how many.
 */

static enum reject_code check(const struct order_entry *entry,
                              const struct order_request *request) {
    const struct cl_ord_id *latest = &entry->clients[request->client].mass.cl_ord_id;
    if (bytes_equal(cl_ord_id_bytes(latest), cl_ord_id_bytes(&request->cl_ord_id)) ||
        order_table_is_used(entry->orders, request->client, &request->cl_ord_id)) {
        return REJECT_DUPLICATE_ID;
    }
    return entry->phase == ORDER_ENTRY_RUNNING || entry->phase == ORDER_ENTRY_CANCELING
               ? REJECT_NONE
               : REJECT_STOPPING;
}

void order_mass_cancel(struct order_entry *entry, struct now now) {
    const struct client_decode *decode = &entry->decode;
    const struct order_request *request = &decode->request;
    struct mass_cancel *mass = &entry->clients[request->client].mass;
    CHECK(!mass->running);
    enum reject_code reject = check(entry, request);
    if (reject != REJECT_NONE) {
        report_mass_refusal(entry, now, decode, reject);
        return;
    }
    *mass = (struct mass_cancel){.running = true,
                                 .scope = request->scope,
                                 .instrument = request->instrument,
                                 .venue = request->venue,
                                 .cl_ord_id = request->cl_ord_id};
    mass->symbol_len = report_copy(mass->symbol, REPORT_ID_MAX, decode->raw.symbol);
}

static bool is_for(const struct mass_cancel *mass, const struct order *order) {
    if (order_state_is_terminal(order->state)) {
        return false;
    }
    return mass->scope == MASS_CANCEL_ALL ||
           (order->instrument == mass->instrument &&
            (mass->venue == ROUTE_NONE || order->venue == mass->venue));
}

void mass_wait(struct order_entry *entry, uint32_t venue) {
    entry->venues[venue].mass_waits = true;
    entry->venues[venue].mass_from = 0;
}

static void take(struct order_entry *entry, struct mass_cancel *mass, struct now now,
                 uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    order->mass_cl_ord_id = mass->cl_ord_id;
    if (mass->affected == 0) {
        /* One order holds the id for all. */
        enum order_table_result claimed =
            order_table_claim(entry->orders, slot, ORDER_CLAIM_CANCEL, &mass->cl_ord_id);
        CHECK(claimed != ORDER_TABLE_DUPLICATE);
    }
    mass->affected++;
    if (venue_slot_is_up(entry, order->venue)) {
        cancel_begin(entry, now, slot);
    } else {
        mass->waiting++;
        mass_wait(entry, order->venue);
    }
}

/* No order of this client is new meanwhile: it is not read. */
static void walk(struct order_entry *entry, uint32_t index, struct now now) {
    struct mass_cancel *mass = &entry->clients[index].mass;
    uint32_t looks = WALK_BURST;
    uint32_t slot;
    while ((slot = order_table_walk(entry->orders, &mass->from, &looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, slot);
        if (order->client == index && is_for(mass, order)) {
            take(entry, mass, now, slot);
        }
    }
}

static void answer(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    bool stopping = entry->phase == ORDER_ENTRY_LOGGING_OUT;
    char room[REPORT_TEXT_MAX];
    struct text text = text_begin(room, sizeof(room));
    if (report_queue_free(&client->reports) < REPORT_CELLS_PER_MESSAGE) {
        entry->held = true;
        return;
    }
    if (client->mass.waiting != 0) {
        text_add_number(&text, client->mass.waiting);
        text_add(&text, stopping ? BYTES(" of them not: the router is shutting down")
                                 : BYTES(" of them once their venue is back"));
    }
    report_mass_cancel(entry, now, index, &client->mass, text_end(&text));
    client->mass.running = false;
    entry->more = true; /* what it said behind it */
}

void mass_turn(struct order_entry *entry, uint32_t index, struct now now) {
    struct mass_cancel *mass = &entry->clients[index].mass;
    if (!mass->running) {
        return;
    }
    if (mass->from != ORDER_NONE) {
        walk(entry, index, now);
    }
    if (mass->from != ORDER_NONE) {
        entry->more = true;
    } else {
        answer(entry, index, now);
    }
}

void mass_venue_turn(struct order_entry *entry, uint32_t venue, struct now now) {
    struct venue_slot *slot = &entry->venues[venue];
    if (!slot->mass_waits || slot->losing || !venue_slot_is_up(entry, venue)) {
        return;
    }
    uint32_t looks = WALK_BURST;
    uint32_t found;
    while ((found = order_table_walk(entry->orders, &slot->mass_from, &looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, found);
        if (order->venue == venue && order->mass_cl_ord_id.len != 0 &&
            !order_state_is_terminal(order->state)) {
            cancel_begin(entry, now, found);
        }
    }
    slot->mass_waits = slot->mass_from != ORDER_NONE;
    entry->more |= slot->mass_waits;
}
