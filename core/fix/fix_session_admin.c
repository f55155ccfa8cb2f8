#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_view.h"

enum fix_action fix_session_take_test_request(struct fix_session *session,
                                              const struct fix_message *message) {
    struct bytes id;
    enum fix_get got = fix_get_bytes(message->view, FIX_TEST_REQ_ID, &id);
    if (got == FIX_GET_EMPTY && session->config.profile.empty_values_allowed) {
        fix_session_owe(session, FIX_MSG_HEARTBEAT[0])->empty_text = true;
        return FIX_ACTION_NONE;
    }
    if (got != FIX_GET_OK) {
        fix_session_owe_reject(session, message, fix_reject_reason_of(got), FIX_TEST_REQ_ID);
        return FIX_ACTION_NONE;
    }
    /* A part of it would answer another question. */
    if (id.len > FIX_TEST_REQ_ID_MAX) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_TEST_REQ_ID);
        return FIX_ACTION_NONE;
    }
    struct fix_owed *owed = fix_session_owe(session, FIX_MSG_HEARTBEAT[0]);
    memcpy(owed->text, id.data, id.len);
    owed->text_len = (uint8_t)id.len;
    return FIX_ACTION_NONE;
}

enum fix_action fix_session_take_logout(struct fix_session *session, struct now now,
                                        const struct fix_message *message) {
    struct bytes text;
    if (fix_get_bytes(message->view, FIX_TEXT, &text) == FIX_GET_OK) {
        fix_session_note_text(session, text);
    }
    session->heard_out = message->seq == session->next_in;
    fix_session_consume(session, now, message);
    if (session->state == FIX_SESSION_LOGOUT_SENT) {
        return fix_session_close(session, now, FIX_END_LOGOUT_ANSWERED);
    }
    (void)fix_session_owe(session, FIX_MSG_LOGOUT[0]);
    return fix_session_close(session, now, FIX_END_LOGOUT_RECEIVED);
}

/* What was missed before their Logon is of an earlier connection, whose end is known. */
static void note_filled(struct fix_session *session, uint64_t next) {
    session->counters.filled_over += next > session->logon_seq + 1;
}

/* 34 is of no account: this is how a peer that lost its numbers finds a common ground. */
static enum fix_action take_reset(struct fix_session *session, struct now now,
                                  const struct fix_message *message, uint64_t next) {
    if (next < session->next_in) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, 0);
        return FIX_ACTION_NONE;
    }
    if (fix_session_has_gap(session)) {
        session->counters.filled_over++;
    } else {
        note_filled(session, next);
    }
    fix_session_end_early(session);
    fix_session_expect(session, now, next);
    return FIX_ACTION_NONE;
}

static enum fix_action take_gap_fill(struct fix_session *session, struct now now,
                                     const struct fix_message *message, uint64_t next) {
    if (message->seq > session->next_in) {
        fix_session_gap_seen(session, now, message->seq);
        fix_session_keep_early(session, message);
        return FIX_ACTION_NONE;
    }
    if (message->seq < session->next_in) {
        return fix_session_take_low(session, now, message);
    }
    if (next <= message->seq) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_NEW_SEQ_NO);
        return FIX_ACTION_NONE;
    }
    note_filled(session, next);
    if (!session->config.early_stands) {
        fix_session_expect(session, now, next);
        return FIX_ACTION_NONE;
    }
    session->filled_to = next > session->filled_to ? next : session->filled_to;
    fix_session_expect(session, now, message->seq + 1);
    return FIX_ACTION_NONE;
}

enum fix_action fix_session_take_sequence_reset(struct fix_session *session, struct now now,
                                                const struct fix_message *message) {
    bool gap_fill = false;
    enum fix_get got = fix_get_bool(message->view, FIX_GAP_FILL_FLAG, &gap_fill);
    if (got != FIX_GET_OK && got != FIX_GET_MISSING) {
        fix_session_owe_reject(session, message, fix_reject_reason_of(got), FIX_GAP_FILL_FLAG);
        return FIX_ACTION_NONE;
    }
    uint64_t next;
    got = fix_get_uint(message->view, FIX_NEW_SEQ_NO, FIX_SEQ_MAX, &next);
    if (got != FIX_GET_OK) {
        fix_session_owe_reject(session, message, fix_reject_reason_of(got), FIX_NEW_SEQ_NO);
        return FIX_ACTION_NONE;
    }
    return gap_fill ? take_gap_fill(session, now, message, next)
                    : take_reset(session, now, message, next);
}
