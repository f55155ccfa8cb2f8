/*
 * The worker's network: ports with their addresses, ARP, IPv4, ICMP, TCP; streams above.
 *
 * A worker owns a stack and polls it: stack_turn takes a burst from every port and runs the timers,
 * then the sessions read and write, then stack_flush sends the ACKs that nothing carried. All
 * memory is the caller's; the NICs are too. Sans-I/O: what goes in and out are packets of the NICs.
 *
 * Each port is one queue of one NIC with one IPv4 address, its network, an optional gateway, VLAN
 * and static routes. A queue serves one VLAN: another one of the same wire comes by a queue of
 * another device (a virtual function, say), since what a queue gets is not told apart by its tag.
 * Where a datagram goes is chosen among the routes of the port whose address it is sent from, so
 * answers leave by where the question came in.
 *
 * What it is not: a router between ports, a reassembler of fragments, an answerer of anything but
 * ARP, echo requests and TCP.
 *
 * Strangers: echoes and resets go back to the station that brought the question, so nobody makes us
 * ask for who he says he is.
 *
 * Neighbours. A bounded table; entries come from static configuration, from answers to our own
 * questions, and from requests for our address by neighbours that are in the table. A neighbour is
 * asked up to 5 times. When it is stale it is used on while it is asked again: unicast first, and
 * then only it may answer; when it stays silent everybody is asked, and the first answer counts.
 * Nothing else changes where it is: what was not asked for, or names another address, is counted
 * and makes us ask. One that answers no more is asked for again when it is wanted, and after the
 * time that makes one stale; then it is forgotten, unless it is a gateway or a peer's next hop. At
 * the limit a neighbour that nobody wanted for long makes room, else the oldest that has not
 * answered yet (1000 times a second at most), never a gateway or a peer's next hop (that were added
 * while there was room); else there is no route.
 *
 * Our own address is announced twice, 2 s apart, from the first turn on and again whenever the link
 * has come up (RFC 5227 §2.3, without probing first: it is configured), since switches and peers
 * may have forgotten it. It is defended when somebody else uses it, at most once in 10 s, never
 * given up.
 *
 * Threading: one thread. No allocation after init.
 */
#ifndef TERCEL_NET_STACK_H
#define TERCEL_NET_STACK_H

#include "net/nic.h"
#include "net/tcp/tcp.h"

#define STACK_PORTS_MAX 16
#define STACK_ROUTES_MAX 16

struct stack_route {
    struct tcp_network network;
    struct ipv4_address gateway;
};

struct stack_port {
    struct nic *nic;
    struct ipv4_address address;
    uint8_t prefix_bits;
    uint16_t vlan;               /* ETHERNET_VLAN_NONE, or frames without this tag are not ours */
    struct ipv4_address gateway; /* 0.0.0.0: none */
    struct stack_route routes[STACK_ROUTES_MAX];
    uint32_t route_count;
};

struct stack_limits {
    struct tcp_limits tcp;
    uint32_t ports_max;      /* 1 .. STACK_PORTS_MAX */
    uint32_t neighbours_max; /* 1 .. 4096 */
};

struct stack_setup {
    struct stack_limits limits;
    struct tcp_setup tcp;            /* its limits and `below` are filled in */
    struct duration neighbour_stale; /* asked again after: 60 s */
    struct duration neighbour_retry; /* 1 s, at most 5 times */
    uint32_t announcements;          /* of a port's address in a row: 2; 0: it is never announced */
    uint32_t icmp_per_second;        /* echo answers: 100 */
    uint32_t burst;                  /* packets taken from a port in a turn: 1 .. NIC_BURST_MAX */
};

/* Sensible values for all but limits and the seed. */
struct stack_setup stack_setup_default(void);

struct stack;

/* 0 for impossible limits. */
size_t stack_footprint(const struct stack_limits *limits);
/* `mem` is aligned to 64 and outlives it. */
struct stack *stack_init(void *mem, const struct stack_setup *setup);

/*
 * Before the first turn, and before the peers and listeners at its address; the NIC outlives the
 * stack and is of one port only. Addresses of ports differ. The port's index.
 */
uint32_t stack_add_port(struct stack *stack, const struct stack_port *port);
/* An entry that never changes. False when the table is full. */
bool stack_add_neighbour(struct stack *stack, uint32_t port, struct ipv4_address address,
                         const struct ethernet_address *at) MUST_USE;
uint32_t stack_listen(struct stack *stack, const struct tcp_listener *listener);
uint32_t stack_add_peer(struct stack *stack, const struct tcp_peer *peer);

struct stream_stack *stack_streams(struct stack *stack);
struct tcp *stack_tcp(struct stack *stack);

/* One burst of each port, then what is due. Returns the packets handled. Every view peek gave is
 * void. */
uint32_t stack_turn(struct stack *stack, struct now now);
void stack_flush(struct stack *stack);

/* When stack_turn has something to do though nothing arrives. */
struct instant stack_deadline(const struct stack *stack);

struct stack_counters {
    uint64_t frames;
    uint64_t not_ours;     /* another address, VLAN or protocol */
    uint64_t martians;     /* from an address that no host there has, or from ours */
    uint64_t malformed;    /* Ethernet, ARP, IPv4 or ICMP */
    uint64_t bad_checksum; /* IPv4 or ICMP */
    uint64_t fragments;
    uint64_t arp_asked, arp_answered, arp_learned;
    uint64_t arp_conflicts; /* somebody at our address, or a neighbour said to be elsewhere */
    uint64_t arp_unasked;   /* answers that we did not ask for */
    uint64_t arp_full;      /* no place for a neighbour */
    uint64_t arp_withheld;  /* strangers' questions beyond 1000 a second */
    uint64_t echoes;
    uint64_t echoes_withheld; /* too many, or larger than what we send */
    uint64_t icmp_errors;     /* given to TCP */
    uint64_t send_failures;   /* ARP or ICMP that found no packet or no room */
};

const struct stack_counters *stack_counters(const struct stack *stack);

/* As tcp_fini. */
void stack_fini(struct stack *stack);

#endif
