#include "core/fix/fix_session_internal.h"

/* What a Logon says, once found possible. */
struct logon_terms {
    uint32_t heartbeat_s;
    bool reset;
    struct bytes appl_ver_id;             /* DefaultApplVerID(1137), of FIXT */
    uint64_t next_expected;               /* 0: not told, or of no interest */
    char fault[FIX_SESSION_TEXT_MAX + 1]; /* what the dictionary has against it */
};

/* EncryptMethod(98): only 0, none. Returns the text of a refusal, empty when there is none. */
static struct bytes read_encryption(const struct fix_session *session,
                                    const struct fix_message *message) {
    uint64_t method;
    enum fix_get got = fix_get_uint(message->view, FIX_ENCRYPT_METHOD, 99, &method);
    /* Some venues leave it out of their answer; we have nothing to ask of it there. */
    if (got == FIX_GET_MISSING && session->config.role == FIX_INITIATOR) {
        return BYTES("");
    }
    if (got != FIX_GET_OK) {
        return BYTES("EncryptMethod missing or malformed");
    }
    return method == 0 ? BYTES("") : BYTES("EncryptMethod must be 0");
}

static bool heartbeat_in_bounds(const struct fix_session_config *config, uint32_t seconds) {
    return seconds >= config->heartbeat_min_s &&
           (config->heartbeat_max_s == 0 || seconds <= config->heartbeat_max_s);
}

static struct bytes read_heartbeat(const struct fix_session *session,
                                   const struct fix_message *message, uint32_t *heartbeat_s) {
    int64_t seconds;
    bool initiator = session->config.role == FIX_INITIATOR;
    enum fix_get got = fix_get_int(message->view, FIX_HEART_BT_INT, &seconds);
    if (got == FIX_GET_MISSING && initiator) {
        *heartbeat_s = session->config.heartbeat_s;
        return BYTES("");
    }
    if (got != FIX_GET_OK) {
        return BYTES("HeartBtInt missing or malformed");
    }
    if (seconds < 0) {
        return BYTES("HeartBtInt must not be negative");
    }
    bool zero_allowed =
        initiator ? session->config.heartbeat_s == 0 : session->config.heartbeat_zero_allowed;
    if (seconds > FIX_HEARTBEAT_S_MAX || (seconds == 0 && !zero_allowed)) {
        return BYTES("HeartBtInt must be 1 to 3600");
    }
    if (!initiator && seconds != 0 && !heartbeat_in_bounds(&session->config, (uint32_t)seconds)) {
        return BYTES("HeartBtInt outside what this session allows");
    }
    *heartbeat_s = (uint32_t)seconds;
    return BYTES("");
}

/* NextExpectedMsgSeqNum(789). Numbers that begin anew are not missed. */
static struct bytes read_next_expected(const struct fix_session *session,
                                       const struct fix_message *message,
                                       struct logon_terms *terms) {
    if (!session->config.next_expected || terms->reset) {
        return BYTES("");
    }
    enum fix_get got = fix_get_uint(message->view, FIX_NEXT_EXPECTED_MSG_SEQ_NUM, FIX_SEQ_MAX,
                                    &terms->next_expected);
    bool good = got == FIX_GET_MISSING || (got == FIX_GET_OK && terms->next_expected != 0);
    return good ? BYTES("") : BYTES("NextExpectedMsgSeqNum malformed");
}

/* ResetSeqNumFlag(141); false when it is malformed. */
static bool read_reset(const struct fix_session *session, const struct fix_message *message,
                       bool *reset) {
    *reset = false;
    if (!session->config.version->has_reset_flag) {
        return true;
    }
    enum fix_get got = fix_get_bool(message->view, FIX_RESET_SEQ_NUM_FLAG, reset);
    return got == FIX_GET_OK || got == FIX_GET_MISSING;
}

/* DefaultApplVerID(1137): what their messages are that do not say it themselves. */
static struct bytes read_appl_ver(const struct fix_session *session,
                                  const struct fix_message *message, struct logon_terms *terms) {
    const struct fix_version *version = session->config.version;
    terms->appl_ver_id = version->appl_ver_id;
    if (!version->is_fixt) {
        return BYTES("");
    }
    if (fix_get_bytes(message->view, FIX_DEFAULT_APPL_VER_ID, &terms->appl_ver_id) != FIX_GET_OK) {
        return BYTES("DefaultApplVerID missing");
    }
    return fix_session_takes_appl_ver(session, terms->appl_ver_id)
               ? BYTES("")
               : BYTES("DefaultApplVerID not supported");
}

/* A Logon is not rejected: there is no session yet that could go on. */
static struct bytes look_up(const struct fix_session *session, struct fix_message *message,
                            struct logon_terms *terms) {
    if (!fix_message_is_off_dictionary(session, message)) {
        return BYTES("");
    }
    size_t len = fix_text_append(terms->fault, 0, fix_reject_text(message->fault_reason));
    len = fix_text_append(terms->fault, len, BYTES(": "));
    len = fix_text_append_number(terms->fault, len, message->fault_tag);
    return bytes_of(terms->fault, len);
}

static struct bytes read_terms(const struct fix_session *session, struct fix_message *message,
                               struct logon_terms *terms) {
    *terms = (struct logon_terms){0};
    struct bytes refusal = read_encryption(session, message);
    if (refusal.len == 0) {
        refusal = read_heartbeat(session, message, &terms->heartbeat_s);
    }
    if (refusal.len != 0) {
        return refusal;
    }
    if (!read_reset(session, message, &terms->reset)) {
        return BYTES("ResetSeqNumFlag malformed");
    }
    refusal = read_appl_ver(session, message, terms);
    if (refusal.len != 0) {
        return refusal;
    }
    refusal = read_next_expected(session, message, terms);
    return refusal.len == 0 ? look_up(session, message, terms) : refusal;
}

/* What is in force from this Logon on. */
static void agree(struct fix_session *session, const struct logon_terms *terms) {
    session->heartbeat_s = terms->heartbeat_s;
    fix_session_note_appl_ver(session, terms->appl_ver_id);
}

/* The header rules of a Logon that has no session yet. FIX_END_NONE: none is broken. */
static enum fix_end check_header(const struct fix_session *session, struct now now,
                                 struct fix_message *message) {
    if (!fix_message_begin_string_matches(session, message)) {
        return FIX_END_BEGIN_STRING;
    }
    if (!fix_message_read_seq(message)) {
        return FIX_END_SEQUENCE_MISSING;
    }
    if (!fix_message_comp_ids_match(session, message) || message->fault_tag == FIX_SENDER_COMP_ID ||
        message->fault_tag == FIX_TARGET_COMP_ID) {
        return FIX_END_COMP_ID;
    }
    if (!fix_message_time_in_range(session, now, message) ||
        message->fault_tag == FIX_SENDING_TIME) {
        return FIX_END_SENDING_TIME;
    }
    if (message->faulty) {
        return FIX_END_BAD_LOGON;
    }
    return FIX_END_NONE;
}

/* A peer that tells what it expects is told the same by our Logon, and needs no request. */
static void note_gap(struct fix_session *session, struct now now) {
    if (session->logon_expected == 0) {
        fix_session_gap_seen(session, now, session->logon_seq);
        return;
    }
    session->counters.gaps++;
    fix_session_resend_requested(session, now, session->logon_seq);
    session->resend_chunk_end = 0;
}

/* They expect a number that we have not come to: one of us has lost count. */
static enum fix_action refuse_expected(struct fix_session *session, struct now now) {
    char text[FIX_SESSION_TEXT_MAX + 1];
    size_t len = fix_text_append(text, 0, BYTES("NextExpectedMsgSeqNum too high, expecting "));
    len = fix_text_append_number(text, len, session->next_out);
    len = fix_text_append(text, len, BYTES(" but received "));
    len = fix_text_append_number(text, len, session->logon_expected);
    return fix_session_refuse(session, now, FIX_END_NEXT_EXPECTED, bytes_of(text, len));
}

/* The number of a Logon that is good otherwise: takes it, asks for what is before it, or refuses.
 */
static enum fix_action settle_number(struct fix_session *session, struct now now) {
    if (session->logon_seq > session->next_in) {
        note_gap(session, now);
        fix_session_keep_early_number(session, session->logon_seq);
    } else {
        fix_session_expect(session, now, session->logon_seq + 1);
    }
    fix_session_rise(session);
    return FIX_ACTION_UP;
}

enum fix_action fix_session_accept_logon(struct fix_session *session, struct now now) {
    bool first = session->state != FIX_SESSION_UP;
    if (first) {
        fix_session_enter_period(session, session->logon_period);
    }
    if (session->logon_reset || (first && session->config.reset_on_logon)) {
        fix_session_restart_numbers(session);
        session->logon_expected = 0;
    }
    if (session->logon_seq < session->next_in) {
        return fix_session_refuse_low(session, now, session->logon_seq);
    }
    if (session->logon_expected > session->next_out) {
        return refuse_expected(session, now);
    }
    /* Before a ResendRequest: the peer takes nothing but a Logon first. */
    fix_session_owe_logon(session);
    if (session->logon_expected != 0 && session->logon_expected < session->next_out) {
        /* Our Logon, whose number is next_out, is ahead of the gap: it is filled over. */
        fix_session_replay(session, now,
                           (struct fix_range){session->logon_expected, session->next_out});
    }
    return settle_number(session, now);
}

/* Without it nobody knows what their messages would mean; the public acceptance definitions
 * want no answer then. */
static bool lacks_appl_ver(const struct fix_session *session, const struct fix_message *message) {
    struct bytes id;
    return session->config.version->is_fixt &&
           fix_get_bytes(message->view, FIX_DEFAULT_APPL_VER_ID, &id) != FIX_GET_OK;
}

/* A stranger learns nothing: until CompIDs and, mostly, time are right, the stream just closes. */
enum fix_action fix_session_take_first(struct fix_session *session, struct now now,
                                       struct fix_message *message) {
    if (message->kind != 'A') {
        return fix_session_drop(session, FIX_END_NOT_LOGON);
    }
    enum fix_end broken = check_header(session, now, message);
    if (broken == FIX_END_SENDING_TIME && session->config.profile.late_logon_told) {
        return fix_session_refuse(session, now, broken, fix_end_text(broken));
    }
    if (broken != FIX_END_NONE) {
        return fix_session_drop(session, broken);
    }
    if (lacks_appl_ver(session, message)) {
        return fix_session_drop(session, FIX_END_BAD_LOGON);
    }
    struct logon_terms terms;
    struct bytes refusal = read_terms(session, message, &terms);
    if (refusal.len != 0) {
        return fix_session_refuse(session, now, FIX_END_BAD_LOGON, refusal);
    }
    if (!fix_session_is_in_time(session, now)) {
        return fix_session_refuse(session, now, FIX_END_SCHEDULE, fix_end_text(FIX_END_SCHEDULE));
    }
    session->logon_period = fix_session_period(session, now);
    bool restarts = terms.reset || session->config.reset_on_logon ||
                    fix_session_begins_anew(session, session->logon_period);
    if (message->poss_dup && !restarts && message->seq < session->next_in) {
        return fix_session_take_low(session, now, message);
    }
    session->logon_seq = message->seq;
    session->logon_reset = terms.reset;
    session->logon_expected = terms.next_expected;
    agree(session, &terms);
    if (!session->config.verdict_needed) {
        return fix_session_accept_logon(session, now);
    }
    session->state = FIX_SESSION_VERDICT_AWAITED;
    session->deadline_state = instant_add(now.mono, session->config.answer_timeout);
    return FIX_ACTION_NEED_VERDICT;
}

/* They would not have us. Their reason is all there is to learn; no answer is due. */
static enum fix_action take_refusal(struct fix_session *session, struct now now,
                                    struct fix_message *message) {
    struct bytes text;
    if (fix_get_bytes(message->view, FIX_TEXT, &text) == FIX_GET_OK) {
        fix_session_note_text(session, text);
    }
    if (fix_message_read_seq(message)) {
        fix_session_consume(session, now, message);
    }
    return fix_session_drop(session, FIX_END_REFUSED);
}

/*
 * Their 141=Y that we did not ask for: their numbers begin again, and so do ours. Our Logon counts
 * as number 1 of the new run: a peer that expects another Logon 1 asks for the gap and gets it
 * filled, while one that counted it would log us out over a number 1.
 */
static void follow_reset(struct fix_session *session, struct now now) {
    bool owed = fix_session_owed_find(session, FIX_MSG_LOGON[0]) != NULL;
    fix_session_restart_numbers(session);
    if (owed) {
        fix_session_owe_logon(session);
    } else {
        session->next_out = 2;
        fix_session_send_unsent(session, now);
    }
    session->logon_reset = true;
}

enum fix_action fix_session_take_answer(struct fix_session *session, struct now now,
                                        struct fix_message *message) {
    if (message->kind == '5' || message->kind == '3') {
        return take_refusal(session, now, message);
    }
    if (message->kind != 'A') {
        return fix_session_drop(session, FIX_END_NOT_LOGON);
    }
    enum fix_end broken = check_header(session, now, message);
    if (broken != FIX_END_NONE) {
        return fix_session_refuse(session, now, broken, fix_end_text(broken));
    }
    struct logon_terms terms;
    struct bytes refusal = read_terms(session, message, &terms);
    if (refusal.len != 0) {
        return fix_session_refuse(session, now, FIX_END_BAD_LOGON, refusal);
    }
    if (terms.reset) {
        follow_reset(session, now);
    }
    if (message->seq < session->next_in) {
        return fix_session_take_low(session, now, message);
    }
    session->logon_seq = message->seq;
    session->logon_expected = terms.next_expected;
    agree(session, &terms);
    if (terms.next_expected > session->next_out) {
        return refuse_expected(session, now);
    }
    if (terms.next_expected != 0 && terms.next_expected < session->next_out) {
        message->asked = (struct fix_range){terms.next_expected, session->next_out - 1};
        fix_session_replay(session, now, message->asked);
    }
    return settle_number(session, now);
}

bool fix_session_is_reset_logon(const struct fix_session *session,
                                const struct fix_message *message) {
    bool reset;
    return message->kind == 'A' && read_reset(session, message, &reset) && reset;
}

enum fix_action fix_session_take_reset_answer(struct fix_session *session, struct now now,
                                              struct fix_message *message) {
    struct logon_terms terms;
    struct bytes refusal = read_terms(session, message, &terms);
    if (refusal.len == 0 && message->faulty) {
        refusal = fix_end_text(FIX_END_BAD_LOGON);
    }
    if (refusal.len != 0) {
        return fix_session_log_out(session, now, FIX_END_BAD_LOGON, refusal);
    }
    agree(session, &terms);
    fix_session_restart_in(session);
    fix_session_owed_remove(session, FIX_MSG_RESEND_REQUEST[0]);
    if (message->seq > session->next_in) {
        fix_session_gap_seen(session, now, message->seq);
        fix_session_keep_early_number(session, message->seq);
    } else {
        fix_session_expect(session, now, message->seq + 1);
    }
    fix_session_rise(session);
    return FIX_ACTION_NONE;
}

/* Both sides begin again at 1, and the answer is a Logon that says so too. */
enum fix_action fix_session_take_reset_logon(struct fix_session *session, struct now now,
                                             struct fix_message *message) {
    if (session->state == FIX_SESSION_RESET_SENT) {
        return fix_session_take_reset_answer(session, now, message);
    }
    if (session->state != FIX_SESSION_UP) {
        return FIX_ACTION_NONE;
    }
    struct logon_terms terms;
    struct bytes refusal = read_terms(session, message, &terms);
    if (message->faulty) {
        refusal = fix_end_text(FIX_END_BAD_LOGON);
    } else if (session->config.signature_needed) {
        /* The answer would have to be signed; a new connection does that properly. */
        refusal = BYTES("Reset by reconnecting");
    }
    if (refusal.len != 0) {
        return fix_session_log_out(session, now, FIX_END_BAD_LOGON, refusal);
    }
    session->logon_seq = message->seq;
    session->logon_reset = true;
    session->logon_expected = 0;
    agree(session, &terms);
    enum fix_action action = fix_session_accept_logon(session, now);
    /* It was up already, and so it stays. */
    return action == FIX_ACTION_UP ? FIX_ACTION_NONE : action;
}
