#include <criterion/criterion.h>
#include <string.h>

#include "net/wire/checksum.h"
#include "net/wire/icmp.h"

/* From 192.0.2.1:40000 to 198.51.100.7:443, sequence number 0x01020304. */
#define QUOTED_IP "\x45\x00\x05\xdc\x00\x00\x40\x00\x3f\x06\x00\x00\xc0\x00\x02\x01\xc6\x33\x64\x07"
#define QUOTED_TCP "\x9c\x40\x01\xbb\x01\x02\x03\x04"

static char message_bytes[128];

/* The message with its checksum put right. */
static const char *with_checksum(const char *message, size_t bytes) {
    memcpy(message_bytes, message, bytes);
    memset(message_bytes + 2, 0, 2);
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, message_bytes, bytes));
    memcpy(message_bytes + 2, &sum, 2);
    return message_bytes;
}

/* Identifier 1, sequence 1: 0x0800 + 1 + 1 and 1 + 1, complemented. */
#define ECHO "\x08\x00\xf7\xfd\x00\x01\x00\x01"
#define ECHO_REPLY "\x00\x00\xff\xfd\x00\x01\x00\x01"

Test(icmp, an_echo_request_is_answered_with_its_own_bytes) {
    struct icmp_message message;
    cr_assert_eq(icmp_read(ECHO, 8, &message), ICMP_OK);
    cr_assert_eq(message.type, ICMP_TYPE_ECHO);
    char reply[8];
    icmp_write_echo_reply(reply, ECHO, 8);
    cr_assert_arr_eq(reply, ECHO_REPLY, 8);
    memcpy(reply, ECHO, 8);
    icmp_write_echo_reply(reply, reply, 8);
    cr_assert_arr_eq(reply, ECHO_REPLY, 8);
}

Test(icmp, an_answer_of_odd_length_has_a_right_checksum) {
    char request[33] = "\x08\x00\x00\x00\x12\x34\x00\x09payload of 25 bytes, odd";
    char reply[33];
    icmp_write_echo_reply(reply, request, sizeof request);
    cr_assert_eq(checksum_finish(checksum_add((struct checksum){0}, reply, sizeof reply)), 0);
    cr_assert_arr_eq(reply + 4, request + 4, sizeof request - 4);
}

Test(icmp, unreachable_tells_code_and_quoted_segment) {
    for (int code = 0; code <= 15; code++) {
        char text[] = "\x03\x00\x00\x00\x00\x00\x05\x14" QUOTED_IP QUOTED_TCP;
        text[1] = (char)code;
        struct icmp_message message;
        cr_assert_eq(icmp_read(with_checksum(text, 36), 36, &message), ICMP_OK);
        cr_assert_eq(message.type, ICMP_TYPE_UNREACHABLE);
        cr_assert_eq(message.code, code);
        cr_assert_eq(message.mtu, code == ICMP_FRAGMENTATION_NEEDED ? 1300 : 0);
        cr_assert_eq(message.quote.from.value, 0xc0000201);
        cr_assert_eq(message.quote.to.value, 0xc6336407);
        cr_assert_eq(message.quote.from_port, 40000);
        cr_assert_eq(message.quote.to_port, 443);
        cr_assert_eq(message.quote.seq.value, 0x01020304);
    }
}

Test(icmp, quoted_options_are_skipped) {
    const char text[] = "\x03\x03\x00\x00\x00\x00\x00\x00"
                        "\x46\x00\x05\xdc\x00\x00\x40\x00\x3f\x06\x00\x00\xc0\x00\x02\x01\xc6\x33"
                        "\x64\x07\x94\x04\x00\x00" QUOTED_TCP;
    struct icmp_message message;
    cr_assert_eq(icmp_read(with_checksum(text, 40), 40, &message), ICMP_OK);
    cr_assert_eq(message.quote.seq.value, 0x01020304);
    cr_assert_eq(icmp_read(with_checksum(text, 39), 39, &message), ICMP_TRUNCATED);
}

static const struct {
    const char *name;
    const char *text;
    size_t bytes;
    enum icmp_result result;
} verdicts[] = {
    {"nothing", "", 0, ICMP_TRUNCATED},
    {"7 bytes", ECHO, 7, ICMP_TRUNCATED},
    {"echo reply", ECHO_REPLY, 8, ICMP_OTHER},
    {"redirect", "\x05\x00\x00\x00\x00\x00\x00\x00" QUOTED_IP QUOTED_TCP, 36, ICMP_OTHER},
    {"quoting nothing", "\x03\x01\x00\x00\x00\x00\x00\x00", 8, ICMP_TRUNCATED},
    {"quoting 19 bytes", "\x03\x01\x00\x00\x00\x00\x00\x00" QUOTED_IP, 27, ICMP_TRUNCATED},
    {"quoting 7 bytes of TCP", "\x03\x01\x00\x00\x00\x00\x00\x00" QUOTED_IP QUOTED_TCP, 35,
     ICMP_TRUNCATED},
    {"quoting IPv6",
     "\x03\x01\x00\x00\x00\x00\x00\x00\x60\x00\x00\x00\x00\x00\x00\x00\x3f\x06\x00\x00\x00\x00"
     "\x00\x00\x00\x00\x00\x00" QUOTED_TCP,
     36, ICMP_MALFORMED},
    {"quoting a header of 16",
     "\x03\x01\x00\x00\x00\x00\x00\x00\x44\x00\x00\x00\x00\x00\x00\x00\x3f\x06\x00\x00\x00\x00"
     "\x00\x00\x00\x00\x00\x00" QUOTED_TCP,
     36, ICMP_MALFORMED},
    {"quoting UDP",
     "\x03\x03\x00\x00\x00\x00\x00\x00\x45\x00\x00\x1c\x00\x00\x40\x00\x3f\x11\x00\x00\xc0\x00"
     "\x02\x01\xc6\x33\x64\x07" QUOTED_TCP,
     36, ICMP_OTHER},
    {"quoting a later fragment",
     "\x03\x03\x00\x00\x00\x00\x00\x00\x45\x00\x00\x1c\x00\x00\x00\x01\x3f\x06\x00\x00\xc0\x00"
     "\x02\x01\xc6\x33\x64\x07" QUOTED_TCP,
     36, ICMP_OTHER},
    {"quoting a first fragment",
     "\x03\x03\x00\x00\x00\x00\x00\x00\x45\x00\x00\x1c\x00\x00\x20\x00\x3f\x06\x00\x00\xc0\x00"
     "\x02\x01\xc6\x33\x64\x07" QUOTED_TCP,
     36, ICMP_OK},
};

Test(icmp, verdicts) {
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        struct icmp_message message;
        size_t bytes = verdicts[i].bytes;
        const char *text = bytes < 8 ? verdicts[i].text : with_checksum(verdicts[i].text, bytes);
        enum icmp_result result = icmp_read(text, bytes, &message);
        cr_assert_eq(result, verdicts[i].result, "%s: %d", verdicts[i].name, (int)result);
    }
}

Test(icmp, any_changed_bit_is_found) {
    const char *text = with_checksum("\x03\x04\x00\x00\x00\x00\x05\x14" QUOTED_IP QUOTED_TCP, 36);
    for (size_t bit = 0; bit < 36 * 8; bit++) {
        char changed[36];
        memcpy(changed, text, 36);
        changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
        struct icmp_message message;
        cr_assert_eq(icmp_read(changed, 36, &message), ICMP_BAD_CHECKSUM, "bit %zu", bit);
    }
}
