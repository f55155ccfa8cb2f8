#include "net/nic_dpdk_test_fixture.h"

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
