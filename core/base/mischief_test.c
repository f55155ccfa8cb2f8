#include "core/base/mischief.h"

#include <criterion/criterion.h>
#include <string.h>

/* With NDEBUG there is none. */
#ifdef NDEBUG
#define NO_MISCHIEF true
#else
#define NO_MISCHIEF false
#endif

static struct mischief mischief_of(uint64_t seed, uint64_t on, uint32_t one_in) {
    struct mischief mischief = {.on = on, .one_in = one_in};
    prng_seed(&mischief.prng, seed);
    return mischief;
}

static unsigned strikes_of(enum mischief_point point, unsigned times) {
    unsigned count = 0;
    for (unsigned i = 0; i < times; i++) {
        count += MISCHIEF(point);
    }
    return count;
}

Test(mischief, nothing_strikes_before_it_begins_or_after_it_ended) {
    struct mischief mischief = mischief_of(1, UINT64_MAX, 1);
    cr_assert_eq(strikes_of(MISCHIEF_NO_ROOM, 100), 0);
    mischief_begin(&mischief);
    mischief_end();
    cr_assert_eq(strikes_of(MISCHIEF_NO_ROOM, 100), 0);
}

Test(mischief, a_point_that_is_on_strikes_as_often_as_asked, .disabled = NO_MISCHIEF) {
    struct mischief mischief = mischief_of(7, UINT64_C(1) << MISCHIEF_BACKLOG, 10);
    mischief_begin(&mischief);
    unsigned count = strikes_of(MISCHIEF_BACKLOG, 10000);
    mischief_end();
    cr_assert(count > 800 && count < 1200, "%u of 10000", count);
    cr_assert_eq(mischief.struck[MISCHIEF_BACKLOG], count);
}

Test(mischief, a_point_that_is_off_never_strikes, .disabled = NO_MISCHIEF) {
    struct mischief mischief = mischief_of(7, UINT64_C(1) << MISCHIEF_BACKLOG, 1);
    mischief_begin(&mischief);
    cr_assert_eq(strikes_of(MISCHIEF_NO_ROOM, 100), 0);
    mischief_end();
    cr_assert_eq(mischief.struck[MISCHIEF_NO_ROOM], 0);
}

Test(mischief, the_same_seed_strikes_at_the_same_times, .disabled = NO_MISCHIEF) {
    char first[200], second[200];
    for (int run = 0; run < 2; run++) {
        struct mischief mischief = mischief_of(3, UINT64_MAX, 4);
        mischief_begin(&mischief);
        for (size_t i = 0; i < sizeof(first); i++) {
            (run == 0 ? first : second)[i] = MISCHIEF(MISCHIEF_SHORT_READ) ? '1' : '0';
        }
        mischief_end();
    }
    cr_assert_arr_eq(first, second, sizeof(first));
}

Test(mischief, every_point_has_a_name_of_its_own) {
    for (int i = 0; i < MISCHIEF_POINTS; i++) {
        for (int k = 0; k < i; k++) {
            cr_assert_str_neq(mischief_name((enum mischief_point)i),
                              mischief_name((enum mischief_point)k));
        }
    }
}
