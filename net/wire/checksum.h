/*
 * The Internet checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words.
 *
 * A sum is kept unfolded in 64 bits, so that parts can be added in any order as long as each but
 * the last has an even length. Sums are of the bytes as they lie in memory (no byte order is
 * applied: RFC 1071 §2 (B)); checksum_finish gives the field as it is stored. Pure functions; any
 * thread.
 */
#ifndef TERCEL_NET_WIRE_CHECKSUM_H
#define TERCEL_NET_WIRE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "net/wire/ipv4.h"

struct checksum {
    uint64_t sum;
};

/* `sum` with `bytes` of data added; at most 2^32 bytes in all. */
struct checksum checksum_add(struct checksum sum, const char *data, size_t bytes);

/* The pseudo header of TCP (RFC 9293 §3.1) without its length: constant for a connection. */
struct checksum checksum_pseudo(struct ipv4_address from, struct ipv4_address to, uint8_t protocol);

/* Adds a 16-bit number in host order, as if it lay there in network order. */
static inline struct checksum checksum_add_u16(struct checksum sum, uint16_t value) {
    sum.sum += (uint16_t)__builtin_bswap16(value);
    return sum;
}

/* Folded to 16 bits, not complemented: what offload wants in the TCP checksum field. */
static inline uint16_t checksum_fold(struct checksum sum) {
    uint64_t folded = (sum.sum & 0xffffffff) + (sum.sum >> 32);
    folded = (folded & 0xffff) + (folded >> 16);
    folded = (folded & 0xffff) + (folded >> 16);
    folded = (folded & 0xffff) + (folded >> 16);
    return (uint16_t)folded;
}

/* As checksum_fold, of two numbers of 16 bits. */
static inline uint16_t checksum_fold_two(struct checksum sum) {
    return (uint16_t)(sum.sum + (sum.sum >> 16));
}

/* The field as it is stored (memcpy it); over data that holds its own checksum: 0 when it is
 * good. */
static inline uint16_t checksum_finish(struct checksum sum) {
    return (uint16_t)~checksum_fold(sum);
}

#endif
