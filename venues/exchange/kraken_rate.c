#include "venues/exchange/kraken_rate.h"

#include <stddef.h>

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

/* A thousandth of a count a second is one of these a nanosecond: nothing is rounded. */
#define PARTS ((exchange_wide)1000 * NS_PER_S)

bool kraken_rate_take(struct kraken_rate *rate, const struct kraken_rate_limits *limits,
                      uint32_t count, struct instant now) {
    if (limits->most == 0) {
        return true;
    }
    exchange_wide decayed = (exchange_wide)instant_since(now, rate->at).ns * limits->decay_milli_s;
    rate->level = decayed < rate->level ? rate->level - decayed : 0;
    rate->at = now;
    rate->level += count * PARTS;
    return rate->level <= limits->most * PARTS;
}
