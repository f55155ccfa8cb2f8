/*
 * Framing and indexing in one pass, for a stream whose peer writes its fields in orders that
 * repeat.
 *
 * fix_parse answers what fix_frame (fix_frame.h) followed by fix_view_parse (fix_view.h) answer,
 * for every input: it differs in speed only, and never refuses or accepts anything because of what
 * it has learnt. BodyLength and CheckSum are verified every time.
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

/* Which instructions a parser may use; each includes those before it. */
enum fix_isa { FIX_ISA_SCALAR = 0, FIX_ISA_SSE42, FIX_ISA_AVX2, FIX_ISA_AVX512 };

/* The last of them that this CPU and its operating system support. Cold: asks the CPU. */
enum fix_isa fix_isa_best(void);

struct fix_parser {
    enum fix_isa isa;
};

/* Knows no order yet. `isa` is at most fix_isa_best(). */
void fix_parser_init(struct fix_parser *parser, enum fix_isa isa);

/*
 * The first message of `in`. With FIX_FRAME_COMPLETE *parsed is what fix_view_parse says of it, and
 * *view and *bad_offset are as that leaves them; with any other result none of the three is
 * written. Never reads beyond `in`.
 */
enum fix_frame_result fix_parse(struct fix_parser *parser, struct bytes in,
                                size_t message_bytes_max, struct fix_frame *frame,
                                struct fix_view *view, enum fix_view_result *parsed,
                                uint32_t *bad_offset) MUST_USE;

#endif
