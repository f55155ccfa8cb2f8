/*
 * Any bytes as a time: accepted and read as the C library would, and what is accepted writes back
 * to the same text as far as its digits go.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_time.h"
#include "core/fix/fix_time_test_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_text(struct bytes text) {
    static struct fix_time_cache cache;
    struct utc at = {.ns = -1};
    int64_t expected = -1;
    bool ok = fix_time_parse(text, &at);
    require(ok == twin_time_parse(text, &expected));
    require(at.ns == expected);
    static struct fix_time_minute last;
    struct utc near = {.ns = -1};
    require(fix_time_parse_near(&last, text, &near) == ok);
    require(near.ns == expected);
    if (!ok || memcmp(text.data + 15, "60", 2) == 0) {
        return;
    }
    char again[FIX_TIME_TEXT_MAX];
    size_t len = fix_time_format(&cache, at, 9, again);
    require(memcmp(again, text.data, text.len < len ? text.len : len) == 0);
}

static void check_instant(int64_t ns) {
    static struct fix_time_cache cache;
    static const unsigned digits[] = {0, 3, 6, 9};
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        char out[FIX_TIME_TEXT_MAX];
        char expected[FIX_TIME_TEXT_MAX + 1];
        size_t len = fix_time_format(&cache, (struct utc){.ns = ns}, digits[i], out);
        twin_time_format(ns, digits[i], expected);
        require(len == strlen(expected) && memcmp(out, expected, len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *exact = malloc(size);
    require(exact != NULL || size == 0);
    memcpy(exact, data, size);
    check_text(bytes_of(exact, size));
    free(exact);
    if (size >= sizeof(int64_t)) {
        int64_t ns;
        memcpy(&ns, data, sizeof ns);
        check_instant(ns & INT64_MAX);
    }
    return 0;
}
