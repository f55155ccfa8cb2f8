/*
 * What a configuration names as a DPDK device, and what this host must have for it.
 *
 * A device is written as "pci: 0000:3b:00.0" or "vdev: net_af_xdp0,iface=eth1" (net_af_packet,
 * net_tap, net_ring, net_null likewise), each with driver arguments behind commas. Here it is taken
 * apart, and what DPDK would report late or by a number only is looked at before: the interface,
 * the PCI device and its driver, capabilities, huge pages. No DPDK function is called.
 *
 * Cold; any thread. Every failure leaves one message that names what is wrong and what to do.
 */
#ifndef TERCEL_NET_NIC_DPDK_DEVICE_H
#define TERCEL_NET_NIC_DPDK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"

#define NIC_DPDK_ARGUMENTS_MAX 255
#define NIC_DPDK_NAME_MAX 63
#define NIC_DPDK_INTERFACE_MAX 15
#define NIC_DPDK_ERROR_MAX 767

struct nic_dpdk_error {
    char text[NIC_DPDK_ERROR_MAX + 1];
};

/* Writes the message; cut when it is too long. Always false, for `return`. */
bool nic_dpdk_fail(struct nic_dpdk_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

enum nic_dpdk_kind { NIC_DPDK_PCI = 0, NIC_DPDK_VDEV };

struct nic_dpdk_device {
    enum nic_dpdk_kind kind;
    char name[NIC_DPDK_NAME_MAX + 1];           /* of the DPDK port: "net_tap0", "0000:3b:00.0" */
    char arguments[NIC_DPDK_ARGUMENTS_MAX + 1]; /* as EAL takes it: the name, then arguments */
    char interface[NIC_DPDK_INTERFACE_MAX + 1]; /* of iface=; empty when there is none */
};

/* False, with a message, for anything but the forms above. */
bool nic_dpdk_device_parse(const char *text, struct nic_dpdk_device *device,
                           struct nic_dpdk_error *error) MUST_USE;

/* Whether this host has the device, bound to a driver DPDK can take it from, and whether this
 * process may open it. */
bool nic_dpdk_device_check(const struct nic_dpdk_device *device,
                           struct nic_dpdk_error *error) MUST_USE;

/* Whether `memory_mib` of huge pages are free on the node (-1: on any). */
bool nic_dpdk_memory_check(uint32_t memory_mib, int32_t numa_node,
                           struct nic_dpdk_error *error) MUST_USE;

#endif
