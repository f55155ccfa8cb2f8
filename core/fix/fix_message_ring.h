/*
 * Messages by ascending number, in a ring of bytes and a ring of entries: what fix_outbox and
 * fix_early are made of. Internal to them: it neither drops nor refuses by itself.
 *
 * Each message lies in one piece; what is left at the end of the bytes before a wrap is wasted.
 */
#ifndef TERCEL_CORE_FIX_FIX_MESSAGE_RING_H
#define TERCEL_CORE_FIX_FIX_MESSAGE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

struct fix_message_ring_entry {
    uint64_t seq;
    uint32_t offset;
    uint32_t len;
};

struct fix_message_ring {
    uint32_t messages_max;
    uint32_t bytes_max;
    uint32_t first; /* place of the oldest entry */
    uint32_t count;
    uint32_t write_at; /* where the newest message ends in the bytes */
    struct fix_message_ring_entry *entries;
    char *bytes;
};

/* Of entries and bytes, behind whatever holds the ring; a multiple of nothing. 0: impossible. */
size_t fix_message_ring_footprint(uint32_t messages, uint32_t bytes);

/* `mem` is aligned to 8. */
void fix_message_ring_init(struct fix_message_ring *ring, void *mem, uint32_t messages,
                           uint32_t bytes);

/* False when there is no room now. Room for a message longer than bytes_max will never be. */
bool fix_message_ring_put(struct fix_message_ring *ring, uint64_t seq,
                          struct bytes message) MUST_USE;

/* The entry `index` places after the oldest, below count. */
static inline const struct fix_message_ring_entry *
fix_message_ring_at(const struct fix_message_ring *ring, uint32_t index) {
    DCHECK(index < ring->count);
    uint32_t place = ring->first + index;
    return &ring->entries[place >= ring->messages_max ? place - ring->messages_max : place];
}

static inline struct bytes fix_message_ring_bytes(const struct fix_message_ring *ring,
                                                  const struct fix_message_ring_entry *entry) {
    return bytes_of(ring->bytes + entry->offset, entry->len);
}

/* How many entries have a number below `seq`. */
uint32_t fix_message_ring_count_below(const struct fix_message_ring *ring, uint64_t seq);

/* Its bytes stay as they are until the next put. */
void fix_message_ring_pop(struct fix_message_ring *ring);

/* Keeps only what is numbered first .. last. */
void fix_message_ring_cut(struct fix_message_ring *ring, uint64_t first, uint64_t last);

/* Numbers what is kept anew, one by one from `from`. */
void fix_message_ring_renumber(struct fix_message_ring *ring, uint64_t from);

void fix_message_ring_clear(struct fix_message_ring *ring);

#endif
