#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_early.h"
#include "core/fix/fix_view.h"

bool fix_session_takes_messages(const struct fix_session *session) {
    return session->state == FIX_SESSION_UP || session->state == FIX_SESSION_RESET_SENT ||
           (session->state == FIX_SESSION_LOGOUT_SENT && !fix_session_is_at_fault(session));
}

bool fix_session_has_input(const struct fix_session *session) {
    return session->config.early != NULL && fix_session_takes_messages(session) &&
           (session->early_left || fix_early_first(session->config.early) == session->next_in);
}

/* What comes ahead of a gap while what a reset left is not taken yet comes again. */
static bool may_keep(const struct fix_session *session) {
    return session->config.early != NULL && !session->early_left;
}

void fix_session_keep_early(struct fix_session *session, const struct fix_message *message) {
    /* What may hold a password is not copied anywhere. */
    if (!may_keep(session) || message->secret) {
        return;
    }
    bool number_only = message->kind == FIX_MSG_LOGON[0];
    struct bytes kept = number_only ? bytes_of(NULL, 0) : message->view->message;
    session->counters.kept_early += fix_early_put(session->config.early, message->seq, kept);
}

void fix_session_keep_early_number(struct fix_session *session, uint64_t seq) {
    if (may_keep(session)) {
        session->counters.kept_early +=
            fix_early_put(session->config.early, seq, bytes_of(NULL, 0));
    }
}

/* CompIDs and times were in order when it came; what is still to be told are its faults. */
static void note_faults(const struct fix_session *session, struct now now,
                        struct fix_message *message) {
    CHECK(fix_message_read_seq(message));
    (void)fix_message_comp_ids_match(session, message);
    (void)fix_message_time_in_range(session, now, message);
}

static struct fix_message parse_kept(const struct fix_session *session, struct now now,
                                     struct bytes bytes, struct fix_input *input) {
    uint32_t bad_offset;
    CHECK(fix_view_parse(bytes, &input->view, &bad_offset) == FIX_VIEW_OK);
    struct fix_message message = fix_message_of(&input->view, bytes_of(NULL, 0));
    note_faults(session, now, &message);
    return message;
}

enum fix_action fix_session_take_early(struct fix_session *session, struct now now,
                                       struct fix_input *input) {
    if (session->early_left) {
        return fix_session_take_left(session, now, input);
    }
    input->seq = session->next_in;
    struct bytes bytes = fix_early_take(session->config.early);
    if (bytes.len == 0) {
        fix_session_expect(session, now, input->seq + 1);
        return FIX_ACTION_NONE;
    }
    struct fix_message message = parse_kept(session, now, bytes, input);
    if (message.kind == FIX_MSG_SEQUENCE_RESET[0]) {
        return fix_session_take_sequence_reset(session, now, &message);
    }
    return fix_session_take_in_sequence(session, now, &message);
}

bool fix_session_has_left(const struct fix_session *session) {
    return session->config.early != NULL && session->config.early_stands &&
           fix_early_count(session->config.early) != 0;
}

static enum fix_action action_of_left(const struct fix_session *session,
                                      struct fix_message *message) {
    if (fix_message_has_fault(session, message)) {
        return FIX_ACTION_NONE;
    }
    switch (message->kind) {
    case '0':
    case '1':
    case '2':
    case '4':
    case '5':
    case 'A':
        return FIX_ACTION_NONE;
    case '3':
        return FIX_ACTION_REJECTED;
    default:
        return FIX_ACTION_DELIVER;
    }
}

enum fix_action fix_session_take_left(struct fix_session *session, struct now now,
                                      struct fix_input *input) {
    CHECK(fix_session_has_left(session));
    input->action = FIX_ACTION_NONE;
    input->consumed = 0;
    input->need = 0;
    input->secret = false;
    input->seq = fix_early_first(session->config.early);
    struct bytes bytes = fix_early_take(session->config.early);
    session->early_left = session->early_left && fix_early_count(session->config.early) != 0;
    if (bytes.len != 0) {
        struct fix_message message = parse_kept(session, now, bytes, input);
        input->action = action_of_left(session, &message);
    }
    return input->action;
}
