/*
 * IPv4 headers (RFC 791). Fragments are recognised, never put together; options are skipped.
 * Addresses are one-field structs in host order. Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_IPV4_H
#define TERCEL_NET_WIRE_IPV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

#define IPV4_HEADER_BYTES 20
#define IPV4_PROTOCOL_ICMP 1
#define IPV4_PROTOCOL_TCP 6
#define IPV4_DATAGRAM_BYTES_MAX 65535

struct ipv4_address {
    uint32_t value; /* host order: 192.0.2.1 is 0xC0000201 */
};

static inline bool ipv4_address_equal(struct ipv4_address a, struct ipv4_address b) {
    return a.value == b.value;
}

enum ipv4_result {
    IPV4_OK = 0,
    IPV4_TRUNCATED,    /* shorter than its headers or its total length say */
    IPV4_MALFORMED,    /* not version 4, header length below 20 or beyond the total length */
    IPV4_BAD_CHECKSUM, /* of the header */
    IPV4_FRAGMENT      /* any but a whole datagram */
};

struct ipv4_header {
    struct ipv4_address from;
    struct ipv4_address to;
    uint8_t protocol;
    uint8_t ttl;
    uint16_t id;
    bool dont_fragment;
    uint32_t header_bytes; /* 20 .. 60 */
    uint32_t payload_bytes;
};

/* `bytes` may exceed the datagram: frames are padded. `checksum_known`: the NIC found it good. On
 * IPV4_FRAGMENT and IPV4_BAD_CHECKSUM the header is filled all the same. */
enum ipv4_result ipv4_read(const char *datagram, size_t bytes, bool checksum_known,
                           struct ipv4_header *header) MUST_USE;

/* Writes 20 bytes: `payload_bytes`, addresses, protocol, ttl, id and DF as in `header`, with the
 * checksum. */
void ipv4_write(char *datagram, const struct ipv4_header *header);

/* Never a host to talk to: 0/8, 127/8, 224/4, 240/4. */
bool ipv4_address_is_martian(struct ipv4_address address);

#endif
