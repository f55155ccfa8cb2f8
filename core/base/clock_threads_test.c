#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "core/base/clock.h"

enum { PUBLICATIONS = 200000 };

static struct clock_page page;
static _Atomic bool publisher_done;

/* Every word of publication i is derived from i, so that a torn copy shows. */
static struct clock_mapping numbered(uint64_t i) {
    return (struct clock_mapping){.tsc_base = i * 3,
                                  .mono_ns = (int64_t)i * 5,
                                  .utc_offset_ns = (int64_t)i * 7,
                                  .mult = i * 11,
                                  .shift = (uint32_t)i & 63,
                                  .uncertainty_ns = (uint32_t)i * 13};
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
