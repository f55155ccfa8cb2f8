/* What transport_dpdk.c and transport_dpdk_open.c share: streams of our own TCP over NIC queues. */
#ifndef TERCEL_CORE_APP_TRANSPORT_DPDK_H
#define TERCEL_CORE_APP_TRANSPORT_DPDK_H

#include <stdatomic.h>

#include "core/app/transport.h"
#include "net/nic_dpdk.h"
#include "net/stack.h"

struct transport_dpdk {
    struct transport transport;
    const struct config *config;
    struct stack *stack;
    struct nic_dpdk_device devices[CONFIG_PORTS_MAX];
    struct nic_dpdk *ports[CONFIG_PORTS_MAX];
    uint32_t port_count;                     /* opened */
    uint32_t packets_free[CONFIG_PORTS_MAX]; /* of both pools, before the first turn */
    bool environment;                        /* DPDK is started */
    bool joined;                             /* the worker's thread is known to DPDK */
    bool closed;
    uint64_t turns;
    atomic_bool woken; /* set by anyone, release; taken by a worker about to sleep, acquire */
};

extern const struct transport_ops transport_dpdk_ops;

/* Both pools of a port: what is in nobody's hands. */
uint32_t transport_dpdk_packets_free(struct transport_dpdk *dpdk, uint32_t port);

#endif
