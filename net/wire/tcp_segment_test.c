#include <criterion/criterion.h>
#include <string.h>

#include "net/wire/tcp_segment.h"

/* 192.0.2.1:40000 to 198.51.100.7:443; tshark finds the checksums good. */
static const struct ipv4_address from = {0xc0000201}, to = {0xc6336407};

/* MSS 1460, SACK permitted, timestamps 1 and 0, scale 7, as Linux sends them. */
#define SYN                                                                                        \
    "\x9c\x40\x01\xbb\x01\x02\x03\x04\x00\x00\x00\x00\xa0\x02\xff\xff\xb9\xc1\x00\x00"             \
    "\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x00\x01\x03\x03\x07"
/* Ten bytes of payload behind the timestamps' layout of RFC 7323, appendix A. */
#define DATA                                                                                       \
    "\x9c\x40\x01\xbb\x01\x02\x03\x05\x0a\x0b\x0c\x0d\x80\x18\x01\xf6\x91\x75\x00\x00"             \
    "\x01\x01\x08\x0a\x00\x00\x00\x02\x00\x00\x00\x03"                                             \
    "8=FIX.4.4\x01"

Test(tcp_segment, a_syn_is_read) {
    struct tcp_segment s;
    cr_assert_eq(tcp_segment_read(SYN, 40, from, to, false, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.from_port, 40000);
    cr_assert_eq(s.to_port, 443);
    cr_assert_eq(s.seq.value, 0x01020304);
    cr_assert_eq(s.ack.value, 0);
    cr_assert_eq(s.flags, TCP_SYN);
    cr_assert_eq(s.window, 65535);
    cr_assert_eq(s.mss, 1460);
    cr_assert_eq(s.window_scale, 7);
    cr_assert(s.sack_permitted);
    cr_assert(s.has_timestamps);
    cr_assert_eq(s.ts_value, 1);
    cr_assert_eq(s.ts_echo, 0);
    cr_assert_eq(s.sack_count, 0);
    cr_assert_eq(s.header_bytes, 40);
    cr_assert_eq(s.payload_bytes, 0);
    cr_assert_eq(tcp_segment_length(&s), 1);
}

Test(tcp_segment, data_is_read) {
    struct tcp_segment s;
    cr_assert_eq(tcp_segment_read(DATA, 42, from, to, false, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.seq.value, 0x01020305);
    cr_assert_eq(s.ack.value, 0x0a0b0c0d);
    cr_assert_eq(s.flags, TCP_PSH | TCP_ACK);
    cr_assert_eq(s.window, 502);
    cr_assert(s.has_timestamps);
    cr_assert_eq(s.ts_value, 2);
    cr_assert_eq(s.ts_echo, 3);
    cr_assert_eq(s.mss, 0);
    cr_assert_eq(s.window_scale, TCP_WINDOW_SCALE_NONE);
    cr_assert_not(s.sack_permitted);
    cr_assert_eq(s.header_bytes, 32);
    cr_assert_eq(s.payload_bytes, 10);
    cr_assert_eq(tcp_segment_length(&s), 10);
}

Test(tcp_segment, any_changed_bit_is_found_unless_the_nic_looked) {
    for (size_t bit = 0; bit < 42 * 8; bit++) {
        char changed[42];
        memcpy(changed, DATA, 42);
        changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
        struct tcp_segment s;
        cr_assert_eq(tcp_segment_read(changed, 42, from, to, false, &s), TCP_SEGMENT_BAD_CHECKSUM,
                     "bit %zu", bit);
    }
    char changed[42];
    memcpy(changed, DATA, 42);
    changed[TCP_CHECKSUM_OFFSET] = 0;
    struct tcp_segment s;
    cr_assert_eq(tcp_segment_read(changed, 42, from, to, true, &s), TCP_SEGMENT_OK);
}

Test(tcp_segment, checksum_covers_both_addresses_and_the_length) {
    struct tcp_segment s;
    struct ipv4_address other = {from.value + 1};
    cr_assert_eq(tcp_segment_read(DATA, 42, other, to, false, &s), TCP_SEGMENT_BAD_CHECKSUM);
    cr_assert_eq(tcp_segment_read(DATA, 42, from, other, false, &s), TCP_SEGMENT_BAD_CHECKSUM);
    cr_assert_eq(tcp_segment_read(DATA "\0", 43, from, to, false, &s), TCP_SEGMENT_BAD_CHECKSUM);
}

/* Options behind a header that says `words`; 60 bytes are there. */
static enum tcp_segment_result read_options(const char *options, size_t bytes, unsigned words,
                                            struct tcp_segment *segment) {
    char header[64] = "\x9c\x40\x01\xbb\x01\x02\x03\x04\x00\x00\x00\x00\x00\x10\xff\xff";
    header[12] = (char)(words << 4);
    memcpy(header + 20, options, bytes);
    return tcp_segment_read(header, 60, from, to, true, segment);
}

#define OPTIONS(text) (text), sizeof(text) - 1

static const struct {
    const char *name;
    const char *options;
    size_t bytes;
    unsigned words;
    enum tcp_segment_result result;
} verdicts[] = {
    {"data offset 0", OPTIONS(""), 0, TCP_SEGMENT_MALFORMED},
    {"data offset 4", OPTIONS(""), 4, TCP_SEGMENT_MALFORMED},
    {"data offset 5", OPTIONS(""), 5, TCP_SEGMENT_OK},
    {"data offset 15", OPTIONS(""), 15, TCP_SEGMENT_OK},
    {"unknown option", OPTIONS("\xfe\x04\x01\x02"), 6, TCP_SEGMENT_OK},
    {"unknown option over all", OPTIONS("\xfe\x28"), 15, TCP_SEGMENT_OK},
    {"unknown option beyond the header", OPTIONS("\xfe\x29"), 15, TCP_SEGMENT_MALFORMED},
    {"unknown option of length 0", OPTIONS("\xfe\x00"), 6, TCP_SEGMENT_MALFORMED},
    {"unknown option of length 1", OPTIONS("\xfe\x01"), 6, TCP_SEGMENT_MALFORMED},
    {"kind in the last byte", OPTIONS("\x01\x01\x01\xfe"), 6, TCP_SEGMENT_MALFORMED},
    {"kind in the last byte, length behind", OPTIONS("\x01\x01\x01\xfe\x02"), 6,
     TCP_SEGMENT_MALFORMED},
    {"NOPs only", OPTIONS("\x01\x01\x01\x01"), 6, TCP_SEGMENT_OK},
    {"what follows the end is nothing", OPTIONS("\x00\x02\x00\x00"), 6, TCP_SEGMENT_OK},
    {"MSS of length 3", OPTIONS("\x02\x03\x05\x00"), 6, TCP_SEGMENT_MALFORMED},
    {"MSS of length 5", OPTIONS("\x02\x05\x05\xb4\x00"), 7, TCP_SEGMENT_MALFORMED},
    {"scale of length 4", OPTIONS("\x03\x04\x07\x00"), 6, TCP_SEGMENT_MALFORMED},
    {"SACK permitted of length 3", OPTIONS("\x04\x03\x00\x00"), 6, TCP_SEGMENT_MALFORMED},
    {"timestamps of length 9", OPTIONS("\x08\x09\x00\x00\x00\x00\x00\x00\x00"), 8,
     TCP_SEGMENT_MALFORMED},
    {"timestamps beyond the header", OPTIONS("\x01\x01\x01\x08\x0a\x00\x00\x00"), 7,
     TCP_SEGMENT_MALFORMED},
    {"SACK without blocks", OPTIONS("\x05\x02\x00\x00"), 6, TCP_SEGMENT_MALFORMED},
    {"SACK of half a block", OPTIONS("\x05\x06\x00\x00\x00\x00"), 7, TCP_SEGMENT_MALFORMED},
    {"SACK of five blocks", OPTIONS("\x05\x2a"), 15, TCP_SEGMENT_MALFORMED},
    {"SACK of four blocks", OPTIONS("\x01\x01\x05\x22"), 14, TCP_SEGMENT_OK},
};

Test(tcp_segment, verdicts_on_options) {
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        struct tcp_segment s;
        enum tcp_segment_result result =
            read_options(verdicts[i].options, verdicts[i].bytes, verdicts[i].words, &s);
        cr_assert_eq(result, verdicts[i].result, "%s: %d", verdicts[i].name, (int)result);
        cr_assert_eq(s.from_port, 40000, "%s", verdicts[i].name);
        cr_assert_eq(s.to_port, 443, "%s", verdicts[i].name);
    }
}

Test(tcp_segment, every_cut_is_truncated) {
    for (size_t bytes = 0; bytes < 40; bytes++) {
        struct tcp_segment s;
        cr_assert_eq(tcp_segment_read(SYN, bytes, from, to, true, &s), TCP_SEGMENT_TRUNCATED, "%zu",
                     bytes);
    }
}

Test(tcp_segment, of_an_option_given_twice_the_first_counts) {
    struct tcp_segment s;
    cr_assert_eq(read_options(OPTIONS("\x02\x04\x02\x18\x02\x04\x05\xb4\x03\x03\x02\x03\x03\x09\x01"
                                      "\x01"),
                              9, &s),
                 TCP_SEGMENT_OK);
    cr_assert_eq(s.mss, 536);
    cr_assert_eq(s.window_scale, 2);
    cr_assert_eq(read_options(OPTIONS("\x02\x04\x00\x00\x02\x04\x05\xb4"), 7, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.mss, 0);
}

Test(tcp_segment, a_scale_beyond_14_is_14) {
    struct tcp_segment s;
    cr_assert_eq(read_options(OPTIONS("\x01\x03\x03\x0e"), 6, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.window_scale, 14);
    cr_assert_eq(read_options(OPTIONS("\x01\x03\x03\x0f"), 6, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.window_scale, 14);
    cr_assert_eq(read_options(OPTIONS("\x01\x03\x03\xff"), 6, &s), TCP_SEGMENT_OK);
    cr_assert_eq(s.window_scale, 14);
}

Test(tcp_segment, sack_blocks_in_the_order_of_the_wire) {
    struct tcp_segment s;
    cr_assert_eq(read_options(OPTIONS("\x01\x01\x05\x12\x00\x00\x15\x7c\x00\x00\x17\x70\xff\xff\xff"
                                      "\xf0\x00\x00\x00\x10"),
                              10, &s),
                 TCP_SEGMENT_OK);
    cr_assert_eq(s.sack_count, 2);
    cr_assert_eq(s.sack[0].left.value, 5500); /* RFC 2018 §4, case 2 */
    cr_assert_eq(s.sack[0].right.value, 6000);
    cr_assert_eq(s.sack[1].left.value, 0xfffffff0);
    cr_assert_eq(s.sack[1].right.value, 0x10);
}

Test(tcp_segment, written_data_header) {
    char header[60];
    struct tcp_segment s = {.from_port = 40000,
                            .to_port = 443,
                            .seq = {0x01020305},
                            .ack = {0x0a0b0c0d},
                            .flags = TCP_PSH | TCP_ACK,
                            .window = 502,
                            .window_scale = TCP_WINDOW_SCALE_NONE,
                            .has_timestamps = true,
                            .ts_value = 2,
                            .ts_echo = 3};
    char expected[] = DATA;
    memset(expected + TCP_CHECKSUM_OFFSET, 0, 2);
    cr_assert_eq(tcp_segment_write(header, &s), 32);
    cr_assert_arr_eq(header, expected, 32);
}

Test(tcp_segment, written_syn_options_each_fill_whole_words) {
    char header[60];
    struct tcp_segment s = {
        .flags = TCP_SYN, .mss = 1460, .window_scale = 7, .sack_permitted = true};
    cr_assert_eq(tcp_segment_write(header, &s), 32);
    cr_assert_arr_eq(header + 20, "\x02\x04\x05\xb4\x01\x03\x03\x07\x01\x01\x04\x02", 12);
    s.window_scale = 0;
    s.mss = 0;
    s.sack_permitted = false;
    cr_assert_eq(tcp_segment_write(header, &s), 24);
    cr_assert_arr_eq(header + 20, "\x01\x03\x03\x00", 4);
}

Test(tcp_segment, as_many_sack_blocks_as_fit) {
    char header[60];
    struct tcp_segment s = {.window_scale = TCP_WINDOW_SCALE_NONE, .sack_count = 4};
    for (uint32_t i = 0; i < 4; i++) {
        s.sack[i] = (struct tcp_range){{i * 100}, {i * 100 + 50}};
    }
    cr_assert_eq(tcp_segment_write(header, &s), 56);
    cr_assert_arr_eq(header + 20, "\x01\x01\x05\x22\x00\x00\x00\x00\x00\x00\x00\x32", 12);
    s.has_timestamps = true;
    cr_assert_eq(tcp_segment_write(header, &s), 60);
    cr_assert_arr_eq(header + 32, "\x01\x01\x05\x1a", 4);
    s.mss = 1460;
    cr_assert_eq(tcp_segment_write(header, &s), 56);
    cr_assert_arr_eq(header + 36, "\x01\x01\x05\x12", 4);
}
