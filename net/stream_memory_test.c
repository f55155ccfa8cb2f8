#include <criterion/criterion.h>

#include "net/stream_memory_test_fixture.h"

static struct stream_fixture *whole(void) {
    return &memory_fixture_make(SIZE_MAX)->fixture;
}

static struct stream_fixture *byte_by_byte(void) {
    return &memory_fixture_make(1)->fixture;
}

static struct stream_fixture *in_sevens(void) {
    return &memory_fixture_make(7)->fixture;
}

STREAM_CONFORMANCE_TESTS(stream_memory_whole, whole)
STREAM_CONFORMANCE_TESTS(stream_memory_bytes, byte_by_byte)
STREAM_CONFORMANCE_TESTS(stream_memory_sevens, in_sevens)

/* What only this implementation has: deliveries, segments, the script, the answers to a dial. */

static const struct stream_memory_limits small = {
    .stream = {.send_bytes = 64,
               .receive_bytes = 32,
               .record_bytes_max = 40,
               .gather_bytes_max = 32,
               .hold_bytes = 64,
               .hold_records_max = 4},
    .pairs_max = 2,
    .stacks = 3,
    .ports = 2,
};

static struct stream_memory *world_make(void) {
    static _Alignas(64) char mem[16384];
    cr_assert_leq(stream_memory_footprint(&small), sizeof(mem));
    return stream_memory_init(mem, &small);
}

static void write_text(struct stream *stream, const char *text) {
    struct stream_room room;
    size_t len = strlen(text);
    cr_assert_eq(stream_reserve(stream, len, &room), STREAM_OK);
    memcpy(room.data, text, len);
    stream_commit(stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

static void expect_view(struct stream *stream, size_t at_least, const char *text) {
    struct bytes view = stream_peek(stream, at_least);
    cr_assert(bytes_equal(view, bytes_of_string(text)), "saw \"%.*s\", expected \"%s\"",
              (int)view.len, view.data, text);
}

Test(stream_memory, footprint_refuses_impossible_limits) {
    struct stream_memory_limits limits = small;
    cr_assert_neq(stream_memory_footprint(&limits), 0);
    limits.pairs_max = 0;
    cr_assert_eq(stream_memory_footprint(&limits), 0);
    limits = small;
    limits.stacks = STREAM_MEMORY_STACKS_MAX + 1;
    cr_assert_eq(stream_memory_footprint(&limits), 0);
    limits = small;
    limits.stream.record_bytes_max = limits.stream.send_bytes + 1;
    cr_assert_eq(stream_memory_footprint(&limits), 0);
    limits = small;
    limits.stream.gather_bytes_max = limits.stream.receive_bytes + 1;
    cr_assert_eq(stream_memory_footprint(&limits), 0);
    limits = small;
    limits.stream.hold_bytes = limits.stream.record_bytes_max - 1;
    cr_assert_eq(stream_memory_footprint(&limits), 0);
}

Test(stream_memory, nothing_moves_by_itself) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    write_text(a, "hello");
    expect_view(b, 5, "");
    cr_assert_eq(stream_unsent(a), 5);
    cr_assert_eq(stream_memory_deliver(b, 2), 2);
    cr_assert_eq(stream_unsent(a), 3);
    expect_view(b, 5, "he");
    cr_assert_eq(stream_memory_deliver(b, 100), 3);
    expect_view(b, 5, "hello");
}

Test(stream_memory, each_delivery_is_a_segment) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    write_text(a, "onetwothree");
    stream_memory_deliver(b, 3);
    stream_memory_deliver(b, 3);
    stream_memory_deliver(b, 5);
    expect_view(b, 0, "one");
    expect_view(b, 3, "one");
    expect_view(b, 4, "onet");
    stream_consume(b, 2, STREAM_PLAIN);
    expect_view(b, 0, "e");
    expect_view(b, 32, "etwothree");
    stream_consume(b, 1, STREAM_PLAIN);
    expect_view(b, 0, "two");
    expect_view(b, 6, "twothr");
    stream_consume(b, 4, STREAM_PLAIN);
    expect_view(b, 0, "hree");
}

Test(stream_memory, a_stale_view_shows) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    write_text(a, "onetwo");
    stream_memory_deliver(b, 3);
    stream_memory_deliver(b, 3);
    struct bytes in_place = stream_peek(b, 0);
    stream_consume(b, 2, STREAM_PLAIN);
    cr_assert(bytes_equal(in_place, BYTES("\xDB\xDB"
                                          "e")));
    struct bytes gathered = stream_peek(b, 4);
    stream_consume(b, 2, STREAM_PLAIN);
    cr_assert(bytes_equal(gathered, BYTES("\xDB\xDB\xDB\xDB")));
}

Test(stream_memory, receive_bytes_is_the_window) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    write_text(a, "0123456789012345678901234567890123456789");
    cr_assert_eq(stream_memory_deliver(b, 100), 32);
    cr_assert_eq(stream_memory_deliver(b, 100), 0);
    cr_assert_eq(stream_unsent(a), 8);
    stream_peek(b, 10);
    stream_consume(b, 10, STREAM_PLAIN);
    cr_assert_eq(stream_memory_deliver(b, 100), 8);
    expect_view(b, 30, "012345678901234567890123456789");
}

Test(stream_memory, script_refuses_the_chosen_calls) {
    struct stream *a, *b;
    struct stream_room room;
    struct stream_rooms rooms;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    stream_memory_refuse(a, STREAM_AGAIN_POOL, 2, 2);
    write_text(a, "1");
    write_text(a, "2");
    cr_assert_eq(stream_memory_refusals_left(a), 2);
    cr_assert_eq(stream_reserve(a, 1, &room), STREAM_AGAIN_POOL);
    cr_assert_eq(stream_reserve_many(a, 1, &rooms), STREAM_AGAIN_POOL);
    cr_assert_eq(stream_memory_refusals_left(a), 0);
    write_text(a, "3");
    stream_memory_refuse(a, STREAM_AGAIN_RING, 0, 5);
    stream_memory_refuse(a, STREAM_AGAIN_RING, 0, 0);
    write_text(a, "4");
    stream_memory_deliver(b, 100);
    expect_view(b, 0, "1234");
}

Test(stream_memory, script_narrows_the_window) {
    struct stream *a, *b;
    struct stream_room room;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    stream_memory_window(a, 6);
    write_text(a, "four");
    cr_assert_eq(stream_reserve(a, 3, &room), STREAM_AGAIN_WINDOW);
    write_text(a, "to");
    cr_assert_eq(stream_reserve(a, 1, &room), STREAM_AGAIN_WINDOW);
    stream_memory_deliver(b, 5);
    write_text(a, "fives");
    stream_memory_window(a, SIZE_MAX);
    write_text(a, "and many more");
    stream_memory_deliver(b, 100);
    expect_view(b, 32, "fourtofivesand many more");
}

Test(stream_memory, the_window_may_be_shut) {
    struct stream *a, *b;
    struct stream_room room;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    stream_memory_window(a, 0);
    cr_assert_eq(stream_reserve(a, 1, &room), STREAM_AGAIN_WINDOW);
}

Test(stream_memory, a_reset_strikes_both_ends) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    write_text(a, "arrived");
    stream_memory_deliver(b, 100);
    write_text(a, "lost");
    stream_memory_reset(b);
    cr_assert_eq(stream_close_reason(a), STREAM_CLOSE_RESET);
    cr_assert_eq(stream_close_reason(b), STREAM_CLOSE_RESET);
    cr_assert_eq(stream_memory_deliver(b, 100), 0);
    expect_view(b, 32, "arrived");
}

Test(stream_memory, one_end_may_fail_alone) {
    struct stream *a, *b;
    cr_assert(stream_memory_pair(world_make(), &a, &b));
    stream_memory_fail(a, STREAM_CLOSE_TIMED_OUT);
    cr_assert_eq(stream_close_reason(a), STREAM_CLOSE_TIMED_OUT);
    cr_assert_eq(stream_state(b), STREAM_OPEN);
    write_text(b, "into the void");
    cr_assert_eq(stream_memory_deliver(a, 100), 0);
}

Test(stream_memory, a_dial_is_answered_as_the_script_says) {
    static const struct {
        enum stream_memory_answer answer;
        enum stream_state state;
        enum stream_close_reason reason;
    } rows[] = {
        {STREAM_MEMORY_ACCEPT, STREAM_OPEN, STREAM_CLOSE_NONE},
        {STREAM_MEMORY_REFUSE, STREAM_CLOSED, STREAM_CLOSE_REFUSED},
        {STREAM_MEMORY_UNREACHABLE, STREAM_CLOSED, STREAM_CLOSE_UNREACHABLE},
        {STREAM_MEMORY_TIME_OUT, STREAM_CLOSED, STREAM_CLOSE_TIMED_OUT},
        {STREAM_MEMORY_SILENCE, STREAM_CONNECTING, STREAM_CLOSE_NONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stream_memory *world = world_make();
        stream_memory_answer(world, 0, 1, rows[i].answer);
        struct stream *stream = stream_dial(stream_memory_stack(world, 0), 1);
        cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
        stream_memory_pump(world, SIZE_MAX);
        cr_assert_eq(stream_state(stream), rows[i].state, "row %zu", i);
        cr_assert_eq(stream_close_reason(stream), rows[i].reason, "row %zu", i);
        struct stream *far = stream_accept(stream_memory_stack(world, 1), 1);
        cr_assert_eq(far != NULL, rows[i].state == STREAM_OPEN, "row %zu", i);
    }
}

Test(stream_memory, failed_dials_give_their_slot_back) {
    struct stream_memory *world = world_make();
    struct stream_stack *stack = stream_memory_stack(world, 2);
    for (int i = 0; i < 20; i++) {
        stream_memory_answer(world, 2, 0, (enum stream_memory_answer)(i % 5));
        struct stream *stream = stream_dial(stack, 0);
        cr_assert_not_null(stream);
        stream_memory_pump(world, SIZE_MAX);
        struct stream *far = stream_accept(stream_memory_stack(world, 0), 0);
        cr_assert_eq(far != NULL, i % 5 == 0);
        if (i % 2 == 0) {
            stream_memory_fail(stream, STREAM_CLOSE_FAULT);
        }
        stream_discard(stack, stream);
        if (far != NULL) {
            stream_discard(stack, far);
        }
    }
}

Test(stream_memory, dial_finds_no_slot_when_all_are_taken) {
    struct stream_memory *world = world_make();
    struct stream_stack *stack = stream_memory_stack(world, 0);
    struct stream *first = stream_dial(stack, 0);
    cr_assert_not_null(first);
    cr_assert_not_null(stream_dial(stack, 0));
    cr_assert_null(stream_dial(stack, 0));
    stream_discard(stack, first);
    cr_assert_not_null(stream_dial(stack, 0));
}

Test(stream_memory, dials_go_to_the_next_stack_unless_routed) {
    struct stream_memory *world = world_make();
    struct stream *to_next = stream_dial(stream_memory_stack(world, 2), 1);
    stream_memory_route(world, 1, 0, 1, 1);
    struct stream *to_self = stream_dial(stream_memory_stack(world, 1), 0);
    cr_assert_null(stream_accept(stream_memory_stack(world, 0), 1), "not before delivery");
    stream_memory_pump(world, SIZE_MAX);
    struct stream *at_first = stream_accept(stream_memory_stack(world, 0), 1);
    struct stream *at_self = stream_accept(stream_memory_stack(world, 1), 1);
    cr_assert_eq(stream_memory_peer(to_next), at_first);
    cr_assert_eq(stream_memory_peer(to_self), at_self);
    stream_memory_discard(to_self);
    cr_assert_null(stream_memory_peer(at_self));
}
