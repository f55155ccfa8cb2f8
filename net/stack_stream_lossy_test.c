/* The stream contract over our own TCP, over a link that loses, doubles and reorders. */
#include <criterion/criterion.h>

#include "core/base/test_seed.h"
#include "net/stack_stream_test_fixture.h"

/* Long enough a pump that what was lost is sent again. A reset that was lost is found out by a
 * keep-alive probe. */
static struct stream_fixture *lossy(void) {
    struct duo_setup setup = duo_setup_default();
    setup.seed = test_seed("lossy");
    setup.way = (struct link_sim_way){.delay.ns = 50 * NS_PER_US,
                                      .jitter.ns = 20 * NS_PER_US,
                                      .reorder_delay.ns = 60 * NS_PER_US,
                                      .completion.ns = 5 * NS_PER_US,
                                      .loss_ppm = 20000,
                                      .duplicate_ppm = 20000,
                                      .reorder_ppm = 20000};
    setup.profile.keepalive_idle.ns = 500 * NS_PER_MS;
    return duo_fixture_over(&setup, 3000);
}

STREAM_CONFORMANCE_TESTS(stack_stream_lossy, lossy)
