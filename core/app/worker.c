#include <sched.h>
#include <time.h>

#include "core/app/instance.h"
#include "core/base/alloc_guard.h"
#include "core/route/trace_event.h"

static bool pin(struct worker *worker, int32_t core) {
    if (core == CONFIG_NONE) {
        return true;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0) {
        (void)snprintf(worker->failure, sizeof(worker->failure),
                       "cannot run on core %d (workers.order_entry.core)", core);
        return false;
    }
    return true;
}

/* How long a yielding worker may wait for input: until something is due, at most as configured. */
static int64_t wait_ns(const struct instance *instance, struct now now, bool more) {
    const struct config_worker *config = &instance->config->order_entry;
    if (config->poll == CONFIG_POLL_SPIN || more) {
        return 0;
    }
    int64_t due = order_entry_deadline(instance->entry).ns;
    if (due <= now.mono.ns) {
        return 0;
    }
    int64_t left = due - now.mono.ns;
    return left < config->idle_wait.ns ? left : config->idle_wait.ns;
}

/* A turn that took long shows as an event, with how many there were before it. */
static void trace_turn(struct trace *trace, uint64_t began, uint64_t long_ticks, uint64_t turn) {
    uint64_t ticks = trace != NULL ? clock_tsc() - began : 0;
    if (ticks > long_ticks) {
        trace_put(trace, TRACE_EVENT_LONG_TURN, 0, 0, ticks, turn);
    }
}

static void turns(struct instance *instance) {
    struct worker *worker = &instance->worker;
    const struct config *config = instance->config;
    struct trace *trace = instance->setup.trace;
    struct clock_reader clock = {.page = instance->clock};
    struct now now = clock_read(&clock, clock_tsc());
    uint64_t long_ticks = clock_ns_to_ticks(config->trace.long_turn.ns, clock.mapping.mono_mult);
    bool more = false;
    for (uint64_t turn = 0; order_entry_phase(instance->entry) != ORDER_ENTRY_STOPPED; turn++) {
        transport_turn(instance->transport, now, wait_ns(instance, now, more));
        uint64_t began = clock_tsc();
        now = clock_read(&clock, began);
        if (trace != NULL) {
            trace_mark_time(trace, now, clock_utc_error(&clock, began));
        }
        if (atomic_load_explicit(&worker->stop, memory_order_acquire)) {
            order_entry_stop(instance->entry, now,
                             config->shutdown.policy == CONFIG_SHUTDOWN_CANCEL,
                             config->shutdown.deadline);
        }
        more = order_entry_turn(instance->entry, now);
        transport_flush(instance->transport);
        trace_turn(trace, began, long_ticks, turn);
    }
}

/* Others may still wake the transport or attend to it until the main thread has stopped them. */
static void close_transport(struct instance *instance) {
    const struct timespec wait = {.tv_nsec = NS_PER_MS};
    while (!atomic_load_explicit(&instance->worker.let_go, memory_order_acquire)) {
        (void)nanosleep(&wait, NULL);
    }
    transport_close(instance->transport);
}

void *worker_run(void *argument) {
    struct instance *instance = argument;
    struct worker *worker = &instance->worker;
    if (!pin(worker, instance->config->order_entry.core) ||
        !transport_start(instance->transport, worker->failure)) {
        atomic_store_explicit(&worker->state, WORKER_FAILED, memory_order_release);
        return NULL;
    }
    atomic_store_explicit(&worker->state, WORKER_RUNNING, memory_order_release);
    alloc_guard_seal();
    turns(instance);
    alloc_guard_unseal();
    worker->counters = *order_entry_counters(instance->entry);
    worker->live_orders = order_entry_live_orders(instance->entry);
    worker->turns = transport_turns(instance->transport);
    atomic_store_explicit(&worker->state, WORKER_DONE, memory_order_release);
    close_transport(instance);
    return NULL;
}
