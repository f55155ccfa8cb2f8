/*
 * A trace: the last events of one thread, in a ring of fixed cells that outlives the process.
 *
 * The ring lies in a file that is memory (tmpfs; trace_file.h), so what a worker did last can be
 * read while it runs and after it died. An event is an id and a few integers, stamped with the TSC;
 * what ids and integers mean is the matter of whoever writes and reads them. Text is made by the
 * reader.
 *
 * A full ring is overwritten, oldest first: the writer never waits, and never asks. How many events
 * there ever were is counted, so a reader knows how many it lost.
 *
 * An engine may write events although it may read no clock: the TSC goes into the ring and nowhere
 * else, so what the engine does depends on its inputs as before.
 *
 * Threading: one writer, any readers, in this process or another. Memory order: the writer's
 * release store of each word (T1) pairs with the reader's acquire load (T2): a reader that sees a
 * word of a new event also sees a head (T3) that tells it the old event is gone. The release store
 * of the head (T4) pairs with its acquire load (T5): every event below the head is whole.
 */
#ifndef TERCEL_CORE_BASE_TRACE_H
#define TERCEL_CORE_BASE_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/clock.h"

#define TRACE_CELLS_MIN 64U
#define TRACE_CELLS_MAX (1U << 24)

/* Its words are numbers of the host's byte order. */
struct trace_event {
    uint64_t tsc;
    uint16_t id;
    uint16_t a;
    uint32_t b;
    uint64_t c;
    uint64_t d;
};

#define TRACE_EVENT_WORDS (sizeof(struct trace_event) / sizeof(uint64_t))

/* The one event this module knows: at its tsc it is c monotonic and d UTC, in ns, b being how far
 * UTC may be off, at most UINT32_MAX. */
#define TRACE_TIME 0

struct trace {
    char magic[8];
    uint32_t version; /* of this layout */
    uint32_t event_bytes;
    uint64_t cells;                     /* a power of two */
    struct clock_mapping time;          /* as the ring was made */
    _Alignas(64) _Atomic uint64_t head; /* events ever written */
    uint64_t marked;                    /* writer: the head when it last wrote the time */
    int64_t mark_ns;                    /* writer: monotonic, when it is to do so again */
    _Alignas(64) _Atomic uint64_t words[];
};

/* Bytes for a ring of so many cells; 0 unless a power of two, TRACE_CELLS_MIN .. _MAX. */
size_t trace_footprint(uint32_t cells);

/* Cold. `mem` is aligned to 64. `time` maps the TSC as it is now. */
struct trace *trace_init(void *mem, uint32_t cells, const struct clock_mapping *time);

/* Writer: one event, now. `trace` may be NULL: nothing is traced. */
static inline void trace_put(struct trace *trace, uint16_t id, uint16_t a, uint32_t b, uint64_t c,
                             uint64_t d) {
    if (trace == NULL) {
        return;
    }
    uint64_t head = atomic_load_explicit(&trace->head, memory_order_relaxed);
    _Atomic uint64_t *word = &trace->words[(head & (trace->cells - 1)) * TRACE_EVENT_WORDS];
    uint64_t small = (uint64_t)id | (uint64_t)a << 16 | (uint64_t)b << 32;
    /* T1 */
    atomic_store_explicit(&word[0], __builtin_ia32_rdtsc(), memory_order_release);
    atomic_store_explicit(&word[1], small, memory_order_release);
    atomic_store_explicit(&word[2], c, memory_order_release);
    atomic_store_explicit(&word[3], d, memory_order_release);
    /* T4 */
    atomic_store_explicit(&trace->head, head + 1, memory_order_release);
}

/*
 * Writer, once a turn: writes the time when the last mark is a second old or would soon be
 * overwritten, so that readers can tell the time of every event. There has to be a trace.
 */
static inline void trace_mark_time(struct trace *trace, struct now now, struct duration error) {
    uint64_t head = atomic_load_explicit(&trace->head, memory_order_relaxed);
    if (now.mono.ns >= trace->mark_ns || head - trace->marked >= trace->cells / 8) {
        trace->marked = head;
        trace->mark_ns = now.mono.ns + NS_PER_S;
        uint32_t error_ns = error.ns > UINT32_MAX ? UINT32_MAX : (uint32_t)error.ns;
        trace_put(trace, TRACE_TIME, 0, error_ns, (uint64_t)now.mono.ns, (uint64_t)now.utc.ns);
    }
}

/* Readers. */

enum trace_check {
    TRACE_FINE = 0,
    TRACE_NOT_ONE,       /* no trace at all */
    TRACE_OTHER_VERSION, /* of another build's layout */
    TRACE_CUT            /* shorter than it says it is, or an impossible size */
};

/* Whether `bytes` at `mem` (aligned to 64) are a trace that can be read. Any bytes. */
enum trace_check trace_check(const void *mem, size_t bytes) MUST_USE;

/* How many events were written so far; the newest is that less one. */
uint64_t trace_count(const struct trace *trace);

/* Event `number`, counted from 0; false: overwritten, being overwritten, or not there yet. */
bool trace_read(const struct trace *trace, uint64_t number, struct trace_event *event) MUST_USE;

#endif
