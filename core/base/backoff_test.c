#include <criterion/criterion.h>

#include "core/base/backoff.h"

static const struct backoff_limits limits = {
    .min = {.ns = 100 * NS_PER_MS}, .max = {.ns = NS_PER_S}, .stable = {.ns = 10 * NS_PER_S}};

static struct now at_ms(int64_t ms) {
    return (struct now){.mono = {.ns = ms * NS_PER_MS}, .utc = {.ns = ms * NS_PER_MS}};
}

Test(backoff, first_try_is_due_at_once) {
    struct backoff backoff;
    backoff_init(&backoff, &limits);
    cr_assert(instant_reached((struct instant){.ns = 0}, backoff.due));
}

Test(backoff, waits_double_up_to_the_cap_within_their_upper_half) {
    static const int64_t wait_ms[] = {100, 200, 400, 800, 1000, 1000, 1000};
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct prng prng;
        prng_seed(&prng, seed);
        struct backoff backoff;
        backoff_init(&backoff, &limits);
        for (size_t i = 0; i < sizeof(wait_ms) / sizeof(wait_ms[0]); i++) {
            backoff_failed(&backoff, at_ms(5000), (struct duration){.ns = 0}, &prng);
            int64_t waited = backoff.due.ns - 5000 * NS_PER_MS;
            cr_assert(waited > wait_ms[i] * NS_PER_MS / 2, "seed %lu try %zu", seed, i);
            cr_assert(waited <= wait_ms[i] * NS_PER_MS, "seed %lu try %zu", seed, i);
        }
        cr_assert_eq(backoff.tries, 7);
    }
}

Test(backoff, a_stable_connection_starts_over) {
    struct prng prng;
    prng_seed(&prng, 1);
    struct backoff backoff;
    backoff_init(&backoff, &limits);
    for (int i = 0; i < 5; i++) {
        backoff_failed(&backoff, at_ms(0), (struct duration){.ns = 0}, &prng);
    }
    backoff_failed(&backoff, at_ms(0), (struct duration){.ns = 10 * NS_PER_S}, &prng);
    cr_assert(backoff.due.ns <= 100 * NS_PER_MS);
    cr_assert_eq(backoff.tries, 1);
}
