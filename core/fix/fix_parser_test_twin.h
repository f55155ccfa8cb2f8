/*
 * Holds a parser to fix_frame and fix_view_parse, for the test and the fuzzer: same answers, same
 * fields, same faults; nothing written where nothing is to be.
 */
#ifndef TERCEL_CORE_FIX_FIX_PARSER_TEST_TWIN_H
#define TERCEL_CORE_FIX_FIX_PARSER_TEST_TWIN_H

#include <stdbool.h>

#include "core/fix/fix_parser.h"

static const char *const fix_isa_names[] = {
    [FIX_ISA_SCALAR] = "scalar",
    [FIX_ISA_SSE42] = "SSE4.2",
    [FIX_ISA_AVX2] = "AVX2",
    [FIX_ISA_AVX512] = "AVX-512",
};

#define FIX_ISAS (sizeof fix_isa_names / sizeof fix_isa_names[0])

static inline bool twin_same_frame(const struct fix_frame *a, const struct fix_frame *b,
                                   enum fix_frame_result result) {
    bool complete = result == FIX_FRAME_COMPLETE;
    return a->bytes == b->bytes && a->fault == b->fault &&
           (!complete || (a->body_offset == b->body_offset && a->body_bytes == b->body_bytes));
}

static inline bool twin_same_view(const struct fix_view *a, const struct fix_view *b) {
    if (a->message.data != b->message.data || a->message.len != b->message.len ||
        a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const struct fix_field *x = &a->fields[i];
        const struct fix_field *y = &b->fields[i];
        if (x->tag != y->tag || x->offset != y->offset || x->len != y->len ||
            fix_view_find(a, x->tag, 0) != fix_view_find(b, x->tag, 0)) {
            return false;
        }
    }
    /* Of tags that only messages before had, too. */
    for (uint32_t tag = 0; tag < 400; tag++) {
        if (fix_view_find(a, tag, 0) != fix_view_find(b, tag, 0)) {
            return false;
        }
    }
    return true;
}

/* What the parser does otherwise with `in`, or NULL. *frame and *result are what they have to be.
 */
static inline const char *twin_difference(struct fix_parser *parser, struct bytes in, size_t max,
                                          struct fix_frame *frame, enum fix_frame_result *result) {
    static struct fix_view view;
    static struct fix_view expected;
    struct fix_frame got;
    enum fix_view_result parsed = (enum fix_view_result)99;
    enum fix_view_result expected_parsed = parsed;
    uint32_t bad = 4711;
    uint32_t expected_bad = bad;
    uint32_t count = view.count;
    *result = fix_frame(in, max, frame);
    if (*result == FIX_FRAME_COMPLETE) {
        expected_parsed = fix_view_parse(bytes_of(in.data, frame->bytes), &expected, &expected_bad);
    }
    if (fix_parse(parser, in, max, &got, &view, &parsed, &bad) != *result) {
        return "result";
    }
    if (!twin_same_frame(&got, frame, *result)) {
        return "frame";
    }
    if (parsed != expected_parsed) {
        return "result of the fields";
    }
    if (bad != expected_bad) {
        return "place of the fault";
    }
    if (*result != FIX_FRAME_COMPLETE) {
        return view.count == count ? NULL : "view though there is no message";
    }
    return twin_same_view(&view, &expected) ? NULL : "fields";
}

#endif
