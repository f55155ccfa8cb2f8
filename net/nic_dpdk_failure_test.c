/* Every call of DPDK's that opening a port makes fails once: the linker leads them through here. */
#include "net/nic_dpdk_test_fixture.h"

#include <dirent.h>
#include <errno.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#define RINGS 12
#define SECRET "a password that nobody reads"

/* Which of the calls fails: counted from the open on (0: none), or of this name. */
static struct {
    int fail_at;
    const char *fail_call;
    int calls;
    const char *failed;
    bool stops_refused;
    int stopped;
    int closed;
} plan;

static bool fails(const char *call) {
    bool named = plan.fail_call != NULL && strcmp(plan.fail_call, call) == 0;
    if (++plan.calls != plan.fail_at && !named) {
        return false;
    }
    plan.failed = call;
    return true;
}

/* For calls that return a negative error. */
#define FAIL_INT(call, declared, given)                                                            \
    int __real_##call declared;                                                                    \
    int __wrap_##call declared;                                                                    \
    int __wrap_##call declared {                                                                   \
        return fails(#call) ? -EIO : __real_##call given;                                          \
    }

FAIL_INT(rte_eth_dev_info_get, (uint16_t port, struct rte_eth_dev_info *info), (port, info))
FAIL_INT(rte_eth_dev_configure,
         (uint16_t port, uint16_t receive, uint16_t send, const struct rte_eth_conf *conf),
         (port, receive, send, conf))
FAIL_INT(rte_eth_dev_adjust_nb_rx_tx_desc, (uint16_t port, uint16_t *receive, uint16_t *send),
         (port, receive, send))
FAIL_INT(rte_eth_rx_queue_setup,
         (uint16_t port, uint16_t queue, uint16_t descriptors, unsigned node,
          const struct rte_eth_rxconf *conf, struct rte_mempool *pool),
         (port, queue, descriptors, node, conf, pool))
FAIL_INT(rte_eth_tx_queue_setup,
         (uint16_t port, uint16_t queue, uint16_t descriptors, unsigned node,
          const struct rte_eth_txconf *conf),
         (port, queue, descriptors, node, conf))
FAIL_INT(rte_eth_dev_start, (uint16_t port), (port))
FAIL_INT(rte_eth_macaddr_get, (uint16_t port, struct rte_ether_addr *address), (port, address))
FAIL_INT(rte_mempool_set_ops_byname, (struct rte_mempool * pool, const char *name, void *config),
         (pool, name, config))
FAIL_INT(rte_mempool_populate_default, (struct rte_mempool * pool), (pool))

struct rte_mempool *__real_rte_mempool_create_empty(const char *name, unsigned count,
                                                    unsigned bytes, unsigned cached,
                                                    unsigned private_bytes, int node,
                                                    unsigned flags);
struct rte_mempool *__wrap_rte_mempool_create_empty(const char *name, unsigned count,
                                                    unsigned bytes, unsigned cached,
                                                    unsigned private_bytes, int node,
                                                    unsigned flags);
struct rte_mempool *__wrap_rte_mempool_create_empty(const char *name, unsigned count,
                                                    unsigned bytes, unsigned cached,
                                                    unsigned private_bytes, int node,
                                                    unsigned flags) {
    if (fails("rte_mempool_create_empty")) {
        errno = ENOMEM;
        return NULL;
    }
    return __real_rte_mempool_create_empty(name, count, bytes, cached, private_bytes, node, flags);
}

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol) {
    if (fails("socket")) {
        errno = EMFILE;
        return -1;
    }
    return __real_socket(domain, type, protocol);
}

int __real_rte_eth_dev_stop(uint16_t port);
int __wrap_rte_eth_dev_stop(uint16_t port);
int __wrap_rte_eth_dev_stop(uint16_t port) {
    plan.stopped++;
    return plan.stops_refused ? -EBUSY : __real_rte_eth_dev_stop(port);
}

int __real_rte_eth_dev_close(uint16_t port);
int __wrap_rte_eth_dev_close(uint16_t port);
int __wrap_rte_eth_dev_close(uint16_t port) {
    plan.closed++;
    return __real_rte_eth_dev_close(port);
}

/* What of a secret lies in a pool that is given back. */
static uint32_t secrets_freed;

static void look_for_secret(struct rte_mempool *pool, void *context, void *object, unsigned index) {
    (void)pool;
    (void)context;
    (void)index;
    const struct rte_mbuf *mbuf = object;
    secrets_freed += memmem(mbuf->buf_addr, mbuf->buf_len, SECRET, sizeof(SECRET) - 1) != NULL;
}

void __real_rte_mempool_free(struct rte_mempool *pool);
void __wrap_rte_mempool_free(struct rte_mempool *pool);
void __wrap_rte_mempool_free(struct rte_mempool *pool) {
    if (pool != NULL) {
        (void)rte_mempool_obj_iter(pool, look_for_secret, NULL);
    }
    __real_rte_mempool_free(pool);
}

static void count_pool(struct rte_mempool *pool, void *count) {
    (void)pool;
    ++*(int *)count;
}

static int pools(void) {
    int count = 0;
    rte_mempool_walk(count_pool, &count);
    return count;
}

static int open_files(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    cr_assert_not_null(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    (void)closedir(directory);
    return count;
}

/* Memory as it may be: what failed early does not rely on what later steps write. */
static void *dirty_memory(const struct nic_dpdk_setup *setup) {
    size_t bytes = (nic_dpdk_footprint(setup) + 63) & ~(size_t)63;
    void *mem = aligned_alloc(64, bytes);
    memset(mem, 0xa5, bytes);
    return mem;
}

static struct nic_dpdk *open_failing_at(void *mem, const struct nic_dpdk_setup *setup, int call,
                                        struct nic_dpdk_error *error) {
    plan.fail_at = call;
    plan.calls = 0;
    plan.failed = NULL;
    plan.stopped = plan.closed = 0;
    *error = (struct nic_dpdk_error){{0}};
    struct nic_dpdk *dpdk = nic_dpdk_open(mem, setup, error);
    plan.fail_at = 0;
    return dpdk;
}

static bool is_one_of(const char *name, const char *const *names) {
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

/* What a failure at that call leaves behind and says. True: the port is closed, and gone. */
static bool expect_failure(const struct nic_dpdk_device *device, const struct nic_dpdk_error *error,
                           int files) {
    static const char *const after_queues[] = {"rte_eth_rx_queue_setup", "rte_eth_tx_queue_setup",
                                               "rte_eth_dev_start", "rte_eth_macaddr_get", NULL};
    bool closed = is_one_of(plan.failed, after_queues);
    bool started = strcmp(plan.failed, "rte_eth_macaddr_get") == 0;
    cr_expect_not_null(strstr(error->text, device->name), "%s: %s", plan.failed, error->text);
    cr_expect_eq(plan.closed, closed, "%s: %s", plan.failed, error->text);
    cr_expect_eq(plan.stopped, started, "%s: %s", plan.failed, error->text);
    cr_expect_eq(pools(), 0, "%s: %d pools", plan.failed, pools());
    cr_expect_eq(open_files(), files, "%s", plan.failed);
    return closed;
}

Test(nic_dpdk_failure, at_every_step_leaves_nothing_and_is_told) {
    struct nic_dpdk_device devices[RINGS];
    for (uint32_t i = 0; i < RINGS; i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), "vdev: net_ring%u", i);
        devices[i] = test_device(text);
    }
    struct nic_dpdk_eal_setup eal = test_eal_setup(devices);
    struct nic_dpdk_error error = {{0}};
    eal.device_count = RINGS;
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&devices[0]);
    setup.queues = 1;
    void *mem = dirty_memory(&setup);
    int files = open_files();
    uint32_t device = 0;
    struct nic_dpdk *dpdk = NULL;
    int call = 1;
    for (; dpdk == NULL; call++) {
        cr_assert_lt(device, RINGS);
        setup.device = &devices[device];
        memset(mem, 0xa5, nic_dpdk_footprint(&setup));
        dpdk = open_failing_at(mem, &setup, call, &error);
        if (dpdk == NULL) {
            cr_assert_not_null(plan.failed, "call %d: %s", call, error.text);
            device += expect_failure(&devices[device], &error, files);
        }
    }
    cr_expect_gt(call, 15, "every step was reached: %d", call);
    nic_dpdk_close(dpdk);
    cr_expect_eq(pools(), 0);
    cr_expect_eq(open_files(), files);
    nic_dpdk_eal_stop();
    free(mem);
}

Test(nic_dpdk_failure, of_a_device_unknown_to_dpdk_reads_nothing_unwritten) {
    struct nic_dpdk_device device = test_device("vdev: net_ring0");
    struct nic_dpdk_device other = test_device("vdev: net_ring1");
    struct nic_dpdk_eal_setup eal = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&other);
    void *mem = dirty_memory(&setup);
    cr_expect_null(open_failing_at(mem, &setup, 0, &error));
    cr_expect_not_null(strstr(error.text, "not started with it"), "%s", error.text);
    free(mem);
    nic_dpdk_eal_stop();
}

/* A link that cannot be followed would be taken for one that is always up. */
Test(nic_dpdk_failure, to_follow_the_link_is_one) {
    if (geteuid() != 0) {
        cr_skip_test("AF_PACKET needs root (CAP_NET_RAW)");
    }
    struct nic_dpdk_device device = test_device("vdev: net_af_packet0,iface=lo");
    struct nic_dpdk_eal_setup eal = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    cr_assert(nic_dpdk_eal_start(&eal, &error), "%s", error.text);
    struct nic_dpdk_setup setup = test_port_setup(&device);
    void *mem = dirty_memory(&setup);
    plan.fail_call = "socket";
    cr_expect_null(open_failing_at(mem, &setup, 0, &error));
    cr_expect_not_null(strstr(error.text, "link"), "%s", error.text);
    cr_expect_eq(plan.closed, 1);
    cr_expect_eq(pools(), 0);
    nic_dpdk_eal_stop();
    free(mem);
}

/* Memory that a device may still write to is nobody else's. */
Test(nic_dpdk_failure, to_stop_keeps_the_packets) {
    struct test_port *port = test_port_start("vdev: net_ring0");
    int before = pools();
    cr_expect_eq(before, 3);
    plan.stops_refused = true;
    nic_dpdk_close(port->dpdk);
    cr_expect_eq(pools(), before);
    plan.stops_refused = false;
    nic_dpdk_eal_stop();
    free(port->dpdk);
    free(port);
}

/* In the ring of the device, in a packet that was received, in one that was taken. */
Test(nic_dpdk_failure, of_an_owner_to_wipe_is_made_good_at_the_end) {
    struct test_port *port = test_port_start("vdev: net_ring0");
    struct packet *packets[3];
    for (size_t i = 0; i < 3; i++) {
        packets[i] = test_take(port, 200, 1);
        memcpy(packet_data(packets[i]) + 100, SECRET, sizeof(SECRET));
    }
    test_send(port, packets[0]);
    struct packet *got = test_receive(port);
    cr_assert_not_null(got);
    packets[1]->kept = true;
    test_send(port, packets[1]);
    nic_dpdk_close(port->dpdk);
    cr_expect_eq(secrets_freed, 0, "%u", secrets_freed);
    nic_dpdk_eal_stop();
    free(port->dpdk);
    free(port);
}
