#include <criterion/criterion.h>

#include "core/base/bytes.h"

Test(bytes, a_literal_has_no_terminator) {
    struct bytes view = BYTES("35=D");
    cr_assert_eq(view.len, 4);
    cr_assert_eq(memcmp(view.data, "35=D", 4), 0);
    cr_assert_eq(BYTES("").len, 0);
    cr_assert_eq(BYTES("a\0b").len, 3);
}

Test(bytes, a_string_ends_at_its_terminator) {
    cr_assert_eq(bytes_of_string("ABC").len, 3);
    cr_assert_eq(bytes_of_string("").len, 0);
}

Test(bytes, equal_compares_length_and_every_byte) {
    static const struct {
        struct bytes a;
        struct bytes b;
        bool equal;
    } rows[] = {
        {{"", 0}, {NULL, 0}, true},        {{NULL, 0}, {NULL, 0}, true},
        {{"a", 1}, {"a", 1}, true},        {{"a", 1}, {"b", 1}, false},
        {{"ab", 2}, {"abc", 3}, false},    {{"abc", 3}, {"abd", 3}, false},
        {{"a\0b", 3}, {"a\0c", 3}, false}, {{"a\0b", 3}, {"a\0b", 3}, true},
        {{"a", 1}, {NULL, 0}, false},      {{"\xff", 1}, {"\x7f", 1}, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(bytes_equal(rows[i].a, rows[i].b), rows[i].equal, "row %zu", i);
        cr_assert_eq(bytes_equal(rows[i].b, rows[i].a), rows[i].equal, "row %zu, swapped", i);
    }
}

Test(bytes, skip_drops_from_the_front) {
    struct bytes view = BYTES("8=FIX.4.4");
    cr_assert(bytes_equal(bytes_skip(view, 2), BYTES("FIX.4.4")));
    cr_assert(bytes_equal(bytes_skip(view, 0), view));
    cr_assert_eq(bytes_skip(view, 9).len, 0);
    cr_assert_eq(bytes_skip(bytes_of(NULL, 0), 0).len, 0);
}
