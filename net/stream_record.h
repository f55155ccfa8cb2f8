/*
 * Streams whose every outcome is recorded, and streams that replay such a record.
 *
 * A recorder stands between a session and any stack: it hands out streams of its own over the
 * stack's, passes everything through and writes what could not be foreseen to a replay_log: which
 * connections came, which bytes and how far they could be seen, which reservations were refused,
 * when a state changed. A replayer has no stack: it is asked the same questions in the same order
 * and answers from the log. Everything a session commits can be watched in both; that the two agree
 * is the point.
 *
 * What a session may foresee, and so is not in the log: no connection, room for every reservation,
 * a state as it was, and of unread bytes those that were seen before.
 *
 * The log's rule about secrets holds: it has every byte that came. At most streams_max streams
 * exist at once; more connections are neither accepted nor dialled. One thread. No allocation after
 * init.
 */
#ifndef TERCEL_NET_STREAM_RECORD_H
#define TERCEL_NET_STREAM_RECORD_H

#include "core/base/replay_log.h"
#include "net/stream.h"
#include "net/stream_limits.h"

#define STREAM_RECORD_STREAMS_MAX 65536

/* Bytes that were committed on a stream, which is named by its epoch; a record may come in several
 * pieces. May be without a function. */
struct stream_watch {
    void (*committed)(void *context, uint32_t epoch, struct bytes bytes);
    void *context;
};

struct stream_recorder;

/* 0 for impossible limits: streams_max is 1 .. STREAM_RECORD_STREAMS_MAX. */
size_t stream_recorder_footprint(uint32_t streams_max);

/* `mem` is aligned to 64. `log` is recording; it and `below` outlive the recorder. */
struct stream_recorder *stream_recorder_init(void *mem, uint32_t streams_max,
                                             struct stream_stack *below, struct replay_log *log,
                                             struct stream_watch watch);
struct stream_stack *stream_recorder_stack(struct stream_recorder *recorder);

struct stream_replayer;

/* `limits` are at least those of the streams that were recorded: receive_bytes and
 * record_bytes_max count. 0 for impossible ones. */
size_t stream_replayer_footprint(uint32_t streams_max, const struct stream_limits *limits);

/* `streams_max` as it was recorded. `log` is replaying. */
struct stream_replayer *stream_replayer_init(void *mem, uint32_t streams_max,
                                             const struct stream_limits *limits,
                                             struct replay_log *log, struct stream_watch watch);
struct stream_stack *stream_replayer_stack(struct stream_replayer *replayer);

/* Kinds of entries, and what their values are. */
enum stream_record_kind {
    STREAM_RECORD_ACCEPT = 1,   /* epoch; foreseen: nobody */
    STREAM_RECORD_DIAL,         /* epoch; foreseen: no slot free */
    STREAM_RECORD_STATE,        /* state; foreseen: as it was */
    STREAM_RECORD_CLOSE_REASON, /* reason; foreseen: as it was */
    STREAM_RECORD_UNSENT,       /* bytes; foreseen: as it was */
    STREAM_RECORD_RESERVE,      /* result; foreseen: STREAM_OK */
    STREAM_RECORD_RESERVE_MANY, /* result, then the bytes of each room */
    STREAM_RECORD_PEEK          /* length of the view, and its new bytes; foreseen: all unread ones
                                   that were seen before */
};

#endif
