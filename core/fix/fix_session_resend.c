#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_early.h"
#include "core/fix/fix_view.h"

/* An answer that began is waited for this long after its last sign of progress. */
#define RESEND_PAUSE_NS NS_PER_S
/* One that never began: without heartbeats, as long as with the usual ones. */
#define RESEND_SILENCE_S 30

static bool request_given_up(const struct fix_session *session, struct now now) {
    int64_t silence_s = session->heartbeat_s != 0 ? session->heartbeat_s : RESEND_SILENCE_S;
    bool begun = session->next_in > session->resend_from;
    struct duration patience = {.ns = begun ? RESEND_PAUSE_NS : silence_s * NS_PER_S};
    return instant_reached(now.mono, instant_add(session->last_progress, patience));
}

/* One request a gap: peers answer each from its beginning, and a second answer doubles the load. */
void fix_session_gap_seen(struct fix_session *session, struct now now, uint64_t early_seq) {
    /* The run that has the gap is about to end. */
    if (session->state == FIX_SESSION_RESET_SENT ||
        fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]) != NULL) {
        return;
    }
    if (session->resend_until != 0 && !request_given_up(session, now)) {
        return;
    }
    if (session->resend_asks >= FIX_RESEND_ASKS_MAX) {
        (void)fix_session_log_out(session, now, FIX_END_GAP, fix_end_text(FIX_END_GAP));
        return;
    }
    session->counters.gaps++;
    fix_session_owe(session, FIX_MSG_RESEND_REQUEST[0])->ref_seq = early_seq;
}

/* A peer that fills over all it was asked for would fill over what is kept here as well, and a
 * cancel that came early would be gone. */
static bool ends_before_what_is_kept(const struct fix_session *session, uint64_t until) {
    return !session->config.profile.resend_to_the_end && session->config.early != NULL &&
           fix_early_first(session->config.early) == until;
}

/* Where "all" is said by a number, it is the wrong word for what is beyond. */
static bool all_can_be_said(const struct fix_session *session, uint64_t until) {
    uint32_t all = session->config.version->resend_to_the_end;
    return all == 0 || until < all;
}

/* Without a queue the early number has to come again, too, and so may what follows it. */
uint64_t fix_session_request_end(const struct fix_session *session, uint64_t until) {
    uint32_t chunk = session->config.resend_chunk;
    if (chunk == 0 && ends_before_what_is_kept(session, until)) {
        return until - 1;
    }
    if (chunk == 0) {
        return all_can_be_said(session, until) ? 0 : until;
    }
    uint64_t end = session->next_in + chunk - 1;
    return session->config.early != NULL && end >= until ? until - 1 : end;
}

void fix_session_resend_requested(struct fix_session *session, struct now now, uint64_t early_seq) {
    session->resend_asks++;
    session->resend_until = early_seq;
    session->resend_from = session->next_in;
    session->resend_chunk_end = fix_session_request_end(session, early_seq);
    session->last_progress = now.mono;
}

/* The chunk that was asked for has come: on with the next. */
static void ask_on(struct fix_session *session) {
    if (session->resend_until != 0 && session->resend_chunk_end != 0 &&
        session->next_in > session->resend_chunk_end &&
        fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]) == NULL) {
        fix_session_owe(session, FIX_MSG_RESEND_REQUEST[0])->ref_seq = session->resend_until;
    }
}

/* The next number that anything is to come of: what is kept, before where a gap fill leads. */
static uint64_t skip_filled(struct fix_session *session, uint64_t next_in) {
    if (session->filled_to <= next_in) {
        session->filled_to = 0;
        return next_in;
    }
    uint64_t kept = session->config.early != NULL ? fix_early_first(session->config.early) : 0;
    if (kept != 0 && kept < session->filled_to) {
        return kept;
    }
    next_in = session->filled_to;
    session->filled_to = 0;
    return next_in;
}

void fix_session_expect(struct fix_session *session, struct now now, uint64_t next_in) {
    if (session->config.early != NULL && !session->early_left) {
        fix_early_forget_below(session->config.early, next_in);
    }
    next_in = skip_filled(session, next_in);
    if (next_in != session->next_in) {
        session->resend_asks = 0;
    }
    session->next_in = next_in;
    session->last_progress = now.mono;
    if (session->resend_until != 0 && next_in >= session->resend_until) {
        session->resend_until = 0;
    }
    struct fix_owed *request = fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]);
    if (request != NULL && next_in >= request->ref_seq) {
        fix_session_owed_remove(session, FIX_MSG_RESEND_REQUEST[0]);
    }
    ask_on(session);
}

static bool range_tag_ok(struct fix_session *session, const struct fix_message *message,
                         uint32_t tag, uint64_t *value) {
    enum fix_get got = fix_get_uint(message->view, tag, FIX_SEQ_MAX, value);
    if (got == FIX_GET_OK) {
        return true;
    }
    fix_session_owe_reject(session, message, fix_reject_reason_of(got), tag);
    return false;
}

/* 16=0, in old versions 999999, and an end beyond the last number sent all mean "to the end": the
 * end there is now. */
static enum fix_action serve(struct fix_session *session, struct now now,
                             struct fix_message *message) {
    uint64_t begin;
    uint64_t end;
    if (!range_tag_ok(session, message, FIX_BEGIN_SEQ_NO, &begin) ||
        !range_tag_ok(session, message, FIX_END_SEQ_NO, &end)) {
        return FIX_ACTION_NONE;
    }
    if (begin == 0 || begin >= session->next_out) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_BEGIN_SEQ_NO);
        return FIX_ACTION_NONE;
    }
    bool to_the_end =
        end == 0 || end == session->config.version->resend_to_the_end || end >= session->next_out;
    if (!to_the_end && end < begin) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_END_SEQ_NO);
        return FIX_ACTION_NONE;
    }
    message->asked = (struct fix_range){begin, to_the_end ? session->next_out - 1 : end};
    fix_session_replay(session, now, message->asked);
    return session->config.report_resend_asked ? FIX_ACTION_RESEND_ASKED : FIX_ACTION_NONE;
}

/*
 * Served whatever its own number: when both sides have gaps, each waiting for the other's answer
 * would wait for ever. The answer goes before our own request, for the same reason.
 */
enum fix_action fix_session_take_resend_request(struct fix_session *session, struct now now,
                                                struct fix_message *message) {
    enum fix_action action = serve(session, now, message);
    if (message->seq > session->next_in) {
        fix_session_gap_seen(session, now, message->seq);
        fix_session_keep_early_number(session, message->seq);
    }
    fix_session_consume(session, now, message);
    return action;
}
