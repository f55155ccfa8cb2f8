#include "net/wire/arp.h"

#include "net/wire/big_endian.h"

#define HARDWARE_ETHERNET 1
#define OPERATION_OFFSET 6
#define SENDER_AT_OFFSET 8
#define SENDER_OFFSET 14
#define TARGET_AT_OFFSET 18
#define TARGET_OFFSET 24

/* Hardware type, protocol type, and how long their addresses are. */
static void write_kind(char *payload) {
    big_endian_put_u16(payload, HARDWARE_ETHERNET);
    big_endian_put_u16(payload + 2, ETHERNET_TYPE_IPV4);
    payload[4] = ETHERNET_ADDRESS_BYTES;
    payload[5] = sizeof(struct ipv4_address);
}

static bool is_nowhere(const struct ethernet_address *address) {
    return ethernet_address_equal(address, &(struct ethernet_address){{0}});
}

bool arp_read(const char *payload, size_t bytes, struct arp_message *message) {
    char kind[OPERATION_OFFSET];
    write_kind(kind);
    if (bytes < ARP_BYTES || memcmp(payload, kind, sizeof kind) != 0) {
        return false;
    }
    message->operation = big_endian_u16(payload + OPERATION_OFFSET);
    memcpy(message->sender_at.byte, payload + SENDER_AT_OFFSET, ETHERNET_ADDRESS_BYTES);
    message->sender.value = big_endian_u32(payload + SENDER_OFFSET);
    memcpy(message->target_at.byte, payload + TARGET_AT_OFFSET, ETHERNET_ADDRESS_BYTES);
    message->target.value = big_endian_u32(payload + TARGET_OFFSET);
    return (message->operation == ARP_REQUEST || message->operation == ARP_REPLY) &&
           !ethernet_address_is_group(&message->sender_at) && !is_nowhere(&message->sender_at);
}

uint32_t arp_write(char *payload, const struct arp_message *message) {
    write_kind(payload);
    big_endian_put_u16(payload + OPERATION_OFFSET, message->operation);
    memcpy(payload + SENDER_AT_OFFSET, message->sender_at.byte, ETHERNET_ADDRESS_BYTES);
    big_endian_put_u32(payload + SENDER_OFFSET, message->sender.value);
    memcpy(payload + TARGET_AT_OFFSET, message->target_at.byte, ETHERNET_ADDRESS_BYTES);
    big_endian_put_u32(payload + TARGET_OFFSET, message->target.value);
    return ARP_BYTES;
}
