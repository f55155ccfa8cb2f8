#include "bench/interop/report.h"

void report_begin(struct duration took) {
    (void)printf("{\"seconds\": %.3f", (double)took.ns / (double)NS_PER_S);
}

void report_number(const char *name, uint64_t value) {
    (void)printf(", \"%s\": %llu", name, (unsigned long long)value);
}

void report_histogram(const char *name, const struct histogram *histogram) {
    (void)printf(", \"%s\": {\"n\": %llu, \"min_ns\": %lld, \"p50_ns\": %lld, \"p99_ns\": %lld, "
                 "\"max_ns\": %lld}",
                 name, (unsigned long long)histogram->count,
                 histogram->count == 0 ? 0 : (long long)histogram->min_ns,
                 (long long)histogram_value_at(histogram, 500000),
                 (long long)histogram_value_at(histogram, 990000), (long long)histogram->max_ns);
}

void report_end(void) {
    (void)printf("}\n");
}
