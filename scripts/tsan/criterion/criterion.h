/*
 * Criterion's common macros without Criterion's sandbox, for builds under ThreadSanitizer.
 *
 * Criterion maps the memory it shares with its test processes at addresses that ThreadSanitizer
 * reserves, and dies at start. This header stands in for it: each case runs in a forked child of
 * the program, one at a time, and TAP goes to stdout. A case fails by a failed assertion, a signal,
 * a race report (ThreadSanitizer then exits badly) or by running longer than 60 s. Options are
 * taken as Criterion spells them; of these, signal, exit_code, disabled, init and fini have an
 * effect. The command line is ignored.
 *
 * Not here: parameterised tests and theories, the assertions of <criterion/new/assert.h>.
 */
#ifndef TERCEL_SCRIPTS_TSAN_CRITERION_CRITERION_H
#define TERCEL_SCRIPTS_TSAN_CRITERION_CRITERION_H

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct case_options {
    int signal;
    int exit_code;
    bool disabled;
    double timeout;
    const char *description;
    void (*init)(void);
    void (*fini)(void);
};

struct test_case {
    const char *suite;
    const char *name;
    struct case_options options;
    void (*run)(void);
    struct test_case *next;
};

enum { CASE_FAILED = 101, CASE_SKIPPED = 102, CASE_SECONDS = 60 };

/* All weak, so that the files of one program share them. */
__attribute__((weak)) struct test_case *first_case;
__attribute__((weak)) bool case_has_failed;

__attribute__((weak, format(printf, 5, 6))) void case_assert(bool held, bool fatal,
                                                             const char *place,
                                                             const char *condition,
                                                             const char *format, ...);
__attribute__((weak)) int case_in_child(const struct test_case *test);
__attribute__((weak)) bool case_report(int number, const struct test_case *test);

void case_assert(bool held, bool fatal, const char *place, const char *condition,
                 const char *format, ...) {
    if (held) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: %s ", place, condition);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    case_has_failed = true;
    if (fatal) {
        _exit(CASE_FAILED);
    }
}

int case_in_child(const struct test_case *test) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        if (test->options.init != NULL) {
            test->options.init();
        }
        test->run();
        if (test->options.fini != NULL) {
            test->options.fini();
        }
        exit(case_has_failed ? CASE_FAILED : EXIT_SUCCESS);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return -1;
    }
    return status;
}

bool case_report(int number, const struct test_case *test) {
    int status = test->options.disabled ? 0 : case_in_child(test);
    bool skipped =
        test->options.disabled || (WIFEXITED(status) && WEXITSTATUS(status) == CASE_SKIPPED);
    bool passed = skipped;
    if (WIFSIGNALED(status)) {
        passed = WTERMSIG(status) == test->options.signal;
    } else if (!skipped) {
        passed = WEXITSTATUS(status) == test->options.exit_code && test->options.signal == 0;
    }
    printf("%sok %d - %s::%s%s\n", passed ? "" : "not ", number, test->suite, test->name,
           skipped ? " # SKIP" : "");
    return passed;
}

__attribute__((weak)) int main(void) {
    int count = 0;
    bool passed = true;
    for (const struct test_case *test = first_case; test != NULL; test = test->next) {
        passed = case_report(++count, test) && passed;
    }
    printf("1..%d\n", count);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define Test(suite_, name_, ...)                                                                   \
    static void suite_##_##name_##_run(void);                                                      \
    static struct test_case suite_##_##name_##_case = {.suite = #suite_,                           \
                                                       .name = #name_,                             \
                                                       .options = {__VA_ARGS__},                   \
                                                       .run = suite_##_##name_##_run};             \
    __attribute__((constructor)) static void suite_##_##name_##_register(void) {                   \
        suite_##_##name_##_case.next = first_case;                                                 \
        first_case = &suite_##_##name_##_case;                                                     \
    }                                                                                              \
    static void suite_##_##name_##_run(void)

/* Options of a whole suite are not applied. */
#define TestSuite(suite_, ...) struct case_options suite_##_suite_options

#define CASE_PLACE_(line) #line
#define CASE_PLACE(line) __FILE__ ":" CASE_PLACE_(line)
/* The message is optional, as in Criterion: an empty format stands in for a missing one. */
#define CASE_ASSERT(fatal, condition, text, ...)                                                   \
    case_assert((condition), (fatal), CASE_PLACE(__LINE__), text, "" __VA_ARGS__)

#define cr_assert(condition, ...) CASE_ASSERT(true, condition, #condition, __VA_ARGS__)
#define cr_expect(condition, ...) CASE_ASSERT(false, condition, #condition, __VA_ARGS__)

#define cr_assert_not(c, ...) cr_assert(!(c), __VA_ARGS__)
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) cr_assert((a) < (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...) cr_assert((a) <= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)
#define cr_assert_null(p, ...) cr_assert((p) == NULL, __VA_ARGS__)
#define cr_assert_not_null(p, ...) cr_assert((p) != NULL, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) cr_assert(strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) cr_assert(strcmp((a), (b)) != 0, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...) cr_assert(memcmp((a), (b), (n)) == 0, __VA_ARGS__)
#define cr_assert_arr_neq(a, b, n, ...) cr_assert(memcmp((a), (b), (n)) != 0, __VA_ARGS__)
#define cr_expect_not(c, ...) cr_expect(!(c), __VA_ARGS__)
#define cr_expect_eq(a, b, ...) cr_expect((a) == (b), __VA_ARGS__)
#define cr_expect_neq(a, b, ...) cr_expect((a) != (b), __VA_ARGS__)
#define cr_expect_lt(a, b, ...) cr_expect((a) < (b), __VA_ARGS__)
#define cr_expect_leq(a, b, ...) cr_expect((a) <= (b), __VA_ARGS__)
#define cr_expect_gt(a, b, ...) cr_expect((a) > (b), __VA_ARGS__)
#define cr_expect_geq(a, b, ...) cr_expect((a) >= (b), __VA_ARGS__)
#define cr_expect_null(p, ...) cr_expect((p) == NULL, __VA_ARGS__)
#define cr_expect_not_null(p, ...) cr_expect((p) != NULL, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) cr_expect(strcmp((a), (b)) == 0, __VA_ARGS__)
#define cr_expect_str_neq(a, b, ...) cr_expect(strcmp((a), (b)) != 0, __VA_ARGS__)
#define cr_expect_arr_eq(a, b, n, ...) cr_expect(memcmp((a), (b), (n)) == 0, __VA_ARGS__)
#define cr_expect_arr_neq(a, b, n, ...) cr_expect(memcmp((a), (b), (n)) != 0, __VA_ARGS__)
#define cr_assert_fail(...) cr_assert(false, __VA_ARGS__)
#define cr_expect_fail(...) cr_expect(false, __VA_ARGS__)
#define cr_fatal(...) cr_assert(false, __VA_ARGS__)
#define cr_skip_test(...) _exit(CASE_SKIPPED)
#define cr_skip(...) _exit(CASE_SKIPPED)
#define cr_log_info(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr))
#define cr_log_warn cr_log_info
#define cr_log_error cr_log_info

#endif
