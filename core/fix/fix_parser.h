/*
 * Framing and indexing in one pass, for a stream whose peer writes its fields in orders that
 * repeat.
 *
 * fix_parse answers what fix_frame (fix_frame.h) followed by fix_view_parse (fix_view.h) answer,
 * for every input: it differs in speed only, and never refuses or accepts anything because of what
 * it has learnt. BodyLength and CheckSum are verified every time.
 *
 * What is learnt: how messages begin, up to the value of BodyLength(9); and for each MsgType(35),
 * which tags a whole message had, one after the other, and which two tags followed a tag last. A
 * message that goes the way of the one remembered is compared with it, several fields at once. From
 * where it leaves that way, what follows what is asked field by field: so a repeating group of any
 * length and two orders that take turns are foreseen too; what is not costs a search for that one
 * field. Nothing is forgotten but by being replaced: a peer that sends ever new types and tags is
 * parsed at the speed of the unforeseen, whatever it does. Kept are FIX_PARSER_TYPES types of up to
 * 4 bytes, and among them FIX_PARSER_NODES - 1 tags of up to 6 digits; others are never foreseen.
 * The first FIX_PARSER_WAYS of the types have a way remembered, of up to FIX_PARSER_WAY_FIELDS
 * fields. Messages of more than 4 KiB are parsed by fix_frame and fix_view_parse.
 *
 * Threading: a parser belongs to one direction of one session; nothing is shared.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_H
#define TERCEL_CORE_FIX_FIX_PARSER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_view.h"

#define FIX_PARSER_TYPES 16
#define FIX_PARSER_NODES 256
#define FIX_PARSER_PLACE_BITS 9
#define FIX_PARSER_PLACES (1 << FIX_PARSER_PLACE_BITS)
#define FIX_PARSER_WAYS 8
#define FIX_PARSER_WAY_FIELDS 96
/* SOHs that are noted; the more as are written at once. */
#define FIX_PARSER_STARTS (FIX_VIEW_FIELDS_MAX + 128)

/* Which instructions a parser may use; each includes those before it. */
enum fix_isa { FIX_ISA_SCALAR = 0, FIX_ISA_SSE42, FIX_ISA_AVX2, FIX_ISA_AVX512 };

/* The last of them that this build has, and this CPU and its operating system support. Cold: asks
 * the CPU. */
enum fix_isa fix_isa_best(void);

/* A tag of a type. Node 0 is none: no field is one, and nothing follows it. */
struct fix_parser_node {
    uint64_t text;                   /* SOH, the tag and '=', as they are read from memory */
    uint64_t mask;                   /* the bytes of `text` that count */
    struct fix_parser_node *next[2]; /* what followed; node 0: nothing yet */
    uint32_t tag;
    uint32_t prefix; /* bytes of `text` */
    uint16_t slot;   /* of the view's `at` */
    uint8_t type;    /* one more than its index; 0 of node 0 */
    uint8_t taken;   /* next[1] followed since it was put there */
};

/* The fields of a message that was foreseen from end to end, without CheckSum(10); the first three
 * are those of every message. */
struct fix_parser_way {
    uint32_t count;                       /* 3 at least */
    uint32_t firsts;                      /* of `slot` and `first` */
    bool proved;                          /* a message went it since one did not */
    uint64_t text[FIX_PARSER_WAY_FIELDS]; /* as a node's */
    uint64_t mask[FIX_PARSER_WAY_FIELDS];
    uint32_t tag[FIX_PARSER_WAY_FIELDS];
    uint8_t prefix[FIX_PARSER_WAY_FIELDS];
    /* For the view's `at`: the slot of every tag that has one of its own, and its first field. */
    uint16_t slot[FIX_PARSER_WAY_FIELDS];
    uint16_t first[FIX_PARSER_WAY_FIELDS];
    uint16_t node[FIX_PARSER_WAY_FIELDS];
};

struct fix_parser_type {
    uint64_t text;                /* "35=", the value and SOH, as they are read from memory */
    uint64_t mask;                /* the bytes of `text` that count */
    struct fix_parser_node *root; /* of MsgType itself */
    struct fix_parser_way *way;   /* way 0: there is no room for its own */
};

/* Complete for embedding; its fields are the parser's own. 38 KiB, of which a message touches what
 * its type has. It points into itself: it is never copied. */
struct fix_parser {
    /* fix_parse for the instruction set. */
    enum fix_frame_result (*parse)(struct fix_parser *parser, struct bytes in,
                                   size_t message_bytes_max, struct fix_frame *frame,
                                   struct fix_view *view, enum fix_view_result *parsed,
                                   uint32_t *bad_offset);
    uint64_t head_text[2]; /* "8=FIX...|9=" */
    uint64_t head_mask;    /* the bytes of head_text[1] that count */
    uint32_t head_bytes;
    uint16_t recent; /* the type of the last message that had one of these */
    uint16_t types_count;
    uint16_t nodes_count;
    uint16_t ways_count;
    struct fix_parser_type types[FIX_PARSER_TYPES];
    struct fix_parser_type other; /* of a message of none of these */
    struct fix_parser_node nodes[FIX_PARSER_NODES];
    uint16_t places[FIX_PARSER_PLACES]; /* nodes by type and text; 0: free */
    struct fix_parser_way ways[1 + FIX_PARSER_WAYS];
    /* Of the message at hand: where its fields begin, with the SOH before them, the first with 0.
     */
    uint16_t starts[FIX_PARSER_STARTS];
};

/* Knows no order yet. `isa` is at most fix_isa_best(). */
void fix_parser_init(struct fix_parser *parser, enum fix_isa isa);

/*
 * The first message of `in`. With FIX_FRAME_COMPLETE *parsed is what fix_view_parse says of it, and
 * *view and *bad_offset are as that leaves them; with any other result none of the three is
 * written. Never reads beyond `in`.
 */
MUST_USE static inline enum fix_frame_result
fix_parse(struct fix_parser *parser, struct bytes in, size_t message_bytes_max,
          struct fix_frame *frame, struct fix_view *view, enum fix_view_result *parsed,
          uint32_t *bad_offset) {
    return parser->parse(parser, in, message_bytes_max, frame, view, parsed, bad_offset);
}

#endif
