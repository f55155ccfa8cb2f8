/* Compiled with AVX2 and BMI; called only where fix_isa_best says so. */
#include "core/fix/fix_parser_avx.h"

/* 64 bytes that do not count and 64 that do: what lies at `rest` lets the last `rest` of 64. */
static const unsigned char counted[128] = {
#define COUNTED_8 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    [64] = COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8, COUNTED_8,
#undef COUNTED_8
};

static inline uint64_t marks_of(__m256i low, __m256i high) {
    const __m256i soh = _mm256_set1_epi8(FIX_SOH);
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, soh));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, soh));
    return first | (uint64_t)second << 32;
}

/* Notes where the lowest of the marks is; the others. */
static inline uint64_t note_one(uint16_t *out, uint64_t marks, size_t base) {
    *out = (uint16_t)(base + _tzcnt_u64(marks));
    return _blsr_u64(marks);
}

static inline uint64_t note_four(uint16_t *out, uint64_t marks, size_t base) {
    marks = note_one(out, marks, base);
    marks = note_one(out + 1, marks, base);
    marks = note_one(out + 2, marks, base);
    return note_one(out + 3, marks, base);
}

/* Notes where the marks are, eight at a time; where the next are noted. */
static inline uint16_t *note(uint16_t *out, uint64_t marks, size_t base) {
    uint16_t *end = out + _mm_popcnt_u64(marks);
    do {
        marks = note_four(out, marks, base);
        marks = note_four(out + 4, marks, base);
        out += 8;
    } while (UNLIKELY(out < end));
    return end;
}

static inline uint8_t total(__m256i sums) {
    __m128i half = _mm_add_epi8(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_sad_epu8(half, _mm_setzero_si128());
    return (uint8_t)(_mm_cvtsi128_si32(half) + _mm_extract_epi16(half, 4));
}

static inline uint32_t scan(const char *text, size_t len, uint16_t *starts, uint8_t *sum) {
    __m256i sums = _mm256_setzero_si256();
    uint16_t *out = starts + 1;
    size_t at = 0;
    for (; len - at > 64; at += 64) {
        __m256i low = fix_parser_load(text + at);
        __m256i high = fix_parser_load(text + at + 32);
        out = note(out, marks_of(low, high), at);
        sums = _mm256_add_epi8(sums, _mm256_add_epi8(low, high));
        if (UNLIKELY(out > starts + 1 + FIX_PARSER_MARKS_MAX)) {
            return FIX_PARSER_MARKS_MAX + 1;
        }
    }
    /* The last 64 bytes again, for up to 64 that are new. */
    size_t rest = len - at;
    __m256i low = fix_parser_load(text + len - 64);
    __m256i high = fix_parser_load(text + len - 32);
    out = note(out, marks_of(low, high) & UINT64_MAX << (64 - rest), len - 64);
    low = _mm256_and_si256(low, fix_parser_load(counted + rest));
    high = _mm256_and_si256(high, fix_parser_load(counted + 32 + rest));
    *sum = total(_mm256_add_epi8(sums, _mm256_add_epi8(low, high)));
    return (uint32_t)(out - starts) - 1;
}

enum fix_frame_result fix_parse_avx2(struct fix_parser *parser, struct bytes in,
                                     size_t message_bytes_max, struct fix_frame *frame,
                                     struct fix_view *view, enum fix_view_result *parsed,
                                     uint32_t *bad_offset) {
    return fix_parser_run(scan, fix_parser_follow_avx, fix_parser_put_avx, parser, in,
                          message_bytes_max, frame, view, parsed, bad_offset);
}
