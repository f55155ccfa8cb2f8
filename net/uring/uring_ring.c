#include "net/uring/uring_ring.h"

#include <errno.h>
#include <string.h>

#include "core/base/instant.h"
#include "net/uring/uring_probe.h"

bool uring_ring_init(struct uring_ring *ring, unsigned submissions, unsigned completions,
                     struct uring_error *error) {
    *ring = (struct uring_ring){.enter_flags = IORING_ENTER_GETEVENTS};
    struct io_uring_params params = {
        .flags = URING_SETUP_FLAGS | IORING_SETUP_CQSIZE,
        .cq_entries = completions,
    };
    int result = io_uring_queue_init_params(submissions, &ring->io, &params);
    if (result < 0) {
        return uring_probe_judge(-result, 0, NULL, error);
    }
    CHECK(params.sq_entries >= submissions && params.cq_entries >= completions);
    return true;
}

/* liburing 2.3 declares io_uring_enable_rings but its shared object does not export it. */
bool uring_ring_start(struct uring_ring *ring, struct uring_error *error) {
    CHECK(!ring->started);
    int result =
        io_uring_register((unsigned)ring->io.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
    if (result < 0) {
        uring_error_set(error, "io_uring cannot be enabled: %s", strerror(-result));
        return false;
    }
    if (io_uring_register_ring_fd(&ring->io) == 1) { /* saves looking the descriptor up */
        ring->enter_flags |= IORING_ENTER_REGISTERED_RING;
    }
    ring->started = true;
    return true;
}

void uring_ring_fini(struct uring_ring *ring) {
    io_uring_queue_exit(&ring->io);
    ring->started = false;
}

/* What liburing's own flush does; its submit calls may skip the system call, or make two. */
static unsigned publish_entries(struct io_uring_sq *sq) {
    if (sq->sqe_head != sq->sqe_tail) {
        sq->sqe_head = sq->sqe_tail;
        io_uring_smp_store_release(sq->ktail, sq->sqe_tail);
    }
    return sq->sqe_tail - io_uring_smp_load_acquire(sq->khead);
}

/* Passing troubles: what was not submitted now is submitted by the next enter. */
static bool is_passing(int result) {
    return result == -ETIME || result == -EINTR || result == -EAGAIN || result == -ENOMEM;
}

void uring_ring_enter(struct uring_ring *ring, int64_t wait_ns) {
    struct __kernel_timespec limit = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
    struct io_uring_getevents_arg wait = {.ts = (uint64_t)(uintptr_t)&limit};
    unsigned submitted = publish_entries(&ring->io.sq);
    int result;
    if (wait_ns > 0) {
        result = io_uring_enter2((unsigned)ring->io.enter_ring_fd, submitted, 1,
                                 ring->enter_flags | IORING_ENTER_EXT_ARG, (sigset_t *)&wait,
                                 sizeof(wait));
    } else {
        result = io_uring_enter2((unsigned)ring->io.enter_ring_fd, submitted, 0, ring->enter_flags,
                                 NULL, 0);
    }
    ring->enters++;
    CHECK(result >= 0 || is_passing(result));
    CHECK(!(*ring->io.sq.kflags & IORING_SQ_CQ_OVERFLOW));
}
