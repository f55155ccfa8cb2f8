#include <criterion/criterion.h>

#include "core/base/check.h"
#include "core/base/test_death.h"

static void break_a_check(void *argument) {
    int *answer = argument;
    CHECK(*answer == 42);
}

static void fail_with_long_condition(void *argument) {
    check_failed("file.c", 7, argument);
}

Test(check, a_false_condition_aborts_and_is_named) {
    int answer = 41;
    cr_assert(dies_saying(break_a_check, &answer, "check_test.c:8: check failed: *answer == 42\n"));
}

Test(check, a_true_condition_costs_nothing) {
    int answer = 42;
    struct death death = death_of(break_a_check, &answer);
    cr_assert_eq(death.signal, 0);
    cr_assert_eq(death.exit_code, 0);
    cr_assert_str_eq(death.text, "");
}

Test(check, the_condition_is_evaluated_once) {
    int count = 0;
    CHECK(++count == 1);
    cr_assert_eq(count, 1);
}

Test(check, an_overlong_message_is_cut_at_a_line_end) {
    char condition[2000];
    memset(condition, 'x', sizeof(condition) - 1);
    condition[sizeof(condition) - 1] = '\0';
    struct death death = death_of(fail_with_long_condition, condition);
    cr_assert_eq(death.signal, SIGABRT);
    size_t length = strlen(death.text);
    cr_assert_eq(length, 511);
    cr_assert_eq(death.text[length - 1], '\n');
}
