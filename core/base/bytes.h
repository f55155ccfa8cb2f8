/*
 * A borrowed view of bytes. It owns nothing: whoever hands one out says how long it holds.
 * A view may be empty; `data` may be NULL only when `len` is 0. FIX is text, so bytes are `char`;
 * compare and classify through `unsigned char`.
 */
#ifndef TERCEL_CORE_BASE_BYTES_H
#define TERCEL_CORE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
    const char *data;
    size_t len;
};

/* A view of a string literal, without its terminator. */
#define BYTES(literal) ((struct bytes){.data = (literal), .len = sizeof(literal) - 1})

static inline struct bytes bytes_of(const char *data, size_t len) {
    return (struct bytes){.data = data, .len = len};
}

static inline struct bytes bytes_of_string(const char *text) {
    return (struct bytes){.data = text, .len = strlen(text)};
}

static inline bool bytes_equal(struct bytes a, struct bytes b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The view without its first `count` bytes; `count` <= len. */
static inline struct bytes bytes_skip(struct bytes view, size_t count) {
    /* Not even 0 may be added to NULL. */
    const char *data = count == 0 ? view.data : view.data + count;
    return (struct bytes){.data = data, .len = view.len - count};
}

#endif
