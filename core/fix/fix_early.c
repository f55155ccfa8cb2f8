#include "core/fix/fix_early.h"

#include "core/base/mischief.h"
#include "core/fix/fix_message_ring.h"

/* Stands for a message of which only the number matters: no message is that short. */
#define NUMBER_ONLY BYTES("-")

struct fix_early {
    struct fix_message_ring ring;
};

size_t fix_early_footprint(struct fix_early_limits limits) {
    size_t ring = fix_message_ring_footprint(limits.messages, limits.bytes);
    return ring == 0 ? 0 : sizeof(struct fix_early) + ring;
}

struct fix_early *fix_early_init(void *mem, struct fix_early_limits limits) {
    CHECK(fix_early_footprint(limits) != 0);
    CHECK((uintptr_t)mem % 64 == 0);
    struct fix_early *early = mem;
    fix_message_ring_init(&early->ring, early + 1, limits.messages, limits.bytes);
    return early;
}

bool fix_early_put(struct fix_early *early, uint64_t seq, struct bytes message) {
    const struct fix_message_ring *ring = &early->ring;
    if (ring->count != 0 && seq <= fix_message_ring_at(ring, ring->count - 1)->seq) {
        return false;
    }
    if (MISCHIEF(MISCHIEF_EARLY_FULL)) {
        return false;
    }
    return fix_message_ring_put(&early->ring, seq, message.len == 0 ? NUMBER_ONLY : message);
}

uint64_t fix_early_first(const struct fix_early *early) {
    return early->ring.count == 0 ? 0 : fix_message_ring_at(&early->ring, 0)->seq;
}

struct bytes fix_early_take(struct fix_early *early) {
    CHECK(early->ring.count != 0);
    struct bytes message =
        fix_message_ring_bytes(&early->ring, fix_message_ring_at(&early->ring, 0));
    fix_message_ring_pop(&early->ring);
    return message.len == NUMBER_ONLY.len ? bytes_of(NULL, 0) : message;
}

void fix_early_forget_below(struct fix_early *early, uint64_t seq) {
    while (early->ring.count != 0 && fix_message_ring_at(&early->ring, 0)->seq < seq) {
        fix_message_ring_pop(&early->ring);
    }
}

uint32_t fix_early_count(const struct fix_early *early) {
    return early->ring.count;
}

void fix_early_clear(struct fix_early *early) {
    fix_message_ring_clear(&early->ring);
}
