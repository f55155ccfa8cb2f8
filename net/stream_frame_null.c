#include "net/stream_frame_null.h"

#include <string.h>

#include "core/base/bits.h"

#define HEADER_BYTES STREAM_FRAME_NULL_HEADER_BYTES
#define TAG_BYTES STREAM_FRAME_NULL_TAG_BYTES
#define OVERHEAD_BYTES STREAM_FRAME_NULL_OVERHEAD_BYTES

/* Record type, version and content type, as TLS 1.3 has them (RFC 8446, 5.2). */
#define RECORD_TYPE 0x17
#define VERSION_MAJOR 0x03
#define VERSION_MINOR 0x03
#define CONTENT_TYPE 0x17

struct stream_frame_null {
    struct stream stream;
    struct stream *below;
    uint32_t record_bytes_max;
    uint32_t large_bytes_max;
    uint32_t gather_bytes_max;
    bool garbled; /* a record failed: nothing after it can be trusted */

    struct stream_rooms reserved; /* of the stream below, header and tag included */
    size_t reserved_bytes;        /* as asked from us */
    uint64_t write_number;

    /*
     * Unread bytes are gathered[gather_start, gather_end), then what is left of the record at the
     * front of the stream below: open_bytes of plaintext (0: none), of which open_read are gone.
     */
    char *gathered;
    size_t gather_start;
    size_t gather_end;
    size_t open_bytes;
    size_t open_read;
    bool open_secret;
    uint64_t read_number;
    size_t viewed;
};

static const struct stream_ops frame_ops;

size_t stream_frame_null_footprint(const struct stream_frame_null_limits *limits) {
    if (limits->record_bytes_max < 1 || limits->large_bytes_max < limits->record_bytes_max ||
        limits->large_bytes_max > STREAM_FRAME_NULL_RECORD_BYTES_MAX ||
        limits->gather_bytes_max < 1 || limits->gather_bytes_max > STREAM_BUFFER_BYTES_MAX) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct stream_frame_null)) +
           bits_whole_lines(limits->gather_bytes_max);
}

struct stream *stream_frame_null_init(void *mem, const struct stream_frame_null_limits *limits,
                                      struct stream *below) {
    CHECK(stream_frame_null_footprint(limits) != 0);
    struct stream_frame_null *frame = mem;
    *frame = (struct stream_frame_null){
        .stream = {.ops = &frame_ops, .epoch = below->epoch},
        .below = below,
        .record_bytes_max = limits->record_bytes_max,
        .large_bytes_max = limits->large_bytes_max,
        .gather_bytes_max = limits->gather_bytes_max,
        .gathered = (char *)mem + bits_whole_lines(sizeof(*frame)),
    };
    return &frame->stream;
}

static struct stream_frame_null *frame_of(struct stream *stream) {
    return (struct stream_frame_null *)stream;
}

static const struct stream_frame_null *const_frame_of(const struct stream *stream) {
    return (const struct stream_frame_null *)stream;
}

/* The checksum of a record's plaintext in its place: FNV-1a, started from its number. */
struct checksum {
    uint64_t value;
};

static struct checksum checksum_start(uint64_t number) {
    return (struct checksum){.value = UINT64_C(0xcbf29ce484222325) ^ number};
}

static void checksum_add(struct checksum *sum, const char *data, size_t count) {
    for (size_t i = 0; i < count; i++) {
        sum->value = (sum->value ^ (unsigned char)data[i]) * UINT64_C(0x100000001b3);
    }
}

static void put_u64(char *to, uint64_t value) {
    for (int i = 7; i >= 0; i--) {
        to[i] = (char)(value & 0xFF);
        value >>= 8;
    }
}

static void header_make(char header[HEADER_BYTES], size_t len) {
    size_t body = len + TAG_BYTES;
    header[0] = RECORD_TYPE;
    header[1] = VERSION_MAJOR;
    header[2] = VERSION_MINOR;
    header[3] = (char)(body >> 8);
    header[4] = (char)(body & 0xFF);
}

static void tag_make(char tag[TAG_BYTES], uint64_t number, struct checksum sum) {
    tag[0] = CONTENT_TYPE;
    put_u64(tag + 1, number);
    put_u64(tag + 9, sum.value);
}

/* Writing. */

/* Bytes [from, from + count) of a record laid over several rooms; copies `data` there if given,
 * sums what lies there if `sum` is given. */
static void visit_rooms(const struct stream_rooms *rooms, size_t from, size_t count,
                        const char *data, struct checksum *sum) {
    for (uint32_t i = 0; i < rooms->count && count > 0; i++) {
        const struct stream_room *room = &rooms->room[i];
        if (from >= room->bytes) {
            from -= room->bytes;
            continue;
        }
        size_t here = room->bytes - from < count ? room->bytes - from : count;
        if (data != NULL) {
            memcpy(room->data + from, data, here);
            data += here;
        }
        if (sum != NULL) {
            checksum_add(sum, room->data + from, here);
        }
        count -= here;
        from = 0;
    }
    CHECK(count == 0);
}

/* The rooms between header and tag, as the layer above sees them. */
static void inner_rooms(const struct stream_rooms *outer, size_t bytes,
                        struct stream_rooms *inner) {
    size_t skip = HEADER_BYTES;
    inner->count = 0;
    for (uint32_t i = 0; i < outer->count && bytes > 0; i++) {
        struct stream_room room = outer->room[i];
        size_t skipped = skip < room.bytes ? skip : room.bytes;
        room.data += skipped;
        room.bytes -= skipped;
        skip -= skipped;
        if (room.bytes > bytes) {
            room.bytes = bytes;
        }
        if (room.bytes > 0) {
            inner->room[inner->count++] = room;
            bytes -= room.bytes;
        }
    }
}

static enum stream_result frame_reserve(struct stream *stream, size_t bytes,
                                        struct stream_room *room) {
    struct stream_frame_null *frame = frame_of(stream);
    CHECK(bytes >= 1 && frame->reserved_bytes == 0);
    if (frame->garbled) {
        return STREAM_GONE;
    }
    if (bytes > frame->record_bytes_max) {
        return STREAM_TOO_LONG;
    }
    struct stream_room outer;
    enum stream_result result = stream_reserve(frame->below, bytes + OVERHEAD_BYTES, &outer);
    if (result != STREAM_OK) {
        return result;
    }
    frame->reserved.count = 1;
    frame->reserved.room[0] = outer;
    frame->reserved_bytes = bytes;
    room->data = outer.data + HEADER_BYTES;
    room->bytes = outer.bytes - OVERHEAD_BYTES;
    return STREAM_OK;
}

static enum stream_result frame_reserve_many(struct stream *stream, size_t bytes,
                                             struct stream_rooms *rooms) {
    struct stream_frame_null *frame = frame_of(stream);
    CHECK(bytes >= 1 && frame->reserved_bytes == 0);
    if (frame->garbled) {
        return STREAM_GONE;
    }
    if (bytes > frame->large_bytes_max) {
        return STREAM_TOO_LONG;
    }
    struct stream_rooms outer;
    enum stream_result result = stream_reserve_many(frame->below, bytes + OVERHEAD_BYTES, &outer);
    if (result != STREAM_OK) {
        return result;
    }
    frame->reserved = outer;
    frame->reserved_bytes = bytes;
    inner_rooms(&frame->reserved, bytes, rooms);
    return STREAM_OK;
}

static void frame_commit(struct stream *stream, size_t len, struct stream_position release_after,
                         unsigned flags) {
    struct stream_frame_null *frame = frame_of(stream);
    CHECK(len >= 1 && len <= frame->reserved_bytes);
    char header[HEADER_BYTES];
    char tag[TAG_BYTES];
    struct checksum sum = checksum_start(frame->write_number);
    header_make(header, len);
    visit_rooms(&frame->reserved, 0, HEADER_BYTES, header, NULL);
    visit_rooms(&frame->reserved, HEADER_BYTES, len, NULL, &sum);
    tag_make(tag, frame->write_number, sum);
    visit_rooms(&frame->reserved, HEADER_BYTES + len, TAG_BYTES, tag, NULL);
    frame->write_number++;
    frame->reserved_bytes = 0;
    stream_commit(frame->below, len + OVERHEAD_BYTES, release_after, flags);
}

static void frame_cancel(struct stream *stream) {
    CHECK(frame_of(stream)->reserved_bytes != 0);
    frame_of(stream)->reserved_bytes = 0;
    stream_cancel(frame_of(stream)->below);
}

static void frame_release(struct stream *stream, struct stream_position durable) {
    stream_release(frame_of(stream)->below, durable);
}

static size_t frame_unsent(const struct stream *stream) {
    return stream_unsent(const_frame_of(stream)->below);
}

/* Reading. */

static void fail(struct stream_frame_null *frame) {
    frame->garbled = true;
    stream_abort(frame->below);
}

/* The plaintext length a header names; 0 for what is no header of ours. */
static size_t header_read(const char *header) {
    const unsigned char *bytes = (const unsigned char *)header;
    size_t body = (size_t)bytes[3] << 8 | bytes[4];
    bool ours = bytes[0] == RECORD_TYPE && bytes[1] == VERSION_MAJOR && bytes[2] == VERSION_MINOR;
    return ours && body > TAG_BYTES ? body - TAG_BYTES : 0;
}

/* Whether a complete, verified record lies open at the front of the stream below. */
static bool record_open(struct stream_frame_null *frame) {
    if (frame->open_bytes > 0) {
        return true;
    }
    struct bytes front =
        frame->garbled ? bytes_of(NULL, 0) : stream_peek(frame->below, HEADER_BYTES);
    if (front.len < HEADER_BYTES) {
        return false;
    }
    size_t len = header_read(front.data);
    if (len == 0 || len > frame->large_bytes_max) {
        fail(frame);
        return false;
    }
    front = stream_peek(frame->below, len + OVERHEAD_BYTES);
    if (front.len < len + OVERHEAD_BYTES) {
        return false;
    }
    char tag[TAG_BYTES];
    struct checksum sum = checksum_start(frame->read_number);
    checksum_add(&sum, front.data + HEADER_BYTES, len);
    tag_make(tag, frame->read_number, sum);
    if (memcmp(tag, front.data + HEADER_BYTES + len, TAG_BYTES) != 0) {
        fail(frame);
        return false;
    }
    frame->read_number++;
    frame->open_bytes = len;
    frame->open_read = 0;
    frame->open_secret = false;
    return true;
}

/* The unread plaintext of the open record, in place. */
static struct bytes open_rest(struct stream_frame_null *frame) {
    struct bytes record = stream_peek(frame->below, frame->open_bytes + OVERHEAD_BYTES);
    return bytes_of(record.data + HEADER_BYTES + frame->open_read,
                    frame->open_bytes - frame->open_read);
}

/* The first `count` bytes of open_rest are read or copied; the last give the record back. */
static void open_advance(struct stream_frame_null *frame, size_t count, unsigned flags) {
    frame->open_read += count;
    frame->open_secret = frame->open_secret || (flags & STREAM_SECRET);
    if (frame->open_read < frame->open_bytes) {
        return;
    }
    stream_peek(frame->below, frame->open_bytes + OVERHEAD_BYTES);
    stream_consume(frame->below, frame->open_bytes + OVERHEAD_BYTES,
                   frame->open_secret ? STREAM_SECRET : STREAM_PLAIN);
    frame->open_bytes = 0;
}

/*
 * Moves records into the gather buffer until it holds `at_least`. The original is always wiped:
 * whether the bytes are secret is known only when the reader consumes the copy.
 */
static void gather(struct stream_frame_null *frame, size_t at_least) {
    size_t have = frame->gather_end - frame->gather_start;
    memmove(frame->gathered, frame->gathered + frame->gather_start, have);
    explicit_bzero(frame->gathered + have, frame->gather_end - have);
    frame->gather_start = 0;
    frame->gather_end = have;
    while (frame->gather_end < at_least && record_open(frame)) {
        struct bytes rest = open_rest(frame);
        size_t missing = at_least - frame->gather_end;
        size_t count = rest.len < missing ? rest.len : missing;
        memcpy(frame->gathered + frame->gather_end, rest.data, count);
        frame->gather_end += count;
        open_advance(frame, count, STREAM_SECRET);
    }
}

static struct bytes frame_peek(struct stream *stream, size_t at_least) {
    struct stream_frame_null *frame = frame_of(stream);
    CHECK(at_least <= frame->gather_bytes_max);
    struct bytes view = bytes_of(NULL, 0);
    size_t have = frame->gather_end - frame->gather_start;
    if (have == 0 && record_open(frame)) {
        view = open_rest(frame);
    }
    if (have > 0 || view.len < at_least) {
        if (have < at_least) {
            gather(frame, at_least);
        }
        view = bytes_of(frame->gathered + frame->gather_start,
                        frame->gather_end - frame->gather_start);
    }
    frame->viewed = view.len;
    return view;
}

static void frame_consume(struct stream *stream, size_t count, unsigned flags) {
    struct stream_frame_null *frame = frame_of(stream);
    CHECK(count <= frame->viewed);
    frame->viewed = 0;
    if (count == 0) {
        return;
    }
    if (frame->gather_end == frame->gather_start) {
        open_advance(frame, count, flags);
        return;
    }
    if (flags & STREAM_SECRET) {
        explicit_bzero(frame->gathered + frame->gather_start, count);
    }
    frame->gather_start += count;
}

/* State. */

static enum stream_state frame_state(const struct stream *stream) {
    const struct stream_frame_null *frame = const_frame_of(stream);
    return frame->garbled ? STREAM_CLOSED : stream_state(frame->below);
}

static enum stream_close_reason frame_close_reason(const struct stream *stream) {
    const struct stream_frame_null *frame = const_frame_of(stream);
    return frame->garbled ? STREAM_CLOSE_FAULT : stream_close_reason(frame->below);
}

static void frame_finish(struct stream *stream) {
    stream_finish(frame_of(stream)->below);
}

static void frame_abort(struct stream *stream) {
    stream_abort(frame_of(stream)->below);
}

static const struct stream_ops frame_ops = {
    .reserve = frame_reserve,
    .reserve_many = frame_reserve_many,
    .commit = frame_commit,
    .cancel = frame_cancel,
    .release = frame_release,
    .peek = frame_peek,
    .consume = frame_consume,
    .state = frame_state,
    .close_reason = frame_close_reason,
    .unsent = frame_unsent,
    .finish = frame_finish,
    .abort = frame_abort,
};
