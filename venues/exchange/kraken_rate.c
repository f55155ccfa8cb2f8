#include "venues/exchange/kraken_rate.h"

#include <stddef.h>

#define MILLI 1000

struct weight {
    int64_t below_s;
    uint32_t count;
};

static uint32_t weigh(const struct weight *weights, size_t count, struct duration age) {
    for (size_t i = 0; i < count; ++i) {
        if (age.ns < weights[i].below_s * NS_PER_S) {
            return weights[i].count;
        }
    }
    return 0;
}

uint32_t kraken_rate_of_cancel(struct duration age) {
    static const struct weight weights[] = {{5, 8}, {10, 6}, {15, 5}, {45, 4}, {90, 2}, {300, 1}};
    return weigh(weights, sizeof(weights) / sizeof(weights[0]), age);
}

uint32_t kraken_rate_of_replace(struct duration age) {
    static const struct weight weights[] = {{5, 3}, {10, 2}, {15, 1}};
    return weigh(weights, sizeof(weights) / sizeof(weights[0]), age);
}

bool kraken_rate_take(struct kraken_rate *rate, const struct kraken_rate_limits *limits,
                      uint32_t count, struct instant now) {
    if (limits->most == 0) {
        return true;
    }
    int64_t elapsed_ms = instant_since(now, rate->at).ns / NS_PER_MS;
    int64_t decayed;
    if (__builtin_mul_overflow(elapsed_ms, (int64_t)limits->decay_milli_s, &decayed)) {
        decayed = INT64_MAX;
    }
    decayed /= MILLI;
    rate->milli = decayed < rate->milli ? rate->milli - decayed : 0;
    rate->at = now;
    rate->milli += (int64_t)count * MILLI;
    return rate->milli <= (int64_t)limits->most * MILLI;
}
