/*
 * For tests of NICs over DPDK: devices opened with small pools, frames, and pairs of interfaces in
 * network namespaces of the test's own, which end with the process however it ends.
 */
#ifndef TERCEL_NET_NIC_DPDK_TEST_FIXTURE_H
#define TERCEL_NET_NIC_DPDK_TEST_FIXTURE_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/nic_dpdk.h"
#include "net/nic_dpdk_eal.h"

#define TEST_FRAME_TYPE 0x88b5 /* IEEE 802, for local experiments */
#define TEST_PATIENCE_MS 3000

static const struct now test_now;

struct test_port {
    struct nic_dpdk_device device;
    struct nic_dpdk *dpdk;
    struct nic *nic;
    uint32_t receive_level; /* free packets after the start */
    uint32_t send_level;
};

static inline struct nic_dpdk_device test_device(const char *text) {
    struct nic_dpdk_device device;
    struct nic_dpdk_error error = {{0}};
    cr_assert(nic_dpdk_device_parse(text, &device, &error), "%s", error.text);
    return device;
}

static inline struct nic_dpdk_eal_setup test_eal_setup(const struct nic_dpdk_device *device) {
    return (struct nic_dpdk_eal_setup){.devices = device,
                                       .device_count = 1,
                                       .memory_mib = 64,
                                       .no_huge = true,
                                       .file_prefix = "tercel-test",
                                       .core = -1,
                                       .numa_node = -1};
}

static inline struct nic_dpdk_setup test_port_setup(const struct nic_dpdk_device *device) {
    struct nic_dpdk_setup setup = nic_dpdk_setup_default(device);
    setup.receive_descriptors = 512;
    setup.send_descriptors = 512;
    setup.receive_packets = 256;
    setup.send_packets = 200;
    setup.control_packets = 64;
    return setup;
}

static inline void test_port_open(struct test_port *port, const struct nic_dpdk_setup *setup) {
    struct nic_dpdk_error error = {{0}};
    void *mem = aligned_alloc(64, (nic_dpdk_footprint(setup) + 63) & ~(size_t)63);
    port->dpdk = nic_dpdk_open(mem, setup, &error);
    cr_assert_not_null(port->dpdk, "%s", error.text);
    port->nic = nic_dpdk_nic(port->dpdk, 0);
    struct nic_counters counters = nic_counters(port->nic);
    port->receive_level = counters.receive_pool_free;
    port->send_level = counters.send_pool_free;
}

/* Starts DPDK with one device and opens it, one queue. */
static inline struct test_port *test_port_start(const char *text) {
    struct test_port *port = calloc(1, sizeof(*port));
    struct nic_dpdk_error error = {{0}};
    port->device = test_device(text);
    struct nic_dpdk_eal_setup eal = test_eal_setup(&port->device);
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&port->device);
    test_port_open(port, &setup);
    return port;
}

static inline void test_port_end(struct test_port *port) {
    nic_dpdk_close(port->dpdk);
    nic_dpdk_eal_stop();
    free(port->dpdk);
    free(port);
}

/* Every packet is back where it was after the start. */
static inline void test_port_level(struct test_port *port) {
    struct nic_counters counters = nic_counters(port->nic);
    for (int i = 0; i < TEST_PATIENCE_MS && (counters.send_pool_free != port->send_level ||
                                             counters.receive_pool_free != port->receive_level);
         i++) {
        nic_reap(port->nic);
        (void)poll(NULL, 0, 1);
        counters = nic_counters(port->nic);
    }
    cr_expect_eq(counters.send_pool_free, port->send_level, "%u of %u", counters.send_pool_free,
                 port->send_level);
    cr_expect_eq(counters.receive_pool_free, port->receive_level, "%u of %u",
                 counters.receive_pool_free, port->receive_level);
}

/* A frame of `bytes` whose payload tells `number`. */
static inline void test_fill(char *frame, uint32_t bytes, uint32_t number) {
    static const unsigned char header[ETHERNET_HEADER_BYTES] = {0xff,
                                                                0xff,
                                                                0xff,
                                                                0xff,
                                                                0xff,
                                                                0xff,
                                                                2,
                                                                0,
                                                                0,
                                                                0,
                                                                0,
                                                                9,
                                                                TEST_FRAME_TYPE >> 8,
                                                                TEST_FRAME_TYPE & 0xff};
    memcpy(frame, header, sizeof(header));
    for (uint32_t i = sizeof(header); i < bytes; i++) {
        frame[i] = (char)(number + i);
    }
}

static inline bool test_is_frame(const char *frame, uint32_t bytes, uint32_t number) {
    char expected[2048];
    test_fill(expected, bytes, number);
    return memcmp(frame, expected, bytes) == 0;
}

static inline struct packet *test_take(struct test_port *port, uint32_t bytes, uint32_t number) {
    struct packet *packet = nic_take(port->nic, NIC_DATA);
    cr_assert_not_null(packet);
    cr_assert_eq(packet->data_offset, PACKET_HEADROOM_BYTES);
    cr_assert_eq(packet->data_bytes, 0);
    packet->data_offset -= ETHERNET_HEADER_BYTES;
    packet->data_bytes = bytes;
    test_fill(packet_data(packet), bytes, number);
    return packet;
}

static inline void test_send(struct test_port *port, struct packet *packet) {
    uint32_t sent = 0;
    for (int i = 0; i < TEST_PATIENCE_MS && sent == 0; i++) {
        sent = nic_send(port->nic, test_now, &packet, 1);
        if (sent == 0) {
            (void)poll(NULL, 0, 1);
        }
    }
    cr_assert_eq(sent, 1);
}

/* The next frame of our type, or NULL when none comes. */
static inline struct packet *test_receive(struct test_port *port) {
    for (int i = 0; i < TEST_PATIENCE_MS; i++) {
        struct packet *packet = NULL;
        if (nic_receive(port->nic, test_now, &packet, 1) == 1) {
            const unsigned char *type = (const unsigned char *)packet_data(packet) + 12;
            if ((type[0] << 8 | type[1]) == TEST_FRAME_TYPE) {
                return packet;
            }
            nic_give(packet);
        } else {
            (void)poll(NULL, 0, 1);
        }
    }
    return NULL;
}

/* Two namespaces: the process is in `near`, a raw socket in `far`. */
struct test_wire {
    int near;
    int far;
    int socket;
};

static inline int test_run(char *const arguments[]) {
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(arguments[0], arguments);
        _exit(127);
    }
    int status = -1;
    (void)waitpid(child, &status, 0);
    return status;
}

#define TEST_RUN(...) cr_assert_eq(test_run((char *[]){__VA_ARGS__, NULL}), 0)

static inline void test_no_ipv6(void) {
    int file = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        (void)!write(file, "1", 1);
        (void)close(file);
    }
}

static inline int test_namespace(void) {
    if (unshare(CLONE_NEWNET) != 0) {
        cr_skip_test("no network namespaces here: they need root (CAP_SYS_ADMIN)");
    }
    test_no_ipv6();
    return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static inline void test_wire_set(const struct test_wire *wire, char *interface, char *state) {
    cr_assert_eq(setns(wire->far, CLONE_NEWNET), 0);
    TEST_RUN("ip", "link", "set", interface, state);
    cr_assert_eq(setns(wire->near, CLONE_NEWNET), 0);
}

/* Interface "near" here, "far" in the other namespace, both up. */
static inline struct test_wire test_wire_start(void) {
    struct test_wire wire = {.near = test_namespace(), .far = test_namespace()};
    char far[64];
    (void)snprintf(far, sizeof(far), "/proc/%d/fd/%d", (int)getpid(), wire.far);
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(TEST_FRAME_TYPE)};
    wire.socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(TEST_FRAME_TYPE));
    cr_assert(wire.socket >= 0);
    cr_assert_eq(setns(wire.near, CLONE_NEWNET), 0);
    TEST_RUN("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", far);
    TEST_RUN("ip", "link", "set", "near", "up");
    test_wire_set(&wire, "far", "up");
    cr_assert_eq(setns(wire.far, CLONE_NEWNET), 0);
    address.sll_ifindex = (int)if_nametoindex("far");
    cr_assert_eq(setns(wire.near, CLONE_NEWNET), 0);
    cr_assert_eq(bind(wire.socket, (const struct sockaddr *)&address, sizeof(address)), 0);
    return wire;
}

static inline void test_wire_end(const struct test_wire *wire) {
    (void)close(wire->socket);
    (void)close(wire->near);
    (void)close(wire->far);
}

/* The next frame of our type that arrives in the other namespace; how many bytes, or -1. */
static inline ssize_t test_wire_receive(const struct test_wire *wire, char *frame, size_t room) {
    struct pollfd ready = {.fd = wire->socket, .events = POLLIN};
    if (poll(&ready, 1, TEST_PATIENCE_MS) != 1) {
        return -1;
    }
    return recv(wire->socket, frame, room, 0);
}

static inline void test_wire_send(const struct test_wire *wire, uint32_t bytes, uint32_t number) {
    char frame[2048];
    test_fill(frame, bytes, number);
    cr_assert_eq(send(wire->socket, frame, bytes, 0), (ssize_t)bytes);
}

#endif
