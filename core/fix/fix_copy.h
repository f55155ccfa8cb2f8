/*
 * Copying a value of a field. Internal to the codec: no bounds but its own arguments.
 */
#ifndef TERCEL_CORE_FIX_FIX_COPY_H
#define TERCEL_CORE_FIX_FIX_COPY_H

#include <stdbool.h>

#include "core/base/digits.h"
#include "core/fix/fix_frame.h"

#define FIX_BLOCK 16

static inline __m128i fix_block_load(const char *from) {
    return _mm_loadu_si128((const __m128i *)(const void *)from);
}

static inline void fix_block_store(char *to, __m128i block) {
    _mm_storeu_si128((__m128i *)(void *)to, block);
}

static inline __m128i fix_block_soh(__m128i block) {
    return _mm_cmpeq_epi8(block, _mm_set1_epi8(FIX_SOH));
}

/* 1 to 3 bytes: the first, the one in the middle, the last. */
static inline bool fix_copy_few(char *to, const char *from, size_t len) {
    char first = from[0];
    char middle = from[len / 2];
    char last = from[len - 1];
    to[0] = first;
    to[len / 2] = middle;
    to[len - 1] = last;
    return first != FIX_SOH && middle != FIX_SOH && last != FIX_SOH;
}

/*
 * Copies exactly `len` bytes, the last ones perhaps twice, and says whether none of them was SOH.
 * No call of memcpy: most values are shorter than that would take to find out.
 */
static inline bool fix_copy(char *to, const char *from, size_t len) {
    if (len >= FIX_BLOCK) {
        __m128i block = fix_block_load(from + len - FIX_BLOCK);
        __m128i soh = fix_block_soh(block);
        fix_block_store(to + len - FIX_BLOCK, block);
        for (size_t at = 0; at + FIX_BLOCK < len; at += FIX_BLOCK) {
            block = fix_block_load(from + at);
            soh = _mm_or_si128(soh, fix_block_soh(block));
            fix_block_store(to + at, block);
        }
        return _mm_movemask_epi8(soh) == 0;
    }
    if (len >= 8) {
        uint64_t first = digits_word64(from);
        uint64_t last = digits_word64(from + len - 8);
        memcpy(to, &first, sizeof(first));
        memcpy(to + len - 8, &last, sizeof(last));
        __m128i both = _mm_set_epi64x((int64_t)last, (int64_t)first);
        return _mm_movemask_epi8(fix_block_soh(both)) == 0;
    }
    if (len >= 4) {
        uint32_t first = digits_word32(from);
        uint32_t last = digits_word32(from + len - 4);
        memcpy(to, &first, sizeof(first));
        memcpy(to + len - 4, &last, sizeof(last));
        __m128i both = _mm_cvtsi64_si128((int64_t)((uint64_t)last << 32 | first));
        return _mm_movemask_epi8(fix_block_soh(both)) == 0;
    }
    return len == 0 || fix_copy_few(to, from, len);
}

#endif
