/*
 * Conversations over tercel's TCP: opened or accepted, held all at once, measured.
 *
 * The stack is the worker's, and is turned as the worker turns it; time is handed in. Not here: the
 * NIC, the clock, how it is reported.
 */
#ifndef TERCEL_BENCH_INTEROP_INTEROP_H
#define TERCEL_BENCH_INTEROP_INTEROP_H

#include "bench/interop/nic_shim.h"
#include "bench/interop/options.h"
#include "core/base/histogram.h"
#include "net/stack.h"

/* Over all connections that ended, in all rounds. */
struct interop_figures {
    uint64_t connections;
    uint64_t heard; /* messages */
    uint64_t bytes_in, bytes_out;
    uint64_t retransmissions, timeouts, probes, spurious, fast_recoveries;
    uint64_t timestamps, sack, window_scaling; /* connections that have them */
    struct histogram answered;                 /* from commit to answer, of each message */
    struct histogram srtt;                     /* at the end of each connection */
    /* With --recover-gap-us, from a message's commit: */
    struct histogram clean;      /* to the acknowledgement of one that was not dropped */
    struct histogram sent_again; /* of one that was: to its next transmission, */
    struct histogram recovered;  /* and to its acknowledgement */
};

struct interop;

/* All memory is taken here; `shim` is the stack's only port, and outlives it. NULL, with a
 * complaint on stderr, for addresses that are none. */
struct interop *interop_start(const struct interop_options *options, struct nic_shim *shim);

/* One turn of the stack and of every conversation. The packets handled. False in *good when
 * something is not as it must be: complained about on stderr. */
uint32_t interop_turn(struct interop *interop, struct now now, bool *good);

/* All rounds are over. */
bool interop_is_over(const struct interop *interop);

/* On stderr: what is not over. */
void interop_complain(const struct interop *interop);

const struct interop_figures *interop_figures(const struct interop *interop);
const struct tcp_counters *interop_counters(const struct interop *interop);

/* Aborts what is open, gives every packet back, and itself. */
void interop_end(struct interop *interop);

#endif
