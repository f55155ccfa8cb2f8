#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/app/command.h"
#include "core/app/credential.h"

/* Before any secret is read: no core file, and no other process of this user may look inside. */
static bool keep_memory_private(void) {
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

int main(int argc, char **argv) {
    if (!keep_memory_private()) {
        perror("tercel: cannot keep secrets out of core dumps");
        return COMMAND_PROBLEM;
    }
    if (!credential_init()) {
        fputs("tercel: libsodium does not work on this host\n", stderr);
        return COMMAND_PROBLEM;
    }
    int code = command_dispatch(argc, argv, stdout, stderr);
    if (fflush(stdout) != 0) {
        perror("tercel: cannot write the output");
        return COMMAND_PROBLEM;
    }
    return code;
}
