#include "net/tcp/tcp_internal.h"

/* No packet, or the NIC took none: tried again in tcp_flush. */
COLD static void block(struct tcp_connection *c) {
    c->output_blocked = true;
    tcp_pend(c);
}

static void note_limited(struct tcp_connection *c) {
    c->congestion.limited = true;
    c->congestion.limited_until = c->snd_nxt;
}

/*
 * How much of an entry the peer's window takes; 0: nothing now. A part leaves only when it is worth
 * it (RFC 9293 §3.8.6.2.1); the persist timer sees to what waits for more.
 */
static uint32_t window_allows(const struct tcp_connection *c, const struct tcp_entry *entry) {
    uint32_t length = tcp_entry_length(entry);
    if (UNLIKELY(length > c->mss) && entry->bytes > 0) {
        length = c->mss;
    }
    int32_t room = tcp_window_room(c, entry->seq);
    if (LIKELY(room >= (int32_t)length)) {
        return length;
    }
    if (room <= 0) {
        return 0;
    }
    bool worthwhile = (uint32_t)room >= c->mss || (uint32_t)room >= c->snd_window_max / 2;
    return worthwhile ? (uint32_t)room : 0;
}

/* By window and cwnd; one segment may leave whenever the network is empty. A SYN always may. */
static uint32_t may_leave(struct tcp_connection *c, const struct tcp_entry *entry) {
    if (UNLIKELY(entry->flags & TCP_ENTRY_SYN)) {
        return 1;
    }
    uint32_t length = window_allows(c, entry);
    if (UNLIKELY(length > tcp_loss_budget(c)) && tcp_loss_pipe(c) > 0) {
        note_limited(c);
        return 0;
    }
    return length;
}

enum left { LEFT_NOT = 0, LEFT_SENT, LEFT_REFUSED };

/* What may leave of an entry does; the rest becomes an entry of its own. */
static enum left send_what_may(struct tcp_connection *c, uint32_t counter) {
    const struct tcp_entry *entry = tcp_entry_at(c, counter);
    uint32_t length = may_leave(c, entry);
    if (length == 0) {
        return LEFT_NOT;
    }
    if (UNLIKELY(length < tcp_entry_length(entry)) && !tcp_ring_split(c, counter, length)) {
        /* Sent again, a segment of it may go all the same: what is not acknowledged stays. */
        bool again = (entry->flags & TCP_ENTRY_SENT) != 0;
        if (!again || length < c->mss) {
            return LEFT_NOT;
        }
    }
    if (UNLIKELY(!tcp_send_entry(c, counter))) {
        block(c);
        return LEFT_REFUSED;
    }
    return LEFT_SENT;
}

/* What is believed lost, oldest first; true when nothing of it had to stay. */
COLD static bool resend(struct tcp_connection *c) {
    for (uint32_t counter = c->head; c->recovery.lost > 0 && counter != c->next; counter++) {
        if (!(tcp_entry_at(c, counter)->flags & TCP_ENTRY_LOST)) {
            continue;
        }
        bool first = counter == c->head;
        if (send_what_may(c, counter) != LEFT_SENT) {
            return false;
        }
        if (first) {
            c->recovery.rto_base = c->tcp->now.mono; /* RFC 6675 §5 (4.3) */
        }
    }
    return true;
}

/* The usual case: data of one segment, for which windows have room. */
static bool may_leave_whole(const struct tcp_connection *c, const struct tcp_entry *entry) {
    return entry->bytes > 0 && entry->bytes <= c->mss && c->state >= TCP_ESTABLISHED &&
           tcp_window_room(c, entry->seq) >= (int32_t)entry->bytes &&
           tcp_loss_budget(c) >= entry->bytes;
}

/* The oldest unsent entry; false when it, or what is behind it, has to wait. */
COLD static bool send_unusual(struct tcp_connection *c) {
    bool is_syn = (tcp_entry_at(c, c->next)->flags & TCP_ENTRY_SYN) != 0;
    return (c->state >= TCP_ESTABLISHED || is_syn) && send_what_may(c, c->next) == LEFT_SENT;
}

static void send_new(struct tcp_connection *c) {
    if (UNLIKELY(c->profile.restart_after_idle) && c->head == c->next) {
        tcp_congestion_idle(c);
    }
    while (c->next != c->held) {
        if (UNLIKELY(!may_leave_whole(c, tcp_entry_at(c, c->next)))) {
            if (!send_unusual(c)) {
                return;
            }
        } else if (UNLIKELY(!tcp_send_entry(c, c->next))) {
            block(c);
            return;
        }
    }
    if (tcp_loss_budget(c) < c->mss) {
        note_limited(c); /* used up, though nothing waits */
    }
}

COLD static void output_after_loss(struct tcp_connection *c) {
    if (resend(c) && c->next != c->held) {
        send_new(c);
    }
    tcp_loss_arm(c);
}

void tcp_output(struct tcp_connection *c) {
    if (UNLIKELY(c->state < TCP_SYN_SENT || c->state == TCP_TIME_WAIT)) {
        return;
    }
    if (LIKELY(!c->output_blocked)) {
        if (UNLIKELY(c->recovery.lost > 0)) {
            output_after_loss(c);
            return;
        }
        if (c->next != c->held) {
            send_new(c);
        }
    }
    tcp_loss_arm(c);
}

void tcp_output_refused(struct tcp_connection *c) {
    block(c);
    tcp_loss_arm(c);
}

bool tcp_output_pending(struct tcp_connection *c) {
    if (c->state < TCP_SYN_SENT || c->state == TCP_TIME_WAIT) {
        return true;
    }
    if (c->output_blocked) {
        c->output_blocked = false;
        tcp_output(c);
    }
    bool paid = !c->ack_pending || tcp_send_ack(c);
    return paid && !c->output_blocked;
}

/* Probes. */

/* A whole entry leaves though it is beyond the window. It is lost at once as far as we know: it
 * leaves again when the window opens, and does not count as in flight meanwhile. */
static void probe_with_entry(struct tcp_connection *c, uint32_t counter) {
    if (!tcp_send_entry(c, counter)) {
        return;
    }
    struct tcp_entry *entry = tcp_entry_at(c, counter);
    tcp_entry_lose(c, entry);
}

/* The window is open, but for less than was worth a segment: the time to wait for more is over.
 * False when it is closed. */
static bool send_what_fits(struct tcp_connection *c) {
    struct tcp_entry *entry = tcp_entry_at(c, c->head);
    int32_t room = tcp_window_room(c, entry->seq);
    if (room <= 0) {
        return false;
    }
    uint32_t length = (uint32_t)room < c->mss ? (uint32_t)room : c->mss;
    if (length < tcp_entry_length(entry) && !tcp_ring_split(c, c->head, length)) {
        tcp_send_keepalive(c);
    } else if (!tcp_send_entry(c, c->head)) {
        block(c);
    }
    return true;
}

static void probe_closed_window(struct tcp_connection *c) {
    struct tcp_entry *entry = tcp_entry_at(c, c->head);
    if (tcp_entry_length(entry) == 1) {
        probe_with_entry(c, c->head);
        return;
    }
    bool sent = (entry->flags & TCP_ENTRY_SENT) != 0;
    if (sent) {
        tcp_send_probe(c, entry->seq, 1);
    } else if (tcp_ring_split(c, c->head, 1)) {
        probe_with_entry(c, c->head);
    } else {
        tcp_send_keepalive(c); /* no entry is free: old data is answered as well, by most */
    }
}

void tcp_send_persist_probe(struct tcp_connection *c) {
    if (c->head == c->held) {
        return;
    }
    c->probes++;
    c->tcp->counters.probes++;
    if (!send_what_fits(c)) {
        probe_closed_window(c);
    }
}

void tcp_send_keepalive(struct tcp_connection *c) {
    tcp_send_probe(c, tcp_seq_add(c->snd_una, UINT32_MAX), 0);
}

/* One new segment may leave whatever cwnd says (RFC 8985 §7.3), but not beyond the window. */
static bool send_new_as_probe(struct tcp_connection *c) {
    if (c->next == c->held) {
        return false;
    }
    const struct tcp_entry *entry = tcp_entry_at(c, c->next);
    uint32_t length = window_allows(c, entry);
    return length == tcp_entry_length(entry) && tcp_send_entry(c, c->next);
}

bool tcp_send_tail_probe(struct tcp_connection *c) {
    if (send_new_as_probe(c)) {
        c->recovery.probe_is_copy = false;
        return true;
    }
    const struct tcp_entry *entry = tcp_entry_at(c, c->next - 1);
    if (entry->flags & TCP_ENTRY_SACKED) {
        return false;
    }
    if (entry->bytes > c->mss && !tcp_ring_split(c, c->next - 1, entry->bytes - c->mss)) {
        return false;
    }
    struct instant first_sent_at = tcp_entry_at(c, c->next - 1)->sent_at;
    if (!tcp_send_entry(c, c->next - 1)) {
        return false;
    }
    c->recovery.probe_is_copy = true;
    c->recovery.probe_copied_sent_at = first_sent_at;
    return true;
}
