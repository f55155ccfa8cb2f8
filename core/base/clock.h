/*
 * The clock: TSC ticks to monotonic and UTC nanoseconds, without a system call on the worker.
 *
 * A cold thread samples (TSC, CLOCK_MONOTONIC, CLOCK_REALTIME) together, works out a linear mapping
 * (clock_steer.h) and publishes it through a seqlock; a worker reads the TSC once a turn and
 * converts. The monotonic side never runs backwards for one reader: clock_read clamps to the
 * reader's last value. UTC runs as the mappings say, which may step; how far it may be off is
 * published with it.
 *
 * Not here: when to sample, how to follow a clock that was set, the thread that publishes.
 *
 * Threading: one publisher, any readers; each reader has its own struct clock_reader. A reader
 * never waits for the publisher: while a publication is under way it keeps the mapping it has.
 *
 * Memory order: the publisher's release stores of the words and of the even sequence (W1, W2) pair
 * with the reader's acquire loads (R1, R2). A reader that sees a new word sees the odd sequence
 * too.
 */
#ifndef TERCEL_CORE_BASE_CLOCK_H
#define TERCEL_CORE_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"

/* Multipliers are nanoseconds a tick times 2^CLOCK_SHIFT. At 3 GHz they have 46 bits: rounding one
 * is a nanosecond in a day. */
#define CLOCK_SHIFT 48

/*
 * A linear piece: mono = mono_ns + ((tsc - tsc_base) * mono_mult >> CLOCK_SHIFT), and the same for
 * utc. Good on both sides of tsc_base, as far as the results fit int64.
 */
struct clock_mapping {
    uint64_t tsc_base;
    int64_t mono_ns;
    int64_t utc_ns;
    uint64_t mono_mult; /* below 2^63; 0: no mapping */
    uint64_t utc_mult;
    int64_t utc_error_ns; /* utc is at most this far from CLOCK_REALTIME at tsc_base */
};

/* Two clocks drift apart by at most this: CLOCK_REALTIME is slewed by at most 500 ppm
 * (adjtimex(2)), and so is a mapping (clock_steer.h). */
#define CLOCK_WANDER_PPM 1000

/* All zeros before the first publication. */
struct clock_page {
    _Alignas(64) _Atomic uint64_t sequence; /* odd while the publisher writes */
    _Atomic uint64_t words[sizeof(struct clock_mapping) / sizeof(uint64_t)];
};

/* One sample of the three clocks, `window_tsc` ticks wide; `tsc` is its middle. */
struct clock_sample {
    uint64_t tsc;
    uint64_t window_tsc;
    int64_t mono_ns;
    int64_t utc_ns;
};

/* Starts as {.page = page}. */
struct clock_reader {
    const struct clock_page *page;
    struct now last;
    uint64_t sequence; /* of the page when `mapping` was copied */
    struct clock_mapping mapping;
};

uint64_t clock_tsc(void);

/* Whether the CPU promises an invariant TSC (CPUID 80000007H EDX bit 8). */
bool clock_tsc_is_invariant(void);

/* Cold: the tightest of several tries. Makes system calls. */
struct clock_sample clock_sample_take(void);

/*
 * Cold: the mapping through two samples; `second` lies at least 1 ms after `first` or the process
 * stops. It stops too when the TSC did not advance, or runs below 31 kHz.
 */
struct clock_mapping clock_mapping_make(struct clock_sample first, struct clock_sample second);

/* Cold: `ticks` at this rate, in ns; saturating. */
int64_t clock_ticks_to_ns(uint64_t ticks, uint64_t mult);
/* Cold: and back; `ns` and `mult` above 0. */
uint64_t clock_ns_to_ticks(int64_t ns, uint64_t mult);

/* Publisher only. */
void clock_publish(struct clock_page *page, const struct clock_mapping *mapping);

/* Cold: the mapping as last published, consistent. Waits while the publisher writes. */
struct clock_mapping clock_mapping_read(const struct clock_page *page);

/*
 * The time of `tsc`; monotonic per reader. No system call and no wait, but that the first call
 * waits for a publication under way, and stops the process when nothing was ever published.
 */
struct now clock_read(struct clock_reader *reader, uint64_t tsc);

/*
 * How far the UTC of clock_read(reader, tsc) may be from CLOCK_REALTIME as it was last sampled:
 * what was known at the publication, and CLOCK_WANDER_PPM of the time since, so that it grows when
 * nobody publishes any more. Whether CLOCK_REALTIME itself is right is for the host's NTP or PTP to
 * say. After the first clock_read.
 */
struct duration clock_utc_error(const struct clock_reader *reader, uint64_t tsc);

/* Pure conversion, for clock_read and for tests. */
struct now clock_convert(const struct clock_mapping *mapping, uint64_t tsc);

#endif
