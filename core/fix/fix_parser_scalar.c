/* Any CPU: eight bytes at a time. */
#include "core/fix/fix_parser_kernel.h"

/*
 * A bit for each SOH of `word`, the first byte's lowest. Exact, unlike the test in fix_scan_soh:
 * adding within seven bits carries into no neighbour. The product moves the eight marks, 7 bits
 * nearer to each other each, to its top byte.
 */
static inline uint64_t marks_of(uint64_t word) {
    uint64_t other = word ^ FIX_SCAN_ONES;
    uint64_t highs = ~((((other & ~FIX_SCAN_HIGHS) + ~FIX_SCAN_HIGHS) | other) | ~FIX_SCAN_HIGHS);
    return (highs >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/* The sums of the even and of the odd bytes, together, in four lanes of 16 bits. */
static inline uint64_t lanes_of(uint64_t word) {
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    return (word & even) + (word >> 8 & even);
}

/* Of at most 16 words, so that the lanes' sum has 16 bits too. */
static inline uint64_t sum_of(uint64_t lanes) {
    return lanes * UINT64_C(0x0001000100010001) >> 48;
}

static inline uint32_t scan(const char *text, size_t len, uint16_t *starts, uint8_t *sum) {
    uint64_t total = 0;
    uint16_t *out = starts + 1;
    for (size_t at = 0; at < len; at += 64) {
        size_t rest = len - at < 64 ? len - at : 64;
        uint64_t marks = 0;
        uint64_t lanes = 0;
        size_t in_block = 0;
        for (; in_block + 8 <= rest; in_block += 8) {
            uint64_t word = fix_scan_word(text + at + in_block);
            marks |= marks_of(word) << in_block;
            lanes += lanes_of(word);
        }
        if (in_block < rest) {
            /* The last bytes, with what lies before them pushed out. */
            uint64_t word = fix_scan_word(text + len - 8) >> (64 - 8 * (rest - in_block));
            marks |= marks_of(word) << in_block;
            lanes += lanes_of(word);
        }
        out = fix_parser_note_marks(out, marks, at);
        total += sum_of(lanes);
        if (UNLIKELY(out > starts + 1 + FIX_PARSER_MARKS_MAX)) {
            return FIX_PARSER_MARKS_MAX + 1;
        }
    }
    *sum = (uint8_t)total;
    return (uint32_t)(out - starts) - 1;
}

enum fix_frame_result fix_parse_scalar(struct fix_parser *parser, struct bytes in,
                                       size_t message_bytes_max, struct fix_frame *frame,
                                       struct fix_view *view, enum fix_view_result *parsed,
                                       uint32_t *bad_offset) {
    return fix_parser_run(scan, fix_parser_follow_plain, fix_parser_put_plain, parser, in,
                          message_bytes_max, frame, view, parsed, bad_offset);
}
