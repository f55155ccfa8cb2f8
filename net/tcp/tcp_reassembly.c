/*
 * What came out of order, and the SACK blocks that tell of it.
 *
 * reassembly[] and reassembly_range[] run in parallel, sorted, without overlap; ranges that touch
 * are one block to the peer. What was kept is never dropped for want of room, since it was SACKed:
 * at the limit the new segment goes.
 */
#include <string.h>

#include "net/tcp/tcp_internal.h"

static void remove_at(struct tcp_connection *c, uint32_t at) {
    uint32_t behind = c->reassembly_count - at - 1;
    memmove(&c->reassembly[at], &c->reassembly[at + 1], behind * sizeof(c->reassembly[0]));
    memmove(&c->reassembly_range[at], &c->reassembly_range[at + 1],
            behind * sizeof(c->reassembly_range[0]));
    c->reassembly_count--;
    c->tcp->reassembly_packets--;
}

static void insert_at(struct tcp_connection *c, uint32_t at, struct packet *packet,
                      struct tcp_range range) {
    uint32_t behind = c->reassembly_count - at;
    memmove(&c->reassembly[at + 1], &c->reassembly[at], behind * sizeof(c->reassembly[0]));
    memmove(&c->reassembly_range[at + 1], &c->reassembly_range[at],
            behind * sizeof(c->reassembly_range[0]));
    c->reassembly[at] = packet;
    c->reassembly_range[at] = range;
    c->reassembly_count++;
    c->tcp->reassembly_packets++;
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

/* The whole block around the range at `at` becomes the newest (RFC 2018 §4). */
static void sack_note(struct tcp_connection *c, uint32_t at) {
    struct tcp_range block = c->reassembly_range[at];
    for (uint32_t i = at; i > 0 && tcp_seq_equal(c->reassembly_range[i - 1].right, block.left);
         i--) {
        block.left = c->reassembly_range[i - 1].left;
    }
    for (uint32_t i = at + 1;
         i < c->reassembly_count && tcp_seq_equal(c->reassembly_range[i].left, block.right); i++) {
        block.right = c->reassembly_range[i].right;
    }
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

/* The first range that ends behind `seq`. */
static uint32_t find_place(const struct tcp_connection *c, struct tcp_seq seq) {
    uint32_t at = 0;
    while (at < c->reassembly_count && tcp_seq_at_most(c->reassembly_range[at].right, seq)) {
        at++;
    }
    return at;
}

/* What is there already is cut off at the left; the first place at or behind what remains. */
static uint32_t cut_left(struct tcp_connection *c, struct packet *packet, struct tcp_range *range) {
    uint32_t at = find_place(c, range->left);
    while (at < c->reassembly_count && tcp_seq_at_most(c->reassembly_range[at].left, range->left) &&
           tcp_seq_before(range->left, range->right)) {
        struct tcp_seq known = tcp_seq_earlier(c->reassembly_range[at].right, range->right);
        tcp_sack_duplicate(c, range->left, known);
        trim_left(packet, range, known);
        if (packet->data_bytes == 0) {
            sack_note(c, at);
            return at;
        }
        at++;
    }
    return at;
}

/* Ranges that the new one covers go; one that reaches beyond cuts its end off. */
static void cut_right(struct tcp_connection *c, uint32_t at, struct packet *packet,
                      struct tcp_range *range) {
    while (at < c->reassembly_count &&
           tcp_seq_at_most(c->reassembly_range[at].right, range->right)) {
        tcp_sack_duplicate(c, c->reassembly_range[at].left, c->reassembly_range[at].right);
        tcp_packet_drop(c->reassembly[at]);
        remove_at(c, at);
    }
    if (at < c->reassembly_count && tcp_seq_before(c->reassembly_range[at].left, range->right)) {
        struct tcp_seq left = c->reassembly_range[at].left;
        tcp_sack_duplicate(c, left, range->right);
        tcp_packet_cut_right(packet, tcp_seq_since(range->right, left));
        range->right = left;
    }
}

static bool has_room(const struct tcp_connection *c) {
    return c->reassembly_count < TCP_REASSEMBLY_PER_CONNECTION &&
           c->tcp->reassembly_packets < c->tcp->setup.limits.reassembly_packets_max;
}

void tcp_reassembly_put(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq) {
    DCHECK(packet->data_bytes > 0 && tcp_seq_before(c->rcv_nxt, seq));
    struct tcp_range range = {.left = seq, .right = tcp_seq_add(seq, packet->data_bytes)};
    c->tcp->counters.out_of_order++;
    uint32_t at = cut_left(c, packet, &range);
    if (packet->data_bytes == 0) {
        tcp_packet_drop(packet);
        return;
    }
    cut_right(c, at, packet, &range);
    if (!has_room(c)) {
        c->tcp->counters.reassembly_drops++;
        tcp_packet_drop(packet);
        return;
    }
    insert_at(c, at, packet, range);
    sack_note(c, at);
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

void tcp_reassembly_join(struct tcp_connection *c) {
    while (c->reassembly_count > 0 && tcp_seq_at_most(c->reassembly_range[0].left, c->rcv_nxt)) {
        struct packet *packet = c->reassembly[0];
        struct tcp_range range = c->reassembly_range[0];
        remove_at(c, 0);
        if (tcp_seq_at_most(range.right, c->rcv_nxt)) {
            tcp_sack_duplicate(c, range.left, range.right);
            tcp_packet_drop(packet);
            continue;
        }
        if (tcp_seq_before(range.left, c->rcv_nxt)) {
            tcp_sack_duplicate(c, range.left, c->rcv_nxt);
            trim_left(packet, &range, c->rcv_nxt);
        }
        tcp_deliver(c, packet);
    }
    sack_forget_delivered(c);
}

void tcp_reassembly_clear(struct tcp_connection *c) {
    while (c->reassembly_count > 0) {
        tcp_packet_drop(c->reassembly[c->reassembly_count - 1]);
        remove_at(c, c->reassembly_count - 1);
    }
    c->sack_recent_count = 0;
    c->dsack_pending = false;
}
