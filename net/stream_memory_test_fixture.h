/* Two stacks of stream_memory under the conformance cases. For tests only. */
#ifndef TERCEL_NET_STREAM_MEMORY_TEST_FIXTURE_H
#define TERCEL_NET_STREAM_MEMORY_TEST_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "net/stream_conformance.h"
#include "net/stream_memory.h"

struct memory_fixture {
    struct stream_fixture fixture;
    struct stream_memory *world;
    char *mem;
    size_t segment_bytes; /* of a pump */
    struct stream *newest[2];
};

static const struct stream_limits memory_fixture_limits = {
    .send_bytes = 8192,
    .receive_bytes = 4096,
    .record_bytes_max = 500,
    .gather_bytes_max = 3000,
    .hold_bytes = 4096,
    .hold_records_max = 20,
};

static inline struct memory_fixture *memory_fixture_of(struct stream_fixture *fixture) {
    return (struct memory_fixture *)fixture;
}

static inline struct stream *memory_fixture_dial(struct stream_fixture *fixture) {
    struct memory_fixture *self = memory_fixture_of(fixture);
    return self->newest[0] = stream_dial(stream_memory_stack(self->world, 0), 1);
}

static inline struct stream *memory_fixture_accept(struct stream_fixture *fixture) {
    struct memory_fixture *self = memory_fixture_of(fixture);
    return self->newest[1] = stream_accept(stream_memory_stack(self->world, 1), 1);
}

static inline void memory_fixture_discard(struct stream_fixture *fixture, struct stream *stream) {
    stream_discard(stream_memory_stack(memory_fixture_of(fixture)->world, 0), stream);
}

static inline void memory_fixture_pump(struct stream_fixture *fixture) {
    struct memory_fixture *self = memory_fixture_of(fixture);
    stream_memory_pump(self->world, self->segment_bytes);
}

static inline void memory_fixture_step(struct stream_fixture *fixture, struct prng *prng) {
    static const size_t cuts[] = {1, 2, 3, 7, 50, 400, 1000000};
    size_t bytes = cuts[prng_below(prng, sizeof(cuts) / sizeof(cuts[0]))];
    stream_memory_deliver(memory_fixture_of(fixture)->newest[prng_below(prng, 2)], bytes);
}

static inline bool memory_fixture_refuse(struct stream_fixture *fixture, struct stream *stream,
                                         enum stream_result result, uint32_t skip, uint32_t count) {
    (void)fixture;
    stream_memory_refuse(stream, result, skip, count);
    return true;
}

static inline void memory_fixture_destroy(struct stream_fixture *fixture) {
    free(memory_fixture_of(fixture)->mem);
    free(fixture);
}

static const struct stream_fixture_ops memory_fixture_ops = {
    .dial = memory_fixture_dial,
    .accept = memory_fixture_accept,
    .discard = memory_fixture_discard,
    .pump = memory_fixture_pump,
    .step = memory_fixture_step,
    .refuse = memory_fixture_refuse,
    .destroy = memory_fixture_destroy,
};

static inline struct memory_fixture *memory_fixture_make(size_t segment_bytes) {
    struct stream_memory_limits limits = {
        .stream = memory_fixture_limits, .pairs_max = 3, .stacks = 2, .ports = 2};
    size_t bytes = stream_memory_footprint(&limits);
    struct memory_fixture *self = calloc(1, sizeof(*self));
    self->mem = aligned_alloc(64, bits_whole_lines(bytes));
    memset(self->mem, 0x5A, bytes);
    self->world = stream_memory_init(self->mem, &limits);
    self->segment_bytes = segment_bytes;
    self->fixture = (struct stream_fixture){
        .ops = &memory_fixture_ops,
        .limits = limits.stream,
        .many_bytes_max = limits.stream.hold_bytes,
        .memory = {bytes_of(self->mem, bytes)},
    };
    return self;
}

#endif
