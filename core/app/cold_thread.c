#include "core/app/cold_thread.h"

#include <signal.h>
#include <time.h>

static void *run(void *argument) {
    struct cold_thread *self = argument;
    const struct timespec idle = {.tv_nsec = COLD_IDLE_NS};
    while (!atomic_load_explicit(&self->stop, memory_order_acquire)) {
        if (!self->step(self->context)) {
            (void)nanosleep(&idle, NULL);
        }
    }
    while (self->end == COLD_DRAIN && self->step(self->context)) {
    }
    return NULL;
}

bool cold_thread_start(struct cold_thread *thread, const char *name, bool (*step)(void *context),
                       void *context, enum cold_end end) {
    sigset_t all;
    sigset_t before;
    thread->step = step;
    thread->context = context;
    thread->end = end;
    atomic_init(&thread->stop, false);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    thread->started = pthread_create(&thread->thread, NULL, run, thread) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (thread->started) {
        (void)pthread_setname_np(thread->thread, name);
    }
    return thread->started;
}

void cold_thread_stop(struct cold_thread *thread) {
    if (thread->started) {
        atomic_store_explicit(&thread->stop, true, memory_order_release);
        (void)pthread_join(thread->thread, NULL);
        thread->started = false;
    }
}
