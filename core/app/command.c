#include "core/app/command.h"

#include <string.h>

#include "core/app/nearest.h"

#ifndef TERCEL_VERSION
#error "the build gives TERCEL_VERSION"
#endif

/* Verbs offered instead of one that does not exist. */
#define OFFERED_MAX 3

static int command_version(int argc, char **argv, FILE *out, FILE *err) {
    (void)argv;
    if (argc != 1) {
        return command_usage("version", err);
    }
    fprintf(out, "tercel %s\n", TERCEL_VERSION);
    return COMMAND_FINE;
}

static void print_commands(FILE *out) {
    fputs("usage: tercel VERB ...\n\n", out);
    for (const struct command *command = commands; command->name != NULL; command++) {
        fprintf(out, "  %-8s %-30s %s\n", command->name, command->usage, command->summary);
    }
    fputs("\nexit: 0 fine, 1 found a problem, 2 wrong usage\n", out);
}

static int command_help(int argc, char **argv, FILE *out, FILE *err) {
    (void)argv;
    if (argc != 1) {
        return command_usage("help", err);
    }
    print_commands(out);
    return COMMAND_FINE;
}

const struct command commands[] = {
    {"run", "CONFIG", "run an instance until it is told to stop", command_run_verb},
    {"check", "[--json] [--skip-files] CONFIG", "check a config; start nothing", command_check},
    {"config", "reference", "print every key with its meaning and default", command_config},
    {"passwd", "", "read a password, print the hash for a password_file", command_passwd},
    {"trace", "FILE", "print the events of a trace", command_trace},
    {"version", "", "print the version", command_version},
    {"help", "", "print this", command_help},
    {NULL, NULL, NULL, NULL}};

static const struct command *find_command(const char *name) {
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}

int command_usage(const char *name, FILE *err) {
    const struct command *command = find_command(name);
    fprintf(err, "usage: tercel %s%s%s\n", name, command->usage[0] != '\0' ? " " : "",
            command->usage);
    return COMMAND_USAGE;
}

/* The verbs spelt nearest, the nearest first. */
static void offer_nearest(const char *name, FILE *err) {
    uint32_t offered = 0;
    for (size_t distance = 0; distance <= NEAREST_WORD_MAX && offered < OFFERED_MAX; distance++) {
        for (const struct command *command = commands; command->name != NULL; command++) {
            size_t found = nearest_distance(bytes_of_string(name), bytes_of_string(command->name));
            if (found == distance && offered < OFFERED_MAX) {
                fprintf(err, "%s%s", offered == 0 ? "meant: " : ", ", command->name);
                offered++;
            }
        }
    }
    fputs(offered == 0 ? "`tercel help` lists the verbs\n" : "?\n", err);
}

int command_dispatch(int argc, char **argv, FILE *out, FILE *err) {
    if (argc < 2) {
        print_commands(err);
        return COMMAND_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        name = "help";
    } else if (strcmp(name, "--version") == 0) {
        name = "version";
    }
    const struct command *command = find_command(name);
    if (command == NULL) {
        fprintf(err, "tercel: no verb \"%.40s\"; ", name);
        offer_nearest(name, err);
        return COMMAND_USAGE;
    }
    return command->run(argc - 1, argv + 1, out, err);
}
