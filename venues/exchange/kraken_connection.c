#include "venues/exchange/kraken_internal.h"

#define LINGER_S 2

void kraken_connection_log(struct kraken_spot *spot, const struct kraken_connection *connection,
                           struct now now, char direction, struct bytes message) {
    if (spot->config.log.message != NULL) {
        spot->config.log.message(spot->config.log.context, now, direction,
                                 kraken_session_of(spot, connection)->client->comp_id, message);
    }
}

void kraken_connection_linger(struct kraken_connection *connection, struct now now) {
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
    struct kraken_session *session = kraken_session_of(spot, connection);
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

void kraken_connection_finish(struct kraken_spot *spot, struct kraken_connection *connection,
                              struct now now) {
    unbind(spot, connection, now);
    kraken_connection_linger(connection, now);
}

void kraken_connection_give_up(struct kraken_spot *spot, struct kraken_connection *connection,
                               struct now now) {
    if (connection->state == KRAKEN_BOUND || connection->state == KRAKEN_STALLED) {
        unbind(spot, connection, now);
    }
    stream_abort(connection->stream);
    connection->state = KRAKEN_DONE;
}

bool kraken_connection_is_over(const struct kraken_connection *connection) {
    enum stream_state state = stream_state(connection->stream);
    return state == STREAM_CLOSED || state == STREAM_PEER_FINISHED;
}

bool kraken_connection_has_unread(const struct kraken_connection *connection) {
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
bool kraken_connection_bind(struct kraken_spot *spot, struct kraken_connection *connection,
                            const struct fix_identity *identity, struct now now) {
    int client = find_client(spot, identity->sender_comp_id);
    if (client < 0 || !bytes_equal(identity->target_comp_id, BYTES(KRAKEN_SPOT_COMP_ID)) ||
        spot->sessions[client].connection != KRAKEN_NONE ||
        !instant_reached(now.mono, spot->closed_until)) {
        return false;
    }
    connection->client = (uint32_t)client;
    connection->state = KRAKEN_BOUND;
    struct kraken_session *session = kraken_session_of(spot, connection);
    session->connection = (uint32_t)(connection - spot->connections);
    session->was_up = false;
    fix_session_connected(&session->fix, now, ++spot->epoch);
    return true;
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
