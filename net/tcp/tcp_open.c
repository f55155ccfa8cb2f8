#include "net/tcp/tcp_internal.h"

/* Numbers (RFC 6528, RFC 7323 §5.4). */

enum flow_hash_use { HASH_INITIAL_SEQ = 1, HASH_TIMESTAMP, HASH_PORT };

static uint64_t hash_flow(const struct tcp *tcp, const struct tcp_flow *flow,
                          enum flow_hash_use use) {
    uint32_t words[4] = {flow->local.value, flow->remote.value,
                         (uint32_t)flow->local_port << 16 | flow->remote_port, use};
    return hash_bytes(bytes_of((const char *)words, sizeof(words)), &tcp->setup.seed);
}

struct tcp_seq tcp_initial_seq(const struct tcp *tcp, const struct tcp_flow *flow) {
    if (tcp->setup.isn_is_fixed) {
        return tcp_seq_of(tcp->setup.isn);
    }
    uint64_t ticks = (uint64_t)tcp->now.mono.ns / (4 * (uint64_t)NS_PER_US);
    return tcp_seq_of((uint32_t)(ticks + hash_flow(tcp, flow, HASH_INITIAL_SEQ)));
}

uint32_t tcp_timestamp_offset(const struct tcp *tcp, const struct tcp_flow *flow) {
    return (uint32_t)hash_flow(tcp, flow, HASH_TIMESTAMP);
}

/* The connection. */

int8_t tcp_receive_scale(const struct stream_limits *limits) {
    int8_t scale = 0;
    while (scale < TCP_WINDOW_SCALE_MAX && limits->receive_bytes >> scale > 65535) {
        scale++;
    }
    return scale;
}

/* What stays in a slot over its connections: its memory, and its place in lists that are walked
 * once a turn. */
static void slot_clear(struct tcp_connection *c) {
    struct tcp_connection kept = {.tcp = c->tcp,
                                  .slot = c->slot,
                                  .backlog = c->backlog,
                                  .ring = c->ring,
                                  .ring_mask = c->ring_mask,
                                  .pending_next = c->pending_next,
                                  .in_pending = c->in_pending,
                                  .unread_next = c->unread_next,
                                  .in_unread = c->in_unread};
    *c = kept;
}

static uint32_t next_epoch(struct tcp *tcp) {
    if (++tcp->epoch == 0) {
        tcp->epoch = 1;
    }
    return tcp->epoch;
}

struct tcp_connection *tcp_connection_take(struct tcp *tcp, const struct tcp_flow *flow,
                                           const struct tcp_path *path,
                                           const struct tcp_profile *profile) {
    if (tcp->free_connection == TCP_NONE || !tcp_table_add(tcp, flow, tcp->free_connection)) {
        return NULL;
    }
    struct tcp_connection *c = &tcp->connections[tcp->free_connection];
    tcp->free_connection = c->accept_next;
    tcp->counters.connections++;
    slot_clear(c);
    c->stream = (struct stream){.ops = &tcp_stream_ops, .epoch = next_epoch(tcp)};
    c->in_use = true;
    c->flow = *flow;
    c->key = tcp_flow_key_of(flow);
    c->path = *path;
    c->profile = *profile;
    c->listener = TCP_NONE;
    c->accept_next = TCP_NONE;
    c->mtu = path->mtu;
    c->peer_mss = TCP_MSS_DEFAULT;
    c->mss = TCP_MSS_DEFAULT;
    c->rcv_scale = tcp_receive_scale(&tcp->setup.limits.stream);
    c->window_scaling = true;
    c->iss = tcp_initial_seq(tcp, flow);
    c->snd_una = c->iss;
    c->snd_nxt = c->iss;
    c->ts_offset = tcp_timestamp_offset(tcp, flow);
    c->corrections = tcp_bucket_of(tcp->setup.corrections_per_second, tcp->now);
    c->challenges = tcp_bucket_of(tcp->setup.challenges_per_connection_per_second, tcp->now);
    c->heard_at = tcp->now.mono;
    for (uint32_t i = 0; i < TCP_TIMERS; i++) {
        c->timer[i] = INSTANT_NEVER;
    }
    tcp_rtt_init(&c->rtt, profile);
    return c;
}

void tcp_set_mss(struct tcp_connection *c) {
    uint32_t fits = c->mtu - IPV4_HEADER_BYTES - TCP_HEADER_BYTES;
    uint32_t mss = c->peer_mss < fits ? c->peer_mss : fits;
    c->mss = c->timestamps ? mss - TCP_TIMESTAMPS_BYTES : mss;
    tcp_plan(c);
}

static uint32_t peer_mss_of(uint16_t told) {
    if (told == 0) {
        return TCP_MSS_DEFAULT;
    }
    return told < TCP_MSS_MIN ? TCP_MSS_MIN : told;
}

void tcp_adopt_options(struct tcp_connection *c, const struct tcp_segment *syn) {
    c->peer_mss = peer_mss_of(syn->mss);
    c->window_scaling = syn->window_scale != TCP_WINDOW_SCALE_NONE;
    c->snd_scale = c->window_scaling ? syn->window_scale : 0;
    c->rcv_scale = c->window_scaling ? c->rcv_scale : 0;
    c->sack = syn->sack_permitted;
    c->timestamps = c->profile.timestamps && syn->has_timestamps;
    if (c->timestamps) {
        c->ts_recent = syn->ts_value;
    }
    tcp_set_mss(c);
    tcp_make_template(c);
    tcp_congestion_init(c);
}

void tcp_adopt_seq(struct tcp_connection *c, struct tcp_seq irs) {
    c->irs = irs;
    c->rcv_nxt = tcp_seq_add(irs, 1);
    c->last_ack = c->rcv_nxt;
    c->rcv_edge = tcp_seq_add(c->rcv_nxt, tcp_syn_window(c->tcp));
    c->offer.known = false;
}

void tcp_established(struct tcp_connection *c) {
    c->state = TCP_ESTABLISHED;
    tcp_timer_set(c, TCP_TIMER_USER, instant_add(c->tcp->now.mono, c->profile.user_timeout));
    tcp_keepalive_start(c);
}

/* Dialling. */

/* The connection that lingers here under the flow and may make room for its next incarnation: its
 * timestamps tell old segments from new ones (RFC 6191). TCP_NONE without one. */
static uint32_t replaceable_time_wait(const struct tcp *tcp, const struct tcp_flow *flow) {
    uint32_t id = tcp_table_find(tcp, flow);
    if (id == TCP_NONE || id < tcp_time_wait_id(tcp, 0)) {
        return TCP_NONE;
    }
    uint32_t index = id - tcp_time_wait_id(tcp, 0);
    return tcp->time_waits[index].timestamps ? index : TCP_NONE;
}

/*
 * A port that no connection has, else one that only lingers; false when there is neither among the
 * next ones. RFC 6056 §3.3.3: for each remote end the ports follow each other from a secret place.
 * Whoever dials again goes on behind those that were looked at, so every port gets its turn.
 */
static bool choose_port(struct tcp *tcp, struct tcp_flow *flow) {
    uint32_t count = (uint32_t)(tcp->setup.port_last - tcp->setup.port_first) + 1;
    uint32_t tries = count < TCP_PORTS_TRIED_MAX ? count : TCP_PORTS_TRIED_MAX;
    uint32_t place = ((uint32_t)hash_flow(tcp, flow, HASH_PORT) + tcp->port_next) % count;
    struct tcp_flow candidate = *flow;
    for (uint32_t i = 0; i < tries; i++) {
        candidate.local_port = (uint16_t)(tcp->setup.port_first + place);
        if (tcp_table_find(tcp, &candidate) == TCP_NONE) {
            flow->local_port = candidate.local_port;
            tcp->port_next += i + 1;
            return true;
        }
        if (flow->local_port == 0 && replaceable_time_wait(tcp, &candidate) != TCP_NONE) {
            flow->local_port = candidate.local_port;
        }
        place = place + 1 < count ? place + 1 : 0;
    }
    tcp->port_next += tries;
    return flow->local_port != 0;
}

/* As tcp_connection_take; where an old connection lingers, the numbers go on behind its own. */
static struct tcp_connection *take(struct tcp *tcp, const struct tcp_flow *flow,
                                   const struct tcp_path *path, const struct tcp_profile *profile) {
    uint32_t lingering = replaceable_time_wait(tcp, flow);
    if (lingering == TCP_NONE) {
        return tcp_connection_take(tcp, flow, path, profile);
    }
    struct tcp_seq least = tcp_seq_add(tcp->time_waits[lingering].snd_nxt, TCP_SEQ_GAP);
    tcp_time_wait_free(tcp, lingering);
    struct tcp_connection *c = tcp_connection_take(tcp, flow, path, profile);
    if (c != NULL) {
        c->iss = tcp_seq_later(c->iss, least);
        c->snd_una = c->iss;
        c->snd_nxt = c->iss;
    }
    return c;
}

static void start(struct tcp_connection *c, enum tcp_route route) {
    struct tcp *tcp = c->tcp;
    c->state = TCP_RESOLVING;
    if (route == TCP_ROUTE_NONE) {
        tcp_end(c, STREAM_CLOSE_UNREACHABLE);
        return;
    }
    tcp_ring_put_control(c, TCP_ENTRY_SYN);
    tcp_timer_set(c, TCP_TIMER_USER, instant_add(tcp->now.mono, c->profile.connect_timeout));
    if (route == TCP_ROUTE_OK) {
        tcp_dial_resolved(c);
    }
}

struct stream *tcp_stack_dial(struct stream_stack *stack, unsigned peer) {
    struct tcp *tcp = (struct tcp *)stack;
    CHECK(peer < tcp->peer_count);
    const struct tcp_peer *to = &tcp->peers[peer];
    struct tcp_flow flow = {
        .local = to->local, .remote = to->remote, .remote_port = to->remote_port};
    if (tcp->free_connection == TCP_NONE || !choose_port(tcp, &flow)) {
        return NULL;
    }
    struct tcp_path path = {.mtu = TCP_MTU_MIN};
    enum tcp_route route =
        tcp->setup.below.route(tcp->setup.below.context, tcp->now, to->local, to->remote, &path);
    struct tcp_connection *c = take(tcp, &flow, &path, &to->profile);
    if (c == NULL) {
        return NULL;
    }
    start(c, route);
    return &c->stream;
}

void tcp_dial_resolved(struct tcp_connection *c) {
    c->resolved = true;
    c->state = TCP_SYN_SENT;
    tcp_make_template(c);
    tcp_output(c);
}

/* SYN_SENT. */

/* Who has an old connection of ours answers a SYN with an ACK. The RST clears it away, and the SYN
 * follows at once (RFC 9293 §3.5.1, figure 9) instead of after a time-out. */
static void clear_old_connection(struct tcp_connection *c, const struct tcp_segment *segment) {
    struct tcp *tcp = c->tcp;
    tcp_send_reset_to(tcp, &c->flow, segment);
    if (segment->flags & TCP_SYN) {
        return;
    }
    if (!tcp_limit_take(&c->corrections, tcp->setup.corrections_per_second, tcp->now)) {
        tcp->counters.corrections_withheld++;
        return;
    }
    if (!tcp_send_entry(c, c->head)) {
        tcp_pend(c);
    }
}

/* The SYN is acknowledged: RFC 9293 §3.10.7.3, fourth. Text and FIN of the answer count. */
static void syn_acknowledged(struct tcp_connection *c, struct packet *packet,
                             const struct tcp_segment *segment) {
    tcp_adopt_seq(c, segment->seq);
    tcp_adopt_options(c, segment);
    c->window_seq = segment->seq;
    c->window_ack = segment->ack;
    c->tcp->counters.opened++;
    c->heard_at = c->tcp->now.mono;
    tcp_established(c);
    bool fin_acked = tcp_acked_segment(c, segment);
    CHECK(!fin_acked);
    tcp_owe_ack(c, false);
    tcp_finish_advance(c);
    struct tcp_segment behind = *segment;
    behind.seq = c->rcv_nxt;
    behind.flags &= (uint8_t)~TCP_SYN;
    tcp_text_input(c, packet, &behind);
}

/* Both dialled at once (RFC 9293 §3.5, figure 8). Text of the peer's SYN it will send again. */
static void cross(struct tcp_connection *c, const struct tcp_segment *segment) {
    tcp_adopt_seq(c, segment->seq);
    tcp_adopt_options(c, segment);
    c->window_seq = segment->seq;
    c->window_ack = c->snd_una;
    c->snd_window = segment->window;
    c->snd_window_max = segment->window;
    c->state = TCP_SYN_RECEIVED;
    if (!tcp_send_entry(c, c->head)) {
        tcp_pend(c);
    }
}

static bool syn_ack_is_acceptable(const struct tcp_connection *c,
                                  const struct tcp_segment *segment) {
    return tcp_seq_before(c->snd_una, segment->ack) && tcp_seq_at_most(segment->ack, c->snd_nxt);
}

/* False: the packet was not taken. */
static bool syn_sent_input(struct tcp_connection *c, struct packet *packet,
                           const struct tcp_segment *segment) {
    bool acked = (segment->flags & TCP_ACK) != 0;
    if (acked && !syn_ack_is_acceptable(c, segment)) {
        if (!(segment->flags & TCP_RST)) {
            clear_old_connection(c, segment);
        }
        return false;
    }
    if (segment->flags & TCP_RST) {
        if (acked) {
            c->tcp->counters.resets_received++;
            c->tcp->counters.refused++;
            tcp_end(c, STREAM_CLOSE_REFUSED);
        }
        return false;
    }
    if (!(segment->flags & TCP_SYN)) {
        return false;
    }
    if (!acked) {
        cross(c, segment);
        return false;
    }
    syn_acknowledged(c, packet, segment);
    return true;
}

void tcp_syn_sent_input(struct tcp_connection *c, struct packet *packet,
                        const struct tcp_segment *segment) {
    if (!syn_sent_input(c, packet, segment)) {
        tcp_packet_drop(packet);
    }
}
