/*
 * When a session may be up, in UTC: every day or every week from a start to an end.
 *
 * Time is cut into periods, each from one start to the next and each with a number of its own; a
 * period's session time is its beginning, up to the end. Sequence numbers belong to a period. Pure:
 * whoever asks knows the time. There are no time zones and no holidays here.
 */
#ifndef TERCEL_CORE_FIX_FIX_SCHEDULE_H
#define TERCEL_CORE_FIX_FIX_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/instant.h"

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
};

/* Start and end lie in the day or week. */
bool fix_schedule_is_valid(const struct fix_schedule *schedule);

struct fix_schedule_period {
    int64_t number; /* ascending by one with every start */
    struct utc starts;
    struct utc ends; /* of its session time; the moment itself is outside */
};

/* Only with a schedule. Any time from 1970 to 2261. */
struct fix_schedule_period fix_schedule_period_at(const struct fix_schedule *schedule,
                                                  struct utc at);
struct fix_schedule_period fix_schedule_period(const struct fix_schedule *schedule, int64_t number);

#endif
