/*
 * The pool of orders of one shard, and the index by (client, ClOrdID).
 *
 * A slot is taken when an order is accepted and not reused before the order is terminal and the
 * late-report window has passed since, so that a late fill still finds its order.
 *
 * ClOrdIDs are unique per client over its orders, cancels and replaces. An order holds its first
 * and its current id, that of its latest replace, and those of its latest other requests,
 * ORDER_CLAIMS_MAX besides the first, until its slot is reused; ids older than that may be used
 * again. The first id and those of replaces lead to the order: the chain of FIX 4.4 volume 7
 * appendix D. Those of cancels lead nowhere. ClOrdIDs are chosen by clients, so the index hashes
 * them with a secret seed (SipHash-2-4).
 *
 * The table moves no order through its states: it knows only taken, ended and free. It reads
 * `client` of an order and owns `cl_ord_id`, `next_free`, `ended` and `number`; the rest is the
 * caller's. One thread owns it.
 */
#ifndef TERCEL_CORE_ORDER_ORDER_TABLE_H
#define TERCEL_CORE_ORDER_ORDER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/hash_index.h"
#include "core/base/instant.h"
#include "core/order/order_request.h"
#include "core/order/order_state.h"
#include "core/order/request_table.h"

#define VENUE_ORDER_ID_MAX 47
#define ORDER_NONE UINT32_MAX
/* ClOrdIDs an order holds besides its first: two of them may be kept for long, so at least 3. */
#define ORDER_CLAIMS_MAX 4U
/* Stretches of an order that are kept apart while their fills are missing, at least 2. */
#define ORDER_HOLES_MAX 4U

/* What an order is counted for in the sums of exposure.h, whose it is. */
struct order_exposed {
    bool live;
    struct quantity open;
    struct price price; /* 0: none */
    struct quantity cash;
    struct quantity filled;
    __extension__ unsigned __int128 paid;
};

/* A stretch of the order that the venue has counted, and fills in it that were not heard. */
struct order_hole {
    struct quantity start;
    struct quantity end;
    struct quantity missing; /* less than all of it: it is several that had no room of their own */
};

struct order {
    enum order_state state;
    bool cancel_pending;  /* a cancel is with the venue, or owed to it */
    bool cancel_owed;     /* not yet written to the venue */
    bool cancel_probes;   /* while pending: it asks what became of an order in doubt */
    bool venue_accepted;  /* the venue acknowledged it at least once */
    bool venue_complete;  /* ORDER_CASH: the venue said that nothing is left of it */
    bool replace_pending; /* a replace is with the venue, or owed to it */
    bool replace_owed;
    bool stray;      /* over here, and open by the venue's word */
    bool stray_owed; /* and to be cancelled there: its slot is kept */
    bool fill_owed;  /* the venue counts a fill that was not heard, or may: its slot is kept */
    bool triggered;  /* a stop type whose stop price was reached: it rests, or trades, now */
    enum order_side side;
    enum order_type type;
    enum time_in_force time_in_force;
    uint32_t flags;
    uint32_t client;
    uint32_t account;
    uint32_t instrument;
    uint32_t venue;
    uint32_t new_request;    /* entry in the venue's request table, or REQUEST_NONE */
    uint32_t cancel_request; /* likewise */
    uint32_t replace_request;
    uint32_t venue_session; /* which connection of the venue session it was sent on, counted */
    uint32_t next_free;     /* list links of the table */
    uint64_t number;        /* unique over the shard's life: our OrderID(37) is made of it */
    struct quantity quantity;
    struct quantity filled; /* CumQty: the sum of the fills booked */
    struct quantity told;   /* how far the venue's own CumQty has come; order_fill.h */
    uint32_t hole_count;
    struct order_hole holes[ORDER_HOLES_MAX]; /* ascending, and apart; they miss told - filled */
    struct quantity cash;                     /* ORDER_CASH: CashOrderQty(152) */
    struct price price;
    struct price stop_price;
    struct order_terms replace_terms; /* replace_pending: what was asked for */
    struct price last_price;          /* of the latest fill */
    /* sum of last price x last quantity, in scaled units */
    __extension__ unsigned __int128 notional;
    struct order_exposed exposed;
    uint32_t fills;
    struct cl_ord_id cl_ord_id;
    struct cl_ord_id cancel_cl_ord_id;  /* of the cancel in progress */
    struct cl_ord_id mass_cl_ord_id;    /* of the mass cancel that is for it, too */
    struct cl_ord_id replace_cl_ord_id; /* of the replace in progress */
    uint8_t venue_order_id_len;
    char venue_order_id[VENUE_ORDER_ID_MAX + 1];
    struct instant received;
    struct instant cancel_sent; /* of the latest cancel */
    struct instant replace_sent;
    struct utc expire_time;     /* TIF_GTD */
    struct instant valid_until; /* not taken by then, the venue drops the order; 0: none */
    struct instant ended;
};

struct order_table_limits {
    uint32_t orders;             /* slots, 1 .. 2^24 */
    struct duration late_window; /* a terminal order's slot is kept at least this long */
};

struct order_table;

/* A multiple of 64; 0 = impossible limits. `mem` is aligned to 64 and outlives the table. */
size_t order_table_footprint(struct order_table_limits limits);
struct order_table *order_table_init(void *mem, struct order_table_limits limits,
                                     const struct hash_seed *seed);

enum order_table_result {
    ORDER_TABLE_OK = 0,
    ORDER_TABLE_DUPLICATE, /* this client used this ClOrdID for an order (or a cancel) still held */
    ORDER_TABLE_FULL       /* every slot is live, inside its late-report window, or not swept yet */
};

/*
 * Takes a slot for a new order of `client` with this ClOrdID; *slot is its index, written only on
 * OK. The order is zeroed but for client, cl_ord_id, number, the request links (REQUEST_NONE),
 * state PENDING_NEW and `received`, which is now. FULL also when the index finds no place within
 * its probe bound, which a client that does not know the seed cannot bring about.
 */
enum order_table_result order_table_take(struct order_table *table, struct now now, uint32_t client,
                                         const struct cl_ord_id *id, uint32_t *slot) MUST_USE;

enum order_claim { ORDER_CLAIM_CANCEL = 0, ORDER_CLAIM_REPLACE };

/*
 * Holds the ClOrdID of an accepted cancel or replace for the order in `slot`, taken by its client.
 * DUPLICATE: this client holds the id already. FULL: the index's probe bound; the id is not held: a
 * cancel may go on, a replace may not. An order that holds ORDER_CLAIMS_MAX of them gives up its
 * oldest that is neither current nor of its latest replace: no request is refused for room.
 */
enum order_table_result order_table_claim(struct order_table *table, uint32_t slot,
                                          enum order_claim what,
                                          const struct cl_ord_id *id) MUST_USE;

/* The latest replace was taken: its id is the order's cl_ord_id now. At most once a replace. */
void order_table_rename(struct order_table *table, uint32_t slot);

/* The order itself; slot < orders. Valid while the slot is taken. */
struct order *order_table_at(struct order_table *table, uint32_t slot);

/* The slot of this client's order, or ORDER_NONE: by its first id, or that of any replace, taken or
 * not. The ids of cancels lead nowhere. */
uint32_t order_table_find(const struct order_table *table, uint32_t client,
                          const struct cl_ord_id *id);

/* The ClOrdID the order was sent with, whatever replaces came after. `order` is one of a table's,
 * and taken. */
const struct cl_ord_id *order_table_first_id(const struct order *order);

/* Whether this client holds the id, for an order or a cancel. */
bool order_table_is_used(const struct order_table *table, uint32_t client,
                         const struct cl_ord_id *id);

/* Gives a slot back at once, with its ids: the order never left (its reservation was cancelled).
 * Its number is not used again. */
void order_table_undo(struct order_table *table, uint32_t slot);

/* The order became terminal: its slot is reused no earlier than now + late_window. Once per order:
 * a late fill that turns CANCELED into FILLED does not end it again. Sets `ended`. */
void order_table_end(struct order_table *table, struct now now, uint32_t slot);

/*
 * Moves up to `count_max` slots whose window has passed to the free list, in the order they ended;
 * one whose order is `stray_owed` or `fill_owed` waits for another window. Writes them to `slots`;
 * returns how many. They leave the index, their state is NONE, and the rest of the order stays
 * readable until the next take, so that the caller can free its requests. Called each turn with a
 * small bound.
 */
uint32_t order_table_sweep(struct order_table *table, struct now now, uint32_t *slots,
                           uint32_t count_max);

/* Live (taken and not ended) orders; taken slots. */
uint32_t order_table_live(const struct order_table *table);
uint32_t order_table_taken(const struct order_table *table);

/*
 * For walks over all orders, a bounded part at a time: looks at up to *looks slots from *from on
 * and returns the first that is taken, both counts moved on. ORDER_NONE: nothing more among those,
 * and *from says where to go on, or ORDER_NONE when the table is at its end.
 */
uint32_t order_table_walk(const struct order_table *table, uint32_t *from, uint32_t *looks);

#endif
