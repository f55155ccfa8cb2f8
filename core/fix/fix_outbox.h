/*
 * The sent messages of one session that may have to be sent again, by their numbers.
 *
 * A bounded ring of bytes and a ring of index entries. When either is full the oldest message makes
 * room; what fell out cannot be resent, and fix_outbox_lost says up to which number that may be so.
 * Numbers need not follow each other: what is never resent (admin messages, quotes) is never put.
 *
 * It is not a journal: it lives as long as its memory. Whoever wants more refills it after a
 * restart, in order, with fix_outbox_put.
 *
 * Threading: one thread, the session's. No allocation after init. Messages are kept as they went
 * out, in plain text: nothing secret belongs here.
 */
#ifndef TERCEL_CORE_FIX_FIX_OUTBOX_H
#define TERCEL_CORE_FIX_FIX_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

struct fix_outbox;

struct fix_outbox_limits {
    uint32_t messages; /* 1 .. 2^24 */
    uint32_t bytes;    /* of all messages together, 1 .. 2^31; the longest one must fit */
};

struct fix_outbox_message {
    uint64_t seq;
    struct bytes bytes; /* borrowed until the next put or clear */
};

/* 0 for impossible limits. */
size_t fix_outbox_footprint(struct fix_outbox_limits limits);

/* `mem` is aligned to 64 and outlives the outbox. Empty. */
struct fix_outbox *fix_outbox_init(void *mem, struct fix_outbox_limits limits);

/*
 * Keeps a copy of `message`, whose number is above every number put since the last clear. Drops the
 * oldest messages as far as that is needed. A message longer than the limit is not kept: it counts
 * as fallen out.
 */
void fix_outbox_put(struct fix_outbox *outbox, uint64_t seq, struct bytes message);

/* The kept message with the lowest number at or above `seq`; false when there is none. O(log n). */
bool fix_outbox_next(const struct fix_outbox *outbox, uint64_t seq,
                     struct fix_outbox_message *message) MUST_USE;

/* The lowest number kept; 0 when empty. */
uint64_t fix_outbox_lowest(const struct fix_outbox *outbox);

/*
 * Numbers begin anew, but what is numbered first .. last was never sent: everything else is
 * forgotten. Renumber gives what is kept the numbers from `from` on, one by one, and forgets what
 * fell out. Cold: O(n).
 */
void fix_outbox_keep_only(struct fix_outbox *outbox, uint64_t first, uint64_t last);
void fix_outbox_renumber(struct fix_outbox *outbox, uint64_t from);

/* The number put last since the last clear, kept or not; 0 when none was. */
uint64_t fix_outbox_highest(const struct fix_outbox *outbox);

/* The greatest number that fell out since the last clear; 0 when none did. */
uint64_t fix_outbox_lost(const struct fix_outbox *outbox);

uint32_t fix_outbox_count(const struct fix_outbox *outbox);

/* Numbers begin anew: forgets everything, what fell out included. */
void fix_outbox_clear(struct fix_outbox *outbox);

#endif
