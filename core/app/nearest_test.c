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

Test(nearest, capitals_are_no_difference) {
    cr_expect_eq(distance("LIVE", "live"), 0);
    cr_expect_eq(distance("Kraken", "KRAKEN"), 0);
    cr_expect_eq(distance("Krkaen", "KRAKEN"), 1);
    cr_expect_eq(distance("A-1", "a_1"), 1);
    cr_expect_eq(distance("ab@", "ab`"), 1, "0x40 and 0x60 are no letters");
}

Test(nearest, the_best_of_several) {
    struct nearest nearest = nearest_begin(BYTES("KRAKN"));
    char text[64];
    nearest_advise(&nearest, "or not", text, sizeof(text));
    cr_expect_str_eq(text, "or not");
    cr_expect(!nearest_offer(&nearest, "COINBASE"));
    cr_expect_null(nearest.best);
    cr_expect(nearest_offer(&nearest, "KRAK"));
    cr_expect(!nearest_offer(&nearest, "KRAKEN"), "as near, and later");
    cr_expect(nearest_offer(&nearest, "krakn"));
    cr_expect_str_eq(nearest.best, "krakn");
    nearest_advise(&nearest, "or not", text, sizeof(text));
    cr_expect_str_eq(text, "meant \"krakn\"? or not");
    nearest_advise(&nearest, "or not", text, 10);
    cr_expect_str_eq(text, "meant \"kr");
}

Test(nearest, what_is_too_far_is_not_near) {
    cr_expect_eq(distance("run", "check"), NEAREST_FAR);
    cr_expect_eq(distance("", "check"), NEAREST_FAR);
    cr_expect_eq(distance("a", "b"), NEAREST_FAR);
    cr_expect_eq(distance("", ""), NEAREST_FAR);
    cr_expect_eq(distance("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "check"),
                 NEAREST_FAR);
}
