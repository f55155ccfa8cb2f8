#include "core/app/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/app/instance_plan.h"
#include "core/app/trace_file.h"

void instance_wake(void *argument) {
    struct instance *instance = argument;
    transport_wake(instance->transport);
}

static bool start_cold_threads(struct instance *instance) {
    return cold_thread_start(&instance->crypto_thread, "tercel-crypto", signer_step,
                             &instance->signer, COLD_DROP) &&
           cold_thread_start(&instance->password_thread, "tercel-passwd", password_checker_step,
                             &instance->password_checker, COLD_DROP) &&
           cold_thread_start(&instance->ledger_thread, "tercel-ledger", ledger_writer_step,
                             &instance->ledger, COLD_DRAIN) &&
           cold_thread_start(&instance->log_thread, "tercel-log", notice_log_step, &instance->log,
                             COLD_DRAIN);
}

static void pause_ms(long ms) {
    const struct timespec wait = {.tv_nsec = ms * NS_PER_MS};
    (void)nanosleep(&wait, NULL);
}

static bool start_worker(struct instance *instance) {
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    struct worker *worker = &instance->worker;
    worker->started = pthread_create(&worker->thread, NULL, worker_run, instance) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (worker->started) {
        (void)pthread_setname_np(worker->thread, "tercel-oe");
    }
    return worker->started;
}

static bool worker_came_up(struct instance *instance, FILE *err) {
    struct worker *worker = &instance->worker;
    while (atomic_load_explicit(&worker->state, memory_order_acquire) == WORKER_STARTING) {
        pause_ms(1);
    }
    if (atomic_load_explicit(&worker->state, memory_order_acquire) == WORKER_FAILED) {
        (void)fprintf(err, "tercel: %s\n", worker->failure);
        return false;
    }
    return true;
}

bool instance_start(struct instance *instance, FILE *err) {
    instance->log.file = err;
    if (!start_cold_threads(instance) || !start_worker(instance)) {
        (void)fputs("tercel: cannot start a thread\n", err);
        return false;
    }
    return worker_came_up(instance, err);
}

void instance_print_listeners(const struct instance *instance, FILE *log) {
    const struct config *config = instance->config;
    for (uint32_t i = 0; i < config->listener_count; i++) {
        struct endpoint at = transport_listens_at(instance->transport, i);
        char text[ENDPOINT_TEXT_MAX + 1];
        endpoint_format(&at, text);
        (void)fprintf(log, "tercel: %s listens on %s\n", config->listeners[i].name, text);
    }
}

void instance_stop(struct instance *instance) {
    atomic_store_explicit(&instance->worker.stop, true, memory_order_release);
    instance_wake(instance);
}

bool instance_is_done(const struct instance *instance) {
    enum worker_state state = atomic_load_explicit(&instance->worker.state, memory_order_acquire);
    return state == WORKER_DONE || state == WORKER_FAILED;
}

void instance_join(struct instance *instance) {
    cold_thread_stop(&instance->ledger_thread);
    cold_thread_stop(&instance->password_thread);
    cold_thread_stop(&instance->crypto_thread);
    if (instance->worker.started) {
        atomic_store_explicit(&instance->worker.let_go, true, memory_order_release);
        (void)pthread_join(instance->worker.thread, NULL);
        instance->worker.started = false;
    }
    /* Last: a log that cannot be written may hold it up, and nothing waits behind it by then. */
    cold_thread_stop(&instance->log_thread);
}

/* Best effort, as all notices. */
static void notice_clock(struct instance *instance, struct clock_event event, struct utc at) {
    struct notice *notice = spsc_reserve(instance->log.admin_notices);
    if (event.kind == CLOCK_QUIET || notice == NULL) {
        return;
    }
    *notice = (struct notice){.kind = NOTICE_CLOCK, .at = at};
    (void)clock_event_format(event, notice->text, sizeof(notice->text));
    spsc_publish(instance->log.admin_notices);
}

/* Best effort too. */
static void attend_transport(struct instance *instance, struct utc at) {
    _Static_assert(TRANSPORT_NEWS_BYTES <= NOTICE_TEXT_MAX + 1, "news fit a notice");
    char news[TRANSPORT_NEWS_BYTES];
    if (!transport_attend(instance->transport, news)) {
        return;
    }
    struct notice *notice = spsc_reserve(instance->log.admin_notices);
    if (notice != NULL) {
        *notice = (struct notice){.kind = NOTICE_LINK, .at = at};
        memcpy(notice->text, news, sizeof(news));
        spsc_publish(instance->log.admin_notices);
    }
}

static void attend_slowly(struct instance *instance) {
    struct clock_sample sample = clock_sample_take();
    struct clock_steer *steer = &instance->clock_steer;
    if (sample.mono_ns - instance->attended_ns < 100 * NS_PER_MS) {
        return;
    }
    instance->attended_ns = sample.mono_ns;
    struct clock_event event = clock_steer_sample(steer, sample);
    clock_publish(instance->clock, &steer->mapping);
    notice_clock(instance, event, (struct utc){.ns = sample.utc_ns});
    attend_transport(instance, (struct utc){.ns = sample.utc_ns});
}

void instance_attend(struct instance *instance) {
    if (!instance_is_done(instance)) {
        attend_slowly(instance);
    }
}

bool instance_must_stop(const struct instance *instance) {
    return ledger_writer_has_failed(&instance->ledger);
}

/* All time on the worker comes from the TSC. Trading for real on one that drifts is refused. */
static bool tsc_is_fit(const struct config *config, FILE *err) {
    if (clock_tsc_is_invariant()) {
        return true;
    }
    bool live = config->instance.mode == CONFIG_MODE_LIVE;
    (void)fprintf(err, "tercel: this CPU does not promise an invariant TSC: its time may drift%s\n",
                  live ? "; a live instance does not start on it" : "");
    return !live;
}

/* Two samples apart, so that the worker starts with a mapping that is good already. */
static void start_clock(struct instance *instance) {
    const struct config_clock *config = &instance->config->clock;
    const struct clock_steer_limits limits = {
        .slew_ppm = config->slew_ppm,
        .step_threshold = config->step_threshold,
        .policy = config->step == CONFIG_CLOCK_STEP_SLEW ? CLOCK_STEP_SLEW : CLOCK_STEP_JUMP};
    struct clock_sample first = clock_sample_take();
    pause_ms(20);
    clock_steer_start(&instance->clock_steer, limits, first, clock_sample_take());
    clock_publish(instance->clock, &instance->clock_steer.mapping);
}

static bool open_trace(struct instance *instance, FILE *err) {
    const struct config_trace *trace = &instance->config->trace;
    if (trace->file[0] == '\0') {
        return true;
    }
    instance->setup.trace =
        trace_file_create(trace->file, trace->cells, &instance->clock_steer.mapping, err);
    return instance->setup.trace != NULL;
}

/* What memory holds, the clock that everything else is stamped with, and the door to the kernel. */
static bool build(struct instance *instance, FILE *err) {
    if (!instance_read_credentials(instance, err) || !instance_map(instance, err) ||
        !instance_place(instance, err)) {
        return false;
    }
    start_clock(instance);
    return open_trace(instance, err) && instance_open_transport(instance, err);
}

struct instance *instance_create(const struct config *config, FILE *err) {
    struct instance *instance = calloc(1, sizeof(*instance));
    if (instance == NULL) {
        (void)fputs("tercel: out of memory\n", err);
        return NULL;
    }
    instance->config = config;
    if (!tsc_is_fit(config, err)) {
        instance_destroy(instance);
        return NULL;
    }
    if (!build(instance, err)) {
        instance_destroy(instance);
        return NULL;
    }
    if (!ledger_writer_open(&instance->ledger, config->ledger_file)) {
        (void)fprintf(err, "tercel: ledger.file %s: %s\n", config->ledger_file, strerror(errno));
        instance_destroy(instance);
        return NULL;
    }
    return instance;
}

void instance_destroy(struct instance *instance) {
    (void)ledger_writer_close(&instance->ledger);
    if (instance->transport != NULL) {
        transport_free(instance->transport, stderr);
    }
    for (uint32_t i = 0; i < CONFIG_VENUES_MAX; i++) {
        credential_free(&instance->keys[i]);
        credential_free(&instance->signer.secrets[i]);
    }
    free(instance->clients);
    hugepages_unmap(&instance->mapping);
    free(instance);
}
