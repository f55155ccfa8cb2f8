/*
 * A queue pair of a network port, as the stack sees it: bursts of frames in, frames out, two pools.
 *
 * Implementations: nic_dpdk.c (any DPDK device), nic_sim.c (a simulated link). Received packets
 * come from the pool of the receive side; packets to send are taken from the transmit pool, whose
 * last `control` part is kept for segments without new data, so that neither a flood nor a slow
 * peer can mute the stack. Nothing blocks, nothing allocates. A NIC belongs to one thread.
 */
#ifndef TERCEL_NET_NIC_H
#define TERCEL_NET_NIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/instant.h"
#include "net/packet.h"
#include "net/wire/ethernet.h"

#define NIC_BURST_MAX 64

enum nic_purpose {
    NIC_DATA = 0, /* new data: may not use the reserve */
    NIC_CONTROL   /* ACK, RST, SYN, retransmission, probe, ARP, ICMP: may use the reserve */
};

struct nic_counters {
    uint64_t received; /* packets */
    uint64_t received_bytes;
    uint64_t sent;
    uint64_t sent_bytes;
    uint64_t missed;         /* lost at the NIC because its ring was full */
    uint64_t receive_errors; /* lost for errors, or for want of a buffer */
    uint64_t send_errors;
    uint64_t send_refusals; /* nic_send took fewer than it was given */
    uint64_t take_failures; /* nic_take found nothing */
    uint32_t receive_pool_free;
    uint32_t send_pool_free;
    bool link_up;
};

struct nic;

struct nic_ops {
    uint32_t (*receive)(struct nic *nic, struct now now, struct packet **packets, uint32_t max);
    uint32_t (*send)(struct nic *nic, struct now now, struct packet **packets, uint32_t count);
    struct packet *(*take)(struct nic *nic, enum nic_purpose purpose);
    void (*give)(struct nic *nic, struct packet *packet);
    bool (*has_let_go)(const struct nic *nic, const struct packet *packet);
    void (*reap)(struct nic *nic);
    struct nic_counters (*counters)(struct nic *nic);
};

/* Embedded first in every implementation's own struct; constant after start, but for the link. */
struct nic {
    const struct nic_ops *ops;
    struct ethernet_address address;
    uint32_t mtu; /* of IP datagrams */
    uint32_t
        payload_bytes_max; /* a packet taken for sending has room for so much behind its headroom */
    bool checksum_offload; /* packet.offload may be set */
    uint16_t index;        /* of the stack's port; set by the stack */
    atomic_bool link_down; /* nothing leaves; written by who looks at the link, when it changes */
};

/* Any thread. */
static inline bool nic_link_is_up(const struct nic *nic) {
    /* Relaxed: it says nothing of other memory, and a frame more or less into a dead link is all
     * the same. */
    return !atomic_load_explicit(&nic->link_down, memory_order_relaxed);
}

/* For implementations. */
static inline void nic_set_link(struct nic *nic, bool up) {
    if (nic_link_is_up(nic) != up) {
        atomic_store_explicit(&nic->link_down, !up, memory_order_relaxed);
    }
}

/* Up to `max` (<= NIC_BURST_MAX) received frames, which are the caller's from now on. */
static inline uint32_t nic_receive(struct nic *nic, struct now now, struct packet **packets,
                                   uint32_t max) {
    return nic->ops->receive(nic, now, packets, max);
}

/*
 * Sends the first of `packets` in order; returns how many: fewer than `count` when the ring is full
 * or the link is down. Those not taken remain the caller's, as those `kept`.
 */
static inline uint32_t nic_send(struct nic *nic, struct now now, struct packet **packets,
                                uint32_t count) {
    return nic->ops->send(nic, now, packets, count);
}

/* An empty packet to send: data_offset PACKET_HEADROOM_BYTES, data_bytes 0, flags and shares
 * cleared. NULL when there is none for the purpose. */
static inline struct packet *nic_take(struct nic *nic, enum nic_purpose purpose) {
    return nic->ops->take(nic, purpose);
}

/* The owner is done with it, received or taken. */
static inline void nic_give(struct packet *packet) {
    packet->nic->ops->give(packet->nic, packet);
}

/* Whether the NIC is done with a packet that was sent `kept`. */
static inline bool nic_has_let_go(const struct packet *packet) {
    return packet->nic->ops->has_let_go(packet->nic, packet);
}

/* Takes back buffers of frames that were sent: to be called when a turn had nothing to send. */
static inline void nic_reap(struct nic *nic) {
    nic->ops->reap(nic);
}

/* Cold. */
static inline struct nic_counters nic_counters(struct nic *nic) {
    return nic->ops->counters(nic);
}

#endif
