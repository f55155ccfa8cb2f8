#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_time.h"
#include "core/fix/fix_time_test_twin.h"
#include "core/fix/test_guard.h"

static const int64_t UNTOUCHED = -77;

struct row {
    const char *text;
    int64_t ns; /* UNTOUCHED: refused */
};

#define REFUSED (-77)

/* Every way to read `text` has to say the same, whatever was read before. */
static bool parse(struct bytes text, struct utc *out) {
    static struct fix_time_minute last;
    static const char *const primes[] = {"19700101-00:00:00", "20240229-23:59:59.5",
                                         "20250303-14:09:32.902", "19700101-09:09:09"};
    struct utc untouched = *out;
    bool ok = fix_time_parse(text, out);
    struct bytes placed = test_guarded(text);
    struct fix_time_minute minute = {.ns = 0};
    for (size_t i = 0; i <= sizeof(primes) / sizeof(primes[0]); i++) {
        struct utc again = untouched;
        cr_assert_eq(fix_time_parse_near(i == 0 ? &last : &minute, placed, &again), ok);
        cr_assert_eq(again.ns, out->ns, "\"%.*s\"", (int)text.len, text.data);
        again = untouched;
        cr_assert_eq(fix_time_parse_near(&minute, placed, &again), ok);
        cr_assert_eq(again.ns, out->ns);
        if (i < sizeof(primes) / sizeof(primes[0])) {
            cr_assert(fix_time_parse_near(&minute, bytes_of_string(primes[i]), &again));
        }
    }
    if (text.len != 0) {
        memmove(test_guard_start(), text.data, text.len);
    }
    struct utc again = untouched;
    cr_assert_eq(fix_time_parse(bytes_of(test_guard_start(), text.len), &again), ok);
    cr_assert_eq(again.ns, out->ns);
    return ok;
}

static void check_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct utc out = {.ns = UNTOUCHED};
        bool ok = parse(bytes_of_string(rows[i].text), &out);
        cr_assert_eq(ok, rows[i].ns != UNTOUCHED, "\"%s\"", rows[i].text);
        cr_assert_eq(out.ns, rows[i].ns, "\"%s\" gives %" PRId64, rows[i].text, out.ns);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

Test(fix_time, a_published_time_reads_and_writes_back) {
    static const char text[] = "20250303-14:09:32.902";
    struct utc at;
    cr_assert(fix_time_parse(bytes_of_string(text), &at));
    cr_assert_eq(at.ns, 1741010972902000000);
    struct fix_time_cache cache = {0};
    char out[FIX_TIME_TEXT_MAX];
    cr_assert_eq(fix_time_format(&cache, at, 3, out), strlen(text));
    cr_assert_eq(memcmp(out, text, strlen(text)), 0);
}

Test(fix_time_parse, reads_dates_of_the_calendar) {
    static const struct row rows[] = {
        {"19700101-00:00:00", 0},
        {"19691231-23:59:59", REFUSED},
        {"20000229-00:00:00", 951782400 * NS_PER_S},
        {"20000301-00:00:00", 951868800 * NS_PER_S},
        {"20240229-12:00:00", 1709208000 * NS_PER_S},
        {"20230229-12:00:00", REFUSED},
        {"21000228-00:00:00", 4107456000 * NS_PER_S},
        {"21000229-00:00:00", REFUSED},
        {"21000301-00:00:00", 4107542400 * NS_PER_S},
        {"22000229-00:00:00", REFUSED},
        {"22611231-23:59:59.999999999", 9214646399999999999},
        {"22611231-23:59:60.999999999", 9214646400999999999},
        {"22620101-00:00:00", REFUSED},
        {"99991231-23:59:59", REFUSED},
        {"00000101-00:00:00", REFUSED},
        {"20250001-00:00:00", REFUSED},
        {"20251301-00:00:00", REFUSED},
        {"20250100-00:00:00", REFUSED},
        {"20250132-00:00:00", REFUSED},
        {"20250431-00:00:00", REFUSED},
        {"20251199-00:00:00", REFUSED},
    };
    CHECK_ROWS(rows);
}

Test(fix_time_parse, reads_times_of_the_day) {
    static const struct row rows[] = {
        {"19700102-00:00:00", 86400 * NS_PER_S},
        {"19700101-23:59:59", 86399 * NS_PER_S},
        {"19700101-23:59:60", 86400 * NS_PER_S},
        {"19700101-23:59:60.5", 86400 * NS_PER_S + 500000000},
        {"20161231-23:59:60", 1483228800 * NS_PER_S},
        {"20170101-00:00:00", 1483228800 * NS_PER_S},
        {"19700101-00:00:61", REFUSED},
        {"19700101-00:00:99", REFUSED},
        {"19700101-00:60:00", REFUSED},
        {"19700101-24:00:00", REFUSED},
        {"19700101-99:00:00", REFUSED},
    };
    CHECK_ROWS(rows);
}

Test(fix_time_parse, reads_fractions_of_1_to_12_digits) {
    static const struct row rows[] = {
        {"19700101-00:00:00.1", 100000000},
        {"19700101-00:00:00.12", 120000000},
        {"19700101-00:00:00.123", 123000000},
        {"19700101-00:00:00.1234", 123400000},
        {"19700101-00:00:00.12345", 123450000},
        {"19700101-00:00:00.123456", 123456000},
        {"19700101-00:00:00.1234567", 123456700},
        {"19700101-00:00:00.12345678", 123456780},
        {"19700101-00:00:00.123456789", 123456789},
        {"19700101-00:00:00.1234567899", 123456789},
        {"19700101-00:00:00.12345678999", 123456789},
        {"19700101-00:00:00.123456789999", 123456789},
        {"19700101-00:00:00.000000000001", 0},
        {"19700101-00:00:00.1234567899999", REFUSED},
        {"19700101-00:00:00.123456789012345", REFUSED},
        {"19700101-00:00:00.", REFUSED},
        {"19700101-00:00:00.12345678901a", REFUSED},
        {"19700101-00:00:00.123456789a", REFUSED},
        {"19700101-00:00:00.a", REFUSED},
        {"19700101-00:00:00.-1", REFUSED},
        {"19700101-00:00:00..1", REFUSED},
    };
    CHECK_ROWS(rows);
}

Test(fix_time_parse, refuses_other_shapes) {
    static const struct row rows[] = {
        {"", REFUSED},
        {"1", REFUSED},
        {"19700101", REFUSED},
        {"19700101-00:00", REFUSED},
        {"19700101-00:00:0", REFUSED},
        {"19700101-00:00:00Z", REFUSED},
        {"19700101-00:00:00+00", REFUSED},
        {"19700101-00:00:00 ", REFUSED},
        {" 19700101-00:00:00", REFUSED},
        {"19700101 00:00:00", REFUSED},
        {"19700101T00:00:00", REFUSED},
        {"1970-01-01T00:00:00", REFUSED},
        {"19700101-00-00-00", REFUSED},
        {"19700101-00:00:00,1", REFUSED},
        {"19700101-0 :00:00", REFUSED},
        {"19700101-+1:00:00", REFUSED},
        {"1970010:-00:00:00", REFUSED},
        {"1970010/-00:00:00", REFUSED},
        {"\xb1"
         "9700101-00:00:00",
         REFUSED},
        {"09:55:15.071", REFUSED},
    };
    CHECK_ROWS(rows);
}

/* A cache that starts zeroed knows no minute, not even one of NULs. */
Test(fix_time_parse, refuses_a_minute_of_zeros) {
    static const char zeros[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "12";
    struct utc out = {.ns = UNTOUCHED};
    cr_assert_not(parse(BYTES(zeros), &out));
}

/* Every single-byte change of a good time, against the twin. */
Test(fix_time_parse, agrees_with_the_c_library_on_every_one_byte_change) {
    static const char *const texts[] = {"20240229-23:59:60.123456789012", "21001231-00:00:00.5",
                                        "19700101-09:09:09"};
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        struct bytes text = bytes_of_string(texts[t]);
        for (size_t at = 0; at < text.len; at++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                char changed[32];
                memcpy(changed, text.data, text.len);
                changed[at] = (char)byte;
                struct utc out = {.ns = UNTOUCHED};
                int64_t expected = UNTOUCHED;
                bool twin = twin_time_parse(bytes_of(changed, text.len), &expected);
                bool ok = parse(bytes_of(changed, text.len), &out);
                cr_assert(ok == twin && out.ns == expected, "%.*s", (int)text.len, changed);
            }
        }
    }
}

Test(fix_time_parse, agrees_with_the_c_library_on_every_day) {
    char text[32];
    for (unsigned year = 1968; year <= 2264; year++) {
        for (unsigned month_day = 0; month_day < 1400; month_day++) {
            snprintf(text, sizeof text, "%04u%04u-12:34:56", year, month_day);
            struct utc out = {.ns = UNTOUCHED};
            int64_t expected = UNTOUCHED;
            bool twin = twin_time_parse(bytes_of_string(text), &expected);
            cr_assert_eq(parse(bytes_of_string(text), &out), twin, "%s", text);
            cr_assert_eq(out.ns, expected, "%s", text);
        }
    }
}

static void check_format(struct fix_time_cache *cache, int64_t ns, unsigned digits) {
    char expected[FIX_TIME_TEXT_MAX + 1];
    twin_time_format(ns, digits, expected);
    size_t want = strlen(expected);
    char *out = test_guard_end() - want;
    size_t len = fix_time_format(cache, (struct utc){.ns = ns}, digits, out);
    cr_assert_eq(len, want);
    cr_assert_eq(memcmp(out, expected, len), 0, "%" PRId64 " gives %.*s, not %s", ns, (int)len, out,
                 expected);
}

static const unsigned digit_counts[] = {0, 3, 6, 9};

Test(fix_time_format, cuts_and_never_rounds) {
    static const struct {
        int64_t ns;
        unsigned digits;
        const char *text;
    } rows[] = {
        {0, 0, "19700101-00:00:00"},
        {0, 9, "19700101-00:00:00.000000000"},
        {999999999, 0, "19700101-00:00:00"},
        {999999999, 3, "19700101-00:00:00.999"},
        {999999999, 6, "19700101-00:00:00.999999"},
        {999999999, 9, "19700101-00:00:00.999999999"},
        {86399999999999, 3, "19700101-23:59:59.999"},
        {1709164800000000001, 9, "20240229-00:00:00.000000001"},
        {4107455999000000000, 0, "21000227-23:59:59"},
        {INT64_MAX, 9, "22620411-23:47:16.854775807"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fix_time_cache cache = {0};
        char out[FIX_TIME_TEXT_MAX];
        size_t len = fix_time_format(&cache, (struct utc){.ns = rows[i].ns}, rows[i].digits, out);
        cr_assert(bytes_equal(bytes_of(out, len), bytes_of_string(rows[i].text)), "%.*s, not %s",
                  (int)len, out, rows[i].text);
    }
}

Test(fix_time_format, agrees_with_the_c_library_whatever_the_cache_holds) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_time format"));
    struct fix_time_cache cache = {0};
    int64_t ns = 0;
    for (int round = 0; round < 40000; round++) {
        switch (prng_below(&prng, 4)) {
        case 0:
            ns = (int64_t)(prng_next(&prng) >> 1);
            break;
        case 1:
            ns = ns > INT64_MAX - NS_PER_S ? 0 : ns + (int64_t)prng_below(&prng, NS_PER_S);
            break;
        case 2:
            ns = ns < NS_PER_S ? 0 : ns - (int64_t)prng_below(&prng, NS_PER_S);
            break;
        default:
            ns = (int64_t)prng_below(&prng, 106751) * 86400 * NS_PER_S;
            break;
        }
        check_format(&cache, ns, digit_counts[prng_below(&prng, 4)]);
    }
}

Test(fix_time_format, agrees_with_the_c_library_on_every_day) {
    struct fix_time_cache cache = {0};
    for (int64_t day = 0; day < 106751; day++) {
        check_format(&cache, day * 86400 * NS_PER_S, 0);
        check_format(&cache, (day + 1) * 86400 * NS_PER_S - 1, 3);
    }
}

Test(fix_time, what_is_written_reads_back) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_time round trip"));
    struct fix_time_cache cache = {0};
    for (int round = 0; round < 20000; round++) {
        struct utc at = {.ns = (int64_t)prng_below(&prng, 9214646400000000000)};
        char out[FIX_TIME_TEXT_MAX];
        struct utc back = {.ns = UNTOUCHED};
        size_t len = fix_time_format(&cache, at, 9, out);
        cr_assert(parse(bytes_of(out, len), &back));
        cr_assert_eq(back.ns, at.ns, "%.*s", (int)len, out);
    }
}

static void format_before_1970(void *out) {
    struct fix_time_cache cache = {0};
    fix_time_format(&cache, (struct utc){.ns = -1}, 3, out);
}

static void format_four_digits(void *out) {
    struct fix_time_cache cache = {0};
    fix_time_format(&cache, (struct utc){.ns = 0}, 4, out);
}

Test(fix_time_format, a_caller_out_of_contract_stops_the_process) {
    char out[FIX_TIME_TEXT_MAX];
    struct death death = death_of(format_before_1970, out);
    cr_assert_eq(death.signal, SIGABRT);
    cr_assert_not_null(strstr(death.text, "at.ns >= 0"), "%s", death.text);
    death = death_of(format_four_digits, out);
    cr_assert_eq(death.signal, SIGABRT);
    cr_assert_not_null(strstr(death.text, "fraction_digits"), "%s", death.text);
}
