/*
 * The seed of a randomised test: TERCEL_SEED when it is set, else a fresh one; printed either way,
 * so that a failing run can be repeated. For tests only.
 */
#ifndef TERCEL_CORE_BASE_TEST_SEED_H
#define TERCEL_CORE_BASE_TEST_SEED_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t test_seed(const char *test) {
    const char *given = getenv("TERCEL_SEED");
    uint64_t seed;
    if (given != NULL) {
        seed = strtoull(given, NULL, 0);
    } else {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uint64_t)getpid();
    }
    fprintf(stderr, "%s: TERCEL_SEED=%" PRIu64 "\n", test, seed);
    return seed;
}

#endif
