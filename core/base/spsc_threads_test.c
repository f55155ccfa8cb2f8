#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "core/base/spsc.h"

enum { MESSAGES = 200000, WORDS = 12 };

/* Wider than a line, and every word must arrive with the others. */
struct message {
    uint64_t words[WORDS];
};

/* Criterion's assertions belong to the test's own thread: the producer only counts. */
struct producer {
    struct spsc *ring;
    uint64_t broken_promises; /* reserve refused a cell that free_cells counted */
    uint64_t overcounts;      /* free_cells counted more than there are */
};

static void *produce(void *argument) {
    struct producer *self = argument;
    uint32_t promised = 0;
    for (uint64_t i = 0; i < MESSAGES;) {
        if (i % 3 == 0 && promised == 0) {
            promised = spsc_free_cells(self->ring);
            self->overcounts += promised > spsc_capacity(self->ring);
        }
        struct message *message = spsc_reserve(self->ring);
        if (message == NULL) {
            self->broken_promises += promised != 0;
            sched_yield();
            continue;
        }
        promised -= promised > 0;
        for (uint64_t w = 0; w < WORDS; w++) {
            message->words[w] = i * WORDS + w;
        }
        spsc_publish(self->ring);
        i++;
    }
    return NULL;
}

static uint64_t consume(struct spsc *ring) {
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < MESSAGES;) {
        const struct message *message = spsc_peek(ring);
        if (message == NULL) {
            sched_yield();
            continue;
        }
        for (uint64_t w = 0; w < WORDS; w++) {
            wrong += message->words[w] != i * WORDS + w;
        }
        spsc_release(ring);
        i++;
    }
    return wrong;
}

static void pass_messages(uint32_t cells) {
    struct spsc_limits limits = {.cells = cells, .cell_bytes = sizeof(struct message)};
    void *mem = aligned_alloc(CACHE_LINE, spsc_footprint(limits));
    struct producer producer = {.ring = spsc_init(mem, limits)};
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, produce, &producer), 0);
    uint64_t wrong = consume(producer.ring);
    pthread_join(thread, NULL);
    cr_assert_eq(wrong, 0);
    cr_assert_eq(producer.broken_promises, 0);
    cr_assert_eq(producer.overcounts, 0);
    cr_assert_null(spsc_peek(producer.ring));
    cr_assert_eq(spsc_free_cells(producer.ring), cells);
    free(mem);
}

Test(spsc_threads, every_message_arrives_whole_and_in_order) {
    pass_messages(256);
}

Test(spsc_threads, so_it_does_through_the_smallest_ring) {
    pass_messages(2);
}
