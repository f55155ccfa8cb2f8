#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/test_death.h"
#include "core/base/trace.h"

#define CELLS 64U

static _Alignas(64) unsigned char memory[sizeof(struct trace) + CELLS * sizeof(struct trace_event)];
static const struct clock_mapping start = {.tsc_base = 5, .utc_ns = 7, .mono_mult = 9};

static struct trace *make(void) {
    memset(memory, 0xA5, sizeof(memory));
    return trace_init(memory, CELLS, &start);
}

Test(trace, sizes) {
    cr_assert_eq(trace_footprint(CELLS), sizeof(memory));
    cr_assert_eq(trace_footprint(TRACE_CELLS_MAX),
                 sizeof(struct trace) + TRACE_CELLS_MAX * sizeof(struct trace_event));
    static const uint32_t impossible[] = {0, 1, 32, 63, 65, 96, TRACE_CELLS_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        cr_assert_eq(trace_footprint(impossible[i]), 0, "%u", impossible[i]);
    }
}

static void make_impossible(void *mem) {
    trace_init(mem, 65, &start);
}

Test(trace, an_impossible_size_is_our_bug) {
    cr_assert(dies_saying(make_impossible, memory, "is_size"));
}

Test(trace, nothing_is_written_without_one) {
    trace_put(NULL, 1, 2, 3, 4, 5);
}

Test(trace, gives_back_what_was_put) {
    struct trace *trace = make();
    struct trace_event event;
    cr_assert_eq(trace_count(trace), 0);
    cr_assert(!trace_read(trace, 0, &event));
    uint64_t before = clock_tsc();
    trace_put(trace, 0xFFFF, 0x1234, 0xFFFFFFFE, UINT64_MAX, 0x0123456789ABCDEF);
    trace_put(trace, 1, 0, 0, 0, 0);
    uint64_t after = clock_tsc();
    cr_assert_eq(trace_count(trace), 2);
    cr_assert(trace_read(trace, 0, &event));
    cr_assert(event.tsc >= before && event.tsc <= after);
    cr_assert_eq(event.id, 0xFFFF);
    cr_assert_eq(event.a, 0x1234);
    cr_assert_eq(event.b, 0xFFFFFFFE);
    cr_assert_eq(event.c, UINT64_MAX);
    cr_assert_eq(event.d, 0x0123456789ABCDEF);
    cr_assert(trace_read(trace, 1, &event));
    cr_assert_eq(event.id, 1);
    cr_assert_eq(event.a + event.b + event.c + event.d, 0);
    cr_assert(!trace_read(trace, 2, &event));
    cr_assert_eq(memcmp(&trace->time, &start, sizeof(start)), 0);
}

/* One cell fewer than there are can be read: the oldest may be in the writer's hands. */
Test(trace, the_oldest_are_overwritten) {
    struct trace *trace = make();
    struct trace_event event;
    for (uint32_t i = 0; i < 1000; i++) {
        trace_put(trace, 1, 0, i, 0, 0);
        uint64_t first = i + 1 < CELLS ? 0 : i + 2 - CELLS;
        for (uint64_t number = 0; number <= i; number++) {
            bool there = trace_read(trace, number, &event);
            cr_assert_eq(there, number >= first, "%lu of %u", number, i + 1);
            cr_assert(!there || event.b == number);
        }
    }
    cr_assert_eq(trace_count(trace), 1000);
}

Test(trace, marks_the_time_each_second_and_before_it_would_be_lost) {
    struct trace *trace = make();
    struct trace_event event;
    trace_mark_time(trace, (struct now){{-5}, {70}}, (struct duration){3});
    trace_mark_time(trace, (struct now){{NS_PER_S - 6}, {80}}, (struct duration){3});
    cr_assert_eq(trace_count(trace), 1);
    cr_assert(trace_read(trace, 0, &event));
    cr_assert_eq(event.id, TRACE_TIME);
    cr_assert_eq((int64_t)event.c, -5);
    cr_assert_eq(event.b, 3);
    cr_assert_eq(event.d, 70);
    trace_mark_time(trace, (struct now){{NS_PER_S - 5}, {90}}, (struct duration){3});
    cr_assert_eq(trace_count(trace), 2);
    trace_mark_time(trace, (struct now){{2 * NS_PER_S}, {90}}, (struct duration){INT64_MAX});
    cr_assert(trace_read(trace, 2, &event));
    cr_assert_eq(event.b, UINT32_MAX);
    for (unsigned i = 0; i < CELLS / 8 - 1; i++) {
        trace_put(trace, 1, 0, 0, 0, 0);
        trace_mark_time(trace, (struct now){{2 * NS_PER_S}, {95}}, (struct duration){3});
    }
    cr_assert_eq(trace_count(trace), 3 + CELLS / 8, "the last one was marked");
}

Test(trace, checks_what_it_is_given) {
    struct trace *trace = make();
    cr_assert_eq(trace_check(memory, sizeof(memory)), TRACE_FINE);
    cr_assert_eq(trace_check(memory, sizeof(memory) - 1), TRACE_CUT);
    cr_assert_eq(trace_check(memory, sizeof(struct trace) - 1), TRACE_NOT_ONE);
    cr_assert_eq(trace_check(memory, 0), TRACE_NOT_ONE);
    static const uint64_t sizes[] = {
        0, 1, 63, 65, UINT64_C(1) << 25, UINT64_C(1) << 63, (UINT64_C(1) << 32) + 64, UINT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        trace->cells = sizes[i];
        cr_assert_eq(trace_check(memory, sizeof(memory)), TRACE_CUT, "%lu", sizes[i]);
    }
    trace->version++;
    cr_assert_eq(trace_check(memory, sizeof(memory)), TRACE_OTHER_VERSION);
    trace->magic[7] = 'X';
    cr_assert_eq(trace_check(memory, sizeof(memory)), TRACE_NOT_ONE);
}
