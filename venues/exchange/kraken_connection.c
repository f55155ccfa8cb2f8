#include "core/fix/fix_frame.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_logon.h"

/* Fairness: no connection keeps the others waiting for more than this many messages. */
#define MESSAGES_PER_TURN 64
#define LINGER_S 2

static struct kraken_session *session_of(struct kraken_spot *spot,
                                         const struct kraken_connection *connection) {
    return &spot->sessions[connection->client];
}

static void log_message(struct kraken_spot *spot, const struct kraken_connection *connection,
                        struct now now, char direction, struct bytes message) {
    if (spot->config.log.message != NULL) {
        spot->config.log.message(spot->config.log.context, now, direction,
                                 session_of(spot, connection)->client->comp_id, message);
    }
}

/* The stream waits for its last bytes to leave; nothing more is said or read. */
static void linger(struct kraken_connection *connection, struct now now) {
    stream_finish(connection->stream);
    connection->state = KRAKEN_LINGERING;
    connection->deadline = instant_add(now.mono, (struct duration){LINGER_S * NS_PER_S});
}

/*
 * [session]: a disconnect without logout is abnormal and cancels the session's orders when 8674 is
 * absent or 0; that an orderly logout does too follows the wording of [logon] (unverified). That a
 * roll-over does not is likely: the market goes on (unverified).
 */
static bool cancels(const struct kraken_spot *spot, const struct kraken_session *session) {
    const struct kraken_options *options = &spot->config.options;
    enum fix_end end = session->fix.end;
    bool orderly = end == FIX_END_LOGOUT_RECEIVED || end == FIX_END_LOGOUT_ANSWERED;
    bool spared =
        session->rolls_over ? !options->roll_over_cancels : orderly && options->cod_spares_logout;
    return session->was_up && session->cancel_on_disconnect && !options->cod_disabled && !spared;
}

/* Of a session that is not connected. */
static void begin_anew(struct kraken_spot *spot, uint32_t client) {
    struct kraken_session *session = &spot->sessions[client];
    fix_session_restore(&session->fix, 1, 1);
    if (session->outbox != NULL) {
        fix_outbox_clear(session->outbox);
    }
    ++session->number;
    session->rolls_over = false;
    kraken_gap_forget(spot, client);
}

static void unbind(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    fix_session_disconnected(&session->fix, now);
    session->connection = KRAKEN_NONE;
    if (cancels(spot, session)) {
        session->killed_epoch = session->fix.epoch;
        kraken_engine_cancel_all(spot, connection->client, false, KRAKEN_NONE,
                                 "Cancel on disconnect", now);
    }
    session->was_up = false;
    session->trouble = (struct kraken_trouble){0};
    if (session->rolls_over) {
        begin_anew(spot, connection->client);
    }
}

/* [session]: logical, daily, and both directions' numbers begin anew; the Text is made up. */
void kraken_connection_roll_over(struct kraken_spot *spot, struct now now) {
    struct duration pause = {spot->config.options.roll_over_pause_ms * NS_PER_MS};
    spot->closed_until = instant_add(now.mono, pause);
    for (uint32_t i = 0; i < spot->config.client_count; ++i) {
        struct kraken_session *session = &spot->sessions[i];
        if (session->connection == KRAKEN_NONE) {
            begin_anew(spot, i);
            continue;
        }
        session->rolls_over = true;
        fix_session_logout(&session->fix, now, BYTES("Daily rollover"));
    }
}

/* In order: what is owed has been written. */
static void finish(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    unbind(spot, connection, now);
    linger(connection, now);
}

/* The stream is gone, or is not to be used any more. */
static void give_up(struct kraken_spot *spot, struct kraken_connection *connection,
                    struct now now) {
    if (connection->state == KRAKEN_BOUND || connection->state == KRAKEN_STALLED) {
        unbind(spot, connection, now);
    }
    stream_abort(connection->stream);
    connection->state = KRAKEN_DONE;
}

static bool is_over(const struct kraken_connection *connection) {
    enum stream_state state = stream_state(connection->stream);
    return state == STREAM_CLOSED || state == STREAM_PEER_FINISHED;
}

/* Whether a message may still come of what was received. A closed stream's cannot be answered. */
static bool has_unread(const struct kraken_connection *connection) {
    size_t len = stream_peek(connection->stream, connection->need).len;
    return stream_state(connection->stream) != STREAM_CLOSED && len > 0 && len >= connection->need;
}

static int find_client(const struct kraken_spot *spot, struct bytes comp_id) {
    for (uint32_t i = 0; i < spot->config.client_count; ++i) {
        if (bytes_equal(spot->config.clients[i].comp_id, comp_id)) {
            return (int)i;
        }
    }
    return -1;
}

/* A stranger, a wrong TargetCompID or a second connection of a live session: a silent close, which
 * [logon] allows. */
static bool bind_session(struct kraken_spot *spot, struct kraken_connection *connection,
                         const struct fix_identity *identity, struct now now) {
    int client = find_client(spot, identity->sender_comp_id);
    if (client < 0 || !bytes_equal(identity->target_comp_id, BYTES(KRAKEN_SPOT_COMP_ID)) ||
        spot->sessions[client].connection != KRAKEN_NONE ||
        !instant_reached(now.mono, spot->closed_until)) {
        return false;
    }
    connection->client = (uint32_t)client;
    connection->state = KRAKEN_BOUND;
    struct kraken_session *session = session_of(spot, connection);
    session->connection = (uint32_t)(connection - spot->connections);
    session->was_up = false;
    fix_session_connected(&session->fix, now, ++spot->epoch);
    return true;
}

static bool read_unbound(struct kraken_spot *spot, struct kraken_connection *connection,
                         struct now now) {
    struct fix_identity identity;
    struct bytes in = stream_peek(connection->stream, connection->need);
    enum fix_action action = fix_session_identify(in, KRAKEN_MESSAGE_BYTES_MAX, &identity);
    if (action == FIX_ACTION_PARTIAL) {
        bool again = connection->need < identity.need;
        connection->need = identity.need;
        if (!again && (is_over(connection) || instant_reached(now.mono, connection->deadline))) {
            give_up(spot, connection, now);
        }
        return again;
    }
    if (action != FIX_ACTION_DELIVER || !bind_session(spot, connection, &identity, now)) {
        ++spot->counters.refused_logons;
        stream_consume(connection->stream, in.len, STREAM_SECRET);
        linger(connection, now);
        return false;
    }
    connection->need = 0;
    return true;
}

static void judge_logon(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    struct kraken_session *account = &spot->sessions[session->account];
    struct kraken_logon_expected expected = {.api_key = session->client->api_key,
                                             .secret = session->client->secret,
                                             .last_nonce = account->last_nonce};
    struct kraken_logon logon;
    struct bytes text = {0};
    bool good = kraken_logon_check(&spot->input.view, now, &expected, &logon, &text);
    if (good) {
        account->last_nonce = logon.nonce;
        session->cancel_on_disconnect = logon.cancel_on_disconnect;
        session->number += logon.reset_sequence;
        kraken_gap_forget(spot, connection->client);
        if (logon.reset_cl_ord_id) {
            session->last_integer_id = 0;
        }
    }
    spot->counters.logons += good;
    spot->counters.refused_logons += !good;
    fix_session_verdict(&session->fix, now, session->fix.epoch, good, text);
}

/* The faults of reading. True when the connection is not to go on. */
static bool strike(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    const struct kraken_options *options = &spot->config.options;
    struct kraken_trouble *trouble = &session_of(spot, connection)->trouble;
    if (trouble->close) {
        kraken_engine_run(spot, now);
        give_up(spot, connection, now);
        return true;
    }
    if (trouble->stall) {
        trouble->stall = false;
        kraken_engine_run(spot, now);
        connection->state = KRAKEN_STALLED;
        return true;
    }
    if (options->drop_after != 0 && !spot->dropped &&
        spot->counters.messages >= options->drop_after) {
        spot->dropped = true;
        kraken_engine_run(spot, now);
        give_up(spot, connection, now);
        return true;
    }
    if (options->stall_after != 0 && spot->counters.messages >= options->stall_after) {
        connection->state = KRAKEN_STALLED;
        return true;
    }
    return false;
}

/* What the session found in one message. */
static void take_input(struct kraken_spot *spot, struct kraken_connection *connection,
                       struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    const struct fix_input *input = &spot->input;
    if (input->action == FIX_ACTION_NEED_VERDICT) {
        judge_logon(spot, connection, now);
    } else if (input->action == FIX_ACTION_DELIVER) {
        kraken_gateway_take(spot, connection->client, &input->view, input->seq, now);
    } else if (input->action == FIX_ACTION_UP) {
        session->was_up = true;
    }
}

/* The faults of the wire, and what is kept behind a gap: both look at a message first. */
static enum kraken_passage look_ahead(struct kraken_spot *spot,
                                      struct kraken_connection *connection, struct bytes in,
                                      size_t *bytes) {
    struct fix_frame frame;
    uint32_t bad_offset;
    const struct kraken_session *session = session_of(spot, connection);
    bool wanted =
        spot->config.options.gap_queues ||
        exchange_faults_any(&spot->config.faults, EXCHANGE_FAULT_LOSE, EXCHANGE_FAULT_CLOSE_BEFORE);
    if (!wanted || connection->is_shown || session->fix.state != FIX_SESSION_UP ||
        fix_frame(in, KRAKEN_MESSAGE_BYTES_MAX, &frame) != FIX_FRAME_COMPLETE ||
        fix_view_parse(bytes_of(in.data, frame.bytes), &spot->ahead, &bad_offset) != FIX_VIEW_OK) {
        return KRAKEN_PASSES;
    }
    *bytes = frame.bytes;
    connection->is_shown = true;
    enum kraken_passage passage = kraken_mishap_arrives(spot, connection->client, &spot->ahead);
    if (passage == KRAKEN_PASSES) {
        kraken_gap_keep(spot, connection->client, spot->ahead.message, &spot->ahead);
    }
    return passage;
}

static bool lose_message(struct kraken_spot *spot, struct kraken_connection *connection,
                         enum kraken_passage passage, size_t bytes, struct now now) {
    if (passage == KRAKEN_CLOSES) {
        give_up(spot, connection, now);
        return false;
    }
    stream_consume(connection->stream, bytes, STREAM_PLAIN);
    connection->need = 0;
    connection->is_shown = false;
    return true;
}

/* One message at most. True when there may be another. */
static bool read_message(struct kraken_spot *spot, struct kraken_connection *connection,
                         struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    struct fix_input *input = &spot->input;
    /* A Logon is what empties a queue that filled up while the session was down. */
    if (connection->is_deaf || (session->fix.state == FIX_SESSION_UP &&
                                !kraken_gateway_has_room(spot, connection->client))) {
        return false;
    }
    struct bytes in = stream_peek(connection->stream, connection->need);
    size_t bytes = 0;
    enum kraken_passage passage = look_ahead(spot, connection, in, &bytes);
    if (passage != KRAKEN_PASSES) {
        return lose_message(spot, connection, passage, bytes, now);
    }
    fix_session_input(&session->fix, now, in, input);
    if (input->action == FIX_ACTION_PARTIAL) {
        bool again = connection->need < input->need;
        connection->need = input->need;
        return again;
    }
    if (input->action == FIX_ACTION_BLOCKED) {
        return false;
    }
    take_input(spot, connection, now);
    connection->need = 0;
    if (input->consumed == 0) {
        return input->action == FIX_ACTION_UP;
    }
    /* Of a Logon the log knows what to hide; what else may hold a secret it is not shown. */
    if (!input->secret || input->action == FIX_ACTION_NEED_VERDICT) {
        log_message(spot, connection, now, '<', bytes_of(in.data, input->consumed));
    }
    connection->is_shown = false;
    bool goes_on = input->action != FIX_ACTION_CLOSE;
    stream_consume(connection->stream, input->consumed,
                   input->secret ? STREAM_SECRET : STREAM_PLAIN);
    ++spot->counters.messages;
    kraken_gap_release(spot, connection->client, now);
    return !strike(spot, connection, now) && goes_on;
}

bool kraken_connection_read(struct kraken_spot *spot, struct kraken_connection *connection,
                            struct now now) {
    for (int i = 0; i < MESSAGES_PER_TURN; ++i) {
        bool more = false;
        if (connection->state == KRAKEN_UNBOUND) {
            more = read_unbound(spot, connection, now);
        } else if (connection->state == KRAKEN_BOUND) {
            more = read_message(spot, connection, now);
        }
        if (!more) {
            return false;
        }
    }
    return true;
}

/* What the session itself owes. False when there is no room for it now. */
static bool write_owed(struct kraken_spot *spot, struct kraken_connection *connection,
                       struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    while (fix_session_has_output(&session->fix)) {
        struct stream_room room;
        size_t bytes = fix_session_output_bytes(&session->fix);
        if (stream_reserve(connection->stream, bytes, &room) != STREAM_OK) {
            return false;
        }
        bool secret;
        size_t len = fix_session_output(&session->fix, now, room.data, bytes, &secret);
        CHECK(len > 0 && !secret);
        log_message(spot, connection, now, '>', bytes_of(room.data, len));
        stream_commit(connection->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
    return true;
}

static void commit(struct kraken_spot *spot, struct kraken_connection *connection,
                   struct bytes message, struct now now) {
    log_message(spot, connection, now, '>', message);
    stream_commit(connection->stream, message.len, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

/* Once more what was written last, if there is room for it. */
static void write_again(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    struct fix_outbox_message last;
    struct stream_room room;
    if (session->outbox == NULL ||
        !fix_outbox_next(session->outbox, session->fix.next_out - 1, &last) ||
        stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
        return;
    }
    size_t len = kraken_write_again(last.bytes, now, room.data, KRAKEN_RECORD_BYTES_MAX);
    CHECK(len > 0);
    commit(spot, connection, bytes_of(room.data, len), now);
}

static void write_report(struct kraken_spot *spot, struct kraken_connection *connection, char *data,
                         struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    const struct kraken_report *report = kraken_reports_first(session);
    const struct kraken_fate fate = report->fate;
    size_t len = 0;
    if (fate.is_forgotten) {
        kraken_write_nothing(spot, connection->client, now, data, KRAKEN_RECORD_BYTES_MAX);
    } else {
        len = kraken_write_report(spot, connection->client, report, now, data,
                                  KRAKEN_RECORD_BYTES_MAX - FIX_RESENT_BYTES_MORE);
        CHECK(len > 0);
    }
    kraken_reports_drop_first(session, &spot->config.limits);
    if (fate.is_skipped || fate.is_forgotten) {
        stream_cancel(connection->stream);
        return;
    }
    if (fate.bad_checksum) {
        data[len - 2] = data[len - 2] == '9' ? '0' : (char)(data[len - 2] + 1);
    }
    commit(spot, connection, bytes_of(data, len), now);
    if (fate.is_replayed) {
        write_again(spot, connection, now);
    }
}

static void write_reports(struct kraken_spot *spot, struct kraken_connection *connection,
                          struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    while (fix_session_can_send(&session->fix) && session->report_count > 0 &&
           instant_reached(now.mono, kraken_reports_first(session)->ready_at)) {
        if (!kraken_mishap_report(spot, connection->client, now)) {
            continue;
        }
        struct stream_room room;
        if (session->trouble.close ||
            stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
            return;
        }
        write_report(spot, connection, room.data, now);
        if (!kraken_bulk_write(spot, connection, now)) {
            return;
        }
    }
}

/* What faults have in store for a connection. False when it is done with. */
static bool suffer(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    struct kraken_trouble *trouble = &session_of(spot, connection)->trouble;
    if (trouble->close) {
        give_up(spot, connection, now);
        return false;
    }
    if (trouble->stall) {
        trouble->stall = false;
        connection->state = KRAKEN_STALLED;
        return false;
    }
    connection->is_deaf = connection->is_deaf || trouble->stop_reading;
    if (trouble->logout) {
        trouble->logout = false;
        fix_session_logout(&session_of(spot, connection)->fix, now, BYTES("Logout by fault"));
    }
    return true;
}

static bool write_bound(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = session_of(spot, connection);
    enum fix_action action = FIX_ACTION_NONE;
    if (instant_reached(now.mono, fix_session_deadline(&session->fix))) {
        action = fix_session_tick(&session->fix, now);
    }
    session->was_up = session->was_up || action == FIX_ACTION_UP;
    if (!suffer(spot, connection, now)) {
        return true;
    }
    bool written = kraken_bulk_write(spot, connection, now);
    if (written) {
        written = write_owed(spot, connection, now);
        write_reports(spot, connection, now);
        if (!suffer(spot, connection, now)) {
            return true;
        }
    }
    if (session->fix.state == FIX_SESSION_CLOSING &&
        (written || instant_reached(now.mono, fix_session_deadline(&session->fix)))) {
        finish(spot, connection, now);
        return true;
    }
    /* What the peer sent before it went has been read: reading comes before writing in a turn. */
    if (is_over(connection) && !has_unread(connection)) {
        give_up(spot, connection, now);
        return true;
    }
    return action != FIX_ACTION_NONE;
}

bool kraken_connection_write(struct kraken_spot *spot, struct kraken_connection *connection,
                             struct now now) {
    switch (connection->state) {
    case KRAKEN_BOUND:
        return write_bound(spot, connection, now);
    case KRAKEN_STALLED:
        if (is_over(connection)) {
            give_up(spot, connection, now);
        }
        return false;
    case KRAKEN_LINGERING:
        if (stream_state(connection->stream) == STREAM_CLOSED ||
            instant_reached(now.mono, connection->deadline)) {
            give_up(spot, connection, now);
        }
        return false;
    case KRAKEN_FREE:
    case KRAKEN_UNBOUND:
    case KRAKEN_DONE:
        break;
    }
    return false;
}

struct instant kraken_connection_deadline(const struct kraken_spot *spot,
                                          const struct kraken_connection *connection,
                                          struct now now) {
    const struct kraken_session *session;
    switch (connection->state) {
    case KRAKEN_UNBOUND:
    case KRAKEN_LINGERING:
        return connection->deadline;
    case KRAKEN_BOUND:
        session = &spot->sessions[connection->client];
        /* One that is ready and still here waits for the stream, which wakes by itself. */
        if (fix_session_can_send(&session->fix) && session->report_count > 0 &&
            !instant_reached(now.mono, kraken_reports_first(session)->ready_at)) {
            return instant_earlier(fix_session_deadline(&session->fix),
                                   kraken_reports_first(session)->ready_at);
        }
        return fix_session_deadline(&session->fix);
    case KRAKEN_FREE:
    case KRAKEN_STALLED:
    case KRAKEN_DONE:
        break;
    }
    return INSTANT_NEVER;
}
