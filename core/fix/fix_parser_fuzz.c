/*
 * A stream of messages over one learning parser for each instruction set: every answer is that of
 * fix_frame and fix_view_parse, whatever was learnt before. The stream ends where its memory ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_parser.h"
#include "core/fix/fix_parser_test_twin.h"
#include "core/fix/test_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How far the parser has to skip to go on; 0: there is nothing more. */
static size_t step(struct fix_parser *parser, enum fix_isa isa, struct bytes in, size_t max) {
    struct fix_frame frame;
    enum fix_frame_result result;
    const char *difference = twin_difference(parser, in, max, &frame, &result);
    if (difference != NULL) {
        fprintf(stderr, "%s: another %s\n", fix_isa_names[isa], difference);
        abort();
    }
    return result == FIX_FRAME_COMPLETE || result == FIX_FRAME_GARBLED ? frame.bytes : 0;
}

/*
 * The fuzzer cannot guess sums. So a stream is made of pieces that 0x00 ends: '+' makes the rest of
 * a piece the body of a good message, with what the parser foresees long enough for it; anything
 * else is taken as it is.
 */
static void build_stream(const uint8_t *data, size_t size, struct test_message *stream) {
    stream->len = 0;
    while (size > 0 && stream->len + size + 128 < TEST_MESSAGE_MAX) {
        const uint8_t *stop = memchr(data, 0, size);
        size_t len = stop == NULL ? size : (size_t)(stop - data);
        struct bytes piece = bytes_of((const char *)data, len);
        if (len > 0 && data[0] == '+') {
            struct test_message body = {.len = 0};
            test_append(&body, bytes_skip(piece, 1));
            test_append(&body, BYTES("|58=as long as it takes to be of interest to the pass|"));
            struct test_message message = test_message_with(test_bytes(&body));
            memcpy(stream->data + stream->len, message.data, message.len);
            stream->len += message.len;
        } else {
            test_append(stream, piece);
        }
        size -= stop == NULL ? len : len + 1;
        data += stop == NULL ? len : len + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct test_message stream;
    static struct fix_parser parser;
    if (size < 1 || size > 4096) {
        return 0;
    }
    size_t max = data[0] % 8 != 0 ? TEST_MESSAGE_MAX : 64 + (size_t)data[0];
    build_stream(data + 1, size - 1, &stream);
    char *exact = malloc(stream.len);
    if (exact == NULL && stream.len != 0) {
        abort();
    }
    memcpy(exact, stream.data, stream.len);
    for (enum fix_isa isa = FIX_ISA_SCALAR; isa <= fix_isa_best(); isa++) {
        fix_parser_init(&parser, isa);
        /* Twice: the second time round it knows what comes. */
        for (int round = 0; round < 2; round++) {
            struct bytes left = bytes_of(exact, stream.len);
            for (size_t skip = 1; skip != 0 && left.len != 0; left = bytes_skip(left, skip)) {
                skip = step(&parser, isa, left, max);
            }
        }
    }
    free(exact);
    return 0;
}
