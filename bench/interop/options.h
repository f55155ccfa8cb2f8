/*
 * What tcp_interop and its peers are told on their command lines: all take the same options, and
 * each says in its usage which it heeds.
 */
#ifndef TERCEL_BENCH_INTEROP_OPTIONS_H
#define TERCEL_BENCH_INTEROP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/interop/talk.h"
#include "core/base/check.h"

/* Who calls opens no two connections within it: hundreds at once are a burst that a veth pair does
 * not queue. */
#define INTEROP_CALL_INTERVAL ((struct duration){.ns = 300 * NS_PER_US})

struct interop_options {
    const char *interface; /* NULL: not given, as the addresses */
    const char *address;   /* our own, dotted decimal; its network has 24 bits */
    const char *peer;      /* to be called; NULL: we are called */
    uint64_t port;         /* to call, or to listen on */
    uint64_t local_port;   /* to call from; 0: any */
    uint64_t connections;  /* at once */
    uint64_t rounds;       /* of so many connections, one after another */
    uint64_t patience_s;   /* for everything */

    uint64_t seed;
    uint64_t messages; /* over all connections of a round; of the caller's */
    uint64_t bytes_min, bytes_max;
    uint64_t answer_every;
    uint64_t answerer_ends_first;
    uint64_t depth;
    uint64_t interval_us;

    uint64_t loss_in_ppm, loss_out_ppm;
    uint64_t reorder_ppm, duplicate_ppm, corrupt_ppm;
    uint64_t late_us; /* of what is reordered */

    uint64_t recover_gap_us; /* not 0: the first transmission of every other message is dropped,
                                and a message follows so long after the last was acknowledged */
    uint64_t ack_delay_us;   /* tcp_profile's */

    uint64_t quick;        /* of a peer on Linux: 1 acknowledges at once, 0 delays */
    uint64_t buffer_bytes; /* of a peer's sockets; 0: as the system has it */
};

/* Reads "--name value" pairs over the defaults. False, with a complaint on stderr. */
bool interop_options_read(int argc, char **argv, struct interop_options *options) MUST_USE;

/* The plan of one of the connections, 0 <= connection < options->connections, of a round. */
struct talk_plan interop_options_plan(const struct interop_options *options, uint64_t round,
                                      uint64_t connection);

#endif
