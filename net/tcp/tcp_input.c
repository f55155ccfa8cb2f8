#include "net/tcp/tcp_segment_in.h"

/* RFC 7323 §5.5: a timestamp that was remembered for so long may have wrapped. */
#define TS_RECENT_VALID_NS (24 * INT64_C(86400) * NS_PER_S)

bool tcp_may_challenge(struct tcp *tcp, struct tcp_bucket *own) {
    const struct tcp_setup *setup = &tcp->setup;
    bool may =
        own == NULL || tcp_limit_take(own, setup->challenges_per_connection_per_second, tcp->now);
    may = may &&
          tcp_budget_take(&tcp->challenges, setup->challenges_per_second, &setup->seed, tcp->now);
    tcp->counters.challenges += may;
    tcp->counters.challenges_withheld += !may;
    return may;
}

void tcp_challenge(struct tcp_connection *c) {
    if (tcp_may_challenge(c->tcp, &c->challenges)) {
        tcp_owe_ack(c, true);
    }
}

/* What carries data or a FIN is always answered: its sender repeats it until it is. What carries
 * nothing may itself be such an answer, and two that answer each other go on for ever. */
static void correct(struct tcp_connection *c, const struct tcp_segment *segment) {
    struct tcp *tcp = c->tcp;
    bool dataless = segment->payload_bytes == 0 && !(segment->flags & TCP_FIN);
    if (dataless && !tcp_limit_take(&c->corrections, tcp->setup.corrections_per_second, tcp->now)) {
        tcp->counters.corrections_withheld++;
        return;
    }
    tcp->counters.corrections++;
    tcp_owe_ack(c, true);
}

bool tcp_paws_rejects(struct tcp *tcp, const struct tcp_segment *segment, uint32_t ts_recent,
                      struct instant ts_recent_at) {
    if (!segment->has_timestamps || (segment->flags & TCP_RST) ||
        (int32_t)(segment->ts_value - ts_recent) >= 0) {
        return false;
    }
    return instant_since(tcp->now.mono, ts_recent_at).ns < TS_RECENT_VALID_NS;
}

/*
 * First: sequence number. More is taken than the table of RFC 9293 §3.10.7.4 takes where that would
 * lose an acknowledgement: what starts at rcv_nxt though the window is closed, a segment that
 * covers the whole window, and one without text at its very edge, where a peer stands that has
 * filled the window, or a byte beyond it, where one stands that has probed it when it was closed.
 * Text beyond the window is cut off later.
 */
static bool is_acceptable(const struct tcp_connection *c, const struct tcp_segment *segment) {
    struct tcp_seq end = tcp_seq_add(segment->seq, tcp_segment_length(segment));
    if (tcp_seq_equal(segment->seq, c->rcv_nxt)) {
        return true;
    }
    if (!tcp_seq_before(c->rcv_nxt, end)) {
        return false;
    }
    if (segment->payload_bytes > 0) {
        return tcp_seq_before(segment->seq, c->rcv_edge);
    }
    bool closed = tcp_seq_equal(c->rcv_edge, c->rcv_nxt);
    return tcp_seq_at_most(segment->seq, tcp_seq_add(c->rcv_edge, closed));
}

static void refuse_sequence(struct tcp_connection *c, const struct tcp_segment *segment) {
    c->tcp->counters.unacceptable++;
    if (segment->flags & TCP_RST) {
        return;
    }
    struct tcp_seq end = tcp_seq_add(segment->seq, segment->payload_bytes);
    if (segment->payload_bytes > 0 && tcp_seq_at_most(end, c->rcv_nxt)) {
        tcp_sack_duplicate(c, segment->seq, end);
    }
    correct(c, segment);
}

/* Second: RST (RFC 5961 §3.2). */
static void reset_input(struct tcp_connection *c, const struct tcp_segment *segment) {
    if (!tcp_seq_equal(segment->seq, c->rcv_nxt)) {
        tcp_challenge(c);
        return;
    }
    c->tcp->counters.resets_received++;
    tcp_end(c, c->state == TCP_SYN_RECEIVED ? STREAM_CLOSE_REFUSED : STREAM_CLOSE_RESET);
}

/* Fifth: ACK, in SYN_RECEIVED (after a simultaneous open). False: the segment goes no further. */
static bool establish(struct tcp_connection *c, const struct tcp_segment *segment) {
    if (!tcp_seq_before(c->snd_una, segment->ack) || tcp_seq_before(c->snd_nxt, segment->ack)) {
        tcp_send_reset_to(c->tcp, &c->flow, segment);
        return false;
    }
    c->tcp->counters.opened++;
    tcp_established(c);
    c->window_seq = segment->seq;
    c->window_ack = segment->ack;
    return true;
}

/* Fifth: ACK (RFC 5961 §5.2). */
static bool ack_is_in_range(const struct tcp_connection *c, struct tcp_seq ack) {
    return tcp_seq_at_most(ack, c->snd_nxt) &&
           tcp_seq_distance(c->snd_una, ack) <= (int32_t)c->snd_window_max;
}

static void learn_timestamp(struct tcp_connection *c, const struct tcp_segment *segment) {
    if (!c->timestamps) {
        return;
    }
    if (!segment->has_timestamps) {
        c->tcp->counters.timestamps_missing++;
        return;
    }
    /* Outdated by §5.5, the remembered one yields to any. */
    if (tcp_seq_at_most(segment->seq, c->last_ack)) {
        c->ts_recent = segment->ts_value;
    }
}

/* False: the segment goes no further. */
static bool ack_input(struct tcp_connection *c, const struct tcp_segment *segment) {
    if (!(segment->flags & TCP_ACK)) {
        return false;
    }
    if (c->state == TCP_SYN_RECEIVED && !establish(c, segment)) {
        return false;
    }
    if (!ack_is_in_range(c, segment->ack)) {
        c->tcp->counters.unacceptable++;
        tcp_challenge(c);
        return false;
    }
    learn_timestamp(c, segment);
    c->heard_at = c->tcp->now.mono;
    if (tcp_acked_segment(c, segment)) {
        tcp_fin_acked(c);
    }
    tcp_finish_advance(c);
    return c->state != TCP_CLOSED;
}

/* Seventh: text. */

static bool takes_text(const struct tcp_connection *c) {
    return c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
}

/* What was taken before, and what lies beyond the window or the peer's own end, is cut off. False:
 * it reached beyond, so its FIN is not believed. */
static bool trim(struct tcp_connection *c, struct packet *packet, struct tcp_seq *seq) {
    struct tcp_seq end = tcp_seq_add(*seq, packet->data_bytes);
    if (packet->data_bytes > 0 && tcp_seq_before(*seq, c->rcv_nxt)) {
        struct tcp_seq known = tcp_seq_earlier(end, c->rcv_nxt);
        tcp_sack_duplicate(c, *seq, known);
        tcp_owe_ack(c, true);
        tcp_packet_cut_left(packet, tcp_seq_since(known, *seq));
        *seq = known;
    }
    struct tcp_seq limit = c->fin_held ? tcp_seq_earlier(c->rcv_edge, c->fin_seq) : c->rcv_edge;
    if (!tcp_seq_before(limit, end)) {
        return true;
    }
    uint32_t beyond = tcp_seq_since(end, limit);
    tcp_packet_cut_right(packet, beyond < packet->data_bytes ? beyond : packet->data_bytes);
    return false;
}

static void deliver(struct tcp_connection *c, struct packet *packet) {
    bool gap_filled = c->reassembly_count > 0;
    tcp_deliver(c, packet);
    if (gap_filled) {
        tcp_reassembly_join(c);
    }
    tcp_owe_ack(c, gap_filled || tcp_text_is_much(c));
    if (c->state == TCP_FIN_WAIT_2) {
        tcp_timer_set(c, TCP_TIMER_FIN_WAIT, instant_add(c->tcp->now.mono, c->profile.fin_wait));
    }
}

static void put_text(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq) {
    if (packet->data_bytes == 0) {
        tcp_packet_drop(packet);
    } else if (tcp_seq_equal(seq, c->rcv_nxt)) {
        deliver(c, packet);
    } else {
        tcp_reassembly_put(c, packet, seq);
        tcp_owe_ack(c, true);
    }
}

/* Eighth: a FIN ahead of what is missing waits; one that text was seen beyond is not believed. */
static void fin_input(struct tcp_connection *c, struct tcp_seq seq) {
    uint32_t count = c->reassembly_count;
    if (count > 0 && tcp_seq_before(seq, c->reassembly[count - 1].range.right)) {
        return;
    }
    if (!c->fin_held && tcp_seq_at_most(c->rcv_nxt, seq)) {
        c->fin_held = true;
        c->fin_seq = seq;
    }
    tcp_owe_ack(c, true);
}

void tcp_text_input(struct tcp_connection *c, struct packet *packet,
                    const struct tcp_segment *segment) {
    if (!takes_text(c)) {
        tcp_packet_drop(packet);
        return;
    }
    struct tcp_seq seq = segment->seq;
    struct tcp_seq end = tcp_seq_add(seq, segment->payload_bytes);
    bool whole = trim(c, packet, &seq);
    if (!whole && tcp_segment_length(segment) > 0) {
        tcp_owe_ack(c, true);
    }
    put_text(c, packet, seq);
    if (whole && (segment->flags & TCP_FIN)) {
        fin_input(c, end);
    }
    if (c->fin_held && tcp_seq_equal(c->fin_seq, c->rcv_nxt)) {
        tcp_fin_arrived(c);
    }
}

/* The whole order. False: the packet was not taken. */
static bool synchronized_input(struct tcp_connection *c, struct packet *packet,
                               const struct tcp_segment *segment) {
    if (c->timestamps && tcp_paws_rejects(c->tcp, segment, c->ts_recent, c->heard_at)) {
        c->tcp->counters.paws_drops++;
        refuse_sequence(c, segment);
        return false;
    }
    if (!is_acceptable(c, segment)) {
        refuse_sequence(c, segment);
        return false;
    }
    if (segment->flags & TCP_RST) {
        reset_input(c, segment);
        return false;
    }
    if (segment->flags & TCP_SYN) {
        tcp_challenge(c);
        return false;
    }
    if (!ack_input(c, segment)) {
        return false;
    }
    tcp_text_input(c, packet, segment);
    return true;
}

/* The answer of a simultaneous open repeats the peer's SYN: it stands for an ACK behind it. */
static bool is_crossed_syn_ack(const struct tcp_connection *c, const struct tcp_segment *segment) {
    return c->state == TCP_SYN_RECEIVED && tcp_seq_equal(segment->seq, c->irs) &&
           (segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
}

static bool state_input(struct tcp_connection *c, struct packet *packet,
                        const struct tcp_segment *segment) {
    if (c->state == TCP_RESOLVING) {
        return false; /* it answers nothing that we said */
    }
    if (c->state == TCP_SYN_SENT) {
        tcp_syn_sent_input(c, packet, segment);
        return true;
    }
    if (is_crossed_syn_ack(c, segment)) {
        struct tcp_segment behind = *segment;
        behind.seq = tcp_seq_add(segment->seq, 1);
        behind.flags &= (uint8_t)~TCP_SYN;
        behind.window = (uint16_t)(segment->window >> c->snd_scale); /* not scaled yet */
        return synchronized_input(c, packet, &behind);
    }
    return synchronized_input(c, packet, segment);
}

void tcp_connection_input(struct tcp_connection *c, struct packet *packet,
                          const struct tcp_segment *segment) {
    c->segments_in++;
    if (!state_input(c, packet, segment)) {
        tcp_packet_drop(packet);
    }
    if (c->state == TCP_CLOSED) {
        return;
    }
    tcp_output(c);
    tcp_ack_at_once(c);
}

/* The packet's data becomes the text; false: not a segment. */
static bool read_segment(struct tcp *tcp, struct packet *packet, const struct ipv4_header *ip,
                         uint32_t offset, struct tcp_segment *segment) {
    if (ipv4_address_is_martian(ip->from)) {
        tcp->counters.malformed++;
        return false;
    }
    enum tcp_segment_result result =
        tcp_segment_read(packet_data(packet) + offset, ip->payload_bytes, ip->from, ip->to,
                         packet->l4_checksum == PACKET_GOOD, segment);
    if (result == TCP_SEGMENT_BAD_CHECKSUM) {
        tcp->counters.bad_checksum++;
        return false;
    }
    if (result != TCP_SEGMENT_OK || segment->from_port == 0 || segment->to_port == 0) {
        tcp->counters.malformed++;
        return false;
    }
    packet->data_offset += offset + segment->header_bytes;
    packet->data_bytes = segment->payload_bytes;
    return true;
}

static void dispatch(struct tcp *tcp, uint32_t id, struct packet *packet,
                     const struct tcp_flow *flow, const struct tcp_segment *segment) {
    uint32_t connections = tcp->setup.limits.connections_max;
    uint32_t embryos = tcp->setup.limits.embryos_max;
    if (id == TCP_NONE) {
        tcp_listen_input(tcp, packet, flow, segment);
    } else if (id < connections) {
        tcp_connection_input(&tcp->connections[id], packet, segment);
    } else if (id < connections + embryos) {
        tcp_embryo_input(tcp, id - connections, packet, segment);
    } else {
        tcp_time_wait_input(tcp, id - connections - embryos, packet, segment);
    }
}

void tcp_input(struct tcp *tcp, struct packet *packet, const struct ipv4_header *ip,
               uint32_t offset) {
    tcp->counters.slow++;
    struct tcp_segment segment;
    if (!read_segment(tcp, packet, ip, offset, &segment)) {
        tcp_packet_drop(packet);
        return;
    }
    struct tcp_flow flow = {.local = ip->to,
                            .remote = ip->from,
                            .local_port = segment.to_port,
                            .remote_port = segment.from_port};
    dispatch(tcp, tcp_table_find(tcp, &flow), packet, &flow, &segment);
}
