#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/route/order_entry_state.h"

/* Logons of one client at the door that may wait for their passwords to be checked. */
#define PLACES_PER_CLIENT 8
/* Wrong passwords in a row from which on the next one has to wait. It is not refused: whoever knows
 * the CompIDs could keep a firm out by that. */
#define WRONG_PASSWORDS_FREE 3
#define WRONG_WAIT_NS (1 * NS_PER_S)
/* How long a Logout may take to be read, and an old connection to end. */
#define WAIT_NS (10 * NS_PER_S)
#define FAREWELL_NS (1 * NS_PER_S)
#define TAKE_OVER_NS (5 * NS_PER_S)
#define LOGOUT_BYTES_MAX 512

static struct instant after(struct now now, int64_t ns) {
    return instant_add(now.mono, (struct duration){.ns = ns});
}

static uint32_t find_client(const struct order_entry *entry, const struct fix_identity *identity) {
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        const struct fix_session_config *config = &entry->setup.clients[i].session;
        if (bytes_equal(identity->sender_comp_id, config->target_comp_id) &&
            bytes_equal(identity->target_comp_id, config->sender_comp_id) &&
            bytes_equal(identity->begin_string, config->version->begin_string)) {
            return i;
        }
    }
    return ROUTE_NONE;
}

/* No number of the session's is used for it: whoever this is, the session does not know him. */
static size_t write_logout(const struct fix_session_config *config, struct now now,
                           struct bytes text, char *room) {
    struct fix_writer writer;
    struct fix_time_cache cache = {0};
    fix_writer_begin(&writer, room, LOGOUT_BYTES_MAX, config->version->begin_string);
    fix_put_bytes(&writer, FIX_MSG_TYPE, BYTES(FIX_MSG_LOGOUT));
    fix_put_uint(&writer, FIX_MSG_SEQ_NUM, 1);
    fix_put_bytes(&writer, FIX_SENDER_COMP_ID, config->sender_comp_id);
    fix_put_utc(&writer, FIX_SENDING_TIME, &cache, now.utc, config->time_digits);
    fix_put_bytes(&writer, FIX_TARGET_COMP_ID, config->target_comp_id);
    fix_put_bytes(&writer, FIX_TEXT, text);
    return fix_writer_finish(&writer);
}

/* Refused with a reason: to one who knows the CompIDs of a session, at least. */
static void send_away(struct order_entry *entry, struct now now, struct door_connection *place,
                      struct bytes why) {
    struct stream_room room;
    if (stream_state(place->stream) != STREAM_OPEN ||
        stream_reserve(place->stream, LOGOUT_BYTES_MAX, &room) != STREAM_OK) {
        door_shut_out(entry, now, place, why);
        return;
    }
    size_t len = write_logout(&entry->setup.clients[place->client].session, now, why, room.data);
    CHECK(len != 0);
    stream_commit(place->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    stream_consume(place->stream, stream_peek(place->stream, 0).len, STREAM_SECRET);
    stream_finish(place->stream);
    place->state = DOOR_LEAVING;
    place->deadline = after(now, FAREWELL_NS);
    entry->counters.connections_refused++;
    notice_send(entry, now, NOTICE_CLIENT_REFUSED, 0, 0, why);
}

static void count_wrong(struct client *client, struct now now) {
    client->wrong_passwords++;
    if (client->wrong_passwords >= WRONG_PASSWORDS_FREE) {
        client->locked_until = after(now, WRONG_WAIT_NS);
    }
}

static uint32_t places_of(const struct order_entry *entry, uint32_t client) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        const struct door_connection *place = &entry->door[i];
        count += place->stream != NULL && place->client == client && place->state != DOOR_LEAVING;
    }
    return count;
}

/* The password goes to the cold thread in a cell of its own; the cell is wiped there. */
static void ask(struct order_entry *entry, struct now now, struct door_connection *place,
                struct bytes password) {
    struct question *question = spsc_reserve(entry->setup.rings.password_questions);
    /* At most one question per client is open, and the ring has a cell for each. */
    CHECK(question != NULL);
    if (password.len > sizeof(question->text)) {
        password.len = 0;
    }
    question->kind = QUESTION_PASSWORD;
    question->session = place->client;
    question->epoch = place->stream->epoch;
    question->text_len = (uint32_t)password.len;
    if (password.len != 0) {
        memcpy(question->text, password.data, password.len);
    }
    spsc_publish(entry->setup.rings.password_questions);
    entry->clients[place->client].door_asked = (uint32_t)(place - entry->door);
    place->state = DOOR_ASKED;
    place->deadline =
        instant_add(now.mono, entry->setup.clients[place->client].session.answer_timeout);
}

static void try_to_ask(struct order_entry *entry, struct now now, struct door_connection *place) {
    struct client *client = &entry->clients[place->client];
    const struct fix_session_config *config = &entry->setup.clients[place->client].session;
    if (client->door_asked != ROUTE_NONE || !instant_reached(now.mono, client->locked_until)) {
        return;
    }
    struct fix_identity identity;
    enum fix_action action = door_read(entry, place, &identity);
    CHECK(action == FIX_ACTION_DELIVER);
    if (identity.username.len != 0 && !bytes_equal(identity.username, config->target_comp_id)) {
        count_wrong(client, now);
        send_away(entry, now, place, BYTES("wrong user or password"));
        return;
    }
    ask(entry, now, place, identity.password);
}

static bool another_is_let_in(const struct order_entry *entry, uint32_t client) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        const struct door_connection *place = &entry->door[i];
        if (place->stream != NULL && place->state == DOOR_ADMITTED && place->client == client) {
            return true;
        }
    }
    return false;
}

/* One at a time: it is for this one that the session is being probed, or waited for. */
static void let_in(struct order_entry *entry, struct now now, struct door_connection *place) {
    if (another_is_let_in(entry, place->client)) {
        send_away(entry, now, place, BYTES("another connection is being let in"));
        return;
    }
    place->state = DOOR_ADMITTED;
    place->deadline = after(now, TAKE_OVER_NS);
}

/* The place may be another's by now: then the answer is about somebody who went away. */
void door_answer(struct order_entry *entry, struct now now, const struct answer *answer) {
    struct client *client = &entry->clients[answer->session];
    uint32_t index = client->door_asked;
    if (index == ROUTE_NONE) {
        return;
    }
    client->door_asked = ROUTE_NONE;
    if (answer->ok) {
        client->wrong_passwords = 0;
    } else {
        count_wrong(client, now);
    }
    struct door_connection *place = &entry->door[index];
    if (place->stream == NULL || place->state != DOOR_ASKED ||
        place->stream->epoch != answer->epoch) {
        return;
    }
    if (answer->ok) {
        let_in(entry, now, place);
    } else {
        send_away(entry, now, place, BYTES("wrong user or password"));
    }
}

void door_identified(struct order_entry *entry, struct now now, struct door_connection *place,
                     const struct fix_identity *identity) {
    uint32_t index = find_client(entry, identity);
    if (index == ROUTE_NONE) {
        door_shut_out(entry, now, place, BYTES("no client has these CompIDs and this BeginString"));
        return;
    }
    place->client = index;
    if (!entry->setup.clients[index].session.verdict_needed) {
        let_in(entry, now, place);
    } else if (places_of(entry, index) < PLACES_PER_CLIENT) {
        place->state = DOOR_WAITING;
        place->deadline = after(now, WAIT_NS);
    } else {
        send_away(entry, now, place, BYTES("too many Logons at once"));
    }
}

static void take_over(struct order_entry *entry, struct now now, struct door_connection *place) {
    struct client *client = &entry->clients[place->client];
    if (client->link.stream != NULL) {
        client_part(entry, place->client, now);
    }
    fix_link_attach(&client->link, place->stream);
    place->stream = NULL;
    entry->more = true;
}

/* A live session keeps its identity: it is asked whether it is alive, and the newcomer is the one
 * that goes when it is. */
static void probe(struct order_entry *entry, struct now now, struct door_connection *place) {
    struct client *client = &entry->clients[place->client];
    struct fix_session *session = &client->link.session;
    if (client->door_probing != place->stream->epoch) {
        client->door_probing = place->stream->epoch;
        fix_session_probe(session, now);
        entry->more = true;
    }
    switch (fix_session_probe_verdict(session, now)) {
    case FIX_PROBE_DEAD:
        take_over(entry, now, place);
        break;
    case FIX_PROBE_ALIVE:
        send_away(entry, now, place, BYTES("this session is connected already"));
        break;
    case FIX_PROBE_NONE:
    case FIX_PROBE_PENDING:
        break;
    }
}

/* A session that is ending is waited for, but not for long. */
static void admit(struct order_entry *entry, struct now now, struct door_connection *place) {
    const struct client *client = &entry->clients[place->client];
    bool late = instant_reached(now.mono, place->deadline);
    if (client->link.stream == NULL) {
        take_over(entry, now, place);
    } else if (stream_state(place->stream) != STREAM_OPEN) {
        door_shut_out(entry, now, place, BYTES("closed before it was let in"));
    } else if (client->link.session.state != FIX_SESSION_UP) {
        if (late) {
            take_over(entry, now, place);
        }
    } else if (late) {
        send_away(entry, now, place, BYTES("this session is connected already"));
    } else {
        probe(entry, now, place);
    }
}

void door_go_on(struct order_entry *entry, struct now now, struct door_connection *place) {
    enum stream_state state = stream_state(place->stream);
    if (place->state == DOOR_LEAVING) {
        if (state != STREAM_OPEN || instant_reached(now.mono, place->deadline)) {
            stream_discard(entry->setup.stack, place->stream);
            place->stream = NULL;
        }
        return;
    }
    if (place->state == DOOR_ADMITTED) {
        admit(entry, now, place);
        return;
    }
    if (state != STREAM_OPEN) {
        door_shut_out(entry, now, place, BYTES("closed before it was let in"));
    } else if (instant_reached(now.mono, place->deadline)) {
        send_away(entry, now, place, BYTES("Logon not verified in time"));
    } else if (place->state == DOOR_WAITING) {
        try_to_ask(entry, now, place);
    }
}
