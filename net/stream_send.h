/*
 * The sending half of a stream that buffers by itself: room, order, hold, wiping.
 *
 * A ring of bytes in which every record is contiguous: what does not fit before the end starts at
 * the beginning. The transport takes bytes from the front, as many as it likes, whenever they are
 * releasable; their place is free again once taken.
 *
 * Holding. A record waits until the journal is durable up to its position, and so does all that was
 * committed after it. Bytes held count against hold_bytes, neighbours with the same or an earlier
 * position share one of hold_records_max entries; reserve refuses (STREAM_AGAIN_HOLD) what could
 * not be held.
 *
 * What it is not: a stream. It knows no state, no peer and no end; its owner refuses with
 * STREAM_GONE. One thread.
 */
#ifndef TERCEL_NET_STREAM_SEND_H
#define TERCEL_NET_STREAM_SEND_H

#include "net/stream.h"
#include "net/stream_limits.h"

/* Committed bytes up to stream offset `end` wait for `position`. */
struct stream_hold {
    uint64_t end;
    uint64_t position;
};

struct stream_span {
    uint32_t offset;
    uint32_t bytes;
};

struct stream_send {
    char *data;
    struct stream_hold *holds; /* a ring; oldest at hold_head, positions strictly rising */
    uint32_t capacity;
    uint32_t record_bytes_max;
    uint32_t hold_bytes;
    uint32_t hold_capacity;

    /* Two regions of untaken bytes: [front_start, front_end), then [0, back_end). The back region
     * is empty whenever the front one is. */
    uint32_t front_start;
    uint32_t front_end;
    uint32_t back_end;

    uint32_t hold_head;
    uint32_t hold_count;
    uint64_t durable;

    /* Offsets in the stream, counted from its first byte: taken <= releasable <= committed. */
    uint64_t committed;
    uint64_t releasable;
    uint64_t taken;
    uint64_t secret_end; /* bytes before it may be secret: wiped as they are taken */

    struct stream_span reserved[2];
    uint32_t reserved_bytes; /* what was asked for; 0: no reservation is open */
};

/* Bytes for stream_send_init, a multiple of 64; `limits` are possible. */
size_t stream_send_footprint(const struct stream_limits *limits);

/* `mem` is aligned to 64 and outlives it. Whatever it held before is gone, but not wiped. */
void stream_send_init(struct stream_send *send, void *mem, const struct stream_limits *limits);

/* Empty again, with no reservation, nothing durable; every byte ever secret is wiped. */
void stream_send_clear(struct stream_send *send);

/* As stream_reserve: OK, AGAIN_WINDOW (full), AGAIN_HOLD or TOO_LONG. */
enum stream_result stream_send_reserve(struct stream_send *send, size_t bytes,
                                       struct stream_room *room);

/*
 * As stream_reserve_many, no room larger than record_bytes_max. TOO_LONG above what an empty queue
 * could take: the least of send_bytes, hold_bytes and STREAM_ROOMS_MAX records.
 */
enum stream_result stream_send_reserve_many(struct stream_send *send, size_t bytes,
                                            struct stream_rooms *rooms);

/* As stream_commit. With STREAM_SECRET the bytes are wiped as they are taken, and what was reserved
 * beyond `len` at once. */
void stream_send_commit(struct stream_send *send, size_t len, struct stream_position release_after,
                        unsigned flags);

/* As stream_cancel. The room is wiped: what was written there may have been a secret. */
void stream_send_cancel(struct stream_send *send);

static inline bool stream_send_is_reserved(const struct stream_send *send) {
    return send->reserved_bytes != 0;
}

void stream_send_release(struct stream_send *send, struct stream_position durable);

/* The first releasable bytes that lie together; empty when there are none. They stay put until
 * stream_send_take gives them up. */
struct bytes stream_send_front(const struct stream_send *send);

/* The transport has its own copy of the first `count` releasable bytes. */
void stream_send_take(struct stream_send *send, size_t count);

static inline size_t stream_send_unsent(const struct stream_send *send) {
    return (size_t)(send->committed - send->taken);
}

static inline size_t stream_send_held(const struct stream_send *send) {
    return (size_t)(send->committed - send->releasable);
}

#endif
