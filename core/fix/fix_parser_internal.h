/*
 * What the parser's files share. Internal to the codec.
 *
 * fix_parser_kernel.h has the pass over a message, compiled once for each instruction set;
 * fix_parser.c has what needs none: the plain way and what begins a message; fix_parser_walk.c the
 * fields that are not where the last message had them, and learning.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_INTERNAL_H
#define TERCEL_CORE_FIX_FIX_PARSER_INTERNAL_H

#include "core/fix/fix_parser.h"
#include "core/fix/fix_scan.h"

/* Longer messages are parsed the plain way: where a field begins has 16 bits. */
#define FIX_PARSER_BYTES_MAX 4096
/* Shorter ones too: 64 bytes and the trailer. */
#define FIX_PARSER_BYTES_MIN (64 + FIX_TRAILER_BYTES)
/* SOHs before the trailer, which is a field too. */
#define FIX_PARSER_MARKS_MAX (FIX_VIEW_FIELDS_MAX - 1)
/* 8, 9 and 35, which a message that comes to be walked through has. */
#define FIX_PARSER_HEAD_FIELDS 3

/* fix_parse with these instructions. */
__typeof__(fix_parse) fix_parse_scalar;
__typeof__(fix_parse) fix_parse_sse42;
__typeof__(fix_parse) fix_parse_avx2;
__typeof__(fix_parse) fix_parse_avx512;

/* fix_frame and fix_view_parse, one after the other; learns how messages begin. */
__typeof__(fix_parse) fix_parse_plain;

/*
 * What is left to do of a message that fix_frame calls complete: its fields from number `index` on,
 * which are walked through, or all of them, the plain way. view->message is it; the fields before
 * `index` are in the view, and those of the way of `type`; parser->starts has the `count` SOHs
 * before the trailer. Learns. The result is FIX_FRAME_COMPLETE, *parsed and *bad_offset as of
 * fix_parse.
 */
enum fix_frame_result fix_parser_walk(struct fix_parser *parser, const struct fix_parser_type *type,
                                      struct fix_view *view, uint32_t index, uint32_t count,
                                      enum fix_view_result *parsed, uint32_t *bad_offset);

/* The same of a message whose type is none of the parser's yet, from its third field on. */
enum fix_frame_result fix_parser_walk_new_type(struct fix_parser *parser, struct fix_view *view,
                                               uint32_t count, enum fix_view_result *parsed,
                                               uint32_t *bad_offset);

/* The same with no use made of what was found. */
enum fix_frame_result fix_parser_index_plain(struct fix_view *view, enum fix_view_result *parsed,
                                             uint32_t *bad_offset);

/* A node that no field is found to be, for the type's MsgType; node 0: there is no room. */
struct fix_parser_node *fix_parser_add_root(struct fix_parser *parser, uint8_t type);

/* Learns the type of a message whose body, of 8 bytes and more, begins at `body` and with a field
 * that ends at `soh`; NULL: it has none. Its root is node 0 where there is no room for it. */
const struct fix_parser_type *fix_parser_add_type(struct fix_parser *parser, const char *body,
                                                  const char *soh);

/* The type of which a message's body begins with `word`, or NULL. */
static inline const struct fix_parser_type *fix_parser_find_type(struct fix_parser *parser,
                                                                 uint64_t word) {
    const struct fix_parser_type *type = &parser->types[parser->recent];
    if (LIKELY(((word ^ type->text) & type->mask) == 0)) {
        return type;
    }
    const struct fix_parser_type *end = parser->types + parser->types_count;
    for (type = parser->types; type != end; type++) {
        if (((word ^ type->text) & type->mask) == 0) {
            parser->recent = (uint16_t)(type - parser->types);
            return type;
        }
    }
    return NULL;
}

/* Notes 8, 9 and 35 to be the first of their tags. */
static inline void fix_parser_note_head(struct fix_view *view) {
    view->at[FIX_BEGIN_STRING] = 0;
    view->at[FIX_BODY_LENGTH] = 1;
    view->at[FIX_MSG_TYPE] = 2;
}

/* CheckSum is field `index`, the last; the SOH before it is at `soh`. */
static inline void fix_parser_end(struct fix_view *view, uint32_t index, uint32_t soh) {
    view->fields[index] = (struct fix_field){.tag = FIX_CHECK_SUM, .offset = soh + 4, .len = 3};
    view->at[FIX_CHECK_SUM] = (uint16_t)index;
    view->count = index + 1;
}

#endif
