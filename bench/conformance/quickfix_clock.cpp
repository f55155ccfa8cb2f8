#include "bench/conformance/quickfix_clock.hpp"

#include <quickfix/FieldTypes.h>

#include <atomic>
#include <sys/time.h>
#include <time.h>

namespace {

const int64_t RUNNING = -1;

std::atomic<int64_t> held_at_s(RUNNING);

} // namespace

extern "C" int gettimeofday(struct timeval *__restrict now, void *__restrict) noexcept {
    const int64_t held_s = held_at_s;
    struct timespec present = {held_s, 0};
    if (held_s == RUNNING) {
        (void)clock_gettime(CLOCK_REALTIME, &present);
    }
    now->tv_sec = present.tv_sec;
    now->tv_usec = present.tv_nsec / 1000;
    return 0;
}

extern "C" time_t time(time_t *also) noexcept {
    struct timeval now;
    (void)gettimeofday(&now, nullptr);
    if (also != nullptr) {
        *also = now.tv_sec;
    }
    return now.tv_sec;
}

bool quickfix_clock_hold() {
    held_at_s = quickfix_clock_seconds();
    const FIX::DateTime theirs = FIX::DateTime::nowUtc();
    quickfix_clock_move(86400 * 1000);
    const bool follows = theirs.getNanosecond() == 0 && FIX::DateTime::nowUtc() - theirs == 86400;
    quickfix_clock_move(-86400 * 1000);
    return follows;
}

void quickfix_clock_release() {
    held_at_s = RUNNING;
}

int64_t quickfix_clock_seconds() {
    return time(nullptr);
}

void quickfix_clock_move(int64_t milliseconds) {
    held_at_s += (milliseconds + 999) / 1000;
}
