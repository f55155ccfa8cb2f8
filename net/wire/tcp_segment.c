#include "net/wire/tcp_segment.h"

#include <string.h>

#include "net/wire/big_endian.h"

#define TO_PORT_OFFSET 2
#define SEQ_OFFSET 4
#define ACK_OFFSET 8
#define DATA_OFFSET_OFFSET 12
#define FLAGS_OFFSET 13
#define WINDOW_OFFSET 14

enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8
};

#define MSS_BYTES 4
#define WINDOW_SCALE_BYTES 3
#define SACK_PERMITTED_BYTES 2
#define TIMESTAMPS_OPTION_BYTES 10
#define SACK_BLOCK_BYTES 8

static void read_sack(const char *option, uint32_t bytes, struct tcp_segment *segment) {
    segment->sack_count = (uint8_t)((bytes - 2) / SACK_BLOCK_BYTES);
    for (uint32_t i = 0; i < segment->sack_count; i++) {
        const char *block = option + 2 + SACK_BLOCK_BYTES * i;
        segment->sack[i].left = tcp_seq_of(big_endian_u32(block));
        segment->sack[i].right = tcp_seq_of(big_endian_u32(block + 4));
    }
}

/* Whether a known kind has its length; any length does for others. */
static bool length_is_right(uint8_t kind, uint32_t bytes) {
    switch (kind) {
    case OPTION_MSS:
        return bytes == MSS_BYTES;
    case OPTION_WINDOW_SCALE:
        return bytes == WINDOW_SCALE_BYTES;
    case OPTION_SACK_PERMITTED:
        return bytes == SACK_PERMITTED_BYTES;
    case OPTION_SACK:
        return bytes > 2 && (bytes - 2) % SACK_BLOCK_BYTES == 0; /* 40 bytes hold no more than 4 */
    case OPTION_TIMESTAMPS:
        return bytes == TIMESTAMPS_OPTION_BYTES;
    default:
        return true;
    }
}

static void read_option(const char *option, uint32_t bytes, struct tcp_segment *segment) {
    uint8_t shift;
    switch ((uint8_t)option[0]) {
    case OPTION_MSS:
        segment->mss = big_endian_u16(option + 2);
        break;
    case OPTION_WINDOW_SCALE:
        shift = (uint8_t)option[2];
        segment->window_scale =
            (int8_t)(shift > TCP_WINDOW_SCALE_MAX ? TCP_WINDOW_SCALE_MAX : shift);
        break;
    case OPTION_SACK_PERMITTED:
        segment->sack_permitted = true;
        break;
    case OPTION_SACK:
        read_sack(option, bytes, segment);
        break;
    case OPTION_TIMESTAMPS:
        segment->has_timestamps = true;
        segment->ts_value = big_endian_u32(option + 2);
        segment->ts_echo = big_endian_u32(option + 6);
        break;
    default:
        break;
    }
}

static bool read_options(const char *option, uint32_t left, struct tcp_segment *segment) {
    uint32_t seen = 0; /* by kind */
    while (left > 0 && option[0] != OPTION_END) {
        uint32_t bytes = 1;
        uint8_t kind = (uint8_t)option[0];
        if (kind != OPTION_NOP) {
            bytes = left < 2 ? 0 : (uint8_t)option[1];
            if (bytes < 2 || bytes > left || !length_is_right(kind, bytes)) {
                return false;
            }
            uint32_t bit = kind <= OPTION_TIMESTAMPS ? UINT32_C(1) << kind : 0;
            if ((seen & bit) == 0) {
                read_option(option, bytes, segment);
            }
            seen |= bit;
        }
        option += bytes;
        left -= bytes;
    }
    return true;
}

static bool checksum_is_good(const char *payload, size_t bytes, struct ipv4_address from,
                             struct ipv4_address to) {
    struct checksum sum = checksum_pseudo(from, to, IPV4_PROTOCOL_TCP);
    sum = checksum_add_u16(sum, (uint16_t)bytes);
    return checksum_finish(checksum_add(sum, payload, bytes)) == 0;
}

static void read_fields(const char *header, struct tcp_segment *segment) {
    *segment = (struct tcp_segment){
        .from_port = big_endian_u16(header),
        .to_port = big_endian_u16(header + TO_PORT_OFFSET),
        .seq = tcp_seq_of(big_endian_u32(header + SEQ_OFFSET)),
        .ack = tcp_seq_of(big_endian_u32(header + ACK_OFFSET)),
        .window = big_endian_u16(header + WINDOW_OFFSET),
        .flags = (uint8_t)header[FLAGS_OFFSET],
        .window_scale = TCP_WINDOW_SCALE_NONE,
        .header_bytes = (uint32_t)((uint8_t)header[DATA_OFFSET_OFFSET] >> 4) * 4,
    };
}

enum tcp_segment_result tcp_segment_read(const char *payload, size_t bytes,
                                         struct ipv4_address from, struct ipv4_address to,
                                         bool checksum_known, struct tcp_segment *segment) {
    if (bytes < TCP_HEADER_BYTES) {
        return TCP_SEGMENT_TRUNCATED;
    }
    /* First of all: what a wrong checksum covers is not the peer's mistake. */
    if (!checksum_known && !checksum_is_good(payload, bytes, from, to)) {
        return TCP_SEGMENT_BAD_CHECKSUM;
    }
    read_fields(payload, segment);
    if (segment->header_bytes < TCP_HEADER_BYTES) {
        return TCP_SEGMENT_MALFORMED;
    }
    if (segment->header_bytes > bytes) {
        return TCP_SEGMENT_TRUNCATED;
    }
    segment->payload_bytes = (uint32_t)bytes - segment->header_bytes;
    return read_options(payload + TCP_HEADER_BYTES, segment->header_bytes - TCP_HEADER_BYTES,
                        segment)
               ? TCP_SEGMENT_OK
               : TCP_SEGMENT_MALFORMED;
}

/* Kind and length behind `pad` NOPs; returns where the value goes. */
static char *put_option(char *at, uint32_t pad, uint8_t kind, uint32_t bytes) {
    memset(at, OPTION_NOP, pad);
    at[pad] = (char)kind;
    at[pad + 1] = (char)bytes;
    return at + pad + 2;
}

static char *write_sack(char *at, const char *end, const struct tcp_segment *segment) {
    uint32_t room = (uint32_t)(end - at);
    uint32_t count = room < 4 ? 0 : (room - 4) / SACK_BLOCK_BYTES;
    count = segment->sack_count < count ? segment->sack_count : count;
    if (count == 0) {
        return at;
    }
    at = put_option(at, 2, OPTION_SACK, 2 + SACK_BLOCK_BYTES * count);
    for (uint32_t i = 0; i < count; i++) {
        big_endian_put_u32(at, segment->sack[i].left.value);
        big_endian_put_u32(at + 4, segment->sack[i].right.value);
        at += SACK_BLOCK_BYTES;
    }
    return at;
}

/* Each option fills whole words. */
static char *write_options(char *at, const char *end, const struct tcp_segment *segment) {
    if (segment->mss != 0) {
        at = put_option(at, 0, OPTION_MSS, MSS_BYTES);
        big_endian_put_u16(at, segment->mss);
        at += 2;
    }
    if (segment->window_scale != TCP_WINDOW_SCALE_NONE) {
        at = put_option(at, 1, OPTION_WINDOW_SCALE, WINDOW_SCALE_BYTES);
        *at++ = (char)segment->window_scale;
    }
    if (segment->sack_permitted) {
        at = put_option(at, 2, OPTION_SACK_PERMITTED, SACK_PERMITTED_BYTES);
    }
    if (segment->has_timestamps) {
        at = put_option(at, 2, OPTION_TIMESTAMPS, TIMESTAMPS_OPTION_BYTES);
        big_endian_put_u32(at, segment->ts_value);
        big_endian_put_u32(at + 4, segment->ts_echo);
        at += 8;
    }
    return write_sack(at, end, segment);
}

uint32_t tcp_segment_write(char *header, const struct tcp_segment *segment) {
    const char *end =
        write_options(header + TCP_HEADER_BYTES, header + TCP_HEADER_BYTES_MAX, segment);
    uint32_t bytes = (uint32_t)(end - header);
    big_endian_put_u16(header, segment->from_port);
    big_endian_put_u16(header + TO_PORT_OFFSET, segment->to_port);
    big_endian_put_u32(header + SEQ_OFFSET, segment->seq.value);
    big_endian_put_u32(header + ACK_OFFSET, segment->ack.value);
    header[DATA_OFFSET_OFFSET] = (char)(bytes / 4 << 4);
    header[FLAGS_OFFSET] = (char)segment->flags;
    big_endian_put_u16(header + WINDOW_OFFSET, segment->window);
    big_endian_put_u32(header + TCP_CHECKSUM_OFFSET, 0); /* and no urgent pointer */
    return bytes;
}
