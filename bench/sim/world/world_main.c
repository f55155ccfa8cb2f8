/*
 * Runs worlds.
 *
 *   tercel-world --seed N [--trace FILE] [--minimise]   one world; FILE gets all that happens
 *   tercel-world --seeds A..B [--jobs J]                a range; stops at the first failure
 *   tercel-world --long FILE [--from N] [--until N]     1 to 1,000,000, or these; FILE says how far
 *                                                       it is: it goes on after an interruption
 *   tercel-world --plants                               every planted bug must be found
 *
 *   --faults LIST   only these are drawn (none, all, or names with commas); --force LIST: are on
 *   --steps N, --actions N, --events N   at most so many
 *   --memory        no world of packets
 *   --plant NAME    a bug is planted
 *   --keep-on       does not stop at a failure
 *   --cover         prints which faults struck in which states
 *   --tap           the result as TAP: one line, or one for each plant
 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/sim/world/world_batch.h"

#define LONG_SEEDS 1000000
#define LONG_STRIDE 2000

struct arguments {
    struct world_request request;
    const char *progress_path;
    const char *trace_path;
    bool given, one, plants, minimise, tap, cover;
};

static double wall_s(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bool read_number(const char *text, uint64_t *number) {
    char *rest;
    *number = strtoull(text, &rest, 10);
    return rest != text && *rest == '\0';
}

static bool read_small(const char *text, uint32_t *number) {
    uint64_t wide;
    bool good = read_number(text, &wide) && wide <= UINT32_MAX;
    *number = good ? (uint32_t)wide : 0;
    return good;
}

static bool read_range(const char *text, struct world_request *request) {
    char *rest;
    request->first = strtoull(text, &rest, 10);
    return rest != text && strncmp(rest, "..", 2) == 0 && read_number(rest + 2, &request->last) &&
           request->first <= request->last;
}

static bool read_limit(const char *name, const char *value, struct arguments *arguments) {
    struct world_options *options = &arguments->request.options;
    if (strcmp(name, "--steps") == 0) {
        return read_number(value, &options->steps_max);
    }
    if (strcmp(name, "--actions") == 0) {
        return read_small(value, &options->actions_max);
    }
    if (strcmp(name, "--events") == 0) {
        return read_small(value, &options->events_max);
    }
    if (strcmp(name, "--faults") == 0) {
        return world_faults_read(value, &options->allowed);
    }
    if (strcmp(name, "--force") == 0) {
        return world_faults_read(value, &options->forced);
    }
    return strcmp(name, "--plant") == 0 && world_plant_read(value, &options->plant);
}

static bool read_valued(const char *name, const char *value, struct arguments *arguments) {
    struct world_request *request = &arguments->request;
    if (strcmp(name, "--seed") == 0) {
        arguments->given = arguments->one = true;
        bool good = read_number(value, &request->first);
        request->last = request->first;
        return good;
    }
    if (strcmp(name, "--seeds") == 0) {
        arguments->given = true;
        return read_range(value, request);
    }
    if (strcmp(name, "--long") == 0) {
        arguments->given = true;
        arguments->progress_path = value;
        return true;
    }
    if (strcmp(name, "--from") == 0) {
        return read_number(value, &request->first) && request->first > 0;
    }
    if (strcmp(name, "--until") == 0) {
        return read_number(value, &request->last);
    }
    if (strcmp(name, "--jobs") == 0) {
        return read_small(value, &request->jobs) && request->jobs >= 1 && request->jobs <= 64;
    }
    if (strcmp(name, "--trace") == 0) {
        arguments->trace_path = value;
        return true;
    }
    return read_limit(name, value, arguments);
}

static bool read_flag(const char *name, struct arguments *arguments) {
    if (strcmp(name, "--plants") == 0) {
        arguments->plants = arguments->given = true;
    } else if (strcmp(name, "--minimise") == 0) {
        arguments->minimise = true;
    } else if (strcmp(name, "--tap") == 0) {
        arguments->tap = true;
    } else if (strcmp(name, "--cover") == 0) {
        arguments->cover = true;
    } else if (strcmp(name, "--keep-on") == 0) {
        arguments->request.keep_on = true;
    } else if (strcmp(name, "--memory") == 0) {
        arguments->request.options.no_packets = true;
    } else {
        return false;
    }
    return true;
}

static bool read_arguments(int count, char **texts, struct arguments *arguments) {
    *arguments = (struct arguments){
        .request = {
            .first = 1, .last = LONG_SEEDS, .jobs = 1, .options.allowed = WORLD_FAULTS_ALL}};
    for (int i = 1; i < count; i++) {
        if (read_flag(texts[i], arguments)) {
            continue;
        }
        if (i + 1 == count || !read_valued(texts[i], texts[i + 1], arguments)) {
            return false;
        }
        i++;
    }
    return arguments->given;
}

static int run_one(struct arguments *arguments) {
    struct world_request *request = &arguments->request;
    struct world_verdict verdict;
    if (arguments->trace_path != NULL) {
        request->options.trace =
            strcmp(arguments->trace_path, "-") == 0 ? stdout : fopen(arguments->trace_path, "w");
        if (request->options.trace == NULL) {
            perror(arguments->trace_path);
            return 2;
        }
    }
    bool good = world_batch_one(request, request->first, &verdict);
    if (!good && request->options.plant != WORLD_PLANT_NONE) {
        printf("seed %" PRIu64 ": %s: %s\n", request->first, verdict.rule, verdict.detail);
    }
    printf("seed %" PRIu64 ": hash %016" PRIx64 ", %" PRIu64 " steps, %" PRIu64 " messages, %u "
           "orders, %u fills, %.1f s\n",
           request->first, verdict.hash, verdict.steps, verdict.messages, verdict.orders,
           verdict.fills, (double)verdict.simulated_ns / 1e9);
    return good ? 0 : 1;
}

static int run_range(const struct arguments *arguments) {
    struct world_sum sum;
    double began = wall_s();
    world_batch_run(&arguments->request, &sum);
    world_sum_print(&sum, wall_s() - began, stderr);
    if (arguments->cover) {
        world_cover_print(&sum, stderr);
    }
    if (arguments->tap) {
        printf("1..1\n%sok 1 - worlds %" PRIu64 " to %" PRIu64 "\n",
               sum.failures == 0 ? "" : "not ", arguments->request.first, arguments->request.last);
    }
    return sum.failures == 0 ? 0 : 1;
}

/* Of --long, over all its runs: what is known when one of them ends at any time. */
struct progress {
    uint64_t first, done; /* the worlds that were run, both included; first - 1: none yet */
    struct world_sum sum;
};

static const char *const magic = "tercel-world progress 1\n";

/* False when FILE is there and is not the progress of these worlds. */
static bool read_progress(const struct arguments *arguments, struct progress *progress) {
    char head[64] = {0};
    uint64_t first = arguments->request.first;
    *progress = (struct progress){.first = first, .done = first - 1};
    FILE *file = fopen(arguments->progress_path, "r");
    if (file == NULL) {
        return true;
    }
    bool good = fread(head, strlen(magic), 1, file) == 1 && strcmp(head, magic) == 0 &&
                fread(progress, sizeof(*progress), 1, file) == 1 && progress->first == first;
    fclose(file);
    if (!good) {
        fprintf(stderr, "%s is not the progress of worlds from %" PRIu64 " on\n",
                arguments->progress_path, first);
    }
    return good;
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
    bool good = fwrite(magic, strlen(magic), 1, file) == 1 &&
                fwrite(progress, sizeof(*progress), 1, file) == 1;
    if (fclose(file) != 0 || !good || rename(fresh, path) != 0) {
        perror(path);
        return false;
    }
    return true;
}

static int run_long(const struct arguments *arguments) {
    struct progress progress;
    struct world_sum sum = {0};
    double began = wall_s();
    if (!read_progress(arguments, &progress)) {
        return 2;
    }
    uint64_t last = arguments->request.last;
    while (progress.done < last && (sum.failures == 0 || arguments->request.keep_on)) {
        struct world_request part = arguments->request;
        part.quiet = true;
        part.first = progress.done + 1;
        part.last = last - progress.done > LONG_STRIDE ? progress.done + LONG_STRIDE : last;
        world_batch_run(&part, &sum);
        fprintf(stderr, "%" PRIu64 "..%" PRIu64 ": ", part.first, part.last);
        world_sum_print(&sum, wall_s() - began, stderr);
        if (sum.failures == 0 || part.keep_on) { /* else it is met again by the next run */
            progress.done = part.last;
            world_sum_add(&progress.sum, &sum);
            if (!write_progress(arguments->progress_path, &progress)) {
                return 2;
            }
        }
    }
    world_sum_print(&progress.sum, wall_s() - began, stdout);
    world_cover_print(&progress.sum, stdout);
    return sum.failures + progress.sum.failures == 0 ? 0 : 1;
}

static int run(struct arguments *arguments) {
    if (arguments->plants) {
        return world_plants_run(&arguments->request, arguments->tap) == 0 ? 0 : 1;
    }
    if (arguments->minimise) {
        world_minimise(&arguments->request, arguments->request.first);
        return 0;
    }
    if (arguments->progress_path != NULL) {
        return run_long(arguments);
    }
    return arguments->one && !arguments->tap ? run_one(arguments) : run_range(arguments);
}

int main(int count, char **texts) {
    struct arguments arguments;
    if (!read_arguments(count, texts, &arguments)) {
        fprintf(stderr, "usage: tercel-world --seed N | --seeds A..B | --long FILE [--from N]"
                        " [--until N] | --plants\n"
                        "  [--faults LIST] [--force LIST] [--steps N] [--actions N] [--events N]"
                        " [--memory]\n"
                        "  [--plant NAME] [--jobs J] [--trace FILE] [--minimise] [--keep-on]"
                        " [--cover] [--tap]\n");
        return 2;
    }
    world_batch_begin();
    int status = run(&arguments);
    world_batch_end();
    return status;
}
