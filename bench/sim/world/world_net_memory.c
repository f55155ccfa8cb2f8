/*
 * Memory streams whose deliveries take time. What an end wrote is brought to the other a delay
 * later, in one piece or in many; a way that is blocked brings nothing until it is not.
 */
#include "bench/sim/world/world_internal.h"
#include "net/stream_memory.h"

#define WIRES_MAX 32

/* A connection, as long as one of its ends is somebody's. */
struct wire {
    struct stream *end[2]; /* who dialled, who accepts */
    bool live[2];
    bool established;
    uint32_t link;
    int64_t due[2];     /* the next delivery to that end; WORLD_NEVER: nothing is on its way */
    size_t sever_after; /* 0: not; else bytes to the end `sever_way`, and then a reset */
    int sever_end;
};

struct state {
    struct stream_memory *memory;
    struct wire wires[WIRES_MAX];
    int64_t delay_ns[WORLD_LINKS_MAX];
    int64_t jitter_ns[WORLD_LINKS_MAX];
    int64_t blocked_until[WORLD_LINKS_MAX][2]; /* bytes to that end */
    struct prng prng;
};

static struct state *state_of(const struct world *world) {
    return world->net.state;
}

static void init_links(struct world *world) {
    struct state *state = state_of(world);
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        const struct world_link *link = &world->links[i];
        int64_t most = world_has(world, WORLD_DELAY) ? 30 * NS_PER_MS : 500 * NS_PER_US;
        state->delay_ns[i] = world_between(&state->prng, 20 * NS_PER_US, most);
        state->jitter_ns[i] =
            world_has(world, WORLD_JITTER) ? world_between(&state->prng, 1, 20 * NS_PER_MS) : 0;
        stream_memory_route(state->memory, link->dialler, link->peer, link->acceptor,
                            link->listener);
    }
}

static void memory_init(struct world *world) {
    struct state *state = world_block(world, sizeof(*state));
    struct stream_memory_limits limits = {.stream = {.send_bytes = 1 << 13,
                                                     .receive_bytes = 1 << 13,
                                                     .record_bytes_max = 2048,
                                                     .gather_bytes_max = 8192,
                                                     .hold_bytes = 1 << 12,
                                                     .hold_records_max = 16},
                                          .pairs_max = WIRES_MAX,
                                          .stacks = WORLD_HOSTS_MAX,
                                          .ports = WORLD_LISTENERS_MAX};
    world->net.state = state;
    state->memory =
        stream_memory_init(world_block(world, stream_memory_footprint(&limits)), &limits);
    prng_seed(&state->prng, world->options.seed ^ UINT64_C(0x6e6574));
    init_links(world);
    for (uint32_t i = 0; i < WORLD_HOSTS_MAX; i++) {
        world->hosts[i].inner = stream_memory_stack(state->memory, i);
    }
}

static uint32_t host_at(const struct world *world, const struct wire *wire, int end) {
    const struct world_link *link = &world->links[wire->link];
    return end == 0 ? link->dialler : link->acceptor;
}

static struct wire *wire_of(struct world *world, const struct stream *inner, int *end) {
    struct state *state = state_of(world);
    for (uint32_t i = 0; i < WIRES_MAX; i++) {
        for (int k = 0; k < 2; k++) {
            if (state->wires[i].live[k] && state->wires[i].end[k] == inner) {
                *end = k;
                return &state->wires[i];
            }
        }
    }
    return NULL;
}

static void plan_delivery(struct world *world, struct wire *wire, int to) {
    struct state *state = state_of(world);
    if (!wire->live[to] || wire->due[to] != WORLD_NEVER) {
        return;
    }
    int64_t at = world->now_ns + state->delay_ns[wire->link];
    if (state->jitter_ns[wire->link] > 0 && world->phase == WORLD_ROUGH) {
        at += world_between(&state->prng, 0, state->jitter_ns[wire->link]);
    }
    int64_t blocked = state->blocked_until[wire->link][to];
    wire->due[to] = at > blocked ? at : blocked;
}

static void memory_opened(struct world *world, struct world_stream *stream) {
    struct state *state = state_of(world);
    if (!stream->dialled) {
        return; /* known since it was dialled */
    }
    struct wire *wire = state->wires;
    while (wire->live[0] || wire->live[1]) {
        wire++;
        CHECK(wire < state->wires + WIRES_MAX);
    }
    *wire = (struct wire){.end = {stream->inner, stream_memory_peer(stream->inner)},
                          .live = {true, true},
                          .link = stream->link,
                          .due = {WORLD_NEVER, WORLD_NEVER}};
    plan_delivery(world, wire, 0);
}

/* The far end of a connection that never came about is nobody's. */
static void notice_forgotten(struct wire *wire) {
    if (wire->live[0] && wire->live[1] && stream_memory_peer(wire->end[0]) != wire->end[1]) {
        wire->live[1] = false;
    }
}

static void memory_touched(struct world *world, struct world_stream *stream) {
    int end;
    struct wire *wire = wire_of(world, stream->inner, &end);
    if (wire == NULL) {
        return;
    }
    notice_forgotten(wire);
    plan_delivery(world, wire, !end);
    if (wire->live[!end] && stream_unsent(wire->end[!end]) > 0) {
        plan_delivery(world, wire, end); /* there is room again, perhaps */
    }
}

static void memory_discarding(struct world *world, struct world_stream *stream) {
    int end;
    struct wire *wire = wire_of(world, stream->inner, &end);
    if (wire != NULL) {
        wire->live[end] = false;
        wire->live[1] = wire->live[1] && wire->established;
        plan_delivery(world, wire, !end);
    }
}

static size_t piece(struct world *world) {
    static const size_t cuts[] = {1, 2, 7, 23, 61, 150, 400, 1500, 16384};
    if (!world_strikes(world, WORLD_CUT)) {
        return SIZE_MAX;
    }
    return cuts[prng_below(&state_of(world)->prng, sizeof(cuts) / sizeof(cuts[0]))];
}

static void break_wire(struct world *world, struct wire *wire) {
    int end = wire->live[0] ? 0 : 1;
    if (wire->live[end] && stream_state(wire->end[end]) != STREAM_CLOSED) {
        stream_memory_reset(wire->end[end]);
    }
    notice_forgotten(wire);
    wire->sever_after = 0;
    world->hosts[host_at(world, wire, 0)].woken = true;
    world->hosts[host_at(world, wire, 1)].woken = true;
}

static void deliver(struct world *world, struct wire *wire, int to) {
    struct stream *stream = wire->end[to];
    size_t most = piece(world);
    bool severs = wire->sever_after > 0 && wire->sever_end == to;
    most = severs && most > wire->sever_after ? wire->sever_after : most;
    enum stream_state before = stream_state(stream);
    wire->due[to] = WORLD_NEVER;
    size_t moved = stream_memory_deliver(stream, most);
    wire->established |=
        to == 0 && before == STREAM_CONNECTING && stream_state(stream) == STREAM_OPEN;
    if (moved > 0 || stream_state(stream) != before) {
        world->hosts[host_at(world, wire, to)].woken = true;
        world->hosts[host_at(world, wire, !to)].woken = true; /* it has room */
        plan_delivery(world, wire, to);
    }
    if (wire->established && before == STREAM_CONNECTING) {
        world->hosts[host_at(world, wire, 1)].woken = true;
        plan_delivery(world, wire, 1);
    }
    notice_forgotten(wire);
    if (severs) {
        wire->sever_after -= moved;
        if (wire->sever_after == 0) {
            break_wire(world, wire);
        }
    }
}

static void memory_run(struct world *world) {
    struct state *state = state_of(world);
    for (uint32_t i = 0; i < WIRES_MAX; i++) {
        for (int to = 0; to < 2; to++) {
            struct wire *wire = &state->wires[i];
            if (wire->live[to] && wire->due[to] <= world->now_ns) {
                int64_t blocked = state->blocked_until[wire->link][to];
                if (blocked > world->now_ns) {
                    wire->due[to] = blocked;
                } else {
                    deliver(world, wire, to);
                }
            }
        }
    }
}

static int64_t memory_next(const struct world *world) {
    const struct state *state = state_of(world);
    int64_t next = WORLD_NEVER;
    for (uint32_t i = 0; i < WIRES_MAX; i++) {
        for (int to = 0; to < 2; to++) {
            const struct wire *wire = &state->wires[i];
            next = wire->live[to] && wire->due[to] < next ? wire->due[to] : next;
        }
    }
    return next;
}

static void memory_nothing(struct world *world, struct world_host *host) {
    (void)world;
    (void)host;
}

static int64_t memory_host_next(const struct world *world, const struct world_host *host) {
    (void)world;
    (void)host;
    return WORLD_NEVER;
}

static void memory_block(struct world *world, uint32_t link, int way, int64_t until_ns) {
    struct state *state = state_of(world);
    for (int to = 0; to < 2; to++) {
        if (way == 2 || way != to) {
            state->blocked_until[link][to] = until_ns;
        }
    }
}

static void memory_reset(struct world *world, uint32_t link, size_t bytes_before) {
    struct state *state = state_of(world);
    for (uint32_t i = 0; i < WIRES_MAX; i++) {
        struct wire *wire = &state->wires[i];
        if (wire->link != link || !(wire->live[0] || wire->live[1])) {
            continue;
        }
        if (bytes_before > 0) {
            wire->sever_after = bytes_before;
            wire->sever_end = (int)prng_below(&state->prng, 2);
        } else {
            break_wire(world, wire);
        }
    }
}

static void memory_dark(struct world *world, uint32_t exchange, bool dark) {
    struct state *state = state_of(world);
    for (uint32_t shard = 0; shard < WORLD_SHARDS_MAX; shard++) {
        stream_memory_answer(state->memory, shard, exchange,
                             dark ? STREAM_MEMORY_REFUSE : STREAM_MEMORY_ACCEPT);
    }
}

static void memory_heal(struct world *world) {
    struct state *state = state_of(world);
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        memory_block(world, i, 2, 0);
    }
    for (uint32_t i = 0; i < WIRES_MAX; i++) {
        state->wires[i].sever_after = 0;
        for (int to = 0; to < 2; to++) {
            if (state->wires[i].due[to] != WORLD_NEVER) {
                state->wires[i].due[to] = world->now_ns;
            }
        }
    }
}

static const char *memory_leak(const struct world *world) {
    (void)world;
    return NULL;
}

const struct world_net_ops world_net_memory = {.init = memory_init,
                                               .before = memory_nothing,
                                               .after = memory_nothing,
                                               .next = memory_next,
                                               .host_next = memory_host_next,
                                               .run = memory_run,
                                               .opened = memory_opened,
                                               .touched = memory_touched,
                                               .discarding = memory_discarding,
                                               .block = memory_block,
                                               .reset = memory_reset,
                                               .dark = memory_dark,
                                               .heal = memory_heal,
                                               .leak = memory_leak};
