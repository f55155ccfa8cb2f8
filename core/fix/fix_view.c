#include "core/fix/fix_view.h"

#include "core/fix/fix_scan.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"

#define TAG_DIGITS_MAX 9

/* Every length field of FIX 4.4 and the data field it measures (volume 6). */
static uint32_t data_tag_of(uint32_t length_tag) {
    switch (length_tag) {
    case 90:
    case 95:
    case 212:
    case 348:
    case 350:
    case 352:
    case 354:
    case 356:
    case 358:
    case 360:
    case 362:
    case 364:
    case 445:
    case 618:
    case 621:
        return length_tag + 1;
    case 93:
        return 89;
    default:
        return 0;
    }
}

/* Fields whose end is not the next SOH, or that end the message: CheckSum and all data fields. */
#define SPECIAL_TAGS_END 640
#define TAG_BIT(tag) (UINT64_C(1) << ((tag) % 64))

static const uint64_t special_tags[SPECIAL_TAGS_END / 64] = {
    [0] = TAG_BIT(FIX_CHECK_SUM),
    [1] = TAG_BIT(89) | TAG_BIT(91) | TAG_BIT(96),
    [3] = TAG_BIT(213),
    [5] = TAG_BIT(349) | TAG_BIT(351) | TAG_BIT(353) | TAG_BIT(355) | TAG_BIT(357) | TAG_BIT(359) |
          TAG_BIT(361) | TAG_BIT(363) | TAG_BIT(365),
    [6] = TAG_BIT(446),
    [9] = TAG_BIT(619) | TAG_BIT(622),
};

static inline bool is_special(uint32_t tag) {
    return tag < SPECIAL_TAGS_END && (special_tags[tag / 64] & TAG_BIT(tag)) != 0;
}

/*
 * Reads "tag=" at `at`; the byte after it, or NULL. The message's last byte is SOH and no digit, so
 * that the run of digits ends inside it without a look at where that is.
 */
static inline const char *read_tag(const char *at, uint32_t *tag) {
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
    return LIKELY(*at == '=' && at - start <= TAG_DIGITS_MAX) ? at + 1 : NULL;
}

/* Digits only, at most `max`. */
static enum fix_get read_uint(struct bytes text, uint64_t max, uint64_t *out) {
    if (text.len == 0) {
        return FIX_GET_EMPTY;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return FIX_GET_MALFORMED;
        }
    }
    if (value > max) {
        return FIX_GET_MALFORMED;
    }
    *out = value;
    return FIX_GET_OK;
}

/* The SOH that ends the data value at `value`, as long as the field before it says, or NULL. */
static const char *data_end(const struct fix_view *view, uint32_t tag, const char *value,
                            const char *end) {
    const struct fix_field *before = view->count == 0 ? NULL : &view->fields[view->count - 1];
    uint64_t len;
    if (before == NULL || data_tag_of(before->tag) != tag ||
        read_uint(bytes_of(view->message.data + before->offset, before->len),
                  (uint64_t)(end - value), &len) != FIX_GET_OK) {
        return NULL;
    }
    const char *stop = value + len;
    return stop < end && *stop == FIX_SOH ? stop : NULL;
}

/* The first byte of field `index`, `=` and tag included; of the next field when index == count. */
static uint32_t field_start(const struct fix_view *view, uint32_t index) {
    const struct fix_field *before = index == 0 ? NULL : &view->fields[index - 1];
    return before == NULL ? 0 : before->offset + before->len + 1;
}

static enum fix_view_result fault(const struct fix_view *view, uint32_t index,
                                  enum fix_view_result result, uint32_t *bad_offset) {
    *bad_offset = field_start(view, index);
    return result;
}

/* 8, 9, 35 first; 35 says something; 10 last. */
static enum fix_view_result check_order(const struct fix_view *view, uint32_t *bad_offset) {
    static const uint32_t first[3] = {FIX_BEGIN_STRING, FIX_BODY_LENGTH, FIX_MSG_TYPE};
    for (uint32_t i = 0; i < 3; i++) {
        if (UNLIKELY(i >= view->count || view->fields[i].tag != first[i])) {
            return fault(view, i, FIX_VIEW_BAD_ORDER, bad_offset);
        }
    }
    if (UNLIKELY(view->fields[2].len == 0)) {
        return fault(view, 2, FIX_VIEW_BAD_ORDER, bad_offset);
    }
    if (UNLIKELY(view->fields[view->count - 1].tag != FIX_CHECK_SUM)) {
        return fault(view, view->count - 1, FIX_VIEW_BAD_ORDER, bad_offset);
    }
    return FIX_VIEW_OK;
}

/* Where a special field with its value at `value` ends: *soh. view->count is up to date. */
static enum fix_view_result end_special(const struct fix_view *view, uint32_t tag,
                                        const char *value, const char *end, const char **soh) {
    if (tag != FIX_CHECK_SUM) {
        *soh = data_end(view, tag, value, end);
        return *soh == NULL ? FIX_VIEW_BAD_DATA : FIX_VIEW_OK;
    }
    *soh = fix_scan_soh(value, end);
    return *soh + 1 == end ? FIX_VIEW_OK : FIX_VIEW_BAD_ORDER;
}

/* Notes every field. The message ends with SOH, so every search for one ends inside it. */
static enum fix_view_result read_fields(struct fix_view *view) {
    const char *start = view->message.data;
    const char *end = start + view->message.len;
    struct fix_field *field = view->fields;
    enum fix_view_result result = FIX_VIEW_OK;
    for (const char *at = start; at < end;) {
        uint32_t tag;
        const char *soh;
        const char *value = read_tag(at, &tag);
        if (UNLIKELY(value == NULL || field == view->fields + FIX_VIEW_FIELDS_MAX)) {
            result = value == NULL ? FIX_VIEW_BAD_TAG : FIX_VIEW_TOO_MANY;
            break;
        }
        if (UNLIKELY(is_special(tag))) {
            view->count = (uint32_t)(field - view->fields);
            result = end_special(view, tag, value, end, &soh);
            if (result != FIX_VIEW_OK) {
                break;
            }
        } else {
            soh = fix_scan_soh(value, end);
        }
        field->tag = tag;
        field->offset = (uint32_t)(value - start);
        field->len = (uint32_t)(soh - value);
        field++;
        at = soh + 1;
    }
    view->count = (uint32_t)(field - view->fields);
    return result;
}

enum fix_view_result fix_view_parse(struct bytes message, struct fix_view *view,
                                    uint32_t *bad_offset) {
    DCHECK(message.len < UINT32_MAX);
    view->message = message;
    view->count = 0;
    if (UNLIKELY(message.len == 0 || message.data[message.len - 1] != FIX_SOH)) {
        *bad_offset = 0;
        return FIX_VIEW_BAD_ORDER;
    }
    enum fix_view_result result = read_fields(view);
    if (UNLIKELY(result != FIX_VIEW_OK)) {
        return fault(view, view->count, result, bad_offset);
    }
    return check_order(view, bad_offset);
}

int fix_view_find(const struct fix_view *view, uint32_t tag, uint32_t from) {
    for (uint32_t i = from; i < view->count; i++) {
        if (view->fields[i].tag == tag) {
            return (int)i;
        }
    }
    return -1;
}

enum fix_get fix_get_bytes(const struct fix_view *view, uint32_t tag, struct bytes *out) {
    int index = fix_view_find(view, tag, 0);
    if (index < 0) {
        return FIX_GET_MISSING;
    }
    struct bytes value = fix_view_value(view, (uint32_t)index);
    if (value.len == 0) {
        return FIX_GET_EMPTY;
    }
    *out = value;
    return FIX_GET_OK;
}

enum fix_get fix_get_char(const struct fix_view *view, uint32_t tag, char *out) {
    struct bytes text;
    enum fix_get got = fix_get_bytes(view, tag, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    if (text.len != 1 || text.data[0] <= ' ' || text.data[0] > '~') {
        return FIX_GET_MALFORMED;
    }
    *out = text.data[0];
    return FIX_GET_OK;
}

enum fix_get fix_get_bool(const struct fix_view *view, uint32_t tag, bool *out) {
    char letter;
    enum fix_get got = fix_get_char(view, tag, &letter);
    if (got != FIX_GET_OK) {
        return got;
    }
    if (letter != 'Y' && letter != 'N') {
        return FIX_GET_MALFORMED;
    }
    *out = letter == 'Y';
    return FIX_GET_OK;
}

enum fix_get fix_get_uint(const struct fix_view *view, uint32_t tag, uint64_t max, uint64_t *out) {
    struct bytes text;
    enum fix_get got = fix_get_bytes(view, tag, &text);
    return got == FIX_GET_OK ? read_uint(text, max, out) : got;
}

enum fix_get fix_get_int(const struct fix_view *view, uint32_t tag, int64_t *out) {
    struct bytes text;
    enum fix_get got = fix_get_bytes(view, tag, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    bool negative = text.data[0] == '-';
    uint64_t size;
    if (read_uint(bytes_skip(text, negative), (uint64_t)INT64_MAX + negative, &size) !=
        FIX_GET_OK) {
        return FIX_GET_MALFORMED;
    }
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return FIX_GET_OK;
}

enum fix_get fix_get_utc(const struct fix_view *view, uint32_t tag, struct utc *out) {
    struct bytes text;
    enum fix_get got = fix_get_bytes(view, tag, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    return fix_time_parse(text, out) ? FIX_GET_OK : FIX_GET_MALFORMED;
}

struct bytes fix_view_msg_type(const struct fix_view *view) {
    DCHECK(view->count > 2);
    return fix_view_value(view, 2);
}
