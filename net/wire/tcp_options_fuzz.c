/*
 * Any bytes as the options of a segment: what was read, when written and read again, is the same,
 * but for blocks that do not fit the layout of writing any more.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/wire/tcp_segment.h"

#define OPTIONS_BYTES_MAX (TCP_HEADER_BYTES_MAX - TCP_HEADER_BYTES)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ipv4_address nowhere = {0};

static void same_fields(const struct tcp_segment *a, const struct tcp_segment *b) {
    CHECK(a->from_port == b->from_port && a->to_port == b->to_port);
    CHECK(tcp_seq_equal(a->seq, b->seq) && tcp_seq_equal(a->ack, b->ack));
    CHECK(a->window == b->window && a->flags == b->flags);
}

static void same_options(const struct tcp_segment *a, const struct tcp_segment *b) {
    CHECK(a->mss == b->mss);
    CHECK(a->window_scale == b->window_scale && a->sack_permitted == b->sack_permitted);
    CHECK(a->has_timestamps == b->has_timestamps);
    CHECK(a->ts_value == b->ts_value && a->ts_echo == b->ts_echo);
    CHECK(b->sack_count <= a->sack_count);
    CHECK(b->sack_count == a->sack_count || b->header_bytes > TCP_HEADER_BYTES_MAX - 8 - 4);
    CHECK(memcmp(a->sack, b->sack, b->sack_count * sizeof a->sack[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < TCP_HEADER_BYTES || size > TCP_HEADER_BYTES + OPTIONS_BYTES_MAX) {
        return 0;
    }
    size_t bytes = size & ~(size_t)3;
    char *header = malloc(bytes); /* of its own, so that a byte too far is seen */
    memcpy(header, data, bytes);
    header[12] = (char)(bytes / 4 << 4);
    struct tcp_segment first, second;
    if (tcp_segment_read(header, bytes, nowhere, nowhere, true, &first) == TCP_SEGMENT_OK) {
        char again[TCP_HEADER_BYTES_MAX];
        uint32_t written = tcp_segment_write(again, &first);
        CHECK(written % 4 == 0 && written <= TCP_HEADER_BYTES_MAX);
        CHECK(tcp_segment_read(again, written, nowhere, nowhere, true, &second) == TCP_SEGMENT_OK);
        CHECK(second.header_bytes == written && second.payload_bytes == 0);
        same_fields(&first, &second);
        same_options(&first, &second);
    }
    free(header);
    return 0;
}
