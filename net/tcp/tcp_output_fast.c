/*
 * The predicted record: one segment that may leave at once, on an established connection where
 * nothing waits and nothing is in doubt. All that this file does, tcp_send.c, tcp_output.c and
 * tcp_segment_out.c do too, and with the same result; what is not so they are left with, before
 * anything has changed.
 */
#include "net/tcp/tcp_sending.h"

/* Where nothing waits, tcp_plan has seen to the budgets of what waits. */
static inline bool may_be_plain(const struct tcp_connection *c, size_t bytes) {
    return tcp_is_ordinary(c) && bytes - 1 < c->plain_bytes_max && c->next == c->tail;
}

/* As tcp_output.c has it: by the peer's window, and by cwnd, which is not used up by it. */
static inline bool windows_have_room(const struct tcp_connection *c, uint32_t bytes) {
    return tcp_window_room(c, c->snd_nxt) >= (int32_t)bytes &&
           c->in_flight + bytes + c->mss <= c->congestion.cwnd;
}

enum stream_result tcp_stream_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (UNLIKELY(!may_be_plain(c, bytes) || c->room_count != 0 ||
                 tcp_ring_free(c) <= TCP_RING_SPARE)) {
        return tcp_reserve(c, bytes, room);
    }
    struct packet *packet = nic_take(c->path.nic, NIC_DATA);
    if (UNLIKELY(packet == NULL)) {
        c->tcp->counters.pool_empty++;
        return STREAM_AGAIN_POOL;
    }
    c->room[0] = packet;
    c->room_count = 1;
    c->room_bytes = (uint32_t)bytes;
    c->room_each = (uint32_t)bytes;
    *room = (struct stream_room){.data = tcp_payload_of(packet), .bytes = bytes};
    return STREAM_OK;
}

static inline bool is_predicted(const struct tcp_connection *c, size_t len,
                                struct stream_position release_after) {
    return may_be_plain(c, len) && len <= c->room_bytes && c->room_count == 1 &&
           release_after.value <= c->durable && tcp_recovery_is_settled(&c->recovery) &&
           windows_have_room(c, (uint32_t)len);
}

/* Written where the ring ends; not in it before `tail` moves. */
static inline struct tcp_entry *write_entry(struct tcp_connection *c, uint32_t bytes,
                                            uint64_t release_after, unsigned flags) {
    struct tcp_entry *entry = tcp_entry_at(c, c->tail);
    entry->packet = c->room[0];
    entry->sent_at = c->tcp->now.mono;
    entry->release_after = release_after;
    entry->seq = c->snd_nxt;
    entry->offset = 0;
    entry->bytes = bytes;
    entry->flags = (flags & STREAM_SECRET) ? TCP_ENTRY_SENT | TCP_ENTRY_SECRET : TCP_ENTRY_SENT;
    return entry;
}

/* It is in the ring now, and has not left. */
COLD static void refused(struct tcp_connection *c) {
    struct tcp_entry *entry = tcp_entry_at(c, c->tail - 1);
    entry->flags &= (uint8_t)~TCP_ENTRY_SENT;
    c->committed_unsent += entry->bytes;
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
    struct packet *packet = c->room[0];
    write_entry(c, bytes, release_after.value, flags);
    packet->shares = 1;
    packet->kept = true;
    bool sent = tcp_send_usual(c, &c->room[0], c->snd_nxt, TCP_ACK | TCP_PSH, bytes);
    c->room_count = 0;
    c->room_bytes = 0;
    c->tail++;
    tcp_ring_let_leave(c);
    if (UNLIKELY(!sent)) {
        refused(c);
        return;
    }
    packet->sent = true;
    uint32_t before = c->in_flight;
    tcp_ring_note_first(c, bytes, bytes);
    c->sent_at = c->tcp->now.mono;
    tcp_loss_watch_sent(c, before);
}
