/*
 * The SACK scoreboard against a naive one, a flag for each byte. Records leave; ACKs with any
 * blocks come back, and time passes. What TCP holds for SACKed must have been told, and what one
 * block told whole must be SACKed, until an RTO forgets it all (RFC 2018 §8: the receiver may have,
 * too).
 *
 * Input: setup, how many records, then 8 bytes for each thing that happens.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/tcp/sim/tcp_rig.h"
#include "net/tcp/tcp_internal.h"

#define BYTES_MAX 16384
#define RECORDS_MAX 12
#define OP_BYTES 8
#define RING_ENTRIES_MAX 16 /* of the rig */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct naive {
    uint32_t first; /* sequence number of the first byte */
    uint32_t acked; /* bytes */
    uint32_t sent;
    uint64_t timeouts;
    bool told[BYTES_MAX]; /* by a block that could be: since the last RTO */
};

/* The rule of net/tcp/tcp_acked.c, from RFC 2883 §4: the first block is a DSACK. */
static bool is_dsack(const struct tcp_segment *segment) {
    const struct tcp_range *first = &segment->sack[0], *second = &segment->sack[1];
    if ((int32_t)(first->right.value - segment->ack.value) <= 0) {
        return true;
    }
    return segment->sack_count > 1 && (int32_t)(second->left.value - first->left.value) <= 0 &&
           (int32_t)(first->right.value - second->right.value) <= 0;
}

static void tell(struct naive *naive, const struct tcp_range *block) {
    uint32_t left = block->left.value - naive->first, right = block->right.value - naive->first;
    if (left >= right || left < naive->acked || right > naive->sent) {
        return;
    }
    memset(naive->told + left, 1, right - left);
}

/* What is held for SACKed was told, each byte of it; and nothing else is. */
static void compare(const struct tcp_rig *rig, const struct naive *naive) {
    const struct tcp_connection *c = tcp_connection_of(rig->stream);
    CHECK(c->snd_una.value - naive->first == naive->acked);
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        const struct tcp_entry *entry = tcp_entry_at(c, counter);
        uint32_t at = entry->seq.value - naive->first, told = 0;
        for (uint32_t i = 0; i < entry->bytes; i++) {
            told += naive->told[at + i];
        }
        CHECK(!(entry->flags & TCP_ENTRY_SACKED) || told == entry->bytes);
    }
}

/* An entry that one block covers; as it was, for what is lost may be split when it leaves again. */
struct covered {
    uint32_t seq, bytes;
};

static uint32_t find_covered(const struct tcp_rig *rig, const struct naive *naive,
                             const struct tcp_range *block, struct covered *covered) {
    const struct tcp_connection *c = tcp_connection_of(rig->stream);
    uint32_t left = block->left.value - naive->first, right = block->right.value - naive->first;
    uint32_t count = 0;
    if (left >= right || left < naive->acked || right > naive->sent) {
        return 0;
    }
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        const struct tcp_entry *entry = tcp_entry_at(c, counter);
        uint32_t at = entry->seq.value - naive->first;
        if (at >= left && at + entry->bytes <= right) {
            covered[count++] = (struct covered){.seq = entry->seq.value, .bytes = entry->bytes};
        }
    }
    return count;
}

static void must_be_sacked(const struct tcp_rig *rig, const struct covered *covered,
                           uint32_t count) {
    const struct tcp_connection *c = tcp_connection_of(rig->stream);
    uint32_t found = 0;
    for (uint32_t counter = c->head; counter != c->next && found < count; counter++) {
        const struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (entry->seq.value == covered[found].seq) {
            CHECK(entry->bytes == covered[found].bytes);
            CHECK((entry->flags & TCP_ENTRY_SACKED) != 0);
            found++;
        }
    }
    CHECK(found == count);
}

static void acknowledge(struct tcp_rig *rig, struct naive *naive, const uint8_t *op) {
    struct tcp_segment segment = tcp_rig_next(rig, TCP_ACK);
    uint32_t ack = naive->acked + (op[1] < 128 ? 0 : (uint32_t)(op[1] - 128) * 40);
    ack = ack < naive->sent ? ack : naive->sent;
    segment.ack.value = naive->first + ack;
    segment.sack_count = (uint8_t)(op[0] >> 2 & 3);
    for (uint32_t i = 0; i < segment.sack_count; i++) {
        uint32_t left = (uint32_t)op[2 + 2 * i] * 32 - 64;
        segment.sack[i].left.value = naive->first + left;
        segment.sack[i].right.value = naive->first + left + (uint32_t)op[3 + 2 * i] * 32 - 32;
    }
    naive->acked = ack;
    uint32_t first = segment.sack_count > 0 && is_dsack(&segment);
    for (uint32_t i = first; i < segment.sack_count; i++) {
        tell(naive, &segment.sack[i]);
    }
    struct covered covered[TCP_SACK_BLOCKS_MAX][RING_ENTRIES_MAX];
    uint32_t counts[TCP_SACK_BLOCKS_MAX] = {0};
    for (uint32_t i = first; i < segment.sack_count; i++) {
        counts[i] = find_covered(rig, naive, &segment.sack[i], covered[i]);
    }
    tcp_rig_deliver(rig, &segment, 0);
    for (uint32_t i = first; i < segment.sack_count; i++) {
        must_be_sacked(rig, covered[i], counts[i]);
    }
}

static void forget_at_timeout(const struct tcp_rig *rig, struct naive *naive) {
    uint64_t timeouts = tcp_info(rig->stream).timeouts;
    if (timeouts != naive->timeouts) {
        naive->timeouts = timeouts;
        memset(naive->told, 0, sizeof(naive->told));
    }
    naive->sent = tcp_info(rig->stream).snd_nxt.value - naive->first;
}

/* False: the connection is over. */
static bool happen(struct tcp_rig *rig, struct naive *naive, const uint8_t *op) {
    switch (op[0] & 3) {
    case 0:
        tcp_rig_pass_to_deadline(rig);
        break;
    case 1:
        tcp_rig_pass(rig, (int64_t)op[1] * 100 * NS_PER_US);
        break;
    default:
        acknowledge(rig, naive, op);
        break;
    }
    if (stream_state(rig->stream) == STREAM_CLOSED) {
        return false;
    }
    forget_at_timeout(rig, naive);
    compare(rig, naive);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct naive naive;
    if (size < 2) {
        return 0;
    }
    struct tcp_rig_setup setup = tcp_rig_setup_of(data[0] & 0x12);
    struct tcp_rig rig;
    tcp_rig_open(&rig, &setup, TCP_RIG_ESTABLISHED);
    memset(&naive, 0, sizeof(naive));
    naive.first = rig.iss + 1;
    for (uint32_t i = 0; i < 1 + data[1] % RECORDS_MAX; i++) {
        tcp_rig_write(&rig, i % 3 == 0 ? 320 : i % 3 == 1 ? 32 : 1376, 0);
    }
    forget_at_timeout(&rig, &naive);
    for (size_t at = 2; at + OP_BYTES <= size; at += OP_BYTES) {
        if (!happen(&rig, &naive, data + at)) {
            break;
        }
    }
    tcp_rig_close(&rig);
    return 0;
}
