/*
 * What the cases of stream_conformance.h share: a connected pair, and bytes that say where in the
 * stream they belong, so that loss, doubling and disorder all show. For tests only.
 */
#ifndef TERCEL_NET_STREAM_CONFORMANCE_TOOLS_H
#define TERCEL_NET_STREAM_CONFORMANCE_TOOLS_H

#include "net/stream_conformance.h"

struct pair {
    struct stream *a; /* dialled */
    struct stream *b; /* accepted */
};

/* One direction of a connection as the test knows it. */
struct flow {
    uint64_t key; /* which bytes: distinct for each flow */
    uint64_t written;
    uint64_t read;
};

struct pair pair_connect(struct stream_fixture *fixture);
void pair_discard(struct stream_fixture *fixture, struct pair pair);
void fixture_pump(struct stream_fixture *fixture);

/* The byte at `offset` of the flow `key`. */
char flow_byte(uint64_t key, uint64_t offset);

/* The next `len` bytes of the flow into an open reservation, not yet counted as written. */
void flow_fill(const struct flow *flow, const struct stream_rooms *rooms, size_t len);

/* A record through stream_reserve, or stream_reserve_many; anything but STREAM_OK changes nothing.
 */
enum stream_result flow_try_write(struct flow *flow, struct stream *stream, size_t len,
                                  struct stream_position release_after);
enum stream_result flow_try_write_many(struct flow *flow, struct stream *stream, size_t len,
                                       struct stream_position release_after);

/* A record that must be taken. */
void flow_write(struct flow *flow, struct stream *stream, size_t len);
void flow_write_held(struct flow *flow, struct stream *stream, size_t len, uint64_t position);

/* Reads and checks what lies in the stream, in place; returns how much. */
size_t flow_read(struct flow *flow, struct stream *stream);

/* Pumps and reads until all that was written has come. */
void flow_read_all(struct stream_fixture *fixture, struct flow *flow, struct stream *stream);

#endif
