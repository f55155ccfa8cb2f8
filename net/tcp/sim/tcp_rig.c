#include "net/tcp/sim/tcp_rig.h"

#include <stdlib.h>
#include <string.h>

#define LISTEN_PORT 4001
#define PEER_PORT 9000
#define PEER_ISS 70000
#define TEXT_MAX 1400
#define FRAME_MAX 1600
#define PEER_WINDOW 60000
#define SEND_PACKETS 48
#define RECEIVE_PACKETS 48
#define RIGS_MAX 2 /* open at once */

static const struct ipv4_address ours = {0x0a000001}, theirs = {0x0a000002};
static const struct ethernet_address our_mac = {{2, 0, 0, 0, 0, 1}};
static const struct ethernet_address their_mac = {{2, 0, 0, 0, 0, 2}};

/* What is written where. */

static char written_at(uint32_t offset) {
    return (char)(offset * UINT32_C(2654435761) >> 24);
}

static char said_at(uint32_t seq) {
    return (char)(seq * UINT32_C(2246822519) >> 24);
}

/* What leaves. */

static void hash_frame(struct tcp_rig *rig, struct bytes frame) {
    for (size_t i = 0; i < frame.len; i++) {
        rig->hash = (rig->hash ^ (unsigned char)frame.data[i]) * UINT64_C(0x100000001b3);
    }
    rig->hash ^= (uint64_t)rig->now.mono.ns;
    rig->frames++;
}

static void check_text(const struct tcp_rig *rig, struct bytes frame,
                       const struct tcp_sim_frame *read) {
    uint32_t offset = read->seq - rig->iss - 1;
    if (read->payload_bytes == 0) {
        return;
    }
    CHECK(rig->iss_known);
    CHECK((uint64_t)offset + read->payload_bytes <= rig->written);
    for (uint32_t i = 0; i < read->payload_bytes; i++) {
        CHECK(frame.data[read->payload_offset + i] == written_at(offset + i));
    }
}

/* Unscaled: who makes up a SYN that scales is not judged by it. */
static void check_edge(struct tcp_rig *rig, const struct tcp_sim_frame *read) {
    uint32_t edge = read->ack + read->window;
    CHECK(rig->scaled || !rig->edge_known || (int32_t)(edge - rig->edge) >= 0);
    if (!rig->edge_known || (int32_t)(edge - rig->edge) > 0) {
        rig->edge = edge;
    }
    rig->edge_known = true;
}

static void note_syn(struct tcp_rig *rig, const struct tcp_sim_frame *read) {
    if (rig->iss_known && rig->iss == read->seq && rig->syn_ack == read->ack) {
        return;
    }
    rig->syn_ack = read->ack;
    rig->iss_known = true;
    rig->iss = read->seq;
    rig->ack = read->seq + 1;
    rig->edge_known = false;
    rig->local_port = read->from_port;
}

static void see(struct tcp_rig *rig, struct bytes frame) {
    struct tcp_sim_frame read;
    tcp_sim_frame_read(frame.data, frame.len, true, &read);
    hash_frame(rig, frame);
    CHECK(read.kind == TCP_SIM_FRAME_TCP);
    CHECK(read.from == ours.value && read.to == theirs.value && read.dont_fragment);
    if (read.flags & TCP_SIM_RST) {
        rig->resets++;
        return;
    }
    if (read.to_port != PEER_PORT) {
        return; /* somebody the fuzzer made up */
    }
    if (read.flags & TCP_SIM_SYN) {
        note_syn(rig, &read);
    }
    if (read.from_port != rig->local_port) {
        return;
    }
    check_text(rig, frame, &read);
    if (read.flags & TCP_SIM_ACK) {
        check_edge(rig, &read);
        rig->heard = read.ack;
    }
    uint32_t end = read.seq + tcp_sim_frame_length(&read);
    rig->ack = (int32_t)(end - rig->ack) > 0 ? end : rig->ack;
    rig->ts_echo = read.has_timestamps ? read.ts_value : rig->ts_echo;
}

static void settle(struct tcp_rig *rig) {
    struct bytes frame;
    while ((frame = nic_sim_sent(rig->nic)).len != 0) {
        see(rig, frame);
        nic_sim_drop_sent(rig->nic);
    }
    CHECK(tcp_audit(rig->tcp) == NULL);
}

/* What arrives. */

static void arrive(struct tcp_rig *rig, char *frame, const struct tcp_sim_frame *text) {
    char *ip = frame + ETHERNET_HEADER_BYTES;
    memcpy(frame, our_mac.byte, ETHERNET_ADDRESS_BYTES);
    memcpy(frame + ETHERNET_ADDRESS_BYTES, their_mac.byte, ETHERNET_ADDRESS_BYTES);
    tcp_sim_frame_put16(frame + 12, ETHERNET_TYPE_IPV4);
    uint32_t tcp_bytes = text->tcp_header_bytes + text->payload_bytes;
    struct ipv4_header header = {.from = theirs,
                                 .to = ours,
                                 .protocol = IPV4_PROTOCOL_TCP,
                                 .ttl = 64,
                                 .dont_fragment = true,
                                 .header_bytes = IPV4_HEADER_BYTES,
                                 .payload_bytes = tcp_bytes};
    ipv4_write(ip, &header);
    tcp_sim_frame_mend(frame, text);
    struct packet *packet;
    if (!nic_sim_put(rig->nic, bytes_of(frame, text->tcp_offset + tcp_bytes)) ||
        nic_receive(nic_sim_nic(rig->nic), rig->now, &packet, 1) != 1) {
        return; /* the pool is empty, as it may be */
    }
    struct tcp_sim_frame read;
    tcp_sim_frame_read(frame, text->tcp_offset + tcp_bytes, true, &read);
    rig->scaled |= read.has_scale;
    bool is_reset = tcp_bytes > 13 && (frame[text->tcp_offset + 13] & TCP_SIM_RST) != 0;
    uint32_t resets = rig->resets;
    if (!tcp_input_fast(rig->tcp, packet)) {
        tcp_input(rig->tcp, packet, &header, text->tcp_offset);
    }
    settle(rig);
    CHECK(!is_reset || rig->resets == resets);
}

static struct tcp_sim_frame text_at(uint32_t header_bytes, uint32_t text_bytes) {
    return (struct tcp_sim_frame){.from = theirs.value,
                                  .to = ours.value,
                                  .tcp_offset = ETHERNET_HEADER_BYTES + IPV4_HEADER_BYTES,
                                  .tcp_header_bytes = header_bytes,
                                  .payload_bytes = text_bytes};
}

struct tcp_segment tcp_rig_next(const struct tcp_rig *rig, uint8_t flags) {
    return (struct tcp_segment){.from_port = PEER_PORT,
                                .to_port = rig->local_port,
                                .seq = {rig->seq},
                                .ack = {rig->ack},
                                .flags = flags,
                                .window = rig->window,
                                .window_scale = TCP_WINDOW_SCALE_NONE,
                                .has_timestamps = rig->setup.timestamps,
                                .ts_value = rig->ts_value,
                                .ts_echo = rig->ts_echo};
}

void tcp_rig_deliver(struct tcp_rig *rig, const struct tcp_segment *segment, uint32_t text_bytes) {
    char frame[FRAME_MAX];
    struct tcp_sim_frame text = text_at(0, text_bytes);
    char *header = frame + text.tcp_offset;
    CHECK(text_bytes <= TEXT_MAX);
    text.tcp_header_bytes = tcp_segment_write(header, segment);
    uint32_t first = segment->seq.value + ((segment->flags & TCP_SYN) != 0);
    for (uint32_t i = 0; i < text_bytes; i++) {
        header[text.tcp_header_bytes + i] = said_at(first + i);
    }
    arrive(rig, frame, &text);
}

void tcp_rig_say(struct tcp_rig *rig, uint8_t flags, uint32_t text_bytes) {
    struct tcp_segment segment = tcp_rig_next(rig, flags);
    if (flags & TCP_SYN) {
        segment.mss = 1460;
        segment.sack_permitted = rig->setup.sack;
    }
    tcp_rig_deliver(rig, &segment, text_bytes);
    rig->seq = segment.seq.value + text_bytes + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
}

void tcp_rig_deliver_bytes(struct tcp_rig *rig, const uint8_t *bytes, uint32_t count) {
    char frame[FRAME_MAX];
    struct tcp_sim_frame text = text_at(count, 0);
    if (count < TCP_HEADER_BYTES || count > TEXT_MAX) {
        return;
    }
    memcpy(frame + text.tcp_offset, bytes, count);
    arrive(rig, frame, &text);
}

/* Time. */

void tcp_rig_pass(struct tcp_rig *rig, int64_t ns) {
    tcp_flush(rig->tcp);
    settle(rig);
    rig->now.mono.ns += ns;
    rig->ts_value += (uint32_t)(ns / NS_PER_MS);
    tcp_turn(rig->tcp, rig->now);
    tcp_timers(rig->tcp);
    tcp_flush(rig->tcp);
    settle(rig);
}

void tcp_rig_pass_to_deadline(struct tcp_rig *rig) {
    struct instant at = tcp_deadline(rig->tcp);
    if (!instant_is_never(at)) {
        tcp_rig_pass(rig, at.ns > rig->now.mono.ns ? at.ns - rig->now.mono.ns : 0);
    }
}

/* The application. */

void tcp_rig_write(struct tcp_rig *rig, uint32_t bytes, uint64_t release_after) {
    struct stream_room room;
    if (rig->stream == NULL || bytes == 0 ||
        stream_reserve(rig->stream, bytes, &room) != STREAM_OK) {
        return;
    }
    for (uint32_t i = 0; i < bytes; i++) {
        room.data[i] = written_at(rig->written + i);
    }
    rig->written += bytes;
    stream_commit(rig->stream, bytes, (struct stream_position){.value = release_after},
                  STREAM_PLAIN);
    settle(rig);
}

/* The sequence number of the first byte that was ever to be read. */
static uint32_t first_seq(const struct tcp_info *info) {
    bool fin = info->state == TCP_CLOSE_WAIT || info->state == TCP_LAST_ACK ||
               info->state == TCP_CLOSING || info->state == TCP_TIME_WAIT;
    return info->rcv_nxt.value - (uint32_t)info->bytes_in - fin;
}

void tcp_rig_read(struct tcp_rig *rig, uint32_t bytes_max) {
    if (rig->stream == NULL) {
        return;
    }
    struct tcp_info info = tcp_info(rig->stream);
    struct bytes view = stream_peek(rig->stream, 0);
    uint32_t seq = first_seq(&info) + rig->read;
    bool known = info.state != TCP_CLOSED; /* then whether a FIN came is not told */
    for (size_t i = 0; i < view.len && known; i++) {
        CHECK(view.data[i] == said_at(seq + (uint32_t)i));
    }
    uint32_t count = view.len < bytes_max ? (uint32_t)view.len : bytes_max;
    stream_consume(rig->stream, count, STREAM_PLAIN);
    rig->read += count;
}

void tcp_rig_finish(struct tcp_rig *rig) {
    if (rig->stream != NULL) {
        stream_finish(rig->stream);
        settle(rig);
    }
}

void tcp_rig_discard(struct tcp_rig *rig) {
    if (rig->stream != NULL) {
        stream_discard(tcp_streams(rig->tcp), rig->stream);
        rig->stream = NULL;
        settle(rig);
    }
}

static void begin_stream(struct tcp_rig *rig, struct stream *stream) {
    rig->stream = stream;
    rig->written = 0;
    rig->read = 0;
}

void tcp_rig_dial(struct tcp_rig *rig) {
    if (rig->stream != NULL) {
        return;
    }
    struct stream *stream = stream_dial(tcp_streams(rig->tcp), 0);
    if (stream != NULL) {
        begin_stream(rig, stream);
        rig->local_port = tcp_info(stream).flow.local_port;
        rig->iss_known = false;
    }
    settle(rig);
}

void tcp_rig_accept(struct tcp_rig *rig) {
    struct stream *stream = stream_accept(tcp_streams(rig->tcp), 0);
    if (stream == NULL) {
        return;
    }
    struct tcp_flow flow = tcp_info(stream).flow;
    bool is_peer = flow.remote_port == PEER_PORT && flow.local_port == rig->local_port;
    if (rig->stream == NULL && is_peer) {
        begin_stream(rig, stream);
    } else {
        stream_discard(tcp_streams(rig->tcp), stream);
    }
    settle(rig);
}

/* Beginning and end. */

static enum tcp_route route(void *context, struct now now, struct ipv4_address local,
                            struct ipv4_address remote, struct tcp_path *path) {
    const struct tcp_rig *rig = context;
    (void)now;
    if (local.value != ours.value || remote.value != theirs.value) {
        return TCP_ROUTE_NONE;
    }
    *path = (struct tcp_path){
        .nic = nic_sim_nic(rig->nic), .neighbour = 1, .mtu = 1500, .to = their_mac};
    return rig->unresolved ? TCP_ROUTE_UNRESOLVED : TCP_ROUTE_OK;
}

static void way_back(void *context, struct tcp_path *path) {
    const struct tcp_rig *rig = context;
    *path = (struct tcp_path){
        .nic = nic_sim_nic(rig->nic), .neighbour = UINT32_MAX, .mtu = 1500, .to = their_mac};
}

/* Kept for the next rig: a fuzzer opens some thousands a second. */
struct tcp_rig_memory {
    void *tcp, *nic;
    bool taken;
};

static void *memory_of(size_t bytes) {
    CHECK(bytes != 0);
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static struct tcp_rig_memory *take_memory(const struct nic_sim_limits *nic,
                                          const struct tcp_limits *tcp) {
    static struct tcp_rig_memory memories[RIGS_MAX];
    struct tcp_rig_memory *memory = &memories[memories[0].taken];
    CHECK(!memory->taken);
    if (memory->tcp == NULL) {
        memory->tcp = memory_of(tcp_footprint(tcp));
        memory->nic = memory_of(nic_sim_footprint(nic));
    }
    memory->taken = true;
    return memory;
}

static struct tcp_limits limits_of(bool small) {
    return (struct tcp_limits){.stream = {.send_bytes = small ? 2000 : 16384,
                                          .receive_bytes = small ? 1500 : 16384,
                                          .record_bytes_max = 1400,
                                          .gather_bytes_max = 1000,
                                          .hold_bytes = 2000,
                                          .hold_records_max = 4},
                               .connections_max = small ? 1 : 3,
                               .listeners_max = 1,
                               .peers_max = 1,
                               .embryos_max = small ? 1 : 3,
                               .time_waits_max = small ? 1 : 2,
                               .ring_entries = small ? 8 : 16,
                               .reassembly_packets_max = small ? 2 : 12};
}

static void start_tcp(struct tcp_rig *rig) {
    struct tcp_setup setup = tcp_setup_default();
    setup.limits = limits_of(rig->setup.small);
    setup.below = (struct tcp_below){.route = route, .way_back = way_back, .context = rig};
    setup.slow_only = rig->setup.slow_only;
    setup.isn_is_fixed = rig->setup.near_wrap;
    setup.isn = UINT32_MAX - 2000;
    setup.port_first = 40000;
    setup.port_last = 40003;
    struct tcp_profile profile = tcp_profile_default();
    profile.timestamps = rig->setup.timestamps;
    profile.ack_delay.ns = rig->setup.small ? 0 : 40 * NS_PER_MS;
    profile.keepalive_idle.ns = rig->setup.small ? NS_PER_S : 0;
    rig->tcp = tcp_init(rig->memory->tcp, &setup);
    struct tcp_listener listener = {
        .local = ours, .port = LISTEN_PORT, .backlog = 2, .profile = profile};
    struct tcp_peer peer = {
        .local = ours, .remote = theirs, .remote_port = PEER_PORT, .profile = profile};
    CHECK(tcp_listen(rig->tcp, &listener) == 0 && tcp_add_peer(rig->tcp, &peer) == 0);
    tcp_turn(rig->tcp, rig->now);
}

static void connect(struct tcp_rig *rig) {
    tcp_rig_dial(rig);
    tcp_rig_say(rig, TCP_SYN | TCP_ACK, 0);
    CHECK(stream_state(rig->stream) == STREAM_OPEN);
    tcp_rig_pass(rig, NS_PER_MS);
}

static void accept_one(struct tcp_rig *rig) {
    tcp_rig_say(rig, TCP_SYN, 0);
    tcp_rig_say(rig, TCP_ACK, 0);
    tcp_rig_accept(rig);
    CHECK(rig->stream != NULL);
}

static void write_records(struct tcp_rig *rig) {
    static const uint32_t records[] = {100, 1, 1400, 300, 90};
    uint32_t most = rig->setup.small ? 3 : 5;
    for (uint32_t i = 0; i < most; i++) {
        tcp_rig_write(rig, records[i], 0);
    }
}

static void sack_some(struct tcp_rig *rig) {
    struct tcp_segment segment = tcp_rig_next(rig, TCP_ACK);
    segment.ack.value = rig->iss + 1;
    segment.sack_count = 1;
    segment.sack[0].left.value = rig->iss + 1 + 100;
    segment.sack[0].right.value = rig->iss + 1 + 101;
    tcp_rig_deliver(rig, &segment, 0);
}

static void say_beyond_a_hole(struct tcp_rig *rig) {
    struct tcp_segment segment = tcp_rig_next(rig, TCP_ACK);
    segment.seq.value += 10;
    tcp_rig_deliver(rig, &segment, 50);
}

static void reach_open(struct tcp_rig *rig, enum tcp_rig_state state) {
    connect(rig);
    switch (state) {
    case TCP_RIG_IN_FLIGHT:
        write_records(rig);
        break;
    case TCP_RIG_LOSS:
        write_records(rig);
        sack_some(rig);
        break;
    case TCP_RIG_HOLE:
        say_beyond_a_hole(rig);
        break;
    case TCP_RIG_ZERO_WINDOW:
        rig->window = 0;
        tcp_rig_say(rig, TCP_ACK, 1);
        write_records(rig);
        break;
    case TCP_RIG_FULL:
        for (int i = 0; i < 12; i++) {
            tcp_rig_say(rig, TCP_ACK, TEXT_MAX);
        }
        rig->seq = rig->heard;
        break;
    default:
        break;
    }
}

static void reach_end(struct tcp_rig *rig, enum tcp_rig_state state) {
    connect(rig);
    if (state == TCP_RIG_CLOSED) {
        tcp_rig_say(rig, TCP_RST, 0);
        return;
    }
    if (state == TCP_RIG_CLOSE_WAIT || state == TCP_RIG_LAST_ACK) {
        tcp_rig_say(rig, TCP_FIN | TCP_ACK, 0);
    }
    uint32_t before = rig->ack;
    if (state != TCP_RIG_CLOSE_WAIT) {
        tcp_rig_finish(rig);
    }
    if (state == TCP_RIG_CLOSING) {
        uint32_t after = rig->ack;
        rig->ack = before;
        tcp_rig_say(rig, TCP_FIN | TCP_ACK, 0);
        rig->ack = after;
    }
    if (state == TCP_RIG_FIN_WAIT_2 || state == TCP_RIG_TIME_WAIT) {
        tcp_rig_say(rig, TCP_ACK, 0);
    }
    if (state == TCP_RIG_TIME_WAIT) {
        tcp_rig_say(rig, TCP_FIN | TCP_ACK, 0);
    }
}

static void reach(struct tcp_rig *rig, enum tcp_rig_state state) {
    if (state >= TCP_RIG_FIN_WAIT_1) {
        reach_end(rig, state);
    } else if (state >= TCP_RIG_IN_FLIGHT || state == TCP_RIG_ESTABLISHED) {
        reach_open(rig, state);
    } else if (state == TCP_RIG_ACCEPTED) {
        accept_one(rig);
    } else if (state == TCP_RIG_EMBRYO) {
        tcp_rig_say(rig, TCP_SYN, 0);
    } else if (state != TCP_RIG_LISTEN) {
        rig->unresolved = state == TCP_RIG_RESOLVING;
        tcp_rig_dial(rig);
        if (state == TCP_RIG_SYN_RECEIVED) {
            tcp_rig_say(rig, TCP_SYN, 0);
        }
    }
}

void tcp_rig_open(struct tcp_rig *rig, const struct tcp_rig_setup *setup,
                  enum tcp_rig_state state) {
    static const struct nic_sim_limits limits = {.receive_packets = RECEIVE_PACKETS,
                                                 .send_packets = SEND_PACKETS,
                                                 .control_packets = 8,
                                                 .send_ring = 32,
                                                 .buffer_bytes = 2048};
    *rig = (struct tcp_rig){.setup = *setup,
                            .now = {.mono = {.ns = 5 * NS_PER_S}},
                            .local_port = LISTEN_PORT,
                            .seq = setup->near_wrap ? UINT32_MAX - 1000 : PEER_ISS,
                            .window = PEER_WINDOW,
                            .ts_value = 1000};
    struct tcp_limits largest = limits_of(false);
    rig->memory = take_memory(&limits, &largest);
    rig->nic = nic_sim_init(rig->memory->nic, &limits, &our_mac);
    start_tcp(rig);
    reach(rig, state);
}

void tcp_rig_close(struct tcp_rig *rig) {
    nic_sim_refuse_take(rig->nic, false, false);
    nic_sim_refuse_send(rig->nic, false);
    tcp_fini(rig->tcp);
    settle(rig);
    struct nic_counters counters = nic_counters(nic_sim_nic(rig->nic));
    CHECK(counters.receive_pool_free == RECEIVE_PACKETS);
    CHECK(counters.send_pool_free == SEND_PACKETS);
    rig->memory->taken = false;
}

struct tcp_rig_setup tcp_rig_setup_of(uint8_t byte) {
    return (struct tcp_rig_setup){.slow_only = (byte & 1) != 0,
                                  .timestamps = (byte & 2) == 0,
                                  .sack = (byte & 4) == 0,
                                  .small = (byte & 8) != 0,
                                  .near_wrap = (byte & 16) != 0};
}
