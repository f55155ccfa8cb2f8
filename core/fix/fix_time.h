/*
 * UTCTimestamp text: YYYYMMDD-HH:MM:SS[.fraction] (FIX 4.4 volume 1; fractions of 3, 6, 9 digits).
 *
 * It is not UTCTimeOnly, UTCDateOnly or a time with a zone. Pure but for the caller's cache.
 */
#ifndef TERCEL_CORE_FIX_FIX_TIME_H
#define TERCEL_CORE_FIX_FIX_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"

/* YYYYMMDD-HH:MM:SS.nnnnnnnnn */
#define FIX_TIME_TEXT_MAX 27

/*
 * All of `text`, every byte checked: years 1970 to 2261, a day its month has, no fraction or a dot
 * and 1 to 12 digits, of which those past 9 are checked and dropped. Seconds may be 60 (a leap
 * second; read as the next second). *out is written only when true.
 */
bool fix_time_parse(struct bytes text, struct utc *out) MUST_USE;

/* Remembers the last minute read, so that its date is worked out once; starts zeroed. */
struct fix_time_minute {
    uint64_t text[2]; /* its first 8 bytes, and the 8 that end in the second ':' */
    int64_t ns;       /* when it began; 0: none */
};

/* The same answers, sooner for a time in the minute of the last good one. */
bool fix_time_parse_near(struct fix_time_minute *last, struct bytes text, struct utc *out) MUST_USE;

/*
 * Remembers the last time's text, so that the date is worked out once a day, and nothing at all of
 * the same time again: a message often says one twice. Starts zeroed.
 */
struct fix_time_cache {
    uint64_t second_end; /* of the second in `text`, ns since the epoch; 0: there is none */
    uint64_t day_end;
    int64_t ns; /* what all of `text` says, to `len` characters; len 0: nothing */
    size_t len;
    char text[32]; /* to the dot at least */
};

/*
 * Writes `at` (not before 1970) with 0, 3, 6 or 9 fraction digits, cut, not rounded, and returns
 * the length. `out` needs as many bytes, FIX_TIME_TEXT_MAX at most; it is not terminated.
 */
static inline size_t fix_time_format(struct fix_time_cache *cache, struct utc at,
                                     unsigned fraction_digits, char *out);

/* The same of a time that is not the cache's. */
size_t fix_time_format_other(struct fix_time_cache *cache, struct utc at, unsigned fraction_digits,
                             char *out);

static inline size_t fix_time_format(struct fix_time_cache *cache, struct utc at,
                                     unsigned fraction_digits, char *out) {
    size_t len = fraction_digits == 0 ? 17 : 18 + (size_t)fraction_digits;
    if (cache->ns != at.ns || cache->len != len) {
        return fix_time_format_other(cache, at, fraction_digits, out);
    }
    /* Two blocks that overlap: there are 17 bytes at least. */
    size_t last = fraction_digits == 0 ? 1 : 2 + (size_t)fraction_digits;
    memcpy(out, cache->text, 16);
    memcpy(out + last, cache->text + last, 16);
    return len;
}

#endif
