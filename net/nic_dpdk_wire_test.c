#include "net/nic_dpdk_test_fixture.h"

#include "core/base/alloc_guard.h"

/* For LeakSanitizer: what libxdp forgets whenever the driver closes a port (80 bytes). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:xsk_umem__create";
}

/* Frames out, seen in the other namespace, and back. */
static void talk(struct test_port *port, const struct test_wire *wire) {
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t bytes = 60 + i * 37 % 1455;
        test_send(port, test_take(port, bytes, i));
        char frame[2048];
        cr_assert_eq(test_wire_receive(wire, frame, sizeof(frame)), (ssize_t)bytes);
        cr_assert(test_is_frame(frame, bytes, i));
        test_wire_send(wire, bytes, i + 1);
        struct packet *got = test_receive(port);
        cr_assert_not_null(got);
        cr_assert_eq(got->data_bytes, bytes);
        cr_assert(test_is_frame(packet_data(got), bytes, i + 1));
        cr_assert_eq(got->l4_checksum, PACKET_UNKNOWN);
        nic_give(got);
    }
}

static void keep(struct test_port *port, const struct test_wire *wire) {
    char frame[2048];
    struct packet *packets[32];
    for (uint32_t i = 0; i < 32; i++) {
        packets[i] = test_take(port, 500, i);
        packets[i]->kept = true;
        test_send(port, packets[i]);
    }
    for (uint32_t i = 0; i < 32; i++) {
        cr_assert_eq(test_wire_receive(wire, frame, sizeof(frame)), 500);
        cr_assert(test_is_frame(frame, 500, i));
        for (int ms = 0; ms < TEST_PATIENCE_MS && !nic_has_let_go(packets[i]); ms++) {
            nic_reap(port->nic);
            (void)poll(NULL, 0, 1);
        }
        cr_expect(nic_has_let_go(packets[i]));
        cr_expect(test_is_frame(packet_data(packets[i]), 500, i));
        nic_give(packets[i]);
    }
}

/* No assertion in here: they allocate. How many frames were sent. */
static uint32_t send_sealed(struct test_port *port, uint32_t frames) {
    uint32_t sent = 0;
    struct packet *got[NIC_BURST_MAX];
    alloc_guard_seal();
    for (uint32_t i = 0; i < frames; i++) {
        struct packet *packet = nic_take(port->nic, NIC_DATA);
        if (packet != NULL) {
            packet->data_bytes = 100;
            test_fill(packet_data(packet), 100, i);
            uint32_t taken = nic_send(port->nic, test_now, &packet, 1);
            sent += taken;
            if (taken == 0) {
                nic_give(packet);
            }
        }
        uint32_t count = nic_receive(port->nic, test_now, got, NIC_BURST_MAX);
        for (uint32_t j = 0; j < count; j++) {
            nic_give(got[j]);
        }
        nic_reap(port->nic);
    }
    alloc_guard_unseal();
    return sent;
}

static void lose_link(struct test_port *port, const struct test_wire *wire) {
    cr_expect(nic_dpdk_poll_link(port->dpdk));
    test_wire_set(wire, "far", "down");
    cr_assert(!nic_dpdk_poll_link(port->dpdk));
    cr_expect(!nic_counters(port->nic).link_up);
    struct packet *packet = test_take(port, 100, 1);
    cr_expect_eq(nic_send(port->nic, test_now, &packet, 1), 0);
    cr_expect_eq(nic_counters(port->nic).send_refusals, 1);
    test_wire_set(wire, "far", "up");
    cr_assert(nic_dpdk_poll_link(port->dpdk));
    cr_expect_eq(nic_send(port->nic, test_now, &packet, 1), 1);
}

static void use(const char *device) {
    struct test_wire wire = test_wire_start();
    struct test_port *port = test_port_start(device);
    talk(port, &wire);
    keep(port, &wire);
    cr_expect_gt(send_sealed(port, 1000), 0);
    test_port_level(port);
    lose_link(port, &wire);
    test_port_end(port);
    test_wire_end(&wire);
}

Test(nic_dpdk_wire, talks_over_af_packet) {
    use("vdev: net_af_packet0,iface=near");
}

Test(nic_dpdk_wire, talks_over_af_xdp) {
    use("vdev: net_af_xdp0,iface=near");
}

/* An IPv4 header and a TCP one from 10.0.0.1 to 10.0.0.2, then `payload` bytes. Sums are left out.
 */
static uint32_t fill_segment(unsigned char *frame, uint32_t payload) {
    static const unsigned char headers[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,    0,    0,    0,    0,    9,    0x08, 0x00,
        0x45, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, 0x0a, 0x00,
        0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, 0x9c, 0x40, 0x01, 0xbb, 0x01, 0x02, 0x03, 0x04,
        0x05, 0x06, 0x07, 0x08, 0x50, 0x18, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00};
    memcpy(frame, headers, sizeof(headers));
    uint32_t total = 40 + payload;
    frame[16] = (unsigned char)(total >> 8);
    frame[17] = (unsigned char)total;
    for (uint32_t i = 0; i < payload; i++) {
        frame[sizeof(headers) + i] = (unsigned char)(i * 7 + 3);
    }
    return (uint32_t)sizeof(headers) + payload;
}

/* RFC 1071, in the plainest way. */
static uint32_t plain_sum(uint32_t sum, const unsigned char *data, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++) {
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static uint32_t ip_sum(const unsigned char *frame) {
    return plain_sum(0, frame + 14, 20);
}

static uint32_t tcp_sum(const unsigned char *frame, uint32_t tcp_bytes) {
    return plain_sum(plain_sum(6 + tcp_bytes, frame + 26, 8), frame + 34, tcp_bytes);
}

static void put_sum(unsigned char *field, uint32_t sum) {
    field[0] = (unsigned char)(~sum >> 8);
    field[1] = (unsigned char)~sum;
}

static int open_tap(void) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(0x0800),
                                  .sll_ifindex = (int)if_nametoindex("dtap0")};
    int tap = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x0800));
    cr_assert(tap >= 0);
    cr_assert_eq(bind(tap, (const struct sockaddr *)&address, sizeof(address)), 0);
    return tap;
}

static void expect_filled_in(struct test_port *port, int tap, uint32_t payload) {
    struct packet *packet = nic_take(port->nic, NIC_DATA);
    packet->data_offset -= ETHERNET_HEADER_BYTES;
    packet->data_bytes = fill_segment((unsigned char *)packet_data(packet), payload);
    packet->offload = true;
    packet->l2_bytes = 14;
    packet->l4_bytes = 20;
    test_send(port, packet);
    unsigned char frame[2048];
    struct pollfd ready = {.fd = tap, .events = POLLIN};
    cr_assert_eq(poll(&ready, 1, TEST_PATIENCE_MS), 1);
    cr_assert_eq(recv(tap, frame, sizeof(frame), 0), (ssize_t)payload + 54);
    cr_expect_eq(ip_sum(frame), 0xffff, "%x", ip_sum(frame));
    cr_expect_eq(tcp_sum(frame, 20 + payload), 0xffff, "%x", tcp_sum(frame, 20 + payload));
}

/* The next packet that is not the tap's own noise. */
static struct packet *receive_segment(struct test_port *port) {
    for (int i = 0; i < TEST_PATIENCE_MS; i++) {
        struct packet *packet = NULL;
        if (nic_receive(port->nic, test_now, &packet, 1) == 0) {
            (void)poll(NULL, 0, 1);
        } else if ((unsigned char)packet_data(packet)[12] == 0x08 && packet_data(packet)[13] == 0) {
            return packet;
        } else {
            nic_give(packet);
        }
    }
    return NULL;
}

static void expect_verdict(struct test_port *port, int tap, bool ip_good, bool tcp_good) {
    unsigned char frame[2048];
    uint32_t bytes = fill_segment(frame, 333);
    put_sum(frame + 24, ip_sum(frame) ^ (ip_good ? 0 : 0x0100));
    put_sum(frame + 50, tcp_sum(frame, 353) ^ (tcp_good ? 0 : 0x0100));
    cr_assert_eq(send(tap, frame, bytes, 0), (ssize_t)bytes);
    struct packet *packet = receive_segment(port);
    cr_assert_not_null(packet);
    cr_expect_eq(packet->ip_checksum, ip_good ? PACKET_GOOD : PACKET_BAD);
    if (ip_good) {
        cr_expect_eq(packet->l4_checksum, tcp_good ? PACKET_GOOD : PACKET_BAD);
    }
    nic_give(packet);
}

/* Its driver does checksums, in software, as hardware would. */
Test(nic_dpdk_wire, leaves_checksums_to_a_device_that_does_them) {
    (void)close(test_namespace());
    struct test_port *port = test_port_start("vdev: net_tap0");
    const struct nic_dpdk_summary *summary = nic_dpdk_summary(port->dpdk);
    cr_assert(summary->checks_ip && summary->checks_tcp && summary->fills_checksums);
    cr_assert(port->nic->checksum_offload);
    TEST_RUN("ip", "link", "set", "dtap0", "up");
    (void)nic_dpdk_poll_link(port->dpdk);
    int tap = open_tap();
    for (uint32_t payload = 6; payload < 1400; payload = payload * 3 + 1) {
        expect_filled_in(port, tap, payload);
    }
    expect_verdict(port, tap, true, true);
    expect_verdict(port, tap, true, false);
    expect_verdict(port, tap, false, true);
    (void)close(tap);
    test_port_end(port);
}

Test(nic_dpdk_wire, drops_a_frame_that_fits_no_packet) {
    (void)close(test_namespace());
    struct test_port *port = test_port_start("vdev: net_tap0");
    TEST_RUN("ip", "link", "set", "dtap0", "mtu", "9000", "up");
    (void)nic_dpdk_poll_link(port->dpdk);
    int tap = open_tap();
    static unsigned char frame[9000];
    (void)fill_segment(frame, 100);
    cr_assert_eq(send(tap, frame, 8000, 0), 8000);
    uint32_t bytes = fill_segment(frame, 500);
    cr_assert_eq(send(tap, frame, bytes, 0), (ssize_t)bytes);
    struct packet *packet = receive_segment(port);
    cr_assert_not_null(packet);
    cr_expect_eq(packet->data_bytes, bytes, "the one behind it");
    cr_expect_eq(nic_counters(port->nic).receive_errors, 1);
    nic_give(packet);
    (void)close(tap);
    test_port_end(port);
}

/* AF_XDP's driver holds thousands of packets itself: the stack has its own all the same. */
Test(nic_dpdk_wire, gives_the_stack_its_packets_over_af_xdp) {
    struct test_wire wire = test_wire_start();
    struct test_port port = {.device = test_device("vdev: net_af_xdp0,iface=near")};
    struct nic_dpdk_eal_setup eal = test_eal_setup(&port.device);
    struct nic_dpdk_setup setup = test_port_setup(&port.device);
    struct nic_dpdk_error error = {{0}};
    setup.receive_packets = 100;
    eal.memory_mib = nic_dpdk_memory_mib(&setup);
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    test_port_open(&port, &setup);
    struct packet *held[100];
    for (uint32_t i = 0; i < 100; i++) {
        test_wire_send(&wire, 100, i);
        held[i] = test_receive(&port);
        cr_assert_not_null(held[i], "%u", i);
    }
    char frame[2048];
    for (uint32_t i = 0; i < 2500; i++) {
        test_send(&port, test_take(&port, 60, i));
        cr_assert_eq(test_wire_receive(&wire, frame, sizeof(frame)), 60);
        cr_assert(test_is_frame(frame, 60, i));
    }
    cr_expect_eq(nic_counters(port.nic).send_refusals, 0);
    for (uint32_t i = 0; i < 100; i++) {
        cr_assert(test_is_frame(packet_data(held[i]), 100, i));
        nic_give(held[i]);
    }
    test_port_level(&port);
    nic_dpdk_close(port.dpdk);
    nic_dpdk_eal_stop();
    free(port.dpdk);
    test_wire_end(&wire);
}

Test(nic_dpdk_wire, refuses_an_mtu_the_device_does_not_take) {
    struct test_wire wire = test_wire_start();
    struct nic_dpdk_device device = test_device("vdev: net_af_packet0,iface=near");
    struct nic_dpdk_eal_setup eal = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&device);
    static char mem[4096] __attribute__((aligned(64)));
    cr_assert(nic_dpdk_footprint(&setup) <= sizeof(mem));
    setup.mtu = 9000;
    cr_assert_null(nic_dpdk_open(mem, &setup, &error));
    cr_expect_not_null(strstr(error.text, "an MTU of 9000 asked for, it takes 1500"), "%s",
                       error.text);
    nic_dpdk_eal_stop();
    test_wire_end(&wire);
}
