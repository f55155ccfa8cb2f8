/*
 * Steering the clock: from samples of the kernel's clocks to the mappings that are published.
 *
 * Time does not jump because a sample says so. A new mapping goes on where the old one has come to
 * and runs a little faster or slower, by at most slew_ppm of the measured rate of the TSC, until it
 * agrees with the kernel: CLOCK_MONOTONIC on the monotonic side, CLOCK_REALTIME on the UTC side. So
 * NTP's corrections and a smeared leap second come through as they are made.
 *
 * UTC that is off by more than step_threshold was set (settimeofday, a step of NTP, a leap second
 * that is not smeared, a machine that was asleep). That is an event for the log, and by policy UTC
 * jumps to the new time at once, back as well as forth, or goes there at slew_ppm however long that
 * takes (an hour at 500 ppm: 83 days). The error published meanwhile is what is still missing.
 *
 * The monotonic side only ever jumps forth, and only when the TSC lost time (a virtual machine that
 * was paused or moved). When the TSC gained more than the threshold, the monotonic clock stays
 * ahead for good: its origin is nobody's but ours. A TSC that changed its rate is measured anew.
 *
 * A sample that was torn apart by the scheduler (wide window) is passed over while there was a good
 * one within the last two seconds.
 *
 * What it is not: an NTP client. It follows the kernel's clocks and does not judge them.
 *
 * Threading: one cold thread. Pure: samples in, mappings out; reads no clock. Samples some 100 ms
 * apart; from 1 ms to minutes works, errors being noticed and worked off the later.
 */
#ifndef TERCEL_CORE_BASE_CLOCK_STEER_H
#define TERCEL_CORE_BASE_CLOCK_STEER_H

#include <stddef.h>

#include "core/base/check.h"
#include "core/base/clock.h"

/* What adjtimex(2) does. */
#define CLOCK_SLEW_PPM_MAX 500U

enum clock_step_policy { CLOCK_STEP_JUMP = 0, CLOCK_STEP_SLEW };

struct clock_steer_limits {
    uint32_t slew_ppm;              /* 1 .. CLOCK_SLEW_PPM_MAX */
    struct duration step_threshold; /* 1 ms .. 1 h */
    enum clock_step_policy policy;
};

enum clock_event_kind {
    CLOCK_QUIET = 0,
    CLOCK_UTC_JUMPED,  /* UTC was set and jumped by ns */
    CLOCK_UTC_SLEWING, /* UTC was set; ns is what is to be slewed */
    CLOCK_UTC_SETTLED, /* the slew has ended */
    CLOCK_TSC_JUMPED   /* the TSC lost (ns > 0) or gained time; UTC was put right, too */
};

struct clock_event {
    enum clock_event_kind kind;
    int64_t ns;
};

struct clock_steer {
    struct clock_steer_limits limits;
    struct clock_mapping mapping;
    uint64_t rate;              /* of the TSC as measured: mult of a clock that needs no slewing */
    uint64_t odd_rate;          /* of the last interval, when it cannot be believed yet; else 0 */
    int64_t origin_ns;          /* ours less CLOCK_MONOTONIC */
    struct clock_sample last;   /* not passed over */
    struct clock_sample anchor; /* the rate is measured from here */
    struct clock_sample next;   /* the anchor to come */
    int64_t slewing_ns;         /* a step being slewed: the most it was off; else 0 */
};

/* Cold. Two good samples at least 1 ms apart (clock_mapping_make). */
void clock_steer_start(struct clock_steer *steer, struct clock_steer_limits limits,
                       struct clock_sample first, struct clock_sample second);

/* Takes a later sample; steer->mapping is then what to publish. */
struct clock_event clock_steer_sample(struct clock_steer *steer,
                                      struct clock_sample sample) MUST_USE;

#define CLOCK_EVENT_TEXT_MAX 95

/* "UTC was set: it jumps by -3600.000 s" and the like, terminated; returns the length, 0 for
 * CLOCK_QUIET. `max` > CLOCK_EVENT_TEXT_MAX. */
size_t clock_event_format(struct clock_event event, char *out, size_t max);

#endif
