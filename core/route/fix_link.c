#include "core/route/fix_link.h"

#include <string.h>

#include "core/base/mischief.h"

/* Admin messages handled in one call: a flood of heartbeats cannot keep the worker from its turn.
 */
#define FIX_LINK_BURST 64

/* A caller whose message found no room asks again every turn; when it does not, nothing waits. */
#define FIX_LINK_WANTED_FLUSHES 2

/* Bytes on their way beyond which a replay waits. */
#define FIX_LINK_REPLAY_UNSENT_MAX 16384

void fix_link_init(struct fix_link *link, const struct fix_session_config *config) {
    *link = (struct fix_link){.stream = NULL};
    fix_session_init(&link->session, config);
}

void fix_link_attach(struct fix_link *link, struct stream *stream) {
    CHECK(link->stream == NULL);
    link->stream = stream;
    link->need = 0;
    link->connected = false;
    link->finished = false;
    link->abandoned = false;
    link->more = false;
    link->said = FIX_ACTION_NONE;
    link->blocked = false;
    link->wanted = 0;
}

static bool note_connected(struct fix_link *link, struct now now) {
    if (!link->connected && stream_state(link->stream) != STREAM_CONNECTING) {
        if (stream_state(link->stream) == STREAM_CLOSED && stream_peek(link->stream, 0).len == 0) {
            return false;
        }
        link->connected = true;
        fix_session_connected(&link->session, now, link->stream->epoch);
    }
    return link->connected;
}

enum fix_action fix_link_read(struct fix_link *link, struct now now, struct fix_input *input) {
    input->action = FIX_ACTION_NONE;
    input->consumed = 0;
    link->more = false;
    link->blocked = false;
    if (link->stream == NULL || !note_connected(link, now)) {
        return FIX_ACTION_NONE;
    }
    if (link->said != FIX_ACTION_NONE) {
        input->action = link->said;
        link->said = FIX_ACTION_NONE;
        link->more = true;
        return input->action;
    }
    for (int count = 0; count < FIX_LINK_BURST && !MISCHIEF(MISCHIEF_SHORT_READ); count++) {
        struct bytes unread = stream_peek(link->stream, link->need);
        bool enough = unread.len != 0 && unread.len >= link->need;
        if (!enough && !fix_session_has_input(&link->session)) {
            return FIX_ACTION_NONE;
        }
        fix_session_input(&link->session, now, unread, input);
        if (input->action == FIX_ACTION_PARTIAL) {
            link->need = input->need;
            continue;
        }
        /* By an answer that is awaited it is not in our hands. */
        link->blocked =
            input->action == FIX_ACTION_BLOCKED && fix_session_has_urgent_output(&link->session);
        if (input->action != FIX_ACTION_NONE) {
            return input->action;
        }
        fix_link_consume(link, input);
    }
    link->more = true;
    return FIX_ACTION_NONE;
}

void fix_link_hold(struct fix_link *link) {
    link->more = false;
}

void fix_link_consume(struct fix_link *link, const struct fix_input *input) {
    if (input->consumed != 0) {
        link->need = 0;
        stream_consume(link->stream, input->consumed, input->secret ? STREAM_SECRET : STREAM_PLAIN);
    }
}

static enum stream_result reserve(struct fix_link *link, size_t bytes, struct stream_room *room) {
    return MISCHIEF(MISCHIEF_NO_ROOM) ? STREAM_AGAIN_RING
                                      : stream_reserve(link->stream, bytes, room);
}

/* A message that the stream once took may be too long for it now that it is resent: in the room of
 * an admin message the session fills over it. */
static enum stream_result reserve_output(struct fix_link *link, struct stream_room *room,
                                         size_t *bytes) {
    *bytes = fix_session_output_bytes(&link->session);
    enum stream_result result = reserve(link, *bytes, room);
    if (result == STREAM_TOO_LONG && *bytes > FIX_ADMIN_BYTES_MAX) {
        *bytes = FIX_ADMIN_BYTES_MAX;
        result = stream_reserve(link->stream, *bytes, room);
    }
    return result;
}

static enum stream_result write_one(struct fix_link *link, struct now now) {
    struct stream_room room;
    size_t bytes;
    enum stream_result result = reserve_output(link, &room, &bytes);
    if (result == STREAM_GONE) {
        fix_session_forget_output(&link->session);
    }
    if (result != STREAM_OK) {
        return result;
    }
    bool secret = false;
    uint64_t resent = link->session.counters.resent;
    size_t len = fix_session_output(&link->session, now, room.data, bytes, &secret);
    if (len == 0) {
        stream_cancel(link->stream);
        return STREAM_OK;
    }
    /* What is sent again must not overtake the journal: its first copy may have died held. */
    bool again = link->session.counters.resent != resent;
    stream_commit(link->stream, len, again ? link->release_after : STREAM_RELEASE_NOW,
                  secret ? STREAM_SECRET : STREAM_PLAIN);
    return STREAM_OK;
}

/* A long replay goes no faster than the peer takes it, for what lies unsent delays what is live;
 * and it leaves room that comes in small pieces to the live message that waits for a larger one. */
static bool may_write(const struct fix_link *link) {
    if (fix_session_has_urgent_output(&link->session)) {
        return true;
    }
    return fix_session_has_output(&link->session) && link->wanted == 0 &&
           stream_unsent(link->stream) <= FIX_LINK_REPLAY_UNSENT_MAX;
}

/* STREAM_OK: what may be written has been. */
static enum stream_result write_owed(struct fix_link *link, struct now now) {
    while (may_write(link)) {
        enum stream_result result = write_one(link, now);
        if (result != STREAM_OK) {
            return result;
        }
    }
    return STREAM_OK;
}

/* What must go before an application message; a long replay does not. */
static enum stream_result write_first(struct fix_link *link, struct now now) {
    while (!fix_session_can_send(&link->session)) {
        enum stream_result result = write_one(link, now);
        if (result != STREAM_OK) {
            return result;
        }
        if (link->session.state != FIX_SESSION_UP) {
            return STREAM_GONE;
        }
    }
    return STREAM_OK;
}

/* What had blocked reading is written: there may be more to read, and nothing else will say so. */
static void unblock(struct fix_link *link) {
    if (link->blocked && !fix_session_has_urgent_output(&link->session)) {
        link->blocked = false;
        link->more = true;
    }
}

/* What the tick alone says is for who reads; CLOSE the state says as well. */
static void tick(struct fix_link *link, struct now now) {
    enum fix_action action = fix_session_tick(&link->session, now);
    if (action == FIX_ACTION_UP || action == FIX_ACTION_NEED_SIGNATURE) {
        link->said = action;
        link->more = true;
    }
}

void fix_link_flush(struct fix_link *link, struct now now) {
    if (link->stream == NULL || !note_connected(link, now)) {
        return;
    }
    if (!link->finished && (instant_reached(now.mono, fix_session_deadline(&link->session)) ||
                            MISCHIEF(MISCHIEF_EARLY_TICK))) {
        tick(link, now);
    }
    (void)write_owed(link, now);
    link->wanted -= link->wanted != 0;
    unblock(link);
    if (link->session.state == FIX_SESSION_CLOSING && !link->finished &&
        !fix_session_has_output(&link->session)) {
        link->finished = true;
        link->linger = instant_add(now.mono, link->session.config.logout_timeout);
        stream_finish(link->stream);
    }
}

enum stream_result fix_link_begin(struct fix_link *link, struct now now, struct bytes msg_type,
                                  size_t bytes, struct fix_writer *writer) {
    if (link->stream == NULL || link->session.state != FIX_SESSION_UP) {
        return STREAM_GONE;
    }
    struct stream_room room;
    enum stream_result result = write_first(link, now);
    if (result == STREAM_OK) {
        result = reserve(link, bytes, &room);
    }
    if (result == STREAM_OK) {
        link->room_bytes = bytes;
        fix_session_begin(&link->session, now, msg_type, room.data, bytes, writer);
    }
    link->wanted = result == STREAM_OK || result == STREAM_GONE ? 0 : FIX_LINK_WANTED_FLUSHES;
    return result;
}

bool fix_link_end(struct fix_link *link, struct now now, struct fix_writer *writer,
                  struct stream_position release_after) {
    size_t len = fix_session_end(&link->session, now, writer);
    if (len == 0) {
        stream_cancel(link->stream);
        return false;
    }
    DCHECK(len <= link->room_bytes);
    if (link->session.config.outbox != NULL && release_after.value > link->release_after.value) {
        link->release_after = release_after;
    }
    stream_commit(link->stream, len, release_after, STREAM_PLAIN);
    return true;
}

void fix_link_logout(struct fix_link *link, struct now now, struct bytes text) {
    link->abandoned = link->stream != NULL && !link->connected;
    fix_session_logout(&link->session, now, text);
}

static bool wants_to_say_goodbye(const struct fix_link *link) {
    return link->session.state == FIX_SESSION_CLOSING ||
           link->session.state == FIX_SESSION_LOGOUT_SENT;
}

bool fix_link_is_over(const struct fix_link *link, struct now now) {
    if (link->stream == NULL || link->more) {
        return false;
    }
    if (link->abandoned || (link->finished && instant_reached(now.mono, link->linger))) {
        return true;
    }
    enum stream_state state = stream_state(link->stream);
    if (state == STREAM_CLOSED) {
        return true;
    }
    return state == STREAM_PEER_FINISHED && !link->finished && !wants_to_say_goodbye(link);
}

struct stream *fix_link_detach(struct fix_link *link, struct now now) {
    struct stream *stream = link->stream;
    link->stream = NULL;
    link->need = 0;
    if (link->connected) {
        fix_session_disconnected(&link->session, now);
    }
    link->connected = false;
    link->more = false;
    return stream;
}

struct instant fix_link_deadline(const struct fix_link *link) {
    if (link->stream == NULL || !link->connected) {
        return INSTANT_NEVER;
    }
    if (link->more) {
        return (struct instant){.ns = INT64_MIN};
    }
    return link->finished ? link->linger : fix_session_deadline(&link->session);
}
