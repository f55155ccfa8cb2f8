#include "net/tcp/tcp_rtt.h"

/* No peer is believed to wait longer than that with an ACK (RFC 9293 §3.8.6.3: under 500 ms;
 * Linux: 200 ms). */
#define ACK_DELAY_MAX_NS (250 * NS_PER_MS)

/* So many delayed samples in a row, none of which the configured delay explains: the path itself
 * has become longer. */
#define LATE_IN_A_ROW 8

/* What a peer that is believed to delay its ACKs takes at least: Linux, and two of its jiffies. */
#define ACK_DELAY_USUAL_NS (50 * NS_PER_MS)

/* What was learned wears off by a 32nd with each prompt ACK, and by half as much after each time
 * that something was sent twice for nothing: so far down that it is as good as kept. */
#define FORGET_SHIFT_FIRST 5
#define FORGET_SHIFT_LAST 14

/* So many prompt ACKs in a row, and what was sent twice before that was by chance. */
#define PROMPT_IN_A_ROW 8

static int64_t min_ns(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t max_ns(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void tcp_rtt_init(struct tcp_rtt *rtt, const struct tcp_profile *profile) {
    *rtt = (struct tcp_rtt){
        .rto.ns = min_ns(profile->rto_initial.ns, profile->rto_max.ns),
        .minimum = {.ns = INT64_MAX},
        .ack_delay = profile->ack_delay,
        .forget_shift = FORGET_SHIFT_FIRST,
    };
}

/* RFC 6298 §2.2, the first measurement, or the first of a new path. */
static void start_over(struct tcp_rtt *rtt, int64_t sample_ns) {
    rtt->srtt.ns = max_ns(sample_ns, 1);
    rtt->rttvar.ns = sample_ns / 2;
}

static void learn_delay(struct tcp_rtt *rtt, int64_t delay_ns) {
    rtt->ack_delay.ns = max_ns(rtt->ack_delay.ns, min_ns(delay_ns, ACK_DELAY_MAX_NS));
}

void tcp_rtt_forget_delay(struct tcp_rtt *rtt, const struct tcp_profile *profile) {
    int64_t learned_ns = rtt->ack_delay.ns - profile->ack_delay.ns;
    rtt->ack_delay.ns -= learned_ns >> rtt->forget_shift;
    if (++rtt->prompt_in_a_row >= PROMPT_IN_A_ROW) {
        rtt->prompt_in_a_row = 0;
        rtt->doubts = 0;
    }
}

/*
 * The peer waited before it acknowledged, or so we think; true when the path must have changed. It
 * is given twice as long: its host adds to the delay of its TCP what it is late with, and the next
 * message must not be the one to find out.
 */
static bool note_late(struct tcp_rtt *rtt, int64_t sample_ns, const struct tcp_profile *profile) {
    int64_t delay_ns = sample_ns - rtt->srtt.ns;
    learn_delay(rtt, 2 * delay_ns);
    rtt->prompt_in_a_row = 0;
    if (delay_ns <= profile->ack_delay.ns) {
        rtt->late_in_a_row = 0;
        return false;
    }
    rtt->late_minimum.ns =
        rtt->late_in_a_row == 0 ? sample_ns : min_ns(rtt->late_minimum.ns, sample_ns);
    return ++rtt->late_in_a_row >= LATE_IN_A_ROW;
}

void tcp_rtt_sample_unusual(struct tcp_rtt *rtt, struct duration sample,
                            const struct tcp_profile *profile) {
    if (rtt->srtt.ns == 0) {
        start_over(rtt, sample.ns);
    } else if (note_late(rtt, sample.ns, profile)) {
        start_over(rtt, rtt->late_minimum.ns);
        rtt->minimum = rtt->late_minimum;
    } else {
        return;
    }
    rtt->late_in_a_row = 0;
    tcp_rtt_set_rto(rtt, profile);
}

/*
 * That the peer waits and that its ACK got lost look alike, once. What happens again before a few
 * ACKs in a row were prompt is no chance: then we wait as long as peers do that wait at all, or it
 * would take a probe for each doubling of what we wait. It is forgotten the more slowly, the more
 * often we were wrong.
 */
void tcp_rtt_needless(struct tcp_rtt *rtt, struct duration waited, bool sure) {
    if (rtt->doubts < UINT8_MAX) {
        rtt->doubts++;
    }
    rtt->prompt_in_a_row = 0;
    if (!sure && rtt->doubts == 1) {
        learn_delay(rtt, waited.ns);
        return;
    }
    learn_delay(rtt, sure ? 2 * waited.ns : max_ns(2 * waited.ns, ACK_DELAY_USUAL_NS));
    if (rtt->forget_shift < FORGET_SHIFT_LAST) {
        rtt->forget_shift++;
    }
}
