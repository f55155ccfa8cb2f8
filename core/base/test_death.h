/*
 * Tests of code that must stop the process: runs it in a child, and gives back how the child ended
 * and what it wrote to stderr. For tests only.
 */
#ifndef TERCEL_CORE_BASE_TEST_DEATH_H
#define TERCEL_CORE_BASE_TEST_DEATH_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* For `.disabled`: whether DCHECK is compiled out, and with it the death that a test expects. */
#ifdef NDEBUG
#define DCHECK_IS_OFF true
#else
#define DCHECK_IS_OFF false
#endif

struct death {
    int signal;    /* 0 when the child exited */
    int exit_code; /* when it did */
    char text[1024];
};

static inline struct death death_of(void (*run)(void *argument), void *argument) {
    struct death death = {.signal = -1};
    int ends[2];
    if (pipe(ends) != 0) {
        return death;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        run(argument);
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], death.text + length, sizeof(death.text) - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(ends[0]);
    int status;
    if (child > 0 && waitpid(child, &status, 0) == child) {
        death.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        death.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    return death;
}

/* Whether `run` ends in abort() with `words` in what it says. */
static inline bool dies_saying(void (*run)(void *argument), void *argument, const char *words) {
    struct death death = death_of(run, argument);
    bool as_expected = death.signal == SIGABRT && strstr(death.text, words) != NULL;
    if (!as_expected) {
        fprintf(stderr, "expected abort saying \"%s\"; signal %d, exit code %d, said \"%s\"\n",
                words, death.signal, death.exit_code, death.text);
    }
    return as_expected;
}

#endif
