/*
 * The window we offer (RFC 9293 §3.8.6.2.2), inline for what every segment asks.
 *
 * What is to be told is worked out once and kept until something changes that it follows from:
 * whoever moves rcv_nxt or rcv_edge, takes bytes in or gives them back, or learns another MTU or
 * scale, sets offer.known to false. Telling changes nothing of it: the second time it is the
 * same. tcp_audit works it out again.
 */
#ifndef TERCEL_NET_TCP_TCP_WINDOW_H
#define TERCEL_NET_TCP_TCP_WINDOW_H

#include "core/base/mischief.h"
#include "net/tcp/tcp_internal.h"

/* What the buffer takes beside what is unread. */
static inline uint32_t tcp_receive_room(const struct tcp_connection *c) {
    return c->tcp->setup.limits.stream.receive_bytes - (c->backlog_end - c->backlog_start) -
           c->chain_bytes;
}

/* The largest window that could be offered; `told` is what the peer may send still. */
static inline uint32_t tcp_offer_most(const struct tcp_connection *c, uint32_t told) {
    uint32_t room = tcp_receive_room(c);
    uint32_t most = UINT32_C(65535) << c->rcv_scale;
    room = room < most ? room : most;
    return room > told ? room : told;
}

/* How far the right edge could move; `told` is what the peer may send still. */
static inline uint32_t tcp_edge_gain(const struct tcp_connection *c, uint32_t *told) {
    *told = tcp_seq_since(c->rcv_edge, c->rcv_nxt);
    return tcp_offer_most(c, *told) - *told;
}

/*
 * The edge moves on by what is worth a segment, or by what makes the window a multiple of the
 * scale's unit, as long as there is room for it. When the buffer is full, what the peer reads may
 * lie less than one unit before rcv_edge (RFC 7323 §2.4); all up to rcv_edge is accepted.
 */
static inline struct tcp_offer tcp_offer_of(const struct tcp_connection *c) {
    uint32_t told = tcp_seq_since(c->rcv_edge, c->rcv_nxt);
    uint32_t most = tcp_offer_most(c, told);
    uint32_t scaled;
    if (most - told >= c->offer_step && !MISCHIEF(MISCHIEF_WINDOW_STAYS)) {
        scaled = most >> c->rcv_scale;
    } else {
        scaled = (told + (UINT32_C(1) << c->rcv_scale) - 1) >> c->rcv_scale;
        if (scaled << c->rcv_scale > most) {
            scaled = told >> c->rcv_scale;
        }
    }
    uint32_t window = scaled << c->rcv_scale;
    return (struct tcp_offer){
        .edge = tcp_seq_later(c->rcv_edge, tcp_seq_add(c->rcv_nxt, window)),
        .field = __builtin_bswap16((uint16_t)scaled),
        .known = true,
    };
}

/* The window for the header of the next segment with an ACK; tcp_offer_told is called once that
 * has left. */
static inline uint16_t tcp_offer_field(struct tcp_connection *c) {
    if (!c->offer.known) {
        c->offer = tcp_offer_of(c);
    }
    return c->offer.field;
}

static inline uint16_t tcp_offer_window(struct tcp_connection *c) {
    return __builtin_bswap16(tcp_offer_field(c));
}

static inline void tcp_offer_told(struct tcp_connection *c) {
    c->rcv_edge = c->offer.edge;
    c->last_ack = c->rcv_nxt;
}

#endif
