/*
 * A simulated link between two simulated NICs, in virtual time: what a frame may meet on its way.
 *
 * Each direction has its own conditions, which may change at any time, and its own random numbers:
 * as many are drawn for every frame whatever the conditions, so the same seed and the same frames
 * give the same fates, and a test that turns one knob does not shuffle the others. Who drives the
 * simulation calls link_sim_turn after every turn of the stacks, and goes on to the earliest
 * deadline of all.
 *
 * What it is not: a switch, or a router. It reads nothing of a frame but its length.
 *
 * Bounded: frames_max frames are on their way at once; what is beyond that is lost, and counted.
 * One thread. No allocation after init.
 */
#ifndef TERCEL_NET_LINK_SIM_H
#define TERCEL_NET_LINK_SIM_H

#include "net/nic_sim.h"

enum link_sim_direction { LINK_SIM_A_TO_B = 0, LINK_SIM_B_TO_A };

#define LINK_SIM_PPM 1000000

/* Conditions of a direction. All 0: every frame arrives at once. Shares are of a million frames. */
struct link_sim_way {
    struct duration delay;
    struct duration jitter;        /* up to so much more for each frame; it keeps their order */
    struct duration reorder_delay; /* of a frame that others overtake */
    struct duration completion;    /* how long the NIC keeps a frame it has sent */
    struct duration queue_max; /* with a bandwidth: what would wait longer is lost; 0: nothing */
    uint64_t bits_per_second;  /* 0: frames take no time */
    uint32_t mtu;              /* longer IP datagrams are lost without a word; 0: none are */
    uint32_t loss_ppm;
    uint32_t burst_begin_ppm; /* from such a frame on, it included, all are lost, */
    uint32_t burst_end_ppm;   /* until before such a frame */
    uint32_t duplicate_ppm;
    uint32_t reorder_ppm;
    uint32_t corrupt_ppm; /* one bit is turned; not of ARP, which has no checksum but the FCS */
    bool blackhole;       /* everything is lost */
};

struct link_sim_counters {
    uint64_t sent; /* by the NIC; each is lost, or arrives, perhaps twice */
    uint64_t arrived;
    uint64_t lost; /* by chance, in bursts and in the blackhole */
    uint64_t queue_lost, mtu_lost, overflow_lost;
    uint64_t missed; /* arrived at a NIC that had no room, or was down */
    uint64_t duplicated, reordered, corrupted;
};

struct link_sim_limits {
    uint32_t frames_max; /* on their way at once, both directions; 1 .. 2^20 */
    uint32_t frame_bytes_max;
};

/* Sees every frame as it leaves the sender, before its fate. For captures. */
typedef void link_sim_watcher(void *context, enum link_sim_direction direction, struct instant at,
                              struct bytes frame);

struct link_sim;

/* 0 for impossible limits. */
size_t link_sim_footprint(const struct link_sim_limits *limits);
/* `mem` is aligned to 64; memory and NICs outlive it. */
struct link_sim *link_sim_init(void *mem, const struct link_sim_limits *limits, uint64_t seed,
                               struct nic_sim *a, struct nic_sim *b);

/* For frames sent from now on; those on their way go on. */
void link_sim_set(struct link_sim *link, enum link_sim_direction direction,
                  const struct link_sim_way *way);
void link_sim_watch(struct link_sim *link, link_sim_watcher *watcher, void *context);

/* Takes what the NICs have sent, and brings what has arrived by now. Returns how many frames. */
uint32_t link_sim_turn(struct link_sim *link, struct now now);
/* When the next frame arrives or the next is completed; INSTANT_NEVER: nothing is on its way. */
struct instant link_sim_deadline(const struct link_sim *link);
/* Frames on their way. */
uint32_t link_sim_in_flight(const struct link_sim *link);

const struct link_sim_counters *link_sim_counters(const struct link_sim *link,
                                                  enum link_sim_direction direction);

#endif
