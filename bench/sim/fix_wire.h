/*
 * FIX messages as a test writes and reads them: `35=D|11=A1|38=0.5|`, with `|` for SOH.
 *
 * What is written is completed with 8, 9, 35, 34, 49, 52, 56 and 10; what is read is held to the
 * same arithmetic. Both are worked out here and not by core/fix, so that the two can disagree. For
 * tests only.
 */
#ifndef TERCEL_BENCH_SIM_FIX_WIRE_H
#define TERCEL_BENCH_SIM_FIX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/instant.h"

#define FIX_WIRE_MESSAGE_MAX 8192
#define FIX_WIRE_TIME_MAX 24

struct fix_wire_header {
    const char *begin_string;
    const char *sender;
    const char *target;
    uint64_t seq;
    struct utc at;
};

/*
 * Writes the message that `text` (which starts with 35) stands for; returns its length, 0 when it
 * does not fit. Header fields, 9 and 10 that the text has itself are taken from there, and one that
 * it names as `-52|` is left out. A value that is `@`, `@+500` or `@-500` becomes the header's time
 * and so many milliseconds.
 */
size_t fix_wire_compose(const struct fix_wire_header *header, const char *text, char *out,
                        size_t max);

/*
 * The length of the message in front, 0 while it is not whole. Stops the test when 8, 9 or 10 is
 * not in its place or not right.
 */
size_t fix_wire_frame(const char *data, size_t len);

/* The value of `tag` in one framed message, copied; "" when it has none. */
const char *fix_wire_value(const char *data, size_t len, unsigned tag, char *value, size_t max);

/*
 * A framed message as text, without 8, 9, 10, 34, 49, 52 and 56, and with times as `@`, `@+500` or
 * `@-500`, from `at`.
 */
void fix_wire_text(const char *data, size_t len, struct utc at, char *text, size_t max);

/* Whether the message text has `field` ("150=0", or "-58": no 58 at all). */
bool fix_wire_has(const char *text, const char *field, size_t field_len);

/* YYYYMMDD-HH:MM:SS.mmm */
void fix_wire_time(struct utc at, char out[FIX_WIRE_TIME_MAX]);

#endif
