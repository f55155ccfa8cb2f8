/*
 * A TCP that only writes down what the stack tells it: links in place of net/tcp, so that tests of
 * ARP, ICMP and routes see what it was told and nothing else happens. For tests only.
 */
#ifndef TERCEL_NET_STACK_TEST_TCP_H
#define TERCEL_NET_STACK_TEST_TCP_H

#include "net/tcp/tcp.h"

#define TOLD_MAX 64

struct told_neighbour {
    uint32_t neighbour;
    bool found;
    struct ethernet_address at;
};

struct told_icmp {
    enum tcp_icmp_kind kind;
    struct tcp_flow flow;
    struct tcp_seq seq;
    uint32_t mtu;
};

struct told_segment {
    struct ipv4_header ip;
    uint32_t offset;
};

struct told {
    struct told_neighbour neighbours[TOLD_MAX];
    struct told_icmp icmps[TOLD_MAX];
    struct told_segment segments[TOLD_MAX];
    uint32_t neighbour_count, icmp_count, segment_count;
    uint32_t flushes, peers, listeners, finis;
};

struct told *tcp_told(struct tcp *tcp);
/* What a connection does to find its way. */
enum tcp_route tcp_ask_route(struct tcp *tcp, struct now now, struct ipv4_address local,
                             struct ipv4_address remote, struct tcp_path *path);

#endif
