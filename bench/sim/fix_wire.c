#include "bench/sim/fix_wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SOH '\x01'
/* Ten days; the fuzzer writes any number. */
#define SHIFT_MS_MAX INT64_C(864000000)

void fix_wire_time(struct utc at, char out[FIX_WIRE_TIME_MAX]) {
    time_t seconds = (time_t)(at.ns / NS_PER_S);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t len = strftime(out, FIX_WIRE_TIME_MAX, "%Y%m%d-%H:%M:%S", &parts);
    snprintf(out + len, FIX_WIRE_TIME_MAX - len, ".%03d", (int)(at.ns % NS_PER_S / NS_PER_MS));
}

/* Length of the field at `text`, with its '|'. */
static size_t field_bytes(const char *text) {
    size_t len = strcspn(text, "|");
    cr_assert_eq(text[len], '|', "a field without its end: %s", text);
    return len + 1;
}

static bool is_tag(const char *field, const char *tag) {
    size_t len = strlen(tag);
    return strncmp(field, tag, len) == 0 && field[len] == '=';
}

/* The field of this tag in the text, "-tag|" included, or NULL. */
static const char *find_field(const char *text, const char *tag) {
    for (const char *field = text; *field != '\0'; field += field_bytes(field)) {
        if (is_tag(field, tag) ||
            (*field == '-' && strtoul(field + 1, NULL, 10) == strtoul(tag, NULL, 10))) {
            return field;
        }
    }
    return NULL;
}

struct message {
    char *at;
    size_t len;
    size_t max;
    struct utc now;
};

static void put(struct message *message, const char *data, size_t len) {
    if (message->len + len > message->max) {
        message->len = message->max + 1;
        return;
    }
    memcpy(message->at + message->len, data, len);
    message->len += len;
}

/* One field of a text: its value stands for a time when it begins with '@'. */
static void put_field(struct message *message, const char *field) {
    size_t len = field_bytes(field) - 1;
    const char *value = memchr(field, '=', len);
    if (*field == '-') {
        return;
    }
    if (value != NULL && value[1] == '@') {
        char time[FIX_WIRE_TIME_MAX];
        int64_t shift_ms = strtol(value + 2, NULL, 10) % SHIFT_MS_MAX;
        fix_wire_time((struct utc){.ns = message->now.ns + shift_ms * NS_PER_MS}, time);
        put(message, field, (size_t)(value + 1 - field));
        put(message, time, strlen(time));
    } else {
        put(message, field, len);
    }
    put(message, "\x01", 1);
}

/* The text's own field of this tag, else `value`. */
static void put_header(struct message *message, const char *text, const char *tag,
                       const char *value) {
    const char *own = find_field(text, tag);
    if (own != NULL) {
        put_field(message, own);
        return;
    }
    put(message, tag, strlen(tag));
    put(message, "=", 1);
    put(message, value, strlen(value));
    put(message, "\x01", 1);
}

static bool is_header(const char *field) {
    static const char *const tags[] = {"8", "9", "35", "34", "49", "52", "56", "10"};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (is_tag(field, tags[i])) {
            return true;
        }
    }
    return false;
}

static void put_body(struct message *message, const struct fix_wire_header *header,
                     const char *text) {
    char seq[24];
    char time[FIX_WIRE_TIME_MAX];
    snprintf(seq, sizeof(seq), "%llu", (unsigned long long)header->seq);
    fix_wire_time(header->at, time);
    put_header(message, text, "35", "");
    put_header(message, text, "34", seq);
    put_header(message, text, "49", header->sender);
    put_header(message, text, "52", time);
    put_header(message, text, "56", header->target);
    for (const char *field = text; *field != '\0'; field += field_bytes(field)) {
        if (!is_header(field)) {
            put_field(message, field);
        }
    }
}

static unsigned sum_of(const char *data, size_t len) {
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (unsigned char)data[i];
    }
    return sum % 256;
}

size_t fix_wire_compose(const struct fix_wire_header *header, const char *text, char *out,
                        size_t max) {
    char body_bytes[FIX_WIRE_MESSAGE_MAX];
    struct message body = {.at = body_bytes, .max = sizeof(body_bytes), .now = header->at};
    put_body(&body, header, text);
    struct message message = {.at = out, .max = max, .now = header->at};
    char number[16];
    put_header(&message, text, "8", header->begin_string);
    snprintf(number, sizeof(number), "%zu", body.len);
    put_header(&message, text, "9", number);
    if (body.len > body.max || message.len > message.max) {
        return 0;
    }
    put(&message, body.at, body.len);
    if (message.len > message.max) {
        return 0;
    }
    snprintf(number, sizeof(number), "%03u", sum_of(message.at, message.len));
    put_header(&message, text, "10", number);
    return message.len <= message.max ? message.len : 0;
}

size_t fix_wire_frame(const char *data, size_t len) {
    char head[32] = {0};
    memcpy(head, data, len < sizeof(head) - 1 ? len : sizeof(head) - 1);
    const char *begin_end = strchr(head, SOH);
    const char *length_end = begin_end == NULL ? NULL : strchr(begin_end + 1, SOH);
    if (length_end == NULL) {
        cr_assert_lt(len, 31, "no BodyLength in sight");
        return 0;
    }
    cr_assert_eq(strncmp(head, "8=FIX.4.4", 9), 0, "does not begin with 8=FIX.4.4: %s", head);
    cr_assert_eq(strncmp(begin_end + 1, "9=", 2), 0, "9 is not second: %s", head);
    size_t body = strtoul(begin_end + 3, NULL, 10);
    cr_assert_leq(body, FIX_WIRE_MESSAGE_MAX);
    size_t before = (size_t)(length_end + 1 - head) + body;
    if (len < before + 7) {
        return 0;
    }
    char trailer[8];
    snprintf(trailer, sizeof(trailer), "10=%03u", sum_of(data, before));
    cr_assert(data[before - 1] == SOH && memcmp(data + before, trailer, 6) == 0 &&
                  data[before + 6] == SOH,
              "no right %s at the end of %.*s", trailer, (int)before, data);
    return before + 7;
}

const char *fix_wire_value(const char *data, size_t len, unsigned tag, char *value, size_t max) {
    size_t at = 0;
    value[0] = '\0';
    while (at < len) {
        const char *end = memchr(data + at, SOH, len - at);
        const char *equals = memchr(data + at, '=', len - at);
        cr_assert(end != NULL && equals != NULL && equals < end, "a field without '=' or end");
        if (strtoul(data + at, NULL, 10) == tag) {
            snprintf(value, max, "%.*s", (int)(end - equals - 1), equals + 1);
            return value;
        }
        at = (size_t)(end + 1 - data);
    }
    return value;
}

/* Milliseconds since the epoch, or -1 when the value is no time with milliseconds. */
static int64_t time_ms(const char *value, size_t len) {
    struct tm parts = {0};
    int year;
    int month;
    int ms;
    char text[FIX_WIRE_TIME_MAX] = {0};
    if (len != 21) {
        return -1;
    }
    memcpy(text, value, len);
    if (sscanf(text, "%4d%2d%2d-%2d:%2d:%2d.%3d", &year, &month, &parts.tm_mday, &parts.tm_hour,
               &parts.tm_min, &parts.tm_sec, &ms) != 7) {
        return -1;
    }
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    return (int64_t)timegm(&parts) * 1000 + ms;
}

static bool is_hidden(unsigned long tag) {
    return tag == 8 || tag == 9 || tag == 10 || tag == 34 || tag == 49 || tag == 52 || tag == 56;
}

static size_t print_field(const char *field, size_t len, struct utc at, char *text, size_t max) {
    const char *value = (const char *)memchr(field, '=', len) + 1;
    size_t value_len = len - (size_t)(value - field);
    int64_t ms = time_ms(value, value_len);
    int written;
    if (ms < 0) {
        written = snprintf(text, max, "%.*s|", (int)len, field);
    } else if (ms == at.ns / NS_PER_MS) {
        written = snprintf(text, max, "%.*s@|", (int)(value - field), field);
    } else {
        written = snprintf(text, max, "%.*s@%+lld|", (int)(value - field), field,
                           (long long)(ms - at.ns / NS_PER_MS));
    }
    cr_assert(written > 0 && (size_t)written < max, "no room for the text of a message");
    return (size_t)written;
}

void fix_wire_text(const char *data, size_t len, struct utc at, char *text, size_t max) {
    size_t printed = 0;
    text[0] = '\0';
    for (size_t start = 0; start < len;) {
        const char *end = memchr(data + start, SOH, len - start);
        size_t field = (size_t)(end - data) - start;
        if (!is_hidden(strtoul(data + start, NULL, 10))) {
            printed += print_field(data + start, field, at, text + printed, max - printed);
        }
        start += field + 1;
    }
}

bool fix_wire_has(const char *text, const char *field, size_t field_len) {
    for (const char *at = text; *at != '\0'; at += field_bytes(at)) {
        size_t len = field_bytes(at) - 1;
        if (*field == '-') {
            size_t tag_len = field_len - 1;
            if (strncmp(at, field + 1, tag_len) == 0 && at[tag_len] == '=') {
                return false;
            }
        } else if (len == field_len && memcmp(at, field, len) == 0) {
            return true;
        }
    }
    return *field == '-';
}
