#include "net/nic_dpdk.h"
#include "net/nic_dpdk_internal.h"

#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

#define MIB 1048576U

/* Packets a thread has at hand; a pool has none where that would be a large part of it. */
#define CACHE_PACKETS 128
#define CACHE_POOL_MIN (8 * CACHE_PACKETS)

/* Ethernet with a tag, and an FCS where it is left in. */
#define FRAME_OVERHEAD_BYTES 22
/* Hardware takes receive buffers in steps of so much. */
#define RECEIVE_STEP_BYTES 1024U

static uint32_t receive_room(const struct nic_dpdk_setup *setup) {
    uint32_t frame = setup->mtu + FRAME_OVERHEAD_BYTES;
    return RTE_PKTMBUF_HEADROOM +
           (frame + RECEIVE_STEP_BYTES - 1) / RECEIVE_STEP_BYTES * RECEIVE_STEP_BYTES;
}

static uint32_t send_room(const struct nic_dpdk_setup *setup) {
    return PACKET_HEADROOM_BYTES + setup->payload_bytes;
}

/* What each queue's driver has of the receive pool besides what lies in the descriptors. */
static uint32_t driver_packets(const struct nic_dpdk_device *device) {
    /* AF_XDP fills a ring of 2048 whatever the descriptors are, and sends in packets of the receive
     * pool, which it copies into: as many again. */
    return strncmp(device->name, "net_af_xdp", strlen("net_af_xdp")) == 0 ? 2 * 2048 : 0;
}

static uint32_t receive_pool_packets(const struct nic_dpdk_setup *setup, uint16_t descriptors) {
    return setup->receive_packets + descriptors + driver_packets(setup->device);
}

static uint32_t private_bytes(void) {
    return (uint32_t)RTE_ALIGN(sizeof(struct packet), RTE_CACHE_LINE_SIZE);
}

static uint32_t element_bytes(uint32_t room) {
    return (uint32_t)sizeof(struct rte_mbuf) + private_bytes() + room;
}

static uint64_t pool_bytes(uint32_t packets, uint32_t room) {
    uint32_t spaced = rte_mempool_calc_obj_size(element_bytes(room), 0, NULL);
    /* A pointer in a ring of a power of two as well, and the caches of all threads. */
    return (uint64_t)packets * spaced + (uint64_t)rte_align32pow2(packets + 1) * sizeof(void *) +
           RTE_MAX_LCORE * sizeof(struct rte_mempool_cache);
}

static uint64_t packet_bytes(const struct nic_dpdk_setup *setup) {
    return setup->queues * (pool_bytes(receive_pool_packets(setup, setup->receive_descriptors),
                                       receive_room(setup)) +
                            pool_bytes(setup->send_packets, send_room(setup)) +
                            pool_bytes(setup->control_packets, send_room(setup)));
}

uint32_t nic_dpdk_packet_mib(const struct nic_dpdk_setup *setup) {
    return (uint32_t)(packet_bytes(setup) / MIB);
}

uint32_t nic_dpdk_memory_mib(const struct nic_dpdk_setup *setup) {
    /* Rings of descriptors, and what does not fit at the end of a page. */
    uint64_t driver = 4 * MIB + (uint64_t)setup->queues * 4 * MIB;
    uint64_t bytes = packet_bytes(setup);
    return (uint32_t)((bytes + bytes / 8 + driver + MIB - 1) / MIB);
}

static void set_up_packet(struct rte_mempool *pool, void *context, void *object, unsigned index) {
    (void)pool;
    (void)index;
    struct rte_mbuf *mbuf = object;
    struct packet *packet = rte_mbuf_to_priv(mbuf);
    *packet =
        (struct packet){.buffer = mbuf->buf_addr, .nic = context, .buffer_bytes = mbuf->buf_len};
    /* So that no worker is the first to touch a page. */
    memset(mbuf->buf_addr, 0, mbuf->buf_len);
}

/*
 * Over pages of 4 KiB DPDK would lay no packet, for a device that wants physical addresses; the
 * drivers that can do with such pages take virtual ones.
 */
static struct rte_mempool *create_small_paged(const char *name, uint32_t packets, uint32_t cached,
                                              uint32_t room, int node) {
    struct rte_pktmbuf_pool_private mbufs = {.mbuf_data_room_size = (uint16_t)room,
                                             .mbuf_priv_size = (uint16_t)private_bytes()};
    struct rte_mempool *pool =
        rte_mempool_create_empty(name, packets, element_bytes(room), cached, sizeof(mbufs), node,
                                 RTE_MEMPOOL_F_NO_IOVA_CONTIG);
    if (pool == NULL) {
        return NULL;
    }
    int result = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL);
    rte_pktmbuf_pool_init(pool, &mbufs);
    if (result == 0) {
        result = rte_mempool_populate_default(pool);
    }
    if (result < 0) {
        rte_mempool_free(pool);
        rte_errno = -result;
        return NULL;
    }
    (void)rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
    return pool;
}

static struct rte_mempool *make_pool(struct nic_dpdk_queue *queue, const char *use,
                                     uint32_t packets, uint32_t room, int node) {
    char name[RTE_MEMPOOL_NAMESIZE];
    (void)snprintf(name, sizeof(name), "%s %u.%u", use, queue->port, queue->queue);
    uint32_t cached = packets >= CACHE_POOL_MIN ? CACHE_PACKETS : 0;
    struct rte_mempool *pool =
        rte_eal_has_hugepages() != 0
            ? rte_pktmbuf_pool_create(name, packets, cached, (uint16_t)private_bytes(),
                                      (uint16_t)room, node)
            : create_small_paged(name, packets, cached, room, node);
    if (pool != NULL) {
        (void)rte_mempool_obj_iter(pool, set_up_packet, &queue->nic);
    }
    return pool;
}

bool nic_dpdk_make_pools(struct nic_dpdk_queue *queue, const struct nic_dpdk_setup *setup, int node,
                         struct nic_dpdk_error *error) {
    uint32_t receive_packets =
        receive_pool_packets(setup, queue->owner->summary.receive_descriptors);
    queue->receive_pool = make_pool(queue, "receive", receive_packets, receive_room(setup), node);
    queue->data_pool = make_pool(queue, "send", setup->send_packets, send_room(setup), node);
    queue->control_pool =
        make_pool(queue, "control", setup->control_packets, send_room(setup), node);
    if (queue->receive_pool == NULL || queue->data_pool == NULL || queue->control_pool == NULL) {
        return nic_dpdk_fail(error,
                             "device \"%s\": DPDK's memory has no room for the packets of queue "
                             "%u (%s): the port needs %u MiB of it",
                             setup->device->arguments, queue->queue, rte_strerror(rte_errno),
                             nic_dpdk_memory_mib(setup));
    }
    return true;
}

/* What this thread took at start is of use only in the pool, for others. */
static void flush_cache(struct rte_mempool *pool) {
    struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());
    if (cache != NULL) {
        rte_mempool_cache_flush(cache, pool);
    }
}

void nic_dpdk_flush_pools(struct nic_dpdk_queue *queue) {
    flush_cache(queue->receive_pool);
    flush_cache(queue->data_pool);
    flush_cache(queue->control_pool);
}

static void wipe_packet(struct rte_mempool *pool, void *context, void *object, unsigned index) {
    (void)pool;
    (void)context;
    (void)index;
    struct rte_mbuf *mbuf = object;
    explicit_bzero(mbuf->buf_addr, mbuf->buf_len);
}

/* Whoever had a packet last may not have lived to wipe what was secret in it. */
static void free_wiped(struct rte_mempool *pool) {
    if (pool != NULL) {
        (void)rte_mempool_obj_iter(pool, wipe_packet, NULL);
        rte_mempool_free(pool);
    }
}

void nic_dpdk_free_pools(struct nic_dpdk_queue *queue) {
    free_wiped(queue->receive_pool);
    free_wiped(queue->data_pool);
    free_wiped(queue->control_pool);
    queue->receive_pool = NULL;
    queue->data_pool = NULL;
    queue->control_pool = NULL;
}
