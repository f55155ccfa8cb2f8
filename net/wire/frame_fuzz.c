/*
 * Any bytes as a received frame, through every reader in turn: none reads outside, and what each
 * says of lengths and of one checksum agrees with the bytes there are. The first byte chooses
 * whether the checksums are taken as known, and put right, to reach what lies behind them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/wire/arp.h"
#include "net/wire/ethernet.h"
#include "net/wire/icmp.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp_segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_arp(const char *payload, size_t bytes) {
    struct arp_message message;
    if (arp_read(payload, bytes, &message)) {
        char again[ARP_BYTES];
        CHECK(arp_write(again, &message) == ARP_BYTES);
        CHECK(memcmp(again, payload, ARP_BYTES) == 0);
    }
}

static void read_tcp(const char *payload, const struct ipv4_header *ip, bool known) {
    struct tcp_segment segment;
    if (tcp_segment_read(payload, ip->payload_bytes, ip->from, ip->to, known, &segment) ==
        TCP_SEGMENT_OK) {
        CHECK(segment.header_bytes + segment.payload_bytes == ip->payload_bytes);
        CHECK(segment.sack_count <= TCP_SACK_BLOCKS_MAX);
        CHECK(segment.window_scale <= TCP_WINDOW_SCALE_MAX);
    }
}

static void read_icmp(char *payload, const struct ipv4_header *ip, bool known) {
    size_t bytes = ip->payload_bytes;
    if (known && bytes >= ICMP_HEADER_BYTES) {
        memset(payload + 2, 0, 2);
        uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, payload, bytes));
        memcpy(payload + 2, &sum, sizeof sum);
    }
    struct icmp_message message;
    if (icmp_read(payload, bytes, &message) == ICMP_OK && message.type == ICMP_TYPE_ECHO) {
        icmp_write_echo_reply(payload, payload, bytes);
        CHECK(icmp_read(payload, bytes, &message) == ICMP_OTHER);
    }
}

static void read_ipv4(char *datagram, size_t bytes, bool known) {
    struct ipv4_header ip;
    if (ipv4_read(datagram, bytes, known, &ip) != IPV4_OK) {
        return;
    }
    CHECK(ip.header_bytes + ip.payload_bytes <= bytes);
    char *payload = datagram + ip.header_bytes;
    if (ip.protocol == IPV4_PROTOCOL_TCP) {
        read_tcp(payload, &ip, known);
    } else if (ip.protocol == IPV4_PROTOCOL_ICMP) {
        read_icmp(payload, &ip, known);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    bool known = (data[0] & 1) != 0;
    size_t bytes = size - 1;
    char *frame = malloc(bytes); /* of its own, so that a byte too far is seen */
    if (bytes != 0) {
        memcpy(frame, data + 1, bytes);
    }
    struct ethernet_header ethernet;
    if (ethernet_read(frame, bytes, &ethernet)) {
        char *payload = frame + ethernet.header_bytes;
        if (ethernet.type == ETHERNET_TYPE_ARP) {
            read_arp(payload, bytes - ethernet.header_bytes);
        } else if (ethernet.type == ETHERNET_TYPE_IPV4) {
            read_ipv4(payload, bytes - ethernet.header_bytes, known);
        }
    }
    free(frame);
    return 0;
}
