/*
 * Benchmarks of single hot operations: instructions under callgrind, nanoseconds without.
 *
 * A benchmark makes its state once and is then run again and again, `i` counting up from 0 without
 * end, so that its inputs can vary by it; they have to repeat after MICRO_CYCLE runs, for that is
 * what counts are taken over. It reads no clock and draws no random number: two runs of the program
 * execute the same instructions. Not linked into anything but bench/micro; for its conventions see
 * scripts/bench --help.
 */
#ifndef TERCEL_BENCH_MICRO_MICRO_H
#define TERCEL_BENCH_MICRO_MICRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MICRO_CYCLE 64U

struct micro_benchmark {
    const char *name; /* NULL ends a table */
    void *(*make)(void);
    void (*run)(void *state, uint32_t i);
    /* run says itself, by micro_begin and micro_end, what of it counts; else all of it does. */
    bool sectioned;
};

extern const struct micro_benchmark micro_base[];
extern const struct micro_benchmark micro_fix[];
extern const struct micro_benchmark micro_fix_parse[];
extern const struct micro_benchmark micro_order[];
extern const struct micro_benchmark micro_route[];
extern const struct micro_benchmark micro_entry[];
extern const struct micro_benchmark micro_tcp[];

void micro_begin(void);
void micro_end(void);

/* Around what belongs to no section though it is called inside one: in functions named left_out_*,
 * which scripts/bench tells callgrind to leave out. What is written down of lines pauses with it;
 * wall-clock does not. */
void micro_pause(void);
void micro_resume(void);

/* What a benchmark worked out has to be worked out: the compiler cannot know who reads it here. */
static inline void micro_keep(uint64_t value) {
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* Zeroed, aligned to 64; stops the program when there is none or `bytes` is 0. Never freed. */
void *micro_memory(size_t bytes);

__attribute__((cold, noreturn)) void micro_stop(const char *what);

/* Stops the program with `what` when a benchmark does not do what it is there to measure. In a
 * section it is a test and a jump: what whoever calls would have to look at too. */
static inline void micro_require(bool holds, const char *what) {
    if (__builtin_expect(!holds, 0)) {
        micro_stop(what);
    }
}

#endif
