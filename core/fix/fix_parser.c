#include "core/fix/fix_parser.h"

#include "core/fix/fix_parser_internal.h"
#include "core/fix/fix_scan.h"

enum fix_isa fix_isa_best(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("bmi") == 0 ||
        __builtin_cpu_supports("bmi2") == 0) {
        return __builtin_cpu_supports("sse4.2") != 0 ? FIX_ISA_SSE42 : FIX_ISA_SCALAR;
    }
    bool wide = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                __builtin_cpu_supports("avx512vl") != 0 &&
                __builtin_cpu_supports("avx512vbmi2") != 0;
    return wide ? FIX_ISA_AVX512 : FIX_ISA_AVX2;
#else
    return FIX_ISA_SCALAR;
#endif
}

/* Of what all messages begin with: 8, 9 and 35. */
static const struct fix_parser_way way_of_none = {
    .count = FIX_PARSER_HEAD_FIELDS,
    .tag = {FIX_BEGIN_STRING, FIX_BODY_LENGTH, FIX_MSG_TYPE},
    .prefix = {2, 3, 4},
};

void fix_parser_init(struct fix_parser *parser, enum fix_isa isa) {
    CHECK(isa <= fix_isa_best());
    memset(parser, 0, sizeof *parser);
    parser->parse = fix_parse_scalar;
#if defined(__x86_64__)
    __typeof__(parser->parse) with[] = {fix_parse_scalar, fix_parse_sse42, fix_parse_avx2,
                                        fix_parse_avx512};
    parser->parse = with[isa];
#endif
    /* Fields are looked for from the SOH before them: none begins with NUL. */
    parser->nodes[0].mask = UINT64_MAX;
    parser->nodes[0].next[0] = parser->nodes[0].next[1] = parser->nodes;
    parser->nodes_count = 1;
    for (size_t i = 0; i <= FIX_PARSER_WAYS; i++) {
        parser->ways[i] = way_of_none;
    }
    /* A body may begin with any bytes, NULs too, so that the type that is looked for first, before
     * any is learnt, is a real one: what every session has. */
    static const char heartbeat[] = "35=0\x01   ";
    (void)fix_parser_add_type(parser, heartbeat, heartbeat + 4);
}

/* Remembers the beginning of the complete message `in` when it fits. */
static void learn_head(struct fix_parser *parser, struct bytes in) {
    const char *soh = fix_scan_soh(in.data, in.data + in.len);
    size_t bytes = (size_t)(soh - in.data) + sizeof "9=";
    if (bytes > sizeof parser->head_text || in.len < sizeof parser->head_text) {
        return;
    }
    size_t counting = bytes - sizeof(uint64_t);
    parser->head_bytes = (uint32_t)bytes;
    parser->head_mask = counting == 0 ? 0 : UINT64_MAX >> (64 - 8 * counting);
    parser->head_text[0] = fix_scan_word(in.data);
    parser->head_text[1] = fix_scan_word(in.data + sizeof(uint64_t)) & parser->head_mask;
}

enum fix_frame_result fix_parse_plain(struct fix_parser *parser, struct bytes in,
                                      size_t message_bytes_max, struct fix_frame *frame,
                                      struct fix_view *view, enum fix_view_result *parsed,
                                      uint32_t *bad_offset) {
    enum fix_frame_result result = fix_frame(in, message_bytes_max, frame);
    if (result == FIX_FRAME_COMPLETE) {
        struct bytes message = bytes_of(in.data, frame->bytes);
        *parsed = fix_view_parse(message, view, bad_offset);
        learn_head(parser, message);
    }
    return result;
}

const struct fix_parser_type *fix_parser_add_type(struct fix_parser *parser, const char *body,
                                                  const char *soh) {
    uint64_t word = fix_scan_word(body);
    if ((word & 0xffffff) != UINT64_C(0x3d3533) || soh == body + 3) {
        return NULL;
    }
    const size_t bytes = (size_t)(soh + 1 - body);
    struct fix_parser_type *type = &parser->other;
    *type = (struct fix_parser_type){.root = parser->nodes, .way = parser->ways};
    if (bytes <= sizeof word && parser->types_count < FIX_PARSER_TYPES) {
        type->mask = UINT64_MAX >> (64 - 8 * bytes);
        type->text = word & type->mask;
        type->root = fix_parser_add_root(parser, (uint8_t)(parser->types_count + 1));
        if (parser->ways_count < FIX_PARSER_WAYS) {
            type->way = &parser->ways[++parser->ways_count];
        }
        parser->recent = parser->types_count;
        parser->types[parser->types_count++] = *type;
    }
    return type;
}

enum fix_frame_result fix_parser_index_plain(struct fix_view *view, enum fix_view_result *parsed,
                                             uint32_t *bad_offset) {
    *parsed = fix_view_parse(view->message, view, bad_offset);
    return FIX_FRAME_COMPLETE;
}
