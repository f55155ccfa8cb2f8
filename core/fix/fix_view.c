#include "core/fix/fix_view.h"

#include "core/fix/fix_scan.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"

/* Every length field of FIX 4.0 to 5.0 SP2 and the data field it measures. */
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
    case 1184:
    case 1277:
    case 1280:
    case 1282:
    case 1397:
    case 1401:
    case 1403:
    case 1468:
        return length_tag + 1;
    case 93:
        return 89;
    default:
        return 0;
    }
}

enum fix_get fix_field_uint_slowly(struct bytes text, uint64_t max, uint64_t *out) {
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

const char *fix_scan_data_end(const struct fix_view *view, uint32_t tag, const char *value,
                              const char *end) {
    const struct fix_field *before = view->count == 0 ? NULL : &view->fields[view->count - 1];
    uint64_t len;
    if (before == NULL || data_tag_of(before->tag) != tag ||
        fix_field_uint_slowly(bytes_of(view->message.data + before->offset, before->len),
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
        *soh = fix_scan_data_end(view, tag, value, end);
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
        const char *value = fix_scan_tag(at, &tag);
        if (UNLIKELY(value == NULL || field == view->fields + FIX_VIEW_FIELDS_MAX)) {
            result = value == NULL ? FIX_VIEW_BAD_TAG : FIX_VIEW_TOO_MANY;
            break;
        }
        if (UNLIKELY(fix_scan_is_special(tag))) {
            view->count = (uint32_t)(field - view->fields);
            result = end_special(view, tag, value, end, &soh);
            if (result != FIX_VIEW_OK) {
                break;
            }
        } else {
            soh = fix_scan_soh(value, end);
        }
        fix_scan_note(view, (size_t)(field - view->fields), tag, fix_scan_slot(tag));
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
    uint32_t start = from;
    if (tag < FIX_VIEW_TAGS) {
        const struct fix_field *first = fix_view_field(view, tag);
        if (first == NULL) {
            return -1;
        }
        uint32_t index = (uint32_t)(first - view->fields);
        start = index > from ? index : from;
    }
    for (uint32_t i = start; i < view->count; i++) {
        if (view->fields[i].tag == tag) {
            return (int)i;
        }
    }
    return -1;
}

enum fix_get fix_field_int(const struct fix_view *view, const struct fix_field *field,
                           int64_t *out) {
    struct bytes text;
    enum fix_get got = fix_field_bytes(view, field, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    bool negative = text.data[0] == '-';
    uint64_t size;
    if (fix_field_uint_slowly(bytes_skip(text, negative), (uint64_t)INT64_MAX + negative, &size) !=
        FIX_GET_OK) {
        return FIX_GET_MALFORMED;
    }
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return FIX_GET_OK;
}

enum fix_get fix_field_utc(const struct fix_view *view, const struct fix_field *field,
                           struct utc *out) {
    struct bytes text;
    enum fix_get got = fix_field_bytes(view, field, &text);
    if (got != FIX_GET_OK) {
        return got;
    }
    return fix_time_parse(text, out) ? FIX_GET_OK : FIX_GET_MALFORMED;
}

struct bytes fix_view_msg_type(const struct fix_view *view) {
    DCHECK(view->count > 2);
    return fix_view_value(view, 2);
}
