/*
 * ICMP for IPv4 (RFC 792, RFC 1191): echo requests to answer, and errors that quote a TCP segment.
 *
 * An error quotes the IPv4 header of the datagram it is about and at least eight bytes behind it:
 * ports and sequence number. What is quoted is what the sender of the error says: whether to
 * believe it is the caller's (RFC 5927). Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_ICMP_H
#define TERCEL_NET_WIRE_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp_sequence.h"

#define ICMP_HEADER_BYTES 8
#define ICMP_TYPE_ECHO_REPLY 0
#define ICMP_TYPE_UNREACHABLE 3
#define ICMP_TYPE_ECHO 8

/* Codes of ICMP_TYPE_UNREACHABLE (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1). */
enum {
    ICMP_NET_UNREACHABLE = 0,
    ICMP_HOST_UNREACHABLE = 1,
    ICMP_PROTOCOL_UNREACHABLE = 2,
    ICMP_PORT_UNREACHABLE = 3,
    ICMP_FRAGMENTATION_NEEDED = 4,
    ICMP_NET_PROHIBITED = 9,
    ICMP_HOST_PROHIBITED = 10,
    ICMP_PROHIBITED = 13
};

enum icmp_result {
    ICMP_OK = 0,
    ICMP_TRUNCATED,    /* shorter than its header, or than what it should quote */
    ICMP_MALFORMED,    /* quotes what is no IPv4 datagram */
    ICMP_BAD_CHECKSUM, /* of the message */
    ICMP_OTHER         /* a type that is not read here, or an error about something but TCP */
};

/* A segment an error is about: `from` is who sent it, so us. */
struct icmp_quote {
    struct ipv4_address from;
    struct ipv4_address to;
    uint16_t from_port;
    uint16_t to_port;
    struct tcp_seq seq;
};

struct icmp_message {
    uint8_t type; /* ICMP_TYPE_ECHO or ICMP_TYPE_UNREACHABLE */
    uint8_t code;
    uint16_t mtu;            /* of ICMP_FRAGMENTATION_NEEDED: as it says, 0 from old routers */
    struct icmp_quote quote; /* of ICMP_TYPE_UNREACHABLE */
};

/* The payload of an IPv4 datagram. */
enum icmp_result icmp_read(const char *payload, size_t bytes,
                           struct icmp_message *message) MUST_USE;

/* Writes `bytes` (>= 8, those of the request) at `reply`: the answer to an echo request that was
 * read. */
void icmp_write_echo_reply(char *reply, const char *request, size_t bytes);

#endif
