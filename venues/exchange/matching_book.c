#include "venues/exchange/matching_book.h"

#include <string.h>

size_t matching_footprint(uint32_t orders) {
    if (orders < 1 || orders > MATCHING_ORDERS_MAX) {
        return 0;
    }
    return sizeof(struct matching) + (size_t)orders * sizeof(struct matching_slot) +
           2 * (size_t)orders * sizeof(struct matching_level);
}

struct matching *matching_init(void *mem, uint32_t orders, struct matching_sink sink) {
    CHECK(matching_footprint(orders) != 0);
    struct matching *book = mem;
    memset(book, 0, sizeof(*book));
    book->sink = sink;
    book->capacity = orders;
    book->next_expiry = MATCHING_NEVER;
    for (uint32_t i = 0; i < orders; ++i) {
        book->slots[i] = (struct matching_slot){.next = i + 1 < orders ? i + 1 : MATCHING_NONE};
    }
    struct matching_level *levels = (struct matching_level *)(void *)&book->slots[orders];
    book->sides[MATCHING_BUY].levels = levels;
    book->sides[MATCHING_SELL].levels = levels + orders;
    return book;
}

/* Index of the first level with a key >= `key`. */
static uint32_t matching_level_find(const struct matching_side_levels *side, int64_t key) {
    uint32_t low = 0;
    uint32_t high = side->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (side->levels[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct matching_level *matching_level_at(struct matching_side_levels *side, int64_t key) {
    uint32_t at = matching_level_find(side, key);
    if (at == side->count || side->levels[at].key != key) {
        memmove(&side->levels[at + 1], &side->levels[at],
                (side->count - at) * sizeof(struct matching_level));
        ++side->count;
        side->levels[at] =
            (struct matching_level){.key = key, .head = MATCHING_NONE, .tail = MATCHING_NONE};
    }
    return &side->levels[at];
}

static void matching_level_remove(struct matching_side_levels *side, uint32_t at) {
    --side->count;
    memmove(&side->levels[at], &side->levels[at + 1],
            (side->count - at) * sizeof(struct matching_level));
}

void matching_book_link(struct matching *book, uint32_t index) {
    struct matching_slot *slot = &book->slots[index];
    struct matching_level *level =
        matching_level_at(&book->sides[slot->side], matching_key(slot->side, slot->price));
    slot->previous = level->tail;
    slot->next = MATCHING_NONE;
    if (level->tail == MATCHING_NONE) {
        level->head = index;
    } else {
        book->slots[level->tail].next = index;
    }
    level->tail = index;
    slot->resting = true;
    ++book->count;
    if (slot->expire_at.ns < book->next_expiry.ns) {
        book->next_expiry = slot->expire_at;
    }
}

void matching_book_unlink(struct matching *book, uint32_t index) {
    struct matching_slot *slot = &book->slots[index];
    struct matching_side_levels *side = &book->sides[slot->side];
    uint32_t at = matching_level_find(side, matching_key(slot->side, slot->price));
    DCHECK(slot->resting && at < side->count);
    struct matching_level *level = &side->levels[at];
    if (slot->previous == MATCHING_NONE) {
        level->head = slot->next;
    } else {
        book->slots[slot->previous].next = slot->next;
    }
    if (slot->next == MATCHING_NONE) {
        level->tail = slot->previous;
    } else {
        book->slots[slot->next].previous = slot->previous;
    }
    if (level->head == MATCHING_NONE) {
        matching_level_remove(side, at);
    }
    slot->resting = false;
    --book->count;
}

void matching_book_show(struct matching *book, uint32_t index) {
    struct matching_slot *slot = &book->slots[index];
    slot->shown = slot->leaves < slot->display ? slot->leaves : slot->display;
}

uint32_t matching_book_slot_take(struct matching *book) {
    uint32_t index = book->free_first;
    CHECK(index != MATCHING_NONE);
    book->free_first = book->slots[index].next;
    return index;
}

void matching_book_slot_free(struct matching *book, uint32_t index) {
    struct matching_slot *slot = &book->slots[index];
    ++slot->generation;
    slot->next = book->free_first;
    book->free_first = index;
}

uint32_t matching_book_front(const struct matching *book, enum matching_side side,
                             int64_t limit_key) {
    const struct matching_side_levels *opposite = &book->sides[matching_opposite(side)];
    if (opposite->count == 0 || opposite->levels[opposite->count - 1].key < limit_key) {
        return MATCHING_NONE;
    }
    return opposite->levels[opposite->count - 1].head;
}

bool matching_book_rests(const struct matching *book, struct matching_ref ref) {
    return ref.slot < book->capacity && book->slots[ref.slot].resting &&
           book->slots[ref.slot].generation == ref.generation;
}

struct utc matching_next_expiry(const struct matching *book) {
    return book->next_expiry;
}

/* Quantities at one price can add up past int64: the sum then stays at the top. */
static struct quantity matching_queue_quantity(const struct matching *book, uint32_t head) {
    struct quantity sum = {0};
    for (uint32_t index = head; index != MATCHING_NONE; index = book->slots[index].next) {
        if (__builtin_add_overflow(sum.scaled, book->slots[index].leaves, &sum.scaled)) {
            return (struct quantity){INT64_MAX};
        }
    }
    return sum;
}

bool matching_best(const struct matching *book, enum matching_side side, struct price *price,
                   struct quantity *quantity) {
    return matching_at_depth(book, side, 0, price, quantity);
}

bool matching_at_depth(const struct matching *book, enum matching_side side, uint32_t depth,
                       struct price *price, struct quantity *quantity) {
    const struct matching_side_levels *levels = &book->sides[side];
    if (depth >= levels->count) {
        return false;
    }
    const struct matching_level *level = &levels->levels[levels->count - 1 - depth];
    price->scaled = side == MATCHING_BUY ? level->key : -level->key;
    *quantity = matching_queue_quantity(book, level->head);
    return true;
}

struct quantity matching_quantity_at(const struct matching *book, enum matching_side side,
                                     struct price price) {
    const struct matching_side_levels *levels = &book->sides[side];
    int64_t key = matching_key(side, price.scaled);
    uint32_t at = matching_level_find(levels, key);
    if (at == levels->count || levels->levels[at].key != key) {
        return (struct quantity){0};
    }
    return matching_queue_quantity(book, levels->levels[at].head);
}

uint32_t matching_count(const struct matching *book) {
    return book->count;
}

/* Orders of one level, each of which must agree with it and with its neighbours. */
static uint32_t matching_check_queue(const struct matching *book, enum matching_side side,
                                     const struct matching_level *level) {
    uint32_t orders = 0;
    uint32_t previous = MATCHING_NONE;
    for (uint32_t i = level->head; i != MATCHING_NONE; i = book->slots[i].next) {
        const struct matching_slot *slot = &book->slots[i];
        CHECK(slot->resting && slot->side == side && slot->previous == previous);
        CHECK(matching_key(side, slot->price) == level->key);
        CHECK(slot->leaves > 0 && slot->leaves <= slot->quantity);
        CHECK(slot->shown > 0 && slot->shown <= slot->leaves && slot->shown <= slot->display);
        CHECK(slot->expire_at.ns >= book->next_expiry.ns);
        previous = i;
        CHECK(++orders <= book->count);
    }
    CHECK(orders > 0 && level->tail == previous);
    return orders;
}

void matching_check(const struct matching *book) {
    uint32_t orders = 0;
    for (int s = MATCHING_BUY; s <= MATCHING_SELL; ++s) {
        const struct matching_side_levels *side = &book->sides[s];
        for (uint32_t i = 0; i < side->count; ++i) {
            CHECK(i == 0 || side->levels[i - 1].key < side->levels[i].key);
            orders += matching_check_queue(book, (enum matching_side)s, &side->levels[i]);
        }
    }
    CHECK(orders == book->count);
    uint32_t free_slots = 0;
    for (uint32_t i = book->free_first; i != MATCHING_NONE; i = book->slots[i].next) {
        CHECK(!book->slots[i].resting && ++free_slots <= book->capacity);
    }
    CHECK(free_slots + orders == book->capacity);
    const struct matching_side_levels *bids = &book->sides[MATCHING_BUY];
    const struct matching_side_levels *asks = &book->sides[MATCHING_SELL];
    CHECK(bids->count == 0 || asks->count == 0 ||
          bids->levels[bids->count - 1].key < -asks->levels[asks->count - 1].key);
}
