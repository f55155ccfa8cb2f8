/*
 * One TCP and a peer that says whatever it is told to: for fuzzers, and what checks them.
 *
 * The peer is at 10.0.0.2:9000. The TCP, at 10.0.0.1, dials it or listens on port 4001. What the
 * peer sends as text is a function of its sequence number, and what the TCP is given to write a
 * function of its place in the stream, so both can be judged whatever the order was. After every
 * call: tcp_audit, and of every frame that left: well made, as it was written, its window's edge
 * never going back, no answer to a RST but silence. A broken rule is a failed CHECK.
 *
 * One thread.
 */
#ifndef TERCEL_NET_TCP_SIM_TCP_RIG_H
#define TERCEL_NET_TCP_SIM_TCP_RIG_H

#include "net/nic_sim.h"
#include "net/tcp/sim/tcp_sim_frame.h"
#include "net/tcp/tcp.h"

enum tcp_rig_state {
    TCP_RIG_LISTEN = 0,
    TCP_RIG_RESOLVING,
    TCP_RIG_SYN_SENT,
    TCP_RIG_EMBRYO,
    TCP_RIG_SYN_RECEIVED, /* simultaneous open */
    TCP_RIG_ESTABLISHED,  /* dialled */
    TCP_RIG_ACCEPTED,     /* and open */
    TCP_RIG_IN_FLIGHT,    /* open, with records sent and not acknowledged */
    TCP_RIG_LOSS,         /* some of them SACKed */
    TCP_RIG_HOLE,         /* open, with text out of order */
    TCP_RIG_ZERO_WINDOW,  /* open, with records that the peer's window does not take */
    TCP_RIG_FULL,         /* open, and our own window used up */
    TCP_RIG_FIN_WAIT_1,
    TCP_RIG_FIN_WAIT_2,
    TCP_RIG_CLOSE_WAIT,
    TCP_RIG_CLOSING,
    TCP_RIG_LAST_ACK,
    TCP_RIG_TIME_WAIT,
    TCP_RIG_CLOSED,
    TCP_RIG_STATES
};

struct tcp_rig_setup {
    bool slow_only;
    bool timestamps; /* of both */
    bool sack;       /* the peer's */
    bool small;      /* little of everything */
    bool near_wrap;  /* sequence numbers */
};

struct tcp_rig_memory;

struct tcp_rig {
    struct tcp_rig_setup setup;
    struct tcp *tcp;
    struct nic_sim *nic;
    struct tcp_rig_memory *memory;
    struct now now;
    bool unresolved;       /* what `below` says */
    struct stream *stream; /* of the connection, when there is one */
    uint32_t written, read;
    uint64_t position; /* of the journal */
    uint16_t local_port;
    /* The peer. */
    uint32_t seq;   /* its next */
    uint32_t ack;   /* beyond what it heard */
    uint32_t heard; /* of the TCP: beyond the last ACK it sent */
    uint16_t window;
    uint32_t ts_value, ts_echo;
    /* Of what the TCP sent. */
    bool iss_known, edge_known;
    uint32_t iss;
    uint32_t syn_ack; /* what our SYN acknowledged: another one is another connection's */
    uint32_t edge;
    bool scaled; /* the peer said in a SYN that windows are */
    uint32_t resets;
    uint64_t hash, frames;
};

/* At most two at once. The state is reached by what the peer says. */
void tcp_rig_open(struct tcp_rig *rig, const struct tcp_rig_setup *setup, enum tcp_rig_state state);
/* Everything ends; every packet must be back. */
void tcp_rig_close(struct tcp_rig *rig);

/* What the peer says next in order, with everything right; to be changed before it is sent. */
struct tcp_segment tcp_rig_next(const struct tcp_rig *rig, uint8_t flags);
/* With as many bytes of text; <= 1400. The peer's own numbers stay. */
void tcp_rig_deliver(struct tcp_rig *rig, const struct tcp_segment *segment, uint32_t text_bytes);
/* tcp_rig_next, and the peer's numbers go on. */
void tcp_rig_say(struct tcp_rig *rig, uint8_t flags, uint32_t text_bytes);
/* Any bytes as header, options and text; the checksum is made right. */
void tcp_rig_deliver_bytes(struct tcp_rig *rig, const uint8_t *bytes, uint32_t count);

/* Turn, timers, flush. */
void tcp_rig_pass(struct tcp_rig *rig, int64_t ns);
void tcp_rig_pass_to_deadline(struct tcp_rig *rig);

/* The application. Without a stream they do nothing. */
void tcp_rig_write(struct tcp_rig *rig, uint32_t bytes, uint64_t release_after);
void tcp_rig_read(struct tcp_rig *rig, uint32_t bytes_max);
void tcp_rig_finish(struct tcp_rig *rig);
void tcp_rig_discard(struct tcp_rig *rig);
void tcp_rig_dial(struct tcp_rig *rig);
void tcp_rig_accept(struct tcp_rig *rig);

/* One of many things to happen, by 8 bytes. */
#define TCP_RIG_OP_BYTES 8
void tcp_rig_op(struct tcp_rig *rig, const uint8_t *op);

/* The first byte of a fuzzer's input. */
struct tcp_rig_setup tcp_rig_setup_of(uint8_t byte);

#endif
