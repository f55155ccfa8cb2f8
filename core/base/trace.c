#include "core/base/trace.h"

#include <string.h>

#include "core/base/bits.h"

#define TRACE_VERSION 1

static const char magic[8] = {'T', 'E', 'R', 'C', 'E', 'L', 'T', 'R'};

_Static_assert(sizeof(struct trace_event) == 32, "two events in a cache line");

static bool is_size(uint64_t cells) {
    return cells >= TRACE_CELLS_MIN && cells <= TRACE_CELLS_MAX &&
           bits_is_power_of_two((uint32_t)cells);
}

COLD size_t trace_footprint(uint32_t cells) {
    return is_size(cells) ? sizeof(struct trace) + cells * sizeof(struct trace_event) : 0;
}

COLD struct trace *trace_init(void *mem, uint32_t cells, const struct clock_mapping *time) {
    CHECK(is_size(cells));
    struct trace *trace = mem;
    memset(mem, 0, trace_footprint(cells));
    trace->version = TRACE_VERSION;
    trace->event_bytes = sizeof(struct trace_event);
    trace->cells = cells;
    trace->time = *time;
    trace->mark_ns = INT64_MIN;
    /* Last: whoever finds the magic finds the rest. */
    atomic_thread_fence(memory_order_release);
    memcpy(trace->magic, magic, sizeof(magic));
    return trace;
}

COLD enum trace_check trace_check(const void *mem, size_t bytes) {
    const struct trace *trace = mem;
    if (bytes < sizeof(*trace) || memcmp(trace->magic, magic, sizeof(magic)) != 0) {
        return TRACE_NOT_ONE;
    }
    if (trace->version != TRACE_VERSION || trace->event_bytes != sizeof(struct trace_event)) {
        return TRACE_OTHER_VERSION;
    }
    bool whole = is_size(trace->cells) && bytes >= trace_footprint((uint32_t)trace->cells);
    return whole ? TRACE_FINE : TRACE_CUT;
}

COLD uint64_t trace_count(const struct trace *trace) {
    /* T5 */
    return atomic_load_explicit(&trace->head, memory_order_acquire);
}

COLD bool trace_read(const struct trace *trace, uint64_t number, struct trace_event *event) {
    if (number >= trace_count(trace)) {
        return false;
    }
    uint64_t words[TRACE_EVENT_WORDS];
    const _Atomic uint64_t *from = &trace->words[(number & (trace->cells - 1)) * TRACE_EVENT_WORDS];
    for (size_t i = 0; i < TRACE_EVENT_WORDS; i++) {
        /* T2 */
        words[i] = atomic_load_explicit(&from[i], memory_order_acquire);
    }
    /* T3: the event that goes where this one was is written while the head is still its number. */
    if (atomic_load_explicit(&trace->head, memory_order_relaxed) >= number + trace->cells) {
        return false;
    }
    memcpy(event, words, sizeof(*event));
    return true;
}
