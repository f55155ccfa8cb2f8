#include "core/fix/fix_zone_rule.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S INT64_C(86400)
#define OFFSET_HOURS_MAX 24
#define RULE_HOURS_MAX 167
#define NAME_BYTES_MIN 3
#define CHANGE_HOUR 2 /* where the rule does not say one */

struct cursor {
    const char *at;
    const char *end;
};

static char peek(const struct cursor *cursor) {
    return cursor->at < cursor->end ? *cursor->at : '\0';
}

static bool take(struct cursor *cursor, char wanted) {
    if (peek(cursor) != wanted || cursor->at == cursor->end) {
        return false;
    }
    cursor->at++;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* One to three digits. */
static bool take_number(struct cursor *cursor, int32_t min, int32_t max, int32_t *number) {
    int32_t value = 0;
    unsigned digits = 0;
    for (; is_digit(peek(cursor)) && digits < 4; digits++) {
        value = value * 10 + (*cursor->at++ - '0');
    }
    *number = value;
    return digits >= 1 && digits <= 3 && value >= min && value <= max;
}

/* "EST", or "<-03>". */
static bool take_name(struct cursor *cursor) {
    bool quoted = take(cursor, '<');
    const char *first = cursor->at;
    for (char c = peek(cursor); is_letter(c) || (quoted && (is_digit(c) || c == '+' || c == '-'));
         c = peek(cursor)) {
        cursor->at++;
    }
    bool long_enough = cursor->at - first >= NAME_BYTES_MIN;
    return long_enough && (!quoted || take(cursor, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct cursor *cursor, int32_t hours_max, int32_t *time_s) {
    bool negative = take(cursor, '-');
    if (!negative) {
        (void)take(cursor, '+');
    }
    int32_t hours;
    int32_t minutes = 0;
    int32_t seconds = 0;
    if (!take_number(cursor, 0, hours_max, &hours)) {
        return false;
    }
    if (take(cursor, ':')) {
        if (!take_number(cursor, 0, 59, &minutes)) {
            return false;
        }
        if (take(cursor, ':') && !take_number(cursor, 0, 59, &seconds)) {
            return false;
        }
    }
    int32_t magnitude_s = hours * HOUR_S + minutes * MINUTE_S + seconds;
    *time_s = negative ? -magnitude_s : magnitude_s;
    return true;
}

static bool take_day_of_month(struct cursor *cursor, struct fix_zone_day *day) {
    day->kind = FIX_ZONE_DAY_OF_MONTH;
    return take_number(cursor, 1, 12, &day->month) && take(cursor, '.') &&
           take_number(cursor, 1, 5, &day->week) && take(cursor, '.') &&
           take_number(cursor, 0, 6, &day->day);
}

/* ",date[/time]" */
static bool take_day(struct cursor *cursor, struct fix_zone_day *day) {
    *day = (struct fix_zone_day){.time_s = CHANGE_HOUR * HOUR_S};
    if (!take(cursor, ',')) {
        return false;
    }
    bool good;
    if (take(cursor, 'M')) {
        good = take_day_of_month(cursor, day);
    } else if (take(cursor, 'J')) {
        day->kind = FIX_ZONE_DAY_JULIAN;
        good = take_number(cursor, 1, 365, &day->day);
    } else {
        day->kind = FIX_ZONE_DAY_OF_YEAR;
        good = take_number(cursor, 0, 365, &day->day);
    }
    if (good && take(cursor, '/')) {
        good = take_time(cursor, RULE_HOURS_MAX, &day->time_s);
    }
    return good;
}

/* West is positive there. */
static bool take_offset(struct cursor *cursor, int32_t *offset_s) {
    int32_t west_s = 0;
    bool good = take_time(cursor, OFFSET_HOURS_MAX, &west_s);
    *offset_s = -west_s;
    return good;
}

bool fix_zone_rule_parse(struct bytes text, struct fix_zone_rule *rule) {
    struct cursor cursor = {.at = text.data, .end = text.data + text.len};
    *rule = (struct fix_zone_rule){0};
    if (!take_name(&cursor) || !take_offset(&cursor, &rule->standard_s)) {
        return false;
    }
    if (cursor.at == cursor.end) {
        return true;
    }
    rule->changes = true;
    rule->summer_s = rule->standard_s + HOUR_S;
    if (!take_name(&cursor) || (peek(&cursor) != ',' && !take_offset(&cursor, &rule->summer_s))) {
        return false;
    }
    return take_day(&cursor, &rule->begins) && take_day(&cursor, &rule->ends) &&
           cursor.at == cursor.end;
}

static bool is_leap(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Whole days from 1970-01-01 to the first of January. */
static int32_t days_before_year(int32_t year) {
    int32_t last = year - 1;
    return (year - 1970) * 365 + (last / 4 - last / 100 + last / 400) - 477;
}

static int32_t days_before_month(int32_t year, int32_t month) {
    static const int32_t days[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return days[month - 1] + (month > 2 && is_leap(year));
}

static int32_t month_days(int32_t year, int32_t month) {
    int32_t next = month == 12 ? 365 + is_leap(year) : days_before_month(year, month + 1);
    return next - days_before_month(year, month);
}

/* Counted from 0. */
static int32_t day_of_month(const struct fix_zone_day *day, int32_t year, int32_t first) {
    /* 1970-01-01 was a Thursday. */
    int32_t weekday = (first + 4) % 7;
    int32_t of_month = (day->day - weekday + 7) % 7 + (day->week - 1) * 7;
    return of_month < month_days(year, day->month) ? of_month : of_month - 7;
}

static int32_t days_of(const struct fix_zone_day *day, int32_t year) {
    int32_t new_year = days_before_year(year);
    switch (day->kind) {
    case FIX_ZONE_DAY_JULIAN:
        /* From March on, day 60, a leap year is a day ahead. */
        return new_year + day->day - 1 + (day->day >= 60 && is_leap(year));
    case FIX_ZONE_DAY_OF_YEAR:
        return new_year + day->day;
    case FIX_ZONE_DAY_OF_MONTH:
        break;
    }
    int32_t first = new_year + days_before_month(year, day->month);
    return first + day_of_month(day, year, first);
}

int64_t fix_zone_rule_begins_s(const struct fix_zone_rule *rule, int32_t year) {
    return days_of(&rule->begins, year) * DAY_S + rule->begins.time_s - rule->standard_s;
}

int64_t fix_zone_rule_ends_s(const struct fix_zone_rule *rule, int32_t year) {
    return days_of(&rule->ends, year) * DAY_S + rule->ends.time_s - rule->summer_s;
}
