/*
 * Writing one FIX message straight into reserved room.
 *
 * begin writes 8, 9 (digits to come), then the caller puts 35 and all other fields in order, and
 * finish closes BodyLength and CheckSum over what was written. A message that does not fit is
 * noticed once, at finish: puts past the end write nothing and mark the writer. A value that holds
 * SOH (from a peer, say) marks it too: nothing can be smuggled into a message through a value.
 */
#ifndef TERCEL_CORE_FIX_FIX_WRITER_H
#define TERCEL_CORE_FIX_FIX_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"
#include "core/fix/fix_time.h"

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

void fix_put_bytes(struct fix_writer *writer, uint32_t tag, struct bytes value);
void fix_put_char(struct fix_writer *writer, uint32_t tag, char value);
void fix_put_bool(struct fix_writer *writer, uint32_t tag, bool value);
void fix_put_uint(struct fix_writer *writer, uint32_t tag, uint64_t value);
void fix_put_int(struct fix_writer *writer, uint32_t tag, int64_t value);
void fix_put_decimal(struct fix_writer *writer, uint32_t tag, int64_t scaled, unsigned digits);
void fix_put_utc(struct fix_writer *writer, uint32_t tag, struct fix_time_cache *cache,
                 struct utc value, unsigned fraction_digits);

/* A run of whole fields, "35=D|49=X|", SOH included, as prepared at start-up: copied as it is. */
void fix_put_raw(struct fix_writer *writer, struct bytes fields);

/* The message's length, from writer->start, or 0 when it did not fit or a value was refused. */
size_t fix_writer_finish(struct fix_writer *writer) MUST_USE;

#endif
