#include "core/base/clock_steer.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/check.h"

/* An error is worked off as if this long were left for it, or so many times what passed since the
 * last sample, as far as slew_ppm allows: slower than it is measured, so that it does not swing. */
#define HORIZON_NS NS_PER_S
#define HORIZON_INTERVALS 4
/* The rate is measured over one to two of these: long against the width of a sample, short against
 * what temperature does to a crystal. */
#define BASELINE_NS (8 * NS_PER_S)
#define GOOD_WINDOW_NS (20 * NS_PER_US)
#define PATIENCE_NS (2 * NS_PER_S)
/* A slew that follows a step has ended when it is this near. */
#define SETTLED_NS NS_PER_MS

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

COLD void clock_steer_start(struct clock_steer *steer, struct clock_steer_limits limits,
                            struct clock_sample first, struct clock_sample second) {
    CHECK(limits.slew_ppm >= 1 && limits.slew_ppm <= CLOCK_SLEW_PPM_MAX);
    CHECK(limits.step_threshold.ns >= NS_PER_MS && limits.step_threshold.ns <= 3600 * NS_PER_S);
    struct clock_mapping mapping = clock_mapping_make(first, second);
    *steer = (struct clock_steer){.limits = limits,
                                  .mapping = mapping,
                                  .rate = mapping.mono_mult,
                                  .last = second,
                                  .anchor = first,
                                  .next = second};
}

static int64_t magnitude(int64_t value) {
    return value < 0 ? -value : value;
}

/* The measured rate, faster or slower so that `error_ns` shrinks. */
static uint64_t slewed(const struct clock_steer *steer, int64_t elapsed_ns, int64_t error_ns) {
    int64_t most_ppb = (int64_t)steer->limits.slew_ppm * 1000;
    int64_t horizon_ns = HORIZON_INTERVALS * elapsed_ns;
    horizon_ns = horizon_ns > HORIZON_NS ? horizon_ns : HORIZON_NS;
    int64_t ppb = (int64_t)((wide)error_ns * NS_PER_S / horizon_ns);
    ppb = ppb > most_ppb ? most_ppb : ppb < -most_ppb ? -most_ppb : ppb;
    return (uint64_t)((unsigned_wide)steer->rate * (uint64_t)(NS_PER_S + ppb) / NS_PER_S);
}

/* What CLOCK_MONOTONIC says beyond the measured rate since the last sample. */
static int64_t surprise(const struct clock_steer *steer, const struct clock_sample *sample) {
    wide ticks = (wide)(int64_t)(sample->tsc - steer->last.tsc);
    wide expected_ns = (ticks * (int64_t)steer->rate) >> CLOCK_SHIFT;
    return (int64_t)(sample->mono_ns - steer->last.mono_ns - expected_ns);
}

/* The rate between two samples, 0 when they are too near each other to tell. */
static uint64_t rate_between(struct clock_sample first, struct clock_sample second) {
    if (second.mono_ns - first.mono_ns < NS_PER_MS || second.tsc <= first.tsc) {
        return 0;
    }
    return clock_mapping_make(first, second).mono_mult;
}

/* Whether the last two intervals agree on a rate, to a percent. */
static bool is_confirmed(uint64_t before, uint64_t rate) {
    uint64_t apart = rate > before ? rate - before : before - rate;
    return rate != 0 && before != 0 && apart <= rate / 100;
}

/*
 * A surprise that slewing of the kernel's clock cannot explain is a jump, or another rate. Two in
 * a row that agree are a rate, and it is measured anew from the earlier one; until then the old
 * rate has to do.
 */
static void measure_rate(struct clock_steer *steer, const struct clock_sample *sample,
                         int64_t window_ns) {
    int64_t elapsed_ns = sample->mono_ns - steer->last.mono_ns;
    int64_t explained_ns = elapsed_ns / (1000000 / CLOCK_WANDER_PPM) + GOOD_WINDOW_NS + window_ns;
    uint64_t odd_rate = 0;
    if (magnitude(surprise(steer, sample)) > explained_ns) {
        odd_rate = rate_between(steer->last, *sample);
        if (!is_confirmed(steer->odd_rate, odd_rate)) {
            steer->odd_rate = odd_rate;
            steer->anchor = steer->next = *sample;
            return;
        }
        steer->anchor = steer->next = steer->last;
    }
    steer->odd_rate = 0;
    uint64_t rate = rate_between(steer->anchor, *sample);
    steer->rate = rate != 0 ? rate : steer->rate;
    if (sample->mono_ns - steer->next.mono_ns >= BASELINE_NS) {
        steer->anchor = steer->next;
        steer->next = *sample;
    }
}

/* The monotonic side at the sample, as it goes on; *error_ns is what is left to slew. */
static int64_t steer_mono(struct clock_steer *steer, const struct clock_sample *sample,
                          int64_t mono_ns, int64_t *error_ns) {
    *error_ns = sample->mono_ns + steer->origin_ns - mono_ns;
    if (magnitude(*error_ns) <= steer->limits.step_threshold.ns) {
        return mono_ns;
    }
    if (*error_ns < 0) {
        steer->origin_ns -= *error_ns;
    } else {
        mono_ns += *error_ns;
    }
    *error_ns = 0;
    return mono_ns;
}

static struct clock_event note_slew(struct clock_steer *steer, int64_t error_ns) {
    int64_t off_ns = magnitude(error_ns);
    int64_t threshold_ns = steer->limits.step_threshold.ns;
    if (off_ns > threshold_ns && off_ns - steer->slewing_ns > threshold_ns) {
        steer->slewing_ns = off_ns;
        return (struct clock_event){.kind = CLOCK_UTC_SLEWING, .ns = error_ns};
    }
    if (steer->slewing_ns != 0 && off_ns < SETTLED_NS) {
        steer->slewing_ns = 0;
        return (struct clock_event){.kind = CLOCK_UTC_SETTLED};
    }
    /* What was slewed already may not hide a second step. */
    steer->slewing_ns =
        steer->slewing_ns != 0 && off_ns > threshold_ns ? off_ns : steer->slewing_ns;
    return (struct clock_event){.kind = CLOCK_QUIET};
}

/* The same for UTC; `jump` for what no policy can be about. */
static struct clock_event steer_utc(struct clock_steer *steer, int64_t *utc_ns, int64_t *error_ns,
                                    bool jump) {
    if (magnitude(*error_ns) > steer->limits.step_threshold.ns &&
        (jump || steer->limits.policy == CLOCK_STEP_JUMP)) {
        struct clock_event event = {.kind = CLOCK_UTC_JUMPED, .ns = *error_ns};
        *utc_ns += *error_ns;
        *error_ns = 0;
        return event;
    }
    return note_slew(steer, *error_ns);
}

COLD struct clock_event clock_steer_sample(struct clock_steer *steer, struct clock_sample sample) {
    int64_t window_ns = clock_ticks_to_ns(sample.window_tsc, steer->rate);
    if (window_ns > GOOD_WINDOW_NS && sample.mono_ns - steer->last.mono_ns < PATIENCE_NS) {
        return (struct clock_event){.kind = CLOCK_QUIET};
    }
    int64_t elapsed_ns = sample.mono_ns - steer->last.mono_ns;
    measure_rate(steer, &sample, window_ns);
    int64_t tsc_lost_ns = surprise(steer, &sample);
    struct now now = clock_convert(&steer->mapping, sample.tsc);
    int64_t mono_error_ns;
    int64_t mono_ns = steer_mono(steer, &sample, now.mono.ns, &mono_error_ns);
    bool tsc_jumped = magnitude(tsc_lost_ns) > steer->limits.step_threshold.ns;
    int64_t utc_error_ns = sample.utc_ns - now.utc.ns;
    struct clock_event event = steer_utc(steer, &now.utc.ns, &utc_error_ns, tsc_jumped);
    if (tsc_jumped) {
        event = (struct clock_event){.kind = CLOCK_TSC_JUMPED, .ns = tsc_lost_ns};
    }
    steer->mapping = (struct clock_mapping){.tsc_base = sample.tsc,
                                            .mono_ns = mono_ns,
                                            .utc_ns = now.utc.ns,
                                            .mono_mult = slewed(steer, elapsed_ns, mono_error_ns),
                                            .utc_mult = slewed(steer, elapsed_ns, utc_error_ns),
                                            .utc_error_ns = magnitude(utc_error_ns) + window_ns};
    steer->last = sample;
    return event;
}

COLD size_t clock_event_format(struct clock_event event, char *out, size_t max) {
    static const struct {
        const char *before;
        const char *after;
    } texts[] = {
        [CLOCK_UTC_JUMPED] = {"UTC was set: it jumps by ", " s"},
        [CLOCK_UTC_SLEWING] = {"UTC was set: ", " s are being slewed"},
        [CLOCK_UTC_SETTLED] = {"UTC agrees with the host's again, ", " s off"},
        [CLOCK_TSC_JUMPED] = {"the TSC lost ", " s: monotonic time and UTC were put right"},
    };
    int64_t ms = magnitude(event.ns) / NS_PER_MS;
    int len = 0;
    if (event.kind != CLOCK_QUIET) {
        len = snprintf(out, max, "%s%s%lld.%03lld%s", texts[event.kind].before,
                       event.ns < 0 ? "-" : "", (long long)(ms / 1000), (long long)(ms % 1000),
                       texts[event.kind].after);
    }
    CHECK(len >= 0 && (size_t)len < max);
    return (size_t)len;
}
