#include "core/base/spsc.h"

#include "core/base/bits.h"

#define CELLS_MAX (UINT32_C(1) << 24)
#define CELL_BYTES_MAX 4096

struct slot {
    _Atomic uint64_t sequence;
    char payload[];
};

/* Three lines: what neither side writes, the producer's own, the consumer's own. */
struct spsc {
    _Alignas(CACHE_LINE) char *slots;
    uint64_t mask;
    uint64_t stride;

    _Alignas(CACHE_LINE) uint64_t filled;
    _Alignas(
        CACHE_LINE) _Atomic uint64_t drained; /* read by the producer in spsc_free_cells only */
};

static size_t slot_stride(struct spsc_limits limits) {
    size_t bytes = sizeof(struct slot) + limits.cell_bytes;
    return bits_whole_lines(bytes);
}

size_t spsc_footprint(struct spsc_limits limits) {
    bool power_of_two = (limits.cells & (limits.cells - 1)) == 0;
    if (limits.cells < 2 || limits.cells > CELLS_MAX || !power_of_two) {
        return 0;
    }
    if (limits.cell_bytes == 0 || limits.cell_bytes > CELL_BYTES_MAX) {
        return 0;
    }
    return sizeof(struct spsc) + limits.cells * slot_stride(limits);
}

static struct slot *slot_at(const struct spsc *ring, uint64_t position) {
    /* Every slot starts a cache line; the cast only says so. */
    return (struct slot *)(void *)(ring->slots + (position & ring->mask) * ring->stride);
}

struct spsc *spsc_init(void *mem, struct spsc_limits limits) {
    CHECK(spsc_footprint(limits) != 0);
    CHECK(((uintptr_t)mem & (CACHE_LINE - 1)) == 0);
    struct spsc *ring = mem;
    ring->slots = (char *)mem + sizeof(struct spsc);
    ring->mask = limits.cells - 1;
    ring->stride = slot_stride(limits);
    ring->filled = 0;
    atomic_init(&ring->drained, 0);
    for (uint64_t i = 0; i < limits.cells; i++) {
        atomic_init(&slot_at(ring, i)->sequence, i);
    }
    return ring;
}

void *spsc_reserve(struct spsc *ring) {
    struct slot *slot = slot_at(ring, ring->filled);
    /* P2, pairs with C2: the consumer is done reading before the cell is written again. */
    uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    return sequence == ring->filled ? slot->payload : NULL;
}

void spsc_publish(struct spsc *ring) {
    struct slot *slot = slot_at(ring, ring->filled);
    DCHECK(atomic_load_explicit(&slot->sequence, memory_order_relaxed) == ring->filled);
    ring->filled++;
    /* P1, pairs with C1: the payload is complete before the slot is the consumer's. */
    atomic_store_explicit(&slot->sequence, ring->filled, memory_order_release);
}

uint32_t spsc_free_cells(const struct spsc *ring) {
    /* P3, pairs with C3: every cell counted free here is one that spsc_reserve will give. */
    uint64_t drained = atomic_load_explicit(&ring->drained, memory_order_acquire);
    /* The count trails C2, so a cell can be refilled before its release is counted: one too many.
     */
    uint64_t held = ring->filled - drained;
    return held > ring->mask ? 0 : (uint32_t)(ring->mask + 1 - held);
}

void *spsc_peek(struct spsc *ring) {
    uint64_t position = atomic_load_explicit(&ring->drained, memory_order_relaxed);
    struct slot *slot = slot_at(ring, position);
    /* C1, pairs with P1. */
    uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    return sequence == position + 1 ? slot->payload : NULL;
}

void spsc_release(struct spsc *ring) {
    uint64_t position = atomic_load_explicit(&ring->drained, memory_order_relaxed);
    struct slot *slot = slot_at(ring, position);
    DCHECK(atomic_load_explicit(&slot->sequence, memory_order_relaxed) == position + 1);
    /* C2, pairs with P2. */
    atomic_store_explicit(&slot->sequence, position + ring->mask + 1, memory_order_release);
    /* C3, pairs with P3: after C2, so that a counted cell is a free one. */
    atomic_store_explicit(&ring->drained, position + 1, memory_order_release);
}

uint32_t spsc_capacity(const struct spsc *ring) {
    return (uint32_t)(ring->mask + 1);
}
