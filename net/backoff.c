#include "net/backoff.h"

void backoff_init(struct backoff *backoff, const struct backoff_policy *policy, uint64_t seed) {
    CHECK(policy->first.ns >= 1 && policy->cap.ns >= policy->first.ns && policy->stable.ns >= 0);
    *backoff = (struct backoff){
        .policy = *policy,
        .delay = policy->first,
        .retry_at = {.ns = INT64_MIN},
    };
    prng_seed(&backoff->prng, seed);
}

void backoff_connected(struct backoff *backoff, struct instant now) {
    backoff->connected = true;
    backoff->connected_at = now;
}

struct instant backoff_failed(struct backoff *backoff, struct instant now) {
    if (backoff->connected &&
        instant_since(now, backoff->connected_at).ns >= backoff->policy.stable.ns) {
        backoff->delay = backoff->policy.first;
    }
    backoff->connected = false;
    int64_t half = backoff->delay.ns / 2;
    int64_t jitter = (int64_t)prng_below(&backoff->prng, (uint64_t)(backoff->delay.ns - half) + 1);
    backoff->retry_at = instant_add(now, (struct duration){.ns = half + jitter});
    bool capped = backoff->delay.ns > backoff->policy.cap.ns / 2;
    backoff->delay.ns = capped ? backoff->policy.cap.ns : backoff->delay.ns * 2;
    return backoff->retry_at;
}
