/*
 * The naive twin of fix_time: the C library's calendar and string functions. For the test and the
 * fuzzer only.
 */
#ifndef TERCEL_CORE_FIX_FIX_TIME_TEST_TWIN_H
#define TERCEL_CORE_FIX_FIX_TIME_TEST_TWIN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fix/fix_time.h"

static inline int twin_number(const char *text, size_t from, size_t digits) {
    char piece[5] = {0};
    memcpy(piece, text + from, digits);
    return (int)strtol(piece, NULL, 10);
}

/* Whether `text` looks like "dddddddd-dd:dd:dd", then nothing or '.' and 1 to 12 digits. */
static inline bool twin_shape(const char *text, size_t len) {
    static const char shape[] = "dddddddd-dd:dd:dd.dddddddddddd";
    if (len < 17 || len == 18 || len > strlen(shape)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

static inline bool twin_time_parse(struct bytes text, int64_t *ns) {
    char copy[32] = {0};
    if (text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    if (!twin_shape(copy, text.len)) {
        return false;
    }
    struct tm tm = {.tm_year = twin_number(copy, 0, 4) - 1900,
                    .tm_mon = twin_number(copy, 4, 2) - 1,
                    .tm_mday = twin_number(copy, 6, 2),
                    .tm_hour = twin_number(copy, 9, 2),
                    .tm_min = twin_number(copy, 12, 2)};
    int seconds = twin_number(copy, 15, 2);
    struct tm normal = tm;
    time_t minute = timegm(&normal);
    if (tm.tm_year < 70 || tm.tm_year > 361 || normal.tm_mon != tm.tm_mon ||
        normal.tm_mday != tm.tm_mday || normal.tm_hour != tm.tm_hour ||
        normal.tm_min != tm.tm_min || seconds > 60) {
        return false;
    }
    char fraction[] = "000000000";
    if (text.len > 18) {
        memcpy(fraction, copy + 18, text.len - 18 > 9 ? 9 : text.len - 18);
    }
    *ns = (minute + seconds) * NS_PER_S + strtol(fraction, NULL, 10);
    return true;
}

/* Cuts after `digits` fraction digits; `out` needs FIX_TIME_TEXT_MAX + 1 bytes, gets terminated. */
static inline void twin_time_format(int64_t ns, unsigned digits, char *out) {
    time_t second = ns / NS_PER_S;
    struct tm tm;
    gmtime_r(&second, &tm);
    strftime(out, FIX_TIME_TEXT_MAX + 1, "%Y%m%d-%H:%M:%S", &tm);
    char fraction[16];
    snprintf(fraction, sizeof fraction, ".%09ld", (long)(ns % NS_PER_S));
    memcpy(out + 17, fraction, digits == 0 ? 0 : digits + 1);
    out[digits == 0 ? 17 : 18 + digits] = '\0';
}

#endif
