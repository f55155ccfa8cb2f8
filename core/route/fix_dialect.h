/*
 * A venue's FIX dialect for order entry, as one constant table.
 *
 * fix_venue.h speaks any of them: which fields a message has, in which order, which characters
 * stand for a side or a time in force, what an ExecType means, and how a Logon is signed. What the
 * tables cannot say is left to three hooks, each called once a Logon.
 */
#ifndef TERCEL_CORE_ROUTE_FIX_DIALECT_H
#define TERCEL_CORE_ROUTE_FIX_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/fix/fix_session.h"
#include "core/fix/fix_version.h"
#include "core/order/order_request.h"
#include "core/order/request_table.h"
#include "core/route/venue.h"

/* Where a field's value comes from. A source that has nothing to say leaves the field out. */
enum dialect_source {
    DIALECT_CL_ORD_ID = 1,
    DIALECT_ORIG_CL_ORD_ID,
    DIALECT_VENUE_ORDER_ID, /* out while the venue has not told one */
    DIALECT_SYMBOL,
    DIALECT_SIDE,
    DIALECT_ORD_TYPE,
    DIALECT_QUANTITY,   /* of a replace: the new one, what is filled included; ORDER_CASH: money */
    DIALECT_PRICE,      /* out of orders without; of a replace: the new one */
    DIALECT_STOP_PRICE, /* likewise, and out of a stop that has triggered */
    DIALECT_TIME_IN_FORCE,
    DIALECT_EXPIRE_TIME,   /* out of orders without */
    DIALECT_TRANSACT_TIME, /* now */
    DIALECT_VALID_UNTIL,   /* now + the session's order_validity */
    DIALECT_EXEC_INST,     /* every token of the order's flags; out when there is none */
    DIALECT_POST_ONLY,     /* just that token, out of other orders */
    DIALECT_SELF_TRADE,    /* the session's self-trade prevention mode */
    DIALECT_MASS_CANCEL_SCOPE
};

/* What a venue does with requests behind a number it missed, while it asks for that one. */
enum dialect_gap {
    DIALECT_GAP_UNKNOWN = 0,
    DIALECT_GAP_DISCARDS, /* they are as good as never sent */
    DIALECT_GAP_QUEUES    /* they are taken once the gap is filled */
};

/* What the words of a refusal mean: `stem` is how they begin, their error class aside or not. */
struct dialect_words {
    const char *stem; /* NULL ends a table */
    enum reject_code reject;
};

/* What a BusinessRejectReason(380) means, where the words do not say. */
struct dialect_reason {
    uint32_t reason;
    enum reject_code reject; /* REJECT_NONE ends a table */
};

/* What a request adds to the venue's counter of an instrument while its order is this young. */
struct dialect_age_cost {
    uint16_t below_s; /* 0 ends a table */
    uint8_t replace;
    uint8_t cancel;
};

struct dialect_field {
    uint32_t tag; /* 0 ends a table */
    enum dialect_source source;
};

/* One kind of message this venue is sent. */
struct dialect_message {
    const char *type; /* MsgType(35), one character; NULL: the venue has no such thing */
    const struct dialect_field *fields;
    bool needs_venue_order_id; /* not sent before the venue has told its own id of the order */
};

/* What an ExecType(150) of this venue tells. */
enum dialect_exec {
    DIALECT_EXEC_UNKNOWN = 0, /* not in the venue's rules: counted, noticed, not booked */
    DIALECT_EXEC_NEW,
    DIALECT_EXEC_FILL,
    DIALECT_EXEC_CANCELED,
    DIALECT_EXEC_EXPIRED,
    DIALECT_EXEC_REJECTED,
    DIALECT_EXEC_REPLACED,
    DIALECT_EXEC_RESTATED, /* changed by the venue of itself */
    DIALECT_EXEC_STATUS,
    DIALECT_EXEC_IGNORE
};

enum {
    DIALECT_SIDES = 2,
    DIALECT_ORD_TYPES = ORDER_TYPES,
    DIALECT_TIFS = TIME_IN_FORCES,
    DIALECT_SCOPES = 2, /* enum mass_cancel_scope */
    DIALECT_FLAGS = 3,  /* ORDER_POST_ONLY, ORDER_REDUCE_ONLY, ORDER_CASH: by bit */
    DIALECT_TOKENS = 1U << DIALECT_FLAGS,
    DIALECT_MESSAGES = REQUEST_MASS_CANCEL + 1, /* enum request_kind */
    DIALECT_SELF_TRADES = 3
};

enum dialect_self_trade {
    SELF_TRADE_CANCEL_NEWEST = 0,
    SELF_TRADE_CANCEL_OLDEST,
    SELF_TRADE_CANCEL_BOTH
};

#define DIALECT_SIGNATURE_MAX 256
#define DIALECT_API_KEY_MAX 256
#define DIALECT_NONCE_MAX 24

/* One Logon being made: what the hooks share. */
struct dialect_logon {
    struct bytes api_key;
    bool cancel_on_disconnect;
    char nonce[DIALECT_NONCE_MAX];
    size_t nonce_len;
    char signature[DIALECT_SIGNATURE_MAX];
    size_t signature_len;
    int64_t last_nonce; /* of this session's previous Logon: some venues want it to rise */
};

struct fix_dialect {
    const char *name; /* "kraken-spot" */
    enum fix_version_number version;
    unsigned time_digits;
    unsigned expire_time_digits;
    /* What a session of this venue can be asked for; order_validity is the session's own. */
    struct venue_capability capability;
    struct dialect_message messages[DIALECT_MESSAGES]; /* by enum request_kind */
    /* '\0': the venue has no such thing. Indexed by the enums of order_request.h. */
    char side[DIALECT_SIDES];
    char ord_type[DIALECT_ORD_TYPES];
    char time_in_force[DIALECT_TIFS];
    char self_trade[DIALECT_SELF_TRADES];
    char mass_cancel_scope[DIALECT_SCOPES];
    const char *exec_inst[DIALECT_FLAGS]; /* ExecInst(18) tokens, NULL: none; blanks between */
    uint8_t exec_type[128];               /* enum dialect_exec by the character of ExecType */
    uint32_t trade_id_tag;
    uint32_t trade_id_other_tag; /* where the first is absent; 0: none */
    uint32_t liquidity_tag;      /* of a fill; 0: none */
    char liquidity_added;        /* its values */
    char liquidity_took;
    struct fix_schedule schedule; /* the venue's day; none: it never begins anew by itself */
    enum dialect_gap gap;
    /* What requests add to the venue's counter of an instrument, if it keeps one: always, and, for
     * cancels and replaces, by the age of their order. */
    uint8_t request_cost[DIALECT_MESSAGES];
    const struct dialect_age_cost *age_costs; /* by rising age; NULL: none */
    const struct dialect_words *words;        /* the first row that fits counts */
    const struct dialect_reason *reasons;
    uint32_t business_reject_ref_tag; /* in 35=j: the refused request's ClOrdID */
    /*
     * Worker: notes the nonce in `logon` and writes what has to be signed; returns its length, at
     * most `max`. Called when the session asks for a signature, for the Logon numbered
     * session->next_out.
     */
    size_t (*sign_payload)(struct dialect_logon *logon, const struct fix_session *session,
                           struct utc now, char *payload, size_t max);
    /* Worker: the dialect's Logon fields, signature included. */
    void (*write_logon)(const struct dialect_logon *logon, struct fix_writer *writer);
    /*
     * Crypto thread: signs. `out` has DIALECT_SIGNATURE_MAX bytes; returns the length, 0 when the
     * secret is not usable.
     */
    size_t (*sign)(struct bytes secret, struct bytes payload, char *out);
};

#endif
