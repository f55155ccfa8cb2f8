/*
 * However a stream is cut up, the same messages come out as when it is there at once; and every
 * answer is the naive twin's. The stream ends where its memory ends.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_frame_test_twin.h"
#include "core/fix/test_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct messages {
    size_t count;
    bool closed;
    size_t starts[TEST_MESSAGE_MAX];
    size_t sizes[TEST_MESSAGE_MAX];
};

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static enum fix_frame_result frame_as_twin(struct bytes in, size_t max, struct fix_frame *frame) {
    struct fix_frame twin;
    enum fix_frame_result result = fix_frame(in, max, frame);
    require(result == twin_frame(in, max, &twin));
    require(frame->bytes == twin.bytes && frame->fault == twin.fault);
    require(result != FIX_FRAME_COMPLETE ||
            (frame->body_offset == twin.body_offset && frame->body_bytes == twin.body_bytes));
    require(result != FIX_FRAME_PARTIAL || frame->bytes > in.len);
    require(result != FIX_FRAME_GARBLED || (frame->bytes >= 1 && frame->bytes <= in.len));
    return result;
}

/* Reads `stream` as it arrives: at once, or in pieces of sizes drawn from `prng`. */
static void read_messages(struct bytes stream, size_t max, struct prng *prng,
                          struct messages *messages) {
    size_t at = 0;
    size_t arrived = prng == NULL ? stream.len : 0;
    messages->count = 0;
    messages->closed = false;
    for (;;) {
        struct fix_frame frame;
        enum fix_frame_result result =
            frame_as_twin(bytes_of(stream.data + at, arrived - at), max, &frame);
        if (result == FIX_FRAME_PARTIAL && arrived == stream.len) {
            return;
        }
        if (result == FIX_FRAME_PARTIAL) {
            uint64_t most = prng_below(prng, 2) == 0 ? 4 : stream.len;
            size_t more = 1 + (size_t)prng_below(prng, most);
            arrived = more > stream.len - arrived ? stream.len : arrived + more;
        } else if (result == FIX_FRAME_TOO_LONG) {
            messages->closed = true;
            return;
        } else {
            if (result == FIX_FRAME_COMPLETE) {
                messages->starts[messages->count] = at;
                messages->sizes[messages->count++] = frame.bytes;
            }
            at += frame.bytes;
        }
    }
}

/*
 * The fuzzer cannot guess sums. So a stream is made of pieces that 0x00 ends: '+' makes the rest of
 * a piece the body of a good message, '*' gives it a good sum only, anything else is taken as it
 * is.
 */
static void build_stream(const uint8_t *data, size_t size, struct test_message *stream) {
    stream->len = 0;
    while (size > 0 && stream->len + size + 64 < TEST_MESSAGE_MAX) {
        const uint8_t *stop = memchr(data, 0, size);
        size_t len = stop == NULL ? size : (size_t)(stop - data);
        struct bytes piece = bytes_of((const char *)data, len);
        struct test_message message = {.len = 0};
        if (len > 0 && data[0] == '+') {
            message = test_message_with(bytes_skip(piece, 1));
        } else if (len > 0 && data[0] == '*') {
            test_append(&message, bytes_skip(piece, 1));
            test_append_checksum(&message);
        } else {
            test_append(&message, piece);
        }
        memcpy(stream->data + stream->len, message.data, message.len);
        stream->len += message.len;
        size -= stop == NULL ? len : len + 1;
        data += stop == NULL ? len : len + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct test_message stream;
    static struct messages whole;
    static struct messages pieces;
    if (size < 4 || size > 2048) {
        return 0;
    }
    size_t max = data[0] == 0 ? TEST_MESSAGE_MAX : 1 + (size_t)data[0] * 4;
    struct prng prng;
    prng_seed(&prng, (uint64_t)data[1] << 16 | (uint64_t)data[2] << 8 | data[3]);
    build_stream(data + 4, size - 4, &stream);
    char *exact = malloc(stream.len);
    require(exact != NULL || stream.len == 0);
    memcpy(exact, stream.data, stream.len);
    read_messages(bytes_of(exact, stream.len), max, NULL, &whole);
    read_messages(bytes_of(exact, stream.len), max, &prng, &pieces);
    free(exact);
    require(whole.count == pieces.count && whole.closed == pieces.closed);
    size_t used = whole.count * sizeof whole.starts[0];
    require(memcmp(whole.starts, pieces.starts, used) == 0);
    require(memcmp(whole.sizes, pieces.sizes, used) == 0);
    return 0;
}
