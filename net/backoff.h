/*
 * When to try again: exponential, capped, jittered, forgiven after a connection that lasted.
 *
 * Pure: it is told what happened and when, and answers with the instant before which nobody should
 * dial. Jitter keeps a hundred sessions that lost the same venue from returning together.
 */
#ifndef TERCEL_NET_BACKOFF_H
#define TERCEL_NET_BACKOFF_H

#include "core/base/check.h"
#include "core/base/instant.h"
#include "core/base/prng.h"

struct backoff_policy {
    struct duration first;  /* the delay after one failure, >= 1 ns */
    struct duration cap;    /* no delay is longer; >= first */
    struct duration stable; /* a connection that lasted so long starts over */
};

struct backoff {
    struct backoff_policy policy;
    struct prng prng;
    struct duration delay; /* the full delay after the next failure */
    struct instant connected_at;
    struct instant retry_at;
    bool connected;
};

void backoff_init(struct backoff *backoff, const struct backoff_policy *policy, uint64_t seed);

/* A connection came about. */
void backoff_connected(struct backoff *backoff, struct instant now);

/*
 * An attempt failed, or the connection was lost. Returns the instant from which to try again:
 * uniformly within the second half of the current delay, which then doubles up to the cap. After a
 * connection of at least `stable` the delay is `first` again.
 */
struct instant backoff_failed(struct backoff *backoff, struct instant now);

/* Whether the pause is over (true before the first attempt). */
static inline bool backoff_may_try(const struct backoff *backoff, struct instant now) {
    return instant_reached(now, backoff->retry_at);
}

/* The deadline backoff_failed gave last. */
static inline struct instant backoff_deadline(const struct backoff *backoff) {
    return backoff->retry_at;
}

#endif
