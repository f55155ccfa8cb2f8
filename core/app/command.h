/*
 * The verbs of the program: `tercel VERB ...`.
 *
 * A command gets its own arguments, argv[0] being the verb, and returns the exit code. Output is
 * for `out`, what went wrong for `err`; the prefix of a message is "tercel: ".
 */
#ifndef TERCEL_CORE_APP_COMMAND_H
#define TERCEL_CORE_APP_COMMAND_H

#include <stdio.h>

enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_PROBLEM = 1, /* it worked and found a problem, or it failed */
    COMMAND_USAGE = 2    /* it was asked wrongly, and did nothing */
};

struct command {
    const char *name;
    const char *usage;   /* after "tercel NAME " */
    const char *summary; /* one line */
    int (*run)(int argc, char **argv, FILE *out, FILE *err);
};

/* Ends with a NULL name. */
extern const struct command commands[];

/* Finds the verb in argv[1] and runs it. */
int command_dispatch(int argc, char **argv, FILE *out, FILE *err);

/* Prints how `name` is used to `err`; returns COMMAND_USAGE. */
int command_usage(const char *name, FILE *err);

/* command_check.c: `run` loads its config in the same way. */
int command_run_verb(int argc, char **argv, FILE *out, FILE *err);
int command_check(int argc, char **argv, FILE *out, FILE *err);
/* command_config.c */
int command_config(int argc, char **argv, FILE *out, FILE *err);
/* command_trace.c */
int command_trace(int argc, char **argv, FILE *out, FILE *err);
/* command_passwd.c */
int command_passwd(int argc, char **argv, FILE *out, FILE *err);

#endif
