/*
 * The naive twin of fix_view_parse: one field at a time, tag first, by plain loops; it shares
 * nothing with it but the result's names. For the test and the fuzzer only.
 */
#ifndef TERCEL_CORE_FIX_FIX_VIEW_TEST_TWIN_H
#define TERCEL_CORE_FIX_FIX_VIEW_TEST_TWIN_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_view.h"
#include "core/fix/test_message.h"

/* Length tag and data tag of every data field of FIX 4.0 to 5.0 SP2. */
static const unsigned twin_data_pairs[][2] = {
    {90, 91},     {93, 89},     {95, 96},     {212, 213},   {348, 349},   {350, 351},
    {352, 353},   {354, 355},   {356, 357},   {358, 359},   {360, 361},   {362, 363},
    {364, 365},   {445, 446},   {618, 619},   {621, 622},   {1184, 1185}, {1277, 1278},
    {1280, 1281}, {1282, 1283}, {1397, 1398}, {1401, 1402}, {1403, 1404}, {1468, 1469},
};

struct twin_field {
    unsigned long tag;
    size_t start; /* of the tag */
    size_t value;
    size_t len;
};

struct twin_view {
    size_t count;
    size_t bad;
    struct twin_field fields[TEST_MESSAGE_MAX];
};

/* The tag before the '=' at `equals`, or 0. */
static inline unsigned long twin_tag(struct bytes message, size_t start, size_t equals) {
    char digits[10] = {0};
    if (equals == message.len || equals - start < 1 || equals - start > 9) {
        return 0;
    }
    memcpy(digits, message.data + start, equals - start);
    if (digits[0] == '0' || strspn(digits, "0123456789") != equals - start) {
        return 0;
    }
    return strtoul(digits, NULL, 10);
}

static inline size_t twin_next(struct bytes message, size_t at, char byte) {
    while (at < message.len && message.data[at] != byte) {
        at++;
    }
    return at;
}

/* The length tag that belongs before data tag `tag`, or 0. */
static inline unsigned long twin_length_tag(unsigned long tag) {
    for (size_t i = 0; i < sizeof twin_data_pairs / sizeof twin_data_pairs[0]; i++) {
        if (twin_data_pairs[i][1] == tag) {
            return twin_data_pairs[i][0];
        }
    }
    return 0;
}

/* Whether `field`, with its value begun, is data as long as `before` says; sets its length. */
static inline bool twin_data(struct bytes message, const struct twin_field *before,
                             struct twin_field *field) {
    size_t length = 0;
    if (before == NULL || before->tag != twin_length_tag(field->tag) || before->len == 0) {
        return false;
    }
    for (size_t i = 0; i < before->len; i++) {
        char digit = message.data[before->value + i];
        if (digit < '0' || digit > '9' || length > message.len) {
            return false;
        }
        length = length * 10 + (size_t)(digit - '0');
    }
    field->len = length;
    return field->value + length < message.len && message.data[field->value + length] == 1;
}

static inline enum fix_view_result twin_fields(struct bytes message, struct twin_view *twin) {
    for (size_t at = 0; at < message.len;) {
        struct twin_field *field = &twin->fields[twin->count];
        size_t equals = twin_next(message, at, '=');
        twin->bad = at;
        field->start = at;
        field->tag = twin_tag(message, at, equals);
        field->value = equals + 1;
        if (field->tag == 0) {
            return FIX_VIEW_BAD_TAG;
        }
        if (twin->count == 512) {
            return FIX_VIEW_TOO_MANY;
        }
        if (twin_length_tag(field->tag) == 0) {
            field->len = twin_next(message, field->value, 1) - field->value;
        } else if (!twin_data(message, twin->count == 0 ? NULL : field - 1, field)) {
            return FIX_VIEW_BAD_DATA;
        }
        at = field->value + field->len + 1;
        if (field->tag == 10 && at != message.len) {
            return FIX_VIEW_BAD_ORDER;
        }
        twin->count++;
    }
    return FIX_VIEW_OK;
}

static inline enum fix_view_result twin_view_parse(struct bytes message, struct twin_view *twin) {
    static const unsigned first[] = {8, 9, 35};
    twin->count = 0;
    twin->bad = 0;
    if (message.len == 0 || message.data[message.len - 1] != 1) {
        return FIX_VIEW_BAD_ORDER;
    }
    enum fix_view_result result = twin_fields(message, twin);
    if (result != FIX_VIEW_OK) {
        return result;
    }
    for (size_t i = 0; i < 3; i++) {
        bool there = i < twin->count;
        twin->bad = there ? twin->fields[i].start : message.len;
        if (!there || twin->fields[i].tag != first[i] || (i == 2 && twin->fields[i].len == 0)) {
            return FIX_VIEW_BAD_ORDER;
        }
    }
    twin->bad = twin->fields[twin->count - 1].start;
    return twin->fields[twin->count - 1].tag == 10 ? FIX_VIEW_OK : FIX_VIEW_BAD_ORDER;
}

#endif
