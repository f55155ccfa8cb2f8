/*
 * Two stacks joined by a simulated link, in virtual time. Stack 0 dials, stack 1 listens. For tests
 * only.
 *
 *   stack 0  192.0.2.1/24 at 02:00:00:00:00:01      stack 1  192.0.2.2/24 at 02:00:00:00:00:02
 */
#ifndef TERCEL_NET_STACK_DUO_TEST_H
#define TERCEL_NET_STACK_DUO_TEST_H

#include "net/link_sim.h"
#include "net/stack.h"

#define DUO_PORT 9000

struct duo_setup {
    struct stream_limits stream;
    struct tcp_profile profile;
    struct link_sim_way way; /* both directions */
    uint64_t seed;
    uint32_t connections_max;
    uint32_t ring_entries;
    uint32_t send_packets;
    uint32_t buffer_bytes; /* of a packet: for the largest frame, and PACKET_HEADROOM_BYTES */
    uint16_t vlan;         /* of both ports; ETHERNET_VLAN_NONE */
    bool slow_only;
    bool offload; /* checksums are the NICs' */
};

struct duo {
    struct stack *stacks[2];
    struct nic_sim *nics[2];
    struct link_sim *link;
    struct now now;
    char *memory; /* of stacks and NICs */
    size_t memory_bytes;
    char *link_memory;
    uint32_t receive_packets, send_packets;
};

/* Limits that a record layer of stream_frame_null_test_fixture.h fits on; a profile for peers that
 * acknowledge at once; a perfect link. */
struct duo_setup duo_setup_default(void);

struct duo *duo_open(const struct duo_setup *setup);
/* Both stacks end, and every packet must be back in its pool. */
void duo_close(struct duo *duo);

struct stream *duo_dial(struct duo *duo);
struct stream *duo_accept(struct duo *duo);
/* By the stack it is of. */
void duo_discard(struct duo *duo, struct stream *stream);

/* A turn and a flush of one stack; of both, and the link. Returns the frames that moved. */
uint32_t duo_turn_one(struct duo *duo, uint32_t which);
uint32_t duo_turn(struct duo *duo);
/* Until nothing moves at this instant. */
void duo_settle(struct duo *duo);
/* From deadline to deadline until `time` has passed; in steps of 5 us, which a turn takes. */
void duo_run(struct duo *duo, struct duration time);
void duo_run_ms(struct duo *duo, int64_t ms);
struct instant duo_deadline(const struct duo *duo);

/* Both TCPs are sound. */
void duo_audit(const struct duo *duo);

#endif
