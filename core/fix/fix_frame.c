#include "core/fix/fix_frame.h"

#include <stdbool.h>

#include "core/fix/fix_scan.h"

#define BODY_LENGTH_DIGITS_MAX 9

static const struct bytes message_start = {.data = "8=FIX", .len = 5};

static enum fix_frame_result partial(struct fix_frame *frame, size_t need) {
    frame->bytes = need;
    return FIX_FRAME_PARTIAL;
}

/*
 * Skips to the next message start at or after `from` (>= 1). A start that `in` cuts off is kept:
 * the next bytes may complete it.
 */
COLD static enum fix_frame_result resync(struct bytes in, size_t from, enum fix_frame_fault fault,
                                         struct fix_frame *frame) {
    frame->fault = fault;
    size_t at = from;
    while (at < in.len) {
        const char *eight = memchr(in.data + at, '8', in.len - at);
        if (eight == NULL) {
            at = in.len;
            break;
        }
        at = (size_t)(eight - in.data);
        size_t left = in.len - at;
        if (memcmp(eight, message_start.data,
                   left < message_start.len ? left : message_start.len) == 0) {
            break;
        }
        at++;
    }
    frame->bytes = at;
    return FIX_FRAME_GARBLED;
}

/*
 * Skips past the first trailer whose SOH is at or after `from`. The bound keeps a peer that never
 * sends one from making us wait for ever, and looking at no byte past it keeps the answer
 * independent of how much has arrived.
 */
COLD static enum fix_frame_result swallow(struct bytes in, size_t from, size_t message_bytes_max,
                                          enum fix_frame_fault fault, struct fix_frame *frame) {
    bool bounded = in.len >= message_bytes_max;
    const char *end = in.data + (bounded ? message_bytes_max : in.len);
    const char *at = fix_scan_soh(in.data + from, end);
    while (end - at > 4) {
        if (memcmp(at + 1, "10=", 3) == 0) {
            const char *last = fix_scan_soh(at + 4, end);
            if (last == end) {
                break;
            }
            frame->fault = fault;
            frame->bytes = (size_t)(last - in.data) + 1;
            return FIX_FRAME_GARBLED;
        }
        at = fix_scan_soh(at + 1, end);
    }
    if (!bounded) {
        return partial(frame, in.len + 1);
    }
    return resync(bytes_of(in.data, message_bytes_max), from, fault, frame);
}

/* Whether the first bytes of `in` are those of `text`, as far as both go. */
static inline bool agrees(struct bytes in, const char *text, size_t len) {
    if (LIKELY(in.len >= len)) {
        return memcmp(in.data, text, len) == 0;
    }
    return in.len == 0 || memcmp(in.data, text, in.len) == 0;
}

/* Where the value of 9= begins; 0 when `frame` and *result already hold the answer. */
static inline size_t read_begin_string(struct bytes in, struct fix_frame *frame,
                                       enum fix_frame_result *result) {
    const size_t limit = 2 + FIX_BEGIN_STRING_MAX + 1;
    size_t window = in.len < limit ? in.len : limit;
    if (UNLIKELY(!agrees(in, "8=FIX", 5))) {
        *result = resync(in, 1, FIX_FAULT_BEGIN_STRING, frame);
        return 0;
    }
    if (UNLIKELY(in.len <= 5)) {
        *result = partial(frame, in.len + 1);
        return 0;
    }
    size_t soh = (size_t)(fix_scan_soh(in.data + 5, in.data + window) - in.data);
    if (UNLIKELY(soh == limit)) {
        *result = resync(in, 1, FIX_FAULT_BEGIN_STRING, frame);
        return 0;
    }
    if (UNLIKELY(in.len - soh <= 3)) {
        *result = agrees(bytes_skip(in, soh), "\0019=", 3)
                      ? partial(frame, in.len + 1)
                      : resync(in, 1, FIX_FAULT_BODY_LENGTH, frame);
        return 0;
    }
    if (UNLIKELY(memcmp(in.data + soh, "\0019=", 3) != 0)) {
        *result = resync(in, 1, FIX_FAULT_BODY_LENGTH, frame);
        return 0;
    }
    return soh + 3;
}

/* Reads "N|" at `at`; the offset after it, or 0 as above. */
static size_t read_body_length(struct bytes in, size_t at, struct fix_frame *frame,
                               enum fix_frame_result *result) {
    size_t start = at;
    size_t value = 0;
    for (; at < in.len; at++) {
        unsigned digit = (unsigned)(unsigned char)in.data[at] - '0';
        if (digit > 9 || at - start == BODY_LENGTH_DIGITS_MAX) {
            break;
        }
        value = value * 10 + digit;
    }
    if (UNLIKELY(at == in.len)) {
        *result = partial(frame, in.len + 1);
        return 0;
    }
    if (UNLIKELY(in.data[at] != FIX_SOH || at == start)) {
        *result = resync(in, 1, FIX_FAULT_BODY_LENGTH, frame);
        return 0;
    }
    frame->body_bytes = value;
    return at + 1;
}

/* The value of "10=ccc|", or -1 when it is not three digits and SOH. */
static inline int read_checksum(const char *trailer) {
    unsigned hundreds = (unsigned)(unsigned char)trailer[3] - '0';
    unsigned tens = (unsigned)(unsigned char)trailer[4] - '0';
    unsigned ones = (unsigned)(unsigned char)trailer[5] - '0';
    if (hundreds > 9 || tens > 9 || ones > 9 || trailer[6] != FIX_SOH) {
        return -1;
    }
    return (int)(hundreds * 100 + tens * 10 + ones);
}

enum fix_frame_result fix_frame(struct bytes in, size_t message_bytes_max,
                                struct fix_frame *frame) {
    enum fix_frame_result result = FIX_FRAME_PARTIAL;
    frame->fault = FIX_FAULT_NONE;
    size_t at = read_begin_string(in, frame, &result);
    if (at == 0) {
        return result;
    }
    size_t body = read_body_length(in, at, frame, &result);
    if (body == 0) {
        return result;
    }
    size_t trailer = body + frame->body_bytes;
    size_t total = trailer + FIX_TRAILER_BYTES;
    frame->bytes = total;
    if (UNLIKELY(total > message_bytes_max)) {
        return FIX_FRAME_TOO_LONG;
    }
    if (total > in.len) {
        return FIX_FRAME_PARTIAL;
    }
    if (UNLIKELY(in.data[trailer - 1] != FIX_SOH || memcmp(in.data + trailer, "10=", 3) != 0)) {
        return swallow(in, trailer - 1, message_bytes_max, FIX_FAULT_BODY_LENGTH, frame);
    }
    int stated = read_checksum(in.data + trailer);
    if (UNLIKELY(stated != fix_checksum(bytes_of(in.data, trailer)))) {
        return swallow(in, trailer - 1, message_bytes_max, FIX_FAULT_CHECKSUM, frame);
    }
    frame->body_offset = body;
    return FIX_FRAME_COMPLETE;
}

/*
 * Eight bytes a step. `even` sums the even bytes in 16-bit lanes, `all` sums whole words; their
 * difference is the sum of the odd bytes, in lanes one byte higher. 256 steps cannot overflow a
 * lane; the highest odd one has 8 bits only, and more than that is not asked for.
 */
static uint64_t sum_words(const char *at, size_t words) {
    const uint64_t even_bytes = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t all = 0;
    uint64_t even = 0;
    for (; words > 0; words--, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        all += word;
        even += word & even_bytes;
    }
    uint64_t odd = (all - even) >> 8;
    return even + (even >> 16) + (even >> 32) + (even >> 48) + odd + (odd >> 16) + (odd >> 32) +
           (odd >> 48);
}

uint8_t fix_checksum(struct bytes data) {
    const char *at = data.data;
    size_t left = data.len;
    uint64_t sum = 0;
    while (left >= 8) {
        size_t words = left / 8 < 256 ? left / 8 : 256;
        sum += sum_words(at, words);
        at += words * 8;
        left -= words * 8;
    }
    for (; left > 0; left--, at++) {
        sum += (unsigned char)*at;
    }
    return (uint8_t)sum;
}
