/*
 * A simulated NIC: the same functions as a real one, over frames a test carries by hand.
 *
 * Each NIC has its own two pools, in memory of the caller, and a ring of frames that were sent. Who
 * drives the simulation takes a sent frame (a view), and puts frames in for the NIC to receive;
 * links with loss, delay and the rest are built above (net/link_sim.h). Nothing happens by itself.
 *
 * A sent packet is the NIC's until nic_sim_drop_sent, as a real NIC's is until its descriptor is
 * done: a stack that writes to it meanwhile is found out, since the frame is compared with a
 * checksum made when it was sent (CHECK).
 *
 * One thread. No allocation after init.
 */
#ifndef TERCEL_NET_NIC_SIM_H
#define TERCEL_NET_NIC_SIM_H

#include "core/base/bytes.h"
#include "net/nic.h"

struct nic_sim_limits {
    uint32_t receive_packets; /* of the receive pool, and of the ring of frames to be received */
    uint32_t send_packets;    /* of the transmit pool */
    uint32_t control_packets; /* of those, kept for NIC_CONTROL */
    uint32_t send_ring;       /* frames sent and not yet dropped; more: nic_send takes fewer */
    uint32_t buffer_bytes;    /* of a packet, headroom included */
};

struct nic_sim;

size_t nic_sim_footprint(const struct nic_sim_limits *limits);
/* `mem` is aligned to 64. MTU 1500, address as given, no offload. */
struct nic_sim *nic_sim_init(void *mem, const struct nic_sim_limits *limits,
                             const struct ethernet_address *address);
struct nic *nic_sim_nic(struct nic_sim *sim);

/* The oldest frame that was sent; empty when there is none. Holds until nic_sim_drop_sent. */
struct bytes nic_sim_sent(const struct nic_sim *sim);
/* When that frame was sent. */
struct instant nic_sim_sent_at(const struct nic_sim *sim);
/* The sent frame that has `skip` others before it, and when it was sent; empty when there is none.
 * Holds until the next such call. */
struct bytes nic_sim_sent_behind(const struct nic_sim *sim, uint32_t skip, struct instant *at);
/* The oldest sent frame has left: its packet is free, or its owner's alone. */
void nic_sim_drop_sent(struct nic_sim *sim);

/* A frame arrives, copied into a packet; false when the pool or the ring has no room, or it is
 * longer than a packet: lost, and counted as missed. */
bool nic_sim_put(struct nic_sim *sim, struct bytes frame);

/* For tests: what nic_take and nic_send refuse from now on. */
void nic_sim_refuse_take(struct nic_sim *sim, bool data, bool control);
/* Of the packets taken for data from now on, lets `skip` pass and refuses the next `count`. */
void nic_sim_refuse_takes(struct nic_sim *sim, uint32_t skip, uint32_t count);
void nic_sim_refuse_send(struct nic_sim *sim, bool refuse);
void nic_sim_set_link(struct nic_sim *sim, bool up);
/* The next frames received say this about their checksums. Default PACKET_UNKNOWN. */
void nic_sim_verdict(struct nic_sim *sim, enum packet_verdict ip, enum packet_verdict l4);
/* The NIC takes packets with `offload` set, and fills their checksums in when they are sent. */
void nic_sim_offload(struct nic_sim *sim, bool offload);

#endif
