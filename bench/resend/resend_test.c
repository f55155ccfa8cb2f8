/* A long answer to a ResendRequest, in a time in which every look at the clock takes 100 ns. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "bench/resend/resend.h"
#include "core/base/alloc_guard.h"

#define MESSAGES 20000U
#define REPORT_BYTES 384U
#define LOOK_NS 100
#define BURST 32U

static int64_t read_clock(void *context) {
    int64_t *ns = context;
    return *ns += LOOK_NS;
}

/* The reports, an outbox that keeps `kept` of them, and a live one every 20 us. */
static const struct resend_result *run(uint32_t kept) {
    static int64_t ns;
    struct resend_config config = {.messages = MESSAGES,
                                   .outbox = {.messages = kept, .bytes = kept * REPORT_BYTES},
                                   .burst = BURST,
                                   .live_period = {.ns = 20 * NS_PER_US},
                                   .read_clock = read_clock,
                                   .context = &ns};
    ns = NS_PER_S;
    size_t bytes = (resend_footprint(&config) + 63) / 64 * 64;
    void *mem = aligned_alloc(64, bytes);
    cr_assert_not_null(mem);
    struct resend *resend = resend_init(mem, &config);
    alloc_guard_seal();
    resend_fill(resend);
    resend_alone(resend, 1000);
    resend_everything(resend);
    alloc_guard_unseal();
    static struct resend_result result;
    result = *resend_result(resend);
    free(mem);
    return &result;
}

/* But the first burst, which goes before anything else, no live message waits for more than one
 * other: the clock is looked at four times for each. */
static void cr_assert_live_is_on_time(const struct resend_result *result) {
    const int64_t first_burst_ns = BURST * 4 * LOOK_NS;
    cr_assert_gt(result->live, 1000);
    cr_assert_leq(histogram_value_at(&result->alone, 1000000), 8 * LOOK_NS);
    cr_assert_leq(histogram_value_at(&result->meanwhile, 990000), 8 * LOOK_NS);
    cr_assert_leq(result->meanwhile.max_ns, first_burst_ns + 8 * LOOK_NS);
}

Test(resend, all_is_sent_again_while_live_messages_go_on) {
    const struct resend_result *result = run(4 * MESSAGES);
    /* The Logon has number 1, and the thousand live ones were sent before the request. */
    cr_assert_eq(result->resent, MESSAGES + 1000);
    cr_assert_eq(result->fills, 1);
    cr_assert_eq(result->filled_over, 0);
    cr_assert_live_is_on_time(result);
}

/* The outbox lets go of the oldest when it is full, and during the answer too: of what it has let
 * go when its turn comes is said that it is gone, and how much that was. */
Test(resend, what_the_outbox_let_go_is_filled_over_and_counted) {
    const struct resend_result *result = run(MESSAGES / 2);
    cr_assert_gt(result->resent, 0);
    cr_assert_leq(result->resent, MESSAGES / 2);
    cr_assert_eq(result->resent + result->filled_over, MESSAGES + 1001);
    cr_assert_live_is_on_time(result);
}
