#include "bench/sim/world/world_memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "core/base/check.h"

static uint32_t some_block(const struct world_memory *memory, size_t bytes) {
    for (uint32_t i = 0; i < memory->count; i++) {
        if (!memory->blocks[i].taken && memory->blocks[i].bytes == bytes) {
            return i;
        }
    }
    return WORLD_BLOCKS_MAX;
}

void *world_memory_take(struct world_memory *memory, size_t bytes) {
    size_t whole = bits_whole_lines(bytes);
    uint32_t at = some_block(memory, whole);
    CHECK(bytes != 0);
    if (at == WORLD_BLOCKS_MAX) {
        CHECK(memory->count < WORLD_BLOCKS_MAX);
        at = memory->count++;
        memory->blocks[at].data = aligned_alloc(64, whole);
        memory->blocks[at].bytes = whole;
        CHECK(memory->blocks[at].data != NULL);
    }
    memory->blocks[at].taken = true;
    return memset(memory->blocks[at].data, 0, whole);
}

void world_memory_give_all(struct world_memory *memory) {
    for (uint32_t i = 0; i < memory->count; i++) {
        memory->blocks[i].taken = false;
    }
}

void world_memory_free(struct world_memory *memory) {
    for (uint32_t i = 0; i < memory->count; i++) {
        free(memory->blocks[i].data);
    }
    memory->count = 0;
}
