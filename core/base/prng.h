/*
 * xoshiro256** seeded by splitmix64: for tests, simulation and jitter. Not for secrets.
 * The same seed gives the same sequence on every machine.
 */
#ifndef TERCEL_CORE_BASE_PRNG_H
#define TERCEL_CORE_BASE_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state[4];
};

void prng_seed(struct prng *prng, uint64_t seed);
uint64_t prng_next(struct prng *prng);

/*
 * Uniform in [0, bound), without bias; bound >= 1. A multiplication; one draw in 2^64 / bound needs
 * a division and perhaps further draws.
 */
uint64_t prng_below(struct prng *prng, uint64_t bound);

#endif
