/*
 * A peer as Linux is one to messages without answers: it acknowledges late, up to 44 ms after a
 * lone segment, and at once only with what it has to say itself, to each fourth; and now and then
 * its host is not run just then, which adds to that. The peer is written by hand, frame by frame;
 * what it makes of our segments is apart from our TCP.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/prng.h"
#include "net/link_sim.h"
#include "net/stack.h"
#include "net/tcp/sim/tcp_sim_frame.h"

#define ONE_WAY_NS (50 * NS_PER_US)
#define MESSAGE_BYTES 308
#define ANSWER_BYTES 120
#define ANSWER_EACH 4
#define LATEST_MS 44
#define PACE_MS 60
#define BUSY_ONE_IN 500 /* acknowledgements */
#define BUSY_MS 36
#define PORT 9000
#define FRAME_BYTES 256
#define PEER_SYN 70000
#define PEER_WINDOW 64240
#define ETHERNET_BYTES 14
#define IP_BYTES 20
#define TCP_BYTES 32 /* with timestamps */
#define SYN_OPTION_BYTES 8
#define DSACK_BYTES 12

static const struct ipv4_address ours = {0xc0000201}, theirs = {0xc0000202};
static const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 1}};
static const struct ethernet_address their_mac = {{2, 0, 0, 0, 0, 2}};

static const struct nic_sim_limits nic_limits = {.receive_packets = 64,
                                                 .send_packets = 128,
                                                 .control_packets = 16,
                                                 .send_ring = 64,
                                                 .buffer_bytes = 2048};
static const struct link_sim_limits link_limits = {.frames_max = 128, .frame_bytes_max = 2048};

struct world {
    struct nic_sim *nic[2];
    struct link_sim *link;
    struct stack *stack;
    void *memory[4];
    struct now now;
    struct prng prng;
    /* The peer. */
    uint16_t to_port;
    bool busy; /* its host */
    uint32_t seq, ack, ts_echo;
    struct instant ack_at;            /* INSTANT_NEVER: nothing is owed */
    uint32_t again_left, again_right; /* to be told by DSACK; equal: nothing */
    uint32_t messages;                /* new ones */
    uint32_t repeated;                /* what came again */
};

static void *memory_of(size_t bytes) {
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static struct stack_setup setup_of(void) {
    struct stack_setup setup = stack_setup_default();
    setup.limits = (struct stack_limits){.tcp = {.stream = {.send_bytes = 65536,
                                                            .receive_bytes = 65536,
                                                            .record_bytes_max = 1400,
                                                            .gather_bytes_max = 1400,
                                                            .hold_bytes = 65536,
                                                            .hold_records_max = 1},
                                                 .connections_max = 1,
                                                 .peers_max = 1,
                                                 .time_waits_max = 1,
                                                 .ring_entries = 64,
                                                 .reassembly_packets_max = 8},
                                         .ports_max = 1,
                                         .neighbours_max = 2};
    return setup;
}

static struct world *open_world(const struct tcp_profile *profile) {
    struct world *world = calloc(1, sizeof(*world));
    struct stack_setup setup = setup_of();
    world->now.mono.ns = NS_PER_S;
    world->ack_at = INSTANT_NEVER;
    world->seq = PEER_SYN;
    prng_seed(&world->prng, 7);
    for (int i = 0; i < 2; i++) {
        world->memory[i] = memory_of(nic_sim_footprint(&nic_limits));
        world->nic[i] = nic_sim_init(world->memory[i], &nic_limits, i == 0 ? &our_mac : &their_mac);
    }
    world->memory[2] = memory_of(stack_footprint(&setup.limits));
    world->memory[3] = memory_of(link_sim_footprint(&link_limits));
    world->stack = stack_init(world->memory[2], &setup);
    world->link = link_sim_init(world->memory[3], &link_limits, 1, world->nic[0], world->nic[1]);
    struct link_sim_way way = {.delay = {.ns = ONE_WAY_NS}};
    link_sim_set(world->link, LINK_SIM_A_TO_B, &way);
    link_sim_set(world->link, LINK_SIM_B_TO_A, &way);
    stack_add_port(world->stack, &(struct stack_port){.nic = nic_sim_nic(world->nic[0]),
                                                      .address = ours,
                                                      .prefix_bits = 24});
    cr_assert(stack_add_neighbour(world->stack, 0, theirs, &their_mac));
    struct tcp_peer peer = {
        .local = ours, .remote = theirs, .remote_port = PORT, .profile = *profile};
    stack_add_peer(world->stack, &peer);
    return world;
}

static void close_world(struct world *world) {
    stack_fini(world->stack);
    for (int i = 0; i < 4; i++) {
        free(world->memory[i]);
    }
    free(world);
}

/* The peer's frames. */

static void put_ip_checksum(char *ip) {
    uint32_t sum = 0;
    for (int i = 0; i < IP_BYTES; i += 2) {
        sum += (uint32_t)(unsigned char)ip[i] << 8 | (unsigned char)ip[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    tcp_sim_frame_put16(ip + 10, (uint16_t)~sum);
}

static uint32_t put_syn_options(char *at) {
    static const char options[SYN_OPTION_BYTES] = {2, 4, 5, (char)0xb4, 4, 2, 1, 1};
    memcpy(at, options, sizeof(options));
    return sizeof(options);
}

/* RFC 2883. */
static uint32_t put_dsack(struct world *world, char *at) {
    tcp_sim_frame_put32(at, 0x0101050a);
    tcp_sim_frame_put32(at + 4, world->again_left);
    tcp_sim_frame_put32(at + 8, world->again_right);
    world->again_left = world->again_right;
    return DSACK_BYTES;
}

static void say(struct world *world, uint8_t flags, uint32_t text_bytes) {
    struct packet *packet = nic_take(nic_sim_nic(world->nic[1]), NIC_CONTROL);
    cr_assert_not_null(packet);
    char *data = packet_data(packet), *ip = data + ETHERNET_BYTES, *tcp = ip + IP_BYTES;
    memset(data, 0, FRAME_BYTES);
    memcpy(data, our_mac.byte, sizeof(our_mac.byte));
    memcpy(data + 6, their_mac.byte, sizeof(their_mac.byte));
    tcp_sim_frame_put16(data + 12, 0x0800);
    uint32_t tcp_bytes = TCP_BYTES;
    tcp_sim_frame_put32(tcp + 20, 0x0101080a);
    tcp_sim_frame_put32(tcp + 24, (uint32_t)(world->now.mono.ns / NS_PER_MS));
    tcp_sim_frame_put32(tcp + 28, world->ts_echo);
    if (flags & TCP_SIM_SYN) {
        tcp_bytes += put_syn_options(tcp + TCP_BYTES);
    } else if (world->again_left != world->again_right) {
        tcp_bytes += put_dsack(world, tcp + TCP_BYTES);
    }
    tcp_sim_frame_put16(tcp, PORT);
    tcp_sim_frame_put16(tcp + 2, world->to_port);
    tcp_sim_frame_put32(tcp + 4, world->seq);
    tcp_sim_frame_put32(tcp + 8, world->ack);
    tcp[12] = (char)(tcp_bytes / 4 << 4);
    tcp[13] = (char)flags;
    tcp_sim_frame_put16(tcp + 14, PEER_WINDOW);
    ip[0] = 0x45;
    tcp_sim_frame_put16(ip + 2, (uint16_t)(IP_BYTES + tcp_bytes + text_bytes));
    tcp_sim_frame_put16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = 6;
    tcp_sim_frame_put32(ip + 12, theirs.value);
    tcp_sim_frame_put32(ip + 16, ours.value);
    put_ip_checksum(ip);
    struct tcp_sim_frame frame = {.from = theirs.value,
                                  .to = ours.value,
                                  .tcp_offset = ETHERNET_BYTES + IP_BYTES,
                                  .tcp_header_bytes = tcp_bytes,
                                  .payload_bytes = text_bytes};
    tcp_sim_frame_mend(data, &frame);
    packet->data_bytes = ETHERNET_BYTES + IP_BYTES + tcp_bytes + text_bytes;
    cr_assert_eq(nic_send(nic_sim_nic(world->nic[1]), world->now, &packet, 1), 1);
    world->seq += text_bytes + ((flags & TCP_SIM_SYN) != 0);
    world->ack_at = INSTANT_NEVER;
}

/* What the peer does. */

static void hear_text(struct world *world, const struct tcp_sim_frame *frame) {
    if (frame->seq != world->ack) {
        world->repeated++;
        world->again_left = frame->seq;
        world->again_right = frame->seq + frame->payload_bytes;
        say(world, TCP_SIM_ACK, 0);
        return;
    }
    world->ack += frame->payload_bytes;
    if (++world->messages % ANSWER_EACH == 0) {
        say(world, TCP_SIM_ACK | TCP_SIM_PSH, ANSWER_BYTES);
        return;
    }
    int64_t wait_ns = (int64_t)prng_below(&world->prng, LATEST_MS * (uint64_t)NS_PER_MS);
    if (world->busy && prng_below(&world->prng, BUSY_ONE_IN) == 0) {
        wait_ns = (LATEST_MS + (int64_t)prng_below(&world->prng, BUSY_MS)) * NS_PER_MS;
    }
    world->ack_at = instant_earlier(world->ack_at,
                                    instant_add(world->now.mono, (struct duration){.ns = wait_ns}));
}

static void hear(struct world *world, const struct packet *packet) {
    struct tcp_sim_frame frame;
    tcp_sim_frame_read(packet_data(packet), packet->data_bytes, true, &frame);
    if (frame.kind != TCP_SIM_FRAME_TCP) {
        return;
    }
    world->ts_echo = frame.ts_value;
    if (frame.flags & TCP_SIM_SYN) {
        world->to_port = frame.from_port;
        world->ack = frame.seq + 1;
        say(world, TCP_SIM_SYN | TCP_SIM_ACK, 0);
    } else if (frame.payload_bytes > 0) {
        hear_text(world, &frame);
    }
}

static void peer_turn(struct world *world) {
    struct packet *packet;
    while (nic_receive(nic_sim_nic(world->nic[1]), world->now, &packet, 1) == 1) {
        hear(world, packet);
        nic_give(packet);
    }
    if (instant_reached(world->now.mono, world->ack_at)) {
        say(world, TCP_SIM_ACK, 0);
    }
}

static void turn(struct world *world) {
    link_sim_turn(world->link, world->now);
    stack_turn(world->stack, world->now);
    stack_flush(world->stack);
    peer_turn(world);
    link_sim_turn(world->link, world->now);
}

static void run_to(struct world *world, struct instant end) {
    turn(world);
    while (world->now.mono.ns < end.ns) {
        struct instant at = instant_earlier(stack_deadline(world->stack), world->ack_at);
        at = instant_earlier(at, link_sim_deadline(world->link));
        at = instant_earlier(at, end);
        world->now.mono.ns = at.ns > world->now.mono.ns ? at.ns : world->now.mono.ns + NS_PER_US;
        turn(world);
    }
}

static struct stream *dial(struct world *world) {
    turn(world);
    struct stream *stream = stream_dial(stack_streams(world->stack), 0);
    run_to(world, instant_add(world->now.mono, (struct duration){.ns = 10 * NS_PER_MS}));
    cr_assert_eq(stream_state(stream), STREAM_OPEN);
    return stream;
}

static void send_messages(struct world *world, struct stream *stream, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct stream_room room;
        cr_assert_eq(stream_reserve(stream, MESSAGE_BYTES, &room), STREAM_OK);
        memset(room.data, 'm', MESSAGE_BYTES);
        stream_commit(stream, MESSAGE_BYTES, STREAM_RELEASE_NOW, STREAM_PLAIN);
        run_to(world, instant_add(world->now.mono, (struct duration){.ns = PACE_MS * NS_PER_MS}));
        struct bytes view = stream_peek(stream, 0);
        stream_consume(stream, view.len, STREAM_PLAIN);
    }
}

static void expect_to_wait(bool busy) {
    enum { MESSAGES = 10000 };
    struct tcp_profile profile = tcp_profile_default(); /* ack_delay 50 ms */
    struct world *world = open_world(&profile);
    world->busy = busy;
    struct stream *stream = dial(world);
    send_messages(world, stream, MESSAGES);
    struct tcp_info info = tcp_info(stream);
    cr_expect_eq(world->messages, MESSAGES);
    cr_expect_eq(world->repeated, 0, "%u", world->repeated);
    cr_expect_eq(info.retransmissions, 0);
    cr_expect_eq(info.timeouts, 0);
    cr_expect_leq(info.srtt.ns, 2 * 2 * ONE_WAY_NS, "%" PRId64 " us", info.srtt.ns / NS_PER_US);
    stream_discard(stack_streams(world->stack), stream);
    close_world(world);
}

Test(tcp_late_ack, is_waited_for_and_does_not_count_as_a_long_way) {
    expect_to_wait(false);
}

/* Later than is configured, and than it was before. */
Test(tcp_late_ack, of_a_busy_host_is_waited_for_too) {
    expect_to_wait(true);
}

/* Nobody said that the peer is slow. It is learned, from what was sent again for nothing: once may
 * be by chance, twice is not. */
Test(tcp_late_ack, is_learned) {
    enum { MESSAGES = 10000, NEEDLESS_MAX = 2 };
    struct tcp_profile profile = tcp_profile_default();
    profile.ack_delay.ns = 0;
    profile.rto_min.ns = 5 * NS_PER_MS;
    struct world *world = open_world(&profile);
    world->busy = true;
    struct stream *stream = dial(world);
    send_messages(world, stream, MESSAGES);
    struct tcp_info info = tcp_info(stream);
    cr_expect_leq(world->repeated, NEEDLESS_MAX, "%u", world->repeated);
    cr_expect_eq(info.spurious, world->repeated);
    cr_expect_geq(info.ack_delay.ns, LATEST_MS * NS_PER_MS, "%" PRId64 " us",
                  info.ack_delay.ns / NS_PER_US);
    cr_expect_leq(info.srtt.ns, 2 * 2 * ONE_WAY_NS, "%" PRId64 " us", info.srtt.ns / NS_PER_US);
    stream_discard(stack_streams(world->stack), stream);
    close_world(world);
}
