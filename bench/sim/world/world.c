#include "bench/sim/world/world.h"

#include <stdlib.h>

#include "bench/sim/world/world_internal.h"

/* 2026-01-05T12:00:00Z */
#define START_UTC_NS (INT64_C(1767614400) * NS_PER_S)
#define START_MONO_NS (1000 * NS_PER_S)
/* Questions about an order in doubt are up to a minute apart. */
#define HEAL_MAX_NS (400 * NS_PER_S)
#define STOP_MAX_NS (60 * NS_PER_S)
#define LOOK_EVERY_NS (500 * NS_PER_MS)
#define REST_NS (2 * NS_PER_S)
#define AGAIN_NS (12 * NS_PER_S)
/* Later than any world lasts: what is due then never is. */
#define FAR_NS (INT64_C(1000000) * NS_PER_S)
#define KILL_AFTER_NS (40 * NS_PER_S)

static const char *const states[WORLD_STATES] = {
    [WORLD_STATE_IDLE] = "idle",
    [WORLD_STATE_WORKING] = "working",
    [WORLD_STATE_CLIENT_AWAY] = "client away",
    [WORLD_STATE_CLIENT_AWAY_WORKING] = "client away, orders",
    [WORLD_STATE_CLIENT_LOGON] = "client logon",
    [WORLD_STATE_VENUE_AWAY] = "venue away",
    [WORLD_STATE_VENUE_AWAY_WORKING] = "venue away, orders",
    [WORLD_STATE_VENUE_LOGON] = "venue logon",
    [WORLD_STATE_BOTH_AWAY] = "both away",
};

const char *world_state_name(enum world_state state) {
    return states[state];
}

void world_break(struct world *world, const char *rule, const char *format, ...) {
    if (world->verdict.rule != NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(world->verdict.detail, sizeof(world->verdict.detail), format, arguments);
    va_end(arguments);
    world->verdict.rule = rule;
    world_trace(world, "BROKEN: %s: %s", rule, world->verdict.detail);
}

void world_trace(struct world *world, const char *format, ...) {
    FILE *trace = world->options.trace;
    if (trace == NULL) {
        return;
    }
    va_list arguments;
    (void)fprintf(trace, "%9.4f ", (double)world->now_ns / (double)NS_PER_S);
    va_start(arguments, format);
    (void)vfprintf(trace, format, arguments);
    va_end(arguments);
    (void)fputc('\n', trace);
}

void *world_block(struct world *world, size_t bytes) {
    return world_memory_take(world->memory, bytes);
}

/* Time. */

struct now world_now(const struct world_host *host) {
    int64_t t = host->world->now_ns;
    t += t / 1000000 * host->clock.drift_ppm;
    return (struct now){.mono = {START_MONO_NS + t},
                        .utc = {START_UTC_NS + t + host->clock.step_ns}};
}

int64_t world_time_of(const struct world_host *host, struct instant at) {
    if (at.ns > FAR_NS) {
        return WORLD_NEVER;
    }
    if (at.ns <= START_MONO_NS) {
        return 0; /* at once */
    }
    int64_t local = at.ns - START_MONO_NS;
    if (host->clock.drift_ppm == 0) {
        return local;
    }
    int64_t t = local;
    for (int i = 0; i < 4; i++) { /* a ten-thousandth of the error is left each time */
        t = local - t / 1000000 * host->clock.drift_ppm;
    }
    while (t + t / 1000000 * host->clock.drift_ppm < local) {
        t += NS_PER_US;
    }
    return t;
}

uint32_t world_client_count(const struct world *world) {
    return world->plan.shards * WORLD_CLIENTS_EACH;
}

/* What the shard is doing, by what the links have seen. */

static bool is_open(const struct world_order *order) {
    return !order->refused && order->end == '\0';
}

static enum world_state state_of(const struct world *world, uint32_t shard) {
    bool working = false, client_away = false, client_logon = false;
    bool venue_away = false, venue_logon = false;
    for (uint32_t i = 0; i < world->order_count && !working; i++) {
        working =
            world->orders[i].client / WORLD_CLIENTS_EACH == shard && is_open(&world->orders[i]);
    }
    for (uint32_t i = 0; i < WORLD_FIRST_ROGUE_LINK; i++) {
        const struct world_link *link = &world->links[i];
        bool client = world_link_kind(i) == WORLD_LINK_CLIENT;
        if (world_link_shard(i) != shard || !world_link_is_used(world, i)) {
            continue;
        }
        bool logon = link->connected && !(link->logon_seen[0] && link->logon_seen[1]);
        client_away |= client && !link->connected;
        venue_away |= !client && !link->connected;
        client_logon |= client && logon;
        venue_logon |= !client && logon;
    }
    if (client_away && venue_away) {
        return WORLD_STATE_BOTH_AWAY;
    }
    if (venue_away) {
        return working ? WORLD_STATE_VENUE_AWAY_WORKING : WORLD_STATE_VENUE_AWAY;
    }
    if (client_away) {
        return working ? WORLD_STATE_CLIENT_AWAY_WORKING : WORLD_STATE_CLIENT_AWAY;
    }
    if (venue_logon || client_logon) {
        return venue_logon ? WORLD_STATE_VENUE_LOGON : WORLD_STATE_CLIENT_LOGON;
    }
    return working ? WORLD_STATE_WORKING : WORLD_STATE_IDLE;
}

void world_struck(struct world *world, enum world_fault_kind kind, uint32_t shard) {
    world->verdict.struck[kind][state_of(world, shard < world->plan.shards ? shard : 0)]++;
}

/* Nodes. */

enum node_kind { NODE_NET = 0, NODE_FAULTS, NODE_SHARD, NODE_CLIENT, NODE_EXCHANGE, NODE_MARKET };

struct node {
    enum node_kind kind;
    uint32_t index;
    struct world_host *host;
};

#define NODES_MAX (2 + WORLD_HOSTS_MAX)

static uint32_t make_nodes(struct world *world, struct node *nodes) {
    uint32_t count = 0;
    nodes[count++] = (struct node){NODE_NET, 0, NULL};
    nodes[count++] = (struct node){NODE_FAULTS, 0, NULL};
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        nodes[count++] = (struct node){NODE_SHARD, i, &world->hosts[i]};
        nodes[count++] = (struct node){NODE_MARKET, i, &world->hosts[WORLD_FIRST_MARKET + i]};
    }
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        nodes[count++] = (struct node){NODE_CLIENT, i, &world->hosts[WORLD_FIRST_CLIENT + i]};
    }
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        nodes[count++] = (struct node){NODE_EXCHANGE, i, &world->hosts[WORLD_FIRST_EXCHANGE + i]};
    }
    return count;
}

static int64_t own_next(const struct world *world, const struct node *node) {
    switch (node->kind) {
    case NODE_NET:
        return world->net.ops->next(world);
    case NODE_FAULTS:
        return world_strike_next(world);
    case NODE_SHARD:
        return world_shard_next(world, node->index);
    case NODE_CLIENT:
        return world_client_next(world, node->index);
    case NODE_EXCHANGE:
        return world_exchange_next(world, node->index);
    case NODE_MARKET:
        break;
    }
    return world_market_next(world, node->index);
}

static int64_t node_next(const struct world *world, const struct node *node) {
    int64_t next = own_next(world, node);
    if (node->host != NULL) {
        int64_t below = world->net.ops->host_next(world, node->host);
        next = below < next ? below : next;
        next = node->host->wanted_ns < next ? node->host->wanted_ns : next;
        next = node->host->woken ? world->now_ns : next;
    }
    return next;
}

static void run_faults(struct world *world) {
    while (world->phase == WORLD_ROUGH && world->next_event < world->plan.event_count &&
           world->plan.events[world->next_event].at_ns <= world->now_ns) {
        world_strike(world, &world->plan.events[world->next_event++]);
    }
    world_strike_undo(world);
}

static void run_node(struct world *world, const struct node *node) {
    switch (node->kind) {
    case NODE_NET:
        world->net.ops->run(world);
        break;
    case NODE_FAULTS:
        run_faults(world);
        break;
    case NODE_SHARD:
        world_shard_run(world, node->index);
        break;
    case NODE_CLIENT:
        world_client_run(world, node->index);
        break;
    case NODE_EXCHANGE:
        world_exchange_run(world, node->index);
        break;
    case NODE_MARKET:
        world_market_run(world, node->index);
        break;
    }
}

/* Phases. */

static void enter(struct world *world, enum world_phase phase) {
    world_trace(world, "phase %d", (int)phase);
    world->phase = phase;
    world->phase_began = world->now_ns;
    world->rest_since = WORLD_NEVER;
    world->look_at = world->now_ns;
}

static void heal(struct world *world) {
    enter(world, WORLD_HEALING);
    world_strike_undo(world);
    world->net.ops->heal(world);
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        world_exchange_heal(world, i);
    }
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        world->clients[i].deaf_until = 0;
        world->clients[i].acts = false;
        world->clients[i].host->woken = true;
    }
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        world->shards[i].cold_until = 0;
        world->shards[i].host->woken = true;
        world->markets[i].dark_until = 0;
        world->markets[i].host->woken = true;
    }
}

static void empty(struct world *world) {
    enter(world, WORLD_EMPTYING);
    world->look_at = world->now_ns;
}

static void cancel_all(struct world *world) {
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        struct world_client *client = &world->clients[i];
        if (world_client_is_up(client) && client->masses_pending == 0) {
            world_act_cancel_all(world, i);
            client->host->woken = true;
        }
    }
}

static void ask_for_silent(struct world *world) {
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        if (world_client_is_up(&world->clients[i])) {
            world_act_ask_for_silent(world, i);
            world->clients[i].host->woken = true;
        }
    }
}

static void stop(struct world *world) {
    enter(world, WORLD_STOPPING);
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        world->clients[i].stays_away = true;
    }
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        struct world_shard *shard = &world->shards[i];
        order_entry_stop(shard->entry, world_now(shard->host), true,
                         (struct duration){5 * NS_PER_S});
        shard->host->woken = true;
    }
}

static bool all_stopped(const struct world *world) {
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        if (order_entry_phase(world->shards[i].entry) != ORDER_ENTRY_STOPPED) {
            return false;
        }
    }
    return true;
}

/* At rest for a while; or not in time, which breaks the rule that is not kept. */
static bool has_rest(struct world *world, bool no_orders) {
    const char *rule = world_unrest(world, no_orders);
    if (rule != NULL) {
        world->rest_since = WORLD_NEVER;
        if (world->now_ns - world->phase_began > HEAL_MAX_NS) {
            char detail[sizeof(world->verdict.detail)];
            memcpy(detail, world->verdict.detail, sizeof(detail));
            world_break(world, rule, "%s", detail);
        }
        return false;
    }
    if (world->rest_since == WORLD_NEVER) {
        world->rest_since = world->now_ns;
    }
    return world->now_ns - world->rest_since >= REST_NS;
}

/* The exchange cancels for a session only what came in it since its numbers began: the rest is left
 * to whoever else may, here to itself. */
static void kill_what_cannot_be_cancelled(struct world *world) {
    if (world->plan.keep_numbers && !world_has(world, WORLD_ROLL_OVER)) {
        return;
    }
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        world_exchange_kill_all(world, i);
    }
}

static void look_while_emptying(struct world *world) {
    int64_t since = world->now_ns - world->phase_began;
    if (since >= KILL_AFTER_NS && since < KILL_AFTER_NS + LOOK_EVERY_NS) {
        kill_what_cannot_be_cancelled(world);
    }
    if (since % AGAIN_NS < LOOK_EVERY_NS) {
        cancel_all(world);
    }
    if (has_rest(world, true)) {
        stop(world);
    }
}

static void look(struct world *world) {
    world->look_at = world->now_ns + LOOK_EVERY_NS;
    switch (world->phase) {
    case WORLD_ROUGH:
        if (world->now_ns >= world->plan.rough_ns) {
            heal(world);
        }
        break;
    case WORLD_HEALING:
        if ((world->now_ns - world->phase_began) % AGAIN_NS < LOOK_EVERY_NS) {
            ask_for_silent(world);
        }
        if (has_rest(world, false)) {
            empty(world);
        }
        break;
    case WORLD_EMPTYING:
        look_while_emptying(world);
        break;
    case WORLD_STOPPING:
        if (all_stopped(world)) {
            world->phase = WORLD_OVER;
            world_check_end(world);
        } else if (world->now_ns - world->phase_began > STOP_MAX_NS) {
            world_break(world, "liveness: the router stops", "after %d s",
                        (int)(STOP_MAX_NS / NS_PER_S));
        }
        break;
    case WORLD_OVER:
        break;
    }
}

static void begin(struct world *world, const struct world_options *options) {
    struct world_memory *memory = world->memory;
    memset(world, 0, sizeof(*world));
    world->memory = memory;
    world->options = *options;
    world->verdict.hash = UINT64_C(0xcbf29ce484222325);
    prng_seed(&world->draw, options->seed);
    prng_seed(&world->order, options->seed ^ UINT64_C(0x6f72646572));
    prng_seed(&world->chance, options->seed ^ UINT64_C(0x6368616e6365));
    world_draw(world);
    world_place_all(world);
    world->net.ops = world->plan.packets ? &world_net_packet : &world_net_memory;
    world->net.ops->init(world);
    for (uint32_t i = 0; i < world_client_count(world); i++) {
        (void)snprintf(world->clients[i].comp_id, sizeof(world->clients[i].comp_id), "FIRM%u", i);
        world_client_init(world, i);
    }
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        world_exchange_init(world, i);
    }
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        world_shard_init(world, i);
        world_market_init(world, i);
    }
    enter(world, WORLD_ROUGH);
}

/* The next moment at which something happens, and all that happens then, in any order. */
static void step(struct world *world, const struct node *nodes, uint32_t count) {
    int64_t next = world->look_at;
    for (uint32_t i = 0; i < count; i++) {
        int64_t own = node_next(world, &nodes[i]);
        next = own < next ? own : next;
    }
    world->now_ns = next > world->now_ns ? next : world->now_ns;
    uint32_t first = (uint32_t)prng_below(&world->order, count);
    for (uint32_t i = 0; i < count && world->verdict.rule == NULL; i++) {
        const struct node *node = &nodes[(first + i) % count];
        if (node_next(world, node) <= world->now_ns || node->kind == NODE_SHARD) {
            run_node(world, node);
        }
    }
    if (world->look_at <= world->now_ns) {
        look(world);
    }
    world->verdict.steps++;
}

void world_run(struct world *world, const struct world_options *options,
               struct world_verdict *verdict) {
    struct node nodes[NODES_MAX];
    uint64_t steps_max = options->steps_max != 0 ? options->steps_max : WORLD_STEPS_MAX;
    begin(world, options);
    uint32_t count = make_nodes(world, nodes);
    while (world->verdict.rule == NULL && world->phase != WORLD_OVER &&
           world->verdict.steps < steps_max) {
        step(world, nodes, count);
    }
    if (world->verdict.rule == NULL && world->phase != WORLD_OVER && options->steps_max == 0) {
        world_break(world, "a world ends", "%" PRIu64 " steps", world->verdict.steps);
    }
    world->verdict.simulated_ns = world->now_ns;
    *verdict = world->verdict;
    world_memory_give_all(world->memory);
}

struct world *world_new(void) {
    struct world *world = calloc(1, sizeof(struct world));
    CHECK(world != NULL);
    world->memory = calloc(1, sizeof(struct world_memory));
    CHECK(world->memory != NULL);
    return world;
}

void world_delete(struct world *world) {
    world_memory_free(world->memory);
    free(world->memory);
    free(world);
}
