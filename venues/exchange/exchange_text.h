/*
 * Cutting text at a separator, for command-line values.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_TEXT_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_TEXT_H

#include "core/base/bytes.h"

/*
 * Takes what comes before the first `separator` off *rest, which goes on behind it; all of it, when
 * there is none.
 */
static inline struct bytes exchange_text_until(struct bytes *rest, char separator) {
    const char *at = rest->len > 0 ? memchr(rest->data, separator, rest->len) : NULL;
    struct bytes head = *rest;
    if (at == NULL) {
        *rest = bytes_skip(*rest, rest->len);
        return head;
    }
    head.len = (size_t)(at - rest->data);
    *rest = bytes_skip(*rest, head.len + 1);
    return head;
}

#endif
