/*
 * What came out of order, and the SACK blocks that tell of it.
 *
 * reassembly[] is sorted, and no two ranges overlap or touch: each is a block to the peer, a list
 * of packets to us. What was kept is never dropped for want of room, since it was SACKed: at the
 * limit the new segment goes.
 *
 * The limit. A packet takes a buffer of the NIC's pool, however little is in it. All connections
 * together keep no more than limits.reassembly_packets_max. Of that each may have
 * SMALL_PACKETS_MAX, whatever they hold; one that holds more needs SMALL_BYTES in them for each
 * that is more, so that the window is what limits a peer that fills its segments, and one that
 * sends single bytes gets no further; and beyond SMALL_PACKETS_MAX nobody has more than is left
 * for the others.
 */
#include <string.h>

#include "core/base/mischief.h"
#include "net/tcp/tcp_segment_in.h"

#define SMALL_PACKETS_MAX 32
#define SMALL_BYTES 256

static void remove_at(struct tcp_connection *c, uint32_t at) {
    uint32_t behind = c->reassembly_count - at - 1u;
    memmove(&c->reassembly[at], &c->reassembly[at + 1], behind * sizeof(c->reassembly[0]));
    c->reassembly_count--;
}

static void insert_at(struct tcp_connection *c, uint32_t at, struct packet *packet,
                      struct tcp_range range) {
    uint32_t behind = c->reassembly_count - at;
    memmove(&c->reassembly[at + 1], &c->reassembly[at], behind * sizeof(c->reassembly[0]));
    c->reassembly[at] = (struct tcp_reassembly){.range = range, .first = packet, .last = packet};
    c->reassembly_count++;
}

/* The list's first is the caller's now. */
static struct packet *pop(struct tcp_connection *c, struct tcp_reassembly *part) {
    struct packet *packet = part->first;
    part->first = packet->next;
    part->range.left = tcp_seq_add(part->range.left, packet->data_bytes);
    c->reassembly_packets--;
    c->tcp->reassembly_packets--;
    return packet;
}

static void drop_all(struct tcp_connection *c, struct tcp_reassembly *part) {
    while (part->first != NULL) {
        tcp_packet_drop(pop(c, part));
    }
}

static void trim_left(struct packet *packet, struct tcp_range *range, struct tcp_seq left) {
    uint32_t bytes = tcp_seq_since(left, range->left);
    tcp_packet_cut_left(packet, bytes);
    range->left = left;
}

/* SACK. */

static bool ranges_touch(const struct tcp_range *a, const struct tcp_range *b) {
    return tcp_seq_at_most(a->left, b->right) && tcp_seq_at_most(b->left, a->right);
}

static void sack_forget(struct tcp_connection *c, uint32_t at) {
    uint32_t behind = c->sack_recent_count - at - 1;
    memmove(&c->sack_recent[at], &c->sack_recent[at + 1], behind * sizeof(c->sack_recent[0]));
    c->sack_recent_count--;
}

/* The block at `at` becomes the newest (RFC 2018 §4). */
static void sack_note(struct tcp_connection *c, uint32_t at) {
    struct tcp_range block = c->reassembly[at].range;
    for (uint32_t i = 0; i < c->sack_recent_count;) {
        if (ranges_touch(&c->sack_recent[i], &block)) {
            sack_forget(c, i);
        } else {
            i++;
        }
    }
    if (c->sack_recent_count == TCP_SACK_BLOCKS_MAX) {
        c->sack_recent_count--;
    }
    memmove(&c->sack_recent[1], &c->sack_recent[0],
            c->sack_recent_count * sizeof(c->sack_recent[0]));
    c->sack_recent[0] = block;
    c->sack_recent_count++;
}

void tcp_sack_duplicate(struct tcp_connection *c, struct tcp_seq left, struct tcp_seq right) {
    c->tcp->counters.duplicate_bytes += tcp_seq_since(right, left);
    if (!c->dsack_pending) {
        c->dsack = (struct tcp_range){.left = left, .right = right};
        c->dsack_pending = true;
    }
}

uint32_t tcp_sack_blocks(struct tcp_connection *c, struct tcp_range *blocks, uint32_t max) {
    uint32_t count = 0;
    if (c->dsack_pending && count < max) {
        blocks[count++] = c->dsack;
    }
    c->dsack_pending = false;
    for (uint32_t i = 0; i < c->sack_recent_count && count < max; i++) {
        blocks[count] = c->sack_recent[i];
        if (c->fin_held && tcp_seq_equal(blocks[count].right, c->fin_seq)) {
            blocks[count].right = tcp_seq_add(c->fin_seq, 1);
        }
        count++;
    }
    return count;
}

/* Out of order. */

/* The first range that ends behind `seq`. Mostly none does: it is sought from the end. */
static uint32_t find_place(const struct tcp_connection *c, struct tcp_seq seq) {
    uint32_t at = c->reassembly_count;
    while (at > 0 && tcp_seq_before(seq, c->reassembly[at - 1].range.right)) {
        at--;
    }
    return at;
}

/* What is there already is cut off at the left; the first place at or behind what remains. */
static uint32_t cut_left(struct tcp_connection *c, struct packet *packet, struct tcp_range *range) {
    uint32_t at = find_place(c, range->left);
    if (at == c->reassembly_count || tcp_seq_before(range->left, c->reassembly[at].range.left)) {
        return at;
    }
    struct tcp_seq known = tcp_seq_earlier(c->reassembly[at].range.right, range->right);
    tcp_sack_duplicate(c, range->left, known);
    trim_left(packet, range, known);
    return packet->data_bytes > 0 ? at + 1 : at;
}

/* Ranges that the new one covers go; one that reaches beyond cuts its end off. True when any went.
 */
static bool cut_right(struct tcp_connection *c, uint32_t at, struct packet *packet,
                      struct tcp_range *range) {
    bool gone = false;
    while (at < c->reassembly_count &&
           tcp_seq_at_most(c->reassembly[at].range.right, range->right)) {
        struct tcp_range known = c->reassembly[at].range;
        tcp_sack_duplicate(c, known.left, known.right);
        drop_all(c, &c->reassembly[at]);
        remove_at(c, at);
        gone = true;
    }
    if (at < c->reassembly_count && tcp_seq_before(c->reassembly[at].range.left, range->right)) {
        struct tcp_seq left = c->reassembly[at].range.left;
        tcp_sack_duplicate(c, left, range->right);
        tcp_packet_cut_right(packet, tcp_seq_since(range->right, left));
        range->right = left;
    }
    return gone;
}

static uint32_t kept_bytes(const struct tcp_connection *c) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < c->reassembly_count; i++) {
        bytes += tcp_seq_since(c->reassembly[i].range.right, c->reassembly[i].range.left);
    }
    return bytes;
}

static bool has_room(const struct tcp_connection *c) {
    uint32_t free = c->tcp->setup.limits.reassembly_packets_max - c->tcp->reassembly_packets;
    uint32_t count = c->reassembly_packets;
    if (MISCHIEF(MISCHIEF_NOT_REASSEMBLED)) {
        return false;
    }
    if (count < SMALL_PACKETS_MAX) {
        return free > 0;
    }
    return count < free && count < SMALL_PACKETS_MAX + kept_bytes(c) / SMALL_BYTES;
}

static bool touches_left(const struct tcp_connection *c, uint32_t at, struct tcp_range range) {
    return at > 0 && tcp_seq_equal(c->reassembly[at - 1].range.right, range.left);
}

static bool touches_right(const struct tcp_connection *c, uint32_t at, struct tcp_range range) {
    return at < c->reassembly_count && tcp_seq_equal(range.right, c->reassembly[at].range.left);
}

/* The two at `at` and behind it have become one. */
static void join_next(struct tcp_connection *c, uint32_t at) {
    struct tcp_reassembly *part = &c->reassembly[at], *next = &c->reassembly[at + 1];
    part->last->next = next->first;
    part->last = next->last;
    part->range.right = next->range.right;
    remove_at(c, at + 1);
}

/* Puts it where it belongs: its range's place. */
static uint32_t keep(struct tcp_connection *c, uint32_t at, struct packet *packet,
                     struct tcp_range range) {
    c->reassembly_packets++;
    c->tcp->reassembly_packets++;
    packet->next = NULL;
    if (touches_left(c, at, range)) {
        struct tcp_reassembly *part = &c->reassembly[--at];
        part->last->next = packet;
        part->last = packet;
        part->range.right = range.right;
        if (touches_right(c, at + 1, range)) {
            join_next(c, at);
        }
    } else if (touches_right(c, at, range)) {
        struct tcp_reassembly *part = &c->reassembly[at];
        packet->next = part->first;
        part->first = packet;
        part->range.left = range.left;
    } else {
        insert_at(c, at, packet, range);
    }
    return at;
}

void tcp_reassembly_put(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq) {
    DCHECK(packet->data_bytes > 0 && tcp_seq_before(c->rcv_nxt, seq));
    struct tcp_range range = {.left = seq, .right = tcp_seq_add(seq, packet->data_bytes)};
    c->tcp->counters.out_of_order++;
    uint32_t at = cut_left(c, packet, &range);
    if (packet->data_bytes == 0) {
        sack_note(c, at);
        tcp_packet_drop(packet);
        return;
    }
    /* Whatever it takes the place of was told: it stays. */
    bool replaces = cut_right(c, at, packet, &range);
    bool places = c->reassembly_count < TCP_REASSEMBLY_RANGES || touches_left(c, at, range) ||
                  touches_right(c, at, range);
    if (!replaces && !(places && has_room(c))) {
        c->tcp->counters.reassembly_drops++;
        tcp_packet_drop(packet);
        return;
    }
    sack_note(c, keep(c, at, packet, range));
}

static void sack_forget_delivered(struct tcp_connection *c) {
    for (uint32_t i = 0; i < c->sack_recent_count;) {
        if (tcp_seq_at_most(c->sack_recent[i].left, c->rcv_nxt)) {
            sack_forget(c, i);
        } else {
            i++;
        }
    }
}

/* The first range is reached: what it has beyond rcv_nxt joins on. */
static void deliver_first(struct tcp_connection *c) {
    struct tcp_reassembly *part = &c->reassembly[0];
    struct tcp_seq left = part->range.left;
    if (tcp_seq_before(left, c->rcv_nxt)) {
        tcp_sack_duplicate(c, left, tcp_seq_earlier(part->range.right, c->rcv_nxt));
    }
    while (part->first != NULL) {
        struct tcp_range range = {.left = part->range.left};
        struct packet *packet = pop(c, part);
        range.right = part->range.left;
        if (tcp_seq_at_most(range.right, c->rcv_nxt)) {
            tcp_packet_drop(packet);
            continue;
        }
        if (tcp_seq_before(range.left, c->rcv_nxt)) {
            trim_left(packet, &range, c->rcv_nxt);
        }
        tcp_deliver(c, packet);
    }
    remove_at(c, 0);
}

void tcp_reassembly_join(struct tcp_connection *c) {
    while (c->reassembly_count > 0 && tcp_seq_at_most(c->reassembly[0].range.left, c->rcv_nxt)) {
        deliver_first(c);
    }
    sack_forget_delivered(c);
}

void tcp_reassembly_clear(struct tcp_connection *c) {
    while (c->reassembly_count > 0) {
        drop_all(c, &c->reassembly[c->reassembly_count - 1]);
        c->reassembly_count--;
    }
    c->sack_recent_count = 0;
    c->dsack_pending = false;
}
