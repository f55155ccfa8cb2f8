#include "net/stack_internal.h"

static uint32_t prefix_mask(uint8_t bits) {
    return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

static bool is_within(struct ipv4_address address, struct ipv4_address network, uint8_t bits) {
    return ((address.value ^ network.value) & prefix_mask(bits)) == 0;
}

uint32_t stack_port_of(const struct stack *stack, struct ipv4_address local) {
    for (uint32_t i = 0; i < stack->port_count; i++) {
        if (ipv4_address_equal(stack->ports[i].port.address, local)) {
            return i;
        }
    }
    return STACK_PORTS_MAX;
}

/* All bits of the host part 0 or 1: a broadcast, unless the network has only two addresses (RFC
 * 3021) or one. */
static bool is_broadcast(const struct stack_port *port, struct ipv4_address address) {
    if (port->prefix_bits >= 31 || !is_within(address, port->address, port->prefix_bits)) {
        return false;
    }
    uint32_t host = address.value & ~prefix_mask(port->prefix_bits);
    return host == 0 || host == ~prefix_mask(port->prefix_bits);
}

bool stack_is_no_host(const struct stack *stack, const struct stack_port *port,
                      struct ipv4_address address) {
    return ipv4_address_is_martian(address) || is_broadcast(port, address) ||
           stack_port_of(stack, address) != STACK_PORTS_MAX;
}

bool stack_next_hop(const struct stack_port *port, struct ipv4_address remote,
                    struct ipv4_address *hop) {
    int longest = -1;
    if (is_within(remote, port->address, port->prefix_bits)) {
        longest = port->prefix_bits;
        *hop = remote;
    }
    for (uint32_t i = 0; i < port->route_count; i++) {
        const struct stack_route *route = &port->routes[i];
        const struct tcp_network *network = &route->network;
        if (network->prefix_bits > longest &&
            is_within(remote, network->address, network->prefix_bits)) {
            longest = network->prefix_bits;
            *hop = route->gateway;
        }
    }
    if (longest < 0 && port->gateway.value != 0) {
        longest = 0;
        *hop = port->gateway;
    }
    return longest >= 0;
}

enum tcp_route stack_route_to(void *context, struct now now, struct ipv4_address local,
                              struct ipv4_address remote, struct tcp_path *path) {
    struct stack *stack = context;
    stack->now = now;
    uint32_t index = stack_port_of(stack, local);
    struct ipv4_address hop;
    if (index == STACK_PORTS_MAX) {
        return TCP_ROUTE_NONE;
    }
    const struct stack_port *port = &stack->ports[index].port;
    if (stack_is_no_host(stack, port, remote) || !stack_next_hop(port, remote, &hop)) {
        return TCP_ROUTE_NONE;
    }
    uint32_t place = stack_neighbour_place(stack, index, hop);
    if (place == STACK_NEIGHBOUR_NONE) {
        return TCP_ROUTE_NONE;
    }
    *path = (struct tcp_path){.nic = port->nic,
                              .neighbour = stack_neighbour_id(stack, place),
                              .mtu = port->nic->mtu,
                              .vlan = port->vlan};
    return stack_neighbour_resolve(stack, place, &path->to);
}

void stack_way_back(void *context, struct tcp_path *path) {
    const struct stack *stack = context;
    const struct stack_port *port = &stack->ports[stack->brought_to].port;
    *path = (struct tcp_path){.nic = port->nic,
                              .neighbour = STACK_NEIGHBOUR_NONE,
                              .mtu = port->nic->mtu,
                              .vlan = port->vlan,
                              .to = stack->brought_by};
}
