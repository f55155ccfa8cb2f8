/* What was lost, found by what arrived: RACK-TLP (RFC 8985), NewReno (RFC 6582). */
#include "core/base/test_seed.h"
#include "net/tcp/tcp_loss_test_fixture.h"

/* The tail. */

#define RTO_MIN_MS 200

Test(tcp_loss, the_tail_is_probed_after_two_round_trips) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, us(2 * RTT_MS * 1000 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_records(&bench, 0, 1);
    ack(&bench, RECORD);
    pass(&bench, pair_ms(5000));
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(tcp_counters(bench.hand.tcp)->tail_probes, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 0);
    bench_free(&bench);
}

Test(tcp_loss, the_peers_delay_is_added_for_a_lone_segment) {
    struct bench bench = bench_make(true, false);
    learn_delay(&bench, 40);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, us((2 * RTT_MS + 40) * 1000 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_records(&bench, 0, 1);
    bench_free(&bench);
}

/* They are acknowledged at once, but for a pause of the peer's host. */
Test(tcp_loss, many_in_flight_are_waited_for_an_eighth_of_the_rto) {
    struct bench bench = bench_make(true, false);
    learn_delay(&bench, 40);
    write_records(&bench, 5);
    expect_records(&bench, 0, 5);
    pass(&bench, us(RTO_MIN_MS * 1000 / 8 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_data(&bench, 4 * RECORD, RECORD);
    hand_expect_nothing(&bench.hand);
    bench_free(&bench);
}

Test(tcp_loss, new_data_is_the_better_probe) {
    struct bench bench = bench_make(true, false);
    bench.c->congestion.cwnd = 2 * bench.c->mss;
    write_records(&bench, 4);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(2 * RTT_MS));
    expect_records(&bench, 2, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).retransmissions, 0);
    bench_free(&bench);
}

/* Behind a hole the peer acknowledges at once (RFC 5681 §4.2), so the RTO has no delay in it. */
Test(tcp_loss, behind_a_hole_the_peers_delay_is_not_added) {
    struct bench bench = bench_make(true, false);
    learn_delay(&bench, 50);
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 2 * RECORD);
    pass(&bench, us(RTT_MS * 1000 / 4));
    expect_records(&bench, 0, 1);
    pass(&bench, us(RTO_MIN_MS * 1000 - RTT_MS * 1000 * 5 / 4 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(RTT_MS * 1000 * 5 / 4 + 1));
    expect_records(&bench, 0, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 1);
    bench_free(&bench);
}

/* After the probe comes the RTO, with the oldest. */
Test(tcp_loss, one_probe_and_then_the_timeout) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(2 * RTT_MS));
    expect_records(&bench, 1, 1);
    pass(&bench, us(199999));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_records(&bench, 0, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 1);
    bench_free(&bench);
}

/* RFC 8985 §7.4: a DSACK says that the probe was needless; cwnd stays, and the peer is known to
 * be slow. */
Test(tcp_loss, a_needless_probe_costs_nothing_but_itself) {
    struct bench bench = bench_make(true, false);
    uint32_t cwnd = bench.c->congestion.cwnd;
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(2 * RTT_MS));
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(20));
    ack(&bench, RECORD);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, RECORD, 0, RECORD);
    struct tcp_info info = tcp_info(bench.hand.stream);
    cr_assert_eq(info.cwnd, cwnd);
    cr_assert_eq(info.spurious, 1);
    cr_assert_geq(info.ack_delay.ns, 30 * NS_PER_MS);
    bench_free(&bench);
}

/* ... and when later data is acknowledged without one, something had been lost. */
Test(tcp_loss, a_loss_that_the_probe_mended_halves_cwnd) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(2 * RTT_MS));
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    write_records(&bench, 1);
    expect_records(&bench, 1, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 2 * RECORD);
    cr_assert_eq(tcp_info(bench.hand.stream).cwnd, 2 * bench.c->mss);
    bench_free(&bench);
}

/* One message after the other is lost: each is probed for, none waits for the RTO. */
Test(tcp_loss, every_lone_loss_is_probed) {
    struct bench bench = bench_make(true, false);
    for (uint32_t i = 0; i < 5; i++) {
        write_records(&bench, 1);
        expect_records(&bench, i, 1);
        pass(&bench, pair_ms(2 * RTT_MS));
        expect_records(&bench, i, 1);
        pass(&bench, pair_ms(RTT_MS));
        ack(&bench, (i + 1) * RECORD);
        pass(&bench, pair_ms(100));
    }
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 0);
    bench_free(&bench);
}

/* SACK and RACK. */

Test(tcp_loss, three_sacked_behind_a_hole_fill_it_at_once) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 4 * RECORD);
    expect_records(&bench, 0, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).fast_recoveries, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 4 * RECORD);
    struct tcp_info info = tcp_info(bench.hand.stream);
    cr_assert_eq(info.in_flight, 0);
    cr_assert_eq(info.cwnd, 2 * bench.c->mss, "half of four, at least two");
    cr_assert(!bench.c->recovery.active);
    bench_free(&bench);
}

/* One alone may have overtaken: a quarter of the RTT is waited. */
Test(tcp_loss, what_was_overtaken_is_given_time) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 2 * RECORD);
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(RTT_MS * 1000 / 4 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_records(&bench, 0, 1);
    bench_free(&bench);
}

Test(tcp_loss, what_arrives_late_is_no_loss) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 2 * RECORD);
    pass(&bench, pair_ms(1));
    ack(&bench, 2 * RECORD);
    pass(&bench, pair_ms(1000));
    hand_expect_nothing(&bench.hand);
    cr_assert(bench.c->recovery.reordering_seen);
    /* Now known to reorder, it is patient even when three overtook. */
    write_records(&bench, 4);
    expect_records(&bench, 2, 4);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 2 * RECORD, 3 * RECORD, 6 * RECORD);
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(RTT_MS * 1000 / 4));
    expect_records(&bench, 2, 1);
    bench_free(&bench);
}

/* Two records, of which the first is overtaken: it is sent again after so long, and acknowledged,
 * perhaps as one that came twice. */
static void overtake(struct bench *bench, uint32_t first, int64_t patience_us, bool twice) {
    uint32_t offset = first * RECORD, end = offset + 2 * RECORD;
    write_records(bench, 2);
    expect_records(bench, first, 2);
    pass(bench, pair_ms(RTT_MS));
    sack(bench, offset, offset + RECORD, end);
    pass(bench, us(patience_us - 1));
    hand_expect_nothing(&bench->hand);
    pass(bench, us(1));
    expect_records(bench, first, 1);
    pass(bench, pair_ms(RTT_MS));
    if (twice) {
        sack(bench, end, offset, offset + RECORD);
    } else {
        ack(bench, end);
    }
}

/* RFC 8985 §6.2 step 4: wider by a quarter of the RTT after a round with a DSACK, as far as SRTT,
 * and as it was when sixteen recoveries had none. */
Test(tcp_loss, dsacks_widen_the_reordering_window_for_a_while) {
    struct bench bench = bench_make(true, false);
    const int64_t quarter_us = RTT_MS * 1000 / 4;
    uint32_t first = 0;
    for (int64_t steps = 1; steps <= 6; steps++, first += 2) {
        int64_t patience_us = (steps < 4 ? steps : 4) * quarter_us;
        overtake(&bench, first, patience_us, true);
    }
    cr_assert_eq(bench.c->recovery.reorder_steps, 6);
    for (int calm = 1; calm < 16; calm++, first += 2) {
        overtake(&bench, first, 4 * quarter_us, false);
    }
    overtake(&bench, first, quarter_us, false);
    bench_free(&bench);
}

Test(tcp_loss, a_lost_retransmission_is_found) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 6);
    expect_records(&bench, 0, 6);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 4 * RECORD);
    expect_records(&bench, 0, 1);
    /* Something sent after the retransmission is delivered, the retransmission is not. */
    write_records(&bench, 1);
    pass(&bench, pair_ms(1));
    sack(&bench, 0, RECORD, 6 * RECORD);
    expect_records(&bench, 6, 1);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 7 * RECORD);
    expect_records(&bench, 0, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).fast_recoveries, 1, "of the same recovery");
    bench_free(&bench);
}

Test(tcp_loss, blocks_that_cannot_be_are_ignored) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 3);
    expect_records(&bench, 0, 3);
    ack(&bench, RECORD);
    static const uint32_t blocks[][2] = {{2 * RECORD, RECORD},          /* inverted */
                                         {2 * RECORD, 4 * RECORD},      /* beyond snd_nxt */
                                         {RECORD, RECORD},              /* empty */
                                         {UINT32_MAX - 9, 2 * RECORD}}; /* from below snd_una */
    ack_with(&bench, RECORD, 4, blocks);
    cr_assert_eq(bench.c->recovery.sacked, 0);
    cr_assert_eq(bench.c->in_flight, 2 * RECORD);
    bench_free(&bench);
}

Test(tcp_loss, a_part_of_a_segment_is_not_the_segment) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 3);
    expect_records(&bench, 0, 3);
    sack(&bench, 0, RECORD + 1, 3 * RECORD);
    cr_assert_eq(bench.c->recovery.sacked, 1);
    sack(&bench, 0, RECORD, 3 * RECORD);
    cr_assert_eq(bench.c->recovery.sacked, 2);
    bench_free(&bench);
}

Test(tcp_loss, a_timeout_forgets_what_was_sacked) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 4 * RECORD);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(250));
    expect_records(&bench, 0, 1);
    cr_assert_eq(bench.c->recovery.sacked, 0);
    /* It had reneged: only the first is acknowledged, the others go again. */
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    expect_records(&bench, 1, 2);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 3 * RECORD);
    expect_records(&bench, 3, 1);
    bench_free(&bench);
}

/* What was SACKed has left the network: however much patience there is, it is not in flight. */
Test(tcp_loss, what_a_timeout_forgets_is_not_in_flight) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 4 * RECORD);
    expect_records(&bench, 0, 1);
    bench.c->recovery.rack_rtt = pair_ms(10000);
    pass(&bench, pair_ms(250));
    expect_records(&bench, 0, 1);
    cr_assert_eq(bench.c->in_flight, RECORD);
    bench_free(&bench);
}

/* Without SACK. */

Test(tcp_loss, three_duplicates_resend_the_oldest) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 5);
    expect_records(&bench, 0, 5);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 0);
    ack(&bench, 0);
    hand_expect_nothing(&bench.hand);
    ack(&bench, 0);
    expect_records(&bench, 0, 1);
    ack(&bench, 0);
    hand_expect_nothing(&bench.hand);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 5 * RECORD);
    cr_assert(!bench.c->recovery.active);
    bench_free(&bench);
}

/* NewReno: the ACK of the first hole's retransmission shows the second hole. */
Test(tcp_loss, a_partial_ack_resends_the_next_hole) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 6);
    expect_records(&bench, 0, 6);
    pass(&bench, pair_ms(RTT_MS));
    for (int i = 0; i < 4; i++) {
        ack(&bench, 0);
    }
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 3 * RECORD);
    expect_records(&bench, 3, 1);
    cr_assert(bench.c->recovery.active);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 6 * RECORD);
    cr_assert_eq(tcp_info(bench.hand.stream).fast_recoveries, 1);
    cr_assert_eq(tcp_info(bench.hand.stream).retransmissions, 2);
    bench_free(&bench);
}

/* The last recovery ended so many bytes ago that its end seems to lie ahead. */
Test(tcp_loss, duplicates_count_three_gigabytes_after_a_recovery) {
    struct bench bench = bench_make(false, false);
    bench.c->recovery.point = tcp_seq_add(bench.start, UINT32_C(1) << 30);
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    for (int i = 0; i < 3; i++) {
        ack(&bench, 0);
    }
    expect_data(&bench, 0, RECORD);
    bench_free(&bench);
}

Test(tcp_loss, window_updates_and_data_are_no_duplicates) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 5);
    expect_records(&bench, 0, 5);
    for (uint16_t i = 0; i < 6; i++) {
        say_window(&bench, 0, (uint16_t)(50000 + i));
    }
    for (int i = 0; i < 6; i++) {
        hand_say(&bench.hand, TCP_ACK | TCP_PSH, BYTES("data"));
    }
    struct tcp_segment segment;
    tcp_flush(bench.hand.tcp);
    while (pair_take(bench.hand.pair, 0, &segment, NULL)) {
        cr_assert_eq(segment.payload_bytes, 0);
    }
    cr_assert_eq(tcp_info(bench.hand.stream).retransmissions, 0);
    bench_free(&bench);
}

/* RFC 3042. */
Test(tcp_loss, the_first_two_duplicates_let_new_segments_out) {
    struct bench bench = bench_make(false, false);
    bench.c->congestion.cwnd = 3 * RECORD;
    set_mss(&bench, RECORD);
    write_records(&bench, 6);
    expect_records(&bench, 0, 3);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 0);
    expect_records(&bench, 3, 1);
    ack(&bench, 0);
    expect_records(&bench, 4, 1);
    ack(&bench, 0);
    expect_records(&bench, 0, 1);
    bench_free(&bench);
}

/* What the peer may do to us: 10,000 lone messages, each acknowledged up to 44 ms late. */
Test(tcp_loss, a_peer_that_delays_its_acks_is_never_sent_anything_twice) {
    struct bench bench = bench_make(true, true);
    bench.c->profile.ack_delay = pair_ms(50);
    tcp_rtt_init(&bench.c->rtt, &bench.c->profile);
    tcp_rtt_sample(&bench.c->rtt, us(100), false, &bench.c->profile);
    struct prng prng;
    prng_seed(&prng, test_seed("a_peer_that_delays_its_acks_is_never_sent_anything_twice"));
    for (uint32_t i = 0; i < 10000; i++) {
        char text[308] = {0};
        cr_assert_eq(pair_write(bench.hand.stream, bytes_of(text, sizeof(text))), STREAM_OK);
        hand_expect(&bench.hand, TCP_ACK);
        int64_t delay_us = prng_below(&prng, 4) == 0 ? (int64_t)prng_below(&prng, 44000) : 0;
        hand_pass(&bench.hand, us(100 + delay_us));
        hand_expect_nothing(&bench.hand);
        bench.hand.ack = tcp_seq_add(bench.hand.ack, sizeof(text));
        struct tcp_segment segment = hand_segment(&bench.hand, TCP_ACK);
        hand_send(&bench.hand, &segment);
        hand_pass(&bench.hand, us(60000 - 100 - delay_us));
        hand_expect_nothing(&bench.hand);
    }
    struct tcp_info info = tcp_info(bench.hand.stream);
    cr_assert_eq(info.retransmissions, 0);
    cr_assert_leq(info.srtt.ns, 200 * NS_PER_US);
    bench_free(&bench);
}
