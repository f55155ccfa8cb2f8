#include "core/order/order_table.h"

#include "core/base/mischief.h"

#define ORDERS_MAX (UINT32_C(1) << 24)

_Static_assert(ORDER_CLAIMS_MAX >= 3, "two are kept, and one must be free to go");

enum slot_use { SLOT_FREE = 0, SLOT_LIVE, SLOT_ENDED };

struct claim {
    uint64_t key; /* of the id in the index */
    struct cl_ord_id id;
    bool held;
    bool names_order; /* whether it leads to the order */
    uint32_t made;    /* counts up */
};

/* Place 0 of the claims is the order's first id; the others are given up in turn. */
#define PLACES (1 + ORDER_CLAIMS_MAX)

struct slot {
    _Alignas(64) struct order order;
    enum slot_use use;
    uint8_t current; /* place of the order's id */
    uint8_t replace; /* place of its latest replace's, or 0 */
    uint32_t claims_made;
    struct claim claims[PLACES];
};

struct order_table {
    struct hash_seed seed;
    struct duration late_window;
    uint32_t orders;
    uint32_t live;
    uint32_t taken;
    uint32_t free_first;  /* a stack: the slot that is still in the cache is taken first */
    uint32_t ended_first; /* a queue in the order of ending, because the window is constant */
    uint32_t ended_last;
    uint64_t last_number;
    struct hash_index *index;
    struct slot slots[];
};

/* What the index stores: a slot, and above it the place of the claim. */
#define INDEX_WHICH_SHIFT 24
#define INDEX_SLOT_MASK (ORDERS_MAX - 1)

static bool limits_are_possible(struct order_table_limits limits) {
    return limits.orders >= 1 && limits.orders <= ORDERS_MAX && limits.late_window.ns >= 0;
}

static uint32_t index_entries(struct order_table_limits limits) {
    return limits.orders * PLACES + 1; /* a claim enters before the oldest leaves */
}

static size_t slots_end(struct order_table_limits limits) {
    return sizeof(struct order_table) + limits.orders * sizeof(struct slot);
}

size_t order_table_footprint(struct order_table_limits limits) {
    if (!limits_are_possible(limits)) {
        return 0;
    }
    return slots_end(limits) + hash_index_footprint(index_entries(limits));
}

struct order_table *order_table_init(void *mem, struct order_table_limits limits,
                                     const struct hash_seed *seed) {
    CHECK(limits_are_possible(limits));
    CHECK(((uintptr_t)mem & 63) == 0);
    struct order_table *table = mem;
    *table = (struct order_table){.seed = *seed,
                                  .late_window = limits.late_window,
                                  .orders = limits.orders,
                                  .ended_first = ORDER_NONE,
                                  .ended_last = ORDER_NONE};
    for (uint32_t i = 0; i < limits.orders; i++) {
        memset(&table->slots[i], 0, sizeof(table->slots[i]));
        table->slots[i].order.next_free = i + 1 < limits.orders ? i + 1 : ORDER_NONE;
    }
    table->index = hash_index_init((char *)mem + slots_end(limits), index_entries(limits));
    return table;
}

static struct slot *slot_at(struct order_table *table, uint32_t slot) {
    CHECK(slot < table->orders);
    return &table->slots[slot];
}

/* The client has a fixed width in front, so that no two pairs read the same. */
static uint64_t key_of(const struct order_table *table, uint32_t client,
                       const struct cl_ord_id *id) {
    char text[sizeof(client) + CL_ORD_ID_MAX];
    CHECK(id->len <= CL_ORD_ID_MAX);
    memcpy(text, &client, sizeof(client));
    memcpy(text + sizeof(client), id->text, id->len);
    return hash_bytes(bytes_of(text, sizeof(client) + id->len), &table->seed);
}

static const struct claim *claim_of(const struct order_table *table, uint32_t indexed) {
    return &table->slots[indexed & INDEX_SLOT_MASK].claims[indexed >> INDEX_WHICH_SHIFT];
}

static const struct cl_ord_id *indexed_id(const struct order_table *table, uint32_t indexed) {
    return &claim_of(table, indexed)->id;
}

/* What the index holds under this id, or ORDER_NONE. */
static uint32_t find_indexed(const struct order_table *table, uint64_t key, uint32_t client,
                             const struct cl_ord_id *id) {
    uint32_t cursor = 0;
    uint32_t indexed;
    while ((indexed = hash_index_next(table->index, key, &cursor)) != HASH_INDEX_NONE) {
        const struct order *order = &table->slots[indexed & INDEX_SLOT_MASK].order;
        if (order->client == client &&
            bytes_equal(cl_ord_id_bytes(indexed_id(table, indexed)), cl_ord_id_bytes(id))) {
            return indexed;
        }
    }
    return ORDER_NONE;
}

static void slot_open(struct order_table *table, struct slot *slot, uint32_t client,
                      const struct cl_ord_id *id, uint64_t key) {
    slot->order = (struct order){.state = ORDER_PENDING_NEW,
                                 .client = client,
                                 .new_request = REQUEST_NONE,
                                 .cancel_request = REQUEST_NONE,
                                 .replace_request = REQUEST_NONE,
                                 .next_free = ORDER_NONE,
                                 .number = ++table->last_number,
                                 .cl_ord_id = *id};
    slot->use = SLOT_LIVE;
    slot->current = 0;
    slot->replace = 0;
    slot->claims_made = 0;
    slot->claims[0] = (struct claim){.key = key, .id = *id, .held = true, .names_order = true};
    table->live++;
    table->taken++;
}

enum order_table_result order_table_take(struct order_table *table, struct now now, uint32_t client,
                                         const struct cl_ord_id *id, uint32_t *slot) {
    uint64_t key = key_of(table, client, id);
    if (find_indexed(table, key, client, id) != ORDER_NONE) {
        return ORDER_TABLE_DUPLICATE;
    }
    uint32_t found = table->free_first;
    if (found == ORDER_NONE || MISCHIEF(MISCHIEF_ORDER_TABLE_FULL) ||
        !hash_index_insert(table->index, key, found)) {
        return ORDER_TABLE_FULL;
    }
    struct slot *free_slot = &table->slots[found];
    table->free_first = free_slot->order.next_free;
    slot_open(table, free_slot, client, id, key);
    free_slot->order.received = now.mono;
    *slot = found;
    return ORDER_TABLE_OK;
}

static uint32_t index_value(uint32_t slot, uint32_t place) {
    return slot | place << INDEX_WHICH_SHIFT;
}

static void claim_release(struct order_table *table, uint32_t slot, uint32_t place) {
    struct claim *claim = &table->slots[slot].claims[place];
    if (claim->held) {
        CHECK(hash_index_remove(table->index, claim->key, index_value(slot, place)));
        claim->held = false;
    }
}

/* A free place, else the oldest claim's; the ids by which the order is known now keep theirs. */
static uint32_t claim_place(const struct slot *slot) {
    uint32_t oldest = 0;
    for (uint32_t place = 1; place < PLACES; place++) {
        if (!slot->claims[place].held) {
            return place;
        }
        bool kept = place == slot->current || place == slot->replace;
        if (!kept && (oldest == 0 || slot->claims[place].made < slot->claims[oldest].made)) {
            oldest = place;
        }
    }
    return oldest;
}

enum order_table_result order_table_claim(struct order_table *table, uint32_t slot,
                                          enum order_claim what, const struct cl_ord_id *id) {
    struct slot *owner = slot_at(table, slot);
    CHECK(owner->use != SLOT_FREE);
    uint64_t key = key_of(table, owner->order.client, id);
    if (find_indexed(table, key, owner->order.client, id) != ORDER_NONE) {
        return ORDER_TABLE_DUPLICATE;
    }
    uint32_t place = claim_place(owner);
    if (!hash_index_insert(table->index, key, index_value(slot, place))) {
        return ORDER_TABLE_FULL;
    }
    claim_release(table, slot, place);
    owner->claims[place] = (struct claim){.key = key,
                                          .id = *id,
                                          .held = true,
                                          .names_order = what == ORDER_CLAIM_REPLACE,
                                          .made = ++owner->claims_made};
    if (what == ORDER_CLAIM_REPLACE) {
        owner->replace = (uint8_t)place;
    }
    return ORDER_TABLE_OK;
}

void order_table_rename(struct order_table *table, uint32_t slot) {
    struct slot *owner = slot_at(table, slot);
    CHECK(owner->use != SLOT_FREE && owner->replace != 0 && owner->replace != owner->current);
    owner->current = owner->replace;
    owner->order.cl_ord_id = owner->claims[owner->current].id;
}

struct order *order_table_at(struct order_table *table, uint32_t slot) {
    return &slot_at(table, slot)->order;
}

/* An order lies at the head of its slot. */
const struct cl_ord_id *order_table_first_id(const struct order *order) {
    const void *head = order;
    const struct slot *slot = head;
    CHECK(slot->use != SLOT_FREE);
    return &slot->claims[0].id;
}

uint32_t order_table_find(const struct order_table *table, uint32_t client,
                          const struct cl_ord_id *id) {
    uint32_t indexed = find_indexed(table, key_of(table, client, id), client, id);
    return indexed != ORDER_NONE && claim_of(table, indexed)->names_order
               ? indexed & INDEX_SLOT_MASK
               : ORDER_NONE;
}

bool order_table_is_used(const struct order_table *table, uint32_t client,
                         const struct cl_ord_id *id) {
    return find_indexed(table, key_of(table, client, id), client, id) != ORDER_NONE;
}

/* Back to the free stack, out of the index. What is left of the order is readable until retaken. */
static void slot_release(struct order_table *table, uint32_t slot) {
    struct slot *taken = &table->slots[slot];
    for (uint32_t place = 0; place < PLACES; place++) {
        claim_release(table, slot, place);
    }
    taken->use = SLOT_FREE;
    taken->order.state = ORDER_STATE_NONE;
    taken->order.next_free = table->free_first;
    table->free_first = slot;
    table->taken--;
}

void order_table_undo(struct order_table *table, uint32_t slot) {
    CHECK(slot_at(table, slot)->use == SLOT_LIVE);
    table->live--;
    slot_release(table, slot);
}

static void ended_append(struct order_table *table, uint32_t slot) {
    table->slots[slot].order.next_free = ORDER_NONE;
    if (table->ended_last == ORDER_NONE) {
        table->ended_first = slot;
    } else {
        table->slots[table->ended_last].order.next_free = slot;
    }
    table->ended_last = slot;
}

void order_table_end(struct order_table *table, struct now now, uint32_t slot) {
    struct slot *ended = slot_at(table, slot);
    CHECK(ended->use == SLOT_LIVE);
    ended->use = SLOT_ENDED;
    ended->order.ended = now.mono;
    ended_append(table, slot);
    table->live--;
}

uint32_t order_table_sweep(struct order_table *table, struct now now, uint32_t *slots,
                           uint32_t count_max) {
    uint32_t count = 0;
    for (uint32_t looks = 0; looks < count_max && table->ended_first != ORDER_NONE; looks++) {
        uint32_t slot = table->ended_first;
        struct order *order = &table->slots[slot].order;
        if (!instant_reached(now.mono, instant_add(order->ended, table->late_window))) {
            break;
        }
        table->ended_first = order->next_free;
        if (table->ended_first == ORDER_NONE) {
            table->ended_last = ORDER_NONE;
        }
        if (order->stray_owed || order->fill_owed) {
            order->ended = now.mono;
            ended_append(table, slot);
            continue;
        }
        slot_release(table, slot);
        slots[count++] = slot;
    }
    return count;
}

uint32_t order_table_live(const struct order_table *table) {
    return table->live;
}

uint32_t order_table_taken(const struct order_table *table) {
    return table->taken;
}

uint32_t order_table_walk(const struct order_table *table, uint32_t *from, uint32_t *looks) {
    while (*from < table->orders) {
        if (*looks == 0) {
            return ORDER_NONE;
        }
        --*looks;
        uint32_t slot = (*from)++;
        if (table->slots[slot].use != SLOT_FREE) {
            return slot;
        }
    }
    *from = ORDER_NONE;
    return ORDER_NONE;
}
