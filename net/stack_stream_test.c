/*
 * The stream contract over our own TCP: two stacks, a link between them; with the fast path and
 * without, over a link that loses and reorders, and under a record layer.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/test_seed.h"
#include "net/stack_duo_test.h"
#include "net/stream_frame_null_test_fixture.h"

struct duo_fixture {
    struct stream_fixture fixture;
    struct duo *duo;
    struct duration pump;
};

static struct duo *duo_of(struct stream_fixture *fixture) {
    return ((struct duo_fixture *)fixture)->duo;
}

static struct stream *fixture_dial(struct stream_fixture *fixture) {
    return duo_dial(duo_of(fixture));
}

static struct stream *fixture_accept(struct stream_fixture *fixture) {
    return duo_accept(duo_of(fixture));
}

static void fixture_discard(struct stream_fixture *fixture, struct stream *stream) {
    duo_discard(duo_of(fixture), stream);
}

static void fixture_pump_for(struct stream_fixture *fixture) {
    duo_run(duo_of(fixture), ((struct duo_fixture *)fixture)->pump);
}

static void fixture_step(struct stream_fixture *fixture, struct prng *prng) {
    struct duo *duo = duo_of(fixture);
    switch (prng_below(prng, 4)) {
    case 0:
        link_sim_turn(duo->link, duo->now);
        break;
    case 1:
        duo->now.mono.ns += (int64_t)prng_below(prng, 200000);
        break;
    default:
        duo_turn_one(duo, (uint32_t)prng_below(prng, 2));
        break;
    }
}

/* Only the pool can be told when to refuse; the other reasons have tests of their own. */
static bool fixture_refuse(struct stream_fixture *fixture, struct stream *stream,
                           enum stream_result result, uint32_t skip, uint32_t count) {
    struct duo *duo = duo_of(fixture);
    bool of_second = (char *)stream >= duo->memory + duo->memory_bytes / 2;
    if (result != STREAM_AGAIN_POOL) {
        return false;
    }
    nic_sim_refuse_takes(duo->nics[of_second], skip, count);
    return true;
}

static void fixture_destroy(struct stream_fixture *fixture) {
    duo_close(duo_of(fixture));
    free(fixture);
}

static const struct stream_fixture_ops duo_fixture_ops = {.dial = fixture_dial,
                                                          .accept = fixture_accept,
                                                          .discard = fixture_discard,
                                                          .pump = fixture_pump_for,
                                                          .step = fixture_step,
                                                          .refuse = fixture_refuse,
                                                          .destroy = fixture_destroy};

static struct stream_fixture *fixture_over(const struct duo_setup *setup, int64_t pump_ms) {
    struct duo_fixture *self = calloc(1, sizeof(*self));
    self->duo = duo_open(setup);
    self->pump.ns = pump_ms * NS_PER_MS;
    self->fixture =
        (struct stream_fixture){.ops = &duo_fixture_ops,
                                .limits = setup->stream,
                                .many_bytes_max = setup->stream.hold_bytes,
                                .two_stacks = true,
                                .memory = {bytes_of(self->duo->memory, self->duo->memory_bytes)}};
    return &self->fixture;
}

static struct stream_fixture *fast(void) {
    struct duo_setup setup = duo_setup_default();
    return fixture_over(&setup, 1);
}

static struct stream_fixture *slow(void) {
    struct duo_setup setup = duo_setup_default();
    setup.slow_only = true;
    return fixture_over(&setup, 1);
}

/* Segments of less than a record, so that records are split; checksums are the NICs'. */
static struct stream_fixture *offloaded(void) {
    struct duo_setup setup = duo_setup_default();
    setup.offload = true;
    return fixture_over(&setup, 1);
}

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
    return fixture_over(&setup, 3000);
}

static struct stream_fixture *framed(void) {
    return frame_fixture_make(fast());
}

static struct stream_fixture *framed_slow(void) {
    return frame_fixture_make(slow());
}

STREAM_CONFORMANCE_TESTS(stack_stream_fast, fast)
STREAM_CONFORMANCE_TESTS(stack_stream_slow, slow)
STREAM_CONFORMANCE_TESTS(stack_stream_offloaded, offloaded)
STREAM_CONFORMANCE_TESTS(stack_stream_lossy, lossy)
STREAM_CONFORMANCE_TESTS(stack_stream_framed, framed)
STREAM_CONFORMANCE_TESTS(stack_stream_framed_slow, framed_slow)
