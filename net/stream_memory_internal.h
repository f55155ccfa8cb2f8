/* What the files of stream_memory share. Not for others. */
#ifndef TERCEL_NET_STREAM_MEMORY_INTERNAL_H
#define TERCEL_NET_STREAM_MEMORY_INTERNAL_H

#include "net/stream_memory.h"
#include "net/stream_send.h"

struct end {
    struct stream stream;
    struct stream_memory *world;
    struct end *peer;
    struct stream_send send;

    /* Unread bytes [head, head + unread) of a ring; starts[i] marks the first byte of a segment. */
    char *received;
    uint8_t *starts;
    char *gathered;
    uint32_t head;
    uint32_t unread;
    uint32_t viewed;         /* bytes of the last peek, until consumed */
    uint32_t gathered_bytes; /* of `gathered` written since it was last wiped */

    enum stream_state state;
    enum stream_close_reason reason;
    bool in_use;
    bool finishing;     /* our FIN follows the last byte */
    bool fin_delivered; /* the peer has it */
    bool peer_finished;
    bool reset_pending; /* the peer aborted; not delivered yet */

    struct port *dialled; /* while connecting */
    struct end *accept_next;

    enum stream_result refusal;
    uint32_t refusal_skip;
    uint32_t refusal_count;
    size_t window;
};

/* The same index of a stack serves as a peer to dial and as a listener. */
struct port {
    struct port *route;
    enum stream_memory_answer answer;
    struct end *accept_first;
    struct end *accept_last;
};

struct stack {
    struct stream_stack stack;
    struct stream_memory *world;
    struct port *ports;
};

struct stream_memory {
    struct stream_memory_limits limits;
    struct stack *stacks;
    struct end *ends; /* neighbours 2i and 2i + 1 are a pair */
    uint32_t next_epoch;
};

/* The stream's side of an end. */
extern const struct stream_ops stream_memory_end_ops;

static inline struct end *stream_memory_end_of(struct stream *stream) {
    return (struct end *)stream;
}

static inline uint32_t stream_memory_end_wrapped(const struct end *end, uint32_t position) {
    uint32_t capacity = end->world->limits.stream.receive_bytes;
    return position < capacity ? position : position - capacity;
}

/* Over, unless it was already. */
void stream_memory_end_close(struct end *end, enum stream_close_reason reason);

/* What is unsent is lost; but an open reservation is still committed into, and dropped then. */
void stream_memory_end_drop_unsent(struct end *end);

/* The far end of a connection that never came about: nobody there has heard of it. */
void stream_memory_end_forget_peer(struct end *end);

#endif
