#include "core/fix/fix_parser.h"

#include "core/fix/fix_parser_internal.h"
#include "core/fix/fix_scan.h"

/* Nodes of the table of places that are looked at for one. */
#define PROBES_MAX 8

/* SOH, six digits and '=' are a word. */
#define DIGITS_MAX 6

enum fix_isa fix_isa_best(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("bmi") == 0 ||
        __builtin_cpu_supports("bmi2") == 0) {
        return __builtin_cpu_supports("sse4.2") != 0 ? FIX_ISA_SSE42 : FIX_ISA_SCALAR;
    }
    bool wide = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                __builtin_cpu_supports("avx512vl") != 0;
    return wide ? FIX_ISA_AVX512 : FIX_ISA_AVX2;
#else
    return FIX_ISA_SCALAR;
#endif
}

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
    /* A body may begin with any bytes, NULs too, so that the type that is looked for first, before
     * any is learnt, is a real one: what every session has. */
    static const char heartbeat[64] = "35=0\x01";
    (void)fix_parser_find_type(parser, heartbeat, 0);
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

/* The node for `text` of `type`; a new one has no tag yet. NULL: there is no room. */
static struct fix_parser_node *find_or_add(struct fix_parser *parser, uint64_t text, uint8_t type) {
    uint32_t place = fix_parser_place(text, type);
    for (uint32_t i = 0; i < PROBES_MAX; i++, place++) {
        uint16_t *index = &parser->places[place % FIX_PARSER_PLACES];
        struct fix_parser_node *node = &parser->nodes[*index];
        if (*index != 0 && node->text == text && node->type == type) {
            return node;
        }
        if (*index == 0) {
            if (parser->nodes_count == FIX_PARSER_NODES) {
                return NULL;
            }
            *index = parser->nodes_count++;
            node = &parser->nodes[*index];
            node->text = text;
            node->type = type;
            node->next[0] = node->next[1] = parser->nodes;
            return node;
        }
    }
    return NULL;
}

/* A node that no field is found to be, for the type's MsgType; node 0: there is no room. */
static struct fix_parser_node *add_root(struct fix_parser *parser, uint8_t type) {
    struct fix_parser_node *root = find_or_add(parser, 0, type);
    if (root == NULL) {
        return parser->nodes;
    }
    root->mask = UINT64_MAX;
    return root;
}

const struct fix_parser_type *fix_parser_find_type(struct fix_parser *parser, const char *text,
                                                   uint64_t body) {
    const uint64_t value = body + 3;
    uint64_t word = fix_scan_word(text + body);
    for (uint16_t i = 0; i < parser->types_count; i++) {
        if (((word ^ parser->types[i].text) & parser->types[i].mask) == 0) {
            parser->recent = i;
            return &parser->types[i];
        }
    }
    /* Bits of the first 64 bytes are where the walk starts; the message has as many. */
    const uint64_t soh = (uint64_t)(fix_scan_soh(text + value, text + 63) - text);
    if ((word & 0xffffff) != UINT64_C(0x3d3533) || soh == value || soh == 63) {
        return NULL;
    }
    uint32_t bytes = (uint32_t)(soh + 1 - body);
    struct fix_parser_type *type = &parser->other;
    *type = (struct fix_parser_type){.bytes = bytes, .root = parser->nodes};
    if (bytes <= sizeof word && parser->types_count < FIX_PARSER_TYPES) {
        type->mask = UINT64_MAX >> (64 - 8 * bytes);
        type->text = word & type->mask;
        type->root = add_root(parser, (uint8_t)(parser->types_count + 1));
        parser->recent = parser->types_count;
        parser->types[parser->types_count++] = *type;
    }
    return type;
}

/* The field is `spare`: what was before it and what comes after it learn nothing of it. */
static struct fix_parser_node *skip(struct fix_parser *parser, struct fix_parser_node *spare,
                                    uint8_t type, uint32_t tag, uint32_t prefix) {
    *spare = (struct fix_parser_node){.next = {parser->nodes, parser->nodes},
                                      .tag = tag,
                                      .prefix = prefix,
                                      .slot = (uint16_t)fix_scan_slot(tag),
                                      .type = type};
    return spare;
}

/* The last SOH of a data field whose first byte is at `value`; 0 for CheckSum, which is none, and
 * when its length lies. */
static uint32_t data_end(struct fix_view *view, uint32_t count, uint32_t tag, const char *value,
                         uint32_t last) {
    const char *text = view->message.data;
    view->count = count;
    const char *soh = fix_scan_data_end(view, tag, value, text + view->message.len);
    return soh == NULL || soh > text + last ? 0 : (uint32_t)(soh - text);
}

/* The node of a field that can be foreseen, or NULL. */
static struct fix_parser_node *learn(struct fix_parser *parser, struct fix_parser_node *here,
                                     const char *soh, uint32_t tag, uint32_t prefix) {
    if (prefix > DIGITS_MAX + 2 || here->type == 0) {
        return NULL;
    }
    uint64_t mask = UINT64_MAX >> (64 - 8 * prefix);
    struct fix_parser_node *node = find_or_add(parser, fix_scan_word(soh) & mask, here->type);
    if (node == NULL) {
        return NULL;
    }
    node->mask = mask;
    node->tag = tag;
    node->prefix = prefix;
    node->slot = (uint16_t)fix_scan_slot(tag);
    if (fix_parser_is_learnt(parser, here)) {
        fix_parser_link(parser, here, node);
    }
    return node;
}

uint32_t fix_parser_miss(struct fix_parser *parser, struct fix_parser_node *here,
                         struct fix_parser_node *spare, struct fix_view *view, uint32_t count,
                         uint32_t at, uint32_t last, struct fix_parser_node **node) {
    const char *soh = view->message.data + at;
    uint32_t tag;
    const char *value = fix_scan_tag(soh + 1, &tag);
    *node = NULL;
    if (value == NULL || count > FIX_VIEW_FIELDS_MAX - FIX_PARSER_FIELDS_SPARE) {
        return 0;
    }
    uint32_t prefix = (uint32_t)(value - soh);
    if (fix_scan_is_special(tag)) {
        uint32_t end = data_end(view, count, tag, value, last);
        *node = end == 0 ? NULL : skip(parser, spare, here->type, tag, prefix);
        return end;
    }
    struct fix_parser_node *learnt = learn(parser, here, soh, tag, prefix);
    *node = learnt != NULL ? learnt : skip(parser, spare, here->type, tag, prefix);
    return 0;
}
