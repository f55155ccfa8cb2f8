/*
 * The fields of one framed message, indexed in place.
 *
 * fix_view_parse walks the message once and notes where each field lies; every later read is safe
 * without further length checks. Values are views into the message: they hold as long as its bytes.
 * Data fields (those of FIX 4.0 to 5.0 SP2: 89, 91, 96, 213, 349 ... 365, 446, 619, 622, 1185,
 * 1278, 1281, 1283, 1398, 1402, 1404, 1469) may hold SOH: their length field must come right before
 * them, so that no two readers can disagree on where they end. Which tags a message may or must
 * have, and whether one comes twice, is not checked here.
 *
 * Threading: pure; a view belongs to whoever holds it. It is 8 KiB and needs no initialisation.
 */
#ifndef TERCEL_CORE_FIX_FIX_VIEW_H
#define TERCEL_CORE_FIX_FIX_VIEW_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"
#include "core/fix/fix_time.h"

#define FIX_VIEW_FIELDS_MAX 512
/* Tags below this one are found without a search. */
#define FIX_VIEW_TAGS 1024

struct fix_field {
    uint32_t tag;
    uint32_t offset; /* of the value's first byte in the message */
    uint32_t len;    /* of the value */
};

struct fix_view {
    struct bytes message;
    uint32_t count;
    struct fix_field fields[FIX_VIEW_FIELDS_MAX];
    /* The index of a tag's first field. Nothing clears what older messages left here: an index says
     * something when it is below `count` and the field there has the tag. */
    uint16_t at[FIX_VIEW_TAGS];
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

/* Index of the first field with `tag` at or after index `from`, or -1. O(1) where `from` is 0. */
int fix_view_find(const struct fix_view *view, uint32_t tag, uint32_t from);

static inline struct bytes fix_view_value(const struct fix_view *view, uint32_t index) {
    const struct fix_field *field = &view->fields[index];
    return bytes_of(view->message.data + field->offset, field->len);
}

/* The first field with `tag`, or NULL. With a constant tag it is a load and two comparisons. */
static inline const struct fix_field *fix_view_field(const struct fix_view *view, uint32_t tag);

/*
 * Typed reads of a field of `view`; NULL is a field that is MISSING. Every byte is checked; *out is
 * written only with FIX_GET_OK.
 */

/* Any bytes but SOH (in a data field any at all). */
static inline enum fix_get fix_field_bytes(const struct fix_view *view,
                                           const struct fix_field *field, struct bytes *out);
/* One printable ASCII byte, not a blank. */
static inline enum fix_get fix_field_char(const struct fix_view *view,
                                          const struct fix_field *field, char *out);
/* 'Y' or 'N'. */
static inline enum fix_get fix_field_bool(const struct fix_view *view,
                                          const struct fix_field *field, bool *out);
/* Digits only (leading zeros allowed), up to `max`. */
static inline enum fix_get fix_field_uint(const struct fix_view *view,
                                          const struct fix_field *field, uint64_t max,
                                          uint64_t *out);
/* An optional '-' and digits, in int64. */
enum fix_get fix_field_int(const struct fix_view *view, const struct fix_field *field,
                           int64_t *out) MUST_USE;
/* UTCTimestamp with 0 to 12 fraction digits (fix_time.h); digits past ns are dropped. */
enum fix_get fix_field_utc(const struct fix_view *view, const struct fix_field *field,
                           struct utc *out) MUST_USE;

/* The same, sooner for a time in the minute of the last good one. */
static inline enum fix_get fix_field_utc_near(const struct fix_view *view,
                                              const struct fix_field *field,
                                              struct fix_time_minute *minute, struct utc *out);
/* A float of at most `digits` decimals, scaled (decimal.h); what is more precise or larger than
 * fits is MALFORMED. */
static inline enum fix_get fix_field_decimal(const struct fix_view *view,
                                             const struct fix_field *field, unsigned digits,
                                             int64_t *scaled);

/* The same of a tag's first field. */
MUST_USE static inline enum fix_get fix_get_bytes(const struct fix_view *view, uint32_t tag,
                                                  struct bytes *out) {
    return fix_field_bytes(view, fix_view_field(view, tag), out);
}

MUST_USE static inline enum fix_get fix_get_char(const struct fix_view *view, uint32_t tag,
                                                 char *out) {
    return fix_field_char(view, fix_view_field(view, tag), out);
}

MUST_USE static inline enum fix_get fix_get_bool(const struct fix_view *view, uint32_t tag,
                                                 bool *out) {
    return fix_field_bool(view, fix_view_field(view, tag), out);
}

MUST_USE static inline enum fix_get fix_get_uint(const struct fix_view *view, uint32_t tag,
                                                 uint64_t max, uint64_t *out) {
    return fix_field_uint(view, fix_view_field(view, tag), max, out);
}

MUST_USE static inline enum fix_get fix_get_int(const struct fix_view *view, uint32_t tag,
                                                int64_t *out) {
    return fix_field_int(view, fix_view_field(view, tag), out);
}

MUST_USE static inline enum fix_get fix_get_utc(const struct fix_view *view, uint32_t tag,
                                                struct utc *out) {
    return fix_field_utc(view, fix_view_field(view, tag), out);
}

MUST_USE static inline enum fix_get fix_get_utc_near(const struct fix_view *view, uint32_t tag,
                                                     struct fix_time_minute *minute,
                                                     struct utc *out) {
    return fix_field_utc_near(view, fix_view_field(view, tag), minute, out);
}

MUST_USE static inline enum fix_get fix_get_decimal(const struct fix_view *view, uint32_t tag,
                                                    unsigned digits, int64_t *scaled) {
    return fix_field_decimal(view, fix_view_field(view, tag), digits, scaled);
}

/* MsgType(35); never empty after FIX_VIEW_OK. */
struct bytes fix_view_msg_type(const struct fix_view *view);

static inline const struct fix_field *fix_view_field(const struct fix_view *view, uint32_t tag) {
    if (tag >= FIX_VIEW_TAGS) {
        int index = fix_view_find(view, tag, 0);
        return index < 0 ? NULL : &view->fields[index];
    }
    uint32_t index = view->at[tag];
    if (index >= view->count || view->fields[index].tag != tag) {
        return NULL;
    }
    return &view->fields[index];
}

MUST_USE static inline enum fix_get
fix_field_bytes(const struct fix_view *view, const struct fix_field *field, struct bytes *out) {
    if (field == NULL) {
        return FIX_GET_MISSING;
    }
    if (UNLIKELY(field->len == 0)) {
        return FIX_GET_EMPTY;
    }
    *out = bytes_of(view->message.data + field->offset, field->len);
    return FIX_GET_OK;
}

MUST_USE static inline enum fix_get fix_field_char(const struct fix_view *view,
                                                   const struct fix_field *field, char *out) {
    if (field == NULL) {
        return FIX_GET_MISSING;
    }
    if (UNLIKELY(field->len != 1)) {
        return field->len == 0 ? FIX_GET_EMPTY : FIX_GET_MALFORMED;
    }
    char letter = view->message.data[field->offset];
    if (UNLIKELY(letter <= ' ' || letter > '~')) {
        return FIX_GET_MALFORMED;
    }
    *out = letter;
    return FIX_GET_OK;
}

MUST_USE static inline enum fix_get fix_field_bool(const struct fix_view *view,
                                                   const struct fix_field *field, bool *out) {
    char letter;
    enum fix_get got = fix_field_char(view, field, &letter);
    if (got != FIX_GET_OK) {
        return got;
    }
    if (UNLIKELY(letter != 'Y' && letter != 'N')) {
        return FIX_GET_MALFORMED;
    }
    *out = letter == 'Y';
    return FIX_GET_OK;
}

/* Digits only, at most `max`: how fix_field_uint reads what is long or at the very start. */
enum fix_get fix_field_uint_slowly(struct bytes text, uint64_t max, uint64_t *out) MUST_USE;

/*
 * Whether the last `len` (1 to 8) of the eight bytes of `word`, the first of them lowest, are
 * digits; *out is what they say. The bytes before them become zeros; 0x76 lifts what is above 9,
 * and nothing else, over 0x7f; then neighbours are joined, two digits, four and eight at a time.
 */
static inline bool fix_field_digits(uint64_t word, uint32_t len, uint64_t *out) {
    uint32_t others = 64 - 8 * len;
    word = (word ^ UINT64_C(0x3030303030303030)) >> others << others;
    if (UNLIKELY((((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080)) !=
                 0)) {
        return false;
    }
    const uint64_t low = UINT64_C(0x000000ff000000ff);
    word = word * 10 + (word >> 8);
    *out = ((word & low) * UINT64_C(0x000f424000000064) +
            ((word >> 16) & low) * UINT64_C(0x0000271000000001)) >>
           32;
    return true;
}

MUST_USE static inline enum fix_get fix_field_uint(const struct fix_view *view,
                                                   const struct fix_field *field, uint64_t max,
                                                   uint64_t *out) {
    struct bytes text;
    enum fix_get got = fix_field_bytes(view, field, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    /* What lies before a value is its tag, and before that the message's beginning. */
    if (UNLIKELY(text.len > 8 || field->offset + field->len < 8)) {
        return fix_field_uint_slowly(text, max, out);
    }
    uint64_t word;
    memcpy(&word, text.data + text.len - sizeof word, sizeof word);
    uint64_t value;
    if (UNLIKELY(!fix_field_digits(le64toh(word), field->len, &value) || value > max)) {
        return FIX_GET_MALFORMED;
    }
    *out = value;
    return FIX_GET_OK;
}

MUST_USE static inline enum fix_get fix_field_utc_near(const struct fix_view *view,
                                                       const struct fix_field *field,
                                                       struct fix_time_minute *minute,
                                                       struct utc *out) {
    struct bytes text;
    enum fix_get got = fix_field_bytes(view, field, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    return fix_time_parse_near(minute, text, out) ? FIX_GET_OK : FIX_GET_MALFORMED;
}

MUST_USE static inline enum fix_get fix_field_decimal(const struct fix_view *view,
                                                      const struct fix_field *field,
                                                      unsigned digits, int64_t *scaled) {
    struct bytes text;
    enum fix_get got = fix_field_bytes(view, field, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    enum decimal_result read = LIKELY(field->offset + field->len >= DECIMAL_BEHIND)
                                   ? decimal_parse_within(text, digits, scaled)
                                   : decimal_parse(text, digits, scaled);
    return LIKELY(read == DECIMAL_OK) ? FIX_GET_OK : FIX_GET_MALFORMED;
}

#endif
