#include "net/tcp/tcp_internal.h"

/* A window beyond 2^30 could not be offered (RFC 7323 §2.3). */
#define CWND_MAX (UINT32_C(1) << 30)

/* RFC 6928 counts its initial window in segments of an Ethernet without timestamps. */
#define INITIAL_SEGMENT_BYTES 1460

/* RFC 6298 §5.7: when the SYN's time-out was shorter and it expired. */
#define RTO_AFTER_SYN_LOSS_NS (3 * NS_PER_S)

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t max_u32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* RFC 6928 §2; one segment when a SYN was lost (RFC 5681 §3.1). */
static uint32_t initial_window(const struct tcp_connection *c) {
    if (c->recovery.syn_lost) {
        return c->mss;
    }
    uint32_t segments = max_u32(c->profile.initial_window_segments, 1);
    return min_u32(segments * c->mss, max_u32(2 * c->mss, segments * INITIAL_SEGMENT_BYTES));
}

void tcp_congestion_init(struct tcp_connection *c) {
    c->congestion = (struct tcp_congestion){
        .cwnd = initial_window(c),
        .ssthresh = CWND_MAX,
        .limited_until = c->iss,
    };
    c->recovery.point = c->iss;
    if (c->recovery.syn_lost && c->rtt.unsampled && c->rtt.rto_initial.ns < RTO_AFTER_SYN_LOSS_NS) {
        int64_t most_ns = c->profile.rto_max.ns;
        c->rtt.rto_initial.ns = RTO_AFTER_SYN_LOSS_NS < most_ns ? RTO_AFTER_SYN_LOSS_NS : most_ns;
    }
}

/* Appropriate byte counting: RFC 3465 §2.2 with L = 2, and L = 1 after an RTO (§2.3). */
static void slow_start(struct tcp_connection *c, uint32_t bytes) {
    struct tcp_congestion *congestion = &c->congestion;
    uint32_t most = c->recovery.active ? c->mss : 2 * c->mss;
    congestion->cwnd = min_u32(congestion->cwnd + min_u32(bytes, most), CWND_MAX);
}

/* One segment for each window acknowledged (RFC 3465 §2.1). */
static void avoid_congestion(struct tcp_connection *c, uint32_t bytes) {
    struct tcp_congestion *congestion = &c->congestion;
    congestion->acked += bytes;
    if (congestion->acked >= congestion->cwnd) {
        congestion->acked -= congestion->cwnd;
        congestion->cwnd = min_u32(congestion->cwnd + c->mss, CWND_MAX);
    }
}

/* What was not limited by cwnd says nothing about a larger one (RFC 7661 §1): it does not grow. */
void tcp_congestion_acked(struct tcp_connection *c, uint32_t bytes) {
    struct tcp_congestion *congestion = &c->congestion;
    if (!congestion->limited) {
        return;
    }
    if (congestion->cwnd < congestion->ssthresh) {
        slow_start(c, bytes);
    } else {
        avoid_congestion(c, bytes);
    }
    congestion->limited = tcp_seq_before(c->snd_una, congestion->limited_until);
}

/* RFC 5681 equation (4): of what was outstanding, not of cwnd, which may never have been used. */
static uint32_t half_of_flight(const struct tcp_connection *c) {
    return max_u32(tcp_seq_since(c->snd_nxt, c->snd_una) / 2, 2 * c->mss);
}

void tcp_congestion_remember(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    recovery->undo = true;
    recovery->undo_point = c->snd_una;
    recovery->undo_cwnd = c->congestion.cwnd;
    recovery->undo_ssthresh = c->congestion.ssthresh;
    recovery->undo_resends = 0;
    recovery->undo_resent = false;
}

void tcp_congestion_enter_recovery(struct tcp_connection *c) {
    c->recovery.delivered = 0;
    c->recovery.sent = 0;
    c->recovery.flight_at_start = tcp_seq_since(c->snd_nxt, c->snd_una);
    c->congestion.ssthresh = half_of_flight(c);
    c->congestion.acked = 0;
}

/*
 * Proportional rate reduction (RFC 6937 §3) with the slow start reduction bound: cwnd is set so
 * that what may leave now is exactly what PRR allows. The first retransmission always may.
 */
void tcp_congestion_recover(struct tcp_connection *c, uint32_t delivered, bool first) {
    struct tcp_recovery *recovery = &c->recovery;
    uint32_t ssthresh = c->congestion.ssthresh;
    uint32_t pipe = tcp_loss_pipe(c);
    recovery->delivered += delivered;
    uint64_t may;
    if (pipe > ssthresh) {
        uint32_t flight = max_u32(recovery->flight_at_start, 1);
        may = ((uint64_t)recovery->delivered * ssthresh + flight - 1) / flight;
        may = may > recovery->sent ? may - recovery->sent : 0;
    } else {
        uint32_t owed =
            recovery->delivered > recovery->sent ? recovery->delivered - recovery->sent : 0;
        may = min_u32(ssthresh - pipe, max_u32(owed, delivered) + c->mss);
    }
    if (first) {
        may = max_u32((uint32_t)may, c->mss);
    }
    c->congestion.cwnd = max_u32(pipe + (uint32_t)may, c->mss);
}

void tcp_congestion_exit_recovery(struct tcp_connection *c) {
    c->congestion.cwnd = max_u32(c->congestion.ssthresh, c->mss);
    c->congestion.acked = 0;
}

/* RFC 5681 §3.1: ssthresh stays when the same segment times out again. */
void tcp_congestion_timeout(struct tcp_connection *c, bool first) {
    if (first) {
        c->congestion.ssthresh = half_of_flight(c);
    }
    c->congestion.cwnd = c->mss;
    c->congestion.acked = 0;
    c->congestion.limited = true;
    c->congestion.limited_until = c->snd_nxt;
}

/* RFC 4015: as if nothing had been; neither falls below what it is by now. */
void tcp_congestion_undo(struct tcp_connection *c) {
    struct tcp_congestion *congestion = &c->congestion;
    congestion->cwnd = max_u32(congestion->cwnd, c->recovery.undo_cwnd);
    congestion->ssthresh = max_u32(congestion->ssthresh, c->recovery.undo_ssthresh);
    congestion->acked = 0;
    congestion->limited = false;
}

/* RFC 5681 §4.1: after an idle RTO the path is not known any more. */
void tcp_congestion_idle(struct tcp_connection *c) {
    if (!c->profile.restart_after_idle || c->sent_at.ns == 0) {
        return;
    }
    if (instant_since(c->tcp->now.mono, c->sent_at).ns > tcp_rtt_rto(&c->rtt, &c->profile).ns) {
        c->congestion.cwnd = min_u32(c->congestion.cwnd, initial_window(c));
        c->congestion.acked = 0;
    }
}
