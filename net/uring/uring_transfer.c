#include "net/uring/uring_internal.h"

#include <errno.h>
#include <string.h>

bool uring_transfer_is_passing(int result) {
    return result == -EAGAIN || result == -EINTR || result == -ENOMEM || result == -ENOBUFS;
}

/* Moves unread bytes to the front; what they leave behind may hold secrets that were read there. */
static void compact(struct uring_stream *stream) {
    uint32_t unread = stream->fill - stream->head;
    memmove(stream->received, stream->received + stream->head, unread);
    explicit_bzero(stream->received + unread, stream->fill - unread);
    stream->head = 0;
    stream->fill = unread;
}

/*
 * Room for a receive. Moving is worth it when no more bytes move than were consumed since the last
 * time; it is needed when the end is reached before the reader has a whole message.
 */
static uint32_t receive_room(struct uring_stream *stream) {
    const struct stream_limits *limits = &stream->stack->limits.stream;
    uint32_t unread = stream->fill - stream->head;
    bool full = stream->fill == limits->receive_bytes;
    if (unread == 0) {
        stream->head = 0;
        stream->fill = 0;
    } else if (stream->head >= unread || (full && unread < limits->gather_bytes_max)) {
        compact(stream);
    }
    return limits->receive_bytes - stream->fill;
}

static bool advance_receive(struct uring_stream *stream) {
    if (uring_is_in_flight(stream, URING_RECEIVE) || stream->receive_ended) {
        return true;
    }
    uint32_t room = receive_room(stream);
    if (room == 0) {
        return true;
    }
    struct io_uring_sqe *entry = uring_prepare(stream, URING_RECEIVE);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_recv(entry, stream->fd, stream->received + stream->fill, room, 0);
    if (!stream->receive_likely) {
        entry->ioprio |= IORING_RECVSEND_POLL_FIRST; /* spares a try that would find nothing */
    }
    uring_tag_entry(entry, stream, URING_RECEIVE);
    return true;
}

static bool advance_send(struct uring_stream *stream) {
    if (uring_is_in_flight(stream, URING_SEND) || stream->send_failed != STREAM_CLOSE_NONE) {
        return true;
    }
    struct bytes front = stream_send_front(&stream->send);
    if (front.len == 0) {
        return true;
    }
    struct io_uring_sqe *entry = uring_prepare(stream, URING_SEND);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_send(entry, stream->fd, front.data, front.len, MSG_NOSIGNAL);
    uring_tag_entry(entry, stream, URING_SEND);
    stream->sending = (uint32_t)front.len;
    return true;
}

static bool shutdown_is_due(const struct uring_stream *stream) {
    return stream->finishing && !stream->shut_down &&
           !(stream->in_flight & (1u << URING_SHUTDOWN | 1u << URING_SEND)) &&
           stream_send_unsent(&stream->send) == 0 && !stream_send_is_reserved(&stream->send) &&
           stream->send_failed == STREAM_CLOSE_NONE;
}

static bool advance_shutdown(struct uring_stream *stream) {
    if (!shutdown_is_due(stream)) {
        return true;
    }
    struct io_uring_sqe *entry = uring_prepare(stream, URING_SHUTDOWN);
    if (entry == NULL) {
        return false;
    }
    io_uring_prep_shutdown(entry, stream->fd, SHUT_WR);
    uring_tag_entry(entry, stream, URING_SHUTDOWN);
    return true;
}

bool uring_transfer_advance(struct uring_stream *stream) {
    return advance_send(stream) && advance_receive(stream) && advance_shutdown(stream);
}

/* Nothing more will be received. */
static void receive_end(struct uring_stream *stream) {
    stream->receive_ended = true;
    if (stream->send_failed != STREAM_CLOSE_NONE) {
        uring_close(stream, stream->send_failed);
    } else if (stream->shut_down) {
        uring_close(stream, STREAM_CLOSE_FINISHED);
    } else {
        stream->state = STREAM_PEER_FINISHED;
    }
}

void uring_transfer_received(struct uring_stream *stream, int result, unsigned flags) {
    if (result > 0 && stream->fill_max < stream->fill + (uint32_t)result) {
        stream->fill_max = stream->fill + (uint32_t)result;
    }
    if (stream->state == STREAM_CLOSED) {
        return;
    }
    if (result > 0) {
        stream->fill += (uint32_t)result;
        stream->receive_likely = flags & IORING_CQE_F_SOCK_NONEMPTY;
        stream->stack->counters.bytes_received += (uint64_t)result;
        uring_stack_mark(stream);
    } else if (result == 0) {
        receive_end(stream);
    } else if (uring_transfer_is_passing(result)) {
        uring_stack_mark(stream);
    } else {
        stream->receive_ended = true;
        uring_close(stream, stream->send_failed != STREAM_CLOSE_NONE
                                ? stream->send_failed
                                : uring_close_reason_of(-result));
    }
}

/* The connection is gone for the kernel too, so that receiving yields what came before and ends. */
static bool is_death(int result) {
    return result == -EPIPE || result == -ECONNRESET || result == -ETIMEDOUT;
}

static void send_fail(struct uring_stream *stream, int result) {
    stream->send_failed = uring_close_reason_of(-result);
    if (stream->receive_ended || !is_death(result)) {
        stream->reset_on_close = !is_death(result);
        uring_close(stream, stream->send_failed);
    }
}

void uring_transfer_sent(struct uring_stream *stream, int result) {
    uint32_t sending = stream->sending;
    stream->sending = 0;
    if (result > 0) {
        CHECK((uint32_t)result <= sending);
        stream_send_take(&stream->send, (size_t)result);
        stream->stack->counters.short_sends += (uint32_t)result < sending;
        stream->stack->counters.bytes_sent += (uint64_t)result;
        uring_stack_mark(stream);
    } else if (stream->state == STREAM_CLOSED) {
        return;
    } else if (result == 0 || uring_transfer_is_passing(result)) {
        uring_stack_mark(stream);
    } else {
        send_fail(stream, result);
    }
}

void uring_transfer_shut_down(struct uring_stream *stream, int result) {
    if (stream->state == STREAM_CLOSED) {
        uring_stack_mark(stream); /* closing waited for it */
        return;
    }
    if (result == 0) {
        stream->shut_down = true;
    } else {
        stream->send_failed = STREAM_CLOSE_RESET; /* not connected any more: receiving ends too */
    }
    if (stream->receive_ended) {
        uring_close(stream, result == 0 ? STREAM_CLOSE_FINISHED : STREAM_CLOSE_RESET);
    }
}
