/* The RTO (RFC 6298), what undoes it, and giving up. */
#include "net/tcp/tcp_loss_test_fixture.h"

/* The RTO. */

Test(tcp_timeout, the_timeout_doubles_and_new_data_ends_that) {
    struct bench bench = bench_make(false, false);
    write_record(&bench, 300);
    expect_data(&bench, 0, 300);
    int64_t rto_ms = 200;
    for (int i = 0; i < 4; i++, rto_ms *= 2) {
        pass(&bench, us(rto_ms * 1000 - 1));
        hand_expect_nothing(&bench.hand);
        pass(&bench, us(1));
        expect_data(&bench, 0, 300);
    }
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 4);
    /* Karn: an ACK of what was sent five times says nothing, so the backoff stays ... */
    ack(&bench, 300);
    write_record(&bench, 300);
    expect_data(&bench, 300, 300);
    pass(&bench, us(rto_ms * 1000 - 1));
    hand_expect_nothing(&bench.hand);
    ack(&bench, 600);
    /* ... until something sent once is acknowledged. */
    cr_assert_eq(bench.c->recovery.backoff, 0);
    bench_free(&bench);
}

Test(tcp_timeout, an_ack_that_moves_nothing_postpones_nothing) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    for (int i = 0; i < 19; i++) {
        pass(&bench, pair_ms(10));
        hand_say(&bench.hand, TCP_ACK | TCP_PSH, BYTES("x"));
        tcp_flush(bench.hand.tcp);
        hand_expect(&bench.hand, TCP_ACK);
        hand_expect_nothing(&bench.hand);
    }
    pass(&bench, us(9999));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(1));
    expect_records(&bench, 0, 1);
    bench_free(&bench);
}

Test(tcp_timeout, an_ack_that_moves_something_restarts_the_timeout) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(190));
    ack(&bench, RECORD);
    int64_t rto_ns = tcp_loss_rto(bench.c).ns;
    pass(&bench, us(rto_ns / 1000 - 1));
    hand_expect_nothing(&bench.hand);
    pass(&bench, us(2));
    expect_records(&bench, 1, 1);
    bench_free(&bench);
}

Test(tcp_timeout, after_a_timeout_the_rest_follows_in_slow_start) {
    struct bench bench = bench_make(false, false);
    set_mss(&bench, RECORD);
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    pass(&bench, pair_ms(200));
    expect_records(&bench, 0, 1);
    cr_assert_eq(bench.c->congestion.cwnd, RECORD);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    expect_records(&bench, 1, 2);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 4 * RECORD);
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(bench.c->in_flight, 0);
    cr_assert_eq(tcp_loss_due(bench.c).timer, TCP_LOSS_NONE);
    bench_free(&bench);
}

/* RFC 3522: the echo is older than the retransmission, so the original had arrived. */
Test(tcp_timeout, a_needless_timeout_is_undone_by_the_echo) {
    struct bench bench = bench_make(false, true);
    uint32_t cwnd = bench.c->congestion.cwnd;
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    uint32_t echo = bench.hand.ts_echo;
    pass(&bench, pair_ms(200));
    expect_records(&bench, 0, 1);
    cr_assert_eq(bench.c->congestion.cwnd, bench.c->mss);
    bench.hand.ts_echo = echo;
    ack(&bench, RECORD);
    hand_expect_nothing(&bench.hand);
    struct tcp_info info = tcp_info(bench.hand.stream);
    cr_assert_eq(info.cwnd, cwnd);
    cr_assert_eq(info.in_flight, 3 * RECORD, "nothing is believed lost any more");
    cr_assert_eq(info.spurious, 1);
    cr_assert_eq(bench.c->recovery.backoff, 0);
    bench_free(&bench);
}

Test(tcp_timeout, a_needed_one_is_not_undone) {
    struct bench bench = bench_make(false, true);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(200));
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    cr_assert_leq(bench.c->congestion.cwnd, 2 * bench.c->mss);
    cr_assert_eq(tcp_info(bench.hand.stream).spurious, 0);
    bench_free(&bench);
}

/* RFC 3708: every retransmission was seen twice by the peer. */
Test(tcp_timeout, a_needless_recovery_is_undone_by_dsacks) {
    struct bench bench = bench_make(true, false);
    uint32_t cwnd = bench.c->congestion.cwnd;
    write_records(&bench, 4);
    expect_records(&bench, 0, 4);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 0, RECORD, 4 * RECORD);
    expect_records(&bench, 0, 1);
    cr_assert_lt(bench.c->congestion.cwnd, cwnd);
    ack(&bench, 4 * RECORD);
    pass(&bench, pair_ms(RTT_MS));
    sack(&bench, 4 * RECORD, 0, RECORD);
    cr_assert_eq(bench.c->congestion.cwnd, cwnd);
    cr_assert_eq(tcp_info(bench.hand.stream).spurious, 1);
    bench_free(&bench);
}

/* A path that swallows full-size segments without a word. */
Test(tcp_timeout, two_timeouts_of_a_full_segment_make_it_smaller) {
    struct bench bench = bench_make(false, false);
    uint32_t full = bench.c->mss;
    struct stream_rooms rooms;
    bench.c->tcp->setup.limits.stream.record_bytes_max = 1460;
    tcp_plan(bench.c);
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 1460, &rooms), STREAM_OK);
    memset(rooms.room[0].data, 'r', 1460);
    stream_commit(bench.hand.stream, 1460, STREAM_RELEASE_NOW, STREAM_PLAIN);
    expect_data(&bench, 0, full);
    pass(&bench, pair_ms(200));
    expect_data(&bench, 0, full);
    pass(&bench, pair_ms(400));
    expect_data(&bench, 0, 536);
    cr_assert_eq(bench.c->mss, 536);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 536);
    expect_data(&bench, 536, 536);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, 1072);
    expect_data(&bench, 1072, 388);
    bench_free(&bench);
}

/* What has passed before is suspected later: a pause of the path is not to cost the segment size.
 */
Test(tcp_timeout, a_size_that_has_passed_is_trusted_longer) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    ack(&bench, RECORD);
    uint32_t full = bench.c->mss;
    write_records(&bench, 1);
    expect_records(&bench, 1, 1);
    int64_t rto_ms = 200;
    for (int i = 0; i < 3; i++, rto_ms *= 2) {
        pass(&bench, pair_ms(rto_ms));
        expect_records(&bench, 1, 1);
    }
    cr_assert_eq(bench.c->mss, full);
    pass(&bench, pair_ms(rto_ms));
    expect_data(&bench, RECORD, 536);
    bench_free(&bench);
}

/* Giving up. */

Test(tcp_timeout, the_user_timeout_ends_what_is_not_acknowledged) {
    struct bench bench = bench_make(false, false);
    hand_user_timeout(&bench.hand, pair_ms(5000));
    write_records(&bench, 1);
    for (int i = 0; i < 49; i++) {
        pass(&bench, pair_ms(100));
    }
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    struct tcp_segment segment;
    while (pair_take(bench.hand.pair, 0, &segment, NULL)) {
    }
    pass(&bench, pair_ms(100));
    hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    cr_assert_eq(stream_close_reason(bench.hand.stream), STREAM_CLOSE_TIMED_OUT);
    bench_free(&bench);
}

Test(tcp_timeout, the_user_timeout_ends_a_window_that_stays_closed) {
    struct bench bench = bench_make(false, false);
    hand_user_timeout(&bench.hand, pair_ms(5000));
    say_window(&bench, 0, 0);
    pass(&bench, pair_ms(60000));
    write_records(&bench, 1);
    for (int i = 0; i < 49; i++) {
        pass(&bench, pair_ms(100));
        say_window(&bench, 0, 0);
    }
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED, "counted from when it mattered");
    pass(&bench, pair_ms(100));
    cr_assert_eq(stream_close_reason(bench.hand.stream), STREAM_CLOSE_TIMED_OUT);
    bench_free(&bench);
}

Test(tcp_timeout, progress_puts_the_user_timeout_off) {
    struct bench bench = bench_make(false, false);
    hand_user_timeout(&bench.hand, pair_ms(5000));
    for (uint32_t i = 0; i < 10; i++) {
        write_records(&bench, 1);
        pass(&bench, pair_ms(3000));
        ack(&bench, (i + 1) * RECORD);
    }
    pass(&bench, pair_ms(60000));
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    bench_free(&bench);
}
