#include <criterion/criterion.h>

#include "core/base/instant.h"

static struct instant at(int64_t ns) {
    return (struct instant){.ns = ns};
}

static struct duration of(int64_t ns) {
    return (struct duration){.ns = ns};
}

Test(instant, add_moves_forward) {
    cr_assert_eq(instant_add(at(5), of(0)).ns, 5);
    cr_assert_eq(instant_add(at(5), of(30 * NS_PER_S)).ns, 30000000005);
    cr_assert_eq(instant_add(at(-10), of(4)).ns, -6);
}

Test(instant, add_saturates_at_never) {
    cr_assert(instant_is_never(instant_add(at(INT64_MAX - 1), of(1))));
    cr_assert(instant_is_never(instant_add(at(INT64_MAX - 1), of(2))));
    cr_assert(instant_is_never(instant_add(INSTANT_NEVER, of(0))));
    cr_assert(instant_is_never(instant_add(INSTANT_NEVER, of(INT64_MAX))));
    cr_assert(!instant_is_never(instant_add(at(INT64_MAX - 2), of(1))));
}

Test(instant, since_is_the_distance) {
    cr_assert_eq(instant_since(at(70), at(50)).ns, 20);
    cr_assert_eq(instant_since(at(50), at(70)).ns, -20);
}

Test(instant, a_deadline_is_reached_at_its_nanosecond) {
    cr_assert(!instant_reached(at(99), at(100)));
    cr_assert(instant_reached(at(100), at(100)));
    cr_assert(instant_reached(at(101), at(100)));
    cr_assert(!instant_reached(at(INT64_MAX - 1), INSTANT_NEVER));
}

Test(instant, the_earlier_of_two) {
    cr_assert_eq(instant_earlier(at(1), at(2)).ns, 1);
    cr_assert_eq(instant_earlier(at(2), at(1)).ns, 1);
    cr_assert_eq(instant_earlier(at(2), INSTANT_NEVER).ns, 2);
    cr_assert(instant_is_never(instant_earlier(INSTANT_NEVER, INSTANT_NEVER)));
}
