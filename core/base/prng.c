#include "core/base/prng.h"

#include "core/base/check.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t splitmix64(uint64_t *state) {
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t value, unsigned by) {
    return (value << by) | (value >> (64 - by));
}

void prng_seed(struct prng *prng, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        prng->state[i] = splitmix64(&seed);
    }
}

uint64_t prng_next(struct prng *prng) {
    uint64_t *s = prng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Lemire, "Fast random integer generation in an interval" (2019). The high word of draw * bound is
 * the result; draws whose low word falls below 2^64 mod bound would favour some results. */
uint64_t prng_below(struct prng *prng, uint64_t bound) {
    DCHECK(bound >= 1);
    wide product = (wide)prng_next(prng) * bound;
    if ((uint64_t)product < bound) {
        uint64_t rejected = (0 - bound) % bound;
        while ((uint64_t)product < rejected) {
            product = (wide)prng_next(prng) * bound;
        }
    }
    return (uint64_t)(product >> 64);
}
