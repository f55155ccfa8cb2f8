/* Compiled with AVX-512 (F, BW, VL, VBMI2) and BMI; called only where fix_isa_best says so. */
#include "core/fix/fix_parser_avx.h"

/* Notes where the marks of 64 bytes are, 32 at a time; `base` is what the first of the bytes is at.
 * Where the next are noted. */
static inline uint16_t *note(uint16_t *out, uint64_t marks, __m512i base) {
    static const unsigned char places[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i marked = _mm512_maskz_compress_epi8(marks, _mm512_loadu_si512(places));
    uint64_t count = (uint64_t)_mm_popcnt_u64(marks);
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(marked));
    _mm512_storeu_si512(out, _mm512_add_epi16(low, base));
    if (UNLIKELY(count > 32)) {
        __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(marked, 1));
        _mm512_storeu_si512(out + 32, _mm512_add_epi16(high, base));
    }
    return out + count;
}

static inline uint64_t marks_of(__m512i block) {
    return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(FIX_SOH));
}

static inline uint8_t total(__m512i sums) {
    __m256i half =
        _mm256_add_epi8(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
    __m128i quarter = _mm_add_epi8(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    quarter = _mm_sad_epu8(quarter, _mm_setzero_si128());
    return (uint8_t)(_mm_cvtsi128_si32(quarter) + _mm_extract_epi16(quarter, 4));
}

static inline uint32_t scan(const char *text, size_t len, uint16_t *starts, uint8_t *sum) {
    __m512i sums = _mm512_setzero_si512();
    __m512i base = _mm512_setzero_si512();
    uint16_t *out = starts + 1;
    const char *end = text + len;
    for (; end - text > 64; text += 64) {
        __m512i block = _mm512_loadu_si512(text);
        out = note(out, marks_of(block), base);
        base = _mm512_add_epi16(base, _mm512_set1_epi16(64));
        sums = _mm512_add_epi8(sums, block);
        if (UNLIKELY(out > starts + 1 + FIX_PARSER_MARKS_MAX)) {
            return FIX_PARSER_MARKS_MAX + 1;
        }
    }
    /* Bytes that are masked out are zeros, and not read. */
    __m512i block = _mm512_maskz_loadu_epi8(UINT64_MAX >> (64 - (end - text)), text);
    out = note(out, marks_of(block), base);
    *sum = total(_mm512_add_epi8(sums, block));
    return (uint32_t)(out - starts) - 1;
}

enum fix_frame_result fix_parse_avx512(struct fix_parser *parser, struct bytes in,
                                       size_t message_bytes_max, struct fix_frame *frame,
                                       struct fix_view *view, enum fix_view_result *parsed,
                                       uint32_t *bad_offset) {
    return fix_parser_run(scan, fix_parser_follow_avx, fix_parser_put_avx, parser, in,
                          message_bytes_max, frame, view, parsed, bad_offset);
}
