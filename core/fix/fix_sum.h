/*
 * The sum of bytes modulo 256, sixteen at a time, for a message that is still in cache. Internal to
 * the codec: no bounds but its own arguments, nothing read outside them.
 */
#ifndef TERCEL_CORE_FIX_FIX_SUM_H
#define TERCEL_CORE_FIX_FIX_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/digits.h"

static inline __m128i fix_sum_block(const char *at) {
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline uint8_t fix_sum(const char *at, size_t len) {
    const __m128i zero = _mm_setzero_si128();
    const char *end = at + len;
    if (UNLIKELY(len < 16)) {
        unsigned sum = 0;
        while (at < end) {
            sum += (unsigned char)*at++;
        }
        return (uint8_t)sum;
    }
    /* What is left over is the end of a whole block, whose other bytes are in blocks before. */
    __m128i sums =
        _mm_sad_epu8(_mm_and_si128(fix_sum_block(end - 16), digits_last(len % 16)), zero);
    if ((len & 16) != 0) {
        sums = _mm_add_epi32(sums, _mm_sad_epu8(fix_sum_block(at), zero));
        at += 16;
    }
    for (const char *last = at + len / 32 * 32; at != last; at += 32) {
        sums = _mm_add_epi32(sums, _mm_sad_epu8(fix_sum_block(at), zero));
        sums = _mm_add_epi32(sums, _mm_sad_epu8(fix_sum_block(at + 16), zero));
    }
    return (uint8_t)(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4));
}

#endif
