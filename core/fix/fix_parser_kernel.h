/*
 * One message, framed and indexed: the same text for every instruction set, which differ in how
 * they do the three steps. Included by fix_parser_scalar.c and its siblings; internal to the codec.
 *
 * The scan looks at every byte once: it sums them and notes where each SOH is. Where these are, the
 * fields are compared with how those of the type's way begin, and noted as far as they agree; from
 * there on fix_parser_walk goes. Eight bytes from a SOH on are within the message at every SOH
 * before the trailer, for that and the trailer are eight bytes.
 *
 * Whatever is unusual (a fault, a message cut off, too long or too short) is answered the plain
 * way, from the start. So there is one place that decides about faults, and nothing here names one.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_KERNEL_H
#define TERCEL_CORE_FIX_FIX_PARSER_KERNEL_H

#include <stdbool.h>

#include "core/fix/fix_parser_internal.h"
#include "core/fix/fix_scan.h"

#define FIX_PARSER_INLINE static inline __attribute__((always_inline))

/* Notes where SOH is in text[0..len), from starts[1] on, and the sum of the bytes modulo 256; how
 * many there are, or a number over FIX_PARSER_MARKS_MAX. `len` is at least 64, and text[len] on may
 * be unreadable. Up to 64 entries after the last are written too. */
typedef uint32_t fix_parser_scan(const char *text, size_t len, uint16_t *starts, uint8_t *sum);

/* The first field from FIX_PARSER_HEAD_FIELDS on that does not begin as the way's; `end` if all
 * before it do, which is no more than the way's count. */
typedef uint32_t fix_parser_follow(const struct fix_parser_way *way, const char *text,
                                   const uint16_t *starts, uint32_t end);

/* Notes the first `count` fields of the way, and no matter what in up to 7 after these. */
typedef void fix_parser_put(const struct fix_parser_way *way, const uint16_t *starts,
                            uint32_t count, struct fix_field *fields);

/* What a scan of 64 bytes at `base` found: a bit for each SOH. Where the next are noted. */
FIX_PARSER_INLINE uint16_t *fix_parser_note_marks(uint16_t *out, uint64_t marks, size_t base) {
    for (; marks != 0; marks &= marks - 1) {
        *out++ = (uint16_t)(base + (size_t)__builtin_ctzll(marks));
    }
    return out;
}

/* How fix_parser_follow goes on from field `index`, one by one. */
FIX_PARSER_INLINE uint32_t fix_parser_follow_from(const struct fix_parser_way *way,
                                                  const char *text, const uint16_t *starts,
                                                  uint32_t index, uint32_t end) {
    while (index < end &&
           ((fix_scan_word(text + starts[index]) ^ way->text[index]) & way->mask[index]) == 0) {
        index++;
    }
    return index;
}

FIX_PARSER_INLINE uint32_t fix_parser_follow_plain(const struct fix_parser_way *way,
                                                   const char *text, const uint16_t *starts,
                                                   uint32_t end) {
    return fix_parser_follow_from(way, text, starts, FIX_PARSER_HEAD_FIELDS, end);
}

FIX_PARSER_INLINE void fix_parser_put_plain(const struct fix_parser_way *way,
                                            const uint16_t *starts, uint32_t count,
                                            struct fix_field *fields) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = (uint32_t)starts[i] + way->prefix[i];
        fields[i] =
            (struct fix_field){.tag = way->tag[i], .offset = value, .len = starts[i + 1] - value};
    }
}

/* The number in "ddd|", the first byte lowest; more than 999: it is not three digits and SOH. */
FIX_PARSER_INLINE uint32_t fix_parser_three_digits(uint32_t text) {
    uint32_t values = text ^ UINT32_C(0x01303030);
    if (UNLIKELY((((values + UINT32_C(0x7f767676)) | values) & UINT32_C(0x80808080)) != 0)) {
        return UINT32_MAX;
    }
    return (values & 0xff) * 100 + (values >> 8 & 0xff) * 10 + (values >> 16);
}

/* "N|" at `at` is a BodyLength below 10,000: the offset after it, or 0. */
FIX_PARSER_INLINE uint64_t fix_parser_body_length(const char *text, uint64_t at, uint64_t *value) {
    uint32_t first;
    memcpy(&first, text + at, sizeof first);
    uint32_t three = fix_parser_three_digits(le32toh(first));
    if (LIKELY(three <= 999)) {
        *value = three;
        return at + 4;
    }
    uint32_t digit = (uint32_t)(unsigned char)text[at] - '0';
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 4 && digit <= 9; i++) {
        sum = sum * 10 + digit;
        digit = (uint32_t)(unsigned char)text[++at] - '0';
    }
    *value = sum;
    return text[at] == FIX_SOH ? at + 1 : 0;
}

/* Whether the eight bytes of `tail` are SOH, "10=", the three digits of `sum`, and SOH. */
FIX_PARSER_INLINE bool fix_parser_trailer_is(uint64_t tail, uint32_t sum) {
    return (uint32_t)tail == UINT32_C(0x3d303101) &&
           fix_parser_three_digits((uint32_t)(tail >> 32)) == sum;
}

/* Where a message that need not be parsed the plain way lies. */
struct fix_parser_frame {
    uint64_t body;       /* its offset */
    uint64_t body_bytes; /* up to the trailer */
    uint64_t bytes;      /* of all */
};

/* Whether `in` begins as messages do here and has a whole one of a length that the pass can take.
 * The trailer is not looked at. */
FIX_PARSER_INLINE bool fix_parser_measure(const struct fix_parser *parser, struct bytes in,
                                          size_t message_bytes_max,
                                          struct fix_parser_frame *frame) {
    if (UNLIKELY(in.len < FIX_PARSER_BYTES_MIN)) {
        return false;
    }
    uint64_t first = fix_scan_word(in.data) ^ parser->head_text[0];
    uint64_t second = fix_scan_word(in.data + 8) ^ parser->head_text[1];
    if (UNLIKELY((first | (second & parser->head_mask)) != 0)) {
        return false;
    }
    frame->body = fix_parser_body_length(in.data, parser->head_bytes, &frame->body_bytes);
    frame->bytes = frame->body + frame->body_bytes + FIX_TRAILER_BYTES;
    return LIKELY(frame->body != 0 && frame->body_bytes >= 8 && frame->bytes <= in.len &&
                  frame->bytes <= message_bytes_max &&
                  frame->bytes - FIX_PARSER_BYTES_MIN <=
                      FIX_PARSER_BYTES_MAX - FIX_PARSER_BYTES_MIN);
}

/*
 * Notes which fields are the first of their tags. Those of fields that the message has not are
 * noted too: they say nothing, for there is no such field, or another, which has its tag noted
 * later.
 */
FIX_PARSER_INLINE void fix_parser_note_firsts(const struct fix_parser_way *way,
                                              struct fix_view *view) {
    for (uint32_t i = 0; i < way->firsts; i += 4) {
        view->at[way->slot[i]] = way->first[i];
        view->at[way->slot[i + 1]] = way->first[i + 1];
        view->at[way->slot[i + 2]] = way->first[i + 2];
        view->at[way->slot[i + 3]] = way->first[i + 3];
    }
}

/*
 * The scan has found the message to be whole: all that may yet be wrong is its fields, of which
 * `count` begin before the trailer. Calls nothing it does not end with.
 */
FIX_PARSER_INLINE enum fix_frame_result
fix_parser_index(fix_parser_follow *follow, fix_parser_put *put, struct fix_parser *parser,
                 const char *text, uint64_t body, uint32_t count, struct fix_view *view,
                 enum fix_view_result *parsed, uint32_t *bad_offset) {
    if (UNLIKELY(count > FIX_PARSER_MARKS_MAX)) {
        return fix_parser_index_plain(view, parsed, bad_offset);
    }
    const struct fix_parser_type *type = fix_parser_find_type(parser, fix_scan_word(text + body));
    if (UNLIKELY(type == NULL)) {
        return fix_parser_walk_new_type(parser, view, count, parsed, bad_offset);
    }
    const uint16_t *starts = parser->starts;
    struct fix_parser_way *way = type->way;
    uint32_t known = follow(way, text, starts, count < way->count ? count : way->count);
    put(way, starts, known, view->fields);
    fix_parser_note_head(view);
    fix_parser_note_firsts(way, view);
    if (UNLIKELY(known != count)) {
        return fix_parser_walk(parser, type, view, known, count, parsed, bad_offset);
    }
    way->proved = true;
    fix_parser_end(view, count, starts[count]);
    return FIX_FRAME_COMPLETE;
}

FIX_PARSER_INLINE enum fix_frame_result
fix_parser_run(fix_parser_scan *scan, fix_parser_follow *follow, fix_parser_put *put,
               struct fix_parser *parser, struct bytes in, size_t message_bytes_max,
               struct fix_frame *frame, struct fix_view *view, enum fix_view_result *parsed,
               uint32_t *bad_offset) {
    struct fix_parser_frame found;
    if (UNLIKELY(!fix_parser_measure(parser, in, message_bytes_max, &found))) {
        return fix_parse_plain(parser, in, message_bytes_max, frame, view, parsed, bad_offset);
    }
    size_t trailer = found.bytes - FIX_TRAILER_BYTES;
    uint8_t sum = 0;
    uint32_t count = scan(in.data, trailer, parser->starts, &sum);
    if (UNLIKELY(!fix_parser_trailer_is(fix_scan_word(in.data + trailer - 1), sum))) {
        return fix_parse_plain(parser, in, message_bytes_max, frame, view, parsed, bad_offset);
    }
    frame->bytes = found.bytes;
    frame->body_offset = found.body;
    frame->body_bytes = found.body_bytes;
    frame->fault = FIX_FAULT_NONE;
    view->message = bytes_of(in.data, found.bytes);
    *parsed = FIX_VIEW_OK;
    return fix_parser_index(follow, put, parser, in.data, found.body, count, view, parsed,
                            bad_offset);
}

#endif
