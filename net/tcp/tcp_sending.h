/*
 * What both ways of sending share, inline: tcp_output_fast.c composes it for the one record that
 * may leave at once, tcp_send.c, tcp_output.c and tcp_segment_out.c for everything.
 */
#ifndef TERCEL_NET_TCP_TCP_SENDING_H
#define TERCEL_NET_TCP_TCP_SENDING_H

#include <string.h>

#include "net/tcp/tcp_window.h"
#include "net/wire/big_endian.h"

/* Where things lie in the headers. */
enum {
    TCP_IPV4_AT_TOTAL = 2,
    TCP_IPV4_AT_CHECKSUM = 10,
    TCP_AT_SEQ_AND_ACK = 4,
    TCP_AT_FLAGS = 13,
    TCP_AT_WINDOW = 14,
    TCP_AT_TS_VALUE = 24,
    TCP_AT_TS_ECHO = 28
};

/* Of data: those of the template. */
#define TCP_TEMPLATE_FLAGS (TCP_ACK | TCP_PSH)

static inline char *tcp_payload_of(const struct packet *packet) {
    return packet->buffer + PACKET_HEADROOM_BYTES;
}

/* The ring. */

/* What the flags of a commit make of its entries. */
static inline uint8_t tcp_entry_kind(unsigned flags) {
    return (uint8_t)((flags & STREAM_SECRET) * TCP_ENTRY_SECRET);
}

/* The entry `counter`, the first that waited, may leave; the peer owes us progress from now on, if
 * it did not before. */
static inline void tcp_ring_let_leave(struct tcp_connection *c, uint32_t counter,
                                      struct instant now) {
    DCHECK(counter == c->held);
    if (counter == c->head) {
        c->progress_at = now;
    }
    c->held = counter + 1;
}

/* The entry `counter`, the oldest unsent one, left. */
static inline void tcp_ring_note_first(struct tcp_connection *c, uint32_t counter, uint32_t length,
                                       uint32_t bytes, struct instant now) {
    DCHECK(counter == c->next);
    if (counter == c->head) {
        c->recovery.rto_base = now;
    }
    c->next = counter + 1;
    c->snd_nxt = tcp_seq_add(c->snd_nxt, length);
    c->in_flight += length;
    c->bytes_out += bytes;
}

/* Frames. */

/* What follows from the length; TCP's part is of `l4_bytes`. Its checksum is the pseudo header's
 * sum for now, as a NIC wants it that fills in the rest. */
static inline void tcp_put_lengths(const struct tcp_connection *c, char *tcp, uint32_t l4_bytes) {
    char *ip = tcp - IPV4_HEADER_BYTES;
    big_endian_put_u16(ip + TCP_IPV4_AT_TOTAL, (uint16_t)(IPV4_HEADER_BYTES + l4_bytes));
    uint16_t field = checksum_fold_two(checksum_add_u16(c->pseudo, (uint16_t)l4_bytes));
    memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
}

/* The template in front of the payload, with what changes. */
static inline void tcp_put_headers(struct tcp_connection *c, const struct packet *packet,
                                   struct tcp_seq seq, uint8_t flags, uint32_t payload_bytes,
                                   struct instant mono) {
    uint32_t ts_value = tcp_timestamp_at(mono, c->ts_offset);
    uint32_t tcp_bytes = c->tcp_header_bytes;
    char *payload = tcp_payload_of(packet);
    char *tcp = payload - tcp_bytes;
    memcpy(payload - sizeof c->template, c->template, sizeof c->template);
    if (flags != TCP_TEMPLATE_FLAGS) {
        tcp[TCP_AT_FLAGS] = (char)flags;
    }
    big_endian_put_u64(tcp + TCP_AT_SEQ_AND_ACK, (uint64_t)seq.value << 32 | c->rcv_nxt.value);
    if (LIKELY(c->timestamps)) {
        big_endian_put_u32(tcp + TCP_AT_TS_VALUE, ts_value);
        big_endian_put_u32(tcp + TCP_AT_TS_ECHO, c->ts_recent);
    }
    tcp_put_lengths(c, tcp, tcp_bytes + payload_bytes);
    uint16_t window = tcp_offer_field(c);
    memcpy(tcp + TCP_AT_WINDOW, &window, sizeof window);
}

/* As nic_send of one, for a NIC that fills no checksums in. */
uint32_t tcp_send_summed(struct tcp_connection *c, struct packet **packet);

/* A frame that is complete, but for checksums that the NIC fills in, goes to the NIC. False: it
 * takes it not now. */
static inline bool tcp_segment_leaves(struct tcp_connection *c, struct now now,
                                      struct packet **packet) {
    uint32_t taken = LIKELY(c->shape.offload) ? nic_send(c->path.nic, now, packet, 1)
                                              : tcp_send_summed(c, packet);
    if (UNLIKELY(taken == 0)) {
        c->tcp->counters.ring_full++;
        return false;
    }
    c->segments_out++;
    return true;
}

/* A segment with an ACK left. */
static inline void tcp_ack_told(struct tcp_connection *c) {
    tcp_offer_told(c);
    c->ack_pending = false;
    c->ack_now = false;
}

#endif
