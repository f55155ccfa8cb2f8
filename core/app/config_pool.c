#include "core/app/config_pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

#define BLOCK_BYTES ((size_t)64 * 1024)

struct block {
    struct block *older;
    size_t used;
    size_t size;
    alignas(max_align_t) char room[];
};

struct config_pool {
    struct block *newest;
};

static void add_block(struct config_pool *pool, size_t size) {
    struct block *block = calloc(1, sizeof(*block) + size);
    CHECK(block != NULL);
    block->older = pool->newest;
    block->size = size;
    pool->newest = block;
}

struct config_pool *config_pool_new(void) {
    struct config_pool *pool = calloc(1, sizeof(*pool));
    CHECK(pool != NULL);
    add_block(pool, BLOCK_BYTES);
    return pool;
}

void config_pool_free(struct config_pool *pool) {
    if (pool == NULL) {
        return;
    }
    struct block *block = pool->newest;
    while (block != NULL) {
        struct block *older = block->older;
        free(block);
        block = older;
    }
    free(pool);
}

void *config_pool_take(struct config_pool *pool, size_t bytes) {
    CHECK(bytes <= SIZE_MAX / 2);
    size_t rounded = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (rounded > pool->newest->size - pool->newest->used) {
        add_block(pool, rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES);
    }
    void *taken = pool->newest->room + pool->newest->used;
    pool->newest->used += rounded;
    return taken;
}

char *config_pool_string(struct config_pool *pool, struct bytes text) {
    char *copy = config_pool_take(pool, text.len + 1);
    if (text.len > 0) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}
