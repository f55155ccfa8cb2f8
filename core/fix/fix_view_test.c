#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"
#include "core/fix/test_guard.h"
#include "core/fix/test_message.h"
#include "core/fix/test_mutate.h"

#include "core/fix/fix_view_test_twin.h"

struct row {
    const char *text; /* '|' is SOH */
    enum fix_view_result result;
    uint32_t bad_offset;
};

static void check_rows(const struct row *rows, size_t count) {
    static struct fix_view view;
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct test_message message = test_message_of(row->text);
        uint32_t bad_offset = UINT32_MAX;
        enum fix_view_result result =
            fix_view_parse(test_guarded(test_bytes(&message)), &view, &bad_offset);
        cr_assert_eq(result, row->result, "%s gives %d, not %d", row->text, result, row->result);
        uint32_t expected = row->result == FIX_VIEW_OK ? UINT32_MAX : row->bad_offset;
        cr_assert_eq(bad_offset, expected, "%s is bad at %u, not %u", row->text, bad_offset,
                     expected);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* 19 bytes of header; what follows it starts at 19. */
#define HEAD "8=FIX.4.4|9=5|35=0|"

Test(fix_view, published_frames_have_their_fields) {
    static const uint32_t counts[] = {17, 18, 25, 18, 19};
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        struct test_message message = test_message_of(published_frames[i]);
        struct fix_view view;
        uint32_t bad = 0;
        cr_assert_eq(fix_view_parse(test_guarded(test_bytes(&message)), &view, &bad), FIX_VIEW_OK,
                     "%s", published_frames[i]);
        cr_assert_eq(view.count, counts[i], "frame %zu has %u fields", i, view.count);
    }
}

Test(fix_view, fields_come_in_the_order_of_the_bytes) {
    static const struct {
        uint32_t tag;
        const char *value;
    } fields[] = {
        {8, "FIX.4.4"},
        {9, "180"},
        {35, "D"},
        {34, "2"},
        {49, "CLIENT_DRV"},
        {52, "20250303-14:09:32.902"},
        {56, "KRAKEN-DRV-TRD"},
        {11, "9e58120f-182b-4dce-9609-8ca7cdd174f0"},
        {18, "s"},
        {38, "0.1"},
        {40, "2"},
        {44, "1000"},
        {54, "1"},
        {55, "PF_ETHUSD"},
        {59, "1"},
        {60, "20250303-14:09:32.896"},
        {10, "178"},
    };
    struct test_message message = test_message_of(published_frames[0]);
    struct fix_view view;
    uint32_t bad;
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK);
    cr_assert(bytes_equal(fix_view_msg_type(&view), BYTES("D")));
    for (uint32_t i = 0; i < view.count; i++) {
        cr_assert_eq(view.fields[i].tag, fields[i].tag, "field %u", i);
        cr_assert(bytes_equal(fix_view_value(&view, i), bytes_of_string(fields[i].value)),
                  "field %u", i);
    }
}

Test(fix_view, a_tag_is_one_to_nine_digits_without_leading_zero) {
    static const struct row rows[] = {
        {HEAD "1=x|10=000|", FIX_VIEW_OK, 0},
        {HEAD "999999999=x|10=000|", FIX_VIEW_OK, 0},
        {HEAD "1000000000=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "2147483648=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "4294967331=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "18446744073709551651=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "0=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "055=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "-1=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "+1=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD " 1=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "1 =x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "1a=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "1:=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "1/=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD ":=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "/=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "=x|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "55|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "|10=000|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "55=a||10=000|", FIX_VIEW_BAD_TAG, 24},
        {HEAD "55=a|5", FIX_VIEW_BAD_ORDER, 0},
        {HEAD "55=a|5|", FIX_VIEW_BAD_TAG, 24},
        {HEAD "123456789|", FIX_VIEW_BAD_TAG, 19},
        {HEAD "12345678|", FIX_VIEW_BAD_TAG, 19},
        {"|", FIX_VIEW_BAD_TAG, 0},
    };
    CHECK_ROWS(rows);
}

Test(fix_view, the_frame_of_a_message_is_8_9_35_and_10) {
    static const struct row rows[] = {
        {HEAD "10=000|", FIX_VIEW_OK, 0},
        {"", FIX_VIEW_BAD_ORDER, 0},
        {"8=FIX.4.4|", FIX_VIEW_BAD_ORDER, 10},
        {"8=FIX.4.4|9=5|", FIX_VIEW_BAD_ORDER, 14},
        {"8=FIX.4.4|9=0|10=000|", FIX_VIEW_BAD_ORDER, 14},
        {"9=5|8=FIX.4.4|35=0|10=000|", FIX_VIEW_BAD_ORDER, 0},
        {"8=FIX.4.4|35=0|9=5|10=000|", FIX_VIEW_BAD_ORDER, 10},
        {"8=FIX.4.4|9=5|34=1|35=0|10=000|", FIX_VIEW_BAD_ORDER, 14},
        {"8=FIX.4.4|9=5|35=|10=000|", FIX_VIEW_BAD_ORDER, 14},
        {HEAD, FIX_VIEW_BAD_ORDER, 14},
        {HEAD "58=x|", FIX_VIEW_BAD_ORDER, 19},
        {HEAD "10=000|58=x|", FIX_VIEW_BAD_ORDER, 19},
        {HEAD "10=000|10=000|", FIX_VIEW_BAD_ORDER, 19},
        {"10=000|" HEAD, FIX_VIEW_BAD_ORDER, 0},
        {HEAD "110=1|10=000|", FIX_VIEW_OK, 0},
        {HEAD "58=x|10=000", FIX_VIEW_BAD_ORDER, 0},
    };
    CHECK_ROWS(rows);
}

Test(fix_view, a_data_field_is_as_long_as_the_field_before_it_says) {
    static const struct row rows[] = {
        {HEAD "95=3|96=a|b|10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=1|96=||10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=0|96=|10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=003|96=a|b|10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=10|96=|10=000|58=|10=000|", FIX_VIEW_BAD_DATA, 25},
        {HEAD "95=11|96=|10=000|58=|10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=2|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 24},
        {HEAD "95=4|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 24},
        {HEAD "95=10|96=a|b|10=000|", FIX_VIEW_BAD_ORDER, 25},
        {HEAD "95=11|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 25},
        {HEAD "95=99999999999999999999999|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 46},
        {HEAD "95=18446744073709551619|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 43},
        {HEAD "95=-3|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 25},
        {HEAD "95=|96=|10=000|", FIX_VIEW_BAD_DATA, 23},
        {HEAD "95=3x|96=a|b|10=000|", FIX_VIEW_BAD_DATA, 25},
        {HEAD "96=abc|10=000|", FIX_VIEW_BAD_DATA, 19},
        {HEAD "96=abc|95=3|10=000|", FIX_VIEW_BAD_DATA, 19},
        {HEAD "95=3|58=x|96=abc|10=000|", FIX_VIEW_BAD_DATA, 29},
        {HEAD "93=3|96=abc|10=000|", FIX_VIEW_BAD_DATA, 24},
        {HEAD "95=3|96=abc|96=abc|10=000|", FIX_VIEW_BAD_DATA, 31},
        {HEAD "95=3|58=abc|10=000|", FIX_VIEW_OK, 0},
        {HEAD "95=3|10=000|", FIX_VIEW_OK, 0},
        {"96=abc|" HEAD "10=000|", FIX_VIEW_BAD_DATA, 0},
    };
    CHECK_ROWS(rows);
}

Test(fix_view, every_data_field_may_hold_soh) {
    for (size_t i = 0; i < sizeof twin_data_pairs / sizeof twin_data_pairs[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, HEAD "%u=5|%u=a|1=b|10=000|", twin_data_pairs[i][0],
                 twin_data_pairs[i][1]);
        struct test_message message = test_message_of(text);
        struct fix_view view;
        uint32_t bad;
        cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK, "%s", text);
        cr_assert_eq(view.count, 6, "%s", text);
        cr_assert(bytes_equal(fix_view_value(&view, 4), BYTES("a\x01"
                                                              "1=b")),
                  "%s", text);
    }
}

/* Header, `count` - 4 short fields, trailer. */
static struct test_message message_of_fields(size_t count) {
    struct test_message message = test_message_of(HEAD);
    for (size_t i = 4; i < count; i++) {
        test_append(&message, BYTES("1=x|"));
    }
    test_append(&message, BYTES("10=000|"));
    return message;
}

Test(fix_view, takes_512_fields_and_no_more) {
    static struct fix_view view;
    uint32_t bad = 0;
    struct test_message message = message_of_fields(512);
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK);
    cr_assert_eq(view.count, 512);
    message = message_of_fields(513);
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_TOO_MANY);
    cr_assert_eq(bad, 19 + 509 * 4);
    message = message_of_fields(1500);
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_TOO_MANY);
    cr_assert_eq(bad, 19 + 509 * 4);
}

Test(fix_view, what_lies_before_a_fault_can_be_read) {
    struct test_message message = test_message_of("8=FIX.4.4|9=5|35=0|34=7|0=x|10=000|");
    struct fix_view view;
    uint32_t bad;
    uint64_t seq = 0;
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_BAD_TAG);
    cr_assert_eq(bad, 24);
    cr_assert_eq(view.count, 4);
    cr_assert_eq(fix_get_uint(&view, FIX_MSG_SEQ_NUM, 100, &seq), FIX_GET_OK);
    cr_assert_eq(seq, 7);
}

Test(fix_view, finds_occurrences_in_order) {
    struct test_message message = test_message_of(HEAD "269=a|270=b|269=c|269=|10=000|");
    struct fix_view view;
    uint32_t bad;
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK);
    cr_assert_eq(fix_view_find(&view, 269, 0), 3);
    cr_assert_eq(fix_view_find(&view, 269, 3), 3);
    cr_assert_eq(fix_view_find(&view, 269, 4), 5);
    cr_assert_eq(fix_view_find(&view, 269, 6), 6);
    cr_assert_eq(fix_view_find(&view, 269, 7), -1);
    cr_assert_eq(fix_view_find(&view, 26, 0), -1);
    cr_assert_eq(fix_view_find(&view, 10, 999), -1);
    struct bytes value;
    cr_assert_eq(fix_get_bytes(&view, 269, &value), FIX_GET_OK);
    cr_assert(bytes_equal(value, BYTES("a")));
    cr_assert_eq(fix_get_bytes(&view, 271, &value), FIX_GET_MISSING);
}

/* A view over one message whose field 5000 holds `value`; valid until the next call. */
static const struct fix_view *view_of_value(struct bytes value) {
    static struct fix_view view;
    static struct test_message message;
    uint32_t bad;
    message = test_message_of(HEAD "5000=");
    memcpy(message.data + message.len, value.data, value.len);
    message.len += value.len;
    test_append(&message, BYTES("|10=000|"));
    cr_assert_eq(fix_view_parse(test_guarded(test_bytes(&message)), &view, &bad), FIX_VIEW_OK);
    return &view;
}

Test(fix_view, nul_and_high_bytes_stay_in_their_value) {
    static const char value[] = "\0a\x80=\xff\x02|";
    struct bytes expected = bytes_of(value, sizeof value - 1);
    struct bytes found;
    cr_assert_eq(fix_get_bytes(view_of_value(expected), 5000, &found), FIX_GET_OK);
    cr_assert(bytes_equal(found, expected));
}

Test(fix_view, soh_is_found_at_every_place_of_a_value) {
    /* 0x00, 0x02 and 0x81 next to SOH are what a word-wise search gets wrong. */
    static const char fills[] = {'x', '\0', '\x02', '\x81', '\x80', '\xff'};
    char value[40];
    for (size_t fill = 0; fill < sizeof fills; fill++) {
        memset(value, fills[fill], sizeof value);
        for (size_t len = 0; len < sizeof value; len++) {
            const struct fix_view *view = view_of_value(bytes_of(value, len));
            cr_assert_eq(view->count, 5);
            cr_assert_eq(view->fields[3].len, len);
        }
    }
}

Test(fix_get, reads_chars) {
    static const struct {
        const char *text;
        enum fix_get result;
    } rows[] = {
        {"1", FIX_GET_OK},           {"~", FIX_GET_OK},           {"!", FIX_GET_OK},
        {"", FIX_GET_EMPTY},         {"11", FIX_GET_MALFORMED},   {" ", FIX_GET_MALFORMED},
        {"\t", FIX_GET_MALFORMED},   {"\x7f", FIX_GET_MALFORMED}, {"\x80", FIX_GET_MALFORMED},
        {"\xff", FIX_GET_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out = '?';
        cr_assert_eq(fix_get_char(view_of_value(bytes_of_string(rows[i].text)), 5000, &out),
                     rows[i].result, "\"%s\"", rows[i].text);
        cr_assert_eq(out, rows[i].result == FIX_GET_OK ? rows[i].text[0] : '?');
    }
    char out;
    cr_assert_eq(fix_get_char(view_of_value(bytes_of("\0", 1)), 5000, &out), FIX_GET_MALFORMED);
    cr_assert_eq(fix_get_char(view_of_value(BYTES("1")), 5001, &out), FIX_GET_MISSING);
}

Test(fix_get, reads_bools) {
    static const struct {
        const char *text;
        enum fix_get result;
        bool value;
    } rows[] = {
        {"Y", FIX_GET_OK, true},
        {"N", FIX_GET_OK, false},
        {"y", FIX_GET_MALFORMED, false},
        {"n", FIX_GET_MALFORMED, false},
        {"1", FIX_GET_MALFORMED, false},
        {"YES", FIX_GET_MALFORMED, false},
        {"true", FIX_GET_MALFORMED, false},
        {"", FIX_GET_EMPTY, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool out = !rows[i].value;
        cr_assert_eq(fix_get_bool(view_of_value(bytes_of_string(rows[i].text)), 5000, &out),
                     rows[i].result, "\"%s\"", rows[i].text);
        cr_assert_eq(out, rows[i].result == FIX_GET_OK ? rows[i].value : !rows[i].value);
    }
}

Test(fix_get, reads_unsigned_integers_up_to_a_limit) {
    static const struct {
        const char *text;
        uint64_t max;
        enum fix_get result;
        uint64_t value;
    } rows[] = {
        {"0", 0, FIX_GET_OK, 0},
        {"1", 0, FIX_GET_MALFORMED, 0},
        {"007", 7, FIX_GET_OK, 7},
        {"000000000000000000000000000000000000001", 1, FIX_GET_OK, 1},
        {"8", 7, FIX_GET_MALFORMED, 0},
        {"18446744073709551615", UINT64_MAX, FIX_GET_OK, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, FIX_GET_MALFORMED, 0},
        {"18446744073709551617", UINT64_MAX, FIX_GET_MALFORMED, 0},
        {"184467440737095516150", UINT64_MAX, FIX_GET_MALFORMED, 0},
        {"99999999999999999999", UINT64_MAX, FIX_GET_MALFORMED, 0},
        {"2147483648", INT32_MAX, FIX_GET_MALFORMED, 0},
        {"", 9, FIX_GET_EMPTY, 0},
        {"-1", 9, FIX_GET_MALFORMED, 0},
        {"-0", 9, FIX_GET_MALFORMED, 0},
        {"+1", 9, FIX_GET_MALFORMED, 0},
        {" 1", 9, FIX_GET_MALFORMED, 0},
        {"1 ", 9, FIX_GET_MALFORMED, 0},
        {"1.0", 9, FIX_GET_MALFORMED, 0},
        {"0x1", 9, FIX_GET_MALFORMED, 0},
        {":", 99, FIX_GET_MALFORMED, 0},
        {"/", 99, FIX_GET_MALFORMED, 0},
        {"\xb1", 99, FIX_GET_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t out = 4711;
        const struct fix_view *view = view_of_value(bytes_of_string(rows[i].text));
        cr_assert_eq(fix_get_uint(view, 5000, rows[i].max, &out), rows[i].result,
                     "\"%s\" up to %" PRIu64, rows[i].text, rows[i].max);
        cr_assert_eq(out, rows[i].result == FIX_GET_OK ? rows[i].value : 4711, "\"%s\"",
                     rows[i].text);
    }
    uint64_t out;
    cr_assert_eq(fix_get_uint(view_of_value(bytes_of("1\0", 2)), 5000, 99, &out),
                 FIX_GET_MALFORMED);
}

Test(fix_get, reads_digits_as_they_are_read_one_by_one) {
    static const char bytes[] = "0123456789/:;\x7f\x80\xb0\xb9\xff-.";
    struct prng prng;
    prng_seed(&prng, test_seed("fix_get digits"));
    for (int round = 0; round < 20000; round++) {
        char text[10];
        size_t len = 1 + (size_t)prng_below(&prng, sizeof text);
        bool good = true;
        uint64_t expected = 0;
        uint64_t kinds = prng_below(&prng, 4) == 0 ? sizeof bytes - 1 : 10;
        for (size_t i = 0; i < len; i++) {
            text[i] = bytes[prng_below(&prng, kinds)];
            good = good && text[i] >= '0' && text[i] <= '9';
            expected = expected * 10 + (uint64_t)(unsigned char)text[i] - '0';
        }
        uint64_t out = 4711;
        enum fix_get got = fix_get_uint(view_of_value(bytes_of(text, len)), 5000, UINT64_MAX, &out);
        cr_assert_eq(got, good ? FIX_GET_OK : FIX_GET_MALFORMED, "%.*s", (int)len, text);
        cr_assert_eq(out, good ? expected : 4711, "%.*s", (int)len, text);
    }
}

Test(fix_get, reads_signed_integers) {
    static const struct {
        const char *text;
        enum fix_get result;
        int64_t value;
    } rows[] = {
        {"0", FIX_GET_OK, 0},
        {"-0", FIX_GET_OK, 0},
        {"-1", FIX_GET_OK, -1},
        {"-007", FIX_GET_OK, -7},
        {"9223372036854775807", FIX_GET_OK, INT64_MAX},
        {"-9223372036854775808", FIX_GET_OK, INT64_MIN},
        {"9223372036854775808", FIX_GET_MALFORMED, 0},
        {"-9223372036854775809", FIX_GET_MALFORMED, 0},
        {"-18446744073709551615", FIX_GET_MALFORMED, 0},
        {"", FIX_GET_EMPTY, 0},
        {"-", FIX_GET_MALFORMED, 0},
        {"--1", FIX_GET_MALFORMED, 0},
        {"+1", FIX_GET_MALFORMED, 0},
        {"1-", FIX_GET_MALFORMED, 0},
        {"1.5", FIX_GET_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t out = 4711;
        const struct fix_view *view = view_of_value(bytes_of_string(rows[i].text));
        cr_assert_eq(fix_get_int(view, 5000, &out), rows[i].result, "\"%s\"", rows[i].text);
        cr_assert_eq(out, rows[i].result == FIX_GET_OK ? rows[i].value : 4711, "\"%s\"",
                     rows[i].text);
    }
}

Test(fix_get, reads_times) {
    struct utc out = {.ns = 4711};
    cr_assert_eq(fix_get_utc(view_of_value(BYTES("19700101-00:00:01.5")), 5000, &out), FIX_GET_OK);
    cr_assert_eq(out.ns, 1500000000);
    out.ns = 4711;
    cr_assert_eq(fix_get_utc(view_of_value(BYTES("1970-01-01")), 5000, &out), FIX_GET_MALFORMED);
    cr_assert_eq(fix_get_utc(view_of_value(BYTES("")), 5000, &out), FIX_GET_EMPTY);
    cr_assert_eq(fix_get_utc(view_of_value(BYTES("")), 5001, &out), FIX_GET_MISSING);
    cr_assert_eq(out.ns, 4711);
}

/* Looking a tag up finds what going through all fields finds, whatever the view held before. */
static void check_lookups(const struct fix_view *view) {
    static const uint32_t others[] = {0, 1, 35, 1023, 1024, 999999999};
    for (uint32_t i = 0; i < view->count + sizeof others / sizeof others[0]; i++) {
        uint32_t tag = i < view->count ? view->fields[i].tag : others[i - view->count];
        int first = 0;
        while ((uint32_t)first < view->count && view->fields[first].tag != tag) {
            first++;
        }
        first = (uint32_t)first == view->count ? -1 : first;
        cr_assert_eq(fix_view_find(view, tag, 0), first, "tag %u", tag);
        cr_assert_eq(fix_view_field(view, tag), first < 0 ? NULL : &view->fields[first], "tag %u",
                     tag);
    }
}

static void check_against_twin(struct bytes message) {
    static struct fix_view view;
    static struct twin_view twin;
    uint32_t bad = 0;
    enum fix_view_result result = fix_view_parse(message, &view, &bad);
    enum fix_view_result expected = twin_view_parse(message, &twin);
    cr_assert_eq(result, expected, "%.*s: %d, twin: %d", (int)message.len, message.data, result,
                 expected);
    cr_assert_eq(view.count, twin.count, "%.*s: %u fields, twin: %zu", (int)message.len,
                 message.data, view.count, twin.count);
    cr_assert(result == FIX_VIEW_OK || bad == twin.bad, "%.*s: bad at %u, twin: %zu",
              (int)message.len, message.data, bad, twin.bad);
    for (uint32_t i = 0; i < view.count; i++) {
        cr_assert(view.fields[i].tag == twin.fields[i].tag &&
                      view.fields[i].offset == twin.fields[i].value &&
                      view.fields[i].len == twin.fields[i].len,
                  "%.*s: field %u", (int)message.len, message.data, i);
    }
    check_lookups(&view);
}

Test(fix_view, agrees_with_its_twin_on_damaged_messages) {
    static const char with_data[] = HEAD "93=4|89=a|b=|95=3|96=1|2|354=0|355=|10=000|";
    struct prng prng;
    prng_seed(&prng, test_seed("fix_view twin"));
    for (int round = 0; round < 30000; round++) {
        uint64_t pick = prng_below(&prng, PUBLISHED_FRAMES + 3);
        struct test_message message =
            test_message_of(pick < PUBLISHED_FRAMES ? published_frames[pick] : with_data);
        for (uint64_t count = prng_below(&prng, 6); count > 0; count--) {
            test_mutate(&message, &prng);
        }
        check_against_twin(test_guarded(test_bytes(&message)));
    }
}

Test(fix_view, agrees_with_its_twin_on_noise) {
    static const char alphabet[] = "\x01\x01=12390x";
    struct prng prng;
    prng_seed(&prng, test_seed("fix_view noise"));
    for (int round = 0; round < 30000; round++) {
        struct test_message message = test_message_of(prng_below(&prng, 2) == 0 ? HEAD : "");
        for (uint64_t count = prng_below(&prng, 40); count > 0; count--) {
            message.data[message.len++] = alphabet[prng_below(&prng, sizeof alphabet - 1)];
        }
        test_append(&message, prng_below(&prng, 2) == 0 ? BYTES("|10=000|") : BYTES(""));
        check_against_twin(test_guarded(test_bytes(&message)));
    }
}
