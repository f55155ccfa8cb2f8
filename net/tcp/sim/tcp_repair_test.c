/*
 * How soon a lost message is repaired, in virtual time, and that nothing is sent again for nothing.
 *
 * A venue's message is small and alone: no duplicate ACK tells of its loss, so the tail probe must,
 * after about two round trips. And a peer that takes its time with ACKs must not be taken for one
 * that lost something.
 */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "core/base/prng.h"
#include "net/stack_duo_test.h"

#define ONE_WAY_NS (50 * NS_PER_US)
#define TURN_NS (5 * NS_PER_US) /* of the duo */
#define REPAIRED_NS NS_PER_MS
#define MESSAGE_BYTES 308
#define WARM_UP_MESSAGES 20

struct talk {
    struct duo *duo;
    struct stream *end[2];
};

static const struct link_sim_way quick_way = {.delay = {.ns = ONE_WAY_NS}};

static bool write_message(struct stream *stream) {
    struct stream_room room;
    if (stream_reserve(stream, MESSAGE_BYTES, &room) != STREAM_OK) {
        return false;
    }
    memset(room.data, 'm', MESSAGE_BYTES);
    stream_commit(stream, MESSAGE_BYTES, STREAM_RELEASE_NOW, STREAM_PLAIN);
    return true;
}

static size_t read_all(struct stream *stream) {
    size_t bytes = 0;
    for (;;) {
        struct bytes view = stream_peek(stream, 0);
        if (view.len == 0) {
            return bytes;
        }
        stream_consume(stream, view.len, STREAM_PLAIN);
        bytes += view.len;
    }
}

static struct talk open_talk(uint64_t seed, struct duration ack_delay) {
    struct duo_setup setup = duo_setup_default();
    setup.seed = seed;
    setup.way = quick_way;
    setup.profile.ack_delay = ack_delay;
    struct talk talk = {.duo = duo_open(&setup)};
    talk.end[0] = duo_dial(talk.duo);
    duo_run_ms(talk.duo, 10);
    talk.end[1] = duo_accept(talk.duo);
    cr_assert_not_null(talk.end[1]);
    return talk;
}

static void close_talk(struct talk *talk) {
    duo_discard(talk->duo, talk->end[0]);
    duo_discard(talk->duo, talk->end[1]);
    duo_close(talk->duo);
}

/* Messages there and answers back, a millisecond each. */
static void warm_up(struct talk *talk) {
    for (uint32_t i = 0; i < WARM_UP_MESSAGES; i++) {
        cr_assert(write_message(talk->end[i % 2]));
        duo_run_ms(talk->duo, 1);
        cr_assert_eq(read_all(talk->end[1 - i % 2]), MESSAGE_BYTES);
    }
}

/* What leaves at this instant is lost. */
static void lose_now(struct talk *talk, uint32_t from) {
    struct link_sim_way black = quick_way;
    black.blackhole = true;
    enum link_sim_direction way = from == 0 ? LINK_SIM_A_TO_B : LINK_SIM_B_TO_A;
    link_sim_set(talk->duo->link, way, &black);
    duo_turn(talk->duo);
    link_sim_set(talk->duo->link, way, &quick_way);
}

/* Until `to` has read so many bytes; how long that takes. */
static int64_t time_to_read(struct talk *talk, uint32_t to, size_t bytes) {
    int64_t begin_ns = talk->duo->now.mono.ns;
    size_t done = read_all(talk->end[to]);
    while (done < bytes) {
        duo_run(talk->duo, (struct duration){.ns = TURN_NS});
        done += read_all(talk->end[to]);
        cr_assert_lt(talk->duo->now.mono.ns, begin_ns + 10 * NS_PER_S, "it never comes");
    }
    return talk->duo->now.mono.ns - begin_ns;
}

Test(tcp_repair, a_lone_lost_message_is_repaired_within_a_millisecond) {
    for (uint32_t from = 0; from < 2; from++) {
        struct talk talk = open_talk(1 + from, (struct duration){.ns = 0});
        warm_up(&talk);
        cr_assert(write_message(talk.end[from]));
        lose_now(&talk, from);
        int64_t took_ns = time_to_read(&talk, 1 - from, MESSAGE_BYTES);
        cr_expect_leq(took_ns, REPAIRED_NS, "from %u: %" PRId64 " us", from, took_ns / NS_PER_US);
        duo_run_ms(talk.duo, 1000);
        struct tcp_info info = tcp_info(talk.end[from]);
        cr_expect_eq(info.retransmissions, 1);
        cr_expect_eq(info.timeouts, 0);
        close_talk(&talk);
    }
}

Test(tcp_repair, the_last_of_a_burst_is_repaired_within_a_millisecond) {
    struct talk talk = open_talk(3, (struct duration){.ns = 0});
    warm_up(&talk);
    for (int i = 0; i < 4; i++) {
        cr_assert(write_message(talk.end[0]));
    }
    duo_turn(talk.duo);
    cr_assert(write_message(talk.end[0]));
    lose_now(&talk, 0);
    int64_t took_ns = time_to_read(&talk, 1, 5 * MESSAGE_BYTES);
    cr_expect_leq(took_ns, REPAIRED_NS, "%" PRId64 " us", took_ns / NS_PER_US);
    duo_run_ms(talk.duo, 1000);
    cr_expect_eq(tcp_info(talk.end[0]).timeouts, 0);
    close_talk(&talk);
}

/* The probe repeats the last one; that it arrived tells of the one before. */
Test(tcp_repair, two_lost_messages_are_repaired_within_a_millisecond) {
    struct talk talk = open_talk(7, (struct duration){.ns = 0});
    warm_up(&talk);
    for (int i = 0; i < 2; i++) {
        cr_assert(write_message(talk.end[0]));
    }
    lose_now(&talk, 0);
    int64_t took_ns = time_to_read(&talk, 1, 2 * MESSAGE_BYTES);
    cr_expect_leq(took_ns, REPAIRED_NS, "%" PRId64 " us", took_ns / NS_PER_US);
    duo_run_ms(talk.duo, 1000);
    struct tcp_info info = tcp_info(talk.end[0]);
    cr_expect_eq(info.retransmissions, 2);
    cr_expect_eq(info.timeouts, 0);
    close_talk(&talk);
}

/* Others behind it arrive, so the gap is seen: SACK tells, a round trip later. */
Test(tcp_repair, the_first_of_a_burst_is_repaired_within_a_millisecond) {
    struct talk talk = open_talk(4, (struct duration){.ns = 0});
    warm_up(&talk);
    cr_assert(write_message(talk.end[0]));
    lose_now(&talk, 0);
    for (int i = 0; i < 4; i++) {
        cr_assert(write_message(talk.end[0]));
    }
    int64_t took_ns = time_to_read(&talk, 1, 5 * MESSAGE_BYTES);
    cr_expect_leq(took_ns, REPAIRED_NS, "%" PRId64 " us", took_ns / NS_PER_US);
    duo_run_ms(talk.duo, 1000);
    struct tcp_info info = tcp_info(talk.end[0]);
    cr_expect_eq(info.retransmissions, 1);
    cr_expect_eq(info.timeouts, 0);
    close_talk(&talk);
}

/* The ACK is lost, not the message: it is sent again, and known to have been needless. */
Test(tcp_repair, a_lost_acknowledgement_costs_no_window) {
    struct talk talk = open_talk(5, (struct duration){.ns = 0});
    warm_up(&talk);
    uint32_t cwnd = tcp_info(talk.end[0]).cwnd;
    cr_assert(write_message(talk.end[0]));
    duo_run(talk.duo, (struct duration){.ns = ONE_WAY_NS - TURN_NS});
    struct link_sim_way black = quick_way;
    black.blackhole = true;
    link_sim_set(talk.duo->link, LINK_SIM_B_TO_A, &black);
    duo_run(talk.duo, (struct duration){.ns = TURN_NS});
    link_sim_set(talk.duo->link, LINK_SIM_B_TO_A, &quick_way);
    duo_run_ms(talk.duo, 100);
    struct tcp_info info = tcp_info(talk.end[0]);
    cr_expect_eq(info.snd_una.value, info.snd_nxt.value);
    cr_expect_eq(info.spurious, 1);
    cr_expect_geq(info.cwnd, cwnd);
    close_talk(&talk);
}

/* Every message of a lossy hour arrives; nearly all that the tail probe repairs is soon there. */
Test(tcp_repair, one_in_a_hundred_lost_is_repaired_mostly_at_once) {
    enum { MESSAGES = 4000 };
    struct talk talk = open_talk(6, (struct duration){.ns = 0});
    warm_up(&talk);
    struct link_sim_way lossy = quick_way;
    lossy.loss_ppm = 10000;
    link_sim_set(talk.duo->link, LINK_SIM_A_TO_B, &lossy);
    uint32_t late = 0, very_late = 0;
    for (int i = 0; i < MESSAGES; i++) {
        cr_assert(write_message(talk.end[0]));
        int64_t took_ns = time_to_read(&talk, 1, MESSAGE_BYTES);
        late += took_ns > 2 * ONE_WAY_NS;
        very_late += took_ns > REPAIRED_NS;
        duo_run_ms(talk.duo, 5);
    }
    cr_expect_gt(late, MESSAGES / 200, "%u", late);
    cr_expect_leq(very_late, 4, "%u of %u", very_late, late); /* lost, and its probe, too */
    close_talk(&talk);
}

/* RFC 6298 §5.7: however often the SYN was sent, data begins with an RTO of 3 s. */
Test(tcp_repair, a_slow_handshake_does_not_slow_what_follows) {
    struct duo_setup setup = duo_setup_default();
    setup.way = quick_way;
    setup.profile.timestamps = false;
    setup.profile.connect_timeout.ns = 60 * NS_PER_S;
    struct talk talk = {.duo = duo_open(&setup)};
    struct link_sim_way black = quick_way;
    black.blackhole = true;
    duo_discard(talk.duo, duo_dial(talk.duo)); /* they know where they are */
    duo_run_ms(talk.duo, 10);
    link_sim_set(talk.duo->link, LINK_SIM_B_TO_A, &black);
    talk.end[0] = duo_dial(talk.duo);
    duo_run_ms(talk.duo, 20000);
    link_sim_set(talk.duo->link, LINK_SIM_B_TO_A, &quick_way);
    duo_run_ms(talk.duo, 20000);
    talk.end[1] = duo_accept(talk.duo);
    cr_assert_not_null(talk.end[1]);
    cr_assert(write_message(talk.end[0]));
    lose_now(&talk, 0);
    int64_t took_ns = time_to_read(&talk, 1, MESSAGE_BYTES);
    cr_expect_leq(took_ns, 3 * NS_PER_S + REPAIRED_NS, "%" PRId64 " ms", took_ns / NS_PER_MS);
    close_talk(&talk);
}
