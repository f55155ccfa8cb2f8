/*
 * A time zone: when which offset from UTC is in force, 1970 to 2261, summer times included.
 *
 * It is read once, at start-up, from the text of a TZif file (RFC 9636; what the system keeps under
 * /usr/share/zoneinfo), version 2 or later, and holds all of it from then on: the transitions that
 * the file lists, and those that its footer's rule makes afterwards. It is not a calendar: no
 * holidays. Files whose times count leap seconds ("right/...") are refused: UTC here has none.
 *
 * Any bytes may be given; what is no TZif file gets an outcome that says where it breaks.
 * Threading: pure; a zone that was read is constant. It is 16 KiB.
 */
#ifndef TERCEL_CORE_FIX_FIX_ZONE_H
#define TERCEL_CORE_FIX_FIX_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

/* Two a year to 2261, and what history adds: no zone of the public database has 800. */
#define FIX_ZONE_CHANGES_MAX 1024
/* The largest file that is worth reading; the longest of the public database has 4 KiB. */
#define FIX_ZONE_FILE_BYTES_MAX (64 * 1024)

struct fix_zone {
    uint32_t count;
    int32_t offset_first_s;                 /* before the first change; east is positive */
    int32_t offset_s[FIX_ZONE_CHANGES_MAX]; /* from that change on */
    int64_t change_s[FIX_ZONE_CHANGES_MAX]; /* since 1970, UTC; ascending */
};

enum fix_zone_result {
    FIX_ZONE_OK = 0,
    FIX_ZONE_NOT_TZIF,     /* does not begin as such a file, or is of version 1 */
    FIX_ZONE_SHORT,        /* ends before what its counts promise */
    FIX_ZONE_IMPOSSIBLE,   /* times not ascending or beyond 2261, no such type, an offset of
                              26 hours or more */
    FIX_ZONE_LEAP_SECONDS, /* counts leap seconds */
    FIX_ZONE_RULE,         /* the footer is no rule of RFC 9636 section 3.3.1 */
    FIX_ZONE_TOO_MANY      /* over FIX_ZONE_CHANGES_MAX */
};

/* *zone is valid with FIX_ZONE_OK only. Cold. */
enum fix_zone_result fix_zone_parse(struct bytes tzif, struct fix_zone *zone) MUST_USE;

const char *fix_zone_result_text(enum fix_zone_result result);

/* The offset in force at a time, seconds since 1970 in UTC. */
int32_t fix_zone_offset_s(const struct fix_zone *zone, int64_t utc_s);

/*
 * The first moment, in UTC, at which clocks of the zone show `local_s` (seconds since 1970, as if
 * it were UTC) or later. So a time that summer time leaves out is the moment of the change, and one
 * that comes twice is the first of both.
 */
int64_t fix_zone_first_s(const struct fix_zone *zone, int64_t local_s);

#endif
