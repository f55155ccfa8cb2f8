/*
 * Powers of two and whole cache lines, for capacities and footprints. Pure functions; any thread.
 */
#ifndef TERCEL_CORE_BASE_BITS_H
#define TERCEL_CORE_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE 64

static inline bool bits_is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

/* The smallest power of two that is at least `value`; value <= 2^31. 1 for 0. */
static inline uint32_t bits_power_of_two_at_least(uint32_t value) {
    return value <= 1 ? 1 : UINT32_C(1) << (32 - __builtin_clz(value - 1));
}

/* Rounded up to a multiple of CACHE_LINE; bytes <= SIZE_MAX - 63. */
static inline size_t bits_whole_lines(size_t bytes) {
    return (bytes + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
}

#endif
