#include "net/wire/ipv4.h"

#include <string.h>

#include "net/wire/big_endian.h"
#include "net/wire/checksum.h"

#define VERSION_AND_LENGTH 0x45 /* version 4, 5 words */
#define TOTAL_OFFSET 2
#define ID_OFFSET 4
#define FRAGMENT_OFFSET 6
#define TTL_OFFSET 8
#define PROTOCOL_OFFSET 9
#define CHECKSUM_OFFSET 10
#define FROM_OFFSET 12
#define TO_OFFSET 16

#define DONT_FRAGMENT 0x4000
#define MORE_FRAGMENTS_OR_OFFSET 0x3fff

static void read_fields(const char *datagram, uint32_t header_bytes, uint32_t total_bytes,
                        struct ipv4_header *header) {
    header->from.value = big_endian_u32(datagram + FROM_OFFSET);
    header->to.value = big_endian_u32(datagram + TO_OFFSET);
    header->protocol = (uint8_t)datagram[PROTOCOL_OFFSET];
    header->ttl = (uint8_t)datagram[TTL_OFFSET];
    header->id = big_endian_u16(datagram + ID_OFFSET);
    header->dont_fragment = (big_endian_u16(datagram + FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    header->header_bytes = header_bytes;
    header->payload_bytes = total_bytes - header_bytes;
}

enum ipv4_result ipv4_read(const char *datagram, size_t bytes, bool checksum_known,
                           struct ipv4_header *header) {
    if (bytes < IPV4_HEADER_BYTES) {
        return IPV4_TRUNCATED;
    }
    uint32_t first = (uint8_t)datagram[0];
    uint32_t header_bytes = (first & 0x0f) * 4;
    uint32_t total_bytes = big_endian_u16(datagram + TOTAL_OFFSET);
    if (first >> 4 != 4 || header_bytes < IPV4_HEADER_BYTES || header_bytes > total_bytes) {
        return IPV4_MALFORMED;
    }
    if (total_bytes > bytes) {
        return IPV4_TRUNCATED;
    }
    read_fields(datagram, header_bytes, total_bytes, header);
    if (!checksum_known &&
        checksum_finish(checksum_add((struct checksum){0}, datagram, header_bytes)) != 0) {
        return IPV4_BAD_CHECKSUM;
    }
    bool whole = (big_endian_u16(datagram + FRAGMENT_OFFSET) & MORE_FRAGMENTS_OR_OFFSET) == 0;
    return whole ? IPV4_OK : IPV4_FRAGMENT;
}

void ipv4_write(char *datagram, const struct ipv4_header *header) {
    datagram[0] = VERSION_AND_LENGTH;
    datagram[1] = 0;
    big_endian_put_u16(datagram + TOTAL_OFFSET,
                       (uint16_t)(IPV4_HEADER_BYTES + header->payload_bytes));
    big_endian_put_u16(datagram + ID_OFFSET, header->id);
    big_endian_put_u16(datagram + FRAGMENT_OFFSET, header->dont_fragment ? DONT_FRAGMENT : 0);
    datagram[TTL_OFFSET] = (char)header->ttl;
    datagram[PROTOCOL_OFFSET] = (char)header->protocol;
    big_endian_put_u16(datagram + CHECKSUM_OFFSET, 0);
    big_endian_put_u32(datagram + FROM_OFFSET, header->from.value);
    big_endian_put_u32(datagram + TO_OFFSET, header->to.value);
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, datagram, IPV4_HEADER_BYTES));
    memcpy(datagram + CHECKSUM_OFFSET, &sum, sizeof sum);
}

bool ipv4_address_is_martian(struct ipv4_address address) {
    uint32_t net = address.value >> 24;
    return net == 0 || net == 127 || net >= 224;
}
