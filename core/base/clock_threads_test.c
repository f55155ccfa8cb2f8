#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "core/base/clock_steer.h"

enum { PUBLICATIONS = 200000 };

static struct clock_page page;
static _Atomic bool publisher_done;

/* Every word of publication i is derived from i, so that a torn copy shows. */
static struct clock_mapping numbered(uint64_t i) {
    return (struct clock_mapping){.tsc_base = i * 3,
                                  .mono_ns = (int64_t)i * 5,
                                  .utc_ns = (int64_t)i * 7,
                                  .mono_mult = i * 11,
                                  .utc_mult = i * 13,
                                  .utc_error_ns = (int64_t)i * 17};
}

static void *publish(void *argument) {
    (void)argument;
    for (uint64_t i = 2; i <= PUBLICATIONS; i++) {
        struct clock_mapping mapping = numbered(i);
        clock_publish(&page, &mapping);
    }
    atomic_store(&publisher_done, true);
    return NULL;
}

/* What a reader saw: counts copies that are no publication or older than the one before. */
struct watch {
    int64_t last_ns;
    uint64_t torn;
};

static void look(struct watch *watch, const struct clock_mapping *got) {
    struct clock_mapping expected = numbered((uint64_t)got->mono_ns / 5);
    bool whole = memcmp(got, &expected, sizeof(expected)) == 0;
    watch->torn += !whole || got->mono_ns < watch->last_ns;
    watch->last_ns = got->mono_ns;
}

static void *read_as_worker(void *argument) {
    struct watch *watch = argument;
    struct clock_reader reader = {.page = &page};
    bool done;
    do {
        done = atomic_load(&publisher_done);
        clock_read(&reader, 0);
        look(watch, &reader.mapping);
    } while (!done);
    return NULL;
}

static void read_as_cold_thread(struct watch *watch) {
    bool done;
    do {
        done = atomic_load(&publisher_done);
        struct clock_mapping got = clock_mapping_read(&page);
        look(watch, &got);
    } while (!done);
}

Test(clock_threads, readers_see_whole_publications_only) {
    struct clock_mapping first = numbered(1);
    clock_publish(&page, &first);
    struct watch worker = {0};
    struct watch cold = {0};
    pthread_t publisher;
    pthread_t reader;
    cr_assert_eq(pthread_create(&reader, NULL, read_as_worker, &worker), 0);
    cr_assert_eq(pthread_create(&publisher, NULL, publish, NULL), 0);
    read_as_cold_thread(&cold);
    pthread_join(publisher, NULL);
    pthread_join(reader, NULL);
    cr_assert_eq(worker.torn, 0);
    cr_assert_eq(cold.torn, 0);
    cr_assert_eq(worker.last_ns, (int64_t)PUBLICATIONS * 5);
    cr_assert_eq(cold.last_ns, (int64_t)PUBLICATIONS * 5);
}

/*
 * Steering that never rests: the kernel's clocks swing, UTC is set an hour forth and back, the TSC
 * loses time. The TSC is a counter of the publisher's, in ns.
 */
enum { STEERED = 20000 };

static _Atomic uint64_t steered_tsc;
static atomic_bool steered_done;
static struct clock_page steered_page;

static void *steer(void *argument) {
    struct clock_steer *clock = argument;
    struct clock_sample sample = clock->last;
    for (int64_t i = 1; i <= STEERED; i++) {
        sample.mono_ns += 10 * NS_PER_MS + (i % 7 - 3) * 1000 + (i % 997 == 0) * NS_PER_S;
        sample.utc_ns += 10 * NS_PER_MS + (i % 101 == 0) * (i % 2 * 2 - 1) * 3600 * NS_PER_S;
        sample.tsc += (uint64_t)(10 * NS_PER_MS);
        atomic_store(&steered_tsc, sample.tsc);
        (void)(clock_steer_sample(clock, sample).kind == CLOCK_QUIET);
        clock_publish(&steered_page, &clock->mapping);
    }
    atomic_store(&steered_done, true);
    return NULL;
}

static void *read_steered(void *argument) {
    uint64_t *backwards = argument;
    struct clock_reader reader = {.page = &steered_page};
    struct instant last = {.ns = INT64_MIN};
    while (!atomic_load(&steered_done)) {
        uint64_t tsc = atomic_load(&steered_tsc);
        struct now now = clock_read(&reader, tsc);
        *backwards += now.mono.ns < last.ns || clock_utc_error(&reader, tsc).ns < 0;
        last = now.mono;
    }
    return NULL;
}

Test(clock_threads, time_never_runs_backwards_for_any_reader) {
    static const struct clock_steer_limits limits = {.slew_ppm = 500,
                                                     .step_threshold = {.ns = 100 * NS_PER_MS}};
    struct clock_sample first = {.tsc = 1000};
    struct clock_sample second = {.tsc = 1000 + (uint64_t)NS_PER_S,
                                  .mono_ns = NS_PER_S,
                                  .utc_ns = INT64_C(1767614400) * NS_PER_S};
    struct clock_steer clock;
    clock_steer_start(&clock, limits, first, second);
    atomic_store(&steered_tsc, second.tsc);
    clock_publish(&steered_page, &clock.mapping);
    uint64_t backwards[2] = {0};
    pthread_t readers[2];
    pthread_t publisher;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(pthread_create(&readers[i], NULL, read_steered, &backwards[i]), 0);
    }
    cr_assert_eq(pthread_create(&publisher, NULL, steer, &clock), 0);
    pthread_join(publisher, NULL);
    for (int i = 0; i < 2; i++) {
        pthread_join(readers[i], NULL);
        cr_assert_eq(backwards[i], 0);
    }
}

/*
 * Two threads seldom meet inside the page, which is one cache line. A timer signal does: its
 * handler runs between any two instructions of what it interrupts.
 */
enum { INTERRUPTIONS = 2000 };

static volatile sig_atomic_t interruptions;
static struct clock_reader interrupting_reader = {.page = &page};
static struct watch interrupting_watch;

static void interrupt_often(void (*handler)(int)) {
    interruptions = 0;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    struct itimerval often = {.it_interval = {.tv_usec = 20}, .it_value = {.tv_usec = 20}};
    cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void stop_interrupting(void) {
    static const struct itimerval never;
    setitimer(ITIMER_REAL, &never, NULL);
}

static void publish_next(int signal_number) {
    (void)signal_number;
    struct clock_mapping mapping = numbered((uint64_t)++interruptions + 1);
    clock_publish(&page, &mapping);
}

Test(clock_threads, a_copy_interrupted_by_a_publication_is_taken_again) {
    struct clock_mapping first = numbered(1);
    clock_publish(&page, &first);
    struct clock_reader reader = {.page = &page};
    struct watch worker = {0};
    struct watch cold = {0};
    interrupt_often(publish_next);
    while (interruptions < INTERRUPTIONS) {
        clock_read(&reader, 0);
        look(&worker, &reader.mapping);
        struct clock_mapping got = clock_mapping_read(&page);
        look(&cold, &got);
    }
    stop_interrupting();
    cr_assert_eq(worker.torn, 0);
    cr_assert_eq(cold.torn, 0);
}

static void read_now(int signal_number) {
    (void)signal_number;
    interruptions++;
    clock_read(&interrupting_reader, 0);
    look(&interrupting_watch, &interrupting_reader.mapping);
}

Test(clock_threads, a_worker_neither_waits_for_nor_believes_half_a_publication) {
    struct clock_mapping first = numbered(1);
    clock_publish(&page, &first);
    clock_read(&interrupting_reader, 0);
    interrupt_often(read_now);
    for (uint64_t i = 2; interruptions < INTERRUPTIONS; i++) {
        struct clock_mapping mapping = numbered(i);
        clock_publish(&page, &mapping);
    }
    stop_interrupting();
    cr_assert_eq(interrupting_watch.torn, 0);
    cr_assert_gt(interrupting_watch.last_ns, 5);
}
