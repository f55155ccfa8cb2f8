#include "core/fix/fix_session_internal.h"

#define PROBE_TIMEOUT_NS (2 * NS_PER_S)

/* "PROBE-n": the answer to an earlier one says nothing about now. */
static size_t probe_id(const struct fix_session *session, char *text) {
    size_t len = fix_text_append(text, 0, BYTES("PROBE-"));
    return fix_text_append_number(text, len, session->probe_count);
}

static bool can_be_probed(const struct fix_session *session) {
    return session->state == FIX_SESSION_UP;
}

static struct instant probe_ends(const struct fix_session *session, struct now now) {
    struct duration timeout = session->config.probe_timeout;
    if (timeout.ns == 0) {
        timeout.ns = PROBE_TIMEOUT_NS;
    }
    return instant_add(now.mono, timeout);
}

void fix_session_probe_hold(struct fix_session *session, struct now now) {
    if (!instant_is_never(session->probe_deadline)) {
        session->probe_deadline = probe_ends(session, now);
    }
}

void fix_session_probe(struct fix_session *session, struct now now) {
    if (!can_be_probed(session) || !instant_is_never(session->probe_deadline)) {
        return;
    }
    session->probe_count++;
    session->probe_answered = false;
    session->probe_deadline = probe_ends(session, now);
    /* Nothing has gone out for long: the question would not either. */
    if (session->owed_count > FIX_OWED_MAX - FIX_OWED_RESERVE) {
        return;
    }
    struct fix_owed *owed = fix_session_owe(session, FIX_MSG_TEST_REQUEST[0]);
    owed->text_len = (uint8_t)probe_id(session, owed->text);
}

void fix_session_probe_heard(struct fix_session *session, const struct fix_message *message) {
    if (LIKELY(instant_is_never(session->probe_deadline))) {
        return;
    }
    char expected[FIX_SESSION_TEXT_MAX + 1];
    size_t len = probe_id(session, expected);
    struct bytes id;
    if (fix_get_bytes(message->view, FIX_TEST_REQ_ID, &id) == FIX_GET_OK &&
        bytes_equal(id, bytes_of(expected, len))) {
        session->probe_answered = true;
        session->probe_deadline = INSTANT_NEVER;
    }
}

void fix_session_probe_forget(struct fix_session *session) {
    session->probe_count = 0;
    session->probe_answered = false;
    session->probe_deadline = INSTANT_NEVER;
}

enum fix_action fix_session_probe_tick(struct fix_session *session, struct now now) {
    if (!instant_reached(now.mono, session->probe_deadline)) {
        return FIX_ACTION_NONE;
    }
    session->probe_deadline = INSTANT_NEVER;
    return session->config.probe_ends && can_be_probed(session)
               ? fix_session_drop(session, FIX_END_DEAF)
               : FIX_ACTION_NONE;
}

enum fix_probe fix_session_probe_verdict(const struct fix_session *session, struct now now) {
    if (session->probe_count == 0) {
        return can_be_probed(session) ? FIX_PROBE_NONE : FIX_PROBE_DEAD;
    }
    if (session->probe_answered) {
        return FIX_PROBE_ALIVE;
    }
    bool waits = can_be_probed(session) && !instant_reached(now.mono, session->probe_deadline) &&
                 !instant_is_never(session->probe_deadline);
    return waits ? FIX_PROBE_PENDING : FIX_PROBE_DEAD;
}
