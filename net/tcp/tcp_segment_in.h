/*
 * What a segment that comes in may do, in pieces that tcp_input_fast.c and the files that take
 * every segment share: inline.
 */
#ifndef TERCEL_NET_TCP_TCP_SEGMENT_IN_H
#define TERCEL_NET_TCP_TCP_SEGMENT_IN_H

#include "net/tcp/tcp_rtt.h"

#define NOINLINE __attribute__((noinline)) /* so that who calls it keeps its registers */
/* What is used twice, with constants that make it two different things. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* The window. */

static inline void tcp_window_set(struct tcp_connection *c, struct tcp_seq seq, struct tcp_seq ack,
                                  uint32_t window) {
    c->snd_window = window;
    if (UNLIKELY(window > c->snd_window_max)) {
        c->snd_window_max = window;
    }
    c->window_seq = seq;
    c->window_ack = ack;
}

/* The oldest entries. */

/* tcp_acked.c. How many, if they are whole and plain, end at `bytes`, of what is in flight; 0: not
 * so. */
uint32_t tcp_count_plain_entries(const struct tcp_connection *c, uint32_t bytes);
/* tcp_acked.c: the `count` oldest, plain ones. */
void tcp_let_go(struct tcp_connection *c, uint32_t count);

/* Of data, sent once and not marked. */
static inline bool tcp_entry_is_plain(const struct tcp_entry *entry) {
    return (entry->flags & ~TCP_ENTRY_SECRET) == TCP_ENTRY_SENT;
}

/* tcp_acked.c. See tcp_sample. */
void tcp_sample_rack(struct tcp_connection *c);

static inline bool tcp_entry_is_secret(const struct tcp_entry *entry) {
    return (entry->flags & TCP_ENTRY_SECRET) != 0;
}

/* tcp_packet_release, mostly of what nobody else has a share of. */
static inline void tcp_share_give(struct tcp_connection *c, struct packet *packet, bool secret) {
    if (LIKELY(packet->shares == 1 && !secret)) {
        nic_give(packet);
    } else {
        tcp_packet_release(c->tcp, packet, secret);
    }
}

/* What is acknowledged, all of it plain, while nothing is in doubt. */
struct tcp_plain_ack {
    struct tcp_seq ack;
    uint32_t bytes;      /* from snd_una to there */
    uint32_t last_bytes; /* of its last entry */
};

/* What was learned by the last of the entries, when it was delivered: as tcp_loss_delivered does it
 * for each. */
static ALWAYS_INLINE void tcp_note_plain(struct tcp_connection *c, const struct tcp_entry *last,
                                         struct duration rtt, struct tcp_plain_ack plain) {
    struct tcp_recovery *recovery = &c->recovery;
    c->snd_una = plain.ack;
    recovery->una_at = c->tcp->now.mono;
    recovery->rack_sent_at = last->sent_at;
    recovery->rack_rtt = rtt;
    recovery->rack_end = plain.ack;
    recovery->rack_highest = plain.ack;
    if (UNLIKELY(plain.last_bytes > recovery->passed_bytes)) {
        recovery->passed_bytes = plain.last_bytes;
    }
}

/* tcp_rtt_sample of what RACK learned last; in_flight is what it was before. */
static ALWAYS_INLINE void tcp_sample(struct tcp_connection *c, struct duration rtt) {
    int64_t error_ns = rtt.ns - tcp_rtt_srtt(&c->rtt).ns;
    bool usual = tcp_rtt_is_usual(&c->rtt, rtt) && tcp_loss_is_lone(c, c->in_flight);
    if (LIKELY(usual && (error_ns <= 0 || !tcp_rtt_is_late(&c->rtt, rtt.ns)))) {
        tcp_rtt_smooth(&c->rtt, error_ns);
    } else if (usual && tcp_rtt_is_explained(&c->rtt, rtt)) {
        c->rtt.prompt_in_a_row = 0;
    } else {
        tcp_sample_rack(c);
    }
}

/* All that follows but what may be sent, once what was acknowledged is let go of but for the
 * `last`, which is the oldest now. That one's packet is the caller's to give. */
static ALWAYS_INLINE void tcp_acked_last(struct tcp_connection *c, const struct tcp_entry *last,
                                         struct tcp_plain_ack plain) {
    DCHECK(tcp_recovery_is_settled(&c->recovery) && last == tcp_entry_at(c, c->head));
    struct duration rtt = instant_since(c->tcp->now.mono, last->sent_at);
    c->head++;
    tcp_note_plain(c, last, rtt, plain);
    tcp_sample(c, rtt);
    if (UNLIKELY(c->congestion.limited)) {
        tcp_congestion_acked(c, plain.bytes);
    }
    c->in_flight -= plain.bytes;
}

/* Text. */

/* In-order payload (packet_data of packet_bytes, trimmed, > 0): rcv_nxt moves. Takes the packet. */
static inline void tcp_deliver(struct tcp_connection *c, struct packet *packet) {
    uint32_t bytes = packet->data_bytes;
    packet->next = NULL;
    if (LIKELY(c->chain_tail == NULL)) {
        c->chain_head = packet;
    } else {
        c->chain_tail->next = packet;
    }
    c->chain_tail = packet;
    c->chain_bytes += bytes;
    c->bytes_in += bytes;
    c->rcv_nxt = tcp_seq_add(c->rcv_nxt, bytes);
    c->offer.known = false;
    if (!c->in_unread) {
        c->in_unread = true;
        c->unread_next = c->tcp->unread;
        c->tcp->unread = c->slot;
    }
}

/* RFC 9293 §3.8.6.3: for two segments an ACK does not wait. */
static inline bool tcp_text_is_much(const struct tcp_connection *c) {
    return tcp_seq_since(c->rcv_nxt, c->last_ack) >= 2 * c->mss;
}

#endif
