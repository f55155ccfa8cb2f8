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

/* ceil(n/2) .. ceil(n/2) + n - 1 */
static uint32_t draw(uint32_t per_second, const struct hash_seed *secret, int64_t second) {
    struct {
        char what[8];
        int64_t second;
    } of = {.what = "budget", .second = second};
    uint64_t random = hash_bytes(bytes_of((const char *)&of, sizeof(of)), secret) >> 32;
    return per_second / 2 + per_second % 2 + (uint32_t)(random * per_second >> 32);
}

bool tcp_budget_take(struct tcp_budget *budget, uint32_t per_second, const struct hash_seed *secret,
                     struct now now) {
    int64_t second = now.mono.ns / NS_PER_S + 1;
    if (second != budget->second) {
        budget->second = second;
        budget->left = draw(per_second, secret, second);
    }
    if (budget->left == 0) {
        return false;
    }
    budget->left--;
    return true;
}
