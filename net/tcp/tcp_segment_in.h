/*
 * What a segment that comes in may do, in pieces that tcp_input_fast.c and the files that take
 * every segment share: inline.
 */
#ifndef TERCEL_NET_TCP_TCP_SEGMENT_IN_H
#define TERCEL_NET_TCP_TCP_SEGMENT_IN_H

#include "net/tcp/tcp_rtt.h"

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

/* How many, if they are whole, of data, sent once and not marked, end at `bytes`, of what is in
 * flight; 0: not so. */
static inline uint32_t tcp_plain_entries(const struct tcp_connection *c, uint32_t bytes) {
    uint32_t counter = c->head;
    do {
        const struct tcp_entry *entry = tcp_entry_at(c, counter++);
        if ((entry->flags & ~TCP_ENTRY_SECRET) != TCP_ENTRY_SENT || entry->bytes > bytes) {
            return 0;
        }
        bytes -= entry->bytes;
    } while (UNLIKELY(bytes > 0));
    return counter - c->head;
}

static inline void tcp_let_go_of(struct tcp *tcp, const struct tcp_entry *entry) {
    struct packet *packet = entry->packet;
    if (LIKELY(packet->shares == 1 && !(entry->flags & TCP_ENTRY_SECRET))) {
        packet->shares = 0;
        nic_give(packet);
    } else {
        tcp_packet_release(tcp, packet, (entry->flags & TCP_ENTRY_SECRET) != 0);
    }
}

/* `count` plain entries are let go of. As tcp_loss_delivered does it for each: what counts is the
 * last of them. */
static inline void tcp_let_go(struct tcp_connection *c, uint32_t count, uint32_t bytes) {
    struct tcp *tcp = c->tcp;
    struct tcp_recovery *recovery = &c->recovery;
    const struct tcp_entry *entry;
    do {
        entry = tcp_entry_at(c, c->head++);
        if (UNLIKELY(entry->bytes > recovery->passed_bytes)) {
            recovery->passed_bytes = entry->bytes;
        }
        tcp_let_go_of(tcp, entry);
    } while (UNLIKELY(--count > 0));
    c->in_flight -= bytes;
    c->snd_una = tcp_seq_add(c->snd_una, bytes);
    recovery->rack_sent_at = entry->sent_at;
    recovery->rack_rtt = instant_since(tcp->now.mono, entry->sent_at);
    recovery->rack_end = c->snd_una;
    recovery->rack_highest = c->snd_una;
    recovery->rto_base = tcp->now.mono;
    recovery->acked_at = tcp->now.mono;
    c->progress_at = tcp->now.mono;
}

/* While nothing is in doubt, `count` > 0 plain entries of `bytes` were acknowledged: all that
 * follows but what may be sent. */
static inline void tcp_acked_plainly(struct tcp_connection *c, uint32_t count, uint32_t bytes) {
    DCHECK(tcp_recovery_is_settled(&c->recovery));
    bool lone = tcp_loss_is_lone(c, c->in_flight);
    tcp_let_go(c, count, bytes);
    tcp_rtt_sample(&c->rtt, c->recovery.rack_rtt, lone, &c->profile);
    if (UNLIKELY(c->congestion.limited)) {
        tcp_congestion_acked(c, bytes);
    }
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
