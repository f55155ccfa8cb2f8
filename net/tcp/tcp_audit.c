/*
 * Invariants, as they hold between calls. Written to find what is inconsistent, so it adds up from
 * the parts what the rest keeps as sums.
 */
#include <string.h>

#include "net/tcp/tcp_window.h"

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return #condition;                                                                     \
        }                                                                                          \
    } while (0)

/* What the entries of a ring add up to. */
struct sums {
    uint32_t sent, unsent_bytes, held_bytes, held_positions, in_flight, lost, sacked;
};

static const char *audit_entry(const struct tcp_connection *c, uint32_t counter,
                               struct tcp_seq expected) {
    const struct tcp_entry *entry = tcp_entry_at(c, counter);
    bool sent = counter - c->head < c->next - c->head;
    bool control = (entry->flags & (TCP_ENTRY_SYN | TCP_ENTRY_FIN)) != 0;
    MUST(tcp_seq_equal(entry->seq, expected));
    MUST(((entry->flags & TCP_ENTRY_SENT) != 0) == sent);
    MUST(sent || !(entry->flags & (TCP_ENTRY_SACKED | TCP_ENTRY_LOST | TCP_ENTRY_RESENT)));
    MUST((entry->flags & (TCP_ENTRY_SACKED | TCP_ENTRY_LOST)) !=
         (TCP_ENTRY_SACKED | TCP_ENTRY_LOST));
    MUST(control == (entry->bytes == 0));
    MUST(control == (entry->packet == NULL));
    MUST(control || entry->offset + entry->bytes <= packet_payload_bytes_max(entry->packet));
    MUST(sent || (counter - c->head < c->held - c->head) == (entry->release_after <= c->durable));
    MUST(!sent || entry->sent_at.ns <= c->tcp->now.mono.ns);
    return NULL;
}

static void add_up(const struct tcp_connection *c, uint32_t counter, struct sums *sums) {
    const struct tcp_entry *entry = tcp_entry_at(c, counter);
    uint32_t length = tcp_entry_length(entry);
    if (entry->flags & TCP_ENTRY_SENT) {
        sums->sent += length;
    } else {
        sums->unsent_bytes += entry->bytes;
    }
    if (counter - c->head >= c->held - c->head) {
        sums->held_bytes += entry->bytes;
        sums->held_positions += counter == c->held ||
                                tcp_entry_at(c, counter - 1)->release_after != entry->release_after;
    }
    sums->in_flight += tcp_entry_is_in_flight(entry) ? length : 0;
    sums->lost += (entry->flags & TCP_ENTRY_LOST) != 0;
    sums->sacked += (entry->flags & TCP_ENTRY_SACKED) != 0;
}

/* Entries of one packet are neighbours, and as many as it says, less those let go of. */
static const char *audit_shares(const struct tcp_connection *c) {
    uint32_t counter = c->head;
    while (counter != c->tail) {
        const struct packet *packet = tcp_entry_at(c, counter)->packet;
        uint32_t shares = 0;
        do {
            shares++;
            counter++;
        } while (counter != c->tail && packet != NULL &&
                 tcp_entry_at(c, counter)->packet == packet);
        MUST(packet == NULL || packet->shares == shares);
    }
    return NULL;
}

static const char *audit_sums(const struct tcp_connection *c, const struct sums *sums) {
    MUST(sums->sent == tcp_seq_since(c->snd_nxt, c->snd_una));
    MUST(sums->unsent_bytes == c->committed_unsent);
    MUST(sums->held_bytes == c->held_bytes);
    MUST(sums->held_positions == c->held_positions);
    MUST(sums->in_flight == c->in_flight);
    MUST(sums->lost == c->recovery.lost);
    MUST(sums->sacked == c->recovery.sacked);
    return NULL;
}

static const char *audit_ring(const struct tcp_connection *c) {
    MUST(c->tail - c->head <= c->ring_mask + 1);
    MUST(c->next - c->head <= c->held - c->head);
    MUST(c->held - c->head <= c->tail - c->head);
    MUST(tcp_seq_at_most(c->snd_una, c->snd_nxt));
    struct sums sums = {0};
    struct tcp_seq expected = c->snd_una;
    uint64_t position = 0;
    for (uint32_t counter = c->head; counter != c->tail; counter++) {
        const char *fault = audit_entry(c, counter, expected);
        if (fault != NULL) {
            return fault;
        }
        const struct tcp_entry *entry = tcp_entry_at(c, counter);
        bool sent = (entry->flags & TCP_ENTRY_SENT) != 0;
        MUST(sent || entry->release_after >= position);
        position = sent ? 0 : entry->release_after;
        expected = tcp_entry_end(entry);
        add_up(c, counter, &sums);
    }
    const char *fault = audit_shares(c);
    return fault != NULL ? fault : audit_sums(c, &sums);
}

/* What the loss timer must be for (RFC 9293 §3.8.6.1, RFC 8985 §5.5). */
static const char *audit_loss_due(const struct tcp_connection *c, struct tcp_loss_due due) {
    MUST((due.timer == TCP_LOSS_NONE) == instant_is_never(due.at));
    if (c->state < TCP_SYN_SENT) {
        MUST(due.timer == TCP_LOSS_NONE);
    } else if (c->in_flight > 0) {
        MUST(due.timer != TCP_LOSS_NONE && due.timer != TCP_LOSS_PERSIST);
    } else if (c->head == c->held || c->output_blocked) {
        MUST(due.timer == TCP_LOSS_NONE);
    } else if (c->recovery.lost > 0 || c->head == c->next) {
        MUST(due.timer == TCP_LOSS_PERSIST);
    } else {
        MUST(due.timer != TCP_LOSS_NONE);
    }
    MUST(due.timer != TCP_LOSS_PROBE || !c->recovery.probe_out);
    MUST(due.timer != TCP_LOSS_REORDER || c->recovery.reorder_at.ns != 0);
    return NULL;
}

/* It may stand too early, and for something else, never too late. */
static const char *audit_loss_timer(const struct tcp_connection *c) {
    struct tcp_loss_due due = tcp_loss_due(c);
    MUST(c->timer[TCP_TIMER_LOSS].ns <= due.at.ns);
    MUST(tcp_rtt_rto(&c->rtt, &c->profile).ns <= c->profile.rto_max.ns);
    MUST(c->rtt.unsampled == (c->rtt.srtt_8ths_ns == 0));
    MUST(c->rtt.learned == (c->rtt.ack_delay.ns > c->profile.ack_delay.ns));
    MUST((due.timer == TCP_LOSS_PERSIST) == c->persists);
    return audit_loss_due(c, due);
}

/* A function of what stands in the heap: no timer can be forgotten. */
static const char *audit_timers(const struct tcp_connection *c) {
    struct instant bound = tcp_deadlines_of(c->tcp->deadlines, c->slot);
    for (unsigned timer = 0; timer < TCP_TIMERS; timer++) {
        MUST(instant_is_never(c->timer[timer]) || bound.ns <= c->timer[timer].ns);
    }
    struct instant user_due = instant_add(tcp_progress_at(c), c->profile.user_timeout);
    MUST(c->state < TCP_ESTABLISHED || c->head == c->held ||
         c->timer[TCP_TIMER_USER].ns <= user_due.ns);
    MUST(c->state < TCP_ESTABLISHED || !instant_is_never(c->timer[TCP_TIMER_USER]));
    return audit_loss_timer(c);
}

static const char *audit_sending(const struct tcp_connection *c) {
    MUST(c->state < TCP_ESTABLISHED || tcp_seq_at_most(c->window_ack, c->snd_una));
    MUST(c->state < TCP_ESTABLISHED || c->to_us == tcp_to_us(&c->path));
    MUST(c->state < TCP_ESTABLISHED || tcp_seq_at_most(c->last_ack, c->rcv_nxt));
    MUST(c->state < TCP_ESTABLISHED || (c->mss > 0 && c->congestion.cwnd >= c->mss));
    MUST(!c->output_blocked || c->in_pending);
    MUST(!c->ack_pending || c->in_pending);
    MUST(!c->ack_now);
    MUST(!c->fin_queued || c->finishing);
    MUST(c->room_count <= STREAM_ROOMS_MAX);
    MUST(c->room_count == 0 || c->room_bytes > 0);
    MUST(!c->recovery.active || tcp_seq_at_most(c->snd_una, c->recovery.point));
    MUST(c->recovery.sacked == 0 || c->sack);
    return NULL;
}

/* What was worked out beforehand is what it would be now. */
static const char *audit_plan(const struct tcp_connection *c) {
    if (c->state < TCP_ESTABLISHED) {
        return NULL;
    }
    struct tcp_connection planned = *c;
    tcp_plan(&planned);
    MUST(planned.plain_bytes_max == c->plain_bytes_max);
    MUST(planned.plain_entries_max == c->plain_entries_max);
    MUST(planned.room_is_large == c->room_is_large);
    MUST(planned.offer_step == c->offer_step);
    MUST(planned.update_step == c->update_step);
    struct tcp_offer offer = tcp_offer_of(c);
    MUST(!c->offer.known ||
         (tcp_seq_equal(offer.edge, c->offer.edge) && offer.field == c->offer.field));
    return NULL;
}

static const char *audit_receiving(const struct tcp_connection *c) {
    uint32_t chain_bytes = 0;
    const struct packet *last = NULL;
    for (const struct packet *packet = c->chain_head; packet != NULL; packet = packet->next) {
        chain_bytes += packet->data_bytes;
        last = packet;
    }
    MUST(chain_bytes == c->chain_bytes);
    MUST(last == c->chain_tail);
    MUST(c->chain_head == NULL || c->in_unread);
    MUST(c->backlog_start <= c->backlog_end);
    MUST(c->backlog_end <= c->tcp->setup.limits.stream.receive_bytes);
    MUST(c->state < TCP_ESTABLISHED || tcp_seq_at_most(c->rcv_nxt, c->rcv_edge));
    MUST(c->backlog_end - c->backlog_start + c->chain_bytes <=
         c->tcp->setup.limits.stream.receive_bytes);
    return NULL;
}

static const char *audit_reassembly(const struct tcp_connection *c) {
    MUST(c->reassembly_count <= TCP_REASSEMBLY_RANGES);
    struct tcp_seq behind = c->rcv_nxt;
    uint32_t packets = 0;
    for (uint32_t i = 0; i < c->reassembly_count; i++) {
        const struct tcp_reassembly *part = &c->reassembly[i];
        MUST(tcp_seq_before(behind, part->range.left)); /* two that touch are one */
        behind = part->range.left;
        const struct packet *last = NULL;
        for (const struct packet *packet = part->first; packet != NULL; packet = packet->next) {
            MUST(packet->data_bytes > 0 && packets < c->reassembly_packets);
            behind = tcp_seq_add(behind, packet->data_bytes);
            packets++;
            last = packet;
        }
        MUST(last != NULL && last == part->last);
        MUST(tcp_seq_equal(behind, part->range.right));
    }
    MUST(packets == c->reassembly_packets);
    MUST(tcp_seq_at_most(behind, c->rcv_edge) || c->reassembly_count == 0);
    return NULL;
}

static const char *audit_connection(const struct tcp_connection *c) {
    if (c->state == TCP_CLOSED) {
        MUST(c->head == c->tail);
        MUST(c->close_reason != STREAM_CLOSE_NONE);
        MUST(c->reassembly_count == 0);
        return NULL;
    }
    MUST(tcp_table_find(c->tcp, &c->flow) == c->slot);
    const char *(*const audits[])(const struct tcp_connection *) = {
        audit_ring, audit_timers, audit_sending, audit_plan, audit_receiving, audit_reassembly};
    for (size_t i = 0; i < sizeof(audits) / sizeof(audits[0]); i++) {
        const char *fault = audits[i](c);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

/* The two lists of connections hold those that say so, once. */
static const char *audit_lists(const struct tcp *tcp) {
    uint32_t most = tcp->setup.limits.connections_max;
    uint32_t pending = 0;
    uint32_t unread = 0;
    for (uint32_t slot = tcp->pending; slot != TCP_NONE;
         slot = tcp->connections[slot].pending_next) {
        MUST(pending++ < most);
        MUST(tcp->connections[slot].in_pending);
    }
    for (uint32_t slot = tcp->unread; slot != TCP_NONE; slot = tcp->connections[slot].unread_next) {
        MUST(unread++ < most);
        MUST(tcp->connections[slot].in_unread);
    }
    for (uint32_t i = 0; i < most; i++) {
        pending -= tcp->connections[i].in_pending;
        unread -= tcp->connections[i].in_unread;
    }
    MUST(pending == 0);
    MUST(unread == 0);
    return NULL;
}

static const char *audit_counts(const struct tcp *tcp) {
    uint32_t connections = 0;
    uint32_t reassembly = 0;
    uint32_t free = 0;
    for (uint32_t i = 0; i < tcp->setup.limits.connections_max; i++) {
        connections += tcp->connections[i].in_use;
        reassembly += tcp->connections[i].in_use ? tcp->connections[i].reassembly_packets : 0;
    }
    uint32_t slot = tcp->free_connection;
    for (; slot != TCP_NONE && free <= tcp->setup.limits.connections_max; free++) {
        MUST(!tcp->connections[slot].in_use);
        slot = tcp->connections[slot].accept_next;
    }
    MUST(connections == tcp->counters.connections);
    MUST(reassembly == tcp->reassembly_packets);
    MUST(connections + free == tcp->setup.limits.connections_max);
    return NULL;
}

/* Embryos and TIME_WAITs: lists, tables and counts agree. */
static const char *audit_waiting(const struct tcp *tcp) {
    uint32_t embryos = 0;
    uint32_t time_waits = 0;
    for (uint32_t i = tcp->embryo_oldest; i != TCP_NONE; i = tcp->embryos[i].newer) {
        MUST(embryos++ < tcp->setup.limits.embryos_max);
        MUST(tcp->embryos[i].in_use);
        MUST(tcp_table_find(tcp, &tcp->embryos[i].flow) == tcp_embryo_id(tcp, i));
        struct instant bound = tcp_deadlines_of(tcp->deadlines, tcp_embryo_id(tcp, i));
        MUST(bound.ns <= tcp->embryos[i].deadline.ns);
    }
    for (uint32_t i = tcp->time_wait_oldest; i != TCP_NONE; i = tcp->time_waits[i].newer) {
        MUST(time_waits++ < tcp->setup.limits.time_waits_max);
        MUST(tcp->time_waits[i].in_use);
        MUST(tcp_table_find(tcp, &tcp->time_waits[i].flow) == tcp_time_wait_id(tcp, i));
    }
    MUST(embryos == tcp->counters.embryos);
    MUST(time_waits == tcp->counters.time_waits);
    return NULL;
}

const char *tcp_audit(const struct tcp *tcp) {
    for (uint32_t i = 0; i < tcp->setup.limits.connections_max; i++) {
        if (!tcp->connections[i].in_use) {
            continue;
        }
        const char *fault = audit_connection(&tcp->connections[i]);
        if (fault != NULL) {
            return fault;
        }
    }
    const char *fault = audit_lists(tcp);
    fault = fault != NULL ? fault : audit_counts(tcp);
    return fault != NULL ? fault : audit_waiting(tcp);
}
