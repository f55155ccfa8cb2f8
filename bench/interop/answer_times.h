/*
 * How long the messages of a conversation wait for their answers: of a caller whose every message
 * is answered. Each is timed from when its first byte is handed to TCP until its answer is whole.
 */
#ifndef TERCEL_BENCH_INTEROP_ANSWER_TIMES_H
#define TERCEL_BENCH_INTEROP_ANSWER_TIMES_H

#include "bench/interop/talk.h"
#include "core/base/histogram.h"

#define ANSWER_TIMES_DEPTH_MAX 64 /* messages not yet answered; a plan's depth is within it */

/* All 0 at the start of a conversation. */
struct answer_times {
    struct instant said_at[ANSWER_TIMES_DEPTH_MAX]; /* by the number of the message */
    uint64_t heard;                                 /* answers that were recorded */
};

/* Something of `talk` is about to be handed over: before talk_said. */
void answer_times_say(struct answer_times *times, const struct talk *talk, struct instant now);
/* When the message of that number was: one of the last ANSWER_TIMES_DEPTH_MAX. */
struct instant answer_times_said_at(const struct answer_times *times, uint64_t number);
/* Something was heard: records what is answered by now. */
void answer_times_hear(struct answer_times *times, const struct talk *talk, struct instant now,
                       struct histogram *answered);

#endif
