#include "net/stream_conformance_tools.h"

/* A slow transport may need several rounds to become quiet; a dead one must not hang the test. */
#define PUMPS_MAX 10000

void fixture_pump(struct stream_fixture *fixture) {
    fixture->ops->pump(fixture);
}

struct pair pair_connect(struct stream_fixture *fixture) {
    struct pair pair = {.a = NULL, .b = NULL};
    for (int i = 0; i < PUMPS_MAX && pair.a == NULL; i++) {
        pair.a = fixture->ops->dial(fixture);
        fixture_pump(fixture);
    }
    cr_assert_not_null(pair.a, "dial finds a slot");
    for (int i = 0; i < PUMPS_MAX && pair.b == NULL; i++) {
        pair.b = fixture->ops->accept(fixture);
        fixture_pump(fixture);
    }
    cr_assert_not_null(pair.b, "what was dialled is accepted");
    cr_assert_eq(stream_state(pair.a), STREAM_OPEN);
    cr_assert_eq(stream_state(pair.b), STREAM_OPEN);
    return pair;
}

void pair_discard(struct stream_fixture *fixture, struct pair pair) {
    fixture->ops->discard(fixture, pair.a);
    fixture->ops->discard(fixture, pair.b);
    fixture_pump(fixture);
}

char flow_byte(uint64_t key, uint64_t offset) {
    uint64_t mixed = (offset + key) * UINT64_C(0x9E3779B97F4A7C15);
    return (char)(mixed >> 56);
}

void flow_fill(const struct flow *flow, const struct stream_rooms *rooms, size_t len) {
    uint64_t at = flow->written;
    for (uint32_t i = 0; i < rooms->count; i++) {
        for (size_t j = 0; j < rooms->room[i].bytes && at < flow->written + len; j++) {
            rooms->room[i].data[j] = flow_byte(flow->key, at++);
        }
    }
    cr_assert_eq(at, flow->written + len, "the rooms together hold what was asked for");
}

enum stream_result flow_try_write(struct flow *flow, struct stream *stream, size_t len,
                                  struct stream_position release_after) {
    struct stream_rooms rooms = {.count = 1};
    enum stream_result result = stream_reserve(stream, len, &rooms.room[0]);
    if (result == STREAM_OK) {
        cr_assert_geq(rooms.room[0].bytes, len);
        flow_fill(flow, &rooms, len);
        flow->written += len;
        stream_commit(stream, len, release_after, STREAM_PLAIN);
    }
    return result;
}

enum stream_result flow_try_write_many(struct flow *flow, struct stream *stream, size_t len,
                                       struct stream_position release_after) {
    struct stream_rooms rooms;
    enum stream_result result = stream_reserve_many(stream, len, &rooms);
    if (result == STREAM_OK) {
        cr_assert_geq(rooms.count, 1);
        cr_assert_leq(rooms.count, STREAM_ROOMS_MAX);
        flow_fill(flow, &rooms, len);
        flow->written += len;
        stream_commit(stream, len, release_after, STREAM_PLAIN);
    }
    return result;
}

void flow_write_held(struct flow *flow, struct stream *stream, size_t len, uint64_t position) {
    enum stream_result result =
        flow_try_write(flow, stream, len, (struct stream_position){.value = position});
    cr_assert_eq(result, STREAM_OK, "refused: %s", stream_result_name(result));
}

void flow_write(struct flow *flow, struct stream *stream, size_t len) {
    flow_write_held(flow, stream, len, 0);
}

static void flow_check(struct flow *flow, struct bytes view) {
    for (size_t i = 0; i < view.len; i++) {
        if (view.data[i] != flow_byte(flow->key, flow->read + i)) {
            cr_assert_fail("byte %llu of the flow is not what was written there",
                           (unsigned long long)(flow->read + i));
        }
    }
    flow->read += view.len;
    cr_assert_leq(flow->read, flow->written, "more came than was committed");
}

size_t flow_read(struct flow *flow, struct stream *stream) {
    uint64_t before = flow->read;
    for (;;) {
        struct bytes view = stream_peek(stream, 0);
        if (view.len == 0) {
            return (size_t)(flow->read - before);
        }
        flow_check(flow, view);
        stream_consume(stream, view.len, STREAM_PLAIN);
    }
}

void flow_read_all(struct stream_fixture *fixture, struct flow *flow, struct stream *stream) {
    for (int i = 0; i < PUMPS_MAX && flow->read < flow->written; i++) {
        fixture_pump(fixture);
        flow_read(flow, stream);
    }
    cr_assert_eq(flow->read, flow->written);
}
