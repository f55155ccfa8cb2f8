/* What a client is told, held to what it asked for and was told before. */
#include "bench/sim/world/world_internal.h"
#include "bench/sim/world/world_text.h"

struct heard {
    struct world *world;
    uint32_t client;
    struct bytes message;
    struct world_order *order;
    uint32_t number; /* of the order */
    char letter;     /* of the id in 11, and the name behind it */
    uint32_t name;
    char type;   /* 150 */
    char status; /* 39 */
};

static void broken(const struct heard *heard, const char *rule) {
    char text[160];
    size_t len = heard->message.len < sizeof(text) ? heard->message.len : sizeof(text);
    size_t skip = heard->message.len > 40 ? 20 : 0;
    len -= len > skip ? skip : 0;
    for (size_t i = 0; i < len; i++) {
        text[i] = heard->message.data[skip + i] == '\x01' ? '|' : heard->message.data[skip + i];
    }
    world_break(heard->world, rule, "client %u order A%u: ...%.*s", heard->client, heard->number,
                (int)len, text);
}

static char char_of(const struct heard *heard, unsigned tag) {
    struct bytes value = world_text_value(heard->message, tag);
    return value.len == 1 ? value.data[0] : '\0';
}

static int64_t quantity_of(const struct heard *heard, unsigned tag) {
    return world_text_decimal(world_text_value(heard->message, tag), 8);
}

/* A7, C7-1, G7-2, Q3-1: a letter, a number and a name. */
static bool read_id(struct bytes id, char *letter, uint32_t *number, uint32_t *name) {
    *number = *name = 0;
    if (id.len < 2) {
        return false;
    }
    *letter = id.data[0];
    size_t at = 1;
    while (at < id.len && id.data[at] >= '0' && id.data[at] <= '9') {
        *number = *number * 10 + (uint32_t)(id.data[at++] - '0');
    }
    at += at < id.len && id.data[at] == '-';
    while (at < id.len && id.data[at] >= '0' && id.data[at] <= '9') {
        *name = *name * 10 + (uint32_t)(id.data[at++] - '0');
    }
    return at == id.len && strchr("ACGQ", *letter) != NULL;
}

static bool find_order(struct heard *heard, unsigned tag) {
    if (!read_id(world_text_value(heard->message, tag), &heard->letter, &heard->number,
                 &heard->name) ||
        heard->letter == 'Q' || heard->number >= heard->world->order_count) {
        return false;
    }
    heard->order = &heard->world->orders[heard->number];
    return heard->order->client == heard->client;
}

static bool is_end(char status) {
    return status != '\0' && strchr("248C", status) != NULL;
}

/* Told before, under an ExecID that came before: with PossResend it may. */
static bool is_known(struct heard *heard) {
    struct world_order *order = heard->order;
    struct bytes exec = world_text_value(heard->message, 17);
    for (uint32_t i = 0; i < order->exec_count; i++) {
        if (world_text_is(exec, order->execs[i])) {
            if (char_of(heard, 97) != 'Y') {
                broken(heard, "an ExecID comes once");
            }
            return true;
        }
    }
    if (order->exec_count < WORLD_EXECS_MAX && exec.len < sizeof(order->execs[0])) {
        memcpy(order->execs[order->exec_count], exec.data, exec.len);
        order->execs[order->exec_count++][exec.len] = '\0';
    }
    return false;
}

static void take_fill(struct heard *heard) {
    struct world_order *order = heard->order;
    int64_t last = quantity_of(heard, 32);
    if (last <= 0) {
        broken(heard, "a fill has a quantity");
        return;
    }
    order->filled += last;
    order->fills++;
    order->late |= order->end != '\0';
    heard->world->verdict.fills++;
}

static void take_replaced(struct heard *heard) {
    struct world_order *order = heard->order;
    if (heard->letter != 'G' || heard->name == 0 || heard->name >= order->asked_count) {
        broken(heard, "a replace was asked for");
        return;
    }
    order->name = heard->name;
    order->quantity = order->asked[heard->name].quantity;
    order->price = order->asked[heard->name].price;
    order->replace_pending = false;
}

static void check_sums(struct heard *heard) {
    const struct world_order *order = heard->order;
    int64_t filled = quantity_of(heard, 14);
    int64_t leaves = quantity_of(heard, 151);
    int64_t quantity = quantity_of(heard, 38);
    if (filled != order->filled) {
        broken(heard, "CumQty is the sum of the fills told");
    } else if (is_end(heard->status) ? leaves != 0
                                     : leaves != (filled < quantity ? quantity - filled : 0)) {
        broken(heard, "LeavesQty is what CumQty leaves");
    } else if (quantity != order->quantity ||
               world_text_decimal(world_text_value(heard->message, 44), 1) != order->price) {
        broken(heard, "the terms are those in force");
    } else if (char_of(heard, 54) != order->side) {
        broken(heard, "the side is the order's");
    }
}

/* The first end is the only one; but it may turn out that it was filled after all. */
static void check_end(struct heard *heard) {
    struct world_order *order = heard->order;
    bool was_over = order->end != '\0';
    if (was_over && heard->status != order->end && !(order->late && heard->status == '2')) {
        broken(heard, "an order ends once");
    }
    if (was_over && strchr("FI", heard->type) == NULL) {
        broken(heard, "after its end only fills are told of an order");
    }
    if (!was_over && is_end(heard->status)) {
        order->end = heard->status;
    }
}

/* An order that the router does not know, and of which its client was told nothing: it was refused,
 * by a Reject(3) that was lost with its connection, for such are not sent again. */
static void take_unknown(struct heard *heard) {
    heard->order->refused |= !heard->order->told && heard->order->end == '\0';
}

static void hear_status(struct heard *heard) {
    if (world_text_is(world_text_value(heard->message, 37), "NONE")) {
        take_unknown(heard);
        if (!heard->order->refused && heard->order->end == '\0' && heard->order->told &&
            heard->letter == (heard->order->name == 0 ? 'A' : 'G') &&
            heard->name == heard->order->name) {
            broken(heard, "an order that is open is known");
        }
        return;
    }
    check_sums(heard);
    if (world_text_value(heard->message, 790).len == 0) {
        struct bytes text = world_text_value(heard->message, 58);
        heard->order->in_doubt = text.len >= 8 && memcmp(text.data, "in doubt", 8) == 0;
    }
    heard->order->open |= strchr("0156E", heard->status) != NULL && !heard->order->in_doubt;
    check_end(heard);
}

static void hear_execution(struct heard *heard) {
    struct world_order *order = heard->order;
    order->told = true;
    order->in_doubt = false;
    order->open |= strchr("0F5", heard->type) != NULL;
    switch (heard->type) {
    case 'F':
        take_fill(heard);
        break;
    case '5':
        take_replaced(heard);
        break;
    case '4':
        order->cancels_pending -= heard->letter == 'C' && order->cancels_pending > 0;
        break;
    case '8':
        order->refused = true;
        break;
    default:
        break;
    }
    check_end(heard);
    check_sums(heard);
}

/* The order is named by 11, or by 41 where 11 is the request's. */
static void hear_report(struct heard *heard) {
    if (!find_order(heard, 11)) {
        broken(heard, "a report is of an order of this client");
        return;
    }
    heard->type = char_of(heard, 150);
    heard->status = char_of(heard, 39);
    if (is_known(heard)) {
        return;
    }
    if (heard->type == 'I') {
        hear_status(heard);
    } else {
        hear_execution(heard);
    }
}

static void hear_refusal(struct heard *heard) {
    char letter;
    uint32_t number;
    uint32_t name;
    if (!find_order(heard, 41) ||
        !read_id(world_text_value(heard->message, 11), &letter, &number, &name)) {
        broken(heard, "a refusal is of a request of this client");
        return;
    }
    if (letter == 'C') {
        heard->order->cancels_pending -= heard->order->cancels_pending > 0;
    } else if (letter == 'G') {
        heard->order->replace_pending = false;
    } else if (!heard->order->mass_asked) {
        broken(heard, "a mass cancel was asked for");
    }
    if (world_text_is(world_text_value(heard->message, 37), "NONE")) {
        take_unknown(heard);
    } else {
        heard->type = 'I';
        heard->status = char_of(heard, 39);
        check_end(heard);
    }
}

/* Reject(3) of a message by its number: nothing came of it. */
static void hear_reject(struct heard *heard) {
    struct world_client *client = &heard->world->clients[heard->client];
    uint64_t seq = world_text_number(heard->message, 45);
    char letter = seq < WORLD_SAID_MAX ? client->said[seq].letter : '\0';
    struct world_order *order = &heard->world->orders[client->said[seq % WORLD_SAID_MAX].number];
    switch (letter) {
    case 'A':
        order->refused = true;
        break;
    case 'C':
        order->cancels_pending -= order->cancels_pending > 0;
        break;
    case 'G':
        order->replace_pending = false;
        break;
    case 'Q':
        client->masses_pending -= client->masses_pending > 0;
        break;
    default:
        break;
    }
}

void world_hear(struct world *world, uint32_t index, const struct fix_view *view) {
    struct heard heard = {.world = world, .client = index, .message = view->message};
    switch (world_text_type(view->message)) {
    case '8':
        hear_report(&heard);
        break;
    case '9':
        hear_refusal(&heard);
        break;
    case 'r':
        world->clients[index].masses_pending -= world->clients[index].masses_pending > 0;
        break;
    case '3':
        hear_reject(&heard);
        break;
    default:
        broken(&heard, "a client understands what it is told");
        break;
    }
}
