/*
 * A venue's counter of requests: each one adds to it, time takes away from it, and at its limit the
 * venue refuses. Kept here, too, so that no order is sent only to be refused.
 *
 * The last part of the limit is kept for cancels. A counter is one instant, the one at which it
 * will be empty; to check or to add is a multiplication and a comparison (the generic cell rate
 * algorithm, I.371 annex A in its virtual-scheduling form). A request that costs more than the
 * whole room may go when the counter is empty: it would never go otherwise.
 *
 * It can only be as good as what it is told: others who use the same account count at the venue,
 * and not here.
 *
 * Threading: none of its own.
 */
#ifndef TERCEL_CORE_ROUTE_RATE_LIMIT_H
#define TERCEL_CORE_ROUTE_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"

#define RATE_LIMIT_MAX 1000000U
#define RATE_PER_MINUTE_MAX 60000000U

/* As configured. */
struct rate_limit_config {
    uint32_t limit;          /* the counter's; up to RATE_LIMIT_MAX; 0: nothing is limited */
    uint32_t per_minute;     /* what time takes away; 1 .. RATE_PER_MINUTE_MAX */
    uint32_t cancel_reserve; /* below limit: what only cancels may use */
};

/* The same in time. All 0: nothing is limited. */
struct rate_limit {
    int64_t unit_ns; /* one unit is gone after so long */
    int64_t all_ns;  /* room for cancels */
    int64_t open_ns; /* room for everything else */
};

struct rate_counter {
    int64_t empty_ns; /* of the monotonic clock */
};

enum rate_use { RATE_USE_ORDER = 0, RATE_USE_CANCEL };

/* Cold: divides. */
struct rate_limit rate_limit_make(const struct rate_limit_config *config);

/* When a request that costs so many units may go; `now` or earlier: it may go now. */
static inline struct instant rate_limit_due(const struct rate_limit *limit,
                                            const struct rate_counter *counter, uint32_t cost,
                                            enum rate_use use) {
    int64_t room_ns = use == RATE_USE_CANCEL ? limit->all_ns : limit->open_ns;
    int64_t over_ns = (int64_t)cost * limit->unit_ns - room_ns;
    return (struct instant){.ns = counter->empty_ns + (over_ns < 0 ? over_ns : 0)};
}

/* It went. */
static inline void rate_limit_add(const struct rate_limit *limit, struct rate_counter *counter,
                                  struct instant now, uint32_t cost) {
    int64_t from_ns = counter->empty_ns > now.ns ? counter->empty_ns : now.ns;
    counter->empty_ns = from_ns + (int64_t)cost * limit->unit_ns;
}

#endif
