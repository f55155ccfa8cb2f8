#include <string.h>

#include "bench/micro/micro.h"
#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/hash_index.h"
#include "core/base/histogram.h"
#include "core/base/spsc.h"
#include "core/base/trace.h"

/* Prices and quantities as they come: 1 to 8 decimals, short and long. */

struct decimals {
    char before[DECIMAL_BEHIND];
    int64_t parsed;
    char text[MICRO_CYCLE][DECIMAL_TEXT_MAX];
    size_t len[MICRO_CYCLE];
    int64_t scaled[MICRO_CYCLE];
};

static void *make_decimals(void) {
    struct decimals *decimals = micro_memory(sizeof(*decimals));
    static const int64_t steps[] = {50000000, 1234567, 9543217650000, 100000000};
    for (uint32_t i = 0; i < MICRO_CYCLE; i++) {
        decimals->scaled[i] = steps[i % 4] * (1 + i);
        decimals->len[i] = decimal_format(decimals->scaled[i], 8, decimals->text[i]);
    }
    return decimals;
}

static void run_decimal_parse(void *state, uint32_t i) {
    struct decimals *decimals = state;
    uint32_t at = i % MICRO_CYCLE;
    struct bytes text = bytes_of(decimals->text[at], decimals->len[at]);
    micro_keep(decimal_parse(text, 8, &decimals->parsed));
}

static void run_decimal_parse_within(void *state, uint32_t i) {
    struct decimals *decimals = state;
    uint32_t at = i % MICRO_CYCLE;
    struct bytes text = bytes_of(decimals->text[at], decimals->len[at]);
    micro_keep(decimal_parse_within(text, 8, &decimals->parsed));
}

static void run_decimal_format(void *state, uint32_t i) {
    const struct decimals *decimals = state;
    char out[DECIMAL_TEXT_MAX];
    micro_keep(decimal_format(decimals->scaled[i % MICRO_CYCLE], 8, out));
}

static void *make_ring(void) {
    struct spsc_limits limits = {.cells = 1024, .cell_bytes = 56};
    return spsc_init(micro_memory(spsc_footprint(limits)), limits);
}

static void run_spsc(void *state, uint32_t i) {
    uint64_t *cell = spsc_reserve(state);
    for (unsigned word = 0; word < 7; word++) {
        cell[word] = i + word;
    }
    spsc_publish(state);
    const uint64_t *read = spsc_peek(state);
    micro_keep(read[0] + read[6]);
    spsc_release(state);
}

#define ENTRIES 4096U

/* Fibonacci hashing: keys as far apart as those of a good hash. */
static uint64_t key_of(uint32_t i) {
    return (i % MICRO_CYCLE * (ENTRIES / MICRO_CYCLE) + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

static void *make_index(void) {
    struct hash_index *index =
        hash_index_init(micro_memory(hash_index_footprint(ENTRIES)), ENTRIES);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        micro_require(hash_index_insert(index, (i + 1) * UINT64_C(0x9E3779B97F4A7C15), i),
                      "the index has no room");
    }
    return index;
}

static void run_index(void *state, uint32_t i) {
    uint32_t cursor = 0;
    micro_keep(hash_index_next(state, key_of(i), &cursor));
}

static void run_hash_bytes(void *state, uint32_t i) {
    const struct decimals *decimals = state;
    static const struct hash_seed seed = {.key = "0123456789abcde"};
    micro_keep(hash_bytes(bytes_of(decimals->text[i % MICRO_CYCLE], 12), &seed));
}

static void *make_histogram(void) {
    struct histogram *histogram = micro_memory(sizeof(*histogram));
    histogram_reset(histogram);
    return histogram;
}

static void run_histogram(void *state, uint32_t i) {
    histogram_record(state, 100 + INT64_C(977) * (i % MICRO_CYCLE));
}

struct clock_bench {
    struct clock_page page;
    struct clock_reader reader;
};

static void *make_clock(void) {
    struct clock_bench *bench = micro_memory(sizeof(*bench));
    struct clock_mapping mapping = clock_mapping_make(
        (struct clock_sample){.tsc = 1000000, .mono_ns = NS_PER_S, .utc_ns = 2 * NS_PER_S},
        (struct clock_sample){.tsc = 4000001000, .mono_ns = 2 * NS_PER_S, .utc_ns = 3 * NS_PER_S});
    clock_publish(&bench->page, &mapping);
    bench->reader.page = &bench->page;
    return bench;
}

static void run_clock(void *state, uint32_t i) {
    struct clock_bench *bench = state;
    micro_keep((uint64_t)clock_read(&bench->reader, UINT64_C(4000001000) + i * 1000ULL).mono.ns);
}

static void *make_trace(void) {
    static const struct clock_mapping start;
    return trace_init(micro_memory(trace_footprint(1024)), 1024, &start);
}

static void *make_no_trace(void) {
    return NULL;
}

static void run_trace(void *state, uint32_t i) {
    trace_put(state, 3, 1, i, 2, 3);
}

const struct micro_benchmark micro_base[] = {
    {"decimal_parse", make_decimals, run_decimal_parse, false},
    {"decimal_parse_within", make_decimals, run_decimal_parse_within, false},
    {"decimal_format", make_decimals, run_decimal_format, false},
    {"spsc_push_pop", make_ring, run_spsc, false},
    {"hash_index_find", make_index, run_index, false},
    {"hash_bytes_12", make_decimals, run_hash_bytes, false},
    {"histogram_record", make_histogram, run_histogram, false},
    {"clock_read", make_clock, run_clock, false},
    {"trace_put", make_trace, run_trace, false},
    {"trace_put_off", make_no_trace, run_trace, false},
    {NULL, NULL, NULL, false},
};
