/* The writing side of the contract: order, refusal, room, hold. */
#include "net/stream_conformance.h"

#include <stdio.h>
#include <string.h>

#include "core/base/test_seed.h"
#include "net/stream_conformance_tools.h"

/* Random traffic: two directions at once, with positions becoming durable as it goes. */

#define TRAFFIC_BYTES (96 * 1024)
#define TRAFFIC_TURNS_MAX 3000000

struct direction {
    struct flow flow;
    struct stream *from;
    struct stream *to;
    uint64_t position; /* of the newest record */
    uint64_t durable;
};

static void traffic_write(struct stream_fixture *fixture, struct direction *way,
                          struct prng *prng) {
    if (way->flow.written >= TRAFFIC_BYTES) {
        return;
    }
    bool many = prng_below(prng, 4) == 0;
    size_t limit = many ? fixture->many_bytes_max : fixture->limits.record_bytes_max;
    limit = prng_below(prng, 2) == 0 ? limit : 1 + limit / 50;
    size_t len = 1 + (size_t)prng_below(prng, limit);
    struct stream_position position = STREAM_RELEASE_NOW;
    if (prng_below(prng, 3) == 0) {
        position.value = ++way->position;
    }
    enum stream_result result = many ? flow_try_write_many(&way->flow, way->from, len, position)
                                     : flow_try_write(&way->flow, way->from, len, position);
    cr_assert(result == STREAM_OK || result == STREAM_AGAIN_WINDOW || result == STREAM_AGAIN_HOLD,
              "%s", stream_result_name(result));
}

static void traffic_cancel(struct stream_fixture *fixture, struct direction *way,
                           struct prng *prng) {
    size_t len = 1 + (size_t)prng_below(prng, fixture->limits.record_bytes_max);
    struct stream_room room;
    if (stream_reserve(way->from, len, &room) == STREAM_OK) {
        memset(room.data, '!', room.bytes);
        stream_cancel(way->from);
    }
}

static void traffic_read(struct stream_fixture *fixture, struct direction *way, struct prng *prng) {
    size_t at_least = (size_t)prng_below(prng, fixture->limits.gather_bytes_max + 1);
    struct bytes view = stream_peek(way->to, prng_below(prng, 2) == 0 ? 0 : at_least);
    size_t count = view.len == 0 ? 0 : 1 + (size_t)prng_below(prng, view.len);
    for (size_t i = 0; i < count; i++) {
        if (view.data[i] != flow_byte(way->flow.key, way->flow.read + i)) {
            cr_assert_fail("byte %llu is wrong", (unsigned long long)(way->flow.read + i));
        }
    }
    way->flow.read += count;
    stream_consume(way->to, count, STREAM_PLAIN);
}

static void traffic_turn(struct stream_fixture *fixture, struct direction *way, struct prng *prng) {
    switch (prng_below(prng, 8)) {
    case 0:
    case 1:
    case 2:
        traffic_write(fixture, way, prng);
        break;
    case 3:
        traffic_cancel(fixture, way, prng);
        break;
    case 4:
        way->durable += prng_below(prng, way->position - way->durable + 1);
        stream_release(way->from, (struct stream_position){.value = way->durable});
        break;
    default:
        traffic_read(fixture, way, prng);
        break;
    }
}

void stream_conformance_bytes_arrive_in_order_exactly_once(struct stream_fixture *fixture) {
    struct prng prng;
    prng_seed(&prng, test_seed("bytes_arrive_in_order_exactly_once"));
    struct pair pair = pair_connect(fixture);
    struct direction ways[2] = {
        {.flow.key = 1, .from = pair.a, .to = pair.b},
        {.flow.key = 2, .from = pair.b, .to = pair.a},
    };
    for (uint32_t turns = 0;
         ways[0].flow.written < TRAFFIC_BYTES || ways[1].flow.written < TRAFFIC_BYTES; turns++) {
        cr_assert_lt(turns, TRAFFIC_TURNS_MAX, "the traffic stands still");
        traffic_turn(fixture, &ways[prng_below(&prng, 2)], &prng);
        if (prng_below(&prng, 2) == 0) {
            fixture->ops->step(fixture, &prng);
        }
    }
    for (int i = 0; i < 2; i++) {
        stream_release(ways[i].from, (struct stream_position){.value = ways[i].position});
        flow_read_all(fixture, &ways[i].flow, ways[i].to);
        cr_assert_eq(stream_unsent(ways[i].from), 0);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_a_cancelled_reservation_leaves_no_trace(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 3};
    size_t most = fixture->limits.record_bytes_max;
    for (size_t i = 1; i <= 100; i++) {
        struct stream_room room;
        struct stream_rooms rooms;
        size_t before = stream_unsent(pair.a);
        cr_assert_eq(stream_reserve(pair.a, i * most / 100, &room), STREAM_OK);
        memset(room.data, '!', room.bytes);
        stream_cancel(pair.a);
        cr_assert_eq(stream_reserve_many(pair.a, i * fixture->many_bytes_max / 100, &rooms),
                     STREAM_OK);
        stream_cancel(pair.a);
        cr_assert_eq(stream_unsent(pair.a), before);
        flow_write(&flow, pair.a, 1 + i % 20);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

static const enum stream_result again[] = {STREAM_AGAIN_WINDOW, STREAM_AGAIN_RING,
                                           STREAM_AGAIN_POOL, STREAM_AGAIN_UNRESOLVED,
                                           STREAM_AGAIN_HOLD};
#define AGAIN_COUNT (sizeof(again) / sizeof(again[0]))

void stream_conformance_a_refused_reservation_changes_nothing(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 4};
    for (size_t i = 0; i < AGAIN_COUNT; i++) {
        struct stream_room room = {.data = NULL, .bytes = 12345};
        struct stream_rooms rooms = {.count = 54321};
        flow_write_held(&flow, pair.a, 10, i + 1);
        if (!fixture->ops->refuse(fixture, pair.a, again[i], 0, 2)) {
            continue;
        }
        cr_assert_eq(stream_reserve(pair.a, 10, &room), again[i]);
        cr_assert_eq(stream_reserve_many(pair.a, 10, &rooms), again[i]);
        cr_assert_null(room.data);
        cr_assert_eq(room.bytes, 12345);
        cr_assert_eq(rooms.count, 54321);
        cr_assert_eq(stream_state(pair.a), STREAM_OPEN);
        cr_assert_geq(stream_unsent(pair.a), 10);
        flow_write(&flow, pair.a, 7);
        stream_release(pair.a, (struct stream_position){.value = i + 1});
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

/* A run of numbered messages: the number is assigned between reserve and commit. */

#define RUN_MESSAGES 12
#define NUMBERED_BYTES 16 /* "number 00000001\n" */

static enum stream_result run_send(struct stream *stream, unsigned *next_number) {
    struct stream_room room;
    enum stream_result result = stream_reserve(stream, NUMBERED_BYTES, &room);
    if (result == STREAM_OK) {
        char text[NUMBERED_BYTES + 1];
        snprintf(text, sizeof(text), "number %08u\n", (*next_number)++ % 100000000u);
        memcpy(room.data, text, NUMBERED_BYTES);
        stream_commit(stream, NUMBERED_BYTES, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
    return result;
}

static void run_check(struct stream_fixture *fixture, struct stream *stream) {
    for (unsigned number = 1; number <= RUN_MESSAGES; number++) {
        struct bytes view = bytes_of(NULL, 0);
        for (int i = 0; i < 1000 && view.len < NUMBERED_BYTES; i++) {
            fixture_pump(fixture);
            view = stream_peek(stream, NUMBERED_BYTES);
        }
        char text[NUMBERED_BYTES + 1];
        snprintf(text, sizeof(text), "number %08u\n", number);
        cr_assert_geq(view.len, NUMBERED_BYTES);
        cr_assert(memcmp(view.data, text, NUMBERED_BYTES) == 0, "expected %s", text);
        stream_consume(stream, NUMBERED_BYTES, STREAM_PLAIN);
    }
    cr_assert_eq(stream_peek(stream, 0).len, 0);
}

static void run_refused_at(struct stream_fixture *fixture, enum stream_result reason,
                           uint32_t index, uint32_t times) {
    struct pair pair = pair_connect(fixture);
    unsigned next_number = 1;
    uint32_t refused = 0;
    if (fixture->ops->refuse(fixture, pair.a, reason, index, times)) {
        while (next_number <= RUN_MESSAGES) {
            enum stream_result result = run_send(pair.a, &next_number);
            cr_assert(result == STREAM_OK || result == reason);
            refused += result != STREAM_OK;
        }
        cr_assert_eq(refused, times);
        run_check(fixture, pair.b);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_numbers_stay_gapless_whatever_is_refused(struct stream_fixture *fixture) {
    for (size_t reason = 0; reason < AGAIN_COUNT; reason++) {
        for (uint32_t index = 0; index < RUN_MESSAGES; index++) {
            run_refused_at(fixture, again[reason], index, 1 + index % 3);
        }
    }
}

void stream_conformance_too_long_is_refused_for_good(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 5};
    struct stream_room room;
    struct stream_rooms rooms;
    size_t most = fixture->limits.record_bytes_max;
    cr_assert_eq(stream_reserve(pair.a, most + 1, &room), STREAM_TOO_LONG);
    cr_assert_eq(stream_reserve(pair.a, SIZE_MAX / 2, &room), STREAM_TOO_LONG);
    cr_assert_eq(stream_reserve_many(pair.a, fixture->many_bytes_max + 1, &rooms), STREAM_TOO_LONG);
    flow_write(&flow, pair.a, most);
    flow_read_all(fixture, &flow, pair.b);
    pair_discard(fixture, pair);
}

void stream_conformance_less_than_reserved_may_be_committed(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 6};
    size_t most = fixture->limits.record_bytes_max;
    for (size_t len = 1; len <= most; len += 1 + most / 37) {
        struct stream_rooms rooms = {.count = 1};
        cr_assert_eq(stream_reserve(pair.a, most, &rooms.room[0]), STREAM_OK);
        memset(rooms.room[0].data, '!', most);
        flow_fill(&flow, &rooms, len);
        flow.written += len;
        stream_commit(pair.a, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

/* Room. */

/* Writes until refused; reads nothing. */
static void fill_until(struct stream_fixture *fixture, struct flow *flow, struct stream *stream,
                       enum stream_result refusal) {
    enum stream_result result = STREAM_OK;
    for (int i = 0; i < 100000 && result == STREAM_OK; i++) {
        result = flow_try_write(flow, stream, fixture->limits.record_bytes_max, STREAM_RELEASE_NOW);
        fixture_pump(fixture);
    }
    cr_assert_eq(result, refusal, "%s", stream_result_name(result));
}

/* A busy kernel moves on what it was slow with just after the refusal, and has room again. */
static void fill_until_it_stays(struct stream_fixture *fixture, struct flow *flow,
                                struct stream *stream, enum stream_result refusal) {
    fill_until(fixture, flow, stream, refusal);
    for (int i = 0; i < 1000 && stream_unsent(stream) == 0; i++) {
        fill_until(fixture, flow, stream, refusal);
    }
}

void stream_conformance_an_unread_peer_closes_the_window(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 7};
    for (int round = 0; round < 3; round++) {
        fill_until_it_stays(fixture, &flow, pair.a, STREAM_AGAIN_WINDOW);
        cr_assert_gt(stream_unsent(pair.a), 0);
        flow_read_all(fixture, &flow, pair.b);
        cr_assert_eq(stream_unsent(pair.a), 0);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_rooms_span_what_one_room_cannot(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 8};
    for (size_t i = 1; i <= 40; i++) {
        size_t len = i * fixture->many_bytes_max / 40;
        if (len == 0) {
            continue;
        }
        struct stream_rooms rooms;
        cr_assert_eq(stream_reserve_many(pair.a, len, &rooms), STREAM_OK);
        cr_assert_leq(rooms.count, STREAM_ROOMS_MAX);
        size_t committed = len - prng_below(&(struct prng){.state = {i, 2, 3, 4}}, len);
        flow_fill(&flow, &rooms, committed);
        flow.written += committed;
        stream_commit(pair.a, committed, STREAM_RELEASE_NOW, STREAM_PLAIN);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

/* At every fill of the buffer, whether the rooms wrap or not. */
void stream_conformance_many_rooms_at_every_fill(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 9};
    size_t step = 1 + fixture->limits.record_bytes_max / 3;
    for (int i = 0; i < 60; i++) {
        enum stream_result result =
            flow_try_write(&flow, pair.a, 1 + (size_t)i * step % fixture->limits.record_bytes_max,
                           STREAM_RELEASE_NOW);
        cr_assert(result == STREAM_OK || result == STREAM_AGAIN_WINDOW ||
                  result == STREAM_AGAIN_HOLD);
        result =
            flow_try_write_many(&flow, pair.a, fixture->many_bytes_max / 2 + 1, STREAM_RELEASE_NOW);
        cr_assert(result == STREAM_OK || result == STREAM_AGAIN_WINDOW ||
                  result == STREAM_AGAIN_HOLD);
        if (i % 3 == 0 || result != STREAM_OK) {
            flow_read_all(fixture, &flow, pair.b);
        }
    }
    flow_read_all(fixture, &flow, pair.b);
    pair_discard(fixture, pair);
}

/* Hold. */

static void release(struct stream *stream, uint64_t position) {
    stream_release(stream, (struct stream_position){.value = position});
}

/* Exactly `count` more bytes come, however long one waits. */
static void expect_bytes(struct stream_fixture *fixture, struct flow *flow, struct stream *stream,
                         size_t count) {
    uint64_t before = flow->read;
    for (int i = 0; i < 10; i++) {
        fixture_pump(fixture);
        flow_read(flow, stream);
    }
    cr_assert_eq(flow->read - before, count);
}

void stream_conformance_a_held_record_holds_all_that_follow(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 10};
    flow_write(&flow, pair.a, 10);
    flow_write_held(&flow, pair.a, 20, 5);
    flow_write(&flow, pair.a, 30);
    expect_bytes(fixture, &flow, pair.b, 10);
    release(pair.a, 4);
    expect_bytes(fixture, &flow, pair.b, 0);
    cr_assert_geq(stream_unsent(pair.a), 50);
    release(pair.a, 5);
    expect_bytes(fixture, &flow, pair.b, 50);
    flow_write_held(&flow, pair.a, 5, 5);
    expect_bytes(fixture, &flow, pair.b, 5);
    pair_discard(fixture, pair);
}

void stream_conformance_release_frees_up_to_its_position(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 11};
    for (uint64_t i = 1; i <= 6; i++) {
        flow_write_held(&flow, pair.a, (size_t)i, 10 * i);
    }
    expect_bytes(fixture, &flow, pair.b, 0);
    release(pair.a, 10);
    expect_bytes(fixture, &flow, pair.b, 1);
    release(pair.a, 39);
    expect_bytes(fixture, &flow, pair.b, 2 + 3);
    release(pair.a, 20); /* never goes back */
    expect_bytes(fixture, &flow, pair.b, 0);
    release(pair.a, 1000);
    expect_bytes(fixture, &flow, pair.b, 4 + 5 + 6);
    release(pair.a, 900);
    flow_write_held(&flow, pair.a, 7, 999);
    expect_bytes(fixture, &flow, pair.b, 7);
    pair_discard(fixture, pair);
}

void stream_conformance_an_earlier_position_waits_behind_a_later_one(
    struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 12};
    flow_write_held(&flow, pair.a, 3, 7);
    flow_write_held(&flow, pair.a, 4, 2);
    flow_write_held(&flow, pair.a, 5, 9);
    release(pair.a, 6);
    expect_bytes(fixture, &flow, pair.b, 0);
    release(pair.a, 7);
    expect_bytes(fixture, &flow, pair.b, 3 + 4);
    release(pair.a, 9);
    expect_bytes(fixture, &flow, pair.b, 5);
    pair_discard(fixture, pair);
}

/* All wait for one position, so that only bytes count. */
void stream_conformance_the_hold_budget_refuses_and_recovers(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 13};
    size_t record = fixture->limits.record_bytes_max;
    for (uint64_t round = 1; round <= 3; round++) {
        size_t held = 0;
        for (; held + record + fixture->overhead_bytes <= fixture->limits.hold_bytes;
             held += record + fixture->overhead_bytes) {
            flow_write_held(&flow, pair.a, record, round);
        }
        cr_assert_eq(flow_try_write(&flow, pair.a, record, STREAM_RELEASE_NOW), STREAM_AGAIN_HOLD);
        expect_bytes(fixture, &flow, pair.b, 0);
        release(pair.a, round);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_the_hold_record_budget_refuses_and_recovers(
    struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 14};
    uint64_t position = 0;
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < fixture->limits.hold_records_max; i++) {
            flow_write_held(&flow, pair.a, 1, ++position);
        }
        cr_assert_eq(flow_try_write(&flow, pair.a, 1, STREAM_RELEASE_NOW), STREAM_AGAIN_HOLD);
        release(pair.a, position - 1);
        flow_write(&flow, pair.a, 1);
        release(pair.a, position);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_unsent_counts_what_was_not_taken(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 15};
    size_t expected = 0;
    cr_assert_eq(stream_unsent(pair.a), 0);
    for (size_t len = 1; len <= 8; len++) {
        flow_write_held(&flow, pair.a, len, 1);
        expected += len + fixture->overhead_bytes;
        fixture_pump(fixture);
        cr_assert_eq(stream_unsent(pair.a), expected);
    }
    release(pair.a, 1);
    flow_read_all(fixture, &flow, pair.b);
    cr_assert_eq(stream_unsent(pair.a), 0);
    cr_assert_eq(stream_unsent(pair.b), 0);
    pair_discard(fixture, pair);
}
