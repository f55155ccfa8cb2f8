/*
 * What a client knows of its orders: only what it sent and what it was told.
 *
 * Independent of the router's order table on purpose: its ledger is compared with the router's and
 * the exchange's. Quantities and prices are scaled by 10^8 here, whatever the instrument's digits.
 */
#ifndef TERCEL_BENCH_CLIENT_CLIENT_ORDER_H
#define TERCEL_BENCH_CLIENT_CLIENT_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/instant.h"
#include "core/fix/fix_view.h"

#define CLIENT_DIGITS 8
#define CLIENT_ORDERS_MAX 65536
#define CLIENT_EVENTS_MAX 12
#define CLIENT_ID_MAX 36
#define CLIENT_TEXT_MAX 79

enum client_status {
    CLIENT_PENDING = 0,
    CLIENT_NEW,
    CLIENT_PARTIALLY_FILLED,
    CLIENT_FILLED,
    CLIENT_CANCELED,
    CLIENT_REJECTED,
    CLIENT_EXPIRED,
    CLIENT_IN_DOUBT
};

/* One line of an order's life, for the table. */
struct client_event {
    int64_t at_ns; /* after the order was sent */
    char what[16];
    int64_t last_quantity;
    int64_t last_price;
    char text[CLIENT_TEXT_MAX + 1];
};

struct client_order {
    char id[CLIENT_ID_MAX + 1];
    char symbol[24];
    char side;          /* 54 */
    char type;          /* 40 */
    char time_in_force; /* 59 */
    bool post_only;
    int64_t quantity;
    int64_t price;
    enum client_status status;
    bool cancel_rejected;
    int64_t filled;
    int64_t leaves;
    int64_t average;
    uint32_t fills;
    __extension__ unsigned __int128 notional; /* 10^16 */
    struct instant sent;
    struct instant cancel_sent;
    uint32_t event_count;
    struct client_event events[CLIENT_EVENTS_MAX];
};

struct client_orders {
    struct client_order *orders;
    uint32_t count;
    uint64_t strays;    /* reports that name no order of ours */
    uint64_t conflicts; /* reports whose CumQty, LeavesQty or AvgPx contradict the fills */
};

/* The order with this id, or NULL. */
struct client_order *client_orders_find(struct client_orders *orders, struct bytes id);
/* A new one; NULL when CLIENT_ORDERS_MAX exist. */
struct client_order *client_orders_add(struct client_orders *orders, const char *id);

/* Takes a 35=8 or 35=9. False when it was malformed or named no order. */
bool client_orders_report(struct client_orders *orders, struct now now,
                          const struct fix_view *view);

const char *client_status_name(enum client_status status);

/* Every order's life as a table for people; the CSV that is compared with other ledgers. */
void client_orders_print(const struct client_orders *orders, FILE *out);
bool client_orders_write(const struct client_orders *orders, const char *path);

#endif
