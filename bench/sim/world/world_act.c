/* What clients do of themselves: what a good client might. */
#include <stdio.h>

#include "bench/sim/world/world_internal.h"
#include "core/fix/fix_tag.h"

#define ORDER_BYTES 512
#define PRICE_DIGITS 1
#define QUANTITY_DIGITS 8
/* Around the quotes: some trade at once, some rest. */
#define PRICE_LEAST 599800
#define PRICE_MOST 600200

static const char *const exchange_names[WORLD_EXCHANGES_MAX] = {"X0", "X1"};

struct message {
    struct world_client *client;
    struct now now;
    struct fix_writer writer;
};

static bool begin(struct world *world, uint32_t index, const char *type, struct message *message) {
    message->client = &world->clients[index];
    message->now = world_now(message->client->host);
    return fix_link_begin(&message->client->link, message->now, bytes_of_string(type), ORDER_BYTES,
                          &message->writer) == STREAM_OK;
}

static void end(struct message *message) {
    struct fix_link *link = &message->client->link;
    fix_put_utc(&message->writer, FIX_TRANSACT_TIME, &link->session.time_cache, message->now.utc,
                3);
    CHECK(fix_link_end(link, message->now, &message->writer, STREAM_RELEASE_NOW));
}

static void put_id(struct message *message, uint32_t tag, char letter, uint32_t number,
                   uint32_t name) {
    char id[32];
    if (letter == 'A') {
        (void)snprintf(id, sizeof(id), "A%u", number);
    } else {
        (void)snprintf(id, sizeof(id), "%c%u-%u", letter, number, name);
    }
    fix_put_bytes(&message->writer, tag, bytes_of_string(id));
}

/* The request's own id, and which one it was should it be rejected by its number. */
static void put_own_id(struct message *message, char letter, uint32_t number, uint32_t name) {
    uint64_t seq = message->client->link.session.next_out;
    if (seq < WORLD_SAID_MAX) {
        message->client->said[seq].letter = letter;
        message->client->said[seq].number = number;
    }
    put_id(message, FIX_CL_ORD_ID, letter, number, name);
}

/* The id its client knows it by. */
static void put_name(struct message *message, uint32_t tag, const struct world *world,
                     uint32_t number) {
    const struct world_order *order = &world->orders[number];
    put_id(message, tag, order->name == 0 ? 'A' : 'G', number, order->name);
}

static int64_t some_quantity(struct prng *prng, uint32_t number) {
    return world_between(prng, 1, 60) * WORLD_QUANTITY_STEP + number + 1;
}

static void put_terms(struct message *message, const struct world_order *order, int64_t quantity,
                      int64_t price) {
    fix_put_bytes(&message->writer, FIX_EX_DESTINATION,
                  bytes_of_string(exchange_names[order->exchange]));
    fix_put_bytes(&message->writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_char(&message->writer, FIX_SIDE, order->side);
    fix_put_decimal(&message->writer, FIX_ORDER_QTY, quantity, QUANTITY_DIGITS);
    fix_put_char(&message->writer, FIX_ORD_TYPE, '2');
    fix_put_decimal(&message->writer, FIX_PRICE, price, PRICE_DIGITS);
}

static void place(struct world *world, uint32_t index) {
    struct message message;
    if (world->order_count == WORLD_ORDERS_MAX || !begin(world, index, "D", &message)) {
        return;
    }
    struct prng *prng = &message.client->prng;
    uint32_t number = world->order_count++;
    struct world_order *order = &world->orders[number];
    *order = (struct world_order){.client = index,
                                  .exchange = (uint32_t)prng_below(prng, world->plan.exchanges),
                                  .side = world_one_in(prng, 2) ? '1' : '2',
                                  .price = world_between(prng, PRICE_LEAST, PRICE_MOST),
                                  .quantity = some_quantity(prng, number),
                                  .asked_count = 1};
    order->asked[0].quantity = order->quantity;
    order->asked[0].price = order->price;
    put_own_id(&message, 'A', number, 0);
    put_terms(&message, order, order->quantity, order->price);
    fix_put_char(&message.writer, FIX_TIME_IN_FORCE, world_one_in(prng, 6) ? '3' : '1');
    end(&message);
    world->verdict.orders++;
}

/* One of its latest that it does not know to be over; WORLD_ORDERS_MAX: there is none. */
static uint32_t some_order(struct world *world, uint32_t index) {
    struct prng *prng = &world->clients[index].prng;
    for (int tries = 0; tries < 16 && world->order_count > 0; tries++) {
        uint32_t window = world->order_count < 30 ? world->order_count : 30;
        uint32_t number = world->order_count - 1 - (uint32_t)prng_below(prng, window);
        const struct world_order *order = &world->orders[number];
        if (order->client == index && !order->refused && order->end == '\0') {
            return number;
        }
    }
    return WORLD_ORDERS_MAX;
}

static void cancel(struct world *world, uint32_t index) {
    struct message message;
    uint32_t number = some_order(world, index);
    if (number == WORLD_ORDERS_MAX || !begin(world, index, "F", &message)) {
        return;
    }
    struct world_order *order = &world->orders[number];
    order->cancels_pending++;
    put_own_id(&message, 'C', number, ++order->cancels);
    put_name(&message, FIX_ORIG_CL_ORD_ID, world, number);
    fix_put_bytes(&message.writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_char(&message.writer, FIX_SIDE, order->side);
    end(&message);
}

static void replace(struct world *world, uint32_t index) {
    struct message message;
    uint32_t number = some_order(world, index);
    struct world_order *order = &world->orders[number % WORLD_ORDERS_MAX];
    if (number == WORLD_ORDERS_MAX || !order->open || order->replace_pending ||
        order->asked_count == WORLD_TERMS_MAX || !begin(world, index, "G", &message)) {
        return;
    }
    struct prng *prng = &message.client->prng;
    uint32_t name = order->asked_count++;
    order->asked[name].quantity =
        some_quantity(prng, number) + order->filled / WORLD_QUANTITY_STEP * WORLD_QUANTITY_STEP;
    order->asked[name].price = world_between(prng, PRICE_LEAST, PRICE_MOST);
    order->replace_pending = true;
    put_own_id(&message, 'G', number, name);
    put_name(&message, FIX_ORIG_CL_ORD_ID, world, number);
    put_terms(&message, order, order->asked[name].quantity, order->asked[name].price);
    end(&message);
}

static void ask(struct world *world, uint32_t index, uint32_t number) {
    struct message message;
    if (number == WORLD_ORDERS_MAX || !begin(world, index, "H", &message)) {
        return;
    }
    put_name(&message, FIX_CL_ORD_ID, world, number);
    fix_put_bytes(&message.writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_char(&message.writer, FIX_SIDE, world->orders[number].side);
    CHECK(fix_link_end(&message.client->link, message.now, &message.writer, STREAM_RELEASE_NOW));
}

void world_act_ask_for_silent(struct world *world, uint32_t index) {
    for (uint32_t i = 0; i < world->order_count; i++) {
        const struct world_order *order = &world->orders[i];
        if (order->client == index && !order->told && !order->refused) {
            ask(world, index, i);
        }
    }
}

void world_act_cancel_all(struct world *world, uint32_t index) {
    struct message message;
    if (!begin(world, index, "q", &message)) {
        return;
    }
    for (uint32_t i = 0; i < world->order_count; i++) {
        world->orders[i].mass_asked |= world->orders[i].client == index;
    }
    message.client->masses_pending++;
    put_own_id(&message, 'Q', index, ++message.client->masses);
    fix_put_char(&message.writer, FIX_MASS_CANCEL_REQUEST_TYPE, '7');
    end(&message);
}

void world_act(struct world *world, uint32_t index) {
    uint64_t choice = prng_below(&world->clients[index].prng, 100);
    if (world->phase != WORLD_ROUGH || world->verdict.actions >= world->plan.actions) {
        return;
    }
    world->verdict.actions++;
    if (choice < 50) {
        place(world, index);
    } else if (choice < 70) {
        cancel(world, index);
    } else if (choice < 85) {
        replace(world, index);
    } else if (choice < 95) {
        ask(world, index, some_order(world, index));
    } else if (choice < 98) {
        world_act_cancel_all(world, index);
    } else {
        place(world, index);
        place(world, index);
    }
}
