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
        .rto_initial.ns = min_ns(profile->rto_initial.ns, profile->rto_max.ns),
        .minimum = {.ns = INT64_MAX},
        .ack_delay = profile->ack_delay,
        .unsampled = true,
        .forget_shift = FORGET_SHIFT_FIRST,
    };
}

/* RFC 6298 §2.2, the first measurement, or the first of a new path. */
static void start_over(struct tcp_rtt *rtt, int64_t sample_ns) {
    rtt->unsampled = false;
    rtt->srtt_8ths_ns = 8 * max_ns(sample_ns, 1);
    rtt->rttvar_4ths_ns = 2 * sample_ns;
}

static void learn_delay(struct tcp_rtt *rtt, int64_t delay_ns) {
    int64_t longest_ns = max_ns(rtt->ack_delay.ns, min_ns(delay_ns, ACK_DELAY_MAX_NS));
    rtt->learned |= longest_ns > rtt->ack_delay.ns;
    rtt->ack_delay.ns = longest_ns;
}

/* A prompt ACK of a lone segment: what was learned beyond the configured delay wears off, since a
 * longer wait mends losses later. What a shift leaves of it goes in the end. */
static void forget_delay(struct tcp_rtt *rtt, const struct tcp_profile *profile) {
    int64_t learned_ns = rtt->ack_delay.ns - profile->ack_delay.ns;
    int64_t less_ns = learned_ns >> rtt->forget_shift;
    rtt->ack_delay.ns -= less_ns > 0 ? less_ns : learned_ns;
    rtt->learned = rtt->ack_delay.ns > profile->ack_delay.ns;
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
    int64_t delay_ns = sample_ns - tcp_rtt_srtt(rtt).ns;
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

/* A host that let ACKs wait once does so again: that wears off by a 4096th with each of them. */
static void note_pause(struct tcp_rtt *rtt, int64_t sample_ns) {
    int64_t pause_ns = rtt->pause.ns - (rtt->pause.ns >> 12);
    rtt->pause.ns = pause_ns > sample_ns ? pause_ns : sample_ns;
}

void tcp_rtt_sample(struct tcp_rtt *rtt, struct duration sample, bool lone,
                    const struct tcp_profile *profile) {
    DCHECK(sample.ns >= 0);
    rtt->minimum.ns = min_ns(rtt->minimum.ns, sample.ns);
    if (rtt->unsampled) {
        start_over(rtt, sample.ns);
    } else if (!lone) {
        note_pause(rtt, sample.ns);
        tcp_rtt_smooth(rtt, sample.ns - tcp_rtt_srtt(rtt).ns);
    } else if (!tcp_rtt_is_late(rtt, sample.ns)) {
        if (rtt->learned || rtt->doubts != 0) {
            forget_delay(rtt, profile);
        }
        tcp_rtt_smooth(rtt, sample.ns - tcp_rtt_srtt(rtt).ns);
    } else if (note_late(rtt, sample.ns, profile)) {
        start_over(rtt, rtt->late_minimum.ns);
        rtt->minimum = rtt->late_minimum;
    } else {
        return;
    }
    rtt->late_in_a_row = 0;
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
