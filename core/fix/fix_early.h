/*
 * Messages that came ahead of a gap, kept until their turn comes.
 *
 * Bounded: what does not fit, and what does not come in ascending order, is not kept and comes
 * again by the resend that the gap has caused. Empty it and nothing is lost but time.
 *
 * Threading: one thread, the session's. No allocation after init.
 */
#ifndef TERCEL_CORE_FIX_FIX_EARLY_H
#define TERCEL_CORE_FIX_FIX_EARLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

struct fix_early;

struct fix_early_limits {
    uint32_t messages; /* 1 .. 2^24 */
    uint32_t bytes;    /* of all messages together, 1 .. 2^31 */
};

/* 0 for impossible limits. */
size_t fix_early_footprint(struct fix_early_limits limits);

/* `mem` is aligned to 64 and outlives the queue. Empty. */
struct fix_early *fix_early_init(void *mem, struct fix_early_limits limits);

/*
 * Keeps a copy. With an empty `message` only the number is kept: one whose message needs no
 * second look. False when it is not kept: no room, or not above the number put last.
 */
bool fix_early_put(struct fix_early *early, uint64_t seq, struct bytes message);

/* The lowest number kept; 0 when empty. */
uint64_t fix_early_first(const struct fix_early *early);

/* Takes the first out; its message (empty: only its number was kept) holds until the next put. */
struct bytes fix_early_take(struct fix_early *early);

/* Drops what is numbered below `seq`. */
void fix_early_forget_below(struct fix_early *early, uint64_t seq);

uint32_t fix_early_count(const struct fix_early *early);
void fix_early_clear(struct fix_early *early);

#endif
