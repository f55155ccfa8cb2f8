/* Echo answers, and ICMP errors on their way to TCP. */
#include "net/stack_test_fixture.h"

TestSuite(stack_icmp, .init = bench_open, .fini = bench_close);

/* An ICMP message with its checksum. */
static struct frame icmp(uint32_t type, uint32_t code, uint32_t rest, const void *data,
                         size_t bytes) {
    unsigned char message[2048];
    message[0] = (unsigned char)type;
    message[1] = (unsigned char)code;
    set_u16(message + 2, 0);
    set_u32(message + 4, rest);
    memcpy(message + 8, data, bytes);
    set_u16(message + 2, naive_checksum(message, 8 + bytes));
    return datagram(PEER_IP, OUR_IP, 1, message, 8 + bytes);
}

Test(stack_icmp, an_echo_request_is_answered_to_who_brought_it) {
    /* From beyond the gateway: no question is asked for the way back. */
    struct frame request = icmp(8, 0, 0x00070001, "odd", 3);
    set_u32(request.data + 26, IP(203, 0, 113, 9).value);
    mend_ip_checksum(&request);
    append(&request, "pad", 3);
    put_and_turn(0, &request);
    struct frame answer;
    cr_assert(sent_next(0, &answer));
    cr_assert_eq(answer.bytes, 14 + 20 + 8 + 3, "without the padding");
    struct frame header = ethernet(&peer_mac, &our_mac, 0, 0x0800);
    cr_assert_eq(memcmp(answer.data, header.data, 14), 0);
    cr_assert_eq(naive_checksum(answer.data + 14, 20), 0);
    cr_assert_eq(answer.data[23], 1);
    cr_assert_eq(get_u32(answer.data + 26), OUR_IP.value);
    cr_assert_eq(get_u32(answer.data + 30), IP(203, 0, 113, 9).value);
    cr_assert_eq(answer.data[34], 0, "echo reply");
    cr_assert_eq(naive_checksum(answer.data + 34, 11), 0);
    cr_assert_eq(get_u32(answer.data + 38), 0x00070001);
    cr_assert_eq(memcmp(answer.data + 42, "odd", 3), 0);
    cr_assert_eq(sent_count(0), 0);
    cr_assert_eq(stack_counters(bench.stack)->echoes, 1);
}

Test(stack_icmp, an_answer_bears_the_ports_tag) {
    struct frame plain = icmp(8, 0, 1, "x", 1);
    struct frame request = ethernet(&tagged_mac, &peer_mac, TAGGED_VLAN, 0x0800);
    append(&request, plain.data + 14, plain.bytes - 14);
    set_u32(request.data + 34, TAGGED_IP.value);
    set_u16(request.data + 28, 0);
    set_u16(request.data + 28, naive_checksum(request.data + 18, 20));
    put_and_turn(1, &request);
    struct frame answer;
    cr_assert(sent_next(1, &answer));
    struct frame header = ethernet(&peer_mac, &tagged_mac, TAGGED_VLAN, 0x0800);
    cr_assert_eq(memcmp(answer.data, header.data, 18), 0);
}

Test(stack_icmp, echo_answers_are_limited) {
    struct frame request = icmp(8, 0, 1, "x", 1);
    for (uint32_t second = 0; second < 2; second++) {
        for (uint32_t i = 0; i < 20; i++) {
            put_and_turn(0, &request);
        }
        cr_assert_eq(sent_count(0), ECHOES_PER_SECOND);
        bench_run_ms(1000);
    }
    cr_assert_eq(stack_counters(bench.stack)->echoes_withheld, 40 - 2 * ECHOES_PER_SECOND);
}

Test(stack_icmp, an_echo_may_fill_the_mtu_and_not_more) {
    static unsigned char data[1500];
    memset(data, 'e', sizeof(data));
    struct frame request = icmp(8, 0, 1, data, 1500 - 28);
    put_and_turn(0, &request);
    cr_assert_eq(sent_count(0), 1);
    request = icmp(8, 0, 1, data, 1500 - 27);
    put_and_turn(0, &request);
    cr_assert_eq(sent_count(0), 0);
    cr_assert_eq(stack_counters(bench.stack)->echoes_withheld, 1);
}

Test(stack_icmp, an_echo_that_finds_no_packet_or_no_room_is_counted) {
    struct frame request = icmp(8, 0, 1, "x", 1);
    nic_sim_refuse_take(bench.nic[0], true, true);
    put_and_turn(0, &request);
    nic_sim_refuse_take(bench.nic[0], false, false);
    nic_sim_refuse_send(bench.nic[0], true);
    put_and_turn(0, &request);
    nic_sim_refuse_send(bench.nic[0], false);
    cr_assert_eq(stack_counters(bench.stack)->send_failures, 2);
    cr_assert_eq(stack_counters(bench.stack)->echoes, 0);
    put_and_turn(0, &request);
    cr_assert_eq(sent_count(0), 1);
}

Test(stack_icmp, what_is_not_to_be_answered_is_not) {
    struct frame bad = icmp(8, 0, 1, "x", 1);
    bad.data[42] = 'y';
    put_and_turn(0, &bad);
    cr_expect_eq(stack_counters(bench.stack)->bad_checksum, 1);
    struct frame brief = datagram(PEER_IP, OUR_IP, 1, "\x08\x00\xf7\xff\x00\x00\x00", 7);
    put_and_turn(0, &brief);
    cr_expect_eq(stack_counters(bench.stack)->malformed, 1);
    static const unsigned char others[] = {0, 4, 5, 9, 10, 11, 12, 13, 17, 255};
    for (size_t i = 0; i < sizeof(others); i++) {
        struct frame other = icmp(others[i], 0, 0, "01234567890123456789012345678901", 32);
        put_and_turn(0, &other);
    }
    cr_expect_eq(stack_counters(bench.stack)->not_ours, sizeof(others));
    struct frame broadcast = icmp(8, 0, 1, "x", 1);
    set_u32(broadcast.data + 30, 0xc00002ff);
    mend_ip_checksum(&broadcast);
    put_and_turn(0, &broadcast);
    cr_expect_eq(sent_count(0), 0);
}

/* Errors. */

/* IPv4 header, ports and sequence number of a segment of ours. */
static void quote(unsigned char *to, struct ipv4_address from) {
    memset(to, 0, 28);
    to[0] = 0x45;
    set_u16(to + 2, 40);
    to[9] = 6;
    set_u32(to + 12, from.value);
    set_u32(to + 16, IP(203, 0, 113, 9).value);
    set_u16(to + 20, 40000);
    set_u16(to + 22, 443);
    set_u32(to + 24, 0xfffffffe);
}

Test(stack_icmp, errors_reach_tcp_with_what_they_quote) {
    static const struct {
        uint32_t code;
        enum tcp_icmp_kind kind;
    } codes[] = {{0, TCP_ICMP_UNREACHABLE},  {1, TCP_ICMP_UNREACHABLE},  {2, TCP_ICMP_REFUSED},
                 {3, TCP_ICMP_REFUSED},      {4, TCP_ICMP_TOO_BIG},      {5, TCP_ICMP_UNREACHABLE},
                 {6, TCP_ICMP_UNREACHABLE},  {7, TCP_ICMP_UNREACHABLE},  {8, TCP_ICMP_UNREACHABLE},
                 {9, TCP_ICMP_REFUSED},      {10, TCP_ICMP_REFUSED},     {11, TCP_ICMP_UNREACHABLE},
                 {12, TCP_ICMP_UNREACHABLE}, {13, TCP_ICMP_REFUSED},     {14, TCP_ICMP_UNREACHABLE},
                 {15, TCP_ICMP_UNREACHABLE}, {255, TCP_ICMP_UNREACHABLE}};
    unsigned char quoted[28];
    quote(quoted, OUR_IP);
    for (uint32_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct frame frame = icmp(3, codes[i].code, 1234, quoted, 28);
        put_and_turn(0, &frame);
        cr_assert_eq(bench.told->icmp_count, i + 1);
        const struct told_icmp *told = &bench.told->icmps[i];
        cr_expect_eq(told->kind, codes[i].kind, "code %u", codes[i].code);
        cr_expect_eq(told->mtu, codes[i].code == 4 ? 1234 : 0, "code %u", codes[i].code);
        cr_expect_eq(told->seq.value, 0xfffffffe);
        cr_expect_eq(told->flow.local.value, OUR_IP.value);
        cr_expect_eq(told->flow.remote.value, IP(203, 0, 113, 9).value);
        cr_expect_eq(told->flow.local_port, 40000);
        cr_expect_eq(told->flow.remote_port, 443);
    }
    cr_assert_eq(sent_count(0), 0, "an error is never answered");
}

Test(stack_icmp, errors_about_nothing_of_ours_stop_here) {
    unsigned char quoted[28];
    quote(quoted, IP(192, 0, 2, 2));
    struct frame frame = icmp(3, 3, 0, quoted, 28);
    put_and_turn(0, &frame);
    cr_expect_eq(stack_counters(bench.stack)->not_ours, 1, "another host's");
    quote(quoted, TAGGED_IP);
    frame = icmp(3, 3, 0, quoted, 28);
    put_and_turn(0, &frame);
    cr_expect_eq(stack_counters(bench.stack)->not_ours, 2, "another port's");
    quote(quoted, OUR_IP);
    quoted[9] = 17;
    frame = icmp(3, 3, 0, quoted, 28);
    put_and_turn(0, &frame);
    cr_expect_eq(stack_counters(bench.stack)->not_ours, 3, "UDP");
    for (size_t bytes = 0; bytes < 28; bytes++) {
        quote(quoted, OUR_IP);
        frame = icmp(3, 3, 0, quoted, bytes);
        put_and_turn(0, &frame);
    }
    cr_expect_eq(stack_counters(bench.stack)->malformed, 28, "cut short");
    cr_expect_eq(bench.told->icmp_count, 0);
}
