/*
 * The usual sample of a round trip, which every acknowledgement gives: inline. What is out of the
 * ordinary about one is tcp_rtt.c's.
 */
#ifndef TERCEL_NET_TCP_TCP_RTT_H
#define TERCEL_NET_TCP_TCP_RTT_H

#include "net/tcp/tcp_internal.h"

/* Of a connection's first sample, or one that the peer was late with. */
void tcp_rtt_sample_unusual(struct tcp_rtt *rtt, struct duration sample,
                            const struct tcp_profile *profile);
/* A prompt ACK of a lone segment: what was learned beyond the configured delay wears off, since a
 * longer wait mends losses later. */
void tcp_rtt_forget_delay(struct tcp_rtt *rtt, const struct tcp_profile *profile);

/* RFC 6298 §2.3 and §2.4; the clock's granularity is below what matters. */
static inline void tcp_rtt_set_rto(struct tcp_rtt *rtt, const struct tcp_profile *profile) {
    int64_t rto_ns = rtt->srtt.ns + 4 * rtt->rttvar.ns;
    rto_ns = rto_ns > profile->rto_min.ns ? rto_ns : profile->rto_min.ns;
    rtt->rto.ns = rto_ns < profile->rto_max.ns ? rto_ns : profile->rto_max.ns;
}

/* By shifts, which round down: srtt stays above 0, as 0 means that there was no sample. */
static inline void tcp_rtt_smooth(struct tcp_rtt *rtt, int64_t sample_ns) {
    int64_t error_ns = sample_ns - rtt->srtt.ns;
    int64_t size_ns = error_ns < 0 ? -error_ns : error_ns;
    int64_t srtt_ns = rtt->srtt.ns + (error_ns >> 3);
    rtt->rttvar.ns += (size_ns - rtt->rttvar.ns) >> 2;
    rtt->srtt.ns = srtt_ns > 0 ? srtt_ns : 1;
}

/*
 * More than the path explains: half of SRTT over it at least, so that a steady path with hardly any
 * variance does not call its noise a delay. And nothing beyond twice the minimum pulls SRTT up:
 * delays only ever add, so what they let in one by one would make room for more of them.
 */
static inline bool tcp_rtt_is_late(const struct tcp_rtt *rtt, int64_t sample_ns) {
    int64_t above_ns = sample_ns - rtt->srtt.ns;
    return above_ns > 0 && (sample_ns > 2 * rtt->minimum.ns ||
                            (above_ns > 4 * rtt->rttvar.ns && above_ns > rtt->srtt.ns / 2));
}

/* A host that let ACKs wait once does so again: that wears off by a 4096th with each of them. */
static inline void tcp_rtt_note_pause(struct tcp_rtt *rtt, int64_t sample_ns) {
    int64_t pause_ns = rtt->pause.ns - (rtt->pause.ns >> 12);
    rtt->pause.ns = pause_ns > sample_ns ? pause_ns : sample_ns;
}

/* `lone`: so little was in flight that the peer may have waited with its ACK. `sample` >= 0. */
static inline void tcp_rtt_sample(struct tcp_rtt *rtt, struct duration sample, bool lone,
                                  const struct tcp_profile *profile) {
    DCHECK(sample.ns >= 0);
    if (UNLIKELY(sample.ns < rtt->minimum.ns)) {
        rtt->minimum = sample;
    }
    if (UNLIKELY(rtt->srtt.ns == 0 || (lone && tcp_rtt_is_late(rtt, sample.ns)))) {
        tcp_rtt_sample_unusual(rtt, sample, profile);
        return;
    }
    if (UNLIKELY(!lone)) {
        tcp_rtt_note_pause(rtt, sample.ns);
    } else if (UNLIKELY(rtt->doubts != 0 || rtt->ack_delay.ns > profile->ack_delay.ns)) {
        tcp_rtt_forget_delay(rtt, profile);
    }
    tcp_rtt_smooth(rtt, sample.ns);
    rtt->late_in_a_row = 0;
    tcp_rtt_set_rto(rtt, profile);
}

#endif
