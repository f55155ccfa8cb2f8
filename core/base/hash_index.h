/*
 * An open-addressing index from 64-bit keys to 32-bit slots, of fixed capacity.
 *
 * Linear probing at a load of at most one half, deletion by backward shift (no tombstones, so it
 * never degrades). Keys are compared in full; several entries may share a key (a hash of something
 * longer), and the caller tells them apart with the iterator and its own comparison. Probes are
 * bounded: an insert that would sit further than HASH_INDEX_PROBES_MAX from its home is refused,
 * so a lookup never walks more. Callers whose keys a peer can choose hash them with a secret seed
 * (hash_bytes). Single-threaded; no allocation after init.
 */
#ifndef TERCEL_CORE_BASE_HASH_INDEX_H
#define TERCEL_CORE_BASE_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define HASH_INDEX_PROBES_MAX 128
#define HASH_INDEX_NONE UINT32_MAX

/* Their parts are for this module, and for what is inline below. */
struct hash_index_entry {
    uint64_t key;
    uint32_t slot; /* HASH_INDEX_NONE: empty */
    uint32_t reserved;
};

struct hash_index {
    uint32_t mask;
    uint32_t shift;
    uint32_t count;
    uint32_t entries_max;
    _Alignas(64) struct hash_index_entry table[];
};

struct hash_seed {
    unsigned char key[16];
};

/* SipHash-2-4 (libsodium crypto_shorthash) of `text` under `seed`. */
uint64_t hash_bytes(struct bytes text, const struct hash_seed *seed);

/* `entries`: the most that are held at once, 1 .. 2^27. 0 for impossible limits. */
size_t hash_index_footprint(uint32_t entries);

/* `mem` is aligned to 64 and outlives the index; every byte of it is written. */
struct hash_index *hash_index_init(void *mem, uint32_t entries);

/*
 * `slot` != HASH_INDEX_NONE, and this key does not hold this slot already. False when full or when
 * the probe bound would be passed: refuse the work.
 */
bool hash_index_insert(struct hash_index *index, uint64_t key, uint32_t slot) MUST_USE;

/*
 * Removes the entry with this key and slot; false when there is none. Moves the entries behind it
 * up to the next empty place: a handful at this load.
 */
bool hash_index_remove(struct hash_index *index, uint64_t key, uint32_t slot);

/* Fibonacci hashing: the high bits of key * 2^64/phi spread keys that differ only in low bits. */
static inline uint32_t hash_index_home_of(const struct hash_index *index, uint64_t key) {
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> index->shift);
}

/*
 * Walks the slots stored under `key`: start with *cursor = 0; HASH_INDEX_NONE ends the walk. An
 * insert or a removal ends it too: start again.
 */
static inline uint32_t hash_index_next(const struct hash_index *index, uint64_t key,
                                       uint32_t *cursor) {
    uint32_t home = hash_index_home_of(index, key);
    while (*cursor < HASH_INDEX_PROBES_MAX) {
        const struct hash_index_entry *entry = &index->table[(home + *cursor) & index->mask];
        if (entry->slot == HASH_INDEX_NONE) {
            break;
        }
        ++*cursor;
        if (entry->key == key) {
            return entry->slot;
        }
    }
    return HASH_INDEX_NONE;
}

/*
 * The slot in the place where `key` belongs: the first of hash_index_next's walk, unless something
 * else took the place before; who has to compare what is behind a slot anyway looks here first, and
 * walks when it is not what was sought. HASH_INDEX_NONE: nothing is stored under `key`.
 */
static inline uint32_t hash_index_at_home(const struct hash_index *index, uint64_t key) {
    return index->table[hash_index_home_of(index, key)].slot;
}

uint32_t hash_index_count(const struct hash_index *index);

#endif
