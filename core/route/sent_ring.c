#include "core/route/sent_ring.h"

#include <string.h>

#include "core/base/check.h"

void sent_ring_clear(struct sent_ring *ring) {
    memset(ring, 0, sizeof(*ring));
}

/* Ids rise with time and are reused by entry: neither half alone is spread well. */
static uint64_t *chain_of(struct sent_ring *ring, struct request_id id) {
    uint64_t mixed = (id.high ^ id.low) * UINT64_C(0x9e3779b97f4a7c15);
    return &ring->latest[mixed >> 51];
}

_Static_assert(SENT_RING_CHAINS == 1U << (64 - 51), "the hash keeps that many bits");

struct sent_request *sent_ring_find(struct sent_ring *ring, uint64_t seq) {
    struct sent_request *sent = &ring->at[seq % SENT_RING_MAX];
    return seq != 0 && sent->seq == seq && ring->last - seq < SENT_RING_MAX ? sent : NULL;
}

void sent_ring_note(struct sent_ring *ring, uint64_t seq, enum request_kind kind,
                    struct request_id id) {
    DCHECK(seq > ring->last);
    uint64_t *chain = chain_of(ring, id);
    ring->at[seq % SENT_RING_MAX] =
        (struct sent_request){.seq = seq, .older = *chain, .id = id, .kind = kind};
    *chain = seq;
    ring->last = seq;
}

/* Numbers fall along a chain, and it ends at the first one that was forgotten. */
void sent_ring_hear(struct sent_ring *ring, struct request_id id) {
    struct sent_request *sent = sent_ring_find(ring, *chain_of(ring, id));
    while (sent != NULL && (sent->id.high != id.high || sent->id.low != id.low)) {
        sent = sent_ring_find(ring, sent->older);
    }
    if (sent != NULL) {
        sent->fate = SENT_SETTLED;
    }
}
