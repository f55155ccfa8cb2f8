#include <criterion/criterion.h>
#include <stdalign.h>

#include "core/base/arena.h"
#include "core/base/test_death.h"

#define POOL_BYTES 65536

static alignas(4096) char pool[POOL_BYTES];
static struct arena arena;

static void start(void) {
    arena_init(&arena, pool, sizeof(pool));
}

TestSuite(arena, .init = start);

static void take_after_seal(void *argument) {
    (void)argument;
    arena_seal(&arena);
    arena_take(&arena, "late", 1, 1);
}

static void take_bytes(void *bytes) {
    arena_take(&arena, "big", *(size_t *)bytes, 1);
}

static void take_align(void *align) {
    arena_take(&arena, "odd", 1, *(size_t *)align);
}

static void take_too_many(void *argument) {
    (void)argument;
    for (int i = 0; i <= ARENA_PLACES_MAX; i++) {
        arena_take(&arena, "one of many", 1, 1);
    }
}

static void init_misaligned(void *argument) {
    (void)argument;
    arena_init(&arena, pool + 64, sizeof(pool) - 64);
}

Test(arena, every_alignment_is_honoured) {
    for (size_t align = 1; align <= 4096; align *= 2) {
        char *place = arena_take(&arena, "place", 3, align);
        cr_assert_eq((uintptr_t)place % align, 0, "align %zu", align);
        cr_assert(place >= pool && place + 3 <= pool + sizeof(pool));
    }
}

Test(arena, places_follow_each_other_and_share_no_line) {
    char *previous_end = pool;
    for (size_t bytes = 1; bytes < 300; bytes += 7) {
        char *place = arena_take(&arena, "place", bytes, 8);
        cr_assert(place >= previous_end);
        cr_assert_eq((uintptr_t)place % CACHE_LINE, 0);
        previous_end = place + bytes;
    }
}

Test(arena, memory_is_zero) {
    const char *place = arena_take(&arena, "zeros", 500, 1);
    for (int i = 0; i < 500; i++) {
        cr_assert_eq(place[i], 0);
    }
}

Test(arena, cost_is_what_take_consumes) {
    for (size_t bytes = 1; bytes < 300; bytes++) {
        size_t before = arena.used;
        arena_take(&arena, "place", bytes, 1u << (bytes % 7));
        cr_assert_eq(arena.used - before, arena_cost(bytes), "%zu bytes", bytes);
    }
    cr_assert_eq(arena_cost(0), 0);
    cr_assert_eq(arena_cost(1), 64);
    cr_assert_eq(arena_cost(64), 64);
    cr_assert_eq(arena_cost(65), 128);
    cr_assert_eq(arena_cost(SIZE_MAX), SIZE_MAX);
    cr_assert_eq(arena_cost(SIZE_MAX - 62), SIZE_MAX);
    cr_assert_eq(arena_cost(SIZE_MAX - 63), SIZE_MAX - 63);
}

Test(arena, can_be_filled_to_the_last_byte) {
    arena_take(&arena, "first", 1, 1);
    char *rest = arena_take(&arena, "rest", POOL_BYTES - 64, 64);
    cr_assert_eq(rest + POOL_BYTES - 64, pool + POOL_BYTES);
    size_t one = 1;
    cr_assert(dies_saying(take_bytes, &one, "check failed"));
}

Test(arena, a_size_that_is_no_multiple_of_a_line_is_usable) {
    arena_init(&arena, pool, 100);
    arena_take(&arena, "all", 100, 1);
    size_t one = 1;
    cr_assert(dies_saying(take_bytes, &one, "check failed"));
}

Test(arena, refuses_what_does_not_fit) {
    arena_take(&arena, "first", 1, 1);
    static const size_t too_many[] = {POOL_BYTES - 63, POOL_BYTES, SIZE_MAX / 2, SIZE_MAX - 63,
                                      SIZE_MAX};
    for (size_t i = 0; i < sizeof(too_many) / sizeof(too_many[0]); i++) {
        size_t bytes = too_many[i];
        cr_assert(dies_saying(take_bytes, &bytes, "bytes <= arena->size - offset"), "row %zu", i);
    }
}

Test(arena, refuses_zero_bytes_and_odd_alignments) {
    size_t zero = 0;
    cr_assert(dies_saying(take_bytes, &zero, "bytes > 0"));
    size_t wrong[] = {0, 3, 48, 8192};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert(dies_saying(take_align, &wrong[i], "align"));
    }
}

Test(arena, refuses_to_place_after_the_seal) {
    cr_assert(dies_saying(take_after_seal, NULL, "!arena->sealed"));
}

Test(arena, refuses_more_places_than_it_can_name) {
    cr_assert(dies_saying(take_too_many, NULL, "ARENA_PLACES_MAX"));
}

Test(arena, refuses_misaligned_memory) {
    cr_assert(dies_saying(init_misaligned, NULL, "check failed"));
}

Test(arena, print_lists_every_place_and_the_total) {
    arena_take(&arena, "orders", 100, 64);
    arena_take(&arena, "a name far longer than the forty-seven bytes that a place keeps", 5, 1);
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");
    arena_print(&arena, out);
    fclose(out);
    cr_assert_str_eq(text,
                     "           0          100  orders\n"
                     "         128            5  a name far longer than the forty-seven bytes th\n"
                     "         192 of 65536 bytes used, 2 places\n");
}
