/*
 * A packet: one frame in one buffer of a NIC's pool, and what the stack needs to know of it. Frames
 * in several parts do not exist above the NIC, which puts them together or drops them.
 *
 * The struct lies in front of its buffer, where the NIC's own bookkeeping is in front of it in turn
 * (DPDK: the private area of the mbuf), so TCP is compiled once and runs over any NIC.
 *
 * Ownership. A packet has one owner, who gives it away (nic_give) or sends it (nic_send). A packet
 * sent with `kept` set stays its owner's: the NIC reads it until it has let go of it
 * (nic_has_let_go), the owner may read it, nobody writes to it, and the owner gives it away when it
 * is not needed any more, whether the NIC has let go or not.
 *
 * Threading: a packet belongs to the thread of its NIC.
 */
#ifndef TERCEL_NET_PACKET_H
#define TERCEL_NET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nic;

/* In front of a frame's payload: Ethernet with a tag, IPv4, TCP with all options, rounded up. */
#define PACKET_HEADROOM_BYTES 128

/* Of a received packet: what the NIC found. */
enum packet_verdict {
    PACKET_UNKNOWN = 0, /* not looked at: the software checks */
    PACKET_GOOD,
    PACKET_BAD
};

struct packet {
    char *buffer;          /* its first byte; PACKET_HEADROOM_BYTES lie before where payload goes */
    struct nic *nic;       /* whose pool it is from */
    struct packet *next;   /* the owner's, for its lists */
    uint32_t buffer_bytes; /* of the whole buffer */
    uint32_t data_offset;  /* the frame's first byte in the buffer */
    uint32_t data_bytes;   /* of the frame */
    uint16_t shares;       /* the owner's: how many of its own entries refer to the packet */
    uint8_t ip_checksum;   /* received: enum packet_verdict */
    uint8_t l4_checksum;   /* received: enum packet_verdict */
    uint8_t l2_bytes;      /* to send with offload: of the Ethernet header */
    uint8_t l4_bytes;      /* to send with offload: of the TCP header */
    bool offload;          /* to send: the NIC fills in the IPv4 and TCP checksums */
    bool kept;             /* to send: stays the sender's, see above */
    bool sent; /* the owner's: was handed to a NIC once, so it is not written any more */
};

/* Where a frame lies in its packet and how it is to be sent, from data_offset to `kept`: copied as
 * one where many packets are alike. */
#define PACKET_SHAPE_BYTES 16
_Static_assert(offsetof(struct packet, kept) + 1 ==
                   offsetof(struct packet, data_offset) + PACKET_SHAPE_BYTES,
               "a packet's shape is what lies between");

static inline void packet_take_shape(struct packet *packet, const struct packet *like) {
    memcpy((char *)packet + offsetof(struct packet, data_offset),
           (const char *)like + offsetof(struct packet, data_offset), PACKET_SHAPE_BYTES);
}

static inline char *packet_data(const struct packet *packet) {
    return packet->buffer + packet->data_offset;
}

/* Bytes of payload that fit behind the headroom. */
static inline uint32_t packet_payload_bytes_max(const struct packet *packet) {
    return packet->buffer_bytes - PACKET_HEADROOM_BYTES;
}

#endif
