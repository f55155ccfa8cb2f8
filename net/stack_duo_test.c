#include "net/stack_duo_test.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/bits.h"

#define RECEIVE_PACKETS 512
#define CONTROL_PACKETS 32
#define SETTLE_TURNS_MAX 100000
#define TURN_NS 5000

static const struct ipv4_address addresses[2] = {{0xc0000201}, {0xc0000202}};
static const struct ethernet_address macs[2] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};

struct duo_setup duo_setup_default(void) {
    struct duo_setup setup = {.stream = {.send_bytes = 8192,
                                         .receive_bytes = 4096,
                                         .record_bytes_max = 500,
                                         .gather_bytes_max = 3000,
                                         .hold_bytes = 4096,
                                         .hold_records_max = 20},
                              .profile = tcp_profile_default(),
                              .seed = 1,
                              .connections_max = 3,
                              .ring_entries = 1024,
                              .send_packets = 512,
                              .buffer_bytes = 768};
    setup.profile.rto_min.ns = 5 * NS_PER_MS;
    setup.profile.ack_delay.ns = 0;
    /* A test may leave a stream unread for as long as it likes. */
    setup.profile.user_timeout.ns = 86400 * NS_PER_S;
    return setup;
}

static struct stack_setup stack_setup_of(const struct duo_setup *setup, uint32_t which) {
    struct stack_setup stack = stack_setup_default();
    stack.announcements = 1; /* before the test begins */
    stack.limits = (struct stack_limits){.tcp = {.stream = setup->stream,
                                                 .connections_max = setup->connections_max,
                                                 .listeners_max = 1,
                                                 .peers_max = 1,
                                                 .embryos_max = 8,
                                                 .time_waits_max = 8,
                                                 .ring_entries = setup->ring_entries,
                                                 .reassembly_packets_max = 384},
                                         .ports_max = 1,
                                         .neighbours_max = 8};
    stack.tcp.slow_only = setup->slow_only;
    memcpy(stack.tcp.seed.key, &setup->seed, sizeof(setup->seed));
    stack.tcp.seed.key[15] = (unsigned char)which;
    return stack;
}

static struct nic_sim_limits nic_limits_of(const struct duo_setup *setup) {
    return (struct nic_sim_limits){.receive_packets = RECEIVE_PACKETS,
                                   .send_packets = setup->send_packets,
                                   .control_packets = CONTROL_PACKETS,
                                   .send_ring = setup->send_packets,
                                   .buffer_bytes = setup->buffer_bytes};
}

static void open_stack(struct duo *duo, const struct duo_setup *setup, uint32_t which,
                       char *stack_memory, char *nic_memory) {
    struct nic_sim_limits nic_limits = nic_limits_of(setup);
    struct stack_setup stack_setup = stack_setup_of(setup, which);
    duo->nics[which] = nic_sim_init(nic_memory, &nic_limits, &macs[which]);
    nic_sim_offload(duo->nics[which], setup->offload);
    if (setup->offload) {
        nic_sim_verdict(duo->nics[which], PACKET_GOOD, PACKET_GOOD);
    }
    struct stack *stack = stack_init(stack_memory, &stack_setup);
    duo->stacks[which] = stack;
    stack_add_port(stack, &(struct stack_port){.nic = nic_sim_nic(duo->nics[which]),
                                               .address = addresses[which],
                                               .prefix_bits = 24,
                                               .vlan = setup->vlan});
    if (which == 0) {
        struct tcp_peer peer = {.local = addresses[0],
                                .remote = addresses[1],
                                .remote_port = DUO_PORT,
                                .profile = setup->profile};
        cr_assert_eq(stack_add_peer(stack, &peer), 0);
    } else {
        struct tcp_listener listener = {
            .local = addresses[1], .port = DUO_PORT, .backlog = 4, .profile = setup->profile};
        cr_assert_eq(stack_listen(stack, &listener), 0);
    }
}

struct duo *duo_open(const struct duo_setup *setup) {
    struct nic_sim_limits nic_limits = nic_limits_of(setup);
    struct stack_limits stack_limits = stack_setup_of(setup, 0).limits;
    struct link_sim_limits link_limits = {.frames_max = 1024,
                                          .frame_bytes_max = setup->buffer_bytes};
    size_t nic_bytes = bits_whole_lines(nic_sim_footprint(&nic_limits));
    size_t stack_bytes = bits_whole_lines(stack_footprint(&stack_limits));
    cr_assert(nic_bytes > 0 && stack_bytes > 0);
    struct duo *duo = calloc(1, sizeof(*duo));
    duo->memory_bytes = 2 * (nic_bytes + stack_bytes);
    duo->memory = aligned_alloc(64, duo->memory_bytes);
    memset(duo->memory, 0x5a, duo->memory_bytes);
    duo->link_memory = aligned_alloc(64, bits_whole_lines(link_sim_footprint(&link_limits)));
    duo->receive_packets = RECEIVE_PACKETS;
    duo->send_packets = setup->send_packets;
    duo->now.mono.ns = NS_PER_S;
    for (uint32_t i = 0; i < 2; i++) {
        char *memory = duo->memory + i * (nic_bytes + stack_bytes);
        open_stack(duo, setup, i, memory, memory + stack_bytes);
    }
    duo->link =
        link_sim_init(duo->link_memory, &link_limits, setup->seed, duo->nics[0], duo->nics[1]);
    link_sim_set(duo->link, LINK_SIM_A_TO_B, &setup->way);
    link_sim_set(duo->link, LINK_SIM_B_TO_A, &setup->way);
    for (uint32_t i = 0; i < 2; i++) {
        duo_turn_one(duo, i); /* both know the time, and have announced themselves */
    }
    return duo;
}

void duo_close(struct duo *duo) {
    static const struct link_sim_way perfect;
    link_sim_set(duo->link, LINK_SIM_A_TO_B, &perfect);
    link_sim_set(duo->link, LINK_SIM_B_TO_A, &perfect);
    for (uint32_t i = 0; i < 2; i++) {
        duo_turn(duo); /* nothing is left in the NICs' rings that a stack did not see */
        stack_fini(duo->stacks[i]);
    }
    while (!instant_is_never(link_sim_deadline(duo->link))) {
        duo->now.mono = link_sim_deadline(duo->link);
        link_sim_turn(duo->link, duo->now);
    }
    link_sim_turn(duo->link, duo->now);
    for (uint32_t i = 0; i < 2; i++) {
        struct nic *nic = nic_sim_nic(duo->nics[i]);
        struct packet *packet;
        while (nic_receive(nic, duo->now, &packet, 1) == 1) {
            nic_give(packet);
        }
        cr_expect_eq(nic_counters(nic).receive_pool_free, duo->receive_packets, "stack %u", i);
        cr_expect_eq(nic_counters(nic).send_pool_free, duo->send_packets, "stack %u", i);
    }
    free(duo->link_memory);
    free(duo->memory);
    free(duo);
}

struct stream *duo_dial(struct duo *duo) {
    return stream_dial(stack_streams(duo->stacks[0]), 0);
}

struct stream *duo_accept(struct duo *duo) {
    return stream_accept(stack_streams(duo->stacks[1]), 0);
}

void duo_discard(struct duo *duo, struct stream *stream) {
    bool of_second = (char *)stream >= duo->memory + duo->memory_bytes / 2;
    stream_discard(stack_streams(duo->stacks[of_second]), stream);
}

uint32_t duo_turn_one(struct duo *duo, uint32_t which) {
    uint32_t frames = stack_turn(duo->stacks[which], duo->now);
    stack_flush(duo->stacks[which]);
    return frames;
}

uint32_t duo_turn(struct duo *duo) {
    uint32_t frames = duo_turn_one(duo, 0) + duo_turn_one(duo, 1);
    return frames + link_sim_turn(duo->link, duo->now);
}

void duo_settle(struct duo *duo) {
    for (uint32_t turns = 0; duo_turn(duo) > 0; turns++) {
        cr_assert_lt(turns, SETTLE_TURNS_MAX, "the two never come to rest");
    }
    duo_audit(duo);
}

struct instant duo_deadline(const struct duo *duo) {
    struct instant at =
        instant_earlier(stack_deadline(duo->stacks[0]), stack_deadline(duo->stacks[1]));
    return instant_earlier(at, link_sim_deadline(duo->link));
}

/*
 * The next turn: not before there is something to do, or the last one is over. Turns begin at whole
 * multiples of what one takes, so that one more of them, with nothing to do, moves no other.
 */
static int64_t next_turn_ns(const struct duo *duo, struct instant end) {
    int64_t next_ns = instant_earlier(duo_deadline(duo), end).ns;
    int64_t after_ns = duo->now.mono.ns + 1;
    int64_t at_ns = next_ns > after_ns ? next_ns : after_ns;
    return (at_ns + TURN_NS - 1) / TURN_NS * TURN_NS;
}

void duo_run(struct duo *duo, struct duration time) {
    struct instant end = instant_add(duo->now.mono, time);
    duo_settle(duo);
    for (uint32_t turns = 0; duo->now.mono.ns < end.ns; turns++) {
        cr_assert_lt(turns, SETTLE_TURNS_MAX, "time does not go on");
        duo->now.mono.ns = next_turn_ns(duo, end);
        duo_settle(duo);
    }
}

void duo_run_ms(struct duo *duo, int64_t ms) {
    duo_run(duo, (struct duration){.ns = ms * NS_PER_MS});
}

void duo_audit(const struct duo *duo) {
    for (uint32_t i = 0; i < 2; i++) {
        const char *wrong = tcp_audit(stack_tcp(duo->stacks[i]));
        cr_assert_null(wrong, "stack %u: %s", i, wrong);
    }
}
