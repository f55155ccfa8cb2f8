/* Compiled with SSE4.2; called only where fix_isa_best says so. */
#include <immintrin.h>

#include "core/fix/fix_parser_kernel.h"

/* 64 bytes that do not count and 64 that do: what lies at `rest` lets the last `rest` of 64. */
static const unsigned char counted[128] = {
#define COUNTED_8 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    [64] = COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8,
#undef COUNTED_8
};

struct block {
    __m128i part[4];
};

static inline struct block load(const void *at) {
    const __m128i *parts = at;
    return (struct block){{_mm_loadu_si128(parts), _mm_loadu_si128(parts + 1),
                           _mm_loadu_si128(parts + 2), _mm_loadu_si128(parts + 3)}};
}

static inline uint64_t marks_of(struct block block) {
    const __m128i soh = _mm_set1_epi8(FIX_SOH);
    uint64_t marks = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t part = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block.part[i], soh));
        marks |= (uint64_t)part << 16 * i;
    }
    return marks;
}

static inline __m128i add(__m128i sums, struct block block) {
    const __m128i zero = _mm_setzero_si128();
    for (unsigned i = 0; i < 4; i++) {
        sums = _mm_add_epi64(sums, _mm_sad_epu8(block.part[i], zero));
    }
    return sums;
}

static inline struct block only(struct block block, struct block mask) {
    for (unsigned i = 0; i < 4; i++) {
        block.part[i] = _mm_and_si128(block.part[i], mask.part[i]);
    }
    return block;
}

static inline uint32_t scan(const char *text, size_t len, uint16_t *starts, uint8_t *sum) {
    __m128i sums = _mm_setzero_si128();
    uint16_t *out = starts + 1;
    size_t at = 0;
    for (; len - at > 64; at += 64) {
        struct block block = load(text + at);
        out = fix_parser_note_marks(out, marks_of(block), at);
        sums = add(sums, block);
        if (UNLIKELY(out > starts + 1 + FIX_PARSER_MARKS_MAX)) {
            return FIX_PARSER_MARKS_MAX + 1;
        }
    }
    /* The last 64 bytes again, for up to 64 that are new. */
    size_t rest = len - at;
    struct block block = load(text + len - 64);
    out = fix_parser_note_marks(out, marks_of(block) & UINT64_MAX << (64 - rest), len - 64);
    sums = add(sums, only(block, load(counted + rest)));
    *sum = (uint8_t)(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4));
    return (uint32_t)(out - starts) - 1;
}

enum fix_frame_result fix_parse_sse42(struct fix_parser *parser, struct bytes in,
                                      size_t message_bytes_max, struct fix_frame *frame,
                                      struct fix_view *view, enum fix_view_result *parsed,
                                      uint32_t *bad_offset) {
    return fix_parser_run(scan, fix_parser_follow_plain, fix_parser_put_plain, parser, in,
                          message_bytes_max, frame, view, parsed, bad_offset);
}
