#include "core/fix/fix_session.h"

#include "core/base/mischief.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session_internal.h"

#define UNASKED_MAX 2
#define AT_ONCE ((struct instant){.ns = 0})

/* Without heartbeats nobody promised traffic; with them, a fifth more than the interval is the
 * usual allowance for the way, and one more such wait for the TestRequest's answer. */
static struct duration silence_allowed(const struct fix_session *session) {
    return (struct duration){.ns = session->heartbeat_s * (NS_PER_S + NS_PER_S / 5)};
}

static void check_config(const struct fix_session_config *config) {
    CHECK(config->version != NULL);
    CHECK(config->sender_comp_id.len >= 1 && config->sender_comp_id.len <= FIX_COMP_ID_MAX);
    CHECK(config->target_comp_id.len >= 1 && config->target_comp_id.len <= FIX_COMP_ID_MAX);
    CHECK(config->heartbeat_s <= FIX_HEARTBEAT_S_MAX);
    CHECK(config->time_digits <= 9 && config->time_digits % 3 == 0);
    CHECK(config->message_bytes_max > 0);
    CHECK(fix_schedule_is_valid(&config->schedule));
    CHECK(config->latency_max.ns >= 0 && config->logon_timeout.ns > 0);
    CHECK(config->logout_timeout.ns > 0);
    CHECK(config->answer_timeout.ns > 0 || !(config->signature_needed || config->verdict_needed));
}

/* Every message has both: they are copied, not formatted. */
static struct fix_comp_id_field comp_id_field(const char *prefix, struct bytes comp_id) {
    struct fix_comp_id_field field;
    CHECK(memchr(comp_id.data, FIX_SOH, comp_id.len) == NULL);
    memcpy(field.text, prefix, 3);
    memcpy(field.text + 3, comp_id.data, comp_id.len);
    field.text[3 + comp_id.len] = FIX_SOH;
    field.len = (uint8_t)(3 + comp_id.len + 1);
    return field;
}

void fix_session_init(struct fix_session *session, const struct fix_session_config *config) {
    check_config(config);
    *session = (struct fix_session){
        .config = fix_session_config_of_version(config),
        .sender = comp_id_field("49=", config->sender_comp_id),
        .target = comp_id_field("56=", config->target_comp_id),
        .next_out = 1,
        .next_in = 1,
        .resend_window = {.ns = INT64_MIN},
        .probe_deadline = INSTANT_NEVER,
        .period = FIX_PERIOD_UNKNOWN,
        .schedule_at = config->schedule.kind != FIX_SCHEDULE_NONE ? AT_ONCE : INSTANT_NEVER,
        .deadline_state = INSTANT_NEVER,
        .deadline_silence = INSTANT_NEVER,
    };
    fix_parser_init(&session->parser, fix_isa_best());
    CHECK(fix_writer_head_make(&session->head, config->version->begin_string, bytes_of(NULL, 0)));
    fix_session_note_appl_ver(session, config->version->appl_ver_id);
}

void fix_session_restore(struct fix_session *session, uint64_t next_in, uint64_t next_out) {
    CHECK(session->state == FIX_SESSION_DOWN);
    CHECK(next_in >= 1 && next_out >= 1);
    session->next_in = next_in;
    session->next_out = next_out;
    /* Messages under numbers that will be used again are of another run. */
    struct fix_outbox *outbox = session->config.outbox;
    if (outbox != NULL && fix_outbox_highest(outbox) >= next_out) {
        fix_outbox_clear(outbox);
        session->unsent = (struct fix_range){0};
    }
}

/* A reset gives up what was sent, and nothing else. */
static void empty_outbox(struct fix_session *session) {
    struct fix_outbox *outbox = session->config.outbox;
    if (outbox == NULL || session->unsent_adrift) {
        return;
    }
    session->unsent_adrift = true;
    struct fix_range unsent = session->unsent;
    if (unsent.next == 0 || unsent.next > unsent.last) {
        fix_outbox_clear(outbox);
        return;
    }
    uint64_t lost = fix_outbox_lost(outbox);
    if (lost >= unsent.next) {
        session->counters.resend_lost +=
            (lost < unsent.last ? lost : unsent.last) + 1 - unsent.next;
    }
    fix_outbox_keep_only(outbox, unsent.next, unsent.last);
}

void fix_session_restart_out(struct fix_session *session) {
    session->next_out = 1;
    fix_session_forget_replays(session);
    empty_outbox(session);
}

static void forget_gap(struct fix_session *session) {
    session->filled_to = 0;
    session->resend_until = 0;
    session->resend_asks = 0;
}

void fix_session_forget_early(struct fix_session *session) {
    forget_gap(session);
    session->early_left = false;
    if (session->config.early != NULL) {
        fix_early_clear(session->config.early);
    }
}

bool fix_session_has_gap(struct fix_session *session) {
    bool kept = session->config.early != NULL && fix_early_count(session->config.early) != 0;
    return kept || session->resend_until != 0 ||
           fix_session_owed_find(session, FIX_MSG_RESEND_REQUEST[0]) != NULL;
}

void fix_session_end_early(struct fix_session *session) {
    if (fix_session_has_left(session)) {
        forget_gap(session);
        session->early_left = true;
    } else {
        fix_session_forget_early(session);
    }
}

void fix_session_restart_in(struct fix_session *session) {
    session->counters.filled_over += fix_session_has_gap(session);
    session->next_in = 1;
    fix_session_end_early(session);
}

void fix_session_restart_numbers(struct fix_session *session) {
    fix_session_restart_in(session);
    fix_session_restart_out(session);
    /* What was owed speaks of numbers that mean nothing any more. */
    fix_session_owed_clear(session);
}

/* Nothing of a former connection may reach the next one. */
static void forget_connection(struct fix_session *session) {
    fix_session_owed_clear(session);
    fix_session_replays_clear(session);
    /* The Logon that they were to follow went down: the next one tells that they are there. */
    fix_session_renumber_unsent(session);
    session->pending = FIX_ACTION_NONE;
    session->logon_reset = false;
    fix_session_forget_early(session);
    fix_session_probe_forget(session);
    session->deadline_state = INSTANT_NEVER;
    session->deadline_silence = INSTANT_NEVER;
}

static void begin_logon(struct fix_session *session, struct now now) {
    fix_session_enter_period(session, fix_session_period(session, now));
    session->heartbeat_s = session->config.heartbeat_s;
    session->logon_reset = session->config.reset_on_logon;
    if (session->logon_reset) {
        fix_session_restart_numbers(session);
    }
    if (session->config.signature_needed) {
        session->state = FIX_SESSION_SIGNATURE_AWAITED;
        session->deadline_state = instant_add(now.mono, session->config.answer_timeout);
        session->sending_time = now.utc;
        session->pending = FIX_ACTION_NEED_SIGNATURE;
        return;
    }
    session->state = FIX_SESSION_LOGON_SENT;
    session->deadline_state = instant_add(now.mono, session->config.logon_timeout);
    fix_session_owe_logon(session);
}

void fix_session_connected(struct fix_session *session, struct now now, uint32_t epoch) {
    CHECK(session->state == FIX_SESSION_DOWN);
    forget_connection(session);
    session->epoch = epoch;
    session->end = FIX_END_NONE;
    session->end_text[0] = '\0';
    session->heard_out = false;
    session->last_sent = now.mono;
    session->last_received = now.mono;
    fix_session_look_at_schedule(session, now);
    if (session->config.role == FIX_INITIATOR) {
        begin_logon(session, now);
        return;
    }
    session->state = FIX_SESSION_LOGON_AWAITED;
    session->deadline_state = instant_add(now.mono, session->config.logon_timeout);
}

void fix_session_disconnected(struct fix_session *session, struct now now) {
    if (session->state == FIX_SESSION_DOWN) {
        return;
    }
    if (session->end == FIX_END_NONE) {
        session->end = FIX_END_STREAM_CLOSED;
    }
    forget_connection(session);
    session->state = FIX_SESSION_DOWN;
    fix_session_look_at_schedule(session, now);
}

void fix_session_rise(struct fix_session *session) {
    session->state = FIX_SESSION_UP;
    session->deadline_state = INSTANT_NEVER;
    session->deadline_silence = INSTANT_NEVER;
}

void fix_session_signed(struct fix_session *session, struct now now, uint32_t epoch, bool ok) {
    if (session->state != FIX_SESSION_SIGNATURE_AWAITED || session->epoch != epoch) {
        return;
    }
    session->pending = FIX_ACTION_NONE;
    if (!ok) {
        (void)fix_session_drop(session, FIX_END_UNSIGNED);
        return;
    }
    session->state = FIX_SESSION_LOGON_SENT;
    session->deadline_state = instant_add(now.mono, session->config.logon_timeout);
    fix_session_owe_logon(session);
}

void fix_session_verdict(struct fix_session *session, struct now now, uint32_t epoch, bool accepted,
                         struct bytes text) {
    if (session->state != FIX_SESSION_VERDICT_AWAITED || session->epoch != epoch) {
        return;
    }
    if (!accepted) {
        (void)fix_session_refuse(session, now, FIX_END_REFUSED, text);
        return;
    }
    if (fix_session_accept_logon(session, now) == FIX_ACTION_UP) {
        session->pending = FIX_ACTION_UP;
    }
}

static void note_end(struct fix_session *session, enum fix_end end) {
    if (session->end == FIX_END_NONE) {
        session->end = end;
    }
}

bool fix_session_is_at_fault(const struct fix_session *session) {
    return session->end != FIX_END_NONE && session->end != FIX_END_SCHEDULE;
}

void fix_session_note_text(struct fix_session *session, struct bytes text) {
    if (session->end_text[0] == '\0') {
        (void)fix_text_copy(session->end_text, sizeof(session->end_text), text);
    }
}

enum fix_action fix_session_close(struct fix_session *session, struct now now, enum fix_end end) {
    note_end(session, end);
    /* What a long answer lacks is asked for again by the next connection. */
    fix_session_replays_clear(session);
    session->state = FIX_SESSION_CLOSING;
    session->pending = FIX_ACTION_NONE;
    session->deadline_state = instant_add(now.mono, session->config.logout_timeout);
    return FIX_ACTION_CLOSE;
}

enum fix_action fix_session_drop(struct fix_session *session, enum fix_end end) {
    note_end(session, end);
    fix_session_owed_clear(session);
    fix_session_replays_clear(session);
    session->state = FIX_SESSION_CLOSING;
    session->pending = FIX_ACTION_NONE;
    session->deadline_state = AT_ONCE;
    return FIX_ACTION_CLOSE;
}

static void owe_logout(struct fix_session *session, struct bytes text) {
    /* Ours is out already: a second one would answer theirs before it came. */
    if (session->state != FIX_SESSION_LOGOUT_SENT) {
        fix_owed_set_text(fix_session_owe(session, FIX_MSG_LOGOUT[0]), text);
    }
    fix_session_note_text(session, text);
}

enum fix_action fix_session_refuse(struct fix_session *session, struct now now, enum fix_end end,
                                   struct bytes text) {
    owe_logout(session, text);
    return fix_session_close(session, now, end);
}

enum fix_action fix_session_log_out(struct fix_session *session, struct now now, enum fix_end end,
                                    struct bytes text) {
    owe_logout(session, text);
    note_end(session, end);
    if (session->state != FIX_SESSION_LOGOUT_SENT) {
        session->state = FIX_SESSION_LOGOUT_SENT;
        session->deadline_state = instant_add(now.mono, session->config.logout_timeout);
    }
    return FIX_ACTION_NONE;
}

bool fix_session_reset(struct fix_session *session, struct now now) {
    /* A Logon that still waits to be written is of the run that would end. */
    if (session->state != FIX_SESSION_UP || session->config.signature_needed ||
        !session->config.version->has_reset_flag ||
        fix_session_owed_find(session, FIX_MSG_LOGON[0]) != NULL) {
        return false;
    }
    session->state = FIX_SESSION_RESET_SENT;
    session->deadline_state = instant_add(now.mono, session->config.logon_timeout);
    session->logon_reset = true;
    /* Our numbers begin again when it is written: what is owed before it is of the old run. */
    fix_session_owe_logon(session);
    fix_session_owed_find(session, FIX_MSG_LOGON[0])->restart = true;
    return true;
}

void fix_session_logout(struct fix_session *session, struct now now, struct bytes text) {
    switch (session->state) {
    case FIX_SESSION_UP:
    case FIX_SESSION_RESET_SENT:
        (void)fix_session_log_out(session, now, FIX_END_NONE, text);
        return;
    case FIX_SESSION_LOGON_AWAITED:
    case FIX_SESSION_SIGNATURE_AWAITED:
    case FIX_SESSION_VERDICT_AWAITED:
    case FIX_SESSION_LOGON_SENT:
        (void)fix_session_drop(session, FIX_END_ABANDONED);
        return;
    case FIX_SESSION_DOWN:
    case FIX_SESSION_LOGOUT_SENT:
    case FIX_SESSION_CLOSING:
        return;
    }
}

void fix_session_hold(struct fix_session *session, struct now now) {
    session->last_received = now.mono;
    session->deadline_silence = INSTANT_NEVER;
    fix_session_probe_hold(session, now);
}

/* What is owed already will be the sign of life, as soon as there is room for it. */
static bool heartbeat_wanted(const struct fix_session *session) {
    bool asking = !instant_is_never(session->deadline_silence);
    return session->owed_count == 0 && !(asking && session->config.profile.quiet_while_asking);
}

/*
 * What is owed should have been written by then. A peer that speaks and takes nothing is as dead as
 * one that is silent: what it is asked, for what was missed say, it will not answer.
 */
static struct instant deadline_blocked(const struct fix_session *session) {
    struct duration patience = {.ns = (UNASKED_MAX + 1) * silence_allowed(session).ns};
    return session->owed_count != 0 ? instant_add(session->last_sent, patience) : INSTANT_NEVER;
}

static struct instant deadline_up(const struct fix_session *session) {
    struct instant deadline = INSTANT_NEVER;
    if (session->heartbeat_s == 0) {
        return deadline;
    }
    if (heartbeat_wanted(session)) {
        struct duration interval = {.ns = session->heartbeat_s * NS_PER_S};
        deadline = instant_add(session->last_sent, interval);
    }
    deadline = instant_earlier(deadline, deadline_blocked(session));
    if (!instant_is_never(session->deadline_silence)) {
        return instant_earlier(deadline, session->deadline_silence);
    }
    return instant_earlier(deadline, instant_add(session->last_received, silence_allowed(session)));
}

struct instant fix_session_deadline(const struct fix_session *session) {
    if (session->pending != FIX_ACTION_NONE) {
        return AT_ONCE;
    }
    if (session->state == FIX_SESSION_CLOSING && session->owed_count == 0) {
        return AT_ONCE;
    }
    struct instant deadline =
        session->state == FIX_SESSION_UP ? deadline_up(session) : session->deadline_state;
    deadline = instant_earlier(deadline, session->probe_deadline);
    deadline = instant_earlier(deadline, session->schedule_at);
    return instant_earlier(deadline, fix_session_replay_deadline(session));
}

/* False: the question is due for the third time and was never written. A stream that takes nothing
 * for that long is as dead as one that brings nothing, whether we read it (fix_session_hold) or
 * not. */
static bool ask_for_life(struct fix_session *session) {
    if (fix_session_owed_find(session, FIX_MSG_TEST_REQUEST[0]) == NULL) {
        fix_owed_set_text(fix_session_owe(session, FIX_MSG_TEST_REQUEST[0]), BYTES("TEST"));
        return true;
    }
    session->unasked++;
    return session->unasked < UNASKED_MAX;
}

static enum fix_action tick_up(struct fix_session *session, struct now now) {
    if (session->heartbeat_s == 0) {
        return FIX_ACTION_NONE;
    }
    if (instant_reached(now.mono, session->deadline_silence) ||
        instant_reached(now.mono, deadline_blocked(session))) {
        return fix_session_drop(session, FIX_END_HEARTBEAT_TIMEOUT);
    }
    if (instant_is_never(session->deadline_silence) &&
        (instant_reached(now.mono, instant_add(session->last_received, silence_allowed(session))) ||
         MISCHIEF(MISCHIEF_EARLY_LIFE))) {
        /* Counted from now: a turn that came late must not cost the peer its time to answer. */
        session->deadline_silence = instant_add(now.mono, silence_allowed(session));
        if (!ask_for_life(session)) {
            return fix_session_drop(session, FIX_END_HEARTBEAT_TIMEOUT);
        }
    }
    struct duration interval = {.ns = session->heartbeat_s * NS_PER_S};
    if (heartbeat_wanted(session) &&
        (instant_reached(now.mono, instant_add(session->last_sent, interval)) ||
         MISCHIEF(MISCHIEF_EARLY_LIFE))) {
        (void)fix_session_owe(session, FIX_MSG_HEARTBEAT[0]);
    }
    return FIX_ACTION_NONE;
}

static enum fix_action state_expired(struct fix_session *session, struct now now) {
    switch (session->state) {
    case FIX_SESSION_LOGON_AWAITED:
    case FIX_SESSION_LOGON_SENT:
    case FIX_SESSION_RESET_SENT:
        return fix_session_drop(session, FIX_END_LOGON_TIMEOUT);
    case FIX_SESSION_SIGNATURE_AWAITED:
        return fix_session_drop(session, FIX_END_ANSWER_TIMEOUT);
    case FIX_SESSION_VERDICT_AWAITED:
        return fix_session_refuse(session, now, FIX_END_ANSWER_TIMEOUT,
                                  BYTES("Logon not verified in time"));
    case FIX_SESSION_LOGOUT_SENT:
    case FIX_SESSION_CLOSING:
        return fix_session_drop(session, FIX_END_LOGOUT_TIMEOUT);
    case FIX_SESSION_DOWN:
    case FIX_SESSION_UP:
        break;
    }
    return FIX_ACTION_NONE;
}

enum fix_action fix_session_tick(struct fix_session *session, struct now now) {
    enum fix_action pending = session->pending;
    if (pending != FIX_ACTION_NONE) {
        session->pending = FIX_ACTION_NONE;
        return pending;
    }
    fix_session_replay_tick(session, now);
    if (fix_session_probe_tick(session, now) == FIX_ACTION_CLOSE) {
        return FIX_ACTION_CLOSE;
    }
    if (fix_session_schedule_tick(session, now) == FIX_ACTION_CLOSE) {
        return FIX_ACTION_CLOSE;
    }
    if (session->state == FIX_SESSION_UP) {
        return tick_up(session, now);
    }
    if (instant_reached(now.mono, session->deadline_state)) {
        return state_expired(session, now);
    }
    return session->state == FIX_SESSION_CLOSING ? FIX_ACTION_CLOSE : FIX_ACTION_NONE;
}
