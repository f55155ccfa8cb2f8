/* Compiled with AVX2 and BMI; called only where fix_isa_best says so. */
#include <immintrin.h>

#include "core/fix/fix_parser_kernel.h"

/* 64 bytes that do not count and 64 that do: what lies at `rest` lets the last `rest` of 64. */
static const unsigned char counted[128] = {
#define COUNTED_8 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    [64] = COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8,
#undef COUNTED_8
};

static inline __m256i load(const void *at) {
    return _mm256_loadu_si256(at);
}

static inline uint64_t marks_of(__m256i low, __m256i high) {
    const __m256i soh = _mm256_set1_epi8(FIX_SOH);
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, soh));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, soh));
    return first | (uint64_t)second << 32;
}

static inline __m256i add(__m256i sums, __m256i low, __m256i high) {
    const __m256i zero = _mm256_setzero_si256();
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(low, zero));
    return _mm256_add_epi64(sums, _mm256_sad_epu8(high, zero));
}

static inline uint64_t total(__m256i sums) {
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return (uint64_t)_mm_cvtsi128_si64(half) + (uint64_t)_mm_extract_epi64(half, 1);
}

static inline uint64_t scan(const char *text, size_t len, uint64_t *map) {
    __m256i sums = _mm256_setzero_si256();
    const char *end = text + len;
    for (; end - text > 64; text += 64) {
        __m256i low = load(text);
        __m256i high = load(text + 32);
        *map++ = marks_of(low, high);
        sums = add(sums, low, high);
    }
    /* The last 64 bytes again, for up to 64 that are new. */
    size_t rest = (size_t)(end - text);
    __m256i low = load(end - 64);
    __m256i high = load(end - 32);
    *map++ = marks_of(low, high) >> (64 - rest);
    *map = UINT64_MAX;
    low = _mm256_and_si256(low, load(counted + rest));
    high = _mm256_and_si256(high, load(counted + 32 + rest));
    return total(add(sums, low, high));
}

enum fix_frame_result fix_parse_avx2(struct fix_parser *parser, struct bytes in,
                                     size_t message_bytes_max, struct fix_frame *frame,
                                     struct fix_view *view, enum fix_view_result *parsed,
                                     uint32_t *bad_offset) {
    return fix_parser_run(scan, parser, in, message_bytes_max, frame, view, parsed, bad_offset);
}
