/*
 * The log thread's work: notices as text, one line each, in UTC.
 *
 * It has a thread of its own because writing to a log can block (a full pipe, a stopped terminal):
 * then the notice ring fills, notices are dropped and counted, and nothing else waits.
 */
#ifndef TERCEL_CORE_APP_NOTICE_LOG_H
#define TERCEL_CORE_APP_NOTICE_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "core/base/spsc.h"
#include "core/route/directory.h"
#include "core/route/notice.h"

struct notice_log {
    struct spsc *notices;       /* of the worker */
    struct spsc *admin_notices; /* of the main thread: few */
    const struct directory *directory;
    FILE *file;
    bool dirty;
};

/* Writes one notice; true when there was one. */
bool notice_log_step(void *log);

/* "2026-04-07T14:32:05.123456Z what who #number: text" and a newline. */
void notice_log_print(const struct directory *directory, const struct notice *notice, FILE *file);

#endif
