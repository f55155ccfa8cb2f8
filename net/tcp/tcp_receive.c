#include <string.h>

#include "net/tcp/tcp_segment_in.h"
#include "net/tcp/tcp_window.h"

static uint32_t receive_bytes(const struct tcp_connection *c) {
    return c->tcp->setup.limits.stream.receive_bytes;
}

static uint32_t backlog_bytes(const struct tcp_connection *c) {
    return c->backlog_end - c->backlog_start;
}

/* A packet goes back unread, or a part of it does: it may be the second copy of a secret. */

void tcp_packet_drop(struct packet *packet) {
    explicit_bzero(packet_data(packet), packet->data_bytes);
    nic_give(packet);
}

void tcp_packet_cut_left(struct packet *packet, uint32_t bytes) {
    explicit_bzero(packet_data(packet), bytes);
    packet->data_offset += bytes;
    packet->data_bytes -= bytes;
}

void tcp_packet_cut_right(struct packet *packet, uint32_t bytes) {
    packet->data_bytes -= bytes;
    explicit_bzero(packet_data(packet) + packet->data_bytes, bytes);
}

static struct packet *chain_pop(struct tcp_connection *c) {
    struct packet *packet = c->chain_head;
    c->chain_head = packet->next;
    if (c->chain_head == NULL) {
        c->chain_tail = NULL;
    }
    c->chain_bytes -= packet->data_bytes;
    return packet;
}

/* The backlog. */

static void backlog_compact(struct tcp_connection *c) {
    uint32_t bytes = backlog_bytes(c);
    memmove(c->backlog, c->backlog + c->backlog_start, bytes);
    /* What the move left behind may be a secret. */
    uint32_t stale = bytes < c->backlog_start ? c->backlog_start : bytes;
    explicit_bzero(c->backlog + stale, c->backlog_end - stale);
    c->backlog_start = 0;
    c->backlog_end = bytes;
}

/* The window offered has seen to it that it fits. The packet's bytes are wiped: whether they are
 * secret will only be said when they are consumed. */
static void backlog_append(struct tcp_connection *c, struct packet *packet) {
    uint32_t bytes = packet->data_bytes;
    if (bytes > receive_bytes(c) - c->backlog_end) {
        backlog_compact(c);
    }
    CHECK(bytes <= receive_bytes(c) - c->backlog_end);
    memcpy(c->backlog + c->backlog_end, packet_data(packet), bytes);
    c->backlog_end += bytes;
    tcp_packet_drop(packet);
}

void tcp_receive_settle(struct tcp_connection *c) {
    while (c->chain_head != NULL) {
        backlog_append(c, chain_pop(c));
    }
}

void tcp_receive_clear(struct tcp_connection *c) {
    while (c->chain_head != NULL) {
        tcp_packet_drop(chain_pop(c));
    }
    explicit_bzero(c->backlog + c->backlog_start, backlog_bytes(c));
    c->backlog_start = 0;
    c->backlog_end = 0;
    c->offer.known = false;
}

/* Reading. */

/* What lies over several packets, or in the backlog already: in one piece. */
NOINLINE static struct bytes gather(struct tcp_connection *c, size_t at_least) {
    while (backlog_bytes(c) < at_least && c->chain_head != NULL) {
        backlog_append(c, chain_pop(c));
    }
    return bytes_of(c->backlog + c->backlog_start, backlog_bytes(c));
}

struct bytes tcp_stream_peek(struct stream *stream, size_t at_least) {
    struct tcp_connection *c = tcp_connection_of(stream);
    const struct packet *first = c->chain_head;
    DCHECK(at_least <= c->tcp->setup.limits.stream.gather_bytes_max);
    if (LIKELY(backlog_bytes(c) == 0 && first != NULL) &&
        LIKELY(first->data_bytes >= at_least || first->next == NULL)) {
        return bytes_of(packet_data(first), first->data_bytes);
    }
    return gather(c, at_least);
}

static void backlog_consume(struct tcp_connection *c, uint32_t count, unsigned flags) {
    CHECK(count <= backlog_bytes(c));
    if (flags & STREAM_SECRET) {
        explicit_bzero(c->backlog + c->backlog_start, count);
    }
    c->backlog_start += count;
    if (c->backlog_start == c->backlog_end) {
        c->backlog_start = 0;
        c->backlog_end = 0;
    }
}

static void chain_consume(struct tcp_connection *c, uint32_t count, unsigned flags) {
    struct packet *packet = c->chain_head;
    CHECK(packet != NULL && count <= packet->data_bytes);
    if (flags & STREAM_SECRET) {
        explicit_bzero(packet_data(packet), count);
    }
    if (count == packet->data_bytes) {
        nic_give(chain_pop(c));
        return;
    }
    packet->data_offset += count;
    packet->data_bytes -= count;
    c->chain_bytes -= count;
}

/* The window. */

static uint32_t receive_mss(const struct tcp_connection *c) {
    return c->mtu - IPV4_HEADER_BYTES - TCP_HEADER_BYTES;
}

static uint32_t at_most(uint32_t value, uint32_t limit) {
    return value < limit ? value : limit;
}

static uint32_t gain_enough(const struct tcp_connection *c, uint32_t segments) {
    uint32_t half = receive_bytes(c) / 2;
    uint32_t starved = receive_bytes(c) - c->tcp->setup.limits.stream.gather_bytes_max + 1;
    return at_most(segments, at_most(half, starved));
}

uint32_t tcp_offer_step(const struct tcp_connection *c) {
    return gain_enough(c, receive_mss(c));
}

uint32_t tcp_update_step(const struct tcp_connection *c) {
    return gain_enough(c, 2 * receive_mss(c));
}

uint32_t tcp_syn_window(const struct tcp *tcp) {
    return at_most(tcp->setup.limits.stream.receive_bytes, 65535);
}

static bool receives(const struct tcp_connection *c) {
    return c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
}

/* A peer that could send on is told when much was read; one that could not, as soon as it is worth
 * a segment or two. */
NOINLINE static void update(struct tcp_connection *c) {
    uint32_t told;
    uint32_t gain = tcp_edge_gain(c, &told);
    uint32_t segments = 2 * receive_mss(c);
    uint32_t half = receive_bytes(c) / 2;
    uint32_t worth = told < segments ? c->update_step : (segments > half ? segments : half);
    if (receives(c) && gain >= worth) {
        tcp_owe_ack(c, false);
    }
}

/* Less than update_step is never worth an update, and what is read is mostly less. */
static inline bool update_may_be_due(const struct tcp_connection *c) {
    uint32_t told = tcp_seq_since(c->rcv_edge, c->rcv_nxt);
    return UNLIKELY(tcp_receive_room(c) >= told + c->update_step);
}

NOINLINE static void consume(struct tcp_connection *c, size_t count, unsigned flags) {
    CHECK(count <= UINT32_MAX);
    c->offer.known = false;
    if (backlog_bytes(c) != 0) {
        backlog_consume(c, (uint32_t)count, flags);
    } else {
        chain_consume(c, (uint32_t)count, flags);
    }
    if (update_may_be_due(c)) {
        update(c);
    }
}

/* Nearly always what peek has shown, a packet in place, is consumed as a whole. */
void tcp_stream_consume(struct stream *stream, size_t count, unsigned flags) {
    struct tcp_connection *c = tcp_connection_of(stream);
    struct packet *first = c->chain_head;
    if (LIKELY(first != NULL && count == first->data_bytes && flags == STREAM_PLAIN &&
               backlog_bytes(c) == 0)) {
        chain_pop(c);
        c->offer.known = false;
        if (update_may_be_due(c)) {
            update(c);
        }
        nic_give(first);
    } else if (count != 0) {
        consume(c, count, flags);
    }
}
