#include "bench/sim/order_entry_rig_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rig_value_of(const char *text, const char *tag) {
    static char value[128];
    char pattern[8];
    snprintf(pattern, sizeof(pattern), "|%s=", tag);
    const char *at = strstr(text, pattern);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(pattern);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "|"), at);
    return value;
}

int64_t rig_decimal_of(const char *text, const char *tag) {
    const char *value = rig_value_of(text, tag);
    cr_assert_not_null(value, "no %s in %s", tag, text);
    char *end;
    int64_t scaled = (int64_t)strtoll(value, &end, 10) * 100000000;
    int64_t unit = 100000000;
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9'; end++) {
            unit /= 10;
            scaled += (*end - '0') * unit;
        }
    }
    cr_assert(*end == '\0' && unit > 0, "%s is no number in %s", tag, text);
    return scaled;
}

int64_t rig_hundredths_of(const char *text, const char *tag) {
    int64_t scaled = rig_decimal_of(text, tag);
    cr_assert_eq(scaled % 1000000, 0);
    return scaled / 1000000;
}

uint32_t rig_number_after(const char *value, char letter) {
    cr_assert(value != NULL && value[0] == letter, "%s", value);
    return (uint32_t)strtoul(value + 1, NULL, 10);
}

bool rig_append(void *context, struct bytes piece) {
    struct rig_buffer *buffer = context;
    if (buffer->len + piece.len > buffer->max) {
        buffer->max = 2 * (buffer->len + piece.len);
        buffer->data = realloc(buffer->data, buffer->max);
    }
    memcpy(buffer->data + buffer->len, piece.data, piece.len);
    buffer->len += piece.len;
    return true;
}

void rig_append_said(void *context, uint32_t epoch, struct bytes bytes) {
    struct bytes name = bytes_of((const char *)&epoch, sizeof(epoch));
    cr_assert(rig_append(context, name) && rig_append(context, bytes));
}

void rig_same_ledger(const struct rig *a, const struct rig *b) {
    cr_assert_eq(a->ledger_count, b->ledger_count);
    for (uint32_t i = 0; i < a->ledger_count; i++) {
        cr_assert_eq(memcmp(&a->ledger[i], &b->ledger[i], sizeof(a->ledger[i])), 0, "%u", i);
    }
}
