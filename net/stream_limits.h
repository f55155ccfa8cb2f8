/*
 * The limits of one stream, the same for every implementation that buffers by itself.
 * Bytes are per stream and per direction.
 */
#ifndef TERCEL_NET_STREAM_LIMITS_H
#define TERCEL_NET_STREAM_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* No buffer of a stream is larger: offsets into it are 32 bits. */
#define STREAM_BUFFER_BYTES_MAX (UINT32_C(1) << 30)

struct stream_limits {
    uint32_t send_bytes;       /* committed and not yet taken, including what is held */
    uint32_t receive_bytes;    /* received and not yet consumed */
    uint32_t record_bytes_max; /* the largest stream_reserve; each room of stream_reserve_many */
    uint32_t gather_bytes_max; /* the largest at_least of stream_peek */
    uint32_t hold_bytes;       /* committed and waiting for the journal */
    uint32_t hold_records_max; /* records of distinct positions waiting for the journal */
};

/*
 * Whether a stream can keep its promises within them: a record of record_bytes_max fits an empty
 * send buffer and the hold budget, a message of gather_bytes_max fits the receive buffer.
 */
static inline bool stream_limits_possible(const struct stream_limits *limits) {
    return limits->record_bytes_max >= 1 && limits->record_bytes_max <= limits->send_bytes &&
           limits->record_bytes_max <= limits->hold_bytes && limits->hold_records_max >= 1 &&
           limits->hold_records_max <= STREAM_BUFFER_BYTES_MAX / 64 &&
           limits->gather_bytes_max >= 1 && limits->gather_bytes_max <= limits->receive_bytes &&
           limits->send_bytes <= STREAM_BUFFER_BYTES_MAX &&
           limits->receive_bytes <= STREAM_BUFFER_BYTES_MAX;
}

#endif
