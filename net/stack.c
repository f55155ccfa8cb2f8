#include "core/base/bits.h"
#include "net/stack_internal.h"

#define FRAME_OFFSET (PACKET_HEADROOM_BYTES - 64) /* of frames without TCP: more room behind it */
#define IDLE_TURNS_PER_REAP 64
#define BUSY_TURNS_PER_REAP 4096

struct stack_setup stack_setup_default(void) {
    return (struct stack_setup){.tcp = tcp_setup_default(),
                                .neighbour_stale = {.ns = 60 * NS_PER_S},
                                .neighbour_retry = {.ns = NS_PER_S},
                                .announcements = 2,
                                .icmp_per_second = 100,
                                .burst = 32};
}

/* Memory. */

static uint32_t deadline_ids(const struct stack_limits *limits) {
    return limits->neighbours_max + limits->ports_max;
}

size_t stack_footprint(const struct stack_limits *limits) {
    size_t tcp = tcp_footprint(&limits->tcp);
    if (tcp == 0 || limits->ports_max < 1 || limits->ports_max > STACK_PORTS_MAX ||
        limits->neighbours_max < 1 || limits->neighbours_max > STACK_NEIGHBOURS_MAX) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct stack)) +
           bits_whole_lines(limits->neighbours_max * sizeof(struct stack_neighbour)) +
           bits_whole_lines(hash_index_footprint(limits->neighbours_max)) +
           bits_whole_lines(tcp_deadlines_footprint(deadline_ids(limits))) + bits_whole_lines(tcp);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += bits_whole_lines(bytes);
    return taken;
}

static void check_setup(const struct stack_setup *setup) {
    CHECK(stack_footprint(&setup->limits) != 0);
    CHECK(setup->neighbour_stale.ns > 0);
    CHECK(setup->neighbour_retry.ns >= NS_PER_US); /* parts of it are waited for */
    CHECK(setup->burst >= 1 && setup->burst <= NIC_BURST_MAX);
}

struct stack *stack_init(void *mem, const struct stack_setup *setup) {
    check_setup(setup);
    const struct stack_limits *limits = &setup->limits;
    char *next = mem;
    struct stack *stack = carve(&next, sizeof(*stack));
    *stack = (struct stack){.setup = *setup,
                            .echoes.tokens = setup->icmp_per_second,
                            .arp_answers.tokens = STACK_ARP_ANSWERS_PER_SECOND,
                            .displaced.tokens = STACK_ARP_DISPLACED_PER_SECOND};
    stack->neighbours = carve(&next, limits->neighbours_max * sizeof(struct stack_neighbour));
    memset(stack->neighbours, 0, limits->neighbours_max * sizeof(struct stack_neighbour));
    stack->neighbour_index = hash_index_init(
        carve(&next, hash_index_footprint(limits->neighbours_max)), limits->neighbours_max);
    stack->deadlines = tcp_deadlines_init(
        carve(&next, tcp_deadlines_footprint(deadline_ids(limits))), deadline_ids(limits));
    stack->setup.tcp.limits = limits->tcp;
    stack->setup.tcp.below =
        (struct tcp_below){.route = stack_route_to, .way_back = stack_way_back, .context = stack};
    stack->tcp = tcp_init(next, &stack->setup.tcp);
    return stack;
}

/* Setup. */

static void check_port(const struct stack *stack, const struct stack_port *port) {
    CHECK(port->prefix_bits <= 32 && port->vlan <= ETHERNET_VLAN_MAX);
    CHECK(port->route_count <= STACK_ROUTES_MAX);
    CHECK(!ipv4_address_is_martian(port->address));
    CHECK(stack_port_of(stack, port->address) == STACK_PORTS_MAX);
    CHECK(!ipv4_address_equal(port->gateway, port->address));
    for (uint32_t i = 0; i < port->route_count; i++) {
        CHECK(port->routes[i].network.prefix_bits <= 32);
        CHECK(!ipv4_address_equal(port->routes[i].gateway, port->address));
    }
    for (uint32_t i = 0; i < stack->port_count; i++) {
        CHECK(stack->ports[i].port.nic != port->nic);
    }
}

uint32_t stack_add_port(struct stack *stack, const struct stack_port *port) {
    CHECK(stack->port_count < stack->setup.limits.ports_max);
    check_port(stack, port);
    uint32_t index = stack->port_count++;
    stack->ports[index] = (struct stack_own_port){.port = *port, .link_up = true};
    port->nic->index = (uint16_t)index;
    if (port->gateway.value != 0) {
        stack_neighbour_pin(stack, index, port->gateway);
    }
    for (uint32_t i = 0; i < port->route_count; i++) {
        stack_neighbour_pin(stack, index, port->routes[i].gateway);
    }
    stack_announce_from(stack, index, (struct instant){.ns = INT64_MIN});
    return index;
}

uint32_t stack_listen(struct stack *stack, const struct tcp_listener *listener) {
    return tcp_listen(stack->tcp, listener);
}

uint32_t stack_add_peer(struct stack *stack, const struct tcp_peer *peer) {
    uint32_t port = stack_port_of(stack, peer->local);
    struct ipv4_address hop;
    if (port != STACK_PORTS_MAX && stack_next_hop(&stack->ports[port].port, peer->remote, &hop)) {
        stack_neighbour_pin(stack, port, hop);
    }
    return tcp_add_peer(stack->tcp, peer);
}

struct stream_stack *stack_streams(struct stack *stack) {
    return tcp_streams(stack->tcp);
}

struct tcp *stack_tcp(struct stack *stack) {
    return stack->tcp;
}

const struct stack_counters *stack_counters(const struct stack *stack) {
    return &stack->counters;
}

/* Frames out. */

struct packet *stack_frame_begin(struct stack *stack, uint32_t port,
                                 const struct ethernet_address *to, uint16_t type, char **payload) {
    const struct stack_port *own = &stack->ports[port].port;
    struct packet *packet = nic_take(own->nic, NIC_CONTROL);
    if (packet == NULL) {
        stack->counters.send_failures++;
        return NULL;
    }
    struct ethernet_header header = {
        .to = *to, .from = own->nic->address, .type = type, .vlan = own->vlan};
    packet->data_offset = FRAME_OFFSET;
    packet->data_bytes = ethernet_write(packet_data(packet), &header);
    *payload = packet_data(packet) + packet->data_bytes;
    return packet;
}

bool stack_frame_send(struct stack *stack, uint32_t port, struct packet *packet,
                      uint32_t payload_bytes) {
    packet->data_bytes += payload_bytes;
    if (nic_send(stack->ports[port].port.nic, stack->now, &packet, 1) == 1) {
        return true;
    }
    nic_give(packet);
    stack->counters.send_failures++;
    return false;
}

uint32_t stack_datagram_bytes_max(const struct stack *stack, uint32_t port) {
    const struct nic *nic = stack->ports[port].port.nic;
    uint32_t room = nic->payload_bytes_max + PACKET_HEADROOM_BYTES - FRAME_OFFSET -
                    ETHERNET_HEADER_BYTES - ETHERNET_TAG_BYTES;
    return room < nic->mtu ? room : nic->mtu;
}

/* Frames in. */

/* Whether the header is that of a whole datagram for us from somebody. */
static bool judge_ip(struct stack *stack, const struct stack_port *port, enum ipv4_result result,
                     const struct ipv4_header *ip) {
    struct stack_counters *counters = &stack->counters;
    switch (result) {
    case IPV4_TRUNCATED:
    case IPV4_MALFORMED:
        counters->malformed++;
        return false;
    case IPV4_BAD_CHECKSUM:
        counters->bad_checksum++;
        return false;
    case IPV4_FRAGMENT:
    case IPV4_OK:
        break;
    }
    if (!ipv4_address_equal(ip->to, port->address)) {
        counters->not_ours++;
        return false;
    }
    if (stack_is_no_host(stack, port, ip->from)) {
        counters->martians++;
        return false;
    }
    if (result == IPV4_FRAGMENT) {
        counters->fragments++;
        return false;
    }
    return true;
}

/* True: TCP has taken the packet. */
static bool ip_input(struct stack *stack, uint32_t index, struct packet *packet,
                     const struct ethernet_header *header) {
    const struct stack_port *port = &stack->ports[index].port;
    const char *datagram = packet_data(packet) + header->header_bytes;
    uint32_t bytes = packet->data_bytes - header->header_bytes;
    if (packet->ip_checksum == PACKET_BAD) {
        stack->counters.bad_checksum++;
        return false;
    }
    struct ipv4_header ip;
    enum ipv4_result result = ipv4_read(datagram, bytes, packet->ip_checksum == PACKET_GOOD, &ip);
    if (!judge_ip(stack, port, result, &ip)) {
        return false;
    }
    if (ip.protocol == IPV4_PROTOCOL_TCP) {
        stack->brought_to = index;
        stack->brought_by = header->from;
        tcp_input(stack->tcp, packet, &ip, header->header_bytes + ip.header_bytes);
        return true;
    }
    if (ip.protocol == IPV4_PROTOCOL_ICMP) {
        stack_icmp_input(stack, index, header, &ip, datagram + ip.header_bytes);
    } else {
        stack->counters.not_ours++;
    }
    return false;
}

/* Ours by address and tag; ARP questions come to everybody. */
static bool is_for_port(const struct stack_port *port, const struct ethernet_header *header) {
    if (header->vlan != port->vlan) {
        return false;
    }
    return ethernet_address_equal(&header->to, &port->nic->address) ||
           (header->type == ETHERNET_TYPE_ARP && ethernet_address_is_group(&header->to));
}

static bool frame_input(struct stack *stack, uint32_t index, struct packet *packet) {
    const struct stack_port *port = &stack->ports[index].port;
    struct ethernet_header header;
    if (!ethernet_read(packet_data(packet), packet->data_bytes, &header) ||
        ethernet_address_is_group(&header.from)) {
        stack->counters.malformed++;
        return false;
    }
    if (!is_for_port(port, &header)) {
        stack->counters.not_ours++;
        return false;
    }
    if (header.type == ETHERNET_TYPE_IPV4) {
        return ip_input(stack, index, packet, &header);
    }
    if (header.type == ETHERNET_TYPE_ARP) {
        stack_arp_input(stack, index, &header, packet_data(packet) + header.header_bytes,
                        packet->data_bytes - header.header_bytes);
    } else {
        stack->counters.not_ours++;
    }
    return false;
}

static uint32_t port_input(struct stack *stack, uint32_t index) {
    struct packet *packets[NIC_BURST_MAX];
    struct nic *nic = stack->ports[index].port.nic;
    uint32_t count = nic_receive(nic, stack->now, packets, stack->setup.burst);
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 < count) {
            __builtin_prefetch(packet_data(packets[i + 1]));
        }
        if (!tcp_input_fast(stack->tcp, packets[i]) && !frame_input(stack, index, packets[i])) {
            nic_give(packets[i]);
        }
    }
    return count;
}

/* The turn. */

static void look_at_link(struct stack *stack, uint32_t port) {
    struct stack_own_port *own = &stack->ports[port];
    bool up = nic_link_is_up(own->port.nic);
    if (up && !own->link_up) {
        stack_announce_from(stack, port, stack->now.mono);
    }
    own->link_up = up;
}

/* A queue that sends nothing does not look for what it has sent (nic_reap): it is made to when
 * there is time, and now and then when there never is. */
static void look_after_ports(struct stack *stack, uint32_t received) {
    uint32_t turns = ++stack->turns_since_reap;
    if (turns < (received == 0 ? IDLE_TURNS_PER_REAP : BUSY_TURNS_PER_REAP)) {
        return;
    }
    stack->turns_since_reap = 0;
    for (uint32_t i = 0; i < stack->port_count; i++) {
        nic_reap(stack->ports[i].port.nic);
        look_at_link(stack, i);
    }
}

uint32_t stack_turn(struct stack *stack, struct now now) {
    stack->now = now;
    tcp_turn(stack->tcp, now);
    uint32_t received = 0;
    for (uint32_t i = 0; i < stack->port_count; i++) {
        received += port_input(stack, i);
    }
    stack->counters.frames += received;
    if (instant_reached(now.mono, tcp_deadlines_first(stack->deadlines))) {
        stack_arp_timers(stack);
    }
    tcp_timers(stack->tcp);
    look_after_ports(stack, received);
    return received;
}

void stack_flush(struct stack *stack) {
    tcp_flush(stack->tcp);
}

struct instant stack_deadline(const struct stack *stack) {
    return instant_earlier(tcp_deadline(stack->tcp), tcp_deadlines_first(stack->deadlines));
}

void stack_fini(struct stack *stack) {
    tcp_fini(stack->tcp);
}
