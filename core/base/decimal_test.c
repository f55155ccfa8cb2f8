#include <criterion/criterion.h>
#include <inttypes.h>

#include "core/base/decimal.h"
#include "core/base/decimal_twin.h"
#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_guard.h"
#include "core/base/test_seed.h"

struct parse_row {
    const char *text;
    unsigned digits;
    enum decimal_result result;
    int64_t scaled;
};

static const int64_t UNTOUCHED = -77;

static enum decimal_result parse_placed(char *at, struct bytes text, unsigned digits,
                                        int64_t *scaled) {
    if (text.len != 0) {
        memcpy(at, text.data, text.len);
    }
    return decimal_parse(bytes_of(at, text.len), digits, scaled);
}

static enum decimal_result parse_within(char *at, struct bytes text, unsigned digits,
                                        int64_t *scaled) {
    if (text.len != 0) {
        memcpy(at, text.data, text.len);
    }
    return decimal_parse_within(bytes_of(at, text.len), digits, scaled);
}

/* Every way to read `text` has to say the same, wherever no byte but what is allowed can be read.
 */
static enum decimal_result parse_everywhere(struct bytes text, unsigned digits, int64_t *scaled) {
    int64_t untouched = *scaled;
    int64_t others[4] = {untouched, untouched, untouched, untouched};
    char *start = test_guard_start();
    char *end = test_guard_end() - text.len;
    size_t behind = text.len < DECIMAL_BEHIND ? DECIMAL_BEHIND - text.len : 0;
    enum decimal_result result = decimal_parse(text, digits, scaled);
    bool same = parse_placed(start, text, digits, &others[0]) == result &&
                parse_placed(end, text, digits, &others[1]) == result;
    memset(start, '7', behind);
    same = same && parse_within(start + behind, text, digits, &others[2]) == result;
    memset(end - behind, '.', behind);
    same = same && parse_within(end, text, digits, &others[3]) == result;
    for (size_t i = 0; i < 4; i++) {
        same = same && others[i] == *scaled;
    }
    cr_assert(same, "\"%.*s\" at %u digits", (int)text.len, text.data, digits);
    return result;
}

static void check_rows(const struct parse_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct parse_row *row = &rows[i];
        int64_t scaled = UNTOUCHED;
        enum decimal_result result =
            parse_everywhere(bytes_of_string(row->text), row->digits, &scaled);
        cr_assert_eq(result, row->result, "\"%s\" at %u digits gives %d, not %d", row->text,
                     row->digits, result, row->result);
        int64_t expected = row->result == DECIMAL_OK ? row->scaled : UNTOUCHED;
        cr_assert_eq(scaled, expected, "\"%s\" at %u digits gives %" PRId64, row->text, row->digits,
                     scaled);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

Test(decimal_parse, reads_what_fix_float_allows) {
    static const struct parse_row rows[] = {
        {"0", 0, DECIMAL_OK, 0},
        {"-0", 4, DECIMAL_OK, 0},
        {"-0.00", 1, DECIMAL_OK, 0},
        {"1", 0, DECIMAL_OK, 1},
        {"1.", 2, DECIMAL_OK, 100},
        {".5", 2, DECIMAL_OK, 50},
        {"-.5", 1, DECIMAL_OK, -5},
        {"-3.25", 2, DECIMAL_OK, -325},
        {"23.23", 2, DECIMAL_OK, 2323},
        {"23.0", 2, DECIMAL_OK, 2300},
        {"00023.23", 2, DECIMAL_OK, 2323},
        {"23.2300", 2, DECIMAL_OK, 2323},
        {"1.500", 2, DECIMAL_OK, 150},
        {"1.", 0, DECIMAL_OK, 1},
        {"1.000", 0, DECIMAL_OK, 1},
        {"0.000000000000000001", 18, DECIMAL_OK, 1},
        {"64123.45", 8, DECIMAL_OK, 6412345000000},
        {"0000000000000000000000000000000000000001", 0, DECIMAL_OK, 1},
        {"1.0000000000000000000000000000000000000000", 2, DECIMAL_OK, 100},
        {"00000000000000000000000000000.50000000000000000000000000", 1, DECIMAL_OK, 5},
    };
    CHECK_ROWS(rows);
}

Test(decimal_parse, refuses_what_is_no_fix_float) {
    static const struct parse_row rows[] = {
        {"", 2, DECIMAL_MALFORMED, 0},      {"-", 2, DECIMAL_MALFORMED, 0},
        {".", 2, DECIMAL_MALFORMED, 0},     {"-.", 2, DECIMAL_MALFORMED, 0},
        {"+1", 2, DECIMAL_MALFORMED, 0},    {"--1", 2, DECIMAL_MALFORMED, 0},
        {"1-", 2, DECIMAL_MALFORMED, 0},    {"1e6", 2, DECIMAL_MALFORMED, 0},
        {"1E6", 2, DECIMAL_MALFORMED, 0},   {"1_000", 2, DECIMAL_MALFORMED, 0},
        {"1,000", 2, DECIMAL_MALFORMED, 0}, {"1O0", 2, DECIMAL_MALFORMED, 0},
        {"1.2.3", 2, DECIMAL_MALFORMED, 0}, {"1..2", 2, DECIMAL_MALFORMED, 0},
        {" 1", 2, DECIMAL_MALFORMED, 0},    {"1 ", 2, DECIMAL_MALFORMED, 0},
        {"1.-5", 2, DECIMAL_MALFORMED, 0},  {"0x10", 2, DECIMAL_MALFORMED, 0},
        {"nan", 2, DECIMAL_MALFORMED, 0},   {"inf", 2, DECIMAL_MALFORMED, 0},
        {"1/2", 2, DECIMAL_MALFORMED, 0},   {"1:2", 2, DECIMAL_MALFORMED, 0},
        {"1\xb2", 2, DECIMAL_MALFORMED, 0}, {"\xff", 2, DECIMAL_MALFORMED, 0},
        {"-+1", 2, DECIMAL_MALFORMED, 0},   {"1.0e0", 2, DECIMAL_MALFORMED, 0},
    };
    CHECK_ROWS(rows);
}

Test(decimal_parse, a_nul_byte_is_malformed) {
    int64_t scaled = UNTOUCHED;
    cr_assert_eq(decimal_parse(bytes_of("1\0", 2), 2, &scaled), DECIMAL_MALFORMED);
    cr_assert_eq(decimal_parse(bytes_of(NULL, 0), 2, &scaled), DECIMAL_MALFORMED);
    cr_assert_eq(scaled, UNTOUCHED);
}

Test(decimal_parse, refuses_digits_it_would_have_to_drop) {
    static const struct parse_row rows[] = {
        {"1.234", 2, DECIMAL_TOO_PRECISE, 0},
        {"0.001", 2, DECIMAL_TOO_PRECISE, 0},
        {"1.000000000000000000000000000001", 18, DECIMAL_TOO_PRECISE, 0},
        {"1.1", 0, DECIMAL_TOO_PRECISE, 0},
        {"-1.239", 2, DECIMAL_TOO_PRECISE, 0},
    };
    CHECK_ROWS(rows);
}

Test(decimal_parse, refuses_what_does_not_fit) {
    static const struct parse_row rows[] = {
        {"9223372036854775807", 0, DECIMAL_OK, INT64_MAX},
        {"9223372036854775808", 0, DECIMAL_OVERFLOW, 0},
        {"-9223372036854775808", 0, DECIMAL_OK, INT64_MIN},
        {"-9223372036854775809", 0, DECIMAL_OVERFLOW, 0},
        {"9.223372036854775807", 18, DECIMAL_OK, INT64_MAX},
        {"9.223372036854775808", 18, DECIMAL_OVERFLOW, 0},
        {"-9.223372036854775808", 18, DECIMAL_OK, INT64_MIN},
        {"-92233720368547758.08", 2, DECIMAL_OK, INT64_MIN},
        {"92233720368547758.07", 2, DECIMAL_OK, INT64_MAX},
        {"92233720368547758.08", 2, DECIMAL_OVERFLOW, 0},
        {"10", 18, DECIMAL_OVERFLOW, 0},
        {"9", 18, DECIMAL_OK, INT64_C(9000000000000000000)},
        {"18446744073709551615", 0, DECIMAL_OVERFLOW, 0},
        {"18446744073709551616", 0, DECIMAL_OVERFLOW, 0},
        {"18446744073709551617", 0, DECIMAL_OVERFLOW, 0},
        {"99999999999999999999", 0, DECIMAL_OVERFLOW, 0},
        {"184467440737095516160000000001", 0, DECIMAL_OVERFLOW, 0},
        {"340282366920938463463374607431768211457", 0, DECIMAL_OVERFLOW, 0},
    };
    CHECK_ROWS(rows);
}

Test(decimal_parse, malformed_outranks_too_precise_outranks_overflow) {
    static const struct parse_row rows[] = {
        {"99999999999999999999.001", 2, DECIMAL_TOO_PRECISE, 0},
        {"99999999999999999999x", 2, DECIMAL_MALFORMED, 0},
        {"0.001x", 2, DECIMAL_MALFORMED, 0},
        {"99999999999999999999.001.", 2, DECIMAL_MALFORMED, 0},
    };
    CHECK_ROWS(rows);
}

static void expect_as_twin(const char *text, unsigned digits) {
    int64_t expected = UNTOUCHED;
    int64_t scaled = UNTOUCHED;
    enum decimal_result verdict = twin_parse(text, digits, &expected);
    enum decimal_result result = parse_everywhere(bytes_of_string(text), digits, &scaled);
    cr_assert(result == verdict && scaled == expected,
              "\"%s\" at %u digits: %d %" PRId64 ", twin %d %" PRId64, text, digits, result, scaled,
              verdict, expected);
}

Test(decimal_parse, agrees_with_the_twin_on_random_text) {
    struct prng prng;
    prng_seed(&prng, test_seed("decimal text"));
    static const char alphabet[] = "00001123456789..-9e";
    for (int i = 0; i < 200000; i++) {
        char text[40];
        size_t length = prng_below(&prng, 26);
        for (size_t k = 0; k < length; k++) {
            /* The last two letters spoil the text: rare, so that most rows are well-formed. */
            uint64_t letters = prng_below(&prng, 8) == 0 ? sizeof(alphabet) - 1 : 14;
            text[k] = alphabet[prng_below(&prng, letters)];
        }
        text[length] = '\0';
        if (length > 2 && prng_below(&prng, 2) == 0) {
            text[prng_below(&prng, length)] = '.';
        }
        expect_as_twin(text, (unsigned)prng_below(&prng, DECIMAL_DIGITS_MAX + 1));
    }
}

/* Every byte at every place of texts of every length, whole and with a dot. */
Test(decimal_parse, agrees_with_the_twin_on_every_one_byte_change) {
    for (size_t length = 1; length <= 20; length++) {
        for (size_t dot = 0; dot <= length; dot++) {
            char text[24] = "123456789012345678901";
            text[length] = '\0';
            text[dot] = dot < length ? '.' : '\0';
            for (size_t at = 0; at < length; at++) {
                char kept = text[at];
                for (unsigned byte = 1; byte < 256; byte++) {
                    text[at] = (char)byte;
                    expect_as_twin(text, 9);
                }
                text[at] = kept;
            }
        }
    }
}

Test(decimal_parse, agrees_with_the_twin_around_the_limits) {
    struct prng prng;
    prng_seed(&prng, test_seed("decimal limits"));
    for (int i = 0; i < 100000; i++) {
        uint64_t magnitude = (UINT64_C(1) << 63) + prng_below(&prng, 21) - 10;
        char whole[32];
        char text[40];
        int length = snprintf(whole, sizeof(whole), "%" PRIu64, magnitude);
        int dot = (int)prng_below(&prng, (uint64_t)length + 1);
        snprintf(text, sizeof(text), "%s%.*s.%s", prng_below(&prng, 2) == 0 ? "-" : "", dot, whole,
                 whole + dot);
        expect_as_twin(text, (unsigned)prng_below(&prng, DECIMAL_DIGITS_MAX + 1));
    }
}

static void expect_format(int64_t scaled, unsigned digits, const char *expected) {
    char text[DECIMAL_TEXT_MAX + 1];
    size_t length = decimal_format(scaled, digits, text);
    cr_assert_leq(length, DECIMAL_TEXT_MAX);
    text[length] = '\0';
    cr_assert_str_eq(text, expected, "%" PRId64 " at %u digits", scaled, digits);
}

Test(decimal_format, writes_the_shortest_exact_text) {
    expect_format(0, 0, "0");
    expect_format(0, 18, "0");
    expect_format(5, 1, "0.5");
    expect_format(-5, 1, "-0.5");
    expect_format(10000, 2, "100");
    expect_format(100, 0, "100");
    expect_format(-325, 2, "-3.25");
    expect_format(150, 2, "1.5");
    expect_format(1, 18, "0.000000000000000001");
    expect_format(INT64_MAX, 0, "9223372036854775807");
    expect_format(INT64_MIN, 0, "-9223372036854775808");
    expect_format(INT64_MAX, 18, "9.223372036854775807");
    expect_format(INT64_MIN, 18, "-9.223372036854775808");
    expect_format(INT64_MIN, 9, "-9223372036.854775808");
}

static int64_t random_scaled(struct prng *prng) {
    uint64_t magnitude = prng_next(prng) >> prng_below(prng, 64);
    for (uint64_t zeros = prng_below(prng, 20); zeros > 0 && magnitude < UINT64_MAX / 10; zeros--) {
        magnitude *= 10;
    }
    return (int64_t)(prng_below(prng, 2) == 0 ? magnitude : 0 - magnitude);
}

Test(decimal_format, agrees_with_the_twin_and_reads_back) {
    struct prng prng;
    prng_seed(&prng, test_seed("decimal format"));
    for (int i = 0; i < 200000; i++) {
        int64_t scaled = random_scaled(&prng);
        unsigned digits = (unsigned)prng_below(&prng, DECIMAL_DIGITS_MAX + 1);
        char text[DECIMAL_TEXT_MAX + 1];
        size_t length = decimal_format(scaled, digits, text);
        text[length] = '\0';
        char expected[DECIMAL_TEXT_MAX + 2];
        twin_format(scaled, digits, expected);
        cr_assert_str_eq(text, expected, "%" PRId64 " at %u digits", scaled, digits);
        int64_t back = UNTOUCHED;
        cr_assert_eq(decimal_parse(bytes_of(text, length), digits, &back), DECIMAL_OK);
        cr_assert_eq(back, scaled);
    }
}

Test(decimal_power, is_a_power_of_ten) {
    int64_t power = 1;
    for (unsigned digits = 0; digits <= DECIMAL_DIGITS_MAX; digits++) {
        cr_assert_eq(decimal_power(digits), power);
        power = digits < DECIMAL_DIGITS_MAX ? power * 10 : power;
    }
}

static void power_of_nineteen(void *argument) {
    (void)argument;
    decimal_power(19);
}

static void parse_nineteen_digits(void *argument) {
    (void)!decimal_parse(BYTES("1"), 19, argument);
}

static void format_nineteen_digits(void *argument) {
    decimal_format(1, 19, argument);
}

static void divisor_of(void *value) {
    divisor_make(*(int64_t *)value);
}

Test(decimal, digits_or_divisors_out_of_range_are_our_bug) {
    int64_t room[4];
    cr_assert(dies_saying(power_of_nineteen, NULL, "DECIMAL_DIGITS_MAX"));
    cr_assert(dies_saying(parse_nineteen_digits, room, "DECIMAL_DIGITS_MAX"));
    cr_assert(dies_saying(format_nineteen_digits, room, "DECIMAL_DIGITS_MAX"));
    int64_t values[] = {0, -1, INT64_MIN};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(dies_saying(divisor_of, &values[i], "value >= 1"));
    }
}

static void expect_divides(int64_t value, int64_t amount) {
    bool expected = amount % value == 0;
    cr_assert_eq(divisor_divides(divisor_make(value), amount), expected, "%" PRId64 " by %" PRId64,
                 amount, value);
}

Test(divisor, agrees_with_remainder_at_the_edges) {
    static const int64_t edges[] = {
        1,
        2,
        3,
        5,
        10,
        16,
        25,
        125,
        1000,
        1 << 20,
        INT64_C(1000000000000000000),
        INT64_C(1) << 62,
        (INT64_C(1) << 62) + 1,
        INT64_MAX / 3,
        INT64_MAX - 1,
        INT64_MAX,
    };
    size_t count = sizeof(edges) / sizeof(edges[0]);
    for (size_t d = 0; d < count; d++) {
        expect_divides(edges[d], 0);
        expect_divides(edges[d], INT64_MAX / edges[d] * edges[d]);
        for (size_t a = 0; a < count; a++) {
            for (int64_t off = -1; off <= 1; off++) {
                if (edges[a] != INT64_MAX || off <= 0) {
                    expect_divides(edges[d], edges[a] + off);
                }
            }
        }
    }
    for (int64_t value = 1; value <= 300; value++) {
        for (int64_t amount = 0; amount <= 1000; amount++) {
            expect_divides(value, amount);
        }
    }
}

Test(divisor, agrees_with_remainder_on_random_values) {
    struct prng prng;
    prng_seed(&prng, test_seed("divisor"));
    for (int i = 0; i < 300000; i++) {
        int64_t value = (int64_t)(prng_next(&prng) >> (1 + prng_below(&prng, 63)));
        value += value == 0;
        int64_t amount = (int64_t)(prng_next(&prng) >> (1 + prng_below(&prng, 63)));
        expect_divides(value, amount);
        int64_t multiple = (int64_t)prng_below(&prng, (uint64_t)(INT64_MAX / value) + 1) * value;
        expect_divides(value, multiple);
        if (multiple < INT64_MAX) {
            expect_divides(value, multiple + 1);
        }
    }
}
