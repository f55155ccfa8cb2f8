#include "core/order/order_table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

static const struct hash_seed seed = {.key = "0123456789abcde"};

static struct order_table *table_make(uint32_t orders, int64_t late_window_ns) {
    struct order_table_limits limits = {.orders = orders, .late_window = {.ns = late_window_ns}};
    size_t bytes = order_table_footprint(limits);
    cr_assert(bytes > 0 && bytes % 64 == 0);
    return order_table_init(aligned_alloc(64, bytes), limits, &seed);
}

static struct now at(int64_t ns) {
    return (struct now){.mono = {.ns = ns}, .utc = {.ns = 1}};
}

static struct cl_ord_id id_of(const char *text) {
    struct cl_ord_id id = {.len = (uint8_t)strlen(text)};
    memcpy(id.text, text, id.len);
    return id;
}

static uint32_t take(struct order_table *table, uint32_t client, const char *text) {
    struct cl_ord_id id = id_of(text);
    uint32_t slot = ORDER_NONE;
    cr_assert(order_table_take(table, at(0), client, &id, &slot) == ORDER_TABLE_OK, "%s", text);
    return slot;
}

static enum order_table_result try_take(struct order_table *table, uint32_t client,
                                        const char *text) {
    struct cl_ord_id id = id_of(text);
    uint32_t slot = 12345;
    enum order_table_result result = order_table_take(table, at(0), client, &id, &slot);
    cr_assert(result != ORDER_TABLE_OK && slot == 12345, "%s", text);
    return result;
}

static enum order_table_result claim(struct order_table *table, uint32_t slot, const char *text) {
    struct cl_ord_id id = id_of(text);
    return order_table_claim(table, slot, ORDER_CLAIM_CANCEL, &id);
}

static uint32_t find(const struct order_table *table, uint32_t client, const char *text) {
    struct cl_ord_id id = id_of(text);
    return order_table_find(table, client, &id);
}

static bool is_used(const struct order_table *table, uint32_t client, const char *text) {
    struct cl_ord_id id = id_of(text);
    return order_table_is_used(table, client, &id);
}

static uint32_t next_taken(const struct order_table *table, uint32_t from) {
    uint32_t looks = UINT32_MAX;
    return order_table_walk(table, &from, &looks);
}

Test(order_table, footprint_refuses_impossible_limits) {
    cr_expect(order_table_footprint((struct order_table_limits){.orders = 0}) == 0);
    cr_expect(order_table_footprint((struct order_table_limits){.orders = (1U << 24) + 1}) == 0);
    cr_expect(order_table_footprint((struct order_table_limits){.orders = UINT32_MAX}) == 0);
    cr_expect(order_table_footprint(
                  (struct order_table_limits){.orders = 1, .late_window = {.ns = -1}}) == 0);
    cr_expect(order_table_footprint((struct order_table_limits){.orders = 1U << 24}) >
              ((size_t)1 << 24) * sizeof(struct order));
}

Test(order_table, a_new_order_is_clean_and_found_by_its_client_only) {
    struct order_table *table = table_make(4, 10);
    uint32_t slot = take(table, 7, "a");
    memset(order_table_at(table, slot)->venue_order_id, 'x', VENUE_ORDER_ID_MAX);
    order_table_undo(table, slot);
    struct cl_ord_id id = id_of("abc");
    cr_assert(order_table_take(table, at(42), 7, &id, &slot) == ORDER_TABLE_OK);
    const struct order *order = order_table_at(table, slot);
    cr_expect(order->state == ORDER_PENDING_NEW && order->client == 7 && order->number == 2);
    cr_expect(bytes_equal(cl_ord_id_bytes(&order->cl_ord_id), BYTES("abc")));
    cr_expect(order->new_request == REQUEST_NONE && order->cancel_request == REQUEST_NONE);
    cr_expect(order->received.ns == 42 && order->venue_order_id[0] == 0 &&
              order->filled.scaled == 0);
    cr_expect(!order->cancel_pending && order->notional == 0 && order->fills == 0);
    cr_expect(find(table, 7, "abc") == slot);
    cr_expect(find(table, 8, "abc") == ORDER_NONE);
    cr_expect(find(table, 7, "ab") == ORDER_NONE);
    cr_expect(find(table, 7, "abcd") == ORDER_NONE);
    cr_expect(find(table, 7, "a") == ORDER_NONE, "undone");
    free(table);
}

Test(order_table, the_same_id_twice_is_a_duplicate_per_client) {
    struct order_table *table = table_make(4, 10);
    uint32_t first = take(table, 1, "id");
    cr_expect(try_take(table, 1, "id") == ORDER_TABLE_DUPLICATE);
    uint32_t second = take(table, 2, "id");
    cr_expect(first != second);
    cr_expect(find(table, 1, "id") == first && find(table, 2, "id") == second);
    cr_expect(order_table_taken(table) == 2 && order_table_live(table) == 2);
    free(table);
}

Test(order_table, a_client_and_an_id_do_not_run_into_each_other) {
    struct order_table *table = table_make(8, 10);
    take(table, 0x00000031, "1");
    take(table, 0x31000000, "1");
    take(table, 0x31313131, "");
    take(table, 0x31313131, "1111");
    cr_expect(find(table, 0x31313131, "") != find(table, 0x31313131, "1111"));
    cr_expect(find(table, 0x31313131, "11") == ORDER_NONE);
    free(table);
}

Test(order_table, ids_of_the_longest_length_differ_in_their_last_character) {
    struct order_table *table = table_make(4, 10);
    const char *first = "123456789012345678901234567890123456";
    const char *second = "123456789012345678901234567890123457";
    uint32_t slot = take(table, 1, first);
    cr_expect(find(table, 1, second) == ORDER_NONE);
    cr_expect(take(table, 1, second) != slot);
    free(table);
}

Test(order_table, an_ended_order_keeps_its_slot_and_id_for_the_window) {
    struct order_table *table = table_make(1, 100);
    uint32_t slot = take(table, 1, "id");
    order_table_end(table, at(1000), slot);
    cr_expect(order_table_live(table) == 0 && order_table_taken(table) == 1);
    cr_expect(order_table_at(table, slot)->ended.ns == 1000);
    uint32_t swept[4];
    cr_expect(order_table_sweep(table, at(1099), swept, 4) == 0);
    cr_expect(find(table, 1, "id") == slot, "a late fill finds it");
    cr_expect(try_take(table, 1, "id") == ORDER_TABLE_DUPLICATE);
    cr_expect(try_take(table, 1, "other") == ORDER_TABLE_FULL);
    cr_expect(order_table_sweep(table, at(1100), swept, 4) == 1 && swept[0] == slot);
    cr_expect(order_table_at(table, slot)->state == ORDER_STATE_NONE);
    cr_expect(order_table_at(table, slot)->number == 1, "readable until it is taken again");
    cr_expect(find(table, 1, "id") == ORDER_NONE && order_table_taken(table) == 0);
    cr_expect(take(table, 1, "id") == slot);
    cr_expect(order_table_at(table, slot)->number == 2);
    free(table);
}

Test(order_table, sweep_keeps_to_its_bound_and_the_order_of_ending) {
    struct order_table *table = table_make(8, 5);
    uint32_t slots[8];
    for (int i = 0; i < 8; i++) {
        char text[4];
        snprintf(text, sizeof(text), "%d", i);
        slots[i] = take(table, 1, text);
    }
    static const int ending[] = {3, 1, 7, 0, 2};
    for (int i = 0; i < 5; i++) {
        order_table_end(table, at(i), slots[ending[i]]);
    }
    uint32_t swept[8];
    cr_expect(order_table_sweep(table, at(100), swept, 0) == 0);
    cr_expect(order_table_sweep(table, at(6), swept, 8) == 2);
    cr_expect(swept[0] == slots[3] && swept[1] == slots[1]);
    cr_expect(order_table_sweep(table, at(100), swept, 2) == 2);
    cr_expect(swept[0] == slots[7] && swept[1] == slots[0]);
    cr_expect(order_table_sweep(table, at(100), swept, 8) == 1 && swept[0] == slots[2]);
    cr_expect(order_table_sweep(table, at(100), swept, 8) == 0);
    cr_expect(order_table_live(table) == 3 && order_table_taken(table) == 3);
    free(table);
}

/* Without its slot it could not be cancelled any more, or a fill of it not be told. */
Test(order_table, sweep_keeps_what_is_to_be_cancelled_or_told_yet) {
    for (int fill = 0; fill < 2; fill++) {
        struct order_table *table = table_make(2, 5);
        uint32_t kept = take(table, 1, "a");
        uint32_t other = take(table, 1, "b");
        order_table_end(table, at(0), kept);
        order_table_end(table, at(0), other);
        struct order *order = order_table_at(table, kept);
        *(fill ? &order->fill_owed : &order->stray_owed) = true;
        uint32_t swept[2];
        cr_expect(order_table_sweep(table, at(5), swept, 2) == 1 && swept[0] == other);
        cr_expect(order_table_sweep(table, at(9), swept, 2) == 0);
        cr_expect(order_table_sweep(table, at(10), swept, 2) == 0);
        *(fill ? &order->fill_owed : &order->stray_owed) = false;
        cr_expect(order_table_sweep(table, at(14), swept, 2) == 0);
        cr_expect(order_table_sweep(table, at(15), swept, 2) == 1 && swept[0] == kept);
        cr_expect(order_table_taken(table) == 0);
        free(table);
    }
}

Test(order_table, an_endless_window_never_gives_back) {
    struct order_table *table = table_make(1, INT64_MAX);
    order_table_end(table, at(1000), take(table, 1, "id"));
    uint32_t swept[1];
    cr_expect(order_table_sweep(table, at(INT64_MAX - 1), swept, 1) == 0);
    free(table);
}

Test(order_table, a_full_table_says_so_and_recovers) {
    struct order_table *table = table_make(3, 0);
    take(table, 1, "a");
    uint32_t middle = take(table, 1, "b");
    take(table, 1, "c");
    cr_expect(try_take(table, 1, "d") == ORDER_TABLE_FULL);
    cr_expect(try_take(table, 1, "b") == ORDER_TABLE_DUPLICATE, "says what is wrong first");
    order_table_undo(table, middle);
    cr_expect(find(table, 1, "b") == ORDER_NONE);
    cr_expect(take(table, 1, "d") == middle);
    free(table);
}

Test(order_table, the_id_of_a_cancel_is_held_with_its_order) {
    struct order_table *table = table_make(2, 0);
    uint32_t slot = take(table, 1, "order");
    cr_expect(claim(table, slot, "cancel") == ORDER_TABLE_OK);
    cr_expect(claim(table, slot, "cancel") == ORDER_TABLE_DUPLICATE, "a second cancel");
    cr_expect(claim(table, slot, "order") == ORDER_TABLE_DUPLICATE, "the order's own id");
    cr_expect(try_take(table, 1, "cancel") == ORDER_TABLE_DUPLICATE, "a new order");
    cr_expect(is_used(table, 1, "cancel") && is_used(table, 1, "order"));
    cr_expect(!is_used(table, 2, "cancel"));
    cr_expect(find(table, 1, "cancel") == ORDER_NONE, "it names no order");
    uint32_t other = take(table, 2, "cancel");
    cr_expect(find(table, 2, "cancel") == other, "another client's");
    order_table_end(table, at(0), slot);
    cr_expect(is_used(table, 1, "cancel"));
    cr_expect(claim(table, slot, "late") == ORDER_TABLE_OK, "within the window");
    uint32_t swept[1];
    cr_expect(order_table_sweep(table, at(0), swept, 1) == 1);
    cr_expect(!is_used(table, 1, "cancel") && !is_used(table, 1, "late"));
    cr_expect(take(table, 1, "cancel") == slot);
    free(table);
}

Test(order_table, an_order_holds_its_latest_cancels) {
    struct order_table *table = table_make(1, 0);
    uint32_t slot = take(table, 1, "order");
    for (int i = 0; i < 100; i++) {
        char text[8];
        snprintf(text, sizeof(text), "c%d", i);
        cr_assert(claim(table, slot, text) == ORDER_TABLE_OK);
        for (int j = 0; j <= i; j++) {
            snprintf(text, sizeof(text), "c%d", j);
            cr_assert(is_used(table, 1, text) == (i - j < (int)ORDER_CLAIMS_MAX));
        }
    }
    cr_expect(find(table, 1, "order") == slot);
    order_table_undo(table, slot);
    cr_expect(!is_used(table, 1, "c99") && !is_used(table, 1, "order"));
    free(table);
}

static enum order_table_result replace(struct order_table *table, uint32_t slot, const char *text) {
    struct cl_ord_id id = id_of(text);
    return order_table_claim(table, slot, ORDER_CLAIM_REPLACE, &id);
}

Test(order_table, an_order_is_found_by_every_id_of_its_chain) {
    struct order_table *table = table_make(2, 0);
    uint32_t slot = take(table, 1, "first");
    cr_assert(replace(table, slot, "second") == ORDER_TABLE_OK);
    cr_expect(find(table, 1, "second") == slot, "before it is taken, too");
    cr_expect_str_eq(order_table_at(table, slot)->cl_ord_id.text, "first");
    order_table_rename(table, slot);
    cr_expect_str_eq(order_table_at(table, slot)->cl_ord_id.text, "second");
    cr_expect(find(table, 1, "first") == slot);
    cr_expect_str_eq(order_table_first_id(order_table_at(table, slot))->text, "first");
    cr_expect(claim(table, slot, "first") == ORDER_TABLE_DUPLICATE);
    cr_expect(find(table, 2, "second") == ORDER_NONE, "another client's");
    free(table);
}

Test(order_table, the_current_id_outlives_any_number_of_cancels) {
    struct order_table *table = table_make(1, 0);
    uint32_t slot = take(table, 1, "first");
    cr_assert(replace(table, slot, "second") == ORDER_TABLE_OK);
    order_table_rename(table, slot);
    cr_assert(replace(table, slot, "third") == ORDER_TABLE_OK);
    for (int i = 0; i < 50; i++) {
        char text[8];
        snprintf(text, sizeof(text), "c%d", i);
        cr_assert(claim(table, slot, text) == ORDER_TABLE_OK);
    }
    cr_expect(find(table, 1, "first") == slot);
    cr_expect(find(table, 1, "second") == slot);
    cr_expect(find(table, 1, "third") == slot);
    free(table);
}

static void rename_without_a_replace(void *table) {
    order_table_rename(table, 0);
}

Test(order_table, a_rename_without_a_replace_stops_the_process) {
    struct order_table *table = table_make(1, 0);
    (void)take(table, 1, "first");
    cr_assert(dies_saying(rename_without_a_replace, table, "replace"));
    free(table);
}

Test(order_table, every_order_of_a_full_table_may_hold_all_its_cancels) {
    enum { ORDERS = 512 };
    struct order_table *table = table_make(ORDERS, 0);
    uint32_t refused = 0;
    for (uint32_t i = 0; i < ORDERS; i++) {
        char text[16];
        snprintf(text, sizeof(text), "o%u", i);
        uint32_t slot = take(table, 1, text);
        for (uint32_t j = 0; j < ORDER_CLAIMS_MAX + 1; j++) {
            snprintf(text, sizeof(text), "c%u-%u", i, j);
            refused += claim(table, slot, text) != ORDER_TABLE_OK;
        }
    }
    cr_expect(refused == 0);
    free(table);
}

Test(order_table, a_walk_looks_at_no_more_than_it_may) {
    struct order_table *table = table_make(5, 100);
    (void)take(table, 0, "x");
    uint32_t last = take(table, 1, "x");
    uint32_t from = 0;
    uint32_t met = 0;
    unsigned parts = 0;
    while (from != ORDER_NONE) {
        uint32_t looks = 2;
        while (order_table_walk(table, &from, &looks) != ORDER_NONE) {
            met++;
        }
        cr_expect(looks == 0 || from == ORDER_NONE);
        parts++;
    }
    cr_expect(met == 2);
    cr_expect(parts == 3);
    uint32_t none = 0;
    from = last;
    cr_expect(order_table_walk(table, &from, &none) == ORDER_NONE && from == last);
    free(table);
}

Test(order_table, next_walks_what_is_taken) {
    struct order_table *table = table_make(5, 100);
    cr_expect(next_taken(table, 0) == ORDER_NONE);
    uint32_t slots[5];
    for (int i = 0; i < 5; i++) {
        slots[i] = take(table, (uint32_t)i, "x");
    }
    order_table_undo(table, slots[1]);
    order_table_end(table, at(0), slots[3]);
    uint32_t met = 0;
    for (uint32_t slot = next_taken(table, 0); slot != ORDER_NONE;
         slot = next_taken(table, slot + 1)) {
        cr_expect(slot != slots[1]);
        met++;
    }
    cr_expect(met == 4);
    cr_expect(next_taken(table, 5) == ORDER_NONE);
    cr_expect(next_taken(table, UINT32_MAX) == ORDER_NONE);
    free(table);
}

/* The naive twin: orders in an array, every question answered by looking at all of them. */
enum {
    TWIN_ORDERS = 48,
    TWIN_WINDOW = 40,
    TWIN_CLIENTS = 3,
    TWIN_IDS = 60,
    TWIN_CLAIMS = ORDER_CLAIMS_MAX + 1
};

struct twin_order {
    bool taken;
    bool ended;
    int64_t ended_at;
    uint32_t client;
    uint64_t number;
    char id[8];
    struct twin_claim {
        char id[8];
        bool replaces;
    } claims[TWIN_CLAIMS]; /* oldest first */
    int claim_count;
    char current[8]; /* empty: the first id */
    char replace[8]; /* of the latest replace */
};

struct twin {
    struct twin_order orders[TWIN_ORDERS];
    uint64_t number;
};

static uint32_t twin_find(const struct twin *twin, uint32_t client, const char *id, bool any) {
    for (uint32_t i = 0; i < TWIN_ORDERS; i++) {
        const struct twin_order *order = &twin->orders[i];
        bool found = strcmp(order->id, id) == 0;
        for (int j = 0; j < order->claim_count; j++) {
            found |= (any || order->claims[j].replaces) && strcmp(order->claims[j].id, id) == 0;
        }
        if (order->taken && order->client == client && found) {
            return i;
        }
    }
    return ORDER_NONE;
}

static uint32_t twin_count(const struct twin *twin, bool live_only) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < TWIN_ORDERS; i++) {
        count += twin->orders[i].taken && !(live_only && twin->orders[i].ended);
    }
    return count;
}

struct world {
    struct order_table *table;
    struct twin twin;
    struct prng prng;
    int64_t now;
};

static void random_take(struct world *world, uint32_t client, const char *text) {
    struct twin *twin = &world->twin;
    struct cl_ord_id id = id_of(text);
    uint32_t slot = ORDER_NONE;
    enum order_table_result got =
        order_table_take(world->table, at(world->now), client, &id, &slot);
    if (twin_find(twin, client, text, true) != ORDER_NONE) {
        cr_assert(got == ORDER_TABLE_DUPLICATE);
    } else if (twin_count(twin, false) == TWIN_ORDERS) {
        cr_assert(got == ORDER_TABLE_FULL);
    } else {
        cr_assert(got == ORDER_TABLE_OK && slot < TWIN_ORDERS && !twin->orders[slot].taken);
        twin->orders[slot] =
            (struct twin_order){.taken = true, .client = client, .number = ++twin->number};
        memcpy(twin->orders[slot].id, text, strlen(text) + 1);
    }
}

static void twin_give_up(struct twin_order *order) {
    int at = 0;
    while (strcmp(order->claims[at].id, order->current) == 0 ||
           strcmp(order->claims[at].id, order->replace) == 0) {
        at++;
    }
    order->claim_count--;
    memmove(&order->claims[at], &order->claims[at + 1],
            sizeof(order->claims[0]) * (size_t)(order->claim_count - at));
}

static void twin_claim(struct twin_order *order, const char *text, bool replaces) {
    if (order->claim_count == (int)ORDER_CLAIMS_MAX) {
        twin_give_up(order);
    }
    struct twin_claim *claim = &order->claims[order->claim_count++];
    claim->replaces = replaces;
    memcpy(claim->id, text, strlen(text) + 1);
    if (replaces) {
        memcpy(order->replace, text, strlen(text) + 1);
    }
}

static void random_claim(struct world *world, uint32_t slot, const char *text, bool replaces) {
    struct twin_order *order = &world->twin.orders[slot];
    if (!order->taken) {
        return;
    }
    struct cl_ord_id id = id_of(text);
    bool used = twin_find(&world->twin, order->client, text, true) != ORDER_NONE;
    enum order_table_result got = order_table_claim(
        world->table, slot, replaces ? ORDER_CLAIM_REPLACE : ORDER_CLAIM_CANCEL, &id);
    cr_assert(got == (used ? ORDER_TABLE_DUPLICATE : ORDER_TABLE_OK));
    if (!used) {
        twin_claim(order, text, replaces);
    }
}

static void random_rename(struct world *world, uint32_t slot) {
    struct twin_order *order = &world->twin.orders[slot];
    if (!order->taken || order->replace[0] == '\0' || strcmp(order->replace, order->current) == 0) {
        return;
    }
    order_table_rename(world->table, slot);
    memcpy(order->current, order->replace, sizeof(order->current));
    cr_assert_str_eq(order_table_at(world->table, slot)->cl_ord_id.text, order->current);
}

static void random_end(struct world *world, uint32_t slot, bool undo) {
    struct twin_order *order = &world->twin.orders[slot];
    if (!order->taken || order->ended) {
        return;
    }
    if (undo) {
        order_table_undo(world->table, slot);
        memset(order, 0, sizeof(*order));
    } else {
        order_table_end(world->table, at(world->now), slot);
        order->ended = true;
        order->ended_at = world->now;
    }
}

static void random_sweep(struct world *world) {
    uint32_t due = 0;
    for (uint32_t i = 0; i < TWIN_ORDERS; i++) {
        const struct twin_order *order = &world->twin.orders[i];
        due += order->taken && order->ended && world->now - order->ended_at >= TWIN_WINDOW;
    }
    uint32_t swept[3];
    uint32_t count = order_table_sweep(world->table, at(world->now), swept, 3);
    cr_assert(count == (due < 3 ? due : 3));
    for (uint32_t i = 0; i < count; i++) {
        struct twin_order *order = &world->twin.orders[swept[i]];
        cr_assert(order->taken && order->ended && world->now - order->ended_at >= TWIN_WINDOW);
        memset(order, 0, sizeof(*order));
    }
}

static void compare(const struct world *world, uint32_t client, const char *text, uint32_t slot) {
    const struct twin *twin = &world->twin;
    cr_assert(find(world->table, client, text) == twin_find(twin, client, text, false));
    cr_assert(is_used(world->table, client, text) ==
              (twin_find(twin, client, text, true) != ORDER_NONE));
    cr_assert(order_table_taken(world->table) == twin_count(twin, false));
    cr_assert(order_table_live(world->table) == twin_count(twin, true));
    cr_assert((next_taken(world->table, slot) == slot) == twin->orders[slot].taken);
    if (twin->orders[slot].taken) {
        cr_assert(order_table_at(world->table, slot)->number == twin->orders[slot].number);
    }
}

Test(order_table, random_use_agrees_with_a_naive_table) {
    struct world world = {.table = table_make(TWIN_ORDERS, TWIN_WINDOW)};
    prng_seed(&world.prng, test_seed("order_table"));
    for (int i = 0; i < 100000; i++) {
        char text[8];
        snprintf(text, sizeof(text), "i%u", (unsigned)prng_below(&world.prng, TWIN_IDS));
        uint32_t client = (uint32_t)prng_below(&world.prng, TWIN_CLIENTS);
        uint32_t slot = (uint32_t)prng_below(&world.prng, TWIN_ORDERS);
        world.now += (int64_t)prng_below(&world.prng, 4);
        uint64_t what = prng_below(&world.prng, 10);
        if (what < 4) {
            random_take(&world, client, text);
        } else if (what < 6) {
            random_claim(&world, slot, text, prng_below(&world.prng, 2) == 0);
        } else if (what < 8) {
            random_end(&world, slot, prng_below(&world.prng, 4) == 0);
        } else if (what == 8) {
            random_sweep(&world);
        } else {
            random_rename(&world, slot);
        }
        compare(&world, client, text, slot);
    }
    free(world.table);
}

static void end_twice(void *argument) {
    order_table_end(argument, at(0), 0);
    order_table_end(argument, at(0), 0);
}

static void undo_ended(void *argument) {
    order_table_end(argument, at(0), 0);
    order_table_undo(argument, 0);
}

static void claim_free(void *argument) {
    (void)claim(argument, 1, "x");
}

static void reach_past_the_end(void *argument) {
    (void)order_table_at(argument, 2);
}

Test(order_table, our_own_mistakes_stop_the_process) {
    struct order_table *table = table_make(2, 0);
    cr_assert(take(table, 1, "a") == 0);
    cr_expect(dies_saying(end_twice, table, "SLOT_LIVE"));
    cr_expect(dies_saying(undo_ended, table, "SLOT_LIVE"));
    cr_expect(dies_saying(claim_free, table, "SLOT_FREE"));
    cr_expect(dies_saying(reach_past_the_end, table, "orders"));
    free(table);
}
