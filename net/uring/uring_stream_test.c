#include <criterion/criterion.h>

#include "net/stream_frame_null_test_fixture.h"
#include "net/uring/uring_test_fixture.h"

static struct stream_fixture *loopback(void) {
    return &uring_fixture_make(&uring_fixture_limits)->fixture;
}

STREAM_CONFORMANCE_TESTS(uring_stream, loopback)

/* A record layer over sockets. */
static struct stream_fixture *framed_loopback(void) {
    return frame_fixture_make(loopback());
}

STREAM_CONFORMANCE_TESTS(uring_stream_framed, framed_loopback)
