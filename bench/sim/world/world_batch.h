/* Many worlds: ranges of seeds, what they covered, planted bugs, and the smallest world that still
 * fails. */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_BATCH_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_BATCH_H

#include "bench/sim/world/world.h"

/* Of all worlds of a batch; plain memory, so that processes can hand it on. */
struct world_sum {
    uint64_t worlds, failures, steps, messages, orders, fills, struck, simulated_ns, cpu_ns;
    uint64_t hash; /* of all hashes */
    uint64_t cover[WORLD_FAULTS][WORLD_STATES];
    uint64_t mischief[MISCHIEF_POINTS];
};

struct world_request {
    uint64_t first, last;
    unsigned jobs;
    bool keep_on;        /* after a failure */
    bool quiet;          /* no progress */
    const char *command; /* how the program was called, for what reproduces a failure */
    struct world_options options;
};

/* The program's only one; what crashes says which world it was. */
void world_batch_begin(void);
void world_batch_end(void);

/* Runs the range, in `jobs` processes; failures are told on stderr. */
void world_batch_run(const struct world_request *request, struct world_sum *sum);
/* One world; with a failure its trace around the broken rule on stderr. */
bool world_batch_one(const struct world_request *request, uint64_t seed,
                     struct world_verdict *verdict);
void world_sum_add(struct world_sum *sum, const struct world_sum *more);
void world_sum_print(const struct world_sum *sum, double wall_s, FILE *out);
void world_cover_print(const struct world_sum *sum, FILE *out);

/* A table, and as many lines of TAP when `tap`; how many were not found. */
int world_plants_run(const struct world_request *request, bool tap);

/* Fewer faults, events, actions and steps, while it still breaks the same rule. */
void world_minimise(const struct world_request *request, uint64_t seed);

#endif
