#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock_steer.h"
#include "core/base/prng.h"
#include "core/base/test_seed.h"

/*
 * A machine with made-up clocks. True time runs in whole steps of 1 ms; the TSC, CLOCK_MONOTONIC
 * and CLOCK_REALTIME follow it at rates the test sets. Every millisecond a reader reads, every
 * SAMPLE_MS the steering takes a sample; after each sample and just before each the reader's time
 * is held to the kernel's.
 */
#define SAMPLE_MS 100
#define START_UTC (INT64_C(1767614400) * NS_PER_S)

struct machine {
    struct clock_steer steer;
    struct clock_page page;
    struct clock_reader reader;
    uint64_t tsc;
    int64_t mono_ns;
    int64_t utc_ns;
    uint64_t tsc_per_ms;
    int64_t mono_ns_per_ms; /* 1000000 +- what NTP slews */
    int64_t utc_ns_per_ms;
    uint64_t window_tsc;
    int64_t noise_ns; /* of what a sample reads, less than half the window */
    struct prng prng;
    int64_t ms;
    struct now before;
    struct clock_event event; /* the last that was not quiet */
    unsigned events;
    /* What the reader saw since the test last looked: */
    int64_t mono_most_ns; /* in a millisecond */
    int64_t mono_least_ns;
    int64_t utc_most_ns;
    int64_t utc_least_ns;
    int64_t off_ns;    /* of UTC against the kernel's, the most */
    int64_t beyond_ns; /* by which the bound was broken, the most */
};

static void look_anew(struct machine *machine) {
    machine->mono_most_ns = machine->utc_most_ns = INT64_MIN;
    machine->mono_least_ns = machine->utc_least_ns = INT64_MAX;
    machine->off_ns = machine->beyond_ns = 0;
    machine->events = 0;
}

static struct clock_sample take(struct machine *machine) {
    int64_t noise = 0;
    if (machine->noise_ns > 0) {
        noise = (int64_t)prng_below(&machine->prng, (uint64_t)(2 * machine->noise_ns)) -
                machine->noise_ns;
    }
    return (struct clock_sample){.tsc = machine->tsc,
                                 .window_tsc = machine->window_tsc,
                                 .mono_ns = machine->mono_ns + noise,
                                 .utc_ns = machine->utc_ns + noise};
}

static void tick(struct machine *machine) {
    machine->ms++;
    machine->tsc += machine->tsc_per_ms;
    machine->mono_ns += machine->mono_ns_per_ms;
    machine->utc_ns += machine->utc_ns_per_ms;
}

static void keep_extremes(int64_t value, int64_t *least, int64_t *most) {
    *least = value < *least ? value : *least;
    *most = value > *most ? value : *most;
}

static void look(struct machine *machine) {
    struct now now = clock_read(&machine->reader, machine->tsc);
    keep_extremes(now.mono.ns - machine->before.mono.ns, &machine->mono_least_ns,
                  &machine->mono_most_ns);
    keep_extremes(now.utc.ns - machine->before.utc.ns, &machine->utc_least_ns,
                  &machine->utc_most_ns);
    int64_t off_ns = llabs(now.utc.ns - machine->utc_ns);
    int64_t bound_ns = clock_utc_error(&machine->reader, machine->tsc).ns;
    machine->off_ns = off_ns > machine->off_ns ? off_ns : machine->off_ns;
    if (off_ns - bound_ns > machine->beyond_ns) {
        machine->beyond_ns = off_ns - bound_ns;
    }
    machine->before = now;
}

static void sample(struct machine *machine) {
    struct clock_event event = clock_steer_sample(&machine->steer, take(machine));
    if (event.kind != CLOCK_QUIET) {
        machine->event = event;
        machine->events++;
    }
    clock_publish(&machine->page, &machine->steer.mapping);
}

static void run(struct machine *machine, int64_t milliseconds) {
    for (int64_t i = 0; i < milliseconds; i++) {
        tick(machine);
        if (machine->ms % SAMPLE_MS == 0) {
            sample(machine);
        }
        look(machine);
    }
}

static void start(struct machine *machine, enum clock_step_policy policy) {
    *machine = (struct machine){.tsc = 77000000000,
                                .mono_ns = 5000 * NS_PER_S,
                                .utc_ns = START_UTC,
                                .tsc_per_ms = 3000000,
                                .mono_ns_per_ms = NS_PER_MS,
                                .utc_ns_per_ms = NS_PER_MS,
                                .window_tsc = 300};
    prng_seed(&machine->prng, test_seed("clock_steer"));
    struct clock_steer_limits limits = {
        .slew_ppm = 500, .step_threshold = {.ns = 100 * NS_PER_MS}, .policy = policy};
    struct clock_sample first = take(machine);
    for (int i = 0; i < 20; i++) {
        tick(machine);
    }
    clock_steer_start(&machine->steer, limits, first, take(machine));
    clock_publish(&machine->page, &machine->steer.mapping);
    machine->reader.page = &machine->page;
    machine->before = clock_read(&machine->reader, machine->tsc);
    look_anew(machine);
    run(machine, 1000);
    cr_assert_eq(machine->events, 0);
    look_anew(machine);
}

static struct machine machine;

/* Nothing ran by more than the slew and the kernel's own rate away from true milliseconds. */
static void expect_smooth(int64_t ppm) {
    int64_t most = ppm + 1;
    cr_assert(machine.mono_least_ns >= NS_PER_MS - most && machine.mono_most_ns <= NS_PER_MS + most,
              "mono %ld .. %ld", machine.mono_least_ns, machine.mono_most_ns);
    cr_assert(machine.utc_least_ns >= NS_PER_MS - most && machine.utc_most_ns <= NS_PER_MS + most,
              "utc %ld .. %ld", machine.utc_least_ns, machine.utc_most_ns);
}

Test(clock_steer, true_clocks_are_followed_to_the_nanosecond) {
    start(&machine, CLOCK_STEP_JUMP);
    run(&machine, 60000);
    expect_smooth(1);
    cr_assert_leq(machine.off_ns, 2);
    cr_assert_eq(machine.beyond_ns, 0);
    cr_assert_eq(machine.events, 0);
}

Test(clock_steer, noise_in_samples_stays_within_the_bound) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.noise_ns = 45;
    run(&machine, 60000);
    expect_smooth(2);
    cr_assert_leq(machine.off_ns, 200);
    cr_assert_eq(machine.beyond_ns, 0);
    cr_assert_eq(machine.events, 0);
}

/* What NTP does all the time: the kernel's clocks run 300 ppm faster, then 400 slower. */
Test(clock_steer, follows_the_corrections_of_ntp) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.mono_ns_per_ms += 300;
    machine.utc_ns_per_ms += 300;
    run(&machine, 60000);
    machine.mono_ns_per_ms -= 700;
    machine.utc_ns_per_ms -= 700;
    run(&machine, 60000);
    expect_smooth(1000);
    cr_assert_eq(machine.beyond_ns, 0);
    cr_assert_eq(machine.events, 0);
    look_anew(&machine);
    run(&machine, 1000);
    cr_assert_leq(machine.off_ns, 2000, "%ld", machine.off_ns);
}

/* A leap second smeared over a day: UTC runs 11.6 ppm slower than the monotonic clock. */
Test(clock_steer, follows_a_smeared_leap_second) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.utc_ns_per_ms -= 12;
    run(&machine, 300000);
    expect_smooth(30);
    cr_assert_eq(machine.beyond_ns, 0);
    cr_assert_leq(machine.off_ns, 15000, "%ld", machine.off_ns);
    cr_assert_eq(machine.events, 0);
}

/* The machine's temperature: 20 ppm in ten minutes. */
Test(clock_steer, follows_a_tsc_that_drifts) {
    start(&machine, CLOCK_STEP_JUMP);
    for (int i = 0; i < 60; i++) {
        machine.tsc_per_ms += 1;
        run(&machine, 10000);
    }
    expect_smooth(25);
    cr_assert_eq(machine.beyond_ns, 0);
    cr_assert_leq(machine.off_ns, 5000, "%ld", machine.off_ns);
    cr_assert_eq(machine.events, 0);
}

/* A small setting of the clock is slewed under either policy, and says nothing. */
Test(clock_steer, small_steps_are_slewed) {
    for (int back = 0; back < 2; back++) {
        start(&machine, CLOCK_STEP_JUMP);
        machine.utc_ns += back ? -50 * NS_PER_MS : 50 * NS_PER_MS;
        run(&machine, 99);
        look_anew(&machine);
        run(&machine, 90000);
        expect_smooth(500);
        cr_assert_eq(machine.events, 0);
        cr_assert_eq(machine.beyond_ns, 0);
        run(&machine, 20000);
        look_anew(&machine);
        run(&machine, 1000);
        cr_assert_leq(machine.off_ns, 1000, "50 ms at 500 ppm take 100 s: %ld", machine.off_ns);
    }
}

Test(clock_steer, an_hour_forth_and_back_is_said_and_jumped_to) {
    for (int back = 0; back < 2; back++) {
        int64_t hour = back ? -3600 * NS_PER_S : 3600 * NS_PER_S;
        start(&machine, CLOCK_STEP_JUMP);
        machine.utc_ns += hour;
        run(&machine, SAMPLE_MS);
        cr_assert_eq(machine.events, 1);
        cr_assert_eq(machine.event.kind, CLOCK_UTC_JUMPED);
        cr_assert(llabs(machine.event.ns - hour) < 1000, "%ld", machine.event.ns);
        cr_assert(machine.mono_least_ns >= NS_PER_MS - 1 && machine.mono_most_ns <= NS_PER_MS + 1,
                  "the monotonic clock heard nothing of it");
        look_anew(&machine);
        run(&machine, 1000);
        expect_smooth(1);
        cr_assert_eq(machine.events, 0);
        cr_assert_leq(machine.off_ns, 2);
    }
}

Test(clock_steer, an_hour_may_be_slewed_and_the_bound_says_how_far_it_is) {
    start(&machine, CLOCK_STEP_SLEW);
    machine.utc_ns -= 3600 * NS_PER_S;
    run(&machine, SAMPLE_MS);
    cr_assert_eq(machine.event.kind, CLOCK_UTC_SLEWING);
    cr_assert(llabs(machine.event.ns + 3600 * NS_PER_S) < 1000);
    look_anew(&machine);
    run(&machine, 60000);
    expect_smooth(500);
    cr_assert_eq(machine.events, 0, "it is said once");
    cr_assert_eq(machine.beyond_ns, 0);
    int64_t bound_ns = clock_utc_error(&machine.reader, machine.tsc).ns;
    cr_assert(bound_ns > 3599 * NS_PER_S && bound_ns < 3601 * NS_PER_S);
    machine.utc_ns -= NS_PER_S;
    run(&machine, SAMPLE_MS);
    cr_assert_eq(machine.events, 1, "set again, and said again");
    cr_assert_eq(machine.event.kind, CLOCK_UTC_SLEWING);
}

Test(clock_steer, the_end_of_a_slew_is_said) {
    start(&machine, CLOCK_STEP_SLEW);
    machine.utc_ns += 150 * NS_PER_MS;
    run(&machine, 310000);
    cr_assert_eq(machine.events, 2);
    cr_assert_eq(machine.event.kind, CLOCK_UTC_SETTLED);
    cr_assert_geq(machine.mono_least_ns, NS_PER_MS - 1);
    look_anew(&machine);
    run(&machine, 20000);
    cr_assert_leq(machine.off_ns, 1000000);
    cr_assert_eq(machine.events, 0);
}

/* The hypervisor moved the machine: the TSC runs at another rate from now on. */
Test(clock_steer, a_tsc_of_another_rate_is_measured_anew) {
    static const int64_t changes[] = {30000, -30000, 300000, -2000000, 2000000};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        start(&machine, CLOCK_STEP_JUMP);
        machine.tsc_per_ms = (uint64_t)((int64_t)machine.tsc_per_ms + changes[i]);
        run(&machine, 400);
        cr_assert_geq(machine.mono_least_ns, 0);
        run(&machine, 180000);
        look_anew(&machine);
        run(&machine, 20000);
        expect_smooth(500);
        look_anew(&machine);
        run(&machine, 1000);
        expect_smooth(2);
        cr_assert_leq(machine.off_ns, 2000, "%ld", machine.off_ns);
        cr_assert_eq(machine.events, 0);
    }
}

/* The machine was paused, and its TSC with it. */
Test(clock_steer, a_tsc_that_stood_still_is_said_and_made_good) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.mono_ns += 10 * NS_PER_S;
    machine.utc_ns += 10 * NS_PER_S;
    run(&machine, 1000);
    cr_assert_eq(machine.events, 1);
    cr_assert_eq(machine.event.kind, CLOCK_TSC_JUMPED);
    cr_assert(llabs(machine.event.ns - 10 * NS_PER_S) < NS_PER_MS);
    cr_assert_geq(machine.mono_least_ns, NS_PER_MS - 2);
    look_anew(&machine);
    run(&machine, 10000);
    expect_smooth(2);
    cr_assert_leq(machine.off_ns, 1000, "%ld", machine.off_ns);
    cr_assert_eq(machine.beyond_ns, 0);
}

/* It gained an hour, or was set to an earlier count: nothing runs backwards or stands still. */
Test(clock_steer, a_tsc_that_leapt_is_survived) {
    static const int64_t leaps_s[] = {3600, -3600};
    for (int i = 0; i < 2; i++) {
        for (enum clock_step_policy policy = CLOCK_STEP_JUMP; policy <= CLOCK_STEP_SLEW; policy++) {
            start(&machine, policy);
            machine.tsc += (uint64_t)(leaps_s[i] * 3000000000);
            run(&machine, SAMPLE_MS);
            cr_assert_eq(machine.event.kind, CLOCK_TSC_JUMPED);
            cr_assert_geq(machine.mono_least_ns, 0);
            look_anew(&machine);
            run(&machine, 5000);
            expect_smooth(2);
            cr_assert_leq(machine.off_ns, 1000, "%ld", machine.off_ns);
            cr_assert_eq(machine.events, 0);
        }
    }
}

Test(clock_steer, a_torn_sample_is_passed_over) {
    start(&machine, CLOCK_STEP_JUMP);
    struct clock_mapping before = machine.steer.mapping;
    struct clock_sample torn = take(&machine);
    torn.window_tsc = 3000000;
    torn.utc_ns += 3600 * NS_PER_S;
    cr_assert_eq(clock_steer_sample(&machine.steer, torn).kind, CLOCK_QUIET);
    cr_assert_eq(memcmp(&machine.steer.mapping, &before, sizeof(before)), 0);
    /* On a machine that gives no better ones they have to do, and the bound says what they are. */
    machine.window_tsc = 300000;
    run(&machine, 5000);
    cr_assert_geq(clock_utc_error(&machine.reader, machine.tsc).ns, 100000);
    cr_assert_gt(machine.steer.last.mono_ns, before.mono_ns + NS_PER_S);
}

/* Samples seldom and at odd times, clocks slewed at random: smooth, and within the bound. */
Test(clock_steer, anything_a_kernel_may_do) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.noise_ns = 45;
    for (int i = 0; i < 200; i++) {
        int64_t slew = (int64_t)prng_below(&machine.prng, 1001) - 500;
        machine.mono_ns_per_ms = machine.utc_ns_per_ms = NS_PER_MS + slew;
        run(&machine, 1 + (int64_t)prng_below(&machine.prng, 5000));
    }
    cr_assert_eq(machine.events, 0);
    cr_assert_eq(machine.beyond_ns, 0);
    expect_smooth(1500);
}

Test(clock_steer, seldom_samples_do_not_make_it_swing) {
    start(&machine, CLOCK_STEP_JUMP);
    machine.utc_ns += 5 * NS_PER_MS;
    for (int i = 0; i < 40; i++) {
        for (int ms = 0; ms < 30000; ms++) {
            tick(&machine);
        }
        sample(&machine);
        look(&machine);
    }
    cr_assert_eq(machine.events, 0);
    look_anew(&machine);
    look(&machine);
    cr_assert_leq(machine.off_ns, 10000, "%ld", machine.off_ns);
}

Test(clock_steer, what_is_said) {
    static const struct {
        struct clock_event event;
        const char *text;
    } rows[] = {
        {{CLOCK_QUIET, 5}, ""},
        {{CLOCK_UTC_JUMPED, -3600 * NS_PER_S}, "UTC was set: it jumps by -3600.000 s"},
        {{CLOCK_UTC_SLEWING, 1500 * NS_PER_MS}, "UTC was set: 1.500 s are being slewed"},
        {{CLOCK_UTC_SETTLED, 0}, "UTC agrees with the host's again, 0.000 s off"},
        {{CLOCK_TSC_JUMPED, INT64_MAX},
         "the TSC lost 9223372036.854 s: monotonic time and UTC were put right"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[CLOCK_EVENT_TEXT_MAX + 1] = "";
        size_t len = clock_event_format(rows[i].event, text, sizeof(text));
        cr_assert_str_eq(text, rows[i].text);
        cr_assert_eq(len, strlen(text));
    }
}
