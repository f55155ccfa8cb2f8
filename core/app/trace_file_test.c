#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/command.h"
#include "core/app/trace_file.h"
#include "core/route/trace_event.h"

#define CELLS 64U

static char folder[64];
static char path[128];
static char said[4096];
static const struct clock_mapping start = {.utc_ns = 1, .mono_mult = 1, .utc_mult = 1};

static void make_folder(void) {
    if (access("/dev/shm", W_OK) != 0) {
        cr_skip_test("no tmpfs at /dev/shm here");
    }
    snprintf(folder, sizeof(folder), "/dev/shm/tercel-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/oe.trace", folder);
}

static void remove_folder(void) {
    static const char *const names[] = {"oe.trace", "oe.trace.1", "target"};
    for (size_t i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
        unlink(name);
    }
    rmdir(folder);
}

TestSuite(trace_file, .init = make_folder, .fini = remove_folder);

static struct trace *create(const char *at) {
    memset(said, 0, sizeof(said));
    FILE *err = fmemopen(said, sizeof(said), "w");
    struct trace *trace = trace_file_create(at, CELLS, &start, err);
    fclose(err);
    return trace;
}

/* The exit code of `tercel trace FILE`; what it prints is in `said`. */
static int print(const char *at) {
    char *argv[] = {"trace", (char *)(uintptr_t)at, NULL};
    memset(said, 0, sizeof(said));
    FILE *out = fmemopen(said, sizeof(said), "w");
    int code = command_trace(2, argv, out, out);
    fclose(out);
    return code;
}

Test(trace_file, is_read_while_it_is_written) {
    struct trace *trace = create(path);
    cr_assert_not_null(trace, "%s", said);
    trace_put(trace, TRACE_EVENT_ORDER_OUT, 1, 2, 3, 4);
    cr_assert_eq(print(path), COMMAND_FINE);
    cr_assert_not_null(strstr(said, "order out     venue=1 client=2 order=3 request=4\n"), "%s",
                       said);
    for (int i = 0; i < 1000; i++) {
        trace_put(trace, TRACE_EVENT_ORDER_IN, 0, 0, 0, 0);
    }
    cr_assert_eq(print(path), COMMAND_FINE);
    cr_assert_not_null(strstr(said, "938 earlier events were overwritten\n"));
    struct stat status;
    cr_assert_eq(stat(path, &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0600);
}

Test(trace_file, an_earlier_run_is_kept) {
    char earlier[160];
    snprintf(earlier, sizeof(earlier), "%s.1", path);
    for (uint64_t run = 1; run <= 3; run++) {
        struct trace *trace = create(path);
        cr_assert_not_null(trace, "%s", said);
        trace_put(trace, TRACE_EVENT_ORDER_OUT, 0, 0, run, 0);
    }
    cr_assert_eq(print(path), COMMAND_FINE);
    cr_assert_not_null(strstr(said, "order=3 "));
    cr_assert_eq(print(earlier), COMMAND_FINE);
    cr_assert_not_null(strstr(said, "order=2 "));
}

Test(trace_file, what_cannot_be_had_is_said) {
    cr_assert_null(create("/nonexistent/oe.trace"));
    cr_assert_not_null(strstr(said, "trace.file /nonexistent/oe.trace: No such file"), "%s", said);
    /* A link is not followed, and what it leads to stays as it is: it is renamed itself. */
    char target[128];
    snprintf(target, sizeof(target), "%s/target", folder);
    FILE *file = fopen(target, "w");
    fputs("precious", file);
    fclose(file);
    cr_assert_eq(symlink(target, path), 0);
    cr_assert_not_null(create(path), "%s", said);
    struct stat status;
    cr_assert_eq(stat(target, &status), 0);
    cr_assert_eq(status.st_size, 8);
}

/* The tree that is tested lies on a disk, or where a trace may be. */
Test(trace_file, a_disk_is_refused) {
    char here[] = "trace_file_test.trace";
    struct trace *trace = create(here);
    if (trace == NULL) {
        cr_assert_not_null(strstr(said, "this is on a disk"), "%s", said);
        cr_assert_neq(access(here, F_OK), 0, "nothing is left behind");
    }
    unlink(here);
}

Test(trace_file, what_is_no_trace_is_said) {
    cr_assert_eq(print("/nonexistent/x"), COMMAND_PROBLEM);
    cr_assert_not_null(strstr(said, "No such file"));
    cr_assert_eq(print(folder), COMMAND_PROBLEM);
    cr_assert_not_null(strstr(said, "not a regular file"));
    FILE *file = fopen(path, "w");
    cr_assert_eq(print(path), COMMAND_PROBLEM, "an empty file");
    for (int i = 0; i < 10000; i++) {
        fputc('x', file);
    }
    fclose(file);
    cr_assert_eq(print(path), COMMAND_PROBLEM);
    cr_assert_not_null(strstr(said, "this is no trace"));
    cr_assert_not_null(create(path));
    cr_assert_eq(truncate(path, 1000), 0);
    cr_assert_eq(print(path), COMMAND_PROBLEM);
    cr_assert_not_null(strstr(said, "cut short"));
}
