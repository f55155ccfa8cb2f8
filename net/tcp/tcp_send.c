#include "net/tcp/tcp_sending.h"

/* A NIC sends a full ring in a few milliseconds, or never, when its link is down. */
#define SECRET_REAPS_MAX 65536

/* Packets. */

static void wipe(struct packet *packet) {
    explicit_bzero(tcp_payload_of(packet), packet_payload_bytes_max(packet));
}

void tcp_packet_release(struct tcp *tcp, struct packet *packet, bool secret) {
    if (packet->shares > 1) {
        packet->shares--;
        return;
    }
    packet->shares = 0;
    if (LIKELY(!secret)) {
        nic_give(packet);
        return;
    }
    if (packet->sent && !nic_has_let_go(packet)) {
        packet->next = tcp->secrets;
        tcp->secrets = packet;
        return;
    }
    wipe(packet);
    nic_give(packet);
}

void tcp_secrets_poll(struct tcp *tcp) {
    struct packet **link = &tcp->secrets;
    while (*link != NULL) {
        struct packet *packet = *link;
        if (!nic_has_let_go(packet)) {
            link = &packet->next;
            continue;
        }
        *link = packet->next;
        wipe(packet);
        nic_give(packet);
    }
}

void tcp_secrets_drain(struct tcp *tcp) {
    for (uint32_t i = 0; i < SECRET_REAPS_MAX && tcp->secrets != NULL; i++) {
        nic_reap(tcp->secrets->nic);
        __builtin_ia32_pause();
        tcp_secrets_poll(tcp);
    }
}

/* The ring. */

/* Where the next byte queued will stand. */
static struct tcp_seq queue_end(const struct tcp_connection *c) {
    return tcp_seq_add(c->snd_nxt, c->committed_unsent);
}

/* Nothing leaves before what was queued in front of it: positions never fall along the ring. */
static uint64_t position_behind_others(const struct tcp_connection *c, uint64_t position) {
    if (c->tail == c->next) {
        return position;
    }
    uint64_t last = tcp_entry_at(c, c->tail - 1)->release_after;
    return last > position ? last : position;
}

/* Neighbours that wait for the same position count once. */
COLD static void hold(struct tcp_connection *c, const struct tcp_entry *entry) {
    bool alone =
        c->held == c->tail || tcp_entry_at(c, c->tail - 1)->release_after != entry->release_after;
    c->held_positions += alone;
    c->held_bytes += entry->bytes;
}

/* The first held entry's position was reached. */
static void let_go(struct tcp_connection *c) {
    const struct tcp_entry *entry = tcp_entry_at(c, c->held);
    tcp_ring_let_leave(c, c->held, c->tcp->now.mono);
    bool last =
        c->held == c->tail || tcp_entry_at(c, c->held)->release_after != entry->release_after;
    c->held_positions -= last;
    c->held_bytes -= entry->bytes;
}

static void put(struct tcp_connection *c, struct packet *packet, uint32_t offset, uint32_t bytes,
                uint64_t position, uint8_t flags) {
    DCHECK(tcp_ring_free(c) > 0);
    struct tcp_entry *entry = tcp_entry_at(c, c->tail);
    *entry = (struct tcp_entry){
        .packet = packet,
        .release_after = position_behind_others(c, position),
        .seq = queue_end(c),
        .offset = offset,
        .bytes = bytes,
        .flags = flags,
    };
    if (LIKELY(entry->release_after <= c->durable)) {
        DCHECK(c->held == c->tail);
        tcp_ring_let_leave(c, c->held, c->tcp->now.mono);
    } else {
        hold(c, entry);
    }
    c->tail++;
    c->committed_unsent += bytes;
}

void tcp_ring_put_control(struct tcp_connection *c, uint8_t flag) {
    DCHECK(flag == TCP_ENTRY_SYN || flag == TCP_ENTRY_FIN);
    if (flag == TCP_ENTRY_FIN) {
        c->fin_queued = true;
    }
    put(c, NULL, 0, 0, 0, flag);
}

bool tcp_ring_split(struct tcp_connection *c, uint32_t counter, uint32_t bytes) {
    /* The FIN's place is kept, and those of an open reservation. */
    uint32_t kept = (c->fin_queued ? 0U : 1U) + c->room_count;
    if (tcp_ring_free(c) <= kept) {
        return false;
    }
    struct tcp_entry *first = tcp_entry_at(c, counter);
    DCHECK(bytes > 0 && bytes < first->bytes && !(first->flags & TCP_ENTRY_SACKED));
    for (uint32_t to = c->tail; to != counter + 1; to--) {
        *tcp_entry_at(c, to) = *tcp_entry_at(c, to - 1);
    }
    struct tcp_entry *second = tcp_entry_at(c, counter + 1);
    *second = *first;
    second->seq = tcp_seq_add(first->seq, bytes);
    second->offset += bytes;
    second->bytes -= bytes;
    first->bytes = bytes;
    first->packet->shares++;
    c->recovery.lost += (first->flags & TCP_ENTRY_LOST) != 0;
    c->next += (first->flags & TCP_ENTRY_SENT) != 0;
    c->held++;
    c->tail++;
    return true;
}

void tcp_ring_pop(struct tcp_connection *c) {
    struct tcp_entry *entry = tcp_entry_at(c, c->head);
    DCHECK(c->head != c->next);
    if (LIKELY(tcp_entry_is_in_flight(entry))) {
        c->in_flight -= tcp_entry_length(entry);
    }
    c->recovery.lost -= (entry->flags & TCP_ENTRY_LOST) != 0;
    c->recovery.sacked -= (entry->flags & TCP_ENTRY_SACKED) != 0;
    c->head++;
    if (entry->packet != NULL) {
        tcp_packet_release(c->tcp, entry->packet, (entry->flags & TCP_ENTRY_SECRET) != 0);
    }
}

void tcp_ring_trim(struct tcp_connection *c, uint32_t bytes) {
    struct tcp_entry *entry = tcp_entry_at(c, c->head);
    DCHECK(c->head != c->next && bytes < entry->bytes);
    entry->seq = tcp_seq_add(entry->seq, bytes);
    entry->offset += bytes;
    entry->bytes -= bytes;
    if (tcp_entry_is_in_flight(entry)) {
        c->in_flight -= bytes;
    }
}

void tcp_ring_clear(struct tcp_connection *c) {
    for (; c->head != c->tail; c->head++) {
        struct tcp_entry *entry = tcp_entry_at(c, c->head);
        if (entry->packet != NULL) {
            tcp_packet_release(c->tcp, entry->packet, (entry->flags & TCP_ENTRY_SECRET) != 0);
        }
    }
    c->next = c->tail;
    c->held = c->tail;
    c->committed_unsent = 0;
    c->held_bytes = 0;
    c->held_positions = 0;
    c->in_flight = 0;
    c->recovery.lost = 0;
    c->recovery.sacked = 0;
}

/* Reserve. */

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* The largest record of one packet; none where no way leads to the peer. */
static uint32_t record_bytes_max(const struct tcp_connection *c) {
    const struct nic *nic = c->path.nic;
    if (UNLIKELY(nic == NULL)) {
        return 0;
    }
    return min_u32(c->tcp->setup.limits.stream.record_bytes_max, nic->payload_bytes_max);
}

static bool is_over(const struct tcp_connection *c) {
    return c->finishing || c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT;
}

/* Of a record that is one segment and within every budget while nothing waits. None where the
 * predicted way is not to be taken; it knows no idle restarts. */
static uint32_t plain_bytes_max(const struct tcp_connection *c) {
    const struct stream_limits *limits = &c->tcp->setup.limits.stream;
    if (c->tcp->setup.slow_only || c->profile.restart_after_idle) {
        return 0;
    }
    uint32_t most = min_u32(record_bytes_max(c), c->mss);
    return min_u32(most, min_u32(limits->send_bytes, limits->hold_bytes));
}

void tcp_plan(struct tcp_connection *c) {
    c->plain_bytes_max = plain_bytes_max(c);
    c->plain_entries_max = c->ring_mask + 1 - TCP_RING_SPARE;
    c->room_is_large = c->room_count > 0 && c->room_bytes > c->plain_bytes_max;
    c->offer_step = tcp_offer_step(c);
    c->update_step = tcp_update_step(c);
    c->offer.known = false;
}

/* Why `bytes` in so many entries cannot be taken, of all but what the NIC's pool says. */
static enum stream_result refusal(const struct tcp_connection *c, size_t bytes, size_t bytes_max,
                                  uint32_t entries) {
    const struct stream_limits *limits = &c->tcp->setup.limits.stream;
    if (UNLIKELY(is_over(c))) {
        return STREAM_GONE;
    }
    if (UNLIKELY(c->state < TCP_ESTABLISHED)) {
        return STREAM_AGAIN_UNRESOLVED;
    }
    if (UNLIKELY(bytes > bytes_max)) {
        return STREAM_TOO_LONG;
    }
    if (UNLIKELY(c->committed_unsent + bytes > limits->send_bytes)) {
        return STREAM_AGAIN_WINDOW;
    }
    if (UNLIKELY(c->held_bytes + bytes > limits->hold_bytes ||
                 c->held_positions >= limits->hold_records_max)) {
        return STREAM_AGAIN_HOLD;
    }
    if (UNLIKELY(tcp_ring_free(c) < TCP_RING_SPARE + entries)) {
        return STREAM_AGAIN_RING;
    }
    return STREAM_OK;
}

/* A segment is an entry from the beginning: what is spare in the ring is for windows and probes. A
 * ring that is too small for that, of a tiny MSS, must do. */
static uint32_t entries_for(const struct tcp_connection *c, uint32_t packets, uint32_t each) {
    if (LIKELY(each <= c->mss)) {
        return packets;
    }
    return min_u32(packets * ((each + c->mss - 1) / c->mss), c->ring_mask + 1 - TCP_RING_SPARE);
}

/* Wiped as drafts of secrets may lie there. */
static void give_rooms(struct tcp_connection *c, uint32_t first) {
    for (uint32_t i = first; i < c->room_count; i++) {
        size_t bytes = packet_payload_bytes_max(c->room[i]);
        explicit_bzero(tcp_payload_of(c->room[i]), bytes < c->room_bytes ? bytes : c->room_bytes);
        nic_give(c->room[i]);
    }
    c->room_count = 0;
    c->room_is_large = false;
}

enum stream_result tcp_pool_is_empty(struct tcp *tcp) {
    tcp->counters.pool_empty++;
    return STREAM_AGAIN_POOL;
}

/* Takes packets for `bytes`, `each` at most in one. */
static bool take_rooms(struct tcp_connection *c, uint32_t bytes, uint32_t each, uint32_t packets) {
    c->room_bytes = bytes;
    c->room_each = each;
    for (c->room_count = 0; c->room_count < packets; c->room_count++) {
        struct packet *packet = nic_take(c->path.nic, NIC_DATA);
        if (UNLIKELY(packet == NULL)) {
            give_rooms(c, 0);
            return false;
        }
        c->room[c->room_count] = packet;
    }
    c->room_is_large = bytes > c->plain_bytes_max;
    return true;
}

enum stream_result tcp_reserve(struct tcp_connection *c, size_t bytes, struct stream_room *room) {
    CHECK(bytes >= 1 && c->room_count == 0);
    uint32_t each = record_bytes_max(c);
    uint32_t entries = bytes > each ? 1 : entries_for(c, 1, (uint32_t)bytes);
    enum stream_result result = refusal(c, bytes, each, entries);
    if (UNLIKELY(result != STREAM_OK)) {
        return result;
    }
    if (!take_rooms(c, (uint32_t)bytes, each, 1)) {
        return tcp_pool_is_empty(c->tcp);
    }
    *room = (struct stream_room){.data = tcp_payload_of(c->room[0]), .bytes = bytes};
    return STREAM_OK;
}

/* What an empty stream takes: the budgets, the rooms, the ring. */
static size_t many_bytes_max(const struct tcp_connection *c) {
    const struct stream_limits *limits = &c->tcp->setup.limits.stream;
    uint32_t entries = c->ring_mask + 1 - TCP_RING_SPARE;
    size_t bytes = (size_t)record_bytes_max(c) * min_u32(entries, STREAM_ROOMS_MAX);
    bytes = bytes < limits->send_bytes ? bytes : limits->send_bytes;
    return bytes < limits->hold_bytes ? bytes : limits->hold_bytes;
}

/* Rooms of a segment each when these are enough, so that nothing needs to be split and copied. */
static uint32_t room_bytes_for(const struct tcp_connection *c, size_t bytes) {
    uint32_t most = record_bytes_max(c);
    uint32_t entries = min_u32(c->ring_mask + 1 - TCP_RING_SPARE, STREAM_ROOMS_MAX);
    bool segments = c->mss < most && bytes <= (size_t)c->mss * entries;
    return segments ? c->mss : most;
}

enum stream_result tcp_stream_reserve_many(struct stream *stream, size_t bytes,
                                           struct stream_rooms *rooms) {
    struct tcp_connection *c = tcp_connection_of(stream);
    CHECK(bytes >= 1 && c->room_count == 0);
    size_t bytes_max = many_bytes_max(c);
    uint32_t each = room_bytes_for(c, bytes);
    uint32_t packets = bytes > bytes_max ? 0 : (uint32_t)((bytes + each - 1) / each);
    enum stream_result result = refusal(c, bytes, bytes_max, entries_for(c, packets, each));
    if (result != STREAM_OK) {
        return result;
    }
    if (!take_rooms(c, (uint32_t)bytes, each, packets)) {
        return tcp_pool_is_empty(c->tcp);
    }
    size_t left = bytes;
    for (rooms->count = 0; rooms->count < packets; rooms->count++) {
        size_t room = left < each ? left : each;
        rooms->room[rooms->count] =
            (struct stream_room){.data = tcp_payload_of(c->room[rooms->count]), .bytes = room};
        left -= room;
    }
    return STREAM_OK;
}

/* Commit and what follows. */

/* `behind`: packets that are still to be put. */
static void put_data(struct tcp_connection *c, struct packet *packet, uint32_t bytes,
                     uint64_t position, unsigned flags, uint32_t behind) {
    uint8_t kind = tcp_entry_kind(flags);
    uint32_t offset = 0;
    packet->shares = 1;
    while (UNLIKELY(bytes - offset > c->mss) && tcp_ring_free(c) > TCP_RING_SPARE + 1 + behind) {
        put(c, packet, offset, c->mss, position, kind);
        packet->shares++;
        offset += c->mss;
    }
    put(c, packet, offset, bytes - offset, position, kind);
}

COLD static void put_many(struct tcp_connection *c, uint32_t left, uint64_t position,
                          unsigned flags) {
    uint32_t used = 0;
    for (; left > 0; used++) {
        uint32_t bytes = min_u32(left, c->room_each);
        put_data(c, c->room[used], bytes, position, flags, c->room_count - used - 1);
        left -= bytes;
    }
    give_rooms(c, used);
}

void tcp_commit(struct tcp_connection *c, size_t len, uint64_t release_after, unsigned flags) {
    CHECK(c->room_count > 0 && len >= 1 && len <= c->room_bytes);
    if (UNLIKELY(c->state == TCP_CLOSED)) {
        give_rooms(c, 0);
        return;
    }
    if (LIKELY(c->room_count == 1)) {
        put_data(c, c->room[0], (uint32_t)len, release_after, flags, 0);
        c->room_count = 0;
        c->room_is_large = false;
    } else {
        put_many(c, (uint32_t)len, release_after, flags);
    }
    if (UNLIKELY(c->finishing)) {
        tcp_finish_advance(c);
    }
    tcp_output(c);
}

void tcp_stream_cancel(struct stream *stream) {
    struct tcp_connection *c = tcp_connection_of(stream);
    CHECK(c->room_count > 0);
    give_rooms(c, 0);
    if (c->finishing && c->state != TCP_CLOSED) {
        tcp_finish_advance(c);
        tcp_output(c);
    }
}

void tcp_stream_release(struct stream *stream, struct stream_position durable) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (durable.value <= c->durable) {
        return;
    }
    c->durable = durable.value;
    if (c->held == c->tail) {
        return;
    }
    uint32_t before = c->held;
    while (c->held != c->tail && tcp_entry_at(c, c->held)->release_after <= durable.value) {
        let_go(c);
    }
    if (c->held != before) {
        tcp_output(c);
    }
}

size_t tcp_stream_unsent(const struct stream *stream) {
    return tcp_connection_of(stream)->committed_unsent;
}
