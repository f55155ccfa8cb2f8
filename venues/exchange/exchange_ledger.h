/*
 * The exchange's own account of every client order: what a checker compares clients against.
 *
 * One row per client order ever accepted, or refused by a business rule. Rows are never removed;
 * a full ledger refuses new ones. The file is written once, at the end:
 *
 *   cl_ord_id,order_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,fills,
 *   fill_notional,last_cl_ord_id,ord_type,stop_px,display_qty,fees
 *
 * qty and price, and stop_px and display_qty, are the last ones, after whatever replaced them;
 * last_cl_ord_id is the id that goes with them, and cl_ord_id always the first. ord_type is as it
 * came, in the venue's letters. fees are sums by currency: "0.0538 USD", or two with ';' between.
 * Decimals are exact and without trailing zeros; avg_px has up to 8 fraction digits, a half rounded
 * up, and is empty without a fill; price is empty for market orders, order_id for rejected ones. A
 * text that holds a comma, quote or control character (a refused order may hold anything) is
 * quoted, with what is not printable as '?'.
 *
 * Threading: one thread. Memory: fixed at init.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_LEDGER_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "venues/exchange/exchange_instrument.h"
#include "venues/exchange/exchange_notional.h"

#define EXCHANGE_ORDERS_MAX (1u << 24)
#define EXCHANGE_CL_ORD_ID_MAX 63
#define EXCHANGE_ORDER_ID_MAX 23
#define EXCHANGE_NONE UINT32_MAX

enum exchange_status {
    EXCHANGE_PENDING = 0, /* not yet at the matching engine; such a row is not written */
    EXCHANGE_NEW,
    EXCHANGE_PARTIALLY_FILLED,
    EXCHANGE_FILLED,
    EXCHANGE_CANCELED,
    EXCHANGE_REJECTED,
    EXCHANGE_EXPIRED
};

struct exchange_fee {
    struct notional amount;
    uint8_t digits;
};

struct exchange_row {
    enum exchange_status status;
    bool is_sell;
    bool has_price; /* false: a market order, or a refused one whose price cannot be kept */
    bool has_quantity;
    uint8_t price_digits; /* scales: the instrument's, or for a refused order what it takes */
    uint8_t quantity_digits;
    uint8_t cl_ord_id_len;
    uint8_t order_id_len;
    char cl_ord_id[EXCHANGE_CL_ORD_ID_MAX];
    char order_id[EXCHANGE_ORDER_ID_MAX];
    char symbol[EXCHANGE_SYMBOL_MAX + 1]; /* cut, when it is none of ours */
    uint8_t last_cl_ord_id_len;
    char last_cl_ord_id[EXCHANGE_CL_ORD_ID_MAX];
    char ord_type; /* '\0': not known */
    uint32_t fills;
    struct price price;
    struct price stop;       /* 0: none */
    struct quantity display; /* 0: all of it */
    struct exchange_fee quote_fee;
    struct exchange_fee base_fee;
    struct quantity quantity;
    struct quantity executed;
    struct quantity leaves; /* 0 once nothing is open */
    struct notional notional;
};

struct exchange_ledger;

/* `rows`: 1 .. EXCHANGE_ORDERS_MAX; else 0. */
size_t exchange_ledger_footprint(uint32_t rows);
struct exchange_ledger *exchange_ledger_init(void *mem, uint32_t rows);

/* A zeroed row's index, counting up from 0; EXCHANGE_NONE when the ledger is full. */
uint32_t exchange_ledger_add(struct exchange_ledger *ledger);
struct exchange_row *exchange_ledger_row(struct exchange_ledger *ledger, uint32_t index);
uint32_t exchange_ledger_count(const struct exchange_ledger *ledger);

/* All three cut what does not fit. */
void exchange_row_set_cl_ord_id(struct exchange_row *row, struct bytes text);
void exchange_row_set_last_cl_ord_id(struct exchange_row *row, struct bytes text);
void exchange_row_set_symbol(struct exchange_row *row, struct bytes text);

/* Books one fill on a row: executed, leaves, notional, fills and status. */
void exchange_row_fill(struct exchange_row *row, struct price price, struct quantity quantity);

/* new, partially_filled or filled, as its quantities say. */
enum exchange_status exchange_row_live_status(const struct exchange_row *row);

struct bytes exchange_row_cl_ord_id(const struct exchange_row *row);
struct bytes exchange_row_order_id(const struct exchange_row *row);

/* The heading and all rows, in the order they were added. False when `out` failed. */
bool exchange_ledger_write(const struct exchange_ledger *ledger, FILE *out) MUST_USE;

const char *exchange_status_name(enum exchange_status status);

#endif
