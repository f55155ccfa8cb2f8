/*
 * What the outside decided, in the order in which it was asked: written while something runs, read
 * to run it again.
 *
 * An engine without a clock or a random source does the same again when every question it asks the
 * outside (is there a connection? has this stream room? which bytes have come?) gets the same
 * answer. Who stands between the two foresees each answer from what is known already; one that
 * comes as foreseen is only counted, any other is an entry: a kind, some numbers, some bytes. A
 * reader that foresees in the same way needs no more than that.
 *
 * It does not know what kinds mean, and it does not look for mistakes in the log beyond its form: a
 * log is read by the build that wrote it. It holds what came from outside as it came, passwords and
 * signatures included: it belongs into a simulation's memory, not into a file of a live router.
 *
 * Written through a callback and never kept here. One thread. No allocation.
 */
#ifndef TERCEL_CORE_BASE_REPLAY_LOG_H
#define TERCEL_CORE_BASE_REPLAY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define REPLAY_LOG_VALUES_MAX 20

/* Kinds: 1 .. 31 are the streams', 32 .. 63 order entry's; a test may use the rest. */
struct replay_entry {
    uint8_t kind;
    uint8_t count;
    uint64_t values[REPLAY_LOG_VALUES_MAX];
    struct bytes bytes;
};

/* Takes the log piece by piece; false when it has no more room: nothing is written after that. */
struct replay_sink {
    bool (*write)(void *context, struct bytes piece);
    void *context;
};

struct replay_log {
    struct replay_sink sink; /* without a function: replaying */
    struct bytes left;       /* replaying: behind the next entry */
    struct replay_entry next;
    struct replay_entry current; /* handed out last */
    bool has_next;
    uint64_t foreseen; /* answers as foreseen since the last entry; replaying: before the next */
    bool broken; /* recording: no room. Replaying: asked for what the log does not have next */
};

void replay_log_record(struct replay_log *log, struct replay_sink sink);

/* `recorded` is borrowed until the log is done with. */
void replay_log_replay(struct replay_log *log, struct bytes recorded);

static inline bool replay_log_is_replaying(const struct replay_log *log) {
    return log->sink.write == NULL;
}

/* Recording: the answer was as foreseen. */
static inline void replay_log_foreseen(struct replay_log *log) {
    log->foreseen++;
}

/* Recording: the answer was something else. `count` <= REPLAY_LOG_VALUES_MAX. */
void replay_log_put(struct replay_log *log, uint8_t kind, const uint64_t *values, uint8_t count,
                    struct bytes bytes);

/*
 * Replaying: the next answer, asked for by the question that entries of this kind answer. NULL: it
 * is as foreseen. An entry holds until the next call. Once the question and the log disagree the
 * log is broken, and every answer is as foreseen.
 */
const struct replay_entry *replay_log_next(struct replay_log *log, uint8_t kind) MUST_USE;

/* Replaying: the kind of the next answer, 0 when it is as foreseen or nothing is left. */
uint8_t replay_log_peek_kind(const struct replay_log *log);

#endif
