/*
 * A record layer that encrypts nothing: the shape of TLS without its ciphers.
 *
 * Every committed record travels as a 5-byte header (type, version, length), the plaintext, and a
 * 17-byte tag (content type, record number, checksum), built in place in room reserved from the
 * stream below: proof that head- and tailroom need no support there. Record numbers are assigned
 * at commit, so a refused or cancelled reservation uses none. When reading, a record is shown only
 * once it is complete and its tag is verified, in place where it lies in the stream below; several
 * records are gathered in a buffer of the layer's own.
 *
 * What it is not: protection. A record that fails (type, length, number, checksum) ends the stream
 * as STREAM_CLOSE_FAULT and resets the one below, as a bad TLS record would.
 *
 * The stream below stays its owner's: discard it through its stack when done with this one. One
 * thread. No allocation.
 */
#ifndef TERCEL_NET_STREAM_FRAME_NULL_H
#define TERCEL_NET_STREAM_FRAME_NULL_H

#include "net/stream.h"
#include "net/stream_limits.h"

#define STREAM_FRAME_NULL_HEADER_BYTES 5
#define STREAM_FRAME_NULL_TAG_BYTES 17
#define STREAM_FRAME_NULL_OVERHEAD_BYTES                                                           \
    (STREAM_FRAME_NULL_HEADER_BYTES + STREAM_FRAME_NULL_TAG_BYTES)
#define STREAM_FRAME_NULL_RECORD_BYTES_MAX (65535 - STREAM_FRAME_NULL_TAG_BYTES)

struct stream_frame_null_limits {
    uint32_t record_bytes_max; /* of stream_reserve: that of the stream below, less the overhead */
    uint32_t large_bytes_max;  /* of stream_reserve_many and of what the peer sends: at least
                                  record_bytes_max, at most STREAM_FRAME_NULL_RECORD_BYTES_MAX and
                                  gather_bytes_max of the stream below less the overhead */
    uint32_t gather_bytes_max; /* of stream_peek */
};

struct stream_frame_null;

/* Bytes that stream_frame_null_init needs; 0 for impossible limits. */
size_t stream_frame_null_footprint(const struct stream_frame_null_limits *limits);

/*
 * Takes over reading and writing of `below`, which nobody has read or written yet. `mem` is aligned
 * to 64 and outlives the stream that is returned.
 */
struct stream *stream_frame_null_init(void *mem, const struct stream_frame_null_limits *limits,
                                      struct stream *below);

#endif
