#include <stdio.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "venues/exchange/kraken_internal.h"

/*
 * Garbage and overlong messages: more than a record of the stream holds, so they are written piece
 * by piece, and nothing else until they are over.
 *
 * An overlong message is a Heartbeat whose TestReqID(112) fills it up. It takes the session's next
 * number: an ordinary Heartbeat is written for that and thrown away.
 */

#define TRAILER_BYTES 8 /* SOH, 10=ddd, SOH: the first ends 112 */

static uint32_t sum_of(const char *data, size_t len) {
    uint32_t sum = 0;
    for (size_t i = 0; i < len; ++i) {
        sum += (unsigned char)data[i];
    }
    return sum;
}

/* Behind 8 and 9, which `data` begins with. */
static const char *body_of(const char *data, size_t len) {
    const char *end = data;
    for (int fields = 0; fields < 2; ++fields) {
        end = (const char *)memchr(end, FIX_SOH, len - (size_t)(end - data)) + 1;
    }
    return end;
}

static bool write_garbage(struct kraken_spot *spot, struct kraken_connection *connection) {
    while (connection->garbage_left > 0) {
        struct stream_room room;
        size_t len = connection->garbage_left < KRAKEN_RECORD_BYTES_MAX ? connection->garbage_left
                                                                        : KRAKEN_RECORD_BYTES_MAX;
        if (stream_reserve(connection->stream, len, &room) != STREAM_OK) {
            return false;
        }
        for (size_t i = 0; i < len; ++i) {
            room.data[i] = (char)prng_below(&spot->prng, 256);
        }
        stream_commit(connection->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
        connection->garbage_left -= len;
    }
    return true;
}

/* The header of a Heartbeat with the session's next number, its BodyLength replaced. */
static size_t long_header(struct kraken_session *session, uint64_t body_bytes, struct now now,
                          char *out, size_t size) {
    char heartbeat[512];
    struct fix_writer writer;
    fix_session_begin(&session->fix, now, BYTES("0"), heartbeat, sizeof(heartbeat), &writer);
    size_t len = fix_session_end(&session->fix, now, &writer);
    CHECK(len > 0);
    const char *body = body_of(heartbeat, len);
    size_t body_len = len - (size_t)(body - heartbeat) - (TRAILER_BYTES - 1);
    int written = snprintf(out, size,
                           "8=FIX.4.4\x01"
                           "9=%llu\x01%.*s112=",
                           (unsigned long long)body_bytes, (int)body_len, body);
    CHECK(written > 0 && (size_t)written < size);
    return (size_t)written;
}

static bool begin_long(struct kraken_connection *connection, struct kraken_session *session,
                       struct now now) {
    struct stream_room room;
    uint64_t body_bytes = session->trouble.long_bytes;
    if (!fix_session_can_send(&session->fix) ||
        stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
        return false;
    }
    size_t len = long_header(session, body_bytes, now, room.data, KRAKEN_RECORD_BYTES_MAX);
    const char *body = body_of(room.data, len);
    size_t of_body = len - (size_t)(body - room.data);
    connection->long_sum = sum_of(room.data, len);
    /* What is missing of the body, the SOH that ends it included, and the trailer. */
    connection->long_left =
        (body_bytes > of_body + 1 ? body_bytes - of_body - 1 : 0) + TRAILER_BYTES;
    session->trouble.long_bytes = 0;
    stream_commit(connection->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    return true;
}

static bool write_long(struct kraken_connection *connection) {
    while (connection->long_left > 0) {
        struct stream_room room;
        if (stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
            return false;
        }
        uint64_t filler = connection->long_left - TRAILER_BYTES;
        size_t len = filler < KRAKEN_RECORD_BYTES_MAX ? filler : KRAKEN_RECORD_BYTES_MAX;
        if (filler == 0) {
            char text[TRAILER_BYTES + 1];
            snprintf(text, sizeof(text),
                     "\x01"
                     "10=%03u\x01",
                     (connection->long_sum + 1) % 256);
            memcpy(room.data, text, TRAILER_BYTES);
            len = TRAILER_BYTES;
        } else {
            memset(room.data, 'x', len);
            connection->long_sum += sum_of(room.data, len);
        }
        stream_commit(connection->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
        connection->long_left -= len;
    }
    return true;
}

bool kraken_bulk_write(struct kraken_spot *spot, struct kraken_connection *connection,
                       struct now now) {
    struct kraken_session *session = &spot->sessions[connection->client];
    connection->garbage_left += session->trouble.garbage_bytes;
    session->trouble.garbage_bytes = 0;
    if (!write_garbage(spot, connection)) {
        return false;
    }
    if (session->trouble.long_bytes > 0 && !begin_long(connection, session, now)) {
        return connection->long_left == 0;
    }
    return write_long(connection);
}
