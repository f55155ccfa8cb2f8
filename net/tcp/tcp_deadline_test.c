#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/tcp/tcp_deadline.h"

#define IDS 100

static struct instant at(int64_t ns) {
    return (struct instant){.ns = ns};
}

static struct tcp_deadlines *make(uint32_t ids) {
    size_t bytes = tcp_deadlines_footprint(ids);
    cr_assert_gt(bytes, 0);
    return tcp_deadlines_init(aligned_alloc(64, bytes), ids);
}

Test(tcp_deadline, impossible_limits_have_no_footprint) {
    cr_assert_eq(tcp_deadlines_footprint(0), 0);
    cr_assert_eq(tcp_deadlines_footprint(UINT32_MAX), 0);
    cr_assert_neq(tcp_deadlines_footprint(1), 0);
}

Test(tcp_deadline, an_empty_heap_never_has_anything) {
    struct tcp_deadlines *deadlines = make(1);
    cr_assert(instant_is_never(tcp_deadlines_first(deadlines)));
    cr_assert(instant_is_never(tcp_deadlines_of(deadlines, 0)));
    cr_assert_eq(tcp_deadlines_take(deadlines, at(INT64_MAX)), TCP_DEADLINE_NONE);
    tcp_deadlines_remove(deadlines, 0);
    free(deadlines);
}

Test(tcp_deadline, an_earlier_deadline_counts_and_a_later_one_does_not) {
    struct tcp_deadlines *deadlines = make(2);
    tcp_deadlines_at_most(deadlines, 1, at(50));
    tcp_deadlines_at_most(deadlines, 1, at(70));
    cr_assert_eq(tcp_deadlines_first(deadlines).ns, 50);
    tcp_deadlines_at_most(deadlines, 1, at(30));
    cr_assert_eq(tcp_deadlines_of(deadlines, 1).ns, 30);
    cr_assert_eq(tcp_deadlines_take(deadlines, at(29)), TCP_DEADLINE_NONE);
    cr_assert_eq(tcp_deadlines_take(deadlines, at(30)), 1);
    cr_assert_eq(tcp_deadlines_take(deadlines, at(1000)), TCP_DEADLINE_NONE);
    free(deadlines);
}

/* The naive twin: one number an id. */
static int64_t twin_first(const int64_t *twin) {
    int64_t first = INT64_MAX;
    for (uint32_t id = 0; id < IDS; id++) {
        first = twin[id] < first ? twin[id] : first;
    }
    return first;
}

static void set(struct tcp_deadlines *deadlines, int64_t *twin, uint32_t id, int64_t ns) {
    tcp_deadlines_at_most(deadlines, id, at(ns));
    twin[id] = ns < twin[id] ? ns : twin[id];
}

/* Ties may go in any order, so what is taken is judged by its time. */
static void take(struct tcp_deadlines *deadlines, int64_t *twin, int64_t now) {
    uint32_t id = tcp_deadlines_take(deadlines, at(now));
    int64_t first = twin_first(twin);
    if (id == TCP_DEADLINE_NONE) {
        cr_assert_gt(first, now);
        return;
    }
    cr_assert_lt(id, IDS);
    cr_assert_eq(twin[id], first);
    cr_assert_leq(first, now);
    twin[id] = INT64_MAX;
}

Test(tcp_deadline, does_what_a_plain_table_does) {
    struct tcp_deadlines *deadlines = make(IDS);
    struct prng prng;
    prng_seed(&prng, test_seed("does_what_a_plain_table_does"));
    int64_t twin[IDS];
    for (uint32_t id = 0; id < IDS; id++) {
        twin[id] = INT64_MAX;
    }
    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t id = (uint32_t)prng_below(&prng, IDS);
        int64_t ns = (int64_t)prng_below(&prng, 400);
        uint64_t kind = prng_below(&prng, 10);
        if (kind < 5) {
            set(deadlines, twin, id, ns);
        } else if (kind < 7) {
            tcp_deadlines_remove(deadlines, id);
            twin[id] = INT64_MAX;
        } else {
            take(deadlines, twin, ns);
        }
        cr_assert_eq(tcp_deadlines_of(deadlines, id).ns, twin[id]);
        cr_assert_eq(tcp_deadlines_first(deadlines).ns, twin_first(twin));
    }
    free(deadlines);
}
