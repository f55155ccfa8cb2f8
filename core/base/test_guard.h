/*
 * A place for bytes that end right before an unreadable page, or begin right behind one: reading or
 * writing one byte too many ends the test, with or without a sanitizer. For tests only.
 */
#ifndef TERCEL_CORE_BASE_TEST_GUARD_H
#define TERCEL_CORE_BASE_TEST_GUARD_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/bytes.h"

#define TEST_GUARD_BYTES 65536

/* TEST_GUARD_BYTES of memory; what is before it and behind it cannot be touched. */
static inline char *test_guard_start(void) {
    static char *start;
    if (start == NULL) {
        char *place =
            mmap(NULL, TEST_GUARD_BYTES * 3, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED ||
            mprotect(place + TEST_GUARD_BYTES, TEST_GUARD_BYTES, PROT_READ | PROT_WRITE) != 0) {
            abort();
        }
        start = place + TEST_GUARD_BYTES;
    }
    return start;
}

static inline char *test_guard_end(void) {
    return test_guard_start() + TEST_GUARD_BYTES;
}

/* `data` copied to its end; holds until the next call. At most TEST_GUARD_BYTES. */
static inline struct bytes test_guarded(struct bytes data) {
    char *start = test_guard_end() - data.len;
    if (data.len != 0) {
        memmove(start, data.data, data.len);
    }
    return bytes_of(start, data.len);
}

#endif
