/* How connections end: RFC 9293 §3.6 and §3.10.7.4 eighth, TIME_WAIT with RFC 1337 and 6191. */
#include "net/tcp/tcp_hand_test_fixture.h"

static void nothing(struct hand *hand, uint8_t flags) {
    hand_say(hand, flags, bytes_of("", 0));
}

static void expect_fin(struct hand *hand) {
    struct tcp_segment fin = hand_expect(hand, TCP_FIN | TCP_ACK);
    cr_assert_eq(fin.seq.value, hand->ack.value);
    cr_assert_eq(fin.ack.value, hand->seq.value);
    hand->ack = tcp_seq_add(hand->ack, 1);
}

Test(tcp_close, we_first) {
    struct hand hand = hand_established(true);
    stream_finish(hand.stream);
    expect_fin(&hand);
    cr_assert_eq(hand_state(&hand), TCP_FIN_WAIT_1);
    nothing(&hand, TCP_ACK);
    cr_assert_eq(hand_state(&hand), TCP_FIN_WAIT_2);
    hand_say(&hand, TCP_ACK, BYTES("rest"));
    nothing(&hand, TCP_ACK | TCP_FIN);
    hand_expect_ack(&hand);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_FINISHED);
    cr_assert_eq(hand_read(&hand), 4);
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    hand_free(&hand);
}

Test(tcp_close, fin_and_ack_of_ours_in_one) {
    struct hand hand = hand_established(false);
    stream_finish(hand.stream);
    expect_fin(&hand);
    hand_say(&hand, TCP_ACK | TCP_FIN, BYTES("rest"));
    hand_expect_ack(&hand);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_FINISHED);
    hand_free(&hand);
}

Test(tcp_close, crossing_fins) {
    struct hand hand = hand_established(false);
    stream_finish(hand.stream);
    struct tcp_segment fin = hand_expect(&hand, TCP_FIN | TCP_ACK);
    nothing(&hand, TCP_ACK | TCP_FIN);
    hand_expect(&hand, TCP_ACK);
    cr_assert_eq(hand_state(&hand), TCP_CLOSING);
    nothing(&hand, TCP_ACK);
    cr_assert_eq(hand_state(&hand), TCP_CLOSING, "it does not cover our FIN");
    hand.ack = tcp_seq_add(fin.seq, 1);
    nothing(&hand, TCP_ACK);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_FINISHED);
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    hand_free(&hand);
}

Test(tcp_close, the_peer_first_and_last_ack_must_cover_the_fin) {
    struct hand hand = hand_established(false);
    nothing(&hand, TCP_ACK | TCP_FIN);
    hand_expect_ack(&hand);
    cr_assert_eq(stream_state(hand.stream), STREAM_PEER_FINISHED);
    cr_assert_eq(pair_write(hand.stream, BYTES("bye")), STREAM_OK);
    hand_expect(&hand, TCP_ACK);
    stream_finish(hand.stream);
    cr_assert_eq(hand_state(&hand), TCP_LAST_ACK);
    hand_expect(&hand, TCP_FIN | TCP_ACK);
    hand.ack = tcp_seq_add(hand.ack, 3);
    nothing(&hand, TCP_ACK);
    cr_assert_eq(hand_state(&hand), TCP_LAST_ACK);
    hand.ack = tcp_seq_add(hand.ack, 1);
    nothing(&hand, TCP_ACK);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_FINISHED);
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 0);
    hand_free(&hand);
}

Test(tcp_close, our_fin_is_repeated_in_every_state) {
    for (int state = 0; state < 3; state++) { /* FIN_WAIT_1, CLOSING, LAST_ACK */
        struct hand hand = hand_established(false);
        if (state == 2) {
            nothing(&hand, TCP_ACK | TCP_FIN);
            hand_expect_ack(&hand);
        }
        stream_finish(hand.stream);
        uint32_t seq = hand_expect(&hand, TCP_FIN | TCP_ACK).seq.value;
        if (state == 1) {
            nothing(&hand, TCP_ACK | TCP_FIN);
            hand_expect(&hand, TCP_ACK);
        }
        for (int i = 0; i < 3; i++) {
            hand_pass(&hand, pair_ms(2000));
            struct tcp_segment again = hand_expect(&hand, TCP_FIN | TCP_ACK);
            cr_assert_eq(again.seq.value, seq);
            cr_assert_eq(again.ack.value, hand.seq.value);
            while (pair_take(hand.pair, 0, &again, NULL)) {
            }
            hand_pass(&hand, pair_ms(2000 << i));
        }
        hand_free(&hand);
    }
}

/* R2: it does not go on for ever, in any state. */
Test(tcp_close, a_fin_nobody_acknowledges_times_out) {
    for (int state = 0; state < 2; state++) {
        struct hand hand = hand_established(false);
        if (state == 1) {
            nothing(&hand, TCP_ACK | TCP_FIN);
        }
        stream_finish(hand.stream);
        for (int i = 0; i < 4000 && stream_state(hand.stream) != STREAM_CLOSED; i++) {
            hand_pass(&hand, pair_ms(10));
            struct tcp_segment segment;
            while (pair_take(hand.pair, 0, &segment, NULL)) {
            }
        }
        cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_TIMED_OUT);
        hand_free(&hand);
    }
}

Test(tcp_close, fin_wait_2_does_not_wait_for_ever) {
    struct hand hand = hand_established(false);
    stream_finish(hand.stream);
    expect_fin(&hand);
    nothing(&hand, TCP_ACK);
    hand_pass(&hand, pair_ms(59999));
    cr_assert_eq(hand_state(&hand), TCP_FIN_WAIT_2);
    hand_pass(&hand, pair_ms(1));
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_TIMED_OUT);
    hand_free(&hand);
}

/* The peer's FIN. */

Test(tcp_close, a_fin_behind_a_hole_waits) {
    struct hand hand = hand_established(false);
    hand_text(&hand, tcp_seq_add(hand.seq, 10), TCP_ACK | TCP_FIN, 10);
    struct tcp_segment ack = hand_expect_ack(&hand);
    cr_assert_eq(ack.sack_count, 1);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    hand.seq = tcp_seq_add(hand.seq, 21);
    hand_expect_ack(&hand);
    cr_assert_eq(hand_state(&hand), TCP_CLOSE_WAIT);
    cr_assert_eq(hand_read(&hand), 20);
    hand_free(&hand);
}

/* Text beyond the FIN that was seen is cut off, and a FIN amid what was seen is not believed. */
Test(tcp_close, text_does_not_go_beyond_a_fin) {
    struct hand hand = hand_established(false);
    hand_text(&hand, tcp_seq_add(hand.seq, 10), TCP_ACK | TCP_FIN, 0);
    hand_text(&hand, hand.seq, TCP_ACK, 100);
    cr_assert_eq(hand_state(&hand), TCP_CLOSE_WAIT);
    cr_assert_eq(hand_read(&hand), 10);
    hand_free(&hand);
    hand = hand_established(false);
    hand_text(&hand, tcp_seq_add(hand.seq, 50), TCP_ACK, 50);
    hand_text(&hand, tcp_seq_add(hand.seq, 60), TCP_ACK | TCP_FIN, 0);
    hand_text(&hand, hand.seq, TCP_ACK, 50);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    cr_assert_eq(hand_read(&hand), 100);
    hand_free(&hand);
}

Test(tcp_close, a_repeated_fin_is_answered_every_time) {
    struct tcp_setup setup = pair_setup();
    setup.corrections_per_second = 1;
    setup.challenges_per_second = 1;
    struct hand hand = hand_make(&setup);
    hand_connect(&hand);
    struct tcp_segment fin = hand_segment(&hand, TCP_ACK | TCP_FIN);
    nothing(&hand, TCP_ACK | TCP_FIN);
    hand_expect_ack(&hand);
    for (int i = 0; i < 10; i++) {
        hand_send(&hand, &fin);
        hand_expect_ack(&hand);
    }
    cr_assert_eq(hand_state(&hand), TCP_CLOSE_WAIT);
    hand_free(&hand);
}

Test(tcp_close, text_after_the_fin_is_ignored) {
    struct hand hand = hand_established(false);
    nothing(&hand, TCP_ACK | TCP_FIN);
    hand_expect_ack(&hand);
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    cr_assert_eq(tcp_info(hand.stream).bytes_in, 0);
    cr_assert_eq(hand_state(&hand), TCP_CLOSE_WAIT);
    hand_free(&hand);
}

/* Abort. */

Test(tcp_close, abort_says_where_it_stands) {
    struct hand hand = hand_established(true);
    cr_assert_eq(pair_write(hand.stream, BYTES("abc")), STREAM_OK);
    hand_expect(&hand, TCP_ACK);
    stream_abort(hand.stream);
    struct tcp_segment reset = hand_expect(&hand, TCP_RST | TCP_ACK);
    cr_assert_eq(reset.seq.value, hand.ack.value + 3);
    cr_assert_eq(reset.ack.value, hand.seq.value);
    cr_assert(reset.has_timestamps);
    hand_expect_nothing(&hand);
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    hand_expect(&hand, TCP_RST);
    hand_free(&hand);
}

Test(tcp_close, a_reservation_open_at_finish_holds_the_fin) {
    struct hand hand = hand_established(false);
    struct stream_room room;
    cr_assert_eq(stream_reserve(hand.stream, 4, &room), STREAM_OK);
    stream_finish(hand.stream);
    hand_expect_nothing(&hand);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    memcpy(room.data, "last", 4);
    stream_commit(hand.stream, 4, STREAM_RELEASE_NOW, STREAM_PLAIN);
    cr_assert_eq(hand_expect(&hand, TCP_ACK).payload_bytes, 4);
    cr_assert_eq(hand_expect(&hand, TCP_FIN | TCP_ACK).seq.value, hand.ack.value + 4);
    hand_free(&hand);
}

/* TIME_WAIT. */

static void linger(struct hand *hand) {
    stream_finish(hand->stream);
    expect_fin(hand);
    nothing(hand, TCP_ACK | TCP_FIN);
    hand_expect_ack(hand);
    hand_discard(hand);
    cr_assert_eq(tcp_counters(hand->tcp)->time_waits, 1);
}

Test(tcp_close, time_wait_answers_a_fin_and_starts_anew) {
    struct hand hand = hand_established(true);
    linger(&hand);
    hand_pass(&hand, pair_ms(59000));
    hand_text(&hand, tcp_seq_add(hand.seq, UINT32_MAX), TCP_ACK | TCP_FIN, 0);
    hand_expect_ack(&hand);
    hand_pass(&hand, pair_ms(59999));
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    hand_pass(&hand, pair_ms(1));
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 0);
    hand_free(&hand);
}

Test(tcp_close, time_wait_ignores_resets_and_plain_acks) {
    struct hand hand = hand_established(false);
    linger(&hand);
    struct tcp_segment segment = hand_segment(&hand, TCP_RST);
    hand_send(&hand, &segment);
    segment.flags = TCP_ACK;
    hand_send(&hand, &segment);
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    hand_free(&hand);
}

struct reopening {
    bool timestamps;
    int32_t seq, ts; /* distance from the old connection's */
    bool opens;
};

static void reopen(const struct reopening *reopening) {
    struct hand hand = hand_established(reopening->timestamps);
    linger(&hand);
    struct tcp_seq old_ack = hand.ack;
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    syn.seq = tcp_seq_add(hand.seq, (uint32_t)reopening->seq);
    syn.ts_value = hand.ts_value + (uint32_t)reopening->ts;
    hand_send(&hand, &syn);
    if (reopening->opens) {
        struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
        cr_assert(tcp_seq_before(tcp_seq_add(old_ack, 65535), answer.seq));
        cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 0);
        cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1);
    } else {
        hand_expect_ack(&hand);
        cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    }
    hand_free(&hand);
}

Test(tcp_close, a_new_syn_opens_again_when_it_cannot_be_old) {
    static const struct reopening reopenings[] = {
        {.seq = 1, .opens = true},
        {.seq = 0},
        {.seq = -1000},
        {.timestamps = true, .seq = -1000, .ts = 1, .opens = true},
        {.timestamps = true, .seq = 1000, .ts = -1},
        {.timestamps = true, .seq = 1, .ts = 0, .opens = true},
        {.timestamps = true, .seq = 0, .ts = 0},
    };
    for (size_t i = 0; i < sizeof(reopenings) / sizeof(reopenings[0]); i++) {
        reopen(&reopenings[i]);
    }
}

/* Where nobody listens, a SYN does not end the waiting. */
Test(tcp_close, a_dialled_connection_lingers_on_whatever_comes) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    hand_dialled(&hand);
    nothing(&hand, TCP_SYN | TCP_ACK);
    tcp_flush(hand.tcp);
    hand_expect_ack(&hand);
    linger(&hand);
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    syn.seq = tcp_seq_add(hand.seq, 100000);
    hand_send(&hand, &syn);
    hand_expect_ack(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->time_waits, 1);
    hand_free(&hand);
}

Test(tcp_close, the_oldest_that_lingers_makes_room) {
    struct tcp_setup setup = pair_setup();
    setup.limits.time_waits_max = 2;
    struct hand hand = hand_make(&setup);
    for (int i = 0; i < 5; i++) {
        hand.from_port++;
        hand_connect(&hand);
        stream_finish(hand.stream);
        expect_fin(&hand);
        nothing(&hand, TCP_ACK | TCP_FIN);
        hand_expect_ack(&hand);
        hand_discard(&hand);
        cr_assert_eq(tcp_counters(hand.tcp)->time_waits, i < 1 ? 1 : 2);
    }
    hand_free(&hand);
}

/* The one port there is lingers: timestamps let it be taken again, with numbers that go on. */
Test(tcp_close, a_lingering_port_is_dialled_from_again) {
    for (int timestamps = 0; timestamps < 2; timestamps++) {
        struct tcp_setup setup = pair_setup();
        setup.port_last = setup.port_first;
        struct hand hand = hand_make(&setup);
        hand.timestamps = timestamps != 0;
        hand_dialled(&hand);
        nothing(&hand, TCP_SYN | TCP_ACK);
        tcp_flush(hand.tcp);
        hand_expect_ack(&hand);
        linger(&hand);
        if (timestamps) {
            struct tcp_seq old_ack = hand.ack;
            struct tcp_segment syn = hand_dialled(&hand);
            cr_assert(tcp_seq_before(tcp_seq_add(old_ack, 65535), syn.seq));
        } else {
            cr_assert_null(stream_dial(tcp_streams(hand.tcp), 0));
        }
        hand_free(&hand);
    }
}

/* Both of ours: who dials again from the same port while the acceptor lingers gets through. */
Test(tcp_close, dialling_again_at_once_from_the_same_port) {
    for (int timestamps = 0; timestamps < 2; timestamps++) {
        struct tcp_setup setup = pair_setup();
        setup.port_last = setup.port_first;
        struct pair *pair = pair_make(&setup);
        struct stream *streams[2];
        for (int i = 0; i < 20; i++) {
            pair->end[0].tcp->peers[0].profile.timestamps = timestamps != 0;
            struct instant start = pair->now.mono;
            pair_connect(pair, streams);
            cr_assert_lt(instant_since(pair->now.mono, start).ns, 2 * NS_PER_MS);
            stream_finish(streams[1]);
            pair_run(pair, pair_ms(1));
            stream_finish(streams[0]);
            pair_run(pair, pair_ms(1));
            cr_assert_eq(tcp_counters(pair->end[1].tcp)->time_waits, 1);
            for (uint32_t side = 0; side < 2; side++) {
                stream_discard(tcp_streams(pair->end[side].tcp), streams[side]);
            }
        }
        pair_free(pair);
    }
}

/* Secrets at the end. */

#define SECRET "a password that nobody reads"

static struct pair *reaped;
static uint32_t reaps, reaps_needed;

/* Lets go of all that was sent, when it was asked often enough. */
static void reap_late(struct nic *nic) {
    (void)nic;
    if (++reaps < reaps_needed) {
        return;
    }
    while (nic_sim_sent(reaped->end[0].sim).len != 0) {
        nic_sim_drop_sent(reaped->end[0].sim);
    }
}

static bool secret_lies_in_free_packets(struct nic *nic) {
    struct packet *all[PAIR_SEND_PACKETS];
    bool found = false;
    uint32_t count = 0;
    for (; count < PAIR_SEND_PACKETS; count++) {
        all[count] = nic_take(nic, NIC_CONTROL);
        if (all[count] == NULL) {
            break;
        }
        found = found || memmem(all[count]->buffer, all[count]->buffer_bytes, SECRET,
                                sizeof(SECRET) - 1) != NULL;
    }
    while (count > 0) {
        nic_give(all[--count]);
    }
    return found;
}

/* A secret is in the NIC's hands when all ends; the NIC lets go after `needed` questions. How often
 * it was asked, and how many packets it never gave back. */
static uint32_t end_with_secret(uint32_t needed, uint32_t *missing) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    hand_connect(&hand);
    reaped = hand.pair;
    reaps = 0;
    reaps_needed = needed;
    struct nic *nic = nic_sim_nic(hand.pair->end[0].sim);
    struct nic_ops late = *nic->ops;
    late.reap = reap_late;
    nic->ops = &late;
    struct stream_room room;
    cr_assert_eq(stream_reserve(hand.stream, sizeof(SECRET), &room), STREAM_OK);
    memcpy(room.data, SECRET, sizeof(SECRET));
    stream_commit(hand.stream, sizeof(SECRET), STREAM_RELEASE_NOW, STREAM_SECRET);
    cr_assert_neq(nic_sim_sent(hand.pair->end[0].sim).len, 0);
    tcp_fini(hand.tcp);
    uint32_t asked = reaps;
    reaps_needed = 0;
    nic_reap(nic);
    cr_expect(!secret_lies_in_free_packets(nic));
    *missing = PAIR_SEND_PACKETS - nic_counters(nic).send_pool_free;
    for (uint32_t side = 0; side < 2; side++) {
        free(hand.pair->end[side].tcp);
        free(hand.pair->end[side].sim);
    }
    free(hand.pair);
    return asked;
}

Test(tcp_close, secrets_that_the_nic_reads_at_the_end_are_waited_for) {
    uint32_t missing;
    cr_expect_eq(end_with_secret(100, &missing), 100);
    cr_expect_eq(missing, 0);
}

Test(tcp_close, a_nic_that_never_lets_go_does_not_hold_up_the_end) {
    uint32_t missing;
    uint32_t asked = end_with_secret(UINT32_MAX, &missing);
    cr_expect(asked > 1000 && asked <= 100000, "%u", asked);
    cr_expect_eq(missing, 1, "it is the NIC's");
}
