/*
 * Nanoseconds of single runs, by the TSC between two fences, into a histogram.
 *
 * What the reading of the TSC costs is taken off (the least of many empty pairs). The TSC of a
 * virtual machine may move in steps of 10 ns and more: what is below 100 ns is coarse. Caches and
 * branch predictors are warm. One benchmark at a time.
 */
#ifndef TERCEL_BENCH_MICRO_MICRO_TIME_H
#define TERCEL_BENCH_MICRO_MICRO_TIME_H

#define MICRO_TIMED_RUNS 20000U

void micro_time_start(void);
void micro_time_begin(void);
void micro_time_end(void);
/* One line on stdout (histogram_print). */
void micro_time_print(const char *name);

#endif
