/*
 * Decimal digits, sixteen at a time: what text of numbers and of times is read and written with.
 *
 * A vector holds up to sixteen digits, one a byte, 0 to 9 and not '0' to '9', the last digit in the
 * last byte, zeros in front. Whoever reads text asks digits_marks which bytes were none before he
 * believes the rest. No bounds but the arguments; nothing is read outside them. Pure; any thread.
 * The vectors are SSE2's, which every x86-64 has.
 */
#ifndef TERCEL_CORE_BASE_DIGITS_H
#define TERCEL_CORE_BASE_DIGITS_H

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of a vector and of the text that fits in one. */
#define DIGITS_MAX 16
#define DIGITS_ASCII_ZEROS UINT64_C(0x3030303030303030)

static inline uint16_t digits_word16(const char *at) {
    uint16_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

static inline uint32_t digits_word32(const char *at) {
    uint32_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

static inline uint64_t digits_word64(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

/* The last `count` bytes all ones, the others 0; `count` <= 16. */
static inline __m128i digits_last(size_t count) {
    static const uint8_t ramp[32] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255,
                                     255,        255, 255, 255, 255, 255, 255, 255};
    return _mm_loadu_si128((const __m128i *)(const void *)(ramp + count));
}

/* 1 to 7 characters as the last bytes of a word, '0' taken off each. Two loads that overlap. */
static inline uint64_t digits_load_word(const char *text, size_t len) {
    unsigned shift = (unsigned)(64 - 8 * len);
    if (len >= 4) {
        uint64_t first = digits_word32(text) ^ (uint32_t)DIGITS_ASCII_ZEROS;
        uint64_t last = digits_word32(text + len - 4) ^ (uint32_t)DIGITS_ASCII_ZEROS;
        return last << 32 | first << shift;
    }
    uint64_t word = (uint64_t)((unsigned char)text[len - 1] ^ '0') << 56;
    if (len > 1) {
        word |= (uint64_t)(uint16_t)(digits_word16(text) ^ (uint16_t)DIGITS_ASCII_ZEROS) << shift;
    }
    return word;
}

/* 1 to 16 characters of text. */
static inline __m128i digits_load(const char *text, size_t len) {
    if (len < 8) {
        __m128i word = _mm_cvtsi64_si128((int64_t)digits_load_word(text, len));
        return _mm_unpacklo_epi64(_mm_setzero_si128(), word);
    }
    const __m128i zeros = _mm_set1_epi8('0');
    __m128i first = _mm_loadl_epi64((const __m128i *)(const void *)text);
    __m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(text + len - 8));
    __m128i shift = _mm_cvtsi32_si128((int)(128 - 8 * len));
    first = _mm_sll_epi64(_mm_xor_si128(first, zeros), shift);
    return _mm_unpacklo_epi64(first, _mm_xor_si128(last, zeros));
}

/* The same where the 16 bytes before the end of the text can be read, whatever they are. */
static inline __m128i digits_load_within(const char *text, size_t len) {
    __m128i vector = _mm_loadu_si128((const __m128i *)(const void *)(text + len - DIGITS_MAX));
    return _mm_and_si128(_mm_xor_si128(vector, _mm_set1_epi8('0')), digits_last(len));
}

/* A bit for each byte that is no digit. */
static inline unsigned digits_marks(__m128i digits) {
    /* 10 and more come to 0x80 and more, where the addition saturates. */
    return (unsigned)_mm_movemask_epi8(_mm_adds_epu8(digits, _mm_set1_epi8(0x76)));
}

/* Without the byte that has `after` bytes behind it: those before it move up. */
static inline __m128i digits_without(__m128i digits, size_t after) {
    __m128i behind = _mm_and_si128(digits, digits_last(after));
    __m128i before = _mm_andnot_si128(digits_last(after + 1), digits);
    return _mm_or_si128(_mm_slli_si128(before, 1), behind);
}

/* In 16 bits each, the numbers of the eight pairs of digits. */
static inline __m128i digits_pairs(__m128i digits) {
    __m128i factors = _mm_set1_epi16(2561);
    /* Else the compiler makes four shifts and additions of one multiplication. */
    __asm__("" : "+x"(factors));
    /* A pair a, b becomes a * 2560 + b * 256 + a, of which the upper byte is 10 * a + b. */
    return _mm_srli_epi16(_mm_mullo_epi16(digits, factors), 8);
}

/* The number, less than 10^16; all bytes are digits. */
static inline uint64_t digits_value(__m128i digits) {
    __m128i pairs = digits_pairs(digits);
    __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
    __m128i packed = _mm_packs_epi32(fours, fours);
    __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(1 << 16 | 10000));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    return (both & UINT32_MAX) * 100000000 + (both >> 32);
}

/*
 * The digits of `value`, less than 10^8, one a byte, the first in the lowest, zeros in front: cut
 * into two halves, these into pairs, these into digits, all at once. A product by 10486 / 2^20 or
 * 103 / 2^10 is a division by 100 or 10 of what is less than 10^4 or 10^2.
 */
static inline uint64_t digits_of(uint32_t value) {
    uint64_t upper = value / 10000;
    uint64_t fours = upper | (value - upper * 10000) << 32;
    uint64_t hundreds = fours * 10486 >> 20 & UINT64_C(0x0000007f0000007f);
    uint64_t pairs = (fours << 16) - hundreds * ((100 << 16) - 1);
    uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000f000f000f000f);
    return (pairs << 8) - tens * ((10 << 8) - 1);
}

#endif
