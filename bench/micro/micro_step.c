#include "bench/micro/micro_step.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/micro/micro.h"

/* Shared with the child: whether what it executes counts. */
static volatile int *inside;

void micro_step_enter(void) {
    *inside = 1;
}

void micro_step_leave(void) {
    *inside = 0;
}

static void run_traced(void (*act)(void *context), void *context) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0) {
        _exit(1);
    }
    act(context);
    _exit(0);
}

uint64_t micro_step_count(void (*act)(void *context), void *context) {
    if (inside == NULL) {
        void *page =
            mmap(NULL, sizeof(*inside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        micro_require(page != MAP_FAILED, "out of memory");
        inside = page;
    }
    pid_t child = fork();
    micro_require(child >= 0, "no child to be traced");
    if (child == 0) {
        run_traced(act, context);
    }
    uint64_t count = 0;
    int status = 0;
    micro_require(waitpid(child, &status, 0) == child && WIFSTOPPED(status),
                  "tracing is not allowed here");
    while (WIFSTOPPED(status)) {
        count += *inside != 0;
        bool stepped = ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0 &&
                       waitpid(child, &status, 0) == child;
        micro_require(stepped, "a child cannot be stepped through");
    }
    micro_require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a traced child failed");
    return count;
}
