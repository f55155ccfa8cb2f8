/* Frames that a driver hands over in several mbufs, laid into net_ring by hand: what goes in there
 * comes out as it is. */
#include "net/nic_dpdk_test_fixture.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "net/nic_dpdk_internal.h"

#define RING "vdev: net_ring0"

static struct rte_mempool *receive_pool(const struct test_port *port) {
    return ((const struct nic_dpdk_queue *)(const void *)port->nic)->receive_pool;
}

/* A pool as drivers have that do not use the queue's. */
static struct rte_mempool *foreign_pool(void) {
    struct rte_mempool *pool =
        rte_pktmbuf_pool_create("foreign", 64, 0, 0, RTE_PKTMBUF_HEADROOM + 4096, SOCKET_ID_ANY);
    cr_assert_not_null(pool);
    return pool;
}

/* The frame `number` of `bytes`, the first `cuts[0]` in one mbuf and so on, the rest in the last.
 */
static struct rte_mbuf *parts_of(struct rte_mempool *pool, uint32_t bytes, uint32_t number,
                                 const uint32_t *cuts, uint32_t cut_count) {
    char frame[8192];
    test_fill(frame, bytes, number);
    struct rte_mbuf *head = NULL;
    uint32_t at = 0;
    for (uint32_t i = 0; i <= cut_count; i++) {
        uint32_t part = i < cut_count ? cuts[i] : bytes - at;
        struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
        cr_assert_not_null(mbuf);
        char *room = rte_pktmbuf_append(mbuf, (uint16_t)part);
        cr_assert_not_null(room);
        memcpy(room, frame + at, part);
        at += part;
        if (head == NULL) {
            head = mbuf;
        } else {
            cr_assert_eq(rte_pktmbuf_chain(head, mbuf), 0);
        }
    }
    cr_assert_eq(head->pkt_len, bytes);
    return head;
}

static void put(struct rte_mbuf *mbuf) {
    cr_assert_eq(rte_eth_tx_burst(0, 0, &mbuf, 1), 1);
}

/* One frame of all its bytes, in a packet like any other. */
static void expect_whole(struct test_port *port, uint32_t bytes, uint32_t number) {
    struct packet *got = test_receive(port);
    cr_assert_not_null(got);
    cr_expect_eq(got->data_bytes, bytes, "%u of %u", got->data_bytes, bytes);
    cr_expect(test_is_frame(packet_data(got), got->data_bytes, number));
    cr_expect_leq(got->data_offset + got->data_bytes, got->buffer_bytes);
    cr_expect_eq(got->nic, port->nic);
    nic_give(got);
}

static void expect_nothing(struct test_port *port, uint64_t errors) {
    struct packet *none = NULL;
    cr_expect_eq(nic_receive(port->nic, test_now, &none, 1), 0);
    cr_expect_eq(nic_counters(port->nic).receive_errors, errors);
}

Test(nic_dpdk_parts, become_one_packet) {
    struct test_port *port = test_port_start(RING);
    struct rte_mempool *pools[] = {receive_pool(port), foreign_pool()};
    static const uint32_t cuts[][3] = {{14, 20, 20}, {1, 1, 1}, {0, 60, 0}, {700, 1, 500}};
    uint32_t number = 0;
    for (size_t pool = 0; pool < 2; pool++) {
        for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
            for (uint32_t cut_count = 1; cut_count <= 3; cut_count++) {
                put(parts_of(pools[pool], 1514, ++number, cuts[i], cut_count));
                expect_whole(port, 1514, number);
            }
        }
    }
    cr_expect_eq(nic_counters(port->nic).received, number);
    cr_expect_eq(nic_counters(port->nic).received_bytes, 1514 * number);
    cr_expect_eq(nic_counters(port->nic).receive_errors, 0);
    test_port_level(port);
    test_port_end(port);
}

Test(nic_dpdk_parts, that_fit_no_packet_are_dropped_and_counted) {
    struct test_port *port = test_port_start(RING);
    static const uint32_t cuts[] = {1500, 1500};
    put(parts_of(receive_pool(port), 4000, 1, cuts, 2));
    expect_nothing(port, 1);
    struct rte_mempool *foreign = foreign_pool();
    put(parts_of(foreign, 4096, 2, NULL, 0));
    expect_nothing(port, 2);
    put(parts_of(receive_pool(port), 1514, 3, cuts, 1));
    expect_whole(port, 1514, 3);
    cr_expect_eq(rte_mempool_in_use_count(foreign), 0);
    test_port_level(port);
    test_port_end(port);
}

/* What a driver says of the whole is not believed where its parts say something else: neither is
 * read or written beyond what there is. */
Test(nic_dpdk_parts, that_contradict_the_whole_are_dropped_and_counted) {
    struct test_port *port = test_port_start(RING);
    static const uint32_t cuts[] = {1500, 1500, 1500};
    static const uint32_t lies[] = {0, 60, 1500, 1514, 5999, 6001, UINT32_MAX, UINT32_MAX - 100};
    uint32_t count = sizeof(lies) / sizeof(lies[0]);
    for (uint32_t i = 0; i < count; i++) {
        struct rte_mbuf *mbuf = parts_of(receive_pool(port), 6000, i, cuts, 3);
        mbuf->pkt_len = lies[i];
        put(mbuf);
        expect_nothing(port, i + 1);
    }
    /* Fewer bytes than were announced. */
    struct rte_mbuf *mbuf = parts_of(receive_pool(port), 200, 1, (const uint32_t[]){100}, 1);
    mbuf->pkt_len = 1514;
    put(mbuf);
    expect_nothing(port, count + 1);
    put(parts_of(receive_pool(port), 200, 2, (const uint32_t[]){100}, 1));
    expect_whole(port, 200, 2);
    test_port_level(port);
    test_port_end(port);
}

/* One that only refers to another's buffer. */
Test(nic_dpdk_parts, that_lie_elsewhere_are_copied) {
    struct test_port *port = test_port_start(RING);
    struct rte_mempool *foreign = foreign_pool();
    static const uint32_t cuts[] = {200};
    struct rte_mbuf *whole = parts_of(foreign, 1000, 9, cuts, 1);
    struct rte_mbuf *clone = rte_pktmbuf_clone(whole, foreign);
    cr_assert_not_null(clone);
    put(clone);
    expect_whole(port, 1000, 9);
    rte_pktmbuf_free(whole);
    cr_expect_eq(rte_mempool_in_use_count(foreign), 0);
    test_port_level(port);
    test_port_end(port);
}
