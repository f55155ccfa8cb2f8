/* What the programs here say at their end: one line of JSON, on stdout. */
#ifndef TERCEL_BENCH_INTEROP_REPORT_H
#define TERCEL_BENCH_INTEROP_REPORT_H

#include "core/base/histogram.h"
#include "core/base/instant.h"

/* Opens the line with the time that everything took. */
void report_begin(struct duration took);
void report_number(const char *name, uint64_t value);
/* As an object: how many, and the least, median, 99th percentile and greatest in nanoseconds. */
void report_histogram(const char *name, const struct histogram *histogram);
void report_end(void);

#endif
