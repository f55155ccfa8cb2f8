#include <criterion/criterion.h>

#include "net/stream.h"

Test(stream, every_value_has_a_name_of_its_own) {
    for (int i = STREAM_CONNECTING; i <= STREAM_CLOSED; i++) {
        cr_assert_gt(strlen(stream_state_name((enum stream_state)i)), 0);
        for (int j = STREAM_CONNECTING; j < i; j++) {
            cr_assert_str_neq(stream_state_name((enum stream_state)i),
                              stream_state_name((enum stream_state)j));
        }
    }
    for (int i = STREAM_CLOSE_NONE; i <= STREAM_CLOSE_FAULT; i++) {
        for (int j = STREAM_CLOSE_NONE; j < i; j++) {
            cr_assert_str_neq(stream_close_reason_name((enum stream_close_reason)i),
                              stream_close_reason_name((enum stream_close_reason)j));
        }
    }
    for (int i = STREAM_OK; i <= STREAM_GONE; i++) {
        for (int j = STREAM_OK; j < i; j++) {
            cr_assert_str_neq(stream_result_name((enum stream_result)i),
                              stream_result_name((enum stream_result)j));
        }
    }
}

Test(stream, names_are_the_words_of_logs) {
    cr_assert_str_eq(stream_state_name(STREAM_OPEN), "open");
    cr_assert_str_eq(stream_state_name(STREAM_PEER_FINISHED), "peer finished");
    cr_assert_str_eq(stream_close_reason_name(STREAM_CLOSE_RESET), "reset");
    cr_assert_str_eq(stream_close_reason_name(STREAM_CLOSE_TIMED_OUT), "timed out");
    cr_assert_str_eq(stream_result_name(STREAM_AGAIN_WINDOW), "window");
    cr_assert_str_eq(stream_result_name(STREAM_TOO_LONG), "too long");
}
