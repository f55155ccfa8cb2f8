/*
 * What a segment that comes in may do, in pieces that tcp_input_fast.c and the files that take
 * every segment share: inline.
 */
#ifndef TERCEL_NET_TCP_TCP_SEGMENT_IN_H
#define TERCEL_NET_TCP_TCP_SEGMENT_IN_H

#include "net/tcp/tcp_rtt.h"

#define NOINLINE __attribute__((noinline)) /* so that who calls it keeps its registers */

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

/* tcp_acked.c: tcp_plain_entries, of any number. */
uint32_t tcp_count_plain_entries(const struct tcp_connection *c, uint32_t bytes);
/* tcp_acked.c: the `count` oldest, plain ones. */
void tcp_let_go(struct tcp_connection *c, uint32_t count);

/* Of data, sent once and not marked. */
static inline bool tcp_entry_is_plain(const struct tcp_entry *entry) {
    return (entry->flags & ~TCP_ENTRY_SECRET) == TCP_ENTRY_SENT;
}

/* How many, if they are whole and plain, end at `bytes`, of what is in flight; 0: not so. */
static inline uint32_t tcp_plain_entries(const struct tcp_connection *c, uint32_t bytes) {
    const struct tcp_entry *oldest = tcp_entry_at(c, c->head);
    if (LIKELY(oldest->bytes == bytes && tcp_entry_is_plain(oldest))) {
        return 1;
    }
    return tcp_count_plain_entries(c, bytes);
}

static inline void tcp_entry_give(struct tcp *tcp, const struct tcp_entry *entry) {
    bool secret = (entry->flags & TCP_ENTRY_SECRET) != 0;
    if (LIKELY(entry->packet->shares == 1 && !secret)) {
        nic_give(entry->packet);
    } else {
        tcp_packet_release(tcp, entry->packet, secret);
    }
}

/* What was learned by the last of the entries that `bytes` are of, when it was delivered. */
static inline void tcp_note_plain(struct tcp_connection *c, const struct tcp_entry *last,
                                  uint32_t bytes, struct instant now) {
    struct tcp_recovery *recovery = &c->recovery;
    struct tcp_seq end = tcp_seq_add(c->snd_una, bytes);
    c->in_flight -= bytes;
    c->snd_una = end;
    c->progress_at = now;
    recovery->rack_sent_at = last->sent_at;
    recovery->rack_rtt = instant_since(now, last->sent_at);
    recovery->rack_end = end;
    recovery->rack_highest = end;
    recovery->rto_base = now;
    recovery->acked_at = now;
    if (UNLIKELY(last->bytes > recovery->passed_bytes)) {
        recovery->passed_bytes = last->bytes;
    }
}

/*
 * While nothing is in doubt, `count` > 0 plain entries of `bytes` were acknowledged: all that
 * follows but what may be sent. As tcp_loss_delivered does it for each: what counts is the last.
 */
static inline void tcp_acked_plainly(struct tcp_connection *c, uint32_t count, uint32_t bytes) {
    DCHECK(tcp_recovery_is_settled(&c->recovery));
    struct tcp *tcp = c->tcp;
    bool lone = tcp_loss_is_lone(c, c->in_flight);
    if (UNLIKELY(count > 1)) {
        tcp_let_go(c, count - 1);
    }
    const struct tcp_entry *last = tcp_entry_at(c, c->head++);
    tcp_note_plain(c, last, bytes, tcp->now.mono);
    tcp_rtt_sample(&c->rtt, c->recovery.rack_rtt, lone, &c->profile);
    if (UNLIKELY(c->congestion.limited)) {
        tcp_congestion_acked(c, bytes);
    }
    tcp_entry_give(tcp, last);
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
