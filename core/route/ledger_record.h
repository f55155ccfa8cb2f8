/*
 * The last word on an order: a cell of the ring from the OE worker to the ledger's cold thread.
 *
 * One record when an order ends (and again if a late fill changes it), one for every order still
 * open when the router stops, one for every order refused before it left. When the ring is 7/8 full
 * new orders are refused; when it is full the venues are not read: nothing is dropped.
 */
#ifndef TERCEL_CORE_ROUTE_LEDGER_RECORD_H
#define TERCEL_CORE_ROUTE_LEDGER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/order/order_table.h"
#include "core/order/request_table.h"
#include "core/route/client_report.h"
#include "core/route/reject_code.h"

enum ledger_refuser { LEDGER_NOT_REFUSED = 0, LEDGER_REFUSED_BY_ROUTER, LEDGER_REFUSED_BY_VENUE };

struct ledger_record {
    uint64_t order_number; /* 0: never became an order */
    enum order_state state;
    enum ledger_refuser refuser;
    enum reject_code reject;
    uint32_t client;
    bool instrument_known;
    bool price_known;
    uint32_t instrument;
    uint32_t venue; /* with order_number only */
    char side;
    uint8_t symbol_len;
    uint8_t quantity_text_len;
    uint8_t price_text_len;
    uint8_t venue_order_id_len;
    struct cl_ord_id cl_ord_id;
    char venue_cl_ord_id[REQUEST_UUID_BYTES + 1]; /* empty: never sent */
    char venue_order_id[VENUE_ORDER_ID_MAX + 1];
    char symbol[REPORT_ID_MAX + 1]; /* as the client wrote it, when the instrument is not known */
    char quantity_text[DECIMAL_TEXT_MAX + 1];
    char price_text[DECIMAL_TEXT_MAX + 1];
    struct quantity quantity;
    struct quantity filled;
    struct price price;
    uint32_t fills;
    int64_t average_scaled;
    unsigned average_digits;
    /* A cell of a ring is aligned to 8, which is less than this type would want. */
    __extension__ unsigned __int128 notional __attribute__((packed, aligned(8)));
};

_Static_assert(_Alignof(struct ledger_record) <= 8, "a record lies in a cell of a ring");

/* Digits of an average price, on the wire and in the ledger, unless the instrument's prices have
 * more. */
#define AVERAGE_DIGITS_MIN 8

#endif
