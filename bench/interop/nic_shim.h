/*
 * A NIC around another: what a frame may meet on its way, by chance from a seed, in either
 * direction: it is lost, comes twice, comes later than those behind it, has a bit turned.
 *
 * It is transparent else: packets are the inner NIC's, and go back there. A frame that is not
 * passed on as it is becomes a copy, so what its owner keeps is never written to.
 *
 * One thread, that of the inner NIC. No allocation.
 */
#ifndef TERCEL_BENCH_INTEROP_NIC_SHIM_H
#define TERCEL_BENCH_INTEROP_NIC_SHIM_H

#include "core/base/prng.h"
#include "net/nic.h"

/* Frames that are late, at once, in each direction; more are not made late. */
#define NIC_SHIM_LATE_MAX 64

enum nic_shim_direction { NIC_SHIM_OUT = 0, NIC_SHIM_IN, NIC_SHIM_DIRECTIONS };

/* Shares are of a million frames. All 0: nothing happens to any. */
struct nic_shim_way {
    uint32_t loss_ppm;
    uint32_t duplicate_ppm;
    uint32_t reorder_ppm;
    uint32_t corrupt_ppm;
    struct duration late_by; /* of those that others overtake */
};

struct nic_shim_counters {
    uint64_t frames, lost, duplicated, reordered, corrupted;
};

struct nic_shim_late {
    struct packet *packet;
    struct instant until;
};

struct nic_shim {
    struct nic nic;
    struct nic *inner;
    struct prng prng;
    struct nic_shim_way ways[NIC_SHIM_DIRECTIONS];
    struct nic_shim_counters counters[NIC_SHIM_DIRECTIONS];
    struct nic_shim_late late[NIC_SHIM_DIRECTIONS][NIC_SHIM_LATE_MAX]; /* earliest first */
    uint32_t late_count[NIC_SHIM_DIRECTIONS];
    bool drops_next_data;
};

/* `inner` outlives it. */
void nic_shim_init(struct nic_shim *shim, struct nic *inner, uint64_t seed);
void nic_shim_set(struct nic_shim *shim, enum nic_shim_direction direction,
                  const struct nic_shim_way *way);

/* The next frame sent that carries bytes of a TCP stream is lost. */
void nic_shim_drop_next_data(struct nic_shim *shim);

/* Gives back what is late. */
void nic_shim_fini(struct nic_shim *shim);

#endif
