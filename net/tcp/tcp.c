#include "net/tcp/tcp.h"

#include "net/tcp/tcp_internal.h"

/* More than this is a mistake in the configuration. */
#define CONNECTIONS_MAX (UINT32_C(1) << 20)
#define RING_ENTRIES_MIN 8
#define RING_ENTRIES_MAX 4096
#define HINTS_PER_CONNECTION 16

#define DURATION_MS(count) ((struct duration){.ns = (count)*NS_PER_MS})

struct tcp_profile tcp_profile_default(void) {
    return (struct tcp_profile){.rto_min = DURATION_MS(200),
                                .rto_initial = DURATION_MS(1000),
                                .rto_max = DURATION_MS(60000),
                                .ack_delay = DURATION_MS(50),
                                .connect_timeout = DURATION_MS(10000),
                                .user_timeout = DURATION_MS(30000),
                                .fin_wait = DURATION_MS(60000),
                                .keepalive_interval = DURATION_MS(1000),
                                .keepalive_probes = 5,
                                .initial_window_segments = 10,
                                .timestamps = true};
}

struct tcp_setup tcp_setup_default(void) {
    return (struct tcp_setup){.time_wait = DURATION_MS(60000),
                              .port_first = 32768,
                              .port_last = 60999,
                              .challenges_per_second = 1000,
                              .challenges_per_connection_per_second = 10,
                              .corrections_per_second = 100,
                              .resets_per_second = 1000};
}

/* Memory: the struct, and behind it one array after the other, each on its own cache lines. */

struct layout {
    size_t flows, hints, deadlines, connections, embryos, time_waits, listeners, peers, rings,
        backlogs;
    size_t end;
};

static size_t place(size_t *end, size_t count, size_t bytes) {
    size_t start = *end;
    *end += bits_whole_lines(count * bytes);
    return start;
}

/* So many that few connections share one. */
static uint32_t hints_of(const struct tcp_limits *limits) {
    return bits_power_of_two_at_least(limits->connections_max * HINTS_PER_CONNECTION);
}

static struct layout layout_of(const struct tcp_limits *limits) {
    size_t connections = limits->connections_max;
    uint32_t flows = limits->connections_max + limits->embryos_max + limits->time_waits_max;
    uint32_t deadlines = limits->connections_max + limits->embryos_max;
    struct layout layout = {.end = bits_whole_lines(sizeof(struct tcp))};
    layout.flows = place(&layout.end, 1, hash_index_footprint(flows));
    layout.hints = place(&layout.end, hints_of(limits), sizeof(struct tcp_connection *));
    layout.deadlines = place(&layout.end, 1, tcp_deadlines_footprint(deadlines));
    layout.connections = place(&layout.end, connections, sizeof(struct tcp_connection));
    layout.embryos = place(&layout.end, limits->embryos_max, sizeof(struct tcp_embryo));
    layout.time_waits = place(&layout.end, limits->time_waits_max, sizeof(struct tcp_time_wait));
    layout.listeners = place(&layout.end, limits->listeners_max, sizeof(struct tcp_listening));
    layout.peers = place(&layout.end, limits->peers_max, sizeof(struct tcp_peer));
    layout.rings = place(&layout.end, connections * limits->ring_entries, sizeof(struct tcp_entry));
    layout.backlogs = place(&layout.end, connections, limits->stream.receive_bytes);
    return layout;
}

/* A window is a multiple of the scale's unit: when a reader waits for its largest message and the
 * rest of the buffer is full, there must be one left to offer. */
static bool gathering_possible(const struct stream_limits *limits) {
    uint32_t unit = UINT32_C(1) << tcp_receive_scale(limits);
    return limits->receive_bytes - limits->gather_bytes_max >= unit - 1;
}

static bool limits_possible(const struct tcp_limits *limits) {
    return stream_limits_possible(&limits->stream) && gathering_possible(&limits->stream) &&
           limits->connections_max >= 1 && limits->connections_max <= CONNECTIONS_MAX &&
           limits->listeners_max <= CONNECTIONS_MAX && limits->peers_max <= CONNECTIONS_MAX &&
           limits->embryos_max <= CONNECTIONS_MAX &&
           (limits->embryos_max >= 1 || limits->listeners_max == 0) &&
           limits->time_waits_max >= 1 && limits->time_waits_max <= CONNECTIONS_MAX &&
           limits->ring_entries >= RING_ENTRIES_MIN && limits->ring_entries <= RING_ENTRIES_MAX &&
           bits_is_power_of_two(limits->ring_entries);
}

size_t tcp_footprint(const struct tcp_limits *limits) {
    return limits_possible(limits) ? layout_of(limits).end : 0;
}

static void init_connections(struct tcp *tcp, struct tcp_entry *rings, char *backlogs) {
    const struct tcp_limits *limits = &tcp->setup.limits;
    for (uint32_t i = 0; i < limits->connections_max; i++) {
        tcp->connections[i] = (struct tcp_connection){
            .tcp = tcp,
            .slot = i,
            .state = TCP_CLOSED,
            .ring = &rings[(size_t)i * limits->ring_entries],
            .ring_mask = limits->ring_entries - 1,
            .backlog = &backlogs[(size_t)i * limits->stream.receive_bytes],
            .accept_next = i + 1 < limits->connections_max ? i + 1 : TCP_NONE,
        };
    }
    tcp->free_connection = 0;
    for (uint64_t i = 0; i <= tcp->hints_mask; i++) {
        tcp->hints[i] = &tcp->connections[0];
    }
}

static void init_waiting(struct tcp *tcp) {
    const struct tcp_limits *limits = &tcp->setup.limits;
    for (uint32_t i = 0; i < limits->embryos_max; i++) {
        tcp->embryos[i] =
            (struct tcp_embryo){.newer = i + 1 < limits->embryos_max ? i + 1 : TCP_NONE};
    }
    for (uint32_t i = 0; i < limits->time_waits_max; i++) {
        tcp->time_waits[i] =
            (struct tcp_time_wait){.newer = i + 1 < limits->time_waits_max ? i + 1 : TCP_NONE};
    }
    tcp->embryo_free = limits->embryos_max == 0 ? TCP_NONE : 0;
    tcp->embryo_oldest = TCP_NONE;
    tcp->embryo_newest = TCP_NONE;
    tcp->time_wait_free = 0;
    tcp->time_wait_oldest = TCP_NONE;
    tcp->time_wait_newest = TCP_NONE;
}

static void init_secrets(struct tcp *tcp) {
    for (uint32_t i = 0; i < 2; i++) {
        tcp->flow_key[i] = hash_bytes(bytes_of((const char *)&i, sizeof(i)), &tcp->setup.seed);
    }
}

struct tcp *tcp_init(void *mem, const struct tcp_setup *setup) {
    const struct tcp_limits *limits = &setup->limits;
    CHECK(limits_possible(limits) && ((uintptr_t)mem & (CACHE_LINE - 1)) == 0);
    CHECK(setup->port_first >= 1 && setup->port_first <= setup->port_last);
    struct layout layout = layout_of(limits);
    char *at = mem;
    struct tcp *tcp = mem;
    *tcp = (struct tcp){.streams.ops = &tcp_stack_ops,
                        .setup = *setup,
                        .frame_bytes_min = tcp_frame_bytes_min(setup->slow_only),
                        .pending = TCP_NONE,
                        .unread = TCP_NONE,
                        .resets.tokens = setup->resets_per_second};
    tcp->flows = hash_index_init(at + layout.flows, limits->connections_max + limits->embryos_max +
                                                        limits->time_waits_max);
    tcp->hints = (void *)(at + layout.hints);
    tcp->hints_mask = hints_of(limits) - 1;
    tcp->deadlines =
        tcp_deadlines_init(at + layout.deadlines, limits->connections_max + limits->embryos_max);
    tcp->connections = (void *)(at + layout.connections);
    tcp->embryos = (void *)(at + layout.embryos);
    tcp->time_waits = (void *)(at + layout.time_waits);
    tcp->listeners = (void *)(at + layout.listeners);
    tcp->peers = (void *)(at + layout.peers);
    init_connections(tcp, (void *)(at + layout.rings), at + layout.backlogs);
    init_waiting(tcp);
    init_secrets(tcp);
    return tcp;
}

uint32_t tcp_listen(struct tcp *tcp, const struct tcp_listener *listener) {
    CHECK(tcp->listener_count < tcp->setup.limits.listeners_max);
    CHECK(listener->allowed_count <= TCP_ALLOWED_MAX);
    tcp->listeners[tcp->listener_count] = (struct tcp_listening){
        .listener = *listener, .accept_head = TCP_NONE, .accept_tail = TCP_NONE};
    return tcp->listener_count++;
}

uint32_t tcp_add_peer(struct tcp *tcp, const struct tcp_peer *peer) {
    CHECK(tcp->peer_count < tcp->setup.limits.peers_max);
    tcp->peers[tcp->peer_count] = *peer;
    return tcp->peer_count++;
}

struct stream_stack *tcp_streams(struct tcp *tcp) {
    return &tcp->streams;
}

/* A turn. */

void tcp_turn(struct tcp *tcp, struct now now) {
    CHECK(now.mono.ns >= tcp->now.mono.ns);
    tcp->now = now;
    while (tcp->unread != TCP_NONE) {
        struct tcp_connection *c = &tcp->connections[tcp->unread];
        tcp->unread = c->unread_next;
        c->in_unread = false;
        tcp_receive_settle(c);
    }
}

void tcp_flush(struct tcp *tcp) {
    uint32_t slot = tcp->pending;
    tcp->pending = TCP_NONE;
    while (slot != TCP_NONE) {
        struct tcp_connection *c = &tcp->connections[slot];
        slot = c->pending_next;
        c->in_pending = false;
        if (!tcp_output_pending(c)) {
            tcp_pend(c);
        }
    }
    tcp_secrets_poll(tcp);
}

void tcp_fini(struct tcp *tcp) {
    for (uint32_t i = 0; i < tcp->setup.limits.connections_max; i++) {
        struct tcp_connection *c = &tcp->connections[i];
        if (!c->in_use) {
            continue;
        }
        if (c->room_count != 0) {
            tcp_stream_cancel(&c->stream);
        }
        tcp_stack_discard(&tcp->streams, &c->stream);
    }
    while (tcp->embryo_oldest != TCP_NONE) {
        tcp_embryo_free(tcp, tcp->embryo_oldest);
    }
    tcp_secrets_drain(tcp);
}

/* Streams. */

static enum stream_state stream_state_of(const struct stream *stream) {
    switch (tcp_connection_of(stream)->state) {
    case TCP_RESOLVING:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
        return STREAM_CONNECTING;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
        return STREAM_OPEN;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        return STREAM_PEER_FINISHED;
    default:
        return STREAM_CLOSED;
    }
}

static enum stream_close_reason close_reason_of(const struct stream *stream) {
    return tcp_connection_of(stream)->close_reason;
}

const struct stream_ops tcp_stream_ops = {
    .reserve = tcp_stream_reserve,
    .reserve_many = tcp_stream_reserve_many,
    .commit = tcp_stream_commit,
    .cancel = tcp_stream_cancel,
    .release = tcp_stream_release,
    .peek = tcp_stream_peek,
    .consume = tcp_stream_consume,
    .state = stream_state_of,
    .close_reason = close_reason_of,
    .unsent = tcp_stream_unsent,
    .finish = tcp_stream_finish,
    .abort = tcp_stream_abort,
};

const struct stream_stack_ops tcp_stack_ops = {
    .accept = tcp_stack_accept,
    .dial = tcp_stack_dial,
    .discard = tcp_stack_discard,
};

/* For metrics and logs. */

struct tcp_info tcp_info(const struct stream *stream) {
    const struct tcp_connection *c = tcp_connection_of(stream);
    return (struct tcp_info){
        .state = c->state,
        .flow = c->flow,
        .snd_una = c->snd_una,
        .snd_nxt = c->snd_nxt,
        .rcv_nxt = c->rcv_nxt,
        .snd_window = c->snd_window,
        .rcv_window = tcp_seq_since(c->rcv_edge, c->rcv_nxt),
        .mss = c->mss,
        .cwnd = c->congestion.cwnd,
        .ssthresh = c->congestion.ssthresh,
        .in_flight = c->in_flight,
        .srtt = tcp_rtt_srtt(&c->rtt),
        .rttvar.ns = c->rtt.rttvar_4ths_ns >> 2,
        .rto = tcp_rtt_rto(&c->rtt, &c->profile),
        .ack_delay = c->rtt.ack_delay,
        .segments_in = c->segments_in,
        .segments_out = c->segments_out,
        .bytes_in = c->bytes_in,
        .bytes_out = c->bytes_out,
        .retransmissions = c->retransmissions,
        .timeouts = c->timeouts,
        .probes = c->probes,
        .fast_recoveries = c->fast_recoveries,
        .spurious = c->spurious,
        .timestamps = c->timestamps,
        .sack = c->sack,
        .snd_scale = (uint8_t)c->snd_scale,
        .rcv_scale = (uint8_t)c->rcv_scale,
    };
}

const struct tcp_counters *tcp_counters(const struct tcp *tcp) {
    return &tcp->counters;
}

const char *tcp_state_name(enum tcp_state state) {
    static const char *const names[] = {
        [TCP_CLOSED] = "closed",           [TCP_RESOLVING] = "resolving",
        [TCP_SYN_SENT] = "syn-sent",       [TCP_SYN_RECEIVED] = "syn-received",
        [TCP_ESTABLISHED] = "established", [TCP_FIN_WAIT_1] = "fin-wait-1",
        [TCP_FIN_WAIT_2] = "fin-wait-2",   [TCP_CLOSE_WAIT] = "close-wait",
        [TCP_CLOSING] = "closing",         [TCP_LAST_ACK] = "last-ack",
        [TCP_TIME_WAIT] = "time-wait",
    };
    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}
