/*
 * Lines from a FIFO (or a file, from its beginning), without waiting for them.
 *
 * A line longer than EXCHANGE_CONTROL_LINE_MAX is cut. Writers may come and go. One thread.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_CONTROL_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define EXCHANGE_CONTROL_LINE_MAX 511

struct exchange_control {
    int fd; /* -1: closed */
    size_t len;
    char buffer[EXCHANGE_CONTROL_LINE_MAX + 1];
    char line[EXCHANGE_CONTROL_LINE_MAX + 1];
};

/* False with errno. */
bool exchange_control_open(struct exchange_control *control, const char *name) MUST_USE;

/* The next whole line, without its end, until the next call; false when there is none now. */
bool exchange_control_next(struct exchange_control *control, struct bytes *line) MUST_USE;

void exchange_control_close(struct exchange_control *control);

#endif
