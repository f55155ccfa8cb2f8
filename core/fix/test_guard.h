/*
 * A place for bytes that end right before an unreadable page: reading or writing one byte too many
 * ends the test, with or without a sanitizer. For tests only.
 */
#ifndef TERCEL_CORE_FIX_TEST_GUARD_H
#define TERCEL_CORE_FIX_TEST_GUARD_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/bytes.h"

#define TEST_GUARD_BYTES 65536

/* The end of TEST_GUARD_BYTES of memory; what is at it and after it cannot be touched. */
static inline char *test_guard_end(void) {
    static char *end;
    if (end == NULL) {
        char *place = mmap(NULL, TEST_GUARD_BYTES * 2, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED ||
            mprotect(place + TEST_GUARD_BYTES, TEST_GUARD_BYTES, PROT_NONE) != 0) {
            abort();
        }
        end = place + TEST_GUARD_BYTES;
    }
    return end;
}

/* `data` copied there; holds until the next call. At most TEST_GUARD_BYTES. */
static inline struct bytes test_guarded(struct bytes data) {
    char *start = test_guard_end() - data.len;
    if (data.len != 0) {
        memmove(start, data.data, data.len);
    }
    return bytes_of(start, data.len);
}

#endif
