/*
 * Named places where our code can be made to meet what is rare: a full table, a timer that comes
 * early, no room where there is some. Each stands beside the true condition, and what follows it is
 * what follows the true one, so that a simulation that lets it strike now and then sees code that
 * otherwise waits for a bad day.
 *
 *   if (table->free_first == NONE || MISCHIEF(MISCHIEF_REQUEST_TABLE_FULL)) { ...
 *
 * With NDEBUG, as in a release, MISCHIEF is the constant false. Otherwise it is one load and one
 * branch, until mischief_begin; who calls that has the process for itself: one thread, which draws
 * from one seed, so that the same world meets the same mischief. For simulations only.
 */
#ifndef TERCEL_CORE_BASE_MISCHIEF_H
#define TERCEL_CORE_BASE_MISCHIEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/prng.h"

enum mischief_point {
    MISCHIEF_ORDER_TABLE_FULL = 0,
    MISCHIEF_REQUEST_TABLE_FULL,
    MISCHIEF_EARLY_FULL,      /* a message beyond a gap is not kept, and must be asked for again */
    MISCHIEF_SHORT_READ,      /* a turn reads no further, and asks for another */
    MISCHIEF_NO_ROOM,         /* a stream takes no message now */
    MISCHIEF_BACKLOG,         /* rings nearly full: a new order is refused */
    MISCHIEF_REPORTS_FULL,    /* a queue of reports nearly full: its client is not read */
    MISCHIEF_HOLD_VENUE,      /* rings nearly full: no venue is read */
    MISCHIEF_EARLY_TICK,      /* a session looks at its timers before one is due */
    MISCHIEF_EARLY_LIFE,      /* a Heartbeat, or a TestRequest, before its time */
    MISCHIEF_NO_BACKOFF,      /* dialled again at once */
    MISCHIEF_NOT_REASSEMBLED, /* a segment out of order is not kept */
    MISCHIEF_WINDOW_STAYS,    /* room is not offered to the peer yet */
    MISCHIEF_POINTS
};

struct mischief {
    uint64_t on;     /* bit per point */
    uint32_t one_in; /* times that it may, a point strikes; at least 1 */
    struct prng prng;
    uint64_t struck[MISCHIEF_POINTS];
};

const char *mischief_name(enum mischief_point point);

/* From now until mischief_end it is afoot; `mischief` is borrowed until then. Both do nothing with
 * NDEBUG. */
void mischief_begin(struct mischief *mischief);
void mischief_end(void);

#ifdef NDEBUG
#define MISCHIEF(point) false
#else
#define MISCHIEF(point) (UNLIKELY(mischief_afoot != NULL) && mischief_strikes(point))
#endif

extern struct mischief *mischief_afoot;
COLD bool mischief_strikes(enum mischief_point point);

#endif
