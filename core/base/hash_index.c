#include "core/base/hash_index.h"

#include <sodium.h>

#include "core/base/bits.h"

#define ENTRIES_MAX (UINT32_C(1) << 27)

_Static_assert(sizeof(struct hash_index_entry) == 16, "four entries a cache line");
_Static_assert(sizeof(struct hash_seed) == crypto_shorthash_KEYBYTES, "SipHash key");
_Static_assert(sizeof(uint64_t) == crypto_shorthash_BYTES, "SipHash-2-4 gives 64 bits");

uint64_t hash_bytes(struct bytes text, const struct hash_seed *seed) {
    unsigned char digest[crypto_shorthash_BYTES];
    crypto_shorthash(digest, (const unsigned char *)text.data, text.len, seed->key);
    uint64_t hash;
    memcpy(&hash, digest, sizeof(hash));
    return hash;
}

/* log2 of the table size: the smallest power of two with room for twice the entries. */
static uint32_t table_bits(uint32_t entries) {
    return entries == 1 ? 1 : 33 - (uint32_t)__builtin_clz(entries - 1);
}

size_t hash_index_footprint(uint32_t entries) {
    if (entries == 0 || entries > ENTRIES_MAX) {
        return 0;
    }
    size_t bytes =
        sizeof(struct hash_index) + (sizeof(struct hash_index_entry) << table_bits(entries));
    return bits_whole_lines(bytes);
}

struct hash_index *hash_index_init(void *mem, uint32_t entries) {
    CHECK(hash_index_footprint(entries) != 0);
    CHECK(((uintptr_t)mem & 63) == 0);
    struct hash_index *index = mem;
    uint32_t bits = table_bits(entries);
    index->mask = (UINT32_C(1) << bits) - 1;
    index->shift = 64 - bits;
    index->count = 0;
    index->entries_max = entries;
    for (uint32_t i = 0; i <= index->mask; i++) {
        index->table[i] = (struct hash_index_entry){.slot = HASH_INDEX_NONE};
    }
    return index;
}

bool hash_index_insert(struct hash_index *index, uint64_t key, uint32_t slot) {
    DCHECK(slot != HASH_INDEX_NONE);
    if (index->count == index->entries_max) {
        return false;
    }
    uint32_t home = hash_index_home_of(index, key);
    for (uint32_t distance = 0; distance < HASH_INDEX_PROBES_MAX; distance++) {
        struct hash_index_entry *entry = &index->table[(home + distance) & index->mask];
        if (entry->slot == HASH_INDEX_NONE) {
            *entry = (struct hash_index_entry){.key = key, .slot = slot};
            index->count++;
            return true;
        }
        DCHECK(entry->key != key || entry->slot != slot);
    }
    return false;
}

/* Whoever sits past the hole because it was taken moves into it, so that no walk ends early. */
static void close_hole(struct hash_index *index, uint32_t hole) {
    uint32_t at = hole;
    for (;;) {
        at = (at + 1) & index->mask;
        struct hash_index_entry entry = index->table[at];
        if (entry.slot == HASH_INDEX_NONE) {
            break;
        }
        uint32_t from_home = (at - hash_index_home_of(index, entry.key)) & index->mask;
        uint32_t from_hole = (at - hole) & index->mask;
        if (from_home >= from_hole) {
            index->table[hole] = entry;
            hole = at;
        }
    }
    index->table[hole] = (struct hash_index_entry){.slot = HASH_INDEX_NONE};
}

bool hash_index_remove(struct hash_index *index, uint64_t key, uint32_t slot) {
    DCHECK(slot != HASH_INDEX_NONE);
    uint32_t home = hash_index_home_of(index, key);
    for (uint32_t distance = 0; distance < HASH_INDEX_PROBES_MAX; distance++) {
        uint32_t at = (home + distance) & index->mask;
        const struct hash_index_entry *entry = &index->table[at];
        if (entry->slot == HASH_INDEX_NONE) {
            return false;
        }
        if (entry->key == key && entry->slot == slot) {
            close_hole(index, at);
            index->count--;
            return true;
        }
    }
    return false;
}

uint32_t hash_index_count(const struct hash_index *index) {
    return index->count;
}
