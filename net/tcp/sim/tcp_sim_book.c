/*
 * What TCP says of itself, after every turn: consistent, in step with the wire, and never going
 * back.
 */
#include "net/tcp/sim/tcp_sim_internal.h"

/* Limited transmit sends up to two segments beyond cwnd (RFC 3042), a tail probe one (RFC 8985). */
#define SEGMENTS_BEYOND_CWND 3

#define RULE(condition, rule, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            tcp_sim_fail(sim, rule, __VA_ARGS__);                                                  \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static uint32_t max_u32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static bool is_synchronised(const struct tcp_info *info) {
    return info->state >= TCP_ESTABLISHED && info->state <= TCP_LAST_ACK;
}

static struct tcp_seq edge_of(const struct tcp_info *info) {
    return tcp_seq_add(info->rcv_nxt, info->rcv_window);
}

static void check_sense(struct tcp_sim *sim, uint32_t index, uint8_t host,
                        const struct tcp_info *info) {
    const struct tcp_profile *profile = &sim->plan.host[host].profile;
    uint32_t outstanding = tcp_seq_since(info->snd_nxt, info->snd_una);
    RULE(tcp_seq_at_most(info->snd_una, info->snd_nxt), "una is at most nxt", "talk %u host %u",
         index, host);
    RULE(info->in_flight <= outstanding, "in flight is at most what is outstanding",
         "talk %u host %u: %u of %u", index, host, info->in_flight, outstanding);
    RULE(info->mss >= 1 && info->mss <= 1460, "an MSS that can be", "%u", info->mss);
    RULE(info->cwnd >= info->mss, "cwnd is at least a segment", "talk %u host %u: %u of %u", index,
         host, info->cwnd, info->mss);
    RULE(info->rto.ns >= profile->rto_min.ns || info->srtt.ns == 0, "the RTO's floor", "%lld us",
         (long long)(info->rto.ns / NS_PER_US));
    RULE(info->rto.ns <= profile->rto_max.ns, "the RTO's ceiling", "%lld us",
         (long long)(info->rto.ns / NS_PER_US));
    RULE(info->srtt.ns >= 0 && info->rttvar.ns >= 0, "RTTs are not negative", "%lld",
         (long long)info->srtt.ns);
}

/* The books of a step ago. */
static void check_ways(struct tcp_sim *sim, uint32_t index, uint8_t host,
                       const struct tcp_info *info, const struct tcp_info *was) {
    RULE(tcp_seq_at_most(was->snd_una, info->snd_una), "una never goes back", "talk %u host %u",
         index, host);
    RULE(tcp_seq_at_most(was->snd_nxt, info->snd_nxt), "nxt never goes back", "talk %u host %u",
         index, host);
    RULE(tcp_seq_at_most(was->rcv_nxt, info->rcv_nxt), "rcv_nxt never goes back", "talk %u host %u",
         index, host);
    RULE(tcp_seq_at_most(edge_of(was), edge_of(info)), "the edge never goes back",
         "talk %u host %u", index, host);
}

/* When cwnd is cut, what is in flight stays; only a tail probe adds to it then, once. */
static void check_flight(struct tcp_sim *sim, uint32_t index, uint8_t host,
                         const struct tcp_info *info, const struct tcp_info *was) {
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    uint32_t cwnd = max_u32(max_u32(info->cwnd, was->cwnd), info->mss);
    if (!tcp_seq_equal(info->snd_una, was->snd_una)) {
        side->beyond_cwnd = 0;
    }
    /* What turns out not to have been lost is in flight again without being sent. */
    if (info->in_flight <= was->in_flight || info->segments_out == was->segments_out ||
        info->in_flight <= cwnd + SEGMENTS_BEYOND_CWND * info->mss) {
        return;
    }
    side->beyond_cwnd++;
    RULE(side->beyond_cwnd <= 1 && info->in_flight <= was->in_flight + info->mss,
         "in flight is within cwnd", "talk %u host %u: %u, was %u, of %u", index, host,
         info->in_flight, was->in_flight, cwnd);
}

static void check_wire(struct tcp_sim *sim, uint32_t index, uint8_t host,
                       const struct tcp_info *info) {
    const struct tcp_sim_half *half = &sim->talk[index].half[host];
    RULE(info->snd_nxt.value == half->sent_end, "nxt is what was sent", "talk %u host %u: %u, %u",
         index, host, info->snd_nxt.value - half->isn, half->sent_end - half->isn);
    RULE((int32_t)(info->snd_una.value - half->heard_ack) <= 0, "una is what was heard",
         "talk %u host %u: %u, %u", index, host, info->snd_una.value - half->isn,
         half->heard_ack - half->isn);
    RULE((int32_t)(info->rcv_nxt.value - half->heard_end) <= 0, "rcv_nxt is what was heard",
         "talk %u host %u: %u, %u", index, host, info->rcv_nxt.value - half->peer_isn,
         half->heard_end - half->peer_isn);
    bool refused = sim->host[host].refused || sim->host[host].refuse != 0;
    RULE(refused || !half->window_told || info->rcv_nxt.value == half->last_ack,
         "a turn acknowledges what it received", "talk %u host %u: %u, told %u", index, host,
         info->rcv_nxt.value - half->peer_isn, half->last_ack - half->peer_isn);
}

static void check_side(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_side *side = &talk->side[host];
    struct tcp_info info = tcp_info(side->stream);
    if (!is_synchronised(&info)) {
        side->has_info = false;
        return;
    }
    check_sense(sim, index, host, &info);
    if (side->has_info) {
        check_ways(sim, index, host, &info, &side->info);
        check_flight(sim, index, host, &info, &side->info);
    }
    if (!talk->broken) {
        check_wire(sim, index, host, &info);
    }
    side->info = info;
    side->has_info = true;
}

void tcp_sim_book_check(struct tcp_sim *sim, uint8_t host) {
    for (uint32_t i = 0; i < sim->plan.talk_count && !tcp_sim_failed(sim); i++) {
        if (sim->talk[i].side[host].stream != NULL) {
            check_side(sim, i, host);
        }
    }
    if (sim->plan.audits && !tcp_sim_failed(sim)) {
        const char *wrong = tcp_audit(stack_tcp(sim->host[host].stack));
        RULE(wrong == NULL, "tcp_audit", "host %u: %s", host, wrong);
    }
}
