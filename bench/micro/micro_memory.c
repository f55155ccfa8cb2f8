#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/micro/micro.h"
#include "core/base/bits.h"

void *micro_memory(size_t bytes) {
    micro_require(bytes != 0, "impossible limits");
    size_t rounded = bits_whole_lines(bytes);
    void *mem = aligned_alloc(64, rounded);
    micro_require(mem != NULL, "out of memory");
    memset(mem, 0, rounded);
    return mem;
}

void micro_stop(const char *what) {
    (void)fprintf(stderr, "micro: %s\n", what);
    exit(1);
}
