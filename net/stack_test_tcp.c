#include "net/stack_test_tcp.h"

struct tcp {
    struct stream_stack streams;
    struct tcp_setup setup;
    struct told told;
};

struct told *tcp_told(struct tcp *tcp) {
    return &tcp->told;
}

enum tcp_route tcp_ask_route(struct tcp *tcp, struct now now, struct ipv4_address local,
                             struct ipv4_address remote, struct tcp_path *path) {
    const struct tcp_below *below = &tcp->setup.below;
    return below->route(below->context, now, local, remote, path);
}

struct tcp_setup tcp_setup_default(void) {
    return (struct tcp_setup){.resets_per_second = 1};
}

size_t tcp_footprint(const struct tcp_limits *limits) {
    return limits->connections_max == 0 ? 0 : sizeof(struct tcp);
}

struct tcp *tcp_init(void *mem, const struct tcp_setup *setup) {
    struct tcp *tcp = mem;
    *tcp = (struct tcp){.setup = *setup};
    return tcp;
}

uint32_t tcp_listen(struct tcp *tcp, const struct tcp_listener *listener) {
    (void)listener;
    return tcp->told.listeners++;
}

uint32_t tcp_add_peer(struct tcp *tcp, const struct tcp_peer *peer) {
    (void)peer;
    return tcp->told.peers++;
}

struct stream_stack *tcp_streams(struct tcp *tcp) {
    return &tcp->streams;
}

void tcp_turn(struct tcp *tcp, struct now now) {
    (void)tcp;
    (void)now;
}

bool tcp_input_fast(struct tcp *tcp, struct packet *packet) {
    (void)tcp;
    (void)packet;
    return false;
}

void tcp_input(struct tcp *tcp, struct packet *packet, const struct ipv4_header *ip,
               uint32_t offset) {
    struct told *told = &tcp->told;
    if (told->segment_count < TOLD_MAX) {
        told->segments[told->segment_count++] = (struct told_segment){.ip = *ip, .offset = offset};
    }
    nic_give(packet);
}

void tcp_timers(struct tcp *tcp) {
    (void)tcp;
}

void tcp_flush(struct tcp *tcp) {
    tcp->told.flushes++;
}

struct instant tcp_deadline(const struct tcp *tcp) {
    (void)tcp;
    return INSTANT_NEVER;
}

void tcp_neighbour(struct tcp *tcp, uint32_t neighbour, const struct ethernet_address *to) {
    struct told *told = &tcp->told;
    if (told->neighbour_count < TOLD_MAX) {
        struct told_neighbour *next = &told->neighbours[told->neighbour_count++];
        *next = (struct told_neighbour){.neighbour = neighbour, .found = to != NULL};
        if (to != NULL) {
            next->at = *to;
        }
    }
}

void tcp_icmp(struct tcp *tcp, enum tcp_icmp_kind kind, const struct tcp_flow *flow,
              struct tcp_seq seq, uint32_t mtu) {
    struct told *told = &tcp->told;
    if (told->icmp_count < TOLD_MAX) {
        told->icmps[told->icmp_count++] =
            (struct told_icmp){.kind = kind, .flow = *flow, .seq = seq, .mtu = mtu};
    }
}

void tcp_fini(struct tcp *tcp) {
    tcp->told.finis++;
}
