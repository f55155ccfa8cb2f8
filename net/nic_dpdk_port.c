#include "net/nic_dpdk.h"
#include "net/nic_dpdk_eal.h"
#include "net/nic_dpdk_internal.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define DESCRIPTORS_MIN 64
#define DESCRIPTORS_MAX 8192
#define PACKETS_MAX (1U << 20)
#define PAYLOAD_BYTES_MIN 1500
#define PAYLOAD_BYTES_MAX 16000
#define MTU_MIN 576
#define MTU_MAX 9000

#define RX_CHECKS (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CHECKSUMS (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)
#define SPREAD (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP)

struct nic_dpdk_setup nic_dpdk_setup_default(const struct nic_dpdk_device *device) {
    return (struct nic_dpdk_setup){
        .device = device,
        .queues = 1,
        .receive_descriptors = 1024,
        .send_descriptors = 1024,
        .receive_packets = 8192,
        .send_packets = 8192,
        .control_packets = 1024,
        .payload_bytes = 2048,
        .mtu = 1500,
        .numa_node = -1,
    };
}

static bool is_possible(const struct nic_dpdk_setup *setup) {
    return setup->queues >= 1 && setup->queues <= NIC_DPDK_QUEUES_MAX &&
           setup->receive_descriptors >= DESCRIPTORS_MIN &&
           setup->receive_descriptors <= DESCRIPTORS_MAX &&
           setup->send_descriptors >= DESCRIPTORS_MIN &&
           setup->send_descriptors <= DESCRIPTORS_MAX && setup->receive_packets >= NIC_BURST_MAX &&
           setup->receive_packets <= PACKETS_MAX && setup->send_packets >= NIC_BURST_MAX &&
           setup->send_packets <= PACKETS_MAX && setup->control_packets >= NIC_BURST_MAX &&
           setup->control_packets <= PACKETS_MAX && setup->payload_bytes >= PAYLOAD_BYTES_MIN &&
           setup->payload_bytes <= PAYLOAD_BYTES_MAX && setup->mtu >= MTU_MIN &&
           setup->mtu <= MTU_MAX;
}

size_t nic_dpdk_footprint(const struct nic_dpdk_setup *setup) {
    if (!is_possible(setup)) {
        return 0;
    }
    return sizeof(struct nic_dpdk) + setup->queues * sizeof(struct nic_dpdk_queue);
}

static bool check_limits(struct nic_dpdk *dpdk, const struct nic_dpdk_setup *setup,
                         const struct rte_eth_dev_info *info, struct nic_dpdk_error *error) {
    struct nic_dpdk_summary *summary = &dpdk->summary;
    const char *name = setup->device->arguments;
    summary->queues_max =
        info->max_rx_queues < info->max_tx_queues ? info->max_rx_queues : info->max_tx_queues;
    if (setup->queues > summary->queues_max) {
        return nic_dpdk_fail(error, "device \"%s\": %u queues asked for, it has %u", name,
                             setup->queues, summary->queues_max);
    }
    summary->mtu_max = info->max_mtu;
    if (info->max_mtu == UINT16_MAX && info->max_rx_pktlen < UINT16_MAX) {
        /* It does not say; 18 bytes are what the frame's limit is for besides. */
        summary->mtu_max = info->max_rx_pktlen - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;
    }
    if (setup->mtu > summary->mtu_max) {
        return nic_dpdk_fail(error, "device \"%s\": an MTU of %u asked for, it takes %u", name,
                             setup->mtu, summary->mtu_max);
    }
    return true;
}

static struct rte_eth_conf choose(struct nic_dpdk *dpdk, const struct nic_dpdk_setup *setup,
                                  const struct rte_eth_dev_info *info) {
    struct nic_dpdk_summary *summary = &dpdk->summary;
    uint64_t checks = info->rx_offload_capa & RX_CHECKS;
    uint64_t spread = info->flow_type_rss_offloads & SPREAD;
    /* A packet has both filled in by the device, or neither. */
    summary->fills_checksums = (info->tx_offload_capa & TX_CHECKSUMS) == TX_CHECKSUMS;
    summary->checks_ip = (checks & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0;
    summary->checks_tcp = (checks & RTE_ETH_RX_OFFLOAD_TCP_CKSUM) != 0;
    summary->gathers = (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0;
    summary->spreads = setup->queues > 1 && spread != 0;
    /* Not FAST_FREE: kept packets have two owners. Not scatter: a buffer holds the largest frame.
     */
    return (struct rte_eth_conf){
        .rxmode = {.mtu = setup->mtu,
                   .mq_mode = summary->spreads ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE,
                   .offloads = checks},
        .txmode = {.offloads = summary->fills_checksums ? TX_CHECKSUMS : 0},
        .rx_adv_conf.rss_conf.rss_hf = summary->spreads ? spread : 0,
    };
}

static bool fail_at(const struct nic_dpdk *dpdk, const char *what, int result,
                    struct nic_dpdk_error *error) {
    return nic_dpdk_fail(error, "device \"%s\": %s: %s", dpdk->device.arguments, what,
                         rte_strerror(result < 0 ? -result : rte_errno));
}

static bool set_up_queues(struct nic_dpdk *dpdk, const struct rte_eth_conf *conf, unsigned node,
                          struct nic_dpdk_error *error) {
    struct rte_eth_dev_info info;
    int result = rte_eth_dev_info_get(dpdk->port, &info);
    if (result != 0) {
        return fail_at(dpdk, "does not describe itself", result, error);
    }
    struct rte_eth_rxconf receive = info.default_rxconf;
    struct rte_eth_txconf send = info.default_txconf;
    receive.offloads = conf->rxmode.offloads;
    send.offloads = conf->txmode.offloads;
    dpdk->has_queues = true;
    for (uint16_t i = 0; i < dpdk->queue_count; i++) {
        result = rte_eth_rx_queue_setup(dpdk->port, i, dpdk->summary.receive_descriptors, node,
                                        &receive, dpdk->queues[i].receive_pool);
        if (result != 0) {
            return fail_at(dpdk, "no receive queue", result, error);
        }
        result = rte_eth_tx_queue_setup(dpdk->port, i, dpdk->summary.send_descriptors, node, &send);
        if (result != 0) {
            return fail_at(dpdk, "no send queue", result, error);
        }
    }
    return true;
}

static bool configure(struct nic_dpdk *dpdk, const struct nic_dpdk_setup *setup,
                      const struct rte_eth_dev_info *info, struct nic_dpdk_error *error) {
    struct rte_eth_conf conf = choose(dpdk, setup, info);
    struct nic_dpdk_summary *summary = &dpdk->summary;
    int result = rte_eth_dev_configure(dpdk->port, setup->queues, setup->queues, &conf);
    if (result != 0) {
        return fail_at(dpdk, "cannot be configured", result, error);
    }
    summary->receive_descriptors = setup->receive_descriptors;
    summary->send_descriptors = setup->send_descriptors;
    result = rte_eth_dev_adjust_nb_rx_tx_desc(dpdk->port, &summary->receive_descriptors,
                                              &summary->send_descriptors);
    if (result != 0) {
        return fail_at(dpdk, "descriptors", result, error);
    }
    int own = rte_eth_dev_socket_id(dpdk->port);
    int node = own >= 0 ? own : setup->numa_node >= 0 ? setup->numa_node : SOCKET_ID_ANY;
    summary->numa_node = own;
    for (uint16_t i = 0; i < dpdk->queue_count; i++) {
        if (!nic_dpdk_make_pools(&dpdk->queues[i], setup, node, error)) {
            return false;
        }
    }
    return set_up_queues(dpdk, &conf, (unsigned)node, error);
}

static bool start(struct nic_dpdk *dpdk, struct nic_dpdk_error *error) {
    int result = rte_eth_dev_start(dpdk->port);
    if (result != 0) {
        return fail_at(dpdk, "cannot be started", result, error);
    }
    dpdk->started = true;
    (void)rte_eth_promiscuous_disable(dpdk->port);
    (void)rte_eth_allmulticast_disable(dpdk->port);
    struct rte_ether_addr address;
    result = rte_eth_macaddr_get(dpdk->port, &address);
    if (result != 0) {
        return fail_at(dpdk, "has no address", result, error);
    }
    memcpy(dpdk->summary.address.byte, address.addr_bytes, ETHERNET_ADDRESS_BYTES);
    dpdk->summary.cleans_up = rte_eth_tx_done_cleanup(dpdk->port, 0, 0) >= 0;
    return true;
}

static void finish_queue(struct nic_dpdk_queue *queue, const struct nic_dpdk_setup *setup) {
    const struct nic_dpdk_summary *summary = &queue->owner->summary;
    queue->nic.ops = &nic_dpdk_ops;
    queue->nic.address = summary->address;
    queue->nic.mtu = summary->mtu;
    queue->nic.payload_bytes_max = setup->payload_bytes;
    queue->nic.checksum_offload = summary->fills_checksums;
    queue->ip_verdicts = summary->checks_ip;
    queue->l4_verdicts = summary->checks_tcp;
    queue->cleans_up = summary->cleans_up;
    nic_dpdk_flush_pools(queue);
}

/* Drivers over an interface of the kernel call their link up whatever the interface does: it is
 * asked itself, or a dead link would look alive. */
static bool follow_link(struct nic_dpdk *dpdk, struct nic_dpdk_error *error) {
    if (dpdk->device.interface[0] == '\0') {
        return true;
    }
    dpdk->link_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (dpdk->link_socket < 0) {
        return nic_dpdk_fail(error, "device \"%s\": cannot look at the link of %s: %s",
                             dpdk->device.arguments, dpdk->device.interface, strerror(errno));
    }
    return true;
}

static bool bring_up(struct nic_dpdk *dpdk, const struct nic_dpdk_setup *setup,
                     struct nic_dpdk_error *error) {
    struct rte_eth_dev_info info;
    if (!nic_dpdk_find_port(setup->device->name, &dpdk->port)) {
        return nic_dpdk_fail(error, "device \"%s\": DPDK was not started with it",
                             setup->device->arguments);
    }
    int result = rte_eth_dev_info_get(dpdk->port, &info);
    if (result != 0) {
        return fail_at(dpdk, "does not describe itself", result, error);
    }
    (void)snprintf(dpdk->summary.driver, sizeof(dpdk->summary.driver), "%s", info.driver_name);
    for (uint16_t i = 0; i < setup->queues; i++) {
        dpdk->queues[i].port = dpdk->port;
    }
    return check_limits(dpdk, setup, &info, error) && configure(dpdk, setup, &info, error) &&
           start(dpdk, error) && follow_link(dpdk, error);
}

struct nic_dpdk *nic_dpdk_open(void *mem, const struct nic_dpdk_setup *setup,
                               struct nic_dpdk_error *error) {
    if (!is_possible(setup)) {
        (void)nic_dpdk_fail(error,
                            "device \"%s\": its numbers of queues, descriptors or packets, "
                            "or its sizes, are out of range",
                            setup->device->arguments);
        return NULL;
    }
    struct nic_dpdk *dpdk = mem;
    *dpdk = (struct nic_dpdk){.device = *setup->device,
                              .queue_count = setup->queues,
                              .link_socket = -1,
                              .summary = {.queues = setup->queues, .mtu = setup->mtu}};
    for (uint16_t i = 0; i < setup->queues; i++) {
        dpdk->queues[i] = (struct nic_dpdk_queue){.owner = dpdk, .queue = i};
    }
    struct nic_dpdk_capture capture;
    char said[NIC_DPDK_ERROR_MAX];
    nic_dpdk_capture_begin(&capture);
    bool up = bring_up(dpdk, setup, error);
    nic_dpdk_capture_end(&capture, said, sizeof(said));
    if (!up) {
        size_t len = strlen(error->text);
        if (said[0] != '\0') {
            (void)snprintf(error->text + len, sizeof(error->text) - len, " (%s)", said);
        }
        nic_dpdk_close(dpdk);
        return NULL;
    }
    dpdk->summary.packet_mib = nic_dpdk_packet_mib(setup);
    for (uint16_t i = 0; i < dpdk->queue_count; i++) {
        finish_queue(&dpdk->queues[i], setup);
    }
    (void)nic_dpdk_poll_link(dpdk);
    return dpdk;
}

struct nic *nic_dpdk_nic(struct nic_dpdk *dpdk, uint16_t queue) {
    CHECK(queue < dpdk->queue_count);
    return &dpdk->queues[queue].nic;
}

const struct nic_dpdk_summary *nic_dpdk_summary(const struct nic_dpdk *dpdk) {
    return &dpdk->summary;
}

static bool interface_is_up(const struct nic_dpdk *dpdk) {
    struct ethtool_value link = {.cmd = ETHTOOL_GLINK};
    struct ifreq request = {.ifr_data = (char *)&link};
    memcpy(request.ifr_name, dpdk->device.interface, strlen(dpdk->device.interface));
    if (ioctl(dpdk->link_socket, SIOCETHTOOL, &request) == 0) {
        return link.data != 0;
    }
    /* Without that, what the kernel last announced: up to a second old. */
    return ioctl(dpdk->link_socket, SIOCGIFFLAGS, &request) == 0 &&
           (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

bool nic_dpdk_poll_link(struct nic_dpdk *dpdk) {
    struct rte_eth_link link = {.link_status = RTE_ETH_LINK_DOWN};
    bool up = rte_eth_link_get_nowait(dpdk->port, &link) == 0 &&
              link.link_status == RTE_ETH_LINK_UP &&
              (dpdk->link_socket < 0 || interface_is_up(dpdk));
    for (uint16_t i = 0; i < dpdk->queue_count; i++) {
        nic_set_link(&dpdk->queues[i].nic, up);
    }
    return up;
}

void nic_dpdk_print(const struct nic_dpdk *dpdk, FILE *out) {
    const struct nic_dpdk_summary *summary = &dpdk->summary;
    const unsigned char *byte = summary->address.byte;
    const char *name = dpdk->device.name;
    (void)fprintf(out, "%s: driver %s, address %02x:%02x:%02x:%02x:%02x:%02x, ", name,
                  summary->driver, byte[0], byte[1], byte[2], byte[3], byte[4], byte[5]);
    (void)fprintf(out, "MTU %u of %u, NUMA node %d\n", summary->mtu, summary->mtu_max,
                  summary->numa_node);
    (void)fprintf(out,
                  "%s: %u queue pairs of %u, %u receive and %u send descriptors each, %u MiB of "
                  "packets\n",
                  name, summary->queues, summary->queues_max, summary->receive_descriptors,
                  summary->send_descriptors, summary->packet_mib);
    (void)fprintf(out, "%s: checksums checked by %s (IPv4) and %s (TCP), filled in by %s\n", name,
                  summary->checks_ip ? "the device" : "software",
                  summary->checks_tcp ? "the device" : "software",
                  summary->fills_checksums ? "the device" : "software");
    (void)fprintf(out, "%s: sent packets come back %s; ", name,
                  summary->cleans_up ? "on demand" : "with the next burst");
    if (summary->steering_rules > 0) {
        (void)fprintf(out, "%u steering rules\n", summary->steering_rules);
    } else {
        (void)fprintf(out, "%s\n",
                      summary->spreads      ? "queues chosen by hash, no steering rules"
                      : summary->queues > 1 ? "queues chosen by the driver, no steering rules"
                                            : "one queue gets everything");
    }
}

/* False: the device may still use its queues, and what lies in them. */
static bool close_device(struct nic_dpdk *dpdk) {
    struct nic_dpdk_capture capture;
    char said[NIC_DPDK_ERROR_MAX];
    if (!dpdk->has_queues) {
        return true;
    }
    nic_dpdk_capture_begin(&capture);
    bool stopped = !dpdk->started || rte_eth_dev_stop(dpdk->port) == 0;
    bool closed = stopped && rte_eth_dev_close(dpdk->port) == 0;
    nic_dpdk_capture_end(&capture, said, sizeof(said));
    dpdk->started = false;
    dpdk->has_queues = false;
    return closed;
}

void nic_dpdk_close(struct nic_dpdk *dpdk) {
    bool closed = close_device(dpdk);
    for (uint16_t i = 0; closed && i < dpdk->queue_count; i++) {
        nic_dpdk_free_pools(&dpdk->queues[i]);
    }
    if (dpdk->link_socket >= 0) {
        (void)close(dpdk->link_socket);
        dpdk->link_socket = -1;
    }
}
