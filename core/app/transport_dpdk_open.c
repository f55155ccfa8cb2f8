#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sodium.h>
#include <string.h>

#include "core/app/transport_dpdk.h"
#include "core/base/bits.h"
#include "net/nic_dpdk_eal.h"

#define TIME_WAITS_MAX 1024
#define REASSEMBLY_SHARE 4 /* one of so many of a port's packets may wait behind a hole */
#define CONTROL_PACKETS 512
#define LISTEN_BACKLOG 64
#define PAYLOAD_BYTES_MIN 1500

static struct stack_limits limits_of(const struct config *config) {
    return (struct stack_limits){
        .tcp = {.stream = transport_stream_limits(config),
                .connections_max = transport_streams_max(config),
                .listeners_max = config->listener_count,
                .peers_max = config->venue_count,
                .embryos_max = config->dpdk.half_open,
                .time_waits_max = TIME_WAITS_MAX,
                .ring_entries = config->dpdk.segments_per_connection,
                .reassembly_packets_max = config->dpdk.receive_packets / REASSEMBLY_SHARE},
        .ports_max = config->port_count,
        .neighbours_max = config->dpdk.neighbours,
    };
}

/* A record lies in one packet, however long a segment may be. */
static struct nic_dpdk_setup port_setup(const struct config *config, uint32_t port,
                                        const struct nic_dpdk_device *device) {
    struct nic_dpdk_setup setup = nic_dpdk_setup_default(device);
    uint32_t record = transport_stream_limits(config).record_bytes_max;
    setup.receive_packets = config->dpdk.receive_packets;
    setup.send_packets = config->dpdk.send_packets;
    setup.control_packets = CONTROL_PACKETS;
    setup.payload_bytes = record > PAYLOAD_BYTES_MIN ? record : PAYLOAD_BYTES_MIN;
    setup.mtu = config->ports[port].mtu;
    setup.numa_node = config->memory.numa_node;
    return setup;
}

uint32_t transport_dpdk_packet_mib(const struct config *config) {
    uint32_t mib = 0;
    for (uint32_t i = 0; i < config->port_count; i++) {
        struct nic_dpdk_device device;
        struct nic_dpdk_error error;
        if (nic_dpdk_device_parse(config->ports[i].device, &device, &error)) {
            struct nic_dpdk_setup setup = port_setup(config, i, &device);
            mib += nic_dpdk_memory_mib(&setup);
        }
    }
    return mib;
}

/* In this order in the transport's memory: itself, the stack, the ports. */
struct parts {
    size_t stack;
    size_t ports[CONFIG_PORTS_MAX];
    size_t total;
};

static bool measure(const struct config *config, struct parts *parts) {
    const struct stack_limits limits = limits_of(config);
    static const struct nic_dpdk_device any;
    size_t stack = stack_footprint(&limits);
    parts->stack = bits_whole_lines(sizeof(struct transport_dpdk));
    parts->total = parts->stack + bits_whole_lines(stack);
    bool possible = stack != 0;
    for (uint32_t i = 0; i < config->port_count; i++) {
        struct nic_dpdk_setup setup = port_setup(config, i, &any);
        size_t port = nic_dpdk_footprint(&setup);
        possible = possible && port != 0;
        parts->ports[i] = parts->total;
        parts->total += bits_whole_lines(port);
    }
    return possible;
}

size_t transport_dpdk_footprint(const struct config *config) {
    struct parts parts;
    return measure(config, &parts) ? parts.total : 0;
}

static bool complain(FILE *err, const char *port, const struct nic_dpdk_error *error) {
    (void)fprintf(err, "tercel: port %s: %s\n", port, error->text);
    return false;
}

static bool start_environment(struct transport_dpdk *dpdk, FILE *err) {
    const struct config *config = dpdk->config;
    struct nic_dpdk_error error;
    for (uint32_t i = 0; i < config->port_count; i++) {
        if (!nic_dpdk_device_parse(config->ports[i].device, &dpdk->devices[i], &error) ||
            !nic_dpdk_device_check(&dpdk->devices[i], &error)) {
            return complain(err, config->ports[i].name, &error);
        }
    }
    const struct nic_dpdk_eal_setup setup = {.devices = dpdk->devices,
                                             .device_count = config->port_count,
                                             .memory_mib = transport_dpdk_packet_mib(config),
                                             .no_huge = !config->dpdk.huge_pages,
                                             .file_prefix = config->instance.name,
                                             .core = config->order_entry.core,
                                             .numa_node = config->memory.numa_node};
    dpdk->environment = nic_dpdk_eal_start(&setup, &error);
    return dpdk->environment || complain(err, config->ports[0].name, &error);
}

static bool add_port(struct transport_dpdk *dpdk, uint32_t index, FILE *err) {
    const struct config_port *from = &dpdk->config->ports[index];
    struct stack_port port = {.nic = nic_dpdk_nic(dpdk->ports[index], 0),
                              .address = from->address.address,
                              .prefix_bits = from->address.prefix_bits,
                              .vlan = (uint16_t)from->vlan,
                              .gateway = from->gateway,
                              .route_count = from->route_count};
    for (uint32_t i = 0; i < from->route_count; i++) {
        port.routes[i] = (struct stack_route){
            .network = {from->routes[i].network.address, from->routes[i].network.prefix_bits},
            .gateway = from->routes[i].gateway};
    }
    uint32_t at = stack_add_port(dpdk->stack, &port);
    for (uint32_t i = 0; i < from->neighbour_count; i++) {
        if (!stack_add_neighbour(dpdk->stack, at, from->neighbours[i].address,
                                 &from->neighbours[i].at)) {
            (void)fprintf(err, "tercel: port %s: dpdk.neighbours are too few\n", from->name);
            return false;
        }
    }
    return true;
}

static bool open_ports(struct transport_dpdk *dpdk, char *memory, const struct parts *parts,
                       FILE *err) {
    const struct config *config = dpdk->config;
    for (uint32_t i = 0; i < config->port_count; i++) {
        struct nic_dpdk_setup setup = port_setup(config, i, &dpdk->devices[i]);
        struct nic_dpdk_error error;
        dpdk->ports[i] = nic_dpdk_open(memory + parts->ports[i], &setup, &error);
        if (dpdk->ports[i] == NULL) {
            return complain(err, config->ports[i].name, &error);
        }
        dpdk->port_count++;
        dpdk->packets_free[i] = transport_dpdk_packets_free(dpdk, i);
        nic_dpdk_print(dpdk->ports[i], err);
        if (!add_port(dpdk, i, err)) {
            return false;
        }
    }
    return true;
}

static struct tcp_profile profile_of(const struct config_tcp *from) {
    struct tcp_profile profile = tcp_profile_default();
    profile.rto_min = from->rto_min;
    profile.ack_delay = from->ack_delay;
    profile.user_timeout = from->unacknowledged_timeout;
    profile.keepalive_idle = from->keepalive;
    profile.timestamps = from->timestamps;
    return profile;
}

static struct ipv4_address address_of(const struct endpoint *endpoint) {
    return (struct ipv4_address){.value = ntohl(endpoint->address.v4.sin_addr.s_addr)};
}

static void listen_all(struct transport_dpdk *dpdk) {
    const struct config *config = dpdk->config;
    for (uint32_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *from = &config->listeners[i];
        struct tcp_listener listener = {.local = address_of(&from->endpoint.at),
                                        .port = endpoint_port(&from->endpoint.at),
                                        .backlog = LISTEN_BACKLOG,
                                        .allowed_count = from->allowed_count,
                                        .only_allowed = from->allowed_count > 0,
                                        .profile = profile_of(&from->tcp)};
        for (uint32_t j = 0; j < from->allowed_count; j++) {
            listener.allowed[j] = (struct tcp_network){from->allowed[j].network.address,
                                                       from->allowed[j].network.prefix_bits};
        }
        (void)stack_listen(dpdk->stack, &listener);
    }
}

static void add_peers(struct transport_dpdk *dpdk) {
    const struct config *config = dpdk->config;
    for (uint32_t i = 0; i < config->venue_count; i++) {
        const struct config_venue *from = &config->venues[i];
        struct tcp_peer peer = {.local = from->source,
                                .remote = address_of(&from->endpoint.at),
                                .remote_port = endpoint_port(&from->endpoint.at),
                                .profile = profile_of(&from->tcp)};
        peer.profile.connect_timeout = from->connect_timeout;
        (void)stack_add_peer(dpdk->stack, &peer);
    }
}

static struct stack *make_stack(const struct config *config, void *memory) {
    struct stack_setup setup = stack_setup_default();
    setup.limits = limits_of(config);
    randombytes_buf(&setup.tcp.seed, sizeof(setup.tcp.seed));
    return stack_init(memory, &setup);
}

/*
 * Sessions come from the ports' addresses; names are asked for, and REST is spoken, from the
 * kernel's. A venue that lists who may come has to know both.
 */
static void print_management(FILE *err) {
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0) {
        return;
    }
    for (const struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
        char text[INET_ADDRSTRLEN];
        bool counts = at->ifa_addr != NULL && at->ifa_addr->sa_family == AF_INET &&
                      (at->ifa_flags & IFF_LOOPBACK) == 0;
        if (counts) {
            struct sockaddr_in address;
            memcpy(&address, at->ifa_addr, sizeof(address));
            (void)inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text));
            (void)fprintf(err, "tercel: management over %s, from %s\n", at->ifa_name, text);
        }
    }
    freeifaddrs(all);
}

static void print_addresses(const struct config *config, FILE *err) {
    for (uint32_t i = 0; i < config->port_count; i++) {
        const struct config_port *port = &config->ports[i];
        struct in_addr address = {.s_addr = htonl(port->address.address.value)};
        char text[INET_ADDRSTRLEN];
        (void)inet_ntop(AF_INET, &address, text, sizeof(text));
        (void)fprintf(err, "tercel: port %s: sessions from %s\n", port->name, text);
    }
    print_management(err);
}

struct transport *transport_dpdk_open(void *mem, const struct config *config, FILE *err) {
    struct transport_dpdk *dpdk = mem;
    struct parts parts;
    CHECK(measure(config, &parts));
    *dpdk = (struct transport_dpdk){.transport = {.ops = &transport_dpdk_ops}, .config = config};
    if (!start_environment(dpdk, err)) {
        return NULL;
    }
    dpdk->stack = make_stack(config, (char *)mem + parts.stack);
    if (!open_ports(dpdk, mem, &parts, err)) {
        transport_free(&dpdk->transport, err);
        return NULL;
    }
    listen_all(dpdk);
    add_peers(dpdk);
    dpdk->transport.streams = stack_streams(dpdk->stack);
    print_addresses(config, err);
    return &dpdk->transport;
}
