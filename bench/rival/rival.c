/*
 * What a message takes beside QuickFIX: ours and theirs in batches that take turns in one process,
 * so that whatever else the machine does meets both. Parsing and writing are bench/micro's, theirs
 * the same work (quickfix_codec.h).
 *
 * A batch is MICRO_CYCLE messages, run once untimed to warm its caches, then timed as one: what is
 * shown is a message's share of it. The least middle of ROUNDS rounds is what the ratio is of: a
 * machine that others use at the same time breaks into long batches more often than into short
 * ones, and would make QuickFIX's worse than they are.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/micro/micro.h"
#include "bench/micro/micro_message.h"
#include "bench/rival/quickfix_codec.h"
#include "core/base/instant.h"

#define ROUNDS 10
#define BATCHES 200

struct contender {
    void (*run)(void *state, uint32_t i);
    void *state;
    uint32_t i;
    int64_t batch_ns[ROUNDS][BATCHES]; /* sorted, the rounds too, by their middles */
};

static int64_t read_clock(void) {
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * NS_PER_S + at.tv_nsec;
}

static void run_cycle(struct contender *contender) {
    for (uint32_t end = contender->i + MICRO_CYCLE; contender->i != end; contender->i++) {
        contender->run(contender->state, contender->i);
    }
}

static int compare_batches(const void *left, const void *right) {
    const int64_t *a = left;
    const int64_t *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int compare_rounds(const void *left, const void *right) {
    return compare_batches((const int64_t *)left + BATCHES / 2,
                           (const int64_t *)right + BATCHES / 2);
}

static void take_turns(struct contender *const *contenders, size_t count) {
    for (size_t batch = 0; batch < (size_t)ROUNDS * BATCHES; batch++) {
        for (size_t c = 0; c < count; c++) {
            run_cycle(contenders[c]);
            int64_t began = read_clock();
            run_cycle(contenders[c]);
            contenders[c]->batch_ns[batch / BATCHES][batch % BATCHES] = read_clock() - began;
        }
    }
    for (size_t c = 0; c < count; c++) {
        for (size_t round = 0; round < ROUNDS; round++) {
            qsort(contenders[c]->batch_ns[round], BATCHES, sizeof(int64_t), compare_batches);
        }
        qsort(contenders[c]->batch_ns, ROUNDS, sizeof(contenders[c]->batch_ns[0]), compare_rounds);
    }
}

/* Tenths of a nanosecond. */
static int64_t share_of(int64_t batch_ns) {
    return batch_ns * 10 / MICRO_CYCLE;
}

static int64_t least_middle(const struct contender *contender) {
    return share_of(contender->batch_ns[0][BATCHES / 2]);
}

static void print_contender(const char *who, const struct contender *contender,
                            const struct contender *ours, const char *aim) {
    int64_t middle = least_middle(contender);
    int64_t p99 = share_of(contender->batch_ns[ROUNDS / 2][BATCHES * 99 / 100]);
    int64_t usual = share_of(contender->batch_ns[ROUNDS / 2][BATCHES / 2]);
    (void)printf("  %-42s %5" PRId64 ".%" PRId64 " ns  (p50 %5" PRId64 ".%" PRId64 "  p99 %6" PRId64
                 ".%" PRId64 ")",
                 who, middle / 10, middle % 10, usual / 10, usual % 10, p99 / 10, p99 % 10);
    if (ours != NULL) {
        int64_t ratio = middle * 10 / least_middle(ours);
        (void)printf("  %3" PRId64 ".%" PRId64 " times ours%s", ratio / 10, ratio % 10, aim);
    }
    (void)putchar('\n');
}

static struct contender *ours_named(const struct micro_benchmark *table, const char *name) {
    while (table->name != NULL && strcmp(table->name, name) != 0) {
        table++;
    }
    micro_require(table->name != NULL, "no such benchmark");
    struct contender *contender = micro_memory(sizeof(*contender));
    contender->run = table->run;
    contender->state = table->make();
    return contender;
}

struct rival {
    struct quickfix_codec *codec;
    void (*parse)(struct quickfix_codec *codec, uint32_t i);
};

static void run_parse(void *state, uint32_t i) {
    struct rival *rival = state;
    rival->parse(rival->codec, i);
}

static void run_write(void *state, uint32_t i) {
    struct rival *rival = state;
    micro_keep(quickfix_write_new_order(rival->codec, i));
}

static struct contender *rival_parser(const struct micro_messages *messages,
                                      void (*parse)(struct quickfix_codec *codec, uint32_t i)) {
    struct contender *contender = micro_memory(sizeof(*contender));
    struct rival *rival = micro_memory(sizeof(*rival));
    *rival = (struct rival){.codec = quickfix_codec_make(), .parse = parse};
    for (uint32_t i = 0; i < MICRO_CYCLE; i++) {
        struct bytes text = micro_message_at(messages, i);
        quickfix_codec_add(rival->codec, text.data, text.len);
    }
    contender->run = run_parse;
    contender->state = rival;
    return contender;
}

static void make_new_orders(struct micro_messages *messages) {
    micro_new_orders_in_orders(messages, 1);
}

static void compare_parsers(void) {
    static const struct {
        const char *title;
        const char *benchmark;
        void (*make)(struct micro_messages *messages);
        void (*parse_fresh)(struct quickfix_codec *codec, uint32_t i);
        void (*parse)(struct quickfix_codec *codec, uint32_t i);
        void (*parse_and_read)(struct quickfix_codec *codec, uint32_t i);
    } rows[] = {
        {"a new order (17 fields, 187 bytes) parsed", "fix_parse_new_order_187", make_new_orders,
         quickfix_parse_fresh, quickfix_parse, quickfix_parse_and_read_new_order},
        {"a report (28 fields, 308 bytes) parsed", "fix_parse_report_308", micro_reports,
         quickfix_parse_fresh, quickfix_parse, quickfix_parse_and_read_report},
        {"market data (10 entries, 657 bytes) parsed", "fix_parse_market_data_657",
         micro_market_data, quickfix_parse_market_data_fresh, quickfix_parse_market_data,
         quickfix_parse_and_read_market_data},
    };
    static struct micro_messages messages;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rows[i].make(&messages);
        struct contender *contenders[] = {ours_named(micro_fix_parse, rows[i].benchmark),
                                          rival_parser(&messages, rows[i].parse_fresh),
                                          rival_parser(&messages, rows[i].parse),
                                          rival_parser(&messages, rows[i].parse_and_read)};
        take_turns(contenders, sizeof(contenders) / sizeof(contenders[0]));
        (void)printf("%s\n", rows[i].title);
        print_contender("ours, and read", contenders[0], NULL, "");
        print_contender("QuickFIX, a new message object each", contenders[1], contenders[0],
                        "; the aim is 20");
        print_contender("QuickFIX, one message object", contenders[2], contenders[0], "");
        print_contender("QuickFIX, one message object, and read", contenders[3], contenders[0], "");
    }
}

static void compare_writers(void) {
    struct rival rival = {.codec = quickfix_codec_make()};
    for (uint32_t i = 0; i < MICRO_CYCLE; i++) {
        micro_require(quickfix_write_new_order(rival.codec, i) == MICRO_NEW_ORDER_BYTES,
                      "QuickFIX writes an order of another length");
    }
    struct contender *theirs = micro_memory(sizeof(*theirs));
    theirs->run = run_write;
    theirs->state = &rival;
    struct contender *contenders[] = {ours_named(micro_fix, "fix_write_new_order"), theirs};
    take_turns(contenders, sizeof(contenders) / sizeof(contenders[0]));
    (void)puts("a new order (17 fields, 187 bytes, times to the microsecond) written");
    print_contender("ours", contenders[0], NULL, "");
    print_contender("QuickFIX, one message object", contenders[1], contenders[0],
                    "; the aim is 10");
}

int main(void) {
    compare_parsers();
    compare_writers();
    return 0;
}
