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
    bool link_down[CONFIG_PORTS_MAX];        /* as was told */
    bool environment;                        /* DPDK is started */
    bool joined;                             /* the worker's thread is known to DPDK */
    bool closed;
    uint64_t turns;
    atomic_bool woken; /* set by anyone, release; taken by a worker about to sleep, acquire */
};

extern const struct transport_ops transport_dpdk_ops;

/* A yielding worker looks at its queues so often: nothing wakes it when a frame arrives. */
#define TRANSPORT_DPDK_NAP_NS (50 * NS_PER_US)

/* How long it sleeps after a turn that received nothing, up to what is due next. What is due
 * already waits for the NIC, whose link may be down for hours: that is no reason to stay awake. */
static inline int64_t transport_dpdk_nap_ns(struct instant due, struct instant now,
                                            int64_t wait_ns) {
    int64_t ns = wait_ns < TRANSPORT_DPDK_NAP_NS ? wait_ns : TRANSPORT_DPDK_NAP_NS;
    bool sooner = !instant_reached(now, due) && instant_since(due, now).ns < ns;
    return sooner ? instant_since(due, now).ns : ns;
}

/* True: `news` tells that the port's link is not as was told last. */
bool transport_dpdk_tell_link(struct transport_dpdk *dpdk, uint32_t port, bool up,
                              char news[TRANSPORT_NEWS_BYTES]);

/* Both pools of a port: what is in nobody's hands. */
uint32_t transport_dpdk_packets_free(struct transport_dpdk *dpdk, uint32_t port);

#endif
