/*
 * The stream contract as tests: one suite for every implementation of net/stream.h.
 *
 * A test file describes its implementation by a fixture and instantiates all cases:
 *
 *     STREAM_CONFORMANCE_TESTS(stream_memory_conformance, fixture_make)
 *
 * Every case makes a fixture of its own, and fails through Criterion. Random cases print their seed
 * (TERCEL_SEED repeats it). For tests only.
 */
#ifndef TERCEL_NET_STREAM_CONFORMANCE_H
#define TERCEL_NET_STREAM_CONFORMANCE_H

#include <criterion/criterion.h>

#include "core/base/prng.h"
#include "net/stream.h"
#include "net/stream_limits.h"

struct stream_fixture;

struct stream_fixture_ops {
    /* Starts a connection; NULL when no slot is free now. */
    struct stream *(*dial)(struct stream_fixture *fixture);
    /* The far end of the oldest one dialled and not yet accepted, or NULL. */
    struct stream *(*accept)(struct stream_fixture *fixture);
    void (*discard)(struct stream_fixture *fixture, struct stream *stream);
    /* Moves what can move: connections, bytes, ends; until quiet. */
    void (*pump)(struct stream_fixture *fixture);
    /* Moves a little, in cuts as `prng` says. */
    void (*step)(struct stream_fixture *fixture, struct prng *prng);
    /* After `skip` more reservations, refuses `count` with `result`; false when unable. */
    bool (*refuse)(struct stream_fixture *fixture, struct stream *stream, enum stream_result result,
                   uint32_t skip, uint32_t count);
    void (*destroy)(struct stream_fixture *fixture);
};

struct stream_fixture {
    const struct stream_fixture_ops *ops;
    struct stream_limits limits; /* as promised by the streams it makes; at most 2^20 bytes each,
                                    record_bytes_max at least 64 */
    size_t many_bytes_max;       /* the largest stream_reserve_many */
    size_t overhead_bytes;       /* what a record takes beyond its bytes, in budgets and unsent */
    bool two_stacks;             /* dialled and accepted ones may have the same epoch */
    struct bytes memory[2];      /* every buffer of every stream lies there; one may be empty */
};

#define STREAM_CONFORMANCE_CASES(X, suite, make)                                                   \
    X(suite, make, bytes_arrive_in_order_exactly_once)                                             \
    X(suite, make, a_cancelled_reservation_leaves_no_trace)                                        \
    X(suite, make, a_refused_reservation_changes_nothing)                                          \
    X(suite, make, numbers_stay_gapless_whatever_is_refused)                                       \
    X(suite, make, too_long_is_refused_for_good)                                                   \
    X(suite, make, less_than_reserved_may_be_committed)                                            \
    X(suite, make, a_reservation_outlives_the_connection)                                          \
    X(suite, make, a_reservation_outlives_abort)                                                   \
    X(suite, make, a_reservation_open_at_finish_is_sent)                                           \
    X(suite, make, an_unread_peer_closes_the_window)                                               \
    X(suite, make, rooms_span_what_one_room_cannot)                                                \
    X(suite, make, many_rooms_at_every_fill)                                                       \
    X(suite, make, a_held_record_holds_all_that_follow)                                            \
    X(suite, make, release_frees_up_to_its_position)                                               \
    X(suite, make, an_earlier_position_waits_behind_a_later_one)                                   \
    X(suite, make, the_hold_budget_refuses_and_recovers)                                           \
    X(suite, make, the_hold_record_budget_refuses_and_recovers)                                    \
    X(suite, make, unsent_counts_what_was_not_taken)                                               \
    X(suite, make, peek_gives_at_least_what_was_asked)                                             \
    X(suite, make, peek_of_nothing_is_empty)                                                       \
    X(suite, make, consume_gives_back_only_what_it_says)                                           \
    X(suite, make, connecting_cannot_be_written)                                                   \
    X(suite, make, finish_delivers_everything_first)                                               \
    X(suite, make, finish_waits_for_what_is_held)                                                  \
    X(suite, make, a_peer_that_finished_can_still_be_written)                                      \
    X(suite, make, both_finish_at_once)                                                            \
    X(suite, make, finish_while_connecting_ends_after_it)                                          \
    X(suite, make, abort_is_seen_as_reset)                                                         \
    X(suite, make, abort_drops_what_is_held)                                                       \
    X(suite, make, abort_while_connecting)                                                         \
    X(suite, make, nothing_can_be_written_after_the_end)                                           \
    X(suite, make, received_bytes_outlive_a_reset)                                                 \
    X(suite, make, slots_are_reused_with_distinct_epochs)                                          \
    X(suite, make, discard_of_a_live_stream_resets_the_peer)                                       \
    X(suite, make, secrets_are_wiped_once_sent_and_read)                                           \
    X(suite, make, secrets_are_wiped_when_read_in_parts)                                           \
    X(suite, make, secrets_are_wiped_when_gathered)                                                \
    X(suite, make, secrets_are_wiped_when_never_read)                                              \
    X(suite, make, secrets_are_wiped_when_never_sent)                                              \
    X(suite, make, a_cancelled_secret_is_wiped)

#define STREAM_CONFORMANCE_DECLARE(suite, make, name)                                              \
    void stream_conformance_##name(struct stream_fixture *fixture);
STREAM_CONFORMANCE_CASES(STREAM_CONFORMANCE_DECLARE, , )

#define STREAM_CONFORMANCE_TEST(suite, make, name)                                                 \
    Test(suite, name) {                                                                            \
        struct stream_fixture *fixture = make();                                                   \
        stream_conformance_##name(fixture);                                                        \
        fixture->ops->destroy(fixture);                                                            \
    }

#define STREAM_CONFORMANCE_TESTS(suite, make)                                                      \
    STREAM_CONFORMANCE_CASES(STREAM_CONFORMANCE_TEST, suite, make)

#endif
