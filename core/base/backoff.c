#include "core/base/backoff.h"

#include "core/base/check.h"
#include "core/base/mischief.h"

void backoff_init(struct backoff *backoff, const struct backoff_limits *limits) {
    CHECK(limits->min.ns > 0 && limits->max.ns >= limits->min.ns);
    *backoff = (struct backoff){.limits = *limits, .wait = limits->min, .due = {.ns = INT64_MIN}};
}

void backoff_failed(struct backoff *backoff, struct now now, struct duration lasted,
                    struct prng *prng) {
    if (lasted.ns >= backoff->limits.stable.ns) {
        backoff->wait = backoff->limits.min;
        backoff->tries = 0;
    }
    int64_t half = backoff->wait.ns / 2;
    int64_t jitter = half > 0 ? (int64_t)prng_below(prng, (uint64_t)half) : 0;
    int64_t wait_ns = MISCHIEF(MISCHIEF_NO_BACKOFF) ? 0 : backoff->wait.ns - jitter;
    backoff->due = instant_add(now.mono, (struct duration){.ns = wait_ns});
    backoff->tries++;
    backoff->wait.ns = backoff->wait.ns > backoff->limits.max.ns / 2 ? backoff->limits.max.ns
                                                                     : backoff->wait.ns * 2;
}
