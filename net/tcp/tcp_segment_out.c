#include "net/tcp/tcp_sending.h"

#define HOPS 64 /* RFC 1700's default */

/* The timestamps option behind two NOPs (RFC 7323, appendix A), as one big-endian word. */
#define TIMESTAMPS_WORD 0x0101080a

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* The template. */

/* Ethernet and IPv4 in front of a TCP segment of `tcp_bytes`; returns their bytes. */
static uint32_t write_lower(char *to, const struct tcp_path *path, const struct tcp_flow *flow,
                            uint32_t tcp_bytes) {
    struct ethernet_header ethernet = {
        .to = path->to,
        .from = path->nic->address,
        .type = ETHERNET_TYPE_IPV4,
        .vlan = path->vlan,
    };
    struct ipv4_header ip = {
        .from = flow->local,
        .to = flow->remote,
        .protocol = IPV4_PROTOCOL_TCP,
        .ttl = HOPS,
        .dont_fragment = true, /* so the ID is of no use: RFC 6864 §4.1 */
        .header_bytes = IPV4_HEADER_BYTES,
        .payload_bytes = tcp_bytes,
    };
    uint32_t bytes = ethernet_write(to, &ethernet);
    ipv4_write(to + bytes, &ip);
    return bytes + IPV4_HEADER_BYTES;
}

/* Of a packet with one record and headers in front of it. */
static struct packet shape_of(const struct tcp_connection *c, uint32_t tcp_bytes) {
    uint32_t headers = c->header_bytes + tcp_bytes;
    return (struct packet){.data_offset = PACKET_HEADROOM_BYTES - headers,
                           .data_bytes = headers,
                           .shares = 1,
                           .l2_bytes = (uint8_t)(c->header_bytes - IPV4_HEADER_BYTES),
                           .l4_bytes = (uint8_t)tcp_bytes,
                           .offload = c->path.nic->checksum_offload,
                           .kept = true};
}

/* The shape of a packet whose shares, and whether it is kept, is its sender's. */
static void set_shape(const struct tcp_connection *c, struct packet *packet, uint32_t tcp_bytes,
                      uint32_t payload_bytes) {
    struct packet shape = shape_of(c, tcp_bytes);
    shape.data_bytes += payload_bytes;
    shape.shares = packet->shares;
    shape.kept = packet->kept;
    packet_take_shape(packet, &shape);
}

/*
 * The headers of a data segment without what changes, at the end of `template`: behind them the
 * payload follows. Total length and both checksums are 0, their constant parts are summed up.
 */
void tcp_make_template(struct tcp_connection *c) {
    char lower[TCP_TEMPLATE_BYTES_MAX];
    c->header_bytes = (uint8_t)write_lower(lower, &c->path, &c->flow, 0);
    char *ip = lower + c->header_bytes - IPV4_HEADER_BYTES;
    big_endian_put_u16(ip + TCP_IPV4_AT_TOTAL, 0);
    big_endian_put_u16(ip + TCP_IPV4_AT_CHECKSUM, 0);
    c->ip_sum.sum = checksum_fold(checksum_add((struct checksum){0}, ip, IPV4_HEADER_BYTES));
    c->pseudo.sum =
        checksum_fold(checksum_pseudo(c->flow.local, c->flow.remote, IPV4_PROTOCOL_TCP));

    uint32_t tcp_bytes = TCP_HEADER_BYTES + (c->timestamps ? TCP_TIMESTAMPS_BYTES : 0);
    c->tcp_header_bytes = (uint8_t)tcp_bytes;
    c->shape = shape_of(c, tcp_bytes);
    c->datagram_bytes_min = IPV4_HEADER_BYTES + tcp_bytes;
    c->to_us = tcp_to_us(&c->path);
    memset(c->template, 0, sizeof c->template);
    char *tcp = c->template + sizeof c->template - tcp_bytes;
    memcpy(tcp - c->header_bytes, lower, c->header_bytes);
    big_endian_put_u16(tcp, c->flow.local_port);
    big_endian_put_u16(tcp + 2, c->flow.remote_port);
    tcp[12] = (char)(tcp_bytes / 4 << 4);
    tcp[TCP_AT_FLAGS] = TCP_TEMPLATE_FLAGS;
    if (c->timestamps) {
        big_endian_put_u32(tcp + TCP_HEADER_BYTES, TIMESTAMPS_WORD);
    }
}

/* Handing a packet to the NIC. */

/* TCP's field holds the pseudo header's sum. */
uint32_t tcp_send_summed(struct tcp_connection *c, struct packet **packet) {
    char *tcp = packet_data(*packet) + c->header_bytes;
    char *ip = tcp - IPV4_HEADER_BYTES;
    uint32_t bytes = (*packet)->data_bytes - c->header_bytes;
    struct checksum sum = checksum_add_u16(c->ip_sum, (uint16_t)(IPV4_HEADER_BYTES + bytes));
    uint16_t field = (uint16_t)~checksum_fold_two(sum);
    memcpy(ip + TCP_IPV4_AT_CHECKSUM, &field, sizeof field);
    field = checksum_finish(checksum_add((struct checksum){0}, tcp, bytes));
    memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
    return nic_send(c->path.nic, c->tcp->now, packet, 1);
}

static struct packet *take_control(struct tcp *tcp, struct nic *nic) {
    struct packet *packet = nic_take(nic, NIC_CONTROL);
    if (UNLIKELY(packet == NULL)) {
        tcp->counters.pool_empty++;
    }
    return packet;
}

/* A packet that is nobody's once sent: leaves, or is given back. */
static bool send_or_give(struct tcp *tcp, struct packet *packet) {
    if (nic_send(packet->nic, tcp->now, &packet, 1) == 0) {
        tcp->counters.ring_full++;
        nic_give(packet);
        return false;
    }
    return true;
}

/* Segments with other options. */

static struct tcp_segment plain_segment(const struct tcp_connection *c, struct tcp_seq seq,
                                        uint8_t flags) {
    return (struct tcp_segment){
        .from_port = c->flow.local_port,
        .to_port = c->flow.remote_port,
        .seq = seq,
        .ack = c->rcv_nxt,
        .flags = flags,
        .window_scale = TCP_WINDOW_SCALE_NONE,
        .has_timestamps = c->timestamps,
        .ts_value = tcp_timestamp(c->tcp, c->ts_offset),
        .ts_echo = c->ts_recent,
    };
}

COLD static bool send_unusual(struct tcp_connection *c, struct packet *packet,
                              const struct tcp_segment *segment, uint32_t payload_bytes) {
    char header[TCP_HEADER_BYTES_MAX];
    uint32_t tcp_bytes = tcp_segment_write(header, segment);
    char *tcp = tcp_payload_of(packet) - tcp_bytes;
    memcpy(tcp, header, tcp_bytes);
    const char *lower = c->template + sizeof c->template - c->tcp_header_bytes - c->header_bytes;
    memcpy(tcp - c->header_bytes, lower, c->header_bytes);
    set_shape(c, packet, tcp_bytes, payload_bytes);
    tcp_put_lengths(c, tcp, tcp_bytes + payload_bytes);
    return tcp_segment_leaves(c, c->tcp->now, &packet);
}

/* How many SACK blocks a segment of `payload_bytes` has room for. */
static uint32_t sack_room(const struct tcp_connection *c, uint32_t payload_bytes) {
    uint32_t options = TCP_HEADER_BYTES_MAX - c->tcp_header_bytes;
    uint32_t headers = IPV4_HEADER_BYTES + c->tcp_header_bytes;
    uint32_t room = c->mtu > headers + payload_bytes ? c->mtu - headers - payload_bytes : 0;
    room = min_u32(room, options);
    return room < 4 ? 0 : (room - 4) / 8; /* two NOPs, kind and length; then 8 bytes a block */
}

static bool owes_sack(const struct tcp_connection *c) {
    return c->sack && (c->reassembly_count > 0 || c->dsack_pending);
}

/* As send_segment, with SACK blocks as far as there is room for them. */
COLD static bool send_with_sack(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq,
                                uint8_t flags, uint32_t payload_bytes) {
    struct tcp_segment segment = plain_segment(c, seq, flags);
    segment.window = tcp_offer_window(c);
    uint32_t room = min_u32(sack_room(c, payload_bytes), TCP_SACK_BLOCKS_MAX);
    bool owes_dsack = c->dsack_pending;
    if (room > 0) {
        segment.sack_count = (uint8_t)tcp_sack_blocks(c, segment.sack, room);
    }
    if (!send_unusual(c, packet, &segment, payload_bytes)) {
        c->dsack_pending = owes_dsack;
        return false;
    }
    tcp_ack_told(c);
    return true;
}

static bool send_segment(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq,
                         uint8_t flags, uint32_t payload_bytes) {
    if (UNLIKELY(owes_sack(c))) {
        return send_with_sack(c, packet, seq, flags, payload_bytes);
    }
    set_shape(c, packet, c->tcp_header_bytes, payload_bytes);
    tcp_put_headers(c, packet, seq, flags, payload_bytes, c->tcp->now.mono);
    if (UNLIKELY(!tcp_segment_leaves(c, c->tcp->now, &packet))) {
        return false;
    }
    tcp_ack_told(c);
    return true;
}

/* Entries. */

/* The first time, in the record's own packet. */
static bool send_in_place(struct tcp_connection *c, struct tcp_entry *entry) {
    struct packet *packet = entry->packet;
    packet->kept = true;
    if (UNLIKELY(!send_segment(c, packet, entry->seq, TCP_ACK | TCP_PSH, entry->bytes))) {
        return false;
    }
    packet->sent = true;
    return true;
}

/* In a fresh packet: the NIC may still read the record's own. What is secret stays ours, until it
 * can be wiped. */
COLD static bool send_copy(struct tcp_connection *c, const struct tcp_entry *entry) {
    struct packet *packet = take_control(c->tcp, c->path.nic);
    if (packet == NULL) {
        return false;
    }
    bool fin = (entry->flags & TCP_ENTRY_FIN) != 0;
    bool secret = (entry->flags & TCP_ENTRY_SECRET) != 0;
    uint32_t bytes = min_u32(entry->bytes, c->mss);
    if (bytes > 0) {
        memcpy(tcp_payload_of(packet), tcp_payload_of(entry->packet) + entry->offset, bytes);
    }
    packet->kept = secret;
    uint8_t flags = fin ? TCP_ACK | TCP_FIN : TCP_ACK | TCP_PSH;
    bool sent = send_segment(c, packet, entry->seq, flags, bytes);
    packet->sent = sent;
    if (secret) {
        packet->shares = 1;
        tcp_packet_release(c->tcp, packet, true);
    } else if (!sent) {
        nic_give(packet);
    }
    return sent;
}

/* RFC 9293 §3.5, RFC 7323 §2.2: the window of a SYN is not scaled. */
COLD static bool send_syn(struct tcp_connection *c, const struct tcp_entry *entry) {
    struct packet *packet = take_control(c->tcp, c->path.nic);
    if (packet == NULL) {
        return false;
    }
    bool answer = c->state == TCP_SYN_RECEIVED;
    struct tcp_segment segment = plain_segment(c, entry->seq, TCP_SYN);
    segment.mss = (uint16_t)(c->path.mtu - IPV4_HEADER_BYTES - TCP_HEADER_BYTES);
    segment.window = (uint16_t)tcp_syn_window(c->tcp);
    segment.sack_permitted = !answer || c->sack;
    segment.has_timestamps = answer ? c->timestamps : c->profile.timestamps;
    if (!answer || c->window_scaling) {
        segment.window_scale = c->rcv_scale;
    }
    if (answer) {
        segment.flags = TCP_SYN | TCP_ACK;
    } else {
        segment.ack = tcp_seq_of(0);
        segment.ts_echo = 0;
    }
    if (!send_unusual(c, packet, &segment, 0)) {
        nic_give(packet);
        return false;
    }
    return true;
}

static void note_first(struct tcp_connection *c, struct tcp_entry *entry) {
    tcp_ring_note_first(c, c->next, tcp_entry_length(entry), entry->bytes, c->tcp->now.mono);
    entry->flags |= TCP_ENTRY_SENT;
    c->committed_unsent -= entry->bytes;
}

COLD static void note_again(struct tcp_connection *c, struct tcp_entry *entry) {
    if (entry->flags & TCP_ENTRY_LOST) {
        entry->flags &= (uint8_t)~TCP_ENTRY_LOST;
        c->recovery.lost--;
        c->in_flight += tcp_entry_length(entry);
    }
    entry->flags |= TCP_ENTRY_RESENT;
    c->retransmissions++;
    c->tcp->counters.retransmissions++;
}

static void note_sent(struct tcp_connection *c, struct tcp_entry *entry, bool again) {
    entry->sent_at = c->tcp->now.mono;
    c->sent_at = c->tcp->now.mono;
    if (UNLIKELY(c->recovery.active || c->recovery.probe_out)) {
        tcp_loss_sent(c, entry, again);
    }
}

COLD static bool send_elsewhere(struct tcp_connection *c, struct tcp_entry *entry) {
    bool again = (entry->flags & TCP_ENTRY_SENT) != 0;
    bool is_syn = (entry->flags & TCP_ENTRY_SYN) != 0;
    if (is_syn ? !send_syn(c, entry) : !send_copy(c, entry)) {
        return false;
    }
    if (again) {
        note_again(c, entry);
    } else {
        note_first(c, entry);
    }
    note_sent(c, entry, again);
    return true;
}

bool tcp_send_entry(struct tcp_connection *c, uint32_t counter) {
    struct tcp_entry *entry = tcp_entry_at(c, counter);
    bool again = (entry->flags & TCP_ENTRY_SENT) != 0;
    DCHECK(again || counter == c->next);
    if (UNLIKELY(again || entry->packet == NULL || entry->packet->sent)) {
        return send_elsewhere(c, entry);
    }
    if (UNLIKELY(!send_in_place(c, entry))) {
        return false;
    }
    note_first(c, entry);
    note_sent(c, entry, false);
    return true;
}

/* Segments without books. */

void tcp_send_probe(struct tcp_connection *c, struct tcp_seq seq, uint32_t bytes) {
    struct packet *packet = take_control(c->tcp, c->path.nic);
    if (packet == NULL) {
        return;
    }
    if (bytes > 0) {
        const struct tcp_entry *entry = tcp_entry_at(c, c->head);
        DCHECK(entry->bytes >= bytes);
        memcpy(tcp_payload_of(packet), tcp_payload_of(entry->packet) + entry->offset, bytes);
    }
    if (!send_segment(c, packet, seq, TCP_ACK, bytes)) {
        nic_give(packet);
    }
}

/*
 * For a segment without data: snd_nxt, or the window's right edge when a probe or a window taken
 * back left snd_nxt beyond it: the peer would find such a segment unacceptable, and ignore its ACK.
 */
static struct tcp_seq acceptable_seq(const struct tcp_connection *c) {
    if (LIKELY(tcp_window_room(c, c->snd_nxt) >= 0)) {
        return c->snd_nxt;
    }
    return tcp_seq_later(tcp_seq_add(c->window_ack, c->snd_window), c->snd_una);
}

bool tcp_send_ack(struct tcp_connection *c) {
    struct packet *packet = take_control(c->tcp, c->path.nic);
    if (packet == NULL) {
        return false;
    }
    if (!send_segment(c, packet, acceptable_seq(c), TCP_ACK, 0)) {
        nic_give(packet);
        return false;
    }
    return true;
}

/* The window is 0, as of most: nobody is to send more. */
bool tcp_send_reset(struct tcp_connection *c) {
    struct packet *packet = take_control(c->tcp, c->path.nic);
    if (packet == NULL) {
        return false;
    }
    struct tcp_segment segment = plain_segment(c, acceptable_seq(c), TCP_RST | TCP_ACK);
    if (!send_unusual(c, packet, &segment, 0)) {
        nic_give(packet);
        return false;
    }
    c->tcp->counters.resets_sent++;
    return true;
}

/* Segments of no connection. */

static bool send_stray(struct tcp *tcp, const struct tcp_path *path, const struct tcp_flow *flow,
                       const struct tcp_segment *segment) {
    struct packet *packet = take_control(tcp, path->nic);
    if (packet == NULL) {
        return false;
    }
    char header[TCP_HEADER_BYTES_MAX];
    uint32_t tcp_bytes = tcp_segment_write(header, segment);
    struct checksum sum = checksum_pseudo(flow->local, flow->remote, IPV4_PROTOCOL_TCP);
    sum = checksum_add(checksum_add_u16(sum, (uint16_t)tcp_bytes), header, tcp_bytes);
    uint16_t field = checksum_finish(sum);
    memcpy(header + TCP_CHECKSUM_OFFSET, &field, sizeof field);
    uint32_t lower_bytes = write_lower(packet_data(packet), path, flow, tcp_bytes);
    memcpy(packet_data(packet) + lower_bytes, header, tcp_bytes);
    packet->data_bytes = lower_bytes + tcp_bytes;
    return send_or_give(tcp, packet);
}

void tcp_send_reset_to(struct tcp *tcp, const struct tcp_flow *flow,
                       const struct tcp_segment *segment) {
    if (segment->flags & TCP_RST) {
        return;
    }
    if (!tcp_limit_take(&tcp->resets, tcp->setup.resets_per_second, tcp->now)) {
        tcp->counters.resets_withheld++;
        return;
    }
    struct tcp_path path;
    tcp->setup.below.way_back(tcp->setup.below.context, &path);
    struct tcp_segment reset = {
        .from_port = flow->local_port,
        .to_port = flow->remote_port,
        .flags = TCP_RST,
        .window_scale = TCP_WINDOW_SCALE_NONE,
    };
    if (segment->flags & TCP_ACK) {
        reset.seq = segment->ack;
    } else {
        reset.flags = TCP_RST | TCP_ACK;
        reset.ack = tcp_seq_add(segment->seq, tcp_segment_length(segment));
    }
    if (send_stray(tcp, &path, flow, &reset)) {
        tcp->counters.resets_sent++;
    }
}

bool tcp_send_syn_ack(struct tcp *tcp, struct tcp_embryo *embryo) {
    bool scaled = embryo->snd_scale != TCP_WINDOW_SCALE_NONE;
    struct tcp_segment segment = {
        .from_port = embryo->flow.local_port,
        .to_port = embryo->flow.remote_port,
        .seq = embryo->iss,
        .ack = tcp_seq_add(embryo->irs, 1),
        .window = (uint16_t)tcp_syn_window(tcp),
        .flags = TCP_SYN | TCP_ACK,
        .mss = (uint16_t)(embryo->path.mtu - IPV4_HEADER_BYTES - TCP_HEADER_BYTES),
        .window_scale = TCP_WINDOW_SCALE_NONE,
        .sack_permitted = embryo->sack,
        .has_timestamps = embryo->timestamps,
        .ts_value = tcp_timestamp(tcp, embryo->ts_offset),
        .ts_echo = embryo->ts_recent,
    };
    if (scaled) {
        segment.window_scale = tcp_receive_scale(&tcp->setup.limits.stream);
    }
    return send_stray(tcp, &embryo->path, &embryo->flow, &segment);
}

bool tcp_send_time_wait_ack(struct tcp *tcp, const struct tcp_time_wait *time_wait) {
    struct tcp_segment segment = {
        .from_port = time_wait->flow.local_port,
        .to_port = time_wait->flow.remote_port,
        .seq = time_wait->snd_nxt,
        .ack = time_wait->rcv_nxt,
        .window = time_wait->window,
        .flags = TCP_ACK,
        .window_scale = TCP_WINDOW_SCALE_NONE,
        .has_timestamps = time_wait->timestamps,
        .ts_value = tcp_timestamp(tcp, time_wait->ts_offset),
        .ts_echo = time_wait->ts_recent,
    };
    return send_stray(tcp, &time_wait->path, &time_wait->flow, &segment);
}
