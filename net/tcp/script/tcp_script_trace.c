#include "net/tcp/script/tcp_script.h"

#include <stdio.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/instant.h"

#define PCAP_MAGIC_NANOSECONDS UINT32_C(0xa1b23c4d)
#define PCAP_SNAP_BYTES 65535
#define PCAP_LINKTYPE_ETHERNET 1

static struct tcp_script_frame frame_at(const struct tcp_script_trace *trace, uint32_t at) {
    struct tcp_script_frame frame;
    memcpy(&frame, trace->bytes + at, sizeof frame);
    return frame;
}

bool tcp_script_same(const struct tcp_script_trace *a, const struct tcp_script_trace *b,
                     char *failure, uint32_t failure_bytes) {
    if (a->overflowed || b->overflowed) {
        snprintf(failure, failure_bytes, "the trace is too long to compare");
        return false;
    }
    uint32_t at = 0;
    for (uint32_t count = 1; at < a->used && at < b->used; count++) {
        struct tcp_script_frame first = frame_at(a, at), second = frame_at(b, at);
        uint32_t size = (uint32_t)sizeof first + first.bytes;
        if (first.bytes != second.bytes || memcmp(a->bytes + at, b->bytes + at, size) != 0) {
            snprintf(failure, failure_bytes,
                     "frame %u differs: %u bytes at %.9f s, with the fast path %u at %.9f s", count,
                     first.bytes, (double)first.at_ns / 1e9, second.bytes,
                     (double)second.at_ns / 1e9);
            return false;
        }
        at += size;
    }
    if (a->used != b->used) {
        snprintf(failure, failure_bytes, "the fast path sends %s",
                 a->used < b->used ? "more" : "less");
        return false;
    }
    return true;
}

static bool put_u32(FILE *file, uint32_t value) {
    return fwrite(&value, sizeof value, 1, file) == 1;
}

static bool put_frames(FILE *file, const struct tcp_script_trace *trace) {
    uint32_t at = 0;
    while (at < trace->used) {
        struct tcp_script_frame frame = frame_at(trace, at);
        at += (uint32_t)sizeof frame;
        if (!put_u32(file, (uint32_t)(frame.at_ns / NS_PER_S)) ||
            !put_u32(file, (uint32_t)(frame.at_ns % NS_PER_S)) || !put_u32(file, frame.bytes) ||
            !put_u32(file, frame.bytes) ||
            fwrite(trace->bytes + at, 1, frame.bytes, file) != frame.bytes) {
            return false;
        }
        at += frame.bytes;
    }
    return true;
}

bool tcp_script_write_pcap(const char *path, const struct tcp_script_trace *trace) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return false;
    }
    uint32_t version = 2 | UINT32_C(4) << 16;
    bool ok = put_u32(file, PCAP_MAGIC_NANOSECONDS) && put_u32(file, version) && put_u32(file, 0) &&
              put_u32(file, 0) && put_u32(file, PCAP_SNAP_BYTES) &&
              put_u32(file, PCAP_LINKTYPE_ETHERNET) && put_frames(file, trace);
    return fclose(file) == 0 && ok;
}
