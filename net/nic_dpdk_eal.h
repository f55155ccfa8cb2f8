/*
 * DPDK's environment: its memory and its devices, started once in a process.
 *
 * Start-up only, on one thread, before any other thread exists and before memory is sealed: what
 * DPDK and its drivers print is caught meanwhile, by pointing stdout and stderr elsewhere, and a
 * failure becomes one message. The calling thread's affinity is as before afterwards; signals,
 * telemetry and other processes are left alone. A failed start is for good: DPDK cannot be started
 * twice.
 *
 * What it prints later (a driver's complaint) is kept, and never written anywhere by a worker.
 */
#ifndef TERCEL_NET_NIC_DPDK_EAL_H
#define TERCEL_NET_NIC_DPDK_EAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "net/nic_dpdk_device.h"

#define NIC_DPDK_DEVICES_MAX 16
#define NIC_DPDK_PREFIX_MAX 31

struct nic_dpdk_eal_setup {
    const struct nic_dpdk_device *devices;
    uint32_t device_count; /* 0 .. NIC_DPDK_DEVICES_MAX */
    uint32_t memory_mib;   /* for all pools and drivers: 16 .. 65536 */
    bool no_huge;          /* 4 KiB pages: for tests and kernel-backed devices, not for hardware */
    const char *file_prefix; /* NULL: "tercel". Letters, digits, '_', '-' */
    int32_t core;            /* DPDK's main one, which it polls nothing on; -1: any allowed here */
    int32_t numa_node;       /* where memory comes from; -1: any */
};

/* False with a message: an impossible setup, a device or memory that is not there, no permission,
 * or DPDK's own complaint. */
bool nic_dpdk_eal_start(const struct nic_dpdk_eal_setup *setup,
                        struct nic_dpdk_error *error) MUST_USE;

/* After every port is closed. */
void nic_dpdk_eal_stop(void);

/*
 * On each thread that will use NICs, before it is sealed, unless it is the one that started DPDK:
 * gives the thread its caches of packets. Without it all works, slower. At most 127 threads.
 */
bool nic_dpdk_thread_begin(struct nic_dpdk_error *error) MUST_USE;
void nic_dpdk_thread_end(void);

/* What DPDK and its drivers printed since the start, the end of it: at most `out_bytes` - 1
 * characters, terminated; returns how many. Any thread. */
size_t nic_dpdk_eal_said(char *out, size_t out_bytes);

/*
 * While capturing, what this process writes to stdout and stderr is kept. Start-up only, one at a
 * time. Used around what else of DPDK may print.
 */
struct nic_dpdk_capture {
    int file;
    int out;
    int err;
};
void nic_dpdk_capture_begin(struct nic_dpdk_capture *capture);
/* Gives stdout and stderr back; what was kept, its complaints first, in one line of `text`. */
void nic_dpdk_capture_end(struct nic_dpdk_capture *capture, char *text, size_t text_bytes);

#endif
