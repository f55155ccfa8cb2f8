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

/* Remembers the last second's text, so that the date is worked out once a second; starts zeroed. */
struct fix_time_cache {
    int64_t second; /* since the epoch, of `text`; valid when len != 0 */
    size_t len;
    char text[17];
};

/*
 * Writes `at` (not before 1970) with 0, 3, 6 or 9 fraction digits, cut, not rounded, and returns
 * the length. `out` needs FIX_TIME_TEXT_MAX bytes; it is not terminated.
 */
size_t fix_time_format(struct fix_time_cache *cache, struct utc at, unsigned fraction_digits,
                       char *out);

#endif
