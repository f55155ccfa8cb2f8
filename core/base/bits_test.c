#include "core/base/bits.h"

#include <criterion/criterion.h>

Test(bits, powers_of_two) {
    static const struct {
        uint32_t value;
        bool is_power;
        uint32_t at_least;
    } table[] = {{0, false, 1},          {1, true, 1},
                 {2, true, 2},           {3, false, 4},
                 {4, true, 4},           {5, false, 8},
                 {65535, false, 65536},  {65536, true, 65536},
                 {65537, false, 131072}, {UINT32_C(1) << 31, true, UINT32_C(1) << 31}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_assert_eq(bits_is_power_of_two(table[i].value), table[i].is_power, "%u", table[i].value);
        cr_assert_eq(bits_power_of_two_at_least(table[i].value), table[i].at_least, "%u",
                     table[i].value);
    }
}

Test(bits, whole_lines) {
    cr_expect_eq(bits_whole_lines(0), 0);
    cr_expect_eq(bits_whole_lines(1), 64);
    cr_expect_eq(bits_whole_lines(63), 64);
    cr_expect_eq(bits_whole_lines(64), 64);
    cr_expect_eq(bits_whole_lines(65), 128);
    cr_expect_eq(bits_whole_lines(((size_t)1 << 40) + 1), ((size_t)1 << 40) + 64);
}
