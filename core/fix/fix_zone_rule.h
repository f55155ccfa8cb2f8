/*
 * The rule at the end of a TZif file, "EST5EDT,M3.2.0,M11.1.0": when a zone's clocks change in
 * every year that the file does not list (RFC 9636 section 3.3.1, POSIX TZ with its extensions:
 * names in <>, times from -167 to 167 hours). Pure; any bytes.
 */
#ifndef TERCEL_CORE_FIX_FIX_ZONE_RULE_H
#define TERCEL_CORE_FIX_FIX_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

enum fix_zone_day_kind {
    FIX_ZONE_DAY_JULIAN = 0, /* Jn: 1 to 365, the 29th of February is never counted */
    FIX_ZONE_DAY_OF_YEAR,    /* n: 0 to 365 */
    FIX_ZONE_DAY_OF_MONTH    /* Mm.w.d: weekday d (0: Sunday) for the w-th time, 5: the last */
};

struct fix_zone_day {
    enum fix_zone_day_kind kind;
    int32_t day; /* n, or d */
    int32_t month;
    int32_t week;
    int32_t time_s; /* of the clock that is in force before */
};

struct fix_zone_rule {
    bool changes; /* else standard_s is all there is */
    int32_t standard_s;
    int32_t summer_s;
    struct fix_zone_day begins; /* summer time */
    struct fix_zone_day ends;
};

/* All of `text`, without the newlines around it. *rule is valid only when true. */
bool fix_zone_rule_parse(struct bytes text, struct fix_zone_rule *rule) MUST_USE;

/* The changes of a year, in UTC: to summer time, and back. 1970 to 2261. */
int64_t fix_zone_rule_begins_s(const struct fix_zone_rule *rule, int32_t year);
int64_t fix_zone_rule_ends_s(const struct fix_zone_rule *rule, int32_t year);

#endif
