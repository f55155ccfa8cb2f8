#include "net/uring/uring_internal.h"

#include <errno.h>

enum stream_close_reason uring_close_reason_of(int error) {
    switch (error) {
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN:
        return STREAM_CLOSE_RESET;
    case ECONNREFUSED:
        return STREAM_CLOSE_REFUSED;
    case ETIMEDOUT:
        return STREAM_CLOSE_TIMED_OUT;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EACCES:
    case EPERM:
    case EINVAL:
        return STREAM_CLOSE_UNREACHABLE;
    default:
        return STREAM_CLOSE_FAULT;
    }
}

void uring_close(struct uring_stream *stream, enum stream_close_reason reason) {
    CHECK(stream->state != STREAM_CLOSED && reason != STREAM_CLOSE_NONE);
    if (stream->state == STREAM_CONNECTING && !instant_is_never(stream->give_up)) {
        uring_queue_remove(&stream->stack->connecting, stream);
    }
    stream->state = STREAM_CLOSED;
    stream->reason = reason;
    uring_stack_mark(stream);
}

/* Each runs when the one before it is done, whatever its result. */
static struct io_uring_sqe *link_next(struct io_uring_sqe *entry) {
    entry->flags |= IOSQE_IO_HARDLINK;
    return entry;
}

static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

/*
 * Operations still waiting on the socket are cancelled first: each holds the socket open. The chain
 * must be submitted whole, so it waits for room; and for a shutdown under way, because a thread of
 * the kernel does that one, which looks the descriptor up when it gets to it: closed meanwhile, the
 * number may be another connection's.
 */
bool uring_close_advance(struct uring_stream *stream) {
    if (stream->fd < 0 || uring_is_in_flight(stream, URING_CLOSE) ||
        uring_is_in_flight(stream, URING_SHUTDOWN)) {
        return true;
    }
    bool cancel = stream->in_flight != 0;
    unsigned needed = 1u + cancel + stream->reset_on_close;
    if (uring_ring_room(&stream->stack->ring) < needed) {
        return false;
    }
    if (cancel) {
        struct io_uring_sqe *entry = uring_prepare(stream, URING_CANCEL);
        io_uring_prep_cancel64(entry, 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL);
        entry->fd = stream->fd;
        uring_tag_entry(link_next(entry), stream, URING_CANCEL);
    }
    if (stream->reset_on_close) {
        struct io_uring_sqe *entry = uring_prepare(stream, URING_DISCONNECT);
        io_uring_prep_connect(entry, stream->fd, &nowhere, sizeof(nowhere));
        uring_tag_entry(link_next(entry), stream, URING_DISCONNECT);
    }
    struct io_uring_sqe *entry = uring_prepare(stream, URING_CLOSE);
    io_uring_prep_close(entry, stream->fd);
    uring_tag_entry(entry, stream, URING_CLOSE);
    return true;
}

/* Linux gives the descriptor back whatever close returns; only a chain cut short has not run it. */
void uring_close_done(struct uring_stream *stream, int result) {
    if (result == -ECANCELED) {
        uring_stack_mark(stream);
    } else {
        stream->fd = -1;
    }
}
