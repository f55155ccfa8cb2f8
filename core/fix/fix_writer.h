/*
 * Writing one FIX message straight into reserved room.
 *
 * begin writes 8, 9 (digits to come), then the caller puts 35 and all other fields in order, and
 * finish closes BodyLength and CheckSum over what was written. A message that does not fit is
 * noticed once, at finish: puts past the end write nothing and mark the writer. A value that holds
 * SOH (from a peer, say) marks it too: nothing can be smuggled into a message through a value. Once
 * marked, a writer takes no more. What finish gives is what fix_frame and fix_view_parse accept,
 * provided that the caller put 35 first and whole fields; which fields those are is his matter.
 *
 * A message of n bytes fits exactly when the room has n bytes; what lies in the room behind those
 * bytes may have been written over. Tags are 1 to 999999999. Empty values are written as they are.
 * One thread; the room is borrowed until finish.
 *
 * A tag that the compiler knows is a constant of one store: "54=" costs no arithmetic. What is the
 * same in many messages is prepared once: a run of fields (fix_put_raw), or the head of a message
 * (fix_writer_head).
 */
#ifndef TERCEL_CORE_FIX_FIX_WRITER_H
#define TERCEL_CORE_FIX_FIX_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"
#include "core/fix/fix_field.h"

struct fix_writer {
    char *start;
    char *at;
    char *end;
    char *body; /* the byte after 9=...SOH, at its provisional place */
    bool failed;
};

/* `begin_string` like "FIX.4.4". BodyLength gets as many digits as it needs, no padding. */
void fix_writer_begin(struct fix_writer *writer, char *room, size_t bytes,
                      struct bytes begin_string);

/* How messages begin, compiled at start-up: 8, 9, and fields that always come first, or none. */
#define FIX_HEAD_MAX 64
struct fix_writer_head {
    uint8_t len;
    uint8_t body;
    char text[FIX_HEAD_MAX]; /* zeros behind `len` */
};

/* `fields` as in fix_put_raw. False: they do not fit in a head, or a value holds SOH. Cold. */
bool fix_writer_head_make(struct fix_writer_head *head, struct bytes begin_string,
                          struct bytes fields) MUST_USE;

/* Begins with it instead: the same as fix_writer_begin, then fix_put_raw. */
void fix_writer_begin_head(struct fix_writer *writer, char *room, size_t bytes,
                           const struct fix_writer_head *head);

/*
 * A data field and, before it, its length; the only value that may hold SOH.
 */
void fix_put_data(struct fix_writer *writer, uint32_t length_tag, uint32_t data_tag,
                  struct bytes value);

static inline void fix_put_bytes(struct fix_writer *writer, uint32_t tag, struct bytes value);
static inline void fix_put_char(struct fix_writer *writer, uint32_t tag, char value);
static inline void fix_put_bool(struct fix_writer *writer, uint32_t tag, bool value);
static inline void fix_put_uint(struct fix_writer *writer, uint32_t tag, uint64_t value);
static inline void fix_put_int(struct fix_writer *writer, uint32_t tag, int64_t value);
/* The shortest exact text (decimal.h). */
static inline void fix_put_decimal(struct fix_writer *writer, uint32_t tag, int64_t scaled,
                                   unsigned digits);
/* fix_time.h; 0, 3, 6 or 9 fraction digits. */
static inline void fix_put_utc(struct fix_writer *writer, uint32_t tag,
                               struct fix_time_cache *cache, struct utc value,
                               unsigned fraction_digits);

/* A run of whole fields, "35=D|49=X|", SOH included, as prepared at start-up: copied as it is. */
void fix_put_raw(struct fix_writer *writer, struct bytes fields);

/*
 * For a caller that writes whole fields himself: room for `bytes` more, or NULL, and the writer is
 * marked. He then says where he stopped, within that room, before anything else is put.
 */
char *fix_writer_room(struct fix_writer *writer, size_t bytes);
static inline void fix_writer_wrote(struct fix_writer *writer, char *at) {
    writer->at = at;
}

/*
 * The message's length, from writer->start (the start of the room), or 0 when it did not fit or a
 * value was refused. Once a message: the writer is done with.
 */
size_t fix_writer_finish(struct fix_writer *writer) MUST_USE;

/* How the puts are made, not for others to call: `tag` is a FIX_TAG_WORD. */
void fix_put_bytes_after(struct fix_writer *writer, uint64_t tag, struct bytes value);
void fix_put_char_after(struct fix_writer *writer, uint64_t tag, char value);
void fix_put_uint_after(struct fix_writer *writer, uint64_t tag, uint64_t value);
void fix_put_int_after(struct fix_writer *writer, uint64_t tag, int64_t value);
void fix_put_decimal_after(struct fix_writer *writer, uint64_t tag, int64_t scaled,
                           unsigned digits);
void fix_put_utc_after(struct fix_writer *writer, uint64_t tag, struct fix_time_cache *cache,
                       struct utc value, unsigned fraction_digits);

static inline void fix_put_bytes(struct fix_writer *writer, uint32_t tag, struct bytes value) {
    fix_put_bytes_after(writer, FIX_TAG_WORD(tag), value);
}

static inline void fix_put_char(struct fix_writer *writer, uint32_t tag, char value) {
    uint64_t word = FIX_TAG_WORD(tag);
    if (UNLIKELY((size_t)(writer->end - writer->at) < FIX_FIELD_CHAR || fix_tag_len(word) == 0 ||
                 value == FIX_SOH)) {
        fix_put_char_after(writer, word, value);
        return;
    }
    writer->at = fix_add_char_word(writer->at, word, value);
}

static inline void fix_put_bool(struct fix_writer *writer, uint32_t tag, bool value) {
    fix_put_char(writer, tag, value ? 'Y' : 'N');
}

static inline void fix_put_uint(struct fix_writer *writer, uint32_t tag, uint64_t value) {
    fix_put_uint_after(writer, FIX_TAG_WORD(tag), value);
}

static inline void fix_put_int(struct fix_writer *writer, uint32_t tag, int64_t value) {
    fix_put_int_after(writer, FIX_TAG_WORD(tag), value);
}

static inline void fix_put_decimal(struct fix_writer *writer, uint32_t tag, int64_t scaled,
                                   unsigned digits) {
    fix_put_decimal_after(writer, FIX_TAG_WORD(tag), scaled, digits);
}

static inline void fix_put_utc(struct fix_writer *writer, uint32_t tag,
                               struct fix_time_cache *cache, struct utc value,
                               unsigned fraction_digits) {
    fix_put_utc_after(writer, FIX_TAG_WORD(tag), cache, value, fraction_digits);
}

#endif
