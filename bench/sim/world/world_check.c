/*
 * What is so when all is at rest, from the ledgers of clients and exchanges. What is not so may
 * still become so: it is unrest, and breaks its rule when the world's time for coming to rest is
 * over. What cannot be mended any more breaks its rule at once.
 */
#include "bench/sim/world/world_internal.h"

static bool unrest(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What stands in the way of rest, to be told if it stays. */
static bool unrest(struct world *world, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(world->verdict.detail, sizeof(world->verdict.detail), format, arguments);
    va_end(arguments);
    return false;
}

static const char *clients_unrest(struct world *world) {
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        const struct world_client *client = &world->clients[i];
        if (!world_client_is_up(client)) {
            unrest(world, "client %u is not connected", i);
            return "liveness: clients come back";
        }
        if (client->masses_pending > 0) {
            unrest(world, "client %u: mass cancel", i);
            return "liveness: each request is answered";
        }
    }
    return NULL;
}

/*
 * Its client was told that it is in doubt. How long it may stay so is not bounded: over a lost
 * connection this venue does not say again what was lost, nor is what it does not know absent.
 */
static bool may_stay_in_doubt(const struct world_order *order) {
    return order->in_doubt;
}

static const char *order_unrest(struct world *world, uint32_t number, bool no_orders) {
    const struct world_order *order = &world->orders[number];
    bool over = order->refused || order->end != '\0';
    if (may_stay_in_doubt(order)) {
        return NULL;
    }
    if (!over && !order->open) {
        unrest(world, "order A%u of client %u: neither acknowledged nor refused", number,
               order->client);
        return "liveness: each request is answered";
    }
    /* A cancel that the exchange ignored is its client's to send again, as it does at the end. */
    if ((no_orders && order->cancels_pending > 0) || order->replace_pending) {
        unrest(world, "order A%u of client %u: %s", number, order->client,
               order->replace_pending ? "replace" : "cancel");
        return "liveness: each request is answered";
    }
    if (no_orders && !over) {
        unrest(world, "order A%u of client %u is still open", number, order->client);
        return "liveness: a cancelled order ends";
    }
    return NULL;
}

static char end_of(enum exchange_status status) {
    switch (status) {
    case EXCHANGE_FILLED:
        return '2';
    case EXCHANGE_CANCELED:
        return '4';
    case EXCHANGE_REJECTED:
        return '8';
    case EXCHANGE_EXPIRED:
        return 'C';
    default:
        return '\0';
    }
}

/* A row of the exchange's ledger and the client's order that it is of. */
static const char *row_unrest(struct world *world, uint32_t number,
                              const struct exchange_row *row) {
    const struct world_order *order = &world->orders[number];
    char end = end_of(row->status);
    if (may_stay_in_doubt(order) && order->filled <= row->executed.scaled) {
        return NULL;
    }
    if (row->executed.scaled != order->filled) {
        unrest(world, "order A%u: the exchange filled %" PRId64 ", its client was told %" PRId64,
               number, row->executed.scaled, order->filled);
        return "G1 each fill of the exchange reaches its client";
    }
    if ((end == '\0') != (order->end == '\0' && !order->refused)) {
        unrest(world, "order A%u: 39=%c at its client, the exchange says %s", number,
               order->end != '\0' ? order->end : '?', exchange_status_name(row->status));
        return "an order is open at its client as at the exchange";
    }
    if (end != '\0' && end != order->end && !order->late) {
        unrest(world, "order A%u: 39=%c at its client, the exchange says %s", number, order->end,
               exchange_status_name(row->status));
        return "an order ends at its client as at the exchange";
    }
    if (row->quantity.scaled != order->quantity || row->price.scaled != order->price ||
        row->is_sell != (order->side == '2')) {
        unrest(world, "order A%u: %" PRId64 " at %" PRId64 " there, %" PRId64 " at %" PRId64,
               number, row->quantity.scaled, row->price.scaled, order->quantity, order->price);
        return "an order has the terms that its client knows";
    }
    return NULL;
}

static uint32_t order_of(const struct exchange_row *row) {
    return (uint32_t)((row->quantity.scaled % WORLD_QUANTITY_STEP) - 1);
}

static const char *exchange_unrest(struct world *world, uint32_t index, bool *has_row) {
    const struct exchange_ledger *ledger = kraken_spot_ledger(world->exchanges[index].spot);
    for (uint32_t i = 0; i < exchange_ledger_count(ledger); i++) {
        const struct exchange_row *row =
            exchange_ledger_row((struct exchange_ledger *)(uintptr_t)ledger, i);
        if (row->status == EXCHANGE_REJECTED || row->order_id_len == 0) {
            continue; /* it never was an order there */
        }
        uint32_t number = order_of(row);
        if (number >= world->order_count || world->orders[number].exchange != index) {
            world_break(world, "an order at the exchange is a client's", "row %u: %" PRId64, i,
                        row->quantity.scaled);
            return NULL;
        }
        if (has_row[number]) {
            world_break(world, "G2 an order is at the exchange once", "order A%u of client %u",
                        number, world->orders[number].client);
            return NULL;
        }
        has_row[number] = true;
        const char *rule = row_unrest(world, number, row);
        if (rule != NULL) {
            return rule;
        }
    }
    return NULL;
}

static const char *orders_unrest(struct world *world, bool no_orders, const bool *has_row) {
    for (uint32_t i = 0; i < world->order_count; i++) {
        const struct world_order *order = &world->orders[i];
        const char *rule = order_unrest(world, i, no_orders);
        if (rule != NULL) {
            return rule;
        }
        bool over = order->refused || order->end != '\0';
        if (!has_row[i] && (order->filled > 0 || !over) && !may_stay_in_doubt(order)) {
            unrest(world, "order A%u of client %u: open or filled, and not at the exchange", i,
                   order->client);
            return "an order is open at its client as at the exchange";
        }
    }
    return NULL;
}

const char *world_unrest(struct world *world, bool no_orders) {
    bool has_row[WORLD_ORDERS_MAX] = {false};
    const char *rule = clients_unrest(world);
    for (uint32_t i = 0; i < world->plan.exchanges && rule == NULL; i++) {
        rule = exchange_unrest(world, i, has_row);
    }
    uint32_t exchange;
    const char *market = world_market_unrest(world, &exchange);
    if (rule == NULL && market != NULL) {
        unrest(world, "of exchange %u", exchange);
        rule = market;
    }
    return rule != NULL ? rule : orders_unrest(world, no_orders, has_row);
}

static uint32_t in_doubt(const struct world *world, uint32_t shard) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->order_count; i++) {
        const struct world_order *order = &world->orders[i];
        count += order->in_doubt && order->client / WORLD_CLIENTS_EACH == shard;
    }
    return count;
}

/* All clients are gone and the shards have stopped: nothing is left of their connections. */
void world_check_end(struct world *world) {
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        uint32_t left = world_tap_streams(&world->hosts[i]);
        if (left > 0) {
            world_break(world, "pools: streams are given back", "shard %u has %u", i, left);
        }
        if (order_entry_live_orders(world->shards[i].entry) > in_doubt(world, i)) {
            world_break(world, "pools: orders are given back", "shard %u has %u", i,
                        order_entry_live_orders(world->shards[i].entry));
        }
    }
    const char *leak = world->net.ops->leak(world);
    if (leak != NULL) {
        world_break(world, "pools: packets are given back", "%s", leak);
    }
}
