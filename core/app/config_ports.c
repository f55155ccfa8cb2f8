#include <arpa/inet.h>
#include <string.h>

#include "core/app/config_endpoint.h"
#include "core/app/config_loader.h"

/*
 * Ports, and what listeners and venues need of them. As in config_rules.c, what was refused before
 * is 0 or empty here and passed over.
 */

static bool v4_of(const struct endpoint *endpoint, struct ipv4_address *address) {
    if (endpoint->address_bytes == 0 || endpoint->address.any.sa_family != AF_INET) {
        return false;
    }
    address->value = ntohl(endpoint->address.v4.sin_addr.s_addr);
    return true;
}

static bool is_in(const struct config_network *network, struct ipv4_address address) {
    return network->prefix_bits == 0 ||
           (network->address.value ^ address.value) >> (32 - network->prefix_bits) == 0;
}

static bool leads_to(const struct config_port *port, struct ipv4_address address) {
    if (is_in(&port->address, address) || port->gateway.value != 0) {
        return true;
    }
    for (uint32_t i = 0; i < port->route_count; i++) {
        if (is_in(&port->routes[i].network, address)) {
            return true;
        }
    }
    return false;
}

static const struct config_port *port_with(const struct config *config,
                                           struct ipv4_address address) {
    for (uint32_t i = 0; i < config->port_count; i++) {
        if (ipv4_address_equal(config->ports[i].address.address, address)) {
            return &config->ports[i];
        }
    }
    return NULL;
}

static void check_gateway(struct config_loader *loader, const struct config_port *port,
                          const struct ipv4_address *gateway) {
    bool own = ipv4_address_equal(port->address.address, *gateway);
    if (gateway->value == 0 || (is_in(&port->address, *gateway) && !own)) {
        return;
    }
    char shown[CONFIG_SHOWN_MAX];
    const struct config_node *node = config_node_of(loader, gateway, sizeof(*gateway));
    if (own) {
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "a neighbour's address",
                        "is the address of port \"%s\" itself%s", port->name,
                        config_show(node, shown));
        return;
    }
    config_complain(loader, CONFIG_CODE_CONFLICT, node, "a neighbour in the port's own network",
                    "is not in the network of port \"%s\"%s", port->name, config_show(node, shown));
}

static void check_port_unique(struct config_loader *loader, const struct config_port *port) {
    const struct config *config = loader->config;
    for (const struct config_port *other = config->ports; other < port; other++) {
        const struct config_node *node = CONFIG_NODE_OF(loader, port->name);
        if (port->name[0] != '\0' && strcmp(port->name, other->name) == 0) {
            config_complain(loader, CONFIG_CODE_NOT_UNIQUE, node, "choose another",
                            "another port has this name");
        }
        node = CONFIG_NODE_OF(loader, port->device);
        if (port->device[0] != '\0' && strcmp(port->device, other->device) == 0) {
            config_complain(loader, CONFIG_CODE_NOT_UNIQUE, node,
                            "one port a device: another VLAN of the same NIC comes by a device of "
                            "its own, a virtual function say",
                            "another port has this device");
        }
        node = CONFIG_NODE_OF(loader, port->address);
        if (port->address.address.value != 0 &&
            ipv4_address_equal(port->address.address, other->address.address)) {
            config_complain(loader, CONFIG_CODE_NOT_UNIQUE, node, "one port an address",
                            "another port has this address");
        }
    }
}

static void check_port(struct config_loader *loader, const struct config_port *port) {
    const struct config_network *own = &port->address;
    check_port_unique(loader, port);
    if (own->address.value != 0 &&
        (ipv4_address_is_martian(own->address) || own->prefix_bits == 0)) {
        config_complain(loader, CONFIG_CODE_VALUE, CONFIG_NODE_OF(loader, port->address),
                        "a host's own address and its network's prefix, like 10.0.0.2/24",
                        "no port can have this address");
    }
    if (own->address.value == 0) {
        return;
    }
    check_gateway(loader, port, &port->gateway);
    for (uint32_t i = 0; i < port->route_count; i++) {
        check_gateway(loader, port, &port->routes[i].gateway);
    }
    for (uint32_t i = 0; i < port->neighbour_count; i++) {
        check_gateway(loader, port, &port->neighbours[i].address);
    }
}

static void check_listener(struct config_loader *loader, const struct config_listener *listener) {
    struct ipv4_address address;
    if (listener->endpoint.at.address_bytes == 0) {
        return;
    }
    const struct config_node *node = CONFIG_NODE_OF(loader, listener->endpoint);
    if (!v4_of(&listener->endpoint.at, &address) || port_with(loader->config, address) == NULL) {
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "the address of one of the ports",
                        "no port has this address (\"%s\")", listener->endpoint.text);
    } else if (endpoint_port(&listener->endpoint.at) == 0) {
        config_complain(loader, CONFIG_CODE_VALUE, node, "a number from 1 to 65535",
                        "port 0 is for transport kernel only");
    }
}

/* The one port that leads there; NULL, with a complaint, when none or several do. */
static const struct config_port *choose_port(struct config_loader *loader,
                                             const struct config_venue *venue,
                                             struct ipv4_address remote) {
    const struct config *config = loader->config;
    const struct config_port *direct = NULL;
    const struct config_port *routed = NULL;
    uint32_t routed_count = 0;
    for (uint32_t i = 0; i < config->port_count; i++) {
        const struct config_port *port = &config->ports[i];
        if (is_in(&port->address, remote)) {
            direct = port;
        } else if (leads_to(port, remote)) {
            routed = port;
            routed_count++;
        }
    }
    if (direct != NULL || routed_count == 1) {
        return direct != NULL ? direct : routed;
    }
    config_complain(loader, routed_count == 0 ? CONFIG_CODE_CONFLICT : CONFIG_CODE_MISSING,
                    CONFIG_NODE_OF(loader, venue->endpoint),
                    routed_count == 0 ? "add a route or a gateway to a port"
                                      : "say by source which it is",
                    routed_count == 0 ? "no port leads to this address (\"%s\")"
                                      : "several ports lead to this address (\"%s\")",
                    venue->endpoint.text);
    return NULL;
}

static void check_venue(struct config_loader *loader, struct config_venue *venue) {
    struct ipv4_address remote;
    if (venue->endpoint.at.address_bytes == 0) {
        return;
    }
    if (!v4_of(&venue->endpoint.at, &remote)) {
        config_complain(loader, CONFIG_CODE_CONFLICT, CONFIG_NODE_OF(loader, venue->endpoint),
                        "an IPv4 address", "transport dpdk has no IPv6 (\"%s\")",
                        venue->endpoint.text);
        return;
    }
    if (venue->source.value == 0) {
        const struct config_port *port = choose_port(loader, venue, remote);
        venue->source.value = port != NULL ? port->address.address.value : 0;
        return;
    }
    const struct config_port *port = port_with(loader->config, venue->source);
    const struct config_node *node = CONFIG_NODE_OF(loader, venue->source);
    char shown[CONFIG_SHOWN_MAX];
    if (port == NULL) {
        config_complain(loader, CONFIG_CODE_REFERENCE, node, "the address of one of the ports",
                        "no port has this address%s", config_show(node, shown));
    } else if (!leads_to(port, remote)) {
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "add a route or a gateway to it",
                        "port \"%s\" does not lead to %s", port->name, venue->endpoint.text);
    }
}

/* Without an entry of its own a next hop is not found, and nobody behind it is reached. */
static void check_neighbours(struct config_loader *loader) {
    const struct config *config = loader->config;
    uint32_t needed = config->venue_count + config->listener_count;
    for (uint32_t i = 0; i < config->port_count; i++) {
        const struct config_port *port = &config->ports[i];
        needed += port->route_count + port->neighbour_count + (port->gateway.value != 0);
    }
    if (config->dpdk.neighbours > 0 && config->dpdk.neighbours < needed) {
        char advice[80];
        (void)snprintf(advice, sizeof(advice),
                       "at least %u, and one for each client in a port's own network", needed);
        config_complain(loader, CONFIG_CODE_CONFLICT,
                        CONFIG_NODE_OF(loader, config->dpdk.neighbours), advice,
                        "are fewer (%u) than gateways, static ones, venues and listeners",
                        config->dpdk.neighbours);
    }
}

/* An address that was refused may be the one that others mean. */
static bool all_are_addressed(const struct config *config) {
    for (uint32_t i = 0; i < config->port_count; i++) {
        if (config->ports[i].address.address.value == 0) {
            return false;
        }
    }
    return true;
}

void config_check_ports(struct config_loader *loader) {
    struct config *config = loader->config;
    if (config->order_entry.transport == CONFIG_TRANSPORT_KERNEL) {
        return; /* ports may stay described */
    }
    if (config->port_count == 0) {
        config_complain(
            loader, CONFIG_CODE_MISSING, CONFIG_NODE_OF(loader, config->order_entry.transport),
            "describe at least one NIC queue under ports", "transport dpdk needs ports");
        return;
    }
    for (uint32_t i = 0; i < config->port_count; i++) {
        check_port(loader, &config->ports[i]);
    }
    check_neighbours(loader);
    if (!all_are_addressed(config)) {
        return;
    }
    for (uint32_t i = 0; i < config->listener_count; i++) {
        check_listener(loader, &config->listeners[i]);
    }
    for (uint32_t i = 0; i < config->venue_count; i++) {
        check_venue(loader, &config->venues[i]);
    }
}
