/*
 * What can go wrong in a world. A kind is on or off for a whole world; how it works is the
 * business of who has it: links (world_net_*.c), processes and clocks (world_strike.c), exchanges
 * by rules of venues/exchange/exchange_fault.h (world_exchange_rules.c).
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_FAULT_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"

enum world_fault_kind {
    /* Of links, all the time. */
    WORLD_DELAY = 0,
    WORLD_JITTER,
    WORLD_CUT, /* segments of any size */
    WORLD_LOSS,
    WORLD_BURST,
    WORLD_DUPLICATE_FRAME,
    WORLD_REORDER,
    WORLD_CORRUPT,
    WORLD_MTU,
    /* Of links, now and then. */
    WORLD_STALL, /* one way */
    WORLD_PARTITION,
    WORLD_RESET,
    WORLD_SEVER, /* some bytes still arrive, then a reset */
    /* Of processes. */
    WORLD_CLIENT_CRASH,
    WORLD_CLIENT_LOGOUT,
    WORLD_CLIENT_DEAF, /* does not read for a while */
    WORLD_EXCHANGE_CRASH,
    /* Of clocks. */
    WORLD_DRIFT,
    WORLD_STEP, /* of an hour, and back */
    WORLD_LEAP, /* a second twice */
    /* Made likely in the router's surroundings. */
    WORLD_SQUEEZE, /* reserve says AGAIN */
    WORLD_EARLY,   /* turns that nothing asked for */
    WORLD_COLD,    /* the threads behind the rings are slow */
    /* Of exchanges. */
    WORLD_SLOW_ACK,
    WORLD_FILL_BEFORE_ACK,
    WORLD_LATE_REJECT,
    WORLD_DUPLICATE_EXEC,
    WORLD_UNSOLICITED_CANCEL,
    WORLD_LATE_FILL, /* after the cancel's confirmation */
    WORLD_LOSE,
    WORLD_LOSE_AND_ASK,
    WORLD_IGNORE,
    WORLD_FAIL, /* refused, and taken all the same */
    WORLD_HELD, /* every request is 3 s inside */
    WORLD_SKIP,
    WORLD_REPLAY,
    WORLD_CHECKSUM,
    WORLD_GARBAGE,
    WORLD_FOREIGN,
    WORLD_CLOSE,
    WORLD_VENUE_STALL,
    WORLD_VENUE_LOGOUT,
    WORLD_ROLL_OVER, /* numbers begin anew */
    /* In the router itself. */
    WORLD_MISCHIEF, /* core/base/mischief.h */
    /* Of shards of market data. */
    WORLD_MARKET_CRASH,
    WORLD_FAULTS
};

#define WORLD_FAULTS_ALL ((UINT64_C(1) << WORLD_FAULTS) - 1)

static inline uint64_t world_fault_bit(enum world_fault_kind kind) {
    return UINT64_C(1) << kind;
}

const char *world_fault_name(enum world_fault_kind kind);

/* "reset,loss": false when a name is none. "none" is the empty list, "all" every kind. */
bool world_faults_read(const char *list, uint64_t *faults);
/* "reset,loss" into `out`. */
void world_faults_write(uint64_t faults, char *out, size_t max);

#endif
