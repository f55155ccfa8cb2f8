/*
 * The stream contract: an ordered, reliable byte stream as every session sees it.
 *
 * Implementations: memory (stream_memory.h), kernel sockets through io_uring (uring/), later our
 * own TCP, and record layers (TLS, WebSocket framing) over any of them. One conformance test holds
 * them all to this page. A session never learns which one it has.
 *
 * What it is not: it knows no messages, no FIX, no sockets, no clock. It never blocks, never
 * allocates, never calls back.
 *
 * Writing. reserve() gives contiguous room for one record, or the reason why not. A reservation
 * that succeeded can always be committed, whatever happens to the connection in between; so
 * sequence numbers (FIX, TLS) are assigned only between reserve and commit. At most one reservation
 * is open on a stream. commit() makes the bytes final: they leave in commit order, complete,
 * exactly once. They may be held unsent while the peer's window is closed or until the journal
 * position `release_after` is durable; what follows a held record waits behind it. What may be held
 * is bounded; at the bound reserve() refuses. cancel() gives the room back as if it had not been
 * asked.
 *
 * Layering. A record layer reserves its own header and tag around what it was asked for from the
 * layer below, hands up what lies between, and seals in place at commit: head- and tailroom need no
 * support below. The order is always: plaintext copied to journal and outbox, then sealed, then
 * immutable.
 *
 * Reading. peek() shows unread bytes in place; consume() gives them back. A message that lies whole
 * in one segment is never copied; one that does not is gathered when the reader says how much it
 * needs.
 *
 * Ending. finish() sends everything committed, then ends our direction. abort() drops what is
 * unsent and resets. After either, reserve() refuses with STREAM_GONE. A stream that the peer
 * finished can still be written; one that is CLOSED can only be read to the end and discarded.
 *
 * Threading: a stream and its stack belong to one thread.
 */
#ifndef TERCEL_NET_STREAM_H
#define TERCEL_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

/* A place in the journal; bytes with a position wait until the journal is durable up to it. */
struct stream_position {
    uint64_t value;
};

/* Durable from the beginning: never waits. */
#define STREAM_RELEASE_NOW ((struct stream_position){.value = 0})

enum stream_state {
    STREAM_CONNECTING = 0, /* dialled; nothing can be written yet */
    STREAM_OPEN,
    STREAM_PEER_FINISHED, /* the peer sent its FIN; unread bytes remain, writing still works */
    STREAM_CLOSED         /* over; stream_close_reason says why; unread bytes remain readable */
};

enum stream_close_reason {
    STREAM_CLOSE_NONE = 0,    /* not closed */
    STREAM_CLOSE_FINISHED,    /* both directions ended in order */
    STREAM_CLOSE_RESET,       /* the peer reset the connection */
    STREAM_CLOSE_REFUSED,     /* nobody listens there */
    STREAM_CLOSE_UNREACHABLE, /* no route, host down, address not usable */
    STREAM_CLOSE_TIMED_OUT,   /* no answer to connect, or data unacknowledged for too long */
    STREAM_CLOSE_ABORTED,     /* by us */
    STREAM_CLOSE_FAULT        /* anything else the transport reported */
};

enum stream_result {
    STREAM_OK = 0,
    STREAM_AGAIN_WINDOW,     /* the peer's window (or cwnd) is used up */
    STREAM_AGAIN_RING,       /* a transmit or submission ring is full */
    STREAM_AGAIN_POOL,       /* no buffer or packet is free */
    STREAM_AGAIN_UNRESOLVED, /* connecting, or the next hop's address is not known yet */
    STREAM_AGAIN_HOLD,       /* the budget of bytes held for the journal is used up */
    STREAM_TOO_LONG,         /* more than the stream's record_bytes_max: never possible */
    STREAM_GONE              /* finished, aborted or closed */
};

/* Flags of commit and consume. */
enum {
    STREAM_PLAIN = 0,
    STREAM_SECRET = 1 /* the bytes hold a password or signature: wiped once they are not needed */
};

struct stream_room {
    char *data;
    size_t bytes; /* at least what was asked for */
};

#define STREAM_ROOMS_MAX 16

/* For a record larger than one packet: several contiguous rooms, filled in order. */
struct stream_rooms {
    struct stream_room room[STREAM_ROOMS_MAX];
    uint32_t count;
};

struct stream;

struct stream_ops {
    enum stream_result (*reserve)(struct stream *stream, size_t bytes, struct stream_room *room);
    enum stream_result (*reserve_many)(struct stream *stream, size_t bytes,
                                       struct stream_rooms *rooms);
    void (*commit)(struct stream *stream, size_t len, struct stream_position release_after,
                   unsigned flags);
    void (*cancel)(struct stream *stream);
    void (*release)(struct stream *stream, struct stream_position durable);
    struct bytes (*peek)(struct stream *stream, size_t at_least);
    void (*consume)(struct stream *stream, size_t count, unsigned flags);
    enum stream_state (*state)(const struct stream *stream);
    enum stream_close_reason (*close_reason)(const struct stream *stream);
    size_t (*unsent)(const struct stream *stream);
    void (*finish)(struct stream *stream);
    void (*abort)(struct stream *stream);
};

/* Embedded first in every implementation's own struct. */
struct stream {
    const struct stream_ops *ops;
    uint32_t epoch; /* distinct for every connection a stack ever made; never 0 */
};

/*
 * Room for one record of up to `bytes` (>= 1). On STREAM_OK *room holds until commit or cancel, and
 * the caller must call exactly one of them. Any other result leaves everything as it was.
 */
static inline enum stream_result stream_reserve(struct stream *stream, size_t bytes,
                                                struct stream_room *room) {
    return stream->ops->reserve(stream, bytes, room);
}

/*
 * As stream_reserve, in at most STREAM_ROOMS_MAX rooms whose sum is at least `bytes`.
 * STREAM_TOO_LONG here is more than the stream could take when empty, which may be far more than
 * record_bytes_max.
 */
static inline enum stream_result stream_reserve_many(struct stream *stream, size_t bytes,
                                                     struct stream_rooms *rooms) {
    return stream->ops->reserve_many(stream, bytes, rooms);
}

/*
 * The first `len` bytes of the reservation (1 .. what was asked for) are final. They leave no
 * earlier than the journal is durable up to `release_after`. Cannot fail; on a connection that died
 * after the reservation the bytes are dropped with it.
 */
static inline void stream_commit(struct stream *stream, size_t len,
                                 struct stream_position release_after, unsigned flags) {
    stream->ops->commit(stream, len, release_after, flags);
}

/* The room is given back, and wiped: it may hold the draft of a secret. */
static inline void stream_cancel(struct stream *stream) {
    stream->ops->cancel(stream);
}

/* The journal is durable up to `durable` (never goes back): held bytes up to it may leave. */
static inline void stream_release(struct stream *stream, struct stream_position durable) {
    stream->ops->release(stream, durable);
}

/*
 * The unread bytes, contiguous, at least min(at_least, received) of them; `at_least` 0 asks only
 * for what needs no copy, and is never empty while unread bytes exist. The view holds until the
 * next call on this stream or its stack. `at_least` beyond the stream's gather_bytes_max is our
 * bug.
 */
static inline struct bytes stream_peek(struct stream *stream, size_t at_least) {
    return stream->ops->peek(stream, at_least);
}

/* Gives back the first `count` bytes of the last peek; the peer's window reopens by them. */
static inline void stream_consume(struct stream *stream, size_t count, unsigned flags) {
    stream->ops->consume(stream, count, flags);
}

static inline enum stream_state stream_state(const struct stream *stream) {
    return stream->ops->state(stream);
}

static inline enum stream_close_reason stream_close_reason(const struct stream *stream) {
    return stream->ops->close_reason(stream);
}

/*
 * Bytes committed and not yet taken by the transport below, a record layer's own included: how far
 * behind a slow reader is. 0 once closed: they were dropped.
 */
static inline size_t stream_unsent(const struct stream *stream) {
    return stream->ops->unsent(stream);
}

/* Our end follows the last committed byte, and the reservation still open, if any. */
static inline void stream_finish(struct stream *stream) {
    stream->ops->finish(stream);
}

/* CLOSED as STREAM_CLOSE_ABORTED at once; what was received stays readable. */
static inline void stream_abort(struct stream *stream) {
    stream->ops->abort(stream);
}

/*
 * Where streams come from. `listener` and `peer` are indexes fixed when the stack was set up from
 * the configuration: a session never sees an address.
 */
struct stream_stack;

struct stream_stack_ops {
    /* The next connection accepted on `listener`, already open, or NULL. */
    struct stream *(*accept)(struct stream_stack *stack, unsigned listener);
    /* Starts a connection to `peer`; NULL when no slot or port was found now: again later. */
    struct stream *(*dial)(struct stream_stack *stack, unsigned peer);
    /* The caller is done with the stream and has no reservation open: aborted if still alive; its
     * slot may be reused. */
    void (*discard)(struct stream_stack *stack, struct stream *stream);
};

struct stream_stack {
    const struct stream_stack_ops *ops;
};

static inline struct stream *stream_accept(struct stream_stack *stack, unsigned listener) {
    return stack->ops->accept(stack, listener);
}

static inline struct stream *stream_dial(struct stream_stack *stack, unsigned peer) {
    return stack->ops->dial(stack, peer);
}

static inline void stream_discard(struct stream_stack *stack, struct stream *stream) {
    stack->ops->discard(stack, stream);
}

/* For logs and metrics: "open", "reset", "window", ... Static text. */
const char *stream_state_name(enum stream_state state);
const char *stream_close_reason_name(enum stream_close_reason reason);
const char *stream_result_name(enum stream_result result);

#endif
