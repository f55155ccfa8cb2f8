/*
 * One TCP (side 0 of tcp_test_fixture.h) against a peer whose every segment the test writes by
 * hand. For tests only.
 */
#ifndef TERCEL_NET_TCP_TCP_HAND_TEST_FIXTURE_H
#define TERCEL_NET_TCP_TCP_HAND_TEST_FIXTURE_H

#include "net/tcp/tcp_test_fixture.h"

#define HAND_ISS 5000
#define HAND_PORT 50000
#define HAND_WINDOW 60000

struct hand {
    struct pair *pair;
    struct tcp *tcp;
    struct stream *stream; /* of the TCP; NULL before it is open */
    struct tcp_seq seq;    /* the next we send */
    struct tcp_seq ack;    /* the next we expect */
    uint16_t from_port, to_port;
    bool timestamps;
    uint32_t ts_value, ts_echo;
};

static inline struct hand hand_make(const struct tcp_setup *setup) {
    struct hand hand = {.pair = pair_make(setup),
                        .seq = tcp_seq_of(HAND_ISS),
                        .from_port = HAND_PORT,
                        .to_port = PAIR_PORT,
                        .ts_value = 100};
    hand.tcp = hand.pair->end[0].tcp;
    return hand;
}

static inline void hand_free(struct hand *hand) {
    pair_free(hand->pair);
}

/* The next in order; change it before it is sent. */
static inline struct tcp_segment hand_segment(const struct hand *hand, uint8_t flags) {
    return (struct tcp_segment){.from_port = hand->from_port,
                                .to_port = hand->to_port,
                                .seq = hand->seq,
                                .ack = hand->ack,
                                .flags = flags,
                                .window = HAND_WINDOW,
                                .window_scale = TCP_WINDOW_SCALE_NONE,
                                .has_timestamps = hand->timestamps,
                                .ts_value = hand->ts_value,
                                .ts_echo = hand->ts_echo};
}

static inline void hand_send(struct hand *hand, const struct tcp_segment *segment) {
    pair_inject(hand->pair, 0, segment, bytes_of("", 0));
}

/* In order; our own numbers go on. */
static inline void hand_say(struct hand *hand, uint8_t flags, struct bytes text) {
    struct tcp_segment segment = hand_segment(hand, flags);
    pair_inject(hand->pair, 0, &segment, text);
    hand->seq = tcp_seq_add(hand->seq, (uint32_t)text.len + ((flags & TCP_SYN) != 0) +
                                           ((flags & TCP_FIN) != 0));
}

/* As many bytes of text, from `seq` on; our own numbers stay. */
static inline void hand_text(struct hand *hand, struct tcp_seq seq, uint8_t flags, uint32_t bytes) {
    char text[1400];
    memset(text, 'x', sizeof(text));
    struct tcp_segment segment = hand_segment(hand, flags);
    segment.seq = seq;
    pair_inject(hand->pair, 0, &segment, bytes_of(text, bytes));
}

static inline void hand_pass(struct hand *hand, struct duration time) {
    tcp_flush(hand->tcp);
    hand->pair->now.mono.ns += time.ns;
    hand->pair->now.utc.ns += time.ns;
    tcp_turn(hand->tcp, hand->pair->now);
    tcp_timers(hand->tcp);
}

/* Nothing left since. */
static inline void hand_expect_nothing(struct hand *hand) {
    struct tcp_segment segment;
    if (pair_take(hand->pair, 0, &segment, NULL)) {
        cr_assert_fail("flags %02x bytes %u seq %u ack %u", segment.flags, segment.payload_bytes,
                       segment.seq.value, segment.ack.value);
    }
}

/* The next that left, with these flags (PSH aside). */
static inline struct tcp_segment hand_expect(struct hand *hand, uint8_t flags) {
    struct tcp_segment segment;
    cr_assert(pair_take(hand->pair, 0, &segment, NULL), "nothing left");
    cr_assert_eq(segment.flags & ~TCP_PSH, flags, "flags %02x instead of %02x", segment.flags,
                 flags);
    if (segment.has_timestamps) {
        hand->ts_echo = segment.ts_value;
    }
    return segment;
}

/* An ACK of all we sent, and nothing else. */
static inline struct tcp_segment hand_expect_ack(struct hand *hand) {
    struct tcp_segment segment = hand_expect(hand, TCP_ACK);
    cr_assert_eq(segment.ack.value, hand->seq.value);
    cr_assert_eq(segment.seq.value, hand->ack.value);
    cr_assert_eq(segment.payload_bytes, 0);
    hand_expect_nothing(hand);
    return segment;
}

/* We dial the TCP's listener. */
static inline void hand_connect(struct hand *hand) {
    struct tcp_segment syn = hand_segment(hand, TCP_SYN);
    syn.mss = 1460;
    syn.sack_permitted = true;
    hand_send(hand, &syn);
    hand->seq = tcp_seq_add(hand->seq, 1);
    struct tcp_segment answer = hand_expect(hand, TCP_SYN | TCP_ACK);
    cr_assert_eq(answer.ack.value, hand->seq.value);
    cr_assert_eq(answer.has_timestamps, hand->timestamps);
    hand->ack = tcp_seq_add(answer.seq, 1);
    hand_say(hand, TCP_ACK, bytes_of("", 0));
    hand->stream = stream_accept(tcp_streams(hand->tcp), 0);
    cr_assert_not_null(hand->stream);
    tcp_flush(hand->tcp);
    hand_expect_nothing(hand);
}

/* With a connection of its own. */
static inline struct hand hand_established(bool timestamps) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    hand.timestamps = timestamps;
    hand_connect(&hand);
    return hand;
}

/* The TCP dials us; it waits for our answer to its SYN. */
static inline struct tcp_segment hand_dialled(struct hand *hand) {
    hand->stream = stream_dial(tcp_streams(hand->tcp), 0);
    cr_assert_not_null(hand->stream);
    struct tcp_segment syn = hand_expect(hand, TCP_SYN);
    hand->from_port = PAIR_PORT;
    hand->to_port = syn.from_port;
    hand->ack = tcp_seq_add(syn.seq, 1);
    return syn;
}

/* Of a connection that is open already. */
static inline void hand_user_timeout(struct hand *hand, struct duration timeout) {
    struct tcp_connection *c = tcp_connection_of(hand->stream);
    c->profile.user_timeout = timeout;
    tcp_timer_set(c, TCP_TIMER_USER, instant_add(hand->tcp->now.mono, timeout));
}

static inline enum tcp_state hand_state(const struct hand *hand) {
    return tcp_info(hand->stream).state;
}

static inline void hand_discard(struct hand *hand) {
    stream_discard(tcp_streams(hand->tcp), hand->stream);
    hand->stream = NULL;
}

/* Bytes the stream has to read, all read. */
static inline size_t hand_read(struct hand *hand) {
    size_t read = 0;
    for (;;) {
        struct bytes view = stream_peek(hand->stream, 0);
        if (view.len == 0) {
            return read;
        }
        read += view.len;
        stream_consume(hand->stream, view.len, STREAM_PLAIN);
    }
}

#endif
