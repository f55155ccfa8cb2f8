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
    TCP_AT_SEQ = 4,
    TCP_AT_ACK = 8,
    TCP_AT_FLAGS = 13,
    TCP_AT_WINDOW = 14,
    TCP_AT_TS_VALUE = 24,
    TCP_AT_TS_ECHO = 28
};

static inline char *tcp_payload_of(const struct packet *packet) {
    return packet->buffer + PACKET_HEADROOM_BYTES;
}

/* The ring. */

/* The entry at the end of the ring may leave; the peer owes us progress from now on, if it did not
 * before. */
static inline void tcp_ring_let_leave(struct tcp_connection *c) {
    if (c->held == c->head) {
        c->progress_at = c->tcp->now.mono;
    }
    c->held++;
}

/* The oldest unsent entry left. */
static inline void tcp_ring_note_first(struct tcp_connection *c, uint32_t length, uint32_t bytes) {
    if (c->head == c->next) {
        c->recovery.rto_base = c->tcp->now.mono;
    }
    c->next++;
    c->snd_nxt = tcp_seq_add(c->snd_nxt, length);
    c->in_flight += length;
    c->bytes_out += bytes;
}

/* Frames. */

/* Fills the checksums in, or leaves them to the NIC; the frame is complete but for them. */
static inline void tcp_seal(const struct tcp_connection *c, struct packet *packet, char *tcp,
                            uint32_t tcp_bytes, uint32_t payload_bytes) {
    char *ip = tcp - IPV4_HEADER_BYTES;
    uint16_t total = (uint16_t)(IPV4_HEADER_BYTES + tcp_bytes + payload_bytes);
    big_endian_put_u16(ip + TCP_IPV4_AT_TOTAL, total);
    struct checksum sum = checksum_add_u16(c->pseudo, (uint16_t)(tcp_bytes + payload_bytes));
    uint16_t field;
    if (LIKELY(packet->nic->checksum_offload)) {
        packet->offload = true;
        packet->l2_bytes = c->l2_bytes;
        packet->l4_bytes = (uint8_t)tcp_bytes;
        field = checksum_fold_two(sum);
    } else {
        uint16_t ip_field = (uint16_t)~checksum_fold_two(checksum_add_u16(c->ip_sum, total));
        memcpy(ip + TCP_IPV4_AT_CHECKSUM, &ip_field, sizeof ip_field);
        field = checksum_finish(checksum_add(sum, tcp, tcp_bytes + payload_bytes));
    }
    memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
    packet->data_offset = (uint32_t)(tcp - c->header_bytes - packet->buffer);
    packet->data_bytes = c->header_bytes + tcp_bytes + payload_bytes;
}

/* The template in front of the payload, with what changes; `payload` is PACKET_HEADROOM_BYTES into
 * the packet's buffer. */
static inline void tcp_put_headers(struct tcp_connection *c, struct packet *packet,
                                   struct tcp_seq seq, uint8_t flags, uint32_t payload_bytes) {
    char *payload = tcp_payload_of(packet);
    memcpy(payload - sizeof c->template, c->template, sizeof c->template);
    char *tcp = payload - c->tcp_header_bytes;
    big_endian_put_u32(tcp + TCP_AT_SEQ, seq.value);
    big_endian_put_u32(tcp + TCP_AT_ACK, c->rcv_nxt.value);
    tcp[TCP_AT_FLAGS] = (char)flags;
    big_endian_put_u16(tcp + TCP_AT_WINDOW, tcp_offer_window(c));
    if (LIKELY(c->timestamps)) {
        big_endian_put_u32(tcp + TCP_AT_TS_VALUE, tcp_timestamp(c->tcp, c->ts_offset));
        big_endian_put_u32(tcp + TCP_AT_TS_ECHO, c->ts_recent);
    }
    tcp_seal(c, packet, tcp, c->tcp_header_bytes, payload_bytes);
}

static inline bool tcp_hand_over(struct tcp *tcp, struct packet **packet) {
    if (UNLIKELY(nic_send((*packet)->nic, tcp->now, packet, 1) == 0)) {
        tcp->counters.ring_full++;
        return false;
    }
    return true;
}

/* A segment with an ACK left. */
static inline void tcp_ack_told(struct tcp_connection *c) {
    tcp_offer_told(c);
    c->ack_pending = false;
    c->ack_now = false;
}

/* A segment with the usual headers; nothing but the packet has changed when the NIC refuses it. */
static inline bool tcp_send_usual(struct tcp_connection *c, struct packet **packet,
                                  struct tcp_seq seq, uint8_t flags, uint32_t payload_bytes) {
    tcp_put_headers(c, *packet, seq, flags, payload_bytes);
    if (UNLIKELY(!tcp_hand_over(c->tcp, packet))) {
        return false;
    }
    tcp_ack_told(c);
    c->segments_out++;
    return true;
}

#endif
