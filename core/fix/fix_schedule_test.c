/* Against the C library's calendar, and by hand where the hands are known. */
#include "core/fix/fix_schedule.h"

#include <criterion/criterion.h>
#include <time.h>

static struct utc at(int year, int month, int day, int hour, int minute, int second) {
    struct tm parts = {.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute,
                       .tm_sec = second};
    return (struct utc){.ns = (int64_t)timegm(&parts) * NS_PER_S};
}

static const struct fix_schedule kraken = {
    .kind = FIX_SCHEDULE_DAILY, .start_s = 22 * 3600 + 30, .end_s = 22 * 3600 - 5};
static const struct fix_schedule office = {
    .kind = FIX_SCHEDULE_DAILY, .start_s = 8 * 3600, .end_s = 17 * 3600};
static const struct fix_schedule gapless = {
    .kind = FIX_SCHEDULE_DAILY, .start_s = 22 * 3600, .end_s = 22 * 3600};
static const struct fix_schedule week = {/* Sunday 22:00 to Friday 21:00 */
                                         .kind = FIX_SCHEDULE_WEEKLY,
                                         .start_s = 6 * 86400 + 22 * 3600,
                                         .end_s = 4 * 86400 + 21 * 3600};

Test(fix_schedule, what_cannot_be) {
    cr_assert(fix_schedule_is_valid(&kraken) && fix_schedule_is_valid(&week));
    cr_assert(fix_schedule_is_valid(&(struct fix_schedule){.kind = FIX_SCHEDULE_NONE}));
    cr_assert(!fix_schedule_is_valid(
        &(struct fix_schedule){.kind = FIX_SCHEDULE_DAILY, .start_s = 86400}));
    cr_assert(
        !fix_schedule_is_valid(&(struct fix_schedule){.kind = FIX_SCHEDULE_DAILY, .end_s = 86400}));
    cr_assert(!fix_schedule_is_valid(
        &(struct fix_schedule){.kind = FIX_SCHEDULE_WEEKLY, .end_s = 7 * 86400}));
}

Test(fix_schedule, periods_by_hand) {
    static const struct {
        const struct fix_schedule *schedule;
        int at[5]; /* month, day, hour, minute, second of 2026 */
        int starts[5];
        int ends[5];
    } cases[] = {
        {&kraken, {11, 23, 12, 0, 0}, {11, 22, 22, 0, 30}, {11, 23, 21, 59, 55}},
        {&kraken, {11, 23, 22, 0, 29}, {11, 22, 22, 0, 30}, {11, 23, 21, 59, 55}},
        {&kraken, {11, 23, 22, 0, 30}, {11, 23, 22, 0, 30}, {11, 24, 21, 59, 55}},
        {&office, {11, 23, 7, 59, 59}, {11, 22, 8, 0, 0}, {11, 22, 17, 0, 0}},
        {&office, {11, 23, 8, 0, 0}, {11, 23, 8, 0, 0}, {11, 23, 17, 0, 0}},
        {&office, {3, 1, 3, 0, 0}, {2, 28, 8, 0, 0}, {2, 28, 17, 0, 0}},
        {&gapless, {11, 23, 22, 0, 0}, {11, 23, 22, 0, 0}, {11, 24, 22, 0, 0}},
        {&week, {11, 23, 12, 0, 0}, {11, 22, 22, 0, 0}, {11, 27, 21, 0, 0}},
        {&week, {11, 28, 12, 0, 0}, {11, 22, 22, 0, 0}, {11, 27, 21, 0, 0}},
        {&week, {11, 29, 22, 0, 0}, {11, 29, 22, 0, 0}, {12, 4, 21, 0, 0}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int *t = cases[i].at;
        const int *s = cases[i].starts;
        const int *e = cases[i].ends;
        struct fix_schedule_period period =
            fix_schedule_period_at(cases[i].schedule, at(2026, t[0], t[1], t[2], t[3], t[4]));
        cr_assert_eq(period.starts.ns, at(2026, s[0], s[1], s[2], s[3], s[4]).ns, "case %zu", i);
        cr_assert_eq(period.ends.ns, at(2026, e[0], e[1], e[2], e[3], e[4]).ns, "case %zu", i);
    }
}

/* Periods follow each other without a hole and without an overlap, and know their numbers. */
Test(fix_schedule, every_moment_has_one_period) {
    static const struct fix_schedule *const schedules[] = {&kraken, &office, &gapless, &week};
    for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
        const struct fix_schedule *schedule = schedules[i];
        int64_t number = fix_schedule_period_at(schedule, at(1970, 1, 1, 0, 0, 0)).number;
        for (int step = 0; step < 3000; step++, number += 3) {
            struct fix_schedule_period period = fix_schedule_period(schedule, number);
            struct fix_schedule_period next = fix_schedule_period(schedule, number + 1);
            cr_assert_leq(period.ends.ns, next.starts.ns);
            cr_assert_gt(period.ends.ns, period.starts.ns);
            struct utc last = {.ns = next.starts.ns - 1};
            cr_assert_eq(fix_schedule_period_at(schedule, period.starts).number, number);
            cr_assert_eq(fix_schedule_period_at(schedule, last).number, number);
            time_t start = (time_t)(period.starts.ns / NS_PER_S);
            struct tm parts;
            gmtime_r(&start, &parts);
            uint32_t of_day = (uint32_t)(parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec);
            uint32_t of_week = of_day + (uint32_t)(parts.tm_wday + 6) % 7 * 86400;
            cr_assert_eq(schedule->start_s,
                         schedule->kind == FIX_SCHEDULE_WEEKLY ? of_week : of_day);
        }
    }
}
