#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/trace.h"

enum { EVENTS = 200000, CELLS = 64 };

static _Alignas(64) unsigned char memory[sizeof(struct trace) + CELLS * sizeof(struct trace_event)];
static struct trace *trace;

/* Every integer of event i is derived from i, so that a torn one shows. */
static void *write_events(void *argument) {
    (void)argument;
    for (uint64_t i = 0; i < EVENTS; i++) {
        trace_put(trace, (uint16_t)(i * 3), (uint16_t)(i * 5), (uint32_t)(i * 7), i * 11, i * 13);
    }
    return NULL;
}

static bool is_whole(const struct trace_event *event, uint64_t i) {
    return event->id == (uint16_t)(i * 3) && event->a == (uint16_t)(i * 5) &&
           event->b == (uint32_t)(i * 7) && event->c == i * 11 && event->d == i * 13;
}

Test(trace_threads, a_reader_gets_whole_events_or_none) {
    static const struct clock_mapping start;
    trace = trace_init(memory, CELLS, &start);
    pthread_t writer;
    cr_assert_eq(pthread_create(&writer, NULL, write_events, NULL), 0);
    uint64_t got = 0;
    uint64_t torn = 0;
    uint64_t next = 0;
    while (next < EVENTS) {
        uint64_t count = trace_count(trace);
        next = count > next + CELLS ? count - CELLS : next;
        for (; next < count; next++) {
            struct trace_event event;
            if (trace_read(trace, next, &event)) {
                got++;
                torn += !is_whole(&event, next);
            }
        }
    }
    pthread_join(writer, NULL);
    cr_assert_eq(torn, 0);
    cr_assert_gt(got, 0);
    cr_assert_eq(trace_count(trace), EVENTS);
}
