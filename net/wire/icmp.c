#include "net/wire/icmp.h"

#include <string.h>

#include "net/wire/big_endian.h"
#include "net/wire/checksum.h"

#define CHECKSUM_OFFSET 2
#define MTU_OFFSET 6

/* Of a quoted datagram; its checksum and total length may have been changed on the way. */
#define QUOTED_FRAGMENT_OFFSET 6
#define QUOTED_OFFSET_MASK 0x1fff
#define QUOTED_PROTOCOL_OFFSET 9
#define QUOTED_FROM_OFFSET 12
#define QUOTED_TO_OFFSET 16
#define QUOTED_TCP_BYTES 8 /* RFC 792: no more is promised */

static enum icmp_result read_quote(const char *quoted, size_t bytes, struct icmp_quote *quote) {
    if (bytes < IPV4_HEADER_BYTES) {
        return ICMP_TRUNCATED;
    }
    uint32_t first = (uint8_t)quoted[0];
    uint32_t header_bytes = (first & 0x0f) * 4;
    if (first >> 4 != 4 || header_bytes < IPV4_HEADER_BYTES) {
        return ICMP_MALFORMED;
    }
    bool later_fragment =
        (big_endian_u16(quoted + QUOTED_FRAGMENT_OFFSET) & QUOTED_OFFSET_MASK) != 0;
    if ((uint8_t)quoted[QUOTED_PROTOCOL_OFFSET] != IPV4_PROTOCOL_TCP || later_fragment) {
        return ICMP_OTHER;
    }
    if (bytes < header_bytes + QUOTED_TCP_BYTES) {
        return ICMP_TRUNCATED;
    }
    const char *tcp = quoted + header_bytes;
    quote->from.value = big_endian_u32(quoted + QUOTED_FROM_OFFSET);
    quote->to.value = big_endian_u32(quoted + QUOTED_TO_OFFSET);
    quote->from_port = big_endian_u16(tcp);
    quote->to_port = big_endian_u16(tcp + 2);
    quote->seq = tcp_seq_of(big_endian_u32(tcp + 4));
    return ICMP_OK;
}

enum icmp_result icmp_read(const char *payload, size_t bytes, struct icmp_message *message) {
    if (bytes < ICMP_HEADER_BYTES) {
        return ICMP_TRUNCATED;
    }
    if (checksum_finish(checksum_add((struct checksum){0}, payload, bytes)) != 0) {
        return ICMP_BAD_CHECKSUM;
    }
    *message = (struct icmp_message){.type = (uint8_t)payload[0], .code = (uint8_t)payload[1]};
    switch (message->type) {
    case ICMP_TYPE_ECHO:
        return ICMP_OK;
    case ICMP_TYPE_UNREACHABLE:
        if (message->code == ICMP_FRAGMENTATION_NEEDED) {
            message->mtu = big_endian_u16(payload + MTU_OFFSET);
        }
        return read_quote(payload + ICMP_HEADER_BYTES, bytes - ICMP_HEADER_BYTES, &message->quote);
    default:
        return ICMP_OTHER;
    }
}

void icmp_write_echo_reply(char *reply, const char *request, size_t bytes) {
    memmove(reply, request, bytes);
    reply[0] = ICMP_TYPE_ECHO_REPLY;
    big_endian_put_u16(reply + CHECKSUM_OFFSET, 0);
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, reply, bytes));
    memcpy(reply + CHECKSUM_OFFSET, &sum, sizeof sum);
}
