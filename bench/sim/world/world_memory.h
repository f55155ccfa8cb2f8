/*
 * The memory of worlds, one after the other: a block that a world is done with is the next one's
 * that asks for as many bytes. What a world asks for hardly differs from one to the next, and the
 * kernel's pages are had once.
 *
 * Each block is the heap's, so that sanitizers see what runs over. One thread.
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_MEMORY_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_BLOCKS_MAX 256

struct world_memory {
    uint32_t count;
    struct {
        void *data;
        size_t bytes;
        bool taken;
    } blocks[WORLD_BLOCKS_MAX];
};

/* Zeroed, aligned to 64, until world_memory_give_all. */
void *world_memory_take(struct world_memory *memory, size_t bytes);
void world_memory_give_all(struct world_memory *memory);
/* Back to the heap. */
void world_memory_free(struct world_memory *memory);

#endif
