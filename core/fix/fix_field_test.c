#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/decimal_twin.h"
#include "core/base/prng.h"
#include "core/base/test_guard.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_field.h"
#include "core/fix/fix_time_test_twin.h"

/* Where a field with room for `bytes` begins; nothing behind these can be written. */
static char *place(size_t bytes) {
    return test_guard_end() - bytes;
}

static void expect_field(const char *at, const char *end, uint32_t tag, const char *value) {
    char expected[256];
    int len = snprintf(expected, sizeof(expected), "%" PRIu32 "=%s\x01", tag, value);
    cr_assert_eq(end - at, len, "%s", expected);
    cr_assert_eq(memcmp(at, expected, (size_t)len), 0, "%.*s, not %s", len, at, expected);
}

Test(fix_field, has_any_tag_of_up_to_five_digits) {
    for (uint32_t tag = 1; tag <= 99999; tag++) {
        char *at = place(FIX_FIELD_CHAR);
        expect_field(at, fix_add_char(at, tag, 'x'), tag, "x");
    }
    cr_assert_eq(fix_tag_len(fix_tag_word(100000)), 0);
    cr_assert_eq(fix_tag_len(fix_tag_word(999999999)), 0);
}

Test(fix_field, has_a_tag_that_the_compiler_knows) {
    char *at = place(FIX_FIELD_CHAR);
    expect_field(at, fix_add_char(at, 1, 'x'), 1, "x");
    expect_field(at, fix_add_char(at, 54, 'x'), 54, "x");
    expect_field(at, fix_add_char(at, 150, 'x'), 150, "x");
    expect_field(at, fix_add_char(at, 1128, 'x'), 1128, "x");
    expect_field(at, fix_add_char(at, 25035, 'x'), 25035, "x");
}

Test(fix_field, has_text_of_every_length) {
    for (size_t len = 0; len <= 100; len++) {
        char text[101];
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)('!' + i % 90);
        }
        text[len] = '\0';
        /* The text at the end of a page: no byte behind it is read. */
        char *source = test_guard_end() - len;
        memcpy(source, text, len);
        char room[128];
        expect_field(room, fix_add_bytes(room, 58, bytes_of(source, len)), 58, text);
        memcpy(test_guard_start(), text, len);
        char *at = place(FIX_FIELD_BYTES(len));
        expect_field(at, fix_add_bytes(at, 58, bytes_of(test_guard_start(), len)), 58, text);
    }
}

static void expect_uint(uint64_t value) {
    char text[32];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    char *at = place(FIX_FIELD_UINT);
    expect_field(at, fix_add_uint(at, 34, value), 34, text);
    expect_field(at, fix_add_uint(at, 25035, value), 25035, text);
}

Test(fix_field, has_any_number) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_field numbers"));
    for (uint64_t power = 1;; power *= 10) {
        expect_uint(power - 1);
        expect_uint(power);
        expect_uint(power + 1);
        if (power > UINT64_MAX / 10) {
            break;
        }
    }
    expect_uint(UINT64_MAX);
    for (int i = 0; i < 100000; i++) {
        expect_uint(prng_next(&prng) >> prng_below(&prng, 64));
    }
}

Test(fix_field, has_any_decimal) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_field decimals"));
    for (int i = 0; i < 100000; i++) {
        int64_t scaled = (int64_t)prng_next(&prng) >> prng_below(&prng, 64);
        for (uint64_t zeros = prng_below(&prng, 12); zeros > 0 && scaled < 1000000; zeros--) {
            scaled = scaled > -1000000 ? scaled * 10 : scaled;
        }
        unsigned digits = (unsigned)prng_below(&prng, DECIMAL_DIGITS_MAX + 1);
        char text[DECIMAL_TEXT_MAX + 2];
        twin_format(scaled, digits, text);
        char *at = place(FIX_FIELD_DECIMAL);
        expect_field(at, fix_add_decimal(at, 44, scaled, digits), 44, text);
    }
}

Test(fix_field, has_times_and_the_same_time_again) {
    static const unsigned digits[] = {0, 3, 6, 9};
    struct fix_time_cache cache = {0};
    for (int64_t i = 0; i < 64; i++) {
        char text[FIX_TIME_TEXT_MAX + 1];
        struct utc time = {.ns = INT64_C(1767614400123456789) + i / 4 * 333333333};
        twin_time_format(time.ns, digits[i / 8 % 4], text);
        char *at = place(FIX_FIELD_UTC);
        expect_field(at, fix_add_utc(at, 60, &cache, time, digits[i / 8 % 4]), 60, text);
    }
}

Test(fix_field, runs_are_copied_by_blocks) {
    struct fix_run run = {.len = 0};
    for (; run.len <= FIX_RUN_MAX; run.len++) {
        size_t bytes = run.len == 0 ? 0 : run.len + FIX_RUN_BLOCK - 1;
        char *at = place(bytes);
        cr_assert(fix_add_run(at, &run) == at + run.len);
        cr_assert_eq(memcmp(at, run.text, run.len), 0);
        if (run.len < FIX_RUN_MAX) {
            run.text[run.len] = (char)('a' + run.len % 26);
        }
    }
}
