#include "core/fix/fix_parser_internal.h"

/* Nodes of the table of places that are looked at for one. */
#define PROBES_MAX 8

/* SOH, six digits and '=' are a word. */
#define DIGITS_MAX 6

static inline bool is(const struct fix_parser_node *node, uint64_t word) {
    return ((word ^ node->text) & node->mask) == 0;
}

/* Where the node of a text of a type is looked for first. */
static inline uint32_t place_of(uint64_t text, uint8_t type) {
    return (uint32_t)(((text + type * UINT64_C(0x51ed2701)) * UINT64_C(0x9e3779b97f4a7c15)) >>
                      (64 - FIX_PARSER_PLACE_BITS));
}

/* Whether it is not of a field that is skipped. */
static inline bool is_learnt(const struct fix_parser *parser, const struct fix_parser_node *node) {
    return node > parser->nodes && node < parser->nodes + FIX_PARSER_NODES;
}

/*
 * `node` came after `here`, which did not foresee it. It takes the second place; who had it moves
 * up if it proved itself there. So two orders that take turns both stay, whatever came before them,
 * and one that comes once puts out at most one edge of each.
 */
static inline void link_nodes(struct fix_parser *parser, struct fix_parser_node *here,
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

/* The node for `text` of `type`; a new one has no tag yet. NULL: there is no room. */
static struct fix_parser_node *find_or_add(struct fix_parser *parser, uint64_t text, uint8_t type) {
    uint32_t place = place_of(text, type);
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

struct fix_parser_node *fix_parser_add_root(struct fix_parser *parser, uint8_t type) {
    struct fix_parser_node *root = find_or_add(parser, 0, type);
    if (root == NULL) {
        return parser->nodes;
    }
    root->mask = UINT64_MAX;
    return root;
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
    if (is_learnt(parser, here)) {
        link_nodes(parser, here, node);
    }
    return node;
}

/*
 * The field after the SOH at `at`, which neither successor of `here` is: in *node, or NULL where
 * the plain way has to go on. `view` has the `count` fields before it, and the last SOH before the
 * trailer is at `last`. `spare` is for a field that is not learnt. For a data field, where it
 * ends: its SOH; else 0.
 */
static uint32_t miss(struct fix_parser *parser, struct fix_parser_node *here,
                     struct fix_parser_node *spare, struct fix_view *view, uint32_t count,
                     uint32_t at, uint32_t last, struct fix_parser_node **node) {
    const char *soh = view->message.data + at;
    uint32_t tag;
    const char *value = fix_scan_tag(soh + 1, &tag);
    *node = NULL;
    if (value == NULL) {
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

/* The node of the field that begins with `word`, linked to the one before it; NULL where it takes a
 * longer look. Tags that are learnt have their text's place in the table at the first try, or are
 * looked at longer. */
static inline struct fix_parser_node *relearn(struct fix_parser *parser,
                                              struct fix_parser_node *here, uint64_t word) {
    uint64_t equals = word ^ UINT64_C(0x3d3d3d3d3d3d3d3d);
    uint64_t ends = (equals - FIX_SCAN_ONES) & ~equals & FIX_SCAN_HIGHS;
    uint64_t text = word & (ends ^ (ends - 1));
    uint64_t place = place_of(text, here->type);
    struct fix_parser_node *node = &parser->nodes[parser->places[place]];
    if (UNLIKELY(ends == 0 || node->text != text || node->type != here->type ||
                 !is_learnt(parser, here))) {
        return NULL;
    }
    link_nodes(parser, here, node);
    return node;
}

/* What came after `here` earlier and begins with `word`, or NULL. */
static inline struct fix_parser_node *foresee(struct fix_parser_node *here, uint64_t word) {
    if (LIKELY(is(here->next[0], word))) {
        return here->next[0];
    }
    if (!is(here->next[1], word)) {
        return NULL;
    }
    here->taken = 1;
    return here->next[1];
}

static void remember_field(struct fix_parser *parser, struct fix_parser_way *way, uint32_t index,
                           const struct fix_parser_node *node) {
    way->text[index] = node->text;
    way->mask[index] = node->mask;
    way->tag[index] = node->tag;
    way->prefix[index] = (uint8_t)node->prefix;
    way->node[index] = (uint16_t)(node - parser->nodes);
}

/* The first fields of the tags; as many as can be noted by fours: tag 0, which is none, fills up.
 */
static void remember_firsts(struct fix_parser_way *way, const struct fix_view *view) {
    uint32_t firsts = 0;
    for (uint32_t i = FIX_PARSER_HEAD_FIELDS; i < way->count; i++) {
        uint32_t slot = fix_scan_slot(way->tag[i]);
        if (slot != 0 && view->at[slot] == i) {
            way->slot[firsts] = (uint16_t)slot;
            way->first[firsts++] = (uint16_t)i;
        }
    }
    for (; firsts % 4 != 0; firsts++) {
        way->slot[firsts] = way->first[firsts] = 0;
    }
    way->firsts = firsts;
}

/* The way was left at field `index` for what was foreseen all the same: the message in `view`. */
__attribute__((noinline)) static void remember(struct fix_parser *parser,
                                               const struct fix_parser_type *type,
                                               const struct fix_view *view, uint32_t index,
                                               struct fix_parser_node *here) {
    struct fix_parser_way *way = type->way;
    const char *text = view->message.data;
    uint32_t end =
        view->count - 1 < FIX_PARSER_WAY_FIELDS ? view->count - 1 : FIX_PARSER_WAY_FIELDS;
    uint32_t at = index;
    for (; at < end; at++) {
        uint64_t word = fix_scan_word(text + parser->starts[at]);
        struct fix_parser_node *node = is(here->next[0], word) ? here->next[0] : here->next[1];
        if (!is(node, word)) {
            break;
        }
        remember_field(parser, way, at, node);
        here = node;
    }
    way->count = at;
    way->proved = true;
    remember_firsts(way, view);
}

/* A message left the type's way at field `index`, where `here` was before it. What was foreseen
 * from end to end takes the place of a way that no message went since the last that did not. */
static inline void leave_way(struct fix_parser *parser, const struct fix_parser_type *type,
                             const struct fix_view *view, uint32_t index, bool foreseen,
                             struct fix_parser_node *here) {
    struct fix_parser_way *way = type->way;
    if (!foreseen || way == parser->ways || index == FIX_PARSER_WAY_FIELDS) {
        return;
    }
    if (way->proved) {
        way->proved = false;
        return;
    }
    remember(parser, type, view, index, here);
}

/* Notes the fields from number `index` on; false: the plain way has to. */
static bool walk(struct fix_parser *parser, const struct fix_parser_type *type,
                 struct fix_view *view, uint32_t index, uint32_t count) {
    const char *text = view->message.data;
    const uint16_t *starts = parser->starts;
    const uint32_t last = starts[count];
    const uint32_t first = index;
    struct fix_parser_node spare;
    struct fix_parser_node *left =
        index == FIX_PARSER_HEAD_FIELDS ? type->root : &parser->nodes[type->way->node[index - 1]];
    struct fix_parser_node *here = left;
    bool foreseen = true;
    for (const uint16_t *start = starts + index; start != starts + count; start++, index++) {
        const uint32_t at = *start;
        uint64_t word = fix_scan_word(text + at);
        struct fix_parser_node *node = foresee(here, word);
        if (UNLIKELY(node == NULL)) {
            foreseen = false;
            node = relearn(parser, here, word);
            if (UNLIKELY(node == NULL)) {
                uint32_t end = miss(parser, here, &spare, view, index, at, last, &node);
                if (UNLIKELY(node == NULL)) {
                    return false;
                }
                while (end > start[1]) {
                    start++;
                }
            }
        }
        fix_scan_note(view, index, node->tag, node->slot);
        uint32_t value = at + node->prefix;
        view->fields[index] =
            (struct fix_field){.tag = node->tag, .offset = value, .len = start[1] - value};
        here = node;
    }
    fix_parser_end(view, index, last);
    leave_way(parser, type, view, first, foreseen, left);
    return true;
}

enum fix_frame_result fix_parser_walk(struct fix_parser *parser, const struct fix_parser_type *type,
                                      struct fix_view *view, uint32_t index, uint32_t count,
                                      enum fix_view_result *parsed, uint32_t *bad_offset) {
    if (UNLIKELY(!walk(parser, type, view, index, count))) {
        return fix_parser_index_plain(view, parsed, bad_offset);
    }
    return FIX_FRAME_COMPLETE;
}

enum fix_frame_result fix_parser_walk_new_type(struct fix_parser *parser, struct fix_view *view,
                                               uint32_t count, enum fix_view_result *parsed,
                                               uint32_t *bad_offset) {
    const char *text = view->message.data;
    const uint16_t *starts = parser->starts;
    const struct fix_parser_type *type =
        fix_parser_add_type(parser, text + starts[2] + 1, text + starts[3]);
    if (type == NULL) {
        return fix_parser_index_plain(view, parsed, bad_offset);
    }
    for (uint32_t i = 0; i < FIX_PARSER_HEAD_FIELDS; i++) {
        uint32_t value = (uint32_t)starts[i] + type->way->prefix[i];
        view->fields[i] = (struct fix_field){
            .tag = type->way->tag[i], .offset = value, .len = starts[i + 1] - value};
    }
    fix_parser_note_head(view);
    return fix_parser_walk(parser, type, view, FIX_PARSER_HEAD_FIELDS, count, parsed, bad_offset);
}
