#include "net/tcp/script/tcp_script_internal.h"

#include <stddef.h>
#include <string.h>

#define STACK_BYTES_MAX (UINT32_C(48) << 20)
#define NIC_BYTES_MAX (UINT32_C(24) << 20)
#define START_NS (INT64_C(3600) * NS_PER_S)
#define TOLERANCE_NS NS_PER_US
#define BUSY_STEP_NS (100 * NS_PER_US) /* how often who waits for the NIC asks again */
#define BUSY_TURNS 8
#define TURNS_MAX 1000000

static _Alignas(64) char stack_memory[STACK_BYTES_MAX];
static _Alignas(64) char nic_memory[NIC_BYTES_MAX];

static const struct ipv4_address our_address = {0xc0000201};     /* 192.0.2.1 */
static const struct ipv4_address peer_address = {0xc0000202};    /* 192.0.2.2 */
static const struct ipv4_address gateway_address = {0xc00002fe}; /* 192.0.2.254 */

struct ipv4_address script_our_address(void) {
    return our_address;
}

struct ethernet_address script_our_ethernet(void) {
    return (struct ethernet_address){{0x02, 0, 0, 0, 0, 0x01}};
}

/* Settings. */

enum setting_kind { SETTING_DURATION, SETTING_U16, SETTING_U32, SETTING_BOOL };

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
};

#define SETTING(name, kind, member)                                                                \
    { name, kind, offsetof(struct script_config, member) }

static const struct setting settings[] = {
    SETTING("rto_min", SETTING_DURATION, profile.rto_min),
    SETTING("rto_initial", SETTING_DURATION, profile.rto_initial),
    SETTING("rto_max", SETTING_DURATION, profile.rto_max),
    SETTING("ack_delay", SETTING_DURATION, profile.ack_delay),
    SETTING("connect_timeout", SETTING_DURATION, profile.connect_timeout),
    SETTING("user_timeout", SETTING_DURATION, profile.user_timeout),
    SETTING("fin_wait", SETTING_DURATION, profile.fin_wait),
    SETTING("keepalive_idle", SETTING_DURATION, profile.keepalive_idle),
    SETTING("keepalive_interval", SETTING_DURATION, profile.keepalive_interval),
    SETTING("keepalive_probes", SETTING_U32, profile.keepalive_probes),
    SETTING("initial_window", SETTING_U32, profile.initial_window_segments),
    SETTING("timestamps", SETTING_BOOL, profile.timestamps),
    SETTING("restart_after_idle", SETTING_BOOL, profile.restart_after_idle),
    SETTING("time_wait", SETTING_DURATION, stack.tcp.time_wait),
    SETTING("port_first", SETTING_U16, stack.tcp.port_first),
    SETTING("port_last", SETTING_U16, stack.tcp.port_last),
    SETTING("challenges_per_second", SETTING_U32, stack.tcp.challenges_per_second),
    SETTING("challenges_per_connection", SETTING_U32,
            stack.tcp.challenges_per_connection_per_second),
    SETTING("corrections_per_second", SETTING_U32, stack.tcp.corrections_per_second),
    SETTING("resets_per_second", SETTING_U32, stack.tcp.resets_per_second),
    SETTING("icmp_per_second", SETTING_U32, stack.icmp_per_second),
    SETTING("neighbour_stale", SETTING_DURATION, stack.neighbour_stale),
    SETTING("neighbour_retry", SETTING_DURATION, stack.neighbour_retry),
    SETTING("send_bytes", SETTING_U32, stack.limits.tcp.stream.send_bytes),
    SETTING("receive_bytes", SETTING_U32, stack.limits.tcp.stream.receive_bytes),
    SETTING("gather_bytes", SETTING_U32, stack.limits.tcp.stream.gather_bytes_max),
    SETTING("record_bytes", SETTING_U32, stack.limits.tcp.stream.record_bytes_max),
    SETTING("hold_bytes", SETTING_U32, stack.limits.tcp.stream.hold_bytes),
    SETTING("connections", SETTING_U32, stack.limits.tcp.connections_max),
    SETTING("embryos", SETTING_U32, stack.limits.tcp.embryos_max),
    SETTING("time_waits", SETTING_U32, stack.limits.tcp.time_waits_max),
    SETTING("ring_entries", SETTING_U32, stack.limits.tcp.ring_entries),
    SETTING("reassembly_packets", SETTING_U32, stack.limits.tcp.reassembly_packets_max),
    SETTING("neighbours_max", SETTING_U32, stack.limits.neighbours_max),
    SETTING("backlog", SETTING_U32, listener.backlog),
    SETTING("only_allowed", SETTING_BOOL, listener.only_allowed),
    SETTING("receive_packets", SETTING_U32, nic.receive_packets),
    SETTING("send_packets", SETTING_U32, nic.send_packets),
    SETTING("control_packets", SETTING_U32, nic.control_packets),
    SETTING("neighbours", SETTING_BOOL, neighbours),
    SETTING("announcement", SETTING_BOOL, announcement),
    SETTING("offload", SETTING_BOOL, offload),
    SETTING("vlan", SETTING_U32, vlan),
    SETTING("mtu", SETTING_U32, mtu),
    SETTING("cross", SETTING_U32, cross),
};

/* Small and round: what a script says of times and sizes is to be followed by hand. */
void script_config_init(struct script_config *config) {
    *config = (struct script_config){.profile = tcp_profile_default(),
                                     .stack = stack_setup_default(),
                                     .neighbours = true,
                                     .mtu = 1500,
                                     .cross = 1500};
    config->profile.ack_delay = (struct duration){0};
    config->profile.timestamps = false;
    config->stack.limits = (struct stack_limits){.ports_max = 1, .neighbours_max = 64};
    config->stack.limits.tcp = (struct tcp_limits){
        .stream = {.send_bytes = 65536,
                   .receive_bytes = 65535,
                   .record_bytes_max = 4000,
                   .gather_bytes_max = 65535,
                   .hold_bytes = 65536,
                   .hold_records_max = 64},
        .connections_max = 16,
        .listeners_max = 1,
        .peers_max = SCRIPT_FLOWS,
        .embryos_max = 8,
        .time_waits_max = 8,
        .ring_entries = 64,
        .reassembly_packets_max = 64,
    };
    config->listener.backlog = 4;
    config->nic = (struct nic_sim_limits){.receive_packets = 256,
                                          .send_packets = 256,
                                          .control_packets = 32,
                                          .send_ring = 128,
                                          .buffer_bytes = 4352};
}

static bool set_flow(struct script_run *run, struct script_words *words) {
    struct bytes name = script_words_next(words);
    int64_t port;
    if (name.len != 1 || name.data[0] < 'a' || name.data[0] >= 'a' + SCRIPT_FLOWS) {
        return script_fail(run, "no flow is called so");
    }
    struct script_flow *flow = &run->flows[name.data[0] - 'a'];
    if (!script_words_address(words, &flow->remote) || !script_words_number(words, &port) ||
        port < 1 || port > UINT16_MAX) {
        return script_fail(run, "expected an address and a port");
    }
    flow->remote_port = (uint16_t)port;
    return true;
}

static bool set_allowed(struct script_run *run, struct script_words *words) {
    struct tcp_listener *listener = &run->config.listener;
    int64_t bits;
    if (listener->allowed_count == TCP_ALLOWED_MAX) {
        return script_fail(run, "too many allowed networks");
    }
    struct tcp_network *network = &listener->allowed[listener->allowed_count++];
    if (!script_words_address(words, &network->address) || !script_words_number(words, &bits) ||
        bits < 0 || bits > 32) {
        return script_fail(run, "expected an address and bits");
    }
    network->prefix_bits = (uint8_t)bits;
    return true;
}

static bool set_value(struct script_config *config, const struct setting *setting,
                      struct script_words *words) {
    char *at = (char *)config + setting->offset;
    int64_t number = 0;
    struct duration duration = {0};
    bool on = false;
    switch (setting->kind) {
    case SETTING_DURATION:
        if (!script_words_duration(words, &duration)) {
            return false;
        }
        memcpy(at, &duration, sizeof duration);
        return true;
    case SETTING_U16:
        if (!script_words_number(words, &number) || number < 0 || number > UINT16_MAX) {
            return false;
        }
        memcpy(at, &(uint16_t){(uint16_t)number}, sizeof(uint16_t));
        return true;
    case SETTING_U32:
        if (!script_words_number(words, &number) || number < 0 || number > UINT32_MAX) {
            return false;
        }
        memcpy(at, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return true;
    default:
        on = script_words_take(words, "on");
        memcpy(at, &on, sizeof on);
        return on || script_words_take(words, "off");
    }
}

bool script_set(struct script_run *run, struct script_words *words) {
    if (run->started) {
        return script_fail(run, "settings come before events");
    }
    if (script_words_take(words, "flow")) {
        return set_flow(run, words);
    }
    if (script_words_take(words, "allowed")) {
        return set_allowed(run, words);
    }
    struct bytes name = script_words_next(words);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (bytes_equal(name, bytes_of_string(settings[i].name))) {
            return set_value(&run->config, &settings[i], words) ||
                   script_fail(run, "%s: not a value for it", settings[i].name);
        }
    }
    return script_fail(run, "no such setting");
}

/* Start. */

static uint32_t first_sequence(const struct script_run *run) {
    switch (run->variant.position) {
    case 0:
        return 100000;
    case 1:
        return UINT32_C(0x80000000) - run->config.cross;
    case 2:
        return UINT32_C(0) - run->config.cross;
    case 3:
        return UINT32_C(0x7fffffff);
    default:
        return UINT32_C(0xffffffff);
    }
}

static void start_nic(struct script_run *run) {
    struct script_config *config = &run->config;
    struct ethernet_address us = script_our_ethernet();
    size_t bytes = nic_sim_footprint(&config->nic);
    CHECK(bytes != 0 && bytes <= sizeof nic_memory);
    run->sim = nic_sim_init(nic_memory, &config->nic, &us);
    nic_sim_nic(run->sim)->mtu = config->mtu;
    nic_sim_offload(run->sim, config->offload);
}

static void start_stack(struct script_run *run, uint32_t isn) {
    struct script_config *config = &run->config;
    size_t bytes = stack_footprint(&config->stack.limits);
    CHECK(bytes != 0 && bytes <= sizeof stack_memory);
    config->stack.tcp.seed = (struct hash_seed){{7}};
    if (!config->announcement) {
        config->stack.announcements = 0; /* a script of its own looks at them */
    }
    config->stack.tcp.slow_only = run->variant.slow_only;
    config->stack.tcp.isn_is_fixed = true;
    config->stack.tcp.isn = isn;
    run->stack = stack_init(stack_memory, &config->stack);
    struct stack_port port = {.nic = nic_sim_nic(run->sim),
                              .address = our_address,
                              .prefix_bits = 24,
                              .vlan = (uint16_t)config->vlan,
                              .gateway = gateway_address};
    stack_add_port(run->stack, &port);
    config->listener.local = our_address;
    config->listener.port = SCRIPT_LISTEN_PORT;
    config->listener.profile = config->profile;
    stack_listen(run->stack, &config->listener);
}

/* Who is in our network answers for himself, everybody else is behind the gateway. */
static bool is_near(struct ipv4_address address) {
    return address.value >> 8 == our_address.value >> 8;
}

static struct ethernet_address ethernet_of(struct ipv4_address address) {
    uint32_t host = is_near(address) ? address.value & 0xff : gateway_address.value & 0xff;
    return (struct ethernet_address){{0x02, 0, 0, 0, 0, (unsigned char)host}};
}

static bool add_neighbour(struct script_run *run, struct ipv4_address address) {
    struct ethernet_address at = ethernet_of(address);
    return stack_add_neighbour(run->stack, 0, address, &at);
}

static void start_flows(struct script_run *run, uint32_t isn) {
    if (run->config.neighbours) {
        CHECK(add_neighbour(run, gateway_address));
    }
    for (uint32_t i = 0; i < SCRIPT_FLOWS; i++) {
        struct script_flow *flow = &run->flows[i];
        flow->at = ethernet_of(flow->remote);
        flow->iss = tcp_seq_of(isn);
        flow->irs = tcp_seq_of(isn);
        flow->iss_known = true;
        if (run->config.neighbours && is_near(flow->remote)) {
            bool known = false;
            for (uint32_t other = 0; other < i; other++) {
                known |= ipv4_address_equal(run->flows[other].remote, flow->remote);
            }
            CHECK(known || add_neighbour(run, flow->remote));
        }
        struct tcp_peer peer = {.local = our_address,
                                .remote = flow->remote,
                                .remote_port = SCRIPT_PEER_PORT,
                                .profile = run->config.profile};
        CHECK(stack_add_peer(run->stack, &peer) == i);
    }
}

/* Frames that left. */

void script_trace_add(struct script_run *run, struct bytes frame, bool outbound) {
    struct tcp_script_trace *trace = run->trace;
    struct tcp_script_frame head = {
        .at_ns = run->now.mono.ns, .bytes = (uint32_t)frame.len, .outbound = outbound};
    if (trace->size - trace->used < sizeof head + frame.len) {
        trace->overflowed = true;
        return;
    }
    memcpy(trace->bytes + trace->used, &head, sizeof head);
    memcpy(trace->bytes + trace->used + sizeof head, frame.data, frame.len);
    trace->used += (uint32_t)(sizeof head + frame.len);
}

static bool keep_frame(struct script_run *run, struct bytes frame) {
    if (run->frame_count == SCRIPT_FRAMES || frame.len > SCRIPT_FRAME_BYTES) {
        return script_fail(run, "more left than a script can look at");
    }
    uint32_t at = (run->frame_first + run->frame_count++) % SCRIPT_FRAMES;
    run->frames[at].at = nic_sim_sent_at(run->sim);
    run->frames[at].bytes = (uint32_t)frame.len;
    memcpy(run->frames[at].data, frame.data, frame.len);
    return true;
}

static bool drain(struct script_run *run) {
    for (;;) {
        struct bytes frame = nic_sim_sent(run->sim);
        if (frame.len == 0) {
            return true;
        }
        script_trace_add(run, frame, true);
        run->flood_answers += run->flooding ? 1 : 0;
        if (!run->flooding && !keep_frame(run, frame)) {
            return false;
        }
        nic_sim_drop_sent(run->sim);
    }
}

static bool audit(struct script_run *run) {
    const char *wrong = tcp_audit(stack_tcp(run->stack));
    return wrong == NULL || script_fail(run, "audit: %s", wrong);
}

/* A whole turn with nothing to do for the application. */
static bool turn(struct script_run *run) {
    stack_turn(run->stack, run->now);
    stack_flush(run->stack);
    return drain(run) && audit(run);
}

/* Time. */

static void move_to(struct script_run *run, struct instant at) {
    int64_t step = at.ns > run->now.mono.ns ? at.ns - run->now.mono.ns : 0;
    run->now.mono.ns += step;
    run->now.utc.ns += step;
}

/* Keeps the stack's deadlines up to `until`, or until a frame leaves. */
static bool run_until(struct script_run *run, struct instant until) {
    uint32_t turns_now = 0;
    for (uint32_t turns = 0; run->frame_count == 0; turns++) {
        struct instant due = stack_deadline(run->stack);
        struct instant again = instant_add(run->now.mono, (struct duration){.ns = BUSY_STEP_NS});
        turns_now = due.ns <= run->now.mono.ns ? turns_now + 1 : 0;
        /* Due again and again in one instant: it waits for the NIC. */
        due = turns_now > BUSY_TURNS ? again : due;
        if (due.ns > until.ns) {
            return true;
        }
        if (turns == TURNS_MAX) {
            return script_fail(run, "the stack is never done");
        }
        move_to(run, due);
        if (!turn(run)) {
            return false;
        }
    }
    return true;
}

bool script_all_expected(struct script_run *run) {
    if (run->frame_count == 0) {
        return true;
    }
    char text[512];
    const struct script_frame *frame = &run->frames[run->frame_first];
    script_describe(run, frame, text, sizeof text);
    return script_fail(run, "nothing was expected; came, %+.6f s: %s",
                       (double)(frame->at.ns - run->clock.ns) / 1e9, text);
}

bool script_pass_time(struct script_run *run) {
    if (run->in_turn) {
        return run->after_min.ns == 0 || script_fail(run, "no time passes within a turn");
    }
    struct instant until = instant_add(run->clock, run->after_min);
    bool moves = until.ns > run->now.mono.ns;
    if (!script_all_expected(run) || !run_until(run, until) || !script_all_expected(run)) {
        return false;
    }
    move_to(run, until);
    run->clock = run->now.mono;
    return !moves || (turn(run) && script_all_expected(run));
}

const struct script_frame *script_next_frame(struct script_run *run) {
    struct instant first = instant_add(run->clock, run->after_min);
    struct instant last = instant_add(run->clock, run->after_max);
    last.ns += TOLERANCE_NS;
    if (run->in_turn) {
        script_fail(run, "what leaves is expected behind the turn");
        return NULL;
    }
    if (!run_until(run, last)) {
        return NULL;
    }
    if (run->frame_count == 0) {
        script_fail(run, "nothing came; next deadline %+.6f s",
                    (double)(stack_deadline(run->stack).ns - run->clock.ns) / 1e9);
        return NULL;
    }
    const struct script_frame *frame = &run->frames[run->frame_first];
    if (frame->at.ns < first.ns - TOLERANCE_NS || frame->at.ns > last.ns) {
        char text[512];
        script_describe(run, frame, text, sizeof text);
        script_fail(run, "came %+.6f s: %s", (double)(frame->at.ns - run->clock.ns) / 1e9, text);
        return NULL;
    }
    run->frame_first = (run->frame_first + 1) % SCRIPT_FRAMES;
    run->frame_count--;
    run->clock = run->now.mono.ns > first.ns ? run->now.mono : first;
    return frame;
}

/* "MIN MAX": so many frames left by the line's time, whatever they are. */
bool script_swallow(struct script_run *run, struct script_words *words) {
    int64_t least, most, count = 0;
    struct instant until = instant_add(run->clock, run->after_min);
    if (run->in_turn || !script_words_number(words, &least) || !script_words_number(words, &most)) {
        return script_fail(run, "expected two numbers, outside of a turn");
    }
    do {
        count += run->frame_count;
        run->frame_count = 0;
        if (!run_until(run, until)) {
            return false;
        }
    } while (run->frame_count > 0);
    move_to(run, until);
    run->clock = run->now.mono;
    return (count >= least && count <= most) ||
           script_fail(run, "%lld frames left", (long long)count);
}

/* Events. */

bool script_put(struct script_run *run, struct bytes frame) {
    if (run->in_turn && !run->turn_pending) {
        return script_fail(run, "in a turn, what arrives comes before what the application does");
    }
    script_trace_add(run, frame, false);
    if (!nic_sim_put(run->sim, frame)) {
        return script_fail(run, "the NIC had no room for it");
    }
    return run->in_turn || turn(run);
}

bool script_app_begin(struct script_run *run) {
    if (run->in_turn && run->turn_pending) {
        stack_turn(run->stack, run->now);
        run->turn_pending = false;
    }
    return true;
}

bool script_app_end(struct script_run *run) {
    if (!run->in_turn) {
        stack_flush(run->stack);
    }
    return drain(run) && audit(run);
}

bool script_pools_full(struct script_run *run) {
    struct nic_counters counters = nic_counters(nic_sim_nic(run->sim));
    if (counters.receive_pool_free != run->receive_free ||
        counters.send_pool_free != run->send_free) {
        return script_fail(run, "packets are kept: receive %u of %u free, send %u of %u",
                           counters.receive_pool_free, run->receive_free, counters.send_pool_free,
                           run->send_free);
    }
    return true;
}

static void number_flows(struct script_run *run) {
    for (uint32_t i = 0; i < SCRIPT_FLOWS; i++) {
        run->flows[i].local_port = SCRIPT_LISTEN_PORT;
        if (run->flows[i].remote_port == 0) {
            run->flows[i].remote = peer_address;
            run->flows[i].remote_port = (uint16_t)(40000 + i);
        }
    }
}

bool script_start(struct script_run *run) {
    uint32_t isn = first_sequence(run);
    number_flows(run);
    start_nic(run);
    start_stack(run, isn);
    start_flows(run, isn);
    run->now = (struct now){.mono = {START_NS}, .utc = {INT64_C(1700000000) * NS_PER_S}};
    run->clock = run->now.mono;
    struct nic_counters counters = nic_counters(nic_sim_nic(run->sim));
    run->receive_free = counters.receive_pool_free;
    run->send_free = counters.send_pool_free;
    run->started = true;
    if (!turn(run)) {
        return false;
    }
    return true;
}

bool script_end(struct script_run *run) {
    if (run->in_turn) {
        return script_fail(run, "the turn is not flushed");
    }
    if (!script_all_expected(run)) {
        return false;
    }
    nic_sim_refuse_send(run->sim, false);
    nic_sim_refuse_take(run->sim, false, false);
    nic_sim_set_link(run->sim, true);
    run->flooding = true; /* what leaves now is nobody's matter */
    for (uint32_t i = 0; i < SCRIPT_FLOWS; i++) {
        if (run->flows[i].stream != NULL) {
            stream_discard(stack_streams(run->stack), run->flows[i].stream);
        }
    }
    struct stream *left;
    while ((left = stream_accept(stack_streams(run->stack), 0)) != NULL) {
        stream_discard(stack_streams(run->stack), left);
    }
    run->result->fast_segments = tcp_counters(stack_tcp(run->stack))->fast;
    stack_flush(run->stack);
    if (!drain(run) || !turn(run) || !turn(run) || !script_pools_full(run)) {
        return false;
    }
    stack_fini(run->stack);
    return drain(run) && script_pools_full(run);
}
