/*
 * Shared by the files of net/nic_dpdk*.c alone. A queue pair is a struct nic; a port owns its
 * queues. DPDK's own types are only named here, so that this compiles without it.
 */
#ifndef TERCEL_NET_NIC_DPDK_INTERNAL_H
#define TERCEL_NET_NIC_DPDK_INTERNAL_H

#include "net/nic.h"
#include "net/nic_dpdk.h"

struct rte_mempool;

/* Written by the queue's thread alone; nic_counters may be asked on another one. */
struct nic_dpdk_counts {
    uint64_t received;
    uint64_t received_bytes;
    uint64_t receive_errors;
    uint64_t sent;
    uint64_t sent_bytes;
    uint64_t send_errors;
    uint64_t send_refusals;
    uint64_t take_failures;
};

struct nic_dpdk_queue {
    struct nic nic;
    struct nic_dpdk *owner;
    uint16_t port;
    uint16_t queue;
    bool ip_verdicts; /* the NIC was asked to check, so what it says counts */
    bool l4_verdicts;
    bool cleans_up; /* rte_eth_tx_done_cleanup is there */
    struct rte_mempool *receive_pool;
    struct rte_mempool *data_pool;
    struct rte_mempool *control_pool;
    struct nic_dpdk_counts counts;
};

struct nic_dpdk {
    struct nic_dpdk_summary summary;
    struct nic_dpdk_device device;
    uint16_t port;
    uint16_t queue_count;
    bool has_queues; /* of the device: it may use the packets */
    bool started;
    int link_socket; /* for an interface whose driver does not follow its link; -1: none */
    _Alignas(64) struct nic_dpdk_queue queues[];
};

extern const struct nic_ops nic_dpdk_ops;

/* nic_dpdk_pool.c. */

/* Every packet touched and set up. False with a message. */
bool nic_dpdk_make_pools(struct nic_dpdk_queue *queue, const struct nic_dpdk_setup *setup, int node,
                         struct nic_dpdk_error *error) MUST_USE;
/* What this thread has at hand goes back, for others. */
void nic_dpdk_flush_pools(struct nic_dpdk_queue *queue);
/* No packet is with the device any more: all are wiped. */
void nic_dpdk_free_pools(struct nic_dpdk_queue *queue);
/* What the packets take. */
uint32_t nic_dpdk_packet_mib(const struct nic_dpdk_setup *setup);

/* Ports that agree in all bits but their last: what every device with rules can match. */
struct nic_dpdk_block {
    uint16_t port;
    uint32_t ports; /* a power of two, up to 32768, that `port` is a multiple of */
};

/* The largest that begins at `first` and does not go beyond `last`. */
static inline struct nic_dpdk_block nic_dpdk_next_block(uint32_t first, uint32_t last) {
    uint32_t ports = 1;
    while (ports < 32768 && first % (2 * ports) == 0 && first + 2 * ports - 1 <= last) {
        ports *= 2;
    }
    return (struct nic_dpdk_block){.port = (uint16_t)first, .ports = ports};
}

/* The DPDK port of a device that the environment was started with. */
bool nic_dpdk_find_port(const char *name, uint16_t *port) MUST_USE;

#endif
