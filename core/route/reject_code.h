/*
 * Why the router itself refused a request: stable codes that clients may match on.
 *
 * Text(58) of every refusal by the router starts with the code, then ": " and a sentence for
 * people. Codes are never renumbered or reused; sentences may change. ROE.md lists them.
 */
#ifndef TERCEL_CORE_ROUTE_REJECT_CODE_H
#define TERCEL_CORE_ROUTE_REJECT_CODE_H

enum reject_code {
    REJECT_NONE = 0,
    REJECT_UNKNOWN_SYMBOL,
    REJECT_UNKNOWN_VENUE,
    REJECT_VENUE_MISSING,   /* no ExDestination and no suffix, and the symbol trades on several */
    REJECT_VENUE_CONFLICT,  /* ExDestination and the symbol's suffix name different venues */
    REJECT_NOT_LISTED,      /* the symbol does not trade on that venue */
    REJECT_UNKNOWN_ACCOUNT, /* not an account this client may use, or not on that venue */
    REJECT_DUPLICATE_ID,
    REJECT_VENUE_DOWN,
    REJECT_VENUE_BUSY, /* the venue's send buffer is full: try again */
    REJECT_STOPPING,
    REJECT_ORDER_LIMIT,   /* no order slot is free */
    REJECT_REQUEST_LIMIT, /* half of the venue's request entries are in use: the rest is for cancels
                           */
    REJECT_BACKLOG,       /* this client's reports or the ledger lag too far behind */
    REJECT_PRICE_TICK,    /* not a multiple of the tick */
    REJECT_PRICE_PRECISION, /* more digits than the instrument has */
    REJECT_QUANTITY_LOT,
    REJECT_QUANTITY_PRECISION,
    REJECT_QUANTITY_RANGE,
    REJECT_PRICE_RANGE,
    REJECT_UNSUPPORTED, /* the venue has no way to express this order */
    REJECT_UNKNOWN_ORDER,
    REJECT_TOO_LATE,       /* the order is finished */
    REJECT_CANCEL_PENDING, /* a cancel of it is already under way */
    REJECT_IN_DOUBT,       /* the venue was lost with this cancel unanswered */
    REJECT_NO_ANSWER,      /* the venue left this cancel unanswered, and another took its place */
    REJECT_NOT_SENT,
    REJECT_REPLACE_PENDING,
    REJECT_STALE_ID,
    REJECT_REPLACE_TERMS,
    REJECT_BELOW_FILLED,
    REJECT_STOP_PRICE,
    REJECT_EXPIRE_TIME,
    REJECT_CASH_RANGE,
    REJECT_RATE_LIMIT,
    REJECT_CONTRACTS,
    REJECT_MASS_CANCEL_SCOPE,
    REJECT_DISCONNECTED,
    REJECT_TOO_OLD, /* stopped by a gap, and too late by now */
    REJECT_PROBED,
    REJECT_RECOVERED, /* a fill that was not heard, by the venue's own count */
    REJECT_BY_VENUE,  /* the venue's own words follow */
    /* Refused by the venue, too, and it said why in words its dialect knows. */
    REJECT_VENUE_FUNDS,
    REJECT_VENUE_POST_ONLY,
    REJECT_VENUE_PRICE,
    REJECT_VENUE_QUANTITY,
    REJECT_VENUE_COST,
    REJECT_VENUE_RATE,
    REJECT_VENUE_OPEN_ORDERS,
    REJECT_VENUE_UNKNOWN_ORDER,
    REJECT_VENUE_REDUCE_ONLY,
    REJECT_VENUE_MARKET,
    REJECT_VENUE_ARGUMENTS,
    REJECT_VENUE_TIME,
    REJECT_VENUE_FORM,
    REJECT_VENUE_PERMISSION,
    /* The venue failed, or was not there: no proof that it did not take the request. */
    REJECT_VENUE_FAILED,
    REJECT_CODES
};

struct reject_info {
    const char *code; /* "TRC-ORD-001" */
    const char *text;
    char ord_rej_reason[3]; /* OrdRejReason(103), FIX 4.4 volume 6 */
    char cxl_rej_reason[3]; /* CxlRejReason(102) */
};

const struct reject_info *reject_info(enum reject_code code);

#endif
