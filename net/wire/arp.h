/*
 * ARP for IPv4 over Ethernet (RFC 826); probes and announcements of RFC 5227 are requests with a
 * sender address of 0.0.0.0, or with sender and target address the same. Pure functions; any
 * thread.
 */
#ifndef TERCEL_NET_WIRE_ARP_H
#define TERCEL_NET_WIRE_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"

#define ARP_BYTES 28
#define ARP_REQUEST 1
#define ARP_REPLY 2

struct arp_message {
    uint16_t operation; /* ARP_REQUEST or ARP_REPLY */
    struct ethernet_address sender_at;
    struct ipv4_address sender;
    struct ethernet_address target_at; /* means nothing in a request */
    struct ipv4_address target;
};

/* False when shorter than 28 bytes (longer is padding), for other hardware, protocols or
 * operations, and for a sender at a group address or at none. */
bool arp_read(const char *payload, size_t bytes, struct arp_message *message) MUST_USE;

/* Writes 28 bytes; returns that. */
uint32_t arp_write(char *payload, const struct arp_message *message);

#endif
