#include "bench/micro/micro_tcp.h"

/* The steps of the operations. */

static void take_segment(struct tcp *tcp, struct packet *packet) {
    micro_require(tcp_input_fast(tcp, packet), "not the fast path");
}

static void read_text(const struct micro_tcp *world, struct stream *stream) {
    struct bytes text = stream_peek(stream, 0);
    micro_require(text.len == world->setup.payload_bytes, "other text than was sent");
    stream_consume(stream, text.len, STREAM_PLAIN);
}

static void write_record(const struct micro_tcp *world, struct stream *stream) {
    struct stream_room room;
    micro_require(stream_reserve(stream, world->setup.payload_bytes, &room) == STREAM_OK,
                  "no room");
    stream_commit(stream, world->setup.payload_bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

static uint32_t peer_of(const struct micro_tcp *world, uint32_t i) {
    return i % world->setup.connections;
}

/* The operations. What the peer says before and after does not count. */

static void run_data_in(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    micro_tcp_put(world, peer, world->setup.payload_bytes);
    struct packet *packet = micro_tcp_receive(world);
    struct tcp *tcp = stack_tcp(world->stack);
    micro_tcp_begin(world);
    take_segment(tcp, packet);
    read_text(world, world->peers[peer].stream);
    micro_tcp_end(world);
    stack_flush(world->stack);
    micro_require(micro_tcp_drain(world) == 1, "not one acknowledgement");
}

static void acknowledge(struct micro_tcp *world, uint32_t peer) {
    micro_require(micro_tcp_drain(world) == 1, "not one segment");
    micro_tcp_pass(world);
    micro_tcp_put(world, peer, 0);
}

static void run_data_out(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    micro_tcp_begin(world);
    write_record(world, world->peers[peer].stream);
    micro_tcp_end(world);
    acknowledge(world, peer);
    take_segment(stack_tcp(world->stack), micro_tcp_receive(world));
}

static void run_ack_in(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    write_record(world, world->peers[peer].stream);
    acknowledge(world, peer);
    struct packet *packet = micro_tcp_receive(world);
    struct tcp *tcp = stack_tcp(world->stack);
    micro_tcp_begin(world);
    take_segment(tcp, packet);
    micro_tcp_end(world);
}

static void run_ack_out(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    micro_tcp_put(world, peer, world->setup.payload_bytes);
    take_segment(stack_tcp(world->stack), micro_tcp_receive(world));
    read_text(world, world->peers[peer].stream);
    micro_tcp_begin(world);
    tcp_flush(stack_tcp(world->stack));
    micro_tcp_end(world);
    micro_require(micro_tcp_drain(world) == 1, "not one acknowledgement");
}

/* The segment in acknowledges the last one out; the one out carries the acknowledgement. */
static void run_in_out(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    micro_tcp_put(world, peer, world->setup.payload_bytes);
    struct packet *packet = micro_tcp_receive(world);
    struct tcp *tcp = stack_tcp(world->stack);
    micro_tcp_begin(world);
    take_segment(tcp, packet);
    read_text(world, world->peers[peer].stream);
    write_record(world, world->peers[peer].stream);
    micro_tcp_end(world);
    micro_require(micro_tcp_drain(world) == 1, "not one segment");
}

/* As a worker does it: with all that a turn of the stack has to look at. */
static void run_turn_in_out(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    uint32_t peer = peer_of(world, i);
    micro_tcp_pass(world);
    micro_tcp_put(world, peer, world->setup.payload_bytes);
    micro_tcp_begin(world);
    stack_turn(world->stack, world->now);
    read_text(world, world->peers[peer].stream);
    write_record(world, world->peers[peer].stream);
    stack_flush(world->stack);
    micro_tcp_end(world);
    micro_require(micro_tcp_drain(world) == 1, "not one segment");
}

static void run_turn_idle(void *state, uint32_t i) {
    struct micro_tcp *world = state;
    (void)i;
    world->now.mono.ns += NS_PER_US;
    micro_tcp_begin(world);
    stack_turn(world->stack, world->now);
    stack_flush(world->stack);
    micro_tcp_end(world);
}

/* Worlds: by connections and checksums. */

#define FIX_REPORT_BYTES 308
#define FIX_ORDER_BYTES 187

#define WORLD(name, connections_, payload_bytes_, checksum_)                                       \
    static void *make_##name(void) {                                                               \
        return micro_tcp_open(&(struct micro_tcp_setup){.connections = (connections_),             \
                                                        .payload_bytes = (payload_bytes_),         \
                                                        .checksum = (checksum_)});                 \
    }

WORLD(1, 1, FIX_REPORT_BYTES, false)
WORLD(50, 50, FIX_REPORT_BYTES, false)
WORLD(300, 300, FIX_REPORT_BYTES, false)
WORLD(sum_308_1, 1, FIX_REPORT_BYTES, true)
WORLD(sum_308_50, 50, FIX_REPORT_BYTES, true)
WORLD(sum_308_300, 300, FIX_REPORT_BYTES, true)
WORLD(sum_187_1, 1, FIX_ORDER_BYTES, true)
WORLD(sum_187_50, 50, FIX_ORDER_BYTES, true)
WORLD(sum_187_300, 300, FIX_ORDER_BYTES, true)

/* Without checksums the length does not matter. */
#define ROW(operation, world)                                                                      \
    { "tcp_" #operation "_" #world, make_##world, run_##operation, true }
#define ROWS(operation)                                                                            \
    ROW(operation, 1), ROW(operation, 50), ROW(operation, 300), ROW(operation, sum_308_1),         \
        ROW(operation, sum_308_50), ROW(operation, sum_308_300), ROW(operation, sum_187_1),        \
        ROW(operation, sum_187_50), ROW(operation, sum_187_300)

/* Not flat: timers that came due meanwhile go into a heap of one deadline a connection. */
#define TURN_ROW(operation, world)                                                                 \
    { "stack_turn_" #operation "_" #world, make_##world, run_turn_##operation, true }

const struct micro_benchmark micro_tcp[] = {
    ROWS(data_in),           ROWS(data_out),    ROWS(ack_in),        ROW(ack_out, 1),
    ROW(ack_out, sum_308_1), ROWS(in_out),      TURN_ROW(in_out, 1), TURN_ROW(in_out, 50),
    TURN_ROW(in_out, 300),   TURN_ROW(idle, 1), TURN_ROW(idle, 300), {NULL, NULL, NULL, false},
};
