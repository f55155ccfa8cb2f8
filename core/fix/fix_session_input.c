#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_view.h"

static bool input_blocked(const struct fix_session *session) {
    return session->state == FIX_SESSION_SIGNATURE_AWAITED ||
           session->state == FIX_SESSION_VERDICT_AWAITED ||
           session->owed_count > FIX_OWED_MAX - FIX_OWED_RESERVE;
}

/* Skipping it would ask for it again and again: a resend is no shorter. */
static enum fix_action take_too_long(struct fix_session *session, struct now now) {
    if (session->state == FIX_SESSION_LOGON_AWAITED || session->state == FIX_SESSION_LOGON_SENT) {
        return fix_session_drop(session, FIX_END_TOO_LONG);
    }
    return fix_session_refuse(session, now, FIX_END_TOO_LONG, fix_end_text(FIX_END_TOO_LONG));
}

void fix_session_consume(struct fix_session *session, struct now now,
                         const struct fix_message *message) {
    if (message->seq == session->next_in) {
        fix_session_expect(session, now, message->seq + 1);
    }
}

/* The number is used up whatever becomes of the message. */
enum fix_action fix_session_take_in_sequence(struct fix_session *session, struct now now,
                                             struct fix_message *message) {
    fix_session_consume(session, now, message);
    if (fix_message_is_rejected(session, message)) {
        return FIX_ACTION_NONE;
    }
    switch (message->kind) {
    case '0':
        return FIX_ACTION_NONE;
    case '1':
        return fix_session_take_test_request(session, message);
    case '3':
        session->counters.rejects_received++;
        return FIX_ACTION_REJECTED;
    case 'A':
        /* Said again, or both sides spoke first: it changes nothing. */
        return FIX_ACTION_NONE;
    default:
        return FIX_ACTION_DELIVER;
    }
}

enum fix_action fix_session_refuse_low(struct fix_session *session, struct now now, uint64_t seq) {
    char text[FIX_SESSION_TEXT_MAX + 1];
    size_t len = fix_text_append(text, 0, BYTES("MsgSeqNum too low, expecting "));
    len = fix_text_append_number(text, len, session->next_in);
    len = fix_text_append(text, len, BYTES(" but received "));
    len = fix_text_append_number(text, len, seq);
    return fix_session_refuse(session, now, FIX_END_SEQUENCE_TOO_LOW, bytes_of(text, len));
}

/* A Reject and a Logout whose answer is waited for: the stream is not to be trusted any more. */
static enum fix_action distrust(struct fix_session *session, struct now now,
                                const struct fix_message *message, enum fix_end end,
                                enum fix_reject_reason reason, uint32_t ref_tag) {
    /* A client's order that is late was rejected, and must not be taken when it comes again. A
     * venue's report that is late is a fill all the same: it has to come again. */
    bool comes_again = session->config.role == FIX_INITIATOR && end == FIX_END_SENDING_TIME;
    if (!comes_again) {
        fix_session_consume(session, now, message);
    }
    fix_session_owe_reject(session, message, reason, fix_session_header_tag(session, ref_tag));
    bool plain = session->config.profile.plain_logout;
    enum fix_action action =
        fix_session_log_out(session, now, end, plain ? BYTES("") : fix_end_text(end));
    fix_session_note_text(session, fix_end_text(end));
    return action;
}

/*
 * OrigSendingTime(122) of a message with PossDup. False: it is wrong, the peer is told, and the
 * message goes no further; its number is not used up where it was still expected.
 */
static bool orig_time_is_good(struct fix_session *session, struct now now,
                              const struct fix_message *message) {
    struct utc original;
    struct utc sent;
    enum fix_get got = fix_get_utc(message->view, FIX_ORIG_SENDING_TIME, &original);
    if (got != FIX_GET_OK) {
        fix_session_owe_reject(session, message, fix_reject_reason_of(got), FIX_ORIG_SENDING_TIME);
        return false;
    }
    if (fix_get_utc(message->view, FIX_SENDING_TIME, &sent) == FIX_GET_OK &&
        original.ns > sent.ns) {
        (void)distrust(session, now, message, FIX_END_SENDING_TIME, FIX_REJECT_SENDING_TIME,
                       FIX_ORIG_SENDING_TIME);
        return false;
    }
    return true;
}

/* A number seen before. */
static enum fix_action take_duplicate(struct fix_session *session, struct now now,
                                      const struct fix_message *message) {
    if (orig_time_is_good(session, now, message)) {
        session->counters.duplicates++;
    }
    return FIX_ACTION_NONE;
}

enum fix_action fix_session_take_low(struct fix_session *session, struct now now,
                                     const struct fix_message *message) {
    if (!message->poss_dup) {
        return fix_session_refuse_low(session, now, message->seq);
    }
    /* Gap fills often come without 122, and say nothing that a duplicate could confuse. */
    if (message->kind == 'A' || message->kind == '4') {
        session->counters.duplicates++;
        return FIX_ACTION_NONE;
    }
    return take_duplicate(session, now, message);
}

static enum fix_action take_by_sequence(struct fix_session *session, struct now now,
                                        struct fix_message *message) {
    if (message->seq > session->next_in) {
        fix_session_gap_seen(session, now, message->seq);
        fix_session_keep_early(session, message);
        return FIX_ACTION_NONE;
    }
    if (message->seq < session->next_in) {
        return fix_session_take_low(session, now, message);
    }
    /* Only where the profile wants it: refusing a message that is expected loses it for good. */
    if (message->poss_dup && session->config.profile.orig_time_always && message->kind != 'A' &&
        !orig_time_is_good(session, now, message)) {
        return FIX_ACTION_NONE;
    }
    return fix_session_take_in_sequence(session, now, message);
}

/* Logout, ResendRequest and SequenceReset are served, or look at 34 themselves, out of sequence. */
static enum fix_action take_by_kind(struct fix_session *session, struct now now,
                                    struct fix_message *message) {
    bool served_early = message->kind == '2' || message->kind == '4' || message->kind == '5';
    if (!served_early) {
        /* One that comes again resets nothing again. */
        return fix_session_is_reset_logon(session, message) && !message->poss_dup
                   ? fix_session_take_reset_logon(session, now, message)
                   : take_by_sequence(session, now, message);
    }
    if (fix_message_is_rejected(session, message)) {
        fix_session_consume(session, now, message);
        return FIX_ACTION_NONE;
    }
    switch (message->kind) {
    case '2':
        return fix_session_take_resend_request(session, now, message);
    case '4':
        return fix_session_take_sequence_reset(session, now, message);
    default:
        return fix_session_take_logout(session, now, message);
    }
}

/* Of CompIDs that do not match, the first that does not. */
static uint32_t strange_comp_id(const struct fix_session *session,
                                const struct fix_message *message) {
    struct bytes sender;
    bool strange = fix_get_bytes(message->view, FIX_SENDER_COMP_ID, &sender) == FIX_GET_OK &&
                   !bytes_equal(sender, session->config.target_comp_id);
    return strange ? FIX_SENDER_COMP_ID : FIX_TARGET_COMP_ID;
}

static enum fix_action take_in_session(struct fix_session *session, struct now now,
                                       struct fix_message *message) {
    if (!fix_message_begin_string_matches(session, message)) {
        return fix_session_log_out(session, now, FIX_END_BEGIN_STRING,
                                   fix_end_text(FIX_END_BEGIN_STRING));
    }
    if (!fix_message_read_seq(message)) {
        return fix_session_refuse(session, now, FIX_END_SEQUENCE_MISSING,
                                  fix_end_text(FIX_END_SEQUENCE_MISSING));
    }
    if (!fix_message_comp_ids_match(session, message)) {
        return distrust(session, now, message, FIX_END_COMP_ID, FIX_REJECT_COMP_ID,
                        strange_comp_id(session, message));
    }
    if (!fix_message_time_in_range(session, now, message)) {
        return distrust(session, now, message, FIX_END_SENDING_TIME, FIX_REJECT_SENDING_TIME,
                        FIX_SENDING_TIME);
    }
    /* A sign of life, whatever its number. */
    if (message->kind == '0') {
        fix_session_probe_heard(session, message);
    }
    return take_by_kind(session, now, message);
}

/* Our Logout over a broken rule is out: only its answer is of interest. */
static enum fix_action take_after_fault(struct fix_session *session, struct now now,
                                        struct fix_message *message) {
    if (message->kind != '5') {
        return FIX_ACTION_NONE;
    }
    (void)fix_message_read_seq(message);
    return fix_session_take_logout(session, now, message);
}

static enum fix_action take_message(struct fix_session *session, struct now now,
                                    struct fix_input *input, struct bytes invalid_tag) {
    struct fix_message message = fix_message_of(&input->view, invalid_tag);
    input->secret = message.secret;
    session->counters.received++;
    session->last_received = now.mono;
    session->deadline_silence = INSTANT_NEVER;
    enum fix_action action;
    if (session->state == FIX_SESSION_LOGON_AWAITED) {
        action = fix_session_take_first(session, now, &message);
    } else if (session->state == FIX_SESSION_LOGON_SENT) {
        action = fix_session_take_answer(session, now, &message);
    } else if (session->state == FIX_SESSION_LOGOUT_SENT && fix_session_is_at_fault(session)) {
        action = take_after_fault(session, now, &message);
    } else {
        action = take_in_session(session, now, &message);
    }
    input->seq = message.seq;
    input->resend_begin = message.asked.next;
    input->resend_end = message.asked.last;
    return action;
}

/* What stands before the '=' when it is a number, though none FIX has: 0, -1, 011; else empty. */
static struct bytes tag_number(struct bytes field) {
    size_t first = field.len != 0 && field.data[0] == '-' ? 1 : 0;
    size_t at = first;
    while (at < field.len && field.data[at] >= '0' && field.data[at] <= '9') {
        at++;
    }
    bool number = at > first && at < field.len && field.data[at] == '=';
    return bytes_of(field.data, number ? at : 0);
}

/* A message whole but for one tag is rejected when its number's turn comes; what cannot even be
 * read as tags is garbled, and its number stays free. */
static struct bytes only_invalid_tag(enum fix_view_result result, const struct fix_view *view,
                                     uint32_t bad_offset) {
    bool begins_well = result == FIX_VIEW_BAD_TAG && view->count >= 3 &&
                       view->fields[0].tag == FIX_BEGIN_STRING &&
                       view->fields[1].tag == FIX_BODY_LENGTH &&
                       view->fields[2].tag == FIX_MSG_TYPE && view->fields[2].len != 0;
    return begins_well ? tag_number(bytes_skip(view->message, bad_offset)) : bytes_of(NULL, 0);
}

/* `result` and `bad_offset`: what fix_view_parse says of `message`. */
static enum fix_action take_framed(struct fix_session *session, struct now now,
                                   struct bytes message, enum fix_view_result result,
                                   uint32_t bad_offset, struct fix_input *input) {
    if (LIKELY(result == FIX_VIEW_OK)) {
        return take_message(session, now, input, bytes_of(NULL, 0));
    }
    input->secret = true;
    if (result == FIX_VIEW_TOO_MANY) {
        return take_too_long(session, now);
    }
    struct bytes invalid_tag = only_invalid_tag(result, &input->view, bad_offset);
    if (invalid_tag.len != 0) {
        return take_message(session, now, input, invalid_tag);
    }
    return fix_session_take_garbled(session, now, message);
}

/* After the end nothing is read, and nobody knows what it is: a Logon that was too long has a rest,
 * and in it perhaps a password. */
static void discard(struct bytes in, struct fix_input *input) {
    input->consumed = in.len;
    input->secret = true;
}

static void take_bytes(struct fix_session *session, struct now now, struct bytes in,
                       struct fix_input *input) {
    struct fix_frame frame;
    enum fix_view_result parsed;
    uint32_t bad_offset;
    switch (fix_parse(&session->parser, in, session->config.message_bytes_max, &frame, &input->view,
                      &parsed, &bad_offset)) {
    case FIX_FRAME_PARTIAL:
        input->action = FIX_ACTION_PARTIAL;
        input->need = frame.bytes;
        return;
    case FIX_FRAME_GARBLED:
        /* What it was cannot be told, a Logon with a password perhaps. */
        input->secret = true;
        input->consumed = frame.bytes;
        input->action = fix_session_take_garbled(session, now, bytes_of(in.data, frame.bytes));
        return;
    case FIX_FRAME_TOO_LONG:
        discard(in, input);
        input->action = take_too_long(session, now);
        return;
    case FIX_FRAME_COMPLETE:
        input->consumed = frame.bytes;
        input->action =
            take_framed(session, now, bytes_of(in.data, frame.bytes), parsed, bad_offset, input);
        return;
    }
}

void fix_session_input(struct fix_session *session, struct now now, struct bytes in,
                       struct fix_input *input) {
    input->action = FIX_ACTION_CLOSE;
    input->consumed = 0;
    input->need = 0;
    input->secret = false;
    input->seq = 0;
    if (session->state == FIX_SESSION_DOWN || session->state == FIX_SESSION_CLOSING) {
        discard(in, input);
        return;
    }
    if (session->pending != FIX_ACTION_NONE) {
        input->action = session->pending;
        session->pending = FIX_ACTION_NONE;
        return;
    }
    if (input_blocked(session)) {
        input->action = FIX_ACTION_BLOCKED;
        return;
    }
    if (fix_session_has_input(session)) {
        input->action = fix_session_take_early(session, now, input);
        return;
    }
    take_bytes(session, now, in, input);
}
