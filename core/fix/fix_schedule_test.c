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

/* Monday to Friday; bit 0 is Monday. */
#define WORKDAYS 0x1f
#define MONDAY 0

static const struct fix_schedule workdays = {
    .kind = FIX_SCHEDULE_DAILY, .start_s = 8 * 3600, .end_s = 17 * 3600, .days = WORKDAYS};
static const struct fix_schedule nights = {/* Sunday to Thursday, over midnight */
                                           .kind = FIX_SCHEDULE_DAILY,
                                           .start_s = 18 * 3600,
                                           .end_s = 17 * 3600,
                                           .days = 0x4f};

Test(fix_schedule, days_of_the_week_by_hand) {
    static const struct {
        const struct fix_schedule *schedule;
        int at[3]; /* day, hour, minute of November 2026; the 23rd is a Monday */
        int starts[3];
        int ends[3];
        int next[3];
    } cases[] = {
        {&workdays, {23, 7, 59}, {20, 8, 0}, {20, 17, 0}, {23, 8, 0}},
        {&workdays, {23, 8, 0}, {23, 8, 0}, {23, 17, 0}, {24, 8, 0}},
        {&workdays, {27, 12, 0}, {27, 8, 0}, {27, 17, 0}, {30, 8, 0}},
        {&workdays, {28, 12, 0}, {27, 8, 0}, {27, 17, 0}, {30, 8, 0}},
        {&workdays, {29, 23, 59}, {27, 8, 0}, {27, 17, 0}, {30, 8, 0}},
        {&nights, {22, 17, 59}, {19, 18, 0}, {20, 17, 0}, {22, 18, 0}},
        {&nights, {22, 18, 0}, {22, 18, 0}, {23, 17, 0}, {23, 18, 0}},
        {&nights, {27, 16, 59}, {26, 18, 0}, {27, 17, 0}, {29, 18, 0}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fix_schedule_period period = fix_schedule_period_at(
            cases[i].schedule, at(2026, 11, cases[i].at[0], cases[i].at[1], cases[i].at[2], 0));
        const int *s = cases[i].starts;
        const int *e = cases[i].ends;
        const int *n = cases[i].next;
        cr_assert_eq(period.starts.ns, at(2026, 11, s[0], s[1], s[2], 0).ns, "case %zu", i);
        cr_assert_eq(period.ends.ns, at(2026, 11, e[0], e[1], e[2], 0).ns, "case %zu", i);
        cr_assert_eq(fix_schedule_next(cases[i].schedule, period.number).starts.ns,
                     at(2026, 11, n[0], n[1], n[2], 0).ns, "case %zu", i);
    }
}

Test(fix_schedule, days_that_cannot_be) {
    struct fix_schedule schedule = workdays;
    schedule.days = 0x7f;
    cr_assert(fix_schedule_is_valid(&schedule));
    schedule.days = 0x80;
    cr_assert(!fix_schedule_is_valid(&schedule));
    schedule = week;
    schedule.days = 1 << MONDAY;
    cr_assert(!fix_schedule_is_valid(&schedule));
}

/* Two changes, as New York has them in 2026: 02:00 on 8 March, 02:00 on 1 November. */
static struct fix_zone new_york(void) {
    struct fix_zone zone = {.count = 2, .offset_first_s = -5 * 3600};
    zone.change_s[0] = at(2026, 3, 8, 7, 0, 0).ns / NS_PER_S;
    zone.offset_s[0] = -4 * 3600;
    zone.change_s[1] = at(2026, 11, 1, 6, 0, 0).ns / NS_PER_S;
    zone.offset_s[1] = -5 * 3600;
    return zone;
}

Test(fix_schedule, by_the_clocks_of_a_zone_over_its_changes) {
    struct fix_zone zone = new_york();
    struct fix_schedule office_there = office;
    struct fix_schedule gapless_at_half_past_two = {.kind = FIX_SCHEDULE_DAILY,
                                                    .start_s = 2 * 3600 + 1800,
                                                    .end_s = 2 * 3600 + 1800,
                                                    .zone = &zone};
    struct fix_schedule gapless_at_half_past_one = gapless_at_half_past_two;
    gapless_at_half_past_one.start_s = gapless_at_half_past_one.end_s = 3600 + 1800;
    struct fix_schedule week_there = week; /* Sunday 22:00 to Friday 21:00 */
    office_there.zone = &zone;
    week_there.zone = &zone;
    const struct {
        const struct fix_schedule *schedule;
        int at[4]; /* UTC: month, day, hour, minute of 2026 */
        int starts[4];
        int ends[4];
    } cases[] = {
        {&office_there, {3, 7, 13, 0}, {3, 7, 13, 0}, {3, 7, 22, 0}},
        {&office_there, {3, 8, 12, 0}, {3, 8, 12, 0}, {3, 8, 21, 0}},
        {&office_there, {11, 1, 12, 59}, {10, 31, 12, 0}, {10, 31, 21, 0}},
        {&office_there, {11, 1, 13, 0}, {11, 1, 13, 0}, {11, 1, 22, 0}},
        /* 23 hours and a half, from a time of day to the change that leaves it out */
        {&gapless_at_half_past_two, {3, 8, 6, 59}, {3, 7, 7, 30}, {3, 8, 7, 0}},
        {&gapless_at_half_past_two, {3, 8, 7, 0}, {3, 8, 7, 0}, {3, 9, 6, 30}},
        /* 25 hours, from the first time that comes twice */
        {&gapless_at_half_past_one, {11, 1, 5, 29}, {10, 31, 5, 30}, {11, 1, 5, 30}},
        {&gapless_at_half_past_one, {11, 1, 6, 15}, {11, 1, 5, 30}, {11, 2, 6, 30}},
        {&gapless_at_half_past_one, {11, 1, 6, 45}, {11, 1, 5, 30}, {11, 2, 6, 30}},
        {&week_there, {11, 2, 0, 0}, {10, 26, 2, 0}, {10, 31, 1, 0}},
        {&week_there, {11, 2, 3, 0}, {11, 2, 3, 0}, {11, 7, 2, 0}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int *t = cases[i].at;
        const int *s = cases[i].starts;
        const int *e = cases[i].ends;
        struct fix_schedule_period period =
            fix_schedule_period_at(cases[i].schedule, at(2026, t[0], t[1], t[2], t[3], 0));
        cr_assert_eq(period.starts.ns, at(2026, s[0], s[1], s[2], s[3], 0).ns, "case %zu", i);
        cr_assert_eq(period.ends.ns, at(2026, e[0], e[1], e[2], e[3], 0).ns, "case %zu", i);
    }
}

/* In any zone and on any days: no overlap, and every moment belongs to the last start before it. */
Test(fix_schedule, periods_in_a_zone_follow_each_other) {
    struct fix_zone zone = new_york();
    static const uint8_t days[] = {0, WORKDAYS, 1 << MONDAY, 0x55};
    for (uint32_t hour = 0; hour < 24; hour++) {
        struct fix_schedule schedule = {.kind = FIX_SCHEDULE_DAILY,
                                        .start_s = hour * 3600 + 1800,
                                        .end_s = (hour + 20) % 24 * 3600,
                                        .days = days[hour % 4],
                                        .zone = &zone};
        struct fix_schedule_period period =
            fix_schedule_period_at(&schedule, at(2026, 1, 1, 0, 0, 0));
        for (int step = 0; step < 400; step++) {
            struct fix_schedule_period next = fix_schedule_next(&schedule, period.number);
            cr_assert_leq(period.ends.ns, next.starts.ns);
            cr_assert_lt(period.starts.ns, next.starts.ns);
            for (int64_t from = period.starts.ns; from < next.starts.ns;
                 from += 17 * 60 * NS_PER_S) {
                struct utc moment = {.ns = from};
                cr_assert_eq(fix_schedule_period_at(&schedule, moment).number, period.number);
            }
            struct utc last = {.ns = next.starts.ns - 1};
            cr_assert_eq(fix_schedule_period_at(&schedule, last).number, period.number);
            period = next;
        }
    }
}
