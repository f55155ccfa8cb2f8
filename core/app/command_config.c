#include <string.h>

#include "core/app/command.h"
#include "core/app/config_reference.h"

int command_config(int argc, char **argv, FILE *out, FILE *err) {
    if (argc != 2 || strcmp(argv[1], "reference") != 0) {
        return command_usage("config", err);
    }
    config_reference_print(out);
    return COMMAND_FINE;
}
