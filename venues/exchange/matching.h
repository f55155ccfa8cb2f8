/*
 * A price-time matching engine for one instrument.
 *
 * The best price trades first; at one price, the order that rested first. A trade happens at the
 * resting order's price. Orders are limit or market; good till cancelled or till a time, immediate
 * or cancel, fill or kill; optionally post-only. Self-trade prevention compares accounts. An order
 * may show a part of itself only (an iceberg): what it hides trades, too, but a part that was shown
 * and has traded away is shown anew behind the others at its price.
 *
 * What it is not: it knows no client, session, fee, tick, lot or balance. Whoever calls it has
 * checked those, gives every order a `tag` of its own, and is told everything by that tag.
 *
 * What happened is told through the sink, in the order in which it happened, before the call that
 * caused it returns. The sink must not call back into the book.
 *
 * Prices and quantities are scaled integers; which scale is the caller's. Levels are kept in a
 * sorted array a side: finding one is a binary search, opening one moves at most `orders` words.
 *
 * Threading: one thread. Memory: fixed at init. Every order resting takes one of `orders` slots and
 * an order that could rest takes one while it matches, too: a full book refuses it.
 */
#ifndef TERCEL_VENUES_EXCHANGE_MATCHING_H
#define TERCEL_VENUES_EXCHANGE_MATCHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"

#define MATCHING_ORDERS_MAX (1u << 20)
#define MATCHING_NONE UINT32_MAX

enum matching_side { MATCHING_BUY = 0, MATCHING_SELL = 1 };

enum matching_validity {
    MATCHING_GTC = 0,
    MATCHING_IOC,
    MATCHING_FOK,
    MATCHING_GTD /* until request.expire_at */
};

/* Whom an order that would trade with its own account cancels. Decided by the newcomer. */
enum matching_self_trade {
    MATCHING_SELF_TRADE_ALLOWED = 0,
    MATCHING_SELF_TRADE_CANCEL_BOTH,
    MATCHING_SELF_TRADE_CANCEL_NEWEST, /* the newcomer's remainder */
    MATCHING_SELF_TRADE_CANCEL_OLDEST  /* the resting order; the newcomer goes on */
};

enum matching_event_kind {
    MATCHING_ACCEPTED = 0,
    MATCHING_TRADE,
    MATCHING_CANCELED,
    MATCHING_EXPIRED,
    MATCHING_REPLACED,
    MATCHING_REJECTED /* submit: never accepted; replace: the order is as it was */
};

enum matching_reason {
    MATCHING_REASON_NONE = 0,
    MATCHING_REASON_REQUESTED,       /* matching_cancel */
    MATCHING_REASON_NO_LIQUIDITY,    /* the remainder of an IOC or market order */
    MATCHING_REASON_NOT_FILLABLE,    /* fill or kill, and it could not be filled whole */
    MATCHING_REASON_SELF_TRADE,      /* self-trade prevention */
    MATCHING_REASON_QUANTITY,        /* not positive, or not above what is executed already */
    MATCHING_REASON_PRICE,           /* a limit price that is not positive */
    MATCHING_REASON_CONTRADICTION,   /* post-only and immediate, or post-only and market */
    MATCHING_REASON_WOULD_TAKE,      /* post-only, and it would trade at once */
    MATCHING_REASON_DEADLINE_PASSED, /* reached the book after request.valid_until */
    MATCHING_REASON_EXPIRED_ALREADY, /* GTD into the past */
    MATCHING_REASON_FULL             /* no slot is free */
};

struct matching_order_request {
    uint64_t tag;
    uint32_t account;
    enum matching_side side;
    bool is_market; /* `price` is not read; never rests */
    bool is_post_only;
    struct price price;
    struct quantity quantity;
    struct quantity display; /* shown at once; 0, or no less than `quantity`: all of it */
    enum matching_validity validity;
    enum matching_self_trade self_trade;
    struct utc expire_at;   /* GTD: gone when now >= expire_at */
    struct utc valid_until; /* refused when now > valid_until; ns 0: no deadline */
};

/* A resting order. Valid until that order trades out, is cancelled or expires; then never again. */
struct matching_ref {
    uint32_t slot; /* MATCHING_NONE: does not rest */
    uint32_t generation;
};

/*
 * One thing that happened. `tag` is the order it is about: with TRADE the newcomer, and `maker_tag`
 * the resting one. CANCELED and EXPIRED say in `quantity` what was taken off; `leaves` is then 0.
 */
struct matching_event {
    enum matching_event_kind kind;
    enum matching_reason reason;
    uint64_t sequence; /* of events, counting from 1 */
    uint64_t tag;
    uint64_t maker_tag;
    enum matching_side side; /* of `tag` */
    struct price price;
    struct quantity quantity;
    struct quantity leaves;       /* of `tag`, after the event */
    struct quantity maker_leaves; /* TRADE */
};

struct matching_sink {
    void (*event)(void *context, const struct matching_event *event);
    void *context;
};

struct matching;

/* `orders`: 1 .. MATCHING_ORDERS_MAX; 0 bytes for anything else. */
size_t matching_footprint(uint32_t orders);

/* `mem` is aligned to 8 and outlives the book. */
struct matching *matching_init(void *mem, uint32_t orders, struct matching_sink sink);

/*
 * REJECTED; or ACCEPTED, then TRADEs and self-trade CANCELEDs in matching order, then CANCELED when
 * a remainder may not rest. A fill or kill that cannot be filled is CANCELED before anything else
 * is touched: it cancels no resting order of its own account either.
 */
struct matching_ref matching_submit(struct matching *book, struct now now,
                                    const struct matching_order_request *request);

/* CANCELED with REQUESTED. False when `ref` does not rest (any more). */
bool matching_cancel(struct matching *book, struct matching_ref ref);

/*
 * A resting order trades `quantity` (no more than it has left) with somebody who is in no book: a
 * TRADE at its price, with `tag` as the newcomer's. False when `ref` does not rest.
 */
bool matching_execute(struct matching *book, struct matching_ref ref, struct quantity quantity,
                      uint64_t tag);

/* New terms of a resting order. */
struct matching_terms {
    struct price price;
    struct quantity quantity; /* in all: what is executed counts against it */
    struct quantity display;
    bool is_post_only;
    enum matching_self_trade self_trade;
};

/*
 * REPLACED, and the order has new terms. The same price, no more quantity and the same display keep
 * the place in the queue; anything else takes a new one and may trade at once under `self_trade`.
 * REJECTED leaves the order as it was. False when `ref` does not rest; *ref follows the order.
 */
bool matching_replace(struct matching *book, struct matching_ref *ref,
                      const struct matching_terms *terms) MUST_USE;

/* EXPIRED for every GTD order whose time has come. O(orders) when one has, else O(1). */
void matching_expire(struct matching *book, struct now now);

/* No GTD order expires before this; INT64_MAX when none rests. */
struct utc matching_next_expiry(const struct matching *book);

/* The best price of a side and what rests there; false when the side is empty. */
bool matching_best(const struct matching *book, enum matching_side side, struct price *price,
                   struct quantity *quantity);

/*
 * The price that is `depth` prices from the best of a side, 0 being the best, and what rests there,
 * hidden or not; false when there are not so many.
 */
bool matching_at_depth(const struct matching *book, enum matching_side side, uint32_t depth,
                       struct price *price, struct quantity *quantity);

/* What rests at one price. */
struct quantity matching_quantity_at(const struct matching *book, enum matching_side side,
                                     struct price price);

/* Orders that rest now. */
uint32_t matching_count(const struct matching *book);

/* Stops the process when the book contradicts itself. For tests; O(orders). */
void matching_check(const struct matching *book);

const char *matching_reason_name(enum matching_reason reason);

#endif
