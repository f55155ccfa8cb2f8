/*
 * What somebody wants of a venue, decoded: the one door into risk and order entry.
 *
 * FIX clients, shared-memory clients and tests all end in this struct; nothing behind it sees bytes
 * of a protocol. All values are already checked for form (digits, enums); whether they make sense
 * for the instrument, the client and the venue is checked by order entry.
 */
#ifndef TERCEL_CORE_ORDER_ORDER_REQUEST_H
#define TERCEL_CORE_ORDER_ORDER_REQUEST_H

#include <stdbool.h>
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

enum order_request_kind {
    ORDER_REQUEST_NEW = 0,
    ORDER_REQUEST_CANCEL,
    ORDER_REQUEST_REPLACE,
    ORDER_REQUEST_STATUS,
    ORDER_REQUEST_MASS_CANCEL
};

enum order_side { ORDER_BUY = 0, ORDER_SELL };
enum order_type { ORDER_MARKET = 0, ORDER_LIMIT, ORDER_STOP, ORDER_STOP_LIMIT, ORDER_TYPES };
enum time_in_force { TIF_GTC = 0, TIF_IOC, TIF_FOK, TIF_GTD, TIME_IN_FORCES };

enum {
    ORDER_POST_ONLY = 1U << 0,
    ORDER_REDUCE_ONLY = 1U << 1, /* may only make a position smaller */
    ORDER_CASH = 1U << 2         /* sized by money: `cash` counts, `quantity` is 0 */
};

/* MassCancelRequestType(530), as far as there is one here. */
enum mass_cancel_scope { MASS_CANCEL_INSTRUMENT = 0, MASS_CANCEL_ALL };

/* What a replace may change; all of it is said, changed or not. */
struct order_terms {
    struct quantity quantity; /* OrderQty(38): all of the order, what is filled included */
    struct price price;       /* 0 where the type has none */
    struct price stop_price;  /* likewise */
};

static inline bool order_type_has_price(enum order_type type) {
    return type == ORDER_LIMIT || type == ORDER_STOP_LIMIT;
}

static inline bool order_type_has_stop(enum order_type type) {
    return type == ORDER_STOP || type == ORDER_STOP_LIMIT;
}

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
    struct cl_ord_id orig_cl_ord_id; /* CANCEL, REPLACE: the order meant; STATUS: cl_ord_id is */
    struct quantity quantity;        /* NEW, REPLACE: > 0, in the instrument's quantity digits; 0
                                        with ORDER_CASH */
    struct quantity cash;            /* ORDER_CASH: > 0, in the instrument's cash digits */
    struct price price;              /* limit types: > 0, in the instrument's price digits */
    struct price stop_price;         /* stop types: likewise */
    struct utc expire_time;          /* TIF_GTD: when the order ends of itself */
    enum mass_cancel_scope scope;    /* MASS_CANCEL */
    struct utc transact_time;        /* the client's 60 */
    struct instant received;         /* when its last byte was read */
};

static inline struct bytes cl_ord_id_bytes(const struct cl_ord_id *id) {
    return bytes_of(id->text, id->len);
}

#endif
