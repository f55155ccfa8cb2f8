/*
 * Finding SOH, eight bytes at a time. Internal to the codec: no bounds but its own arguments.
 */
#ifndef TERCEL_CORE_FIX_FIX_SCAN_H
#define TERCEL_CORE_FIX_FIX_SCAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "core/fix/fix_frame.h"

#define FIX_SCAN_ONES UINT64_C(0x0101010101010101)
#define FIX_SCAN_HIGHS UINT64_C(0x8080808080808080)

/*
 * The first SOH in [at, end), or `end`; at <= end. Never reads at or past `end`.
 *
 * A word holds a zero byte exactly when (word - ones) & ~word & highs is not 0, and the lowest set
 * bit then marks the first one: a borrow can only raise false marks above a true one. SOH is 0x01,
 * so xor with `ones` turns it into that zero byte.
 */
static inline const char *fix_scan_soh(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word) ^ FIX_SCAN_ONES;
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

#endif
