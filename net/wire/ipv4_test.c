#include <criterion/criterion.h>
#include <string.h>

#include "net/wire/ipv4.h"

/* A UDP datagram's header of 115 bytes in all, worked out in "IPv4 header checksum", Wikipedia:
 * checksum b861. */
#define PUBLISHED "\x45\x00\x00\x73\x00\x00\x40\x00\x40\x11\xb8\x61\xc0\xa8\x00\x01\xc0\xa8\x00\xc7"

static enum ipv4_result read_datagram(const char *header, size_t header_bytes, size_t bytes,
                                      bool known, struct ipv4_header *out) {
    static char memory[2048];
    memset(memory, 0x5a, sizeof memory);
    memcpy(memory, header, header_bytes);
    return ipv4_read(memory, bytes, known, out);
}

Test(ipv4, published_header_is_read) {
    struct ipv4_header header;
    cr_assert_eq(read_datagram(PUBLISHED, 20, 115, false, &header), IPV4_OK);
    cr_assert_eq(header.from.value, 0xc0a80001);
    cr_assert_eq(header.to.value, 0xc0a800c7);
    cr_assert_eq(header.protocol, 17);
    cr_assert_eq(header.ttl, 64);
    cr_assert_eq(header.id, 0);
    cr_assert(header.dont_fragment);
    cr_assert_eq(header.header_bytes, 20);
    cr_assert_eq(header.payload_bytes, 95);
}

Test(ipv4, published_header_is_written) {
    char header[20];
    ipv4_write(header, &(struct ipv4_header){.from = {0xc0a80001},
                                             .to = {0xc0a800c7},
                                             .protocol = 17,
                                             .ttl = 64,
                                             .dont_fragment = true,
                                             .payload_bytes = 95});
    cr_assert_arr_eq(header, PUBLISHED, 20);
}

Test(ipv4, length_is_that_of_the_datagram_not_of_the_padded_frame) {
    struct ipv4_header header;
    cr_assert_eq(read_datagram(PUBLISHED, 20, 1500, false, &header), IPV4_OK);
    cr_assert_eq(header.payload_bytes, 95);
}

static const struct {
    const char *name;
    const char *header;
    size_t header_bytes, bytes;
    bool known;
    enum ipv4_result result;
} verdicts[] = {
    {"nothing", "", 0, 0, true, IPV4_TRUNCATED},
    {"19 bytes", PUBLISHED, 20, 19, true, IPV4_TRUNCATED},
    {"one byte short of its total length", PUBLISHED, 20, 114, true, IPV4_TRUNCATED},
    {"version 6", "\x65\x00\x00\x73", 4, 115, true, IPV4_MALFORMED},
    {"version 5", "\x55\x00\x00\x73", 4, 115, true, IPV4_MALFORMED},
    {"header of 16", "\x44\x00\x00\x73", 4, 115, true, IPV4_MALFORMED},
    {"header of 0", "\x40\x00\x00\x73", 4, 115, true, IPV4_MALFORMED},
    {"total length 19", "\x45\x00\x00\x13", 4, 115, true, IPV4_MALFORMED},
    {"total length 0", "\x45\x00\x00\x00", 4, 115, true, IPV4_MALFORMED},
    {"header of 60 in a total of 59", "\x4f\x00\x00\x3b", 4, 115, true, IPV4_MALFORMED},
    {"header of 60 in a total of 60", "\x4f\x00\x00\x3c\x00\x00\x40\x00", 8, 60, true, IPV4_OK},
    {"header of 60 of which 59 came", "\x4f\x00\x00\x3c\x00\x00\x40\x00", 8, 59, true,
     IPV4_TRUNCATED},
    {"total length alone", "\x45\x00\x00\x14\x00\x00\x40\x00", 8, 60, true, IPV4_OK},
    {"checksum off by one", "\x45\x00\x00\x73\x00\x00\x40\x00\x40\x11\xb8\x62", 12, 115, false,
     IPV4_BAD_CHECKSUM},
    {"checksum off by one, but known", "\x45\x00\x00\x73\x00\x00\x40\x00\x40\x11\xb8\x62", 12, 115,
     true, IPV4_OK},
    {"first fragment", "\x45\x00\x00\x73\x00\x00\x20\x00", 8, 115, true, IPV4_FRAGMENT},
    {"last fragment", "\x45\x00\x00\x73\x00\x00\x00\x01", 8, 115, true, IPV4_FRAGMENT},
    {"fragment at 65528", "\x45\x00\x00\x73\x00\x00\x1f\xff", 8, 115, true, IPV4_FRAGMENT},
    {"may be fragmented, is not", "\x45\x00\x00\x73\x00\x00\x00\x00", 8, 115, true, IPV4_OK},
};

Test(ipv4, verdicts) {
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        struct ipv4_header header;
        enum ipv4_result result = read_datagram(verdicts[i].header, verdicts[i].header_bytes,
                                                verdicts[i].bytes, verdicts[i].known, &header);
        cr_assert_eq(result, verdicts[i].result, "%s: %d", verdicts[i].name, (int)result);
    }
}

Test(ipv4, options_are_in_the_checksum_and_skipped) {
    /* Router alert (RFC 2113); the sum of the published header with the words changed. */
    const char datagram[24] = "\x46\x00\x00\x73\x00\x00\x40\x00\x40\x11\x23\x5d\xc0\xa8\x00\x01\xc0"
                              "\xa8\x00\xc7\x94\x04\x00\x00";
    struct ipv4_header header;
    cr_assert_eq(read_datagram(datagram, 24, 115, false, &header), IPV4_OK);
    cr_assert_eq(header.header_bytes, 24);
    cr_assert_eq(header.payload_bytes, 91);
    char changed[24];
    memcpy(changed, datagram, 24);
    changed[23] = 1;
    cr_assert_eq(read_datagram(changed, 24, 115, false, &header), IPV4_BAD_CHECKSUM);
}

Test(ipv4, what_is_bad_or_a_fragment_is_filled_in_all_the_same) {
    struct ipv4_header header = {0};
    cr_assert_eq(read_datagram("\x45\x00\x00\x73\x12\x34\x20\x00\x40\x06\x00\x00\xc0\xa8\x00\x01",
                               16, 115, true, &header),
                 IPV4_FRAGMENT);
    cr_assert_eq(header.id, 0x1234);
    cr_assert_eq(header.from.value, 0xc0a80001);
    header = (struct ipv4_header){0};
    cr_assert_eq(read_datagram("\x45\x00\x00\x73\x12\x34\x20\x00\x40\x06\x00\x00\xc0\xa8\x00\x01",
                               16, 115, false, &header),
                 IPV4_BAD_CHECKSUM);
    cr_assert_eq(header.from.value, 0xc0a80001);
}

Test(ipv4, martians) {
    static const struct {
        uint32_t address;
        bool martian;
    } addresses[] = {
        {0x00000000, true},  {0x00ffffff, true}, {0x01000000, false}, {0x7effffff, false},
        {0x7f000001, true},  {0x7fffffff, true}, {0x80000000, false}, {0xc0000201, false},
        {0xdfffffff, false}, {0xe0000001, true}, {0xf0000000, true},  {0xffffffff, true},
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct ipv4_address address = {addresses[i].address};
        cr_assert_eq(ipv4_address_is_martian(address), addresses[i].martian, "%08x", address.value);
    }
}
