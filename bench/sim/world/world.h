/*
 * The world: the real order entry between clients and exchanges that keep their own books, in
 * virtual time, under every fault, from one seed.
 *
 * Nodes on one thread: shards of order entry as a worker drives them (world_router.c), clients
 * (world_client.c), exchanges, which are the real counterpart (world_exchange.c), and stubs of
 * market data. Streams join them over links that fail (world_net.h): in memory, or packets of our
 * TCP between simulated NICs, as the seed says. A world is rough at first; then it heals, must come
 * to rest within a bound, is emptied of orders and stopped.
 *
 * What is held true reads only what clients and exchanges wrote down and the bytes on the wires:
 *   world_hear.c    each report, by the client that hears it
 *   world_wire.c    what the router writes: numbers, and nothing after a Logout
 *   world_check.c   at rest: fills, orders and ends are the same at both ends
 *   world.c         the world comes to rest, and gives back what it took
 *
 * The same seed and options give the same bytes at the same times, whatever the day or build.
 *
 * For tests only. One thread; from the heap; a world at a time.
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/sim/world/world_fault.h"
#include "bench/sim/world/world_plant.h"
#include "core/base/mischief.h"

#define WORLD_STEPS_MAX 2000000

/* What the router was doing when a fault struck, by what could be seen from outside. */
enum world_state {
    WORLD_STATE_IDLE = 0, /* everybody connected, no order open */
    WORLD_STATE_WORKING,
    WORLD_STATE_CLIENT_AWAY,
    WORLD_STATE_CLIENT_AWAY_WORKING,
    WORLD_STATE_CLIENT_LOGON,
    WORLD_STATE_VENUE_AWAY,
    WORLD_STATE_VENUE_AWAY_WORKING,
    WORLD_STATE_VENUE_LOGON,
    WORLD_STATE_BOTH_AWAY,
    WORLD_STATES
};

const char *world_state_name(enum world_state state);

struct world_options {
    uint64_t seed;
    uint64_t allowed;     /* bit per world_fault_kind; drawn from these */
    uint64_t forced;      /* are on whatever is drawn */
    uint64_t steps_max;   /* 0: WORLD_STEPS_MAX */
    uint32_t actions_max; /* of all clients; 0: as drawn */
    uint32_t events_max;  /* of the planned faults the first so many; 0: all */
    bool no_packets;      /* memory streams whatever is drawn */
    enum world_plant plant;
    FILE *trace; /* NULL; or everything that happens */
};

struct world_verdict {
    const char *rule; /* NULL: all was well. Static text */
    char detail[240];
    uint64_t hash; /* of every byte committed to a stream by anybody, and when */
    uint64_t faults_on;
    uint64_t steps, messages;
    uint32_t orders, fills, actions, events;
    int64_t simulated_ns;
    uint32_t struck[WORLD_FAULTS][WORLD_STATES];
    uint64_t mischief[MISCHIEF_POINTS]; /* how often each struck */
};

struct world;

struct world *world_new(void);
void world_delete(struct world *world);

/* Everything of the world before is forgotten. */
void world_run(struct world *world, const struct world_options *options,
               struct world_verdict *verdict);

#endif
