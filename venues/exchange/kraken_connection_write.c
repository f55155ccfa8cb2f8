#include <string.h>

#include "venues/exchange/exchange_text.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_tag.h"

/* What the session itself owes. False when there is no room for it now. */
static bool write_owed(struct kraken_spot *spot, struct kraken_connection *connection,
                       struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
    while (fix_session_has_output(&session->fix)) {
        struct stream_room room;
        size_t bytes = fix_session_output_bytes(&session->fix);
        if (stream_reserve(connection->stream, bytes, &room) != STREAM_OK) {
            return false;
        }
        bool secret;
        size_t len = fix_session_output(&session->fix, now, room.data, bytes, &secret);
        CHECK(len > 0 && !secret);
        kraken_connection_log(spot, connection, now, '>', bytes_of(room.data, len));
        stream_commit(connection->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
    return true;
}

static void commit(struct kraken_spot *spot, struct kraken_connection *connection,
                   struct bytes message, struct now now) {
    kraken_connection_log(spot, connection, now, '>', message);
    stream_commit(connection->stream, message.len, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

/* Once more what was written last, if there is room for it. */
static void write_again(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
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
    struct kraken_session *session = kraken_session_of(spot, connection);
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
    struct kraken_session *session = kraken_session_of(spot, connection);
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

/* Its answer has the client's next number: a gap before it shows. */
static void ask(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
    struct stream_room room;
    if (!fix_session_can_send(&session->fix) ||
        stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
        return;
    }
    struct fix_writer writer;
    fix_session_begin(&session->fix, now, BYTES("1"), room.data, KRAKEN_RECORD_BYTES_MAX, &writer);
    fix_put_bytes(&writer, KRAKEN_TEST_REQ_ID, BYTES("GAP"));
    size_t len = fix_session_end(&session->fix, now, &writer);
    CHECK(len > 0);
    commit(spot, connection, bytes_of(room.data, len), now);
    session->trouble.test_request = false;
}

/* What faults have in store for a connection. False when it is done with. */
static bool suffer(struct kraken_spot *spot, struct kraken_connection *connection, struct now now) {
    struct kraken_trouble *trouble = &kraken_session_of(spot, connection)->trouble;
    if (trouble->close) {
        kraken_connection_give_up(spot, connection, now);
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
        fix_session_logout(&kraken_session_of(spot, connection)->fix, now,
                           BYTES("Logout by fault"));
    }
    return true;
}

static bool write_bound(struct kraken_spot *spot, struct kraken_connection *connection,
                        struct now now) {
    struct kraken_session *session = kraken_session_of(spot, connection);
    enum fix_action action = FIX_ACTION_NONE;
    if (connection->is_deaf) {
        fix_session_hold(&session->fix, now);
    }
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
        if (session->trouble.test_request) {
            ask(spot, connection, now);
        }
        if (!suffer(spot, connection, now)) {
            return true;
        }
    }
    if (session->fix.state == FIX_SESSION_CLOSING &&
        (written || instant_reached(now.mono, fix_session_deadline(&session->fix)))) {
        kraken_connection_finish(spot, connection, now);
        return true;
    }
    /* What the peer sent before it went has been read: reading comes before writing in a turn. */
    if (kraken_connection_is_over(connection) && !kraken_connection_has_unread(connection)) {
        kraken_connection_give_up(spot, connection, now);
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
        if (kraken_connection_is_over(connection)) {
            kraken_connection_give_up(spot, connection, now);
        }
        return false;
    case KRAKEN_LINGERING:
        if (stream_state(connection->stream) == STREAM_CLOSED ||
            instant_reached(now.mono, connection->deadline)) {
            kraken_connection_give_up(spot, connection, now);
        }
        return false;
    case KRAKEN_FREE:
    case KRAKEN_UNBOUND:
    case KRAKEN_DONE:
        break;
    }
    return false;
}

/* Whether `fields`, with '|' for SOH, have one of this tag. */
static bool gives(struct bytes fields, const char *tag) {
    size_t len = strlen(tag);
    while (fields.len > 0) {
        struct bytes field = exchange_text_until(&fields, '|');
        if (field.len > len && memcmp(field.data, tag, len) == 0 && field.data[len] == '=') {
            return true;
        }
    }
    return false;
}

static void put_given(struct fix_writer *writer, struct bytes field) {
    struct bytes value = field;
    struct bytes tag = exchange_text_until(&value, '=');
    int64_t number;
    if (decimal_parse(tag, 0, &number) == DECIMAL_OK && number > 0 && number <= 999999999) {
        fix_put_bytes(writer, (uint32_t)number, value);
    }
}

static void put_said(const struct kraken_session *session, struct fix_writer *writer,
                     struct bytes fields, uint64_t seq, struct now now) {
    struct fix_time_cache cache = {0};
    bool own_seq = !gives(fields, "34");
    bool own_sender = !gives(fields, "49");
    bool own_time = !gives(fields, "52");
    bool own_target = !gives(fields, "56");
    put_given(writer, exchange_text_until(&fields, '|'));
    if (own_seq) {
        fix_put_uint(writer, KRAKEN_MSG_SEQ_NUM, seq);
    }
    if (own_sender) {
        fix_put_bytes(writer, KRAKEN_SENDER_COMP_ID, BYTES(KRAKEN_SPOT_COMP_ID));
    }
    if (own_time) {
        fix_put_utc(writer, KRAKEN_SENDING_TIME, &cache, now.utc, 3);
    }
    if (own_target) {
        fix_put_bytes(writer, KRAKEN_TARGET_COMP_ID, session->client->comp_id);
    }
    while (fields.len > 0) {
        put_given(writer, exchange_text_until(&fields, '|'));
    }
}

bool kraken_connection_say(struct kraken_spot *spot, uint32_t client, struct bytes fields,
                           struct now now) {
    struct kraken_session *session = &spot->sessions[client];
    struct stream_room room;
    bool framed = fields.len > 3 && memcmp(fields.data, "35=", 3) == 0;
    if (!framed || session->connection == KRAKEN_NONE || !fix_session_can_send(&session->fix)) {
        return false;
    }
    struct kraken_connection *connection = &spot->connections[session->connection];
    bool busy = connection->state != KRAKEN_BOUND || connection->garbage_left > 0 ||
                connection->long_left > 0;
    if (busy || stream_reserve(connection->stream, KRAKEN_RECORD_BYTES_MAX, &room) != STREAM_OK) {
        return false;
    }
    uint64_t seq = session->fix.next_out;
    if (!gives(fields, "34")) {
        kraken_write_nothing(spot, client, now, room.data, KRAKEN_RECORD_BYTES_MAX);
    }
    struct fix_writer writer;
    fix_writer_begin(&writer, room.data, KRAKEN_RECORD_BYTES_MAX, BYTES("FIX.4.4"));
    put_said(session, &writer, fields, seq, now);
    size_t len = fix_writer_finish(&writer);
    if (len == 0) {
        stream_cancel(connection->stream);
        return false;
    }
    commit(spot, connection, bytes_of(room.data, len), now);
    return true;
}
