/*
 * Decimal text and scaled integers, exactly.
 *
 * A price or quantity is text on the wire and a scaled int64 inside: value = scaled / 10^digits,
 * `digits` 0..18, fixed per instrument. Nothing here rounds and nothing here is a double. The
 * grammar is FIX 4.4's float (volume 1, "data types"): an optional '-', digits, at most one '.',
 * at least one digit in all, no exponent, no '+', no blank. Leading zeros are accepted; zeros past
 * `digits` are accepted because they change nothing ("1.500" at 2 digits is 150); any other digit
 * there is DECIMAL_TOO_PRECISE. Pure functions; any thread.
 */
#ifndef TERCEL_CORE_BASE_DECIMAL_H
#define TERCEL_CORE_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define DECIMAL_DIGITS_MAX 18
/* Room for '-', 19 digits, '.' and a leading zero. */
#define DECIMAL_TEXT_MAX 22

struct price {
    int64_t scaled;
};

struct quantity {
    int64_t scaled;
};

enum decimal_result {
    DECIMAL_OK = 0,
    DECIMAL_MALFORMED,   /* a byte that is no digit, two dots, no digit at all */
    DECIMAL_TOO_PRECISE, /* a non-zero digit past `digits` */
    DECIMAL_OVERFLOW     /* outside int64 once scaled */
};

/*
 * Reads all of `text`; *scaled is written only on DECIMAL_OK. digits <= DECIMAL_DIGITS_MAX. When
 * several results apply, the first of MALFORMED, TOO_PRECISE, OVERFLOW is given. "-0" is 0.
 */
enum decimal_result decimal_parse(struct bytes text, unsigned digits, int64_t *scaled) MUST_USE;

/*
 * The same of text inside a buffer: the DECIMAL_BEHIND bytes that end where it ends can be read, be
 * they its own or what lies before it. A value in a FIX message has that much in front of it.
 */
#define DECIMAL_BEHIND 16
enum decimal_result decimal_parse_within(struct bytes text, unsigned digits,
                                         int64_t *scaled) MUST_USE;

/*
 * Writes the shortest exact text ("0.5", "100", "-3.25": no trailing zeros, no bare dot) and
 * returns its length, at most DECIMAL_TEXT_MAX. `out` needs DECIMAL_TEXT_MAX bytes; it is not
 * terminated.
 */
size_t decimal_format(int64_t scaled, unsigned digits, char *out);

/* 10^digits; digits <= DECIMAL_DIGITS_MAX. */
int64_t decimal_power(unsigned digits);

/*
 * Divisibility by a fixed divisor without a division: tick and lot checks on the order path.
 * Exact for every int64 multiple. See decimal.c for the identity.
 */
struct divisor {
    uint64_t inverse; /* of the odd part, modulo 2^64 */
    uint64_t limit;   /* floor((2^64-1) / divisor) */
    uint32_t shift;   /* trailing zero bits of the divisor */
    uint32_t reserved;
};

/* `value` >= 1. Cold: divides. */
struct divisor divisor_make(int64_t value);

/* Whether `amount` is a multiple of the divisor; `amount` >= 0. */
static inline bool divisor_divides(struct divisor divisor, int64_t amount) {
    uint64_t product = (uint64_t)amount * divisor.inverse;
    uint64_t rotated = divisor.shift == 0
                           ? product
                           : (product >> divisor.shift) | (product << (64 - divisor.shift));
    return rotated <= divisor.limit;
}

#endif
