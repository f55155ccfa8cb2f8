#include "core/fix/fix_writer.h"

#include "core/fix/fix_frame.h"
#include "core/fix/fix_scan.h"

/* Most bodies have 100 to 999 bytes: three digits are guessed, finish moves the body if wrong. */
#define GUESSED_DIGITS 3
#define TAG_DIGITS_MAX 10
#define UINT_DIGITS_MAX 20

/*
 * Room for `bytes` more, or NULL. A writer that failed once has none left: a message must not go on
 * after a hole.
 */
static inline char *reserve(struct fix_writer *writer, size_t bytes) {
    if (UNLIKELY((size_t)(writer->end - writer->at) < bytes)) {
        writer->failed = true;
        writer->at = writer->end;
        return NULL;
    }
    char *at = writer->at;
    writer->at += bytes;
    return at;
}

COLD static void refuse(struct fix_writer *writer) {
    writer->failed = true;
    writer->at = writer->end;
}

/* Writes `value` before `end`, no leading zeros; the first byte. */
static inline char *digits_before(char *end, uint64_t value) {
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return end;
}

/* "tag=value|"; the value is known to hold no SOH. */
static void put_clean(struct fix_writer *writer, uint32_t tag, struct bytes value) {
    DCHECK(tag != 0);
    char digits[TAG_DIGITS_MAX];
    char *digits_end = digits + sizeof digits;
    char *first = digits_before(digits_end, tag);
    size_t tag_len = (size_t)(digits_end - first);
    char *at = reserve(writer, tag_len + 1 + value.len + 1);
    if (UNLIKELY(at == NULL)) {
        return;
    }
    memcpy(at, first, tag_len);
    at += tag_len;
    *at++ = '=';
    if (value.len != 0) {
        memcpy(at, value.data, value.len);
    }
    at[value.len] = FIX_SOH;
}

static bool holds_soh(struct bytes value) {
    if (value.len == 0) {
        return false;
    }
    const char *end = value.data + value.len;
    return fix_scan_soh(value.data, end) != end;
}

void fix_writer_begin(struct fix_writer *writer, char *room, size_t bytes,
                      struct bytes begin_string) {
    *writer = (struct fix_writer){.start = room, .at = room, .end = room + bytes};
    fix_put_bytes(writer, 8, begin_string);
    char *length = reserve(writer, 2 + GUESSED_DIGITS + 1);
    if (UNLIKELY(length == NULL)) {
        return;
    }
    memcpy(length, "9=", 2);
    writer->body = writer->at;
}

void fix_put_bytes(struct fix_writer *writer, uint32_t tag, struct bytes value) {
    if (UNLIKELY(holds_soh(value))) {
        refuse(writer);
        return;
    }
    put_clean(writer, tag, value);
}

void fix_put_data(struct fix_writer *writer, uint32_t length_tag, uint32_t data_tag,
                  struct bytes value) {
    fix_put_uint(writer, length_tag, value.len);
    put_clean(writer, data_tag, value);
}

void fix_put_char(struct fix_writer *writer, uint32_t tag, char value) {
    fix_put_bytes(writer, tag, bytes_of(&value, 1));
}

void fix_put_bool(struct fix_writer *writer, uint32_t tag, bool value) {
    put_clean(writer, tag, value ? BYTES("Y") : BYTES("N"));
}

void fix_put_uint(struct fix_writer *writer, uint32_t tag, uint64_t value) {
    char digits[UINT_DIGITS_MAX];
    char *end = digits + sizeof digits;
    char *first = digits_before(end, value);
    put_clean(writer, tag, bytes_of(first, (size_t)(end - first)));
}

void fix_put_int(struct fix_writer *writer, uint32_t tag, int64_t value) {
    char text[1 + UINT_DIGITS_MAX];
    char *end = text + sizeof text;
    char *first = digits_before(end, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0) {
        *--first = '-';
    }
    put_clean(writer, tag, bytes_of(first, (size_t)(end - first)));
}

void fix_put_decimal(struct fix_writer *writer, uint32_t tag, int64_t scaled, unsigned digits) {
    char text[DECIMAL_TEXT_MAX];
    put_clean(writer, tag, bytes_of(text, decimal_format(scaled, digits, text)));
}

void fix_put_utc(struct fix_writer *writer, uint32_t tag, struct fix_time_cache *cache,
                 struct utc value, unsigned fraction_digits) {
    char text[FIX_TIME_TEXT_MAX];
    put_clean(writer, tag, bytes_of(text, fix_time_format(cache, value, fraction_digits, text)));
}

void fix_put_raw(struct fix_writer *writer, struct bytes fields) {
    DCHECK(fields.len == 0 || fields.data[fields.len - 1] == FIX_SOH);
    char *at = reserve(writer, fields.len);
    if (at != NULL && fields.len != 0) {
        memcpy(at, fields.data, fields.len);
    }
}

char *fix_writer_room(struct fix_writer *writer, size_t bytes) {
    char *at = reserve(writer, bytes);
    if (LIKELY(at != NULL)) {
        writer->at = at;
    }
    return at;
}

/* Moves the body to where a BodyLength of `digits` digits leaves it; false when that does not fit.
 */
static bool move_body(struct fix_writer *writer, size_t body_bytes, size_t digits) {
    if (LIKELY(digits == GUESSED_DIGITS)) {
        return true;
    }
    char *body = writer->body - GUESSED_DIGITS + digits;
    if ((size_t)(writer->end - body) < body_bytes) {
        return false;
    }
    memmove(body, writer->body, body_bytes);
    writer->body = body;
    writer->at = body + body_bytes;
    return true;
}

size_t fix_writer_finish(struct fix_writer *writer) {
    if (UNLIKELY(writer->failed)) {
        return 0;
    }
    char text[UINT_DIGITS_MAX];
    size_t body_bytes = (size_t)(writer->at - writer->body);
    char *first = digits_before(text + sizeof text, body_bytes);
    size_t digits = (size_t)(text + sizeof text - first);
    if (UNLIKELY(!move_body(writer, body_bytes, digits))) {
        refuse(writer);
        return 0;
    }
    memcpy(writer->body - 1 - digits, first, digits);
    writer->body[-1] = FIX_SOH;
    size_t summed = (size_t)(writer->at - writer->start);
    char *trailer = reserve(writer, FIX_TRAILER_BYTES);
    if (UNLIKELY(trailer == NULL)) {
        return 0;
    }
    unsigned sum = fix_checksum(bytes_of(writer->start, summed));
    memcpy(trailer, "10=", 3);
    trailer[3] = (char)('0' + sum / 100);
    trailer[4] = (char)('0' + sum / 10 % 10);
    trailer[5] = (char)('0' + sum % 10);
    trailer[6] = FIX_SOH;
    return summed + FIX_TRAILER_BYTES;
}
