#include "core/fix/fix_message_ring.h"

#define MESSAGES_MAX (UINT32_C(1) << 24)
#define BYTES_MAX (UINT32_C(1) << 31)

size_t fix_message_ring_footprint(uint32_t messages, uint32_t bytes) {
    if (messages == 0 || messages > MESSAGES_MAX || bytes == 0 || bytes > BYTES_MAX) {
        return 0;
    }
    return messages * sizeof(struct fix_message_ring_entry) + bytes;
}

void fix_message_ring_init(struct fix_message_ring *ring, void *mem, uint32_t messages,
                           uint32_t bytes) {
    *ring = (struct fix_message_ring){.messages_max = messages, .bytes_max = bytes, .entries = mem};
    ring->bytes = (char *)(ring->entries + messages);
}

/*
 * `len` free bytes in one piece, or false. In use is [oldest, write_at), or, once that wrapped,
 * [oldest, end) and [0, write_at); oldest == write_at is full, because empty is told by the count.
 */
static bool find_place(const struct fix_message_ring *ring, uint32_t len, uint32_t *place) {
    uint32_t oldest = ring->count == 0 ? 0 : fix_message_ring_at(ring, 0)->offset;
    uint32_t at = ring->count == 0 ? 0 : ring->write_at;
    bool wrapped = ring->count != 0 && oldest >= at;
    if (wrapped) {
        *place = at;
        return oldest - at >= len;
    }
    if (ring->bytes_max - at >= len) {
        *place = at;
        return true;
    }
    *place = 0;
    return oldest >= len;
}

bool fix_message_ring_put(struct fix_message_ring *ring, uint64_t seq, struct bytes message) {
    DCHECK(message.len != 0);
    DCHECK(ring->count == 0 || seq > fix_message_ring_at(ring, ring->count - 1)->seq);
    uint32_t place;
    if (ring->count == ring->messages_max || message.len > ring->bytes_max ||
        !find_place(ring, (uint32_t)message.len, &place)) {
        return false;
    }
    memcpy(ring->bytes + place, message.data, message.len);
    uint32_t entry = ring->first + ring->count;
    entry = entry >= ring->messages_max ? entry - ring->messages_max : entry;
    ring->entries[entry] = (struct fix_message_ring_entry){seq, place, (uint32_t)message.len};
    ring->count++;
    ring->write_at = place + (uint32_t)message.len;
    return true;
}

uint32_t fix_message_ring_count_below(const struct fix_message_ring *ring, uint64_t seq) {
    uint32_t low = 0;
    uint32_t high = ring->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fix_message_ring_at(ring, middle)->seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void fix_message_ring_pop(struct fix_message_ring *ring) {
    DCHECK(ring->count != 0);
    ring->first = ring->first + 1 == ring->messages_max ? 0 : ring->first + 1;
    ring->count--;
}

void fix_message_ring_cut(struct fix_message_ring *ring, uint64_t first, uint64_t last) {
    uint32_t kept = fix_message_ring_count_below(ring, last + 1);
    if (kept != ring->count) {
        ring->count = kept;
        const struct fix_message_ring_entry *newest =
            kept != 0 ? fix_message_ring_at(ring, kept - 1) : NULL;
        ring->write_at = newest != NULL ? newest->offset + newest->len : 0;
    }
    while (ring->count != 0 && fix_message_ring_at(ring, 0)->seq < first) {
        fix_message_ring_pop(ring);
    }
}

void fix_message_ring_renumber(struct fix_message_ring *ring, uint64_t from) {
    for (uint32_t i = 0; i < ring->count; i++) {
        uint32_t place = ring->first + i;
        ring->entries[place >= ring->messages_max ? place - ring->messages_max : place].seq =
            from + i;
    }
}

void fix_message_ring_clear(struct fix_message_ring *ring) {
    ring->first = 0;
    ring->count = 0;
    ring->write_at = 0;
}
