#include "net/wire/checksum.h"

#include <string.h>

/* 32-bit halves of eight bytes go to two sums: no carry can be lost before 2^32 bytes. */
static inline uint64_t low_half(uint64_t word) {
    return word & 0xffffffff;
}

static inline uint64_t load(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The last 0 .. 7 bytes, as if zeros followed. */
static inline uint64_t load_tail(const char *at, size_t bytes) {
    uint64_t sum = 0;
    if ((bytes & 4) != 0) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        sum += word;
        at += sizeof word;
    }
    if ((bytes & 2) != 0) {
        uint16_t word;
        memcpy(&word, at, sizeof word);
        sum += word;
        at += sizeof word;
    }
    if ((bytes & 1) != 0) {
        sum += (unsigned char)*at; /* in front of the zero: the low half, on a little endian */
    }
    return sum;
}

struct checksum checksum_add(struct checksum sum, const char *data, size_t bytes) {
    uint64_t low = 0, high = 0, low2 = 0, high2 = 0;
    while (bytes >= 16) {
        uint64_t first = load(data);
        uint64_t second = load(data + 8);
        low += low_half(first);
        high += first >> 32;
        low2 += low_half(second);
        high2 += second >> 32;
        data += 16;
        bytes -= 16;
    }
    if (bytes >= 8) {
        uint64_t word = load(data);
        low += low_half(word);
        high += word >> 32;
        data += 8;
        bytes -= 8;
    }
    if (bytes != 0) {
        low += load_tail(data, bytes);
    }
    sum.sum += low + high + low2 + high2;
    return sum;
}

struct checksum checksum_pseudo(struct ipv4_address from, struct ipv4_address to,
                                uint8_t protocol) {
    struct checksum sum = {.sum = (uint64_t)__builtin_bswap32(from.value) +
                                  __builtin_bswap32(to.value)};
    return checksum_add_u16(sum, protocol);
}
