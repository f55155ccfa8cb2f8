/*
 * What each recent outbound number of a venue session carried, and whether the venue is known to
 * have got it.
 *
 * Two things name a request by its sequence number only: a session Reject(3), and a ResendRequest
 * of the venue, which says that the first number it asks for never arrived. Of the numbers after it
 * nothing is known, but for those whose request a report has named since: those arrived.
 *
 * Bounded: the latest SENT_RING_MAX numbers of one numbering; older ones are forgotten. Requests
 * are found by id through chains that lead from the latest to older ones.
 *
 * Threading: the OE worker's thread.
 */
#ifndef TERCEL_CORE_ROUTE_SENT_RING_H
#define TERCEL_CORE_ROUTE_SENT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/order/request_table.h"

#define SENT_RING_MAX 4096U
#define SENT_RING_CHAINS 8192U

enum sent_fate {
    SENT_UNKNOWN = 0,
    SENT_DOUBTED, /* told already that nobody can know */
    SENT_SETTLED  /* it arrived, or was told never to have arrived */
};

struct sent_request {
    uint64_t seq;   /* 0: none */
    uint64_t older; /* in the chain; 0: the last */
    struct request_id id;
    enum request_kind kind;
    enum sent_fate fate;
};

struct sent_ring {
    uint64_t last; /* the latest number noted; 0: none */
    struct sent_request at[SENT_RING_MAX];
    uint64_t latest[SENT_RING_CHAINS];
};

/* Numbers restart: what the old ones carried must not be looked up again. Cold. */
void sent_ring_clear(struct sent_ring *ring);

/* The message just written. `seq` is above every number noted since the ring was cleared. */
void sent_ring_note(struct sent_ring *ring, uint64_t seq, enum request_kind kind,
                    struct request_id id);

/* What the number carried, or NULL: no request, or forgotten. */
struct sent_request *sent_ring_find(struct sent_ring *ring, uint64_t seq);

/* A report names the request: the venue has it. Ids that are not remembered do nothing. */
void sent_ring_hear(struct sent_ring *ring, struct request_id id);

/* Numbers below this one are forgotten, whatever they carried; `next` is the next to be sent. */
static inline uint64_t sent_ring_oldest(uint64_t next) {
    return next > SENT_RING_MAX ? next - SENT_RING_MAX : 1;
}

#endif
