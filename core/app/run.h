/*
 * Running an instance: from a checked config to the process's end.
 */
#ifndef TERCEL_CORE_APP_RUN_H
#define TERCEL_CORE_APP_RUN_H

#include "core/app/config.h"

/*
 * Runs until it is told to stop. Returns the exit code: 0 after an orderly end, 1 when something
 * went wrong, 2 when it could not start.
 */
int command_run(const struct config *config);

#endif
