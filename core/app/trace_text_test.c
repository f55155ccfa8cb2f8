#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/trace_text.h"
#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/route/notice.h"
#include "core/route/trace_event.h"

#define CELLS 64U
#define BYTES_ALL (sizeof(struct trace) + CELLS * sizeof(struct trace_event))

static _Alignas(64) unsigned char memory[BYTES_ALL];
static char text[65536];

/* Two ticks a nanosecond; UTC is 2026-04-07T14:32:05.123456789Z at tick 1000. */
static struct trace *make(void) {
    const struct clock_mapping start = {.tsc_base = 1000,
                                        .utc_ns = INT64_C(1775572325123456789),
                                        .mono_mult = UINT64_C(1) << (CLOCK_SHIFT - 1),
                                        .utc_mult = UINT64_C(1) << (CLOCK_SHIFT - 1)};
    return trace_init(memory, CELLS, &start);
}

/* As trace_put, with a TSC of the test's own. */
static void put(struct trace *trace, struct trace_event event) {
    uint64_t head = trace_count(trace);
    memcpy((void *)&trace->words[head % CELLS * TRACE_EVENT_WORDS], &event, sizeof(event));
    trace->head = head + 1;
}

static const char *print(const struct trace *trace, uint64_t head) {
    memset(text, 0, sizeof(text));
    FILE *out = fmemopen(text, sizeof(text), "w");
    trace_text_print(trace, head, out);
    fclose(out);
    return text;
}

Test(trace_text, one_line_an_event) {
    struct trace *trace = make();
    put(trace, (struct trace_event){1000, TRACE_EVENT_ORDER_IN, 3, 4, 50000000, 300005});
    put(trace, (struct trace_event){3468, TRACE_EVENT_ORDER_OUT, 1, 3, 77, 5});
    put(trace, (struct trace_event){3470, TRACE_EVENT_NOTICE, NOTICE_VENUE_DOWN, 1, 0, 0});
    put(trace, (struct trace_event){3000, TRACE_EVENT_LONG_TURN, 0, 0, 2000000, 12});
    put(trace, (struct trace_event){4000, 999, 1, 2, 3, 4});
    cr_assert_str_eq(
        print(trace, 5),
        "2026-04-07T14:32:05.123456789Z        +0 order in      client=3 instrument=4 "
        "quantity=50000000 price=300005\n"
        "2026-04-07T14:32:05.123458023Z     +1234 order out     venue=1 client=3 order=77 "
        "request=5\n"
        "2026-04-07T14:32:05.123458024Z        +1 notice        venue disconnected: session=1 "
        "number=0\n"
        "2026-04-07T14:32:05.123457789Z      -235 long turn     ns=1000000 turn=12\n"
        "2026-04-07T14:32:05.123458289Z      +500 unknown id=999 a=1 b=2 c=3 d=4\n");
}

Test(trace_text, the_ends_of_time) {
    struct trace *trace = make();
    put(trace, (struct trace_event){4000, TRACE_TIME, 0, 0, 0, UINT64_C(1) << 63});
    put(trace, (struct trace_event){4001, TRACE_TIME, 0, 0, 0, INT64_MAX});
    put(trace, (struct trace_event){4002, TRACE_TIME, 0, 0, 0, UINT64_MAX});
    const char *got = print(trace, 3);
    cr_assert(strstr(got, "1677-09-21T00:12:43.145224192Z ") == got, "%s", got);
    cr_assert_not_null(strstr(got, "\n2262-04-11T23:47:16.854775807Z "));
    cr_assert_not_null(strstr(got, "\n1969-12-31T23:59:59.999999999Z "));
}

/* A mark holds for what follows it, and the first one for what came before it, too. */
Test(trace_text, time_is_told_by_the_nearest_mark) {
    struct trace *trace = make();
    put(trace, (struct trace_event){2000, TRACE_EVENT_ORDER_OUT, 0, 0, 0, 0});
    put(trace, (struct trace_event){4000, TRACE_TIME, 0, 0, 5, 10 * (uint64_t)NS_PER_S});
    put(trace, (struct trace_event){4002, TRACE_EVENT_ORDER_OUT, 0, 0, 0, 0});
    put(trace, (struct trace_event){6000, TRACE_TIME, 0, 0, 5, 20 * (uint64_t)NS_PER_S});
    put(trace, (struct trace_event){6002, TRACE_EVENT_ORDER_OUT, 0, 0, 0, 0});
    const char *got = print(trace, 5);
    cr_assert(strstr(got, "1970-01-01T00:00:09.999999000Z        +0 order out") == got, "%s", got);
    cr_assert_not_null(strstr(got, "1970-01-01T00:00:10.000000001Z        +1 order out"));
    cr_assert_not_null(strstr(got, "1970-01-01T00:00:20.000000001Z        +1 order out"));
    cr_assert_not_null(strstr(got, "time          utc_error_ns=0 mono_ns=5 utc_ns=20000000000\n"));
}

Test(trace_text, what_was_overwritten_is_counted) {
    struct trace *trace = make();
    for (uint32_t i = 0; i < 100; i++) {
        put(trace, (struct trace_event){1000 + i, TRACE_EVENT_ORDER_OUT, 0, 0, i, 0});
    }
    const char *got = print(trace, 100);
    cr_assert(strstr(got, "37 earlier events were overwritten\n2026") == got, "%s", got);
    cr_assert_not_null(strstr(got, "order=37 "));
    cr_assert_null(strstr(got, "order=36 "));
    /* The worker wrote ten more while the copy was made. */
    got = print(trace, 110);
    cr_assert(strstr(got, "47 earlier events were overwritten\n2026") == got, "%s", got);
    cr_assert_null(strstr(got, "order=46 "));
    cr_assert_not_null(strstr(got, "order=47 "));
    cr_assert_not_null(strstr(got, "order=99 "));
}

/* Whatever the bytes are: as many lines as cells at the most, and no crash. */
Test(trace_text, any_bytes) {
    struct prng prng;
    prng_seed(&prng, test_seed("trace_text"));
    for (int round = 0; round < 2000; round++) {
        struct trace *trace = make();
        size_t from = prng_below(&prng, 2) == 0 ? offsetof(struct trace, time) : 0;
        for (size_t i = from; i < BYTES_ALL; i++) {
            memory[i] = prng_below(&prng, 4) == 0 ? 0xFF : (unsigned char)prng_next(&prng);
        }
        trace->cells = CELLS;
        if (prng_below(&prng, 2) == 0) {
            trace->head = prng_below(&prng, 1000);
        }
        unsigned lines = 0;
        for (const char *at = print(trace, prng_next(&prng)); *at != '\0'; at++) {
            lines += *at == '\n';
        }
        cr_assert_leq(lines, CELLS);
    }
}
