/*
 * A single-producer single-consumer ring of fixed-size cells with a sequence per slot.
 *
 * One thread produces, one consumes; neither ever waits. A slot's sequence tells both sides whose
 * it is, so a message moves one cache line when the cell is small, and no shared head or tail is
 * read by both. Capacity is a power of two. What happens when the ring is full is its owner's
 * policy, stated where the ring is declared: the ring only says so.
 *
 *   slot.sequence == position              free, the producer may fill it
 *   slot.sequence == position + 1          full, the consumer may read it
 *   slot.sequence == position + capacity   free again, for the next lap
 *
 * Memory order: the producer's release store of the sequence (P1) pairs with the consumer's acquire
 * load (C1); the consumer's release store (C2) pairs with the producer's acquire load (P2).
 */
#ifndef TERCEL_CORE_BASE_SPSC_H
#define TERCEL_CORE_BASE_SPSC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

#define CACHE_LINE 64

struct spsc_limits {
    uint32_t cells;      /* capacity: a power of two, 2 .. 2^24 */
    uint32_t cell_bytes; /* payload of a cell, 1 .. 4096 */
};

struct spsc;

/* Bytes that spsc_init needs, a multiple of CACHE_LINE; 0 for impossible limits. */
size_t spsc_footprint(struct spsc_limits limits);

/* `mem` is CACHE_LINE-aligned and outlives the ring. Before either side uses it. */
struct spsc *spsc_init(void *mem, struct spsc_limits limits);

/* Producer: the next free cell's payload, or NULL when the ring is full. Repeatable. */
void *spsc_reserve(struct spsc *ring);
/* Producer: publishes the cell that spsc_reserve gave. */
void spsc_publish(struct spsc *ring);
/* Producer: cells it may still fill, exact for the producer, never less than the truth later. */
uint32_t spsc_free_cells(const struct spsc *ring);

/* Consumer: the oldest full cell's payload, or NULL when the ring is empty. Repeatable. */
const void *spsc_peek(struct spsc *ring);
/* Consumer: gives the cell that spsc_peek gave back to the producer. */
void spsc_release(struct spsc *ring);

uint32_t spsc_capacity(const struct spsc *ring);

#endif
