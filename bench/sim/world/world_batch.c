#include "bench/sim/world/world_batch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/sim/world/world_commit.h"
#include "core/base/instant.h"

#define JOBS_MAX 64
#define TRACE_LINES 60
#define PLANT_SEEDS 1000
#define PROGRESS_EVERY 1000

static struct world *the_world;
static uint64_t seed_now;

static void on_crash(int number) {
    signal(number, SIG_DFL);
    fprintf(stderr,
            "seed %" PRIu64 ": signal %d; again: tercel-world --seed %" PRIu64 " --trace -\n",
            seed_now, number, seed_now);
    fflush(stderr);
    raise(number);
}

void world_batch_begin(void) {
    the_world = world_new();
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
}

void world_batch_end(void) {
    world_delete(the_world);
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_S + at.tv_nsec;
}

/* The end of what a second run of the same world wrote down: it stops where the rule breaks. */
static void print_trace(const struct world_options *options) {
    struct world_options again = *options;
    struct world_verdict verdict;
    char *lines[TRACE_LINES] = {0};
    size_t room[TRACE_LINES] = {0};
    uint64_t count = 0;
    again.trace = tmpfile();
    if (again.trace == NULL) {
        return;
    }
    world_run(the_world, &again, &verdict);
    rewind(again.trace);
    while (getline(&lines[count % TRACE_LINES], &room[count % TRACE_LINES], again.trace) > 0) {
        count += strstr(lines[count % TRACE_LINES], "|35=0|") == NULL; /* who cares */
    }
    for (uint64_t i = count > TRACE_LINES ? count - TRACE_LINES : 0; i < count; i++) {
        fprintf(stderr, "  %s", lines[i % TRACE_LINES]);
    }
    for (int i = 0; i < TRACE_LINES; i++) {
        free(lines[i]);
    }
    fclose(again.trace);
}

static void print_command(const struct world_options *options, FILE *out) {
    char faults[1024];
    fprintf(out, "tercel-world --seed %" PRIu64, options->seed);
    if (options->allowed != WORLD_FAULTS_ALL) {
        world_faults_write(options->allowed, faults, sizeof(faults));
        fprintf(out, " --faults %s", faults);
    }
    if (options->actions_max != 0) {
        fprintf(out, " --actions %u", options->actions_max);
    }
    if (options->events_max != 0) {
        fprintf(out, " --events %u", options->events_max);
    }
    if (options->steps_max != 0) {
        fprintf(out, " --steps %" PRIu64, options->steps_max);
    }
    if (options->no_packets) {
        fprintf(out, " --memory");
    }
    if (options->plant != WORLD_PLANT_NONE) {
        fprintf(out, " --plant %s", world_plant_name(options->plant));
    }
    fputc('\n', out);
}

static void report(const struct world_options *options, const struct world_verdict *verdict) {
    char faults[1024];
    world_faults_write(verdict->faults_on, faults, sizeof(faults));
    print_trace(options);
    fprintf(stderr,
            "seed %" PRIu64 " at %.3f s, step %" PRIu64 ": %s: %s\nfaults: %s\ncommit %s\n"
            "again: ",
            options->seed, (double)verdict->simulated_ns / (double)NS_PER_S, verdict->steps,
            verdict->rule, verdict->detail, faults, WORLD_COMMIT);
    print_command(options, stderr);
}

bool world_batch_one(const struct world_request *request, uint64_t seed,
                     struct world_verdict *verdict) {
    struct world_options options = request->options;
    options.seed = seed;
    seed_now = seed;
    world_run(the_world, &options, verdict);
    if (verdict->rule != NULL && options.plant == WORLD_PLANT_NONE) {
        report(&options, verdict);
    }
    return verdict->rule == NULL;
}

static void add_world(struct world_sum *sum, const struct world_verdict *verdict) {
    sum->worlds++;
    sum->failures += verdict->rule != NULL;
    sum->steps += verdict->steps;
    sum->messages += verdict->messages;
    sum->orders += verdict->orders;
    sum->fills += verdict->fills;
    sum->simulated_ns += (uint64_t)verdict->simulated_ns;
    sum->hash += verdict->hash * (2 * sum->worlds + 1);
    for (int i = 0; i < WORLD_FAULTS; i++) {
        for (int k = 0; k < WORLD_STATES; k++) {
            sum->cover[i][k] += verdict->struck[i][k];
            sum->struck += verdict->struck[i][k];
        }
    }
    for (int i = 0; i < MISCHIEF_POINTS; i++) {
        sum->mischief[i] += verdict->mischief[i];
    }
}

void world_sum_add(struct world_sum *sum, const struct world_sum *more) {
    sum->worlds += more->worlds;
    sum->failures += more->failures;
    sum->steps += more->steps;
    sum->messages += more->messages;
    sum->orders += more->orders;
    sum->fills += more->fills;
    sum->struck += more->struck;
    sum->simulated_ns += more->simulated_ns;
    sum->cpu_ns += more->cpu_ns;
    sum->hash += more->hash;
    for (int i = 0; i < WORLD_FAULTS; i++) {
        for (int k = 0; k < WORLD_STATES; k++) {
            sum->cover[i][k] += more->cover[i][k];
        }
    }
    for (int i = 0; i < MISCHIEF_POINTS; i++) {
        sum->mischief[i] += more->mischief[i];
    }
}

/* Every job takes each so-manieth seed. */
static void run_job(const struct world_request *request, unsigned job, struct world_sum *sum) {
    struct world_verdict verdict;
    int64_t began = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t seed = request->first + job; seed <= request->last; seed += request->jobs) {
        bool good = world_batch_one(request, seed, &verdict);
        add_world(sum, &verdict);
        sum->cpu_ns = (uint64_t)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began);
        if (!request->quiet && sum->worlds % PROGRESS_EVERY == 0) {
            fprintf(stderr, "seed %" PRIu64 ": %.0f worlds/s of CPU, simulated : real %.0f : 1\n",
                    seed, (double)sum->worlds * 1e9 / (double)sum->cpu_ns,
                    (double)sum->simulated_ns / (double)sum->cpu_ns);
        }
        if (!good && !request->keep_on) {
            break;
        }
    }
}

static void run_jobs(const struct world_request *request, struct world_sum *sums) {
    pid_t children[JOBS_MAX];
    for (unsigned i = 0; i < request->jobs; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            run_job(request, i, &sums[i]);
            fflush(stderr);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < request->jobs; i++) {
        int status = 0;
        if (children[i] < 0 || waitpid(children[i], &status, 0) < 0 || status != 0) {
            sums[i].failures++;
        }
    }
}

void world_batch_run(const struct world_request *request, struct world_sum *sum) {
    *sum = (struct world_sum){0};
    if (request->jobs <= 1) {
        struct world_request alone = *request;
        alone.jobs = 1;
        run_job(&alone, 0, sum);
        return;
    }
    size_t bytes = request->jobs * sizeof(struct world_sum);
    struct world_sum *sums =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sums == MAP_FAILED || request->jobs > JOBS_MAX) {
        sum->failures = 1;
        return;
    }
    run_jobs(request, sums);
    for (unsigned i = 0; i < request->jobs; i++) {
        world_sum_add(sum, &sums[i]);
    }
    munmap(sums, bytes);
}

void world_sum_print(const struct world_sum *sum, double wall_s, FILE *out) {
    double hours = (double)sum->simulated_ns / 3600e9;
    double cpu_s = (double)sum->cpu_ns / 1e9;
    fprintf(out,
            "%" PRIu64 " worlds, %" PRIu64 " failures: %.1f hours simulated, %" PRIu64
            " orders, %" PRIu64 " fills, %" PRIu64 " messages, %" PRIu64 " steps, %" PRIu64
            " faults struck (%.0f per simulated hour); %.0f s of CPU, %.0f s: %.0f worlds/s of "
            "CPU, simulated : real %.0f : 1; hash %016" PRIx64 "\n",
            sum->worlds, sum->failures, hours, sum->orders, sum->fills, sum->messages, sum->steps,
            sum->struck, hours > 0 ? (double)sum->struck / hours : 0, cpu_s, wall_s,
            cpu_s > 0 ? (double)sum->worlds / cpu_s : 0, cpu_s > 0 ? hours * 3600 / cpu_s : 0,
            sum->hash);
}

void world_cover_print(const struct world_sum *sum, FILE *out) {
    fprintf(out, "%-19s", "fault struck while");
    for (int k = 0; k < WORLD_STATES; k++) {
        fprintf(out, " %20s", world_state_name((enum world_state)k));
    }
    fputc('\n', out);
    for (int i = 0; i < WORLD_FAULTS; i++) {
        uint64_t all = 0;
        for (int k = 0; k < WORLD_STATES; k++) {
            all += sum->cover[i][k];
        }
        if (all == 0) {
            continue;
        }
        fprintf(out, "%-19s", world_fault_name((enum world_fault_kind)i));
        for (int k = 0; k < WORLD_STATES; k++) {
            fprintf(out, " %20" PRIu64, sum->cover[i][k]);
        }
        fputc('\n', out);
    }
    for (int i = 0; i < MISCHIEF_POINTS && sum->cover[WORLD_MISCHIEF][0] > 0; i++) {
        fprintf(out, "mischief %-20s %10" PRIu64 "\n", mischief_name((enum mischief_point)i),
                sum->mischief[i]);
    }
}

/* Plants. */

static uint64_t seed_that_finds(const struct world_request *request, enum world_plant plant,
                                struct world_verdict *verdict) {
    struct world_request planted = *request;
    planted.options.plant = plant;
    for (uint64_t seed = 1; seed <= PLANT_SEEDS; seed++) {
        if (!world_batch_one(&planted, seed, verdict)) {
            return seed;
        }
    }
    return 0;
}

int world_plants_run(const struct world_request *request, bool tap) {
    int missed = 0;
    if (tap) {
        printf("1..%d\n", WORLD_PLANTS - 1);
    }
    for (int i = WORLD_PLANT_NONE + 1; i < WORLD_PLANTS; i++) {
        struct world_verdict verdict;
        uint64_t seed = seed_that_finds(request, (enum world_plant)i, &verdict);
        missed += seed == 0;
        fprintf(tap ? stderr : stdout, "%-15s %s %4" PRIu64 "  %s\n",
                world_plant_name((enum world_plant)i),
                seed != 0 ? "found in world" : "NOT FOUND in", seed != 0 ? seed : PLANT_SEEDS,
                seed != 0 ? verdict.rule : "");
        if (tap) {
            printf("%sok %d - the planted bug %s is found\n", seed != 0 ? "" : "not ", i,
                   world_plant_name((enum world_plant)i));
        }
    }
    return missed;
}

/* Minimising. */

static bool still_fails(const struct world_options *options, const char *rule) {
    struct world_verdict verdict;
    world_run(the_world, options, &verdict);
    return verdict.rule != NULL && strcmp(verdict.rule, rule) == 0;
}

static void fewer_faults(struct world_options *options, const char *rule) {
    for (int i = 0; i < WORLD_FAULTS; i++) {
        struct world_options fewer = *options;
        fewer.allowed &= ~(UINT64_C(1) << i);
        if (fewer.allowed != options->allowed && still_fails(&fewer, rule)) {
            *options = fewer;
        }
    }
}

/* The smallest number that still fails, as far as halving finds it. */
static void fewer(struct world_options *options, uint32_t *number, uint32_t most,
                  const char *rule) {
    uint32_t least = 1;
    uint32_t before = *number;
    while (least < most) {
        uint32_t middle = least + (most - least) / 2;
        *number = middle;
        if (still_fails(options, rule)) {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    *number = most;
    if (!still_fails(options, rule)) { /* fewer are not always better */
        *number = before;
    }
}

void world_minimise(const struct world_request *request, uint64_t seed) {
    struct world_options options = request->options;
    struct world_verdict verdict;
    options.seed = seed;
    world_run(the_world, &options, &verdict);
    if (verdict.rule == NULL) {
        fprintf(stderr, "seed %" PRIu64 " does not fail\n", seed);
        return;
    }
    const char *rule = verdict.rule;
    options.allowed &= verdict.faults_on;
    fewer_faults(&options, rule);
    fewer(&options, &options.actions_max, verdict.actions + 1, rule);
    fewer(&options, &options.events_max, verdict.events + 1, rule);
    fewer_faults(&options, rule);
    world_run(the_world, &options, &verdict);
    report(&options, &verdict);
}
