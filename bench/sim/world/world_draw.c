/* A seed makes a world. What is drawn for one kind of fault does not depend on the others. */
#include "bench/sim/world/world_internal.h"

#define EVENTS_EACH_MAX 3

/* Links between NICs go by one clock with both of them. */
static bool suits(enum world_fault_kind kind, bool packets) {
    return packets ? kind != WORLD_DRIFT : kind < WORLD_LOSS || kind > WORLD_MTU;
}

static bool is_an_event(enum world_fault_kind kind) {
    switch (kind) {
    case WORLD_STALL:
    case WORLD_PARTITION:
    case WORLD_RESET:
    case WORLD_SEVER:
    case WORLD_CLIENT_CRASH:
    case WORLD_CLIENT_LOGOUT:
    case WORLD_CLIENT_DEAF:
    case WORLD_EXCHANGE_CRASH:
    case WORLD_STEP:
    case WORLD_LEAP:
    case WORLD_ROLL_OVER:
    case WORLD_MARKET_CRASH:
        return true;
    default:
        return false;
    }
}

/* Each world has its own mix: from none of them to nearly all. */
static uint64_t draw_faults(struct world *world) {
    uint64_t on = 0;
    uint64_t share = prng_below(&world->draw, 5);
    for (int i = 0; i < WORLD_FAULTS; i++) {
        bool yes = prng_below(&world->draw, 8) < share;
        yes = yes && suits((enum world_fault_kind)i, world->plan.packets);
        on |= (uint64_t)yes << i;
    }
    return (on & world->options.allowed) | world->options.forced;
}

static struct world_event draw_event(struct world *world, struct prng *prng,
                                     enum world_fault_kind kind) {
    bool shorter = kind == WORLD_STALL || kind == WORLD_LEAP;
    return (struct world_event){
        .at_ns = world_between(prng, NS_PER_S / 2, world->plan.rough_ns),
        .lasts_ns = world_between(prng, NS_PER_MS, shorter ? 3 * NS_PER_S : 12 * NS_PER_S),
        .kind = kind,
        .target = (uint32_t)prng_below(prng, 1 << 16),
        .detail = (uint32_t)prng_below(prng, 1 << 16)};
}

/* By time, and those of one time as they came. */
static void insert(struct world_plan *plan, const struct world_event *event) {
    if (plan->event_count == WORLD_EVENTS_MAX) {
        return;
    }
    uint32_t at = plan->event_count++;
    for (; at > 0 && plan->events[at - 1].at_ns > event->at_ns; at--) {
        plan->events[at] = plan->events[at - 1];
    }
    plan->events[at] = *event;
}

static void draw_events(struct world *world) {
    for (int i = 0; i < WORLD_FAULTS; i++) {
        struct prng prng;
        enum world_fault_kind kind = (enum world_fault_kind)i;
        if (!is_an_event(kind) || !world_has(world, kind)) {
            continue;
        }
        prng_seed(&prng, world->options.seed * 64 + (uint64_t)i);
        for (uint64_t count = 1 + prng_below(&prng, EVENTS_EACH_MAX); count > 0; count--) {
            struct world_event event = draw_event(world, &prng, kind);
            insert(&world->plan, &event);
        }
    }
    if (world->options.events_max != 0 && world->options.events_max < world->plan.event_count) {
        world->plan.event_count = world->options.events_max;
    }
}

/* Some of its points, from rare to hardly ever not. */
static void draw_mischief(struct world *world) {
    static const uint32_t rates[] = {32, 128, 512};
    struct mischief *mischief = &world->mischief;
    prng_seed(&mischief->prng, world->options.seed ^ UINT64_C(0x6d69736368696566));
    mischief->on = prng_next(&mischief->prng) | prng_next(&mischief->prng);
    mischief->one_in = rates[prng_below(&mischief->prng, sizeof(rates) / sizeof(rates[0]))];
}

static void draw_clocks(struct world *world) {
    for (uint32_t i = 0; i < WORLD_HOSTS_MAX; i++) {
        int64_t ppm = world_between(&world->draw, -200, 200);
        world->hosts[i].clock.drift_ppm = world_has(world, WORLD_DRIFT) ? ppm : 0;
    }
}

void world_draw(struct world *world) {
    struct world_plan *plan = &world->plan;
    struct prng *draw = &world->draw;
    *plan = (struct world_plan){0};
    plan->packets = world_one_in(draw, 4) && !world->options.no_packets;
    plan->shards = world_one_in(draw, 3) ? 2 : 1;
    plan->exchanges = world_one_in(draw, 3) ? 2 : 1;
    plan->rough_ns = world_between(draw, 3 * NS_PER_S, 20 * NS_PER_S);
    plan->act_mean_ns = world_between(draw, 20 * NS_PER_MS, 600 * NS_PER_MS);
    plan->actions = (uint32_t)world_between(draw, 5, 120);
    plan->keep_numbers = world_one_in(draw, 2);
    plan->cancel_in_doubt = world_one_in(draw, 2);
    plan->cod = world_one_in(draw, 2) ? ORDER_ENTRY_COD_DISCONNECT : ORDER_ENTRY_COD_NONE;
    plan->cancel_window_ns = world_between(draw, 0, 3) * NS_PER_S;
    if (world->options.actions_max != 0 && world->options.actions_max < plan->actions) {
        plan->actions = world->options.actions_max;
    }
    plan->faults = draw_faults(world);
    draw_mischief(world);
    draw_clocks(world);
    draw_events(world);
    world->verdict.faults_on = plan->faults;
    world->verdict.events = plan->event_count;
}
