#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "core/base/clock.h"

enum { PUBLICATIONS = 1000000 };

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
