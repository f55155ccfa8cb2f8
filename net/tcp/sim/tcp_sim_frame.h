/*
 * Reads a frame for the simulator's rules: written apart from net/wire, so that it can disagree.
 * Pure functions.
 */
#ifndef TERCEL_NET_TCP_SIM_TCP_SIM_FRAME_H
#define TERCEL_NET_TCP_SIM_TCP_SIM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_SIM_FRAME_SACKS 4

enum tcp_sim_frame_kind {
    TCP_SIM_FRAME_OTHER = 0, /* not IPv4 */
    TCP_SIM_FRAME_TCP,
    TCP_SIM_FRAME_IP, /* IPv4, not TCP */
    TCP_SIM_FRAME_BROKEN
};

struct tcp_sim_frame {
    enum tcp_sim_frame_kind kind;
    const char *fault; /* of TCP_SIM_FRAME_BROKEN */
    uint32_t ip_bytes;
    bool dont_fragment;
    uint32_t from, to;
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    uint8_t flags; /* FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32 */
    uint16_t window;
    uint32_t tcp_offset; /* of the TCP header in the frame */
    uint32_t tcp_header_bytes;
    uint32_t payload_offset, payload_bytes;
    /* Options. */
    bool has_mss, has_scale, has_sack_permitted, has_timestamps;
    uint16_t mss;
    uint8_t scale;
    uint32_t ts_value, ts_echo, ts_offset; /* ts_offset: of the option in the frame */
    uint8_t sack_count;
    uint32_t sack_offset; /* of the first block in the frame */
    uint32_t sack_left[TCP_SIM_FRAME_SACKS], sack_right[TCP_SIM_FRAME_SACKS];
};

enum {
    TCP_SIM_FIN = 1,
    TCP_SIM_SYN = 2,
    TCP_SIM_RST = 4,
    TCP_SIM_PSH = 8,
    TCP_SIM_ACK = 16,
    TCP_SIM_URG = 32
};

/* `checksums`: they must be right. */
void tcp_sim_frame_read(const char *data, size_t bytes, bool checksums,
                        struct tcp_sim_frame *frame);

/* What it takes of the sequence space. */
uint32_t tcp_sim_frame_length(const struct tcp_sim_frame *frame);

/* The TCP checksum is made right again, after the frame was changed. */
void tcp_sim_frame_mend(char *data, const struct tcp_sim_frame *frame);

void tcp_sim_frame_put32(char *at, uint32_t value);
void tcp_sim_frame_put16(char *at, uint16_t value);

#endif
