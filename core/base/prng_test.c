#include <criterion/criterion.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"

/* The vector that the rand_xoshiro crate takes from the authors' xoshiro256starstar.c. */
Test(prng, matches_the_published_xoshiro_vector) {
    struct prng prng = {.state = {1, 2, 3, 4}};
    static const uint64_t expected[] = {
        11520u,
        0u,
        1509978240u,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        cr_assert_eq(prng_next(&prng), expected[i], "draw %zu", i);
    }
}

/* splitmix64 from 1234567: the vector of the reference implementation (Rosetta Code prints it too).
 */
Test(prng, seeding_is_splitmix64) {
    struct prng prng;
    prng_seed(&prng, 1234567);
    cr_assert_eq(prng.state[0], 6457827717110365317u);
    cr_assert_eq(prng.state[1], 3203168211198807973u);
    cr_assert_eq(prng.state[2], 9817491932198370423u);
    cr_assert_eq(prng.state[3], 4593380528125082431u);
}

Test(prng, zero_is_a_usable_seed) {
    struct prng prng;
    prng_seed(&prng, 0);
    cr_assert_neq(prng.state[0] | prng.state[1] | prng.state[2] | prng.state[3], 0);
}

Test(prng, below_stays_below_any_bound) {
    struct prng prng;
    prng_seed(&prng, test_seed("prng"));
    for (int i = 0; i < 100000; i++) {
        uint64_t bound = (prng_next(&prng) >> (i % 64)) | 1;
        cr_assert_lt(prng_below(&prng, bound), bound);
    }
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(prng_below(&prng, 1), 0);
        prng_below(&prng, UINT64_MAX);
    }
}

/* Chi-squared with 9 degrees of freedom: above 40 happens once in 10^5 seeds. */
Test(prng, below_is_uniform_over_a_small_bound) {
    struct prng prng;
    prng_seed(&prng, 20240607);
    uint64_t hits[10] = {0};
    for (int i = 0; i < 100000; i++) {
        hits[prng_below(&prng, 10)]++;
    }
    double chi_squared = 0;
    for (int i = 0; i < 10; i++) {
        double off = (double)hits[i] - 10000;
        chi_squared += off * off / 10000;
    }
    cr_assert_lt(chi_squared, 40);
}

/* With bound 3 * 2^62 a biased reduction gives the first third every second draw, not every third.
 */
Test(prng, below_is_unbiased_over_a_large_bound) {
    struct prng prng;
    prng_seed(&prng, 7);
    uint64_t bound = UINT64_C(3) << 62;
    int first_third = 0;
    for (int i = 0; i < 30000; i++) {
        uint64_t draw = prng_below(&prng, bound);
        first_third += draw % 3 == 0;
    }
    cr_assert(first_third > 9500 && first_third < 10500, "%d", first_third);
}
