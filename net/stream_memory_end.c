#include "net/stream_memory_internal.h"

#include <string.h>

/* What consumed bytes become: a view kept too long shows it. */
#define STALE 0xDB

static const struct end *const_end_of(const struct stream *stream) {
    return (const struct end *)stream;
}

void stream_memory_end_close(struct end *end, enum stream_close_reason reason) {
    if (end->state == STREAM_CLOSED) {
        return;
    }
    end->state = STREAM_CLOSED;
    end->reason = reason;
    end->dialled = NULL;
}

/* Writing. */

/* Why no room can be given whatever its size; STREAM_OK when it depends on the size. */
static enum stream_result refusal(struct end *end, size_t bytes) {
    if (end->state == STREAM_CLOSED || end->finishing) {
        return STREAM_GONE;
    }
    if (end->refusal_count > 0) {
        if (end->refusal_skip == 0) {
            end->refusal_count--;
            return end->refusal;
        }
        end->refusal_skip--;
    }
    if (end->state == STREAM_CONNECTING) {
        return STREAM_AGAIN_UNRESOLVED;
    }
    bool beyond = bytes > end->window || stream_send_unsent(&end->send) > end->window - bytes;
    return beyond ? STREAM_AGAIN_WINDOW : STREAM_OK;
}

static enum stream_result end_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room) {
    struct end *end = stream_memory_end_of(stream);
    CHECK(end->in_use);
    enum stream_result result = refusal(end, bytes);
    return result != STREAM_OK ? result : stream_send_reserve(&end->send, bytes, room);
}

static enum stream_result end_reserve_many(struct stream *stream, size_t bytes,
                                           struct stream_rooms *rooms) {
    struct end *end = stream_memory_end_of(stream);
    CHECK(end->in_use);
    enum stream_result result = refusal(end, bytes);
    return result != STREAM_OK ? result : stream_send_reserve_many(&end->send, bytes, rooms);
}

static void end_commit(struct stream *stream, size_t len, struct stream_position release_after,
                       unsigned flags) {
    stream_send_commit(&stream_memory_end_of(stream)->send, len, release_after, flags);
    if (stream_memory_end_of(stream)->state == STREAM_CLOSED) {
        stream_send_clear(&stream_memory_end_of(stream)->send);
    }
}

static void end_cancel(struct stream *stream) {
    stream_send_cancel(&stream_memory_end_of(stream)->send);
}

static void end_release(struct stream *stream, struct stream_position durable) {
    stream_send_release(&stream_memory_end_of(stream)->send, durable);
}

static size_t end_unsent(const struct stream *stream) {
    const struct end *end = const_end_of(stream);
    return end->state == STREAM_CLOSED ? 0 : stream_send_unsent(&end->send);
}

/* Reading. */

/* The rest of the oldest segment. */
static uint32_t segment_bytes(const struct end *end) {
    uint32_t to_edge = end->world->limits.stream.receive_bytes - end->head;
    uint32_t limit = end->unread < to_edge ? end->unread : to_edge;
    uint32_t count = 1;
    while (count < limit && !end->starts[end->head + count]) {
        count++;
    }
    return count;
}

static struct bytes gather(struct end *end, uint32_t count) {
    uint32_t to_edge = end->world->limits.stream.receive_bytes - end->head;
    uint32_t first = count < to_edge ? count : to_edge;
    memcpy(end->gathered, end->received + end->head, first);
    memcpy(end->gathered + first, end->received, count - first);
    return bytes_of(end->gathered, count);
}

static struct bytes end_peek(struct stream *stream, size_t at_least) {
    struct end *end = stream_memory_end_of(stream);
    CHECK(end->in_use && at_least <= end->world->limits.stream.gather_bytes_max);
    if (end->unread == 0) {
        end->viewed = 0;
        return bytes_of(NULL, 0);
    }
    uint32_t together = segment_bytes(end);
    if (at_least <= together) {
        end->viewed = together;
        return bytes_of(end->received + end->head, together);
    }
    end->viewed = at_least < end->unread ? (uint32_t)at_least : end->unread;
    if (end->gathered_bytes < end->viewed) {
        end->gathered_bytes = end->viewed;
    }
    return gather(end, end->viewed);
}

/* What was consumed is overwritten, secret or not. */
static void end_consume(struct stream *stream, size_t count, unsigned flags) {
    struct end *end = stream_memory_end_of(stream);
    CHECK(count <= end->viewed);
    (void)flags;
    for (size_t i = 0; i < count; i++) {
        end->received[end->head] = (char)STALE;
        end->head = stream_memory_end_wrapped(end, end->head + 1);
    }
    memset(end->gathered, STALE, end->gathered_bytes);
    end->gathered_bytes = 0;
    end->unread -= (uint32_t)count;
    end->viewed = 0;
}

/* Ending. */

static enum stream_state end_state(const struct stream *stream) {
    return const_end_of(stream)->state;
}

static enum stream_close_reason end_close_reason(const struct stream *stream) {
    return const_end_of(stream)->reason;
}

static void end_finish(struct stream *stream) {
    stream_memory_end_of(stream)->finishing = true;
}

void stream_memory_end_forget_peer(struct end *end) {
    if (end->state == STREAM_CONNECTING) {
        end->peer->in_use = false;
    }
}

void stream_memory_end_drop_unsent(struct end *end) {
    if (!stream_send_is_reserved(&end->send)) {
        stream_send_clear(&end->send);
    }
}

static void end_abort(struct stream *stream) {
    struct end *end = stream_memory_end_of(stream);
    if (end->state == STREAM_CLOSED) {
        return;
    }
    stream_memory_end_forget_peer(end);
    end->peer->reset_pending = true;
    stream_memory_end_close(end, STREAM_CLOSE_ABORTED);
    stream_memory_end_drop_unsent(end);
}

const struct stream_ops stream_memory_end_ops = {
    .reserve = end_reserve,
    .reserve_many = end_reserve_many,
    .commit = end_commit,
    .cancel = end_cancel,
    .release = end_release,
    .peek = end_peek,
    .consume = end_consume,
    .state = end_state,
    .close_reason = end_close_reason,
    .unsent = end_unsent,
    .finish = end_finish,
    .abort = end_abort,
};

void stream_memory_discard(struct stream *stream) {
    struct end *end = stream_memory_end_of(stream);
    CHECK(end->in_use && !stream_send_is_reserved(&end->send));
    end_abort(stream);
    end->in_use = false;
    stream_send_clear(&end->send);
    memset(end->received, STALE, end->world->limits.stream.receive_bytes);
    memset(end->gathered, STALE, end->world->limits.stream.gather_bytes_max);
}
