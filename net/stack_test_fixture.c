#include "net/stack_test_fixture.h"

#include <stdlib.h>

const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 1}};
const struct ethernet_address tagged_mac = {{2, 0, 0, 0, 0, 2}};
const struct ethernet_address peer_mac = {{2, 0, 0, 0, 9, 9}};
const struct ethernet_address other_mac = {{2, 0, 0, 0, 9, 10}};
const struct ethernet_address everybody_mac = {{255, 255, 255, 255, 255, 255}};

struct bench bench;

static const struct nic_sim_limits nic_limits = {.receive_packets = RECEIVE_PACKETS,
                                                 .send_packets = SEND_PACKETS,
                                                 .control_packets = 8,
                                                 .send_ring = 64,
                                                 .buffer_bytes = 2048};

static void open_ports(void) {
    struct stack_port ports[2] = {
        {.address = OUR_IP, .prefix_bits = 24, .gateway = GATEWAY_IP},
        {.address = TAGGED_IP,
         .prefix_bits = 24,
         .vlan = TAGGED_VLAN,
         .routes = {{.network = {IP(203, 0, 113, 0), 24}, .gateway = IP(198, 51, 100, 2)},
                    {.network = {IP(203, 0, 113, 128), 25}, .gateway = IP(198, 51, 100, 3)}},
         .route_count = 2}};
    for (uint32_t i = 0; i < 2; i++) {
        bench.nic_memory[i] = aligned_alloc(64, nic_sim_footprint(&nic_limits));
        bench.nic[i] =
            nic_sim_init(bench.nic_memory[i], &nic_limits, i == 0 ? &our_mac : &tagged_mac);
        ports[i].nic = nic_sim_nic(bench.nic[i]);
        cr_assert_eq(stack_add_port(bench.stack, &ports[i]), i);
    }
}

void bench_open(void) {
    struct stack_setup setup = stack_setup_default();
    setup.limits = (struct stack_limits){
        .tcp.connections_max = 1, .ports_max = 2, .neighbours_max = NEIGHBOURS + 3};
    setup.icmp_per_second = ECHOES_PER_SECOND;
    setup.announcements = 1; /* before the test begins */
    bench = (struct bench){.now.mono.ns = 1000 * NS_PER_S};
    bench.stack_memory = aligned_alloc(64, stack_footprint(&setup.limits));
    bench.stack = stack_init(bench.stack_memory, &setup);
    bench.told = tcp_told(stack_tcp(bench.stack));
    open_ports();
    bench_turn();
    sent_drop_all(0);
    sent_drop_all(1);
}

void bench_close(void) {
    for (uint32_t i = 0; i < 2; i++) {
        sent_drop_all(i);
        struct nic_counters counters = nic_counters(nic_sim_nic(bench.nic[i]));
        cr_expect_eq(counters.receive_pool_free, RECEIVE_PACKETS, "port %u", i);
        cr_expect_eq(counters.send_pool_free, SEND_PACKETS, "port %u", i);
    }
    stack_fini(bench.stack);
    cr_expect_eq(bench.told->finis, 1);
    free(bench.stack_memory);
    free(bench.nic_memory[0]);
    free(bench.nic_memory[1]);
}

void bench_turn(void) {
    stack_turn(bench.stack, bench.now);
    stack_flush(bench.stack);
}

void bench_run_ms(int64_t ms) {
    struct instant end = instant_add(bench.now.mono, (struct duration){.ns = ms * NS_PER_MS});
    for (uint32_t turns = 0; bench.now.mono.ns < end.ns; turns++) {
        cr_assert_lt(turns, 1000000, "the stack is never done");
        struct instant due = stack_deadline(bench.stack);
        if (due.ns > bench.now.mono.ns) {
            bench.now.mono = instant_earlier(due, end);
        }
        bench_turn();
    }
}

bool sent_next(uint32_t port, struct frame *frame) {
    struct bytes sent = nic_sim_sent(bench.nic[port]);
    if (sent.len == 0) {
        return false;
    }
    *frame = (struct frame){0};
    append(frame, sent.data, sent.len);
    nic_sim_drop_sent(bench.nic[port]);
    return true;
}

void sent_drop_all(uint32_t port) {
    while (nic_sim_sent(bench.nic[port]).len > 0) {
        nic_sim_drop_sent(bench.nic[port]);
    }
}

uint32_t sent_count(uint32_t port) {
    uint32_t count = 0;
    for (struct frame frame; sent_next(port, &frame);) {
        count++;
    }
    return count;
}

void put(uint32_t port, const struct frame *frame) {
    cr_assert(nic_sim_put(bench.nic[port], bytes_of((const char *)frame->data, frame->bytes)));
}

void put_and_turn(uint32_t port, const struct frame *frame) {
    put(port, frame);
    bench_turn();
}

uint16_t get_u16(const unsigned char *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t get_u32(const unsigned char *at) {
    return (uint32_t)get_u16(at) << 16 | get_u16(at + 2);
}

void set_u16(unsigned char *at, uint32_t value) {
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

void set_u32(unsigned char *at, uint32_t value) {
    set_u16(at, value >> 16);
    set_u16(at + 2, value & 0xffff);
}

uint16_t naive_checksum(const unsigned char *data, size_t bytes) {
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes; i += 2) {
        sum += (uint32_t)data[i] << 8 | (i + 1 < bytes ? data[i + 1] : 0u);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

void append(struct frame *frame, const void *data, size_t bytes) {
    cr_assert_leq(frame->bytes + bytes, sizeof(frame->data));
    if (bytes > 0) {
        memcpy(frame->data + frame->bytes, data, bytes);
    }
    frame->bytes += bytes;
}

static void append_u16(struct frame *frame, uint32_t value) {
    unsigned char bytes[2];
    set_u16(bytes, value);
    append(frame, bytes, 2);
}

static void append_u32(struct frame *frame, uint32_t value) {
    append_u16(frame, value >> 16);
    append_u16(frame, value & 0xffff);
}

struct frame ethernet(const struct ethernet_address *to, const struct ethernet_address *from,
                      uint32_t vlan, uint32_t type) {
    struct frame frame = {.bytes = 0};
    append(&frame, to->byte, 6);
    append(&frame, from->byte, 6);
    if (vlan != 0) {
        append_u16(&frame, 0x8100);
        append_u16(&frame, vlan);
    }
    append_u16(&frame, type);
    return frame;
}

struct frame arp(const struct ethernet_address *to, uint32_t vlan, const struct arp_text *text) {
    struct frame frame = ethernet(to, &text->sender_at, vlan, 0x0806);
    append_u16(&frame, 1);      /* Ethernet */
    append_u16(&frame, 0x0800); /* IPv4 */
    append_u16(&frame, 6 << 8 | 4);
    append_u16(&frame, text->operation);
    append(&frame, text->sender_at.byte, 6);
    append_u32(&frame, text->sender.value);
    append(&frame, text->target_at.byte, 6);
    append_u32(&frame, text->target.value);
    return frame;
}

void expect_arp(const struct frame *frame, const struct ethernet_address *to, uint32_t vlan,
                const struct arp_text *text) {
    struct frame expected = arp(to, vlan, text);
    cr_assert_eq(frame->bytes, expected.bytes);
    for (size_t i = 0; i < expected.bytes; i++) {
        cr_assert_eq(frame->data[i], expected.data[i], "byte %zu: %02x, expected %02x", i,
                     frame->data[i], expected.data[i]);
    }
}

struct frame answer_of(struct ipv4_address who, const struct ethernet_address *at) {
    return arp(&our_mac, 0, &(struct arp_text){ANSWER, *at, who, our_mac, OUR_IP});
}

struct frame question_of(struct ipv4_address who, const struct ethernet_address *at) {
    return arp(&everybody_mac, 0, &(struct arp_text){ASK, *at, who, {{0}}, OUR_IP});
}

struct frame announcement_of(struct ipv4_address who, const struct ethernet_address *at) {
    return arp(&everybody_mac, 0, &(struct arp_text){ASK, *at, who, {{0}}, who});
}

void expect_question(struct ipv4_address who, const struct ethernet_address *to) {
    struct frame frame;
    cr_assert(sent_next(0, &frame), "a question is sent");
    expect_arp(&frame, to, 0, &(struct arp_text){ASK, our_mac, OUR_IP, {{0}}, who});
}

struct frame datagram(struct ipv4_address from, struct ipv4_address to, uint32_t protocol,
                      const void *payload, size_t bytes) {
    struct frame frame = ethernet(&our_mac, &peer_mac, 0, 0x0800);
    append_u16(&frame, 0x4500);
    append_u16(&frame, 20 + (uint32_t)bytes);
    append_u16(&frame, 0x1234);
    append_u16(&frame, 0x4000);
    append_u16(&frame, 64 << 8 | protocol);
    append_u16(&frame, 0);
    append_u32(&frame, from.value);
    append_u32(&frame, to.value);
    mend_ip_checksum(&frame);
    append(&frame, payload, bytes);
    return frame;
}

void mend_ip_checksum(struct frame *frame) {
    unsigned char *ip = frame->data + 14;
    set_u16(ip + 10, 0);
    set_u16(ip + 10, naive_checksum(ip, 4u * (ip[0] & 15u)));
}

enum tcp_route route(struct ipv4_address local, struct ipv4_address remote, struct tcp_path *path) {
    return tcp_ask_route(stack_tcp(bench.stack), bench.now, local, remote, path);
}
