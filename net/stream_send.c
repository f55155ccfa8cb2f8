#include "net/stream_send.h"

#include <string.h>

#include "core/base/bits.h"

static size_t holds_footprint(const struct stream_limits *limits) {
    size_t bytes = (size_t)limits->hold_records_max * sizeof(struct stream_hold);
    return bits_whole_lines(bytes);
}

size_t stream_send_footprint(const struct stream_limits *limits) {
    return holds_footprint(limits) + bits_whole_lines(limits->send_bytes);
}

void stream_send_init(struct stream_send *send, void *mem, const struct stream_limits *limits) {
    *send = (struct stream_send){
        .holds = mem,
        .data = (char *)mem + holds_footprint(limits),
        .capacity = limits->send_bytes,
        .record_bytes_max = limits->record_bytes_max,
        .hold_bytes = limits->hold_bytes,
        .hold_capacity = limits->hold_records_max,
    };
}

void stream_send_clear(struct stream_send *send) {
    if (send->secret_end > 0) {
        explicit_bzero(send->data, send->capacity);
    }
    *send = (struct stream_send){
        .holds = send->holds,
        .data = send->data,
        .capacity = send->capacity,
        .record_bytes_max = send->record_bytes_max,
        .hold_bytes = send->hold_bytes,
        .hold_capacity = send->hold_capacity,
    };
}

static bool is_empty(const struct stream_send *send) {
    return send->front_start == send->front_end;
}

/* An empty ring starts over, so that a record of the full capacity always fits in the end. */
static void start_over_if_empty(struct stream_send *send) {
    if (is_empty(send)) {
        send->front_start = 0;
        send->front_end = 0;
    }
}

/* Free room behind the last byte, and at the beginning once that is used up. */
static struct stream_span room_behind(const struct stream_send *send) {
    if (send->back_end > 0) {
        return (struct stream_span){.offset = send->back_end,
                                    .bytes = send->front_start - send->back_end};
    }
    return (struct stream_span){.offset = send->front_end,
                                .bytes = send->capacity - send->front_end};
}

static uint32_t room_at_beginning(const struct stream_send *send) {
    return send->back_end > 0 ? 0 : send->front_start;
}

/* Whether `bytes` more could be held: nobody knows yet which position they will wait for. */
static bool could_hold(const struct stream_send *send, size_t bytes) {
    return stream_send_held(send) + bytes <= send->hold_bytes &&
           send->hold_count < send->hold_capacity;
}

enum stream_result stream_send_reserve(struct stream_send *send, size_t bytes,
                                       struct stream_room *room) {
    CHECK(bytes >= 1 && !stream_send_is_reserved(send));
    if (bytes > send->record_bytes_max) {
        return STREAM_TOO_LONG;
    }
    if (!could_hold(send, bytes)) {
        return STREAM_AGAIN_HOLD;
    }
    start_over_if_empty(send);
    struct stream_span span = room_behind(send);
    if (span.bytes < bytes) {
        span = (struct stream_span){.offset = 0, .bytes = room_at_beginning(send)};
    }
    if (span.bytes < bytes) {
        return STREAM_AGAIN_WINDOW;
    }
    send->reserved[0] = (struct stream_span){.offset = span.offset, .bytes = (uint32_t)bytes};
    send->reserved[1] = (struct stream_span){0};
    send->reserved_bytes = (uint32_t)bytes;
    *room = (struct stream_room){.data = send->data + span.offset, .bytes = bytes};
    return STREAM_OK;
}

/* Cuts a span into rooms of at most record_bytes_max; false when there are too many. */
static bool add_rooms(const struct stream_send *send, struct stream_span span,
                      struct stream_rooms *rooms) {
    while (span.bytes > 0) {
        if (rooms->count == STREAM_ROOMS_MAX) {
            return false;
        }
        uint32_t bytes = span.bytes < send->record_bytes_max ? span.bytes : send->record_bytes_max;
        rooms->room[rooms->count++] =
            (struct stream_room){.data = send->data + span.offset, .bytes = bytes};
        span.offset += bytes;
        span.bytes -= bytes;
    }
    return true;
}

static bool too_long_for_rooms(const struct stream_send *send, size_t bytes) {
    return bytes > send->capacity || bytes > send->hold_bytes ||
           bytes > (uint64_t)send->record_bytes_max * STREAM_ROOMS_MAX;
}

enum stream_result stream_send_reserve_many(struct stream_send *send, size_t bytes,
                                            struct stream_rooms *rooms) {
    CHECK(bytes >= 1 && !stream_send_is_reserved(send));
    if (too_long_for_rooms(send, bytes)) {
        return STREAM_TOO_LONG;
    }
    if (!could_hold(send, bytes)) {
        return STREAM_AGAIN_HOLD;
    }
    start_over_if_empty(send);
    struct stream_span first = room_behind(send);
    struct stream_span second = {.offset = 0, .bytes = room_at_beginning(send)};
    if ((size_t)first.bytes + second.bytes < bytes) {
        return STREAM_AGAIN_WINDOW;
    }
    if (first.bytes > bytes) {
        first.bytes = (uint32_t)bytes;
    }
    second.bytes = (uint32_t)bytes - first.bytes;
    struct stream_rooms made = {.count = 0};
    if (!add_rooms(send, first, &made) || !add_rooms(send, second, &made)) {
        return STREAM_AGAIN_WINDOW; /* one room too many because of the wrap: fits once empty */
    }
    send->reserved[0] = first;
    send->reserved[1] = second;
    send->reserved_bytes = (uint32_t)bytes;
    *rooms = made;
    return STREAM_OK;
}

/* Bytes at [offset, offset + count) are committed behind all others. */
static void append(struct stream_send *send, uint32_t offset, uint32_t count) {
    if (is_empty(send)) {
        send->front_start = offset;
        send->front_end = offset + count;
    } else if (send->back_end == 0 && offset == send->front_end) {
        send->front_end += count;
    } else {
        DCHECK(offset == send->back_end);
        send->back_end += count;
    }
}

/* What was reserved beyond the first `len` bytes never becomes final; it may be a secret's draft.
 */
static void wipe_unused(struct stream_send *send, uint32_t len) {
    for (unsigned i = 0; i < 2; i++) {
        struct stream_span span = send->reserved[i];
        uint32_t kept = len < span.bytes ? len : span.bytes;
        explicit_bzero(send->data + span.offset + kept, span.bytes - kept);
        len -= kept;
    }
}

/* Files what was just committed under its position. */
static void hold_or_release(struct stream_send *send, uint64_t position) {
    if (send->hold_count == 0) {
        if (position <= send->durable) {
            send->releasable = send->committed;
            return;
        }
    } else {
        uint32_t last = send->hold_head + send->hold_count - 1;
        last = last < send->hold_capacity ? last : last - send->hold_capacity;
        if (position <= send->holds[last].position) {
            send->holds[last].end = send->committed;
            return;
        }
    }
    CHECK(send->hold_count < send->hold_capacity);
    uint32_t next = send->hold_head + send->hold_count;
    next = next < send->hold_capacity ? next : next - send->hold_capacity;
    send->holds[next] = (struct stream_hold){.end = send->committed, .position = position};
    send->hold_count++;
}

void stream_send_commit(struct stream_send *send, size_t len, struct stream_position release_after,
                        unsigned flags) {
    CHECK(len >= 1 && len <= send->reserved_bytes);
    uint32_t left = (uint32_t)len;
    for (unsigned i = 0; i < 2 && left > 0; i++) {
        struct stream_span span = send->reserved[i];
        uint32_t count = left < span.bytes ? left : span.bytes;
        if (count > 0) {
            append(send, span.offset, count);
        }
        left -= count;
    }
    send->committed += len;
    if (flags & STREAM_SECRET) {
        wipe_unused(send, (uint32_t)len);
        send->secret_end = send->committed;
    }
    send->reserved_bytes = 0;
    hold_or_release(send, release_after.value);
}

void stream_send_cancel(struct stream_send *send) {
    CHECK(stream_send_is_reserved(send));
    wipe_unused(send, 0);
    send->reserved_bytes = 0;
}

void stream_send_release(struct stream_send *send, struct stream_position durable) {
    if (durable.value <= send->durable) {
        return;
    }
    send->durable = durable.value;
    while (send->hold_count > 0 && send->holds[send->hold_head].position <= durable.value) {
        send->releasable = send->holds[send->hold_head].end;
        send->hold_head++;
        send->hold_head = send->hold_head < send->hold_capacity ? send->hold_head : 0;
        send->hold_count--;
    }
}

struct bytes stream_send_front(const struct stream_send *send) {
    uint64_t releasable = send->releasable - send->taken;
    uint64_t together = send->front_end - send->front_start;
    size_t count = (size_t)(releasable < together ? releasable : together);
    return bytes_of(send->data + send->front_start, count);
}

void stream_send_take(struct stream_send *send, size_t count) {
    CHECK(count <= send->releasable - send->taken);
    while (count > 0) {
        uint32_t together = send->front_end - send->front_start;
        uint32_t taken = count < together ? (uint32_t)count : together;
        if (send->taken < send->secret_end) {
            explicit_bzero(send->data + send->front_start, taken);
        }
        send->taken += taken;
        send->front_start += taken;
        count -= taken;
        if (is_empty(send) && send->back_end > 0) {
            send->front_start = 0;
            send->front_end = send->back_end;
            send->back_end = 0;
        }
    }
}
