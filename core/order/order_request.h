/*
 * What somebody wants of a venue, decoded: the one door into risk and order entry.
 *
 * FIX clients, shared-memory clients and tests all end in this struct; nothing behind it sees bytes
 * of a protocol. All values are already checked for form (digits, enums); whether they make sense
 * for the instrument, the client and the venue is checked by order entry.
 */
#ifndef TERCEL_CORE_ORDER_ORDER_REQUEST_H
#define TERCEL_CORE_ORDER_ORDER_REQUEST_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"

/* Longest ClOrdID taken from a client. */
#define CL_ORD_ID_MAX 36

struct cl_ord_id {
    uint8_t len;
    char text[CL_ORD_ID_MAX + 1];
};

enum order_request_kind { ORDER_REQUEST_NEW = 0, ORDER_REQUEST_CANCEL };

enum order_side { ORDER_BUY = 0, ORDER_SELL };
enum order_type { ORDER_MARKET = 0, ORDER_LIMIT };
enum time_in_force { TIF_GTC = 0, TIF_IOC, TIF_FOK };

enum { ORDER_POST_ONLY = 1U << 0 };

struct order_request {
    enum order_request_kind kind;
    uint32_t client;     /* client session of this shard */
    uint32_t account;    /* index into the configuration's accounts */
    uint32_t instrument; /* index into the instrument table */
    uint32_t venue;      /* venue session of this shard */
    enum order_side side;
    enum order_type type;
    enum time_in_force time_in_force;
    uint32_t flags;
    struct cl_ord_id cl_ord_id;
    struct cl_ord_id orig_cl_ord_id; /* CANCEL: the order meant */
    struct quantity quantity;        /* NEW: > 0, in the instrument's quantity digits */
    struct price price;              /* NEW and LIMIT: > 0, in the instrument's price digits */
    struct utc transact_time;        /* the client's 60 */
    struct instant received;         /* when its last byte was read */
};

static inline struct bytes cl_ord_id_bytes(const struct cl_ord_id *id) {
    return bytes_of(id->text, id->len);
}

#endif
