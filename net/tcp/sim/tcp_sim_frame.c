#include "net/tcp/sim/tcp_sim_frame.h"

#include <string.h>

static uint32_t get8(const char *at) {
    return (unsigned char)*at;
}

static uint32_t get16(const char *at) {
    return get8(at) << 8 | get8(at + 1);
}

static uint32_t get32(const char *at) {
    return get16(at) << 16 | get16(at + 2);
}

void tcp_sim_frame_put16(char *at, uint16_t value) {
    at[0] = (char)(value >> 8);
    at[1] = (char)(value & 0xff);
}

void tcp_sim_frame_put32(char *at, uint32_t value) {
    tcp_sim_frame_put16(at, (uint16_t)(value >> 16));
    tcp_sim_frame_put16(at + 2, (uint16_t)(value & 0xffff));
}

/* The sum of big-endian words, not folded. */
static uint64_t sum_of(const char *data, uint32_t bytes) {
    uint64_t sum = 0;
    uint32_t i = 0;
    for (; i + 1 < bytes; i += 2) {
        sum += get16(data + i);
    }
    return i < bytes ? sum + (get8(data + i) << 8) : sum;
}

static uint16_t folded(uint64_t sum) {
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static uint16_t tcp_sum(const char *data, const struct tcp_sim_frame *frame) {
    uint32_t bytes = frame->tcp_header_bytes + frame->payload_bytes;
    uint64_t pseudo = (uint64_t)(frame->from >> 16) + (frame->from & 0xffff) + (frame->to >> 16) +
                      (frame->to & 0xffff) + 6 + bytes;
    return folded(pseudo + sum_of(data + frame->tcp_offset, bytes));
}

void tcp_sim_frame_mend(char *data, const struct tcp_sim_frame *frame) {
    char *field = data + frame->tcp_offset + 16;
    tcp_sim_frame_put16(field, 0);
    tcp_sim_frame_put16(field, (uint16_t)~tcp_sum(data, frame));
}

uint32_t tcp_sim_frame_length(const struct tcp_sim_frame *frame) {
    return frame->payload_bytes + ((frame->flags & TCP_SIM_SYN) != 0) +
           ((frame->flags & TCP_SIM_FIN) != 0);
}

static void broken(struct tcp_sim_frame *frame, const char *fault) {
    frame->kind = TCP_SIM_FRAME_BROKEN;
    frame->fault = fault;
}

static bool read_option(const char *data, uint32_t at, struct tcp_sim_frame *frame) {
    uint32_t kind = get8(data + at), length = get8(data + at + 1);
    switch (kind) {
    case 2:
        frame->has_mss = true;
        frame->mss = (uint16_t)get16(data + at + 2);
        return length == 4;
    case 3:
        frame->has_scale = true;
        frame->scale = (uint8_t)get8(data + at + 2);
        return length == 3;
    case 4:
        frame->has_sack_permitted = true;
        return length == 2;
    case 5:
        frame->sack_offset = at + 2;
        frame->sack_count = (uint8_t)((length - 2) / 8);
        for (uint32_t i = 0; i < frame->sack_count && i < TCP_SIM_FRAME_SACKS; i++) {
            frame->sack_left[i] = get32(data + at + 2 + 8 * i);
            frame->sack_right[i] = get32(data + at + 6 + 8 * i);
        }
        return length % 8 == 2 && frame->sack_count >= 1 &&
               frame->sack_count <= TCP_SIM_FRAME_SACKS;
    case 8:
        frame->has_timestamps = true;
        frame->ts_offset = at;
        frame->ts_value = get32(data + at + 2);
        frame->ts_echo = get32(data + at + 6);
        return length == 10;
    default:
        return false; /* neither end has others */
    }
}

static bool read_options(const char *data, struct tcp_sim_frame *frame) {
    uint32_t at = frame->tcp_offset + 20, end = frame->tcp_offset + frame->tcp_header_bytes;
    while (at < end) {
        uint32_t kind = get8(data + at);
        if (kind == 0) {
            return true;
        }
        if (kind == 1) {
            at++;
            continue;
        }
        if (at + 2 > end || get8(data + at + 1) < 2 || at + get8(data + at + 1) > end ||
            !read_option(data, at, frame)) {
            return false;
        }
        at += get8(data + at + 1);
    }
    return true;
}

static void read_tcp(const char *data, uint32_t bytes, bool checksums,
                     struct tcp_sim_frame *frame) {
    const char *tcp = data + frame->tcp_offset;
    if (bytes < 20) {
        broken(frame, "a TCP header that is cut off");
        return;
    }
    frame->from_port = (uint16_t)get16(tcp);
    frame->to_port = (uint16_t)get16(tcp + 2);
    frame->seq = get32(tcp + 4);
    frame->ack = get32(tcp + 8);
    frame->tcp_header_bytes = get8(tcp + 12) >> 4 << 2;
    frame->flags = (uint8_t)get8(tcp + 13);
    frame->window = (uint16_t)get16(tcp + 14);
    if (frame->tcp_header_bytes < 20 || frame->tcp_header_bytes > bytes) {
        broken(frame, "a TCP data offset that cannot be");
        return;
    }
    frame->payload_offset = frame->tcp_offset + frame->tcp_header_bytes;
    frame->payload_bytes = bytes - frame->tcp_header_bytes;
    if (checksums && tcp_sum(data, frame) != 0xffff) {
        broken(frame, "a TCP checksum that is wrong");
    } else if (!read_options(data, frame)) {
        broken(frame, "TCP options that cannot be");
    }
}

static void read_ip(const char *data, uint32_t offset, size_t bytes, bool checksums,
                    struct tcp_sim_frame *frame) {
    const char *ip = data + offset;
    if (bytes < offset + 20 || get8(ip) >> 4 != 4 || (get8(ip) & 15) < 5) {
        broken(frame, "an IPv4 header that cannot be");
        return;
    }
    uint32_t header = (get8(ip) & 15) * 4;
    frame->ip_bytes = get16(ip + 2);
    frame->dont_fragment = (get8(ip + 6) & 0x40) != 0;
    frame->from = get32(ip + 12);
    frame->to = get32(ip + 16);
    frame->tcp_offset = offset + header;
    if (frame->ip_bytes < header || offset + frame->ip_bytes > bytes) {
        broken(frame, "an IPv4 length that cannot be");
    } else if (checksums && folded(sum_of(ip, header)) != 0xffff) {
        broken(frame, "an IPv4 checksum that is wrong");
    } else if ((get16(ip + 6) & 0x3fff) != 0) {
        broken(frame, "a fragment");
    } else if (get8(ip + 9) == 6) {
        frame->kind = TCP_SIM_FRAME_TCP;
        read_tcp(data, frame->ip_bytes - header, checksums, frame);
    } else {
        frame->kind = TCP_SIM_FRAME_IP;
    }
}

void tcp_sim_frame_read(const char *data, size_t bytes, bool checksums,
                        struct tcp_sim_frame *frame) {
    *frame = (struct tcp_sim_frame){0};
    if (bytes < 18) {
        broken(frame, "a frame that is cut off");
        return;
    }
    uint32_t offset = 14;
    if (get16(data + 12) == 0x8100) {
        offset = 18;
    }
    if (get16(data + offset - 2) == 0x0800) {
        read_ip(data, offset, bytes, checksums, frame);
    }
}
