#include "bench/micro/micro.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "bench/micro/micro_step.h"
#include "bench/micro/micro_time.h"

#define WARM_RUNS (4 * MICRO_CYCLE)
#define COUNTED_RUNS (4 * MICRO_CYCLE)

static enum { PLAIN, COUNTING, STEPPING, TIMING, TOUCHING } mode;

/* A tracer of memory sees by the stores to them where a section begins or ends, and where it is
 * left for what does not belong to it. */
static volatile struct { uint64_t section, pause; } marks;

void micro_pause(void) {
    if (mode == TOUCHING) {
        marks.pause = 1;
    }
}

void micro_resume(void) {
    if (mode == TOUCHING) {
        marks.pause = 0;
    }
}

/* Not inline in the section that holds nothing: there as elsewhere they are called. */
__attribute__((noinline)) void micro_begin(void) {
    if (mode == COUNTING) {
        CALLGRIND_TOGGLE_COLLECT;
    } else if (mode == STEPPING) {
        micro_step_enter();
    } else if (mode == TIMING) {
        micro_time_begin();
    } else if (mode == TOUCHING) {
        marks.section = 1;
    }
}

__attribute__((noinline)) void micro_end(void) {
    if (mode == COUNTING) {
        CALLGRIND_TOGGLE_COLLECT;
    } else if (mode == STEPPING) {
        micro_step_leave();
    } else if (mode == TIMING) {
        micro_time_end();
    } else if (mode == TOUCHING) {
        marks.section = 0;
    }
}

/* The two that show what the measuring itself costs: the loop, and a section with nothing in it but
 * the call that ends it. */

static void *make_nothing(void) {
    return NULL;
}

static void run_nothing(void *state, uint32_t i) {
    (void)state;
    micro_keep(i);
}

static void run_nothing_sectioned(void *state, uint32_t i) {
    (void)state;
    micro_begin();
    micro_end();
    micro_keep(i);
}

static const struct micro_benchmark overheads[] = {
    {"nothing", make_nothing, run_nothing, false},
    {"nothing_sectioned", make_nothing, run_nothing_sectioned, true},
    {NULL, NULL, NULL, false},
};

static const struct micro_benchmark *const tables[] = {overheads,       micro_base,  micro_fix,
                                                       micro_fix_parse, micro_order, micro_route,
                                                       micro_entry,     micro_tcp};

static void repeat(const struct micro_benchmark *benchmark, void *state, uint32_t *i,
                   uint32_t runs) {
    for (uint32_t end = *i + runs; *i != end; ++*i) {
        benchmark->run(state, *i);
    }
}

/* `runs` of them in the mode that counts. */
struct counted {
    const struct micro_benchmark *benchmark;
    void *state;
    uint32_t i;
    uint32_t runs;
};

static void run_counted(void *context) {
    struct counted *counted = context;
    if (!counted->benchmark->sectioned) {
        micro_begin();
    }
    repeat(counted->benchmark, counted->state, &counted->i, counted->runs);
    if (!counted->benchmark->sectioned) {
        micro_end();
    }
}

static const char *kind(const struct micro_benchmark *benchmark) {
    return benchmark->sectioned ? "sectioned" : "whole";
}

static struct counted warmed(const struct micro_benchmark *benchmark) {
    struct counted counted = {.benchmark = benchmark, .state = benchmark->make()};
    repeat(benchmark, counted.state, &counted.i, WARM_RUNS);
    return counted;
}

/*
 * Two dumps, of COUNTED_RUNS and of twice as many: their difference holds nothing but runs.
 * Callgrind writes each into a file of its own, under the label given here.
 */
static void count(const struct micro_benchmark *benchmark) {
    struct counted counted = warmed(benchmark);
    mode = COUNTING;
    for (uint32_t times = 1; times <= 2; times++) {
        char label[96];
        counted.runs = times * COUNTED_RUNS;
        (void)snprintf(label, sizeof(label), "%s %s %u", benchmark->name, kind(benchmark),
                       counted.runs);
        CALLGRIND_ZERO_STATS;
        run_counted(&counted);
        CALLGRIND_DUMP_STATS_AT(label);
    }
    mode = PLAIN;
}

/* Likewise, a line each; both begin where warming ended, for a child's runs are its own. */
static void step(const struct micro_benchmark *benchmark) {
    struct counted counted = warmed(benchmark);
    mode = STEPPING;
    for (uint32_t times = 1; times <= 2; times++) {
        counted.runs = times * MICRO_CYCLE;
        uint64_t instructions = micro_step_count(run_counted, &counted);
        (void)printf("%s %s %u %" PRIu64 "\n", benchmark->name, kind(benchmark), counted.runs,
                     instructions);
        (void)fflush(stdout);
    }
    mode = PLAIN;
}

static void measure(const struct micro_benchmark *benchmark) {
    void *state = benchmark->make();
    uint32_t i = 0;
    repeat(benchmark, state, &i, WARM_RUNS);
    mode = TIMING;
    micro_time_start();
    for (uint32_t run = 0; run < MICRO_TIMED_RUNS; run++, i++) {
        if (benchmark->sectioned) {
            benchmark->run(state, i);
        } else {
            micro_begin();
            benchmark->run(state, i);
            micro_end();
        }
    }
    mode = PLAIN;
    micro_time_print(benchmark->name);
}

/* A benchmark of sections, and where the marks lie. */
static void touch(const struct micro_benchmark *benchmark) {
    micro_require(benchmark->sectioned, "no sections to be traced");
    (void)printf("%p %p\n", (const volatile void *)&marks.section,
                 (const volatile void *)&marks.pause);
    void *state = benchmark->make();
    uint32_t i = 0;
    repeat(benchmark, state, &i, MICRO_CYCLE);
    mode = TOUCHING;
    repeat(benchmark, state, &i, MICRO_CYCLE);
    mode = PLAIN;
}

static void name(const struct micro_benchmark *benchmark) {
    (void)puts(benchmark->name);
}

static bool is_wanted(const char *benchmark, int names, char **wanted) {
    bool found = names == 0;
    for (int i = 0; i < names && !found; i++) {
        found = strcmp(wanted[i], benchmark) == 0;
    }
    return found;
}

static unsigned for_each(void (*act)(const struct micro_benchmark *), int names, char **wanted) {
    unsigned found = 0;
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
        for (const struct micro_benchmark *at = tables[t]; at->name != NULL; at++) {
            if (is_wanted(at->name, names, wanted)) {
                act(at);
                found++;
            }
        }
    }
    return found;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*act)(const struct micro_benchmark *);
    } verbs[] = {
        {"list", name}, {"count", count}, {"step", step}, {"time", measure}, {"touch", touch}};
    for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return for_each(verbs[i].act, argc - 2, argv + 2) != 0 ? 0 : 1;
        }
    }
    (void)fputs(
        "usage: micro list | count [NAME]... | step [NAME]... | time [NAME]... | touch NAME\n"
        "`count` is for valgrind --tool=callgrind, `touch` for --tool=lackey; see scripts/bench\n",
        stderr);
    return 2;
}
