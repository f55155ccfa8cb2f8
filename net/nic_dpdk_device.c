#include "net/nic_dpdk_device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bytes.h"

/* linux/capability.h */
#define CAPABILITY_NET_ADMIN 12
#define CAPABILITY_NET_RAW 13
#define CAPABILITY_SYS_ADMIN 21
#define CAPABILITY_BPF 39

static const uint32_t huge_page_kib[] = {1048576, 2048};

bool nic_dpdk_fail(struct nic_dpdk_error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return false;
}

/* Neither blanks nor quotes: what EAL is given stays one argument. */
static bool is_plain(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~' || *text == '"' || *text == '\'') {
            return false;
        }
    }
    return true;
}

static bool is_pci_address(const char *name) {
    static const char form[] = "xxxx:xx:xx.x";
    if (strlen(name) != sizeof(form) - 1) {
        return false;
    }
    for (size_t i = 0; form[i] != '\0'; i++) {
        bool hex = (name[i] >= '0' && name[i] <= '9') ||
                   ((name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'f');
        if (form[i] == 'x' ? !hex : name[i] != form[i]) {
            return false;
        }
    }
    return true;
}

static void find_interface(struct nic_dpdk_device *device) {
    const char *at = strstr(device->arguments, ",iface=");
    if (at == NULL) {
        return;
    }
    at += strlen(",iface=");
    size_t len = strcspn(at, ",");
    if (len <= NIC_DPDK_INTERFACE_MAX) {
        memcpy(device->interface, at, len);
    }
}

bool nic_dpdk_device_parse(const char *text, struct nic_dpdk_device *device,
                           struct nic_dpdk_error *error) {
    *device = (struct nic_dpdk_device){.kind = NIC_DPDK_PCI};
    const char *rest = NULL;
    if (strncmp(text, "pci:", 4) == 0) {
        rest = text + 4;
    } else if (strncmp(text, "vdev:", 5) == 0) {
        device->kind = NIC_DPDK_VDEV;
        rest = text + 5;
    } else {
        return nic_dpdk_fail(
            error, "device \"%.255s\": begins neither with \"pci:\" nor with \"vdev:\"", text);
    }
    rest += strspn(rest, " ");
    size_t name_len = strcspn(rest, ",");
    if (name_len == 0 || name_len > NIC_DPDK_NAME_MAX || strlen(rest) > NIC_DPDK_ARGUMENTS_MAX ||
        !is_plain(rest)) {
        return nic_dpdk_fail(error,
                             "device \"%.255s\": needs a name of at most %d characters, then "
                             "arguments behind commas, %d in all, without blanks",
                             text, NIC_DPDK_NAME_MAX, NIC_DPDK_ARGUMENTS_MAX);
    }
    memcpy(device->name, rest, name_len);
    memcpy(device->arguments, rest, strlen(rest));
    if (device->kind == NIC_DPDK_PCI && !is_pci_address(device->name)) {
        return nic_dpdk_fail(error,
                             "device \"%.255s\": a PCI address looks like 0000:3b:00.0 (as in "
                             "lspci -D)",
                             text);
    }
    if (device->kind == NIC_DPDK_VDEV && strncmp(device->name, "net_", 4) != 0) {
        return nic_dpdk_fail(error,
                             "device \"%.255s\": a virtual network device is named after its "
                             "driver, as in net_af_xdp0",
                             text);
    }
    find_interface(device);
    return true;
}

/* The start of a small file, terminated; empty when it cannot be read. */
static void read_small(const char *path, char *out, size_t out_bytes) {
    out[0] = '\0';
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    ssize_t got = read(file, out, out_bytes - 1);
    (void)close(file);
    out[got > 0 ? got : 0] = '\0';
}

static bool may(unsigned capability) {
    char status[4096];
    read_small("/proc/self/status", status, sizeof(status));
    const char *line = strstr(status, "\nCapEff:");
    return line != NULL && (strtoull(line + strlen("\nCapEff:"), NULL, 16) >> capability & 1) != 0;
}

static bool is_driver(const struct nic_dpdk_device *device, const char *driver) {
    size_t len = strlen(driver);
    return strncmp(device->name, driver, len) == 0 &&
           strspn(device->name + len, "0123456789") == strlen(device->name + len);
}

static bool check_interface(const struct nic_dpdk_device *device, struct nic_dpdk_error *error) {
    if (device->interface[0] == '\0') {
        return nic_dpdk_fail(error, "device \"%s\": needs iface=NAME, an interface of this host",
                             device->arguments);
    }
    if (if_nametoindex(device->interface) == 0) {
        return nic_dpdk_fail(error, "device \"%s\": there is no interface %s here (ip link)",
                             device->arguments, device->interface);
    }
    return true;
}

static bool check_vdev(const struct nic_dpdk_device *device, struct nic_dpdk_error *error) {
    bool packet = is_driver(device, "net_af_packet");
    bool xdp = is_driver(device, "net_af_xdp");
    bool tap = is_driver(device, "net_tap");
    if ((packet || xdp) && !check_interface(device, error)) {
        return false;
    }
    if ((packet || xdp) && !may(CAPABILITY_NET_RAW)) {
        return nic_dpdk_fail(error, "device \"%s\": needs CAP_NET_RAW (run as root, or setcap)",
                             device->arguments);
    }
    if ((xdp || tap) && !may(CAPABILITY_NET_ADMIN)) {
        return nic_dpdk_fail(error, "device \"%s\": needs CAP_NET_ADMIN (run as root, or setcap)",
                             device->arguments);
    }
    if (xdp && !may(CAPABILITY_BPF) && !may(CAPABILITY_SYS_ADMIN)) {
        return nic_dpdk_fail(error, "device \"%s\": needs CAP_BPF (run as root, or setcap)",
                             device->arguments);
    }
    if (tap && access("/dev/net/tun", R_OK | W_OK) != 0) {
        return nic_dpdk_fail(error, "device \"%s\": cannot open /dev/net/tun: %s",
                             device->arguments, strerror(errno));
    }
    return true;
}

/* Drivers that leave the device to the kernel and lend DPDK its queues. */
static bool is_shared_driver(const char *driver) {
    return strcmp(driver, "mlx4_core") == 0 || strcmp(driver, "mlx5_core") == 0 ||
           strcmp(driver, "mana") == 0;
}

static bool check_pci(const struct nic_dpdk_device *device, struct nic_dpdk_error *error) {
    char path[128];
    (void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", device->name);
    struct stat status;
    if (stat(path, &status) != 0) {
        return nic_dpdk_fail(error, "device \"pci: %s\": there is no such PCI device (lspci -D)",
                             device->name);
    }
    (void)snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device->name);
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof(target) - 1);
    target[len > 0 ? len : 0] = '\0';
    const char *slash = strrchr(target, '/');
    const char *driver = slash != NULL ? slash + 1 : "no driver";
    if (strcmp(driver, "vfio-pci") != 0 && strcmp(driver, "uio_pci_generic") != 0 &&
        strcmp(driver, "igb_uio") != 0 && !is_shared_driver(driver)) {
        return nic_dpdk_fail(error,
                             "device \"pci: %s\": bound to %s; take it from the kernel with: "
                             "dpdk-devbind.py --bind=vfio-pci %s",
                             device->name, driver, device->name);
    }
    return true;
}

bool nic_dpdk_device_check(const struct nic_dpdk_device *device, struct nic_dpdk_error *error) {
    return device->kind == NIC_DPDK_PCI ? check_pci(device, error) : check_vdev(device, error);
}

static uint64_t free_mib(uint32_t page_kib, int32_t node) {
    char path[128];
    if (node < 0) {
        (void)snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%ukB/free_hugepages",
                       page_kib);
    } else {
        (void)snprintf(path, sizeof(path),
                       "/sys/devices/system/node/node%d/hugepages/hugepages-%ukB/free_hugepages",
                       node, page_kib);
    }
    char text[32];
    read_small(path, text, sizeof(text));
    return strtoull(text, NULL, 10) * page_kib / 1024;
}

bool nic_dpdk_memory_check(uint32_t memory_mib, int32_t numa_node, struct nic_dpdk_error *error) {
    uint64_t mib = 0;
    for (size_t i = 0; i < sizeof(huge_page_kib) / sizeof(huge_page_kib[0]); i++) {
        mib += free_mib(huge_page_kib[i], numa_node);
    }
    if (mib < memory_mib) {
        return nic_dpdk_fail(error,
                             "%u MiB of huge pages are needed for packets, and %llu MiB are free%s "
                             "(reserve them: hugepages/reserve)",
                             memory_mib, (unsigned long long)mib,
                             numa_node >= 0 ? " on the NUMA node" : "");
    }
    return true;
}
