/*
 * Streams over kernel TCP, driven by one io_uring.
 *
 * A worker owns a stack. Each of its turns calls uring_stack_turn once, which makes exactly one
 * system call, io_uring_enter: everything its streams were asked for since the last turn goes out
 * with it, everything that happened comes back from it. No stream or stack call in between makes
 * one. All memory is the caller's; the ring's own is mapped at init.
 *
 * Sending. Each stream has a ring of send_bytes; at most one send is in flight a socket, a short
 * one is continued first, what is committed meanwhile leaves with the next. STREAM_AGAIN_WINDOW
 * means that ring is full: the peer, or the path, takes less than is written. The kernel's socket
 * buffer lies behind it: `unsent` counts what the kernel has not taken yet.
 *
 * Receiving. At most one receive is in flight a socket, into the stream's receive_bytes. Unread
 * bytes always lie together, so peek never copies; they are moved only while no receive is in
 * flight. A reader that does not consume closes the peer's window.
 *
 * A receive has a buffer of its own and takes none from a buffer ring shared by the streams
 * (IORING_REGISTER_PBUF_RING), on purpose. A message in two buffers would have to be put together
 * before it can be parsed in place. One slow reader could hold the buffers that a venue's reports
 * need; to bound what each holds is to give it that much, as here. A ring hands out its buffers in
 * turn, so each message lands in lines the cache has forgotten, where a stream that keeps up
 * receives into the same few again and again. What it would save is little: some tens of
 * connections. Nor is it faster: 187 bytes in and 308 out over loopback on Linux 6.18, with a ring
 * of 256 buffers of 4 KiB, took as long with a multishot receive and 1 to 7 % longer without.
 *
 * Limits and what happens at them. A full submission ring puts work off to the next turn, in order,
 * without loss; STREAM_AGAIN_RING is never returned. The completion ring holds all that can be
 * outstanding, so it cannot overflow. When all slots for accepted streams are in use, a listener
 * accepts one more connection at most, keeps it until a slot is free, and leaves the others in the
 * kernel's backlog; so a crowd at a listener takes no slot from the peers to be dialled. When all
 * slots are in use dial gives NULL. A slot is free once its stream was discarded and the kernel has
 * returned every operation on its socket: a completion never meets a stream it was not meant for.
 *
 * Dialled sockets are made and configured beforehand, because setting TCP_NODELAY is a system call
 * (io_uring has no setsockopt before Linux 6.7): sockets_per_peer stand ready for each peer, and
 * uring_stack_refill, called now and then by a cold thread, replaces those that were used. Without
 * one ready dial gives NULL. Accepted sockets inherit their options from the listener.
 *
 * Ending. finish is FIN after the last byte (IORING_OP_SHUTDOWN). abort dissolves the association
 * by connecting to AF_UNSPEC, for which Linux sends RST at once, then closes. Nothing lingers. A
 * stream that saw its peer reset or the connection time out first yields all bytes the kernel
 * received before.
 *
 * Threading: uring_stack_wake may be called by any thread, uring_stack_refill by one thread at a
 * time; the rest of the running stack by its worker only.
 */
#ifndef TERCEL_NET_URING_URING_STACK_H
#define TERCEL_NET_URING_URING_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/instant.h"
#include "net/endpoint.h"
#include "net/stream.h"
#include "net/stream_limits.h"
#include "net/uring/uring_error.h"

#define URING_STREAMS_MAX 8192
#define URING_LISTENERS_MAX 64
#define URING_PEERS_MAX 4096
#define URING_SOCKETS_PER_PEER_MAX 16

struct uring_limits {
    struct stream_limits stream;
    uint32_t streams_max;      /* dialled and accepted, until discarded and closed: 1 .. 8192 */
    uint32_t accepts_max;      /* accepted, of these: the rest is kept for dials; 0: streams_max */
    uint32_t listeners_max;    /* 0 .. 64 */
    uint32_t peers_max;        /* 0 .. 4096 */
    uint32_t sockets_per_peer; /* 1 .. 16, when there are peers */
    uint32_t
        submissions; /* submission ring: a power of two, listeners_max + 4 .. 32768; 0: chosen */
    struct duration connect_timeout;    /* > 0; then STREAM_CLOSE_TIMED_OUT */
    uint32_t unacknowledged_timeout_ms; /* TCP_USER_TIMEOUT; 0: the kernel's own */
    uint32_t socket_send_bytes;         /* SO_SNDBUF; 0: the kernel's own */
    uint32_t socket_receive_bytes;      /* SO_RCVBUF; 0: the kernel's own */
};

struct uring_stack;

/* Bytes that uring_stack_init needs; 0 for impossible limits. */
size_t uring_stack_footprint(const struct uring_limits *limits);

/*
 * Checks the kernel, makes the ring. Cold, any thread. `mem` is aligned to 64 and outlives the
 * stack. NULL: *error says why.
 */
struct uring_stack *uring_stack_init(void *mem, const struct uring_limits *limits,
                                     struct uring_error *error) MUST_USE;

/*
 * Binds and listens with SO_REUSEADDR; listeners are numbered from 0 in the order of these calls.
 * Cold, before uring_stack_start. False: *error says why, naming the address.
 */
bool uring_stack_listen(struct uring_stack *stack, const struct endpoint *at, uint32_t backlog,
                        struct uring_error *error) MUST_USE;

/* Where listener `listener` listens, its port as the kernel chose it. */
struct endpoint uring_stack_listens_at(const struct uring_stack *stack, unsigned listener);

/* Peers are numbered from 0 in the order of these calls. Cold, before uring_stack_start. */
bool uring_stack_peer(struct uring_stack *stack, const struct endpoint *peer,
                      struct uring_error *error) MUST_USE;

/* A connect_timeout of its own, > 0, for a peer. Cold, before uring_stack_start. */
void uring_stack_peer_timeout(struct uring_stack *stack, unsigned peer,
                              struct duration connect_timeout);

/* The calling thread becomes the worker. Makes the last system calls but io_uring_enter. */
bool uring_stack_start(struct uring_stack *stack, struct uring_error *error) MUST_USE;

/* For stream_accept, stream_dial and stream_discard. */
struct stream_stack *uring_stack_streams(struct uring_stack *stack);

/*
 * One io_uring_enter. With `wait_ns` > 0 it waits for the first completion or wake, at most that
 * long and never past a deadline of the stack's own. Returns the completions handled: 0 means that
 * nothing happened. Every view peek gave is void.
 */
unsigned uring_stack_turn(struct uring_stack *stack, struct now now, int64_t wait_ns);

/*
 * Makes a waiting turn return, or the next one not wait. Any thread; a system call of the caller's,
 * unless a wake is already under way. What the caller published before is visible to the worker
 * after that turn.
 */
void uring_stack_wake(struct uring_stack *stack);

/* Replaces used dial sockets; returns how many are still missing (no descriptors left). Cold. */
unsigned uring_stack_refill(struct uring_stack *stack);

/* Aborts every stream, waits until the kernel has let go of the memory. Cold, on the worker's
 * thread (any thread, when the stack was never started). */
void uring_stack_fini(struct uring_stack *stack);

struct uring_counters {
    uint64_t turns; /* io_uring_enter calls */
    uint64_t accepted;
    uint64_t accept_failures; /* descriptors or memory of the kernel ran out; tried again later */
    uint64_t dialled;
    uint64_t dial_refusals; /* no slot or no ready socket */
    uint64_t put_off;       /* operations that had to wait a turn for the submission ring */
    uint64_t short_sends;
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint32_t slots_free;
};

struct uring_counters uring_stack_counters(const struct uring_stack *stack);

#endif
