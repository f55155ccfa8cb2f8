/*
 * Ethernet II frames with at most one 802.1Q tag.
 *
 * Read and built at named offsets; nothing is cast over the bytes. Frames are as the NIC gives
 * them: no preamble, no FCS, padded to 60 bytes perhaps. Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_ETHERNET_H
#define TERCEL_NET_WIRE_ETHERNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/check.h"

#define ETHERNET_ADDRESS_BYTES 6
#define ETHERNET_HEADER_BYTES 14
#define ETHERNET_TAG_BYTES 4
#define ETHERNET_TYPE_IPV4 0x0800
#define ETHERNET_TYPE_ARP 0x0806
#define ETHERNET_TYPE_VLAN 0x8100
#define ETHERNET_VLAN_NONE 0
#define ETHERNET_VLAN_MAX 4094

struct ethernet_address {
    unsigned char byte[ETHERNET_ADDRESS_BYTES];
};

static inline bool ethernet_address_equal(const struct ethernet_address *a,
                                          const struct ethernet_address *b) {
    return memcmp(a->byte, b->byte, ETHERNET_ADDRESS_BYTES) == 0;
}

/* The group bit: multicast and broadcast. */
static inline bool ethernet_address_is_group(const struct ethernet_address *address) {
    return (address->byte[0] & 1) != 0;
}

struct ethernet_header {
    struct ethernet_address to;
    struct ethernet_address from;
    uint16_t type;         /* behind the tag, if there is one */
    uint16_t vlan;         /* VID 1 .. 4094; ETHERNET_VLAN_NONE: untagged or priority-tagged */
    uint32_t header_bytes; /* 14 or 18 */
};

/* False when `bytes` do not hold the header, or for a second tag. */
bool ethernet_read(const char *frame, size_t bytes, struct ethernet_header *header) MUST_USE;

/* Writes 14 bytes, or 18 with a VLAN; returns how many. */
uint32_t ethernet_write(char *frame, const struct ethernet_header *header);

/* "02:00:00:00:00:01"; false for anything else. */
bool ethernet_address_parse(const char *text, size_t len,
                            struct ethernet_address *address) MUST_USE;

#endif
