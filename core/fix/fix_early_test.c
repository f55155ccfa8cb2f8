/* The queue alone; what the session does with it is fix_session_early_test.c's matter. */
#include "core/fix/fix_early.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct fix_early *make(uint32_t messages, uint32_t bytes) {
    struct fix_early_limits limits = {.messages = messages, .bytes = bytes};
    void *mem = NULL;
    cr_assert_eq(posix_memalign(&mem, 64, fix_early_footprint(limits)), 0);
    return fix_early_init(mem, limits);
}

static void cr_assert_takes(struct fix_early *early, uint64_t seq, const char *text) {
    cr_assert_eq(fix_early_first(early), seq);
    cr_assert(bytes_equal(fix_early_take(early), bytes_of_string(text)));
}

Test(fix_early, limits_that_cannot_be) {
    cr_assert_eq(fix_early_footprint((struct fix_early_limits){0, 1}), 0);
    cr_assert_eq(fix_early_footprint((struct fix_early_limits){1, 0}), 0);
}

Test(fix_early, first_in_first_out) {
    struct fix_early *early = make(4, 20);
    cr_assert_eq(fix_early_first(early), 0);
    cr_assert(fix_early_put(early, 5, BYTES("five")));
    cr_assert(fix_early_put(early, 7, bytes_of(NULL, 0)));
    cr_assert(fix_early_put(early, 9, BYTES("nine")));
    cr_assert_takes(early, 5, "five");
    cr_assert_takes(early, 7, "");
    cr_assert_takes(early, 9, "nine");
    cr_assert_eq(fix_early_first(early), 0);
    free(early);
}

Test(fix_early, keeps_only_what_is_above_the_last) {
    struct fix_early *early = make(4, 20);
    cr_assert(fix_early_put(early, 5, BYTES("five")));
    cr_assert(!fix_early_put(early, 5, BYTES("again")));
    cr_assert(!fix_early_put(early, 4, BYTES("four")));
    cr_assert_eq(fix_early_count(early), 1);
    free(early);
}

Test(fix_early, refuses_when_full_and_keeps_what_it_has) {
    struct fix_early *early = make(2, 10);
    cr_assert(!fix_early_put(early, 3, BYTES("01234567890")));
    cr_assert(fix_early_put(early, 5, BYTES("12345678")));
    cr_assert(!fix_early_put(early, 6, BYTES("123")), "bytes");
    cr_assert(fix_early_put(early, 7, BYTES("12")));
    cr_assert(!fix_early_put(early, 8, bytes_of(NULL, 0)), "entries");
    cr_assert_takes(early, 5, "12345678");
    cr_assert_takes(early, 7, "12");
    cr_assert(fix_early_put(early, 6, BYTES("lower is well now")) == false);
    cr_assert(fix_early_put(early, 6, BYTES("empty, any")));
    free(early);
}

Test(fix_early, forgets_what_is_overtaken) {
    struct fix_early *early = make(4, 40);
    for (uint64_t seq = 5; seq <= 8; seq++) {
        cr_assert(fix_early_put(early, seq, BYTES("x")));
    }
    fix_early_forget_below(early, 5);
    cr_assert_eq(fix_early_count(early), 4);
    fix_early_forget_below(early, 7);
    cr_assert_eq(fix_early_first(early), 7);
    fix_early_forget_below(early, 100);
    cr_assert_eq(fix_early_count(early), 0);
    fix_early_clear(early);
    cr_assert(fix_early_put(early, 1, BYTES("x")));
    free(early);
}
