/* The stream contract over our own TCP, with the fast path, without it, and with the NICs'
 * checksums. */
#include <criterion/criterion.h>

#include "net/stack_stream_test_fixture.h"

static struct stream_fixture *fast(void) {
    struct duo_setup setup = duo_setup_default();
    return duo_fixture_over(&setup, 1);
}

static struct stream_fixture *slow(void) {
    struct duo_setup setup = duo_setup_default();
    setup.slow_only = true;
    return duo_fixture_over(&setup, 1);
}

static struct stream_fixture *offloaded(void) {
    struct duo_setup setup = duo_setup_default();
    setup.offload = true;
    return duo_fixture_over(&setup, 1);
}

STREAM_CONFORMANCE_TESTS(stack_stream_fast, fast)
STREAM_CONFORMANCE_TESTS(stack_stream_slow, slow)
STREAM_CONFORMANCE_TESTS(stack_stream_offloaded, offloaded)
