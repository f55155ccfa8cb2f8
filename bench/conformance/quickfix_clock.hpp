/*
 * The time that QuickFIX lives in. It asks gettimeofday() and time(), and a program that links this
 * answers both itself: in whole seconds, for QuickFIX counts silence in nothing finer, and always
 * the same one until it is moved on. So what falls due does not depend on how long anything takes.
 *
 * There is one for the whole process. Every other clock (those of clock_gettime() and clock(), by
 * which threads and sockets wait) runs on. All functions may be called from any thread.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_QUICKFIX_CLOCK_HPP
#define TERCEL_BENCH_CONFORMANCE_QUICKFIX_CLOCK_HPP

#include <cstdint>

/* Until it is held, the clock is the machine's. False: QuickFIX does not go by it. */
bool quickfix_clock_hold();

/* The machine's again: QuickFIX gives up waiting for an end in order after seconds of its own. */
void quickfix_clock_release();

/* UTC. */
int64_t quickfix_clock_seconds();

/* Moves it on, by the next whole second if that is none. */
void quickfix_clock_move(int64_t milliseconds);

#endif
