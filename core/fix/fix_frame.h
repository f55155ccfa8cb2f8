/*
 * Finding one FIX message in a run of bytes. Nothing is copied, nothing is kept between calls.
 *
 * A message is `8=...|9=N|` then N bytes then `10=ccc|` (FIX 4.4 volume 2, "Message format";
 * `|` is SOH, 0x01). BeginString is not compared here: which versions a session speaks is its own
 * matter; it only has to start with "FIX" and have at most FIX_BEGIN_STRING_MAX bytes. BodyLength
 * and CheckSum are always verified. What the body says is fix_view.h's matter.
 *
 * Pure functions; any thread.
 */
#ifndef TERCEL_CORE_FIX_FIX_FRAME_H
#define TERCEL_CORE_FIX_FIX_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define FIX_SOH '\x01'

/* Bytes of a BeginString(8) value; the longest in use is "FIX.5.0SP2". */
#define FIX_BEGIN_STRING_MAX 16
/* "10=ccc|" */
#define FIX_TRAILER_BYTES 7

enum fix_frame_result {
    FIX_FRAME_COMPLETE = 0, /* frame->bytes is the message's length */
    FIX_FRAME_PARTIAL,      /* frame->bytes (> in.len) bytes are needed before trying again */
    FIX_FRAME_GARBLED,      /* skip frame->bytes (1 .. in.len); frame->fault says why */
    FIX_FRAME_TOO_LONG      /* BodyLength promises more than message_bytes_max: close the session */
};

enum fix_frame_fault {
    FIX_FAULT_NONE = 0,
    FIX_FAULT_BEGIN_STRING, /* does not start with 8=FIX, or over FIX_BEGIN_STRING_MAX bytes of it
                             */
    FIX_FAULT_BODY_LENGTH,  /* 9= not second, not 1-9 digits and SOH, or 10= not where it says */
    FIX_FAULT_CHECKSUM      /* not three digits and SOH, or not the sum */
};

struct fix_frame {
    size_t bytes;       /* TOO_LONG: the length promised */
    size_t body_offset; /* COMPLETE: of the byte after 9=...SOH */
    size_t body_bytes;  /* COMPLETE: BodyLength(9) */
    enum fix_frame_fault fault;
};

/*
 * Looks at the start of `in`; message_bytes_max >= 1 bounds a whole message, 8= to the last SOH.
 * With an empty `in` the answer is PARTIAL. The answer depends on the bytes only, so however a
 * stream is cut up, the same messages come out.
 *
 * A garbled message is skipped the way the public acceptance definitions demand: with a readable
 * BodyLength, up to and including the first "SOH 10=...SOH" at or after the place it points to (a
 * too long one swallows its successor); without one, up to the next "8=FIX" or, if there is none
 * yet, all but the bytes that could begin one (so a long run of garbage is skipped in as many steps
 * as it arrives in). A search for "SOH 10=...SOH" ends message_bytes_max bytes after the start of
 * the message: with none found, reading goes on with the next "8=FIX" after the place BodyLength
 * pointed to. Never reads beyond `in`; O(in.len).
 */
enum fix_frame_result fix_frame(struct bytes in, size_t message_bytes_max,
                                struct fix_frame *frame) MUST_USE;

/* The sum of all bytes modulo 256. */
uint8_t fix_checksum(struct bytes data);

#endif
