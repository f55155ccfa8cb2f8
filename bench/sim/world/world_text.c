#include "bench/sim/world/world_text.h"

#include <stdio.h>
#include <string.h>

#define SOH '\x01'
#define TRAILER_BYTES 7 /* 10=xxx| */

/* The next field in front of *rest, without its SOH; false at the end. */
static bool next_field(struct bytes *rest, unsigned *tag, struct bytes *value) {
    const char *end = rest->len > 0 ? memchr(rest->data, SOH, rest->len) : NULL;
    if (end == NULL) {
        return false;
    }
    const char *at = rest->data;
    *tag = 0;
    while (at < end && *at >= '0' && *at <= '9') {
        *tag = *tag * 10 + (unsigned)(*at++ - '0');
    }
    at += at < end && *at == '=';
    *value = bytes_of(at, (size_t)(end - at));
    *rest = bytes_skip(*rest, (size_t)(end - rest->data) + 1);
    return true;
}

struct bytes world_text_value(struct bytes message, unsigned tag) {
    struct bytes value;
    for (unsigned found; next_field(&message, &found, &value);) {
        if (found == tag) {
            return value;
        }
    }
    return bytes_of(NULL, 0);
}

uint64_t world_text_number(struct bytes message, unsigned tag) {
    struct bytes value = world_text_value(message, tag);
    uint64_t number = 0;
    for (size_t i = 0; i < value.len && value.data[i] >= '0' && value.data[i] <= '9'; i++) {
        number = number * 10 + (uint64_t)(value.data[i] - '0');
    }
    return number;
}

char world_text_type(struct bytes message) {
    struct bytes value = world_text_value(message, 35);
    return value.len == 1 ? value.data[0] : '\0';
}

int64_t world_text_decimal(struct bytes value, unsigned digits) {
    int64_t scaled = 0;
    unsigned decimals = 0;
    bool point = false;
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.data[i];
        if (byte == '.' && !point) {
            point = true;
        } else if (byte >= '0' && byte <= '9' && decimals < digits) {
            scaled = scaled * 10 + (byte - '0');
            decimals += point;
        } else if (byte != '0') {
            return INT64_MIN;
        }
    }
    for (; decimals < digits; decimals++) {
        scaled *= 10;
    }
    return value.len > 0 ? scaled : INT64_MIN;
}

bool world_text_is(struct bytes value, const char *text) {
    return bytes_equal(value, bytes_of_string(text));
}

static bool changes_when_resent(unsigned tag) {
    switch (tag) {
    case 9:
    case 10:
    case 34:
    case 43:
    case 52:
    case 97:
    case 122:
        return true;
    default:
        return false;
    }
}

uint64_t world_text_hash(struct bytes message) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct bytes value;
    for (unsigned tag; next_field(&message, &tag, &value);) {
        if (changes_when_resent(tag)) {
            continue;
        }
        hash = (hash ^ tag) * UINT64_C(0x100000001b3);
        for (size_t i = 0; i < value.len; i++) {
            hash = (hash ^ (unsigned char)value.data[i]) * UINT64_C(0x100000001b3);
        }
    }
    return hash | 1;
}

/* Where the value of the field begins; NULL when there is none. */
static char *find(char *message, size_t len, unsigned tag, size_t *bytes) {
    struct bytes value = world_text_value(bytes_of(message, len), tag);
    *bytes = value.len;
    return value.data == NULL ? NULL : message + (value.data - message);
}

static size_t splice(char *message, size_t len, size_t max, char *at, size_t old,
                     struct bytes fresh) {
    if (len - old + fresh.len > max) {
        return len;
    }
    size_t behind = (size_t)(message + len - (at + old));
    memmove(at + fresh.len, at + old, behind);
    memcpy(at, fresh.data, fresh.len);
    return len - old + fresh.len;
}

size_t world_text_seal(char *message, size_t len, size_t max) {
    size_t old;
    char digits[24];
    char *at = find(message, len, 9, &old);
    if (at == NULL) {
        return len;
    }
    size_t body = len - (size_t)(at + old + 1 - message);
    int count = snprintf(digits, sizeof(digits), "%zu", body);
    len = splice(message, len, max, at, old, bytes_of(digits, (size_t)count));
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (unsigned char)message[i];
    }
    if (len + TRAILER_BYTES <= max) {
        char trailer[TRAILER_BYTES + 1];
        (void)snprintf(trailer, sizeof(trailer), "10=%03u%c", sum % 256, SOH);
        memcpy(message + len, trailer, TRAILER_BYTES);
        len += TRAILER_BYTES;
    }
    return len;
}

size_t world_text_set(char *message, size_t len, size_t max, unsigned tag, const char *value) {
    size_t old;
    char *at = find(message, len, tag, &old);
    if (at == NULL || len - old + strlen(value) > max) {
        return len;
    }
    len = splice(message, len, max, at, old, bytes_of_string(value));
    return world_text_seal(message, len - TRAILER_BYTES, max);
}

size_t world_text_blank(char *message, size_t len, size_t max) {
    static const unsigned header[] = {34, 49, 52, 56};
    char fresh[512];
    int at = snprintf(fresh, sizeof(fresh), "8=FIX.4.4%c9=000%c35=0%c", SOH, SOH, SOH);
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++) {
        struct bytes value = world_text_value(bytes_of(message, len), header[i]);
        at += snprintf(fresh + at, sizeof(fresh) - (size_t)at, "%u=%.*s%c", header[i],
                       (int)value.len, value.data, SOH);
    }
    memcpy(message, fresh, (size_t)at);
    return world_text_seal(message, (size_t)at, max);
}
