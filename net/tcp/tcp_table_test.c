#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/tcp/tcp_internal.h"

#define CONNECTIONS 64
#define EMBRYOS 16
#define TIME_WAITS 32
#define IDS (CONNECTIONS + EMBRYOS + TIME_WAITS)

static enum tcp_route no_route(void *context, struct now now, struct ipv4_address local,
                               struct ipv4_address remote, struct tcp_path *path) {
    (void)context, (void)now, (void)local, (void)remote, (void)path;
    return TCP_ROUTE_NONE;
}

static struct tcp *make(unsigned char seed) {
    struct tcp_setup setup = tcp_setup_default();
    setup.limits = (struct tcp_limits){.stream = {.send_bytes = 4096,
                                                  .receive_bytes = 4096,
                                                  .record_bytes_max = 1024,
                                                  .gather_bytes_max = 1024,
                                                  .hold_bytes = 4096,
                                                  .hold_records_max = 4},
                                       .connections_max = CONNECTIONS,
                                       .listeners_max = 1,
                                       .peers_max = 1,
                                       .embryos_max = EMBRYOS,
                                       .time_waits_max = TIME_WAITS,
                                       .ring_entries = 8,
                                       .reassembly_packets_max = 8};
    setup.below.route = no_route;
    setup.seed.key[0] = seed;
    size_t bytes = tcp_footprint(&setup.limits);
    return tcp_init(aligned_alloc(64, bytes), &setup);
}

static struct tcp_flow *flow_at(struct tcp *tcp, uint32_t id) {
    if (id < CONNECTIONS) {
        return &tcp->connections[id].flow;
    }
    id -= CONNECTIONS;
    return id < EMBRYOS ? &tcp->embryos[id].flow : &tcp->time_waits[id - EMBRYOS].flow;
}

/* Few values, so that flows differ in one field only. */
static struct tcp_flow random_flow(struct prng *prng) {
    return (struct tcp_flow){.local.value = 0x0a000001 + (uint32_t)prng_below(prng, 2),
                             .remote.value = 0x0a000101 + (uint32_t)prng_below(prng, 4),
                             .local_port = (uint16_t)(443 + prng_below(prng, 4)),
                             .remote_port = (uint16_t)(40000 + prng_below(prng, 8))};
}

static bool same(const struct tcp_flow *a, const struct tcp_flow *b) {
    return a->local.value == b->local.value && a->remote.value == b->remote.value &&
           a->local_port == b->local_port && a->remote_port == b->remote_port;
}

Test(tcp_table, finds_what_a_list_finds) {
    struct prng prng;
    prng_seed(&prng, test_seed("finds_what_a_list_finds"));
    struct tcp *tcp = make(1);
    bool used[IDS] = {false};
    uint32_t hits = 0;
    for (int i = 0; i < 20000; i++) {
        struct tcp_flow flow = random_flow(&prng);
        uint32_t expected = TCP_NONE;
        for (uint32_t id = 0; id < IDS; id++) {
            expected = used[id] && same(flow_at(tcp, id), &flow) ? id : expected;
        }
        cr_assert_eq(tcp_table_find(tcp, &flow), expected);
        uint32_t id = (uint32_t)prng_below(&prng, IDS);
        if (expected != TCP_NONE) {
            hits++;
            if (prng_below(&prng, 2) == 0) {
                tcp_table_remove(tcp, &flow, expected);
                used[expected] = false;
            }
        } else if (!used[id]) {
            *flow_at(tcp, id) = flow;
            cr_assert(tcp_table_add(tcp, &flow, id));
            used[id] = true;
        }
    }
    cr_assert_gt(hits, 1000);
    free(tcp);
}

/* Local and remote are not exchangeable, though a careless mixture of them would be. */
Test(tcp_table, ends_are_told_apart) {
    struct tcp *tcp = make(2);
    struct tcp_flow flow = {.local.value = 1, .remote.value = 2, .local_port = 3, .remote_port = 4};
    struct tcp_flow turned = {
        .local.value = 2, .remote.value = 1, .local_port = 4, .remote_port = 3};
    tcp->connections[5].flow = flow;
    cr_assert(tcp_table_add(tcp, &flow, 5));
    cr_assert_eq(tcp_table_find(tcp, &turned), TCP_NONE);
    tcp->connections[6].flow = turned;
    cr_assert(tcp_table_add(tcp, &turned, 6));
    cr_assert_eq(tcp_table_find(tcp, &flow), 5);
    cr_assert_eq(tcp_table_find(tcp, &turned), 6);
    free(tcp);
}

/* The peer chooses its port: ports in a row must not lie in a row, and all must fit. */
Test(tcp_table, every_port_of_a_peer_fits) {
    for (unsigned char seed = 0; seed < 50; seed++) {
        struct tcp *tcp = make(seed);
        for (uint32_t id = 0; id < IDS; id++) {
            struct tcp_flow flow = {.local.value = 0x0a000001,
                                    .remote.value = 0x0a000002,
                                    .local_port = 443,
                                    .remote_port = (uint16_t)(1024 + 256 * id)};
            *flow_at(tcp, id) = flow;
            cr_assert(tcp_table_add(tcp, &flow, id), "seed %u, port %u", seed, flow.remote_port);
        }
        free(tcp);
    }
}

Test(tcp_table, limits_that_cannot_be) {
    struct tcp *tcp = make(1);
    struct tcp_limits limits = tcp->setup.limits;
    free(tcp);
    cr_assert_gt(tcp_footprint(&limits), 0);
    struct tcp_limits none = limits;
    none.connections_max = 0;
    cr_assert_eq(tcp_footprint(&none), 0);
    none = limits;
    none.ring_entries = 12;
    cr_assert_eq(tcp_footprint(&none), 0, "not a power of two");
    none = limits;
    none.embryos_max = 0;
    cr_assert_eq(tcp_footprint(&none), 0, "a listener needs one");
    none.listeners_max = 0;
    cr_assert_gt(tcp_footprint(&none), 0);
    none = limits;
    none.stream.record_bytes_max = none.stream.send_bytes + 1;
    cr_assert_eq(tcp_footprint(&none), 0);
    none = limits;
    none.stream.receive_bytes = 200000; /* windows in units of 4 */
    none.stream.gather_bytes_max = 199998;
    cr_assert_eq(tcp_footprint(&none), 0, "3 bytes at least are left for rounding");
    none.stream.gather_bytes_max = 199997;
    cr_assert_gt(tcp_footprint(&none), 0);
}
