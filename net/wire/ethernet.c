#include "net/wire/ethernet.h"

#include "net/wire/big_endian.h"

#define TYPE_OFFSET 12
#define TYPE_SERVICE_TAG 0x88a8 /* 802.1ad */
#define TAG_VID_MASK 0x0fff

static bool is_tag(uint16_t type) {
    return type == ETHERNET_TYPE_VLAN || type == TYPE_SERVICE_TAG;
}

static bool read_tag(const char *frame, size_t bytes, struct ethernet_header *header) {
    if (bytes < ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES) {
        return false;
    }
    header->vlan = big_endian_u16(frame + ETHERNET_HEADER_BYTES) & TAG_VID_MASK;
    header->type = big_endian_u16(frame + TYPE_OFFSET + ETHERNET_TAG_BYTES);
    header->header_bytes = ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES;
    return !is_tag(header->type) && header->vlan <= ETHERNET_VLAN_MAX;
}

bool ethernet_read(const char *frame, size_t bytes, struct ethernet_header *header) {
    if (bytes < ETHERNET_HEADER_BYTES) {
        return false;
    }
    memcpy(header->to.byte, frame, ETHERNET_ADDRESS_BYTES);
    memcpy(header->from.byte, frame + ETHERNET_ADDRESS_BYTES, ETHERNET_ADDRESS_BYTES);
    header->type = big_endian_u16(frame + TYPE_OFFSET);
    header->vlan = ETHERNET_VLAN_NONE;
    header->header_bytes = ETHERNET_HEADER_BYTES;
    return header->type == ETHERNET_TYPE_VLAN ? read_tag(frame, bytes, header) : true;
}

uint32_t ethernet_write(char *frame, const struct ethernet_header *header) {
    memcpy(frame, header->to.byte, ETHERNET_ADDRESS_BYTES);
    memcpy(frame + ETHERNET_ADDRESS_BYTES, header->from.byte, ETHERNET_ADDRESS_BYTES);
    if (header->vlan == ETHERNET_VLAN_NONE) {
        big_endian_put_u16(frame + TYPE_OFFSET, header->type);
        return ETHERNET_HEADER_BYTES;
    }
    big_endian_put_u16(frame + TYPE_OFFSET, ETHERNET_TYPE_VLAN);
    big_endian_put_u16(frame + ETHERNET_HEADER_BYTES, header->vlan);
    big_endian_put_u16(frame + TYPE_OFFSET + ETHERNET_TAG_BYTES, header->type);
    return ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES;
}

/* -1 for what is no hexadecimal digit. */
static int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool ethernet_address_parse(const char *text, size_t len, struct ethernet_address *address) {
    if (len != ETHERNET_ADDRESS_BYTES * 3 - 1) {
        return false;
    }
    for (size_t i = 0; i < ETHERNET_ADDRESS_BYTES; i++) {
        int high = digit(text[3 * i]);
        int low = digit(text[3 * i + 1]);
        bool last = i + 1 == ETHERNET_ADDRESS_BYTES;
        if (high < 0 || low < 0 || (!last && text[3 * i + 2] != ':')) {
            return false;
        }
        address->byte[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}
