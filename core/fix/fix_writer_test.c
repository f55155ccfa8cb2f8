#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_sum.h"
#include "core/fix/fix_view.h"
#include "core/fix/fix_writer.h"
#include "core/fix/test_guard.h"
#include "core/fix/test_message.h"

static const struct bytes fix44 = {.data = "FIX.4.4", .len = 7};

/* What a writer made of one field between 35=0 and 10=, '|' for SOH; NULL when it failed. */
static const char *field_text(const struct fix_writer *begun, size_t len) {
    static char text[256];
    if (len == 0) {
        return NULL;
    }
    const char *first = strstr(begun->start, "\x01"
                                             "35=0\x01");
    size_t field = (size_t)(begun->start + len - 7 - (first + 6));
    memcpy(text, first + 6, field);
    text[field] = '\0';
    for (size_t i = 0; i < field; i++) {
        text[i] = text[i] == 1 ? '|' : text[i];
    }
    return text;
}

static struct fix_writer begun_writer(void) {
    static char room[512];
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_char(&writer, 35, '0');
    return writer;
}

static void check_field(struct fix_writer writer, const char *expected) {
    const char *text = field_text(&writer, fix_writer_finish(&writer));
    if (expected == NULL) {
        cr_assert_null(text, "%s", text);
        return;
    }
    cr_assert_not_null(text, "%s failed", expected);
    cr_assert_str_eq(text, expected);
}

#define CHECK_PUT(expected, put, ...)                                                              \
    do {                                                                                           \
        struct fix_writer writer = begun_writer();                                                 \
        put(&writer, __VA_ARGS__);                                                                 \
        check_field(writer, expected);                                                             \
    } while (0)

Test(fix_writer, writes_a_published_frame) {
    struct test_message expected = test_message_of(published_frames[0]);
    char room[512];
    struct fix_writer writer;
    struct fix_time_cache cache = {0};
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_bytes(&writer, 35, BYTES("D"));
    fix_put_uint(&writer, 34, 2);
    fix_put_raw(&writer, BYTES("49=CLIENT_DRV\x01"));
    fix_put_utc(&writer, 52, &cache, (struct utc){.ns = 1741010972902000000}, 3);
    fix_put_bytes(&writer, 56, BYTES("KRAKEN-DRV-TRD"));
    fix_put_bytes(&writer, 11, BYTES("9e58120f-182b-4dce-9609-8ca7cdd174f0"));
    fix_put_char(&writer, 18, 's');
    fix_put_decimal(&writer, 38, 100, 3);
    fix_put_int(&writer, 40, 2);
    fix_put_decimal(&writer, 44, 100000, 2);
    fix_put_char(&writer, 54, '1');
    fix_put_bytes(&writer, 55, BYTES("PF_ETHUSD"));
    fix_put_char(&writer, 59, '1');
    fix_put_utc(&writer, 60, &cache, (struct utc){.ns = 1741010972896000000}, 3);
    size_t len = fix_writer_finish(&writer);
    cr_assert_eq(len, expected.len);
    cr_assert_eq(memcmp(room, expected.data, len), 0);
}

Test(fix_writer, writes_integers) {
    CHECK_PUT("34=0|", fix_put_uint, 34, 0);
    CHECK_PUT("34=9|", fix_put_uint, 34, 9);
    CHECK_PUT("34=10|", fix_put_uint, 34, 10);
    CHECK_PUT("34=18446744073709551615|", fix_put_uint, 34, UINT64_MAX);
    CHECK_PUT("34=0|", fix_put_int, 34, 0);
    CHECK_PUT("34=-1|", fix_put_int, 34, -1);
    CHECK_PUT("34=9223372036854775807|", fix_put_int, 34, INT64_MAX);
    CHECK_PUT("34=-9223372036854775808|", fix_put_int, 34, INT64_MIN);
}

Test(fix_writer, writes_tags_of_every_length) {
    CHECK_PUT("1=1|", fix_put_uint, 1, 1);
    CHECK_PUT("9=1|", fix_put_uint, 9, 1);
    CHECK_PUT("10=1|", fix_put_uint, 10, 1);
    CHECK_PUT("99=1|", fix_put_uint, 99, 1);
    CHECK_PUT("100=1|", fix_put_uint, 100, 1);
    CHECK_PUT("1000=1|", fix_put_uint, 1000, 1);
    CHECK_PUT("25035=1|", fix_put_uint, 25035, 1);
    CHECK_PUT("999999999=1|", fix_put_uint, 999999999, 1);
}

Test(fix_writer, writes_decimals) {
    CHECK_PUT("44=0|", fix_put_decimal, 44, 0, 8);
    CHECK_PUT("44=0.00000001|", fix_put_decimal, 44, 1, 8);
    CHECK_PUT("44=-0.5|", fix_put_decimal, 44, -5, 1);
    CHECK_PUT("44=71000|", fix_put_decimal, 44, 7100000, 2);
    CHECK_PUT("44=28013.1|", fix_put_decimal, 44, 280131000, 4);
    CHECK_PUT("44=9223372036854775807|", fix_put_decimal, 44, INT64_MAX, 0);
    CHECK_PUT("44=-9.223372036854775808|", fix_put_decimal, 44, INT64_MIN, 18);
}

Test(fix_writer, writes_bools_chars_and_bytes) {
    CHECK_PUT("43=Y|", fix_put_bool, 43, true);
    CHECK_PUT("43=N|", fix_put_bool, 43, false);
    CHECK_PUT("54=1|", fix_put_char, 54, '1');
    CHECK_PUT("58=|", fix_put_bytes, 58, BYTES(""));
    CHECK_PUT("58=|", fix_put_bytes, 58, bytes_of(NULL, 0));
    CHECK_PUT("58=a=b 10=\x7f\x80\xff|", fix_put_bytes, 58, BYTES("a=b 10=\x7f\x80\xff"));
    CHECK_PUT("", fix_put_raw, BYTES(""));
    CHECK_PUT("", fix_put_raw, bytes_of(NULL, 0));
    CHECK_PUT("1=a|2=b|", fix_put_raw,
              BYTES("1=a\x01"
                    "2=b\x01"));
}

Test(fix_writer, writes_times) {
    struct fix_time_cache cache = {0};
    struct utc at = {.ns = 1741010972902456789};
    CHECK_PUT("60=20250303-14:09:32|", fix_put_utc, 60, &cache, at, 0);
    CHECK_PUT("60=20250303-14:09:32.902|", fix_put_utc, 60, &cache, at, 3);
    CHECK_PUT("60=20250303-14:09:32.902456|", fix_put_utc, 60, &cache, at, 6);
    CHECK_PUT("60=20250303-14:09:32.902456789|", fix_put_utc, 60, &cache, at, 9);
}

Test(fix_writer, refuses_soh_at_every_place_of_a_value) {
    char value[40];
    for (size_t len = 1; len <= sizeof value; len++) {
        for (size_t at = 0; at < len; at++) {
            memset(value, '\x02', sizeof value);
            value[at] = FIX_SOH;
            CHECK_PUT(NULL, fix_put_bytes, 58, bytes_of(value, len));
        }
    }
    CHECK_PUT(NULL, fix_put_char, 58, FIX_SOH);
    struct fix_writer writer;
    char room[64];
    fix_writer_begin(&writer, room, sizeof room, BYTES("FIX.4.4\x01"));
    cr_assert_eq(fix_writer_finish(&writer), 0);
}

Test(fix_writer, data_may_hold_soh_and_reads_back) {
    char room[128];
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_char(&writer, 35, 'A');
    fix_put_data(&writer, 95, 96,
                 BYTES("a\x01"
                       "10=000\x01"));
    fix_put_data(&writer, 93, 89, BYTES(""));
    size_t len = fix_writer_finish(&writer);
    struct fix_view view;
    uint32_t bad;
    cr_assert_eq(fix_view_parse(bytes_of(room, len), &view, &bad), FIX_VIEW_OK);
    struct bytes value;
    cr_assert_eq(fix_get_bytes(&view, 96, &value), FIX_GET_OK);
    cr_assert(bytes_equal(value, BYTES("a\x01"
                                       "10=000\x01")));
    cr_assert_eq(fix_get_bytes(&view, 89, &value), FIX_GET_EMPTY);
}

Test(fix_writer, a_failed_writer_takes_no_more) {
    char room[128];
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_char(&writer, 35, '0');
    fix_put_bytes(&writer, 58,
                  BYTES("a\x01"
                        "b"));
    cr_assert(writer.failed);
    fix_put_bytes(&writer, 112, BYTES("x"));
    fix_put_raw(&writer, BYTES(""));
    fix_put_raw(&writer, BYTES("1=x\x01"));
    cr_assert(writer.failed);
    cr_assert_eq(fix_writer_finish(&writer), 0);
    cr_assert_eq(fix_writer_finish(&writer), 0);
}

Test(fix_writer, caller_writes_fields_into_room_he_asked_for) {
    char room[48];
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_char(&writer, 35, '0');
    char *at = fix_writer_room(&writer, 12);
    cr_assert_not_null(at);
    memcpy(at, "58=ab\x01", 6);
    fix_writer_wrote(&writer, at + 6);
    fix_put_char(&writer, 112, 'x');
    size_t len = fix_writer_finish(&writer);
    cr_assert_str_eq(field_text(&writer, len), "58=ab|112=x|");
}

Test(fix_writer, room_that_is_not_there_marks_the_writer) {
    char room[48];
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof room, fix44);
    fix_put_char(&writer, 35, '0');
    cr_assert_null(fix_writer_room(&writer, sizeof room));
    cr_assert(writer.failed);
    cr_assert_null(fix_writer_room(&writer, 1));
    cr_assert_eq(fix_writer_finish(&writer), 0);
}

/* Writes 35=0 and a 58 that makes the body `body_bytes` long (5, or 9 and more) into `room`. */
static size_t write_body_of(char *room, size_t room_bytes, size_t body_bytes) {
    static char text[12000];
    struct fix_writer writer;
    memset(text, 'x', sizeof text);
    fix_writer_begin(&writer, room, room_bytes, fix44);
    fix_put_char(&writer, 35, '0');
    if (body_bytes > 5) {
        fix_put_bytes(&writer, 58, bytes_of(text, body_bytes - 9));
    }
    return fix_writer_finish(&writer);
}

Test(fix_writer, body_length_has_the_digits_it_needs) {
    static const size_t sizes[] = {5, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 9999, 10000, 10001};
    static char room[12000];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char head[32];
        snprintf(head, sizeof head,
                 "8=FIX.4.4\x01"
                 "9=%zu\x01"
                 "35=0\x01",
                 sizes[i]);
        size_t len = write_body_of(room, sizeof room, sizes[i]);
        cr_assert_eq(len, strlen(head) - 5 + sizes[i] + FIX_TRAILER_BYTES);
        cr_assert_eq(memcmp(room, head, strlen(head)), 0, "%.*s", (int)strlen(head), room);
        struct fix_frame frame;
        cr_assert_eq(fix_frame(bytes_of(room, len), sizeof room, &frame), FIX_FRAME_COMPLETE);
        cr_assert_eq(frame.bytes, len);
    }
}

Test(fix_writer, a_message_fits_exactly_in_its_length) {
    static const size_t sizes[] = {5, 9, 10, 50, 99, 100, 101, 300, 999, 1000, 1001};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t need = write_body_of(test_guard_end() - 2000, 2000, sizes[i]);
        cr_assert_gt(need, sizes[i]);
        for (size_t room = 0; room < need + 20; room++) {
            char *start = test_guard_end() - room;
            start[-1] = '#';
            size_t len = write_body_of(start, room, sizes[i]);
            cr_assert_eq(len, room < need ? 0 : need, "body of %zu in %zu bytes of room", sizes[i],
                         room);
            cr_assert_eq(start[-1], '#');
        }
    }
}

/* Every length and every start: the sum is that of the plain twin, and nothing else is read. */
Test(fix_writer, sums_as_the_plain_sum_does) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_writer sum"));
    char bytes[700];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i % 3 == 0 ? 0xff : prng_next(&prng));
    }
    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint8_t expected = fix_checksum(bytes_of(bytes, len));
        memcpy(test_guard_end() - len, bytes, len);
        cr_assert_eq(fix_sum(test_guard_end() - len, len), expected, "of %zu bytes", len);
        memcpy(test_guard_start(), bytes, len);
        cr_assert_eq(fix_sum(test_guard_start(), len), expected, "of %zu bytes", len);
    }
    memset(test_guard_start(), 0xff, TEST_GUARD_BYTES);
    cr_assert_eq(fix_sum(test_guard_start(), TEST_GUARD_BYTES), (uint8_t)-TEST_GUARD_BYTES);
}

static size_t write_with_head(const struct fix_writer_head *head, char *room, size_t bytes) {
    struct fix_writer writer;
    fix_writer_begin_head(&writer, room, bytes, head);
    fix_put_uint(&writer, 34, 7);
    return fix_writer_finish(&writer);
}

static void expect_same_with_head(struct bytes fields) {
    struct fix_writer_head head;
    cr_assert(fix_writer_head_make(&head, fix44, fields));
    char expected[128];
    struct fix_writer writer;
    fix_writer_begin(&writer, expected, sizeof expected, fix44);
    fix_put_raw(&writer, fields);
    fix_put_uint(&writer, 34, 7);
    size_t need = fix_writer_finish(&writer);
    for (size_t room = 0; room < 2 * FIX_HEAD_MAX; room++) {
        char *start = test_guard_end() - room;
        cr_assert_eq(write_with_head(&head, start, room), room < need ? 0 : need);
        cr_assert(room < need || memcmp(start, expected, need) == 0);
    }
}

Test(fix_writer, a_head_is_the_same_as_its_fields) {
    expect_same_with_head(BYTES(""));
    expect_same_with_head(BYTES("35=D\x01"));
    expect_same_with_head(BYTES("35=D\x01"
                                "49=CLIENT_DRV\x01"));
}

Test(fix_writer, a_head_is_refused_that_does_not_fit_or_holds_soh) {
    struct fix_writer_head head;
    static const char text[] = "49=ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUV\x01";
    cr_assert(fix_writer_head_make(&head, fix44, bytes_of(NULL, 0)));
    /* 16 bytes are begun with. */
    cr_assert(fix_writer_head_make(&head, fix44, bytes_of(text + 4, FIX_HEAD_MAX - 16)));
    cr_assert_not(fix_writer_head_make(&head, fix44, bytes_of(text + 3, FIX_HEAD_MAX - 15)));
    cr_assert_not(fix_writer_head_make(&head, BYTES("FIX\x01"), bytes_of(NULL, 0)));
}

static void put_something(struct fix_writer *writer, struct fix_time_cache *cache,
                          struct prng *prng) {
    /* Of one to seven digits. */
    uint32_t tag = 200 + (uint32_t)(prng_below(prng, 9000000) >> prng_below(prng, 16));
    int64_t number = (int64_t)prng_next(prng) >> prng_below(prng, 63);
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789 =.:";
    switch (prng_below(prng, 8)) {
    case 0:
        fix_put_bytes(writer, tag, bytes_of(letters, (size_t)prng_below(prng, sizeof letters)));
        break;
    case 1:
        fix_put_char(writer, tag, letters[prng_below(prng, 36)]);
        break;
    case 2:
        fix_put_bool(writer, tag, number < 0);
        break;
    case 3:
        fix_put_uint(writer, tag, (uint64_t)number);
        break;
    case 4:
        fix_put_int(writer, tag, number);
        break;
    case 5:
        fix_put_decimal(writer, tag, number, (unsigned)prng_below(prng, 19));
        break;
    case 6:
        fix_put_utc(writer, tag, cache, (struct utc){.ns = number & INT64_MAX}, 6);
        break;
    default:
        fix_put_raw(writer, BYTES("49=US\x01"
                                  "56=THEM\x01"));
        break;
    }
}

static size_t write_something(char *room, size_t bytes, uint64_t seed) {
    struct prng prng;
    struct fix_writer writer;
    struct fix_time_cache cache = {0};
    prng_seed(&prng, seed);
    fix_writer_begin(&writer, room, bytes, fix44);
    fix_put_char(&writer, 35, 'D');
    for (uint64_t count = prng_below(&prng, 60); count > 0; count--) {
        put_something(&writer, &cache, &prng);
    }
    return fix_writer_finish(&writer);
}

Test(fix_writer, random_messages_frame_and_fit_exactly) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_writer random"));
    for (int round = 0; round < 3000; round++) {
        uint64_t seed = prng_next(&prng);
        char room[4096];
        size_t len = write_something(room, sizeof room, seed);
        struct fix_frame frame;
        cr_assert_eq(fix_frame(bytes_of(room, len), sizeof room, &frame), FIX_FRAME_COMPLETE);
        cr_assert_eq(frame.bytes, len);
        char *exact = test_guard_end() - len;
        cr_assert_eq(write_something(exact, len, seed), len);
        cr_assert_eq(memcmp(exact, room, len), 0);
        size_t less = (size_t)prng_below(&prng, len);
        cr_assert_eq(write_something(test_guard_end() - less, less, seed), 0);
    }
}
