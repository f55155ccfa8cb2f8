/* A stack that dials itself over loopback, under the conformance cases. For tests only. */
#ifndef TERCEL_NET_URING_URING_TEST_FIXTURE_H
#define TERCEL_NET_URING_URING_TEST_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "net/stream_conformance.h"
#include "net/uring/uring_stack.h"

struct uring_fixture {
    struct stream_fixture fixture;
    struct uring_stack *stack;
    char *mem;
    struct now now; /* advances by a microsecond a turn: tests do not read clocks */
};

static const struct uring_limits uring_fixture_limits = {
    .stream = {.send_bytes = 8192,
               .receive_bytes = 4096,
               .record_bytes_max = 500,
               .gather_bytes_max = 3000,
               .hold_bytes = 4096,
               .hold_records_max = 20},
    .streams_max = 6,
    .listeners_max = 1,
    .peers_max = 1,
    .sockets_per_peer = 3,
    .connect_timeout = {NS_PER_S},
    .socket_send_bytes = 16384,
    .socket_receive_bytes = 16384,
};

static inline struct uring_fixture *uring_fixture_of(struct stream_fixture *fixture) {
    return (struct uring_fixture *)fixture;
}

static inline struct endpoint uring_loopback(void) {
    struct endpoint endpoint;
    cr_assert_eq(endpoint_parse(BYTES("127.0.0.1:0"), &endpoint), ENDPOINT_OK);
    return endpoint;
}

static inline unsigned uring_fixture_turn(struct uring_fixture *self, int64_t wait_ns) {
    self->now.mono.ns += NS_PER_US;
    return uring_stack_turn(self->stack, self->now, wait_ns);
}

static inline struct stream *uring_fixture_dial(struct stream_fixture *fixture) {
    struct uring_fixture *self = uring_fixture_of(fixture);
    uring_stack_refill(self->stack);
    return stream_dial(uring_stack_streams(self->stack), 0);
}

static inline struct stream *uring_fixture_accept(struct stream_fixture *fixture) {
    return stream_accept(uring_stack_streams(uring_fixture_of(fixture)->stack), 0);
}

static inline void uring_fixture_discard(struct stream_fixture *fixture, struct stream *stream) {
    stream_discard(uring_stack_streams(uring_fixture_of(fixture)->stack), stream);
}

/* Quiet: a turn that had nothing to do and saw nothing happen for a while. Loopback delivers within
 * the send; only what the kernel's own threads do (shutdown) takes longer. */
static inline void uring_fixture_pump(struct stream_fixture *fixture) {
    unsigned done = 1;
    for (int i = 0; i < 100000 && done > 0; i++) {
        while (uring_fixture_turn(uring_fixture_of(fixture), 0) > 0) {
        }
        done = uring_fixture_turn(uring_fixture_of(fixture), 100 * NS_PER_US);
    }
}

static inline void uring_fixture_step(struct stream_fixture *fixture, struct prng *prng) {
    (void)prng;
    uring_fixture_turn(uring_fixture_of(fixture), 0);
}

static inline bool uring_fixture_refuse(struct stream_fixture *fixture, struct stream *stream,
                                        enum stream_result result, uint32_t skip, uint32_t count) {
    (void)fixture, (void)stream, (void)result, (void)skip, (void)count;
    return false;
}

static inline void uring_fixture_destroy(struct stream_fixture *fixture) {
    struct uring_fixture *self = uring_fixture_of(fixture);
    uring_stack_fini(self->stack);
    free(self->mem);
    free(self);
}

static const struct stream_fixture_ops uring_fixture_ops = {
    .dial = uring_fixture_dial,
    .accept = uring_fixture_accept,
    .discard = uring_fixture_discard,
    .pump = uring_fixture_pump,
    .step = uring_fixture_step,
    .refuse = uring_fixture_refuse,
    .destroy = uring_fixture_destroy,
};

static inline struct uring_fixture *uring_fixture_make(const struct uring_limits *limits) {
    struct uring_fixture *self = calloc(1, sizeof(*self));
    struct uring_error error = {{0}};
    size_t bytes = uring_stack_footprint(limits);
    cr_assert_neq(bytes, 0);
    self->mem = aligned_alloc(64, bytes);
    memset(self->mem, 0, bytes);
    self->stack = uring_stack_init(self->mem, limits, &error);
    cr_assert_not_null(self->stack, "%s", error.text);
    struct endpoint at = uring_loopback();
    cr_assert(uring_stack_listen(self->stack, &at, 64, &error), "%s", error.text);
    at = uring_stack_listens_at(self->stack, 0);
    cr_assert(uring_stack_peer(self->stack, &at, &error), "%s", error.text);
    cr_assert(uring_stack_start(self->stack, &error), "%s", error.text);
    self->fixture = (struct stream_fixture){
        .ops = &uring_fixture_ops,
        .limits = limits->stream,
        .many_bytes_max = limits->stream.hold_bytes,
        .memory = {bytes_of(self->mem, bytes)},
    };
    return self;
}

#endif
