#include "bench/conformance/acceptor_control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    struct acceptor_control *control;
    struct now now;
    struct acceptor_world *world;
    const char *rest; /* behind the world's name; terminated */
    char *reply;
    size_t reply_bytes;
};

static bool refuse(const struct command *command, const char *why) {
    (void)snprintf(command->reply, command->reply_bytes, "error: %s\n", why);
    return false;
}

static bool do_later(const struct command *command) {
    char *end;
    long long ms = strtoll(command->rest, &end, 10);
    if (end == command->rest || ms < 0 || ms > 100LL * 24 * 3600 * 1000) {
        return refuse(command, "milliseconds, up to 100 days");
    }
    command->world->ahead_ns += ms * NS_PER_MS;
    return true;
}

static bool do_clock(const struct command *command) {
    struct now here = acceptor_world_now(command->world, command->now);
    (void)snprintf(command->reply, command->reply_bytes, "ok %" PRId64 "\n", here.utc.ns);
    return true;
}

static bool do_say(const struct command *command) {
    return acceptor_world_say(command->world, bytes_of_string(command->rest)) ||
           refuse(command, "too much is waiting");
}

static bool do_logout(const struct command *command) {
    acceptor_world_logout(command->world, command->now, bytes_of_string(command->rest));
    return true;
}

static bool do_dial(const struct command *command) {
    unsigned long peer = strtoul(command->rest, NULL, 10);
    if (peer >= command->control->peer_count || command->world->link.stream != NULL) {
        return refuse(command, "no such peer, or connected already");
    }
    struct stream *stream = stream_dial(command->control->streams, (unsigned)peer);
    return (stream != NULL && acceptor_world_attach(command->world, stream)) ||
           refuse(command, "no socket is ready");
}

static bool do_restore(const struct command *command) {
    char *end;
    unsigned long long next_in = strtoull(command->rest, &end, 10);
    unsigned long long next_out = strtoull(end, NULL, 10);
    if (next_in == 0 || next_out == 0 || command->world->link.stream != NULL) {
        return refuse(command, "two numbers, while not connected");
    }
    struct fix_session *session = &command->world->link.session;
    fix_session_restore(session, next_in, next_out);
    fix_outbox_clear(session->config.outbox);
    return true;
}

static bool do_reset(const struct command *command) {
    return fix_session_reset(&command->world->link.session,
                             acceptor_world_now(command->world, command->now)) ||
           refuse(command, "not now");
}

static bool do_rest(const struct command *command) {
    command->world->echo.rests = true;
    return true;
}

static bool do_work(const struct command *command) {
    command->world->echo.rests = false;
    return true;
}

static bool do_state(const struct command *command) {
    const struct fix_session *session = &command->world->link.session;
    const struct fix_session_counters *counters = &session->counters;
    (void)snprintf(command->reply, command->reply_bytes,
                   "ok state=%s in=%" PRIu64 " out=%" PRIu64 " garbled=%" PRIu64 " gaps=%" PRIu64
                   " duplicates=%" PRIu64 " rejected=%" PRIu64 " held=%d end=%s\n",
                   fix_session_state_name(session->state), session->next_in, session->next_out,
                   counters->garbled, counters->gaps, counters->duplicates,
                   counters->rejects_received, command->world->held, fix_end_name(session->end));
    return true;
}

static const struct {
    const char *name;
    bool (*run)(const struct command *command);
} verbs[] = {
    {"clock", do_clock}, {"later", do_later}, {"say", do_say},         {"logout", do_logout},
    {"dial", do_dial},   {"reset", do_reset}, {"restore", do_restore}, {"rest", do_rest},
    {"work", do_work},   {"state", do_state},
};

static void obey(struct command *command, char *line) {
    char *name = strchr(line, ' ');
    (void)snprintf(command->reply, command->reply_bytes, "ok\n");
    if (name == NULL) {
        (void)refuse(command, "VERB WORLD ...");
        return;
    }
    *name++ = '\0';
    char *rest = strchr(name, ' ');
    if (rest != NULL) {
        *rest++ = '\0';
    }
    command->rest = rest == NULL ? "" : rest;
    command->world =
        acceptor_world_find(command->control->worlds, command->now, bytes_of_string(name));
    if (command->world == NULL) {
        (void)refuse(command, "no such world");
        return;
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, line) == 0) {
            (void)verbs[i].run(command);
            return;
        }
    }
    (void)refuse(command, "no such verb");
}

/* False: no whole line, or no room for the answer. */
static bool obey_one(struct acceptor_control *control, struct now now, struct stream *stream) {
    char line[ACCEPTOR_CONTROL_LINE_MAX];
    struct bytes unread = stream_peek(stream, 0);
    const char *end = unread.len == 0 ? NULL : memchr(unread.data, '\n', unread.len);
    struct stream_room room;
    if (end == NULL || (size_t)(end - unread.data) >= sizeof(line)) {
        return false;
    }
    size_t len = (size_t)(end - unread.data);
    memcpy(line, unread.data, len);
    line[len] = '\0';
    if (stream_reserve(stream, ACCEPTOR_CONTROL_LINE_MAX, &room) != STREAM_OK) {
        return false;
    }
    struct command command = {.control = control,
                              .now = now,
                              .reply = room.data,
                              .reply_bytes = ACCEPTOR_CONTROL_LINE_MAX};
    obey(&command, line);
    stream_commit(stream, strlen(room.data), STREAM_RELEASE_NOW, STREAM_PLAIN);
    stream_consume(stream, len + 1, STREAM_PLAIN);
    return true;
}

void acceptor_control_open(struct acceptor_control *control, unsigned listener) {
    for (uint32_t i = 0; i < ACCEPTOR_CONTROLS_MAX; i++) {
        if (control->stream[i] == NULL) {
            control->stream[i] = stream_accept(control->streams, listener);
        }
        if (control->stream[i] == NULL) {
            return;
        }
    }
}

void acceptor_control_turn(struct acceptor_control *control, struct now now) {
    for (uint32_t i = 0; i < ACCEPTOR_CONTROLS_MAX; i++) {
        struct stream *stream = control->stream[i];
        if (stream == NULL) {
            continue;
        }
        while (obey_one(control, now, stream)) {
        }
        if (stream_state(stream) != STREAM_OPEN) {
            stream_discard(control->streams, stream);
            control->stream[i] = NULL;
        }
    }
}
