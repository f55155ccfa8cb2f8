/*
 * The queue pairs of a DPDK port, each a struct nic.
 *
 * A port is opened once, with as many queue pairs as there are users: one worker may poll several,
 * of several ports, and a port may serve several workers, one queue each. Packets lie in DPDK's
 * memory: of each queue pair one pool to receive and two to send, of which the second is the
 * reserve for control packets. All are filled, touched and handed over at start; nothing is
 * allocated afterwards.
 *
 * What the device cannot do is done in software or left out: checksums it does not check are
 * PACKET_UNKNOWN, and its nic takes no `offload`. A frame in several parts is put into one packet,
 * or counted as a receive error where it does not fit or is not as long as the driver says. A frame
 * that was passed on in the sender's own packet (net_ring does) is copied, so that a received
 * packet is always the receiver's.
 *
 * Frames to send that are shorter than 60 bytes are padded with zeros, but for those `kept`: behind
 * those the owner's bytes may lie, so the device pads them, as all hardware does.
 *
 * Threading: opened, closed and steered on the thread that started DPDK, before and after the
 * workers run. Each nic belongs to one thread. nic_dpdk_poll_link and nic_counters: any one thread,
 * a cold one best, since hardware drivers make system calls there.
 */
#ifndef TERCEL_NET_NIC_DPDK_H
#define TERCEL_NET_NIC_DPDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/check.h"
#include "net/nic.h"
#include "net/nic_dpdk_device.h"
#include "net/wire/ipv4.h"

#define NIC_DPDK_QUEUES_MAX 16
#define NIC_DPDK_STEERINGS_MAX 32

struct nic_dpdk_setup {
    const struct nic_dpdk_device *device;
    uint16_t queues;              /* pairs: 1 .. NIC_DPDK_QUEUES_MAX */
    uint16_t receive_descriptors; /* of each queue; adjusted to what the device has. 64 .. 8192 */
    uint16_t send_descriptors;    /* likewise */
    uint32_t receive_packets;     /* of each queue, for the stack: the device's are added */
    uint32_t send_packets;        /* of each queue, for data and for control */
    uint32_t control_packets;     /* more, of each queue, for control alone; >= NIC_BURST_MAX */
    uint32_t payload_bytes;       /* behind the headroom of a packet to send. 1500 .. 16000 */
    uint32_t mtu;                 /* of IP datagrams: 576 .. 9000 */
    int32_t numa_node;            /* of the packets, when the device has none of its own; or -1 */
};

/* Two queues' worth of sensible values: one queue, 1024 descriptors, MTU 1500. */
struct nic_dpdk_setup nic_dpdk_setup_default(const struct nic_dpdk_device *device);

/* What a port's packets take of DPDK's memory, drivers' own needs included generously: in MiB, for
 * nic_dpdk_eal_setup.memory_mib. */
uint32_t nic_dpdk_memory_mib(const struct nic_dpdk_setup *setup);

enum nic_dpdk_steering {
    NIC_DPDK_STEERING_NONE = 0, /* one queue gets everything, or the device chooses by hash */
    NIC_DPDK_STEERING_RULES     /* nic_dpdk_steer works */
};

/* What was found and chosen, for the start-up report. */
struct nic_dpdk_summary {
    char driver[NIC_DPDK_NAME_MAX + 1];
    struct ethernet_address address;
    uint32_t mtu;
    uint32_t mtu_max;  /* of the device */
    int32_t numa_node; /* -1: the device has none */
    uint16_t queues;
    uint16_t queues_max;
    uint16_t receive_descriptors;
    uint16_t send_descriptors;
    bool checks_ip; /* on receipt, by the device */
    bool checks_tcp;
    bool fills_checksums; /* on sending, by the device */
    bool gathers;         /* frames may come in several parts */
    bool spreads;         /* several queues by hash of addresses and ports */
    bool cleans_up;       /* sent packets are taken back on demand, not by the next burst only */
    enum nic_dpdk_steering steering;
    uint32_t steering_rules; /* that were installed */
    uint32_t packet_mib;     /* of all pools */
};

struct nic_dpdk;

/* 0 for an impossible setup. */
size_t nic_dpdk_footprint(const struct nic_dpdk_setup *setup);

/*
 * Configures and starts the port; `mem` is aligned to 64 and outlives it. NULL with a message: the
 * device was not given to nic_dpdk_eal_start, or cannot do what is asked, or DPDK's memory is too
 * small. Nothing of it is left then, and it may be opened again, unless the device itself failed
 * after it was configured: then it is closed for good.
 */
struct nic_dpdk *nic_dpdk_open(void *mem, const struct nic_dpdk_setup *setup,
                               struct nic_dpdk_error *error) MUST_USE;

/* 0 <= queue < setup.queues. */
struct nic *nic_dpdk_nic(struct nic_dpdk *dpdk, uint16_t queue);

const struct nic_dpdk_summary *nic_dpdk_summary(const struct nic_dpdk *dpdk);
/* In a few lines, each begun with the device's name. */
void nic_dpdk_print(const struct nic_dpdk *dpdk, FILE *out);

/*
 * TCP to this address and these ports (a whole range, first <= last) goes to the queue. False with
 * a message when the device has no such rules: then the port chooser must see to it, or there must
 * be one queue. A range may take several rules; either all are in or none.
 */
bool nic_dpdk_steer(struct nic_dpdk *dpdk, uint16_t queue, struct ipv4_address address,
                    uint16_t first_port, uint16_t last_port, struct nic_dpdk_error *error) MUST_USE;

/* Looks at the link and lets the queues know; whether it is up. To be called every 100 ms or so:
 * nobody else looks. While it is down, nic_send takes nothing. */
bool nic_dpdk_poll_link(struct nic_dpdk *dpdk);

/* Stops the port, wipes its packets and gives their memory back, but for that of a device which
 * does not stop: it may still write there. No packet of it may be used afterwards, nor the device.
 */
void nic_dpdk_close(struct nic_dpdk *dpdk);

#endif
