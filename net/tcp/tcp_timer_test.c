/* Deadlines that stand earlier than what they are for: nothing happens too early, or too late. */
#include "net/tcp/tcp_loss_test_fixture.h"

#define ACK_DELAY_MS 40

/* Its last segment is probed for after two round trips, and after the peer's delay when it is
 * lone. */
static struct bench with_delay(void) {
    struct bench bench = bench_make(true, true);
    bench.c->rtt.ack_delay = pair_ms(ACK_DELAY_MS);
    bench.c->profile.ack_delay = pair_ms(ACK_DELAY_MS);
    return bench;
}

/* What is not lone is given an eighth of the RTO. */
static int64_t probe_wait_ns(const struct bench *bench, bool lone) {
    int64_t wait_ns = 2 * tcp_rtt_srtt(&bench->c->rtt).ns;
    if (lone) {
        return wait_ns + ACK_DELAY_MS * NS_PER_MS;
    }
    return wait_ns > tcp_rtt_rto(&bench->c->rtt, &bench->c->profile).ns / 8
               ? wait_ns
               : tcp_rtt_rto(&bench->c->rtt, &bench->c->profile).ns / 8;
}

static void pass_ns(struct bench *bench, int64_t ns) {
    pass(bench, (struct duration){.ns = ns});
}

/* Until `ns` from now nothing leaves, and then the record does. */
static void expect_probe_after(struct bench *bench, int64_t ns, uint32_t record) {
    pass_ns(bench, ns - 1);
    hand_expect_nothing(&bench->hand);
    pass_ns(bench, 1);
    expect_records(bench, record, 1);
}

static uint64_t fast(const struct bench *bench) {
    return tcp_counters(bench->hand.tcp)->fast;
}

Test(tcp_timer, an_ack_of_everything_leaves_nothing_due) {
    struct bench bench = with_delay();
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    cr_assert_eq(fast(&bench), 1);
    for (int i = 0; i < 1000; i++) {
        pass(&bench, pair_ms(1));
    }
    hand_expect_nothing(&bench.hand);
    cr_assert(instant_is_never(bench.c->timer[TCP_TIMER_LOSS]), "and nothing stands any more");
    cr_assert_eq(tcp_counters(bench.hand.tcp)->tail_probes, 0);
    bench_free(&bench);
}

/* Each record's wait begins anew, though the timer still stands for the first. */
Test(tcp_timer, a_deadline_moved_later_comes_later) {
    struct bench bench = with_delay();
    for (uint32_t i = 0; i < 20; i++) {
        write_records(&bench, 1);
        expect_records(&bench, i, 1);
        pass(&bench, pair_ms(RTT_MS));
        hand_expect_nothing(&bench.hand);
        ack(&bench, (i + 1) * RECORD);
    }
    cr_assert_eq(fast(&bench), 20);
    write_records(&bench, 1);
    expect_records(&bench, 20, 1);
    expect_probe_after(&bench, probe_wait_ns(&bench, true), 20);
    bench_free(&bench);
}

Test(tcp_timer, a_deadline_moved_later_by_a_part_comes_later) {
    struct bench bench = with_delay();
    write_records(&bench, 2);
    expect_records(&bench, 0, 2);
    pass(&bench, pair_ms(RTT_MS));
    ack(&bench, RECORD);
    cr_assert_eq(fast(&bench), 1);
    expect_probe_after(&bench, probe_wait_ns(&bench, true), 1);
    bench_free(&bench);
}

/* More than two segments are acknowledged at once: what they wait for is nearer than what one
 * waited for. */
Test(tcp_timer, a_deadline_moved_earlier_by_what_is_sent_comes_earlier) {
    struct bench bench = with_delay();
    set_mss(&bench, RECORD);
    write_records(&bench, 3);
    expect_records(&bench, 0, 3);
    expect_probe_after(&bench, probe_wait_ns(&bench, false), 2);
    bench_free(&bench);
}

/* An ACK that came sooner than the others did makes the next wait shorter. */
Test(tcp_timer, a_deadline_moved_earlier_by_an_ack_comes_earlier) {
    struct bench bench = with_delay();
    set_mss(&bench, RECORD);
    bench.c->rtt.srtt_8ths_ns = 8 * pair_ms(5 * RTT_MS).ns;
    write_records(&bench, 6);
    expect_records(&bench, 0, 6);
    int64_t stood_ns = probe_wait_ns(&bench, false);
    pass(&bench, pair_ms(1));
    ack(&bench, RECORD);
    cr_assert_eq(fast(&bench), 1);
    cr_assert_lt(NS_PER_MS + probe_wait_ns(&bench, false), stood_ns);
    expect_probe_after(&bench, probe_wait_ns(&bench, false), 5);
    bench_free(&bench);
}

/* A learned delay wears off with every prompt ACK: the timer stands for a longer one. */
Test(tcp_timer, a_delay_that_wears_off_brings_the_deadline_nearer) {
    struct bench bench = with_delay();
    bench.c->profile.ack_delay = pair_ms(0);
    bench.c->rtt.learned = true;
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    pass(&bench, pair_ms(1));
    ack(&bench, RECORD);
    cr_assert_eq(fast(&bench), 1);
    write_records(&bench, 1);
    expect_records(&bench, 1, 1);
    int64_t wait_ns = 2 * tcp_rtt_srtt(&bench.c->rtt).ns + bench.c->rtt.ack_delay.ns;
    cr_assert_lt(wait_ns, probe_wait_ns(&bench, true));
    expect_probe_after(&bench, wait_ns, 1);
    bench_free(&bench);
}

/* It expires and stands anew without end, and ends nobody but who is owed something. */
Test(tcp_timer, the_user_timeout_counts_from_what_is_owed) {
    struct bench bench = bench_make(true, true);
    hand_user_timeout(&bench.hand, pair_ms(5000));
    for (int i = 0; i < 7; i++) {
        pass(&bench, pair_ms(2500));
        cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    }
    write_records(&bench, 1);
    for (int i = 0; i < 49; i++) {
        pass(&bench, pair_ms(100));
    }
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    pass(&bench, pair_ms(100));
    cr_assert_eq(stream_close_reason(bench.hand.stream), STREAM_CLOSE_TIMED_OUT);
    bench_free(&bench);
}
