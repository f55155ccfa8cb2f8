/*
 * What must hold for every frame that leaves a host, judged by what left and what came in before:
 * by bits of which bytes were heard, not by anything TCP keeps.
 */
#include "net/tcp/sim/tcp_sim_internal.h"

#define MTU 1500
#define TCP_AND_IP_BYTES 40
#define TIMESTAMPS_OPTION_BYTES 12

static int32_t ahead(uint32_t a, uint32_t b) {
    return (int32_t)(a - b);
}

static uint32_t later(uint32_t a, uint32_t b) {
    return ahead(a, b) > 0 ? a : b;
}

uint32_t tcp_sim_wire_talk(const struct tcp_sim *sim, uint8_t from,
                           const struct tcp_sim_frame *frame) {
    if (frame->kind != TCP_SIM_FRAME_TCP || frame->from != tcp_sim_address(from).value) {
        return TCP_SIM_TALKS_MAX;
    }
    for (uint32_t i = sim->plan.talk_count; i-- > 0;) {
        bool dialled_it = sim->plan.talk[i].dialler == from;
        uint16_t ours = dialled_it ? frame->from_port : frame->to_port;
        uint16_t theirs = dialled_it ? frame->to_port : frame->from_port;
        uint16_t port = sim->talk[i].port;
        bool is_dialling = port == 0 && dialled_it;
        if (sim->talk[i].dialled && (ours == port || is_dialling) && theirs == TCP_SIM_PORT) {
            return i;
        }
    }
    return TCP_SIM_TALKS_MAX;
}

/* Both SYNs were seen to leave. */
static bool agreed_timestamps(const struct tcp_sim_talk *talk) {
    return talk->half[0].timestamps && talk->half[1].timestamps;
}

static bool agreed_sack(const struct tcp_sim_talk *talk) {
    return talk->half[0].sack && talk->half[1].sack;
}

/* By how much windows of `host` are shifted, but in SYNs. */
static uint32_t scale_of(const struct tcp_sim_talk *talk, uint8_t host) {
    bool agreed = talk->half[0].scale >= 0 && talk->half[1].scale >= 0;
    return agreed ? (uint32_t)talk->half[host].scale : 0;
}

/* What was heard. */

static void mark(struct tcp_sim_half *half, uint32_t offset, uint32_t bytes) {
    for (uint32_t i = offset; i < offset + bytes && i < TCP_SIM_BYTES_MAX;) {
        if (i % 8 == 0 && i + 8 <= offset + bytes) {
            half->heard[i / 8] = 0xff;
            i += 8;
        } else {
            half->heard[i / 8] = (uint8_t)(half->heard[i / 8] | 1u << i % 8);
            i++;
        }
    }
}

static bool is_marked(const struct tcp_sim_half *half, uint32_t offset) {
    return offset < TCP_SIM_BYTES_MAX && (half->heard[offset / 8] >> offset % 8 & 1) != 0;
}

static bool all_marked(const struct tcp_sim_half *half, uint32_t seq, uint32_t end) {
    for (uint32_t at = seq; at != end; at++) {
        bool is_fin = half->fin_heard && at == half->peer_fin_seq;
        if (!is_fin && !is_marked(half, at - half->peer_isn - 1)) {
            return false;
        }
    }
    return true;
}

static void advance_heard_end(struct tcp_sim_half *half) {
    uint32_t offset = half->heard_end - half->peer_isn - 1;
    while (is_marked(half, offset)) {
        bool byte_full = offset % 8 == 0 && half->heard[offset / 8] == 0xff;
        offset += byte_full ? 8 : 1;
    }
    half->heard_end = half->peer_isn + 1 + offset;
    if (half->fin_heard && half->heard_end == half->peer_fin_seq) {
        half->heard_end++;
        half->peer_ended_first = !half->fin_sent;
    }
}

/* An answer to our SYN counts once: from then on we are connected to who gave it, whatever number
 * the peer, who has forgotten that, answers the SYN's second copy with. */
static void hear_syn(struct tcp_sim_half *half, const struct tcp_sim_frame *frame) {
    bool answers = (frame->flags & TCP_SIM_ACK) != 0;
    half->owed++;
    if (half->peer_syn_seen && (answers || half->peer_isn == frame->seq)) {
        return;
    }
    if (answers && frame->ack != half->isn + 1) {
        return;
    }
    half->peer_syn_seen = true;
    half->peer_isn = frame->seq;
    half->heard_end = frame->seq + 1;
    half->fin_heard = false;
    half->peer_ended_first = false;
    memset(half->heard, 0, sizeof(half->heard));
    half->syn_window = frame->window;
    half->ts_any_heard = frame->has_timestamps;
    half->ts_heard = frame->ts_value;
    if (answers) {
        half->heard_ack = frame->ack;
        half->sure_ack = half->isn;
        half->settled_ack = half->isn;
        half->heard_edge = frame->ack + frame->window;
    }
}

/* Neither data nor out of order nor old: nobody answers that. */
static bool wants_no_answer(const struct tcp_sim_half *half, const struct tcp_sim_frame *frame) {
    return tcp_sim_frame_length(frame) == 0 && (frame->flags & ~TCP_SIM_PSH) == TCP_SIM_ACK &&
           frame->seq == half->heard_end && frame->seq == half->last_ack &&
           ahead(frame->ack, half->heard_ack) >= 0 && ahead(frame->ack, half->sent_end) <= 0 &&
           (!frame->has_timestamps || !half->ts_any_heard ||
            ahead(frame->ts_value, half->ts_heard) >= 0);
}

static void hear_text(struct tcp_sim_half *half, const struct tcp_sim_frame *frame) {
    uint32_t offset = frame->seq - half->peer_isn - 1;
    uint32_t ahead_of_start = offset < TCP_SIM_BYTES_MAX ? offset : TCP_SIM_BYTES_MAX;
    mark(half, ahead_of_start, frame->payload_bytes);
    if (frame->flags & TCP_SIM_FIN) {
        half->fin_heard = true;
        half->peer_fin_seq = frame->seq + frame->payload_bytes;
    }
    advance_heard_end(half);
}

static void hear_segment(const struct tcp_sim_talk *talk, struct tcp_sim_half *half, uint8_t from,
                         const struct tcp_sim_frame *frame) {
    if (!half->peer_syn_seen || !half->syn_seen || !(frame->flags & TCP_SIM_ACK)) {
        half->owed++;
        return;
    }
    bool newest = !frame->has_timestamps || !half->ts_any_heard ||
                  ahead(frame->ts_value, half->ts_heard) >= 0;
    if (!wants_no_answer(half, frame)) {
        half->owed++;
    }
    if (frame->seq == half->heard_end && frame->seq == half->last_ack && newest) {
        half->sure_ack = later(half->sure_ack, frame->ack);
    }
    half->heard_ack = later(half->heard_ack, frame->ack);
    uint32_t edge = frame->ack + ((uint32_t)frame->window << scale_of(talk, from));
    half->heard_edge = later(half->heard_edge, edge);
    if (frame->has_timestamps && newest) {
        half->ts_any_heard = true;
        half->ts_heard = frame->ts_value;
    }
    hear_text(half, frame);
}

void tcp_sim_wire_heard(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_frame *frame) {
    uint8_t from = !host;
    uint32_t index = tcp_sim_wire_talk(sim, from, frame);
    tcp_sim_log_frame(sim, TCP_SIM_EVENT_HEARD, host, index, frame);
    if (index == TCP_SIM_TALKS_MAX || sim->talk[index].broken) {
        return;
    }
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_half *half = &talk->half[host];
    if (frame->flags & TCP_SIM_RST) {
        half->owed++;
    } else if (frame->flags & TCP_SIM_SYN) {
        hear_syn(half, frame);
    } else {
        hear_segment(talk, half, from, frame);
    }
}

void tcp_sim_wire_turned(struct tcp_sim *sim, uint8_t host) {
    bool refused = sim->host[host].refused || sim->host[host].refuse != 0;
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        struct tcp_sim_half *half = &sim->talk[i].half[host];
        half->settled_ack = half->sure_ack;
        if (!refused) {
            half->owed = 0;
        }
    }
}

/* What leaves. */

#define RULE(condition, rule, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            tcp_sim_fail(sim, rule, __VA_ARGS__);                                                  \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static void first_syn(struct tcp_sim_half *half, const struct tcp_sim_frame *frame) {
    half->syn_seen = true;
    half->isn = frame->seq;
    half->sent_end = frame->seq + 1;
    half->timestamps = frame->has_timestamps;
    half->sack = frame->has_sack_permitted;
    half->scale = frame->has_scale ? (int8_t)frame->scale : -1;
    half->mss = frame->mss;
    half->heard_ack = frame->seq;
    half->sure_ack = frame->seq;
    half->settled_ack = frame->seq;
    half->fin_sent = false;
    half->window_told = false;
    half->ts_told = frame->has_timestamps;
    half->ts_value = frame->ts_value;
    if (half->peer_syn_seen) {
        half->heard_edge = frame->seq + 1 + half->syn_window;
    }
}

static void check_syn_options(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_half *peer,
                              const struct tcp_sim_frame *frame) {
    bool answers = (frame->flags & TCP_SIM_ACK) != 0;
    RULE(frame->has_mss && frame->mss == MTU - TCP_AND_IP_BYTES, "SYN: MSS", "mss %u", frame->mss);
    RULE(frame->has_scale == (!answers || peer->scale >= 0) && frame->scale <= 14,
         "SYN: window scale", "%d", frame->has_scale ? frame->scale : -1);
    RULE(frame->has_sack_permitted == (!answers || peer->sack), "SYN: SACK permitted", "%d",
         frame->has_sack_permitted);
    RULE(frame->has_timestamps ==
             (sim->plan.host[host].profile.timestamps && (!answers || peer->timestamps)),
         "SYN: timestamps", "%d", frame->has_timestamps);
    RULE(frame->sack_count == 0, "SYN: SACK blocks", "%u", frame->sack_count);
}

/* Whether the host that was dialled knows nothing of the connection any more, and answers a SYN of
 * it that comes late or twice with another number. Where too little happens for a SYN to be
 * forgotten before it is open, only an end is a reason; and not one in order that was its own
 * first: then TIME_WAIT knows. */
static bool may_have_forgotten(const struct tcp_sim *sim, uint8_t host, uint32_t index) {
    const struct tcp_sim_side *side = &sim->talk[index].side[host];
    const struct tcp_sim_half *half = &sim->talk[index].half[host];
    if (!sim->plan.gentle || side->gone) {
        return true;
    }
    bool in_order = side->reason == STREAM_CLOSE_FINISHED;
    return side->reason != STREAM_CLOSE_NONE && (!in_order || half->peer_ended_first);
}

static void sent_syn(struct tcp_sim *sim, uint8_t host, uint32_t index,
                     const struct tcp_sim_frame *frame) {
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_half *half = &talk->half[host];
    const struct tcp_sim_half *peer = &talk->half[!host];
    bool answers = (frame->flags & TCP_SIM_ACK) != 0;
    RULE(frame->payload_bytes == 0 && !(frame->flags & TCP_SIM_FIN), "SYN: bare", "%u bytes",
         frame->payload_bytes);
    RULE(answers == (sim->plan.talk[index].dialler != host), "SYN: direction", "talk %u", index);
    RULE(!answers || (half->peer_syn_seen && frame->ack == half->peer_isn + 1),
         "SYN: acknowledges the peer's", "%u", frame->ack);
    RULE(!half->syn_seen || half->isn == frame->seq ||
             (answers && may_have_forgotten(sim, host, index)),
         "SYN: its number changes", "%u, then %u", half->isn, frame->seq);
    check_syn_options(sim, host, peer, frame);
    if (!half->syn_seen || half->isn != frame->seq) {
        first_syn(half, frame);
    }
    if (answers) {
        half->owed = half->owed > 0 ? half->owed - 1 : 0;
        half->last_ack = frame->ack;
        half->edge = frame->ack + frame->window;
        half->window_told = true;
    }
}

static void check_options(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_talk *talk,
                          const struct tcp_sim_frame *frame) {
    const struct tcp_sim_half *half = &talk->half[host];
    RULE(!frame->has_mss && !frame->has_scale && !frame->has_sack_permitted,
         "options of a SYN without it", "flags %x", frame->flags);
    RULE(frame->has_timestamps == agreed_timestamps(talk), "timestamps as agreed", "%d",
         frame->has_timestamps);
    if (frame->has_timestamps) {
        RULE(!half->ts_told || ahead(frame->ts_value, half->ts_value) >= 0,
             "timestamps never go back", "%u after %u", frame->ts_value, half->ts_value);
        RULE(half->ts_any_heard && ahead(frame->ts_echo, half->ts_heard) <= 0,
             "a timestamp is echoed that was heard", "%u, heard %u", frame->ts_echo,
             half->ts_heard);
    }
    RULE(frame->sack_count == 0 || agreed_sack(talk), "SACK as agreed", "%u", frame->sack_count);
    for (uint32_t i = 0; i < frame->sack_count; i++) {
        uint32_t left = frame->sack_left[i], right = frame->sack_right[i];
        RULE(ahead(right, left) > 0 && right - left <= TCP_SIM_BYTES_MAX + 1 &&
                 all_marked(half, left, right),
             "SACK tells what was heard", "%u-%u", left - half->peer_isn, right - half->peer_isn);
    }
}

static void check_text(struct tcp_sim *sim, uint8_t host, uint32_t index, const char *data,
                       const struct tcp_sim_frame *frame) {
    const struct tcp_sim_talk *talk = &sim->talk[index];
    const struct tcp_sim_half *half = &talk->half[host];
    const struct tcp_sim_half *peer = &talk->half[!host];
    uint32_t bytes = frame->payload_bytes, end = frame->seq + bytes;
    uint32_t offset = frame->seq - half->isn - 1;
    RULE(ahead(frame->seq, half->sent_end) <= 0, "no hole in what is sent", "%u after %u",
         frame->seq - half->isn, half->sent_end - half->isn);
    if (bytes == 0) {
        return;
    }
    RULE((uint64_t)offset + bytes <= talk->side[host].committed, "sent only what was committed",
         "%u + %u of %u", offset, bytes, talk->side[host].committed);
    RULE(memcmp(data + frame->payload_offset, tcp_sim_app_bytes(index, host, offset), bytes) == 0,
         "sent as it was written", "%u bytes at %u", bytes, offset);
    uint32_t mss = peer->mss < MTU - TCP_AND_IP_BYTES ? peer->mss : MTU - TCP_AND_IP_BYTES;
    RULE(bytes + frame->tcp_header_bytes - 20 <= mss, "MSS, options taken off", "%u + %u", bytes,
         frame->tcp_header_bytes - 20);
    RULE(ahead(end, half->heard_edge) <= (bytes == 1), "the window offered", "%u, edge %u",
         end - half->isn, half->heard_edge - half->isn);
    RULE(bytes == 1 || ahead(end, half->settled_ack) > 0, "nothing acknowledged is sent again",
         "%u, acknowledged %u", end - half->isn, half->settled_ack - half->isn);
    RULE(!half->fin_sent || ahead(end, half->fin_seq) <= 0, "no data behind the FIN", "%u",
         end - half->isn);
}

static void check_fin(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_talk *talk,
                      const struct tcp_sim_frame *frame) {
    const struct tcp_sim_half *half = &talk->half[host];
    const struct tcp_sim_side *side = &talk->side[host];
    uint32_t at = frame->seq + frame->payload_bytes;
    RULE(!half->fin_sent || half->fin_seq == at, "the FIN keeps its place", "%u, was %u",
         at - half->isn, half->fin_seq - half->isn);
    RULE(side->finished, "a FIN nobody asked for", "at %u", at - half->isn);
    RULE(at - half->isn - 1 == side->committed, "the FIN follows the last byte", "%u of %u",
         at - half->isn - 1, side->committed);
}

static void check_ack(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_talk *talk,
                      const struct tcp_sim_frame *frame) {
    const struct tcp_sim_half *half = &talk->half[host];
    const struct tcp_sim_half *peer = &talk->half[!host];
    RULE(ahead(frame->ack, peer->sent_end) <= 0, "acknowledged only what was sent", "%u of %u",
         frame->ack - half->peer_isn, peer->sent_end - half->peer_isn);
    RULE(ahead(frame->ack, half->heard_end) <= 0, "acknowledged only what was heard", "%u of %u",
         frame->ack - half->peer_isn, half->heard_end - half->peer_isn);
    uint32_t unit = UINT32_C(1) << scale_of(talk, host);
    uint32_t edge = frame->ack + (uint32_t)frame->window * unit;
    if (half->window_told) {
        RULE(ahead(frame->ack, half->last_ack) >= 0, "an ACK never goes back", "%u, was %u",
             frame->ack - half->peer_isn, half->last_ack - half->peer_isn);
        RULE(ahead(edge + unit - 1, half->edge) >= 0, "the window's edge never goes back",
             "%u, was %u", edge - half->peer_isn, half->edge - half->peer_isn);
    }
    bool is_pure = tcp_sim_frame_length(frame) == 0;
    bool is_update = half->window_told && ahead(edge, half->edge) > 0;
    RULE(!is_pure || half->owed > 0 || is_update || sim->host[host].timer_due,
         "no ACK that nothing asked for", "ack %u", frame->ack - half->peer_isn);
}

/* `exact`: TCP has read all that was heard when it sends this, so that it pays for all of it. */
static void keep(struct tcp_sim_talk *talk, uint8_t host, const struct tcp_sim_frame *frame,
                 bool exact) {
    struct tcp_sim_half *half = &talk->half[host];
    half->sent_end = later(half->sent_end, frame->seq + tcp_sim_frame_length(frame));
    uint32_t edge = frame->ack + ((uint32_t)frame->window << scale_of(talk, host));
    half->edge = half->window_told ? later(half->edge, edge) : edge;
    half->window_told = true;
    half->last_ack = frame->ack;
    if (tcp_sim_frame_length(frame) == 0 || exact) {
        half->owed = half->owed > 0 ? half->owed - 1 : 0;
    }
    if (frame->flags & TCP_SIM_FIN) {
        half->fin_sent = true;
        half->fin_seq = frame->seq + frame->payload_bytes;
    }
    if (frame->has_timestamps) {
        half->ts_told = true;
        half->ts_value = frame->ts_value;
    }
}

static void sent_segment(struct tcp_sim *sim, uint8_t host, uint32_t index, const char *data,
                         const struct tcp_sim_frame *frame) {
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_half *half = &talk->half[host];
    RULE(half->syn_seen && half->peer_syn_seen, "nothing before the SYNs", "talk %u", index);
    RULE(frame->flags & TCP_SIM_ACK, "every segment acknowledges", "flags %x", frame->flags);
    check_options(sim, host, talk, frame);
    check_text(sim, host, index, data, frame);
    check_ack(sim, host, talk, frame);
    if (frame->flags & TCP_SIM_FIN) {
        check_fin(sim, host, talk, frame);
    }
    keep(talk, host, frame, sim->plan.host[host].setup.burst == 1);
}

static bool is_over(const struct tcp_sim_talk *talk) {
    return talk->side[0].had && talk->side[0].stream == NULL && talk->side[1].had &&
           talk->side[1].stream == NULL;
}

void tcp_sim_wire_sent(struct tcp_sim *sim, uint8_t host, const char *data,
                       const struct tcp_sim_frame *frame) {
    uint32_t index = tcp_sim_wire_talk(sim, host, frame);
    tcp_sim_log_frame(sim, TCP_SIM_EVENT_SENT, host, index, frame);
    RULE(frame->kind != TCP_SIM_FRAME_BROKEN, "frames are well made", "%s", frame->fault);
    if (frame->kind != TCP_SIM_FRAME_TCP) {
        return;
    }
    RULE(frame->dont_fragment && frame->ip_bytes <= MTU, "DF, and no longer than the MTU",
         "%u bytes", frame->ip_bytes);
    if (index == TCP_SIM_TALKS_MAX || sim->talk[index].broken || (frame->flags & TCP_SIM_RST)) {
        return;
    }
    struct tcp_sim_talk *talk = &sim->talk[index];
    if ((frame->flags & TCP_SIM_SYN) && is_over(talk)) {
        talk->broken = true; /* a late SYN had an answer, with other numbers than before */
    } else if (frame->flags & TCP_SIM_SYN) {
        sent_syn(sim, host, index, frame);
    } else {
        sent_segment(sim, host, index, data, frame);
    }
}
