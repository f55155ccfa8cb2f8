/* The reading side of the contract, how connections end, and what becomes of secrets. */
#include <stdlib.h>
#include <string.h>

#include "net/stream_conformance.h"
#include "net/stream_conformance_tools.h"

/* Reading. */

void stream_conformance_peek_gives_at_least_what_was_asked(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 20};
    size_t most = fixture->limits.gather_bytes_max;
    size_t total = most < 600 ? most : 600;
    size_t sent = 0;
    for (size_t len = 1; sent < total; len = len % 23 + 1) {
        len = len < total - sent ? len : total - sent;
        flow_write(&flow, pair.a, len);
        sent += len;
        fixture_pump(fixture);
        cr_assert_gt(stream_peek(pair.b, 0).len, 0);
        for (size_t at_least = 1; at_least <= total; at_least += 29) {
            struct bytes view = stream_peek(pair.b, at_least);
            cr_assert_geq(view.len, at_least < sent ? at_least : sent);
            cr_assert_leq(view.len, sent);
            for (size_t i = 0; i < view.len; i++) {
                cr_assert_eq(view.data[i], flow_byte(flow.key, i));
            }
        }
    }
    cr_assert_eq(stream_peek(pair.b, most).len, total);
    flow_read_all(fixture, &flow, pair.b);
    pair_discard(fixture, pair);
}

void stream_conformance_peek_of_nothing_is_empty(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 21};
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(stream_peek(pair.b, 0).len, 0);
        cr_assert_eq(stream_peek(pair.b, fixture->limits.gather_bytes_max).len, 0);
        stream_consume(pair.b, 0, STREAM_PLAIN);
        flow_write(&flow, pair.a, 11);
        flow_read_all(fixture, &flow, pair.b);
    }
    pair_discard(fixture, pair);
}

void stream_conformance_consume_gives_back_only_what_it_says(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 22};
    const size_t total = 60;
    for (size_t len = 0; len < total; len += 10) {
        flow_write(&flow, pair.a, 10);
        fixture_pump(fixture);
    }
    for (; flow.read < total; flow.read++) {
        size_t rest = total - (size_t)flow.read;
        struct bytes view = stream_peek(pair.b, flow.read % 2 == 0 ? rest : 0);
        cr_assert_gt(view.len, 0);
        cr_assert_eq(view.data[0], flow_byte(flow.key, flow.read));
        stream_consume(pair.b, 0, STREAM_PLAIN);
        view = stream_peek(pair.b, 1);
        cr_assert_eq(view.data[0], flow_byte(flow.key, flow.read));
        stream_consume(pair.b, 1, STREAM_PLAIN);
    }
    cr_assert_eq(stream_peek(pair.b, 0).len, 0);
    pair_discard(fixture, pair);
}

/* Ends. */

static void expect_gone(struct stream *stream) {
    struct stream_room room;
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve(stream, 1, &room), STREAM_GONE);
    cr_assert_eq(stream_reserve_many(stream, 1, &rooms), STREAM_GONE);
}

static void expect_closed(struct stream *stream, enum stream_close_reason reason) {
    cr_assert_eq(stream_state(stream), STREAM_CLOSED, "%s",
                 stream_state_name(stream_state(stream)));
    cr_assert_eq(stream_close_reason(stream), reason, "%s",
                 stream_close_reason_name(stream_close_reason(stream)));
    cr_assert_eq(stream_unsent(stream), 0);
    expect_gone(stream);
}

/* Pumps until the stream is in `state`. */
static void await_state(struct stream_fixture *fixture, struct stream *stream,
                        enum stream_state state) {
    for (int i = 0; i < 1000 && stream_state(stream) != state; i++) {
        fixture_pump(fixture);
    }
    cr_assert_eq(stream_state(stream), state, "%s", stream_state_name(stream_state(stream)));
}

void stream_conformance_a_reservation_outlives_the_connection(struct stream_fixture *fixture) {
    for (int committed = 0; committed < 2; committed++) {
        struct pair pair = pair_connect(fixture);
        struct stream_room room;
        cr_assert_eq(stream_reserve(pair.a, 50, &room), STREAM_OK);
        stream_abort(pair.b);
        await_state(fixture, pair.a, STREAM_CLOSED);
        memset(room.data, 'x', 50);
        if (committed) {
            stream_commit(pair.a, 50, (struct stream_position){.value = 9}, STREAM_PLAIN);
        } else {
            stream_cancel(pair.a);
        }
        expect_closed(pair.a, STREAM_CLOSE_RESET);
        stream_release(pair.a, (struct stream_position){.value = 9});
        fixture_pump(fixture);
        expect_closed(pair.a, STREAM_CLOSE_RESET);
        pair_discard(fixture, pair);
    }
}

void stream_conformance_a_reservation_outlives_abort(struct stream_fixture *fixture) {
    for (int committed = 0; committed < 2; committed++) {
        struct pair pair = pair_connect(fixture);
        struct stream_rooms rooms;
        cr_assert_eq(stream_reserve_many(pair.a, 50, &rooms), STREAM_OK);
        stream_abort(pair.a);
        memset(rooms.room[0].data, 'x', rooms.room[0].bytes);
        if (committed) {
            stream_commit(pair.a, 50, STREAM_RELEASE_NOW, STREAM_PLAIN);
        } else {
            stream_cancel(pair.a);
        }
        await_state(fixture, pair.b, STREAM_CLOSED);
        expect_closed(pair.a, STREAM_CLOSE_ABORTED);
        cr_assert_eq(stream_peek(pair.b, 0).len, 0);
        pair_discard(fixture, pair);
    }
}

void stream_conformance_a_reservation_open_at_finish_is_sent(struct stream_fixture *fixture) {
    for (int committed = 0; committed < 2; committed++) {
        struct pair pair = pair_connect(fixture);
        struct flow flow = {.key = 23};
        struct stream_rooms rooms = {.count = 1};
        flow_write(&flow, pair.a, 5);
        cr_assert_eq(stream_reserve(pair.a, 50, &rooms.room[0]), STREAM_OK);
        stream_finish(pair.a);
        fixture_pump(fixture);
        cr_assert_eq(stream_state(pair.b), STREAM_OPEN);
        if (committed) {
            flow_fill(&flow, &rooms, 50);
            flow.written += 50;
            stream_commit(pair.a, 50, STREAM_RELEASE_NOW, STREAM_PLAIN);
        } else {
            stream_cancel(pair.a);
        }
        flow_read_all(fixture, &flow, pair.b);
        await_state(fixture, pair.b, STREAM_PEER_FINISHED);
        expect_gone(pair.a);
        pair_discard(fixture, pair);
    }
}

void stream_conformance_connecting_cannot_be_written(struct stream_fixture *fixture) {
    struct stream *stream = fixture->ops->dial(fixture);
    struct stream_room room;
    struct stream_rooms rooms;
    cr_assert_not_null(stream);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    cr_assert_eq(stream_close_reason(stream), STREAM_CLOSE_NONE);
    cr_assert_eq(stream_reserve(stream, 10, &room), STREAM_AGAIN_UNRESOLVED);
    cr_assert_eq(stream_reserve_many(stream, 10, &rooms), STREAM_AGAIN_UNRESOLVED);
    cr_assert_eq(stream_peek(stream, 0).len, 0);
    cr_assert_eq(stream_unsent(stream), 0);
    await_state(fixture, stream, STREAM_OPEN);
    cr_assert_eq(stream_reserve(stream, 10, &room), STREAM_OK);
    stream_cancel(stream);
    fixture->ops->discard(fixture, stream);
}

void stream_conformance_finish_delivers_everything_first(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 24};
    for (int i = 0; i < 20; i++) {
        flow_write(&flow, pair.a, 1 + fixture->limits.record_bytes_max / 40);
    }
    stream_finish(pair.a);
    expect_gone(pair.a);
    stream_finish(pair.a); /* again: nothing more happens */
    flow_read_all(fixture, &flow, pair.b);
    await_state(fixture, pair.b, STREAM_PEER_FINISHED);
    cr_assert_eq(stream_state(pair.a), STREAM_OPEN);
    cr_assert_eq(stream_close_reason(pair.b), STREAM_CLOSE_NONE);
    stream_finish(pair.b);
    await_state(fixture, pair.a, STREAM_CLOSED);
    await_state(fixture, pair.b, STREAM_CLOSED);
    expect_closed(pair.a, STREAM_CLOSE_FINISHED);
    expect_closed(pair.b, STREAM_CLOSE_FINISHED);
    pair_discard(fixture, pair);
}

void stream_conformance_finish_waits_for_what_is_held(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 25};
    flow_write_held(&flow, pair.a, 40, 3);
    stream_finish(pair.a);
    fixture_pump(fixture);
    cr_assert_eq(stream_state(pair.b), STREAM_OPEN);
    cr_assert_eq(stream_peek(pair.b, 0).len, 0);
    stream_release(pair.a, (struct stream_position){.value = 3});
    flow_read_all(fixture, &flow, pair.b);
    await_state(fixture, pair.b, STREAM_PEER_FINISHED);
    pair_discard(fixture, pair);
}

void stream_conformance_a_peer_that_finished_can_still_be_written(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow to_a = {.key = 26};
    struct flow to_b = {.key = 27};
    flow_write(&to_b, pair.a, 30);
    stream_finish(pair.a);
    await_state(fixture, pair.b, STREAM_PEER_FINISHED);
    for (int i = 0; i < 5; i++) {
        flow_write(&to_a, pair.b, 20);
        flow_read_all(fixture, &to_a, pair.a);
    }
    cr_assert_eq(flow_read(&to_b, pair.b), 30, "what came before the end stays readable");
    cr_assert_eq(stream_peek(pair.b, 0).len, 0);
    cr_assert_eq(stream_state(pair.b), STREAM_PEER_FINISHED);
    flow_write(&to_a, pair.b, 20);
    stream_finish(pair.b);
    await_state(fixture, pair.a, STREAM_CLOSED);
    cr_assert_eq(flow_read(&to_a, pair.a), 20);
    expect_closed(pair.a, STREAM_CLOSE_FINISHED);
    expect_closed(pair.b, STREAM_CLOSE_FINISHED);
    pair_discard(fixture, pair);
}

void stream_conformance_both_finish_at_once(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow to_a = {.key = 28};
    struct flow to_b = {.key = 29};
    flow_write(&to_a, pair.b, 33);
    flow_write(&to_b, pair.a, 44);
    stream_finish(pair.a);
    stream_finish(pair.b);
    await_state(fixture, pair.a, STREAM_CLOSED);
    await_state(fixture, pair.b, STREAM_CLOSED);
    flow_read_all(fixture, &to_a, pair.a);
    flow_read_all(fixture, &to_b, pair.b);
    expect_closed(pair.a, STREAM_CLOSE_FINISHED);
    expect_closed(pair.b, STREAM_CLOSE_FINISHED);
    pair_discard(fixture, pair);
}

void stream_conformance_finish_while_connecting_ends_after_it(struct stream_fixture *fixture) {
    struct pair pair = {.a = fixture->ops->dial(fixture)};
    cr_assert_not_null(pair.a);
    stream_finish(pair.a);
    expect_gone(pair.a);
    for (int i = 0; i < 1000 && pair.b == NULL; i++) {
        fixture_pump(fixture);
        pair.b = fixture->ops->accept(fixture);
    }
    cr_assert_not_null(pair.b);
    await_state(fixture, pair.b, STREAM_PEER_FINISHED);
    cr_assert_eq(stream_state(pair.a), STREAM_OPEN);
    pair_discard(fixture, pair);
}

void stream_conformance_abort_is_seen_as_reset(struct stream_fixture *fixture) {
    for (int side = 0; side < 2; side++) {
        struct pair pair = pair_connect(fixture);
        struct stream *killer = side == 0 ? pair.a : pair.b;
        struct stream *victim = side == 0 ? pair.b : pair.a;
        struct flow flow = {.key = 30};
        flow_write(&flow, killer, 10);
        flow_read_all(fixture, &flow, victim);
        stream_abort(killer);
        expect_closed(killer, STREAM_CLOSE_ABORTED);
        await_state(fixture, victim, STREAM_CLOSED);
        expect_closed(victim, STREAM_CLOSE_RESET);
        stream_abort(killer);
        stream_abort(victim); /* both are over: reasons stay */
        stream_finish(victim);
        expect_closed(killer, STREAM_CLOSE_ABORTED);
        expect_closed(victim, STREAM_CLOSE_RESET);
        pair_discard(fixture, pair);
    }
}

void stream_conformance_abort_drops_what_is_held(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 31};
    flow_write_held(&flow, pair.a, 100, 4);
    stream_abort(pair.a);
    stream_release(pair.a, (struct stream_position){.value = 4});
    await_state(fixture, pair.b, STREAM_CLOSED);
    cr_assert_eq(stream_peek(pair.b, 0).len, 0);
    expect_closed(pair.a, STREAM_CLOSE_ABORTED);
    pair_discard(fixture, pair);
}

void stream_conformance_abort_while_connecting(struct stream_fixture *fixture) {
    struct stream *stream = fixture->ops->dial(fixture);
    cr_assert_not_null(stream);
    stream_abort(stream);
    expect_closed(stream, STREAM_CLOSE_ABORTED);
    fixture_pump(fixture);
    expect_closed(stream, STREAM_CLOSE_ABORTED);
    fixture->ops->discard(fixture, stream);
    fixture_pump(fixture);
    struct stream *other = fixture->ops->accept(fixture); /* a transport may have got that far */
    if (other != NULL) {
        await_state(fixture, other, STREAM_CLOSED);
        fixture->ops->discard(fixture, other);
    }
    pair_discard(fixture, pair_connect(fixture));
}

void stream_conformance_nothing_can_be_written_after_the_end(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 32};
    stream_finish(pair.a);
    await_state(fixture, pair.b, STREAM_PEER_FINISHED);
    expect_gone(pair.a);
    flow_write(&flow, pair.b, 10);
    stream_finish(pair.b);
    await_state(fixture, pair.b, STREAM_CLOSED);
    expect_gone(pair.b);
    pair_discard(fixture, pair);
}

void stream_conformance_received_bytes_outlive_a_reset(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 33};
    flow_write(&flow, pair.a, 25);
    flow_write(&flow, pair.a, 25);
    fixture_pump(fixture);
    cr_assert_gt(stream_peek(pair.b, 0).len, 0);
    stream_abort(pair.a);
    await_state(fixture, pair.b, STREAM_CLOSED);
    cr_assert_eq(flow_read(&flow, pair.b), 50);
    expect_closed(pair.b, STREAM_CLOSE_RESET);
    pair_discard(fixture, pair);
}

/* Slots. */

#define REUSES 50

void stream_conformance_slots_are_reused_with_distinct_epochs(struct stream_fixture *fixture) {
    uint32_t seen[2 * REUSES];
    for (uint32_t i = 0; i < REUSES; i++) {
        struct pair pair = pair_connect(fixture);
        struct flow flow = {.key = 34 + i};
        flow_write(&flow, pair.a, 40);
        flow_read_all(fixture, &flow, pair.b);
        seen[2 * i] = pair.a->epoch;
        seen[2 * i + 1] = pair.b->epoch;
        /* Leave something behind on every path: unread, held, unsent. */
        flow_write(&flow, pair.a, 60);
        fixture_pump(fixture);
        flow_write_held(&flow, pair.a, 60, 5);
        pair_discard(fixture, pair);
    }
    for (uint32_t i = 0; i < 2 * REUSES; i++) {
        cr_assert_neq(seen[i], 0);
        for (uint32_t j = 0; j < i; j++) {
            if (fixture->two_stacks && (i - j) % 2 == 1) {
                continue;
            }
            cr_assert_neq(seen[i], seen[j], "epochs of connections %u and %u", j / 2, i / 2);
        }
    }
}

void stream_conformance_discard_of_a_live_stream_resets_the_peer(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 90};
    flow_write_held(&flow, pair.a, 10, 8);
    fixture->ops->discard(fixture, pair.a);
    await_state(fixture, pair.b, STREAM_CLOSED);
    expect_closed(pair.b, STREAM_CLOSE_RESET);
    cr_assert_eq(stream_peek(pair.b, 0).len, 0);
    fixture->ops->discard(fixture, pair.b);
}

/* Secrets. The word is put together where it is used, so that no copy of it lies around. */

#define SECRET_BYTES 24

static void secret_make(char *to) {
    for (size_t i = 0; i < SECRET_BYTES; i++) {
        to[i] = (char)('A' + (i * 7 + i / 5) % 26);
    }
}

static bool secret_lies_in_memory(const struct stream_fixture *fixture) {
    char secret[SECRET_BYTES];
    secret_make(secret);
    for (int i = 0; i < 2; i++) {
        struct bytes memory = fixture->memory[i];
        if (memory.len > 0 &&
            memmem(memory.data, memory.len, secret + 2, SECRET_BYTES - 4) != NULL) {
            return true;
        }
    }
    return false;
}

/* Bytes [from, end) of the secret as a record. */
static void secret_write_part(struct stream *stream, size_t from, size_t end, uint64_t position) {
    struct stream_room room;
    char secret[SECRET_BYTES];
    cr_assert_eq(stream_reserve(stream, SECRET_BYTES, &room), STREAM_OK);
    secret_make(secret);
    memcpy(room.data, secret + from, end - from);
    stream_commit(stream, end - from, (struct stream_position){.value = position}, STREAM_SECRET);
}

static void secret_write(struct stream *stream, uint64_t position) {
    secret_write_part(stream, 0, SECRET_BYTES, position);
}

static struct bytes secret_await(struct stream_fixture *fixture, struct stream *stream) {
    struct bytes view = bytes_of(NULL, 0);
    for (int i = 0; i < 1000 && view.len < SECRET_BYTES; i++) {
        fixture_pump(fixture);
        view = stream_peek(stream, SECRET_BYTES);
    }
    cr_assert_geq(view.len, SECRET_BYTES);
    return view;
}

void stream_conformance_secrets_are_wiped_once_sent_and_read(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    for (int i = 0; i < 3; i++) {
        cr_assert(!secret_lies_in_memory(fixture));
        secret_write(pair.a, 0);
        secret_await(fixture, pair.b);
        cr_assert(secret_lies_in_memory(fixture), "the search finds what is there");
        stream_consume(pair.b, SECRET_BYTES, STREAM_SECRET);
        fixture_pump(fixture);
        cr_assert(!secret_lies_in_memory(fixture));
    }
    pair_discard(fixture, pair);
}

void stream_conformance_secrets_are_wiped_when_read_in_parts(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct flow flow = {.key = 91};
    flow_write(&flow, pair.a, 10);
    fixture_pump(fixture);
    secret_write(pair.a, 0);
    fixture_pump(fixture);
    flow_write(&flow, pair.a, 10);
    fixture_pump(fixture);
    struct bytes view = stream_peek(pair.b, 10 + SECRET_BYTES + 5);
    cr_assert_geq(view.len, 10 + SECRET_BYTES + 5);
    stream_consume(pair.b, 4, STREAM_PLAIN);
    view = stream_peek(pair.b, 6 + SECRET_BYTES + 5);
    cr_assert_geq(view.len, 6 + SECRET_BYTES + 5);
    stream_consume(pair.b, 6 + 10, STREAM_SECRET);
    secret_await(fixture, pair.b); /* 14 bytes of it and 10 of others */
    stream_consume(pair.b, SECRET_BYTES, STREAM_SECRET);
    fixture_pump(fixture);
    cr_assert(!secret_lies_in_memory(fixture));
    pair_discard(fixture, pair);
}

void stream_conformance_secrets_are_wiped_when_gathered(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    secret_write_part(pair.a, 0, 7, 0);
    fixture_pump(fixture);
    secret_write_part(pair.a, 7, SECRET_BYTES, 0);
    secret_await(fixture, pair.b);
    cr_assert(secret_lies_in_memory(fixture));
    stream_consume(pair.b, SECRET_BYTES, STREAM_SECRET);
    cr_assert(!secret_lies_in_memory(fixture));
    pair_discard(fixture, pair);
}

void stream_conformance_secrets_are_wiped_when_never_read(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    secret_write(pair.a, 0);
    secret_await(fixture, pair.b);
    cr_assert(secret_lies_in_memory(fixture));
    pair_discard(fixture, pair);
    cr_assert(!secret_lies_in_memory(fixture));
}

void stream_conformance_secrets_are_wiped_when_never_sent(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    secret_write(pair.a, 77);
    fixture_pump(fixture);
    cr_assert(secret_lies_in_memory(fixture));
    pair_discard(fixture, pair);
    cr_assert(!secret_lies_in_memory(fixture));
}

void stream_conformance_a_cancelled_secret_is_wiped(struct stream_fixture *fixture) {
    struct pair pair = pair_connect(fixture);
    struct stream_room room;
    cr_assert_eq(stream_reserve(pair.a, SECRET_BYTES, &room), STREAM_OK);
    secret_make(room.data);
    stream_cancel(pair.a);
    cr_assert(!secret_lies_in_memory(fixture));
    pair_discard(fixture, pair);
}
