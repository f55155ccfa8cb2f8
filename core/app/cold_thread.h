/*
 * A cold thread: one job, off the path, polling its rings.
 *
 * It runs `step` until it is stopped, and sleeps COLD_IDLE_NS when a step found nothing to do.
 * With COLD_DRAIN it goes on after the stop until a step finds nothing, so that what was published
 * before is dealt with; with COLD_DROP it leaves what nobody waits for any more. Cold threads block
 * all signals and are not pinned to a worker's core.
 */
#ifndef TERCEL_CORE_APP_COLD_THREAD_H
#define TERCEL_CORE_APP_COLD_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/base/check.h"

#define COLD_IDLE_NS 500000

enum cold_end { COLD_DRAIN = 0, COLD_DROP };

struct cold_thread {
    pthread_t thread;
    atomic_bool stop;
    bool started;
    bool (*step)(void *context); /* true: there was work */
    void *context;
    enum cold_end end;
};

/* `name` is what ps shows, at most 15 bytes. False when the thread cannot be made. */
bool cold_thread_start(struct cold_thread *thread, const char *name, bool (*step)(void *context),
                       void *context, enum cold_end end) MUST_USE;

/* Stops and joins; nothing when it was not started. */
void cold_thread_stop(struct cold_thread *thread);

#endif
