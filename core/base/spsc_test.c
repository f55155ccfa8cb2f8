#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/spsc.h"
#include "core/base/test_death.h"

static struct spsc *ring_make(uint32_t cells, uint32_t cell_bytes) {
    struct spsc_limits limits = {.cells = cells, .cell_bytes = cell_bytes};
    void *mem = aligned_alloc(CACHE_LINE, spsc_footprint(limits));
    return spsc_init(mem, limits);
}

static void put(struct spsc *ring, uint64_t value) {
    uint64_t *cell = spsc_reserve(ring);
    cr_assert_not_null(cell);
    *cell = value;
    spsc_publish(ring);
}

static void take(struct spsc *ring, uint64_t expected) {
    const uint64_t *cell = spsc_peek(ring);
    cr_assert_not_null(cell);
    cr_assert_eq(*cell, expected);
    spsc_release(ring);
}

Test(spsc, footprint_refuses_impossible_limits) {
    static const struct spsc_limits impossible[] = {
        {0, 8}, {1, 8}, {3, 8}, {1000, 8}, {1u << 25, 8}, {UINT32_MAX, 8}, {4, 0}, {4, 4097},
    };
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        cr_assert_eq(spsc_footprint(impossible[i]), 0, "row %zu", i);
    }
}

Test(spsc, footprint_is_whole_lines_with_a_line_per_small_cell) {
    for (uint32_t bytes = 1; bytes <= 4096; bytes++) {
        size_t two = spsc_footprint((struct spsc_limits){2, bytes});
        size_t four = spsc_footprint((struct spsc_limits){4, bytes});
        cr_assert_eq(two % CACHE_LINE, 0);
        cr_assert_geq((four - two) / 2, bytes + 8);
        cr_assert_lt((four - two) / 2, bytes + 8 + CACHE_LINE);
    }
    cr_assert_neq(spsc_footprint((struct spsc_limits){1u << 24, 4096}), 0);
}

Test(spsc, an_empty_ring_gives_nothing) {
    struct spsc *ring = ring_make(4, 8);
    cr_assert_null(spsc_peek(ring));
    cr_assert_eq(spsc_free_cells(ring), 4);
    cr_assert_eq(spsc_capacity(ring), 4);
    free(ring);
}

Test(spsc, reserve_and_peek_are_repeatable) {
    struct spsc *ring = ring_make(2, 8);
    cr_assert_eq(spsc_reserve(ring), spsc_reserve(ring));
    cr_assert_null(spsc_peek(ring), "a reserved cell is not published yet");
    cr_assert_eq(spsc_free_cells(ring), 2);
    put(ring, 1);
    cr_assert_eq(spsc_peek(ring), spsc_peek(ring));
    take(ring, 1);
    cr_assert_null(spsc_peek(ring));
    free(ring);
}

Test(spsc, a_full_ring_says_so_and_keeps_every_cell) {
    struct spsc *ring = ring_make(8, 8);
    for (uint64_t i = 0; i < 8; i++) {
        cr_assert_eq(spsc_free_cells(ring), 8 - i);
        put(ring, i);
    }
    cr_assert_null(spsc_reserve(ring));
    cr_assert_null(spsc_reserve(ring));
    cr_assert_eq(spsc_free_cells(ring), 0);
    take(ring, 0);
    cr_assert_eq(spsc_free_cells(ring), 1);
    put(ring, 8);
    cr_assert_null(spsc_reserve(ring));
    for (uint64_t i = 1; i <= 8; i++) {
        take(ring, i);
    }
    cr_assert_null(spsc_peek(ring));
    cr_assert_eq(spsc_free_cells(ring), 8);
    free(ring);
}

Test(spsc, keeps_order_over_many_laps_at_every_fill) {
    struct spsc *ring = ring_make(4, 8);
    uint64_t in = 0;
    uint64_t out = 0;
    for (uint32_t fill = 1; fill <= 4; fill++) {
        for (int lap = 0; lap < 1001; lap++) {
            for (uint32_t i = 0; i < fill; i++) {
                put(ring, in++);
            }
            cr_assert_eq(spsc_free_cells(ring), 4 - fill);
            for (uint32_t i = 0; i < fill; i++) {
                take(ring, out++);
            }
        }
    }
    cr_assert_eq(in, out);
    free(ring);
}

Test(spsc, cells_do_not_overlap) {
    static const uint32_t sizes[] = {1, 55, 56, 57, 120, 4096};
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct spsc *ring = ring_make(4, sizes[s]);
        for (int i = 0; i < 4; i++) {
            void *cell = spsc_reserve(ring);
            cr_assert_eq((uintptr_t)cell % 8, 0);
            memset(cell, 'a' + i, sizes[s]);
            spsc_publish(ring);
        }
        for (int i = 0; i < 4; i++) {
            const char *cell = spsc_peek(ring);
            for (uint32_t k = 0; k < sizes[s]; k++) {
                cr_assert_eq(cell[k], 'a' + i);
            }
            spsc_release(ring);
        }
        free(ring);
    }
}

static void publish_into_full(void *ring) {
    spsc_publish(ring);
}

static void release_from_empty(void *ring) {
    spsc_release(ring);
}

Test(spsc, publishing_or_releasing_out_of_turn_is_our_bug, .disabled = DCHECK_IS_OFF) {
    struct spsc *ring = ring_make(2, 8);
    cr_assert(dies_saying(release_from_empty, ring, "check failed"));
    put(ring, 1);
    put(ring, 2);
    cr_assert(dies_saying(publish_into_full, ring, "check failed"));
    free(ring);
}
