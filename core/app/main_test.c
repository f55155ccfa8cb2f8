#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_BYTES 4096

/* The program with up to two arguments, its output on a small pipe. */
struct child {
    pid_t pid;
    int output;
};

static struct child start(const char *first, const char *second) {
    int out[2];
    cr_assert_eq(pipe(out), 0);
    cr_assert_eq(fcntl(out[1], F_SETPIPE_SZ, PIPE_BYTES), PIPE_BYTES);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    const char *words[] = {"tercel", first, second, NULL};
    char *argv[4];
    memcpy(argv, words, sizeof(words));
    struct child child = {.output = out[0]};
    cr_assert_eq(posix_spawn(&child.pid, TERCEL_EXE, &actions, NULL, argv, NULL), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    return child;
}

static int finish(struct child *child, char *output, size_t size) {
    size_t len = 0;
    for (ssize_t got; (got = read(child->output, output + len, size - 1 - len)) > 0;) {
        len += (size_t)got;
    }
    output[len] = '\0';
    close(child->output);
    int status = 0;
    cr_assert_eq(waitpid(child->pid, &status, 0), child->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The soft limit on core files, in words; "" when it cannot be seen. */
static void read_core_limit(pid_t pid, char *limit, size_t size) {
    char path[64];
    char line[256];
    snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
    limit[0] = '\0';
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char found[64];
        if (sscanf(line, "Max core file size %63s", found) == 1) {
            snprintf(limit, size, "%s", found);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

Test(main, no_core_file_and_no_peeking_once_it_runs) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &unlimited) != 0) {
        cr_skip_test("the limit cannot be raised here, so 0 would prove nothing");
    }
    /* More output than the pipe holds: after its first byte the program is up, and stuck. */
    struct child child = start("config", "reference");
    char first;
    cr_assert_eq(read(child.output, &first, 1), 1);
    char limit[64];
    read_core_limit(child.pid, limit, sizeof(limit));
    cr_expect_str_eq(limit, "0");
    char path[64];
    struct stat status;
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)child.pid);
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_uid, 0, "not dumpable: its memory is root's");
    char output[65536];
    cr_expect_eq(finish(&child, output, sizeof(output)), 0);
    cr_expect_gt(strlen(output), PIPE_BYTES);
}

Test(main, exits_as_its_verb_says) {
    char output[4096];
    struct child child = start("version", NULL);
    cr_expect_eq(finish(&child, output, sizeof(output)), 0);
    cr_expect_eq(strncmp(output, "tercel ", 7), 0);
    child = start("vresion", NULL);
    cr_expect_eq(finish(&child, output, sizeof(output)), 2);
}

Test(main, output_that_cannot_be_written_is_a_failure) {
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        FILE *full = freopen("/dev/full", "w", stdout);
        execl(TERCEL_EXE, "tercel", full != NULL ? "help" : "", (char *)NULL);
        _exit(99);
    }
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
