#include "core/fix/fix_time.h"

#include <endian.h>
#include <string.h>

#include "core/base/digits.h"

#define SECOND_TEXT_BYTES 17 /* YYYYMMDD-HH:MM:SS */
#define MINUTE_TEXT_BYTES 15 /* YYYYMMDD-HH:MM: */
#define MILLIS_TEXT_BYTES 21 /* YYYYMMDD-HH:MM:SS.mmm */
#define FRACTION_DIGITS_MAX 12
#define FRACTION_DIGITS_KEPT 9
#define YEAR_FIRST 1970
#define YEAR_LAST 2261
#define SECONDS_PER_DAY 86400
#define REFUSED INT64_C(-1)
#define NS_PER_DAY (SECONDS_PER_DAY * (uint64_t)NS_PER_S)

/* Of a plain year and of a leap year. */
static const uint16_t days_before_month[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

/* Exact for 1970 to 2299, as is the next: 2000 is the only year of centuries in reach that is leap.
 */
static inline bool is_leap(unsigned year) {
    return year % 4 == 0 && year != 2100 && year != 2200;
}

/* Whole days from 1970-01-01 to the first of January of `year`. */
static inline unsigned days_before_year(unsigned year) {
    return (year - YEAR_FIRST) * 365 + (year - 1969) / 4 - (year > 2100) - (year > 2200);
}

/* Days from 1970-01-01; false: there is no such day. */
static inline bool find_day(unsigned year, unsigned month, unsigned day, unsigned *days) {
    if (year - YEAR_FIRST > YEAR_LAST - YEAR_FIRST || month - 1 > 11) {
        return false;
    }
    const uint16_t *before = days_before_month[is_leap(year)] + month - 1;
    *days = days_before_year(year) + before[0] + day - 1;
    return day - 1 < (unsigned)(before[1] - before[0]);
}

/*
 * Reads YYYYMMDD-HH:MM: of a text that goes on, as nanoseconds. Once '0' and the separators are
 * taken off, all but the sixteenth byte must be digits, the separators 0; then pairs of bytes are
 * numbers, but for the hours, whose digits lie in two pairs with a separator each.
 */
static int64_t parse_minute(const char *text) {
    const __m128i plain =
        _mm_setr_epi8('0', '0', '0', '0', '0', '0', '0', '0', '-', '0', '0', ':', '0', '0', ':', 0);
    const __m128i limits = _mm_setr_epi8(0x76, 0x76, 0x76, 0x76, 0x76, 0x76, 0x76, 0x76, 0x7f, 0x76,
                                         0x76, 0x7f, 0x76, 0x76, 0x7f, 0);
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i digits = _mm_xor_si128(bytes, plain);
    int marks = _mm_movemask_epi8(_mm_adds_epu8(digits, limits));
    __m128i pairs = digits_pairs(digits);
    unsigned year =
        (unsigned)_mm_extract_epi16(pairs, 0) * 100 + (unsigned)_mm_extract_epi16(pairs, 1);
    unsigned hours_by_10 =
        (unsigned)_mm_extract_epi16(pairs, 4) * 100 + (unsigned)_mm_extract_epi16(pairs, 5);
    unsigned minutes = (unsigned)_mm_extract_epi16(pairs, 6);
    unsigned days = 0;
    if ((marks & ((1 << MINUTE_TEXT_BYTES) - 1)) != 0 || hours_by_10 > 230 || minutes > 59 ||
        !find_day(year, (unsigned)_mm_extract_epi16(pairs, 2),
                  (unsigned)_mm_extract_epi16(pairs, 3), &days)) {
        return REFUSED;
    }
    return ((int64_t)days * SECONDS_PER_DAY + hours_by_10 * 360 + minutes * 60) * NS_PER_S;
}

/*
 * Reads SS[.fraction], all of the text behind its minute, as nanoseconds: a decimal whose dot is
 * where it is. Up to 16 bytes before the end are loaded, which the minute is long enough for.
 */
static inline int64_t parse_seconds(struct bytes text) {
    size_t fraction = text.len - SECOND_TEXT_BYTES;
    fraction -= fraction != 0;
    static const int64_t scale[FRACTION_DIGITS_KEPT + 1] = {
        1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
    struct bytes seconds = bytes_skip(text, MINUTE_TEXT_BYTES);
    __m128i digits = digits_load_within(seconds.data, seconds.len);
    unsigned marks = digits_marks(digits);
    if (text.len != SECOND_TEXT_BYTES) {
        if (UNLIKELY(marks != 1U << (DIGITS_MAX - 1) >> fraction ||
                     text.data[SECOND_TEXT_BYTES] != '.')) {
            return REFUSED;
        }
        if (UNLIKELY(fraction > FRACTION_DIGITS_KEPT)) {
            fraction = FRACTION_DIGITS_KEPT;
            digits = digits_load_within(seconds.data, 3 + fraction);
        }
        digits = digits_without(digits, fraction);
    } else if (UNLIKELY(marks != 0)) {
        return REFUSED;
    }
    int64_t ns = (int64_t)digits_value(digits) * scale[fraction];
    return LIKELY(ns < 61 * NS_PER_S) ? ns : REFUSED;
}

/*
 * Reads SS.mmm behind a minute, what times mostly have, in a word: once '0' and the dot are taken
 * off, pairs of digits are joined, a pair being the dot's 0 and the first digit after it; then the
 * three numbers are.
 */
static inline int64_t parse_millis(const char *text) {
    uint64_t word = le64toh(digits_word64(text + MILLIS_TEXT_BYTES - sizeof(word))) >> 16;
    word ^= UINT64_C(0x3030302e3030);
    uint64_t over = ((word + UINT64_C(0x7676767f7676)) | word) & UINT64_C(0x808080808080);
    uint64_t pairs = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff);
    if (UNLIKELY(over != 0 || (pairs & 0xff) > 60)) {
        return REFUSED;
    }
    uint64_t millis = pairs * (UINT64_C(1000) << 32 | UINT64_C(100) << 16 | 1) >> 32 & 0xffff;
    return (int64_t)(millis * 1000000);
}

static inline bool is_length(size_t len) {
    return len - SECOND_TEXT_BYTES <= 1 + FRACTION_DIGITS_MAX && len != SECOND_TEXT_BYTES + 1;
}

static inline bool parse_rest(struct bytes text, int64_t minute, struct utc *out) {
    int64_t ns =
        LIKELY(text.len == MILLIS_TEXT_BYTES) ? parse_millis(text.data) : parse_seconds(text);
    if (UNLIKELY(ns == REFUSED)) {
        return false;
    }
    out->ns = minute + ns;
    return true;
}

bool fix_time_parse(struct bytes text, struct utc *out) {
    if (UNLIKELY(!is_length(text.len))) {
        return false;
    }
    int64_t minute = parse_minute(text.data);
    return minute != REFUSED && parse_rest(text, minute, out);
}

static inline uint64_t minute_first(struct bytes text) {
    return digits_word64(text.data);
}

static inline uint64_t minute_second(struct bytes text) {
    return digits_word64(text.data + MINUTE_TEXT_BYTES - sizeof(uint64_t));
}

__attribute__((noinline)) static bool parse_other_minute(struct fix_time_minute *last,
                                                         struct bytes text, struct utc *out) {
    int64_t minute = parse_minute(text.data);
    if (minute == REFUSED) {
        return false;
    }
    last->text[0] = minute_first(text);
    last->text[1] = minute_second(text);
    last->ns = minute;
    return parse_rest(text, minute, out);
}

bool fix_time_parse_near(struct fix_time_minute *last, struct bytes text, struct utc *out) {
    if (UNLIKELY(!is_length(text.len))) {
        return false;
    }
    if (UNLIKELY(minute_first(text) != last->text[0] || minute_second(text) != last->text[1] ||
                 last->ns == 0)) {
        return parse_other_minute(last, text, out);
    }
    return parse_rest(text, last->ns, out);
}

static void put_two(char *out, unsigned value) {
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
}

COLD static void format_date(unsigned days, char *out) {
    unsigned year = YEAR_FIRST + days / 366;
    while (days_before_year(year + 1) <= days) {
        year++;
    }
    unsigned day = days - days_before_year(year);
    const uint16_t *before = days_before_month[is_leap(year)];
    unsigned month = 1;
    while (before[month] <= day) {
        month++;
    }
    put_two(out, year / 100);
    put_two(out + 2, year % 100);
    put_two(out + 4, month);
    put_two(out + 6, day - before[month - 1] + 1);
}

COLD static void format_day(struct fix_time_cache *cache, uint64_t ns) {
    unsigned days = (unsigned)(ns / NS_PER_DAY);
    *cache =
        (struct fix_time_cache){.day_end = (days + 1) * NS_PER_DAY, .text = "YYYYMMDD-HH:MM:SS."};
    format_date(days, cache->text);
}

/* Unsigned and from the end, so that no time is in a second or a day that was never written. */
static inline bool is_in(uint64_t ns, uint64_t end, uint64_t length) {
    return end - ns - 1 < length;
}

static void format_second(struct fix_time_cache *cache, uint64_t ns) {
    if (UNLIKELY(!is_in(ns, cache->day_end, NS_PER_DAY))) {
        format_day(cache, ns);
    }
    unsigned second = (unsigned)((ns - (cache->day_end - NS_PER_DAY)) / (uint64_t)NS_PER_S);
    unsigned minute = second / 60;
    put_two(cache->text + 9, minute / 60);
    put_two(cache->text + 12, minute % 60);
    put_two(cache->text + 15, second % 60);
    cache->second_end = cache->day_end - NS_PER_DAY + (second + 1) * (uint64_t)NS_PER_S;
}

/*
 * The last eight bytes of a time with `digits` fraction digits, which are `fraction`; what is ahead
 * of these is the text's.
 */
static inline size_t put_end(struct fix_time_cache *cache, unsigned digits, uint32_t fraction,
                             char *out) {
    size_t len = SECOND_TEXT_BYTES + 1 + digits;
    size_t at = len - sizeof(uint64_t);
    uint64_t ahead = digits < 8 ? (UINT64_C(1) << (64 - 8 * digits)) - 1 : 0;
    uint64_t word = (digits_word64(cache->text + at) & ahead) | digits_of(fraction) |
                    (DIGITS_ASCII_ZEROS & ~ahead);
    memcpy(cache->text + at, &word, sizeof(word));
    memcpy(out + at, &word, sizeof(word));
    return len;
}

/* `at` is in the second that the cache holds. */
static inline size_t put_fraction(struct fix_time_cache *cache, uint64_t at, unsigned digits,
                                  char *out) {
    uint32_t ns = (uint32_t)(at - (cache->second_end - (uint64_t)NS_PER_S));
    memcpy(out, cache->text, SECOND_TEXT_BYTES);
    switch (digits) {
    case 0:
        return SECOND_TEXT_BYTES;
    case 3:
        return put_end(cache, 3, ns / 1000000, out);
    case 6:
        return put_end(cache, 6, ns / 1000, out);
    default:
        cache->text[SECOND_TEXT_BYTES + 1] = (char)('0' + ns / 100000000);
        memcpy(out + SECOND_TEXT_BYTES, cache->text + SECOND_TEXT_BYTES, 2);
        return put_end(cache, 9, ns % 100000000, out);
    }
}

static inline size_t put_time(struct fix_time_cache *cache, struct utc at, unsigned digits,
                              char *out) {
    cache->ns = at.ns;
    cache->len = put_fraction(cache, (uint64_t)at.ns, digits, out);
    return cache->len;
}

__attribute__((noinline)) static size_t
put_other_second(struct fix_time_cache *cache, struct utc at, unsigned digits, char *out) {
    format_second(cache, (uint64_t)at.ns);
    return put_time(cache, at, digits, out);
}

size_t fix_time_format_other(struct fix_time_cache *cache, struct utc at, unsigned fraction_digits,
                             char *out) {
    CHECK(at.ns >= 0);
    CHECK(fraction_digits <= 9 && fraction_digits % 3 == 0);
    if (UNLIKELY(!is_in((uint64_t)at.ns, cache->second_end, (uint64_t)NS_PER_S))) {
        return put_other_second(cache, at, fraction_digits, out);
    }
    return put_time(cache, at, fraction_digits, out);
}
