/*
 * How often something may happen. One thread.
 *
 * A bucket: so many events a second, and a second's worth at once.
 *
 * A budget: about so many in each second of the clock, a number that nobody can know: between half
 * of it and one and a half, drawn anew by a secret. For what many share: who uses up what is left
 * cannot count what others took (RFC 5961 §7 with a fixed number told who spoke to whom:
 * CVE-2016-5696).
 */
#ifndef TERCEL_NET_TCP_TCP_LIMIT_H
#define TERCEL_NET_TCP_TCP_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/hash_index.h"
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

struct tcp_budget {
    int64_t second; /* of the clock, plus 1; 0: none yet */
    uint32_t left;
};

/* Takes one; false when none is left in this second. */
bool tcp_budget_take(struct tcp_budget *budget, uint32_t per_second, const struct hash_seed *secret,
                     struct now now) MUST_USE;

#endif
