#include "net/uring/uring_internal.h"

#include <errno.h>

/* After the kernel ran out of descriptors or memory: neither comes back within a turn. */
#define RETRY_NS (10 * NS_PER_MS)

static bool has_slot(const struct uring_stack *stack) {
    uint32_t most = stack->limits.accepts_max;
    return stack->free != NULL && (most == 0 || stack->accepted < most);
}

static void open_accepted(struct uring_stack *stack, struct uring_listener *listener, int fd) {
    struct uring_stream *stream = uring_stack_take_slot(stack, fd, STREAM_OPEN);
    stream->accepted = true;
    stack->accepted++;
    uring_queue_push(&listener->accepted, stream);
    stack->counters.accepted++;
    uring_stack_mark(stream);
}

static void arm(struct uring_stack *stack, uint32_t index) {
    struct uring_listener *listener = &stack->listeners[index];
    struct io_uring_sqe *entry = uring_ring_prepare(&stack->ring);
    if (entry == NULL) {
        stack->counters.put_off++;
        return;
    }
    io_uring_prep_accept(entry, listener->fd, NULL, NULL, SOCK_CLOEXEC);
    entry->user_data = uring_tag(URING_ACCEPT, index, 0);
    listener->armed = true;
}

/* One accept at a time rather than multishot: a full table must stop it at once. */
void uring_listen_advance(struct uring_stack *stack) {
    for (uint32_t i = 0; i < stack->listener_count; i++) {
        struct uring_listener *listener = &stack->listeners[i];
        if (has_slot(stack) && listener->parked >= 0) {
            open_accepted(stack, listener, listener->parked);
            listener->parked = -1;
        }
        if (has_slot(stack) && listener->parked < 0 && !listener->armed &&
            instant_reached(stack->now, listener->retry_at)) {
            arm(stack, i);
        }
    }
}

void uring_listen_accepted(struct uring_stack *stack, uint32_t index, int result) {
    struct uring_listener *listener = &stack->listeners[index];
    CHECK(listener->armed && listener->parked < 0);
    listener->armed = false;
    if (result < 0) {
        if (result != -ECONNABORTED && result != -ECANCELED && result != -EINTR) {
            stack->counters.accept_failures++;
            listener->retry_at = instant_add(stack->now, (struct duration){.ns = RETRY_NS});
        }
    } else if (!has_slot(stack) || stack->ending) {
        listener->parked = result;
    } else {
        open_accepted(stack, listener, result);
    }
}

struct stream *uring_listen_take(struct uring_stack *stack, unsigned index) {
    CHECK(index < stack->listener_count);
    struct uring_queue *accepted = &stack->listeners[index].accepted;
    struct uring_stream *stream = accepted->first;
    if (stream == NULL) {
        return NULL;
    }
    uring_queue_remove(accepted, stream);
    return &stream->stream;
}

struct instant uring_listen_deadline(const struct uring_stack *stack) {
    struct instant earliest = INSTANT_NEVER;
    for (uint32_t i = 0; i < stack->listener_count; i++) {
        const struct uring_listener *listener = &stack->listeners[i];
        if (!listener->armed && !instant_reached(stack->now, listener->retry_at)) {
            earliest = instant_earlier(earliest, listener->retry_at);
        }
    }
    return earliest;
}
