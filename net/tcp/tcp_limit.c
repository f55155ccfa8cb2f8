#include "net/tcp/tcp_limit.h"

/* A second's worth is the most that is saved up. */
bool tcp_limit_take(struct tcp_bucket *bucket, uint32_t per_second, struct now now) {
    if (per_second == 0) {
        return false;
    }
    uint64_t elapsed_ns = (uint64_t)instant_since(now.mono, bucket->filled_at).ns;
    if (elapsed_ns >= 2 * (uint64_t)NS_PER_S) { /* full in any case; below, nothing overflows */
        bucket->tokens = per_second;
        bucket->filled_at = now.mono;
    } else {
        uint64_t earned = elapsed_ns * per_second / (uint64_t)NS_PER_S;
        if (earned > 0) {
            uint64_t tokens = bucket->tokens + earned;
            bucket->tokens = tokens < per_second ? (uint32_t)tokens : per_second;
            /* What is left of the time earns on: rounded up, so that nothing is earned twice. */
            uint64_t used_ns = (earned * (uint64_t)NS_PER_S + per_second - 1) / per_second;
            bucket->filled_at.ns += (int64_t)used_ns;
        }
    }
    if (bucket->tokens == 0) {
        return false;
    }
    bucket->tokens--;
    return true;
}
