/*
 * Samples of the round trip: tcp_rtt_sample takes any. Inline is what makes the short way of a
 * usual one, which nearly every acknowledgement gives.
 */
#ifndef TERCEL_NET_TCP_TCP_RTT_H
#define TERCEL_NET_TCP_TCP_RTT_H

#include "net/tcp/tcp_internal.h"

/* Any sample. `lone`: so little was in flight that the peer may have waited with its ACK. `sample`
 * >= 0. */
void tcp_rtt_sample(struct tcp_rtt *rtt, struct duration sample, bool lone,
                    const struct tcp_profile *profile);

/* RFC 6298 §2.3, of a sample so far from SRTT. What the shifts leave of srtt_8ths_ns is above 0. */
static inline void tcp_rtt_smooth(struct tcp_rtt *rtt, int64_t error_ns) {
    int64_t size_ns = error_ns < 0 ? -error_ns : error_ns;
    rtt->srtt_8ths_ns += error_ns;
    rtt->rttvar_4ths_ns += size_ns - (rtt->rttvar_4ths_ns >> 2);
}

/*
 * More than the path explains: half of SRTT over it at least, so that a steady path with hardly any
 * variance does not call its noise a delay. And nothing beyond twice the minimum pulls SRTT up:
 * delays only ever add, so what they let in one by one would make room for more of them.
 */
static inline bool tcp_rtt_is_late(const struct tcp_rtt *rtt, int64_t sample_ns) {
    int64_t srtt_ns = tcp_rtt_srtt(rtt).ns;
    int64_t above_ns = sample_ns - srtt_ns;
    return above_ns > 0 && (sample_ns > 2 * rtt->minimum.ns ||
                            (above_ns > rtt->rttvar_4ths_ns && above_ns > srtt_ns / 2));
}

/* Nothing was learned lately that such a sample, of something lone, would change. */
static inline bool tcp_rtt_is_usual(const struct tcp_rtt *rtt, struct duration sample) {
    return rtt->unusual == 0 && sample.ns >= rtt->minimum.ns;
}

/* A usual one that is late: twice as long is what would be learned of it, if that were more than
 * what is configured. It is less, so nothing is. */
static inline bool tcp_rtt_is_explained(const struct tcp_rtt *rtt, struct duration sample) {
    return 2 * (sample.ns - tcp_rtt_srtt(rtt).ns) <= rtt->ack_delay.ns;
}

#endif
