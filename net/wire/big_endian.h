/*
 * Numbers in network order at any address. Bounds are the caller's. Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_BIG_ENDIAN_H
#define TERCEL_NET_WIRE_BIG_ENDIAN_H

#include <stdint.h>
#include <string.h>

static inline uint16_t big_endian_u16(const char *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap16(value);
}

static inline uint32_t big_endian_u32(const char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

static inline void big_endian_put_u16(char *at, uint16_t value) {
    value = __builtin_bswap16(value);
    memcpy(at, &value, sizeof value);
}

static inline void big_endian_put_u32(char *at, uint32_t value) {
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof value);
}

static inline void big_endian_put_u64(char *at, uint64_t value) {
    value = __builtin_bswap64(value);
    memcpy(at, &value, sizeof value);
}

#endif
