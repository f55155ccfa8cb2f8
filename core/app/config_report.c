#include "core/app/config_report.h"

#include <stdlib.h>
#include <string.h>

/* A copy in which everything but printable ASCII is '?': file names may hold anything. */
static void copy_printable(char *out, size_t out_size, const char *text) {
    size_t len = 0;
    for (; text[len] != '\0' && len + 1 < out_size; len++) {
        out[len] = text[len] >= ' ' && text[len] <= '~' ? text[len] : '?';
    }
    out[len] = '\0';
}

void config_report_init(struct config_report *report, const char *file) {
    memset(report, 0, sizeof(*report));
    copy_printable(report->file, sizeof(report->file), file);
}

void config_report_add(struct config_report *report, const struct config_problem *problem) {
    if (problem->is_warning) {
        report->warning_count++;
        if (report->kept_warnings < CONFIG_PROBLEMS_MAX) {
            report->warnings[report->kept_warnings++] = *problem;
        }
        return;
    }
    report->error_count++;
    if (report->kept_errors < CONFIG_PROBLEMS_MAX) {
        report->errors[report->kept_errors++] = *problem;
    }
}

static int order_of(const void *left, const void *right) {
    const struct config_problem *a = left;
    const struct config_problem *b = right;
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    if (a->code != b->code) {
        return a->code < b->code ? -1 : 1;
    }
    return strcmp(a->what, b->what);
}

void config_report_sort(struct config_report *report) {
    qsort(report->errors, report->kept_errors, sizeof(report->errors[0]), order_of);
    qsort(report->warnings, report->kept_warnings, sizeof(report->warnings[0]), order_of);
}

static void print_excerpt(const struct config_problem *problem, FILE *out) {
    if (problem->excerpt[0] == '\0') {
        fprintf(out, "        %s\n", problem->advice);
        return;
    }
    fprintf(out, "%6u | %s\n       | ", problem->line, problem->excerpt);
    uint32_t column =
        problem->column >= problem->excerpt_column ? problem->column - problem->excerpt_column : 0;
    uint32_t room = CONFIG_EXCERPT_MAX > column ? CONFIG_EXCERPT_MAX - column : 1;
    uint32_t width = problem->width < room ? problem->width : room;
    fprintf(out, "%*s", (int)column, "");
    for (uint32_t i = 0; i < width || i == 0; i++) {
        fputc('^', out);
    }
    fprintf(out, " %s\n", problem->advice);
}

static void print_problem(const struct config_report *report, const struct config_problem *problem,
                          FILE *out) {
    fputs(report->file, out);
    if (problem->line > 0) {
        fprintf(out, ":%u:%u", problem->line, problem->column);
    }
    fprintf(out, "  TRC-CFG-%03u  %s%s%s%s\n", (unsigned)problem->code,
            problem->is_warning ? "warning: " : "", problem->key,
            problem->key[0] != '\0' ? ": " : "", problem->what);
    print_excerpt(problem, out);
}

void config_report_print(const struct config_report *report, FILE *out) {
    for (uint32_t i = 0; i < report->kept_errors; i++) {
        print_problem(report, &report->errors[i], out);
    }
    for (uint32_t i = 0; i < report->kept_warnings; i++) {
        print_problem(report, &report->warnings[i], out);
    }
    uint32_t hidden_errors = report->error_count - report->kept_errors;
    uint32_t hidden_warnings = report->warning_count - report->kept_warnings;
    if (hidden_errors + hidden_warnings > 0) {
        fprintf(out, "... and %u errors, %u warnings that are not shown\n", hidden_errors,
                hidden_warnings);
    }
    fprintf(out, "%u error%s, %u warning%s\n", report->error_count,
            report->error_count == 1 ? "" : "s", report->warning_count,
            report->warning_count == 1 ? "" : "s");
}

/* `text` is printable ASCII: only two characters need an escape. */
static void print_json_string(const char *text, FILE *out) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static void print_json_problem(const struct config_problem *problem, FILE *out) {
    fprintf(out,
            "{\"severity\":\"%s\",\"code\":\"TRC-CFG-%03u\",\"line\":%u,\"column\":%u,\"key\":",
            problem->is_warning ? "warning" : "error", (unsigned)problem->code, problem->line,
            problem->column);
    print_json_string(problem->key, out);
    fputs(",\"what\":", out);
    print_json_string(problem->what, out);
    fputs(",\"do\":", out);
    print_json_string(problem->advice, out);
    fputc('}', out);
}

void config_report_print_json(const struct config_report *report, FILE *out) {
    fputs("{\"file\":", out);
    print_json_string(report->file, out);
    fprintf(out, ",\"errors\":%u,\"warnings\":%u,\"problems\":[", report->error_count,
            report->warning_count);
    for (uint32_t i = 0; i < report->kept_errors + report->kept_warnings; i++) {
        if (i > 0) {
            fputc(',', out);
        }
        bool is_error = i < report->kept_errors;
        print_json_problem(
            is_error ? &report->errors[i] : &report->warnings[i - report->kept_errors], out);
    }
    fputs("]}\n", out);
}
