/* Any fixture below; every stream it makes is wrapped in a record layer. For tests only. */
#ifndef TERCEL_NET_STREAM_FRAME_NULL_TEST_FIXTURE_H
#define TERCEL_NET_STREAM_FRAME_NULL_TEST_FIXTURE_H

#include <stdlib.h>

#include "net/stream_conformance.h"
#include "net/stream_frame_null.h"

#define WRAPPERS 8

struct frame_fixture {
    struct stream_fixture fixture;
    struct stream_fixture *below;
    struct wrapper {
        struct stream *stream; /* the layer; NULL: free */
        struct stream *below;
    } wrappers[WRAPPERS];
    char *layers;
    size_t layer_bytes;
};

static inline struct frame_fixture *frame_fixture_of(struct stream_fixture *fixture) {
    return (struct frame_fixture *)fixture;
}

/* Over streams of record_bytes_max 500 and gather_bytes_max 3000. */
static const struct stream_frame_null_limits frame_limits = {
    .record_bytes_max = 500 - STREAM_FRAME_NULL_OVERHEAD_BYTES,
    .large_bytes_max = 3000 - STREAM_FRAME_NULL_OVERHEAD_BYTES,
    .gather_bytes_max = 2500,
};

static inline struct stream *wrap(struct frame_fixture *self, struct stream *below) {
    if (below == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (self->wrappers[i].stream == NULL) {
            self->wrappers[i].below = below;
            self->wrappers[i].stream =
                stream_frame_null_init(self->layers + i * self->layer_bytes, &frame_limits, below);
            return self->wrappers[i].stream;
        }
    }
    cr_assert_fail("more connections than the fixture wraps");
    return NULL;
}

static inline struct stream *frame_dial(struct stream_fixture *fixture) {
    struct frame_fixture *self = frame_fixture_of(fixture);
    return wrap(self, self->below->ops->dial(self->below));
}

static inline struct stream *frame_accept(struct stream_fixture *fixture) {
    struct frame_fixture *self = frame_fixture_of(fixture);
    return wrap(self, self->below->ops->accept(self->below));
}

static inline struct wrapper *wrapper_of(struct frame_fixture *self, struct stream *stream) {
    for (size_t i = 0; i < WRAPPERS; i++) {
        if (self->wrappers[i].stream == stream) {
            return &self->wrappers[i];
        }
    }
    cr_assert_fail("no stream of this fixture");
    return NULL;
}

static inline void frame_discard(struct stream_fixture *fixture, struct stream *stream) {
    struct frame_fixture *self = frame_fixture_of(fixture);
    struct wrapper *wrapper = wrapper_of(self, stream);
    self->below->ops->discard(self->below, wrapper->below);
    wrapper->stream = NULL;
}

static inline void frame_pump(struct stream_fixture *fixture) {
    struct stream_fixture *below = frame_fixture_of(fixture)->below;
    below->ops->pump(below);
}

static inline void frame_step(struct stream_fixture *fixture, struct prng *prng) {
    struct stream_fixture *below = frame_fixture_of(fixture)->below;
    below->ops->step(below, prng);
}

static inline bool frame_refuse(struct stream_fixture *fixture, struct stream *stream,
                                enum stream_result result, uint32_t skip, uint32_t count) {
    struct frame_fixture *self = frame_fixture_of(fixture);
    return self->below->ops->refuse(self->below, wrapper_of(self, stream)->below, result, skip,
                                    count);
}

static inline void frame_destroy(struct stream_fixture *fixture) {
    struct frame_fixture *self = frame_fixture_of(fixture);
    self->below->ops->destroy(self->below);
    free(self->layers);
    free(self);
}

static const struct stream_fixture_ops frame_fixture_ops = {
    .dial = frame_dial,
    .accept = frame_accept,
    .discard = frame_discard,
    .pump = frame_pump,
    .step = frame_step,
    .refuse = frame_refuse,
    .destroy = frame_destroy,
};

static inline struct stream_fixture *frame_fixture_make(struct stream_fixture *below) {
    struct frame_fixture *self = calloc(1, sizeof(*self));
    self->below = below;
    self->layer_bytes = stream_frame_null_footprint(&frame_limits);
    self->layers = aligned_alloc(64, WRAPPERS * self->layer_bytes);
    self->fixture = *below;
    self->fixture.ops = &frame_fixture_ops;
    self->fixture.limits.record_bytes_max = frame_limits.record_bytes_max;
    self->fixture.limits.gather_bytes_max = frame_limits.gather_bytes_max;
    self->fixture.many_bytes_max = frame_limits.large_bytes_max;
    self->fixture.overhead_bytes = STREAM_FRAME_NULL_OVERHEAD_BYTES;
    self->fixture.memory[1] = bytes_of(self->layers, WRAPPERS * self->layer_bytes);
    return &self->fixture;
}

#endif
