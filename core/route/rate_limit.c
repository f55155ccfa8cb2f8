#include "core/route/rate_limit.h"

#include "core/base/check.h"

#define NS_PER_MINUTE (60 * NS_PER_S)

struct rate_limit rate_limit_make(const struct rate_limit_config *config) {
    if (config->limit == 0) {
        return (struct rate_limit){.unit_ns = 0};
    }
    CHECK(config->limit <= RATE_LIMIT_MAX && config->per_minute >= 1 &&
          config->per_minute <= RATE_PER_MINUTE_MAX && config->cancel_reserve < config->limit);
    /* Rounded up: never faster than the venue's. */
    int64_t unit_ns = (NS_PER_MINUTE + config->per_minute - 1) / config->per_minute;
    return (struct rate_limit){
        .unit_ns = unit_ns,
        .all_ns = (int64_t)config->limit * unit_ns,
        .open_ns = (int64_t)(config->limit - config->cancel_reserve) * unit_ns,
    };
}
