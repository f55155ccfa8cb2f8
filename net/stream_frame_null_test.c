#include <criterion/criterion.h>

#include "net/stream_frame_null_test_fixture.h"
#include "net/stream_memory_test_fixture.h"

static struct stream_fixture *whole(void) {
    return frame_fixture_make(&memory_fixture_make(SIZE_MAX)->fixture);
}

static struct stream_fixture *byte_by_byte(void) {
    return frame_fixture_make(&memory_fixture_make(1)->fixture);
}

STREAM_CONFORMANCE_TESTS(stream_frame_null_whole, whole)
STREAM_CONFORMANCE_TESTS(stream_frame_null_bytes, byte_by_byte)

/* What only this layer has: its bytes on the wire, and what it does about wrong ones. */

struct wire {
    struct memory_fixture *memory;
    struct stream *raw; /* the far end, without a layer */
    struct stream *below;
    struct stream *stream;
    char *layer;
};

static struct wire wire_make(void) {
    struct wire wire = {.memory = memory_fixture_make(SIZE_MAX)};
    cr_assert(stream_memory_pair(wire.memory->world, &wire.raw, &wire.below));
    wire.layer = aligned_alloc(64, stream_frame_null_footprint(&frame_limits));
    wire.stream = stream_frame_null_init(wire.layer, &frame_limits, wire.below);
    return wire;
}

static void wire_destroy(struct wire *wire) {
    memory_fixture_destroy(&wire->memory->fixture);
    free(wire->layer);
}

static void put(struct stream *stream, struct bytes bytes) {
    struct stream_room room;
    cr_assert_eq(stream_reserve(stream, bytes.len, &room), STREAM_OK);
    memcpy(room.data, bytes.data, bytes.len);
    stream_commit(stream, bytes.len, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

/* FNV-1a of "abc" from the offset basis with 0 and 1 folded in, worked out apart from the code. */
#define RECORD_0                                                                                   \
    "\x17\x03\x03\x00\x14"                                                                         \
    "abc"                                                                                          \
    "\x17\x00\x00\x00\x00\x00\x00\x00\x00\xe7\x1f\xa2\x19\x05\x41\x57\x4b"
#define RECORD_1                                                                                   \
    "\x17\x03\x03\x00\x14"                                                                         \
    "abc"                                                                                          \
    "\x17\x00\x00\x00\x00\x00\x00\x00\x01\xee\xe2\xc3\x19\x09\x66\x41\xec"

Test(stream_frame_null, records_lie_on_the_wire_as_stated) {
    struct wire wire = wire_make();
    struct stream_room room;
    put(wire.stream, BYTES("abc"));
    cr_assert_eq(stream_reserve(wire.stream, 100, &room), STREAM_OK);
    stream_cancel(wire.stream); /* uses no number */
    put(wire.stream, BYTES("abc"));
    stream_memory_deliver(wire.raw, 1000);
    cr_assert(bytes_equal(stream_peek(wire.raw, 50), BYTES(RECORD_0 RECORD_1)));
    wire_destroy(&wire);
}

Test(stream_frame_null, a_record_is_read_where_it_lies) {
    struct wire wire = wire_make();
    put(wire.raw, BYTES(RECORD_0));
    put(wire.raw, BYTES(RECORD_1));
    stream_memory_deliver(wire.below, 24);
    cr_assert_eq(stream_peek(wire.stream, 3).len, 0, "no byte before the whole record is verified");
    stream_memory_deliver(wire.below, 1 + 25);
    struct bytes view = stream_peek(wire.stream, 0);
    cr_assert(bytes_equal(view, BYTES("abc")));
    cr_assert(bytes_equal(stream_peek(wire.stream, 6), BYTES("abcabc")));
    wire_destroy(&wire);
}

/* Each single byte of a record changed, whichever it is, ends the stream. */
Test(stream_frame_null, any_changed_byte_is_a_fault) {
    static const char record[] = RECORD_0 RECORD_1;
    for (size_t i = 0; i < 25; i++) {
        struct wire wire = wire_make();
        char changed[sizeof(record)];
        memcpy(changed, record, sizeof(record));
        changed[i] = (char)(changed[i] ^ 1);
        put(wire.raw, bytes_of(changed, 50));
        stream_memory_deliver(wire.below, 1000);
        cr_assert_eq(stream_peek(wire.stream, 6).len, 0, "byte %zu", i);
        if (i == 3) { /* names a longer record, that has not come yet */
            cr_assert_eq(stream_state(wire.stream), STREAM_OPEN);
            wire_destroy(&wire);
            continue;
        }
        cr_assert_eq(stream_state(wire.stream), STREAM_CLOSED, "byte %zu", i);
        cr_assert_eq(stream_close_reason(wire.stream), STREAM_CLOSE_FAULT);
        struct stream_room room;
        cr_assert_eq(stream_reserve(wire.stream, 1, &room), STREAM_GONE);
        stream_memory_deliver(wire.raw, 1000);
        cr_assert_eq(stream_close_reason(wire.raw), STREAM_CLOSE_RESET);
        wire_destroy(&wire);
    }
}

Test(stream_frame_null, a_repeated_or_skipped_record_is_a_fault) {
    for (size_t i = 0; i < 2; i++) {
        struct wire wire = wire_make();
        put(wire.raw, bytes_of(i == 0 ? RECORD_0 RECORD_0 : RECORD_1 RECORD_0, 50));
        stream_memory_deliver(wire.below, 1000);
        cr_assert_eq(stream_peek(wire.stream, 6).len, i == 0 ? 3 : 0, "row %zu", i);
        cr_assert_eq(stream_state(wire.stream), STREAM_CLOSED);
        wire_destroy(&wire);
    }
}

Test(stream_frame_null, an_oversized_record_is_refused_before_it_comes) {
    struct wire wire = wire_make();
    put(wire.raw, BYTES("\x17\x03\x03\x0b\xb9"));
    stream_memory_deliver(wire.below, 1000);
    cr_assert_eq(stream_peek(wire.stream, 1).len, 0);
    cr_assert_eq(stream_close_reason(wire.stream), STREAM_CLOSE_FAULT);
    wire_destroy(&wire);
}

Test(stream_frame_null, footprint_refuses_impossible_limits) {
    struct stream_frame_null_limits limits = frame_limits;
    cr_assert_neq(stream_frame_null_footprint(&limits), 0);
    limits.record_bytes_max = 0;
    cr_assert_eq(stream_frame_null_footprint(&limits), 0);
    limits = frame_limits;
    limits.large_bytes_max = limits.record_bytes_max - 1;
    cr_assert_eq(stream_frame_null_footprint(&limits), 0);
    limits = frame_limits;
    limits.large_bytes_max = STREAM_FRAME_NULL_RECORD_BYTES_MAX + 1;
    cr_assert_eq(stream_frame_null_footprint(&limits), 0);
    limits = frame_limits;
    limits.gather_bytes_max = 0;
    cr_assert_eq(stream_frame_null_footprint(&limits), 0);
}
