#include "core/fix/fix_outbox.h"

#include "core/fix/fix_message_ring.h"

struct fix_outbox {
    uint64_t highest; /* number put last */
    uint64_t lost;
    struct fix_message_ring ring;
};

size_t fix_outbox_footprint(struct fix_outbox_limits limits) {
    size_t ring = fix_message_ring_footprint(limits.messages, limits.bytes);
    return ring == 0 ? 0 : sizeof(struct fix_outbox) + ring;
}

struct fix_outbox *fix_outbox_init(void *mem, struct fix_outbox_limits limits) {
    CHECK(fix_outbox_footprint(limits) != 0);
    CHECK((uintptr_t)mem % 64 == 0);
    struct fix_outbox *outbox = mem;
    *outbox = (struct fix_outbox){0};
    fix_message_ring_init(&outbox->ring, outbox + 1, limits.messages, limits.bytes);
    return outbox;
}

static void drop_oldest(struct fix_outbox *outbox) {
    outbox->lost = fix_message_ring_at(&outbox->ring, 0)->seq;
    fix_message_ring_pop(&outbox->ring);
}

void fix_outbox_put(struct fix_outbox *outbox, uint64_t seq, struct bytes message) {
    CHECK(seq > outbox->highest && message.len != 0);
    outbox->highest = seq;
    if (message.len > outbox->ring.bytes_max) {
        outbox->lost = seq;
        return;
    }
    while (!fix_message_ring_put(&outbox->ring, seq, message)) {
        drop_oldest(outbox);
    }
}

bool fix_outbox_next(const struct fix_outbox *outbox, uint64_t seq,
                     struct fix_outbox_message *message) {
    const struct fix_message_ring *ring = &outbox->ring;
    uint32_t index = fix_message_ring_count_below(ring, seq);
    if (index == ring->count) {
        return false;
    }
    const struct fix_message_ring_entry *entry = fix_message_ring_at(ring, index);
    message->seq = entry->seq;
    message->bytes = fix_message_ring_bytes(ring, entry);
    return true;
}

uint64_t fix_outbox_lowest(const struct fix_outbox *outbox) {
    return outbox->ring.count == 0 ? 0 : fix_message_ring_at(&outbox->ring, 0)->seq;
}

void fix_outbox_keep_only(struct fix_outbox *outbox, uint64_t first, uint64_t last) {
    fix_message_ring_cut(&outbox->ring, first, last);
    outbox->lost = 0;
}

void fix_outbox_renumber(struct fix_outbox *outbox, uint64_t from) {
    fix_message_ring_renumber(&outbox->ring, from);
    outbox->highest = outbox->ring.count == 0 ? 0 : from + outbox->ring.count - 1;
    outbox->lost = 0;
}

uint64_t fix_outbox_highest(const struct fix_outbox *outbox) {
    return outbox->highest;
}

uint64_t fix_outbox_lost(const struct fix_outbox *outbox) {
    return outbox->lost;
}

uint32_t fix_outbox_count(const struct fix_outbox *outbox) {
    return outbox->ring.count;
}

void fix_outbox_clear(struct fix_outbox *outbox) {
    fix_message_ring_clear(&outbox->ring);
    outbox->highest = 0;
    outbox->lost = 0;
}
