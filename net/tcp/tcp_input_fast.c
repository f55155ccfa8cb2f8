/*
 * The predicted segment: what comes next on an established connection in order, or acknowledges
 * what was sent, with nothing out of the ordinary. All that this file does, tcp_input.c does too,
 * and with the same result; what it does not know it leaves alone, before it has changed anything.
 *
 * A field is compared as it lies in the frame wherever its order does not matter: several in one
 * load, with what may differ masked off.
 */
#include <string.h>

#include "net/tcp/tcp_internal.h"
#include "net/wire/big_endian.h"

/* A tagged frame with an IPv4 and a TCP header without options: the least that is looked at. */
#define BYTES_MIN                                                                                  \
    (ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES + IPV4_HEADER_BYTES + TCP_HEADER_BYTES)

/* Ethernet type, version and header length, and a mask for the type of service behind them. */
#define TYPE_AND_VERSION UINT32_C(0x08004500)
#define TYPE_AND_VERSION_MASK UINT32_C(0xffffff00)
/* Fragment flags and offset (DF aside), TTL, protocol. */
#define NO_FRAGMENT_TCP UINT32_C(0x00000006)
#define NO_FRAGMENT_TCP_MASK UINT32_C(0x3fff00ff)
/* Data offset, reserved bits, flags: ACK, with or without PSH. */
#define PLAIN_ACK 0x5010
#define TIMESTAMPS_ACK 0x8010
#define ACK_MASK 0xf0f7
#define TIMESTAMPS_WORD UINT32_C(0x0101080a) /* two NOPs, kind 8, length 10 */

/* Where things lie in the TCP header. */
enum { AT_SEQ = 4, AT_ACK = 8, AT_FLAGS = 12, AT_WINDOW = 14, AT_OPTIONS = 20 };
enum { AT_TS_VALUE = 24, AT_TS_ECHO = 28 };

/* What was found in a frame. */
struct predicted {
    const char *tcp;
    uint32_t ethernet_bytes;
    uint32_t tcp_bytes; /* header and text, by the IPv4 total length: frames are padded */
    uint32_t header_bytes;
    uint32_t text_bytes;
    struct tcp_seq seq;
    struct tcp_seq ack;
    uint32_t ts_value;
    uint16_t vlan;
};

/* To this NIC, and from a station? The IPv4 header, NULL when it is something else. */
static inline const char *find_ipv4(const struct packet *packet, struct predicted *p) {
    const char *data = packet_data(packet);
    bool from_group = (data[ETHERNET_ADDRESS_BYTES] & 1) != 0;
    if (memcmp(data, packet->nic->address.byte, ETHERNET_ADDRESS_BYTES) != 0 || from_group) {
        return NULL;
    }
    p->vlan = ETHERNET_VLAN_NONE;
    p->ethernet_bytes = ETHERNET_HEADER_BYTES;
    if (UNLIKELY(big_endian_u16(data + 12) == ETHERNET_TYPE_VLAN)) {
        p->vlan = big_endian_u16(data + 14) & 0x0fff;
        p->ethernet_bytes += ETHERNET_TAG_BYTES;
        data += ETHERNET_TAG_BYTES;
    }
    uint32_t type_and_version = big_endian_u32(data + 12) & TYPE_AND_VERSION_MASK;
    return type_and_version == TYPE_AND_VERSION ? data + ETHERNET_HEADER_BYTES : NULL;
}

static inline bool read_ipv4(const struct packet *packet, const char *ip, struct predicted *p) {
    uint32_t available = packet->data_bytes - p->ethernet_bytes;
    uint32_t total = big_endian_u16(ip + 2);
    if ((big_endian_u32(ip + 6) & NO_FRAGMENT_TCP_MASK) != NO_FRAGMENT_TCP || total > available ||
        total < IPV4_HEADER_BYTES + TCP_HEADER_BYTES) {
        return false;
    }
    p->tcp = ip + IPV4_HEADER_BYTES;
    p->tcp_bytes = total - IPV4_HEADER_BYTES;
    return packet->ip_checksum == PACKET_GOOD ||
           (packet->ip_checksum == PACKET_UNKNOWN &&
            checksum_finish(checksum_add((struct checksum){0}, ip, IPV4_HEADER_BYTES)) == 0);
}

/* No flags but ACK and PSH, and no options but the timestamps of a connection that uses them. */
static inline bool read_tcp(const struct tcp_connection *c, struct predicted *p) {
    uint32_t offset_and_flags = big_endian_u16(p->tcp + AT_FLAGS) & ACK_MASK;
    p->header_bytes = TCP_HEADER_BYTES;
    if (LIKELY(c->timestamps)) {
        p->header_bytes += TCP_TIMESTAMPS_BYTES;
        if (offset_and_flags != TIMESTAMPS_ACK || p->tcp_bytes < p->header_bytes ||
            big_endian_u32(p->tcp + AT_OPTIONS) != TIMESTAMPS_WORD) {
            return false;
        }
        p->ts_value = big_endian_u32(p->tcp + AT_TS_VALUE);
        if ((int32_t)(p->ts_value - c->ts_recent) < 0) {
            return false;
        }
    } else {
        p->ts_value = 0;
        if (offset_and_flags != PLAIN_ACK) {
            return false;
        }
    }
    p->text_bytes = p->tcp_bytes - p->header_bytes;
    p->seq = tcp_seq_of(big_endian_u32(p->tcp + AT_SEQ));
    p->ack = tcp_seq_of(big_endian_u32(p->tcp + AT_ACK));
    return true;
}

static inline struct tcp_connection *find_connection(const struct tcp *tcp,
                                                     const struct packet *packet, const char *ip,
                                                     const struct predicted *p) {
    struct tcp_flow_key key;
    memcpy(&key.addresses, ip + 12, sizeof(key.addresses));
    memcpy(&key.ports, ip + IPV4_HEADER_BYTES, sizeof(key.ports));
    uint32_t cursor = 0;
    uint32_t id = hash_index_next(tcp->flows, tcp_flow_hash(tcp, key), &cursor);
    if (id >= tcp->setup.limits.connections_max) {
        return NULL;
    }
    struct tcp_connection *c = &tcp->connections[id];
    return c->key.addresses == key.addresses && c->key.ports == key.ports &&
                   c->path.nic == packet->nic && c->path.vlan == p->vlan
               ? c
               : NULL;
}

/* In order, within the window, acknowledging what is in flight. A duplicate ACK is not predicted.
 */
static inline bool is_predicted(const struct tcp_connection *c, const struct predicted *p) {
    if (c->state != TCP_ESTABLISHED || c->reassembly_count != 0 || c->fin_held ||
        c->recovery.active || !tcp_seq_equal(p->seq, c->rcv_nxt)) {
        return false;
    }
    uint32_t acked = tcp_seq_since(p->ack, c->snd_una);
    return acked <= tcp_seq_since(c->snd_nxt, c->snd_una) && (acked | p->text_bytes) != 0 &&
           p->text_bytes <= tcp_seq_since(c->rcv_edge, c->rcv_nxt);
}

static inline bool checksum_is_good(const struct tcp_connection *c, const struct packet *packet,
                                    const struct predicted *p) {
    if (LIKELY(packet->l4_checksum != PACKET_UNKNOWN)) {
        return packet->l4_checksum == PACKET_GOOD;
    }
    /* The pseudo header's sum is the same in both directions. */
    struct checksum sum = checksum_add_u16(c->pseudo, (uint16_t)p->tcp_bytes);
    return checksum_finish(checksum_add(sum, p->tcp, p->tcp_bytes)) == 0;
}

/* Nothing is acknowledged and no window changes, while nothing is in doubt: what tcp_acked_segment
 * would do is to remember where that was said. */
static inline bool says_nothing_new(struct tcp_connection *c, const struct predicted *p) {
    uint32_t window = (uint32_t)big_endian_u16(p->tcp + AT_WINDOW) << c->snd_scale;
    if (!tcp_seq_equal(p->ack, c->snd_una) || window != c->snd_window ||
        tcp_seq_before(p->seq, c->window_seq) || !tcp_recovery_is_settled(&c->recovery)) {
        return false;
    }
    c->window_seq = p->seq;
    c->window_ack = p->ack;
    return true;
}

static void acknowledged(struct tcp_connection *c, const struct predicted *p) {
    struct tcp_segment segment;
    segment.seq = p->seq;
    segment.ack = p->ack;
    segment.window = big_endian_u16(p->tcp + AT_WINDOW);
    segment.flags = TCP_ACK;
    segment.sack_count = 0;
    segment.has_timestamps = c->timestamps;
    segment.ts_value = p->ts_value;
    segment.ts_echo = c->timestamps ? big_endian_u32(p->tcp + AT_TS_ECHO) : 0;
    segment.payload_bytes = p->text_bytes;
    bool fin_acked = tcp_acked_segment(c, &segment);
    DCHECK(!fin_acked);
    (void)fin_acked;
}

static inline void take_text(struct tcp_connection *c, struct packet *packet,
                             const struct predicted *p) {
    if (p->text_bytes == 0) {
        nic_give(packet);
        return;
    }
    packet->data_offset += p->ethernet_bytes + IPV4_HEADER_BYTES + p->header_bytes;
    packet->data_bytes = p->text_bytes;
    tcp_deliver(c, packet);
    tcp_owe_ack(c, tcp_seq_since(c->rcv_nxt, c->last_ack) >= 2 * c->mss);
}

/* With nothing to send, and nothing lost, there is but the timer. */
static inline void follow_up(struct tcp_connection *c) {
    if (c->next != c->held || !tcp_recovery_is_settled(&c->recovery)) {
        tcp_output(c);
    } else if (c->in_flight > 0) {
        tcp_loss_watch(c);
    }
}

static inline void take(struct tcp_connection *c, struct packet *packet,
                        const struct predicted *p) {
    c->tcp->counters.fast++;
    c->segments_in++;
    if (c->timestamps && tcp_seq_at_most(p->seq, c->last_ack)) {
        c->ts_recent = p->ts_value;
        c->ts_recent_at = c->tcp->now.mono;
    }
    c->heard_at = c->tcp->now.mono;
    c->keepalives = 0;
    bool quiet = says_nothing_new(c, p) && c->next == c->held;
    if (!quiet) {
        acknowledged(c, p);
    }
    take_text(c, packet, p);
    if (!quiet) {
        follow_up(c);
    }
    if (UNLIKELY(c->ack_now) && c->ack_pending && !tcp_send_ack(c)) {
        tcp_pend(c);
    }
}

bool tcp_input_fast(struct tcp *tcp, struct packet *packet) {
    struct predicted p;
    if (UNLIKELY(packet->data_bytes < BYTES_MIN || tcp->setup.slow_only)) {
        return false;
    }
    const char *ip = find_ipv4(packet, &p);
    if (ip == NULL || !read_ipv4(packet, ip, &p)) {
        return false;
    }
    struct tcp_connection *c = find_connection(tcp, packet, ip, &p);
    if (c == NULL || !read_tcp(c, &p) || !is_predicted(c, &p) || !checksum_is_good(c, packet, &p)) {
        return false;
    }
    take(c, packet, &p);
    return true;
}
