#include <criterion/criterion.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "core/fix/test_message.h"

#define MAX 4096

Test(fix_frame, published_frames_are_complete) {
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        struct test_message message = test_message_of(published_frames[i]);
        struct fix_frame frame;
        cr_assert_eq(fix_frame(test_bytes(&message), MAX, &frame), FIX_FRAME_COMPLETE, "%s",
                     published_frames[i]);
        cr_assert_eq(frame.bytes, message.len);
        cr_assert_eq(frame.body_offset + frame.body_bytes + FIX_TRAILER_BYTES, message.len);
        cr_assert_eq(frame.fault, FIX_FAULT_NONE);
    }
}
