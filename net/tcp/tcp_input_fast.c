/*
 * The predicted segment: what comes next on an established connection in order, or acknowledges
 * what was sent, with nothing out of the ordinary. All that this file does, tcp_input.c does too,
 * and with the same result; what it does not know it leaves alone, before it has changed anything.
 */
#include <string.h>

#include "net/tcp/tcp_internal.h"
#include "net/wire/big_endian.h"

#define IPV4_START 0x45 /* version 4, no options */
#define FRAGMENT_MASK 0x3fff
#define DATA_OFFSET_PLAIN (TCP_HEADER_BYTES / 4)
#define DATA_OFFSET_TIMESTAMPS ((TCP_HEADER_BYTES + TCP_TIMESTAMPS_BYTES) / 4)
#define TIMESTAMPS_WORD UINT32_C(0x0101080a) /* two NOPs, kind 8, length 10 */

/* What is known of the frame so far. */
struct frame {
    const char *ip;
    const char *tcp;
    uint32_t tcp_bytes; /* header and text, by the IPv4 total length */
    uint16_t vlan;
};

/* To this NIC, IPv4 with or without a tag. */
static inline bool read_ethernet(const struct packet *packet, struct frame *frame) {
    const char *data = packet_data(packet);
    if (memcmp(data, packet->nic->address.byte, ETHERNET_ADDRESS_BYTES) != 0) {
        return false;
    }
    uint16_t type = big_endian_u16(data + 12);
    frame->ip = data + ETHERNET_HEADER_BYTES;
    frame->vlan = ETHERNET_VLAN_NONE;
    if (UNLIKELY(type == ETHERNET_TYPE_VLAN)) {
        frame->vlan = big_endian_u16(data + 14) & 0x0fff;
        type = big_endian_u16(data + 16);
        frame->ip += ETHERNET_TAG_BYTES;
    }
    return type == ETHERNET_TYPE_IPV4;
}

/* The bytes that a tagged frame without IPv4 options needs at least are there: 58. */
static inline bool read_ipv4(const struct packet *packet, struct frame *frame) {
    const char *ip = frame->ip;
    uint32_t available = packet->data_bytes - (uint32_t)(ip - packet_data(packet));
    uint32_t total = big_endian_u16(ip + 2);
    if (ip[0] != IPV4_START || (big_endian_u16(ip + 6) & FRAGMENT_MASK) != 0 ||
        ip[9] != IPV4_PROTOCOL_TCP || total > available ||
        total < IPV4_HEADER_BYTES + TCP_HEADER_BYTES) {
        return false;
    }
    frame->tcp = ip + IPV4_HEADER_BYTES;
    frame->tcp_bytes = total - IPV4_HEADER_BYTES;
    return packet->ip_checksum == PACKET_GOOD ||
           (packet->ip_checksum == PACKET_UNKNOWN &&
            checksum_finish(checksum_add((struct checksum){0}, ip, IPV4_HEADER_BYTES)) == 0);
}

/* Only what a predicted segment has: no options but timestamps, no flags but ACK and PSH. */
static inline bool read_tcp(const struct frame *frame, struct tcp_segment *segment) {
    const char *tcp = frame->tcp;
    uint32_t data_offset = (unsigned char)tcp[12] >> 4;
    segment->flags = (uint8_t)tcp[13];
    if ((segment->flags & ~TCP_PSH) != TCP_ACK) {
        return false;
    }
    segment->has_timestamps = data_offset == DATA_OFFSET_TIMESTAMPS;
    segment->header_bytes = data_offset * 4;
    if (segment->header_bytes > frame->tcp_bytes) {
        return false;
    }
    if (segment->has_timestamps) {
        if (big_endian_u32(tcp + 20) != TIMESTAMPS_WORD) {
            return false;
        }
        segment->ts_value = big_endian_u32(tcp + 24);
        segment->ts_echo = big_endian_u32(tcp + 28);
    } else if (data_offset != DATA_OFFSET_PLAIN) {
        return false;
    }
    segment->from_port = big_endian_u16(tcp);
    segment->to_port = big_endian_u16(tcp + 2);
    segment->seq = tcp_seq_of(big_endian_u32(tcp + 4));
    segment->ack = tcp_seq_of(big_endian_u32(tcp + 8));
    segment->window = big_endian_u16(tcp + 14);
    segment->payload_bytes = frame->tcp_bytes - segment->header_bytes;
    segment->sack_count = 0;
    segment->sack_permitted = false;
    segment->window_scale = TCP_WINDOW_SCALE_NONE;
    segment->mss = 0;
    return true;
}

static inline struct tcp_connection *find(const struct tcp *tcp, const struct packet *packet,
                                          const struct frame *frame,
                                          const struct tcp_segment *segment) {
    struct tcp_flow flow = {.remote.value = big_endian_u32(frame->ip + 12),
                            .local.value = big_endian_u32(frame->ip + 16),
                            .local_port = segment->to_port,
                            .remote_port = segment->from_port};
    uint32_t id = tcp_table_find(tcp, &flow);
    if (id >= tcp->setup.limits.connections_max) {
        return NULL;
    }
    struct tcp_connection *c = &tcp->connections[id];
    return c->path.nic == packet->nic && c->path.vlan == frame->vlan ? c : NULL;
}

/* In order, of this time, within the window, acknowledging what is in flight. A duplicate ACK is
 * not predicted. */
static inline bool is_predicted(const struct tcp_connection *c, const struct tcp_segment *segment) {
    if (c->state != TCP_ESTABLISHED || c->reassembly_count != 0 || c->fin_held ||
        c->recovery.active || segment->has_timestamps != c->timestamps ||
        !tcp_seq_equal(segment->seq, c->rcv_nxt)) {
        return false;
    }
    if (c->timestamps && (int32_t)(segment->ts_value - c->ts_recent) < 0) {
        return false;
    }
    uint32_t acked = tcp_seq_since(segment->ack, c->snd_una);
    return acked <= tcp_seq_since(c->snd_nxt, c->snd_una) &&
           (acked != 0 || segment->payload_bytes != 0) &&
           segment->payload_bytes <= tcp_seq_since(c->rcv_edge, c->rcv_nxt);
}

static inline bool checksum_is_good(const struct tcp_connection *c, const struct packet *packet,
                                    const struct frame *frame) {
    if (packet->l4_checksum != PACKET_UNKNOWN) {
        return packet->l4_checksum == PACKET_GOOD;
    }
    /* The pseudo header's sum is the same in both directions. */
    struct checksum sum = checksum_add_u16(c->pseudo, (uint16_t)frame->tcp_bytes);
    return checksum_finish(checksum_add(sum, frame->tcp, frame->tcp_bytes)) == 0;
}

static inline void take_text(struct tcp_connection *c, struct packet *packet,
                             const struct frame *frame, const struct tcp_segment *segment) {
    packet->data_offset += (uint32_t)(frame->tcp - packet_data(packet)) + segment->header_bytes;
    packet->data_bytes = segment->payload_bytes;
    if (segment->payload_bytes == 0) {
        nic_give(packet);
        return;
    }
    tcp_deliver(c, packet);
    tcp_owe_ack(c, tcp_seq_since(c->rcv_nxt, c->last_ack) >= 2 * c->mss);
}

static inline void take(struct tcp_connection *c, struct packet *packet, const struct frame *frame,
                        const struct tcp_segment *segment) {
    c->tcp->counters.fast++;
    c->segments_in++;
    if (c->timestamps && tcp_seq_at_most(segment->seq, c->last_ack)) {
        c->ts_recent = segment->ts_value;
        c->ts_recent_at = c->tcp->now.mono;
    }
    c->heard_at = c->tcp->now.mono;
    c->keepalives = 0;
    bool fin_acked = tcp_acked_segment(c, segment);
    DCHECK(!fin_acked);
    (void)fin_acked;
    take_text(c, packet, frame, segment);
    tcp_output(c);
    if (UNLIKELY(c->ack_now) && c->ack_pending && !tcp_send_ack(c)) {
        tcp_pend(c);
    }
}

bool tcp_input_fast(struct tcp *tcp, struct packet *packet) {
    struct frame frame;
    struct tcp_segment segment;
    if (UNLIKELY(packet->data_bytes < ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES +
                                          IPV4_HEADER_BYTES + TCP_HEADER_BYTES) ||
        tcp->setup.slow_only || !read_ethernet(packet, &frame) || !read_ipv4(packet, &frame) ||
        !read_tcp(&frame, &segment)) {
        return false;
    }
    struct tcp_connection *c = find(tcp, packet, &frame, &segment);
    if (c == NULL || !is_predicted(c, &segment) || !checksum_is_good(c, packet, &frame)) {
        return false;
    }
    take(c, packet, &frame, &segment);
    return true;
}
