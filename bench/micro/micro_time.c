#include "bench/micro/micro_time.h"

#include <stdint.h>
#include <stdio.h>
#include <x86intrin.h>

#include "core/base/clock.h"
#include "core/base/histogram.h"

static struct histogram histogram;
static struct clock_mapping mapping;
static uint64_t empty_ticks;
static uint64_t began;

static uint64_t fenced(void) {
    unsigned processor;
    _mm_lfence();
    uint64_t tsc = __rdtscp(&processor);
    _mm_lfence();
    return tsc;
}

static void calibrate(void) {
    struct clock_sample first = clock_sample_take();
    struct clock_sample second;
    do {
        second = clock_sample_take();
    } while (second.mono_ns - first.mono_ns < 50 * NS_PER_MS);
    mapping = clock_mapping_make(first, second);
    empty_ticks = UINT64_MAX;
    for (int i = 0; i < 10000; i++) {
        uint64_t start = fenced();
        uint64_t ticks = fenced() - start;
        empty_ticks = ticks < empty_ticks ? ticks : empty_ticks;
    }
}

void micro_time_start(void) {
    if (mapping.mono_mult == 0) {
        calibrate();
    }
    histogram_reset(&histogram);
}

void micro_time_begin(void) {
    began = fenced();
}

void micro_time_end(void) {
    uint64_t ticks = fenced() - began;
    ticks = ticks > empty_ticks ? ticks - empty_ticks : 0;
    struct now from = clock_convert(&mapping, mapping.tsc_base);
    struct now to = clock_convert(&mapping, mapping.tsc_base + ticks);
    histogram_record(&histogram, instant_since(to.mono, from.mono).ns);
}

void micro_time_print(const char *name) {
    histogram_print(&histogram, name, stdout);
}
