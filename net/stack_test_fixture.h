/*
 * One stack with two ports over simulated NICs, a clock, and frames put together byte by byte,
 * apart from net/wire. For tests only.
 *
 *   port 0  192.0.2.1/24     gateway 192.0.2.254
 *   port 1  198.51.100.1/24  VLAN 7, no gateway; 203.0.113.0/24 by 198.51.100.2,
 *                            203.0.113.128/25 by 198.51.100.3
 */
#ifndef TERCEL_NET_STACK_TEST_FIXTURE_H
#define TERCEL_NET_STACK_TEST_FIXTURE_H

#include <criterion/criterion.h>

#include "net/nic_sim.h"
#include "net/stack.h"
#include "net/stack_test_tcp.h"

#define IP(a, b, c, d)                                                                             \
    ((struct ipv4_address){.value = (uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)})
#define OUR_IP IP(192, 0, 2, 1)
#define GATEWAY_IP IP(192, 0, 2, 254)
#define PEER_IP IP(192, 0, 2, 9)
#define OTHER_IP IP(192, 0, 2, 10)
#define TAGGED_IP IP(198, 51, 100, 1)
#define TAGGED_VLAN 7
#define NEIGHBOURS 4
#define RECEIVE_PACKETS 64
#define SEND_PACKETS 64
#define ECHOES_PER_SECOND 5

extern const struct ethernet_address our_mac, tagged_mac, peer_mac, other_mac, everybody_mac;

struct bench {
    void *nic_memory[2];
    void *stack_memory;
    struct nic_sim *nic[2];
    struct stack *stack;
    struct told *told;
    struct now now;
};

extern struct bench bench;

void bench_open(void);
/* Every packet must be back in its pool. */
void bench_close(void);
/* Time goes on by `ms`, with a turn and a flush at every deadline on the way and at the end. */
void bench_run_ms(int64_t ms);
void bench_turn(void);

/* A frame as it is put together, or as it was seen. */
struct frame {
    unsigned char data[2048];
    size_t bytes;
};

/* Sent frames, oldest first; false when there is none. Those seen are dropped. */
bool sent_next(uint32_t port, struct frame *frame);
void sent_drop_all(uint32_t port);
uint32_t sent_count(uint32_t port); /* and drops them */

void put(uint32_t port, const struct frame *frame);
void put_and_turn(uint32_t port, const struct frame *frame);

uint16_t get_u16(const unsigned char *at);
uint32_t get_u32(const unsigned char *at);
void set_u16(unsigned char *at, uint32_t value);
void set_u32(unsigned char *at, uint32_t value);
/* RFC 1071 over an even or odd count: 0 over data that holds its checksum. */
uint16_t naive_checksum(const unsigned char *data, size_t bytes);

struct frame ethernet(const struct ethernet_address *to, const struct ethernet_address *from,
                      uint32_t vlan, uint32_t type);
void append(struct frame *frame, const void *data, size_t bytes);

struct arp_text {
    uint32_t operation;
    struct ethernet_address sender_at;
    struct ipv4_address sender;
    struct ethernet_address target_at;
    struct ipv4_address target;
};

#define ASK 1
#define ANSWER 2

struct frame arp(const struct ethernet_address *to, uint32_t vlan, const struct arp_text *text);
/* The frame is ARP to `to` on `vlan`, and says so. */
void expect_arp(const struct frame *frame, const struct ethernet_address *to, uint32_t vlan,
                const struct arp_text *text);

/* `who`, at `at`, answers our question on port 0; asks for us there; or announces itself. */
struct frame answer_of(struct ipv4_address who, const struct ethernet_address *at);
struct frame question_of(struct ipv4_address who, const struct ethernet_address *at);
struct frame announcement_of(struct ipv4_address who, const struct ethernet_address *at);
/* The next frame of port 0 is our question for `who` to `to`. */
void expect_question(struct ipv4_address who, const struct ethernet_address *to);

/* A datagram from `from` at peer_mac to us on port 0; the IPv4 header's checksum is right. */
struct frame datagram(struct ipv4_address from, struct ipv4_address to, uint32_t protocol,
                      const void *payload, size_t bytes);
void mend_ip_checksum(struct frame *frame);

enum tcp_route route(struct ipv4_address local, struct ipv4_address remote, struct tcp_path *path);

#endif
