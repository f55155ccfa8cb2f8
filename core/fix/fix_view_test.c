#include <criterion/criterion.h>

#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"
#include "core/fix/test_message.h"

Test(fix_view, published_frames_have_their_fields) {
    static const uint32_t counts[] = {17, 18, 25, 18, 19};
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        struct test_message message = test_message_of(published_frames[i]);
        struct fix_view view;
        uint32_t bad = 0;
        cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK, "%s",
                     published_frames[i]);
        cr_assert_eq(view.count, counts[i], "frame %zu has %u fields", i, view.count);
    }
}
