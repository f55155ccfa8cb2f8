/*
 * One stack over a simulated NIC, with connections that hand-made frames opened and talk on: the
 * world of the benchmarks in micro_tcp.c.
 *
 * The peers are no stack: their frames are put together outside the sections that count, and what
 * our stack sends is read there, so that what counts is the work of one endpoint. The NIC's own
 * work does not count: within a section its functions are called through ones that callgrind is
 * told to leave out (LEFT_OUT in scripts/bench).
 */
#ifndef TERCEL_BENCH_MICRO_MICRO_TCP_H
#define TERCEL_BENCH_MICRO_MICRO_TCP_H

#include "bench/micro/micro.h"
#include "net/nic_sim.h"
#include "net/stack.h"

#define MICRO_TCP_CONNECTIONS_MAX 300

struct micro_tcp_setup {
    uint32_t connections;   /* 1 .. MICRO_TCP_CONNECTIONS_MAX, used in turn */
    uint32_t payload_bytes; /* of data segments, both ways */
    bool checksum;          /* in software, both ways; else they are the NIC's */
};

struct micro_tcp_peer {
    struct stream *stream; /* our end */
    struct tcp_seq next;   /* of the peer: of its next byte, and the next it wants of us */
    struct tcp_seq wanted;
    uint32_t ts_recent; /* as last told by us */
};

struct micro_tcp {
    struct micro_tcp_setup setup;
    struct nic_sim *sim;
    struct nic *nic;
    const struct nic_ops *nic_ops; /* its own */
    struct stack *stack;
    struct now now;
    struct micro_tcp_peer peers[MICRO_TCP_CONNECTIONS_MAX];
};

/* Every connection is open, idle, and has sent and received a few segments. */
struct micro_tcp *micro_tcp_open(const struct micro_tcp_setup *setup);

/* Time goes on, with a turn of TCP but without one of the NIC. */
void micro_tcp_pass(struct micro_tcp *world);
/* The peer's next segment, which acknowledges all that it wants to; it lies in the NIC. */
void micro_tcp_put(struct micro_tcp *world, uint32_t peer, uint32_t payload_bytes);
/* As the stack receives it. */
struct packet *micro_tcp_receive(struct micro_tcp *world);
/* The peers take what we sent; how many frames those were. */
uint32_t micro_tcp_drain(struct micro_tcp *world);

/* From here on what the NIC does is left out, or is not. */
void micro_tcp_leave_nic_out(struct micro_tcp *world);
void micro_tcp_let_nic_in(struct micro_tcp *world);

/* Around what counts: micro_begin and micro_end, and nothing of ours between them. */
static inline void micro_tcp_begin(struct micro_tcp *world) {
    micro_tcp_leave_nic_out(world);
    micro_begin();
}

static inline void micro_tcp_end(struct micro_tcp *world) {
    micro_end();
    micro_tcp_let_nic_in(world);
}

#endif
