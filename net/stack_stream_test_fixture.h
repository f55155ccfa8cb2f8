/* Two stacks and a link under the conformance cases. For tests only. */
#ifndef TERCEL_NET_STACK_STREAM_TEST_FIXTURE_H
#define TERCEL_NET_STACK_STREAM_TEST_FIXTURE_H

#include <stdlib.h>

#include "net/stack_duo_test.h"
#include "net/stream_conformance.h"

struct duo_fixture {
    struct stream_fixture fixture;
    struct duo *duo;
    struct duration pump;
};

static inline struct duo *duo_of(struct stream_fixture *fixture) {
    return ((struct duo_fixture *)fixture)->duo;
}

static inline struct stream *duo_fixture_dial(struct stream_fixture *fixture) {
    return duo_dial(duo_of(fixture));
}

static inline struct stream *duo_fixture_accept(struct stream_fixture *fixture) {
    return duo_accept(duo_of(fixture));
}

static inline void duo_fixture_discard(struct stream_fixture *fixture, struct stream *stream) {
    duo_discard(duo_of(fixture), stream);
}

static inline void duo_fixture_pump_for(struct stream_fixture *fixture) {
    duo_run(duo_of(fixture), ((struct duo_fixture *)fixture)->pump);
}

static inline void duo_fixture_step(struct stream_fixture *fixture, struct prng *prng) {
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
static inline bool duo_fixture_refuse(struct stream_fixture *fixture, struct stream *stream,
                                      enum stream_result result, uint32_t skip, uint32_t count) {
    struct duo *duo = duo_of(fixture);
    bool of_second = (char *)stream >= duo->memory + duo->memory_bytes / 2;
    if (result != STREAM_AGAIN_POOL) {
        return false;
    }
    nic_sim_refuse_takes(duo->nics[of_second], skip, count);
    return true;
}

static inline void duo_fixture_destroy(struct stream_fixture *fixture) {
    duo_close(duo_of(fixture));
    free(fixture);
}

static const struct stream_fixture_ops duo_fixture_ops = {.dial = duo_fixture_dial,
                                                          .accept = duo_fixture_accept,
                                                          .discard = duo_fixture_discard,
                                                          .pump = duo_fixture_pump_for,
                                                          .step = duo_fixture_step,
                                                          .refuse = duo_fixture_refuse,
                                                          .destroy = duo_fixture_destroy};

static inline struct stream_fixture *duo_fixture_over(const struct duo_setup *setup,
                                                      int64_t pump_ms) {
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

#endif
