#include "net/uring/uring_error.h"

#include <stdarg.h>
#include <stdio.h>

void uring_error_set(struct uring_error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
}
