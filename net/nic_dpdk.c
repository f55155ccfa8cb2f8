#include "net/nic_dpdk.h"
#include "net/nic_dpdk_internal.h"

#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#define FRAME_BYTES_MIN 60 /* without FCS */
#define TCP_CHECKSUM_OFFSET 16
#define VERDICTS (RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK)

static struct nic_dpdk_queue *queue_of(struct nic *nic) {
    return (struct nic_dpdk_queue *)(void *)nic; /* which is its first member */
}

static struct rte_mbuf *mbuf_of(const struct packet *packet) {
    return (struct rte_mbuf *)(uintptr_t)packet - 1;
}

static struct packet *packet_of(struct rte_mbuf *mbuf) {
    return rte_mbuf_to_priv(mbuf);
}

/* One writer; whoever reads on another thread sees an old value or a new one. */
static void count(uint64_t *counter, uint64_t more) {
    __atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static uint8_t verdict(uint64_t flags, uint64_t good, uint64_t bad) {
    /* Both: the field is not filled in, but what it guards was found intact (a virtual device). */
    if ((flags & good) != 0) {
        return PACKET_GOOD;
    }
    return (flags & bad) != 0 ? PACKET_BAD : PACKET_UNKNOWN;
}

static void clear(struct packet *packet) {
    packet->next = NULL;
    packet->shares = 0;
    packet->ip_checksum = PACKET_UNKNOWN;
    packet->l4_checksum = PACKET_UNKNOWN;
    packet->l2_bytes = 0;
    packet->l4_bytes = 0;
    packet->offload = false;
    packet->kept = false;
    packet->sent = false;
}

/* What lies in all parts. A driver's word on the whole does not decide how much is copied. */
static uint64_t bytes_of_parts(const struct rte_mbuf *mbuf) {
    uint64_t bytes = 0;
    for (const struct rte_mbuf *part = mbuf; part != NULL; part = part->next) {
        bytes += part->data_len;
    }
    return bytes;
}

static void copy_parts(struct rte_mbuf *to, const struct rte_mbuf *from) {
    for (const struct rte_mbuf *part = from; part != NULL; part = part->next) {
        memcpy(rte_pktmbuf_mtod_offset(to, char *, to->data_len),
               rte_pktmbuf_mtod(part, const char *), part->data_len);
        to->data_len = (uint16_t)(to->data_len + part->data_len);
    }
    to->pkt_len = to->data_len;
}

/* The frame in one packet of the receive pool; NULL when that cannot be. `mbuf` is consumed. */
static COLD struct rte_mbuf *copy_frame(struct nic_dpdk_queue *queue, struct rte_mbuf *mbuf) {
    struct rte_mbuf *copy = NULL;
    uint64_t bytes = bytes_of_parts(mbuf);
    if (bytes == mbuf->pkt_len &&
        bytes + RTE_PKTMBUF_HEADROOM <= rte_pktmbuf_data_room_size(queue->receive_pool)) {
        copy = rte_pktmbuf_alloc(queue->receive_pool);
    }
    if (copy != NULL) {
        copy_parts(copy, mbuf);
        /* In a packet of another pool the flags are those of a sender. */
        copy->ol_flags = mbuf->pool == queue->receive_pool ? mbuf->ol_flags & VERDICTS : 0;
    } else {
        count(&queue->counts.receive_errors, 1);
    }
    rte_pktmbuf_free(mbuf);
    return copy;
}

static struct packet *received(const struct nic_dpdk_queue *queue, struct rte_mbuf *mbuf) {
    struct packet *packet = packet_of(mbuf);
    clear(packet);
    packet->data_offset = mbuf->data_off;
    packet->data_bytes = mbuf->data_len;
    if (queue->ip_verdicts) {
        packet->ip_checksum =
            verdict(mbuf->ol_flags, RTE_MBUF_F_RX_IP_CKSUM_GOOD, RTE_MBUF_F_RX_IP_CKSUM_BAD);
    }
    if (queue->l4_verdicts) {
        packet->l4_checksum =
            verdict(mbuf->ol_flags, RTE_MBUF_F_RX_L4_CKSUM_GOOD, RTE_MBUF_F_RX_L4_CKSUM_BAD);
    }
    return packet;
}

static uint32_t queue_receive(struct nic *nic, struct now now, struct packet **packets,
                              uint32_t max) {
    (void)now;
    struct nic_dpdk_queue *queue = queue_of(nic);
    struct rte_mbuf *mbufs[NIC_BURST_MAX];
    DCHECK(max <= NIC_BURST_MAX);
    uint16_t got = rte_eth_rx_burst(queue->port, queue->queue, mbufs, (uint16_t)max);
    if (got == 0) {
        return 0;
    }
    uint32_t kept = 0;
    uint64_t bytes = 0;
    for (uint16_t i = 0; i < got; i++) {
        struct rte_mbuf *mbuf = mbufs[i];
        if (UNLIKELY(mbuf->nb_segs != 1 || mbuf->pool != queue->receive_pool ||
                     !RTE_MBUF_DIRECT(mbuf))) {
            mbuf = copy_frame(queue, mbuf);
            if (mbuf == NULL) {
                continue;
            }
        }
        bytes += mbuf->data_len;
        packets[kept++] = received(queue, mbuf);
    }
    count(&queue->counts.received, kept);
    count(&queue->counts.received_bytes, bytes);
    return kept;
}

/* The device wants the pseudo header's sum in TCP's field (rte_mbuf_core.h, TX_TCP_CKSUM). */
static void prepare_checksums(struct rte_mbuf *mbuf, const struct packet *packet) {
    struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(packet_data(packet) + packet->l2_bytes);
    ip->hdr_checksum = 0;
    uint16_t field = rte_ipv4_phdr_cksum(ip, 0);
    memcpy((char *)(ip + 1) + TCP_CHECKSUM_OFFSET, &field, sizeof(field));
    mbuf->ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_CKSUM;
    mbuf->tx_offload =
        rte_mbuf_tx_offload(packet->l2_bytes, sizeof(*ip), packet->l4_bytes, 0, 0, 0, 0);
}

static struct rte_mbuf *outgoing(struct packet *packet) {
    struct rte_mbuf *mbuf = mbuf_of(packet);
    uint32_t bytes = packet->data_bytes;
    if (UNLIKELY(bytes < FRAME_BYTES_MIN) && !packet->kept) {
        memset(packet_data(packet) + bytes, 0, FRAME_BYTES_MIN - bytes);
        bytes = FRAME_BYTES_MIN;
    }
    mbuf->data_off = (uint16_t)packet->data_offset;
    mbuf->data_len = (uint16_t)bytes;
    mbuf->pkt_len = bytes;
    mbuf->ol_flags = 0;
    mbuf->tx_offload = 0;
    if (packet->offload) {
        prepare_checksums(mbuf, packet);
    }
    if (packet->kept) {
        /* Nobody else refers to it before it is sent. */
        DCHECK(rte_mbuf_refcnt_read(mbuf) == 1);
        rte_mbuf_refcnt_set(mbuf, 2);
    }
    return mbuf;
}

/* What the device did not take is its owner's again, as it was. */
static void take_back(struct packet **packets, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        rte_mbuf_refcnt_set(mbuf_of(packets[i]), 1);
    }
}

/* A frame that the driver will never take is lost, as on the wire, and does not block the rest. */
static COLD void lose(struct nic_dpdk_queue *queue, struct packet *packet) {
    count(&queue->counts.send_errors, 1);
    if (!packet->kept) {
        rte_pktmbuf_free_seg(mbuf_of(packet));
    }
}

static uint32_t send_burst(struct nic_dpdk_queue *queue, struct packet **packets, uint16_t burst) {
    struct rte_mbuf *mbufs[NIC_BURST_MAX];
    uint64_t bytes[NIC_BURST_MAX];
    for (uint16_t i = 0; i < burst; i++) {
        mbufs[i] = outgoing(packets[i]);
        bytes[i] = mbufs[i]->pkt_len;
    }
    uint16_t ready = burst;
    if (queue->nic.checksum_offload) {
        ready = rte_eth_tx_prepare(queue->port, queue->queue, mbufs, burst);
    }
    uint16_t taken = rte_eth_tx_burst(queue->port, queue->queue, mbufs, ready);
    take_back(packets, taken, burst);
    uint64_t sent_bytes = 0;
    for (uint16_t i = 0; i < taken; i++) {
        sent_bytes += bytes[i];
    }
    count(&queue->counts.sent, taken);
    count(&queue->counts.sent_bytes, sent_bytes);
    if (UNLIKELY(taken == ready && ready < burst)) {
        lose(queue, packets[taken]);
        taken++;
    }
    return taken;
}

static uint32_t queue_send(struct nic *nic, struct now now, struct packet **packets,
                           uint32_t wanted) {
    (void)now;
    struct nic_dpdk_queue *queue = queue_of(nic);
    uint32_t sent = 0;
    while (sent < wanted && nic_link_is_up(nic)) {
        uint32_t burst = wanted - sent < NIC_BURST_MAX ? wanted - sent : NIC_BURST_MAX;
        uint32_t taken = send_burst(queue, packets + sent, (uint16_t)burst);
        sent += taken;
        if (taken < burst) {
            break;
        }
    }
    if (UNLIKELY(sent < wanted)) {
        count(&queue->counts.send_refusals, 1);
    }
    return sent;
}

static struct packet *queue_take(struct nic *nic, enum nic_purpose purpose) {
    struct nic_dpdk_queue *queue = queue_of(nic);
    struct rte_mbuf *mbuf = rte_mbuf_raw_alloc(queue->data_pool);
    if (UNLIKELY(mbuf == NULL) && purpose == NIC_CONTROL) {
        mbuf = rte_mbuf_raw_alloc(queue->control_pool);
    }
    if (UNLIKELY(mbuf == NULL)) {
        count(&queue->counts.take_failures, 1);
        return NULL;
    }
    struct packet *packet = packet_of(mbuf);
    clear(packet);
    packet->data_offset = PACKET_HEADROOM_BYTES;
    packet->data_bytes = 0;
    return packet;
}

static void queue_give(struct nic *nic, struct packet *packet) {
    (void)nic;
    rte_pktmbuf_free_seg(mbuf_of(packet));
}

static bool queue_has_let_go(const struct nic *nic, const struct packet *packet) {
    (void)nic;
    return rte_mbuf_refcnt_read(mbuf_of(packet)) == 1;
}

static void queue_reap(struct nic *nic) {
    struct nic_dpdk_queue *queue = queue_of(nic);
    if (queue->cleans_up) {
        (void)rte_eth_tx_done_cleanup(queue->port, queue->queue, NIC_BURST_MAX);
        return;
    }
    /* The other drivers look at their completions whenever they are asked to send. */
    struct rte_mbuf *none = NULL;
    (void)rte_eth_tx_burst(queue->port, queue->queue, &none, 0);
}

static COLD struct nic_counters queue_counters(struct nic *nic) {
    const struct nic_dpdk_queue *queue = queue_of(nic);
    struct rte_eth_stats stats = {.ipackets = 0};
    (void)rte_eth_stats_get(queue->port, &stats);
    const struct nic_dpdk_counts *counts = &queue->counts;
    return (struct nic_counters){
        .received = counted(&counts->received),
        .received_bytes = counted(&counts->received_bytes),
        .sent = counted(&counts->sent),
        .sent_bytes = counted(&counts->sent_bytes),
        .missed = stats.imissed,
        .receive_errors = counted(&counts->receive_errors) + stats.ierrors + stats.rx_nombuf,
        .send_errors = counted(&counts->send_errors) + stats.oerrors,
        .send_refusals = counted(&counts->send_refusals),
        .take_failures = counted(&counts->take_failures),
        .receive_pool_free = rte_mempool_avail_count(queue->receive_pool),
        .send_pool_free = rte_mempool_avail_count(queue->data_pool) +
                          rte_mempool_avail_count(queue->control_pool),
        .link_up = nic_link_is_up(nic),
    };
}

const struct nic_ops nic_dpdk_ops = {.receive = queue_receive,
                                     .send = queue_send,
                                     .take = queue_take,
                                     .give = queue_give,
                                     .has_let_go = queue_has_let_go,
                                     .reap = queue_reap,
                                     .counters = queue_counters};
