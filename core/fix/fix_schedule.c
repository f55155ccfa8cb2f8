#include "core/fix/fix_schedule.h"

#include "core/base/check.h"

#define DAY_S INT64_C(86400)
#define WEEK_S (7 * DAY_S)
/* 1970-01-01 was a Thursday: the Monday before it. */
#define FIRST_MONDAY_S (-3 * DAY_S)

static int64_t cycle_s(const struct fix_schedule *schedule) {
    return schedule->kind == FIX_SCHEDULE_WEEKLY ? WEEK_S : DAY_S;
}

/* The start of period 0. */
static int64_t origin_s(const struct fix_schedule *schedule) {
    int64_t first = schedule->kind == FIX_SCHEDULE_WEEKLY ? FIRST_MONDAY_S : 0;
    return first + schedule->start_s;
}

bool fix_schedule_is_valid(const struct fix_schedule *schedule) {
    switch (schedule->kind) {
    case FIX_SCHEDULE_NONE:
        return true;
    case FIX_SCHEDULE_DAILY:
    case FIX_SCHEDULE_WEEKLY:
        return schedule->start_s < cycle_s(schedule) && schedule->end_s < cycle_s(schedule);
    }
    return false;
}

struct fix_schedule_period fix_schedule_period(const struct fix_schedule *schedule,
                                               int64_t number) {
    DCHECK(schedule->kind != FIX_SCHEDULE_NONE);
    int64_t length_s = (int64_t)schedule->end_s - (int64_t)schedule->start_s;
    if (length_s <= 0) {
        length_s += cycle_s(schedule);
    }
    int64_t starts_s = origin_s(schedule) + number * cycle_s(schedule);
    return (struct fix_schedule_period){
        .number = number,
        .starts = {.ns = starts_s * NS_PER_S},
        .ends = {.ns = (starts_s + length_s) * NS_PER_S},
    };
}

struct fix_schedule_period fix_schedule_period_at(const struct fix_schedule *schedule,
                                                  struct utc at) {
    int64_t cycle_ns = cycle_s(schedule) * NS_PER_S;
    int64_t since_ns = at.ns - origin_s(schedule) * NS_PER_S;
    int64_t number = since_ns / cycle_ns;
    if (since_ns % cycle_ns < 0) {
        number--;
    }
    return fix_schedule_period(schedule, number);
}
