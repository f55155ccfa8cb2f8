#include "core/route/input_log.h"

#include <string.h>

#include "core/route/ledger_record.h"
#include "core/route/notice.h"
#include "core/route/question.h"

/* The rings that order entry produces into, in the order of INPUT_LOG_PASSED_ON. */
enum { RINGS_OUT = 4 };

struct way_out {
    struct spsc *from;
    struct spsc *to;
    size_t cell_bytes;
};

static void ways_out(const struct input_log *log, struct way_out ways[RINGS_OUT]) {
    ways[0] = (struct way_out){log->inner.sign_questions, log->outer.sign_questions,
                               sizeof(struct question)};
    ways[1] = (struct way_out){log->inner.password_questions, log->outer.password_questions,
                               sizeof(struct question)};
    ways[2] = (struct way_out){log->inner.ledger, log->outer.ledger, sizeof(struct ledger_record)};
    ways[3] = (struct way_out){log->inner.notices, log->outer.notices, sizeof(struct notice)};
}

/* The worker reads this cell last: a question may be a password. */
static void release_wiped(struct spsc *ring, void *cell, size_t cell_bytes) {
    explicit_bzero(cell, cell_bytes);
    spsc_release(ring);
}

/* Recording: what the outer ring takes. */
static uint64_t pass_on(const struct way_out *way) {
    uint64_t passed = 0;
    void *cell;
    void *place;
    while ((cell = spsc_peek(way->from)) != NULL && (place = spsc_reserve(way->to)) != NULL) {
        memcpy(place, cell, way->cell_bytes);
        spsc_publish(way->to);
        release_wiped(way->from, cell, way->cell_bytes);
        passed++;
    }
    return passed;
}

/* Replaying: as many as were passed on then. */
static void pass_on_again(const struct way_out *way, uint64_t count) {
    for (; count > 0; count--) {
        void *cell = spsc_peek(way->from);
        if (cell == NULL) {
            return;
        }
        void *place = way->to == NULL ? NULL : spsc_reserve(way->to);
        if (place != NULL) {
            memcpy(place, cell, way->cell_bytes);
            spsc_publish(way->to);
        }
        release_wiped(way->from, cell, way->cell_bytes);
    }
}

static void record_passing(struct input_log *log) {
    struct way_out ways[RINGS_OUT];
    uint64_t passed[RINGS_OUT];
    uint64_t all = 0;
    ways_out(log, ways);
    for (int i = 0; i < RINGS_OUT; i++) {
        passed[i] = pass_on(&ways[i]);
        all += passed[i];
    }
    if (all == 0) {
        replay_log_foreseen(log->log);
    } else {
        replay_log_put(log->log, INPUT_LOG_PASSED_ON, passed, RINGS_OUT, bytes_of(NULL, 0));
    }
}

static void replay_passing(struct input_log *log) {
    struct way_out ways[RINGS_OUT];
    const struct replay_entry *entry = replay_log_next(log->log, INPUT_LOG_PASSED_ON);
    ways_out(log, ways);
    for (int i = 0; entry != NULL && entry->count == RINGS_OUT && i < RINGS_OUT; i++) {
        pass_on_again(&ways[i], entry->values[i]);
    }
}

static void record_answers(struct input_log *log, struct spsc *from, struct spsc *to,
                           enum input_log_kind kind) {
    struct answer *answer;
    struct answer *place;
    while ((answer = spsc_peek(from)) != NULL && (place = spsc_reserve(to)) != NULL) {
        *place = *answer;
        spsc_publish(to);
        replay_log_put(log->log, (uint8_t)kind, NULL, 0,
                       bytes_of((const char *)answer, sizeof(*answer)));
        release_wiped(from, answer, sizeof(*answer));
    }
}

static void replay_answers(struct input_log *log, struct spsc *to, enum input_log_kind kind) {
    while (replay_log_peek_kind(log->log) == kind) {
        const struct replay_entry *entry = replay_log_next(log->log, (uint8_t)kind);
        struct answer *place = spsc_reserve(to);
        if (entry == NULL || entry->bytes.len != sizeof(*place) || place == NULL) {
            log->log->broken = true;
            return;
        }
        memcpy(place, entry->bytes.data, sizeof(*place));
        spsc_publish(to);
    }
}

bool input_log_turn(struct input_log *log, struct order_entry *entry, struct now now) {
    uint64_t values[] = {(uint64_t)now.mono.ns, (uint64_t)now.utc.ns};
    replay_log_put(log->log, INPUT_LOG_TURN, values, 2, bytes_of(NULL, 0));
    record_answers(log, log->outer.sign_answers, log->inner.sign_answers, INPUT_LOG_SIGNED);
    record_answers(log, log->outer.password_answers, log->inner.password_answers,
                   INPUT_LOG_VERDICT);
    bool more = order_entry_turn(entry, now);
    record_passing(log);
    return more;
}

void input_log_stop(struct input_log *log, struct order_entry *entry, struct now now, bool cancel,
                    struct duration patience) {
    uint64_t values[] = {(uint64_t)now.mono.ns, (uint64_t)now.utc.ns, cancel,
                         (uint64_t)patience.ns};
    replay_log_put(log->log, INPUT_LOG_STOP, values, 4, bytes_of(NULL, 0));
    order_entry_stop(entry, now, cancel, patience);
}

static void replay_turn(struct input_log *log, struct order_entry *entry, struct now now) {
    replay_answers(log, log->inner.sign_answers, INPUT_LOG_SIGNED);
    replay_answers(log, log->inner.password_answers, INPUT_LOG_VERDICT);
    (void)order_entry_turn(entry, now);
    replay_passing(log);
}

static struct now now_of(const struct replay_entry *entry) {
    return (struct now){.mono = {.ns = (int64_t)entry->values[0]},
                        .utc = {.ns = (int64_t)entry->values[1]}};
}

bool input_log_replay(struct input_log *log, struct order_entry *entry, struct now *now) {
    if (replay_log_peek_kind(log->log) == INPUT_LOG_STOP) {
        const struct replay_entry *stop = replay_log_next(log->log, INPUT_LOG_STOP);
        CHECK(stop != NULL && stop->count == 4);
        *now = now_of(stop);
        order_entry_stop(entry, *now, stop->values[2] != 0,
                         (struct duration){.ns = (int64_t)stop->values[3]});
        return true;
    }
    if (!log->log->has_next) {
        return false;
    }
    const struct replay_entry *turn = replay_log_next(log->log, INPUT_LOG_TURN);
    if (turn == NULL || turn->count != 2) {
        log->log->broken = true;
        return false;
    }
    *now = now_of(turn);
    replay_turn(log, entry, *now);
    return !log->log->broken;
}
