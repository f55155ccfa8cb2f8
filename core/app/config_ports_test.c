#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/app/config_test_sample.h"

static struct ipv4_address address(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return (struct ipv4_address){.value = a << 24 | b << 16 | c << 8 | d};
}

static struct config *load(const char *text, struct config_report **report) {
    struct config *config = config_sample_load(text, report);
    if (config == NULL) {
        config_report_print(*report, stderr);
    }
    cr_assert_not_null(config);
    return config;
}

Test(config_ports, what_the_sample_says) {
    struct config_report *report;
    struct config *config = load(config_sample_dpdk, &report);
    const struct config_port *port = &config->ports[1];
    cr_assert_eq(config->order_entry.transport, CONFIG_TRANSPORT_DPDK);
    cr_assert_eq(config->port_count, 2);
    cr_assert_str_eq(port->device, "pci: 0000:3b:00.0");
    cr_assert(ipv4_address_equal(port->address.address, address(10, 2, 0, 2)));
    cr_assert_eq(port->address.prefix_bits, 25);
    cr_assert_eq(port->vlan, 100);
    cr_assert_eq(port->mtu, 9000);
    cr_assert(ipv4_address_equal(port->gateway, address(10, 2, 0, 1)));
    cr_assert_eq(port->route_count, 1);
    cr_assert(ipv4_address_equal(port->routes[0].network.address, address(10, 9, 0, 0)));
    cr_assert_eq(port->routes[0].network.prefix_bits, 16);
    cr_assert_eq(port->neighbour_count, 1);
    cr_assert_eq(port->neighbours[0].at.byte[5], 0x0a);
    cr_assert(!config->dpdk.huge_pages);
    cr_assert_eq(config->dpdk.segments_per_connection, 64);
    const struct config_listener *listener = &config->listeners[0];
    cr_assert_eq(listener->allowed_count, 1);
    cr_assert_eq(listener->tcp.rto_min.ns, 5 * NS_PER_MS);
    cr_assert(!listener->tcp.timestamps);
    cr_assert_eq(config->venues[0].tcp.ack_delay.ns, 50 * NS_PER_MS);
    cr_assert(config->venues[0].tcp.timestamps);
    config_free(config);
}

/* What says where a session comes from when the file does not. */
Test(config_ports, a_source_is_found_by_the_route) {
    static const struct {
        const char *venue;
        uint32_t last; /* of 10.x.0.2 */
    } cases[] = {{"address: 10.9.7.7:4001\n", 2},
                 {"address: 10.2.0.99:4001\n", 2},
                 {"address: 10.1.0.99:4001\n", 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[4096];
        const char *at =
            strstr(config_sample_dpdk, "address: 10.9.7.7:4001\n    source: 10.2.0.2\n");
        cr_assert_not_null(at);
        (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - config_sample_dpdk),
                       config_sample_dpdk, cases[i].venue,
                       at + strlen("address: 10.9.7.7:4001\n    source: 10.2.0.2\n"));
        struct config_report *report;
        struct config *config = load(text, &report);
        cr_expect(ipv4_address_equal(config->venues[0].source, address(10, cases[i].last, 0, 2)),
                  "%s", cases[i].venue);
        config_free(config);
    }
}

#define CHECK_ALL(cases)                                                                           \
    config_bad_check_all(config_sample_dpdk, cases, sizeof(cases) / sizeof((cases)[0]))

Test(config_ports, values_that_are_refused) {
    static const struct config_bad_case cases[] = {
        {"address: 10.2.0.2/25", "address: @10.2.0.2", CONFIG_CODE_VALUE},
        {"address: 10.2.0.2/25", "address: @10.2.0.2/33", CONFIG_CODE_VALUE},
        {"address: 10.2.0.2/25", "address: @10.2.0.256/25", CONFIG_CODE_VALUE},
        {"address: 10.2.0.2/25", "address: @10.2.00.2/25", CONFIG_CODE_VALUE},
        {"gateway: 10.2.0.1", "gateway: @10.2.0", CONFIG_CODE_VALUE},
        {"gateway: 10.2.0.1", "gateway: @10.2.0.1.", CONFIG_CODE_VALUE},
        {"gateway: 10.2.0.1", "gateway: @224.0.0.1", CONFIG_CODE_VALUE},
        {"gateway: 10.2.0.1", "gateway: @gw", CONFIG_CODE_VALUE},
        {"vlan: 100", "vlan: @4095", CONFIG_CODE_RANGE},
        {"mtu: 9000", "mtu: @500", CONFIG_CODE_RANGE},
        {"'02:00:00:00:00:0a'", "@'02:00:00:00:00'", CONFIG_CODE_VALUE},
        {"'02:00:00:00:00:0a'", "@'03:00:00:00:00:0a'", CONFIG_CODE_VALUE},
        {"device: 'pci: 0000:3b:00.0'", "device: @''", CONFIG_CODE_VALUE},
        {"segments_per_connection: 64", "segments_per_connection: @63", CONFIG_CODE_VALUE},
        {"network: 10.1.0.0/24", "network: @10.1.0.0", CONFIG_CODE_VALUE},
        {"transport: dpdk", "transport: @dpkd", CONFIG_CODE_VALUE},
    };
    CHECK_ALL(cases);
}

Test(config_ports, what_does_not_fit_together) {
    static const struct config_bad_case cases[] = {
        {"gateway: 10.2.0.1", "gateway: @10.2.1.1", CONFIG_CODE_CONFLICT},
        {"gateway: 10.2.0.9", "gateway: @10.3.0.9", CONFIG_CODE_CONFLICT},
        {"gateway: 10.2.0.1", "gateway: @10.2.0.2", CONFIG_CODE_CONFLICT},
        {"gateway: 10.2.0.9", "gateway: @10.2.0.2", CONFIG_CODE_CONFLICT},
        {"address: 10.2.0.10, at", "address: @10.2.0.2, at", CONFIG_CODE_CONFLICT},
        {"address: 10.2.0.10, at", "address: @10.2.1.10, at", CONFIG_CODE_CONFLICT},
        {"name: venues", "name: @clients", CONFIG_CODE_NOT_UNIQUE},
        {"device: 'pci: 0000:3b:00.0'", "device: @'vdev: net_af_packet0,iface=veth0'",
         CONFIG_CODE_NOT_UNIQUE},
        {"address: 10.1.0.2:5001", "address: @10.1.0.3:5001", CONFIG_CODE_CONFLICT},
        {"address: 10.1.0.2:5001", "address: @10.1.0.2:0", CONFIG_CODE_VALUE},
        {"address: 10.1.0.2:5001", "address: @'[::1]:5001'", CONFIG_CODE_CONFLICT},
        {"half_open: 32, neighbours: 16", "half_open: 32, neighbours: @4", CONFIG_CODE_CONFLICT},
        {"source: 10.2.0.2", "source: @10.2.0.3", CONFIG_CODE_REFERENCE},
        {"source: 10.2.0.2", "source: @10.1.0.2", CONFIG_CODE_CONFLICT},
        {"address: 10.9.7.7:4001", "address: @'[fd00::1]:4001'", CONFIG_CODE_CONFLICT},
    };
    CHECK_ALL(cases);
}
