/*
 * Any bytes: the view is the naive twin's, and reading every field in every way stays inside the
 * message. A message that the framer and the view accept, written again field by field, is the same
 * bytes (but for BodyLength's leading zeros).
 */
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"
#include "core/fix/fix_writer.h"
#include "core/fix/test_message.h"

#include "core/fix/fix_view_test_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool view_as_twin(struct bytes message, struct fix_view *view) {
    static struct twin_view twin;
    uint32_t bad = 0;
    enum fix_view_result result = fix_view_parse(message, view, &bad);
    require(result == twin_view_parse(message, &twin));
    require(result == FIX_VIEW_OK || bad == twin.bad);
    require(view->count == twin.count);
    for (uint32_t i = 0; i < view->count; i++) {
        require(view->fields[i].tag == twin.fields[i].tag);
        require(view->fields[i].offset == twin.fields[i].value);
        require(view->fields[i].len == twin.fields[i].len);
    }
    return result == FIX_VIEW_OK;
}

/* Typed reads of one field agree with each other and with its bytes. */
static void read_in_every_way(const struct fix_view *view, uint32_t tag) {
    char letter;
    bool truth;
    uint64_t natural;
    int64_t integer;
    struct utc at;
    struct bytes text;
    enum fix_get as_bytes = fix_get_bytes(view, tag, &text);
    require(as_bytes == FIX_GET_OK || as_bytes == FIX_GET_EMPTY);
    require(fix_get_char(view, tag, &letter) != FIX_GET_OK || text.len == 1);
    require(fix_get_bool(view, tag, &truth) != FIX_GET_OK || text.len == 1);
    if (fix_get_uint(view, tag, INT64_MAX, &natural) == FIX_GET_OK) {
        require(fix_get_int(view, tag, &integer) == FIX_GET_OK && integer == (int64_t)natural);
    }
    if (fix_get_utc(view, tag, &at) == FIX_GET_OK) {
        require(text.len >= 17 && at.ns >= 0);
    }
}

static bool is_data(uint32_t tag) {
    return twin_length_tag(tag) != 0;
}

static size_t write_again(const struct fix_view *view, char *room, size_t bytes) {
    struct fix_writer writer;
    fix_writer_begin(&writer, room, bytes, fix_view_value(view, 0));
    for (uint32_t i = 2; i + 1 < view->count; i++) {
        const struct fix_field *field = &view->fields[i];
        if (is_data(view->fields[i + 1].tag)) {
            /* As it stands: a length may have leading zeros. */
            uint32_t from = view->fields[i - 1].offset + view->fields[i - 1].len + 1;
            i++;
            uint32_t to = view->fields[i].offset + view->fields[i].len + 1;
            fix_put_raw(&writer, bytes_of(view->message.data + from, to - from));
        } else {
            fix_put_bytes(&writer, field->tag, fix_view_value(view, i));
        }
    }
    return fix_writer_finish(&writer);
}

static void check_identity(const struct fix_view *view) {
    static char room[TEST_MESSAGE_MAX + 16];
    struct fix_frame frame;
    if (fix_frame(view->message, TEST_MESSAGE_MAX, &frame) != FIX_FRAME_COMPLETE ||
        frame.bytes != view->message.len) {
        return;
    }
    size_t len = write_again(view, room, sizeof room);
    require(len != 0);
    if (view->message.data[view->fields[1].offset] != '0') {
        require(len == view->message.len);
        require(memcmp(room, view->message.data, len) == 0);
        return;
    }
    struct fix_frame again;
    require(fix_frame(bytes_of(room, len), sizeof room, &again) == FIX_FRAME_COMPLETE);
    require(again.body_bytes == frame.body_bytes);
    require(memcmp(room + again.body_offset, view->message.data + frame.body_offset,
                   frame.body_bytes) == 0);
}

/* The first byte says whether the rest is a whole message or the body of one made good. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct fix_view view;
    static struct test_message message;
    if (size < 1 || size > 4096) {
        return 0;
    }
    message.len = 0;
    struct bytes rest = bytes_of((const char *)data + 1, size - 1);
    if (data[0] % 4 == 0) {
        test_append(&message, rest);
    } else if (data[0] % 4 == 1) {
        test_append(&message, BYTES("8=FIX.4.4|"));
        test_append(&message, rest);
        test_append_checksum(&message);
    } else {
        message = test_message_with(rest);
    }
    char *exact = malloc(message.len);
    require(exact != NULL || message.len == 0);
    memcpy(exact, message.data, message.len);
    if (view_as_twin(bytes_of(exact, message.len), &view)) {
        for (uint32_t i = 0; i < view.count; i++) {
            read_in_every_way(&view, view.fields[i].tag);
        }
        check_identity(&view);
    }
    free(exact);
    return 0;
}
