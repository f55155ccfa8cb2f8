#include <criterion/criterion.h>
#include <string.h>

#include "net/wire/ethernet.h"

#define TO "\x02\x00\x00\x00\x00\x01"
#define FROM "\x02\x00\x00\x00\x00\x02"

static const struct {
    const char *name;
    const char *frame;
    size_t bytes;
    bool ok;
    uint16_t type;
    uint16_t vlan;
    uint32_t header_bytes;
} frames[] = {
    {"empty", "", 0, false, 0, 0, 0},
    {"one byte short", TO FROM "\x08", 13, false, 0, 0, 0},
    {"IPv4", TO FROM "\x08\x00", 14, true, 0x0800, 0, 14},
    {"ARP", TO FROM "\x08\x06", 14, true, 0x0806, 0, 14},
    {"a length of 802.3", TO FROM "\x00\x2e", 14, true, 0x002e, 0, 14},
    {"tag cut off", TO FROM "\x81\x00\x00\x64\x08", 17, false, 0, 0, 0},
    {"VLAN 100", TO FROM "\x81\x00\x00\x64\x08\x00", 18, true, 0x0800, 100, 18},
    {"VLAN 4094, priority 7", TO FROM "\x81\x00\xff\xfe\x08\x00", 18, true, 0x0800, 4094, 18},
    {"priority tag", TO FROM "\x81\x00\xe0\x00\x08\x00", 18, true, 0x0800, 0, 18},
    {"reserved VID", TO FROM "\x81\x00\x0f\xff\x08\x00", 18, false, 0, 0, 0},
    {"two tags", TO FROM "\x81\x00\x00\x64\x81\x00\x00\x65\x08\x00", 22, false, 0, 0, 0},
    {"service tag inside", TO FROM "\x81\x00\x00\x64\x88\xa8\x00\x65\x08\x00", 22, false, 0, 0, 0},
};

Test(ethernet, headers_are_read_or_refused) {
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct ethernet_header header;
        bool ok = ethernet_read(frames[i].frame, frames[i].bytes, &header);
        cr_assert_eq(ok, frames[i].ok, "%s", frames[i].name);
        if (ok) {
            cr_assert_eq(header.type, frames[i].type, "%s", frames[i].name);
            cr_assert_eq(header.vlan, frames[i].vlan, "%s", frames[i].name);
            cr_assert_eq(header.header_bytes, frames[i].header_bytes, "%s", frames[i].name);
            cr_assert_arr_eq(header.to.byte, TO, 6, "%s", frames[i].name);
            cr_assert_arr_eq(header.from.byte, FROM, 6, "%s", frames[i].name);
        }
    }
}

Test(ethernet, written_bytes) {
    struct ethernet_header header = {.type = ETHERNET_TYPE_IPV4};
    memcpy(header.to.byte, TO, 6);
    memcpy(header.from.byte, FROM, 6);
    char frame[18];
    cr_assert_eq(ethernet_write(frame, &header), 14);
    cr_assert_arr_eq(frame, TO FROM "\x08\x00", 14);
    header.vlan = 4094;
    cr_assert_eq(ethernet_write(frame, &header), 18);
    cr_assert_arr_eq(frame, TO FROM "\x81\x00\x0f\xfe\x08\x00", 18);
}

Test(ethernet, group_bit) {
    cr_assert(ethernet_address_is_group(&(struct ethernet_address){{0x01, 0, 0x5e, 0, 0, 1}}));
    cr_assert(ethernet_address_is_group(
        &(struct ethernet_address){{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}));
    cr_assert_not(ethernet_address_is_group(&(struct ethernet_address){{0x02, 1, 1, 1, 1, 1}}));
}

Test(ethernet, addresses_as_text) {
    static const struct {
        const char *text;
        bool ok;
    } texts[] = {
        {"02:00:aB:Cd:0f:f0", true},   {"", false},
        {"02:00:ab:cd:0f:f", false},   {"02:00:ab:cd:0f:f00", false},
        {"02-00-ab-cd-0f-f0", false},  {"02:00:ab:cd:0f:g0", false},
        {"02:00:ab:cd:0f: 0", false},  {"020:0:ab:cd:0f:f0", false},
        {"02:00:ab:cd:0f:f0:", false}, {"-2:00:ab:cd:0f:f0", false},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ethernet_address address;
        bool ok = ethernet_address_parse(texts[i].text, strlen(texts[i].text), &address);
        cr_assert_eq(ok, texts[i].ok, "%s", texts[i].text);
        if (ok) {
            cr_assert_arr_eq(address.byte, "\x02\x00\xab\xcd\x0f\xf0", 6);
        }
    }
}
