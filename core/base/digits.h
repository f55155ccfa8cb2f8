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

/* The sixteen digits of `value`, less than 10^16, cut up the same way; see digits_value. */
static inline __m128i digits_of_long(uint64_t value) {
    uint64_t upper = value / 100000000;
    uint64_t lower = value - upper * 100000000;
    __m128i eights =
        _mm_unpacklo_epi64(_mm_cvtsi64_si128((int64_t)upper), _mm_cvtsi64_si128((int64_t)lower));
    __m128i hundreds = _mm_set1_epi32(100);
    __m128i tens = _mm_set1_epi16(10);
    /* Else the compiler makes shifts and additions of one multiplication. */
    __asm__("" : "+x"(hundreds), "+x"(tens));
    /* By 3518437209 / 2^45, 5243 / 2^19 and 6554 / 2^16. */
    __m128i quotient =
        _mm_srli_epi64(_mm_mul_epu32(eights, _mm_set1_epi64x(INT64_C(3518437209))), 45);
    __m128i rest = _mm_sub_epi32(eights, _mm_mul_epu32(quotient, _mm_set1_epi64x(10000)));
    __m128i fours = _mm_or_si128(quotient, _mm_slli_epi64(rest, 32));
    quotient = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi16(5243)), 3);
    rest = _mm_sub_epi16(fours, _mm_mullo_epi16(quotient, hundreds));
    __m128i pairs = _mm_or_si128(quotient, _mm_slli_epi32(rest, 16));
    quotient = _mm_mulhi_epu16(pairs, _mm_set1_epi16(6554));
    rest = _mm_sub_epi16(pairs, _mm_mullo_epi16(quotient, tens));
    return _mm_or_si128(quotient, _mm_slli_epi16(rest, 8));
}

/* A bit for each byte that is not 0. */
static inline unsigned digits_not_zero(__m128i digits) {
    __m128i zeros = _mm_cmpeq_epi8(digits, _mm_setzero_si128());
    return (unsigned)_mm_movemask_epi8(zeros) ^ 0xffff;
}

/* As text, with a dot that has `after` digits, 15 at most, behind it: those before it move down,
 * and the first, which has to be 0, is lost. */
static inline __m128i digits_text_with_dot(__m128i digits, size_t after) {
    static const char dot[32] = {[15] = '.' ^ '0'};
    __m128i behind = _mm_and_si128(digits, digits_last(after));
    __m128i before = _mm_srli_si128(_mm_andnot_si128(digits_last(after), digits), 1);
    __m128i place = _mm_loadu_si128((const __m128i *)(const void *)(dot + after));
    __m128i text = _mm_xor_si128(_mm_or_si128(behind, before), place);
    return _mm_xor_si128(text, _mm_set1_epi8('0'));
}

/* Its bytes from `first` on, at most 15, are stored at `out`, and as many of no matter what. */
static inline void digits_store_from(char *out, __m128i text, unsigned first) {
    uint64_t lower = (uint64_t)_mm_cvtsi128_si64(text);
    uint64_t upper = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(text, text));
    __extension__ unsigned __int128 bytes = (unsigned __int128)upper << 64 | lower;
    bytes >>= 8 * first;
    memcpy(out, &bytes, sizeof(bytes));
}

#define DIGITS_DECIMAL_LIMIT UINT64_C(1000000000000000)
#define DIGITS_DECIMAL_AFTER_MAX 14
/*
 * Writes `value`, less than DIGITS_DECIMAL_LIMIT, with a dot before the last `after` digits, as
 * short as it goes, and returns the length. At most DIGITS_MAX bytes of `out` are written over.
 *
 * What is written begins with the first digit that is not 0, or the last whole one, and ends with
 * the last that is not 0, or that one. The dot takes the place of the last whole digit, which moved
 * down.
 */
static inline size_t digits_put_decimal(char *out, uint64_t value, unsigned after) {
    __m128i digits = digits_of_long(value);
    unsigned last_whole = DIGITS_MAX - 1 - after;
    unsigned written = digits_not_zero(digits) | 1U << last_whole;
    unsigned first = (unsigned)__builtin_ctz(written) - 1;
    unsigned last = 31 - (unsigned)__builtin_clz(written);
    digits_store_from(out, digits_text_with_dot(digits, after), first);
    return (last == last_whole ? last : last + 1) - first;
}

#endif
