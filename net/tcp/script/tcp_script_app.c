#include "net/tcp/script/tcp_script_internal.h"

#include <string.h>

static struct stream_stack *streams(const struct script_run *run) {
    return stack_streams(run->stack);
}

static bool has_stream(struct script_run *run) {
    return run->flow->stream != NULL || script_fail(run, "there is no stream on this flow");
}

/* Where streams come from. */

static void begin_stream(struct script_flow *flow, struct stream *stream) {
    flow->stream = stream;
    flow->written = flow->read = 0;
    flow->room = (struct stream_room){0};
}

static bool app_dial(struct script_run *run, struct script_words *words) {
    struct script_flow *flow = run->flow;
    bool fails = script_words_take(words, "fails");
    if (flow->stream != NULL) {
        return script_fail(run, "the flow has a stream already");
    }
    struct stream *stream = stream_dial(streams(run), (unsigned)(flow - run->flows));
    if ((stream == NULL) != fails) {
        return script_fail(run, fails ? "a stream was made" : "no stream was made");
    }
    begin_stream(flow, stream);
    flow->local_port = 0;
    flow->remote_port = SCRIPT_PEER_PORT;
    flow->ts_known = false;
    return true;
}

static bool app_accept(struct script_run *run, struct script_words *words) {
    (void)words;
    if (run->flow->stream != NULL) {
        return script_fail(run, "the flow has a stream already");
    }
    begin_stream(run->flow, stream_accept(streams(run), 0));
    return run->flow->stream != NULL || script_fail(run, "nothing to accept");
}

static bool app_no_accept(struct script_run *run, struct script_words *words) {
    (void)words;
    return stream_accept(streams(run), 0) == NULL ||
           script_fail(run, "there was something to accept");
}

static bool app_discard(struct script_run *run, struct script_words *words) {
    (void)words;
    if (!has_stream(run)) {
        return false;
    }
    stream_discard(streams(run), run->flow->stream);
    run->flow->stream = NULL;
    return true;
}

/* Not the application's: the flow's next connection. */
static bool app_rebase(struct script_run *run, struct script_words *words) {
    int64_t number;
    if (!script_words_number(words, &number)) {
        return script_fail(run, "expected a number");
    }
    run->flow->irs = tcp_seq_add(run->flow->irs, (uint32_t)number);
    run->flow->iss_known = false;
    run->flow->ts_known = false;
    return true;
}

/* Writing. */

static bool result_is(struct script_run *run, struct script_words *words,
                      enum stream_result result) {
    const char *name = stream_result_name(result);
    bool ok =
        script_words_at_end(words) ? result == STREAM_OK : script_words_take_name(words, name);
    return ok || script_fail(run, "reserve says: %s", name);
}

static bool result_is_ok(struct script_run *run, enum stream_result result) {
    return result == STREAM_OK || script_fail(run, "reserve says: %s", stream_result_name(result));
}

/* "N [RESULT]". */
static bool app_reserve(struct script_run *run, struct script_words *words) {
    int64_t bytes;
    if (!has_stream(run) || !script_words_number(words, &bytes) || bytes < 1) {
        return script_fail(run, "expected a number of bytes");
    }
    struct stream_room room;
    enum stream_result result = stream_reserve(run->flow->stream, (size_t)bytes, &room);
    if (result == STREAM_OK) {
        run->flow->room = room;
    }
    return result_is(run, words, result);
}

static void fill(struct script_flow *flow, char *room, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        room[i] = script_pattern(flow->written + i, true);
    }
    flow->written += bytes;
}

/* "N [at POSITION] [secret]", into the open reservation or one of its own. */
static bool app_commit(struct script_run *run, struct script_words *words) {
    struct script_flow *flow = run->flow;
    int64_t bytes, position = 0;
    if (!has_stream(run) || !script_words_number(words, &bytes) || bytes < 1 ||
        (script_words_take(words, "at") && !script_words_number(words, &position))) {
        return script_fail(run, "expected a number of bytes, perhaps at a position");
    }
    unsigned flags = script_words_take(words, "secret") ? STREAM_SECRET : STREAM_PLAIN;
    if (flow->room.data == NULL) {
        enum stream_result result = stream_reserve(flow->stream, (size_t)bytes, &flow->room);
        if (result != STREAM_OK) {
            return result_is_ok(run, result);
        }
    }
    if (flow->room.bytes < (size_t)bytes) {
        return script_fail(run, "more than was reserved");
    }
    fill(flow, flow->room.data, (size_t)bytes);
    stream_commit(flow->stream, (size_t)bytes,
                  (struct stream_position){.value = (uint64_t)position}, flags);
    flow->room = (struct stream_room){0};
    return true;
}

/* "N" is committed; "N RESULT" is refused for that. */
static bool app_write(struct script_run *run, struct script_words *words) {
    uint32_t first = words->next;
    script_words_next(words);
    bool refused = !script_words_at_end(words);
    words->next = first;
    return refused ? app_reserve(run, words) : app_commit(run, words);
}

static bool app_write_many(struct script_run *run, struct script_words *words) {
    struct script_flow *flow = run->flow;
    struct stream_rooms rooms;
    int64_t bytes;
    if (!has_stream(run) || !script_words_number(words, &bytes) || bytes < 1) {
        return script_fail(run, "expected a number of bytes");
    }
    enum stream_result result = stream_reserve_many(flow->stream, (size_t)bytes, &rooms);
    if (result != STREAM_OK) {
        return result_is_ok(run, result);
    }
    size_t left = (size_t)bytes;
    for (uint32_t i = 0; i < rooms.count; i++) {
        size_t part = rooms.room[i].bytes < left ? rooms.room[i].bytes : left;
        fill(flow, rooms.room[i].data, part);
        left -= part;
    }
    stream_commit(flow->stream, (size_t)bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
    return left == 0 || script_fail(run, "the rooms are too small");
}

static bool app_cancel(struct script_run *run, struct script_words *words) {
    (void)words;
    if (!has_stream(run) || run->flow->room.data == NULL) {
        return script_fail(run, "nothing is reserved");
    }
    stream_cancel(run->flow->stream);
    run->flow->room = (struct stream_room){0};
    return true;
}

static bool app_release(struct script_run *run, struct script_words *words) {
    int64_t position;
    if (!has_stream(run) || !script_words_number(words, &position)) {
        return script_fail(run, "expected a position");
    }
    stream_release(run->flow->stream, (struct stream_position){.value = (uint64_t)position});
    return true;
}

static bool app_unsent(struct script_run *run, struct script_words *words) {
    int64_t bytes;
    if (!has_stream(run) || !script_words_number(words, &bytes)) {
        return script_fail(run, "expected a number of bytes");
    }
    size_t unsent = stream_unsent(run->flow->stream);
    return unsent == (size_t)bytes || script_fail(run, "%zu are unsent", unsent);
}

/* Reading. */

static bool pattern_is_right(struct script_run *run, struct bytes view, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (view.data[i] != script_pattern(run->flow->read + i, false)) {
            return script_fail(run, "byte %zu of what was read is wrong", i);
        }
    }
    return true;
}

static bool app_read(struct script_run *run, struct script_words *words) {
    int64_t bytes;
    if (!has_stream(run) || !script_words_number(words, &bytes) || bytes < 1) {
        return script_fail(run, "expected a number of bytes");
    }
    struct bytes view = stream_peek(run->flow->stream, (size_t)bytes);
    if (view.len < (size_t)bytes) {
        return script_fail(run, "%zu bytes are there", view.len);
    }
    if (!pattern_is_right(run, view, (size_t)bytes)) {
        return false;
    }
    unsigned flags = script_words_take(words, "secret") ? STREAM_SECRET : STREAM_PLAIN;
    stream_consume(run->flow->stream, (size_t)bytes, flags);
    run->flow->read += (uint64_t)bytes;
    return true;
}

static bool app_unread(struct script_run *run, struct script_words *words) {
    int64_t bytes;
    if (!has_stream(run) || !script_words_number(words, &bytes)) {
        return script_fail(run, "expected a number of bytes");
    }
    size_t gather = run->config.stack.limits.tcp.stream.gather_bytes_max;
    size_t ask = (size_t)bytes + 1 < gather ? (size_t)bytes + 1 : gather;
    struct bytes view = stream_peek(run->flow->stream, ask);
    if (view.len != (size_t)bytes) {
        return script_fail(run, "%zu bytes are unread", view.len);
    }
    return pattern_is_right(run, view, view.len);
}

/* Ending. */

static bool app_finish(struct script_run *run, struct script_words *words) {
    (void)words;
    if (!has_stream(run)) {
        return false;
    }
    stream_finish(run->flow->stream);
    return true;
}

static bool app_abort(struct script_run *run, struct script_words *words) {
    (void)words;
    if (!has_stream(run)) {
        return false;
    }
    stream_abort(run->flow->stream);
    return true;
}

/* "NAME [REASON]". */
static bool app_state(struct script_run *run, struct script_words *words) {
    if (!has_stream(run)) {
        return false;
    }
    const char *state = stream_state_name(stream_state(run->flow->stream));
    const char *reason = stream_close_reason_name(stream_close_reason(run->flow->stream));
    if (!script_words_take_name(words, state)) {
        return script_fail(run, "it is %s", state);
    }
    return script_words_at_end(words) || script_words_take_name(words, reason) ||
           script_fail(run, "it is closed because: %s", reason);
}

/* The world. */

static bool app_pools(struct script_run *run, struct script_words *words) {
    return (script_words_take(words, "full") || script_fail(run, "expected full")) &&
           script_pools_full(run);
}

static bool app_refuse(struct script_run *run, struct script_words *words) {
    bool data = false, control = false, send = false;
    while (!script_words_at_end(words)) {
        if (script_words_take(words, "data")) {
            data = true;
        } else if (script_words_take(words, "control")) {
            control = true;
        } else if (script_words_take(words, "send")) {
            send = true;
        } else if (!script_words_take(words, "nothing")) {
            return script_fail(run, "expected data, control, send or nothing");
        }
    }
    nic_sim_refuse_take(run->sim, data, control);
    nic_sim_refuse_send(run->sim, send);
    return true;
}

static bool app_link(struct script_run *run, struct script_words *words) {
    bool up = script_words_take(words, "up");
    nic_sim_set_link(run->sim, up);
    return up || script_words_take(words, "down") || script_fail(run, "expected up or down");
}

static bool app_verdict(struct script_run *run, struct script_words *words) {
    enum packet_verdict verdict = PACKET_UNKNOWN;
    if (script_words_take(words, "good")) {
        verdict = PACKET_GOOD;
    } else if (script_words_take(words, "bad")) {
        verdict = PACKET_BAD;
    } else if (!script_words_take(words, "unknown")) {
        return script_fail(run, "expected good, bad or unknown");
    }
    nic_sim_verdict(run->sim, verdict, verdict);
    return true;
}

/* The flow's next hop answers from another Ethernet address from now on. */
static bool app_moved(struct script_run *run, struct script_words *words) {
    return script_words_ethernet(words, &run->flow->at) || script_fail(run, "not an address");
}

static bool app_answers(struct script_run *run, struct script_words *words) {
    int64_t count;
    if (!script_words_number(words, &count)) {
        return script_fail(run, "expected a number");
    }
    return run->flood_answers == count ||
           script_fail(run, "%u frames answered the flood", run->flood_answers);
}

static const struct {
    const char *name;
    bool (*call)(struct script_run *run, struct script_words *words);
} calls[] = {
    {"dial", app_dial},
    {"accept", app_accept},
    {"no-accept", app_no_accept},
    {"discard", app_discard},
    {"rebase", app_rebase},
    {"reserve", app_reserve},
    {"commit", app_commit},
    {"write", app_write},
    {"write-many", app_write_many},
    {"cancel", app_cancel},
    {"release", app_release},
    {"unsent", app_unsent},
    {"read", app_read},
    {"unread", app_unread},
    {"finish", app_finish},
    {"abort", app_abort},
    {"state", app_state},
    {"pools", app_pools},
    {"refuse", app_refuse},
    {"link", app_link},
    {"verdict", app_verdict},
    {"flood-answers", app_answers},
    {"moved", app_moved},
};

bool script_app(struct script_run *run, struct script_words *words, bool *ok) {
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (script_words_take(words, calls[i].name)) {
            *ok = script_app_begin(run) && calls[i].call(run, words) && script_app_end(run);
            return true;
        }
    }
    return false;
}
