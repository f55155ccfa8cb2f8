#include "core/fix/fix_frame.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_logon.h"

/* Fairness: no connection keeps the others waiting for more than this many messages. */
#define MESSAGES_PER_TURN 64

static bool read_unbound(struct kraken_spot *spot, struct kraken_connection *connection,
                         struct now now) {
    struct fix_identity identity;
    struct bytes in = stream_peek(connection->stream, connection->need);
    enum fix_action action = fix_session_identify(in, KRAKEN_MESSAGE_BYTES_MAX, &identity);
    if (action == FIX_ACTION_PARTIAL) {
        bool again = connection->need < identity.need;
        connection->need = identity.need;
        if (!again && (kraken_connection_is_over(connection) ||
                       instant_reached(now.mono, connection->deadline))) {
            kraken_connection_give_up(spot, connection, now);
        }
        return again;
    }
    if (action != FIX_ACTION_DELIVER || !kraken_connection_bind(spot, connection, &identity, now)) {
        ++spot->counters.refused_logons;
        stream_consume(connection->stream, in.len, STREAM_SECRET);
        kraken_connection_linger(connection, now);
        return false;
    }
    connection->need = 0;
    return true;
}

static void judge_logon(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
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
    struct kraken_trouble *trouble = &kraken_session_of(spot, connection)->trouble;
    if (trouble->close) {
        kraken_engine_run(spot, now);
        kraken_connection_give_up(spot, connection, now);
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
        kraken_connection_give_up(spot, connection, now);
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
    struct kraken_session *session = kraken_session_of(spot, connection);
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
    const struct kraken_session *session = kraken_session_of(spot, connection);
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
        kraken_connection_give_up(spot, connection, now);
        return false;
    }
    stream_consume(connection->stream, bytes, STREAM_PLAIN);
    connection->need = 0;
    connection->is_shown = false;
    return true;
}

/* A Logon is what empties a queue that filled up while the session was down. */
static bool has_room(const struct kraken_spot *spot, const struct kraken_connection *connection,
                     const struct kraken_session *session) {
    enum fix_session_state state = session->fix.state;
    bool delivers = state == FIX_SESSION_UP || state == FIX_SESSION_RESET_SENT ||
                    state == FIX_SESSION_LOGOUT_SENT;
    return !delivers || kraken_gateway_has_room(spot, connection->client);
}

/* One message at most. True when there may be another. */
static bool read_message(struct kraken_spot *spot, struct kraken_connection *connection,
                         struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
    struct fix_input *input = &spot->input;
    if (connection->is_deaf || !has_room(spot, connection, session)) {
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
        kraken_connection_log(spot, connection, now, '<', bytes_of(in.data, input->consumed));
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
