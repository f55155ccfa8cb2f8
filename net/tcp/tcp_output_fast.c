/*
 * The predicted record: one segment that may leave at once, on an established connection where
 * nothing waits and nothing is in doubt. All that this file does, tcp_send.c, tcp_output.c and
 * tcp_segment_out.c do too, and with the same result; what is not so they are left with, before
 * anything has changed.
 */
#include "net/tcp/tcp_sending.h"

/* As tcp_output.c has it: by the peer's window, and by cwnd, which is not used up by it. */
static inline bool windows_have_room(const struct tcp_connection *c, uint32_t bytes) {
    return tcp_window_room(c, c->snd_nxt) >= (int32_t)bytes &&
           c->in_flight + bytes + c->mss <= c->congestion.cwnd;
}

/* Where nothing waits, tcp_plan has seen to the budgets of what waits. */
static inline bool is_plain(const struct tcp_connection *c, size_t bytes) {
    return tcp_is_ordinary(c) && bytes - 1 < c->plain_bytes_max && c->next == c->tail &&
           c->tail - c->head < c->plain_entries_max;
}

enum stream_result tcp_stream_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (UNLIKELY(!is_plain(c, bytes))) {
        return tcp_reserve(c, bytes, room);
    }
    c->room_bytes = bytes;
    struct packet *packet = nic_take(c->path.nic, NIC_DATA);
    if (UNLIKELY(packet == NULL)) {
        return tcp_pool_is_empty(c->tcp);
    }
    c->room[0] = packet;
    c->room_count = 1;
    *room = (struct stream_room){.data = tcp_payload_of(packet), .bytes = c->room_bytes};
    return STREAM_OK;
}

/* The room is that of a plain record. */
static inline bool is_predicted(const struct tcp_connection *c, size_t len,
                                struct stream_position release_after) {
    return tcp_is_ordinary_with_room(c) && len - 1 < c->room_bytes && c->next == c->tail &&
           release_after.value <= c->durable && tcp_recovery_is_settled(&c->recovery) &&
           windows_have_room(c, (uint32_t)len);
}

/* Written where the ring ends; not in it before `tail` moves. */
static inline void write_entry(struct tcp_connection *c, uint32_t bytes, uint64_t release_after,
                               unsigned flags, struct instant mono) {
    struct tcp_entry *entry = tcp_entry_at(c, c->tail);
    entry->packet = c->room[0];
    entry->sent_at = mono;
    entry->release_after = release_after;
    entry->seq = c->snd_nxt;
    entry->offset = 0;
    entry->bytes = bytes;
    entry->flags = (uint8_t)(TCP_ENTRY_SENT | tcp_entry_kind(flags));
}

/* False: the NIC takes it not now. */
static inline bool send_room(struct tcp_connection *c, uint32_t bytes, struct instant mono) {
    struct packet *packet = c->room[0];
    uint32_t data_bytes = c->shape.data_bytes + bytes;
    packet_take_shape(packet, &c->shape);
    packet->data_bytes = data_bytes;
    packet->sent = true;
    tcp_put_headers(c, packet, c->snd_nxt, TCP_TEMPLATE_FLAGS, bytes, mono);
    struct now now = {.mono = mono, .utc = c->tcp->now.utc};
    if (UNLIKELY(!tcp_segment_leaves(c, now, &c->room[0]))) {
        return false;
    }
    tcp_ack_told(c);
    return true;
}

/* What was written is in the ring now. */
static inline void keep_books(struct tcp_connection *c, uint32_t bytes) {
    struct instant now = c->tcp->now.mono;
    uint32_t counter = c->tail++;
    uint32_t in_flight_before = c->in_flight;
    tcp_ring_let_leave(c, counter, now);
    tcp_ring_note_first(c, counter, bytes, bytes, now);
    c->sent_at = now;
    c->room_count = 0;
    tcp_loss_watch_sent(c, in_flight_before);
}

/* It is in the ring all the same, as what has not been sent. */
COLD static void keep_unsent(struct tcp_connection *c, uint32_t bytes) {
    uint32_t counter = c->tail++;
    struct tcp_entry *entry = tcp_entry_at(c, counter);
    entry->packet->sent = false;
    entry->flags &= (uint8_t)~TCP_ENTRY_SENT;
    c->committed_unsent += bytes;
    tcp_ring_let_leave(c, counter, c->tcp->now.mono);
    c->room_count = 0;
    tcp_output_refused(c);
}

void tcp_stream_commit(struct stream *stream, size_t len, struct stream_position release_after,
                       unsigned flags) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (UNLIKELY(!is_predicted(c, len, release_after))) {
        tcp_commit(c, len, release_after.value, flags);
        return;
    }
    uint32_t bytes = (uint32_t)len;
    struct instant mono = c->tcp->now.mono;
    write_entry(c, bytes, release_after.value, flags, mono);
    if (UNLIKELY(!send_room(c, bytes, mono))) {
        keep_unsent(c, bytes);
        return;
    }
    keep_books(c, bytes);
}
