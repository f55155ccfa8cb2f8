/* Faults that happen at a time: to links, processes and clocks. */
#include "bench/sim/world/world_internal.h"

#define HOUR_NS (INT64_C(3600) * NS_PER_S)
#define SEVERED_BYTES_MAX 400

/* One that is in use. */
static uint32_t some_link(const struct world *world, uint32_t target) {
    uint32_t used[WORLD_LINKS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORLD_LINKS_MAX; i++) {
        if (world_link_is_used(world, i)) {
            used[count++] = i;
        }
    }
    return used[target % count];
}

static uint32_t strike_link(struct world *world, const struct world_event *event) {
    uint32_t link = some_link(world, event->target);
    switch (event->kind) {
    case WORLD_STALL:
        world->net.ops->block(world, link, event->detail % 2 == 0 ? 0 : 1,
                              world->now_ns + event->lasts_ns);
        break;
    case WORLD_PARTITION:
        world->net.ops->block(world, link, 2, world->now_ns + event->lasts_ns);
        break;
    case WORLD_RESET:
        world->net.ops->reset(world, link, 0);
        break;
    default:
        world->net.ops->reset(world, link, 1 + event->detail % SEVERED_BYTES_MAX);
        break;
    }
    return world_link_shard(link);
}

static uint32_t strike_client(struct world *world, const struct world_event *event) {
    uint32_t index = event->target % world_client_count(world);
    struct world_client *client = &world->clients[index];
    switch (event->kind) {
    case WORLD_CLIENT_CRASH:
        world_client_crash(world, index, event->lasts_ns);
        break;
    case WORLD_CLIENT_LOGOUT:
        if (world_client_is_up(client)) {
            fix_link_logout(&client->link, world_now(client->host), bytes_of(NULL, 0));
            client->host->woken = true;
        }
        break;
    default:
        client->deaf_until = world->now_ns + event->lasts_ns;
        break;
    }
    return index / WORLD_CLIENTS_EACH;
}

/* Of a shard of either kind, or of an exchange. */
static uint32_t strike_clock(struct world *world, const struct world_event *event) {
    uint32_t shards = world->plan.shards;
    uint32_t at = event->target % (2 * shards + world->plan.exchanges);
    uint32_t number = at < shards       ? at
                      : at < 2 * shards ? WORLD_FIRST_MARKET + at - shards
                                        : WORLD_FIRST_EXCHANGE + at - 2 * shards;
    struct world_host *host = &world->hosts[number];
    if (event->kind == WORLD_LEAP) {
        host->clock.step_ns = -NS_PER_S;
    } else {
        host->clock.step_ns = event->detail % 2 == 0 ? HOUR_NS : -HOUR_NS;
    }
    world->undo_at[number] = world->now_ns + event->lasts_ns;
    return at < 2 * shards ? at % shards : 0;
}

static uint32_t strike_market(struct world *world, const struct world_event *event) {
    uint32_t index = event->target % world->plan.shards;
    world_market_crash(world, index, event->lasts_ns);
    return index;
}

static uint32_t strike_exchange(struct world *world, const struct world_event *event) {
    uint32_t index = event->target % world->plan.exchanges;
    struct world_exchange *exchange = &world->exchanges[index];
    const char *problem;
    if (event->kind == WORLD_EXCHANGE_CRASH) {
        world_exchange_crash(world, index, event->lasts_ns);
    } else {
        CHECK(kraken_spot_command(exchange->spot, world_now(exchange->host), BYTES("roll-over"),
                                  &problem));
        exchange->host->woken = true;
    }
    return event->detail % world->plan.shards;
}

void world_strike(struct world *world, const struct world_event *event) {
    uint32_t shard;
    world_trace(world, "fault: %s of %u for %" PRId64 " ms", world_fault_name(event->kind),
                event->target, event->lasts_ns / NS_PER_MS);
    switch (event->kind) {
    case WORLD_STALL:
    case WORLD_PARTITION:
    case WORLD_RESET:
    case WORLD_SEVER:
        shard = strike_link(world, event);
        break;
    case WORLD_CLIENT_CRASH:
    case WORLD_CLIENT_LOGOUT:
    case WORLD_CLIENT_DEAF:
        shard = strike_client(world, event);
        break;
    case WORLD_STEP:
    case WORLD_LEAP:
        shard = strike_clock(world, event);
        break;
    case WORLD_MARKET_CRASH:
        shard = strike_market(world, event);
        break;
    default:
        shard = strike_exchange(world, event);
        break;
    }
    world_struck(world, event->kind, shard);
}

void world_strike_undo(struct world *world) {
    for (uint32_t i = 0; i < WORLD_HOSTS_MAX; i++) {
        if (world->undo_at[i] <= world->now_ns || world->phase != WORLD_ROUGH) {
            world->hosts[i].clock.step_ns = 0;
            world->undo_at[i] = WORLD_NEVER;
        }
    }
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        struct world_exchange *exchange = &world->exchanges[i];
        if (exchange->dark_until != 0 && exchange->dark_until <= world->now_ns) {
            exchange->dark_until = 0;
            world->net.ops->dark(world, i, false);
        }
    }
}

int64_t world_strike_next(const struct world *world) {
    int64_t next = world->next_event < world->plan.event_count && world->phase == WORLD_ROUGH
                       ? world->plan.events[world->next_event].at_ns
                       : WORLD_NEVER;
    for (uint32_t i = 0; i < WORLD_HOSTS_MAX; i++) {
        next = world->undo_at[i] < next ? world->undo_at[i] : next;
    }
    return next;
}
