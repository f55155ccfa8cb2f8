/*
 * The fields of one framed message, indexed in place.
 *
 * fix_view_parse walks the message once and notes where each field lies; every later read is safe
 * without further length checks. Values are views into the message: they hold as long as its bytes.
 * Data fields (89, 91, 96, 213, 349 ... 365, 446, 619, 622: all of FIX 4.4's) may hold SOH: their
 * length field must come right before them, so that no two readers can disagree on where they end.
 * Which tags a message may or must have, and whether one comes twice, is not checked here.
 *
 * Threading: pure; a view belongs to whoever holds it. It is 6 KiB and needs no initialisation.
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
    FIX_VIEW_BAD_DATA, /* a data field whose length lies or is not right before it */
    FIX_VIEW_TOO_MANY, /* more than FIX_VIEW_FIELDS_MAX fields */
    FIX_VIEW_BAD_ORDER /* 8, 9, 35 (not empty) are not the first three, or 10 not only the last */
};

/*
 * `message` is what fix_frame called COMPLETE (8= to the last SOH; under 4 GiB); any other bytes
 * are refused or read safely. On a fault *bad_offset is the first byte of the first field found to
 * be wrong (of its tag), or the message's length when it ends too early; `view` then holds the
 * fields before it. Empty values are kept: the reads below tell.
 */
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

/*
 * Typed reads of a tag's first occurrence; every byte is checked; *out only on FIX_GET_OK. Bytes
 * are any but SOH (in a data field any at all); a char is one printable ASCII byte, not a blank.
 */
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
