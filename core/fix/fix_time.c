#include "core/fix/fix_time.h"

#include <string.h>

#define SECOND_TEXT_BYTES 17 /* YYYYMMDD-HH:MM:SS */
#define FRACTION_DIGITS_MAX 12
#define YEAR_FIRST 1970
#define YEAR_LAST 2261
#define SECONDS_PER_DAY 86400

static const uint16_t days_before_month[13] = {0,   31,  59,  90,  120, 151, 181,
                                               212, 243, 273, 304, 334, 365};

/* Exact for 1970 to 2261: 2000 is the only year of centuries in reach that is leap. */
static bool is_leap(unsigned year) {
    return year % 4 == 0 && (year % 100 != 0 || year == 2000);
}

/* Whole days from 1970-01-01 to the first of January of `year`. */
static unsigned days_before_year(unsigned year) {
    unsigned last = year - 1;
    return (year - YEAR_FIRST) * 365 + (last / 4 - last / 100 + last / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static unsigned month_days(unsigned year, unsigned month) {
    unsigned days = (unsigned)(days_before_month[month] - days_before_month[month - 1]);
    return days + (month == 2 && is_leap(year));
}

/* Two digits at `text`; sets bits in *bad when a byte is no digit. */
static inline unsigned two_digits(const char *text, unsigned *bad) {
    unsigned tens = (unsigned)(unsigned char)text[0] - '0';
    unsigned ones = (unsigned)(unsigned char)text[1] - '0';
    *bad |= (unsigned)(tens > 9) | (unsigned)(ones > 9);
    return tens * 10 + ones;
}

/* Reads YYYYMMDD-HH:MM:SS. */
static bool parse_second(const char *text, int64_t *second) {
    unsigned bad =
        (unsigned)(text[8] != '-') | (unsigned)(text[11] != ':') | (unsigned)(text[14] != ':');
    unsigned year = two_digits(text, &bad) * 100 + two_digits(text + 2, &bad);
    unsigned month = two_digits(text + 4, &bad);
    unsigned day = two_digits(text + 6, &bad);
    unsigned hours = two_digits(text + 9, &bad);
    unsigned minutes = two_digits(text + 12, &bad);
    unsigned seconds = two_digits(text + 15, &bad);
    if (bad != 0 || year < YEAR_FIRST || year > YEAR_LAST || month - 1 > 11 || day == 0 ||
        day > month_days(year, month) || hours > 23 || minutes > 59 || seconds > 60) {
        return false;
    }
    unsigned days = days_before_year(year) + days_before_month[month - 1] +
                    (unsigned)(month > 2 && is_leap(year)) + day - 1;
    *second = (int64_t)days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds;
    return true;
}

/* Reads 1 to 12 digits as nanoseconds. */
static bool parse_fraction(struct bytes digits, int64_t *ns) {
    if (digits.len == 0 || digits.len > FRACTION_DIGITS_MAX) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)(unsigned char)digits.data[i] - '0';
        if (digit > 9) {
            return false;
        }
        value = i < 9 ? value * 10 + digit : value;
    }
    for (size_t i = digits.len; i < 9; i++) {
        value *= 10;
    }
    *ns = value;
    return true;
}

bool fix_time_parse(struct bytes text, struct utc *out) {
    int64_t second = 0;
    int64_t ns = 0;
    if (text.len < SECOND_TEXT_BYTES || !parse_second(text.data, &second)) {
        return false;
    }
    if (text.len > SECOND_TEXT_BYTES &&
        (text.data[SECOND_TEXT_BYTES] != '.' ||
         !parse_fraction(bytes_skip(text, SECOND_TEXT_BYTES + 1), &ns))) {
        return false;
    }
    out->ns = second * NS_PER_S + ns;
    return true;
}

/* `digits` digits of `value`, zeros in front. */
static void put_digits(char *out, unsigned digits, uint32_t value) {
    for (unsigned i = digits; i > 0; i--) {
        out[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

COLD static void format_date(unsigned days, char *out) {
    unsigned year = YEAR_FIRST + days / 366;
    while (days_before_year(year + 1) <= days) {
        year++;
    }
    unsigned day = days - days_before_year(year);
    unsigned month = 1;
    for (unsigned length = month_days(year, month); day >= length;
         length = month_days(year, month)) {
        day -= length;
        month++;
    }
    put_digits(out, 4, year);
    put_digits(out + 4, 2, month);
    put_digits(out + 6, 2, day + 1);
}

COLD static void format_second(int64_t second, char *out) {
    unsigned of_day = (unsigned)(second % SECONDS_PER_DAY);
    format_date((unsigned)(second / SECONDS_PER_DAY), out);
    out[8] = '-';
    put_digits(out + 9, 2, of_day / 3600);
    out[11] = ':';
    put_digits(out + 12, 2, of_day / 60 % 60);
    out[14] = ':';
    put_digits(out + 15, 2, of_day % 60);
}

size_t fix_time_format(struct fix_time_cache *cache, struct utc at, unsigned fraction_digits,
                       char *out) {
    CHECK(at.ns >= 0);
    int64_t second = at.ns / NS_PER_S;
    uint32_t ns = (uint32_t)(at.ns % NS_PER_S);
    if (UNLIKELY(cache->len == 0 || cache->second != second)) {
        format_second(second, cache->text);
        cache->second = second;
        cache->len = SECOND_TEXT_BYTES;
    }
    memcpy(out, cache->text, SECOND_TEXT_BYTES);
    if (fraction_digits == 0) {
        return SECOND_TEXT_BYTES;
    }
    out[SECOND_TEXT_BYTES] = '.';
    switch (fraction_digits) {
    case 3:
        put_digits(out + SECOND_TEXT_BYTES + 1, 3, ns / 1000000);
        break;
    case 6:
        put_digits(out + SECOND_TEXT_BYTES + 1, 6, ns / 1000);
        break;
    default:
        CHECK(fraction_digits == 9);
        put_digits(out + SECOND_TEXT_BYTES + 1, 9, ns);
        break;
    }
    return SECOND_TEXT_BYTES + 1 + fraction_digits;
}
