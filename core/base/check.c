#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A stack buffer and write(2): the heap, stdio and their locks may be what is broken. */
COLD _Noreturn void check_failed(const char *file, int line, const char *condition) {
    char text[512];
    int length = snprintf(text, sizeof(text), "%s:%d: check failed: %s\n", file, line, condition);
    if (length >= (int)sizeof(text)) {
        length = sizeof(text) - 1;
        text[length - 1] = '\n';
    }
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) {
        abort();
    }
    abort();
}
