#include "core/base/clock.h"

#include <cpuid.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "core/base/check.h"

#define WORDS (sizeof(struct clock_mapping) / sizeof(uint64_t))
#define SAMPLE_TRIES 16

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

_Static_assert(sizeof(struct clock_mapping) % sizeof(uint64_t) == 0, "published word by word");

uint64_t clock_tsc(void) {
    return __rdtsc();
}

COLD bool clock_tsc_is_invariant(void) {
    unsigned eax;
    unsigned ebx;
    unsigned ecx;
    unsigned edx;
    return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1u << 8)) != 0;
}

static int64_t gettime_ns(clockid_t id) {
    struct timespec time;
    CHECK(clock_gettime(id, &time) == 0);
    return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* The fences keep the CPU from reading the TSC before or after the clocks between its two readings.
 */
static uint64_t fenced_tsc(void) {
    _mm_lfence();
    uint64_t tsc = __rdtsc();
    _mm_lfence();
    return tsc;
}

COLD struct clock_sample clock_sample_take(void) {
    struct clock_sample best = {.window_tsc = UINT64_MAX};
    for (int i = 0; i < SAMPLE_TRIES; i++) {
        uint64_t before = fenced_tsc();
        int64_t mono_ns = gettime_ns(CLOCK_MONOTONIC);
        int64_t utc_ns = gettime_ns(CLOCK_REALTIME);
        uint64_t window = fenced_tsc() - before;
        if (window < best.window_tsc) {
            best = (struct clock_sample){.tsc = before + window / 2,
                                         .window_tsc = window,
                                         .mono_ns = mono_ns,
                                         .utc_ns = utc_ns};
        }
    }
    return best;
}

COLD int64_t clock_ticks_to_ns(uint64_t ticks, uint64_t mult) {
    unsigned_wide ns = ((unsigned_wide)ticks * mult) >> CLOCK_SHIFT;
    return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

COLD uint64_t clock_ns_to_ticks(int64_t ns, uint64_t mult) {
    CHECK(ns > 0 && mult > 0);
    unsigned_wide ticks = ((unsigned_wide)(uint64_t)ns << CLOCK_SHIFT) / mult;
    return ticks > UINT64_MAX ? UINT64_MAX : (uint64_t)ticks;
}

COLD struct clock_mapping clock_mapping_make(struct clock_sample first,
                                             struct clock_sample second) {
    int64_t elapsed_ns = second.mono_ns - first.mono_ns;
    CHECK(elapsed_ns >= NS_PER_MS);
    CHECK(second.tsc > first.tsc);
    uint64_t elapsed_tsc = second.tsc - first.tsc;
    unsigned_wide mult = ((unsigned_wide)(uint64_t)elapsed_ns << CLOCK_SHIFT) / elapsed_tsc;
    CHECK(mult > 0 && mult < (unsigned_wide)1 << 63);
    uint64_t widest = first.window_tsc > second.window_tsc ? first.window_tsc : second.window_tsc;
    return (struct clock_mapping){
        .tsc_base = second.tsc,
        .mono_ns = second.mono_ns,
        .utc_ns = second.utc_ns,
        .mono_mult = (uint64_t)mult,
        .utc_mult = (uint64_t)mult,
        .utc_error_ns = clock_ticks_to_ns(widest, (uint64_t)mult),
    };
}

void clock_publish(struct clock_page *page, const struct clock_mapping *mapping) {
    uint64_t words[WORDS];
    memcpy(words, mapping, sizeof(words));
    uint64_t sequence = atomic_load_explicit(&page->sequence, memory_order_relaxed);
    atomic_store_explicit(&page->sequence, sequence + 1, memory_order_relaxed);
    for (size_t i = 0; i < WORDS; i++) {
        /* W1, pairs with R1: releases the odd sequence with every word. */
        atomic_store_explicit(&page->words[i], words[i], memory_order_release);
    }
    /* W2, pairs with R2: the words are complete before the sequence is even again. */
    atomic_store_explicit(&page->sequence, sequence + 2, memory_order_release);
}

/* One attempt; false when the publisher was writing. */
static bool try_copy(const struct clock_page *page, uint64_t *sequence,
                     struct clock_mapping *mapping) {
    /* R2, pairs with W2. */
    uint64_t before = atomic_load_explicit(&page->sequence, memory_order_acquire);
    if ((before & 1) != 0) {
        return false;
    }
    uint64_t words[WORDS];
    for (size_t i = 0; i < WORDS; i++) {
        /* R1, pairs with W1: acquire also keeps the second look at the sequence behind the words.
         */
        words[i] = atomic_load_explicit(&page->words[i], memory_order_acquire);
    }
    if (atomic_load_explicit(&page->sequence, memory_order_relaxed) != before) {
        return false;
    }
    memcpy(mapping, words, sizeof(words));
    *sequence = before;
    return true;
}

COLD struct clock_mapping clock_mapping_read(const struct clock_page *page) {
    struct clock_mapping mapping;
    uint64_t sequence;
    while (!try_copy(page, &sequence, &mapping)) {
        _mm_pause();
    }
    return mapping;
}

COLD static void reader_start(struct clock_reader *reader) {
    while (!try_copy(reader->page, &reader->sequence, &reader->mapping)) {
        _mm_pause();
    }
    CHECK(reader->mapping.mono_mult != 0);
}

struct now clock_read(struct clock_reader *reader, uint64_t tsc) {
    if (UNLIKELY(reader->mapping.mono_mult == 0)) {
        reader_start(reader);
    } else if (UNLIKELY(atomic_load_explicit(&reader->page->sequence, memory_order_relaxed) !=
                        reader->sequence)) {
        /* Failing is fine: the mapping at hand is good for longer than a publication takes. */
        (void)try_copy(reader->page, &reader->sequence, &reader->mapping);
    }
    struct now now = clock_convert(&reader->mapping, tsc);
    if (now.mono.ns < reader->last.mono.ns) {
        now.mono = reader->last.mono;
    }
    reader->last = now;
    return now;
}

static int64_t advance(int64_t from_ns, int64_t ticks, uint64_t mult) {
    return from_ns + (int64_t)(((wide)ticks * (int64_t)mult) >> CLOCK_SHIFT);
}

struct now clock_convert(const struct clock_mapping *mapping, uint64_t tsc) {
    /* Signed: a reader can have read the TSC before the sample under its mapping was taken. */
    int64_t ticks = (int64_t)(tsc - mapping->tsc_base);
    return (struct now){.mono = {.ns = advance(mapping->mono_ns, ticks, mapping->mono_mult)},
                        .utc = {.ns = advance(mapping->utc_ns, ticks, mapping->utc_mult)}};
}

struct duration clock_utc_error(const struct clock_reader *reader, uint64_t tsc) {
    const struct clock_mapping *mapping = &reader->mapping;
    int64_t ticks = (int64_t)(tsc - mapping->tsc_base);
    int64_t age_ns = advance(0, ticks < 0 ? -ticks : ticks, mapping->mono_mult);
    int64_t error_ns;
    if (__builtin_add_overflow(mapping->utc_error_ns, age_ns / (1000000 / CLOCK_WANDER_PPM),
                               &error_ns)) {
        error_ns = INT64_MAX;
    }
    return (struct duration){.ns = error_ns};
}
