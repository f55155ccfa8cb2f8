/*
 * The naive twin of fix_frame: the header's words turned into loops over an index, sharing nothing
 * with it. For the test and the fuzzer only.
 */
#ifndef TERCEL_CORE_FIX_FIX_FRAME_TEST_TWIN_H
#define TERCEL_CORE_FIX_FIX_FRAME_TEST_TWIN_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/fix/fix_frame.h"

static inline bool twin_has(struct bytes in, size_t at, const char *text) {
    return at + strlen(text) <= in.len && memcmp(in.data + at, text, strlen(text)) == 0;
}

/* Whether `in` from `at` on is `text`, or a beginning of it that `in` cuts off. */
static inline bool twin_may_have(struct bytes in, size_t at, const char *text) {
    for (size_t i = 0; text[i] != '\0' && at + i < in.len; i++) {
        if (in.data[at + i] != text[i]) {
            return false;
        }
    }
    return true;
}

static inline size_t twin_soh(struct bytes in, size_t at) {
    while (at < in.len && in.data[at] != 1) {
        at++;
    }
    return at;
}

static inline enum fix_frame_result twin_partial(size_t need, struct fix_frame *out) {
    out->bytes = need;
    return FIX_FRAME_PARTIAL;
}

static inline enum fix_frame_result twin_resync(struct bytes in, size_t from,
                                                enum fix_frame_fault fault, struct fix_frame *out) {
    out->fault = fault;
    out->bytes = from;
    while (out->bytes < in.len && !twin_may_have(in, out->bytes, "8=FIX")) {
        out->bytes++;
    }
    return FIX_FRAME_GARBLED;
}

static inline enum fix_frame_result twin_swallow(struct bytes in, size_t from, size_t max,
                                                 enum fix_frame_fault fault,
                                                 struct fix_frame *out) {
    struct bytes window = bytes_of(in.data, in.len < max ? in.len : max);
    for (size_t at = from; at < window.len; at++) {
        if (twin_has(window, at,
                     "\x01"
                     "10=") &&
            twin_soh(window, at + 4) < window.len) {
            out->fault = fault;
            out->bytes = twin_soh(window, at + 4) + 1;
            return FIX_FRAME_GARBLED;
        }
    }
    return in.len < max ? twin_partial(in.len + 1, out) : twin_resync(window, from, fault, out);
}

static inline enum fix_frame_result twin_trailer(struct bytes in, size_t max,
                                                 struct fix_frame *out) {
    size_t end = out->body_offset + out->body_bytes;
    out->bytes = end + 7;
    if (out->bytes > max) {
        return FIX_FRAME_TOO_LONG;
    }
    if (in.len < out->bytes) {
        return FIX_FRAME_PARTIAL;
    }
    if (!twin_has(in, end - 1,
                  "\x01"
                  "10=")) {
        return twin_swallow(in, end - 1, max, FIX_FAULT_BODY_LENGTH, out);
    }
    unsigned sum = 0;
    for (size_t i = 0; i < end; i++) {
        sum = (sum + (unsigned char)in.data[i]) % 256;
    }
    char trailer[16];
    snprintf(trailer, sizeof trailer, "10=%03u\x01", sum);
    return twin_has(in, end, trailer) ? FIX_FRAME_COMPLETE
                                      : twin_swallow(in, end - 1, max, FIX_FAULT_CHECKSUM, out);
}

static inline enum fix_frame_result twin_frame(struct bytes in, size_t max, struct fix_frame *out) {
    *out = (struct fix_frame){.fault = FIX_FAULT_NONE};
    if (!twin_may_have(in, 0, "8=FIX")) {
        return twin_resync(in, 1, FIX_FAULT_BEGIN_STRING, out);
    }
    size_t soh = twin_soh(in, 0);
    if (soh > 2 + 16) {
        return twin_resync(in, 1, FIX_FAULT_BEGIN_STRING, out);
    }
    if (!twin_may_have(in, soh,
                       "\x01"
                       "9=")) {
        return twin_resync(in, 1, FIX_FAULT_BODY_LENGTH, out);
    }
    if (soh + 3 >= in.len) {
        return twin_partial(in.len + 1, out);
    }
    size_t at = soh + 3;
    for (; at < in.len && in.data[at] >= '0' && in.data[at] <= '9'; at++) {
        out->body_bytes = out->body_bytes * 10 + (size_t)(in.data[at] - '0');
        if (at - soh - 3 == 9) {
            return twin_resync(in, 1, FIX_FAULT_BODY_LENGTH, out);
        }
    }
    if (at == in.len) {
        return twin_partial(in.len + 1, out);
    }
    if (at == soh + 3 || in.data[at] != 1) {
        return twin_resync(in, 1, FIX_FAULT_BODY_LENGTH, out);
    }
    out->body_offset = at + 1;
    return twin_trailer(in, max, out);
}

#endif
