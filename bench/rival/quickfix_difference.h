/*
 * Where our reading and QuickFIX's may differ, and why. Whatever differs otherwise is a fault of
 * one of them.
 *
 * A rule looks at the bytes by its own plain means, not through the codec: it holds only where they
 * are of the kind that it speaks of, and only for what we found wrong with them.
 */
#ifndef TERCEL_BENCH_RIVAL_QUICKFIX_DIFFERENCE_H
#define TERCEL_BENCH_RIVAL_QUICKFIX_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_view.h"

/* What we say of the bytes at one place of a stream. */
struct our_reading {
    enum fix_frame_result framed;
    struct fix_frame frame;
    enum fix_view_result parsed; /* with FIX_FRAME_COMPLETE */
    uint32_t bad_offset;
};

static inline bool our_reading_accepts(const struct our_reading *ours) {
    return ours->framed == FIX_FRAME_COMPLETE && ours->parsed == FIX_VIEW_OK;
}

/* The tags of all data fields, and 0. */
const unsigned *data_tags(void);

/*
 * The rule under which one of the two refuses `message`, which is one to the other; NULL: there is
 * none. `message` is what QuickFIX's stream parser cut out of the stream.
 */
const char *why_we_refuse(struct bytes message, const struct our_reading *ours);
const char *why_they_refuse(struct bytes message, bool with_dictionary);

/* The rule under which the fields differ that both see in `message`; NULL: there is none. */
const char *why_fields_differ(struct bytes message, bool with_dictionary);

/* Whether `in` begins with a BeginString and a BodyLength of 1 to 9 digits. */
bool has_body_length(struct bytes in);

/*
 * QuickFIX takes a data field's length on trust, and reads beyond the message when it lies: whether
 * it may be asked to read `message` by a dictionary. No, when any length field's value might lead
 * any data field beyond the end.
 */
bool quickfix_can_read_data(struct bytes message);

#endif
