/*
 * A connection that was dialled over RTT_MS, with a peer whose every ACK is written by hand in
 * offsets from the first byte of data. Every step audits. For tests only.
 */
#ifndef TERCEL_NET_TCP_TCP_LOSS_TEST_FIXTURE_H
#define TERCEL_NET_TCP_TCP_LOSS_TEST_FIXTURE_H

#include "net/tcp/tcp_hand_test_fixture.h"
#include "net/tcp/tcp_rtt.h"

#define RECORD 1000
#define RTT_MS 10

struct bench {
    struct hand hand;
    struct tcp_connection *c;
    struct tcp_seq start; /* of the first record */
    bool sack;
};

static inline struct duration us(int64_t count) {
    return (struct duration){.ns = count * NS_PER_US};
}

/* The TCP dials us; the SYN takes a round trip of RTT_MS, and so its first sample. The peer is not
 * thought to delay its ACKs unless a test says so. */
static inline struct bench bench_make(bool sack, bool timestamps) {
    struct tcp_setup setup = pair_setup();
    struct bench bench = {.hand = hand_make(&setup), .sack = sack};
    struct hand *hand = &bench.hand;
    hand_dialled(hand);
    hand_pass(hand, pair_ms(RTT_MS));
    hand->timestamps = timestamps;
    struct tcp_segment answer = hand_segment(hand, TCP_SYN | TCP_ACK);
    answer.mss = 1460;
    answer.sack_permitted = sack;
    hand_send(hand, &answer);
    hand->seq = tcp_seq_add(hand->seq, 1);
    tcp_flush(hand->tcp);
    hand_expect_ack(hand);
    bench.c = tcp_connection_of(hand->stream);
    bench.c->rtt.ack_delay.ns = 0;
    bench.c->profile.ack_delay.ns = 0;
    bench.start = hand->ack;
    cr_assert_eq(tcp_rtt_srtt(&bench.c->rtt).ns, RTT_MS * NS_PER_MS);
    return bench;
}

/* As if the peer had been seen to wait so long: half of it. */
static inline void learn_delay(struct bench *bench, int64_t delay_ms) {
    bench->c->rtt.ack_delay.ns = delay_ms * NS_PER_MS;
    bench->c->rtt.learned = true;
}

/* As if the peer had told another one. */
static inline void set_mss(struct bench *bench, uint32_t mss) {
    bench->c->mss = mss;
    tcp_plan(bench->c);
}

static inline void audit(struct bench *bench) {
    const char *fault = tcp_audit(bench->hand.tcp);
    cr_assert_null(fault, "%s", fault);
}

static inline void bench_free(struct bench *bench) {
    audit(bench);
    hand_discard(&bench->hand);
    hand_free(&bench->hand);
}

static inline void write_record(struct bench *bench, uint32_t bytes) {
    char text[1400];
    memset(text, 'r', sizeof(text));
    cr_assert_eq(pair_write(bench->hand.stream, bytes_of(text, bytes)), STREAM_OK);
    audit(bench);
}

static inline void write_records(struct bench *bench, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        write_record(bench, RECORD);
    }
}

static inline struct tcp_seq at(const struct bench *bench, uint32_t offset) {
    return tcp_seq_add(bench->start, offset);
}

/* Data that left: from `offset`, so many bytes; the payload is right. */
static inline void expect_data(struct bench *bench, uint32_t offset, uint32_t bytes) {
    struct tcp_segment segment = hand_expect(&bench->hand, TCP_ACK);
    cr_assert_eq(segment.seq.value - bench->start.value, offset, "from %u",
                 segment.seq.value - bench->start.value);
    cr_assert_eq(segment.payload_bytes, bytes, "%u bytes", segment.payload_bytes);
}

static inline void expect_records(struct bench *bench, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        expect_data(bench, (first + i) * RECORD, RECORD);
    }
    hand_expect_nothing(&bench->hand);
}

/* An ACK up to `offset` with blocks given as pairs of offsets. */
static inline void ack_with(struct bench *bench, uint32_t offset, uint32_t count,
                            const uint32_t (*blocks)[2]) {
    bench->hand.ack = at(bench, offset);
    struct tcp_segment segment = hand_segment(&bench->hand, TCP_ACK);
    segment.sack_count = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++) {
        segment.sack[i] = (struct tcp_range){at(bench, blocks[i][0]), at(bench, blocks[i][1])};
    }
    hand_send(&bench->hand, &segment);
    audit(bench);
}

static inline void ack(struct bench *bench, uint32_t offset) {
    ack_with(bench, offset, 0, NULL);
}

static inline void sack(struct bench *bench, uint32_t offset, uint32_t left, uint32_t right) {
    ack_with(bench, offset, 1, (const uint32_t[][2]){{left, right}});
}

static inline void pass(struct bench *bench, struct duration time) {
    hand_pass(&bench->hand, time);
    audit(bench);
}

static inline void say_window(struct bench *bench, uint32_t offset, uint16_t window) {
    bench->hand.ack = at(bench, offset);
    struct tcp_segment segment = hand_segment(&bench->hand, TCP_ACK);
    segment.window = window;
    hand_send(&bench->hand, &segment);
    audit(bench);
}

#endif
