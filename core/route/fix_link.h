/*
 * A FIX session joined to a stream: the loop every FIX peer of ours shares.
 *
 * It moves bytes both ways and keeps the one rule that matters: room is reserved before a sequence
 * number is used, and what was written is committed. It decides nothing about messages.
 */
#ifndef TERCEL_CORE_ROUTE_FIX_LINK_H
#define TERCEL_CORE_ROUTE_FIX_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/instant.h"
#include "core/fix/fix_session.h"
#include "net/stream.h"

struct fix_link {
    struct fix_session session;
    struct stream *stream;                /* NULL while there is none */
    size_t need;                          /* what the next peek asks for */
    size_t room_bytes;                    /* of the open reservation */
    struct stream_position release_after; /* the furthest of what may be resent */
    bool connected;                       /* the session was told that the stream is open */
    bool more;             /* reading stopped short of what is there: read again at once */
    enum fix_action said;  /* by a tick, for the next read; else NONE */
    bool blocked;          /* reading waits until what is owed has been written */
    unsigned wanted;       /* an application message found no room: flushes that leave it to it */
    bool finished;         /* our direction was ended */
    bool abandoned;        /* logged out before it was connected */
    struct instant linger; /* once finished: how long the peer may take to end its own */
};

void fix_link_init(struct fix_link *link, const struct fix_session_config *config);

/* Takes a stream that is connecting or open. */
void fix_link_attach(struct fix_link *link, struct stream *stream);

/*
 * Reads at most one message. NONE and BLOCKED mean "not now"; every other action is for the caller,
 * who then calls fix_link_consume with the same input. Administrative messages are dealt with
 * inside, a bounded number a call: after that it is NONE, too, and the deadline is "at once".
 */
enum fix_action fix_link_read(struct fix_link *link, struct now now, struct fix_input *input);
void fix_link_consume(struct fix_link *link, const struct fix_input *input);

/* In place of reading, when the caller cannot take now what might come. */
void fix_link_hold(struct fix_link *link);

/* Timers, then owed admin messages as far as there is room, then the orderly end if it is time. */
void fix_link_flush(struct fix_link *link, struct now now);

/*
 * Begins an application message of up to `bytes`, behind whatever admin messages are owed. Any
 * result but STREAM_OK means that it was not begun; STREAM_GONE also when the session is not up.
 */
enum stream_result fix_link_begin(struct fix_link *link, struct now now, struct bytes msg_type,
                                  size_t bytes, struct fix_writer *writer) MUST_USE;
/* Commits it; false when it did not fit or a value was refused: then nothing was sent. */
bool fix_link_end(struct fix_link *link, struct now now, struct fix_writer *writer,
                  struct stream_position release_after) MUST_USE;

/* Ends the session in whatever state it is, in order where that is possible. */
void fix_link_logout(struct fix_link *link, struct now now, struct bytes text);

/*
 * Whether the connection has nothing more to give: closed, ended by the peer without a logout, or
 * ended by us and not by the peer in time. Not while fix_link_read stopped short; and to be asked
 * only after it said NONE, so that no whole message is left behind. The caller then discards the
 * stream that fix_link_detach returns.
 */
bool fix_link_is_over(const struct fix_link *link, struct now now);
struct stream *fix_link_detach(struct fix_link *link, struct now now);

struct instant fix_link_deadline(const struct fix_link *link);

#endif
