/* Ours first: DPDK defines some names again that ours have. */
#include "net/nic_dpdk_eal.h"
#include "net/nic_dpdk_internal.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_log.h>

#define ARGUMENTS_MAX (12 + 2 * NIC_DPDK_DEVICES_MAX)
#define ARGUMENT_BYTES (NIC_DPDK_ARGUMENTS_MAX + 16)
#define SAID_BYTES 4096
#define MEMORY_MIB_MIN 16
#define MEMORY_MIB_MAX 65536
#define NUMA_NODES_MAX 8

/* DPDK is a singleton, so this is: its arguments, and the end of what it printed. */
static struct {
    bool tried;
    bool running;
    FILE *log;
    pthread_mutex_t lock; /* of what follows */
    size_t said_bytes;    /* ever */
    char said[SAID_BYTES];
} eal = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct arguments {
    char text[ARGUMENTS_MAX][ARGUMENT_BYTES];
    char *list[ARGUMENTS_MAX + 1];
    int count;
};

static void add(struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct arguments *arguments, const char *format, ...) {
    CHECK(arguments->count < ARGUMENTS_MAX);
    char *text = arguments->text[arguments->count];
    va_list values;
    va_start(values, format);
    int len = vsnprintf(text, ARGUMENT_BYTES, format, values);
    va_end(values);
    CHECK(len >= 0 && len < ARGUMENT_BYTES);
    arguments->list[arguments->count++] = text;
}

/* Called by stdio for what DPDK prints; a ring, of which the end is worth most. */
static ssize_t hear(void *cookie, const char *text, size_t bytes) {
    (void)cookie;
    (void)pthread_mutex_lock(&eal.lock);
    for (size_t i = 0; i < bytes; i++) {
        eal.said[eal.said_bytes++ % SAID_BYTES] = text[i];
    }
    (void)pthread_mutex_unlock(&eal.lock);
    return (ssize_t)bytes;
}

size_t nic_dpdk_eal_said(char *out, size_t out_bytes) {
    if (out_bytes == 0) {
        return 0;
    }
    (void)pthread_mutex_lock(&eal.lock);
    size_t len = eal.said_bytes < SAID_BYTES ? eal.said_bytes : SAID_BYTES;
    if (len > out_bytes - 1) {
        len = out_bytes - 1;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = eal.said[(eal.said_bytes - len + i) % SAID_BYTES];
    }
    (void)pthread_mutex_unlock(&eal.lock);
    out[len] = '\0';
    return len;
}

void nic_dpdk_capture_begin(struct nic_dpdk_capture *capture) {
    (void)fflush(NULL);
    (void)rte_openlog_stream(stderr);
    *capture = (struct nic_dpdk_capture){
        .file = memfd_create("dpdk start", MFD_CLOEXEC), .out = -1, .err = -1};
    if (capture->file < 0) {
        return;
    }
    capture->out = dup(STDOUT_FILENO);
    capture->err = dup(STDERR_FILENO);
    if (capture->out >= 0 && capture->err >= 0) {
        (void)dup2(capture->file, STDOUT_FILENO);
        (void)dup2(capture->file, STDERR_FILENO);
    }
}

/* Lines become one, without their ends and blanks; a line said twice in a row is said once. */
static void join_lines(const char *from, char *text, size_t text_bytes) {
    size_t used = 0;
    const char *last = "";
    size_t last_len = 0;
    text[0] = '\0';
    while (*from != '\0') {
        size_t len = strcspn(from, "\n");
        bool again = len == last_len && memcmp(from, last, len) == 0;
        if (len != 0 && !again) {
            int more = snprintf(text + used, text_bytes - used, "%s%.*s", used != 0 ? "; " : "",
                                (int)len, from);
            used += more > 0 ? (size_t)more : 0;
            if (used >= text_bytes) {
                return;
            }
        }
        last = from;
        last_len = len;
        from += len + (from[len] == '\n');
    }
}

void nic_dpdk_capture_end(struct nic_dpdk_capture *capture, char *text, size_t text_bytes) {
    char said[SAID_BYTES] = "";
    (void)fflush(NULL);
    if (capture->out >= 0 && capture->err >= 0) {
        (void)dup2(capture->out, STDOUT_FILENO);
        (void)dup2(capture->err, STDERR_FILENO);
        ssize_t got = pread(capture->file, said, sizeof(said) - 1, 0);
        said[got > 0 ? got : 0] = '\0';
    }
    const int files[] = {capture->file, capture->out, capture->err};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i] >= 0) {
            (void)close(files[i]);
        }
    }
    (void)rte_openlog_stream(eal.log);
    (void)hear(NULL, said, strlen(said));
    join_lines(said, text, text_bytes);
}

static bool is_prefix(const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-') {
            return false;
        }
    }
    return len > 0 && len <= NIC_DPDK_PREFIX_MAX;
}

static bool check_setup(const struct nic_dpdk_eal_setup *setup, struct nic_dpdk_error *error) {
    if (setup->device_count > NIC_DPDK_DEVICES_MAX) {
        return nic_dpdk_fail(error, "%u DPDK devices: at most %d", setup->device_count,
                             NIC_DPDK_DEVICES_MAX);
    }
    if (setup->memory_mib < MEMORY_MIB_MIN || setup->memory_mib > MEMORY_MIB_MAX) {
        return nic_dpdk_fail(error, "%u MiB for packets: %d to %d", setup->memory_mib,
                             MEMORY_MIB_MIN, MEMORY_MIB_MAX);
    }
    if (setup->numa_node >= NUMA_NODES_MAX) {
        return nic_dpdk_fail(error, "NUMA node %d: at most %d", setup->numa_node,
                             NUMA_NODES_MAX - 1);
    }
    if (setup->file_prefix != NULL && !is_prefix(setup->file_prefix)) {
        return nic_dpdk_fail(error,
                             "DPDK's file prefix \"%.63s\": at most %d letters, digits, '_', '-'",
                             setup->file_prefix, NIC_DPDK_PREFIX_MAX);
    }
    for (uint32_t i = 0; i < setup->device_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(setup->devices[i].name, setup->devices[j].name) == 0) {
                return nic_dpdk_fail(error, "device \"%s\" is given twice", setup->devices[i].name);
            }
        }
        if (!nic_dpdk_device_check(&setup->devices[i], error)) {
            return false;
        }
    }
    return setup->no_huge || nic_dpdk_memory_check(setup->memory_mib, setup->numa_node, error);
}

/* The core asked for, or the first this thread may run on; -1 with a message. */
static int choose_core(const struct nic_dpdk_eal_setup *setup, const cpu_set_t *allowed,
                       struct nic_dpdk_error *error) {
    if (setup->core >= CPU_SETSIZE ||
        (setup->core >= 0 && !CPU_ISSET((size_t)setup->core, allowed))) {
        (void)nic_dpdk_fail(error, "core %d is not one this process may run on", setup->core);
        return -1;
    }
    int core = setup->core;
    while (core < 0 || !CPU_ISSET((size_t)core, allowed)) {
        core++;
    }
    return core;
}

static void add_memory(struct arguments *arguments, const struct nic_dpdk_eal_setup *setup) {
    if (setup->no_huge) {
        add(arguments, "--no-huge");
        add(arguments, "--no-shconf");
    } else {
        add(arguments, "--in-memory");
    }
    if (setup->no_huge || setup->numa_node < 0) {
        add(arguments, "-m");
        add(arguments, "%u", setup->memory_mib);
        return;
    }
    char before[2 * NUMA_NODES_MAX + 1] = "";
    for (int32_t i = 0; i < setup->numa_node; i++) {
        memcpy(before + 2 * i, "0,", 3);
    }
    add(arguments, "--socket-mem=%s%u", before, setup->memory_mib);
}

static void add_devices(struct arguments *arguments, const struct nic_dpdk_eal_setup *setup) {
    bool pci = false;
    for (uint32_t i = 0; i < setup->device_count; i++) {
        const struct nic_dpdk_device *device = &setup->devices[i];
        pci = pci || device->kind == NIC_DPDK_PCI;
        if (device->kind == NIC_DPDK_PCI) {
            add(arguments, "-a");
            add(arguments, "%s", device->arguments);
        } else {
            add(arguments, "--vdev=%s", device->arguments);
        }
    }
    if (!pci) {
        add(arguments, "--no-pci");
    }
}

static void make_arguments(struct arguments *arguments, const struct nic_dpdk_eal_setup *setup,
                           int core) {
    arguments->count = 0;
    add(arguments, "tercel");
    add(arguments, "--no-telemetry");
    add(arguments, "--log-level=%d", (int)RTE_LOG_WARNING);
    add(arguments, "--file-prefix=%s", setup->file_prefix != NULL ? setup->file_prefix : "tercel");
    add(arguments, "--lcores=0@%d", core);
    add_memory(arguments, setup);
    add_devices(arguments, setup);
    arguments->list[arguments->count] = NULL;
}

bool nic_dpdk_find_port(const char *name, uint16_t *port) {
    if (rte_eth_dev_get_port_by_name(name, port) == 0) {
        return true;
    }
    for (uint16_t i = rte_eth_find_next(0); i < RTE_MAX_ETHPORTS;
         i = rte_eth_find_next((uint16_t)(i + 1))) {
        struct rte_eth_dev_info info;
        if (rte_eth_dev_info_get(i, &info) == 0 && info.device != NULL &&
            strcmp(rte_dev_name(info.device), name) == 0) {
            *port = i;
            return true;
        }
    }
    return false;
}

/* DPDK starts without a device it could not take, and only prints why. */
static bool check_ports(const struct nic_dpdk_eal_setup *setup, const char *said,
                        struct nic_dpdk_error *error) {
    for (uint32_t i = 0; i < setup->device_count; i++) {
        uint16_t port;
        if (!nic_dpdk_find_port(setup->devices[i].name, &port)) {
            return nic_dpdk_fail(error, "device \"%s\": DPDK cannot take it: %s",
                                 setup->devices[i].arguments,
                                 said[0] != '\0' ? said : "it has no driver for it");
        }
    }
    return true;
}

static int initialise(struct arguments *arguments, char *said, size_t said_bytes) {
    /* DPDK's own threads are born here: they take no signals, and the caller stays where it is. */
    sigset_t every;
    sigset_t before;
    cpu_set_t cores;
    (void)sigfillset(&every);
    (void)pthread_sigmask(SIG_SETMASK, &every, &before);
    int kept = pthread_getaffinity_np(pthread_self(), sizeof(cores), &cores);
    struct nic_dpdk_capture capture;
    nic_dpdk_capture_begin(&capture);
    int result = rte_eal_init(arguments->count, arguments->list);
    nic_dpdk_capture_end(&capture, said, said_bytes);
    if (kept == 0) {
        (void)pthread_setaffinity_np(pthread_self(), sizeof(cores), &cores);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

static bool open_log(struct nic_dpdk_error *error) {
    eal.log = fopencookie(NULL, "w", (cookie_io_functions_t){.write = hear});
    if (eal.log == NULL) {
        return nic_dpdk_fail(error, "cannot open DPDK's log: %s", strerror(errno));
    }
    static char line[512];
    (void)setvbuf(eal.log, line, _IOLBF, sizeof(line));
    return true;
}

bool nic_dpdk_eal_start(const struct nic_dpdk_eal_setup *setup, struct nic_dpdk_error *error) {
    cpu_set_t allowed;
    if (eal.tried) {
        return nic_dpdk_fail(error, "DPDK was started in this process before");
    }
    if (pthread_getaffinity_np(pthread_self(), sizeof(allowed), &allowed) != 0) {
        return nic_dpdk_fail(error, "cannot see which cores this process may run on");
    }
    int core = choose_core(setup, &allowed, error);
    if (core < 0 || !check_setup(setup, error) || !open_log(error)) {
        return false;
    }
    static struct arguments arguments;
    char said[NIC_DPDK_ERROR_MAX];
    make_arguments(&arguments, setup, core);
    eal.tried = true;
    if (initialise(&arguments, said, sizeof(said)) < 0) {
        return nic_dpdk_fail(error, "DPDK does not start (%s): %s", rte_strerror(rte_errno),
                             said[0] != '\0' ? said : "it does not say why");
    }
    eal.running = true;
    if (!check_ports(setup, said, error)) {
        nic_dpdk_eal_stop();
        return false;
    }
    return true;
}

void nic_dpdk_eal_stop(void) {
    if (!eal.running) {
        return;
    }
    eal.running = false;
    (void)rte_eal_cleanup();
    (void)rte_openlog_stream(NULL);
    (void)fclose(eal.log);
    eal.log = NULL;
}

bool nic_dpdk_thread_begin(struct nic_dpdk_error *error) {
    if (rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() != 0) {
        return nic_dpdk_fail(error, "DPDK does not take the thread: %s", rte_strerror(rte_errno));
    }
    return true;
}

void nic_dpdk_thread_end(void) {
    /* Not the thread that started DPDK: that one remains its own. */
    unsigned lcore = rte_lcore_id();
    if (lcore != LCORE_ID_ANY && rte_eal_lcore_role(lcore) == ROLE_NON_EAL) {
        rte_thread_unregister();
    }
}
