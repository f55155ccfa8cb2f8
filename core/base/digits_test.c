#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/digits.h"
#include "core/base/prng.h"
#include "core/base/test_guard.h"
#include "core/base/test_seed.h"

static void expect_bytes(const void *digits, uint64_t value, int width) {
    char expected[32];
    snprintf(expected, sizeof(expected), "%0*" PRIu64, width, value);
    for (int i = 0; i < width; i++) {
        cr_assert_eq(((const char *)digits)[i] + '0', expected[i], "%s at %d", expected, i);
    }
}

Test(digits, of_every_half_of_a_word) {
    for (uint32_t half = 0; half < 10000; half++) {
        uint32_t value = half * 10000 + (9999 - half);
        uint64_t digits = digits_of(value);
        expect_bytes(&digits, value, 8);
    }
}

Test(digits, of_every_quarter_of_a_vector) {
    for (uint64_t part = 0; part < 10000; part++) {
        uint64_t value = part * 1000000000000 + (9999 - part) * 100000000 + part * 10000 + part;
        __m128i digits = digits_of_long(value);
        expect_bytes(&digits, value, 16);
        cr_assert_eq(digits_value(digits), value);
    }
}

Test(digits, of_random_numbers) {
    struct prng prng;
    prng_seed(&prng, test_seed("digits"));
    for (int i = 0; i < 100000; i++) {
        uint64_t value = (prng_next(&prng) >> prng_below(&prng, 64)) % UINT64_C(10000000000000000);
        __m128i digits = digits_of_long(value);
        expect_bytes(&digits, value, 16);
        cr_assert_eq(digits_value(digits), value);
        uint64_t word = digits_of((uint32_t)(value % 100000000));
        expect_bytes(&word, value % 100000000, 8);
    }
}

/* Both loads give the same, and read nothing but what they may. */
Test(digits, are_loaded_from_text_of_every_length) {
    static const char text[] = "1234567890123456";
    for (size_t len = 1; len <= DIGITS_MAX; len++) {
        uint64_t value = 0;
        for (size_t i = 0; i < len; i++) {
            value = value * 10 + (uint64_t)(text[i] - '0');
        }
        memcpy(test_guard_start(), text, len);
        cr_assert_eq(digits_value(digits_load(test_guard_start(), len)), value);
        memcpy(test_guard_end() - len, text, len);
        cr_assert_eq(digits_value(digits_load(test_guard_end() - len, len)), value);
        memcpy(test_guard_end() - DIGITS_MAX, "xxxxxxxxxxxxxxxx", DIGITS_MAX - len);
        cr_assert_eq(digits_value(digits_load_within(test_guard_end() - len, len)), value);
        memcpy(test_guard_start() + DIGITS_MAX - len, text, len);
        cr_assert_eq(digits_value(digits_load_within(test_guard_start() + DIGITS_MAX - len, len)),
                     value);
    }
}

Test(digits, marks_every_byte_that_is_none) {
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned at = 0; at < DIGITS_MAX; at++) {
            char text[DIGITS_MAX];
            memset(text, '9', sizeof(text));
            text[at] = (char)byte;
            bool is_digit = byte >= '0' && byte <= '9';
            cr_assert_eq(digits_marks(digits_load(text, sizeof(text))), is_digit ? 0 : 1U << at);
        }
    }
}
