#include <string.h>

#include "bench/micro/micro_tcp.h"
#include "net/wire/big_endian.h"
#include "net/wire/checksum.h"

#define PORT 9000
#define PEER_PORT_FIRST 10000
#define RECEIVE_PACKETS 64
#define SEND_PACKETS 1024
#define FRAME_BYTES_MAX 1514
#define STEP_NS (20 * NS_PER_US)
#define WARM_ROUNDS 32

static const struct ipv4_address our_ip = {0xc0000201}, peer_ip = {0xc0000202};
static const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 1}};
static const struct ethernet_address peer_mac = {{2, 0, 0, 0, 0, 2}};

/* What callgrind and the tracer leave out: by these names, in scripts/bench. */

static const struct nic_ops *own_ops;

static uint32_t left_out_receive(struct nic *nic, struct now now, struct packet **packets,
                                 uint32_t max) {
    micro_pause();
    uint32_t count = own_ops->receive(nic, now, packets, max);
    micro_resume();
    return count;
}

static uint32_t left_out_send(struct nic *nic, struct now now, struct packet **packets,
                              uint32_t count) {
    micro_pause();
    uint32_t taken = own_ops->send(nic, now, packets, count);
    micro_resume();
    return taken;
}

static struct packet *left_out_take(struct nic *nic, enum nic_purpose purpose) {
    micro_pause();
    struct packet *packet = own_ops->take(nic, purpose);
    micro_resume();
    return packet;
}

static void left_out_give(struct nic *nic, struct packet *packet) {
    micro_pause();
    own_ops->give(nic, packet);
    micro_resume();
}

static bool has_let_go(const struct nic *nic, const struct packet *packet) {
    return own_ops->has_let_go(nic, packet);
}

static void reap(struct nic *nic) {
    own_ops->reap(nic);
}

static struct nic_counters counters(struct nic *nic) {
    return own_ops->counters(nic);
}

static const struct nic_ops left_out_ops = {.receive = left_out_receive,
                                            .send = left_out_send,
                                            .take = left_out_take,
                                            .give = left_out_give,
                                            .has_let_go = has_let_go,
                                            .reap = reap,
                                            .counters = counters};

void micro_tcp_leave_nic_out(struct micro_tcp *world) {
    own_ops = world->nic_ops;
    world->nic->ops = &left_out_ops;
}

void micro_tcp_let_nic_in(struct micro_tcp *world) {
    world->nic->ops = world->nic_ops;
}

/* The peers' frames. */

static void write_checksum(char *tcp, uint32_t bytes) {
    struct checksum sum = checksum_pseudo(peer_ip, our_ip, IPV4_PROTOCOL_TCP);
    sum = checksum_add(checksum_add_u16(sum, (uint16_t)bytes), tcp, bytes);
    uint16_t field = checksum_finish(sum);
    memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof(field));
}

static void put_segment(struct micro_tcp *world, const struct tcp_segment *segment) {
    char frame[FRAME_BYTES_MAX];
    struct ethernet_header ethernet = {
        .to = our_mac, .from = peer_mac, .type = ETHERNET_TYPE_IPV4, .vlan = ETHERNET_VLAN_NONE};
    char *ip = frame + ethernet_write(frame, &ethernet);
    char *tcp = ip + IPV4_HEADER_BYTES;
    uint32_t bytes = tcp_segment_write(tcp, segment);
    memset(tcp + bytes, 'x', segment->payload_bytes);
    bytes += segment->payload_bytes;
    struct ipv4_header header = {.from = peer_ip,
                                 .to = our_ip,
                                 .protocol = IPV4_PROTOCOL_TCP,
                                 .ttl = 64,
                                 .dont_fragment = true,
                                 .header_bytes = IPV4_HEADER_BYTES,
                                 .payload_bytes = bytes};
    ipv4_write(ip, &header);
    write_checksum(tcp, bytes);
    size_t frame_bytes = (size_t)(tcp - frame) + bytes;
    micro_require(nic_sim_put(world->sim, bytes_of(frame, frame_bytes)), "the NIC is full");
}

static struct tcp_segment segment_of(const struct micro_tcp *world, uint32_t peer, uint8_t flags) {
    return (struct tcp_segment){
        .from_port = (uint16_t)(PEER_PORT_FIRST + peer),
        .to_port = PORT,
        .seq = world->peers[peer].next,
        .ack = world->peers[peer].wanted,
        .window = 60000,
        .flags = flags,
        .window_scale = TCP_WINDOW_SCALE_NONE,
        .has_timestamps = true,
        .ts_value = (uint32_t)(world->now.mono.ns / NS_PER_MS),
        .ts_echo = world->peers[peer].ts_recent,
    };
}

void micro_tcp_put(struct micro_tcp *world, uint32_t peer, uint32_t payload_bytes) {
    uint8_t flags = payload_bytes > 0 ? TCP_ACK | TCP_PSH : TCP_ACK;
    struct tcp_segment segment = segment_of(world, peer, flags);
    segment.payload_bytes = payload_bytes;
    put_segment(world, &segment);
    world->peers[peer].next = tcp_seq_add(segment.seq, payload_bytes);
}

/* What our stack sends: always to the peers, never tagged. */

static void take_frame(struct micro_tcp *world, struct bytes frame) {
    const char *ip = frame.data + ETHERNET_HEADER_BYTES;
    struct tcp_segment segment;
    size_t bytes = big_endian_u16(ip + 2) - (size_t)IPV4_HEADER_BYTES;
    enum tcp_segment_result result =
        tcp_segment_read(ip + IPV4_HEADER_BYTES, bytes, our_ip, peer_ip, false, &segment);
    uint32_t peer = (uint32_t)segment.to_port - PEER_PORT_FIRST;
    micro_require(result == TCP_SEGMENT_OK && peer < world->setup.connections, "a strange segment");
    struct micro_tcp_peer *to = &world->peers[peer];
    bool is_syn = (segment.flags & TCP_SYN) != 0;
    micro_require(is_syn || tcp_seq_equal(segment.seq, to->wanted), "sent twice, or not in order");
    to->wanted = tcp_seq_add(segment.seq, tcp_segment_length(&segment));
    to->ts_recent = segment.ts_value;
}

uint32_t micro_tcp_drain(struct micro_tcp *world) {
    uint32_t count = 0;
    for (struct bytes frame; (frame = nic_sim_sent(world->sim)).len > 0; count++) {
        if (big_endian_u16(frame.data + 12) == ETHERNET_TYPE_IPV4) {
            take_frame(world, frame);
        }
        nic_sim_drop_sent(world->sim);
    }
    return count;
}

/* Time. */

void micro_tcp_pass(struct micro_tcp *world) {
    world->now.mono.ns += STEP_NS;
    tcp_turn(stack_tcp(world->stack), world->now);
}

struct packet *micro_tcp_receive(struct micro_tcp *world) {
    struct packet *packet = NULL;
    micro_require(nic_receive(world->nic, world->now, &packet, 1) == 1, "nothing was received");
    return packet;
}

static void turn(struct micro_tcp *world) {
    world->now.mono.ns += STEP_NS;
    stack_turn(world->stack, world->now);
    stack_flush(world->stack);
    micro_tcp_drain(world);
}

/* Opening. */

static struct stack_setup stack_setup_of(const struct micro_tcp_setup *setup) {
    struct stack_setup stack = stack_setup_default();
    stack.announcements = 1; /* before anything is counted */
    stack.limits = (struct stack_limits){.tcp = {.stream = {.send_bytes = 65536,
                                                            .receive_bytes = 65536,
                                                            .record_bytes_max = 1400,
                                                            .gather_bytes_max = 4096,
                                                            .hold_bytes = 65536,
                                                            .hold_records_max = 64},
                                                 .connections_max = setup->connections,
                                                 .listeners_max = 1,
                                                 .embryos_max = 8,
                                                 .time_waits_max = 8,
                                                 .ring_entries = 128,
                                                 .reassembly_packets_max = 32},
                                         .ports_max = 1,
                                         .neighbours_max = 4};
    return stack;
}

static void open_nic(struct micro_tcp *world) {
    static const struct nic_sim_limits limits = {.receive_packets = RECEIVE_PACKETS,
                                                 .send_packets = SEND_PACKETS,
                                                 .control_packets = 32,
                                                 .send_ring = SEND_PACKETS,
                                                 .buffer_bytes = 2048};
    world->sim = nic_sim_init(micro_memory(nic_sim_footprint(&limits)), &limits, &our_mac);
    world->nic = nic_sim_nic(world->sim);
    world->nic_ops = world->nic->ops;
    if (!world->setup.checksum) {
        nic_sim_offload(world->sim, true);
        nic_sim_verdict(world->sim, PACKET_GOOD, PACKET_GOOD);
    }
}

static void open_stack(struct micro_tcp *world) {
    struct stack_setup setup = stack_setup_of(&world->setup);
    world->stack = stack_init(micro_memory(stack_footprint(&setup.limits)), &setup);
    uint32_t port = stack_add_port(
        world->stack,
        &(struct stack_port){.nic = world->nic, .address = our_ip, .prefix_bits = 24});
    micro_require(stack_add_neighbour(world->stack, port, peer_ip, &peer_mac), "no neighbour");
    struct tcp_listener listener = {
        .local = our_ip, .port = PORT, .backlog = 1, .profile = tcp_profile_default()};
    stack_listen(world->stack, &listener);
}

static void open_connection(struct micro_tcp *world, uint32_t peer) {
    world->peers[peer].next = tcp_seq_of(UINT32_C(0x10000000) * peer + 1);
    struct tcp_segment syn = segment_of(world, peer, TCP_SYN);
    syn.mss = 1460;
    syn.window_scale = 7;
    syn.sack_permitted = true;
    put_segment(world, &syn);
    turn(world);
    world->peers[peer].next = tcp_seq_add(syn.seq, 1);
    micro_tcp_put(world, peer, 0);
    turn(world);
    world->peers[peer].stream = stream_accept(stack_streams(world->stack), 0);
    micro_require(world->peers[peer].stream != NULL, "no connection was accepted");
}

/* A segment each way, acknowledged by the next. */
static void warm(struct micro_tcp *world, uint32_t peer) {
    struct stream *stream = world->peers[peer].stream;
    struct stream_room room;
    micro_tcp_put(world, peer, world->setup.payload_bytes);
    world->now.mono.ns += STEP_NS;
    stack_turn(world->stack, world->now);
    stream_consume(stream, stream_peek(stream, 0).len, STREAM_PLAIN);
    micro_require(stream_reserve(stream, world->setup.payload_bytes, &room) == STREAM_OK,
                  "no room");
    stream_commit(stream, world->setup.payload_bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
    turn(world);
    micro_tcp_put(world, peer, 0);
    turn(world);
}

struct micro_tcp *micro_tcp_open(const struct micro_tcp_setup *setup) {
    struct micro_tcp *world = micro_memory(sizeof(*world));
    world->setup = *setup;
    world->now.mono.ns = NS_PER_S;
    open_nic(world);
    open_stack(world);
    turn(world);
    for (uint32_t peer = 0; peer < setup->connections; peer++) {
        open_connection(world, peer);
    }
    for (uint32_t i = 0; i < WARM_ROUNDS * setup->connections; i++) {
        warm(world, i % setup->connections);
    }
    return world;
}
