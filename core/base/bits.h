/*
 * Powers of two, for capacities. Pure functions; any thread.
 */
#ifndef TERCEL_CORE_BASE_BITS_H
#define TERCEL_CORE_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool bits_is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

/* The smallest power of two that is at least `value`; value <= 2^31. 1 for 0. */
static inline uint32_t bits_power_of_two_at_least(uint32_t value) {
    return value <= 1 ? 1 : UINT32_C(1) << (32 - __builtin_clz(value - 1));
}

#endif
