/*
 * Connections that have not said yet whose they are, and those that never will: nothing is sent to
 * them. A listener's newcomers wait for their Logon as long as the listener lets them.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_DOOR_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_DOOR_H

#include "bench/conformance/acceptor_world.h"
#include "net/stream.h"

#define ACCEPTOR_DOOR_MAX 256

struct acceptor_door {
    struct acceptor_worlds *worlds;
    struct stream_stack *streams;
    struct {
        struct stream *stream; /* NULL: the place is free */
        struct instant deadline;
        size_t need;
    } place[ACCEPTOR_DOOR_MAX];
};

/* Takes what has come to `listener`, as far as there is a place. */
void acceptor_door_open(struct acceptor_door *door, struct now now, unsigned listener,
                        struct duration patience);

/* Whoever has said who he is goes to his world, or out. */
void acceptor_door_turn(struct acceptor_door *door, struct now now);

/* The earliest moment at which somebody has waited too long. */
struct instant acceptor_door_deadline(const struct acceptor_door *door);

#endif
