/*
 * Every script of a folder at every position of the sequence numbers, with the fast path and
 * without; then that both sent the same. A result a line, as TAP.
 *
 * usage: tcp_script_test FOLDER [PART OF A NAME]
 *
 * Scripts in FOLDER/wrong must fail, each at the line and for what its first line says:
 * "# LINE: part of the failure". With TCP_SCRIPT_PCAP=FOLDER in the environment each script's
 * frames are written there as NAME.pcap. Each script runs in a process of its own, so that one that
 * takes the stack down is one failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/tcp/script/tcp_script.h"

#define SCRIPTS_MAX 512
#define PATH_BYTES_MAX 512
#define TRACE_BYTES (UINT32_C(16) << 20)
#define RESULTS_PER_POSITION 3
#define RESULTS_PER_SCRIPT (TCP_SCRIPT_POSITIONS * RESULTS_PER_POSITION)

struct scripts {
    char path[SCRIPTS_MAX][PATH_BYTES_MAX];
    size_t count;
};

/* Shared with the processes that run scripts. */
struct progress {
    unsigned results; /* lines printed */
    unsigned failures;
    unsigned long fast_segments;
};

static struct scripts scripts, wrong_scripts;
static struct progress *progress;
static char slow_memory[TRACE_BYTES], fast_memory[TRACE_BYTES];

/* Names. */

static int compare_paths(const void *a, const void *b) {
    return strcmp(a, b);
}

static void find_scripts(const char *folder, const char *part, struct scripts *found) {
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".script") == 0 && strstr(entry->d_name, part) != NULL &&
            found->count < SCRIPTS_MAX) {
            snprintf(found->path[found->count++], PATH_BYTES_MAX, "%s/%s", folder, entry->d_name);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    qsort(found->path, found->count, PATH_BYTES_MAX, compare_paths);
}

/* The file's name without folder and ending. */
static const char *name_of(const char *path, char *name) {
    const char *slash = strrchr(path, '/');
    snprintf(name, PATH_BYTES_MAX, "%s", slash == NULL ? path : slash + 1);
    *strrchr(name, '.') = '\0';
    return name;
}

/* Results. */

static void report(bool ok, const char *name, const char *variant, const char *failure) {
    printf("%sok %u - %s: %s\n", ok ? "" : "not ", ++progress->results, name, variant);
    if (!ok) {
        progress->failures++;
        printf("# %s\n", failure);
    }
    fflush(stdout);
}

static void write_pcap(const char *name, const struct tcp_script_trace *trace) {
    const char *folder = getenv("TCP_SCRIPT_PCAP");
    if (folder != NULL) {
        char path[2 * PATH_BYTES_MAX];
        snprintf(path, sizeof path, "%s/%s.pcap", folder, name);
        if (!tcp_script_write_pcap(path, trace)) {
            printf("# %s: cannot be written\n", path);
        }
    }
}

static void run_position(const char *path, const char *name, uint32_t position) {
    struct tcp_script_trace slow_trace = {.bytes = slow_memory, .size = TRACE_BYTES};
    struct tcp_script_trace fast_trace = {.bytes = fast_memory, .size = TRACE_BYTES};
    struct tcp_script_result slow, fast;
    char variant[64], failure[TCP_SCRIPT_FAILURE_BYTES];
    const char *where = tcp_script_position_name(position);
    tcp_script_run(path, &(struct tcp_script_variant){.position = position, .slow_only = true},
                   &slow_trace, &slow);
    snprintf(variant, sizeof variant, "%s, slow path", where);
    report(slow.passed, name, variant, slow.failure);
    tcp_script_run(path, &(struct tcp_script_variant){.position = position}, &fast_trace, &fast);
    snprintf(variant, sizeof variant, "%s, fast path", where);
    report(fast.passed, name, variant, fast.failure);
    bool same = tcp_script_same(&slow_trace, &fast_trace, failure, sizeof failure);
    snprintf(variant, sizeof variant, "%s, same frames", where);
    report(same, name, variant, failure);
    progress->fast_segments += fast.fast_segments;
    if (position == 0) {
        write_pcap(name, &fast_trace);
    }
}

static void run_script(const char *path) {
    char name[PATH_BYTES_MAX];
    name_of(path, name);
    for (uint32_t position = 0; position < TCP_SCRIPT_POSITIONS; position++) {
        run_position(path, name, position);
    }
}

/* "# LINE: part of the failure" in the first line of a script that must fail. */
static bool read_expectation(const char *path, unsigned *line, char text[256]) {
    char first[256] = "";
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fgets(first, sizeof first, file) == NULL) {
            first[0] = '\0';
        }
        fclose(file);
    }
    return sscanf(first, "# %u: %255[^\n]", line, text) == 2;
}

static void run_wrong_script(const char *path) {
    struct tcp_script_trace trace = {.bytes = slow_memory, .size = TRACE_BYTES};
    struct tcp_script_result result;
    char name[PATH_BYTES_MAX], text[256], place[PATH_BYTES_MAX + 32];
    unsigned line = 0;
    bool readable = read_expectation(path, &line, text);
    tcp_script_run(path, &(struct tcp_script_variant){0}, &trace, &result);
    snprintf(place, sizeof place, "%s:%u: ", path, line);
    bool ok = readable && !result.passed && strncmp(result.failure, place, strlen(place)) == 0 &&
              strstr(result.failure, text) != NULL;
    report(ok, name_of(path, name), "fails", result.passed ? "it passes" : result.failure);
}

static void run_in_process(const char *path, void (*run)(const char *path), unsigned results) {
    unsigned until = progress->results + results;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        run(path);
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    char name[PATH_BYTES_MAX];
    while (progress->results < until) {
        report(false, name_of(path, name), "not run", "the process ended before it");
    }
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [PART OF A NAME]\n", argv[0]);
        return 2;
    }
    char wrong[PATH_BYTES_MAX];
    const char *part = argc > 2 ? argv[2] : "";
    snprintf(wrong, sizeof wrong, "%s/wrong", argv[1]);
    find_scripts(argv[1], part, &scripts);
    find_scripts(wrong, part, &wrong_scripts);
    progress =
        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED || scripts.count == 0) {
        fprintf(stderr, "%s: no scripts\n", argv[1]);
        return 2;
    }
    printf("1..%zu\n", scripts.count * RESULTS_PER_SCRIPT + wrong_scripts.count + 1);
    for (size_t i = 0; i < scripts.count; i++) {
        run_in_process(scripts.path[i], run_script, RESULTS_PER_SCRIPT);
    }
    for (size_t i = 0; i < wrong_scripts.count; i++) {
        run_in_process(wrong_scripts.path[i], run_wrong_script, 1);
    }
    report(part[0] != '\0' || progress->fast_segments > 0, "all scripts", "the fast path is taken",
           "no segment took it");
    return progress->failures == 0 ? 0 : 1;
}
