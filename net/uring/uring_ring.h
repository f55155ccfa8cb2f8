/*
 * The ring itself: submission entries, the one system call of a turn, completions.
 *
 * uring_ring_enter is exactly one io_uring_enter: it submits what was prepared, runs deferred
 * completions, and waits when asked to. One thread, that which called uring_ring_start.
 */
#ifndef TERCEL_NET_URING_URING_RING_H
#define TERCEL_NET_URING_URING_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"
#include "net/uring/uring_error.h"

struct uring_ring {
    struct io_uring io;
    unsigned enter_flags;
    bool started;
    uint64_t enters;
};

/* Cold, any thread. `completions` bounds what can be outstanding at once: none is ever lost. */
bool uring_ring_init(struct uring_ring *ring, unsigned submissions, unsigned completions,
                     struct uring_error *error) MUST_USE;

/* Cold, on the thread that will own the ring from now on. */
bool uring_ring_start(struct uring_ring *ring, struct uring_error *error) MUST_USE;

void uring_ring_fini(struct uring_ring *ring);

/* Entries that can be prepared before the next enter. */
static inline unsigned uring_ring_room(const struct uring_ring *ring) {
    return io_uring_sq_space_left(&ring->io);
}

/* A fresh entry, or NULL when the submission ring is full until the next enter. */
static inline struct io_uring_sqe *uring_ring_prepare(struct uring_ring *ring) {
    return io_uring_get_sqe(&ring->io);
}

/* `wait_ns` 0: does not wait. Otherwise returns at the first completion, or after that long. */
void uring_ring_enter(struct uring_ring *ring, int64_t wait_ns);

#endif
