/*
 * tercel's TCP over DPDK's net_af_packet, talking to another: the end under test.
 *
 * usage: tcp_interop --interface NAME --address ADDRESS [--peer ADDRESS] [--port N] OPTION...
 *
 * Calls the peer, or is called; the other end (linux_peer, lwip_peer) takes the same options. Every
 * byte is checked. Prints "listens" or "calls" once it does, and at the end one line of JSON; exit
 * status 0 when everything went as it must.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bench/interop/interop.h"
#include "bench/interop/report.h"
#include "net/nic_dpdk.h"
#include "net/nic_dpdk_eal.h"

#define LINK_POLL_NS (100 * NS_PER_MS)
/* After so many turns without a packet the other end may need the core. */
#define IDLE_TURNS_MAX 16
#define IDLE_NS (20 * NS_PER_US)
#define SETTLE_NS (20 * NS_PER_MS) /* for the kernel to let go of what it was to send */

struct port {
    struct nic_dpdk_device device;
    struct nic_dpdk *dpdk;
    void *mem;
    struct nic_shim shim;
    uint32_t receive_level, send_level; /* free packets after the start */
};

static struct now now(void) {
    struct timespec time;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (struct now){.mono = {.ns = time.tv_sec * NS_PER_S + time.tv_nsec}};
}

static struct nic_dpdk_setup setup_of(const struct nic_dpdk_device *device) {
    struct nic_dpdk_setup setup = nic_dpdk_setup_default(device);
    setup.receive_packets = 4096;
    setup.send_packets = 4096;
    setup.control_packets = 1024;
    setup.payload_bytes = TALK_MESSAGE_BYTES_MAX;
    return setup;
}

static bool start_dpdk(const struct nic_dpdk_device *device, const struct nic_dpdk_setup *setup,
                       struct nic_dpdk_error *error) {
    char prefix[NIC_DPDK_PREFIX_MAX + 1];
    (void)snprintf(prefix, sizeof(prefix), "tercel-interop-%d", (int)getpid());
    struct nic_dpdk_eal_setup eal = {.devices = device,
                                     .device_count = 1,
                                     .memory_mib = nic_dpdk_memory_mib(setup),
                                     .no_huge = true,
                                     .file_prefix = prefix,
                                     .core = -1,
                                     .numa_node = -1};
    return nic_dpdk_eal_start(&eal, error);
}

static bool open_port(struct port *port, const char *interface, struct nic_dpdk_error *error) {
    char text[NIC_DPDK_ARGUMENTS_MAX];
    (void)snprintf(text, sizeof(text), "vdev: net_af_packet0,iface=%s,framecnt=4096",
                   interface == NULL ? "" : interface);
    if (!nic_dpdk_device_parse(text, &port->device, error) ||
        !nic_dpdk_device_check(&port->device, error)) {
        return false;
    }
    struct nic_dpdk_setup setup = setup_of(&port->device);
    if (!start_dpdk(&port->device, &setup, error)) {
        return false;
    }
    port->mem = aligned_alloc(64, (nic_dpdk_footprint(&setup) + 63) & ~(size_t)63);
    CHECK(port->mem != NULL);
    port->dpdk = nic_dpdk_open(port->mem, &setup, error);
    return port->dpdk != NULL;
}

static void set_shim(struct port *port, const struct interop_options *options) {
    struct nic *nic = nic_dpdk_nic(port->dpdk, 0);
    port->receive_level = nic_counters(nic).receive_pool_free;
    port->send_level = nic_counters(nic).send_pool_free;
    nic_shim_init(&port->shim, nic, options->seed);
    struct nic_shim_way way = {.loss_ppm = (uint32_t)options->loss_out_ppm,
                               .duplicate_ppm = (uint32_t)options->duplicate_ppm,
                               .reorder_ppm = (uint32_t)options->reorder_ppm,
                               .corrupt_ppm = (uint32_t)options->corrupt_ppm,
                               .late_by = {.ns = (int64_t)options->late_us * NS_PER_US}};
    nic_shim_set(&port->shim, NIC_SHIM_OUT, &way);
    way.loss_ppm = (uint32_t)options->loss_in_ppm;
    nic_shim_set(&port->shim, NIC_SHIM_IN, &way);
}

/* Turns until all is over, or something is wrong. */
static bool turn(struct interop *interop, struct port *port,
                 const struct interop_options *options) {
    struct instant until =
        instant_add(now().mono, (struct duration){.ns = (int64_t)options->patience_s * NS_PER_S});
    struct instant link_at = {.ns = 0};
    uint32_t idle = 0;
    bool good = true;
    while (good && !interop_is_over(interop)) {
        struct now at = now();
        idle = interop_turn(interop, at, &good) > 0 ? 0 : idle + 1;
        if (instant_reached(at.mono, link_at)) {
            (void)nic_dpdk_poll_link(port->dpdk);
            link_at = instant_add(at.mono, (struct duration){.ns = LINK_POLL_NS});
        }
        if (instant_reached(at.mono, until)) {
            interop_complain(interop);
            good = false;
        }
        if (idle > IDLE_TURNS_MAX) {
            (void)nanosleep(&(struct timespec){.tv_nsec = IDLE_NS}, NULL);
        }
    }
    return good;
}

/* The report. */

static void print_shim(const char *name, const struct nic_shim_counters *counters) {
    (void)printf(", \"%s\": {\"frames\": %llu, \"lost\": %llu, \"duplicated\": %llu, "
                 "\"reordered\": %llu, \"corrupted\": %llu}",
                 name, (unsigned long long)counters->frames, (unsigned long long)counters->lost,
                 (unsigned long long)counters->duplicated, (unsigned long long)counters->reordered,
                 (unsigned long long)counters->corrupted);
}

static void print_figures(const struct interop_figures *figures) {
    report_number("connections", figures->connections);
    report_number("heard", figures->heard);
    report_number("bytes_in", figures->bytes_in);
    report_number("bytes_out", figures->bytes_out);
    report_number("retransmissions", figures->retransmissions);
    report_number("timeouts", figures->timeouts);
    report_number("probes", figures->probes);
    report_number("spurious", figures->spurious);
    report_number("fast_recoveries", figures->fast_recoveries);
    report_number("timestamps", figures->timestamps);
    report_number("sack", figures->sack);
    report_number("window_scaling", figures->window_scaling);
    report_histogram("answered", &figures->answered);
    report_histogram("srtt", &figures->srtt);
    report_histogram("clean", &figures->clean);
    report_histogram("sent_again", &figures->sent_again);
    report_histogram("recovered", &figures->recovered);
}

static void print_counters(const struct tcp_counters *counters) {
    report_number("fast", counters->fast);
    report_number("slow", counters->slow);
    report_number("malformed", counters->malformed);
    report_number("bad_checksum", counters->bad_checksum);
    report_number("unacceptable", counters->unacceptable);
    report_number("paws_drops", counters->paws_drops);
    report_number("accepted", counters->accepted);
    report_number("resets_sent", counters->resets_sent);
    report_number("resets_received", counters->resets_received);
    report_number("challenges", counters->challenges);
    report_number("tail_probes", counters->tail_probes);
    report_number("out_of_order", counters->out_of_order);
    report_number("reassembly_drops", counters->reassembly_drops);
    report_number("duplicate_bytes", counters->duplicate_bytes);
    report_number("pool_empty", counters->pool_empty);
    report_number("ring_full", counters->ring_full);
}

static void report(const struct interop *interop, const struct port *port,
                   struct instant began_at) {
    report_begin(instant_since(now().mono, began_at));
    print_figures(interop_figures(interop));
    print_counters(interop_counters(interop));
    print_shim("out", &port->shim.counters[NIC_SHIM_OUT]);
    print_shim("in", &port->shim.counters[NIC_SHIM_IN]);
    report_end();
}

/* Every packet is back where it was after the start. */
static bool is_level(struct port *port) {
    struct instant until = instant_add(now().mono, (struct duration){.ns = SETTLE_NS});
    struct nic_counters counters;
    struct nic *nic = nic_dpdk_nic(port->dpdk, 0);
    do {
        nic_reap(nic);
        counters = nic_counters(nic);
        if (counters.send_pool_free == port->send_level &&
            counters.receive_pool_free == port->receive_level) {
            return true;
        }
    } while (!instant_reached(now().mono, until));
    (void)fprintf(stderr, "packets did not come back: %u of %u to receive, %u of %u to send\n",
                  counters.receive_pool_free, port->receive_level, counters.send_pool_free,
                  port->send_level);
    return false;
}

static bool hold(struct port *port, const struct interop_options *options) {
    struct interop *interop = interop_start(options, &port->shim);
    if (interop == NULL) {
        return false;
    }
    (void)printf("%s\n", options->peer == NULL ? "listens" : "calls");
    (void)fflush(stdout);
    struct instant began_at = now().mono;
    bool good = turn(interop, port, options);
    if (good) {
        report(interop, port, began_at);
    }
    interop_end(interop);
    nic_shim_fini(&port->shim);
    return is_level(port) && good;
}

int main(int argc, char **argv) {
    static struct port port;
    struct interop_options options;
    struct nic_dpdk_error error = {.text = {0}};
    if (!interop_options_read(argc, argv, &options)) {
        return EXIT_FAILURE;
    }
    if (!open_port(&port, options.interface, &error)) {
        (void)fprintf(stderr, "%s\n", error.text);
        return EXIT_FAILURE;
    }
    set_shim(&port, &options);
    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* else a short sleep takes 50 us longer */
    bool good = hold(&port, &options);
    nic_dpdk_close(port.dpdk);
    nic_dpdk_eal_stop();
    free(port.mem);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
