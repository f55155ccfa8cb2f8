/*
 * Streams in memory, for tests and simulation: pairs of connected streams, and stacks that dial
 * each other, without a thread, a socket or a clock.
 *
 * A world holds everything. Nothing moves by itself: what one end commits is seen by the other only
 * when the test delivers it, in the cuts the test chooses, and so are connections, FINs and resets.
 * Every delivery arrives as a segment of its own: stream_peek(0) shows what is left of the oldest
 * segment, stream_peek(n) gathers. Bytes that were consumed are overwritten, so that a stale view
 * shows. A script refuses reservations, narrows the window, breaks the connection.
 *
 * What it is not: a network. Bytes are never lost, delayed or reordered between the two ends; a
 * simulated link lies elsewhere.
 *
 * Undelivered bytes count as unsent. One thread. No allocation after init.
 */
#ifndef TERCEL_NET_STREAM_MEMORY_H
#define TERCEL_NET_STREAM_MEMORY_H

#include "net/stream.h"
#include "net/stream_limits.h"

#define STREAM_MEMORY_PAIRS_MAX 65536
#define STREAM_MEMORY_STACKS_MAX 64
#define STREAM_MEMORY_PORTS_MAX 1024

struct stream_memory_limits {
    struct stream_limits stream; /* of every end */
    uint32_t pairs_max;          /* connections at once, 1 .. STREAM_MEMORY_PAIRS_MAX */
    uint32_t stacks;             /* 0 .. STREAM_MEMORY_STACKS_MAX */
    uint32_t ports;              /* listeners, and peers, of each stack */
};

struct stream_memory;

/* Bytes that stream_memory_init needs; 0 for impossible limits. */
size_t stream_memory_footprint(const struct stream_memory_limits *limits);

/* `mem` is aligned to 64 and outlives the world. */
struct stream_memory *stream_memory_init(void *mem, const struct stream_memory_limits *limits);

/* A connection already open at both ends; false when pairs_max exist. Either end may be discarded
 * through stream_memory_discard, or through any stack of the world. */
bool stream_memory_pair(struct stream_memory *world, struct stream **a, struct stream **b);

void stream_memory_discard(struct stream *stream);

/* The other end of the connection, accepted or not; NULL once it was discarded. */
struct stream *stream_memory_peer(struct stream *stream);

/* Stacks. */

/*
 * The stack of index `stack`. What it dials as peer i is accepted as listener i by the next stack
 * (the last one's next is the first), unless routed elsewhere.
 */
struct stream_stack *stream_memory_stack(struct stream_memory *world, uint32_t stack);

void stream_memory_route(struct stream_memory *world, uint32_t stack, uint32_t peer,
                         uint32_t to_stack, uint32_t to_listener);

/* What becomes of a dialled connection when it is first delivered to. */
enum stream_memory_answer {
    STREAM_MEMORY_ACCEPT = 0,
    STREAM_MEMORY_REFUSE,
    STREAM_MEMORY_UNREACHABLE,
    STREAM_MEMORY_TIME_OUT,
    STREAM_MEMORY_SILENCE /* stays connecting */
};

/* For connections of `stack` to `peer` that are still connecting, and those to come. */
void stream_memory_answer(struct stream_memory *world, uint32_t stack, uint32_t peer,
                          enum stream_memory_answer answer);

/* Delivery. */

/*
 * Brings `to` what its peer has for it: completes its connecting, or a reset; else up to
 * `bytes_max` releasable bytes as one segment (two where the receive ring wraps) as far as
 * receive_bytes allows; and, when nothing remains behind them, the FIN. Returns the bytes
 * delivered.
 */
size_t stream_memory_deliver(struct stream *to, size_t bytes_max);

/* Delivers to every stream, in segments of at most `segment_bytes` (>= 1), until nothing moves. */
void stream_memory_pump(struct stream_memory *world, size_t segment_bytes);

/* The script of one stream. */

/*
 * Of the reservations asked of `stream` from now on (both kinds), lets `skip` pass and refuses the
 * next `count` with `result`, one of the STREAM_AGAIN_ values. A later call replaces the order.
 */
void stream_memory_refuse(struct stream *stream, enum stream_result result, uint32_t skip,
                          uint32_t count);

/* Refusals of the last order still to come. */
uint32_t stream_memory_refusals_left(const struct stream *stream);

/* At most `bytes` unsent from now on; more is STREAM_AGAIN_WINDOW. SIZE_MAX: no such limit. */
void stream_memory_window(struct stream *stream, size_t bytes);

/* The connection breaks: both ends close as RESET at once, what was not delivered is lost. */
void stream_memory_reset(struct stream *stream);

/* This end closes for `reason`; the other end is not told. */
void stream_memory_fail(struct stream *stream, enum stream_close_reason reason);

#endif
