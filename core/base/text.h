/*
 * Text put together in a buffer, without the weight of printf and its locale: for what a worker
 * has to say now and then. Not terminated. What does not fit makes the whole text empty.
 *
 * Threading: none of its own; the buffer is borrowed.
 */
#ifndef TERCEL_CORE_BASE_TEXT_H
#define TERCEL_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

struct text {
    char *start;
    size_t len;
    size_t max;
    bool overflowed; /* for good */
};

static inline struct text text_begin(char *room, size_t bytes) {
    return (struct text){.start = room, .max = bytes};
}

static inline void text_add(struct text *text, struct bytes piece) {
    if (text->overflowed || piece.len > text->max - text->len) {
        text->overflowed = true;
        return;
    }
    if (piece.len != 0) {
        memcpy(text->start + text->len, piece.data, piece.len);
        text->len += piece.len;
    }
}

/* In decimal, no leading zeros. */
static inline void text_add_number(struct text *text, uint64_t number) {
    char digits[20];
    char *first = digits + sizeof(digits);
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    text_add(text, bytes_of(first, (size_t)(digits + sizeof(digits) - first)));
}

/* What was added, or nothing when it did not fit. */
static inline struct bytes text_end(const struct text *text) {
    return text->overflowed ? bytes_of(text->start, 0) : bytes_of(text->start, text->len);
}

#endif
