/*
 * Kraken's trading-engine rate counter: one an account and pair, which requests count up and time
 * counts down. A new order or a replace that finds it above its limit is refused. What each request
 * counts is that of Kraken's other interfaces, where an order's cancel or change counts the more
 * the younger the order is (unverified for FIX). Pure functions.
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_RATE_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"
#include "venues/exchange/exchange_notional.h"

struct kraken_rate_limits {
    uint32_t most;          /* 0: no limit */
    uint32_t decay_milli_s; /* a second, in thousandths of a count */
};

struct kraken_rate {
    exchange_wide level; /* in parts of a count */
    struct instant at;
};

/* What a cancel, or a replace, of an order of that age counts beyond what it always does. */
uint32_t kraken_rate_of_cancel(struct duration age);
uint32_t kraken_rate_of_replace(struct duration age);

/* Counts `count`, and says whether that stays within the limit. What is refused counts, too. */
bool kraken_rate_take(struct kraken_rate *rate, const struct kraken_rate_limits *limits,
                      uint32_t count, struct instant now);

#endif
