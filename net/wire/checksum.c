#include "net/wire/checksum.h"

#include <string.h>

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

/*
 * Words of 64 bits are added with their carries brought round (RFC 1071 §2 (A), (C)): 2^16 and 2^64
 * are both 1 to a ones' complement sum.
 */
static inline uint64_t add_word(uint64_t sum, uint64_t word) {
    sum += word;
    return sum + (sum < word);
}

/* Each carry goes into the next addition, so that a word costs one instruction: no compiler makes
 * that of the C above. */
static inline uint64_t add_eight_words(uint64_t sum, const char *at) {
    __asm__("addq (%1), %0\n\t"
            "adcq 8(%1), %0\n\t"
            "adcq 16(%1), %0\n\t"
            "adcq 24(%1), %0\n\t"
            "adcq 32(%1), %0\n\t"
            "adcq 40(%1), %0\n\t"
            "adcq 48(%1), %0\n\t"
            "adcq 56(%1), %0\n\t"
            "adcq $0, %0"
            : "+&r"(sum)
            : "r"(at), "m"(*(const char(*)[64])at)
            : "cc");
    return sum;
}

struct checksum checksum_add(struct checksum sum, const char *data, size_t bytes) {
    uint64_t words = 0;
    for (; bytes >= 64; bytes -= 64, data += 64) {
        words = add_eight_words(words, data);
    }
    for (; bytes >= 8; bytes -= 8, data += 8) {
        words = add_word(words, load(data));
    }
    /* Halves leave room above them for other parts, and for the tail. */
    sum.sum += (words & 0xffffffff) + (words >> 32);
    if (bytes != 0) {
        sum.sum += load_tail(data, bytes);
    }
    return sum;
}

struct checksum checksum_pseudo(struct ipv4_address from, struct ipv4_address to,
                                uint8_t protocol) {
    struct checksum sum = {.sum = (uint64_t)__builtin_bswap32(from.value) +
                                  __builtin_bswap32(to.value)};
    return checksum_add_u16(sum, protocol);
}
