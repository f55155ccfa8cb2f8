/* The window: closed, small, taken back (RFC 9293 §3.8.6). */
#include "net/tcp/tcp_loss_test_fixture.h"

/* The window. */

Test(tcp_persist, a_closed_window_is_probed_with_a_byte) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    say_window(&bench, RECORD, 0);
    write_records(&bench, 1);
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(tcp_loss_due(bench.c).timer, TCP_LOSS_PERSIST);
    int64_t wait_ms = 200;
    for (int i = 0; i < 4; i++, wait_ms *= 2) {
        pass(&bench, us(wait_ms * 1000 - 1));
        hand_expect_nothing(&bench.hand);
        pass(&bench, us(1));
        expect_data(&bench, RECORD, 1);
        hand_expect_nothing(&bench.hand);
        say_window(&bench, RECORD, 0);
        cr_assert_eq(bench.c->in_flight, 0);
    }
    cr_assert_eq(tcp_info(bench.hand.stream).probes, 4);
    /* It opens: the byte goes again, and the rest behind it. */
    say_window(&bench, RECORD, 60000);
    expect_data(&bench, RECORD, 1);
    expect_data(&bench, RECORD + 1, RECORD - 1);
    hand_expect_nothing(&bench.hand);
    ack(&bench, 2 * RECORD);
    cr_assert_eq(tcp_loss_due(bench.c).timer, TCP_LOSS_NONE);
    bench_free(&bench);
}

/* A byte beyond the window is out: what the peer says is acknowledged where it can accept it. */
Test(tcp_persist, acknowledgements_stay_within_the_window) {
    struct bench bench = bench_make(true, false);
    say_window(&bench, 0, 0);
    write_records(&bench, 1);
    pass(&bench, pair_ms(200));
    expect_data(&bench, 0, 1);
    struct tcp_segment text = hand_segment(&bench.hand, TCP_ACK | TCP_PSH);
    text.window = 0;
    pair_inject(bench.hand.pair, 0, &text, BYTES("data"));
    tcp_flush(bench.hand.tcp);
    struct tcp_segment answer = hand_expect(&bench.hand, TCP_ACK);
    cr_assert_eq(answer.seq.value, bench.start.value);
    stream_abort(bench.hand.stream);
    struct tcp_segment reset = hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    cr_assert_eq(reset.seq.value, bench.start.value);
    bench_free(&bench);
}

Test(tcp_persist, the_probed_byte_may_be_taken) {
    struct bench bench = bench_make(true, false);
    say_window(&bench, 0, 0);
    write_records(&bench, 1);
    pass(&bench, pair_ms(200));
    expect_data(&bench, 0, 1);
    say_window(&bench, 1, 60000);
    expect_data(&bench, 1, RECORD - 1);
    hand_expect_nothing(&bench.hand);
    ack(&bench, RECORD);
    write_records(&bench, 1);
    expect_records(&bench, 1, 1);
    bench_free(&bench);
}

/* The window is open, but too little for the oldest, and the update is lost. */
Test(tcp_persist, a_small_window_is_filled_in_the_end) {
    struct bench bench = bench_make(true, false);
    say_window(&bench, 0, 100);
    write_records(&bench, 1);
    hand_expect_nothing(&bench.hand);
    pass(&bench, pair_ms(200));
    expect_data(&bench, 0, 100);
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(bench.c->in_flight, 100);
    say_window(&bench, 100, 60000);
    expect_data(&bench, 100, 900);
    ack(&bench, RECORD);
    bench_free(&bench);
}

Test(tcp_persist, a_segment_is_cut_where_the_window_ends) {
    struct bench bench = bench_make(true, false);
    write_record(&bench, 1000);
    hand_expect(&bench.hand, TCP_ACK);
    say_window(&bench, 1000, 1500);
    bench.c->snd_window_max = 1500;
    write_records(&bench, 2);
    expect_data(&bench, 1000, 1000);
    hand_expect_nothing(&bench.hand); /* 500 are less than half of the largest window */
    bench.c->snd_window_max = 1000;
    tcp_output(bench.c);
    expect_data(&bench, 2000, 500);
    hand_expect_nothing(&bench.hand);
    say_window(&bench, 2500, 1500);
    expect_data(&bench, 2500, 500);
    bench_free(&bench);
}

/* The peer takes back what it offered: what is in flight counts on, then it is probed. */
Test(tcp_persist, a_window_that_shrinks_to_nothing) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 3);
    expect_records(&bench, 0, 3);
    say_window(&bench, RECORD, 0);
    cr_assert_neq(tcp_loss_due(bench.c).timer, TCP_LOSS_PERSIST, "while something is in flight");
    for (int i = 0; i < 4 && tcp_loss_due(bench.c).timer != TCP_LOSS_PERSIST; i++) {
        pass(&bench, pair_ms(250));
    }
    struct tcp_segment segment;
    while (pair_take(bench.hand.pair, 0, &segment, NULL)) {
    }
    cr_assert_eq(tcp_loss_due(bench.c).timer, TCP_LOSS_PERSIST);
    pass(&bench, pair_ms(60000 - 40000));
    expect_data(&bench, RECORD, 1);
    say_window(&bench, RECORD, 60000);
    expect_data(&bench, RECORD, RECORD);
    bench_free(&bench);
}

Test(tcp_persist, a_fin_waits_behind_a_closed_window_and_is_probed) {
    struct bench bench = bench_make(true, false);
    say_window(&bench, 0, 0);
    stream_finish(bench.hand.stream);
    hand_expect_nothing(&bench.hand);
    pass(&bench, pair_ms(200));
    struct tcp_segment fin = hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    cr_assert_eq(fin.seq.value, bench.start.value);
    say_window(&bench, 1, 0);
    cr_assert_eq(hand_state(&bench.hand), TCP_FIN_WAIT_2);
    bench_free(&bench);
}

Test(tcp_persist, a_lost_fin_is_sent_again_as_a_fin) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 1);
    stream_finish(bench.hand.stream);
    expect_data(&bench, 0, RECORD);
    hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    pass(&bench, pair_ms(200));
    struct tcp_segment fin = hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    cr_assert_eq(fin.seq.value, at(&bench, RECORD).value);
    cr_assert_eq(hand_state(&bench.hand), TCP_FIN_WAIT_1);
    ack(&bench, RECORD + 1);
    cr_assert_eq(hand_state(&bench.hand), TCP_FIN_WAIT_2);
    bench_free(&bench);
}

/* It says that it has the oldest and does not acknowledge it: once the rest is lost and the window
 * is shut, the oldest is what it wants (RFC 2018 §8). */
Test(tcp_persist, the_oldest_is_probed_though_it_was_said_to_have_come) {
    for (uint32_t window = 0; window <= 600; window += 600) {
        struct bench bench = bench_make(true, false);
        write_records(&bench, 3);
        expect_records(&bench, 0, 3);
        sack(&bench, 0, 0, RECORD);
        bench.hand.ack = at(&bench, 0);
        struct tcp_segment shut = hand_segment(&bench.hand, TCP_ACK);
        shut.window = 0;
        shut.sack_count = 1;
        shut.sack[0] = (struct tcp_range){at(&bench, 2 * RECORD), at(&bench, 3 * RECORD)};
        hand_send(&bench.hand, &shut);
        pass(&bench, pair_ms(5));
        say_window(&bench, 0, (uint16_t)window);
        cr_assert_eq(tcp_loss_due(bench.c).timer, TCP_LOSS_PERSIST);
        pass(&bench, pair_ms(200));
        expect_data(&bench, 0, window == 0 ? 1 : window);
        hand_expect_nothing(&bench.hand);
        say_window(&bench, 0, 60000);
        pass(&bench, pair_ms(5000));
        ack(&bench, 3 * RECORD);
        cr_assert_eq(bench.c->in_flight, 0);
        cr_assert_eq(bench.c->recovery.sacked, 0);
        while (pair_take(bench.hand.pair, 0, &shut, NULL)) {
        }
        bench_free(&bench);
    }
}
