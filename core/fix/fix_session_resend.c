#include "core/fix/fix_session_internal.h"

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
    if (fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]) != NULL) {
        return;
    }
    if (session->resend_until != 0 && !request_given_up(session, now)) {
        return;
    }
    session->counters.gaps++;
    fix_session_owe(session, FIX_MSG_RESEND_REQUEST[0])->ref_seq = early_seq;
}

void fix_session_resend_requested(struct fix_session *session, struct now now, uint64_t early_seq) {
    session->resend_until = early_seq;
    session->resend_from = session->next_in;
    session->last_progress = now.mono;
}

void fix_session_expect(struct fix_session *session, struct now now, uint64_t next_in) {
    session->next_in = next_in;
    session->last_progress = now.mono;
    if (session->resend_until != 0 && next_in >= session->resend_until) {
        session->resend_until = 0;
    }
    struct fix_owed *request = fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]);
    if (request != NULL && next_in >= request->ref_seq) {
        fix_session_owed_remove(session, FIX_MSG_RESEND_REQUEST[0]);
    }
}

/*
 * What a range is answered with, decided in this one place. There is no store of sent messages to
 * answer from, and an order must not be sent twice: the whole range is filled.
 */
static void answer_range(struct fix_session *session, uint64_t begin, uint64_t end) {
    struct fix_owed *fill = fix_session_owe(session, FIX_MSG_SEQUENCE_RESET[0]);
    fill->ref_seq = begin;
    fill->end_seq = end;
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

/* 16=0 and an end beyond the last number sent both mean "to the end". */
static void serve(struct fix_session *session, const struct fix_message *message) {
    uint64_t begin;
    uint64_t end;
    if (!range_tag_ok(session, message, FIX_BEGIN_SEQ_NO, &begin) ||
        !range_tag_ok(session, message, FIX_END_SEQ_NO, &end)) {
        return;
    }
    if (begin == 0 || begin >= session->next_out) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_BEGIN_SEQ_NO);
        return;
    }
    if (end != 0 && end < begin) {
        fix_session_owe_reject(session, message, FIX_REJECT_VALUE, FIX_END_SEQ_NO);
        return;
    }
    answer_range(session, begin, end);
}

/*
 * Served whatever its own number: when both sides have gaps, each waiting for the other's answer
 * would wait for ever. The answer goes before our own request, for the same reason.
 */
enum fix_action fix_session_take_resend_request(struct fix_session *session, struct now now,
                                                const struct fix_message *message) {
    serve(session, message);
    if (message->seq > session->next_in) {
        fix_session_gap_seen(session, now, message->seq);
    }
    fix_session_consume(session, now, message);
    return FIX_ACTION_NONE;
}
