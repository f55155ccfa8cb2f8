#include "core/base/alloc_guard_seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc_guard.h"
#include "core/base/check.h"

static _Thread_local bool sealed;

void alloc_guard_seal(void) {
    sealed = true;
}

void alloc_guard_unseal(void) {
    sealed = false;
}

bool alloc_guard_is_built_in(void) {
    return true;
}

/* Unseals first, so that whatever handles SIGABRT may allocate. */
COLD static _Noreturn void refuse(const char *call) {
    sealed = false;
    char text[128];
    int length = snprintf(text, sizeof(text), "alloc_guard: %s called on a sealed thread\n", call);
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) {
        abort();
    }
    abort();
}

void alloc_guard_note(const char *call) {
    if (UNLIKELY(sealed)) {
        refuse(call);
    }
}
