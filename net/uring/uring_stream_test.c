#include <criterion/criterion.h>

#include "net/uring/uring_test_fixture.h"

static struct stream_fixture *loopback(void) {
    return &uring_fixture_make(&uring_fixture_limits)->fixture;
}

STREAM_CONFORMANCE_TESTS(uring_stream, loopback)
