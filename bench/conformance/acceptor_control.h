/*
 * What a scenario does to our side beside its FIX session: lines of text over a connection of their
 * own, each answered by one line, "ok ..." or "error: ...".
 *
 *   clock WORLD                 the world's time, in ns since 1970
 *   later WORLD MS              the world's clock moves ahead
 *   say WORLD TYPE|tag=value... the application sends a message, or keeps it until it can
 *   logout WORLD [TEXT]         the application ends the session
 *   dial WORLD PEER             an initiator's world connects to the PEER-th address
 *   reset WORLD                 our side begins both numbers anew inside the session
 *   restore WORLD IN OUT        somebody sets both numbers by hand; only while not connected
 *   rest WORLD, work WORLD      the application is not available; is again
 *   state WORLD                 name=value for state, in, out, garbled, gaps, duplicates, rejected,
 *                               held, end
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_CONTROL_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_CONTROL_H

#include "bench/conformance/acceptor_world.h"
#include "net/stream.h"

#define ACCEPTOR_CONTROLS_MAX 256
#define ACCEPTOR_CONTROL_LINE_MAX 1024

struct acceptor_control {
    struct acceptor_worlds *worlds;
    struct stream_stack *streams;
    unsigned peer_count;
    struct stream *stream[ACCEPTOR_CONTROLS_MAX];
};

void acceptor_control_open(struct acceptor_control *control, unsigned listener);

/* Obeys all whole lines; the worlds want a turn then. */
void acceptor_control_turn(struct acceptor_control *control, struct now now);

#endif
