#include "net/tcp/tcp_segment_in.h"

/* The window. */

static uint32_t window_bytes(const struct tcp_connection *c, const struct tcp_segment *segment) {
    if (UNLIKELY(segment->flags & TCP_SYN)) {
        return segment->window;
    }
    return (uint32_t)segment->window << c->snd_scale;
}

/* RFC 9293 §3.10.7.4, fifth: an old segment does not say what the window is now. */
void tcp_window_told(struct tcp_connection *c, const struct tcp_segment *segment) {
    if (tcp_seq_before(segment->seq, c->window_seq) ||
        (tcp_seq_equal(segment->seq, c->window_seq) &&
         tcp_seq_before(segment->ack, c->window_ack))) {
        return;
    }
    tcp_window_set(c, segment->seq, segment->ack, window_bytes(c, segment));
}

/* RFC 5681 §2: it says nothing but that something else than the oldest arrived. */
static bool is_duplicate(const struct tcp_connection *c, const struct tcp_segment *segment) {
    return tcp_seq_equal(segment->ack, c->snd_una) && c->head != c->next &&
           tcp_segment_length(segment) == 0 && window_bytes(c, segment) == c->snd_window;
}

/* Entries. */

/* The latest of those sent once gives the RTT: others may have waited for it at the receiver. */
static void note_delivered(struct tcp_connection *c, const struct tcp_entry *entry,
                           struct tcp_acknowledged *acked) {
    acked->delivered += tcp_entry_length(entry);
    if (UNLIKELY(entry->bytes > c->recovery.passed_bytes)) {
        c->recovery.passed_bytes = entry->bytes;
    }
    if (UNLIKELY(entry->flags & TCP_ENTRY_RESENT)) {
        acked->resent = true;
    } else if (entry->sent_at.ns > acked->sample_at.ns) {
        acked->sample_at = entry->sent_at;
    }
    tcp_loss_delivered(c, entry, acked);
}

/* A part of the oldest entry. When it was sent again, perhaps no more than this part was. */
static void trim_oldest(struct tcp_connection *c, uint32_t bytes, struct tcp_acknowledged *acked) {
    struct tcp_entry *entry = tcp_entry_at(c, c->head);
    if (!(entry->flags & TCP_ENTRY_SACKED)) {
        acked->delivered += bytes;
    }
    tcp_ring_trim(c, bytes);
    if ((entry->flags & TCP_ENTRY_RESENT) && tcp_entry_is_in_flight(entry)) {
        tcp_entry_lose(c, entry);
    }
}

/* Lets go of what lies before `ack`. */
static void advance(struct tcp_connection *c, struct tcp_seq ack, struct tcp_acknowledged *acked) {
    acked->bytes = tcp_seq_since(ack, c->snd_una);
    uint32_t left = acked->bytes;
    while (left > 0) {
        DCHECK(c->head != c->next);
        struct tcp_entry *entry = tcp_entry_at(c, c->head);
        uint32_t length = tcp_entry_length(entry);
        if (UNLIKELY(length > left)) {
            trim_oldest(c, left, acked);
            break;
        }
        if (LIKELY(!(entry->flags & TCP_ENTRY_SACKED))) {
            note_delivered(c, entry, acked);
        }
        acked->handshake |= (entry->flags & TCP_ENTRY_SYN) != 0;
        acked->fin |= (entry->flags & TCP_ENTRY_FIN) != 0;
        left -= length;
        tcp_ring_pop(c);
    }
    c->snd_una = ack;
    c->recovery.una_at = c->tcp->now.mono;
}

/* The scoreboard. */

static void mark_sacked(struct tcp_connection *c, struct tcp_range block,
                        struct tcp_acknowledged *acked) {
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (tcp_seq_at_most(block.right, entry->seq)) {
            return;
        }
        if ((entry->flags & TCP_ENTRY_SACKED) || tcp_seq_before(entry->seq, block.left) ||
            tcp_seq_before(block.right, tcp_entry_end(entry))) {
            continue;
        }
        note_delivered(c, entry, acked);
        if (entry->flags & TCP_ENTRY_LOST) {
            c->recovery.lost--;
            entry->flags &= (uint8_t)~TCP_ENTRY_LOST;
        } else {
            c->in_flight -= tcp_entry_length(entry);
        }
        entry->flags |= TCP_ENTRY_SACKED;
        c->recovery.sacked++;
        acked->sacked = true;
    }
}

/* RFC 2883 §4: the first block, of what was acknowledged before or lies in the second one. */
static bool is_dsack(const struct tcp_segment *segment) {
    struct tcp_range first = segment->sack[0];
    if (tcp_seq_at_most(first.right, segment->ack)) {
        return true;
    }
    if (segment->sack_count < 2) {
        return false;
    }
    struct tcp_range second = segment->sack[1];
    return tcp_seq_at_most(second.left, first.left) && tcp_seq_at_most(first.right, second.right);
}

/* A block that is empty, inverted, below snd_una or beyond snd_nxt says nothing. */
static bool is_possible(const struct tcp_connection *c, struct tcp_range block) {
    return tcp_seq_before(block.left, block.right) && tcp_seq_at_most(c->snd_una, block.left) &&
           tcp_seq_at_most(block.right, c->snd_nxt);
}

/* What we sent at all, and not too long ago: RFC 2883 has no defence against inventions. */
static bool is_possible_dsack(const struct tcp_connection *c, struct tcp_range block) {
    return tcp_seq_before(block.left, block.right) && tcp_seq_at_most(block.right, c->snd_nxt) &&
           tcp_seq_since(c->snd_nxt, block.left) <=
               tcp_seq_since(c->snd_nxt, c->snd_una) + c->snd_window_max;
}

static void read_sacks(struct tcp_connection *c, const struct tcp_segment *segment,
                       struct tcp_acknowledged *acked) {
    uint32_t first = 0;
    acked->by_sack = true;
    if (is_dsack(segment)) {
        first = 1;
        acked->has_dsack = is_possible_dsack(c, segment->sack[0]);
        acked->dsack = segment->sack[0];
    }
    for (uint32_t i = first; i < segment->sack_count; i++) {
        if (is_possible(c, segment->sack[i])) {
            mark_sacked(c, segment->sack[i], acked);
        }
    }
    if (acked->sacked) {
        c->recovery.sacked_at = c->tcp->now.mono;
    }
}

/* Karn: no sample when any of it was sent twice (RFC 6298 §3), or something else was that made the
 * peer say this. */
static void take_sample(struct tcp_connection *c, struct tcp_acknowledged *acked) {
    if (acked->resent || acked->has_dsack) {
        acked->sample_at.ns = 0;
    }
    if (acked->sample_at.ns == 0) {
        return;
    }
    bool lone = !acked->handshake && tcp_loss_is_lone(c, acked->in_flight_before);
    struct duration sample = instant_since(c->tcp->now.mono, acked->sample_at);
    tcp_rtt_sample(&c->rtt, sample, lone, &c->profile);
}

/* All is well: nothing is missing, asked for, or in doubt. */
static bool is_settled(const struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    return !acked->sacked && !acked->has_dsack && !acked->duplicate && !acked->resent &&
           tcp_recovery_is_settled(&c->recovery);
}

COLD static bool acked_unusually(struct tcp_connection *c, const struct tcp_segment *segment) {
    struct tcp_acknowledged acked = {
        .in_flight_before = c->in_flight,
        .has_echo = c->timestamps && segment->has_timestamps,
        .ts_echo = segment->ts_echo,
        .duplicate = is_duplicate(c, segment),
    };
    bool old = tcp_seq_before(segment->ack, c->snd_una);
    if (LIKELY(!old)) {
        tcp_window_told(c, segment);
        if (!tcp_seq_equal(segment->ack, c->snd_una)) {
            advance(c, segment->ack, &acked);
        }
    }
    if (UNLIKELY(segment->sack_count > 0) && c->sack) {
        read_sacks(c, segment, &acked);
    }
    take_sample(c, &acked);
    if (UNLIKELY(!is_settled(c, &acked))) {
        tcp_loss_acked(c, &acked);
    } else if (acked.bytes > 0 && !acked.handshake) {
        tcp_congestion_acked(c, acked.bytes);
    }
    return acked.fin;
}

uint32_t tcp_count_plain_entries(const struct tcp_connection *c, uint32_t bytes) {
    uint32_t counter = c->head;
    for (; bytes > 0; counter++) {
        const struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (!tcp_entry_is_plain(entry) || entry->bytes > bytes) {
            return 0;
        }
        bytes -= entry->bytes;
    }
    return counter - c->head;
}

void tcp_let_go(struct tcp_connection *c, uint32_t count) {
    for (; count > 0; count--) {
        const struct tcp_entry *entry = tcp_entry_at(c, c->head++);
        if (entry->bytes > c->recovery.passed_bytes) {
            c->recovery.passed_bytes = entry->bytes;
        }
        tcp_share_give(c, entry->packet, tcp_entry_is_secret(entry));
    }
}

void tcp_sample_rack(struct tcp_connection *c) {
    bool lone = tcp_loss_is_lone(c, c->in_flight);
    tcp_rtt_sample(&c->rtt, c->recovery.rack_rtt, lone, &c->profile);
}

/* What nearly every ACK says: the oldest arrived, and nothing was in doubt. */
bool tcp_acked_segment(struct tcp_connection *c, const struct tcp_segment *segment) {
    int32_t bytes = tcp_seq_distance(segment->ack, c->snd_una);
    if (bytes <= 0 || segment->sack_count > 0 || !tcp_recovery_is_settled(&c->recovery)) {
        return acked_unusually(c, segment);
    }
    uint32_t count = tcp_count_plain_entries(c, (uint32_t)bytes);
    if (UNLIKELY(count == 0)) {
        return acked_unusually(c, segment);
    }
    tcp_window_told(c, segment);
    tcp_let_go(c, count - 1);
    const struct tcp_entry *last = tcp_entry_at(c, c->head);
    tcp_acked_last(c, last,
                   (struct tcp_plain_ack){
                       .ack = segment->ack, .bytes = (uint32_t)bytes, .last_bytes = last->bytes});
    tcp_share_give(c, last->packet, tcp_entry_is_secret(last));
    return false;
}
