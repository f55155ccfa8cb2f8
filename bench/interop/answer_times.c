#include "bench/interop/answer_times.h"

void answer_times_say(struct answer_times *times, const struct talk *talk, struct instant now) {
    if (talk->said_bytes == 0) {
        times->said_at[talk->said % ANSWER_TIMES_DEPTH_MAX] = now;
    }
}

struct instant answer_times_said_at(const struct answer_times *times, uint64_t number) {
    return times->said_at[number % ANSWER_TIMES_DEPTH_MAX];
}

void answer_times_hear(struct answer_times *times, const struct talk *talk, struct instant now,
                       struct histogram *answered) {
    if (!talk->calls || talk->plan.answer_every != 1 || talk->plan.depth == 0) {
        return;
    }
    for (; times->heard < talk->heard; times->heard++) {
        struct instant said_at = answer_times_said_at(times, times->heard);
        histogram_record(answered, instant_since(now, said_at).ns);
    }
}
