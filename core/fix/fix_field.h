/*
 * Writing single fields, one behind the other, into room that is known to be there.
 *
 * Each function writes "tag=value" and SOH at `at` and returns the place behind it. None of them
 * looks for room: whoever begins a run of fields has room for the sum of their FIX_FIELD_* bounds
 * (fix_writer_room gives it), and what lies behind the last field within that room may have been
 * written over. No value that is given here holds SOH: one from a peer was checked when it was
 * taken, or goes by fix_writer.h, which checks. A tag has 1 to 5 digits, and is best a constant:
 * then "54=" is one store. Pure but for the caller's cache.
 */
#ifndef TERCEL_CORE_FIX_FIX_FIELD_H
#define TERCEL_CORE_FIX_FIX_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_time.h"

/*
 * "tag=" as a word: the first character in the lowest byte, and in the highest how many there are.
 * A tag of more than FIX_FIELD_TAG_DIGITS_MAX digits stays a number, and the highest byte 0.
 */
#define FIX_FIELD_TAG_DIGITS_MAX 5
#define FIX_TAG_LEN_SHIFT 56
#define FIX_TAG_DIGIT(tag, power, place) ((uint64_t)('0' + (tag) / (power) % 10) << 8 * (place))
#define FIX_TAG_EQUALS(digits)                                                                     \
    ((uint64_t)'=' << 8 * (digits) | (uint64_t)((digits) + 1) << FIX_TAG_LEN_SHIFT)

static inline uint64_t fix_tag_word(uint32_t tag) {
    if (tag < 10) {
        return FIX_TAG_DIGIT(tag, 1, 0) | FIX_TAG_EQUALS(1);
    }
    if (tag < 100) {
        return FIX_TAG_DIGIT(tag, 10, 0) | FIX_TAG_DIGIT(tag, 1, 1) | FIX_TAG_EQUALS(2);
    }
    if (tag < 1000) {
        return FIX_TAG_DIGIT(tag, 100, 0) | FIX_TAG_DIGIT(tag, 10, 1) | FIX_TAG_DIGIT(tag, 1, 2) |
               FIX_TAG_EQUALS(3);
    }
    if (tag < 10000) {
        return FIX_TAG_DIGIT(tag, 1000, 0) | FIX_TAG_DIGIT(tag, 100, 1) |
               FIX_TAG_DIGIT(tag, 10, 2) | FIX_TAG_DIGIT(tag, 1, 3) | FIX_TAG_EQUALS(4);
    }
    if (tag < 100000) {
        return FIX_TAG_DIGIT(tag, 10000, 0) | FIX_TAG_DIGIT(tag, 1000, 1) |
               FIX_TAG_DIGIT(tag, 100, 2) | FIX_TAG_DIGIT(tag, 10, 3) | FIX_TAG_DIGIT(tag, 1, 4) |
               FIX_TAG_EQUALS(5);
    }
    return tag;
}

uint64_t fix_tag_word_of(uint32_t tag);
#define FIX_TAG_WORD(tag) (__builtin_constant_p(tag) ? fix_tag_word(tag) : fix_tag_word_of(tag))

static inline size_t fix_tag_len(uint64_t tag) {
    return tag >> FIX_TAG_LEN_SHIFT;
}

/* A tag is stored as a word, of which the value then covers what is too much. */
#define FIX_FIELD_TAG_BYTES sizeof(uint64_t)
#define FIX_FIELD_CHAR FIX_FIELD_TAG_BYTES
#define FIX_FIELD_BYTES(value_bytes) (FIX_FIELD_TAG_BYTES + (value_bytes) + 1)
#define FIX_FIELD_UINT FIX_FIELD_BYTES(20)
#define FIX_FIELD_DECIMAL FIX_FIELD_BYTES(DECIMAL_TEXT_MAX)
#define FIX_FIELD_UTC FIX_FIELD_BYTES(FIX_TIME_TEXT_MAX)

/* The values with their SOH, behind a tag that is written. */
char *fix_add_bytes_value(char *at, struct bytes value);
char *fix_add_uint_value(char *at, uint64_t value);
char *fix_add_decimal_value(char *at, int64_t scaled, unsigned digits);

static inline char *fix_add_utc_value(char *at, struct fix_time_cache *cache, struct utc value,
                                      unsigned fraction_digits) {
    at += fix_time_format(cache, value, fraction_digits, at);
    *at = FIX_SOH;
    return at + 1;
}

static inline char *fix_add_tag(char *at, uint64_t tag) {
    memcpy(at, &tag, sizeof(tag));
    return at + fix_tag_len(tag);
}

/* All of it is one word. */
static inline char *fix_add_char_word(char *at, uint64_t tag, char value) {
    size_t len = fix_tag_len(tag);
    tag &= (UINT64_C(1) << FIX_TAG_LEN_SHIFT) - 1;
    tag |= (uint64_t)(unsigned char)value << 8 * len | (uint64_t)FIX_SOH << 8 * (len + 1);
    memcpy(at, &tag, sizeof(tag));
    return at + len + 2;
}

static inline char *fix_add_char(char *at, uint32_t tag, char value) {
    return fix_add_char_word(at, FIX_TAG_WORD(tag), value);
}

static inline char *fix_add_bytes(char *at, uint32_t tag, struct bytes value) {
    return fix_add_bytes_value(fix_add_tag(at, FIX_TAG_WORD(tag)), value);
}

static inline char *fix_add_uint(char *at, uint32_t tag, uint64_t value) {
    return fix_add_uint_value(fix_add_tag(at, FIX_TAG_WORD(tag)), value);
}

static inline char *fix_add_decimal(char *at, uint32_t tag, int64_t scaled, unsigned digits) {
    return fix_add_decimal_value(fix_add_tag(at, FIX_TAG_WORD(tag)), scaled, digits);
}

static inline char *fix_add_utc(char *at, uint32_t tag, struct fix_time_cache *cache,
                                struct utc value, unsigned fraction_digits) {
    return fix_add_utc_value(fix_add_tag(at, FIX_TAG_WORD(tag)), cache, value, fraction_digits);
}

/* A run of text prepared at start-up, "49=US|56=THEM|", or the end of one field and the tag of the
 * next; zeros behind `len`. Blocks are copied: it takes FIX_RUN_BLOCK - 1 bytes more room. */
#define FIX_RUN_MAX 112
#define FIX_RUN_BLOCK 16
struct fix_run {
    char text[FIX_RUN_MAX];
    size_t len;
};

static inline char *fix_add_run(char *at, const struct fix_run *run) {
    for (size_t i = 0; i < run->len; i += FIX_RUN_BLOCK) {
        memcpy(at + i, run->text + i, FIX_RUN_BLOCK);
    }
    return at + run->len;
}

#endif
