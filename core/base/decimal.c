#include "core/base/decimal.h"

#include <stdbool.h>

#include "core/base/digits.h"

static const int64_t powers[DECIMAL_DIGITS_MAX + 1] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

int64_t decimal_power(unsigned digits) {
    CHECK(digits <= DECIMAL_DIGITS_MAX);
    return powers[digits];
}

/* An unsigned magnitude being read; overflow and lost digits are kept, because a malformed byte
 * further on outranks them. */
struct magnitude {
    uint64_t value;
    bool overflow;
    bool too_precise;
};

static void magnitude_scale(struct magnitude *magnitude, uint64_t factor) {
    magnitude->overflow |= __builtin_mul_overflow(magnitude->value, factor, &magnitude->value);
}

static void magnitude_append(struct magnitude *magnitude, unsigned digit) {
    magnitude_scale(magnitude, 10);
    magnitude->overflow |= __builtin_add_overflow(magnitude->value, digit, &magnitude->value);
}

/* The digits from *at on; at most `kept` of them count, the rest must be zeros. Returns how many
 * digits were seen and leaves *at on the first byte that is none. */
static size_t read_digits(const char **at, const char *end, size_t kept,
                          struct magnitude *magnitude) {
    const char *cursor = *at;
    while (cursor < end) {
        unsigned digit = (unsigned)(unsigned char)*cursor - '0';
        if (digit > 9) {
            break;
        }
        if ((size_t)(cursor - *at) < kept) {
            magnitude_append(magnitude, digit);
        } else {
            magnitude->too_precise |= digit != 0;
        }
        cursor++;
    }
    size_t seen = (size_t)(cursor - *at);
    *at = cursor;
    return seen;
}

static enum decimal_result apply_sign(uint64_t magnitude, bool negative, int64_t *scaled) {
    if (magnitude > (uint64_t)INT64_MAX + negative) {
        return DECIMAL_OVERFLOW;
    }
    *scaled = (int64_t)(negative ? 0 - magnitude : magnitude);
    return DECIMAL_OK;
}

/* Text of any length and sign, a byte at a time: whatever decimal_parse has no quick answer to. */
__attribute__((noinline)) static enum decimal_result parse_any(struct bytes text, unsigned digits,
                                                               int64_t *scaled) {
    if (text.len == 0) {
        return DECIMAL_MALFORMED;
    }
    const char *at = text.data;
    const char *end = at + text.len;
    bool negative = *at == '-';
    at += negative;

    struct magnitude magnitude = {0};
    size_t whole = read_digits(&at, end, SIZE_MAX, &magnitude);
    size_t fraction = 0;
    if (at < end && *at == '.') {
        at++;
        fraction = read_digits(&at, end, digits, &magnitude);
    }
    if (at != end || whole + fraction == 0) {
        return DECIMAL_MALFORMED;
    }
    if (magnitude.too_precise) {
        return DECIMAL_TOO_PRECISE;
    }
    if (fraction < digits) {
        magnitude_scale(&magnitude, (uint64_t)powers[digits - fraction]);
    }
    return magnitude.overflow ? DECIMAL_OVERFLOW : apply_sign(magnitude.value, negative, scaled);
}

/*
 * What at most sixteen characters come to; `vector` is they. The one byte that is no digit, if
 * there is one, has to be the dot, with a digit beside it. What is rarer is left to parse_any: a
 * sign, a digit past `digits`, what is malformed.
 */
static inline enum decimal_result parse_vector(__m128i vector, struct bytes text, unsigned digits,
                                               int64_t *scaled) {
    unsigned marks = digits_marks(vector);
    unsigned fraction = 0;
    if (marks != 0) {
        fraction = (unsigned)__builtin_clz(marks) - (32 - DIGITS_MAX);
        bool one_dot = (marks & (marks - 1)) == 0 && text.data[text.len - 1 - fraction] == '.';
        if (UNLIKELY(!one_dot || fraction > digits || text.len == 1)) {
            return parse_any(text, digits, scaled);
        }
        vector = digits_without(vector, fraction);
    }
    int64_t value = (int64_t)digits_value(vector);
    if (UNLIKELY(__builtin_mul_overflow(value, powers[digits - fraction], &value))) {
        return DECIMAL_OVERFLOW;
    }
    *scaled = value;
    return DECIMAL_OK;
}

enum decimal_result decimal_parse(struct bytes text, unsigned digits, int64_t *scaled) {
    CHECK(digits <= DECIMAL_DIGITS_MAX);
    if (UNLIKELY(text.len - 1 >= DIGITS_MAX)) {
        return parse_any(text, digits, scaled);
    }
    return parse_vector(digits_load(text.data, text.len), text, digits, scaled);
}

enum decimal_result decimal_parse_within(struct bytes text, unsigned digits, int64_t *scaled) {
    CHECK(digits <= DECIMAL_DIGITS_MAX);
    if (UNLIKELY(text.len - 1 >= DIGITS_MAX)) {
        return parse_any(text, digits, scaled);
    }
    return parse_vector(digits_load_within(text.data, text.len), text, digits, scaled);
}

/* Digits come out from the right, by divisions by a constant only: decimal_power would be a
 * division by a variable on the order path. */
__attribute__((noinline)) static size_t format_any(int64_t scaled, unsigned digits, char *out) {
    uint64_t rest = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    while (digits > 0 && rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    char reversed[DECIMAL_TEXT_MAX];
    size_t length = 0;
    if (digits > 0) {
        for (unsigned i = 0; i < digits; i++) {
            reversed[length++] = (char)('0' + rest % 10);
            rest /= 10;
        }
        reversed[length++] = '.';
    }
    do {
        reversed[length++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (scaled < 0) {
        reversed[length++] = '-';
    }
    for (size_t i = 0; i < length; i++) {
        out[i] = reversed[length - 1 - i];
    }
    return length;
}

size_t decimal_format(int64_t scaled, unsigned digits, char *out) {
    CHECK(digits <= DECIMAL_DIGITS_MAX);
    bool negative = scaled < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    if (UNLIKELY(magnitude >= DIGITS_DECIMAL_LIMIT || digits > DIGITS_DECIMAL_AFTER_MAX)) {
        return format_any(scaled, digits, out);
    }
    *out = '-';
    return negative + digits_put_decimal(out + negative, magnitude, digits);
}

/*
 * Granlund and Montgomery, "Division by invariant integers using multiplication" (1994), section 9.
 * Let divisor = odd * 2^shift. Modulo 2^64 an odd number has an inverse, and multiplication by it
 * permutes the residues so that exactly the multiples of `odd` land on 0 .. floor((2^64-1) / odd).
 * Rotating right by `shift` moves any low bit that 2^shift does not divide to the top, past the
 * limit.
 */
COLD struct divisor divisor_make(int64_t value) {
    CHECK(value >= 1);
    uint32_t shift = (uint32_t)__builtin_ctzll((uint64_t)value);
    uint64_t odd = (uint64_t)value >> shift;
    /* Newton: odd * odd = 1 modulo 8, so three bits are right, and each step doubles them. */
    uint64_t inverse = odd;
    for (int step = 0; step < 5; step++) {
        inverse *= 2 - odd * inverse;
    }
    return (struct divisor){
        .inverse = inverse, .limit = UINT64_MAX / (uint64_t)value, .shift = shift};
}
