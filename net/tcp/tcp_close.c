#include "net/tcp/tcp_window.h"

/* Our end. */

void tcp_finish_advance(struct tcp_connection *c) {
    if (!c->finishing || c->fin_queued || c->room_count != 0 ||
        (c->state != TCP_ESTABLISHED && c->state != TCP_CLOSE_WAIT)) {
        return;
    }
    tcp_ring_put_control(c, TCP_ENTRY_FIN);
    c->fin_queued = true;
    c->state = c->state == TCP_ESTABLISHED ? TCP_FIN_WAIT_1 : TCP_LAST_ACK;
}

void tcp_stream_finish(struct stream *stream) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (c->state == TCP_CLOSED || c->finishing) {
        return;
    }
    c->finishing = true;
    tcp_finish_advance(c);
    if (c->fin_queued) {
        tcp_output(c);
    }
}

void tcp_fin_acked(struct tcp_connection *c) {
    if (c->state == TCP_FIN_WAIT_1) {
        c->state = TCP_FIN_WAIT_2;
        tcp_timer_set(c, TCP_TIMER_FIN_WAIT, instant_add(c->tcp->now.mono, c->profile.fin_wait));
    } else if (c->state == TCP_CLOSING) {
        tcp_enter_time_wait(c);
    } else if (c->state == TCP_LAST_ACK) {
        tcp_end(c, STREAM_CLOSE_FINISHED);
    }
}

/* The peer's end. */

void tcp_fin_arrived(struct tcp_connection *c) {
    c->rcv_nxt = tcp_seq_add(c->rcv_nxt, 1);
    c->rcv_edge = tcp_seq_later(c->rcv_edge, c->rcv_nxt);
    c->offer.known = false;
    c->fin_held = false;
    c->fin_received = true;
    tcp_reassembly_clear(c);
    tcp_owe_ack(c, true);
    if (c->state == TCP_ESTABLISHED) {
        c->state = TCP_CLOSE_WAIT;
        tcp_finish_advance(c);
    } else if (c->state == TCP_FIN_WAIT_1) {
        c->state = TCP_CLOSING;
    } else if (c->state == TCP_FIN_WAIT_2) {
        tcp_enter_time_wait(c);
    }
}

/* The end. */

void tcp_end(struct tcp_connection *c, enum stream_close_reason reason) {
    CHECK(c->state != TCP_CLOSED && reason != STREAM_CLOSE_NONE);
    c->state = TCP_CLOSED;
    c->close_reason = (uint8_t)reason;
    tcp_table_remove(c->tcp, &c->flow, c->slot);
    c->key = (struct tcp_flow_key){0}; /* a hint that is left points to nothing that comes */
    tcp_timer_stop_all(c);
    tcp_loss_forget(c);
    tcp_ring_clear(c);
    tcp_reassembly_clear(c);
    c->fin_held = false;
    c->ack_pending = false;
    c->ack_now = false;
    c->output_blocked = false;
}

/* SYN_SENT and earlier: nobody knows of us. */
static bool peer_may_know(const struct tcp_connection *c) {
    return c->state >= TCP_SYN_RECEIVED;
}

void tcp_stream_abort(struct stream *stream) {
    struct tcp_connection *c = tcp_connection_of(stream);
    if (c->state == TCP_CLOSED) {
        return;
    }
    /* A reset that does not leave is made good for when the peer is heard of again. */
    if (peer_may_know(c) && !tcp_send_reset(c)) {
        c->tcp->counters.resets_withheld++;
    }
    tcp_end(c, STREAM_CLOSE_ABORTED);
}

void tcp_stack_discard(struct stream_stack *stack, struct stream *stream) {
    struct tcp *tcp = (struct tcp *)stack;
    struct tcp_connection *c = tcp_connection_of(stream);
    CHECK(c->tcp == tcp && c->in_use && c->room_count == 0);
    tcp_stream_abort(stream);
    tcp_receive_clear(c);
    c->in_use = false;
    c->accept_next = tcp->free_connection;
    tcp->free_connection = c->slot;
    tcp->counters.connections--;
}

/* TIME_WAIT: a list by deadline, which is the order of entering, since all wait equally long. */

static void unlink_time_wait(struct tcp *tcp, struct tcp_time_wait *entry) {
    if (entry->older == TCP_NONE) {
        tcp->time_wait_oldest = entry->newer;
    } else {
        tcp->time_waits[entry->older].newer = entry->newer;
    }
    if (entry->newer == TCP_NONE) {
        tcp->time_wait_newest = entry->older;
    } else {
        tcp->time_waits[entry->newer].older = entry->older;
    }
}

static void link_newest(struct tcp *tcp, uint32_t index) {
    struct tcp_time_wait *entry = &tcp->time_waits[index];
    entry->deadline = instant_add(tcp->now.mono, tcp->setup.time_wait);
    entry->older = tcp->time_wait_newest;
    entry->newer = TCP_NONE;
    if (tcp->time_wait_newest == TCP_NONE) {
        tcp->time_wait_oldest = index;
    } else {
        tcp->time_waits[tcp->time_wait_newest].newer = index;
    }
    tcp->time_wait_newest = index;
}

void tcp_time_wait_free(struct tcp *tcp, uint32_t index) {
    struct tcp_time_wait *entry = &tcp->time_waits[index];
    CHECK(entry->in_use);
    tcp_table_remove(tcp, &entry->flow, tcp_time_wait_id(tcp, index));
    unlink_time_wait(tcp, entry);
    entry->in_use = false;
    entry->newer = tcp->time_wait_free;
    tcp->time_wait_free = index;
    tcp->counters.time_waits--;
}

/* In the table under the flow, which is free; the oldest goes for it. NULL: the table has no
 * place, and nobody lingers. */
static struct tcp_time_wait *take_time_wait(struct tcp *tcp, const struct tcp_flow *flow) {
    if (tcp->time_wait_free == TCP_NONE) {
        tcp_time_wait_free(tcp, tcp->time_wait_oldest);
    }
    uint32_t index = tcp->time_wait_free;
    if (!tcp_table_add(tcp, flow, tcp_time_wait_id(tcp, index))) {
        return NULL;
    }
    struct tcp_time_wait *entry = &tcp->time_waits[index];
    tcp->time_wait_free = entry->newer;
    *entry = (struct tcp_time_wait){.in_use = true, .flow = *flow};
    link_newest(tcp, index);
    tcp->counters.time_waits++;
    return entry;
}

/* The peer sends its FIN again when the ACK gets lost, here or below. */
static void answer(struct tcp *tcp, const struct tcp_time_wait *entry) {
    bool sent = tcp_send_time_wait_ack(tcp, entry);
    (void)sent;
}

void tcp_enter_time_wait(struct tcp_connection *c) {
    struct tcp *tcp = c->tcp;
    bool owed = c->ack_pending;
    uint16_t window = tcp_offer_window(c);
    tcp_end(c, STREAM_CLOSE_FINISHED);
    struct tcp_time_wait *entry = take_time_wait(tcp, &c->flow);
    if (entry == NULL) {
        return;
    }
    entry->timestamps = c->timestamps;
    entry->snd_nxt = c->snd_nxt;
    entry->rcv_nxt = c->rcv_nxt;
    entry->ts_recent = c->ts_recent;
    entry->ts_offset = c->ts_offset;
    entry->window = window;
    entry->path = c->path;
    if (owed) {
        answer(tcp, entry);
    }
}

void tcp_time_wait_expire(struct tcp *tcp) {
    while (tcp->time_wait_oldest != TCP_NONE &&
           instant_reached(tcp->now.mono, tcp->time_waits[tcp->time_wait_oldest].deadline)) {
        tcp_time_wait_free(tcp, tcp->time_wait_oldest);
    }
}

struct instant tcp_time_wait_deadline(const struct tcp *tcp) {
    return tcp->time_wait_oldest == TCP_NONE ? INSTANT_NEVER
                                             : tcp->time_waits[tcp->time_wait_oldest].deadline;
}

/* RFC 9293 §3.10.7.4 with RFC 6191: a SYN that cannot be an old one. */
static bool opens_again(const struct tcp_time_wait *entry, const struct tcp_segment *segment) {
    if ((segment->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN) {
        return false;
    }
    if (entry->timestamps && segment->has_timestamps) {
        int32_t newer = (int32_t)(segment->ts_value - entry->ts_recent);
        return newer > 0 || (newer == 0 && tcp_seq_before(entry->rcv_nxt, segment->seq));
    }
    return tcp_seq_before(entry->rcv_nxt, segment->seq);
}

/* What takes sequence space is the peer's end again, or a SYN that is too old: always answered.
 * The rest may be an answer to an answer. */
static bool wants_answer(struct tcp *tcp, const struct tcp_time_wait *entry,
                         const struct tcp_segment *segment) {
    if (segment->payload_bytes > 0 || (segment->flags & TCP_FIN)) {
        return true;
    }
    if (!(segment->flags & TCP_SYN) && tcp_seq_equal(segment->seq, entry->rcv_nxt)) {
        return false;
    }
    return tcp_may_challenge(tcp, NULL);
}

/* A RST does not shorten the wait (RFC 1337). */
void tcp_time_wait_input(struct tcp *tcp, uint32_t index, struct packet *packet,
                         const struct tcp_segment *segment) {
    struct tcp_time_wait *entry = &tcp->time_waits[index];
    if (opens_again(entry, segment) && tcp_listens(tcp, &entry->flow)) {
        struct tcp_flow flow = entry->flow;
        struct tcp_seq least = tcp_seq_add(entry->snd_nxt, TCP_SEQ_GAP);
        tcp_time_wait_free(tcp, index);
        tcp_listen_again(tcp, packet, &flow, segment, least);
        return;
    }
    if (!(segment->flags & TCP_RST) && wants_answer(tcp, entry, segment)) {
        if (segment->flags & TCP_FIN) {
            unlink_time_wait(tcp, entry);
            link_newest(tcp, index);
        }
        answer(tcp, entry);
    }
    tcp_packet_drop(packet);
}
