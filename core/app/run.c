#include "core/app/run.h"

#include <stdio.h>

int command_run(const struct config *config) {
    fprintf(stderr, "tercel: %s: this build cannot run an instance\n", config->instance.name);
    return 2;
}
