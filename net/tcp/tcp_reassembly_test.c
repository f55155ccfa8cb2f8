/*
 * Against a model that knows of each byte of the stream whether it came: random segments, cut and
 * overlapping at will, and what the SACK blocks say of them.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/nic_sim.h"
#include "net/tcp/tcp_segment_in.h"

#define STREAM_BYTES 200000
#define RUN_BYTES 20000 /* of it are sent at random */
#define WINDOW_BYTES 4096
#define SEGMENT_BYTES_MAX 200
#define FULL_BYTES 800 /* of a segment as a peer in a hurry fills them */
#define POOL_PACKETS 512

struct bench {
    struct nic_sim *sim;
    struct tcp *tcp;
    struct tcp_connection *c;
    struct tcp_seq first; /* of the stream's first byte */
    bool came[STREAM_BYTES + 1];
    uint32_t read; /* bytes taken off the chain and compared */
};

static char byte_at(uint32_t offset) {
    return (char)(offset * 7 + offset / 251);
}

static void *memory(size_t bytes) {
    cr_assert_gt(bytes, 0);
    return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static void bench_init(struct bench *bench, uint32_t isn, uint32_t packets_max) {
    *bench = (struct bench){.first = tcp_seq_of(isn)};
    struct nic_sim_limits sim_limits = {.receive_packets = POOL_PACKETS,
                                        .send_packets = 8,
                                        .control_packets = 4,
                                        .send_ring = 8,
                                        .buffer_bytes = 1024};
    bench->sim = nic_sim_init(memory(nic_sim_footprint(&sim_limits)), &sim_limits,
                              &(struct ethernet_address){{2, 0, 0, 0, 0, 1}});
    struct tcp_setup setup = tcp_setup_default();
    setup.limits = (struct tcp_limits){.stream = {.send_bytes = 4096,
                                                  .receive_bytes = WINDOW_BYTES,
                                                  .record_bytes_max = 1024,
                                                  .gather_bytes_max = 1024,
                                                  .hold_bytes = 4096,
                                                  .hold_records_max = 4},
                                       .connections_max = 1,
                                       .time_waits_max = 1,
                                       .ring_entries = 8,
                                       .reassembly_packets_max = packets_max};
    bench->tcp = tcp_init(memory(tcp_footprint(&setup.limits)), &setup);
    bench->c = &bench->tcp->connections[0];
    bench->c->rcv_nxt = bench->first;
    bench->c->sack = true;
}

static void bench_free(struct bench *bench) {
    tcp_reassembly_clear(bench->c);
    tcp_receive_clear(bench->c);
    cr_assert_eq(bench->tcp->reassembly_packets, 0);
    cr_assert_eq(nic_counters(nic_sim_nic(bench->sim)).receive_pool_free, POOL_PACKETS);
    free(bench->tcp);
    free(bench->sim);
}

static struct packet *segment(struct bench *bench, uint32_t from, uint32_t bytes) {
    char frame[64 + FULL_BYTES];
    for (uint32_t i = 0; i < bytes; i++) {
        frame[64 + i] = byte_at(from + i);
    }
    struct packet *packet;
    cr_assert(nic_sim_put(bench->sim, bytes_of(frame, 64 + bytes)));
    cr_assert_eq(nic_receive(nic_sim_nic(bench->sim), (struct now){0}, &packet, 1), 1);
    packet->data_offset += 64;
    packet->data_bytes -= 64;
    return packet;
}

static struct tcp_seq seq_at(const struct bench *bench, uint32_t offset) {
    return tcp_seq_add(bench->first, offset);
}

static uint32_t offset_of(const struct bench *bench, struct tcp_seq seq) {
    return tcp_seq_since(seq, bench->first);
}

static uint32_t next_offset(const struct bench *bench) {
    return offset_of(bench, bench->c->rcv_nxt);
}

/* As tcp_input does, from [from, from + bytes), of which some is beyond rcv_nxt. */
static void arrive(struct bench *bench, uint32_t from, uint32_t bytes) {
    struct packet *packet = segment(bench, from, bytes);
    uint64_t drops = bench->tcp->counters.reassembly_drops;
    if (from <= next_offset(bench)) {
        uint32_t known = next_offset(bench) - from;
        packet->data_offset += known;
        packet->data_bytes -= known;
        tcp_deliver(bench->c, packet);
        tcp_reassembly_join(bench->c);
    } else {
        tcp_reassembly_put(bench->c, packet, seq_at(bench, from));
    }
    for (uint32_t i = from; drops == bench->tcp->counters.reassembly_drops && i < from + bytes;
         i++) {
        bench->came[i] = true;
    }
}

static void check_delivered(struct bench *bench) {
    uint32_t end = bench->read;
    while (bench->came[end]) {
        end++;
    }
    cr_assert_eq(next_offset(bench), end);
    for (;;) {
        struct bytes view = tcp_stream_peek(&bench->c->stream, 0);
        if (view.len == 0) {
            break;
        }
        for (size_t i = 0; i < view.len; i++) {
            cr_assert_eq(view.data[i], byte_at(bench->read + (uint32_t)i));
        }
        bench->read += (uint32_t)view.len;
        tcp_stream_consume(&bench->c->stream, view.len, STREAM_PLAIN);
    }
    cr_assert_eq(bench->read, end);
}

/* A whole block of what came, neither less nor more. */
static void check_block(const struct bench *bench, struct tcp_range range) {
    uint32_t left = offset_of(bench, range.left);
    uint32_t right = offset_of(bench, range.right);
    cr_assert_lt(left, right);
    cr_assert_leq(right, STREAM_BYTES);
    cr_assert_gt(left, next_offset(bench));
    cr_assert(!bench->came[left - 1] && !bench->came[right]);
    for (uint32_t i = left; i < right; i++) {
        cr_assert(bench->came[i]);
    }
}

static void check_blocks(struct bench *bench, bool has_dsack, struct tcp_range newest, bool kept) {
    struct tcp_range blocks[TCP_SACK_BLOCKS_MAX];
    uint32_t count = tcp_sack_blocks(bench->c, blocks, TCP_SACK_BLOCKS_MAX);
    uint32_t first = has_dsack ? 1 : 0;
    for (uint32_t i = first; i < count; i++) {
        check_block(bench, blocks[i]);
        for (uint32_t j = first; j < i; j++) {
            cr_assert(!tcp_seq_equal(blocks[i].left, blocks[j].left), "told twice");
        }
    }
    if (kept && tcp_seq_before(bench->c->rcv_nxt, newest.left)) {
        cr_assert_gt(count, first);
        cr_assert(tcp_seq_at_most(blocks[first].left, newest.left) &&
                      tcp_seq_at_most(newest.right, blocks[first].right),
                  "RFC 2018 section 4: the newest comes first");
    }
}

static void random_arrival(struct bench *bench, struct prng *prng) {
    uint32_t next = next_offset(bench);
    uint32_t window = RUN_BYTES - next < WINDOW_BYTES ? RUN_BYTES - next : WINDOW_BYTES;
    uint32_t bytes = 1 + (uint32_t)prng_below(prng, SEGMENT_BYTES_MAX);
    uint32_t from = next + (uint32_t)prng_below(prng, window);
    if (prng_below(prng, 3) == 0) {
        uint32_t back = (uint32_t)prng_below(prng, bytes);
        from = next < back ? 0 : next - back;
    }
    bytes = from + bytes > next + window ? next + window - from : bytes;
    uint32_t known = 0;
    for (uint32_t i = from; i < from + bytes; i++) {
        known += bench->came[i];
    }
    uint64_t drops = bench->tcp->counters.reassembly_drops;
    bench->c->dsack_pending = false;
    arrive(bench, from, bytes);
    bool has_dsack = bench->c->dsack_pending;
    struct tcp_range newest = {seq_at(bench, from), seq_at(bench, from + bytes)};
    bool kept = drops == bench->tcp->counters.reassembly_drops;
    if (has_dsack && kept && from > next) {
        cr_assert(tcp_seq_at_most(newest.left, bench->c->dsack.left) &&
                      tcp_seq_at_most(bench->c->dsack.right, newest.right),
                  "RFC 2883: what came twice lies in what came");
        cr_assert_leq(tcp_seq_since(bench->c->dsack.right, bench->c->dsack.left), known);
    }
    if (from > next && kept) {
        cr_assert_eq(has_dsack, known > 0);
    }
    check_blocks(bench, has_dsack, newest, kept);
    check_delivered(bench);
}

static void run(uint32_t isn, uint32_t packets_max, struct prng *prng) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, isn, packets_max);
    for (int i = 0; next_offset(bench) < RUN_BYTES && i < 5000; i++) {
        random_arrival(bench, prng);
        cr_assert_leq(bench->c->reassembly_count, TCP_REASSEMBLY_RANGES);
        cr_assert_leq(bench->tcp->reassembly_packets, packets_max);
    }
    cr_assert_gt(next_offset(bench), RUN_BYTES / 4, "it gets on");
    bench_free(bench);
    free(bench);
}

Test(tcp_reassembly, as_a_map_of_bytes_would) {
    struct prng prng;
    prng_seed(&prng, test_seed("as_a_map_of_bytes_would"));
    for (int i = 0; i < 30; i++) {
        run((uint32_t)prng_next(&prng), 400, &prng);
        run(UINT32_MAX - (uint32_t)prng_below(&prng, RUN_BYTES), 60, &prng);
        run((uint32_t)INT32_MAX - (uint32_t)prng_below(&prng, RUN_BYTES), 4, &prng);
    }
}

/* What is out of order and was SACKed stays, whatever else comes (no reneging). */
Test(tcp_reassembly, what_was_kept_is_not_dropped_at_the_limit) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, 2);
    arrive(bench, 300, 10);
    arrive(bench, 200, 10);
    arrive(bench, 100, 10);
    cr_assert_eq(bench->tcp->counters.reassembly_drops, 1);
    cr_assert_eq(bench->c->reassembly_count, 2);
    arrive(bench, 0, 200);
    cr_assert_eq(next_offset(bench), 210);
    cr_assert_eq(bench->c->reassembly_count, 1);
    bench_free(bench);
    free(bench);
}

/* What takes the place of what was told is kept too, whoever has used the room up meanwhile. */
Test(tcp_reassembly, what_covers_what_was_kept_is_not_dropped_at_the_limit) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, 70);
    for (uint32_t i = 0; i < 32; i++) {
        arrive(bench, 100 + FULL_BYTES * i, FULL_BYTES);
    }
    arrive(bench, 50000, 100);
    bench->tcp->reassembly_packets += 31; /* others' */
    arrive(bench, 60000, 100);
    cr_assert_eq(bench->tcp->counters.reassembly_drops, 1);
    arrive(bench, 49990, 120);
    cr_assert_eq(bench->tcp->counters.reassembly_drops, 1);
    cr_assert_eq(bench->c->reassembly_count, 2);
    cr_assert_eq(offset_of(bench, bench->c->reassembly[1].range.left), 49990);
    bench->tcp->reassembly_packets -= 31;
    bench_free(bench);
    free(bench);
}

/* The window is the limit, not how many segments it takes. */
Test(tcp_reassembly, a_window_of_full_segments_waits_behind_a_hole) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, POOL_PACKETS);
    for (uint32_t i = 1; i < 200; i++) {
        arrive(bench, FULL_BYTES * i, FULL_BYTES);
    }
    cr_assert_eq(bench->tcp->counters.reassembly_drops, 0);
    cr_assert_eq(bench->c->reassembly_count, 1);
    cr_assert_eq(bench->c->reassembly_packets, 199);
    arrive(bench, 0, FULL_BYTES);
    cr_assert_eq(next_offset(bench), 200 * FULL_BYTES);
    bench_free(bench);
    free(bench);
}

/* ... and half of all there is, whatever it sends. */
Test(tcp_reassembly, one_leaves_as_much_to_the_others) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, 100);
    for (uint32_t i = 1; i < 200; i++) {
        arrive(bench, FULL_BYTES * i, FULL_BYTES);
    }
    cr_assert_eq(bench->c->reassembly_packets, 50);
    bench_free(bench);
    free(bench);
}

/* A packet's buffer for a byte: nobody gets many of them, in a row or apart, in order or not. */
Test(tcp_reassembly, single_bytes_take_no_more_than_a_few_packets) {
    for (int order = 0; order < 3; order++) {
        struct bench *bench = malloc(sizeof(*bench));
        bench_init(bench, 1000, POOL_PACKETS);
        for (uint32_t i = 0; i < 1000; i++) {
            uint32_t at = order == 0 ? i : order == 1 ? 2 * i : 1000 - i;
            arrive(bench, 1 + at, 1);
        }
        cr_assert_eq(bench->c->reassembly_packets, 32, "%d: %u", order,
                     bench->c->reassembly_packets);
        cr_assert_eq(bench->tcp->counters.reassembly_drops, 1000 - 32);
        bench_free(bench);
        free(bench);
    }
}

/* A FIN behind a hole takes a number of its own: told, so that it is not sent again. */
Test(tcp_reassembly, a_fin_that_waits_is_told) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, 8);
    arrive(bench, 50, 10);
    arrive(bench, 100, 10);
    bench->c->fin_held = true;
    bench->c->fin_seq = seq_at(bench, 110);
    struct tcp_range blocks[2];
    cr_assert_eq(tcp_sack_blocks(bench->c, blocks, 2), 2);
    cr_assert_eq(offset_of(bench, blocks[0].left), 100);
    cr_assert_eq(offset_of(bench, blocks[0].right), 111);
    cr_assert_eq(offset_of(bench, blocks[1].right), 60);
    bench_free(bench);
    free(bench);
}

Test(tcp_reassembly, a_duplicate_is_told_first_and_once) {
    struct bench *bench = malloc(sizeof(*bench));
    bench_init(bench, 1000, 8);
    arrive(bench, 50, 20);
    arrive(bench, 100, 20);
    arrive(bench, 55, 10);
    struct tcp_range blocks[TCP_SACK_BLOCKS_MAX];
    cr_assert_eq(tcp_sack_blocks(bench->c, blocks, TCP_SACK_BLOCKS_MAX), 3);
    cr_assert_eq(offset_of(bench, blocks[0].left), 55);
    cr_assert_eq(offset_of(bench, blocks[0].right), 65);
    cr_assert_eq(offset_of(bench, blocks[1].left), 50, "RFC 2883 section 4: then its block");
    cr_assert_eq(offset_of(bench, blocks[1].right), 70);
    cr_assert_eq(tcp_sack_blocks(bench->c, blocks, TCP_SACK_BLOCKS_MAX), 2);
    cr_assert_eq(offset_of(bench, blocks[0].left), 50);
    bench_free(bench);
    free(bench);
}
