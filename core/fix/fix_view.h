/*
 * The fields of one framed message, indexed in place.
 *
 * fix_view_parse walks the message once and notes where each field lies; every later read is safe
 * without further length checks. Values are views into the message: they hold as long as its bytes.
 * Data fields (95/96, 89/93, 90/91, 212/213, 348/349 ... 354/355) may hold SOH: their length field
 * must come right before them. Which tags a message may or must have is not checked here.
 */
#ifndef TERCEL_CORE_FIX_FIX_VIEW_H
#define TERCEL_CORE_FIX_FIX_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"

#define FIX_VIEW_FIELDS_MAX 512

struct fix_field {
    uint32_t tag;
    uint32_t offset; /* of the value's first byte in the message */
    uint32_t len;    /* of the value */
};

struct fix_view {
    struct bytes message;
    uint32_t count;
    struct fix_field fields[FIX_VIEW_FIELDS_MAX];
};

enum fix_view_result {
    FIX_VIEW_OK = 0,
    FIX_VIEW_BAD_TAG,  /* not 1-9 digits without leading zero, or no '=' */
    FIX_VIEW_BAD_DATA, /* a data field whose length lies */
    FIX_VIEW_TOO_MANY, /* more than FIX_VIEW_FIELDS_MAX fields */
    FIX_VIEW_BAD_ORDER /* 8, 9, 35 are not the first three, or 10 not the last */
};

/* `message` is what fix_frame called COMPLETE. On a fault *bad_offset is the field's first byte. */
enum fix_view_result fix_view_parse(struct bytes message, struct fix_view *view,
                                    uint32_t *bad_offset) MUST_USE;

enum fix_get {
    FIX_GET_OK = 0,
    FIX_GET_MISSING,
    FIX_GET_EMPTY,
    FIX_GET_MALFORMED /* a byte that does not belong, or out of range */
};

/* Index of the first field with `tag` at or after index `from`, or -1. */
int fix_view_find(const struct fix_view *view, uint32_t tag, uint32_t from);

static inline struct bytes fix_view_value(const struct fix_view *view, uint32_t index) {
    const struct fix_field *field = &view->fields[index];
    return bytes_of(view->message.data + field->offset, field->len);
}

/* Typed reads of a tag's first occurrence; every byte is checked; *out only on FIX_GET_OK. */
enum fix_get fix_get_bytes(const struct fix_view *view, uint32_t tag, struct bytes *out) MUST_USE;
enum fix_get fix_get_char(const struct fix_view *view, uint32_t tag, char *out) MUST_USE;
/* 'Y' or 'N'. */
enum fix_get fix_get_bool(const struct fix_view *view, uint32_t tag, bool *out) MUST_USE;
/* Digits only (leading zeros allowed), up to `max`. */
enum fix_get fix_get_uint(const struct fix_view *view, uint32_t tag, uint64_t max,
                          uint64_t *out) MUST_USE;
/* An optional '-' and digits, in int64. */
enum fix_get fix_get_int(const struct fix_view *view, uint32_t tag, int64_t *out) MUST_USE;
/* UTCTimestamp with 0 to 12 fraction digits (fix_time.h); digits past ns are dropped. */
enum fix_get fix_get_utc(const struct fix_view *view, uint32_t tag, struct utc *out) MUST_USE;

/* MsgType(35); never empty after FIX_VIEW_OK. */
struct bytes fix_view_msg_type(const struct fix_view *view);

#endif
