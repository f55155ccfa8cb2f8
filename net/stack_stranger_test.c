/* What strangers bring about: frames put in by hand, whoever they say they are from. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "net/nic_sim.h"
#include "net/stack_duo_test.h"
#include "net/wire/arp.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp_segment.h"

#define OURS 0xc0000202u /* stack 1, which listens */
#define STRANGERS 0xc0000210u

static const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 2}};
static const struct ethernet_address stranger_mac = {{2, 0, 0, 0, 6, 6}};

static struct duo *duo;

static void drop_sent(void) {
    while (nic_sim_sent(duo->nics[1]).len != 0) {
        nic_sim_drop_sent(duo->nics[1]);
    }
}

static void start(void) {
    struct duo_setup setup = duo_setup_default();
    duo = duo_open(&setup);
    nic_sim_verdict(duo->nics[1], PACKET_GOOD, PACKET_GOOD);
    drop_sent();
}

static void end(void) {
    duo_close(duo);
}

TestSuite(stack_stranger, .init = start, .fini = end);

/* A segment from that address in our network, sent by the one station there is. */
static void put(struct ipv4_address from, uint16_t to_port, uint8_t flags) {
    char frame[128] = {0};
    const struct ethernet_header ethernet = {
        .to = our_mac, .from = stranger_mac, .type = ETHERNET_TYPE_IPV4};
    const struct tcp_segment segment = {.from_port = 5555,
                                        .to_port = to_port,
                                        .seq = tcp_seq_of(77),
                                        .ack = tcp_seq_of(88),
                                        .flags = flags,
                                        .window = 1000,
                                        .window_scale = TCP_WINDOW_SCALE_NONE};
    uint32_t at = ethernet_write(frame, &ethernet);
    uint32_t tcp_bytes = tcp_segment_write(frame + at + IPV4_HEADER_BYTES, &segment);
    const struct ipv4_header ip = {.from = from,
                                   .to = {OURS},
                                   .protocol = IPV4_PROTOCOL_TCP,
                                   .ttl = 64,
                                   .payload_bytes = tcp_bytes};
    ipv4_write(frame + at, &ip);
    cr_assert(nic_sim_put(duo->nics[1], bytes_of(frame, at + IPV4_HEADER_BYTES + tcp_bytes)));
    (void)duo_turn_one(duo, 1);
}

/* That address says that it is at the one station. */
static void put_answer(struct ipv4_address from) {
    char frame[ETHERNET_HEADER_BYTES + ARP_BYTES];
    const struct ethernet_header ethernet = {
        .to = our_mac, .from = stranger_mac, .type = ETHERNET_TYPE_ARP};
    const struct arp_message answer = {.operation = ARP_REPLY,
                                       .sender_at = stranger_mac,
                                       .sender = from,
                                       .target_at = our_mac,
                                       .target = {OURS}};
    uint32_t at = ethernet_write(frame, &ethernet);
    at += arp_write(frame + at, &answer);
    cr_assert(nic_sim_put(duo->nics[1], bytes_of(frame, at)));
    (void)duo_turn_one(duo, 1);
}

/* What left: a RST, to the station that asked and to the address it gave. */
static void expect_reset(struct ipv4_address to) {
    struct bytes frame = nic_sim_sent(duo->nics[1]);
    struct ethernet_header ethernet;
    struct ipv4_header ip;
    struct tcp_segment segment;
    cr_assert(ethernet_read(frame.data, frame.len, &ethernet), "%zu bytes", frame.len);
    cr_assert_eq(ethernet.type, ETHERNET_TYPE_IPV4);
    cr_expect(ethernet_address_equal(&ethernet.to, &stranger_mac));
    frame = bytes_of(frame.data + ethernet.header_bytes, frame.len - ethernet.header_bytes);
    cr_assert_eq(ipv4_read(frame.data, frame.len, false, &ip), IPV4_OK);
    cr_expect_eq(ip.to.value, to.value);
    cr_assert_eq(tcp_segment_read(frame.data + ip.header_bytes, ip.payload_bytes, ip.from, ip.to,
                                  false, &segment),
                 TCP_SEGMENT_OK);
    cr_expect(segment.flags & TCP_RST);
    nic_sim_drop_sent(duo->nics[1]);
    cr_expect_eq(nic_sim_sent(duo->nics[1]).len, 0);
}

/* Else a flood under invented addresses of our network would fill the table of neighbours, and put
 * a question to everybody for each of its segments. */
Test(stack_stranger, is_refused_without_a_question_who_he_is) {
    for (uint32_t i = 0; i < 200; i++) {
        struct ipv4_address from = {STRANGERS + i};
        put(from, i % 2 == 0 ? 1 : DUO_PORT, i % 2 == 0 ? TCP_SYN : TCP_ACK);
        expect_reset(from);
    }
    const struct stack_counters *counters = stack_counters(duo->stacks[1]);
    cr_expect_eq(counters->arp_asked, 0, "%lu", counters->arp_asked);
    cr_expect_eq(counters->arp_full, 0);
    cr_expect_eq(tcp_counters(stack_tcp(duo->stacks[1]))->resets_sent, 200);
}

/* Half-open connections of invented neighbours, and of one who is there. */
Test(stack_stranger, who_is_there_gets_in_among_invented_neighbours) {
    const struct ipv4_address there = {STRANGERS};
    for (uint32_t i = 1; i < 200; i++) {
        put((struct ipv4_address){STRANGERS + i}, DUO_PORT, TCP_SYN);
        drop_sent();
    }
    put(there, DUO_PORT, TCP_SYN);
    drop_sent();
    put((struct ipv4_address){STRANGERS + 200}, DUO_PORT, TCP_SYN);
    drop_sent();
    put_answer(there);
    struct bytes frame = nic_sim_sent(duo->nics[1]);
    cr_assert_geq(frame.len, 54, "a SYN-ACK");
    cr_expect_eq((unsigned char)frame.data[47], TCP_SYN | TCP_ACK);
    cr_expect_eq(stack_counters(duo->stacks[1])->arp_full, 0);
    duo_run_ms(duo, 20000);
    duo_audit(duo);
    drop_sent();
}
