#include "core/app/nearest.h"

#include <criterion/criterion.h>

static size_t distance(const char *a, const char *b) {
    size_t there = nearest_distance(bytes_of_string(a), bytes_of_string(b));
    cr_expect_eq(there, nearest_distance(bytes_of_string(b), bytes_of_string(a)));
    return there;
}

Test(nearest, counts_edits) {
    cr_expect_eq(distance("check", "check"), 0);
    cr_expect_eq(distance("chek", "check"), 1);
    cr_expect_eq(distance("chekc", "check"), 1, "two neighbours swapped are one slip");
    cr_expect_eq(distance("heartbeet", "heartbeat"), 1);
    cr_expect_eq(distance("hartbeet", "heartbeat"), 2);
    cr_expect_eq(distance("sender_compid", "sender_comp_id"), 1);
}

Test(nearest, what_is_too_far_is_not_near) {
    cr_expect_eq(distance("run", "check"), NEAREST_FAR);
    cr_expect_eq(distance("", "check"), NEAREST_FAR);
    cr_expect_eq(distance("a", "b"), NEAREST_FAR);
    cr_expect_eq(distance("", ""), NEAREST_FAR);
    cr_expect_eq(distance("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "check"),
                 NEAREST_FAR);
}
