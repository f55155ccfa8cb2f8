/*
 * The steps that fix_frame.c, fix_view.c and the parser share: finding SOH, eight bytes at a time,
 * reading a tag, and which tags do not end with the next SOH. Internal to the codec: no bounds but
 * what is said.
 */
#ifndef TERCEL_CORE_FIX_FIX_SCAN_H
#define TERCEL_CORE_FIX_FIX_SCAN_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"

#define FIX_SCAN_ONES UINT64_C(0x0101010101010101)
#define FIX_SCAN_HIGHS UINT64_C(0x8080808080808080)

#define FIX_TAG_DIGITS_MAX 9

/* Eight bytes, the first of them lowest. */
static inline uint64_t fix_scan_word(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

/*
 * The first SOH in [at, end), or `end`; at <= end. Never reads at or past `end`.
 *
 * A word holds a zero byte exactly when (word - ones) & ~word & highs is not 0, and the lowest set
 * bit then marks the first one: a borrow can only raise false marks above a true one. SOH is 0x01,
 * so xor with `ones` turns it into that zero byte.
 */
static inline const char *fix_scan_soh(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word = fix_scan_word(at) ^ FIX_SCAN_ONES;
        uint64_t marks = (word - FIX_SCAN_ONES) & ~word & FIX_SCAN_HIGHS;
        if (marks != 0) {
            return at + (__builtin_ctzll(marks) >> 3);
        }
        at += 8;
    }
    while (at < end && *at != FIX_SOH) {
        at++;
    }
    return at;
}

/*
 * Reads "tag=" at `at`; the byte after it, or NULL when it is not 1-9 digits, the first not 0, and
 * '='. The run of digits must end before what may be read does.
 */
static inline const char *fix_scan_tag(const char *at, uint32_t *tag) {
    const char *start = at;
    uint32_t digit = (uint32_t)(unsigned char)*at - '0';
    if (UNLIKELY(digit - 1 > 8)) {
        return NULL;
    }
    uint32_t value = 0;
    do {
        value = value * 10 + digit;
        at++;
        digit = (uint32_t)(unsigned char)*at - '0';
    } while (digit <= 9);
    *tag = value;
    return LIKELY(*at == '=' && at - start <= FIX_TAG_DIGITS_MAX) ? at + 1 : NULL;
}

/* Fields whose end is not the next SOH, or that end the message: CheckSum and all data fields. */
#define FIX_SCAN_SPECIAL_END 1536

static inline bool fix_scan_is_special(uint32_t tag) {
#define FIX_SCAN_BIT(tag) (UINT64_C(1) << ((tag) % 64))
    static const uint64_t special[FIX_SCAN_SPECIAL_END / 64] = {
        [0] = FIX_SCAN_BIT(FIX_CHECK_SUM),
        [1] = FIX_SCAN_BIT(89) | FIX_SCAN_BIT(91) | FIX_SCAN_BIT(96),
        [3] = FIX_SCAN_BIT(213),
        [5] = FIX_SCAN_BIT(349) | FIX_SCAN_BIT(351) | FIX_SCAN_BIT(353) | FIX_SCAN_BIT(355) |
              FIX_SCAN_BIT(357) | FIX_SCAN_BIT(359) | FIX_SCAN_BIT(361) | FIX_SCAN_BIT(363) |
              FIX_SCAN_BIT(365),
        [6] = FIX_SCAN_BIT(446),
        [9] = FIX_SCAN_BIT(619) | FIX_SCAN_BIT(622),
        [18] = FIX_SCAN_BIT(1185),
        [19] = FIX_SCAN_BIT(1278),
        [20] = FIX_SCAN_BIT(1281) | FIX_SCAN_BIT(1283),
        [21] = FIX_SCAN_BIT(1398) | FIX_SCAN_BIT(1402) | FIX_SCAN_BIT(1404),
        [22] = FIX_SCAN_BIT(1469),
    };
    return tag < FIX_SCAN_SPECIAL_END && (special[tag / 64] & FIX_SCAN_BIT(tag)) != 0;
#undef FIX_SCAN_BIT
}

/* The SOH that ends the data value of `tag` at `value`, as long as the last of `view`'s `count`
 * fields says, or NULL; `end` is the message's. */
const char *fix_scan_data_end(const struct fix_view *view, uint32_t tag, const char *value,
                              const char *end);

/* Notes that field `index`, the fields before it being there already, is one of `tag`. */
static inline void fix_scan_note(struct fix_view *view, size_t index, uint32_t tag, uint32_t slot) {
    size_t before = view->at[slot];
    if (before >= index || view->fields[before].tag != tag) {
        view->at[slot] = (uint16_t)index;
    }
}

/* Where in view->at a tag lies; those that have no place share that of tag 0, which is none. */
static inline uint32_t fix_scan_slot(uint32_t tag) {
    return tag < FIX_VIEW_TAGS ? tag : 0;
}

#endif
