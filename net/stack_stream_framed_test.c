/* The stream contract of a record layer over our own TCP, with the fast path and without. */
#include <criterion/criterion.h>

#include "net/stack_stream_test_fixture.h"
#include "net/stream_frame_null_test_fixture.h"

static struct stream_fixture *framed(void) {
    struct duo_setup setup = duo_setup_default();
    return frame_fixture_make(duo_fixture_over(&setup, 1));
}

static struct stream_fixture *framed_slow(void) {
    struct duo_setup setup = duo_setup_default();
    setup.slow_only = true;
    return frame_fixture_make(duo_fixture_over(&setup, 1));
}

STREAM_CONFORMANCE_TESTS(stack_stream_framed, framed)
STREAM_CONFORMANCE_TESTS(stack_stream_framed_slow, framed_slow)
