#include "core/fix/fix_schedule.h"

#include "core/base/check.h"

#define DAY_S INT64_C(86400)
#define WEEK_DAYS 7
#define WEEK_S (WEEK_DAYS * DAY_S)
#define ALL_DAYS 0x7f
/* 1970-01-01 was a Thursday: the Monday before it. */
#define FIRST_MONDAY_S (-3 * DAY_S)

static int64_t cycle_s(const struct fix_schedule *schedule) {
    return schedule->kind == FIX_SCHEDULE_WEEKLY ? WEEK_S : DAY_S;
}

/* The start of period 0, by the zone's clocks. */
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
        return schedule->start_s < cycle_s(schedule) && schedule->end_s < cycle_s(schedule) &&
               schedule->days <= (schedule->kind == FIX_SCHEDULE_DAILY ? ALL_DAYS : 0);
    }
    return false;
}

static int64_t utc_of(const struct fix_schedule *schedule, int64_t local_s) {
    return schedule->zone != NULL ? fix_zone_first_s(schedule->zone, local_s) : local_s;
}

static int64_t local_of(const struct fix_schedule *schedule, int64_t utc_s) {
    return schedule->zone != NULL ? utc_s + fix_zone_offset_s(schedule->zone, utc_s) : utc_s;
}

static int64_t starts_s(const struct fix_schedule *schedule, int64_t number) {
    return utc_of(schedule, origin_s(schedule) + number * cycle_s(schedule));
}

/* Day 0 was a Thursday. */
static bool has_period(const struct fix_schedule *schedule, int64_t number) {
    int64_t weekday = ((number + 3) % WEEK_DAYS + WEEK_DAYS) % WEEK_DAYS;
    return schedule->days == 0 || (schedule->days >> weekday & 1) != 0;
}

struct fix_schedule_period fix_schedule_period(const struct fix_schedule *schedule,
                                               int64_t number) {
    DCHECK(schedule->kind != FIX_SCHEDULE_NONE);
    int64_t length_s = (int64_t)schedule->end_s - (int64_t)schedule->start_s;
    if (length_s <= 0) {
        length_s += cycle_s(schedule);
    }
    int64_t start_local_s = origin_s(schedule) + number * cycle_s(schedule);
    return (struct fix_schedule_period){
        .number = number,
        .starts = {.ns = utc_of(schedule, start_local_s) * NS_PER_S},
        .ends = {.ns = utc_of(schedule, start_local_s + length_s) * NS_PER_S},
    };
}

struct fix_schedule_period fix_schedule_next(const struct fix_schedule *schedule, int64_t number) {
    do {
        number++;
    } while (!has_period(schedule, number));
    return fix_schedule_period(schedule, number);
}

static int64_t divide_down(int64_t dividend, int64_t divisor) {
    int64_t quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

struct fix_schedule_period fix_schedule_period_at(const struct fix_schedule *schedule,
                                                  struct utc at) {
    int64_t utc_s = divide_down(at.ns, NS_PER_S);
    int64_t since_s = local_of(schedule, utc_s) - origin_s(schedule);
    int64_t number = divide_down(since_s, cycle_s(schedule));
    /* Clocks that were put back show a time of day again that they have shown before. */
    while (starts_s(schedule, number + 1) <= utc_s) {
        number++;
    }
    while (!has_period(schedule, number)) {
        number--;
    }
    return fix_schedule_period(schedule, number);
}
