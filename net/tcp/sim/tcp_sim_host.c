#include <stdlib.h>

#include "net/tcp/sim/tcp_sim_internal.h"

#define ALIGNMENT 64

const struct nic_sim_limits tcp_sim_nic_limits_max = {.receive_packets = 256,
                                                      .send_packets = 256,
                                                      .control_packets = 64,
                                                      .send_ring = 256,
                                                      .buffer_bytes = 2048};

const struct stack_limits tcp_sim_stack_limits_max = {
    .tcp = {.stream = {.send_bytes = 65536,
                       .receive_bytes = 131072,
                       .record_bytes_max = 1900,
                       .gather_bytes_max = 4096,
                       .hold_bytes = 65536,
                       .hold_records_max = 64},
            .connections_max = TCP_SIM_TALKS_MAX + 2,
            .listeners_max = 1,
            .peers_max = 1,
            .embryos_max = TCP_SIM_TALKS_MAX + 2,
            .time_waits_max = TCP_SIM_TALKS_MAX + 2,
            .ring_entries = 256,
            .reassembly_packets_max = 128},
    .ports_max = 1,
    .neighbours_max = 4};

struct ipv4_address tcp_sim_address(uint8_t host) {
    return (struct ipv4_address){.value = UINT32_C(0x0a000001) + host}; /* 10.0.0.1 */
}

struct ethernet_address tcp_sim_mac(uint8_t host) {
    return (struct ethernet_address){.byte = {2, 0, 0, 0, 0, (unsigned char)(1 + host)}};
}

static void *allocate(size_t bytes) {
    CHECK(bytes != 0);
    void *memory = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
    CHECK(memory != NULL);
    return memory;
}

void tcp_sim_host_allocate(struct tcp_sim_host *host) {
    host->nic_memory = allocate(nic_sim_footprint(&tcp_sim_nic_limits_max));
    host->stack_memory = allocate(stack_footprint(&tcp_sim_stack_limits_max));
}

void tcp_sim_host_free(struct tcp_sim_host *host) {
    free(host->nic_memory);
    free(host->stack_memory);
}

static void start_stack(struct tcp_sim *sim, struct tcp_sim_host *host) {
    const struct tcp_sim_host_plan *plan = &sim->plan.host[host->index];
    struct ipv4_address own = tcp_sim_address(host->index);
    uint8_t other = !host->index;
    struct stack_setup setup = plan->setup;
    setup.tcp.slow_only = sim->options.slow_only;
    host->stack = stack_init(host->stack_memory, &setup);
    struct stack_port port = {
        .nic = &host->nic, .address = own, .prefix_bits = 24, .vlan = plan->vlan};
    stack_add_port(host->stack, &port);
    if (plan->static_neighbour) {
        struct ethernet_address mac = tcp_sim_mac(other);
        CHECK(stack_add_neighbour(host->stack, 0, tcp_sim_address(other), &mac));
    }
    struct tcp_listener listener = {.local = own,
                                    .port = TCP_SIM_PORT,
                                    .backlog = TCP_SIM_TALKS_MAX + 2,
                                    .profile = plan->profile};
    stack_listen(host->stack, &listener);
    struct tcp_peer peer = {.local = own,
                            .remote = tcp_sim_address(other),
                            .remote_port = TCP_SIM_PORT,
                            .profile = plan->profile};
    stack_add_peer(host->stack, &peer);
}

void tcp_sim_host_start(struct tcp_sim *sim, uint8_t index) {
    struct tcp_sim_host *host = &sim->host[index];
    const struct tcp_sim_host_plan *plan = &sim->plan.host[index];
    struct ethernet_address mac = tcp_sim_mac(index);
    host->sim = sim;
    host->index = index;
    host->refuse = 0;
    host->refused = false;
    host->planted = 0;
    host->inner = nic_sim_init(host->nic_memory, &plan->nic, &mac);
    nic_sim_offload(host->inner, plan->offload);
    tcp_sim_nic_init(host);
    start_stack(sim, host);
}

void tcp_sim_host_refuse(struct tcp_sim_host *host, uint8_t refuse) {
    host->refuse = refuse;
    nic_sim_refuse_take(host->inner, (refuse & TCP_SIM_REFUSE_DATA) != 0,
                        (refuse & TCP_SIM_REFUSE_CONTROL) != 0);
    nic_sim_refuse_send(host->inner, (refuse & TCP_SIM_REFUSE_SEND) != 0);
}

/* The NIC stays, and so must its packets. */
void tcp_sim_host_restart(struct tcp_sim *sim, uint8_t index, bool silent) {
    struct tcp_sim_host *host = &sim->host[index];
    uint8_t refuse = host->refuse;
    if (silent) {
        tcp_sim_host_refuse(host, TCP_SIM_REFUSE_SEND);
    }
    stack_fini(host->stack);
    tcp_sim_host_refuse(host, refuse);
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        struct tcp_sim_talk *talk = &sim->talk[i];
        if (talk->dialled) {
            talk->broken = true;
        }
        struct tcp_sim_side *side = &talk->side[index];
        if (side->stream != NULL) {
            side->stream = NULL;
            side->gone = true;
        }
        side->has_info = false;
    }
    sim->plan.host[index].setup.tcp.seed.key[0]++;
    start_stack(sim, host);
}
