/*
 * ARP, ICMP, any other frames, time and a NIC that refuses, into a stack with live connections.
 *
 * Two peers that do nothing but acknowledge: one configured, one found by ARP. Whatever comes in,
 * what leaves is well formed and of ours, goes to the configured peer at the configured address
 * only, no answer is larger than its question, TCP stays sound, the deadline moves on, and at the
 * end every packet is back in its pool.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/nic_sim.h"
#include "net/stack.h"
#include "net/wire/arp.h"
#include "net/wire/icmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define US 0xc0000201u
#define FIXED 0xc0000202u
#define FOUND 0xc0000203u
#define GATEWAY 0xc00002feu
#define RECEIVE_PACKETS 64
#define SEND_PACKETS 64
#define FRAME_BYTES 1600
#define STREAMS 4
#define FRAMES_PER_TURN_MAX (2 * SEND_PACKETS)

static const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 1}};
static const struct ethernet_address macs[] = {{{2, 0, 0, 0, 0, 2}},
                                               {{2, 0, 0, 0, 0, 3}},
                                               {{2, 0, 0, 0, 0, 1}},
                                               {{2, 0, 0, 0, 6, 6}},
                                               {{255, 255, 255, 255, 255, 255}}};
static const uint32_t addresses[] = {US,         FIXED, FOUND,      GATEWAY,
                                     0xc0000209, 0,     0xc00002ff, 0x08080808};

static const struct nic_sim_limits nic_limits = {.receive_packets = RECEIVE_PACKETS,
                                                 .send_packets = SEND_PACKETS,
                                                 .control_packets = 16,
                                                 .send_ring = 48,
                                                 .buffer_bytes = 2048};

struct script {
    const uint8_t *data;
    size_t left;
    struct stack *stack;
    struct nic_sim *nic;
    struct now now;
    struct stream *streams[STREAMS];
    struct tcp_segment last; /* the last segment we sent, to quote and to answer */
    struct ipv4_header last_ip;
    size_t longest_input;
};

static uint8_t next(struct script *script) {
    if (script->left == 0) {
        return 0;
    }
    script->left--;
    return *script->data++;
}

static uint16_t next_u16(struct script *script) {
    return (uint16_t)(next(script) << 8 | next(script));
}

#define CHOOSE(script, of) (&(of)[next(script) % (sizeof(of) / sizeof((of)[0]))])

static struct ipv4_address choose_address(struct script *script) {
    return (struct ipv4_address){.value = *CHOOSE(script, addresses)};
}

static void put(struct script *script, const char *frame, size_t bytes) {
    script->longest_input = bytes > script->longest_input ? bytes : script->longest_input;
    nic_sim_put(script->nic, bytes_of(frame, bytes));
}

/* What leaves. */

static void check_arp(const char *payload, size_t bytes) {
    struct arp_message message;
    CHECK(arp_read(payload, bytes, &message));
    CHECK(ethernet_address_equal(&message.sender_at, &our_mac));
    CHECK(message.sender.value == US);
}

static void check_ipv4(struct script *script, const struct ethernet_header *header,
                       const char *datagram, size_t bytes) {
    struct ipv4_header ip;
    CHECK(ipv4_read(datagram, bytes, false, &ip) == IPV4_OK);
    CHECK(ip.from.value == US && !ipv4_address_is_martian(ip.to) && ip.to.value != US);
    CHECK(!ethernet_address_is_group(&header->to));
    if (ip.protocol == IPV4_PROTOCOL_ICMP) {
        CHECK(bytes <= script->longest_input);
        return;
    }
    CHECK(ip.protocol == IPV4_PROTOCOL_TCP);
    CHECK(ip.to.value != FIXED || ethernet_address_equal(&header->to, &macs[0]));
    CHECK(tcp_segment_read(datagram + ip.header_bytes, ip.payload_bytes, ip.from, ip.to, false,
                           &script->last) == TCP_SEGMENT_OK);
    script->last_ip = ip;
}

static void drain(struct script *script) {
    uint32_t frames = 0;
    for (struct bytes sent; (sent = nic_sim_sent(script->nic)).len > 0; frames++) {
        struct ethernet_header header;
        CHECK(ethernet_read(sent.data, sent.len, &header));
        CHECK(ethernet_address_equal(&header.from, &our_mac));
        const char *payload = sent.data + header.header_bytes;
        size_t bytes = sent.len - header.header_bytes;
        if (header.type == ETHERNET_TYPE_ARP) {
            check_arp(payload, bytes);
        } else {
            check_ipv4(script, &header, payload, bytes);
        }
        nic_sim_drop_sent(script->nic);
    }
    CHECK(frames <= FRAMES_PER_TURN_MAX);
}

static void turn(struct script *script) {
    CHECK(stack_turn(script->stack, script->now) <= NIC_BURST_MAX);
    stack_flush(script->stack);
    CHECK(tcp_audit(stack_tcp(script->stack)) == NULL);
}

/* What comes in. */

static uint32_t put_header(char *frame, const struct ethernet_address *from,
                           const struct ethernet_address *to, uint16_t type) {
    return ethernet_write(frame, &(struct ethernet_header){.to = *to, .from = *from, .type = type});
}

static void put_arp(struct script *script) {
    char frame[64];
    uint8_t shape = next(script);
    const struct ethernet_address *at = CHOOSE(script, macs);
    struct arp_message message = {.operation = shape & 1 ? ARP_REPLY : ARP_REQUEST,
                                  .sender_at = *at,
                                  .sender = choose_address(script),
                                  .target_at = our_mac,
                                  .target = {shape & 2 ? US : choose_address(script).value}};
    uint32_t bytes = put_header(frame, at, shape & 4 ? &macs[4] : &our_mac, ETHERNET_TYPE_ARP);
    bytes += arp_write(frame + bytes, &message);
    if (shape & 8) {
        frame[14 + next(script) % ARP_BYTES] = (char)next(script);
    }
    put(script, frame, bytes);
}

static uint32_t put_ip(char *frame, struct ipv4_address from, uint8_t protocol, uint32_t bytes) {
    uint32_t at = put_header(frame, &macs[0], &our_mac, ETHERNET_TYPE_IPV4);
    ipv4_write(frame + at, &(struct ipv4_header){.from = from,
                                                 .to = {US},
                                                 .protocol = protocol,
                                                 .ttl = 64,
                                                 .header_bytes = IPV4_HEADER_BYTES,
                                                 .payload_bytes = bytes});
    return at + IPV4_HEADER_BYTES;
}

/* An echo, or an error that quotes what we sent last, perhaps not quite. */
static void put_icmp(struct script *script) {
    char message[FRAME_BYTES] = {0}, frame[FRAME_BYTES + 64];
    uint32_t bytes = ICMP_HEADER_BYTES + next(script) * 6u;
    uint8_t shape = next(script);
    message[0] = shape & 1 ? ICMP_TYPE_UNREACHABLE : ICMP_TYPE_ECHO;
    message[1] = (char)(next(script) % 16);
    uint16_t mtu = next_u16(script);
    message[6] = (char)(mtu >> 8);
    message[7] = (char)mtu;
    if (bytes >= ICMP_HEADER_BYTES + IPV4_HEADER_BYTES + TCP_HEADER_BYTES_MAX) {
        struct ipv4_header quoted = script->last_ip;
        quoted.payload_bytes = TCP_HEADER_BYTES;
        ipv4_write(message + ICMP_HEADER_BYTES, &quoted);
        struct tcp_segment segment = script->last;
        segment.seq.value += shape & 2 ? next_u16(script) : 0;
        segment.sack_count = 0;
        tcp_segment_write(message + ICMP_HEADER_BYTES + IPV4_HEADER_BYTES, &segment);
    }
    if (shape & 4) {
        message[ICMP_HEADER_BYTES + next(script) % 48] ^= (char)next(script);
    }
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, message, bytes));
    memcpy(message + 2, &sum, sizeof(sum));
    uint32_t at = put_ip(frame, choose_address(script), IPV4_PROTOCOL_ICMP, bytes);
    memcpy(frame + at, message, bytes);
    put(script, frame, at + bytes);
}

static void put_raw(struct script *script) {
    char frame[256];
    uint32_t bytes = next(script);
    for (uint32_t i = 0; i < bytes; i++) {
        frame[i] = (char)next(script);
    }
    if (next(script) & 1 && bytes >= ETHERNET_HEADER_BYTES) {
        put_header(frame, &macs[3], &our_mac, ETHERNET_TYPE_IPV4);
    }
    put(script, frame, bytes);
}

/* The peer acknowledges the last segment. */
static void put_ack(struct script *script) {
    char frame[128];
    const struct tcp_segment *last = &script->last;
    if (script->last_ip.to.value == 0) {
        return;
    }
    struct tcp_segment segment = {.from_port = last->to_port,
                                  .to_port = last->from_port,
                                  .seq = last->flags & TCP_ACK ? last->ack : tcp_seq_of(1000),
                                  .ack = tcp_seq_add(last->seq, tcp_segment_length(last)),
                                  .window = 65535,
                                  .window_scale = TCP_WINDOW_SCALE_NONE,
                                  .flags = TCP_ACK};
    if (last->flags & TCP_SYN) {
        segment.flags |= TCP_SYN;
        segment.mss = next(script) & 1 ? 1460 : 0;
    }
    uint32_t at = put_ip(frame, script->last_ip.to, IPV4_PROTOCOL_TCP, 0);
    uint32_t bytes = tcp_segment_write(frame + at, &segment);
    struct checksum sum =
        checksum_pseudo(script->last_ip.to, (struct ipv4_address){US}, IPV4_PROTOCOL_TCP);
    sum = checksum_add(checksum_add_u16(sum, (uint16_t)bytes), frame + at, bytes);
    uint16_t field = checksum_finish(sum);
    memcpy(frame + at + TCP_CHECKSUM_OFFSET, &field, sizeof(field));
    put_ip(frame, script->last_ip.to, IPV4_PROTOCOL_TCP, bytes);
    put(script, frame, at + bytes);
}

/* What the sessions do. */

static void use_stream(struct script *script) {
    uint8_t choice = next(script);
    struct stream **stream = &script->streams[choice % STREAMS];
    if (*stream == NULL) {
        *stream = stream_dial(stack_streams(script->stack), (choice >> 2) % 3);
        return;
    }
    struct stream_room room;
    switch (choice >> 4) {
    case 0:
        stream_discard(stack_streams(script->stack), *stream);
        *stream = NULL;
        break;
    case 1:
        stream_finish(*stream);
        break;
    default:
        if (stream_reserve(*stream, 1 + choice * 2u, &room) == STREAM_OK) {
            memset(room.data, 'x', room.bytes);
            stream_commit(*stream, room.bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
        }
        break;
    }
}

static void pass_time(struct script *script) {
    static const int64_t steps[] = {1000, NS_PER_MS, 100 * NS_PER_MS, NS_PER_S, 61 * NS_PER_S};
    struct instant due = stack_deadline(script->stack);
    if (next(script) & 1 && !instant_is_never(due) && due.ns > script->now.mono.ns) {
        script->now.mono = due;
    } else {
        script->now.mono.ns += *CHOOSE(script, steps);
    }
    turn(script);
}

static void trouble_nic(struct script *script) {
    uint8_t choice = next(script);
    nic_sim_refuse_take(script->nic, choice & 1, choice & 2);
    nic_sim_refuse_send(script->nic, choice & 4);
    nic_sim_set_link(script->nic, (choice & 24) != 24);
    nic_sim_verdict(script->nic, choice & 32 ? PACKET_GOOD : PACKET_UNKNOWN,
                    choice & 64 ? PACKET_GOOD : PACKET_UNKNOWN);
}

static void act(struct script *script) {
    switch (next(script) % 12) {
    case 0:
    case 1:
        put_arp(script);
        break;
    case 2:
    case 3:
        put_icmp(script);
        break;
    case 4:
        put_raw(script);
        break;
    case 5:
    case 6:
        put_ack(script);
        break;
    case 7:
    case 8:
        use_stream(script);
        break;
    case 9:
        trouble_nic(script);
        break;
    case 10:
        turn(script);
        drain(script);
        break;
    default:
        pass_time(script);
        break;
    }
}

/* Setup. */

static struct stack_setup setup_of(void) {
    struct stack_setup setup = stack_setup_default();
    setup.limits = (struct stack_limits){.tcp = {.stream = {.send_bytes = 4096,
                                                            .receive_bytes = 4096,
                                                            .record_bytes_max = 600,
                                                            .gather_bytes_max = 1024,
                                                            .hold_bytes = 4096,
                                                            .hold_records_max = 8},
                                                 .connections_max = STREAMS,
                                                 .listeners_max = 1,
                                                 .peers_max = 3,
                                                 .embryos_max = 4,
                                                 .time_waits_max = 4,
                                                 .ring_entries = 16,
                                                 .reassembly_packets_max = 16},
                                         .ports_max = 1,
                                         .neighbours_max = 4};
    return setup;
}

static void open_stack(struct script *script, void *memory, void *nic_memory) {
    static const uint32_t remotes[] = {FIXED, FOUND, 0x08080808};
    struct stack_setup setup = setup_of();
    script->nic = nic_sim_init(nic_memory, &nic_limits, &our_mac);
    script->stack = stack_init(memory, &setup);
    stack_add_port(script->stack, &(struct stack_port){.nic = nic_sim_nic(script->nic),
                                                       .address = {US},
                                                       .prefix_bits = 24,
                                                       .gateway = {GATEWAY}});
    CHECK(stack_add_neighbour(script->stack, 0, (struct ipv4_address){FIXED}, &macs[0]));
    struct tcp_profile profile = tcp_profile_default();
    for (uint32_t i = 0; i < 3; i++) {
        stack_add_peer(script->stack, &(struct tcp_peer){.local = {US},
                                                         .remote = {remotes[i]},
                                                         .remote_port = 443,
                                                         .profile = profile});
    }
    stack_listen(script->stack, &(struct tcp_listener){
                                    .local = {US}, .port = 80, .backlog = 2, .profile = profile});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static _Alignas(64) char memory[1 << 17], nic_memory[1 << 19];
    struct stack_limits limits = setup_of().limits;
    CHECK(stack_footprint(&limits) <= sizeof(memory));
    CHECK(nic_sim_footprint(&nic_limits) <= sizeof(nic_memory));
    struct script script = {.data = data, .left = size, .now.mono.ns = NS_PER_S};
    open_stack(&script, memory, nic_memory);
    turn(&script);
    while (script.left > 0) {
        act(&script);
    }
    drain(&script);
    stack_fini(script.stack);
    drain(&script);
    struct nic *nic = nic_sim_nic(script.nic);
    struct packet *packet;
    while (nic_receive(nic, script.now, &packet, 1) == 1) {
        nic_give(packet);
    }
    CHECK(nic_counters(nic).receive_pool_free == RECEIVE_PACKETS);
    CHECK(nic_counters(nic).send_pool_free == SEND_PACKETS);
    return 0;
}
