#include "core/fix/fix_field.h"

#include "core/fix/fix_copy.h"

/* 10^8: what one word of digits holds less than. */
#define WORD_LIMIT 100000000

uint64_t fix_tag_word_of(uint32_t tag) {
    return fix_tag_word(tag);
}

char *fix_add_bytes_value(char *at, struct bytes value) {
    bool clean = fix_copy(at, value.data, value.len);
    DCHECK(clean);
    (void)clean;
    at[value.len] = FIX_SOH;
    return at + value.len + 1;
}

/* Without the zeros in front, but for a last one. */
static inline char *add_word(char *at, uint32_t value) {
    uint64_t digits = digits_of(value);
    unsigned zeros = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) & 0x38;
    digits = (digits | DIGITS_ASCII_ZEROS) >> zeros;
    memcpy(at, &digits, sizeof(digits));
    return at + (8 - zeros / 8);
}

static inline char *add_eight(char *at, uint32_t value) {
    uint64_t digits = digits_of(value) | DIGITS_ASCII_ZEROS;
    memcpy(at, &digits, sizeof(digits));
    return at + 8;
}

__attribute__((noinline)) static char *add_long(char *at, uint64_t value) {
    uint64_t upper = value / WORD_LIMIT;
    if (upper < WORD_LIMIT) {
        at = add_word(at, (uint32_t)upper);
    } else {
        at = add_word(at, (uint32_t)(upper / WORD_LIMIT));
        at = add_eight(at, (uint32_t)(upper % WORD_LIMIT));
    }
    at = add_eight(at, (uint32_t)(value % WORD_LIMIT));
    *at = FIX_SOH;
    return at + 1;
}

char *fix_add_uint_value(char *at, uint64_t value) {
    if (UNLIKELY(value >= WORD_LIMIT)) {
        return add_long(at, value);
    }
    at = add_word(at, (uint32_t)value);
    *at = FIX_SOH;
    return at + 1;
}

__attribute__((noinline)) static char *add_other_decimal(char *at, int64_t scaled,
                                                         unsigned digits) {
    at += decimal_format(scaled, digits, at);
    *at = FIX_SOH;
    return at + 1;
}

char *fix_add_decimal_value(char *at, int64_t scaled, unsigned digits) {
    /* A negative number is over the limit, as a positive one. */
    if (UNLIKELY((uint64_t)scaled >= DIGITS_DECIMAL_LIMIT || digits > DIGITS_DECIMAL_AFTER_MAX)) {
        return add_other_decimal(at, scaled, digits);
    }
    at += digits_put_decimal(at, (uint64_t)scaled, digits);
    *at = FIX_SOH;
    return at + 1;
}
