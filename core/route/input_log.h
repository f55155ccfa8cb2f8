/*
 * Order entry's turns, recorded and replayed: with the same log the same bytes come out.
 *
 * Its inputs are the time of each turn, what its streams do (net/stream_record.h, over the same
 * replay_log), what comes out of the rings of answers, how full the other rings are, and the stop.
 * So that no ring changes in the middle of a turn, order entry gets rings of its own (inner), and
 * between turns their cells are passed on from and to the cold threads' (outer). Inner rings have
 * the cells of the outer ones; a recorded order entry sees a ring as full a turn later.
 *
 *   recording   input_log_turn in place of order_entry_turn, input_log_stop of order_entry_stop
 *   replaying   input_log_replay until it says false, on an order entry and venues made anew from
 *               the same setup, whose stack is a replayer; outer rings may be NULL, and what has
 *               no room there is gone
 *
 * The log's rule about secrets holds: passwords and signatures are in it.
 *
 * Threading: the OE worker's. Not for the hot path of a live router: every cell is copied.
 */
#ifndef TERCEL_CORE_ROUTE_INPUT_LOG_H
#define TERCEL_CORE_ROUTE_INPUT_LOG_H

#include "core/base/replay_log.h"
#include "core/route/order_entry.h"

struct input_log {
    struct replay_log *log;
    struct order_entry_rings inner; /* in the setup of the order entry */
    struct order_entry_rings outer;
};

/* As order_entry_turn. */
bool input_log_turn(struct input_log *log, struct order_entry *entry, struct now now);

/* As order_entry_stop. */
void input_log_stop(struct input_log *log, struct order_entry *entry, struct now now, bool cancel,
                    struct duration patience);

/* The next turn or stop of the log, at *now; false at its end, or once order entry asks what the
 * log does not answer: then log->log->broken. */
bool input_log_replay(struct input_log *log, struct order_entry *entry, struct now *now) MUST_USE;

/* Kinds of entries, and what they hold. */
enum input_log_kind {
    INPUT_LOG_TURN = 32, /* monotonic and UTC nanoseconds */
    INPUT_LOG_STOP,      /* likewise, whether to cancel, nanoseconds of patience */
    INPUT_LOG_SIGNED,    /* a struct answer */
    INPUT_LOG_VERDICT,   /* likewise */
    INPUT_LOG_PASSED_ON  /* cells that left each inner ring: sign questions, password questions,
                            ledger, notices; foreseen: none */
};

#endif
