#include "core/fix/fix_schedule.h"
#include "core/fix/fix_session_internal.h"

/* UTC may step while a deadline is monotonic: it is looked at again this often. */
#define LOOK_AGAIN_NS NS_PER_S

static bool has_schedule(const struct fix_session *session) {
    return session->config.schedule.kind != FIX_SCHEDULE_NONE;
}

/* How far before its start a period stays begun. */
#define STEP_BACK_MAX_NS (3600 * NS_PER_S)

/*
 * The period that counts. A clock that was put back over a start does not bring the old period
 * back: its numbers are gone, here and at the peer. One that was put back by much more than clocks
 * are was wrong before, and so is what was believed then.
 */
static struct fix_schedule_period period_now(const struct fix_session *session, struct now now) {
    const struct fix_schedule *schedule = &session->config.schedule;
    struct fix_schedule_period period = fix_schedule_period_at(schedule, now.utc);
    if (period.number >= session->period) {
        return period;
    }
    struct fix_schedule_period begun = fix_schedule_period(schedule, session->period);
    return begun.starts.ns - now.utc.ns <= STEP_BACK_MAX_NS ? begun : period;
}

bool fix_session_is_in_time(const struct fix_session *session, struct now now) {
    return !has_schedule(session) || now.utc.ns < period_now(session, now).ends.ns;
}

bool fix_session_may_connect(const struct fix_session *session, struct now now) {
    return session->state == FIX_SESSION_DOWN && fix_session_is_in_time(session, now);
}

int64_t fix_session_period(const struct fix_session *session, struct now now) {
    return has_schedule(session) ? period_now(session, now).number : FIX_PERIOD_UNKNOWN;
}

bool fix_session_begins_anew(const struct fix_session *session, int64_t period) {
    /* Not known since when the numbers are in use: they may be of now. */
    return session->period != FIX_PERIOD_UNKNOWN && session->period != period;
}

void fix_session_enter_period(struct fix_session *session, int64_t period) {
    bool anew = fix_session_begins_anew(session, period);
    session->period = period;
    if (anew) {
        fix_session_restart_numbers(session);
    }
}

void fix_session_restore_time(struct fix_session *session, struct utc last_used) {
    CHECK(session->state == FIX_SESSION_DOWN);
    if (has_schedule(session)) {
        session->period = fix_schedule_period_at(&session->config.schedule, last_used).number;
    }
}

void fix_session_look_at_schedule(struct fix_session *session, struct now now) {
    if (!has_schedule(session)) {
        return;
    }
    struct fix_schedule_period period = period_now(session, now);
    /* Outside the session time what is awaited is the next start. */
    struct utc next = period.ends;
    if (now.utc.ns >= period.ends.ns) {
        next = fix_schedule_next(&session->config.schedule, period.number).starts;
    }
    int64_t wait_ns = next.ns - now.utc.ns;
    wait_ns = wait_ns < LOOK_AGAIN_NS ? wait_ns : LOOK_AGAIN_NS;
    session->schedule_at = instant_add(now.mono, (struct duration){.ns = wait_ns});
}

/* Time is over for a session of this period, or for all. */
static bool time_is_over(const struct fix_session *session, struct now now) {
    bool asked = session->state == FIX_SESSION_VERDICT_AWAITED;
    return !fix_session_is_in_time(session, now) ||
           period_now(session, now).number != (asked ? session->logon_period : session->period);
}

enum fix_action fix_session_schedule_tick(struct fix_session *session, struct now now) {
    if (!has_schedule(session) || !instant_reached(now.mono, session->schedule_at)) {
        return FIX_ACTION_NONE;
    }
    fix_session_look_at_schedule(session, now);
    switch (session->state) {
    case FIX_SESSION_UP:
    case FIX_SESSION_RESET_SENT:
        return time_is_over(session, now) ? fix_session_log_out(session, now, FIX_END_SCHEDULE,
                                                                fix_end_text(FIX_END_SCHEDULE))
                                          : FIX_ACTION_NONE;
    case FIX_SESSION_SIGNATURE_AWAITED:
    case FIX_SESSION_VERDICT_AWAITED:
    case FIX_SESSION_LOGON_SENT:
        return time_is_over(session, now) ? fix_session_drop(session, FIX_END_SCHEDULE)
                                          : FIX_ACTION_NONE;
    case FIX_SESSION_DOWN:
    case FIX_SESSION_LOGON_AWAITED: /* refused when it comes */
    case FIX_SESSION_LOGOUT_SENT:
    case FIX_SESSION_CLOSING:
        break;
    }
    return FIX_ACTION_NONE;
}
