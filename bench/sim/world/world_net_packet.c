/*
 * Packets: a stack of ours at every host, and for every link two NICs and what lies between. A link
 * is a network of its own, so that each can fail for itself.
 */
#include "bench/sim/world/world_internal.h"
#include "net/link_sim.h"
#include "net/stack.h"

#define PORT 4001
#define TURNS_MAX 16

static const struct nic_sim_limits nic_limits = {.receive_packets = 256,
                                                 .send_packets = 256,
                                                 .control_packets = 64,
                                                 .send_ring = 256,
                                                 .buffer_bytes = 2560};
static const struct link_sim_limits link_limits = {.frames_max = 512, .frame_bytes_max = 1600};

struct wire {
    struct nic_sim *nic[2]; /* of who dials, of who accepts */
    struct link_sim *link;
    int64_t blocked_until[2]; /* frames from that end */
    struct link_sim_way way[2];
};

struct state {
    struct wire wires[WORLD_LINKS_MAX];
    struct stack *stacks[WORLD_HOSTS_MAX];
    struct prng prng;
};

static struct state *state_of(const struct world *world) {
    return world->net.state;
}

/* Links go by the world's own clock. */
static struct now link_now(const struct world *world) {
    return (struct now){.mono = {world_now(&world->hosts[0]).mono.ns}};
}

static struct ipv4_address address_of(uint32_t link, uint32_t end) {
    return (struct ipv4_address){UINT32_C(0x0a000001) + (link << 8) + end}; /* 10.0.LINK.1 */
}

static uint32_t ppm(struct state *state, uint32_t least, uint32_t most) {
    return (uint32_t)world_between(&state->prng, least, most);
}

static struct link_sim_way draw_way(struct world *world) {
    struct state *state = state_of(world);
    struct link_sim_way way = {.delay = {world_between(&state->prng, 20 * NS_PER_US, NS_PER_MS)}};
    struct link_sim_way worse = {.delay = {world_between(&state->prng, NS_PER_MS, 30 * NS_PER_MS)},
                                 .jitter = {world_between(&state->prng, 1, 10 * NS_PER_MS)},
                                 .reorder_delay = {world_between(&state->prng, 1, 10 * NS_PER_MS)},
                                 .mtu = ppm(state, 600, 1499),
                                 .loss_ppm = ppm(state, 1000, 60000),
                                 .burst_begin_ppm = ppm(state, 100, 4000),
                                 .burst_end_ppm = ppm(state, 100000, 500000),
                                 .duplicate_ppm = ppm(state, 1000, 60000),
                                 .reorder_ppm = ppm(state, 1000, 60000),
                                 .corrupt_ppm = ppm(state, 1000, 20000)};
    way.delay = world_has(world, WORLD_DELAY) ? worse.delay : way.delay;
    way.jitter = world_has(world, WORLD_JITTER) ? worse.jitter : way.jitter;
    way.mtu = world_has(world, WORLD_MTU) ? worse.mtu : 0;
    way.loss_ppm = world_has(world, WORLD_LOSS) ? worse.loss_ppm : 0;
    way.duplicate_ppm = world_has(world, WORLD_DUPLICATE_FRAME) ? worse.duplicate_ppm : 0;
    way.corrupt_ppm = world_has(world, WORLD_CORRUPT) ? worse.corrupt_ppm : 0;
    if (world_has(world, WORLD_REORDER)) {
        way.reorder_ppm = worse.reorder_ppm;
        way.reorder_delay = worse.reorder_delay;
    }
    if (world_has(world, WORLD_BURST)) {
        way.burst_begin_ppm = worse.burst_begin_ppm;
        way.burst_end_ppm = worse.burst_end_ppm;
    }
    return way;
}

static void make_wire(struct world *world, uint32_t index) {
    struct state *state = state_of(world);
    struct wire *wire = &state->wires[index];
    for (uint32_t end = 0; end < 2; end++) {
        struct ethernet_address mac = {
            .byte = {2, 0, 0, 0, (unsigned char)index, (unsigned char)(1 + end)}};
        wire->nic[end] =
            nic_sim_init(world_block(world, nic_sim_footprint(&nic_limits)), &nic_limits, &mac);
        wire->way[end] = draw_way(world);
    }
    wire->link =
        link_sim_init(world_block(world, link_sim_footprint(&link_limits)), &link_limits,
                      world->options.seed * WORLD_LINKS_MAX + index, wire->nic[0], wire->nic[1]);
    for (uint32_t end = 0; end < 2; end++) {
        link_sim_set(wire->link, (enum link_sim_direction)end, &wire->way[end]);
    }
}

static void join(struct world *world, struct stack *stack, uint32_t link, uint32_t end) {
    struct state *state = state_of(world);
    struct stack_port port = {.nic = nic_sim_nic(state->wires[link].nic[end]),
                              .address = address_of(link, end),
                              .prefix_bits = 24,
                              .vlan = ETHERNET_VLAN_NONE};
    struct tcp_profile profile = tcp_profile_default();
    profile.rto_max.ns = 4 * NS_PER_S;
    stack_add_port(stack, &port);
    if (end == 0) {
        struct tcp_peer peer = {.local = address_of(link, 0),
                                .remote = address_of(link, 1),
                                .remote_port = PORT,
                                .profile = profile};
        CHECK(stack_add_peer(stack, &peer) == world->links[link].peer);
    } else {
        struct tcp_listener listener = {
            .local = address_of(link, 1), .port = PORT, .backlog = 8, .profile = profile};
        CHECK(stack_listen(stack, &listener) == world->links[link].listener);
    }
}

static bool is_of(const struct world *world, uint32_t host, uint32_t link, uint32_t *end) {
    *end = world->links[link].acceptor == host;
    return world_link_is_used(world, link) &&
           (world->links[link].acceptor == host || world->links[link].dialler == host);
}

static void make_stack(struct world *world, uint32_t host) {
    struct stack_setup setup = stack_setup_default();
    uint32_t end;
    setup.limits = (struct stack_limits){.tcp = {.stream = {.send_bytes = 1 << 15,
                                                            .receive_bytes = 1 << 15,
                                                            .record_bytes_max = 2112,
                                                            .gather_bytes_max = 8192,
                                                            .hold_bytes = 1 << 15,
                                                            .hold_records_max = 16},
                                                 .connections_max = 12,
                                                 .listeners_max = WORLD_LISTENERS_MAX,
                                                 .peers_max = WORLD_EXCHANGES_MAX,
                                                 .embryos_max = 12,
                                                 .time_waits_max = 12,
                                                 .ring_entries = 64,
                                                 .reassembly_packets_max = 96},
                                         .ports_max = 6,
                                         .neighbours_max = 8};
    memset(&setup.tcp.seed, (int)(world->options.seed & 0x7f), sizeof(setup.tcp.seed));
    setup.tcp.time_wait.ns = 10 * NS_PER_S;
    struct stack *stack = stack_init(world_block(world, stack_footprint(&setup.limits)), &setup);
    for (uint32_t link = 0; link < WORLD_LINKS_MAX; link++) {
        if (is_of(world, host, link, &end)) {
            join(world, stack, link, end);
        }
    }
    state_of(world)->stacks[host] = stack;
    world->hosts[host].inner = stack_streams(stack);
}

static bool is_used(const struct world *world, uint32_t host) {
    uint32_t end;
    for (uint32_t link = 0; link < WORLD_LINKS_MAX; link++) {
        if (is_of(world, host, link, &end)) {
            return true;
        }
    }
    return false;
}

static void packet_init(struct world *world) {
    struct state *state = world_block(world, sizeof(*state));
    world->net.state = state;
    prng_seed(&state->prng, world->options.seed ^ UINT64_C(0x7061636b));
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        if (world_link_is_used(world, i)) {
            make_wire(world, i);
        }
    }
    for (uint32_t i = 0; i < WORLD_HOSTS_MAX; i++) {
        if (is_used(world, i)) {
            make_stack(world, i);
        }
    }
}

static void turn_wire(struct world *world, uint32_t link) {
    struct wire *wire = &state_of(world)->wires[link];
    if (wire->link != NULL && link_sim_turn(wire->link, link_now(world)) > 0) {
        world->hosts[world->links[link].dialler].woken = true;
        world->hosts[world->links[link].acceptor].woken = true;
    }
}

static void packet_before(struct world *world, struct world_host *host) {
    struct stack *stack = state_of(world)->stacks[host->number];
    struct now now = world_now(host);
    for (int i = 0; i < TURNS_MAX && stack_turn(stack, now) > 0; i++) {
    }
}

static void packet_after(struct world *world, struct world_host *host) {
    uint32_t end;
    stack_flush(state_of(world)->stacks[host->number]);
    for (uint32_t link = 0; link < WORLD_LINKS_MAX; link++) {
        if (is_of(world, host->number, link, &end)) {
            turn_wire(world, link);
        }
    }
}

static int64_t packet_next(const struct world *world) {
    const struct state *state = state_of(world);
    int64_t next = WORLD_NEVER;
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        const struct wire *wire = &state->wires[i];
        if (wire->link == NULL) {
            continue;
        }
        int64_t at = world_time_of(&world->hosts[0], link_sim_deadline(wire->link));
        next = at < next ? at : next;
        for (int end = 0; end < 2; end++) {
            int64_t until = wire->blocked_until[end];
            next = until > 0 && until < next ? until : next;
        }
    }
    return next;
}

static int64_t packet_host_next(const struct world *world, const struct world_host *host) {
    return world_time_of(host, stack_deadline(state_of(world)->stacks[host->number]));
}

static void set_way(struct wire *wire, int end, bool blocked) {
    struct link_sim_way way = wire->way[end];
    way.blackhole = blocked;
    link_sim_set(wire->link, (enum link_sim_direction)end, &way);
}

static void packet_run(struct world *world) {
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        struct wire *wire = &state_of(world)->wires[i];
        for (int end = 0; end < 2; end++) {
            if (wire->blocked_until[end] > 0 && wire->blocked_until[end] <= world->now_ns) {
                wire->blocked_until[end] = 0;
                set_way(wire, end, false);
            }
        }
        turn_wire(world, i);
    }
}

static void packet_opened(struct world *world, struct world_stream *stream) {
    (void)world;
    (void)stream;
}

static void packet_block(struct world *world, uint32_t link, int way, int64_t until_ns) {
    struct wire *wire = &state_of(world)->wires[link];
    for (int end = 0; end < 2; end++) {
        if (way == 2 || way == end) {
            wire->blocked_until[end] = until_ns;
            set_way(wire, end, true);
        }
    }
}

/* By who is not the router; what is on its way still arrives, and perhaps before the reset. */
static void packet_reset(struct world *world, uint32_t link, size_t bytes_before) {
    bool dials = world_link_kind(link) == WORLD_LINK_VENUE;
    struct world_host *host =
        &world->hosts[dials ? world->links[link].acceptor : world->links[link].dialler];
    (void)bytes_before;
    for (uint32_t i = 0; i < WORLD_STREAMS_MAX; i++) {
        struct world_stream *stream = &host->streams[i];
        if (stream->inner != NULL && stream->link == link) {
            stream_abort(stream->inner);
            host->woken = true;
        }
    }
}

/* Whoever comes is accepted, and reset by the exchange itself. */
static void packet_dark(struct world *world, uint32_t exchange, bool dark) {
    (void)world;
    (void)exchange;
    (void)dark;
}

static void packet_heal(struct world *world) {
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        struct wire *wire = &state_of(world)->wires[i];
        for (int end = 0; wire->link != NULL && end < 2; end++) {
            /* A burst that is under way ends, too. */
            wire->way[end] =
                (struct link_sim_way){.delay = {100 * NS_PER_US}, .burst_end_ppm = LINK_SIM_PPM};
            wire->blocked_until[end] = 0;
            set_way(wire, end, false);
        }
    }
}

static const char *packet_leak(const struct world *world) {
    const struct state *state = state_of(world);
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        const struct wire *wire = &state->wires[i];
        uint32_t end = world_link_kind(i) == WORLD_LINK_VENUE ? 0 : 1; /* the router's */
        if (wire->link == NULL || world_link_kind(i) == WORLD_LINK_MARKET) {
            continue;
        }
        struct nic_counters counters = nic_counters(nic_sim_nic(wire->nic[end]));
        if (counters.receive_pool_free != nic_limits.receive_packets ||
            counters.send_pool_free != nic_limits.send_packets) {
            return "a NIC of the router misses some";
        }
    }
    return NULL;
}

const struct world_net_ops world_net_packet = {.init = packet_init,
                                               .before = packet_before,
                                               .after = packet_after,
                                               .next = packet_next,
                                               .host_next = packet_host_next,
                                               .run = packet_run,
                                               .opened = packet_opened,
                                               .touched = packet_opened,
                                               .discarding = packet_opened,
                                               .block = packet_block,
                                               .reset = packet_reset,
                                               .dark = packet_dark,
                                               .heal = packet_heal,
                                               .leak = packet_leak};
