#include "core/fix/fix_writer.h"

#include "core/fix/fix_copy.h"
#include "core/fix/fix_sum.h"

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

/* Where a field of the codec's own size goes; NULL: there is no room to write by words, or the tag
 * is none. */
static inline char *begin_field(const struct fix_writer *writer, uint64_t tag, size_t bytes) {
    char *at = writer->at;
    return UNLIKELY((size_t)(writer->end - at) < bytes || fix_tag_len(tag) == 0) ? NULL : at;
}

/* "tag=value|" to the byte, of a tag of any length, where little room is left; the value holds no
 * SOH. */
__attribute__((noinline)) static void put_exactly(struct fix_writer *writer, uint64_t tag,
                                                  struct bytes value) {
    char text[TAG_DIGITS_MAX + 1];
    size_t tag_len = (size_t)(fix_tag_len(tag));
    const char *first = text;
    memcpy(text, &tag, sizeof(tag));
    if (tag_len == 0) {
        char *end = text + sizeof(text);
        DCHECK(tag != 0);
        end[-1] = '=';
        first = digits_before(end - 1, tag);
        tag_len = (size_t)(end - first);
    }
    char *at = reserve(writer, tag_len + value.len + 1);
    if (at == NULL) {
        return;
    }
    memcpy(at, first, tag_len);
    if (value.len != 0) {
        memcpy(at + tag_len, value.data, value.len);
    }
    at[tag_len + value.len] = FIX_SOH;
}

static bool holds_soh(struct bytes value) {
    return value.len != 0 && memchr(value.data, FIX_SOH, value.len) != NULL;
}

__attribute__((noinline)) static void put_tight_bytes(struct fix_writer *writer, uint64_t tag,
                                                      struct bytes value) {
    if (holds_soh(value)) {
        refuse(writer);
        return;
    }
    put_exactly(writer, tag, value);
}

void fix_put_bytes_after(struct fix_writer *writer, uint64_t tag, struct bytes value) {
    char *at = begin_field(writer, tag, FIX_FIELD_BYTES(value.len));
    if (UNLIKELY(at == NULL)) {
        put_tight_bytes(writer, tag, value);
        return;
    }
    at = fix_add_tag(at, tag);
    bool clean = fix_copy(at, value.data, value.len);
    at[value.len] = FIX_SOH;
    writer->at = at + value.len + 1;
    if (UNLIKELY(!clean)) {
        refuse(writer);
    }
}

void fix_put_data(struct fix_writer *writer, uint32_t length_tag, uint32_t data_tag,
                  struct bytes value) {
    fix_put_uint(writer, length_tag, value.len);
    put_exactly(writer, fix_tag_word(data_tag), value);
}

void fix_put_char_after(struct fix_writer *writer, uint64_t tag, char value) {
    fix_put_bytes_after(writer, tag, bytes_of(&value, 1));
}

__attribute__((noinline)) static void put_tight_uint(struct fix_writer *writer, uint64_t tag,
                                                     uint64_t value) {
    char digits[UINT_DIGITS_MAX];
    char *end = digits + sizeof digits;
    char *first = digits_before(end, value);
    put_exactly(writer, tag, bytes_of(first, (size_t)(end - first)));
}

void fix_put_uint_after(struct fix_writer *writer, uint64_t tag, uint64_t value) {
    char *at = begin_field(writer, tag, FIX_FIELD_UINT);
    if (UNLIKELY(at == NULL)) {
        put_tight_uint(writer, tag, value);
        return;
    }
    writer->at = fix_add_uint_value(fix_add_tag(at, tag), value);
}

__attribute__((noinline)) static void put_negative(struct fix_writer *writer, uint64_t tag,
                                                   int64_t value) {
    char text[1 + UINT_DIGITS_MAX];
    char *end = text + sizeof text;
    char *first = digits_before(end, 0 - (uint64_t)value);
    *--first = '-';
    put_exactly(writer, tag, bytes_of(first, (size_t)(end - first)));
}

void fix_put_int_after(struct fix_writer *writer, uint64_t tag, int64_t value) {
    if (UNLIKELY(value < 0)) {
        put_negative(writer, tag, value);
        return;
    }
    fix_put_uint_after(writer, tag, (uint64_t)value);
}

__attribute__((noinline)) static void put_tight_decimal(struct fix_writer *writer, uint64_t tag,
                                                        int64_t scaled, unsigned digits) {
    char text[DECIMAL_TEXT_MAX];
    put_exactly(writer, tag, bytes_of(text, decimal_format(scaled, digits, text)));
}

void fix_put_decimal_after(struct fix_writer *writer, uint64_t tag, int64_t scaled,
                           unsigned digits) {
    char *at = begin_field(writer, tag, FIX_FIELD_DECIMAL);
    if (UNLIKELY(at == NULL)) {
        put_tight_decimal(writer, tag, scaled, digits);
        return;
    }
    writer->at = fix_add_decimal_value(fix_add_tag(at, tag), scaled, digits);
}

__attribute__((noinline)) static void put_tight_utc(struct fix_writer *writer, uint64_t tag,
                                                    struct fix_time_cache *cache, struct utc value,
                                                    unsigned fraction_digits) {
    char text[FIX_TIME_TEXT_MAX];
    put_exactly(writer, tag, bytes_of(text, fix_time_format(cache, value, fraction_digits, text)));
}

void fix_put_utc_after(struct fix_writer *writer, uint64_t tag, struct fix_time_cache *cache,
                       struct utc value, unsigned fraction_digits) {
    char *at = begin_field(writer, tag, FIX_FIELD_UTC);
    if (UNLIKELY(at == NULL)) {
        put_tight_utc(writer, tag, cache, value, fraction_digits);
        return;
    }
    writer->at = fix_add_utc_value(fix_add_tag(at, tag), cache, value, fraction_digits);
}

void fix_put_raw(struct fix_writer *writer, struct bytes fields) {
    DCHECK(fields.len == 0 || fields.data[fields.len - 1] == FIX_SOH);
    char *at = reserve(writer, fields.len);
    if (LIKELY(at != NULL)) {
        (void)fix_copy(at, fields.data, fields.len);
    }
}

char *fix_writer_room(struct fix_writer *writer, size_t bytes) {
    char *at = reserve(writer, bytes);
    if (LIKELY(at != NULL)) {
        writer->at = at;
    }
    return at;
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

COLD bool fix_writer_head_make(struct fix_writer_head *head, struct bytes begin_string,
                               struct bytes fields) {
    struct fix_writer writer;
    *head = (struct fix_writer_head){.len = 0};
    fix_writer_begin(&writer, head->text, sizeof(head->text), begin_string);
    fix_put_raw(&writer, fields);
    if (writer.failed) {
        return false;
    }
    head->len = (uint8_t)(writer.at - writer.start);
    head->body = (uint8_t)(writer.body - writer.start);
    memset(head->text + head->len, 0, sizeof(head->text) - head->len);
    return true;
}

void fix_writer_begin_head(struct fix_writer *writer, char *room, size_t bytes,
                           const struct fix_writer_head *head) {
    *writer = (struct fix_writer){
        .start = room, .at = room + head->len, .end = room + bytes, .body = room + head->body};
    if (UNLIKELY(bytes < FIX_HEAD_MAX)) {
        writer->at = room;
        char *at = reserve(writer, head->len);
        if (at != NULL) {
            memcpy(at, head->text, head->len);
        }
        return;
    }
    for (size_t at = 0; at < head->len; at += FIX_BLOCK) {
        memcpy(room + at, head->text + at, FIX_BLOCK);
    }
}

/* Moves the body to where a BodyLength of other than the guessed digits leaves it, and writes that
 * before it; false when it does not fit. */
__attribute__((noinline)) static bool move_body(struct fix_writer *writer, size_t body_bytes) {
    char text[UINT_DIGITS_MAX];
    char *first = digits_before(text + sizeof text, body_bytes);
    size_t digits = (size_t)(text + sizeof text - first);
    char *body = writer->body - GUESSED_DIGITS + digits;
    if ((size_t)(writer->end - body) < body_bytes) {
        return false;
    }
    memmove(body, writer->body, body_bytes);
    memcpy(body - 1 - digits, first, digits);
    body[-1] = FIX_SOH;
    writer->at = body + body_bytes;
    return true;
}

/* "ddd|", of a number less than 1000: for these, 656 / 2^16 is a division by 100; see digits_of. */
static inline uint32_t three_digits(uint32_t value) {
    uint32_t hundreds = value * 656 >> 16;
    uint32_t rest = value - hundreds * 100;
    uint32_t tens = rest * 103 >> 10;
    uint32_t digits = hundreds + (rest << 16) - tens * ((10 << 16) - (1 << 8));
    return digits + (0x303030 | (uint32_t)FIX_SOH << 24);
}

static inline void put_trailer(char *at, unsigned sum) {
    uint32_t digits = three_digits(sum);
    memcpy(at, "10=", 3);
    memcpy(at + 3, &digits, sizeof(digits));
}

size_t fix_writer_finish(struct fix_writer *writer) {
    if (UNLIKELY(writer->failed)) {
        return 0;
    }
    size_t body_bytes = (size_t)(writer->at - writer->body);
    if (UNLIKELY(body_bytes - 100 >= 900)) {
        if (!move_body(writer, body_bytes)) {
            refuse(writer);
            return 0;
        }
    } else {
        uint32_t digits = three_digits((uint32_t)body_bytes);
        memcpy(writer->body - sizeof(digits), &digits, sizeof(digits));
    }
    char *at = writer->at;
    if (UNLIKELY((size_t)(writer->end - at) < FIX_TRAILER_BYTES)) {
        refuse(writer);
        return 0;
    }
    size_t summed = (size_t)(at - writer->start);
    put_trailer(at, fix_sum(writer->start, summed));
    writer->at = at + FIX_TRAILER_BYTES;
    return summed + FIX_TRAILER_BYTES;
}
