/*
 * TCP segments: header and options, read once, checked once (RFC 9293 §3.1, §3.2; RFC 7323; RFC
 * 2018).
 *
 * Unknown options are skipped; an option that runs beyond the header, or a known one of the wrong
 * length, makes the segment malformed. Of an option given twice the first counts. Timestamps are
 * read in any segment, MSS, window scale and SACK-permitted are filled as found (they mean
 * something only with SYN). Pure functions; any thread.
 */
#ifndef TERCEL_NET_WIRE_TCP_SEGMENT_H
#define TERCEL_NET_WIRE_TCP_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "net/wire/checksum.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp_sequence.h"

#define TCP_HEADER_BYTES 20
#define TCP_HEADER_BYTES_MAX 60
#define TCP_TIMESTAMPS_BYTES 12 /* the option with its padding */
#define TCP_SACK_BLOCKS_MAX 4
#define TCP_WINDOW_SCALE_MAX 14
#define TCP_WINDOW_SCALE_NONE (-1)

enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80
};

/* One block of a SACK option: [left, right). */
struct tcp_range {
    struct tcp_seq left;
    struct tcp_seq right;
};

struct tcp_segment {
    uint16_t from_port;
    uint16_t to_port;
    struct tcp_seq seq;
    struct tcp_seq ack; /* meaningful with TCP_ACK */
    uint16_t window;    /* as on the wire, unscaled */
    uint8_t flags;
    uint8_t sack_count;
    bool has_timestamps;
    bool sack_permitted;
    int8_t window_scale; /* 0 .. 14 (larger ones are read as 14); TCP_WINDOW_SCALE_NONE */
    uint16_t mss;        /* 0: not given */
    uint32_t ts_value;
    uint32_t ts_echo;
    struct tcp_range sack[TCP_SACK_BLOCKS_MAX];
    uint32_t header_bytes; /* 20 .. 60 */
    uint32_t payload_bytes;
};

/* What a segment takes of the sequence space. */
static inline uint32_t tcp_segment_length(const struct tcp_segment *segment) {
    return segment->payload_bytes + ((segment->flags & TCP_SYN) != 0) +
           ((segment->flags & TCP_FIN) != 0);
}

enum tcp_segment_result {
    TCP_SEGMENT_OK = 0,
    TCP_SEGMENT_TRUNCATED, /* shorter than its header says */
    TCP_SEGMENT_MALFORMED, /* data offset below 5, or options that overrun or have a wrong length */
    TCP_SEGMENT_BAD_CHECKSUM
};

/*
 * Reads the `bytes` of a datagram's payload. `checksum_known`: the NIC found it good. On
 * TCP_SEGMENT_MALFORMED the ports are filled; nothing else is to be used.
 */
enum tcp_segment_result tcp_segment_read(const char *payload, size_t bytes,
                                         struct ipv4_address from, struct ipv4_address to,
                                         bool checksum_known, struct tcp_segment *segment) MUST_USE;

/*
 * Writes header and options for `segment` (header_bytes is not used): MSS when not 0, window scale
 * when not NONE, SACK-permitted, timestamps, SACK blocks as many as fit; padded with NOPs in front.
 * The checksum field is 0. Returns the header's bytes, a multiple of 4, at most 60.
 */
uint32_t tcp_segment_write(char *header, const struct tcp_segment *segment);

/* Where the checksum lies, in bytes from the start of the header. */
#define TCP_CHECKSUM_OFFSET 16

#endif
