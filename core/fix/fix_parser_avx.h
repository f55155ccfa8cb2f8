/*
 * The two steps after the scan with vectors of 32 bytes; AVX2 and AVX-512 share them. Internal to
 * the codec, see fix_parser_kernel.h.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_AVX_H
#define TERCEL_CORE_FIX_FIX_PARSER_AVX_H

#include <immintrin.h>

#include "core/fix/fix_parser_kernel.h"

#ifdef __AVX2__

static inline __m256i fix_parser_load(const void *at) {
    return _mm256_loadu_si256(at);
}

/* Eight bytes from each of two fields on. */
static inline __m128i fix_parser_two_words(const char *text, const uint16_t *starts) {
    __m128 first = _mm_castsi128_ps(_mm_loadl_epi64((const void *)(text + starts[0])));
    return _mm_castps_si128(_mm_loadh_pi(first, (const void *)(text + starts[1])));
}

/* Whether four fields begin as the way's from number `index` on. */
static inline int fix_parser_are_four(const struct fix_parser_way *way, const char *text,
                                      const uint16_t *starts, uint32_t index) {
    __m128i low = fix_parser_two_words(text, starts + index);
    __m128i high = fix_parser_two_words(text, starts + index + 2);
    __m256i words = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    words = _mm256_xor_si256(words, fix_parser_load(way->text + index));
    return _mm256_testz_si256(words, fix_parser_load(way->mask + index));
}

static inline uint32_t fix_parser_follow_avx(const struct fix_parser_way *way, const char *text,
                                             const uint16_t *starts, uint32_t end) {
    uint32_t i = FIX_PARSER_HEAD_FIELDS;
    while (i + 4 <= end && fix_parser_are_four(way, text, starts, i)) {
        i += 4;
    }
    return fix_parser_follow_from(way, text, starts, i, end);
}

/*
 * Eight fields are three vectors of tags, offsets and lengths, one after the other and each in its
 * place among the 24 words they come to: a third of the places of any vector that is stored are
 * tags, so that each kind has to be put in order but once.
 */
static inline void fix_parser_put_eight(__m256i tags, __m256i offsets, __m256i lens, void *out) {
    __m256i *words = out;
    tags = _mm256_permutevar8x32_epi32(tags, _mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5));
    offsets = _mm256_permutevar8x32_epi32(offsets, _mm256_setr_epi32(5, 0, 3, 6, 1, 4, 7, 2));
    lens = _mm256_permutevar8x32_epi32(lens, _mm256_setr_epi32(2, 5, 0, 3, 6, 1, 4, 7));
    __m256i first = _mm256_blend_epi32(_mm256_blend_epi32(tags, offsets, 0x92), lens, 0x24);
    __m256i second = _mm256_blend_epi32(_mm256_blend_epi32(tags, offsets, 0x24), lens, 0x49);
    __m256i third = _mm256_blend_epi32(_mm256_blend_epi32(tags, offsets, 0x49), lens, 0x92);
    _mm256_storeu_si256(words, first);
    _mm256_storeu_si256(words + 1, second);
    _mm256_storeu_si256(words + 2, third);
}

static inline void fix_parser_put_avx(const struct fix_parser_way *way, const uint16_t *starts,
                                      uint32_t count, struct fix_field *fields) {
    for (uint32_t i = 0; i < count; i += 8) {
        const __m128i *start = (const void *)(starts + i);
        const __m128i *end = (const void *)(starts + i + 1);
        const __m128i *prefix = (const void *)(way->prefix + i);
        __m256i offsets = _mm256_add_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(start)),
                                           _mm256_cvtepu8_epi32(_mm_loadl_epi64(prefix)));
        __m256i lens = _mm256_sub_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(end)), offsets);
        fix_parser_put_eight(fix_parser_load(way->tag + i), offsets, lens, fields + i);
    }
}

#endif

#endif
