#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/hash_index.h"
#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

static struct hash_index *index_make(uint32_t entries) {
    return hash_index_init(aligned_alloc(64, hash_index_footprint(entries)), entries);
}

/* How often `slot` is met under `key`; counts every slot met in *total. */
static uint32_t times_found(const struct hash_index *index, uint64_t key, uint32_t slot,
                            uint32_t *total) {
    uint32_t cursor = 0;
    uint32_t times = 0;
    *total = 0;
    uint32_t got;
    while ((got = hash_index_next(index, key, &cursor)) != HASH_INDEX_NONE) {
        times += got == slot;
        ++*total;
    }
    return times;
}

/* A key whose home is `home` in a table of 2^bits: the inverse of the Fibonacci multiplier undoes
 * it. */
static uint64_t key_at_home(uint32_t home, uint32_t bits, uint64_t low) {
    uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t inverse = multiplier;
    for (int i = 0; i < 5; i++) {
        inverse *= 2 - multiplier * inverse;
    }
    return (((uint64_t)home << (64 - bits)) | low) * inverse;
}

Test(hash_index, footprint_refuses_impossible_limits) {
    cr_assert_eq(hash_index_footprint(0), 0);
    cr_assert_eq(hash_index_footprint((1u << 27) + 1), 0);
    cr_assert_eq(hash_index_footprint(UINT32_MAX), 0);
    cr_assert_neq(hash_index_footprint(1u << 27), 0);
}

Test(hash_index, footprint_keeps_the_load_at_one_half) {
    for (uint32_t entries = 1; entries < 5000; entries++) {
        size_t bytes = hash_index_footprint(entries);
        cr_assert_geq(bytes, 64 + (size_t)entries * 2 * 16);
        cr_assert_leq(bytes, 128 + (size_t)entries * 4 * 16);
    }
}

Test(hash_index, finds_what_was_inserted_and_nothing_else) {
    struct hash_index *index = index_make(4);
    uint32_t cursor = 0;
    cr_assert_eq(hash_index_next(index, 7, &cursor), HASH_INDEX_NONE);
    cr_assert(hash_index_insert(index, 7, 70));
    cr_assert(hash_index_insert(index, 0, 0));
    cr_assert(hash_index_insert(index, UINT64_MAX, 99));
    uint32_t total;
    cr_assert_eq(times_found(index, 7, 70, &total), 1);
    cr_assert_eq(times_found(index, 0, 0, &total), 1);
    cr_assert_eq(times_found(index, UINT64_MAX, 99, &total), 1);
    cr_assert_eq(total, 1);
    cr_assert_eq(times_found(index, 8, 70, &total), 0);
    cr_assert_eq(total, 0);
    cr_assert_eq(hash_index_count(index), 3);
    free(index);
}

Test(hash_index, the_end_of_a_walk_is_repeatable) {
    struct hash_index *index = index_make(2);
    cr_assert(hash_index_insert(index, 1, 10));
    uint32_t cursor = 0;
    cr_assert_eq(hash_index_next(index, 1, &cursor), 10);
    cr_assert_eq(hash_index_next(index, 1, &cursor), HASH_INDEX_NONE);
    cr_assert_eq(hash_index_next(index, 1, &cursor), HASH_INDEX_NONE);
    free(index);
}

/* Three of one home: the first stands in it, and steps aside for the next when it goes. */
Test(hash_index, the_home_holds_the_first_that_came_or_nothing) {
    struct hash_index *index = index_make(4);
    uint64_t keys[] = {key_at_home(7, 3, 1), key_at_home(7, 3, 2), key_at_home(7, 3, 3)};
    cr_assert_eq(hash_index_at_home(index, keys[0]), HASH_INDEX_NONE);
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert(hash_index_insert(index, keys[i], i));
        cr_assert_eq(hash_index_at_home(index, keys[i]), 0);
    }
    for (uint32_t i = 0; i < 2; i++) {
        cr_assert(hash_index_remove(index, keys[i], i));
        cr_assert_eq(hash_index_at_home(index, keys[i]), i + 1);
    }
    cr_assert(hash_index_remove(index, keys[2], 2));
    cr_assert_eq(hash_index_at_home(index, keys[0]), HASH_INDEX_NONE);
    cr_assert_eq(hash_index_at_home(index, key_at_home(3, 3, 1)), HASH_INDEX_NONE);
    free(index);
}

Test(hash_index, removing_what_is_not_there_changes_nothing) {
    struct hash_index *index = index_make(4);
    cr_assert(!hash_index_remove(index, 1, 1));
    cr_assert(hash_index_insert(index, 1, 1));
    cr_assert(!hash_index_remove(index, 1, 2));
    cr_assert(!hash_index_remove(index, 2, 1));
    cr_assert_eq(hash_index_count(index), 1);
    cr_assert(hash_index_remove(index, 1, 1));
    cr_assert(!hash_index_remove(index, 1, 1));
    cr_assert_eq(hash_index_count(index), 0);
    free(index);
}

Test(hash_index, a_full_index_refuses_and_recovers) {
    for (uint32_t entries = 1; entries < 70; entries++) {
        struct hash_index *index = index_make(entries);
        for (uint32_t i = 0; i < entries; i++) {
            cr_assert(hash_index_insert(index, i, i));
        }
        cr_assert(!hash_index_insert(index, 1000, 1000));
        cr_assert_eq(hash_index_count(index), entries);
        cr_assert(hash_index_remove(index, 0, 0));
        cr_assert(hash_index_insert(index, 1000, 1000));
        free(index);
    }
}

Test(hash_index, one_key_holds_as_many_slots_as_the_probe_bound) {
    struct hash_index *index = index_make(1000);
    for (uint32_t i = 0; i < HASH_INDEX_PROBES_MAX; i++) {
        cr_assert(hash_index_insert(index, 42, i));
    }
    cr_assert(!hash_index_insert(index, 42, HASH_INDEX_PROBES_MAX), "past the probe bound");
    cr_assert_eq(hash_index_count(index), HASH_INDEX_PROBES_MAX);
    for (uint32_t i = 0; i < HASH_INDEX_PROBES_MAX; i++) {
        uint32_t total;
        cr_assert_eq(times_found(index, 42, i, &total), 1);
        cr_assert_eq(total, HASH_INDEX_PROBES_MAX);
    }
    cr_assert(hash_index_remove(index, 42, 64));
    cr_assert(hash_index_insert(index, 42, 500));
    for (uint32_t i = 0; i < HASH_INDEX_PROBES_MAX; i++) {
        cr_assert(hash_index_remove(index, 42, i == 64 ? 500 : i));
    }
    cr_assert_eq(hash_index_count(index), 0);
    free(index);
}

/* Every way to take one entry out of a cluster that wraps round the end of a table of 32. */
Test(hash_index, backward_shift_keeps_a_wrapping_cluster_whole) {
    static const uint32_t homes[] = {29, 29, 30, 30, 31, 31, 0, 1, 30};
    enum { COUNT = sizeof(homes) / sizeof(homes[0]) };
    for (uint32_t removed = 0; removed < COUNT; removed++) {
        struct hash_index *index = index_make(COUNT);
        uint64_t keys[COUNT];
        for (uint32_t i = 0; i < COUNT; i++) {
            keys[i] = key_at_home(homes[i], 5, i + 1);
            cr_assert(hash_index_insert(index, keys[i], i));
        }
        cr_assert(hash_index_remove(index, keys[removed], removed));
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t total;
            cr_assert_eq(times_found(index, keys[i], i, &total), i != removed, "entry %u, %u out",
                         i, removed);
        }
        free(index);
    }
}

/* The twin: an array of pairs, searched from end to end. */
struct pair {
    uint64_t key;
    uint32_t slot;
};

enum { TWIN_MAX = 64 };

struct twin {
    struct pair pairs[TWIN_MAX];
    uint32_t count;
};

static uint32_t twin_find(const struct twin *twin, uint64_t key, uint32_t slot) {
    uint32_t i = 0;
    while (i < twin->count && (twin->pairs[i].key != key || twin->pairs[i].slot != slot)) {
        i++;
    }
    return i;
}

static uint32_t twin_slots_of(const struct twin *twin, uint64_t key) {
    uint32_t slots = 0;
    for (uint32_t i = 0; i < twin->count; i++) {
        slots += twin->pairs[i].key == key;
    }
    return slots;
}

static void step(struct hash_index *index, struct twin *twin, uint64_t key, uint32_t slot,
                 bool prefer_insert) {
    uint32_t at = twin_find(twin, key, slot);
    uint32_t total;
    cr_assert_eq(times_found(index, key, slot, &total), at < twin->count);
    cr_assert_eq(total, twin_slots_of(twin, key));
    if (at < twin->count) {
        if (!prefer_insert) {
            cr_assert(hash_index_remove(index, key, slot));
            twin->pairs[at] = twin->pairs[--twin->count];
        }
    } else if (prefer_insert) {
        bool fits = twin->count < TWIN_MAX;
        cr_assert_eq(hash_index_insert(index, key, slot), fits);
        if (fits) {
            twin->pairs[twin->count++] = (struct pair){key, slot};
        }
    } else {
        cr_assert(!hash_index_remove(index, key, slot));
    }
    cr_assert_eq(hash_index_count(index), twin->count);
}

/* Few keys, most of them at home near the end of the table: long clusters that wrap. */
Test(hash_index, agrees_with_the_twin_over_a_million_steps) {
    struct prng prng;
    prng_seed(&prng, test_seed("hash_index"));
    struct hash_index *index = index_make(TWIN_MAX);
    static struct twin twin;
    uint64_t keys[40];
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t home = i < 30 ? 120 + (uint32_t)prng_below(&prng, 12) : (uint32_t)i;
        keys[i] = key_at_home(home & 127, 7, prng_next(&prng) >> 7);
    }
    for (int i = 0; i < 1000000; i++) {
        uint64_t key = keys[prng_below(&prng, 40)];
        uint32_t slot = (uint32_t)prng_below(&prng, 4);
        /* Swings between nearly empty and full. */
        uint64_t inserts_in_16 = (i >> 12) % 2 == 0 ? 11 : 5;
        step(index, &twin, key, slot, prng_below(&prng, 16) < inserts_in_16);
    }
    free(index);
}

/* Churn at full load for long must not degrade: without tombstones it is as good as new. */
Test(hash_index, holds_its_capacity_under_endless_churn) {
    enum { ENTRIES = 4096 };
    struct prng prng;
    prng_seed(&prng, test_seed("hash_index churn"));
    struct hash_index *index = index_make(ENTRIES);
    static uint64_t keys[ENTRIES];
    for (uint32_t i = 0; i < ENTRIES; i++) {
        keys[i] = prng_next(&prng);
        cr_assert(hash_index_insert(index, keys[i], i));
    }
    for (int i = 0; i < 500000; i++) {
        uint32_t slot = (uint32_t)prng_below(&prng, ENTRIES);
        cr_assert(hash_index_remove(index, keys[slot], slot));
        keys[slot] = prng_next(&prng);
        cr_assert(hash_index_insert(index, keys[slot], slot));
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t total;
        cr_assert_eq(times_found(index, keys[i], i, &total), 1);
    }
    free(index);
}

/* Ids counted up, or aligned addresses: keys nobody hashed still spread. */
Test(hash_index, regular_keys_do_not_cluster) {
    static const uint64_t strides[] = {1, 8, 64, 4096, 1000, UINT64_C(1) << 32};
    for (size_t s = 0; s < sizeof(strides) / sizeof(strides[0]); s++) {
        struct hash_index *index = index_make(10000);
        for (uint32_t i = 0; i < 10000; i++) {
            cr_assert(hash_index_insert(index, i * strides[s], i), "stride %zu, entry %u", s, i);
        }
        free(index);
    }
}

static void insert_twice(void *index) {
    (void)!hash_index_insert(index, 5, 1);
    (void)!hash_index_insert(index, 5, 1);
}

static void insert_none(void *index) {
    (void)!hash_index_insert(index, 5, HASH_INDEX_NONE);
}

Test(hash_index, a_duplicate_or_reserved_slot_is_our_bug, .disabled = DCHECK_IS_OFF) {
    struct hash_index *index = index_make(4);
    cr_assert(dies_saying(insert_twice, index, "check failed"));
    cr_assert(dies_saying(insert_none, index, "HASH_INDEX_NONE"));
    free(index);
}

/* SipHash-2-4, key 00 .. 0f, input 00 01 .. : the reference vectors of Aumasson and Bernstein
 * (vectors.h beside siphash.c; the 15-byte one is appendix A of the paper), little-endian. */
Test(hash_bytes, is_siphash_2_4) {
    struct hash_seed seed;
    char text[16];
    for (int i = 0; i < 16; i++) {
        seed.key[i] = (unsigned char)i;
        text[i] = (char)i;
    }
    cr_assert_eq(hash_bytes(bytes_of(text, 0), &seed), UINT64_C(0x726fdb47dd0e0e31));
    cr_assert_eq(hash_bytes(bytes_of(NULL, 0), &seed), UINT64_C(0x726fdb47dd0e0e31));
    cr_assert_eq(hash_bytes(bytes_of(text, 1), &seed), UINT64_C(0x74f839c593dc67fd));
    cr_assert_eq(hash_bytes(bytes_of(text, 8), &seed), UINT64_C(0x93f5f5799a932462));
    cr_assert_eq(hash_bytes(bytes_of(text, 15), &seed), UINT64_C(0xa129ca6149be45e5));
}

Test(hash_bytes, depends_on_the_seed) {
    struct hash_seed one = {.key = {1}};
    struct hash_seed two = {.key = {2}};
    cr_assert_neq(hash_bytes(BYTES("ORDER-1"), &one), hash_bytes(BYTES("ORDER-1"), &two));
}
