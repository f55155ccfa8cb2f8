/*
 * TCP sequence numbers: 32 bits that wrap, compared by their distance (RFC 9293 §3.4).
 *
 * A one-field struct, so that a number is never mixed up with a length or an offset. The order is
 * only meaningful between numbers less than 2^31 apart. Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_TCP_SEQUENCE_H
#define TERCEL_NET_WIRE_TCP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_seq {
    uint32_t value;
};

static inline struct tcp_seq tcp_seq_of(uint32_t value) {
    return (struct tcp_seq){.value = value};
}

static inline struct tcp_seq tcp_seq_add(struct tcp_seq seq, uint32_t count) {
    return (struct tcp_seq){.value = seq.value + count};
}

/* How far `later` is ahead of `earlier`; the caller knows that it is not behind. */
static inline uint32_t tcp_seq_since(struct tcp_seq later, struct tcp_seq earlier) {
    return later.value - earlier.value;
}

/* As tcp_seq_since, negative when `later` is behind. */
static inline int32_t tcp_seq_distance(struct tcp_seq later, struct tcp_seq earlier) {
    return (int32_t)(later.value - earlier.value);
}

static inline bool tcp_seq_equal(struct tcp_seq a, struct tcp_seq b) {
    return a.value == b.value;
}

static inline bool tcp_seq_before(struct tcp_seq a, struct tcp_seq b) {
    return tcp_seq_distance(a, b) < 0;
}

static inline bool tcp_seq_at_most(struct tcp_seq a, struct tcp_seq b) {
    return tcp_seq_distance(a, b) <= 0;
}

static inline struct tcp_seq tcp_seq_later(struct tcp_seq a, struct tcp_seq b) {
    return tcp_seq_before(a, b) ? b : a;
}

static inline struct tcp_seq tcp_seq_earlier(struct tcp_seq a, struct tcp_seq b) {
    return tcp_seq_before(a, b) ? a : b;
}

#endif
