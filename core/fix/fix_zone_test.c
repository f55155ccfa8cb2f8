/* Against the C library, which reads the same files and rules by itself, and by hand. */
#include "core/fix/fix_zone.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZONES "/usr/share/zoneinfo/"
#define YEAR_2261_S INT64_C(9183110400)

static struct fix_zone zone;
static char file[FIX_ZONE_FILE_BYTES_MAX];

static struct bytes read_zone(const char *name) {
    char path[128];
    snprintf(path, sizeof(path), ZONES "%s", name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        cr_skip_test("no " ZONES);
    }
    size_t len = fread(file, 1, sizeof(file), stream);
    fclose(stream);
    return bytes_of(file, len);
}

static void load(const char *name) {
    enum fix_zone_result result = fix_zone_parse(read_zone(name), &zone);
    cr_assert_eq(result, FIX_ZONE_OK, "%s %s", name, fix_zone_result_text(result));
}

static void put_u32(char *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(value >> (24 - 8 * i));
    }
}

/* One type, no changes, and a rule behind it. Returns what was written to `file`. */
static struct bytes rule_only(const char *rule, int32_t offset_s) {
    memset(file, 0, 256);
    char *at = file;
    for (int block = 0; block < 2; block++) {
        memcpy(at, "TZif2", 5);
        put_u32(at + 36, 1);
        put_u32(at + 40, 4);
        put_u32(at + 44, (uint32_t)offset_s);
        memcpy(at + 50, "LMT", 4);
        at += 54;
    }
    int len = snprintf(at, 128, "\n%s\n", rule);
    return bytes_of(file, (size_t)(at - file) + (size_t)len);
}

static int64_t utc(int year, int month, int day, int hour, int minute) {
    struct tm parts = {.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute};
    return timegm(&parts);
}

static void use_in_library(const char *name) {
    setenv("TZ", name, 1);
    tzset();
}

static int32_t offset_of_library(int64_t at_s) {
    time_t at = (time_t)at_s;
    struct tm parts;
    localtime_r(&at, &parts);
    return (int32_t)parts.tm_gmtoff;
}

static uint64_t state = 20261123;

static int64_t random_second(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)YEAR_2261_S);
}

/* First moments are what they say: there, and at no moment before that day and the day after. */
static void check_first(int64_t local_s) {
    int64_t first_s = fix_zone_first_s(&zone, local_s);
    cr_assert_geq(first_s + fix_zone_offset_s(&zone, first_s), local_s);
    int64_t before_s = first_s - 1;
    for (int step = 0; step < 60; step++, before_s -= 1 + step * 60) {
        cr_assert_lt(before_s + fix_zone_offset_s(&zone, before_s), local_s);
    }
}

static void check_against_library(const char *name) {
    for (int i = 0; i < 1500; i++) {
        int64_t at_s = random_second();
        cr_assert_eq(fix_zone_offset_s(&zone, at_s), offset_of_library(at_s), "%s at %lld: %d",
                     name, (long long)at_s, fix_zone_offset_s(&zone, at_s));
        check_first(at_s);
    }
    /* Where it counts. */
    for (uint32_t i = 0; i < zone.count; i++) {
        for (int64_t at_s = zone.change_s[i] - 1; at_s <= zone.change_s[i] + 1; at_s++) {
            cr_assert_eq(fix_zone_offset_s(&zone, at_s), offset_of_library(at_s), "%s at %lld",
                         name, (long long)at_s);
            check_first(at_s + fix_zone_offset_s(&zone, at_s));
            check_first(at_s + fix_zone_offset_s(&zone, at_s - 4000));
        }
    }
}

Test(fix_zone, the_system_s_zones_as_the_library_reads_them) {
    static const char *const names[] = {
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/Chicago",
        "Asia/Tokyo",
        "Asia/Singapore",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "America/Nuuk",
        "Africa/Casablanca",
        "Asia/Gaza",
        "Pacific/Apia",
        "Pacific/Chatham",
        "America/St_Johns",
        "Europe/Zurich",
        "EST5EDT",
        "Asia/Tehran",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        load(names[i]);
        use_in_library(names[i]);
        check_against_library(names[i]);
    }
}

Test(fix_zone, rules_as_the_library_reads_them) {
    static const char *const rules[] = {
        "UTC0",
        "<+0330>-3:30",
        "EST5EDT,M3.2.0,M11.1.0",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "AAA-9:59:58BBB-11:00:01,J60/0,J300/23:59:59",
        "CCC3DDD,59/4,300",
        "EEE-2FFF,M3.4.4/50,M10.4.4/50",
        "GGG2HHH,M12.5.6/20,M1.1.1/3",
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        use_in_library(rules[i]);
        /* Before the first change of 1970 the file says what is in force. */
        cr_assert_eq(fix_zone_parse(rule_only(rules[i], offset_of_library(0)), &zone), FIX_ZONE_OK,
                     "%s", rules[i]);
        check_against_library(rules[i]);
    }
}

Test(fix_zone, summer_time_all_year) {
    cr_assert_eq(fix_zone_parse(rule_only("XXX3EDT4,0/0,J365/23", -3 * 3600), &zone), FIX_ZONE_OK);
    for (int i = 0; i < 1000; i++) {
        int64_t at_s = 86400 + random_second();
        cr_assert_eq(fix_zone_offset_s(&zone, at_s), -4 * 3600, "at %lld", (long long)at_s);
    }
}

Test(fix_zone, by_hand) {
    load("America/New_York");
    cr_assert_eq(fix_zone_offset_s(&zone, utc(2026, 3, 8, 6, 59)), -5 * 3600);
    cr_assert_eq(fix_zone_offset_s(&zone, utc(2026, 3, 8, 7, 0)), -4 * 3600);
    /* 02:30 is left out, 01:30 comes twice. */
    cr_assert_eq(fix_zone_first_s(&zone, utc(2026, 3, 8, 2, 30)), utc(2026, 3, 8, 7, 0));
    cr_assert_eq(fix_zone_first_s(&zone, utc(2026, 11, 1, 1, 30)), utc(2026, 11, 1, 5, 30));
    cr_assert_eq(fix_zone_first_s(&zone, utc(2026, 11, 1, 2, 0)), utc(2026, 11, 1, 7, 0));
    /* By the rule, long after the last change that the file lists. */
    cr_assert_eq(fix_zone_offset_s(&zone, utc(2150, 7, 1, 0, 0)), -4 * 3600);
    load("Pacific/Apia");
    /* 2011-12-30 was left out. */
    cr_assert_eq(fix_zone_first_s(&zone, utc(2011, 12, 30, 0, 0)),
                 fix_zone_first_s(&zone, utc(2011, 12, 31, 0, 0)));
}

Test(fix_zone, footers_that_are_no_rules) {
    static const char *const rules[] = {
        "E5",
        "EST",
        "EST25",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J1",
        "EST5EDT,J366,J1",
        "EST5EDT,366,1",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "<EST5",
        "<E>5",
        "EST5:60",
        "EST 5",
        "EST5EDT,1,0001",
        "EST-",
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        cr_expect_eq(fix_zone_parse(rule_only(rules[i], 0), &zone), FIX_ZONE_RULE, "%s", rules[i]);
    }
    cr_expect_eq(fix_zone_parse(rule_only("", 3600), &zone), FIX_ZONE_OK);
    cr_expect_eq(fix_zone_offset_s(&zone, 0), 3600);
}

Test(fix_zone, every_file_cut_short_is_short) {
    struct bytes whole = read_zone("Europe/London");
    for (size_t len = 0; len < whole.len; len++) {
        enum fix_zone_result result = fix_zone_parse(bytes_of(whole.data, len), &zone);
        cr_assert_eq(result, FIX_ZONE_SHORT, "%zu: %s", len, fix_zone_result_text(result));
    }
}

Test(fix_zone, files_that_cannot_be) {
    struct bytes good = rule_only("UTC0", 0);
    static const struct {
        size_t at;
        uint32_t value;
        enum fix_zone_result result;
    } cases[] = {
        {0, 0x545a6967, FIX_ZONE_NOT_TZIF},        /* TZig */
        {4, 0, FIX_ZONE_NOT_TZIF},                 /* version 1 */
        {36, 0xffffffff, FIX_ZONE_SHORT},          /* types of the first block */
        {54 + 28, 1, FIX_ZONE_LEAP_SECONDS},       /* which takes the footer, long enough */
        {54 + 32, 0xffffffff, FIX_ZONE_SHORT},     /* times */
        {54 + 36, 0, FIX_ZONE_IMPOSSIBLE},         /* no type */
        {54 + 44, 26 * 3600, FIX_ZONE_IMPOSSIBLE}, /* an offset */
        {54 + 44, 0x80000000, FIX_ZONE_IMPOSSIBLE},
        {108, 0x31323334, FIX_ZONE_SHORT}, /* no newline where the footer is */
    };
    char copy[256] = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(copy, good.data, good.len);
        put_u32(copy + cases[i].at, cases[i].value);
        cr_expect_eq(fix_zone_parse(bytes_of(copy, sizeof(copy)), &zone), cases[i].result,
                     "case %zu", i);
    }
}

/* Changes at these times, all of the file's only type. */
static enum fix_zone_result parse_changes(const int64_t *times, uint32_t count, char type) {
    (void)rule_only("", 0);
    char *at = file + 54;
    put_u32(at + 32, count);
    at += 44;
    for (uint32_t i = 0; i < count; i++, at += 8) {
        put_u32(at, (uint32_t)((uint64_t)times[i] >> 32));
        put_u32(at + 4, (uint32_t)times[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        *at++ = type;
    }
    memset(at, 0, 10);
    at += 10;
    memcpy(at, "\n\n", 2);
    return fix_zone_parse(bytes_of(file, (size_t)(at + 2 - file)), &zone);
}

Test(fix_zone, changes_that_cannot_be) {
    cr_expect_eq(parse_changes((const int64_t[]){-5, 0, 7}, 3, 0), FIX_ZONE_OK);
    cr_expect_eq(parse_changes((const int64_t[]){7, 7}, 2, 0), FIX_ZONE_IMPOSSIBLE);
    cr_expect_eq(parse_changes((const int64_t[]){7, INT64_MAX}, 2, 0), FIX_ZONE_IMPOSSIBLE);
    cr_expect_eq(parse_changes((const int64_t[]){INT64_MIN, 0}, 2, 0), FIX_ZONE_OK);
    cr_expect_eq(parse_changes((const int64_t[]){1}, 1, 1), FIX_ZONE_IMPOSSIBLE);
    cr_expect_eq(zone.count, 0);
}
