#include "net/uring/uring_internal.h"

static int take_socket(struct uring_stack *stack, struct uring_peer *peer) {
    for (uint32_t i = 0; i < stack->limits.sockets_per_peer; i++) {
        if (atomic_load_explicit(&peer->ready[i], memory_order_relaxed) >= 0) {
            return atomic_exchange_explicit(&peer->ready[i], -1, memory_order_acquire);
        }
    }
    return -1;
}

struct stream *uring_dial(struct uring_stack *stack, unsigned peer) {
    CHECK(peer < stack->peer_count);
    int fd = stack->free == NULL ? -1 : take_socket(stack, &stack->peers[peer]);
    if (fd < 0) {
        stack->counters.dial_refusals++;
        return NULL;
    }
    struct uring_stream *stream = uring_stack_take_slot(stack, fd, STREAM_CONNECTING);
    stream->peer = &stack->peers[peer];
    stack->counters.dialled++;
    uring_stack_mark(stream);
    return &stream->stream;
}

/* The time to give up counts from here: only a turn knows what time it is. */
bool uring_dial_advance(struct uring_stream *stream) {
    if (uring_is_in_flight(stream, URING_CONNECT)) {
        return true;
    }
    struct io_uring_sqe *entry = uring_prepare(stream, URING_CONNECT);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_connect(entry, stream->fd, &stream->peer->at.address.any,
                          stream->peer->at.address_bytes);
    uring_tag_entry(entry, stream, URING_CONNECT);
    struct uring_stack *stack = stream->stack;
    stream->give_up = instant_add(stack->now, stream->peer->connect_timeout);
    uring_queue_insert(&stack->connecting, stream);
    return true;
}

void uring_dial_connected(struct uring_stream *stream, int result) {
    if (stream->state != STREAM_CONNECTING) {
        return; /* given up meanwhile */
    }
    if (result < 0) {
        uring_close(stream, uring_close_reason_of(-result));
        return;
    }
    uring_queue_remove(&stream->stack->connecting, stream);
    stream->state = STREAM_OPEN;
    uring_stack_mark(stream);
}

void uring_dial_expire(struct uring_stack *stack) {
    struct uring_stream *stream;
    while ((stream = stack->connecting.first) != NULL &&
           instant_reached(stack->now, stream->give_up)) {
        stream->reset_on_close = true; /* it may have come about this very moment */
        uring_close(stream, STREAM_CLOSE_TIMED_OUT);
    }
}

struct instant uring_dial_deadline(const struct uring_stack *stack) {
    return stack->connecting.first == NULL ? INSTANT_NEVER : stack->connecting.first->give_up;
}
