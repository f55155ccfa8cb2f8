#include "core/fix/fix_parser.h"

enum fix_isa fix_isa_best(void) {
    return FIX_ISA_SCALAR;
}

void fix_parser_init(struct fix_parser *parser, enum fix_isa isa) {
    CHECK(isa <= fix_isa_best());
    *parser = (struct fix_parser){.isa = isa};
}

enum fix_frame_result fix_parse(struct fix_parser *parser, struct bytes in,
                                size_t message_bytes_max, struct fix_frame *frame,
                                struct fix_view *view, enum fix_view_result *parsed,
                                uint32_t *bad_offset) {
    (void)parser;
    enum fix_frame_result result = fix_frame(in, message_bytes_max, frame);
    if (result == FIX_FRAME_COMPLETE) {
        *parsed = fix_view_parse(bytes_of(in.data, frame->bytes), view, bad_offset);
    }
    return result;
}
