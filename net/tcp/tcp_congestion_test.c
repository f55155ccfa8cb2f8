/* Tables worked out from RFC 5681, 3465, 6928 and 6937. */
#include <criterion/criterion.h>

#include "net/tcp/tcp_rtt.h"

#define MSS 1000

struct bench {
    struct tcp tcp;
    struct tcp_connection c;
};

static struct tcp_connection *make(struct bench *bench) {
    *bench = (struct bench){.c = {.tcp = &bench->tcp, .mss = MSS, .state = TCP_ESTABLISHED}};
    bench->c.profile = tcp_profile_default();
    tcp_rtt_init(&bench->c.rtt, &bench->c.profile);
    tcp_congestion_init(&bench->c);
    return &bench->c;
}

/* So many bytes are outstanding, all of them in flight. */
static void fly(struct tcp_connection *c, uint32_t bytes) {
    c->snd_nxt = tcp_seq_add(c->snd_una, bytes);
    c->in_flight = bytes;
}

/* As if cwnd had been the limit all the time. */
static void ack_limited(struct tcp_connection *c, uint32_t bytes) {
    c->congestion.limited = true;
    c->congestion.limited_until = tcp_seq_add(c->snd_una, UINT32_C(1) << 20);
    tcp_congestion_acked(c, bytes);
}

Test(tcp_congestion, the_initial_window_is_that_of_rfc_6928) {
    static const struct {
        uint32_t segments, mss, window;
        bool syn_lost;
    } table[] = {
        {10, 1460, 14600, false}, {10, 1448, 14480, false}, {10, 536, 5360, false},
        {10, 8960, 17920, false}, {10, 2000, 14600, false}, {3, 1460, 4380, false},
        {1, 1460, 1460, false},   {0, 1460, 1460, false},   {10, 1460, 1460, true},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct bench bench;
        struct tcp_connection *c = make(&bench);
        c->mss = table[i].mss;
        c->profile.initial_window_segments = table[i].segments;
        c->recovery.syn_lost = table[i].syn_lost;
        tcp_congestion_init(c);
        cr_assert_eq(c->congestion.cwnd, table[i].window, "row %zu: %u", i, c->congestion.cwnd);
    }
}

/* RFC 6298 §5.7. */
Test(tcp_congestion, a_lost_syn_makes_the_rto_three_seconds_until_a_sample) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->recovery.syn_lost = true;
    tcp_congestion_init(c);
    cr_assert_eq(tcp_rtt_rto(&c->rtt, &c->profile).ns, 3 * NS_PER_S);
    tcp_rtt_sample(&c->rtt, (struct duration){.ns = NS_PER_MS}, false, &c->profile);
    cr_assert_eq(tcp_rtt_rto(&c->rtt, &c->profile).ns, c->profile.rto_min.ns);
}

Test(tcp_congestion, slow_start_counts_bytes_up_to_two_segments) {
    static const struct {
        uint32_t acked, growth;
        bool after_timeout;
    } table[] = {
        {100, 100, false},         {MSS, MSS, false},    {2 * MSS, 2 * MSS, false},
        {5 * MSS, 2 * MSS, false}, {2 * MSS, MSS, true}, {100, 100, true},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct bench bench;
        struct tcp_connection *c = make(&bench);
        c->recovery.active = table[i].after_timeout;
        c->recovery.after_timeout = table[i].after_timeout;
        uint32_t before = c->congestion.cwnd;
        ack_limited(c, table[i].acked);
        cr_assert_eq(c->congestion.cwnd - before, table[i].growth, "row %zu", i);
    }
}

Test(tcp_congestion, avoidance_adds_a_segment_a_window) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 10 * MSS;
    c->congestion.ssthresh = 10 * MSS;
    for (int i = 0; i < 9; i++) {
        ack_limited(c, MSS);
        cr_assert_eq(c->congestion.cwnd, 10 * MSS);
    }
    ack_limited(c, MSS);
    cr_assert_eq(c->congestion.cwnd, 11 * MSS);
    for (int i = 0; i < 11; i++) {
        ack_limited(c, MSS);
    }
    cr_assert_eq(c->congestion.cwnd, 12 * MSS);
}

Test(tcp_congestion, nothing_grows_that_was_not_used) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    uint32_t before = c->congestion.cwnd;
    for (int i = 0; i < 100; i++) {
        tcp_congestion_acked(c, MSS);
    }
    cr_assert_eq(c->congestion.cwnd, before);
}

/* The ACKs of the flight that filled cwnd let it grow, later ones do not. */
Test(tcp_congestion, it_grows_for_the_flight_that_was_limited) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.limited = true;
    c->congestion.limited_until = tcp_seq_add(c->snd_una, 3 * MSS);
    uint32_t before = c->congestion.cwnd;
    for (int i = 0; i < 6; i++) {
        c->snd_una = tcp_seq_add(c->snd_una, MSS);
        tcp_congestion_acked(c, MSS);
    }
    cr_assert_eq(c->congestion.cwnd, before + 3 * MSS);
}

Test(tcp_congestion, a_loss_halves_what_was_in_flight) {
    static const struct {
        uint32_t flight, ssthresh;
    } table[] = {{20 * MSS, 10 * MSS}, {5 * MSS, 2500}, {300, 2 * MSS}, {0, 2 * MSS}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct bench bench;
        struct tcp_connection *c = make(&bench);
        c->congestion.cwnd = 100 * MSS;
        fly(c, table[i].flight);
        tcp_congestion_enter_recovery(c);
        cr_assert_eq(c->congestion.ssthresh, table[i].ssthresh, "row %zu", i);
    }
}

/* RFC 6937 §3.1: twenty in flight, the first is lost, each ACK SACKs one. In the end half of
 * them are in flight; in between one leaves for every two that arrived. */
Test(tcp_congestion, prr_sends_one_for_two) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 20 * MSS;
    fly(c, 20 * MSS);
    c->in_flight = 16 * MSS; /* three SACKed, one lost */
    tcp_congestion_enter_recovery(c);
    uint32_t sent = 0;
    for (int ack = 0; ack < 16; ack++) {
        c->in_flight -= ack == 0 ? 0 : MSS;
        tcp_congestion_recover(c, ack == 0 ? 3 * MSS : MSS, ack == 0);
        uint32_t may = c->congestion.cwnd > c->in_flight ? c->congestion.cwnd - c->in_flight : 0;
        cr_assert_leq(may, 2 * MSS, "a burst at ACK %d", ack);
        for (; may >= MSS; may -= MSS) {
            c->in_flight += MSS;
            c->recovery.sent += MSS;
            sent++;
        }
    }
    cr_assert_eq(sent, 9, "half of the eighteen that were delivered: %u", sent);
    cr_assert_eq(c->in_flight, 10 * MSS);
    tcp_congestion_exit_recovery(c);
    cr_assert_eq(c->congestion.cwnd, 10 * MSS);
}

/* Most of the flight is lost: what leaves is what was delivered and one segment an ACK. */
Test(tcp_congestion, prr_grows_back_by_slow_start) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 20 * MSS;
    fly(c, 20 * MSS);
    tcp_congestion_enter_recovery(c);
    c->in_flight = 2 * MSS;
    tcp_congestion_recover(c, MSS, true);
    cr_assert_eq(c->congestion.cwnd, 4 * MSS);
    c->in_flight = 4 * MSS;
    c->recovery.sent = 2 * MSS;
    c->in_flight -= MSS;
    tcp_congestion_recover(c, MSS, false);
    cr_assert_eq(c->congestion.cwnd, 5 * MSS);
}

Test(tcp_congestion, prr_always_lets_the_first_retransmission_out) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 20 * MSS;
    fly(c, 20 * MSS);
    tcp_congestion_enter_recovery(c);
    tcp_congestion_recover(c, 0, true);
    cr_assert_eq(c->congestion.cwnd, 21 * MSS);
}

Test(tcp_congestion, a_timeout_leaves_one_segment) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 20 * MSS;
    fly(c, 16 * MSS);
    tcp_congestion_timeout(c, true);
    cr_assert_eq(c->congestion.cwnd, MSS);
    cr_assert_eq(c->congestion.ssthresh, 8 * MSS);
    fly(c, 4 * MSS);
    tcp_congestion_timeout(c, false);
    cr_assert_eq(c->congestion.ssthresh, 8 * MSS, "it is held when it comes again");
}

Test(tcp_congestion, what_was_needless_is_undone) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 20 * MSS;
    c->congestion.ssthresh = 30 * MSS;
    fly(c, 16 * MSS);
    tcp_congestion_remember(c);
    tcp_congestion_timeout(c, true);
    tcp_congestion_undo(c);
    cr_assert_eq(c->congestion.cwnd, 20 * MSS);
    cr_assert_eq(c->congestion.ssthresh, 30 * MSS);
}

Test(tcp_congestion, a_pause_counts_only_when_it_is_asked_for) {
    struct bench bench;
    struct tcp_connection *c = make(&bench);
    c->congestion.cwnd = 50 * MSS;
    c->sent_at.ns = NS_PER_S;
    bench.tcp.now.mono.ns = 10 * NS_PER_S;
    tcp_congestion_idle(c);
    cr_assert_eq(c->congestion.cwnd, 50 * MSS);
    c->profile.restart_after_idle = true;
    tcp_congestion_idle(c);
    cr_assert_eq(c->congestion.cwnd, 10 * MSS);
    c->congestion.cwnd = 50 * MSS;
    bench.tcp.now.mono.ns = NS_PER_S + tcp_rtt_rto(&c->rtt, &c->profile).ns;
    tcp_congestion_idle(c);
    cr_assert_eq(c->congestion.cwnd, 50 * MSS, "not longer than the RTO");
}
