/*
 * The clock: TSC ticks to monotonic and UTC nanoseconds, without a system call on the worker.
 *
 * A cold thread samples (TSC, CLOCK_MONOTONIC, CLOCK_REALTIME) together, works out a linear mapping
 * and publishes it through a seqlock; a worker reads the TSC once a turn and converts. The
 * monotonic side never runs backwards for one reader: clock_read clamps to the reader's last value.
 *
 * Not here: slewing of UTC after a step and an exported error bound; `uncertainty_ns` is the widest
 * sampling window of the last publication.
 *
 * Threading: one publisher, any readers; each reader has its own struct clock_reader.
 */
#ifndef TERCEL_CORE_BASE_CLOCK_H
#define TERCEL_CORE_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"

/* A linear piece: mono = mono_ns + ((tsc - tsc_base) * mult >> shift), utc = mono + offset. */
struct clock_mapping {
    uint64_t tsc_base;
    int64_t mono_ns;
    int64_t utc_offset_ns;
    uint64_t mult;
    uint32_t shift;
    uint32_t uncertainty_ns;
};

struct clock_page {
    _Atomic uint64_t sequence; /* odd while the publisher writes */
    _Atomic uint64_t words[sizeof(struct clock_mapping) / sizeof(uint64_t)];
};

/* One sample of the three clocks, `window_tsc` ticks wide. */
struct clock_sample {
    uint64_t tsc;
    uint64_t window_tsc;
    int64_t mono_ns;
    int64_t utc_ns;
};

struct clock_reader {
    const struct clock_page *page;
    struct now last;
};

uint64_t clock_tsc(void);

/* Whether the CPU promises an invariant TSC (CPUID 80000007H EDX bit 8). */
bool clock_tsc_is_invariant(void);

/* Cold: the tightest of several tries. Makes system calls. */
struct clock_sample clock_sample_take(void);

/* The mapping through two samples; `second` lies at least 1 ms after `first`. */
struct clock_mapping clock_mapping_make(struct clock_sample first, struct clock_sample second);

void clock_publish(struct clock_page *page, const struct clock_mapping *mapping);

/* The mapping as last published, consistent. */
struct clock_mapping clock_mapping_read(const struct clock_page *page);

/* The time of `tsc`; monotonic per reader. No system call. */
struct now clock_read(struct clock_reader *reader, uint64_t tsc);

/* Pure conversion, for clock_read and for tests. */
struct now clock_convert(const struct clock_mapping *mapping, uint64_t tsc);

#endif
