/*
 * Instructions counted one by one: the kernel stops a child after each (ptrace), so that every
 * instruction the CPU has is counted, those that valgrind does not know included. Each iteration of
 * a `rep` is one. Some 300,000 a second.
 */
#ifndef TERCEL_BENCH_MICRO_MICRO_STEP_H
#define TERCEL_BENCH_MICRO_MICRO_STEP_H

#include <stdint.h>

/*
 * Runs act(context) in a child of its own and gives back how many instructions it executed between
 * micro_step_enter and micro_step_leave. Stops the program when tracing is not allowed here, or
 * the child fails.
 */
uint64_t micro_step_count(void (*act)(void *context), void *context);

/* In the child; what they themselves take is counted in part, and the same each time. */
void micro_step_enter(void);
void micro_step_leave(void);

#endif
