/*
 * The predicted segment: what comes next on an established connection in order, or acknowledges
 * what was sent, with nothing out of the ordinary. All that this file does, tcp_input.c does too,
 * and with the same result; what it does not know it leaves alone, before it has changed anything.
 *
 * A field is compared as it lies in the frame wherever its order does not matter: several in one
 * load, with what may differ masked off.
 */
#include <string.h>

#include "net/tcp/tcp_segment_in.h"
#include "net/wire/big_endian.h"

/* A tagged frame with an IPv4 and a TCP header without options: the least that is looked at. */
#define BYTES_MIN                                                                                  \
    (ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES + IPV4_HEADER_BYTES + TCP_HEADER_BYTES)

/* Ethernet type, version and header length, and a mask for the type of service behind them. */
#define TYPE_AND_VERSION UINT32_C(0x08004500)
#define TYPE_AND_VERSION_MASK UINT32_C(0xffffff00)
/* Behind a station's address in front, and the group bit of the next one: of no interest. */
#define TO_US_BITS_LEFT 15
/* Fragment flags and offset (DF aside), TTL, protocol. */
#define NO_FRAGMENT_TCP UINT32_C(0x00000006)
#define NO_FRAGMENT_TCP_MASK UINT32_C(0x3fff00ff)
/* Data offset, reserved bits, flags: ACK, with or without PSH. */
#define PLAIN_ACK UINT32_C(0x50100000)
#define TIMESTAMPS_ACK UINT32_C(0x80100000)
#define ACK_MASK UINT32_C(0xf0f70000)
#define TIMESTAMPS_WORD UINT32_C(0x0101080a) /* two NOPs, kind 8, length 10 */

/* Where things lie in the TCP header. */
enum { AT_SEQ = 4, AT_ACK = 8, AT_FLAGS = 12, AT_OPTIONS = 20 }; /* the window behind the flags */
enum { AT_TS_VALUE = 24, AT_TS_ECHO = 28 };

/* What was found in a frame. */
struct predicted {
    const char *tcp;
    uint32_t lower_bytes; /* in front of the datagram */
    uint32_t total_bytes; /* of the datagram: frames are padded */
    uint32_t text_bytes;
    struct tcp_seq seq;
    struct tcp_seq ack;
    uint32_t window;   /* as it stands there */
    uint32_t ts_value; /* that of the last one, where there are no timestamps */
    uint32_t acked;    /* bytes it acknowledges for the first time: */
    const struct tcp_entry *oldest;
    bool one;         /* ... just that one, and no secret; or nothing */
    uint32_t entries; /* ... else so many, plain ones */
};

uint32_t tcp_frame_bytes_min(bool slow_only) {
    return slow_only ? UINT32_MAX : BYTES_MIN;
}

/* Who it is from. */

static inline struct tcp_flow_key key_of(const char *ip) {
    struct tcp_flow_key key;
    memcpy(&key.addresses, ip + 12, sizeof(key.addresses));
    memcpy(&key.ports, ip + IPV4_HEADER_BYTES, sizeof(key.ports));
    return key;
}

static inline bool is_of_flow(const struct tcp_connection *c, struct tcp_flow_key key) {
    return c->key.addresses == key.addresses && c->key.ports == key.ports;
}

/* Another was found last by what falls on this hint: from now on it is this one. */
NOINLINE static struct tcp_connection *find_in_table(const struct tcp *tcp, struct tcp_flow_key key,
                                                     uint64_t hash) {
    uint32_t cursor = 0;
    for (;;) {
        uint32_t id = hash_index_next(tcp->flows, hash, &cursor);
        if (id == HASH_INDEX_NONE) {
            return NULL;
        }
        if (id < tcp->setup.limits.connections_max && is_of_flow(&tcp->connections[id], key)) {
            tcp->hints[hash & tcp->hints_mask] = &tcp->connections[id];
            return &tcp->connections[id];
        }
    }
}

/* A hint is always a connection, if perhaps one of another flow, or closed. */
static inline struct tcp_connection *find_connection(const struct tcp *tcp, const char *ip) {
    struct tcp_flow_key key = key_of(ip);
    uint64_t hash = tcp_flow_hash(tcp, key);
    struct tcp_connection *c = tcp->hints[hash & tcp->hints_mask];
    return LIKELY(is_of_flow(c, key)) ? c : find_in_table(tcp, key, hash);
}

/* Whether it is what comes next. */

/* To the connection's NIC, with its tag, from a station: the address it is to, and the bit of the
 * other one that tells groups, are seven bytes. In them a connection without a tag is told from
 * those with one: see tcp_to_us. */
static ALWAYS_INLINE bool is_from_network(const struct tcp_connection *c,
                                          const struct packet *packet, const char *frame,
                                          uint16_t vlan) {
    uint64_t addresses;
    memcpy(&addresses, frame, sizeof(addresses));
    if (vlan != ETHERNET_VLAN_NONE) {
        addresses ^= TCP_TO_US_TAGGED;
    }
    return (addresses ^ c->to_us) << TO_US_BITS_LEFT == 0 && c->path.nic == packet->nic &&
           (vlan == ETHERNET_VLAN_NONE || c->path.vlan == vlan);
}

/* A whole datagram of TCP, in an IPv4 header without options. */
static inline bool read_ipv4(const struct packet *packet, const char *ip, uint32_t lower_bytes,
                             struct predicted *p) {
    p->tcp = ip + IPV4_HEADER_BYTES;
    p->lower_bytes = lower_bytes;
    p->total_bytes = big_endian_u16(ip + 2);
    return (big_endian_u32(ip + 6) & NO_FRAGMENT_TCP_MASK) == NO_FRAGMENT_TCP &&
           p->total_bytes + lower_bytes <= packet->data_bytes;
}

/* The text lies within the window. What is too short for its header seems to be longer than that:
 * no window is as large as what comes of the subtraction then. */
static inline bool text_is_wanted(const struct tcp_connection *c, struct predicted *p) {
    p->text_bytes = p->total_bytes - c->datagram_bytes_min;
    p->seq = tcp_seq_of(big_endian_u32(p->tcp + AT_SEQ));
    return tcp_seq_equal(p->seq, c->rcv_nxt) &&
           p->text_bytes <= tcp_seq_since(c->rcv_edge, c->rcv_nxt);
}

/* No flags but ACK and PSH, and no options but the timestamps of a connection that uses them. */
static inline bool header_is_plain(const struct tcp_connection *c, struct predicted *p) {
    uint32_t flags_and_window = big_endian_u32(p->tcp + AT_FLAGS);
    uint32_t offset_and_flags = flags_and_window & ACK_MASK;
    p->window = flags_and_window & 0xffff;
    if (UNLIKELY(!c->timestamps)) {
        p->ts_value = c->ts_recent;
        return offset_and_flags == PLAIN_ACK;
    }
    p->ts_value = big_endian_u32(p->tcp + AT_TS_VALUE);
    return offset_and_flags == TIMESTAMPS_ACK &&
           big_endian_u32(p->tcp + AT_OPTIONS) == TIMESTAMPS_WORD &&
           (int32_t)(p->ts_value - c->ts_recent) >= 0;
}

/* Text, or an acknowledgement of the oldest entry as it left, or of several, if they are plain;
 * nothing of old acknowledgements, and no duplicates. */
static inline bool ack_is_plain(const struct tcp_connection *c, struct predicted *p) {
    p->ack = tcp_seq_of(big_endian_u32(p->tcp + AT_ACK));
    p->acked = tcp_seq_since(p->ack, c->snd_una);
    p->one = true;
    p->oldest = NULL;
    if (p->acked == 0) {
        return p->text_bytes != 0;
    }
    if (p->acked > c->in_flight) {
        return false;
    }
    p->oldest = tcp_entry_at(c, c->head);
    if (LIKELY(p->oldest->bytes == p->acked && p->oldest->flags == TCP_ENTRY_SENT)) {
        return true;
    }
    p->one = false;
    return true;
}

NOINLINE static bool software_finds_it_good(const struct tcp_connection *c,
                                            const struct packet *packet, const char *tcp,
                                            uint32_t total_bytes) {
    struct checksum none = {0};
    if (packet->ip_checksum != PACKET_GOOD) {
        const char *ip = tcp - IPV4_HEADER_BYTES;
        if (packet->ip_checksum == PACKET_BAD ||
            checksum_finish(checksum_add(none, ip, IPV4_HEADER_BYTES)) != 0) {
            return false;
        }
    }
    if (packet->l4_checksum != PACKET_UNKNOWN) {
        return packet->l4_checksum == PACKET_GOOD;
    }
    uint32_t tcp_bytes = total_bytes - IPV4_HEADER_BYTES;
    /* The pseudo header's sum is the same in both directions. */
    struct checksum sum = checksum_add_u16(c->pseudo, (uint16_t)tcp_bytes);
    return checksum_finish(checksum_add(sum, tcp, tcp_bytes)) == 0;
}

static inline bool nic_finds_it_good(const struct packet *packet) {
    return packet->ip_checksum == PACKET_GOOD && packet->l4_checksum == PACKET_GOOD;
}

static inline bool checksums_are_good(const struct tcp_connection *c, const struct packet *packet,
                                      const struct predicted *p) {
    return nic_finds_it_good(packet) || software_finds_it_good(c, packet, p->tcp, p->total_bytes);
}

/* What it does. */

static inline void hear(struct tcp_connection *c, const struct predicted *p) {
    struct tcp *tcp = c->tcp;
    tcp->counters.fast++;
    c->segments_in++;
    /* RFC 7323 §4.3: nothing came since the last ACK, which cannot be ahead of what came. */
    if (LIKELY(tcp_seq_equal(p->seq, c->last_ack))) {
        c->ts_recent = p->ts_value;
    }
    c->heard_at = tcp->now.mono;
}

/* The window goes with the latest text; with the same text it never goes with an older ACK here. */
static inline void read_window(struct tcp_connection *c, const struct predicted *p) {
    DCHECK(tcp_seq_at_most(c->window_ack, c->snd_una));
    if (LIKELY(!tcp_seq_before(p->seq, c->window_seq))) {
        tcp_window_set(c, p->seq, p->ack, p->window << c->snd_scale);
    }
}

static inline void take_text(struct tcp_connection *c, struct packet *packet,
                             const struct predicted *p) {
    packet->data_offset += p->lower_bytes + c->datagram_bytes_min;
    packet->data_bytes = p->text_bytes;
    tcp_deliver(c, packet);
    tcp_owe_ack(c, tcp_text_is_much(c));
}

NOINLINE static void watch_rest(struct tcp_connection *c) {
    tcp_loss_watch(c);
}

/* What counts is the last entry: the one that there is, or perhaps a secret, behind others. */
static ALWAYS_INLINE void take_ack(struct tcp_connection *c, const struct predicted *p, bool one) {
    if (!one) {
        tcp_let_go(c, p->entries - 1);
    }
    const struct tcp_entry *last = one ? p->oldest : tcp_entry_at(c, c->head);
    tcp_acked_last(c, last,
                   (struct tcp_plain_ack){.ack = p->ack,
                                          .bytes = p->acked,
                                          .last_bytes = one ? p->acked : last->bytes});
    if (UNLIKELY(c->in_flight != 0)) {
        watch_rest(c);
    }
    tcp_share_give(c, last->packet, !one && tcp_entry_is_secret(last));
}

static ALWAYS_INLINE void take(struct tcp_connection *c, struct packet *packet,
                               const struct predicted *p, bool one) {
    hear(c, p);
    read_window(c, p);
    if (p->acked != 0) {
        take_ack(c, p, one);
    }
    if (p->text_bytes != 0) {
        take_text(c, packet, p);
    } else {
        nic_give(packet);
    }
    if (UNLIKELY(c->next != c->held)) {
        tcp_output(c);
    }
    if (p->text_bytes != 0) {
        tcp_ack_at_once(c);
    }
}

/* Several are acknowledged, or a secret. The segment is read again: kept for this, what was found
 * in it would not stay in registers. */
NOINLINE static bool take_several(struct tcp_connection *c, struct packet *packet, const char *ip,
                                  uint32_t lower_bytes) {
    struct predicted p;
    bool plain = read_ipv4(packet, ip, lower_bytes, &p) && text_is_wanted(c, &p) &&
                 header_is_plain(c, &p) && ack_is_plain(c, &p);
    p.entries = plain ? tcp_count_plain_entries(c, p.acked) : 0;
    if (p.entries == 0) {
        return false;
    }
    take(c, packet, &p, false);
    return true;
}

static inline bool is_ipv4(const char *ip) {
    return (big_endian_u32(ip - 2) & TYPE_AND_VERSION_MASK) == TYPE_AND_VERSION;
}

/* Once for what is known beforehand of nearly all frames of a host, where their headers are and
 * that the NIC `summed` them, and for what else there is. */
static ALWAYS_INLINE bool take_datagram(struct tcp *tcp, struct packet *packet, const char *frame,
                                        uint32_t lower_bytes, uint16_t vlan, bool summed) {
    const char *ip = frame + lower_bytes;
    struct predicted p;
    struct tcp_connection *c = find_connection(tcp, ip);
    if (UNLIKELY(c == NULL || !is_from_network(c, packet, frame, vlan) ||
                 !read_ipv4(packet, ip, lower_bytes, &p) || !tcp_is_ordinary(c) ||
                 !tcp_recovery_is_settled(&c->recovery) || !text_is_wanted(c, &p) ||
                 !header_is_plain(c, &p) || !ack_is_plain(c, &p) ||
                 (!summed && !checksums_are_good(c, packet, &p)))) {
        return false;
    }
    if (UNLIKELY(!p.one)) {
        return take_several(c, packet, ip, lower_bytes);
    }
    take(c, packet, &p, true);
    return true;
}

NOINLINE static bool take_unsummed(struct tcp *tcp, struct packet *packet, const char *frame) {
    return take_datagram(tcp, packet, frame, ETHERNET_HEADER_BYTES, ETHERNET_VLAN_NONE, false);
}

NOINLINE static bool take_tagged(struct tcp *tcp, struct packet *packet, const char *frame) {
    const char *tag = frame + ETHERNET_HEADER_BYTES;
    const char *ip = tag + ETHERNET_TAG_BYTES;
    return big_endian_u16(tag - 2) == ETHERNET_TYPE_VLAN && is_ipv4(ip) &&
           take_datagram(tcp, packet, frame, ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES,
                         big_endian_u16(tag) & 0x0fff, false);
}

bool tcp_input_fast(struct tcp *tcp, struct packet *packet) {
    if (UNLIKELY(packet->data_bytes < tcp->frame_bytes_min)) {
        return false;
    }
    const char *frame = packet_data(packet);
    if (UNLIKELY(!is_ipv4(frame + ETHERNET_HEADER_BYTES))) {
        return take_tagged(tcp, packet, frame);
    }
    if (UNLIKELY(!nic_finds_it_good(packet))) {
        return take_unsummed(tcp, packet, frame);
    }
    return take_datagram(tcp, packet, frame, ETHERNET_HEADER_BYTES, ETHERNET_VLAN_NONE, true);
}
