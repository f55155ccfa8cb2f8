/*
 * How the matching engine keeps its orders: levels, queues and slots. Private to matching*.c, which
 * has the rules of trading; here are only the structure and its upkeep. Nothing here emits.
 */
#ifndef TERCEL_VENUES_EXCHANGE_MATCHING_BOOK_H
#define TERCEL_VENUES_EXCHANGE_MATCHING_BOOK_H

#include "venues/exchange/matching.h"

#define MATCHING_NEVER ((struct utc){.ns = INT64_MAX})

/*
 * Sorted ascending by key, so that the best level is the last one: a buy's key is its price, a
 * sell's its negative. Trading a level away is then a decrement, and one comparison serves both.
 */
struct matching_level {
    int64_t key;
    uint32_t head;
    uint32_t tail;
};

struct matching_slot {
    uint64_t tag;
    int64_t price;
    int64_t quantity; /* in all, executed and open */
    int64_t leaves;
    int64_t display; /* INT64_MAX: all of it */
    int64_t shown;   /* of leaves; what trades before the others at its price have their turn */
    struct utc expire_at; /* ns INT64_MAX: never */
    uint32_t account;
    uint32_t generation;
    uint32_t previous;
    uint32_t next; /* in the level's queue; of a free slot, in the free list */
    enum matching_side side;
    bool resting;
};

struct matching_side_levels {
    struct matching_level *levels;
    uint32_t count;
};

struct matching {
    struct matching_sink sink;
    uint64_t sequence;
    uint32_t capacity;
    uint32_t count;
    uint32_t free_first;
    struct utc next_expiry;
    struct matching_side_levels sides[2];
    struct matching_slot slots[];
};

static inline enum matching_side matching_opposite(enum matching_side side) {
    return side == MATCHING_BUY ? MATCHING_SELL : MATCHING_BUY;
}

static inline int64_t matching_key(enum matching_side side, int64_t price) {
    return side == MATCHING_BUY ? price : -price;
}

/* Puts a taken slot at the end of its price's queue. */
void matching_book_link(struct matching *book, uint32_t index);
/* Takes a resting slot off its queue; the level goes with its last order. */
void matching_book_unlink(struct matching *book, uint32_t index);

/* Shows as much as may be shown. Of a slot that has leaves. */
void matching_book_show(struct matching *book, uint32_t index);

/* A free slot must exist. */
uint32_t matching_book_slot_take(struct matching *book);
/* The generation moves on, so that every old reference to the slot is refused. */
void matching_book_slot_free(struct matching *book, uint32_t index);

/* The order at the front of the side opposite to `side`, if its key is at least `limit_key`. */
uint32_t matching_book_front(const struct matching *book, enum matching_side side,
                             int64_t limit_key);

bool matching_book_rests(const struct matching *book, struct matching_ref ref);

#endif
