/* Compiled with AVX-512 (F, BW, VL) and BMI; called only where fix_isa_best says so. */
#include <immintrin.h>

#include "core/fix/fix_parser_kernel.h"

static inline uint64_t marks_of(__m512i block) {
    return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(FIX_SOH));
}

static inline __m512i add(__m512i sums, __m512i block) {
    return _mm512_add_epi64(sums, _mm512_sad_epu8(block, _mm512_setzero_si512()));
}

static inline uint64_t scan(const char *text, size_t len, uint64_t *map) {
    __m512i sums = _mm512_setzero_si512();
    const char *end = text + len;
    for (; end - text > 64; text += 64) {
        __m512i block = _mm512_loadu_si512(text);
        *map++ = marks_of(block);
        sums = add(sums, block);
    }
    /* Bytes that are masked out are zeros, and not read. */
    size_t rest = (size_t)(end - text);
    __m512i block = _mm512_maskz_loadu_epi8(UINT64_MAX >> (64 - rest), text);
    *map++ = marks_of(block);
    *map = UINT64_MAX;
    return (uint64_t)_mm512_reduce_add_epi64(add(sums, block));
}

enum fix_frame_result fix_parse_avx512(struct fix_parser *parser, struct bytes in,
                                       size_t message_bytes_max, struct fix_frame *frame,
                                       struct fix_view *view, enum fix_view_result *parsed,
                                       uint32_t *bad_offset) {
    return fix_parser_run(scan, parser, in, message_bytes_max, frame, view, parsed, bad_offset);
}
