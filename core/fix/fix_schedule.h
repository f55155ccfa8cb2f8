/*
 * When a session may be up: from a start to an end, every day, on some days of the week, or once a
 * week, by the clocks of a time zone.
 *
 * Time is cut into periods, each from one start to the next and each with a number of its own; a
 * period's session time is its beginning, up to the end. Sequence numbers belong to a period. Pure:
 * whoever asks knows the time.
 *
 * A start or end is the first moment at which the zone's clocks show that time or a later one
 * (fix_zone_first_s): where summer time leaves it out, that is the moment of the change; where it
 * comes twice, the first of both. So a period may be an hour longer or shorter than others, and
 * where a zone has left out a whole day, one is empty. There are no holidays here.
 */
#ifndef TERCEL_CORE_FIX_FIX_SCHEDULE_H
#define TERCEL_CORE_FIX_FIX_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"
#include "core/fix/fix_zone.h"

enum fix_schedule_kind {
    FIX_SCHEDULE_NONE = 0, /* always; numbers never begin anew by themselves */
    FIX_SCHEDULE_DAILY,
    FIX_SCHEDULE_WEEKLY
};

struct fix_schedule {
    enum fix_schedule_kind kind;
    uint32_t start_s; /* of the day, or of the week since Monday 00:00 */
    uint32_t end_s;   /* likewise; not after start: of the next day or week. The same as start: no
                         pause, one session follows the other */
    /* DAILY: the days on which a period starts, bit 0 Monday to bit 6 Sunday; 0: all. A period that
     * goes over midnight belongs to the day of its start. */
    uint8_t days;
    const struct fix_zone *zone; /* borrowed; NULL: UTC */
};

/* Start and end lie in the day or week, and only a daily schedule has days. */
bool fix_schedule_is_valid(const struct fix_schedule *schedule);

struct fix_schedule_period {
    int64_t number; /* ascending with every start */
    struct utc starts;
    struct utc ends; /* of its session time; the moment itself is outside */
};

/* Only with a schedule. Any time from 1970 to 2261. */
struct fix_schedule_period fix_schedule_period_at(const struct fix_schedule *schedule,
                                                  struct utc at);
/* `number` is one that a period has. */
struct fix_schedule_period fix_schedule_period(const struct fix_schedule *schedule, int64_t number);
/* The one behind it. */
struct fix_schedule_period fix_schedule_next(const struct fix_schedule *schedule, int64_t number);

#endif
