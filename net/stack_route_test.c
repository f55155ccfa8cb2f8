/* Which port, next hop and tag lead to an address; which frames are ours. */
#include <stdlib.h>

#include "net/stack_test_fixture.h"

TestSuite(stack_route, .init = bench_open, .fini = bench_close);

static const struct ethernet_address at_gateway = {{2, 0, 0, 0, 1, 254}};

/* Every next hop is known, at an address that ends like its own. */
static void know(uint32_t port, struct ipv4_address hop) {
    struct ethernet_address at = {{2, 0, 0, 0, 1, (unsigned char)(hop.value & 0xff)}};
    cr_assert(stack_add_neighbour(bench.stack, port, hop, &at));
}

struct way {
    struct ipv4_address local, remote;
    enum tcp_route result;
    unsigned char hop; /* the last byte */
};

Test(stack_route, the_longest_prefix_of_the_local_addresss_port_leads) {
    know(0, GATEWAY_IP);
    know(0, PEER_IP);
    know(1, IP(198, 51, 100, 2));
    know(1, IP(198, 51, 100, 3));
    know(1, IP(198, 51, 100, 77));
    const struct way ways[] = {
        {OUR_IP, PEER_IP, TCP_ROUTE_OK, 9},
        {OUR_IP, IP(8, 8, 8, 8), TCP_ROUTE_OK, 254},
        {OUR_IP, IP(203, 0, 113, 5), TCP_ROUTE_OK, 254},
        {OUR_IP, IP(198, 51, 100, 77), TCP_ROUTE_OK, 254},
        {TAGGED_IP, IP(198, 51, 100, 77), TCP_ROUTE_OK, 77},
        {TAGGED_IP, IP(203, 0, 113, 5), TCP_ROUTE_OK, 2},
        {TAGGED_IP, IP(203, 0, 113, 200), TCP_ROUTE_OK, 3},
        {TAGGED_IP, IP(8, 8, 8, 8), TCP_ROUTE_NONE, 0},
        {IP(192, 0, 2, 2), PEER_IP, TCP_ROUTE_NONE, 0},
        {OUR_IP, OUR_IP, TCP_ROUTE_NONE, 0},
        {OUR_IP, TAGGED_IP, TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(192, 0, 2, 255), TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(192, 0, 2, 0), TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(0, 0, 0, 0), TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(127, 0, 0, 1), TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(224, 0, 0, 1), TCP_ROUTE_NONE, 0},
        {OUR_IP, IP(255, 255, 255, 255), TCP_ROUTE_NONE, 0},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct tcp_path path = {.mtu = 0};
        enum tcp_route result = route(ways[i].local, ways[i].remote, &path);
        cr_expect_eq(result, ways[i].result, "way %zu", i);
        if (result == TCP_ROUTE_OK) {
            uint32_t port = ipv4_address_equal(ways[i].local, OUR_IP) ? 0 : 1;
            cr_expect_eq(path.to.byte[5], ways[i].hop, "way %zu", i);
            cr_expect_eq(path.nic, nic_sim_nic(bench.nic[port]), "way %zu", i);
            cr_expect_eq(path.vlan, port == 0 ? 0 : TAGGED_VLAN, "way %zu", i);
            cr_expect_eq(path.mtu, 1500, "way %zu", i);
        }
    }
}

Test(stack_route, a_network_of_two_has_no_broadcast) {
    struct stack_setup setup = stack_setup_default();
    setup.limits =
        (struct stack_limits){.tcp.connections_max = 1, .ports_max = 1, .neighbours_max = 4};
    void *memory = aligned_alloc(64, stack_footprint(&setup.limits));
    struct stack *stack = stack_init(memory, &setup);
    struct stack_port port = {.nic = nic_sim_nic(bench.nic[0]),
                              .address = IP(10, 0, 0, 0),
                              .prefix_bits = 31,
                              .gateway = IP(10, 0, 0, 1)};
    stack_add_port(stack, &port);
    cr_assert(stack_add_neighbour(stack, 0, IP(10, 0, 0, 1), &at_gateway));
    struct tcp_path path;
    cr_expect_eq(
        tcp_ask_route(stack_tcp(stack), bench.now, IP(10, 0, 0, 0), IP(10, 0, 0, 1), &path),
        TCP_ROUTE_OK);
    cr_expect_eq(tcp_ask_route(stack_tcp(stack), bench.now, IP(10, 0, 0, 0), IP(1, 1, 1, 1), &path),
                 TCP_ROUTE_OK);
    free(memory);
}

Test(stack_route, impossible_limits_have_no_footprint) {
    const struct stack_limits good = {
        .tcp.connections_max = 1, .ports_max = 1, .neighbours_max = 1};
    cr_assert_neq(stack_footprint(&good), 0);
    struct stack_limits bad[] = {good, good, good, good, good};
    bad[0].tcp.connections_max = 0;
    bad[1].ports_max = 0;
    bad[2].ports_max = STACK_PORTS_MAX + 1;
    bad[3].neighbours_max = 0;
    bad[4].neighbours_max = 4097;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(stack_footprint(&bad[i]), 0, "case %zu", i);
    }
}

/* Frames: each is given, and one counter says what became of it. */

static unsigned char segment[20] = {0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1};

struct fate {
    uint64_t frames, not_ours, martians, malformed, bad_checksum, fragments;
    uint32_t segments;
};

static struct fate fate(void) {
    const struct stack_counters *counters = stack_counters(bench.stack);
    return (struct fate){.frames = counters->frames,
                         .not_ours = counters->not_ours,
                         .martians = counters->martians,
                         .malformed = counters->malformed,
                         .bad_checksum = counters->bad_checksum,
                         .fragments = counters->fragments,
                         .segments = bench.told->segment_count};
}

static void expect_fate(const char *what, uint32_t port, const struct frame *frame,
                        struct fate change) {
    struct fate before = fate();
    put_and_turn(port, frame);
    struct fate after = fate();
    cr_expect_eq(after.frames - before.frames, 1, "%s", what);
    cr_expect_eq(after.not_ours - before.not_ours, change.not_ours, "%s", what);
    cr_expect_eq(after.martians - before.martians, change.martians, "%s", what);
    cr_expect_eq(after.malformed - before.malformed, change.malformed, "%s", what);
    cr_expect_eq(after.bad_checksum - before.bad_checksum, change.bad_checksum, "%s", what);
    cr_expect_eq(after.fragments - before.fragments, change.fragments, "%s", what);
    cr_expect_eq(after.segments - before.segments, change.segments, "%s", what);
}

static struct frame tcp_datagram(void) {
    return datagram(PEER_IP, OUR_IP, 6, segment, sizeof(segment));
}

Test(stack_route, a_datagram_to_us_is_tcps) {
    struct frame frame = tcp_datagram();
    append(&frame, "padding", 6);
    expect_fate("padded", 0, &frame, (struct fate){.segments = 1});
    cr_assert_eq(bench.told->segments[0].offset, 34);
    cr_assert_eq(bench.told->segments[0].ip.payload_bytes, 20);
    cr_assert_eq(bench.told->segments[0].ip.from.value, PEER_IP.value);

    frame = tcp_datagram();
    frame.data[12] = 0x81; /* priority-tagged: VID 0 */
    struct frame tagged = ethernet(&our_mac, &peer_mac, 0, 0x8100);
    append(&tagged, "\x60\x00\x08\x00", 4);
    append(&tagged, frame.data + 14, frame.bytes - 14);
    expect_fate("priority-tagged", 0, &tagged, (struct fate){.segments = 1});
    cr_assert_eq(bench.told->segments[1].offset, 38);
}

Test(stack_route, ip_options_are_skipped) {
    struct frame plain = tcp_datagram();
    struct frame frame = {.bytes = 0};
    append(&frame, plain.data, 34);
    append(&frame, "\x01\x01\x01\x00", 4);
    append(&frame, plain.data + 34, plain.bytes - 34);
    frame.data[14] = 0x46;
    set_u16(frame.data + 16, 44);
    mend_ip_checksum(&frame);
    expect_fate("options", 0, &frame, (struct fate){.segments = 1});
    cr_assert_eq(bench.told->segments[0].offset, 38);
    cr_assert_eq(bench.told->segments[0].ip.payload_bytes, 20);
}

static struct frame readdressed(const struct ethernet_address *to,
                                const struct ethernet_address *from, uint32_t vlan) {
    struct frame plain = tcp_datagram();
    struct frame frame = ethernet(to, from, vlan, 0x0800);
    append(&frame, plain.data + 14, plain.bytes - 14);
    return frame;
}

Test(stack_route, frames_of_others_are_dropped) {
    static const struct ethernet_address group = {{1, 0, 0x5e, 0, 0, 1}};
    const struct fate not_ours = {.not_ours = 1};
    struct frame frame = readdressed(&other_mac, &peer_mac, 0);
    expect_fate("another's address", 0, &frame, not_ours);
    frame = readdressed(&everybody_mac, &peer_mac, 0);
    expect_fate("IPv4 to everybody", 0, &frame, not_ours);
    frame = readdressed(&group, &peer_mac, 0);
    expect_fate("IPv4 to a group", 0, &frame, not_ours);
    frame = readdressed(&our_mac, &group, 0);
    expect_fate("from a group", 0, &frame, (struct fate){.malformed = 1});
    frame = readdressed(&our_mac, &peer_mac, TAGGED_VLAN);
    expect_fate("tagged, to a port without", 0, &frame, not_ours);
    frame = readdressed(&tagged_mac, &peer_mac, 0);
    expect_fate("untagged, to a port with", 1, &frame, not_ours);
    frame = readdressed(&tagged_mac, &peer_mac, TAGGED_VLAN + 1);
    expect_fate("another tag", 1, &frame, not_ours);
    frame = ethernet(&our_mac, &peer_mac, 0, 0x86dd);
    expect_fate("IPv6", 0, &frame, not_ours);
    frame = ethernet(&our_mac, &peer_mac, 0, 0x0800);
    frame.bytes = 13;
    expect_fate("no Ethernet header", 0, &frame, (struct fate){.malformed = 1});
    frame.bytes = 14;
    expect_fate("nothing but one", 0, &frame, (struct fate){.malformed = 1});
    frame = datagram(PEER_IP, OUR_IP, 17, segment, sizeof(segment));
    expect_fate("UDP", 0, &frame, not_ours);
    frame = datagram(PEER_IP, IP(192, 0, 2, 2), 6, segment, sizeof(segment));
    expect_fate("another IPv4 address", 0, &frame, not_ours);
    frame = datagram(PEER_IP, TAGGED_IP, 6, segment, sizeof(segment));
    expect_fate("the other port's address", 0, &frame, not_ours);
    frame = datagram(PEER_IP, IP(192, 0, 2, 255), 6, segment, sizeof(segment));
    expect_fate("the network's broadcast", 0, &frame, not_ours);
}

Test(stack_route, nobody_sends_from_these_addresses) {
    static const struct ipv4_address nobody[] = {
        {0x00000000}, {0x7f000001}, {0xe0000001}, {0xffffffff}, {0xc00002ff}, /* broadcasts */
        {0xc0000200}, {0xc0000201}, {0xc6336401}, /* the network, and our own two */
    };
    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
        struct frame frame = datagram(nobody[i], OUR_IP, 6, segment, sizeof(segment));
        expect_fate("martian", 0, &frame, (struct fate){.martians = 1});
    }
}

Test(stack_route, fragments_are_dropped_and_counted) {
    static const uint32_t fields[] = {0x2000, 0x0001, 0x3fff, 0x1fff};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct frame frame = tcp_datagram();
        set_u16(frame.data + 20, fields[i]);
        mend_ip_checksum(&frame);
        expect_fate("fragment", 0, &frame, (struct fate){.fragments = 1});
    }
}

Test(stack_route, malformed_datagrams_are_dropped) {
    struct frame frame = tcp_datagram();
    frame.data[14] = 0x65;
    mend_ip_checksum(&frame);
    expect_fate("version 6", 0, &frame, (struct fate){.malformed = 1});
    frame = tcp_datagram();
    frame.data[14] = 0x44;
    mend_ip_checksum(&frame);
    expect_fate("short header", 0, &frame, (struct fate){.malformed = 1});
    frame = tcp_datagram();
    set_u16(frame.data + 16, 41);
    mend_ip_checksum(&frame);
    expect_fate("total length beyond the frame", 0, &frame, (struct fate){.malformed = 1});
    frame = tcp_datagram();
    set_u16(frame.data + 16, 19);
    mend_ip_checksum(&frame);
    expect_fate("total length below the header", 0, &frame, (struct fate){.malformed = 1});
    frame = tcp_datagram();
    frame.data[22]--;
    expect_fate("checksum", 0, &frame, (struct fate){.bad_checksum = 1});
}

Test(stack_route, the_nics_word_on_checksums_counts) {
    struct frame wrong = tcp_datagram();
    wrong.data[22]--;
    nic_sim_verdict(bench.nic[0], PACKET_GOOD, PACKET_UNKNOWN);
    expect_fate("said to be good", 0, &wrong, (struct fate){.segments = 1});
    nic_sim_verdict(bench.nic[0], PACKET_BAD, PACKET_UNKNOWN);
    struct frame right = tcp_datagram();
    expect_fate("said to be bad", 0, &right, (struct fate){.bad_checksum = 1});
}

Test(stack_route, a_turn_takes_a_burst_and_a_flush_reaches_tcp) {
    struct frame frame = tcp_datagram();
    for (int i = 0; i < 40; i++) {
        put(0, &frame);
    }
    uint32_t flushes = bench.told->flushes;
    cr_assert_eq(stack_turn(bench.stack, bench.now), 32);
    cr_assert_eq(stack_turn(bench.stack, bench.now), 8);
    cr_assert_eq(bench.told->flushes, flushes);
    stack_flush(bench.stack);
    cr_assert_eq(bench.told->flushes, flushes + 1);
}
