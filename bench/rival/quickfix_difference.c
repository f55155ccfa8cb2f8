#include "bench/rival/quickfix_difference.h"

#include <string.h>

#include "core/fix/fix_view_test_twin.h"

/* The greatest BodyLength has 9 digits, and so has the greatest tag. */
#define DIGITS_MAX 9
#define PAIRS (sizeof twin_data_pairs / sizeof twin_data_pairs[0])

const unsigned *data_tags(void) {
    static unsigned tags[PAIRS + 1];
    for (size_t i = 0; i < PAIRS; i++) {
        tags[i] = twin_data_pairs[i][1];
    }
    return tags;
}

static bool is_data_tag(uint32_t tag) {
    return twin_length_tag(tag) != 0;
}

static bool is_length_tag(uint32_t tag) {
    for (size_t i = 0; i < PAIRS; i++) {
        if (twin_data_pairs[i][0] == tag) {
            return true;
        }
    }
    return false;
}

/* A number as QuickFIX reads it: an optional sign and digits, modulo 2^32. */
static bool lax_number(struct bytes text, uint32_t *number) {
    bool negative = text.len != 0 && text.data[0] == '-';
    uint32_t value = 0;
    for (size_t i = negative; i < text.len; i++) {
        uint32_t digit = (uint32_t)(unsigned char)text.data[i] - '0';
        if (digit > 9) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = negative ? 0 - value : value;
    return text.len > negative;
}

static bool is_strict_number(struct bytes text, size_t digits_max) {
    uint32_t number;
    return text.len <= digits_max && text.len != 0 && text.data[0] != '-' &&
           lax_number(text, &number);
}

static size_t find(struct bytes text, size_t from, char byte) {
    while (from < text.len && text.data[from] != byte) {
        from++;
    }
    return from;
}

/* What lies between two SOH, as whoever knows no data fields reads it. */
struct plain_field {
    struct bytes tag;
    uint32_t number; /* of the tag; only where is_number */
    bool is_number;
    struct bytes value;
};

static bool next_field(struct bytes message, size_t *at, struct plain_field *field) {
    size_t end = find(message, *at, FIX_SOH);
    size_t equals = find(bytes_of(message.data, end), *at, '=');
    if (end == message.len) {
        return false;
    }
    field->tag = bytes_of(message.data + *at, equals - *at);
    field->is_number = equals != end && lax_number(field->tag, &field->number);
    field->value = bytes_skip(bytes_of(message.data + equals, end - equals), equals != end);
    *at = end + 1;
    return true;
}

/* The field that begins at `offset`. */
static bool field_at(struct bytes message, size_t offset, struct plain_field *field) {
    return offset < message.len && next_field(message, &offset, field);
}

static struct bytes value_at_index(struct bytes message, unsigned index) {
    struct plain_field field = {0};
    size_t at = 0;
    for (unsigned i = 0; i <= index; i++) {
        if (!next_field(message, &at, &field)) {
            return bytes_of(NULL, 0);
        }
    }
    return field.value;
}

bool has_body_length(struct bytes in) {
    struct plain_field first;
    struct plain_field second;
    size_t at = 0;
    return next_field(in, &at, &first) && next_field(in, &at, &second) && second.is_number &&
           bytes_equal(second.tag, BYTES("9")) && is_strict_number(second.value, DIGITS_MAX);
}

/* The number before the '=' at `equals`, whatever is in front of it. */
static bool number_before(struct bytes message, size_t equals, uint32_t *number) {
    size_t start = equals;
    while (start > 0 && (unsigned)(unsigned char)message.data[start - 1] - '0' <= 9) {
        start--;
    }
    if (start > 0 && message.data[start - 1] == '-') {
        start--;
    }
    return lax_number(bytes_of(message.data + start, equals - start), number);
}

bool quickfix_can_read_data(struct bytes message) {
    size_t last_data = 0;
    uint32_t longest = 0;
    for (size_t at = find(message, 0, '='); at < message.len; at = find(message, at + 1, '=')) {
        uint32_t tag;
        uint32_t len;
        if (!number_before(message, at, &tag)) {
            continue;
        }
        last_data = is_data_tag(tag) ? at + 1 : last_data;
        size_t end = find(message, at, FIX_SOH);
        if (is_length_tag(tag) && lax_number(bytes_of(message.data + at + 1, end - at - 1), &len)) {
            longest = len > longest ? len : longest;
        }
    }
    return last_data + longest + 1 <= message.len;
}

/* The rules. Those of a refusal of ours are told what we found. */

static bool begins_otherwise(struct bytes message, const struct our_reading *ours) {
    struct bytes version = value_at_index(message, 0);
    return ours->framed == FIX_FRAME_GARBLED && ours->frame.fault == FIX_FAULT_BEGIN_STRING &&
           (version.len > FIX_BEGIN_STRING_MAX || version.len < 3 ||
            memcmp(version.data, "FIX", 3) != 0);
}

static bool has_odd_body_length(struct bytes message, const struct our_reading *ours) {
    return ours->framed == FIX_FRAME_GARBLED && ours->frame.fault == FIX_FAULT_BODY_LENGTH &&
           !is_strict_number(value_at_index(message, 1), DIGITS_MAX);
}

static bool has_odd_check_sum(struct bytes message, const struct our_reading *ours) {
    const char *last = memrchr(message.data, FIX_SOH, message.len - 1);
    struct bytes value = bytes_of(last + 4, (size_t)(message.data + message.len - 1 - last - 4));
    bool short_of_it = ours->framed == FIX_FRAME_PARTIAL;
    return (short_of_it ||
            (ours->framed == FIX_FRAME_GARBLED && ours->frame.fault == FIX_FAULT_CHECKSUM)) &&
           (value.len != 3 || !is_strict_number(value, 3));
}

/* A second 8, 9 or 10, wherever it is. */
static bool repeats_frame(struct bytes message) {
    unsigned found[3] = {0};
    struct plain_field field;
    for (size_t at = 0; at < message.len && next_field(message, &at, &field);) {
        if (field.is_number && field.number >= 8 && field.number <= 10) {
            found[field.number - 8]++;
        }
    }
    return found[0] > 1 || found[1] > 1 || found[2] > 1;
}

static bool counts_frame_once(struct bytes message, const struct our_reading *ours) {
    return ours->framed != FIX_FRAME_COMPLETE && repeats_frame(message);
}

static bool has_odd_tag(struct bytes message, const struct our_reading *ours) {
    struct plain_field field;
    return ours->framed == FIX_FRAME_COMPLETE && ours->parsed == FIX_VIEW_BAD_TAG &&
           field_at(message, ours->bad_offset, &field) && field.is_number &&
           (!is_strict_number(field.tag, DIGITS_MAX) || field.tag.data[0] == '0');
}

static bool has_no_type(struct bytes message, const struct our_reading *ours) {
    return ours->framed == FIX_FRAME_COMPLETE && ours->parsed == FIX_VIEW_BAD_ORDER &&
           value_at_index(message, 2).len == 0;
}

static bool has_too_many(struct bytes message, const struct our_reading *ours) {
    size_t count = 0;
    for (size_t at = 0; at < message.len; at++) {
        count += message.data[at] == FIX_SOH;
    }
    return ours->framed == FIX_FRAME_COMPLETE && ours->parsed == FIX_VIEW_TOO_MANY &&
           count > FIX_VIEW_FIELDS_MAX;
}

static bool has_odd_data(struct bytes message, const struct our_reading *ours) {
    struct plain_field field;
    return ours->framed == FIX_FRAME_COMPLETE && ours->parsed == FIX_VIEW_BAD_DATA &&
           field_at(message, ours->bad_offset, &field) && field.is_number &&
           is_data_tag(field.number);
}

static const struct {
    bool (*holds)(struct bytes message, const struct our_reading *ours);
    const char *why;
} rules_of_ours[] = {
    {begins_otherwise, "BeginString is FIX and up to 13 bytes, or it is not read at all; QuickFIX "
                       "leaves any BeginString to its session, which ends on it"},
    {has_odd_body_length,
     "BodyLength is 1 to 9 digits; QuickFIX takes any number of digits modulo 2^32"},
    {has_odd_check_sum, "CheckSum is three digits; QuickFIX takes any number that is the sum"},
    {counts_frame_once, "every byte before CheckSum counts; QuickFIX leaves 8, 9 and 10 out of "
                        "BodyLength, and 10 out of the sum, wherever they are"},
    {has_odd_tag, "a tag is 1 to 9 digits and does not begin with 0; QuickFIX takes any number "
                  "modulo 2^32, so that two texts are one tag"},
    {has_no_type, "MsgType says something; QuickFIX leaves an empty one to its session"},
    {has_too_many, "a message has a bounded number of fields"},
    {has_odd_data, "a data field is as long as the field right before it says and ends with SOH; "
                   "QuickFIX without a dictionary knows no data, and with one it takes the length "
                   "from anywhere before and does not look at what ends it"},
};

const char *why_we_refuse(struct bytes message, const struct our_reading *ours) {
    for (size_t i = 0; i < sizeof rules_of_ours / sizeof rules_of_ours[0]; i++) {
        if (rules_of_ours[i].holds(message, ours)) {
            return rules_of_ours[i].why;
        }
    }
    return NULL;
}

/* Where we saw no fault: a data value with SOH in it is not the field that plain reading sees. */
static bool has_soh_in_data(struct bytes message) {
    struct plain_field length = {0};
    struct plain_field data;
    for (size_t at = 0; at < message.len && next_field(message, &at, &data); length = data) {
        uint32_t len;
        if (data.is_number && is_data_tag(data.number) && length.is_number &&
            is_length_tag(length.number) && lax_number(length.value, &len) &&
            len > data.value.len) {
            return true;
        }
    }
    return false;
}

const char *why_they_refuse(struct bytes message, bool with_dictionary) {
    if (repeats_frame(message)) {
        return "that a field comes twice is for those to say who know the message; QuickFIX leaves "
               "a second 8, 9 or 10 out of its count and then finds the count wrong";
    }
    return why_fields_differ(message, with_dictionary);
}

const char *why_fields_differ(struct bytes message, bool with_dictionary) {
    if (!with_dictionary && has_soh_in_data(message)) {
        return "QuickFIX without a dictionary takes what is behind an SOH in data for fields";
    }
    return NULL;
}
