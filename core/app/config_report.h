/*
 * What is wrong with a configuration: a bounded list of errors and warnings, each with its place.
 *
 *   file.yaml:41:11  TRC-CFG-007  limits.orders: not a whole number ("1_000")
 *      41 |   orders: 1_000
 *         |           ^^^^^ digits only: write 1000
 *
 * What, where, why, what to do. A code keeps its number and meaning for ever. Nothing of a secret
 * gets in here: whoever adds a problem leaves values of hidden nodes out, and config_source.h
 * covers them in the quoted line. All text is printable ASCII. Single-threaded, cold.
 */
#ifndef TERCEL_CORE_APP_CONFIG_REPORT_H
#define TERCEL_CORE_APP_CONFIG_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Problems kept of each kind; beyond it they are only counted. */
#define CONFIG_PROBLEMS_MAX 50
#define CONFIG_EXCERPT_MAX 100

enum config_code {
    CONFIG_CODE_FILE = 1,         /* 001 the file cannot be read, or is too large */
    CONFIG_CODE_TEXT = 2,         /* 002 bytes that are no plain UTF-8 text */
    CONFIG_CODE_UNKNOWN_KEY = 3,  /* 003 */
    CONFIG_CODE_TWICE = 4,        /* 004 a key, or a list's entry, given twice */
    CONFIG_CODE_MISSING = 5,      /* 005 a required key, or an empty file */
    CONFIG_CODE_SYNTAX = 6,       /* 006 no YAML */
    CONFIG_CODE_VALUE = 7,        /* 007 a value that is not of the key's type */
    CONFIG_CODE_RANGE = 8,        /* 008 a value outside the key's range */
    CONFIG_CODE_SHAPE = 9,        /* 009 a list where a value is needed, or the like */
    CONFIG_CODE_UNSUPPORTED = 10, /* 010 YAML that is not taken: anchors, tags, ... */
    CONFIG_CODE_LARGE = 11,       /* 011 too deep, too many entries */
    CONFIG_CODE_NOT_UNIQUE = 12,  /* 012 two sections claim the same name */
    CONFIG_CODE_REFERENCE = 13,   /* 013 names something that is not there */
    CONFIG_CODE_CONFLICT = 14,    /* 014 values that do not fit together */
    CONFIG_CODE_UNSAFE = 15,      /* 015 would expose orders or keys */
    CONFIG_CODE_NOT_BUILT = 16,   /* 016 asks for what this version does not have */
    CONFIG_CODE_HOST = 17,        /* 017 this host lacks it */
    CONFIG_CODE_NAMED_FILE = 18,  /* 018 a file that the config names cannot be used */
    CONFIG_CODE_UNUSED = 19       /* 019 a section that nothing can reach */
};

struct config_problem {
    enum config_code code;
    bool is_warning;
    uint32_t line; /* 0: about no line of the file */
    uint32_t column;
    uint32_t width; /* characters meant, >= 1 */
    char key[96];   /* "venues[0].name"; may be empty */
    char what[160];
    char advice[160];
    char excerpt[CONFIG_EXCERPT_MAX + 1]; /* of the line; may be empty */
    uint32_t excerpt_column;              /* of its first character, from 1 */
};

struct config_report {
    char file[256];
    uint32_t error_count; /* including those not kept */
    uint32_t warning_count;
    uint32_t kept_errors;
    uint32_t kept_warnings;
    struct config_problem errors[CONFIG_PROBLEMS_MAX];
    struct config_problem warnings[CONFIG_PROBLEMS_MAX];
};

/* `file`: the name as the operator gave it. */
void config_report_init(struct config_report *report, const char *file);

void config_report_add(struct config_report *report, const struct config_problem *problem);

/* Puts what was kept in the order of the file. */
void config_report_sort(struct config_report *report);

/* Errors, then warnings, then how many of each. */
void config_report_print(const struct config_report *report, FILE *out);

/* One JSON object on one line: file, errors, warnings, problems. */
void config_report_print_json(const struct config_report *report, FILE *out);

#endif
