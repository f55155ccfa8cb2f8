#include "net/nic_dpdk_test_fixture.h"

#include <pthread.h>

#include "core/base/alloc_guard.h"
#include "net/nic_dpdk_internal.h"

/* Loops what it is sent back, in the sender's own packets. */
#define RING "vdev: net_ring0"

Test(nic_dpdk, sends_and_receives) {
    struct test_port *port = test_port_start(RING);
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t bytes = 60 + i % 1455;
        struct packet *sent = test_take(port, bytes, i);
        test_send(port, sent);
        struct packet *got = test_receive(port);
        cr_assert_not_null(got);
        cr_assert_eq(got->data_bytes, bytes);
        cr_assert(test_is_frame(packet_data(got), bytes, i));
        cr_assert_eq(got->nic, port->nic);
        cr_assert_neq(got, sent, "a received packet is the receiver's own");
        cr_assert_eq(got->ip_checksum, PACKET_UNKNOWN, "the device says nothing of checksums");
        cr_assert_eq(got->l4_checksum, PACKET_UNKNOWN);
        nic_give(got);
    }
    struct nic_counters counters = nic_counters(port->nic);
    cr_expect_eq(counters.sent, 3000);
    cr_expect_eq(counters.received, 3000);
    cr_expect_eq(counters.sent_bytes, counters.received_bytes);
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, keeps_a_packet_until_both_are_done_with_it) {
    struct test_port *port = test_port_start(RING);
    struct packet *packet = test_take(port, 300, 7);
    packet->kept = true;
    test_send(port, packet);
    cr_expect(!nic_has_let_go(packet), "it lies in the ring");
    cr_expect(test_is_frame(packet_data(packet), 300, 7), "its owner reads it meanwhile");
    struct packet *got = test_receive(port);
    cr_assert_not_null(got);
    cr_expect(nic_has_let_go(packet));
    cr_expect(test_is_frame(packet_data(packet), 300, 7));
    cr_expect_eq(nic_counters(port->nic).send_pool_free, port->send_level - 1);
    nic_give(packet);
    nic_give(got);
    test_port_level(port);

    packet = test_take(port, 300, 8);
    packet->kept = true;
    test_send(port, packet);
    nic_give(packet);
    cr_expect_eq(nic_counters(port->nic).send_pool_free, port->send_level - 1, "not the NIC's");
    got = test_receive(port);
    cr_assert_not_null(got);
    cr_expect(test_is_frame(packet_data(got), 300, 8),
              "given away by its owner, sent all the same");
    nic_give(got);
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, keeps_a_reserve_for_control) {
    struct test_port *port = test_port_start(RING);
    struct packet *data[200];
    struct packet *control[64];
    for (size_t i = 0; i < 200; i++) {
        data[i] = nic_take(port->nic, NIC_DATA);
        cr_assert_not_null(data[i]);
        memset(data[i]->buffer, (int)i, data[i]->buffer_bytes);
    }
    cr_assert_null(nic_take(port->nic, NIC_DATA));
    for (size_t i = 0; i < 64; i++) {
        control[i] = nic_take(port->nic, NIC_CONTROL);
        cr_assert_not_null(control[i]);
        memset(control[i]->buffer, 0xee, control[i]->buffer_bytes);
    }
    cr_assert_null(nic_take(port->nic, NIC_CONTROL));
    cr_expect_eq(nic_counters(port->nic).take_failures, 2);
    cr_expect_eq(nic_counters(port->nic).send_pool_free, 0);
    for (size_t i = 0; i < 200; i++) {
        cr_assert_eq((unsigned char)data[i]->buffer[data[i]->buffer_bytes - 1], i, "its own room");
        nic_give(data[i]);
    }
    for (size_t i = 0; i < 64; i++) {
        nic_give(control[i]);
    }
    test_port_level(port);

    struct packet *one = nic_take(port->nic, NIC_CONTROL);
    for (size_t i = 0; i < 199; i++) {
        data[i] = nic_take(port->nic, NIC_DATA);
        cr_assert_not_null(data[i]);
    }
    cr_expect_null(nic_take(port->nic, NIC_DATA), "control takes from the common part first");
    nic_give(one);
    cr_expect_not_null(nic_take(port->nic, NIC_DATA));
    test_port_end(port);
}

Test(nic_dpdk, refuses_what_the_ring_has_no_room_for) {
    struct test_port *port = calloc(1, sizeof(*port));
    struct nic_dpdk_error error = {{0}};
    port->device = test_device(RING);
    struct nic_dpdk_eal_setup eal = test_eal_setup(&port->device);
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&port->device);
    setup.send_packets = 2000;
    test_port_open(port, &setup);
    uint32_t sent = 0;
    struct packet *packets[100];
    uint32_t refused = 0;
    while (refused == 0) {
        for (uint32_t i = 0; i < 100; i++) {
            packets[i] = test_take(port, 100, sent + i);
            packets[i]->kept = i % 2 == 0;
        }
        uint32_t taken = nic_send(port->nic, test_now, packets, 100);
        refused = 100 - taken;
        for (uint32_t i = 0; i < 100; i++) {
            if (i >= taken) {
                cr_assert(nic_has_let_go(packets[i]), "what is refused stays its owner's");
            }
            if (i >= taken || i % 2 == 0) {
                nic_give(packets[i]);
            }
        }
        sent += taken;
        cr_assert(sent < 2000);
    }
    struct nic_counters counters = nic_counters(port->nic);
    cr_expect_eq(counters.sent, sent);
    cr_expect_eq(counters.sent_bytes, sent * 100);
    cr_expect_eq(counters.send_refusals, 1);
    for (uint32_t i = 0; i < sent; i++) {
        struct packet *got = test_receive(port);
        cr_assert_not_null(got);
        cr_assert(test_is_frame(packet_data(got), 100, i), "in order");
        nic_give(got);
    }
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, pads_short_frames_but_for_those_kept) {
    struct test_port *port = test_port_start(RING);
    struct packet *packet = test_take(port, 60, 1);
    packet->data_bytes = 42;
    test_send(port, packet);
    struct packet *got = test_receive(port);
    cr_assert_not_null(got);
    cr_expect_eq(got->data_bytes, 60);
    cr_expect(test_is_frame(packet_data(got), 42, 1));
    for (uint32_t i = 42; i < 60; i++) {
        cr_expect_eq(packet_data(got)[i], 0, "byte %u", i);
    }
    nic_give(got);

    packet = test_take(port, 60, 2);
    packet->data_bytes = 42;
    packet->kept = true;
    test_send(port, packet);
    cr_expect(test_is_frame(packet_data(packet), 60, 2), "what lies behind is the owner's");
    nic_give(packet);
    test_port_end(port);
}

Test(nic_dpdk, loses_what_finds_no_packet_to_lie_in) {
    struct test_port *port = calloc(1, sizeof(*port));
    struct nic_dpdk_error error = {{0}};
    port->device = test_device(RING);
    struct nic_dpdk_eal_setup eal = test_eal_setup(&port->device);
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&port->device);
    setup.receive_descriptors = 64;
    setup.receive_packets = 64;
    test_port_open(port, &setup);
    struct packet *held[64 + 64]; /* the ring has no descriptors to fill */
    for (uint32_t i = 0; i < 128; i++) {
        test_send(port, test_take(port, 64, i));
        held[i] = test_receive(port);
        cr_assert_not_null(held[i]);
    }
    struct packet *none = NULL;
    test_send(port, test_take(port, 64, 128));
    cr_expect_eq(nic_receive(port->nic, test_now, &none, 1), 0);
    struct nic_counters counters = nic_counters(port->nic);
    cr_expect_eq(counters.receive_errors, 1);
    cr_expect_eq(counters.receive_pool_free, 0);
    for (uint32_t i = 0; i < 128; i++) {
        cr_assert(test_is_frame(packet_data(held[i]), 64, i));
        nic_give(held[i]);
    }
    test_send(port, test_take(port, 64, 129));
    struct packet *got = test_receive(port);
    cr_assert_not_null(got, "and works on when there are some again");
    nic_give(got);
    test_port_level(port);
    test_port_end(port);
}

static void *use_from_thread(void *argument) {
    struct test_port *port = argument;
    struct nic_dpdk_error error = {{0}};
    cr_assert(nic_dpdk_thread_begin(&error), "%s", error.text);
    struct packet *all[200];
    for (size_t i = 0; i < 200; i++) {
        all[i] = nic_take(port->nic, NIC_DATA);
        cr_assert_not_null(all[i], "nothing is stuck with the thread that opened it: %zu", i);
    }
    for (size_t i = 0; i < 200; i++) {
        nic_give(all[i]);
    }
    for (uint32_t i = 0; i < 500; i++) {
        test_send(port, test_take(port, 200, i));
        struct packet *got = test_receive(port);
        cr_assert_not_null(got);
        cr_assert(test_is_frame(packet_data(got), 200, i));
        nic_give(got);
    }
    nic_dpdk_thread_end();
    return NULL;
}

Test(nic_dpdk, is_used_by_another_thread_than_the_one_that_opened_it) {
    struct test_port *port = test_port_start(RING);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, use_from_thread, port), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, describes_a_port) {
    struct test_port *port = test_port_start("vdev: net_null0,size=64");
    const struct nic_dpdk_summary *summary = nic_dpdk_summary(port->dpdk);
    cr_expect_str_eq(summary->driver, "net_null");
    cr_expect_eq(summary->mtu, 1500);
    cr_expect_eq(port->nic->mtu, 1500);
    cr_expect_eq(port->nic->payload_bytes_max, 2048);
    cr_expect(!summary->fills_checksums && !summary->checks_ip && !summary->checks_tcp);
    cr_expect(!port->nic->checksum_offload);
    cr_expect(ethernet_address_equal(&port->nic->address, &summary->address));
    char text[1024] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");
    nic_dpdk_print(port->dpdk, out);
    (void)fclose(out);
    cr_expect_not_null(strstr(text, "driver net_null"), "%s", text);
    cr_expect_not_null(strstr(text, "checked by software"), "%s", text);
    struct packet *packets[NIC_BURST_MAX];
    cr_expect_eq(nic_receive(port->nic, test_now, packets, NIC_BURST_MAX), NIC_BURST_MAX);
    for (size_t i = 0; i < NIC_BURST_MAX; i++) {
        cr_expect_eq(packets[i]->data_bytes, 64);
        nic_give(packets[i]);
    }
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, takes_ranges_of_ports_apart) {
    static const struct {
        uint32_t first, last, blocks;
    } rows[] = {{0, 65535, 2},    {443, 443, 1},     {0, 0, 1},          {65535, 65535, 1},
                {1, 65534, 30},   {32768, 65535, 1}, {40000, 50000, 10}, {32768, 60999, 7},
                {1024, 65535, 6}, {5001, 5002, 2},   {5000, 5007, 1},    {4999, 5008, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t blocks = 0;
        uint32_t port = rows[i].first;
        while (port <= rows[i].last) {
            struct nic_dpdk_block block = nic_dpdk_next_block(port, rows[i].last);
            cr_assert_eq(block.port, port);
            cr_assert_eq(block.ports & (block.ports - 1), 0);
            cr_assert_eq(block.port % block.ports, 0);
            port += block.ports;
            blocks++;
        }
        cr_expect_eq(port, rows[i].last + 1, "%u to %u", rows[i].first, rows[i].last);
        cr_expect_eq(blocks, rows[i].blocks, "%u to %u: %u", rows[i].first, rows[i].last, blocks);
        cr_expect_leq(blocks, NIC_DPDK_STEERINGS_MAX);
    }
}

Test(nic_dpdk, says_that_a_device_takes_no_rules) {
    struct test_port *port = test_port_start(RING);
    struct nic_dpdk_error error = {{0}};
    struct ipv4_address address = {.value = 0x0a000001};
    cr_assert(!nic_dpdk_steer(port->dpdk, 0, address, 40000, 50000, &error));
    cr_expect_not_null(strstr(error.text, "cannot steer ports 40000 to 50000"), "%s", error.text);
    cr_expect_eq(nic_dpdk_summary(port->dpdk)->steering, NIC_DPDK_STEERING_NONE);
    test_port_end(port);
}

Test(nic_dpdk, refuses_what_a_device_cannot_do) {
    struct nic_dpdk_error error = {{0}};
    struct nic_dpdk_device device = test_device(RING);
    struct nic_dpdk_device other = test_device("vdev: net_ring1");
    struct nic_dpdk_eal_setup eal = test_eal_setup(&device);
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    static char mem[1 << 16] __attribute__((aligned(64)));
    struct nic_dpdk_setup setup = test_port_setup(&device);
    cr_assert(nic_dpdk_footprint(&setup) <= sizeof(mem));
    setup.receive_packets = 1 << 20;
    cr_assert_null(nic_dpdk_open(mem, &setup, &error));
    cr_expect_not_null(strstr(error.text, "no room for the packets"), "%s", error.text);
    setup = test_port_setup(&device);
    setup.queues = 0;
    cr_expect_eq(nic_dpdk_footprint(&setup), 0);
    cr_assert_null(nic_dpdk_open(mem, &setup, &error));
    cr_expect_not_null(strstr(error.text, "out of range"), "%s", error.text);
    setup = test_port_setup(&other);
    cr_assert_null(nic_dpdk_open(mem, &setup, &error));
    cr_expect_not_null(strstr(error.text, "not started with it"), "%s", error.text);
    setup = test_port_setup(&device);
    struct nic_dpdk *dpdk = nic_dpdk_open(mem, &setup, &error);
    cr_assert_not_null(dpdk, "what failed left nothing behind: %s", error.text);
    nic_dpdk_close(dpdk);
    nic_dpdk_eal_stop();
}

/* No assertion in here: they allocate. How many frames came back as they were sent. */
static uint32_t echo_sealed(struct test_port *port, uint32_t frames) {
    uint32_t good = 0;
    alloc_guard_seal();
    for (uint32_t i = 0; i < frames; i++) {
        struct packet *packet = nic_take(port->nic, i % 2 == 0 ? NIC_DATA : NIC_CONTROL);
        struct packet *got = NULL;
        if (packet == NULL) {
            break;
        }
        packet->data_bytes = 100;
        packet->kept = i % 3 == 0;
        test_fill(packet_data(packet), 100, i);
        if (nic_send(port->nic, test_now, &packet, 1) == 1 &&
            nic_receive(port->nic, test_now, &got, 1) == 1) {
            good += test_is_frame(packet_data(got), 100, i);
            nic_give(got);
        }
        if (i % 3 == 0) {
            nic_give(packet);
        }
        nic_reap(port->nic);
    }
    alloc_guard_unseal();
    return good;
}

Test(nic_dpdk, allocates_nothing_once_it_runs) {
    struct test_port *port = test_port_start(RING);
    cr_expect_eq(echo_sealed(port, 5000), 5000);
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk, lets_one_thread_use_several_devices_and_queues) {
    struct nic_dpdk_device devices[] = {test_device("vdev: net_null0,size=100"),
                                        test_device("vdev: net_ring0")};
    struct nic_dpdk_eal_setup eal = test_eal_setup(devices);
    struct nic_dpdk_error error = {{0}};
    eal.device_count = 2;
    eal.memory_mib = 128;
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct test_port ports[2] = {{.nic = NULL}, {.nic = NULL}};
    for (size_t i = 0; i < 2; i++) {
        struct nic_dpdk_setup setup = test_port_setup(&devices[i]);
        setup.queues = i == 0 ? 3 : 1;
        test_port_open(&ports[i], &setup);
    }
    for (uint16_t queue = 0; queue < 3; queue++) {
        struct nic *nic = nic_dpdk_nic(ports[0].dpdk, queue);
        struct packet *packet = NULL;
        cr_assert_eq(nic_receive(nic, test_now, &packet, 1), 1);
        cr_expect_eq(packet->nic, nic, "from the pool of its own queue");
        cr_expect_eq(nic_counters(nic).received, 1);
        nic_give(packet);
    }
    test_send(&ports[1], test_take(&ports[1], 100, 5));
    struct packet *got = test_receive(&ports[1]);
    cr_assert_not_null(got);
    cr_expect_eq(got->nic, ports[1].nic);
    nic_give(got);
    for (size_t i = 0; i < 2; i++) {
        test_port_level(&ports[i]);
        nic_dpdk_close(ports[i].dpdk);
        free(ports[i].dpdk);
    }
    nic_dpdk_eal_stop();
}

/* As large as the estimate, and not a MiB more. */
static void expect_memory_enough(struct nic_dpdk_setup (*change)(struct nic_dpdk_setup)) {
    struct nic_dpdk_device devices[] = {test_device("vdev: net_null0"),
                                        test_device("vdev: net_null1")};
    struct nic_dpdk_eal_setup eal = test_eal_setup(devices);
    struct nic_dpdk_error error = {{0}};
    struct nic_dpdk_setup setups[2];
    struct nic_dpdk *opened[2];
    eal.device_count = 2;
    eal.memory_mib = 0;
    for (size_t i = 0; i < 2; i++) {
        setups[i] = change(nic_dpdk_setup_default(&devices[i]));
        eal.memory_mib += nic_dpdk_memory_mib(&setups[i]);
    }
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    for (size_t i = 0; i < 2; i++) {
        struct test_port port;
        test_port_open(&port, &setups[i]);
        cr_expect_eq(port.send_level, setups[i].send_packets + setups[i].control_packets);
        cr_expect_geq(port.receive_level, setups[i].receive_packets);
        opened[i] = port.dpdk;
    }
    for (size_t i = 0; i < 2; i++) {
        nic_dpdk_close(opened[i]);
        free(opened[i]);
    }
    nic_dpdk_eal_stop();
}

static struct nic_dpdk_setup as_is(struct nic_dpdk_setup setup) {
    return setup;
}

static struct nic_dpdk_setup smallest(struct nic_dpdk_setup setup) {
    setup.receive_descriptors = setup.send_descriptors = 64;
    setup.receive_packets = setup.send_packets = setup.control_packets = NIC_BURST_MAX;
    setup.payload_bytes = 1500;
    return setup;
}

static struct nic_dpdk_setup jumbo(struct nic_dpdk_setup setup) {
    setup.mtu = 9000;
    setup.payload_bytes = 16000;
    setup.receive_packets = setup.send_packets = 2000;
    setup.queues = 2;
    return setup;
}

static struct nic_dpdk_setup many(struct nic_dpdk_setup setup) {
    setup.receive_packets = setup.send_packets = 32768;
    return setup;
}

Test(nic_dpdk, estimates_memory_by_default) {
    expect_memory_enough(as_is);
}

Test(nic_dpdk, estimates_memory_for_the_smallest_port) {
    expect_memory_enough(smallest);
}

Test(nic_dpdk, estimates_memory_for_long_packets) {
    expect_memory_enough(jumbo);
}

Test(nic_dpdk, estimates_memory_for_many_packets) {
    expect_memory_enough(many);
}
