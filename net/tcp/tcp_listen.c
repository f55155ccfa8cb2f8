#include "net/tcp/tcp_rtt.h"

/* A SYN-ACK is sent so often, at doubled intervals (Linux: tcp_synack_retries 5). */
#define SYN_ACKS_MAX 6
/* So many more answer what is not acceptable before that: SYNs again, above all. */
#define SYN_ACK_ANSWERS_MAX 6

/* Accepting. */

struct stream *tcp_stack_accept(struct stream_stack *stack, unsigned listener) {
    struct tcp *tcp = (struct tcp *)stack;
    CHECK(listener < tcp->listener_count);
    struct tcp_listening *listening = &tcp->listeners[listener];
    while (listening->accept_head != TCP_NONE) {
        struct tcp_connection *c = &tcp->connections[listening->accept_head];
        listening->accept_head = c->accept_next;
        if (listening->accept_head == TCP_NONE) {
            listening->accept_tail = TCP_NONE;
        }
        listening->waiting--;
        c->accept_next = TCP_NONE;
        if (c->state != TCP_CLOSED) {
            return &c->stream;
        }
        tcp_stack_discard(stack, &c->stream); /* it was reset while it waited */
    }
    return NULL;
}

static void queue_for_accept(struct tcp *tcp, struct tcp_connection *c) {
    struct tcp_listening *listening = &tcp->listeners[c->listener];
    if (listening->accept_tail == TCP_NONE) {
        listening->accept_head = c->slot;
    } else {
        tcp->connections[listening->accept_tail].accept_next = c->slot;
    }
    listening->accept_tail = c->slot;
    listening->waiting++;
}

/* Embryos: a list from the oldest to the newest. */

static void embryo_unlink(struct tcp *tcp, struct tcp_embryo *embryo) {
    if (embryo->older == TCP_NONE) {
        tcp->embryo_oldest = embryo->newer;
    } else {
        tcp->embryos[embryo->older].newer = embryo->newer;
    }
    if (embryo->newer == TCP_NONE) {
        tcp->embryo_newest = embryo->older;
    } else {
        tcp->embryos[embryo->newer].older = embryo->older;
    }
}

void tcp_embryo_free(struct tcp *tcp, uint32_t index) {
    struct tcp_embryo *embryo = &tcp->embryos[index];
    CHECK(embryo->in_use);
    tcp_table_remove(tcp, &embryo->flow, tcp_embryo_id(tcp, index));
    tcp_deadlines_remove(tcp->deadlines, tcp_embryo_id(tcp, index));
    embryo_unlink(tcp, embryo);
    embryo->in_use = false;
    embryo->newer = tcp->embryo_free;
    tcp->embryo_free = index;
    tcp->counters.embryos--;
}

/* The oldest stranger makes room: under a flood whoever answers within the time that it takes to
 * fill the table still gets in, and who is on the list always does. Where no stranger is left, the
 * flood comes under names of the list: then the oldest of these goes, for one of them alone. */
static bool make_room(struct tcp *tcp, bool allowed) {
    if (tcp->embryo_free != TCP_NONE) {
        return true;
    }
    uint32_t index = tcp->embryo_oldest;
    while (index != TCP_NONE && tcp->embryos[index].allowed) {
        index = tcp->embryos[index].newer;
    }
    tcp->counters.embryos_dropped++;
    if (index == TCP_NONE && allowed) {
        index = tcp->embryo_oldest;
    }
    if (index == TCP_NONE) {
        return false;
    }
    tcp_embryo_free(tcp, index);
    return true;
}

static struct tcp_embryo *embryo_take(struct tcp *tcp, const struct tcp_flow *flow, bool allowed) {
    if (!make_room(tcp, allowed)) {
        return NULL;
    }
    uint32_t index = tcp->embryo_free;
    if (!tcp_table_add(tcp, flow, tcp_embryo_id(tcp, index))) {
        tcp->counters.embryos_dropped++;
        return NULL;
    }
    struct tcp_embryo *embryo = &tcp->embryos[index];
    tcp->embryo_free = embryo->newer;
    *embryo = (struct tcp_embryo){.in_use = true,
                                  .allowed = allowed,
                                  .older = tcp->embryo_newest,
                                  .newer = TCP_NONE,
                                  .flow = *flow};
    if (tcp->embryo_newest == TCP_NONE) {
        tcp->embryo_oldest = index;
    } else {
        tcp->embryos[tcp->embryo_newest].newer = index;
    }
    tcp->embryo_newest = index;
    tcp->counters.embryos++;
    return embryo;
}

static uint32_t index_of(const struct tcp *tcp, const struct tcp_embryo *embryo) {
    return (uint32_t)(embryo - tcp->embryos);
}

static const struct tcp_profile *profile_of(const struct tcp *tcp,
                                            const struct tcp_embryo *embryo) {
    return &tcp->listeners[embryo->listener].listener.profile;
}

static void embryo_wait(struct tcp *tcp, struct tcp_embryo *embryo, struct duration wait) {
    uint32_t id = tcp_embryo_id(tcp, index_of(tcp, embryo));
    embryo->deadline = instant_add(tcp->now.mono, wait);
    tcp_deadlines_remove(tcp->deadlines, id);
    tcp_deadlines_at_most(tcp->deadlines, id, embryo->deadline);
}

/* Where the NIC refuses, the time-out tries again, as for one that got lost. */
static void send_syn_ack(struct tcp *tcp, struct tcp_embryo *embryo) {
    bool sent = tcp_send_syn_ack(tcp, embryo);
    (void)sent;
}

static void send_syn_ack_and_wait(struct tcp *tcp, struct tcp_embryo *embryo) {
    const struct tcp_profile *profile = profile_of(tcp, embryo);
    struct duration wait = {.ns = profile->rto_initial.ns << embryo->sends};
    if (wait.ns > profile->rto_max.ns) {
        wait = profile->rto_max;
    }
    embryo->sends++;
    embryo->sent_at = tcp->now.mono;
    send_syn_ack(tcp, embryo);
    embryo_wait(tcp, embryo, wait);
}

void tcp_embryo_expired(struct tcp *tcp, uint32_t index) {
    struct tcp_embryo *embryo = &tcp->embryos[index];
    if (!embryo->in_use) {
        return;
    }
    if (!instant_reached(tcp->now.mono, embryo->deadline)) {
        tcp_deadlines_at_most(tcp->deadlines, tcp_embryo_id(tcp, index), embryo->deadline);
        return;
    }
    if (!embryo->resolved || embryo->sends >= SYN_ACKS_MAX) {
        tcp->counters.embryos_dropped++;
        tcp_embryo_free(tcp, index);
        return;
    }
    tcp->counters.retransmissions++;
    send_syn_ack_and_wait(tcp, embryo);
}

void tcp_embryo_resolved(struct tcp *tcp, uint32_t index) {
    struct tcp_embryo *embryo = &tcp->embryos[index];
    embryo->resolved = true;
    send_syn_ack_and_wait(tcp, embryo);
}

/* LISTEN (RFC 9293 §3.10.7.2). */

static uint32_t find_listener(const struct tcp *tcp, const struct tcp_flow *flow) {
    for (uint32_t i = 0; i < tcp->listener_count; i++) {
        const struct tcp_listener *listener = &tcp->listeners[i].listener;
        if (listener->port == flow->local_port &&
            ipv4_address_equal(listener->local, flow->local)) {
            return i;
        }
    }
    return TCP_NONE;
}

static bool network_has(const struct tcp_network *network, struct ipv4_address address) {
    uint32_t mask = network->prefix_bits == 0 ? 0 : UINT32_MAX << (32 - network->prefix_bits);
    return ((network->address.value ^ address.value) & mask) == 0;
}

static bool is_allowed(const struct tcp_listener *listener, struct ipv4_address remote) {
    for (uint32_t i = 0; i < listener->allowed_count; i++) {
        if (network_has(&listener->allowed[i], remote)) {
            return true;
        }
    }
    return false;
}

static void embryo_adopt(const struct tcp *tcp, struct tcp_embryo *embryo,
                         const struct tcp_segment *syn) {
    embryo->irs = syn->seq;
    embryo->peer_mss = syn->mss;
    embryo->window = syn->window;
    embryo->snd_scale = syn->window_scale;
    embryo->sack = syn->sack_permitted;
    embryo->timestamps = syn->has_timestamps && profile_of(tcp, embryo)->timestamps;
    embryo->ts_recent = syn->ts_value;
    embryo->ts_offset = tcp_timestamp_offset(tcp, &embryo->flow);
}

static void conceive(struct tcp *tcp, uint32_t listener, const struct tcp_flow *flow,
                     const struct tcp_segment *syn, struct tcp_seq iss) {
    struct tcp_path path;
    enum tcp_route route = tcp->setup.below.route(tcp->setup.below.context, tcp->now, flow->local,
                                                  flow->remote, &path);
    bool allowed = is_allowed(&tcp->listeners[listener].listener, flow->remote);
    struct tcp_embryo *embryo = route == TCP_ROUTE_NONE ? NULL : embryo_take(tcp, flow, allowed);
    if (embryo == NULL) {
        return;
    }
    embryo->listener = listener;
    embryo->path = path;
    embryo->iss = iss;
    embryo_adopt(tcp, embryo, syn);
    if (route == TCP_ROUTE_OK) {
        tcp_embryo_resolved(tcp, index_of(tcp, embryo));
    } else {
        embryo_wait(tcp, embryo, profile_of(tcp, embryo)->connect_timeout);
    }
}

/* Text of a SYN is not kept: the SYN-ACK does not acknowledge it, and it comes again. */
static void listen_input(struct tcp *tcp, const struct tcp_flow *flow,
                         const struct tcp_segment *segment, struct tcp_seq iss) {
    if (segment->flags & TCP_RST) {
        return;
    }
    uint32_t index = find_listener(tcp, flow);
    if (index == TCP_NONE || (segment->flags & TCP_ACK)) {
        tcp_send_reset_to(tcp, flow, segment);
        return;
    }
    if ((segment->flags & (TCP_SYN | TCP_FIN)) != TCP_SYN) {
        return;
    }
    const struct tcp_listener *listener = &tcp->listeners[index].listener;
    if (listener->only_allowed && !is_allowed(listener, flow->remote)) {
        tcp->counters.refused++;
        tcp_send_reset_to(tcp, flow, segment);
        return;
    }
    conceive(tcp, index, flow, segment, iss);
}

bool tcp_listens(const struct tcp *tcp, const struct tcp_flow *flow) {
    return find_listener(tcp, flow) != TCP_NONE;
}

void tcp_listen_input(struct tcp *tcp, struct packet *packet, const struct tcp_flow *flow,
                      const struct tcp_segment *segment) {
    listen_input(tcp, flow, segment, tcp_initial_seq(tcp, flow));
    tcp_packet_drop(packet);
}

void tcp_listen_again(struct tcp *tcp, struct packet *packet, const struct tcp_flow *flow,
                      const struct tcp_segment *segment, struct tcp_seq least) {
    listen_input(tcp, flow, segment, tcp_seq_later(tcp_initial_seq(tcp, flow), least));
    tcp_packet_drop(packet);
}

/* SYN_RECEIVED. */

/* Who is told what we have by our SYN-ACK acknowledges it, or resets us: there is time for that,
 * though it may be the last one. Whoever only repeats itself is not answered for ever, nor kept. */
static void embryo_correct(struct tcp *tcp, struct tcp_embryo *embryo) {
    if (embryo->answers >= SYN_ACK_ANSWERS_MAX) {
        tcp->counters.challenges_withheld++;
        return;
    }
    if (!tcp_may_challenge(tcp, NULL)) {
        return;
    }
    embryo->answers++;
    send_syn_ack(tcp, embryo);
    struct duration wait = profile_of(tcp, embryo)->rto_initial;
    if (embryo->deadline.ns < instant_add(tcp->now.mono, wait).ns) {
        embryo_wait(tcp, embryo, wait);
    }
}

static void embryo_reset(struct tcp *tcp, struct tcp_embryo *embryo,
                         const struct tcp_segment *segment) {
    struct tcp_seq rcv_nxt = tcp_seq_add(embryo->irs, 1);
    if (tcp_seq_equal(segment->seq, rcv_nxt)) {
        tcp->counters.resets_received++;
        tcp_embryo_free(tcp, index_of(tcp, embryo));
    } else {
        embryo_correct(tcp, embryo);
    }
}

static bool embryo_accepts_seq(const struct tcp *tcp, const struct tcp_embryo *embryo,
                               const struct tcp_segment *segment) {
    struct tcp_seq rcv_nxt = tcp_seq_add(embryo->irs, 1);
    struct tcp_seq end = tcp_seq_add(segment->seq, tcp_segment_length(segment));
    return tcp_seq_equal(segment->seq, rcv_nxt) ||
           (tcp_seq_before(rcv_nxt, end) &&
            tcp_seq_before(segment->seq, tcp_seq_add(rcv_nxt, tcp_syn_window(tcp))));
}

/* The connection as the handshake left it; the ACK itself is still to be taken. */
static struct tcp_connection *born(struct tcp *tcp, uint32_t index) {
    struct tcp_embryo embryo = tcp->embryos[index];
    tcp_embryo_free(tcp, index);
    struct tcp_connection *c =
        tcp_connection_take(tcp, &embryo.flow, &embryo.path, profile_of(tcp, &embryo));
    if (c == NULL) {
        return NULL;
    }
    struct tcp_segment syn = {.flags = TCP_SYN,
                              .seq = embryo.irs,
                              .window = embryo.window,
                              .has_timestamps = embryo.timestamps,
                              .ts_value = embryo.ts_recent,
                              .sack_permitted = embryo.sack,
                              .window_scale = embryo.snd_scale,
                              .mss = embryo.peer_mss};
    c->listener = embryo.listener;
    c->resolved = true;
    c->iss = embryo.iss;
    c->snd_una = tcp_seq_add(embryo.iss, 1);
    c->snd_nxt = c->snd_una;
    c->recovery.syn_lost = embryo.sends > 1;
    tcp_adopt_seq(c, embryo.irs);
    tcp_adopt_options(c, &syn);
    c->snd_window = embryo.window;
    c->snd_window_max = embryo.window;
    c->window_seq = embryo.irs;
    c->window_ack = c->snd_una;
    if (embryo.sends == 1 && embryo.answers == 0) { /* Karn: which of them is acknowledged? */
        tcp_rtt_sample(&c->rtt, instant_since(tcp->now.mono, embryo.sent_at), false, &c->profile);
    }
    tcp_established(c);
    queue_for_accept(tcp, c);
    return c;
}

/* False: the ACK is ignored, and comes again after the next SYN-ACK. */
static bool may_be_born(struct tcp *tcp, const struct tcp_embryo *embryo) {
    const struct tcp_listening *listening = &tcp->listeners[embryo->listener];
    if (listening->waiting >= listening->listener.backlog || tcp->free_connection == TCP_NONE) {
        tcp->counters.backlog_full++;
        return false;
    }
    return true;
}

/* RFC 9293 §3.10.7.4 for what has not completed. True: the segment completes it. */
static bool embryo_completes(struct tcp *tcp, struct tcp_embryo *embryo,
                             const struct tcp_segment *segment) {
    bool acceptable = embryo_accepts_seq(tcp, embryo, segment);
    if (segment->flags & TCP_RST) {
        if (acceptable) {
            embryo_reset(tcp, embryo, segment);
        }
        return false;
    }
    bool old =
        embryo->timestamps && tcp_paws_rejects(tcp, segment, embryo->ts_recent, embryo->sent_at);
    if (!acceptable || old || (segment->flags & TCP_SYN)) {
        embryo_correct(tcp, embryo);
        return false;
    }
    if (!(segment->flags & TCP_ACK)) {
        return false;
    }
    if (!tcp_seq_equal(segment->ack, tcp_seq_add(embryo->iss, 1))) {
        tcp_send_reset_to(tcp, &embryo->flow, segment);
        return false;
    }
    return may_be_born(tcp, embryo);
}

void tcp_embryo_input(struct tcp *tcp, uint32_t index, struct packet *packet,
                      const struct tcp_segment *segment) {
    struct tcp_embryo *embryo = &tcp->embryos[index];
    struct tcp_connection *c = NULL;
    if (embryo->resolved && embryo_completes(tcp, embryo, segment)) {
        c = born(tcp, index);
    }
    if (c == NULL) {
        tcp_packet_drop(packet);
        return;
    }
    tcp->counters.accepted++;
    tcp_connection_input(c, packet, segment);
}
