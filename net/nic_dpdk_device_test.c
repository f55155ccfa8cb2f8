#include <criterion/criterion.h>
#include <string.h>

#include "net/nic_dpdk_device.h"

Test(nic_dpdk_device, takes_a_device_apart) {
    static const struct {
        const char *text;
        enum nic_dpdk_kind kind;
        const char *name;
        const char *arguments;
        const char *interface;
    } rows[] = {
        {"pci: 0000:3b:00.0", NIC_DPDK_PCI, "0000:3b:00.0", "0000:3b:00.0", ""},
        {"pci:0000:AF:1f.7,mprq_en=0", NIC_DPDK_PCI, "0000:AF:1f.7", "0000:AF:1f.7,mprq_en=0", ""},
        {"vdev: net_af_xdp0,iface=eth1", NIC_DPDK_VDEV, "net_af_xdp0", "net_af_xdp0,iface=eth1",
         "eth1"},
        {"vdev:net_af_packet7,blocksz=4096,iface=a.b-c,qpairs=1", NIC_DPDK_VDEV, "net_af_packet7",
         "net_af_packet7,blocksz=4096,iface=a.b-c,qpairs=1", "a.b-c"},
        {"vdev:   net_ring0", NIC_DPDK_VDEV, "net_ring0", "net_ring0", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nic_dpdk_device device;
        struct nic_dpdk_error error = {{0}};
        cr_assert(nic_dpdk_device_parse(rows[i].text, &device, &error), "%s", error.text);
        cr_expect_eq(device.kind, rows[i].kind);
        cr_expect_str_eq(device.name, rows[i].name);
        cr_expect_str_eq(device.arguments, rows[i].arguments);
        cr_expect_str_eq(device.interface, rows[i].interface);
    }
}

Test(nic_dpdk_device, refuses_what_is_no_device) {
    static const char *const rows[] = {
        "",
        "0000:3b:00.0",
        "pci:",
        "pci: ",
        "pci: ,x=1",
        "pci: 3b:00.0",
        "pci: 0000:3b:00",
        "pci: 0000:3b:00.0x",
        "pci: 0000:3g:00.0",
        "usb: 1",
        "vdev:",
        "vdev: eth0",
        "vdev: net_ring0 --proc-type=secondary",
        "vdev: net_ring0,x=\"1\"",
        "vdev: net_ring0,x=\n",
        "vdev: net_ring0,x=\x80",
        "vdev: net_0123456789012345678901234567890123456789012345678901234567890123456789",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nic_dpdk_device device;
        struct nic_dpdk_error error = {{0}};
        cr_assert(!nic_dpdk_device_parse(rows[i], &device, &error), "%s", rows[i]);
        cr_expect_not_null(strstr(error.text, rows[i]), "%s", error.text);
    }
}

Test(nic_dpdk_device, refuses_arguments_of_any_length) {
    char text[1024] = "vdev: net_ring0,";
    struct nic_dpdk_device device;
    struct nic_dpdk_error error = {{0}};
    for (size_t len = strlen(text); len < sizeof(text) - 1; len++) {
        text[len] = 'a';
        bool fits = len + 1 - strlen("vdev: ") <= NIC_DPDK_ARGUMENTS_MAX;
        cr_assert_eq(nic_dpdk_device_parse(text, &device, &error), fits, "%zu", len);
    }
}

Test(nic_dpdk_device, says_what_this_host_does_not_have) {
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"vdev: net_af_packet0,iface=nosuch0", "no interface nosuch0"},
        {"vdev: net_af_xdp0,iface=nosuch1", "no interface nosuch1"},
        {"vdev: net_af_packet0", "needs iface="},
        {"vdev: net_af_packet0,iface=", "needs iface="},
        {"vdev: net_af_xdp0,iface=0123456789012345", "needs iface="},
        {"pci: ffff:ff:1f.7", "no such PCI device"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nic_dpdk_device device;
        struct nic_dpdk_error error = {{0}};
        cr_assert(nic_dpdk_device_parse(rows[i].text, &device, &error));
        cr_assert(!nic_dpdk_device_check(&device, &error), "%s", rows[i].text);
        cr_expect_not_null(strstr(error.text, rows[i].words), "%s", error.text);
        cr_expect_not_null(strstr(error.text, device.arguments), "%s", error.text);
    }
}

Test(nic_dpdk_device, finds_nothing_wrong_with_what_needs_nothing) {
    static const char *const rows[] = {"vdev: net_ring0", "vdev: net_null3,size=64"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nic_dpdk_device device;
        struct nic_dpdk_error error = {{0}};
        cr_assert(nic_dpdk_device_parse(rows[i], &device, &error));
        cr_expect(nic_dpdk_device_check(&device, &error), "%s", error.text);
    }
}

Test(nic_dpdk_device, counts_huge_pages) {
    struct nic_dpdk_error error = {{0}};
    cr_expect(nic_dpdk_memory_check(0, -1, &error));
    cr_assert(!nic_dpdk_memory_check(1U << 30, -1, &error));
    cr_expect_not_null(strstr(error.text, "hugepages/reserve"), "%s", error.text);
    cr_assert(!nic_dpdk_memory_check(1, 4096, &error), "a node that is not there has none");
}
