/*
 * What the parser's files share. Internal to the codec.
 *
 * fix_parser_kernel.h has the pass over a message, compiled once for each instruction set;
 * fix_parser.c has what needs none: the plain way, and learning.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_INTERNAL_H
#define TERCEL_CORE_FIX_FIX_PARSER_INTERNAL_H

#include "core/fix/fix_parser.h"
#include "core/fix/fix_scan.h"

/* The pass keeps a bit for each byte; longer messages are parsed the plain way. */
#define FIX_PARSER_BYTES_MAX 4096
/* Shorter ones too: 64 bytes and the trailer. */
#define FIX_PARSER_BYTES_MIN (64 + FIX_TRAILER_BYTES)
#define FIX_PARSER_WORDS (FIX_PARSER_BYTES_MAX / 64)
/* Fields, of 3 bytes and more, that end in 64 bytes: before so many are left the plain way goes
 * on, and the pass need not count. */
#define FIX_PARSER_FIELDS_SPARE 24

/* fix_parse with these instructions. */
__typeof__(fix_parse) fix_parse_scalar;
__typeof__(fix_parse) fix_parse_sse42;
__typeof__(fix_parse) fix_parse_avx2;
__typeof__(fix_parse) fix_parse_avx512;

/* fix_frame and fix_view_parse, one after the other; learns how messages begin. */
__typeof__(fix_parse) fix_parse_plain;

/* The type of the message whose body is at `body`, 8 bytes and more; NULL: none, or so long that
 * the plain way has to go on. Its root is node 0 where there is no room for it. */
const struct fix_parser_type *fix_parser_find_type(struct fix_parser *parser, const char *text,
                                                   uint64_t body);

/*
 * The field after the SOH at `at`, which neither successor of `here` is: in *node, or NULL where
 * the plain way has to go on. `view` has the `count` fields before it, and the last SOH before the
 * trailer is at `last`. `spare` is for a field that is not learnt. For a data field, where it
 * ends: its SOH; else 0.
 */
uint32_t fix_parser_miss(struct fix_parser *parser, struct fix_parser_node *here,
                         struct fix_parser_node *spare, struct fix_view *view, uint32_t count,
                         uint32_t at, uint32_t last, struct fix_parser_node **node);

/* Where the node of a text of a type is looked for first. */
static inline uint32_t fix_parser_place(uint64_t text, uint8_t type) {
    return (uint32_t)(((text + type * UINT64_C(0x51ed2701)) * UINT64_C(0x9e3779b97f4a7c15)) >>
                      (64 - FIX_PARSER_PLACE_BITS));
}

/* Whether it is not of a field that is skipped. */
static inline bool fix_parser_is_learnt(const struct fix_parser *parser,
                                        const struct fix_parser_node *node) {
    return node > parser->nodes && node < parser->nodes + FIX_PARSER_NODES;
}

/*
 * `node` came after `here`, which did not foresee it. It takes the second place; who had it moves
 * up if it proved itself there. So two orders that take turns both stay, whatever came before them,
 * and one that comes once puts out at most one edge of each.
 */
static inline void fix_parser_link(struct fix_parser *parser, struct fix_parser_node *here,
                                   struct fix_parser_node *node) {
    if (here->next[0] == parser->nodes) {
        here->next[0] = node;
        return;
    }
    if (here->taken != 0) {
        here->next[0] = here->next[1];
    }
    here->next[1] = node;
    here->taken = 0;
}

static inline const struct fix_parser_type *fix_parser_type(struct fix_parser *parser,
                                                            const char *text, uint64_t body) {
    uint64_t word = fix_scan_word(text + body);
    const struct fix_parser_type *type = &parser->types[parser->recent];
    return LIKELY(((word ^ type->text) & type->mask) == 0)
               ? type
               : fix_parser_find_type(parser, text, body);
}

#endif
