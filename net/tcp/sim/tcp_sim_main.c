/*
 * Runs worlds.
 *
 *   tcp_sim --seeds A..B            every seed of the range; stops at the first failure
 *   tcp_sim --seed N [--trace]      one world; with every event
 *   tcp_sim --long FILE [--from N] [--until N]
 *                                   1 to 1,000,000, or these; FILE says how far it is, so that it
 *                                   goes on after an interruption. Several share the worlds when
 *                                   each has a FILE and a part of its own
 *   tcp_sim --plants                every planted bug must be found
 *
 * With --tap the result is one line of TAP for --seeds, one for each plant for --plants. --keep-on
 * does not stop at a failure. --plant NAME plants a bug, --slow goes without the fast path.
 */
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/tcp/sim/tcp_sim.h"

#define LONG_SEEDS 1000000
#define LONG_STRIDE 1000
#define PLANT_SEEDS 400

struct request {
    uint64_t first, last;
    const char *progress_path;
    bool plants, tap, keep_on, given;
    struct tcp_sim_options options;
};

/* Of --long, over all its runs: what is known when one of them ends at any time. */
struct progress {
    uint64_t first, done; /* the worlds that were run, both included; first - 1: none yet */
    uint64_t failures;
    uint64_t cpu_ms; /* of the runs that led here */
};

static struct tcp_sim *sim;
static uint64_t seed_now;

/* A CHECK, or worse: say which world it was. */
static void on_crash(int number) {
    signal(number, SIG_DFL);
    fprintf(stderr, "seed %" PRIu64 ": signal %d; again: tcp_sim --seed %" PRIu64 "\n", seed_now,
            number, seed_now);
    tcp_sim_report(sim, stderr);
    fflush(stderr);
    raise(number);
}

static void report(const struct tcp_sim_options *options, const struct tcp_sim_verdict *verdict) {
    tcp_sim_report(sim, stderr);
    fprintf(stderr, "seed %" PRIu64 ": %s: %s\nagain: tcp_sim --seed %" PRIu64 " --trace%s%s%s\n",
            options->seed, verdict->rule, verdict->detail, options->seed,
            options->slow_only ? " --slow" : "",
            options->plant == TCP_SIM_PLANT_NONE ? "" : " --plant ",
            options->plant == TCP_SIM_PLANT_NONE ? "" : tcp_sim_plant_name(options->plant));
}

static bool run_seed(const struct request *request, uint64_t seed, struct tcp_sim_verdict *sum) {
    struct tcp_sim_options options = request->options;
    struct tcp_sim_verdict verdict;
    options.seed = seed;
    seed_now = seed;
    tcp_sim_judge(sim, &options, &verdict);
    sum->frames += verdict.frames;
    sum->steps += verdict.steps;
    sum->bytes += verdict.bytes;
    sum->fast += verdict.fast;
    sum->finished += verdict.finished;
    sum->failed += verdict.failed;
    if (verdict.rule != NULL) {
        report(&options, &verdict);
    }
    return verdict.rule == NULL;
}

/* How many failed. */
static uint64_t run_range(const struct request *request, uint64_t first, uint64_t last) {
    struct tcp_sim_verdict sum = {0};
    uint64_t failures = 0, seed = first;
    for (; seed <= last && (failures == 0 || request->keep_on); seed++) {
        failures += !run_seed(request, seed, &sum);
    }
    fprintf(stderr,
            "%" PRIu64 " worlds: %" PRIu64 " frames, %" PRIu64 " steps, %" PRIu64
            " segments by the fast path, %" PRIu64 " bytes read, %u ends in order, %u others,"
            " %" PRIu64 " failures\n",
            seed - first, sum.frames, sum.steps, sum.fast, sum.bytes, sum.finished, sum.failed,
            failures);
    return failures;
}

/* A plant is found when one of its first worlds breaks a rule. */
static bool plant_is_found(enum tcp_sim_plant plant) {
    struct tcp_sim_options options = {.plant = plant};
    struct tcp_sim_verdict verdict;
    for (options.seed = 1; options.seed <= PLANT_SEEDS; options.seed++) {
        seed_now = options.seed;
        tcp_sim_judge(sim, &options, &verdict);
        if (verdict.rule != NULL) {
            fprintf(stderr, "%s: seed %" PRIu64 ": %s: %s\n", tcp_sim_plant_name(plant),
                    options.seed, verdict.rule, verdict.detail);
            return true;
        }
    }
    return false;
}

static int run_plants(const struct request *request) {
    int missed = 0;
    if (request->tap) {
        printf("1..%d\n", TCP_SIM_PLANTS - 1);
    }
    for (int plant = TCP_SIM_PLANT_NONE + 1; plant < TCP_SIM_PLANTS; plant++) {
        bool found = plant_is_found((enum tcp_sim_plant)plant);
        missed += !found;
        printf("%sok %d - the planted bug %s is found\n", found ? "" : "not ", plant,
               tcp_sim_plant_name((enum tcp_sim_plant)plant));
    }
    return missed == 0 ? 0 : 1;
}

static int run_seeds(const struct request *request) {
    uint64_t failures = run_range(request, request->first, request->last);
    if (request->tap) {
        printf("1..1\n%sok 1 - worlds %" PRIu64 " to %" PRIu64 "\n", failures == 0 ? "" : "not ",
               request->first, request->last);
    }
    return failures == 0 ? 0 : 1;
}

/* False when FILE is there and is not the progress of these worlds. */
static bool read_progress(const struct request *request, struct progress *progress) {
    *progress = (struct progress){.first = request->first, .done = request->first - 1};
    FILE *file = fopen(request->progress_path, "r");
    if (file == NULL) {
        return true;
    }
    int read = fscanf(
        file, "worlds %" SCNu64 " to %" SCNu64 ": %" SCNu64 " failures, %" SCNu64 " ms of CPU\n",
        &progress->first, &progress->done, &progress->failures, &progress->cpu_ms);
    fclose(file);
    if (read != 4 || progress->first != request->first) {
        fprintf(stderr, "%s is not the progress of worlds from %" PRIu64 " on\n",
                request->progress_path, request->first);
        return false;
    }
    return true;
}

/* Whole, or as it was before. */
static bool write_progress(const char *path, const struct progress *progress) {
    char fresh[PATH_MAX];
    int length = snprintf(fresh, sizeof(fresh), "%s.new", path);
    FILE *file = length < (int)sizeof(fresh) ? fopen(fresh, "w") : NULL;
    if (file == NULL) {
        perror(path);
        return false;
    }
    fprintf(file,
            "worlds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " failures, %" PRIu64 " ms of CPU\n",
            progress->first, progress->done, progress->failures, progress->cpu_ms);
    if (fclose(file) != 0 || rename(fresh, path) != 0) {
        perror(path);
        return false;
    }
    return true;
}

static int run_long(const struct request *request) {
    struct progress progress;
    if (!read_progress(request, &progress)) {
        return 2;
    }
    bool stops = false;
    while (progress.done < request->last && !stops) {
        uint64_t next = progress.done + LONG_STRIDE;
        next = next < request->last ? next : request->last;
        fprintf(stderr, "%" PRIu64 "..%" PRIu64 ": ", progress.done + 1, next);
        clock_t began = clock();
        uint64_t failures = run_range(request, progress.done + 1, next);
        stops = failures != 0 && !request->keep_on;
        if (!stops) { /* a failure that stops it is met again by the next run */
            progress.done = next;
            progress.failures += failures;
            progress.cpu_ms += (uint64_t)((clock() - began) / (CLOCKS_PER_SEC / 1000));
        }
        if (!stops && !write_progress(request->progress_path, &progress)) {
            return 2;
        }
    }
    printf("worlds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " failures, %" PRIu64 " s of CPU%s\n",
           progress.first, progress.done, progress.failures, progress.cpu_ms / 1000,
           stops ? ", and a failure in the next ones" : "");
    return stops || progress.failures != 0 ? 1 : 0;
}

static bool read_plant(const char *name, enum tcp_sim_plant *plant) {
    for (int i = 0; i < TCP_SIM_PLANTS; i++) {
        if (strcmp(name, tcp_sim_plant_name((enum tcp_sim_plant)i)) == 0) {
            *plant = (enum tcp_sim_plant)i;
            return true;
        }
    }
    return false;
}

static bool read_range(const char *text, struct request *request) {
    char *rest;
    request->first = strtoull(text, &rest, 10);
    if (rest == text || strncmp(rest, "..", 2) != 0) {
        return false;
    }
    request->last = strtoull(rest + 2, NULL, 10);
    request->given = true;
    return request->last >= request->first;
}

/* An option with a value; false when it is none, or the value is not right. */
static bool read_valued(const char *name, const char *value, struct request *request) {
    if (strcmp(name, "--seeds") == 0) {
        return read_range(value, request);
    }
    if (strcmp(name, "--seed") == 0) {
        request->first = request->last = strtoull(value, NULL, 10);
        request->given = true;
        return true;
    }
    if (strcmp(name, "--long") == 0) {
        request->progress_path = value;
        request->given = true;
        return true;
    }
    if (strcmp(name, "--from") == 0) {
        request->first = strtoull(value, NULL, 10);
        return request->first > 0;
    }
    if (strcmp(name, "--until") == 0) {
        request->last = strtoull(value, NULL, 10);
        return true;
    }
    return strcmp(name, "--plant") == 0 && read_plant(value, &request->options.plant);
}

static bool read_flag(const char *name, struct request *request) {
    if (strcmp(name, "--plants") == 0) {
        request->plants = request->given = true;
    } else if (strcmp(name, "--tap") == 0) {
        request->tap = true;
    } else if (strcmp(name, "--keep-on") == 0) {
        request->keep_on = true;
    } else if (strcmp(name, "--trace") == 0) {
        request->options.trace = stderr;
    } else if (strcmp(name, "--slow") == 0) {
        request->options.slow_only = true;
    } else {
        return false;
    }
    return true;
}

static bool read_request(int count, char **arguments, struct request *request) {
    *request = (struct request){.first = 1, .last = LONG_SEEDS};
    for (int i = 1; i < count; i++) {
        if (read_flag(arguments[i], request)) {
            continue;
        }
        if (i + 1 == count || !read_valued(arguments[i], arguments[i + 1], request)) {
            return false;
        }
        i++;
    }
    return request->given;
}

int main(int count, char **arguments) {
    struct request request;
    if (!read_request(count, arguments, &request)) {
        fprintf(stderr, "usage: tcp_sim --seeds A..B | --seed N [--trace] | --long FILE [--from N]"
                        " [--until N] | --plants  [--tap] [--keep-on] [--plant NAME] [--slow]\n");
        return 2;
    }
    sim = tcp_sim_new();
    signal(SIGABRT, on_crash);
    signal(SIGSEGV, on_crash);
    int status = request.plants                  ? run_plants(&request)
                 : request.progress_path != NULL ? run_long(&request)
                                                 : run_seeds(&request);
    tcp_sim_delete(sim);
    return status;
}
