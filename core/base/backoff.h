/*
 * When to try again: exponential waiting with a cap and jitter, as a pure policy.
 *
 * The first try is due at once. Every failed try doubles the wait, from min to max, and spreads it
 * over its upper half, so that many sessions cut off together do not come back together. A
 * connection that lasted `stable` starts over at min.
 */
#ifndef TERCEL_CORE_BASE_BACKOFF_H
#define TERCEL_CORE_BASE_BACKOFF_H

#include <stdint.h>

#include "core/base/instant.h"
#include "core/base/prng.h"

struct backoff_limits {
    struct duration min;    /* > 0 */
    struct duration max;    /* >= min */
    struct duration stable; /* up for so long: the next wait is min again */
};

struct backoff {
    struct backoff_limits limits;
    struct duration wait; /* after the next failure */
    struct instant due;   /* of the next try */
    uint32_t tries;       /* failed in a row */
};

/* Due at once. */
void backoff_init(struct backoff *backoff, const struct backoff_limits *limits);

/* A try failed, or what it made ended at `now` after having been up for `lasted` (0: never up). */
void backoff_failed(struct backoff *backoff, struct now now, struct duration lasted,
                    struct prng *prng);

#endif
