#include "net/uring/uring_internal.h"

#include <string.h>

static struct uring_stream *uring_of(struct stream *stream) {
    return (struct uring_stream *)stream;
}

static const struct uring_stream *const_uring_of(const struct stream *stream) {
    return (const struct uring_stream *)stream;
}

/* Writing. */

/* Why nothing can be reserved whatever its size; STREAM_OK when it depends on the size. */
static enum stream_result refusal(const struct uring_stream *stream) {
    if (stream->state == STREAM_CLOSED || stream->finishing ||
        stream->send_failed != STREAM_CLOSE_NONE) {
        return STREAM_GONE;
    }
    return stream->state == STREAM_CONNECTING ? STREAM_AGAIN_UNRESOLVED : STREAM_OK;
}

static enum stream_result reserve(struct stream *stream, size_t bytes, struct stream_room *room) {
    struct uring_stream *self = uring_of(stream);
    DCHECK(self->in_use);
    enum stream_result result = refusal(self);
    return result != STREAM_OK ? result : stream_send_reserve(&self->send, bytes, room);
}

static enum stream_result reserve_many(struct stream *stream, size_t bytes,
                                       struct stream_rooms *rooms) {
    struct uring_stream *self = uring_of(stream);
    DCHECK(self->in_use);
    enum stream_result result = refusal(self);
    return result != STREAM_OK ? result : stream_send_reserve_many(&self->send, bytes, rooms);
}

/* On a dead connection the bytes stay where they are until the slot is cleared. */
static void commit(struct stream *stream, size_t len, struct stream_position release_after,
                   unsigned flags) {
    stream_send_commit(&uring_of(stream)->send, len, release_after, flags);
    uring_stack_mark(uring_of(stream));
}

static void cancel(struct stream *stream) {
    stream_send_cancel(&uring_of(stream)->send);
    uring_stack_mark(uring_of(stream)); /* a FIN may have waited for it */
}

static void release(struct stream *stream, struct stream_position durable) {
    stream_send_release(&uring_of(stream)->send, durable);
    uring_stack_mark(uring_of(stream));
}

static size_t unsent(const struct stream *stream) {
    const struct uring_stream *self = const_uring_of(stream);
    return self->state == STREAM_CLOSED ? 0 : stream_send_unsent(&self->send);
}

/* Reading. */

static struct bytes peek(struct stream *stream, size_t at_least) {
    const struct uring_stream *self = uring_of(stream);
    DCHECK(at_least <= self->stack->limits.stream.gather_bytes_max);
    (void)at_least; /* all that was received lies together */
    return bytes_of(self->received + self->head, self->fill - self->head);
}

static void consume(struct stream *stream, size_t count, unsigned flags) {
    struct uring_stream *self = uring_of(stream);
    CHECK(count <= self->fill - self->head);
    if (flags & STREAM_SECRET) {
        explicit_bzero(self->received + self->head, count);
    }
    self->head += (uint32_t)count;
    if (!uring_is_in_flight(self, URING_RECEIVE)) {
        uring_stack_mark(self);
    }
}

/* State. */

static enum stream_state state(const struct stream *stream) {
    return const_uring_of(stream)->state;
}

static enum stream_close_reason close_reason(const struct stream *stream) {
    return const_uring_of(stream)->reason;
}

static void finish(struct stream *stream) {
    uring_of(stream)->finishing = true;
    uring_stack_mark(uring_of(stream));
}

static void abort_stream(struct stream *stream) {
    struct uring_stream *self = uring_of(stream);
    if (self->state != STREAM_CLOSED) {
        self->reset_on_close = true;
        uring_close(self, STREAM_CLOSE_ABORTED);
    }
}

const struct stream_ops uring_stream_ops = {
    .reserve = reserve,
    .reserve_many = reserve_many,
    .commit = commit,
    .cancel = cancel,
    .release = release,
    .peek = peek,
    .consume = consume,
    .state = state,
    .close_reason = close_reason,
    .unsent = unsent,
    .finish = finish,
    .abort = abort_stream,
};
