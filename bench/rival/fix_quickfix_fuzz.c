/*
 * Any bytes, to our parser and to QuickFIX's: at every place of the stream where we find a message,
 * or fault, or wait, they are held against each other. What is a message to one is one to the
 * other, they agree on where it ends and on its fields, and on how much a garbled one swallows; or
 * there is a rule that says why not (quickfix_difference.h).
 *
 * Our parser is asked in every variant that this machine has, each with what it has learnt from the
 * messages before, and once more when it has just seen the message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rival/quickfix_difference.h"
#include "bench/rival/quickfix_reader.h"
#include "core/fix/fix_parser.h"

#define MESSAGE_BYTES_MAX 8192
#define INPUT_BYTES_MAX 4096
#define VARIANTS (FIX_ISA_AVX512 + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct quickfix_reader *rival;
static struct fix_parser parsers[VARIANTS];

static void differ(const char *what, struct bytes in) {
    (void)fprintf(stderr, "fix_quickfix_fuzz: %s, at:\n", what);
    for (size_t i = 0; i < in.len; i++) {
        char byte = in.data[i] == FIX_SOH ? '|' : in.data[i];
        (void)fprintf(stderr, byte >= ' ' && byte <= '~' ? "%c" : "\\x%02x", (unsigned char)byte);
    }
    (void)fputc('\n', stderr);
    abort();
}

static void require(bool holds, const char *what, struct bytes in) {
    if (!holds) {
        differ(what, in);
    }
}

static void require_same_view(const struct fix_view *view, const struct fix_view *reference,
                              struct bytes in) {
    require(view->count == reference->count, "a variant counts other fields", in);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct fix_field *field = &view->fields[i];
        const struct fix_field *wanted = &reference->fields[i];
        require(field->tag == wanted->tag && field->offset == wanted->offset &&
                    field->len == wanted->len,
                "a variant sees another field", in);
    }
}

static void read_by_variant(struct fix_parser *parser, struct bytes in,
                            const struct our_reading *reference, const struct fix_view *wanted) {
    static struct fix_view view;
    struct our_reading ours = {0};
    ours.framed = fix_parse(parser, in, MESSAGE_BYTES_MAX, &ours.frame, &view, &ours.parsed,
                            &ours.bad_offset);
    require(ours.framed == reference->framed && ours.frame.bytes == reference->frame.bytes &&
                (ours.framed != FIX_FRAME_GARBLED || ours.frame.fault == reference->frame.fault),
            "a variant frames otherwise", in);
    if (ours.framed == FIX_FRAME_COMPLETE) {
        require(ours.parsed == reference->parsed &&
                    (ours.parsed == FIX_VIEW_OK || ours.bad_offset == reference->bad_offset),
                "a variant finds another fault", in);
        require_same_view(&view, wanted, in);
    }
}

static struct our_reading read_ours(struct bytes in, struct fix_view *view) {
    struct our_reading ours = {0};
    ours.framed = fix_frame(in, MESSAGE_BYTES_MAX, &ours.frame);
    if (ours.framed == FIX_FRAME_COMPLETE) {
        ours.parsed = fix_view_parse(bytes_of(in.data, ours.frame.bytes), view, &ours.bad_offset);
    }
    for (int isa = 0; isa <= (int)fix_isa_best(); isa++) {
        read_by_variant(&parsers[isa], in, &ours, view);
        read_by_variant(&parsers[isa], in, &ours, view);
    }
    return ours;
}

static int compare_fields(const void *left, const void *right) {
    const struct quickfix_field *a = left;
    const struct quickfix_field *b = right;
    if (a->tag != b->tag) {
        return a->tag < b->tag ? -1 : 1;
    }
    if (a->len != b->len) {
        return a->len < b->len ? -1 : 1;
    }
    return a->len == 0 ? 0 : memcmp(a->value, b->value, a->len);
}

/* QuickFIX sorts what it reads: the same fields, as often. */
static bool same_fields(const struct fix_view *view, const struct quickfix_field *theirs,
                        size_t count) {
    static struct quickfix_field sorted[2][FIX_VIEW_FIELDS_MAX];
    if (view->count != count) {
        return false;
    }
    for (uint32_t i = 0; i < view->count; i++) {
        struct bytes value = fix_view_value(view, i);
        sorted[0][i] = (struct quickfix_field){(int)view->fields[i].tag, value.len, value.data};
        sorted[1][i] = theirs[i];
    }
    qsort(sorted[0], count, sizeof sorted[0][0], compare_fields);
    qsort(sorted[1], count, sizeof sorted[1][0], compare_fields);
    for (size_t i = 0; i < count; i++) {
        if (compare_fields(&sorted[0][i], &sorted[1][i]) != 0) {
            return false;
        }
    }
    return true;
}

/* `message` is what QuickFIX's stream parser cut out where we read. */
static void compare_message(struct bytes message, const struct our_reading *ours,
                            const struct fix_view *view, bool with_dictionary) {
    const struct quickfix_field *fields = NULL;
    size_t count = 0;
    bool accepted =
        quickfix_read(rival, message.data, message.len, with_dictionary, &fields, &count);
    if (our_reading_accepts(ours)) {
        if (!accepted) {
            require(why_they_refuse(message, with_dictionary) != NULL, "QuickFIX refuses", message);
        } else if (!same_fields(view, fields, count)) {
            require(why_fields_differ(message, with_dictionary) != NULL, "fields differ", message);
        }
    } else if (accepted) {
        require(why_we_refuse(message, ours) != NULL, "we refuse", message);
    }
}

/* A garbled message whose BodyLength can be read swallows as much, and ours ends where theirs does.
 */
static void compare_ends(struct bytes in, const struct our_reading *ours, bool found, size_t end) {
    bool swallowed = ours->framed == FIX_FRAME_GARBLED &&
                     (ours->frame.fault == FIX_FAULT_CHECKSUM ||
                      (ours->frame.fault == FIX_FAULT_BODY_LENGTH && has_body_length(in)));
    if (ours->framed == FIX_FRAME_COMPLETE || swallowed) {
        require(found && end == ours->frame.bytes, "a message ends elsewhere", in);
    }
}

/* Both read at the beginning of `in`; how far we went, or 0 for the end. */
static size_t compare_at(struct bytes in) {
    static struct fix_view view;
    struct our_reading ours = read_ours(in, &view);
    size_t start = 0;
    size_t end = 0;
    bool found = quickfix_frame(in.data, in.len, &start, &end) && start == 0;
    compare_ends(in, &ours, found, end);
    if (found) {
        struct bytes message = bytes_of(in.data, end);
        compare_message(message, &ours, &view, false);
        if (quickfix_can_read_data(message)) {
            compare_message(message, &ours, &view, true);
        }
    }
    bool on = ours.framed == FIX_FRAME_COMPLETE || ours.framed == FIX_FRAME_GARBLED;
    return on ? ours.frame.bytes : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (rival == NULL) {
        rival = quickfix_reader_make(data_tags());
    }
    if (size > INPUT_BYTES_MAX) {
        return 0;
    }
    for (int isa = 0; isa <= (int)fix_isa_best(); isa++) {
        fix_parser_init(&parsers[isa], (enum fix_isa)isa);
    }
    char *exact = malloc(size);
    if (exact == NULL) {
        return 0;
    }
    memcpy(exact, data, size);
    struct bytes in = bytes_of(exact, size);
    for (size_t read = 1; read != 0 && in.len != 0;) {
        read = compare_at(in);
        in = bytes_skip(in, read);
    }
    free(exact);
    return 0;
}
