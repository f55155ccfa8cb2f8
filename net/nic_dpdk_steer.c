#include "net/nic_dpdk.h"
#include "net/nic_dpdk_internal.h"

#include <rte_errno.h>
#include <rte_flow.h>

static struct rte_flow *install(uint16_t port, uint16_t queue, struct ipv4_address address,
                                struct nic_dpdk_block block, struct rte_flow_error *error) {
    const struct rte_flow_attr attributes = {.ingress = 1};
    const struct rte_flow_item_ipv4 ip = {.hdr.dst_addr = rte_cpu_to_be_32(address.value)};
    const struct rte_flow_item_ipv4 ip_mask = {.hdr.dst_addr = RTE_BE32(UINT32_MAX)};
    const struct rte_flow_item_tcp tcp = {.hdr.dst_port = rte_cpu_to_be_16(block.port)};
    const struct rte_flow_item_tcp tcp_mask = {.hdr.dst_port =
                                                   rte_cpu_to_be_16((uint16_t)-block.ports)};
    const struct rte_flow_item pattern[] = {
        {.type = RTE_FLOW_ITEM_TYPE_ETH},
        {.type = RTE_FLOW_ITEM_TYPE_IPV4, .spec = &ip, .mask = &ip_mask},
        {.type = RTE_FLOW_ITEM_TYPE_TCP, .spec = &tcp, .mask = &tcp_mask},
        {.type = RTE_FLOW_ITEM_TYPE_END},
    };
    const struct rte_flow_action_queue to = {.index = queue};
    const struct rte_flow_action actions[] = {
        {.type = RTE_FLOW_ACTION_TYPE_QUEUE, .conf = &to},
        {.type = RTE_FLOW_ACTION_TYPE_END},
    };
    if (rte_flow_validate(port, &attributes, pattern, actions, error) != 0) {
        return NULL;
    }
    return rte_flow_create(port, &attributes, pattern, actions, error);
}

bool nic_dpdk_steer(struct nic_dpdk *dpdk, uint16_t queue, struct ipv4_address address,
                    uint16_t first_port, uint16_t last_port, struct nic_dpdk_error *error) {
    CHECK(queue < dpdk->queue_count && first_port <= last_port);
    struct rte_flow *rules[NIC_DPDK_STEERINGS_MAX];
    uint32_t count = 0;
    /* No range needs more blocks than 2 * 16 - 2. */
    for (uint32_t port = first_port; port <= last_port;) {
        struct rte_flow_error reason = {.message = NULL};
        struct nic_dpdk_block block = nic_dpdk_next_block(port, last_port);
        rules[count] = install(dpdk->port, queue, address, block, &reason);
        if (rules[count] == NULL) {
            const char *why = reason.message != NULL ? reason.message : rte_strerror(rte_errno);
            while (count > 0) {
                (void)rte_flow_destroy(dpdk->port, rules[--count], &reason);
            }
            return nic_dpdk_fail(error,
                                 "device \"%s\": cannot steer ports %u to %u to queue %u: %s",
                                 dpdk->device.arguments, first_port, last_port, queue, why);
        }
        count++;
        port += block.ports;
    }
    dpdk->summary.steering = NIC_DPDK_STEERING_RULES;
    dpdk->summary.steering_rules += count;
    return true;
}
