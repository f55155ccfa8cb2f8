#include <criterion/criterion.h>
#include <string.h>

#include "net/wire/arp.h"

/* RFC 826's packet for Ethernet and IPv4: who has 192.0.2.2, tell 192.0.2.1. */
#define KIND "\x00\x01\x08\x00\x06\x04"
#define REQUEST                                                                                    \
    KIND "\x00\x01\x02\x00\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x00\x00\x00\x00\x00\xc0\x00\x02"    \
         "\x02"
#define REPLY                                                                                      \
    KIND "\x00\x02\x02\x00\x00\x00\x00\x02\xc0\x00\x02\x02\x02\x00\x00\x00\x00\x01\xc0\x00\x02"    \
         "\x01"

Test(arp, a_request_and_its_answer_are_read) {
    struct arp_message message;
    cr_assert(arp_read(REQUEST, 28, &message));
    cr_assert_eq(message.operation, ARP_REQUEST);
    cr_assert_arr_eq(message.sender_at.byte, "\x02\x00\x00\x00\x00\x01", 6);
    cr_assert_eq(message.sender.value, 0xc0000201);
    cr_assert_eq(message.target.value, 0xc0000202);
    cr_assert(arp_read(REPLY, 28, &message));
    cr_assert_eq(message.operation, ARP_REPLY);
    cr_assert_arr_eq(message.sender_at.byte, "\x02\x00\x00\x00\x00\x02", 6);
    cr_assert_eq(message.sender.value, 0xc0000202);
    cr_assert_arr_eq(message.target_at.byte, "\x02\x00\x00\x00\x00\x01", 6);
    cr_assert_eq(message.target.value, 0xc0000201);
}

Test(arp, written_bytes) {
    char payload[28];
    struct arp_message message = {.operation = ARP_REQUEST,
                                  .sender_at = {{2, 0, 0, 0, 0, 1}},
                                  .sender = {0xc0000201},
                                  .target = {0xc0000202}};
    cr_assert_eq(arp_write(payload, &message), 28);
    cr_assert_arr_eq(payload, REQUEST, 28);
    message = (struct arp_message){.operation = ARP_REPLY,
                                   .sender_at = {{2, 0, 0, 0, 0, 2}},
                                   .sender = {0xc0000202},
                                   .target_at = {{2, 0, 0, 0, 0, 1}},
                                   .target = {0xc0000201}};
    arp_write(payload, &message);
    cr_assert_arr_eq(payload, REPLY, 28);
}

Test(arp, a_probe_of_rfc_5227_is_read) {
    struct arp_message message;
    cr_assert(arp_read(KIND "\x00\x01\x02\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                            "\x00\xc0\x00\x02\x02",
                       28, &message));
    cr_assert_eq(message.sender.value, 0);
    cr_assert_eq(message.target.value, 0xc0000202);
}

static const struct {
    const char *name;
    size_t at;
    const char *bytes;
    size_t count;
} refused[] = {
    {"hardware", 0, "\x00\x06", 2},      {"protocol", 2, "\x86\xdd", 2},
    {"hardware length", 4, "\x08", 1},   {"protocol length", 5, "\x10", 1},
    {"operation 0", 6, "\x00\x00", 2},   {"reverse request", 6, "\x00\x03", 2},
    {"operation 257", 6, "\x01\x01", 2}, {"sender at broadcast", 8, "\xff\xff\xff\xff\xff\xff", 6},
    {"sender at a group", 8, "\x01", 1}, {"sender at none", 8, "\x00\x00\x00\x00\x00\x00", 6},
};

Test(arp, others_are_refused) {
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char payload[28];
        memcpy(payload, REQUEST, 28);
        memcpy(payload + refused[i].at, refused[i].bytes, refused[i].count);
        struct arp_message message;
        cr_assert_not(arp_read(payload, 28, &message), "%s", refused[i].name);
    }
}

Test(arp, cut_off_anywhere_is_refused_and_padding_is_not_looked_at) {
    struct arp_message message;
    for (size_t bytes = 0; bytes < 28; bytes++) {
        cr_assert_not(arp_read(REQUEST, bytes, &message), "%zu", bytes);
    }
    char padded[46];
    memset(padded, 0x5a, sizeof padded);
    memcpy(padded, REQUEST, 28);
    cr_assert(arp_read(padded, sizeof padded, &message));
}
