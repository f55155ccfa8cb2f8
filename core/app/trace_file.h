/*
 * The file that a worker's trace lies in, mapped for the worker to write straight into.
 *
 * It has to be on a file system that is memory (tmpfs, hugetlbfs): the kernel writing pages back to
 * a disk would hold up the worker. So a trace survives the process and not the host. What an
 * earlier run left is kept as FILE.1, so that a restart does not wipe out why it was needed.
 *
 * Cold; the main thread.
 */
#ifndef TERCEL_CORE_APP_TRACE_FILE_H
#define TERCEL_CORE_APP_TRACE_FILE_H

#include <stdio.h>

#include "core/base/trace.h"

/*
 * A new trace of so many cells in `path`, readable by this user alone. NULL when it cannot be had;
 * why is said on `err`. It is never unmapped: the process ends with it.
 */
struct trace *trace_file_create(const char *path, uint32_t cells, const struct clock_mapping *time,
                                FILE *err);

#endif
