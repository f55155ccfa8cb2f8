/* Who is where: hosts, and the links between them. */
#include "bench/sim/world/world_internal.h"

enum world_link_kind world_link_kind(uint32_t link) {
    if (link < WORLD_FIRST_VENUE_LINK) {
        return WORLD_LINK_CLIENT;
    }
    if (link < WORLD_FIRST_ROGUE_LINK) {
        return WORLD_LINK_VENUE;
    }
    return link < WORLD_FIRST_MARKET_LINK ? WORLD_LINK_ROGUE : WORLD_LINK_MARKET;
}

/* Of links between `many` of a kind and each exchange. */
static uint32_t of_exchange(uint32_t first, uint32_t index, uint32_t exchange) {
    return first + index * WORLD_EXCHANGES_MAX + exchange;
}

uint32_t world_link_shard(uint32_t link) {
    switch (world_link_kind(link)) {
    case WORLD_LINK_CLIENT:
        return link / WORLD_CLIENTS_EACH;
    case WORLD_LINK_VENUE:
        return (link - WORLD_FIRST_VENUE_LINK) / WORLD_EXCHANGES_MAX;
    case WORLD_LINK_ROGUE:
        return link - WORLD_FIRST_ROGUE_LINK;
    case WORLD_LINK_MARKET:
        break;
    }
    return (link - WORLD_FIRST_MARKET_LINK) / WORLD_EXCHANGES_MAX;
}

bool world_link_is_used(const struct world *world, uint32_t link) {
    bool shard = world_link_shard(link) < world->plan.shards;
    switch (world_link_kind(link)) {
    case WORLD_LINK_CLIENT:
        return shard;
    case WORLD_LINK_VENUE:
        return shard &&
               (link - WORLD_FIRST_VENUE_LINK) % WORLD_EXCHANGES_MAX < world->plan.exchanges;
    case WORLD_LINK_ROGUE:
        return shard && world->plan.rogues;
    case WORLD_LINK_MARKET:
        break;
    }
    return shard && (link - WORLD_FIRST_MARKET_LINK) % WORLD_EXCHANGES_MAX < world->plan.exchanges;
}

static uint32_t accepted_by_shard(uint32_t shard, uint32_t listener) {
    return listener < WORLD_CLIENTS_EACH ? shard * WORLD_CLIENTS_EACH + listener
                                         : WORLD_FIRST_ROGUE_LINK + shard;
}

static uint32_t accepted_by_exchange(const struct world *world, uint32_t exchange,
                                     uint32_t listener) {
    return listener < world->plan.shards
               ? of_exchange(WORLD_FIRST_VENUE_LINK, listener, exchange)
               : of_exchange(WORLD_FIRST_MARKET_LINK, listener - world->plan.shards, exchange);
}

uint32_t world_link_of(const struct world_host *host, bool dialled, uint32_t index) {
    switch (host->role) {
    case WORLD_SHARD:
        return dialled ? of_exchange(WORLD_FIRST_VENUE_LINK, host->index, index)
                       : accepted_by_shard(host->index, index);
    case WORLD_CLIENT:
        return host->index;
    case WORLD_ROGUE:
        return WORLD_FIRST_ROGUE_LINK + host->index;
    case WORLD_MARKET:
        return of_exchange(WORLD_FIRST_MARKET_LINK, host->index, index);
    case WORLD_EXCHANGE:
        break;
    }
    return accepted_by_exchange(host->world, host->index, index);
}

static void join_clients(struct world *world, uint32_t shard) {
    for (uint32_t i = 0; i < WORLD_CLIENTS_EACH; i++) {
        uint32_t client = shard * WORLD_CLIENTS_EACH + i;
        world->links[client] = (struct world_link){
            .dialler = WORLD_FIRST_CLIENT + client, .acceptor = shard, .listener = i};
    }
    world->links[WORLD_FIRST_ROGUE_LINK + shard] = (struct world_link){
        .dialler = WORLD_FIRST_ROGUE + shard, .acceptor = shard, .listener = WORLD_CLIENTS_EACH};
}

static void join_exchange(struct world *world, uint32_t shard, uint32_t exchange) {
    struct world_link link = {.dialler = shard,
                              .acceptor = WORLD_FIRST_EXCHANGE + exchange,
                              .peer = exchange,
                              .listener = shard};
    world->links[of_exchange(WORLD_FIRST_VENUE_LINK, shard, exchange)] = link;
    link.dialler = WORLD_FIRST_MARKET + shard;
    link.listener = world->plan.shards + shard;
    world->links[of_exchange(WORLD_FIRST_MARKET_LINK, shard, exchange)] = link;
}

static void init_links(struct world *world) {
    for (uint32_t shard = 0; shard < WORLD_SHARDS_MAX; shard++) {
        join_clients(world, shard);
        for (uint32_t exchange = 0; exchange < WORLD_EXCHANGES_MAX; exchange++) {
            join_exchange(world, shard, exchange);
        }
    }
}

void world_place_all(struct world *world) {
    static const struct {
        enum world_role role;
        uint32_t first, count;
    } rows[] = {{WORLD_SHARD, 0, WORLD_SHARDS_MAX},
                {WORLD_CLIENT, WORLD_FIRST_CLIENT, WORLD_CLIENTS_MAX},
                {WORLD_EXCHANGE, WORLD_FIRST_EXCHANGE, WORLD_EXCHANGES_MAX},
                {WORLD_ROGUE, WORLD_FIRST_ROGUE, WORLD_SHARDS_MAX},
                {WORLD_MARKET, WORLD_FIRST_MARKET, WORLD_SHARDS_MAX}};
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        for (uint32_t i = 0; i < rows[row].count; i++) {
            world_tap_init(world, rows[row].first + i, rows[row].role, i);
            world->undo_at[rows[row].first + i] = WORLD_NEVER;
        }
    }
    init_links(world);
}
