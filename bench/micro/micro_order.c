#include <stdio.h>
#include <string.h>

#include "bench/micro/micro.h"
#include "core/order/order_fill.h"
#include "core/order/order_state.h"
#include "core/order/order_table.h"
#include "core/order/request_table.h"

#define ORDERS 1024U

static const struct now now = {.mono = {.ns = 1000 * NS_PER_S},
                               .utc = {.ns = INT64_C(1767614400) * NS_PER_S}};

struct orders {
    struct order_table *table;
    struct cl_ord_id held[MICRO_CYCLE];
    struct cl_ord_id fresh[MICRO_CYCLE];
};

static struct cl_ord_id id_of(char kind, uint32_t number) {
    struct cl_ord_id id;
    id.len = (uint8_t)snprintf(id.text, sizeof(id.text), "ORD%c%07u", kind, number);
    return id;
}

static void *make_orders(void) {
    struct orders *orders = micro_memory(sizeof(*orders));
    struct order_table_limits limits = {.orders = 2 * ORDERS, .late_window = {.ns = NS_PER_S}};
    static const struct hash_seed seed = {.key = "0123456789abcde"};
    orders->table = order_table_init(micro_memory(order_table_footprint(limits)), limits, &seed);
    for (uint32_t i = 0; i < ORDERS; i++) {
        struct cl_ord_id id = id_of('H', i);
        uint32_t slot;
        micro_require(order_table_take(orders->table, now, 3, &id, &slot) == ORDER_TABLE_OK,
                      "the order table has no room");
    }
    for (uint32_t i = 0; i < MICRO_CYCLE; i++) {
        orders->held[i] = id_of('H', i * (ORDERS / MICRO_CYCLE));
        orders->fresh[i] = id_of('F', i);
    }
    return orders;
}

static void run_find(void *state, uint32_t i) {
    struct orders *orders = state;
    uint32_t slot = order_table_find(orders->table, 3, &orders->held[i % MICRO_CYCLE]);
    micro_require(slot != ORDER_NONE, "an order was not found");
}

static void run_take(void *state, uint32_t i) {
    struct orders *orders = state;
    uint32_t slot = 0;
    micro_keep(order_table_take(orders->table, now, 3, &orders->fresh[i % MICRO_CYCLE], &slot));
    order_table_undo(orders->table, slot);
}

struct requests {
    struct request_table *table;
    char ids[MICRO_CYCLE][REQUEST_UUID_BYTES];
};

static void *make_requests(void) {
    struct requests *requests = micro_memory(sizeof(*requests));
    struct request_table_limits limits = {.entries = 2 * ORDERS, .shard = 1, .epoch = 7};
    requests->table = request_table_init(micro_memory(request_table_footprint(limits)), limits);
    for (uint32_t i = 0; i < ORDERS; i++) {
        uint32_t entry = request_table_take(requests->table, now, REQUEST_NEW_ORDER, i);
        micro_require(entry != REQUEST_NONE, "the request table has no room");
        if (i % (ORDERS / MICRO_CYCLE) == 0) {
            request_id_format(request_table_at(requests->table, entry)->id,
                              requests->ids[i / (ORDERS / MICRO_CYCLE)]);
        }
    }
    return requests;
}

static void run_match(void *state, uint32_t i) {
    const struct requests *requests = state;
    uint32_t entry = 0;
    struct bytes id = bytes_of(requests->ids[i % MICRO_CYCLE], REQUEST_UUID_BYTES);
    micro_require(request_table_match(requests->table, id, &entry) == REQUEST_OURS,
                  "an id was not recognised");
}

static void run_request_take(void *state, uint32_t i) {
    const struct requests *requests = state;
    char text[REQUEST_UUID_BYTES];
    uint32_t entry = request_table_take(requests->table, now, REQUEST_NEW_ORDER, i % MICRO_CYCLE);
    request_id_format(request_table_at(requests->table, entry)->id, text);
    micro_keep((uint64_t)(unsigned char)text[0]);
    request_table_free(requests->table, entry);
}

static void *make_order(void) {
    struct order *order = micro_memory(sizeof(*order));
    order->state = ORDER_NEW;
    order->quantity.scaled = INT64_MAX / 2;
    return order;
}

/* The next fill of an order that never completes. */
static void run_fill(void *state, uint32_t i) {
    struct order *order = state;
    struct order_fill fill = {.last = {.scaled = 1000 + i % MICRO_CYCLE},
                              .price = {.scaled = 300001 + i % 4},
                              .has_cumulative = true};
    fill.cumulative.scaled = order->filled.scaled + fill.last.scaled;
    struct order_fill_outcome outcome = order_fill_apply(order, &fill);
    struct order_step step = order_state_step(order->state, order_fill_event(order, false), true);
    micro_require(outcome.flags == 0 && !step.conflict, "a fill was not taken");
    order->state = step.next;
}

const struct micro_benchmark micro_order[] = {
    {"order_table_find", make_orders, run_find, false},
    {"order_table_take_undo", make_orders, run_take, false},
    {"request_match", make_requests, run_match, false},
    {"request_take_format_free", make_requests, run_request_take, false},
    {"order_fill_and_step", make_order, run_fill, false},
    {NULL, NULL, NULL, false},
};
