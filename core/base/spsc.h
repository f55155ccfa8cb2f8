/*
 * A single-producer single-consumer ring of fixed-size cells with a sequence per slot.
 *
 * One thread produces, one consumes; neither ever waits. A slot's sequence tells both sides whose
 * it is, so a message of at most 56 bytes moves one cache line, and no shared head or tail is read
 * to pass it; spsc_free_cells alone reads what the consumer counts. Capacity is a power of two.
 * What happens when the ring is full is its owner's policy, stated where the ring is declared: the
 * ring only says so.
 *
 *   slot.sequence == position              free, the producer may fill it
 *   slot.sequence == position + 1          full, the consumer may read it
 *   slot.sequence == position + capacity   free again, for the next lap
 *
 * Memory order: the producer's release store of the sequence (P1) pairs with the consumer's acquire
 * load (C1); the consumer's release store (C2) pairs with the producer's acquire load (P2). The
 * consumer's count of drained cells (C3, release) pairs with spsc_free_cells (P3, acquire).
 */
#ifndef TERCEL_CORE_BASE_SPSC_H
#define TERCEL_CORE_BASE_SPSC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/check.h"

struct spsc_limits {
    uint32_t cells;      /* capacity: a power of two, 2 .. 2^24 */
    uint32_t cell_bytes; /* payload of a cell, 1 .. 4096 */
};

struct spsc;

/* Bytes that spsc_init needs, a multiple of CACHE_LINE; 0 for impossible limits. */
size_t spsc_footprint(struct spsc_limits limits);

/* `mem` is CACHE_LINE-aligned and outlives the ring. Before either side uses it. */
struct spsc *spsc_init(void *mem, struct spsc_limits limits);

/*
 * Producer: the next free cell's payload, aligned to 8, or NULL when the ring is full. Repeatable:
 * until spsc_publish it gives the same cell. It holds what an earlier lap left there.
 */
void *spsc_reserve(struct spsc *ring);
/* Producer: publishes the cell that spsc_reserve gave; the payload may not be touched any more. */
void spsc_publish(struct spsc *ring);
/*
 * Producer: cells it may fill for certain; a cell being released right now may be missing. The
 * consumer can only raise it. Costs a read of the consumer's cache line, so ask once a turn rather
 * than once a message.
 */
uint32_t spsc_free_cells(const struct spsc *ring);

/* Consumer: the oldest full cell's payload, aligned to 8, or NULL when the ring is empty.
 * Repeatable. Until it is released the cell is the consumer's, to wipe for one. */
void *spsc_peek(struct spsc *ring);
/* Consumer: gives the cell that spsc_peek gave back to the producer. */
void spsc_release(struct spsc *ring);

uint32_t spsc_capacity(const struct spsc *ring);

#endif
