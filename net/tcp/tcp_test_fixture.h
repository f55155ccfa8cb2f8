/*
 * Two TCPs and the wire between them, in virtual time. For tests only.
 *
 * Side 0 is 10.0.0.1, side 1 is 10.0.0.2; side 0 dials peer 0, side 1 listens on port 443 (and the
 * other way round: peer 0 and listener 0 of both). A test may carry frames by hand instead
 * (pair_take, pair_inject), see what each says, and lose or change what it likes.
 */
#ifndef TERCEL_NET_TCP_TCP_TEST_FIXTURE_H
#define TERCEL_NET_TCP_TCP_TEST_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "net/nic_sim.h"
#include "net/tcp/tcp_internal.h"
#include "net/wire/checksum.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"

#define PAIR_PORT 443
#define PAIR_FRAME_BYTES 1600
#define PAIR_FRAMES_MAX 512
#define PAIR_RECEIVE_PACKETS 256
#define PAIR_SEND_PACKETS 256

struct pair_frame {
    struct instant due;
    uint32_t to; /* side */
    uint32_t bytes;
    char data[PAIR_FRAME_BYTES];
};

struct pair_end {
    struct nic_sim *sim;
    struct tcp *tcp;
    enum tcp_route route; /* what `below` says */
};

struct pair {
    struct pair_end end[2];
    struct now now;
    struct duration delay; /* one way */
    struct prng prng;
    uint32_t lose_in_1000, repeat_in_1000, late_in_1000;
    struct pair_frame frames[PAIR_FRAMES_MAX];
    uint32_t frame_count;
    uint64_t carried;
};

static inline struct ipv4_address pair_address(uint32_t side) {
    return (struct ipv4_address){.value = 0x0a000001 + side};
}

static inline struct ethernet_address pair_ethernet(uint32_t side) {
    return (struct ethernet_address){{2, 0, 0, 0, 0, (unsigned char)(1 + side)}};
}

static inline enum tcp_route pair_route(void *context, struct now now, struct ipv4_address local,
                                        struct ipv4_address remote, struct tcp_path *path) {
    (void)now;
    struct pair_end *end = context;
    cr_assert_neq(local.value, remote.value);
    if (end->route == TCP_ROUTE_NONE) {
        return TCP_ROUTE_NONE;
    }
    *path = (struct tcp_path){.nic = nic_sim_nic(end->sim),
                              .neighbour = 7,
                              .mtu = 1500,
                              .to = pair_ethernet(remote.value - pair_address(0).value)};
    return end->route;
}

static inline void pair_way_back(void *context, struct tcp_path *path) {
    struct pair_end *end = context;
    struct nic *nic = nic_sim_nic(end->sim);
    uint32_t other = nic->address.byte[5] == 1 ? 1 : 0;
    *path = (struct tcp_path){
        .nic = nic, .neighbour = TCP_NONE, .mtu = 1500, .to = pair_ethernet(other)};
}

static inline struct tcp_setup pair_setup(void) {
    struct tcp_setup setup = tcp_setup_default();
    setup.limits = (struct tcp_limits){.stream = {.send_bytes = 65536,
                                                  .receive_bytes = 65536,
                                                  .record_bytes_max = 1400,
                                                  .gather_bytes_max = 4096,
                                                  .hold_bytes = 65536,
                                                  .hold_records_max = 16},
                                       .connections_max = 8,
                                       .listeners_max = 2,
                                       .peers_max = 2,
                                       .embryos_max = 4,
                                       .time_waits_max = 4,
                                       .ring_entries = 64,
                                       .reassembly_packets_max = 64};
    setup.port_first = 40000;
    setup.port_last = 40099;
    return setup;
}

static inline void *pair_memory(size_t bytes) {
    cr_assert_gt(bytes, 0);
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static inline void pair_end_init(struct pair *pair, uint32_t side, const struct tcp_setup *given) {
    struct pair_end *end = &pair->end[side];
    struct nic_sim_limits limits = {.receive_packets = PAIR_RECEIVE_PACKETS,
                                    .send_packets = PAIR_SEND_PACKETS,
                                    .control_packets = 32,
                                    .send_ring = 256,
                                    .buffer_bytes = 2048};
    struct ethernet_address address = pair_ethernet(side);
    end->sim = nic_sim_init(pair_memory(nic_sim_footprint(&limits)), &limits, &address);
    struct tcp_setup setup = *given;
    setup.below =
        (struct tcp_below){.route = pair_route, .way_back = pair_way_back, .context = end};
    setup.seed.key[0] = (unsigned char)(1 + side);
    end->tcp = tcp_init(pair_memory(tcp_footprint(&setup.limits)), &setup);
    struct tcp_listener listener = {.local = pair_address(side),
                                    .port = PAIR_PORT,
                                    .backlog = 4,
                                    .profile = tcp_profile_default()};
    struct tcp_peer peer = {.local = pair_address(side),
                            .remote = pair_address(1 - side),
                            .remote_port = PAIR_PORT,
                            .profile = tcp_profile_default()};
    cr_assert_eq(tcp_listen(end->tcp, &listener), 0);
    cr_assert_eq(tcp_add_peer(end->tcp, &peer), 0);
}

static inline void pair_turn(struct pair *pair) {
    for (uint32_t side = 0; side < 2; side++) {
        tcp_turn(pair->end[side].tcp, pair->now);
        tcp_timers(pair->end[side].tcp);
    }
}

static inline struct pair *pair_make(const struct tcp_setup *setup) {
    struct pair *pair = calloc(1, sizeof(*pair));
    pair->now = (struct now){.mono.ns = 5 * NS_PER_S, .utc.ns = 1700000000 * NS_PER_S};
    pair->delay.ns = 50 * NS_PER_US;
    prng_seed(&pair->prng, 1);
    pair_end_init(pair, 0, setup);
    pair_end_init(pair, 1, setup);
    pair_turn(pair);
    return pair;
}

/* Every packet is back in its pool; the frames still underway are lost. */
static inline void pair_free(struct pair *pair) {
    for (uint32_t side = 0; side < 2; side++) {
        struct pair_end *end = &pair->end[side];
        tcp_fini(end->tcp);
        while (nic_sim_sent(end->sim).len != 0) {
            nic_sim_drop_sent(end->sim);
        }
        struct nic_counters counters = nic_counters(nic_sim_nic(end->sim));
        cr_assert_eq(counters.receive_pool_free, PAIR_RECEIVE_PACKETS, "side %u", side);
        cr_assert_eq(counters.send_pool_free, PAIR_SEND_PACKETS, "side %u", side);
        free(end->tcp);
        free(end->sim);
    }
    free(pair);
}

static inline void pair_audit(const struct pair *pair) {
    for (uint32_t side = 0; side < 2; side++) {
        const char *wrong = tcp_audit(pair->end[side].tcp);
        cr_assert_null(wrong, "side %u: %s", side, wrong);
    }
}

/* As net/stack.c gives frames to TCP. */
static inline void pair_receive(struct pair *pair, uint32_t side, struct bytes frame) {
    struct pair_end *end = &pair->end[side];
    struct packet *packet;
    cr_assert(nic_sim_put(end->sim, frame));
    cr_assert_eq(nic_receive(nic_sim_nic(end->sim), pair->now, &packet, 1), 1);
    if (tcp_input_fast(end->tcp, packet)) {
        return;
    }
    struct ethernet_header ethernet;
    struct ipv4_header ip;
    cr_assert(ethernet_read(frame.data, frame.len, &ethernet));
    enum ipv4_result result = ipv4_read(frame.data + ethernet.header_bytes,
                                        frame.len - ethernet.header_bytes, false, &ip);
    cr_assert_eq(result, IPV4_OK);
    tcp_input(end->tcp, packet, &ip, ethernet.header_bytes + ip.header_bytes);
}

/* By hand. */

/* The oldest frame that `side` sent, read and removed; false when there is none. */
static inline bool pair_take(struct pair *pair, uint32_t side, struct tcp_segment *segment,
                             struct pair_frame *copy) {
    struct bytes frame = nic_sim_sent(pair->end[side].sim);
    if (frame.len == 0) {
        return false;
    }
    struct ethernet_header ethernet;
    struct ipv4_header ip;
    cr_assert(ethernet_read(frame.data, frame.len, &ethernet));
    cr_assert_eq(ipv4_read(frame.data + ethernet.header_bytes, frame.len - ethernet.header_bytes,
                           false, &ip),
                 IPV4_OK);
    cr_assert_eq(tcp_segment_read(frame.data + ethernet.header_bytes + ip.header_bytes,
                                  ip.payload_bytes, ip.from, ip.to, false, segment),
                 TCP_SEGMENT_OK);
    if (copy != NULL) {
        cr_assert_leq(frame.len, PAIR_FRAME_BYTES);
        memcpy(copy->data, frame.data, frame.len);
        copy->bytes = (uint32_t)frame.len;
    }
    nic_sim_drop_sent(pair->end[side].sim);
    return true;
}

/* A segment from the other side's address to `side`; ports as given. */
static inline void pair_inject(struct pair *pair, uint32_t side, const struct tcp_segment *segment,
                               struct bytes text) {
    char frame[PAIR_FRAME_BYTES];
    struct ethernet_header ethernet = {
        .to = pair_ethernet(side), .from = pair_ethernet(1 - side), .type = ETHERNET_TYPE_IPV4};
    uint32_t at = ethernet_write(frame, &ethernet);
    char *header = frame + at + IPV4_HEADER_BYTES;
    uint32_t header_bytes = tcp_segment_write(header, segment);
    memcpy(header + header_bytes, text.data, text.len);
    uint32_t bytes = header_bytes + (uint32_t)text.len;
    struct ipv4_header ip = {.from = pair_address(1 - side),
                             .to = pair_address(side),
                             .protocol = IPV4_PROTOCOL_TCP,
                             .ttl = 64,
                             .dont_fragment = true,
                             .payload_bytes = bytes};
    ipv4_write(frame + at, &ip);
    struct checksum sum = checksum_pseudo(ip.from, ip.to, IPV4_PROTOCOL_TCP);
    sum = checksum_add(checksum_add_u16(sum, (uint16_t)bytes), header, bytes);
    uint16_t field = checksum_finish(sum);
    memcpy(header + TCP_CHECKSUM_OFFSET, &field, sizeof(field));
    pair_receive(pair, side, bytes_of(frame, at + IPV4_HEADER_BYTES + bytes));
}

/* By time. */

static inline void pair_queue(struct pair *pair, uint32_t to, struct bytes frame) {
    cr_assert_lt(pair->frame_count, PAIR_FRAMES_MAX);
    cr_assert_leq(frame.len, PAIR_FRAME_BYTES);
    struct pair_frame *queued = &pair->frames[pair->frame_count++];
    queued->due = instant_add(pair->now.mono, pair->delay);
    if (prng_below(&pair->prng, 1000) < pair->late_in_1000) {
        queued->due.ns += (int64_t)prng_below(&pair->prng, (uint64_t)pair->delay.ns * 3);
    }
    queued->to = to;
    queued->bytes = (uint32_t)frame.len;
    memcpy(queued->data, frame.data, frame.len);
}

static inline void pair_collect(struct pair *pair) {
    for (uint32_t side = 0; side < 2; side++) {
        for (;;) {
            struct bytes frame = nic_sim_sent(pair->end[side].sim);
            if (frame.len == 0) {
                break;
            }
            pair->carried++;
            if (prng_below(&pair->prng, 1000) >= pair->lose_in_1000) {
                pair_queue(pair, 1 - side, frame);
            }
            if (prng_below(&pair->prng, 1000) < pair->repeat_in_1000) {
                pair_queue(pair, 1 - side, frame);
            }
            nic_sim_drop_sent(pair->end[side].sim);
        }
    }
}

/* What is due, in the order of time; the oldest first among equals. */
static inline void pair_deliver(struct pair *pair) {
    for (;;) {
        uint32_t best = UINT32_MAX;
        for (uint32_t i = 0; i < pair->frame_count; i++) {
            if (pair->frames[i].due.ns <= pair->now.mono.ns &&
                (best == UINT32_MAX || pair->frames[i].due.ns < pair->frames[best].due.ns)) {
                best = i;
            }
        }
        if (best == UINT32_MAX) {
            return;
        }
        struct pair_frame frame = pair->frames[best];
        pair->frame_count--;
        memmove(&pair->frames[best], &pair->frames[best + 1],
                (pair->frame_count - best) * sizeof(frame));
        pair_receive(pair, frame.to, bytes_of(frame.data, frame.bytes));
    }
}

static inline void pair_flush(struct pair *pair) {
    tcp_flush(pair->end[0].tcp);
    tcp_flush(pair->end[1].tcp);
    pair_collect(pair);
}

static inline struct instant pair_deadline(const struct pair *pair) {
    struct instant at =
        instant_earlier(tcp_deadline(pair->end[0].tcp), tcp_deadline(pair->end[1].tcp));
    for (uint32_t i = 0; i < pair->frame_count; i++) {
        at = instant_earlier(at, pair->frames[i].due);
    }
    return at;
}

/* To `at`, and what is due then. Frames sent by the caller since leave first. */
static inline void pair_go_to(struct pair *pair, struct instant at) {
    pair_flush(pair);
    int64_t ns = at.ns > pair->now.mono.ns ? at.ns - pair->now.mono.ns : 0;
    pair->now.mono.ns += ns;
    pair->now.utc.ns += ns;
    pair_turn(pair);
    pair_deliver(pair);
    pair_flush(pair);
}

/* On to whatever happens next, or `most` later; false when nothing does by then. */
static inline bool pair_step(struct pair *pair, struct duration most) {
    pair_flush(pair);
    struct instant until = instant_add(pair->now.mono, most);
    struct instant next = pair_deadline(pair);
    pair_go_to(pair, instant_earlier(next, until));
    pair_audit(pair);
    return next.ns <= until.ns;
}

static inline void pair_run(struct pair *pair, struct duration time) {
    struct instant end = instant_add(pair->now.mono, time);
    for (uint32_t i = 0; pair->now.mono.ns < end.ns; i++) {
        cr_assert_lt(i, 1000000, "it does not come to rest");
        pair_step(pair, instant_since(end, pair->now.mono));
    }
}

static inline struct duration pair_ms(int64_t ms) {
    return (struct duration){.ns = ms * NS_PER_MS};
}

/* Side 0 dials side 1; both streams are open. */
static inline void pair_connect(struct pair *pair, struct stream *streams[2]) {
    streams[0] = stream_dial(tcp_streams(pair->end[0].tcp), 0);
    cr_assert_not_null(streams[0]);
    streams[1] = NULL;
    for (int i = 0; i < 1000 && streams[1] == NULL; i++) {
        pair_step(pair, pair_ms(100));
        streams[1] = stream_accept(tcp_streams(pair->end[1].tcp), 0);
    }
    cr_assert_not_null(streams[1]);
    cr_assert_eq(stream_state(streams[0]), STREAM_OPEN);
    cr_assert_eq(stream_state(streams[1]), STREAM_OPEN);
}

static inline enum stream_result pair_write(struct stream *stream, struct bytes text) {
    struct stream_room room;
    enum stream_result result = stream_reserve(stream, text.len, &room);
    if (result == STREAM_OK) {
        memcpy(room.data, text.data, text.len);
        stream_commit(stream, text.len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
    return result;
}

#endif
