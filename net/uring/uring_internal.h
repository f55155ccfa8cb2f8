/* What the files of net/uring share. Not for others. */
#ifndef TERCEL_NET_URING_URING_INTERNAL_H
#define TERCEL_NET_URING_URING_INTERNAL_H

#include <stdatomic.h>

#include "net/stream_send.h"
#include "net/uring/uring_ring.h"
#include "net/uring/uring_stack.h"

/* Kinds of operation in flight; at most one of each for a stream. */
enum uring_operation {
    URING_CONNECT = 0,
    URING_RECEIVE,
    URING_SEND,
    URING_SHUTDOWN,
    URING_CANCEL,     /* of all others, before closing */
    URING_DISCONNECT, /* connect to AF_UNSPEC: RST */
    URING_CLOSE,
    URING_STREAM_OPERATIONS,
    URING_ACCEPT = URING_STREAM_OPERATIONS, /* of a listener */
    URING_WAKE,                             /* of the stack */
    URING_ABANDON                           /* fini's cancel */
};

/* The completions of one stream that can be outstanding at once: of connect, receive, send and
 * shutdown, connect never meets the other three. */
#define URING_OUTSTANDING_MAX 6

/* Who a completion is for: operation, slot or listener, and the low bits of the epoch as a check.
 */
static inline uint64_t uring_tag(enum uring_operation operation, uint32_t index, uint32_t epoch) {
    return (uint64_t)epoch << 32 | index << 8 | (uint64_t)operation;
}

struct uring_stream {
    struct stream stream;
    struct uring_stack *stack;
    struct uring_stream *dirty_next;
    struct uring_stream *queue_next; /* free, connecting or to be accepted */
    struct uring_stream *queue_previous;
    uint32_t slot;
    int fd; /* -1: none, or given back to the kernel */

    enum stream_state state;
    enum stream_close_reason reason;
    uint32_t in_flight;                   /* a bit per enum uring_operation */
    enum stream_close_reason send_failed; /* known from a send; closes once receiving ends too */
    bool dirty;
    bool accepted;          /* counts against accepts_max */
    bool in_use;            /* the owner, or the accept queue, has it */
    bool finishing;         /* FIN after the last byte */
    bool shut_down;         /* the kernel has our FIN */
    bool receive_ended;     /* the peer's FIN, or the end of a dead connection */
    bool receive_likely;    /* the socket had more to read when last asked */
    bool reset_on_close;    /* abort: RST rather than FIN */
    struct instant give_up; /* while connecting */
    const struct uring_peer *peer;

    struct stream_send send;
    uint32_t sending; /* bytes of the send in flight */

    /* Unread bytes [head, fill); a receive in flight aims at [fill, receive_bytes). */
    char *received;
    uint32_t head;
    uint32_t fill;
    uint32_t fill_max; /* the receive buffer is untouched beyond */
};

struct uring_queue {
    struct uring_stream *first;
    struct uring_stream *last;
};

void uring_queue_push(struct uring_queue *queue, struct uring_stream *stream);
/* Before those that give up later. */
void uring_queue_insert(struct uring_queue *queue, struct uring_stream *stream);
void uring_queue_remove(struct uring_queue *queue, struct uring_stream *stream);

struct uring_listener {
    int fd;
    int parked; /* accepted when no slot was free; -1: none */
    bool armed;
    struct instant retry_at;
    struct uring_queue accepted;
    struct endpoint at;
};

struct uring_peer {
    struct endpoint at;
    struct duration connect_timeout;
    /* Ready sockets, -1 where one is missing. The refiller's release store pairs with the worker's
     * acquire exchange; each place is filled by one and emptied by the other. */
    _Atomic int ready[URING_SOCKETS_PER_PEER_MAX];
};

struct uring_stack {
    struct stream_stack stack;
    struct uring_limits limits;
    struct uring_ring ring;
    struct uring_stream *streams;
    struct uring_listener *listeners;
    struct uring_peer *peers;
    uint32_t listener_count;
    uint32_t peer_count;

    struct instant now; /* of the turn under way, or the last */
    uint32_t next_epoch;
    struct uring_stream *free;
    uint32_t accepted;                /* slots that accepted streams hold */
    struct uring_stream *dirty_first; /* have something to submit, oldest first */
    struct uring_stream *dirty_last;
    struct uring_queue connecting; /* by deadline */

    int wake_fd;
    bool wake_armed;
    _Atomic bool wake_pending;
    uint64_t wake_count; /* what reading wake_fd stores */
    bool ending;

    struct uring_counters counters;
};

/* uring_stack.c */

/* The stream has something to submit: looked at in the next turn. */
void uring_stack_mark(struct uring_stream *stream);
/* A free slot for the socket `fd`, with an epoch of its own; there is one. */
struct uring_stream *uring_stack_take_slot(struct uring_stack *stack, int fd,
                                           enum stream_state state);
/* Gives the slot back once nobody has it and nothing is in flight. */
void uring_stack_free_if_done(struct uring_stream *stream);

/* uring_stream.c: the stream's side */
extern const struct stream_ops uring_stream_ops;

/* uring_transfer.c: bytes in flight */

/* Prepares the receive, send and shutdown that are due. False: the submission ring is full. */
bool uring_transfer_advance(struct uring_stream *stream);
void uring_transfer_received(struct uring_stream *stream, int result, unsigned flags);
void uring_transfer_sent(struct uring_stream *stream, int result);
void uring_transfer_shut_down(struct uring_stream *stream, int result);

/* Errors after which the same operation may well succeed. */
bool uring_transfer_is_passing(int result);

/* uring_close.c: ends */

/* The stream is over: its socket is closed as soon as the submission ring has room. */
void uring_close(struct uring_stream *stream, enum stream_close_reason reason);
bool uring_close_advance(struct uring_stream *stream);
void uring_close_done(struct uring_stream *stream, int result);
enum stream_close_reason uring_close_reason_of(int error);

/* uring_listen.c */
void uring_listen_advance(struct uring_stack *stack);
void uring_listen_accepted(struct uring_stack *stack, uint32_t listener, int result);
struct stream *uring_listen_take(struct uring_stack *stack, unsigned listener);
/* The earliest instant at which a listener wants to be looked at again. */
struct instant uring_listen_deadline(const struct uring_stack *stack);

/* uring_dial.c */
struct stream *uring_dial(struct uring_stack *stack, unsigned peer);
bool uring_dial_advance(struct uring_stream *stream);
void uring_dial_connected(struct uring_stream *stream, int result);
void uring_dial_expire(struct uring_stack *stack);
struct instant uring_dial_deadline(const struct uring_stack *stack);

/* uring_socket.c: cold */

/* A socket for `at` with the options of `limits`, or -1 and errno. */
int uring_socket_make(const struct endpoint *at, const struct uring_limits *limits);

static inline bool uring_is_in_flight(const struct uring_stream *stream,
                                      enum uring_operation operation) {
    return stream->in_flight & (1u << operation);
}

/* A fresh entry for `operation`, which is in flight from now on; NULL when the ring is full. */
struct io_uring_sqe *uring_prepare(struct uring_stream *stream, enum uring_operation operation);
/* After the io_uring_prep_ call. */
static inline void uring_tag_entry(struct io_uring_sqe *entry, const struct uring_stream *stream,
                                   enum uring_operation operation) {
    entry->user_data = uring_tag(operation, stream->slot, stream->stream.epoch);
}

#endif
