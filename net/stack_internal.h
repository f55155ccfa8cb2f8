/*
 * What the files of the stack share. Nobody else includes it.
 *
 *   stack.c       memory, setup, the turn, where a received frame goes
 *   stack_route.c which port and next hop lead to an address
 *   stack_arp.c   neighbours: asking, learning, ageing; answering and defending our own address
 *   stack_icmp.c  echo answers; errors for TCP
 */
#ifndef TERCEL_NET_STACK_INTERNAL_H
#define TERCEL_NET_STACK_INTERNAL_H

#include "core/base/hash_index.h"
#include "net/stack.h"
#include "net/tcp/tcp_deadline.h"
#include "net/tcp/tcp_limit.h"
#include "net/wire/arp.h"

#define STACK_NEIGHBOURS_MAX 4096
#define STACK_NEIGHBOUR_ASKS 5
#define STACK_ARP_ANSWERS_PER_SECOND 1000   /* to strangers */
#define STACK_ARP_DISPLACED_PER_SECOND 1000 /* who has not answered, for somebody else */
#define STACK_NEIGHBOUR_NONE UINT32_MAX

/*
 *  IDLE ----route----> ASKED --answer--> KNOWN --stale--> CHECKED --silence--> SOUGHT --silence-.
 *                       | ^               ^ ^                |                    |             |
 *                    silence |            | '---same address-'                    |             |
 *                       v    '--.         '--------------answer-------------------'             |
 *                 free or IDLE   '-- route, or time --- LAPSED <--------------------------------'
 */
enum stack_neighbour_state {
    STACK_NEIGHBOUR_FREE = 0,
    STACK_NEIGHBOUR_IDLE,    /* has a place, was not asked for */
    STACK_NEIGHBOUR_ASKED,   /* everybody is asked; nothing is known */
    STACK_NEIGHBOUR_KNOWN,   /* until it is stale */
    STACK_NEIGHBOUR_CHECKED, /* used; it is asked whether it is still there */
    STACK_NEIGHBOUR_SOUGHT,  /* used; it was silent, and everybody is asked */
    STACK_NEIGHBOUR_LAPSED,  /* nobody answered; sessions go on with what they have; it is asked for
                                again, and if it has no pinned place once only */
    STACK_NEIGHBOUR_FIXED    /* configured */
};

struct stack_neighbour {
    struct ipv4_address address;
    struct ethernet_address at;
    uint8_t state; /* enum stack_neighbour_state */
    bool pinned;   /* a gateway's or a configured peer's: its place is not given to others */
    bool lapsed;   /* was there, and is not any more */
    uint16_t port;
    uint32_t generation; /* of the place: part of what tcp_neighbour calls it */
    struct instant deadline;
    struct instant asking_ends; /* of ASKED, CHECKED and SOUGHT */
    struct instant confirmed_at;
    struct instant used_at; /* routed by, or heard from */
};

struct stack_own_port {
    struct stack_port port;
    uint32_t announcements;     /* still to be made */
    struct instant announce_at; /* the next of them */
    bool link_up;               /* when it was looked at last */
    struct instant defended_at;
    bool defended; /* ever */
};

struct stack {
    struct stack_setup setup;
    struct tcp *tcp;
    struct now now;
    struct stack_own_port ports[STACK_PORTS_MAX];
    uint32_t port_count;
    struct stack_neighbour *neighbours;
    struct hash_index *neighbour_index;
    struct tcp_deadlines *deadlines; /* ids: neighbours, then ports */
    uint32_t neighbour_hand;         /* where the search for a place goes on */
    uint32_t turns_since_reap;
    uint32_t brought_to;                /* the port of the datagram that TCP is given ... */
    struct ethernet_address brought_by; /* ... and who sent its frame */
    struct tcp_bucket echoes;
    struct tcp_bucket arp_answers; /* to strangers */
    struct tcp_bucket displaced;   /* who has not answered yet */
    struct stack_counters counters;
};

/* stack_route.c. */

/* `local` is of one of our ports: its index; else STACK_PORTS_MAX. */
uint32_t stack_port_of(const struct stack *stack, struct ipv4_address local);
/* Addresses that no host on the port's network sends from: martians, our own, broadcasts. */
bool stack_is_no_host(const struct stack *stack, const struct stack_port *port,
                      struct ipv4_address address);
/* The next hop from `port` to `remote`; false when no network leads there. */
bool stack_next_hop(const struct stack_port *port, struct ipv4_address remote,
                    struct ipv4_address *hop) MUST_USE;
/* tcp_below.route. */
enum tcp_route stack_route_to(void *context, struct now now, struct ipv4_address local,
                              struct ipv4_address remote, struct tcp_path *path);
/* tcp_below.way_back. */
void stack_way_back(void *context, struct tcp_path *path);

/* stack_arp.c. */

/* The place of a neighbour: the one it has, or a new one; STACK_NEIGHBOUR_NONE when none is to be
 * had. */
uint32_t stack_neighbour_place(struct stack *stack, uint32_t port, struct ipv4_address address);
/* Its place is kept for it. */
void stack_neighbour_pin(struct stack *stack, uint32_t port, struct ipv4_address address);
/* Where it is, if that is known; else it is being asked. */
enum tcp_route stack_neighbour_resolve(struct stack *stack, uint32_t place,
                                       struct ethernet_address *at);
/* What TCP calls it. */
uint32_t stack_neighbour_id(const struct stack *stack, uint32_t place);
void stack_arp_input(struct stack *stack, uint32_t port, const struct ethernet_header *header,
                     const char *payload, size_t bytes);
/* Asks, ages and announces what is due. */
void stack_arp_timers(struct stack *stack);
/* From `at` on, as often as the setup says. */
void stack_announce_from(struct stack *stack, uint32_t port, struct instant at);

/* stack_icmp.c. The datagram is read, to an address of ours, its payload `bytes` at `payload`. */
void stack_icmp_input(struct stack *stack, uint32_t port, const struct ethernet_header *header,
                      const struct ipv4_header *ip, const char *payload);

/* stack.c. */

/* A packet with the Ethernet header to `to` on the port written; *payload is where its payload
 * goes. NULL and counted when the pool has none. */
struct packet *stack_frame_begin(struct stack *stack, uint32_t port,
                                 const struct ethernet_address *to, uint16_t type, char **payload);
/* With `payload_bytes` behind its header: it leaves, or is given back and counted. */
bool stack_frame_send(struct stack *stack, uint32_t port, struct packet *packet,
                      uint32_t payload_bytes);
/* What a frame of stack_frame_begin may carry. */
uint32_t stack_datagram_bytes_max(const struct stack *stack, uint32_t port);

#endif
