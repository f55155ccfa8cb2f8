/*
 * A token bucket: so many events a second, and a second's worth at once. One thread.
 */
#ifndef TERCEL_NET_TCP_TCP_LIMIT_H
#define TERCEL_NET_TCP_TCP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/instant.h"

struct tcp_bucket {
    uint32_t tokens;
    struct instant filled_at;
};

/* Full. */
static inline struct tcp_bucket tcp_bucket_of(uint32_t per_second, struct now now) {
    return (struct tcp_bucket){.tokens = per_second, .filled_at = now.mono};
}

/* Takes one of `per_second` tokens (the same at every call); false when there is none. */
bool tcp_limit_take(struct tcp_bucket *bucket, uint32_t per_second, struct now now) MUST_USE;

#endif
