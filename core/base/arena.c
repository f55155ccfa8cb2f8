#include "core/base/arena.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"

#define ALIGN_MAX 4096

/* `value` rounded up to `align`, a power of two; SIZE_MAX when that does not fit. */
static size_t round_up(size_t value, size_t align) {
    return value > SIZE_MAX - (align - 1) ? SIZE_MAX : (value + align - 1) & ~(align - 1);
}

void arena_init(struct arena *arena, void *mem, size_t size) {
    CHECK(((uintptr_t)mem & (ALIGN_MAX - 1)) == 0);
    memset(arena, 0, sizeof(*arena));
    arena->base = mem;
    arena->size = size;
}

static void record_place(struct arena *arena, const char *name, size_t offset, size_t bytes) {
    CHECK(arena->place_count < ARENA_PLACES_MAX);
    struct arena_place *place = &arena->places[arena->place_count++];
    size_t length = strnlen(name, ARENA_NAME_MAX);
    memcpy(place->name, name, length);
    place->name[length] = '\0';
    place->offset = offset;
    place->bytes = bytes;
}

void *arena_take(struct arena *arena, const char *name, size_t bytes, size_t align) {
    CHECK(!arena->sealed);
    CHECK(bytes > 0);
    CHECK(align > 0 && align <= ALIGN_MAX && (align & (align - 1)) == 0);
    size_t offset = round_up(arena->used, align);
    CHECK(offset <= arena->size && bytes <= arena->size - offset);
    record_place(arena, name, offset, bytes);
    /* Whole lines, so that two places never share one. */
    arena->used = round_up(offset + bytes, CACHE_LINE);
    return arena->base + offset;
}

size_t arena_cost(size_t bytes) {
    return round_up(bytes, CACHE_LINE);
}

void arena_seal(struct arena *arena) {
    arena->sealed = true;
}

void arena_print(const struct arena *arena, FILE *out) {
    for (uint32_t i = 0; i < arena->place_count; i++) {
        const struct arena_place *place = &arena->places[i];
        fprintf(out, "%12zu %12zu  %s\n", place->offset, place->bytes, place->name);
    }
    fprintf(out, "%12zu of %zu bytes used, %" PRIu32 " places\n", arena->used, arena->size,
            arena->place_count);
}
