/*
 * What fix_acceptor is told on its command line; bench/fix_acceptor.c says what it means.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_OPTIONS_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_OPTIONS_H

#include "bench/conformance/acceptor_profile.h"
#include "net/endpoint.h"

#define ACCEPTOR_PEERS_MAX 256

enum acceptor_door_kind {
    ACCEPTOR_DOOR_FIX = 0,
    ACCEPTOR_DOOR_HASTY,
    ACCEPTOR_DOOR_CONTROL,
    ACCEPTOR_DOORS
};

struct acceptor_options {
    const struct acceptor_profile *profile; /* of the sessions with fixed names */
    bool has[ACCEPTOR_DOORS];
    struct endpoint at[ACCEPTOR_DOORS];
    unsigned peer_count;
    struct endpoint peer[ACCEPTOR_PEERS_MAX];
};

/* False: not to run, but to exit with *status; what is wrong, or the help, was printed. */
bool acceptor_options_read(struct acceptor_options *options, int argc, char **argv, int *status);

#endif
