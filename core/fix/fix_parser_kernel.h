/*
 * One message, framed and indexed: the same text for every instruction set, which differ in how
 * they scan. Included by fix_parser_scalar.c and its siblings; internal to the codec.
 *
 * The scan looks at every byte once: it sums them and notes in a bit for each where SOH is. The
 * walk then goes from SOH to SOH: it knows where a field ends, and compares how it begins with what
 * followed the field before it earlier. Eight bytes from a SOH on are within the message at every
 * SOH before the trailer, for that and the trailer are eight bytes.
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

/* Sets map[i / 64] bit i % 64 where text[i] is SOH, for i < len, the bits from len on to 0, and the
 * word after these to all ones, so that reading on after the last mark ends; the sum of the bytes.
 * `len` is at least 64, and text[len] on may be unreadable. */
typedef uint64_t fix_parser_scan(const char *text, size_t len, uint64_t *map);

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

FIX_PARSER_INLINE bool fix_parser_is(const struct fix_parser_node *node, uint64_t word) {
    return ((word ^ node->text) & node->mask) == 0;
}

/* Notes 8, 9 and 35. */
FIX_PARSER_INLINE void fix_parser_begin(const struct fix_parser *parser, uint64_t body,
                                        uint64_t soh, struct fix_view *view) {
    uint32_t head = parser->head_bytes;
    uint32_t type = (uint32_t)body + 3;
    view->fields[0] = (struct fix_field){.tag = FIX_BEGIN_STRING, .offset = 2, .len = head - 5};
    view->fields[1] = (struct fix_field){
        .tag = FIX_BODY_LENGTH, .offset = head, .len = (uint32_t)body - 1 - head};
    view->fields[2] =
        (struct fix_field){.tag = FIX_MSG_TYPE, .offset = type, .len = (uint32_t)soh - type};
    view->at[FIX_BEGIN_STRING] = 0;
    view->at[FIX_BODY_LENGTH] = 1;
    view->at[FIX_MSG_TYPE] = 2;
}

FIX_PARSER_INLINE void fix_parser_end(struct fix_view *view, uint64_t index, uint64_t last) {
    view->fields[index] =
        (struct fix_field){.tag = FIX_CHECK_SUM, .offset = (uint32_t)last + 4, .len = 3};
    view->at[FIX_CHECK_SUM] = (uint16_t)index;
    view->count = (uint32_t)index + 1;
}

/* The node of the field that begins with `word`, linked to the one before it; NULL where it takes a
 * longer look. Tags that are learnt have their text's place in the table at the first try, or are
 * looked at longer. */
FIX_PARSER_INLINE struct fix_parser_node *
fix_parser_relearn(struct fix_parser *parser, struct fix_parser_node *here, uint64_t word) {
    uint64_t equals = word ^ UINT64_C(0x3d3d3d3d3d3d3d3d);
    uint64_t ends = (equals - FIX_SCAN_ONES) & ~equals & FIX_SCAN_HIGHS;
    uint64_t text = word & (ends ^ (ends - 1));
    uint64_t place = fix_parser_place(text, here->type);
    struct fix_parser_node *node = &parser->nodes[parser->places[place]];
    if (UNLIKELY(ends == 0 || node->text != text || node->type != here->type ||
                 !fix_parser_is_learnt(parser, here))) {
        return NULL;
    }
    fix_parser_link(parser, here, node);
    return node;
}

/* Notes every field of the message, whose SOHs are in `map`; false: the plain way has to. */
FIX_PARSER_INLINE bool fix_parser_walk(struct fix_parser *parser, const char *text,
                                       const struct fix_parser_frame *frame, struct fix_view *view,
                                       const uint64_t *map) {
    const uint64_t last = frame->bytes - FIX_TRAILER_BYTES - 1;
    struct fix_parser_node spare;
    view->message = bytes_of(text, frame->bytes);
    const struct fix_parser_type *type = fix_parser_type(parser, text, frame->body);
    if (UNLIKELY(type == NULL)) {
        return false;
    }
    uint64_t at = frame->body + type->bytes - 1;
    fix_parser_begin(parser, frame->body, at, view);
    struct fix_parser_node *here = type->root;
    uint64_t index = 3;
    uint64_t base = 0;
    uint64_t left = *map & UINT64_MAX << (at + 1);
    for (;;) {
        if (UNLIKELY(left == 0)) {
            if (UNLIKELY(index > FIX_VIEW_FIELDS_MAX - FIX_PARSER_FIELDS_SPARE)) {
                return false;
            }
            do {
                left = *++map;
                base += 64;
            } while (left == 0);
        }
        uint64_t word = fix_scan_word(text + at);
        struct fix_parser_node *node = here->next[0];
        if (UNLIKELY(!fix_parser_is(node, word))) {
            node = here->next[1];
            if (LIKELY(fix_parser_is(node, word))) {
                here->taken = 1;
            } else if (at == last) {
                break;
            } else {
                node = fix_parser_relearn(parser, here, word);
            }
            if (UNLIKELY(node == NULL)) {
                uint64_t end = fix_parser_miss(parser, here, &spare, view, (uint32_t)index,
                                               (uint32_t)at, (uint32_t)last, &node);
                if (UNLIKELY(node == NULL)) {
                    return false;
                }
                if (UNLIKELY(end != 0)) {
                    map += end / 64 - base / 64;
                    left = *map & UINT64_MAX << end % 64;
                    base = end / 64 * 64;
                }
            }
        }
        uint64_t end = base + (uint64_t)__builtin_ctzll(left);
        left &= left - 1;
        uint64_t value = at + node->prefix;
        fix_scan_note(view, index, node->tag, node->slot);
        struct fix_field *field = &view->fields[index];
        field->tag = node->tag;
        field->offset = (uint32_t)value;
        field->len = (uint32_t)(end - value);
        index++;
        at = end;
        here = node;
    }
    fix_parser_end(view, index, last);
    return true;
}

FIX_PARSER_INLINE enum fix_frame_result
fix_parser_run(fix_parser_scan *scan, struct fix_parser *parser, struct bytes in,
               size_t message_bytes_max, struct fix_frame *frame, struct fix_view *view,
               enum fix_view_result *parsed, uint32_t *bad_offset) {
    uint64_t map[FIX_PARSER_WORDS + 1];
    struct fix_parser_frame found;
    if (UNLIKELY(!fix_parser_measure(parser, in, message_bytes_max, &found))) {
        return fix_parse_plain(parser, in, message_bytes_max, frame, view, parsed, bad_offset);
    }
    size_t trailer = found.bytes - FIX_TRAILER_BYTES;
    uint32_t sum = (uint8_t)scan(in.data, trailer, map);
    bool whole = fix_parser_trailer_is(fix_scan_word(in.data + trailer - 1), sum);
    if (UNLIKELY(!whole || !fix_parser_walk(parser, in.data, &found, view, map))) {
        return fix_parse_plain(parser, in, message_bytes_max, frame, view, parsed, bad_offset);
    }
    frame->bytes = found.bytes;
    frame->body_offset = found.body;
    frame->body_bytes = found.body_bytes;
    frame->fault = FIX_FAULT_NONE;
    *parsed = FIX_VIEW_OK;
    return FIX_FRAME_COMPLETE;
}

#endif
