/*
 * One mapping, placed by name, then sealed.
 *
 * `plan` adds footprints up, somebody maps the memory, the arena hands it out in order before the
 * workers start. After arena_seal nothing can be placed: a late placement is our bug and stops the
 * process. Not thread-safe: one cold thread places.
 */
#ifndef TERCEL_CORE_BASE_ARENA_H
#define TERCEL_CORE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/bits.h"

#define ARENA_PLACES_MAX 512
#define ARENA_NAME_MAX 47

struct arena_place {
    char name[ARENA_NAME_MAX + 1];
    size_t offset;
    size_t bytes;
};

struct arena {
    char *base;
    size_t size;
    size_t used;
    bool sealed;
    uint32_t place_count;
    struct arena_place places[ARENA_PLACES_MAX];
};

/* Takes [mem, mem + size); `mem` is aligned to 4096 and zeroed, and outlives the arena. */
void arena_init(struct arena *arena, void *mem, size_t size);

/*
 * Zeroed room for `bytes` (> 0), aligned to `align` (a power of two <= 4096), that shares no cache
 * line with another place. A name longer than ARENA_NAME_MAX is cut. Stops the process when sealed,
 * full, or out of places: the plan was wrong.
 */
void *arena_take(struct arena *arena, const char *name, size_t bytes, size_t align);

/*
 * What arena_take consumes for `bytes` at any alignment <= CACHE_LINE, exactly: for plans. SIZE_MAX
 * when it does not fit. A larger alignment consumes up to `align` - CACHE_LINE more.
 */
size_t arena_cost(size_t bytes);

void arena_seal(struct arena *arena);

/* One line a place: offset, bytes, name; then a total. */
void arena_print(const struct arena *arena, FILE *out);

#endif
