/* Session times without an operator: over a roll-over, in the pause, and under a clock that steps.
 */
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

/* From 13:00:30 to 12:59:55 the next day; the script's clock starts at 12:00:00. */
#define ENDS_MS ((59 * 60 + 55) * 1000)
#define PAUSE_MS (35 * 1000)

static void configure(enum fix_role role) {
    script_begin(&s, role);
    s.config.schedule = (struct fix_schedule){
        .kind = FIX_SCHEDULE_DAILY, .start_s = 13 * 3600 + 30, .end_s = 13 * 3600 - 5};
    script_restart(&s);
}

static void log_on(void) {
    script_connect(&s);
    if (s.config.role == FIX_INITIATOR) {
        cr_assert_str_neq(hear(&s), "");
    }
    char text[64];
    snprintf(text, sizeof(text), "35=A|34=%d|98=0|108=30|", (int)s.session.next_in);
    cr_assert_eq(say(&s, text), FIX_ACTION_UP);
    if (s.config.role == FIX_ACCEPTOR) {
        cr_assert_str_neq(hear(&s), "");
    }
}

static void begin(enum fix_role role) {
    configure(role);
    log_on();
}

/* Lets time pass as an owner does: a tick at every deadline; heartbeats are exchanged. */
static enum fix_action pass(int64_t milliseconds) {
    int64_t until = s.now.mono.ns + milliseconds * NS_PER_MS;
    while (s.now.mono.ns < until) {
        int64_t next = fix_session_deadline(&s.session).ns;
        cr_assert_gt(next, s.now.mono.ns, "turning in circles");
        int64_t step = (next < until ? next : until) - s.now.mono.ns;
        s.now.mono.ns += step;
        s.now.utc.ns += step;
        enum fix_action action = script_tick(&s);
        if (action != FIX_ACTION_NONE || s.session.state == FIX_SESSION_LOGOUT_SENT) {
            return action;
        }
        if (s.session.state == FIX_SESSION_UP && *hear(&s) != '\0') {
            char text[64];
            snprintf(text, sizeof(text), "35=0|34=%d|", (int)s.session.next_in);
            say(&s, text);
        }
    }
    return FIX_ACTION_NONE;
}

static void step_utc(int64_t milliseconds) {
    s.now.utc.ns += milliseconds * NS_PER_MS;
}

static void hear_logout(void) {
    cr_assert_eq(s.session.state, FIX_SESSION_LOGOUT_SENT);
    char expected[80];
    snprintf(expected, sizeof(expected), "35=5|34=%d|58=Outside the session time|",
             (int)s.session.next_out);
    cr_assert_str_eq(hear(&s), expected);
}

static void roll_over(void) {
    cr_assert_eq(pass(ENDS_MS - 1), FIX_ACTION_NONE);
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    pass(1);
    hear_logout();
    char text[64];
    snprintf(text, sizeof(text), "35=5|34=%d|", (int)s.session.next_in);
    cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
    script_disconnect(&s);
}

Test(fix_session_schedule, a_roll_over_needs_no_operator) {
    for (int role = 0; role < 2; role++) {
        begin((enum fix_role)role);
        cr_assert(!fix_session_may_connect(&s.session, s.now), "it is up");
        script_send(&s, "8", "a");
        roll_over();
        cr_assert(!fix_session_may_connect(&s.session, s.now));
        cr_assert_eq(pass(PAUSE_MS - 1), FIX_ACTION_NONE);
        cr_assert(!fix_session_may_connect(&s.session, s.now));
        pass(1);
        cr_assert(fix_session_may_connect(&s.session, s.now));
        cr_assert_gt(s.session.next_out, 1, "of the old period until somebody connects");
        script_connect(&s);
        if (role == FIX_INITIATOR) {
            cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
        }
        cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
        if (role == FIX_ACCEPTOR) {
            cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
        }
        cr_assert_eq(s.session.next_in, 2);
        cr_assert_eq(s.session.next_out, 2);
    }
}

/* The deadline of a session that is down is the moment when it may dial. */
Test(fix_session_schedule, the_deadline_says_when_to_dial) {
    begin(FIX_INITIATOR);
    roll_over();
    int64_t waited = 0;
    while (!fix_session_may_connect(&s.session, s.now)) {
        enum fix_action action;
        waited += script_tick_at_deadline(&s, &action);
        cr_assert_eq(action, FIX_ACTION_NONE);
    }
    cr_assert_eq(waited, PAUSE_MS);
}

Test(fix_session_schedule, one_that_was_never_up_knows_when_as_well) {
    configure(FIX_INITIATOR);
    script_advance(&s, ENDS_MS + 5000);
    cr_assert(!fix_session_may_connect(&s.session, s.now));
    cr_assert_leq(fix_session_deadline(&s.session).ns, s.now.mono.ns, "it has not looked yet");
    script_tick(&s);
    pass(PAUSE_MS - 5000);
    cr_assert(fix_session_may_connect(&s.session, s.now));
}

/* Fills are on their way when the Logout goes out: their numbers are about to end. */
Test(fix_session_schedule, traffic_is_taken_until_the_logout_is_answered) {
    begin(FIX_INITIATOR);
    pass(ENDS_MS);
    char text[64];
    int next_in = (int)s.session.next_in;
    snprintf(text, sizeof(text), "35=8|34=%d|11=a|", next_in);
    cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
    hear_logout();
    snprintf(text, sizeof(text), "35=8|34=%d|11=b|", next_in + 1);
    cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
    cr_assert(!fix_session_can_send(&s.session));
    snprintf(text, sizeof(text), "35=5|34=%d|", next_in + 2);
    cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
}

Test(fix_session_schedule, no_answer_to_the_logout) {
    begin(FIX_INITIATOR);
    pass(ENDS_MS);
    hear(&s);
    script_advance(&s, 1999);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    script_advance(&s, 1);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
    script_disconnect(&s);
    pass(PAUSE_MS);
    cr_assert(fix_session_may_connect(&s.session, s.now));
}

Test(fix_session_schedule, logons_in_the_pause_are_refused) {
    begin(FIX_ACCEPTOR);
    roll_over();
    pass(1000);
    script_connect(&s);
    char text[64];
    snprintf(text, sizeof(text), "35=A|34=%d|98=0|108=30|", (int)s.session.next_in);
    cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
    cr_assert_str_neq(hear(&s), "");
    script_disconnect(&s);
    pass(PAUSE_MS);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

Test(fix_session_schedule, a_logon_of_ours_is_abandoned_when_time_is_over) {
    configure(FIX_INITIATOR);
    script_advance(&s, ENDS_MS - 1000);
    script_connect(&s);
    hear(&s);
    cr_assert_eq(pass(1000), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
}

Test(fix_session_schedule, within_a_period_numbers_live_on) {
    begin(FIX_ACCEPTOR);
    script_send(&s, "8", "a");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=3|98=0|108=30|");
}

/* ---- a clock that steps */

Test(fix_session_schedule, a_step_back_over_the_start_resets_nothing_twice) {
    begin(FIX_INITIATOR);
    roll_over();
    pass(PAUSE_MS);
    log_on();
    script_send(&s, "8", "a");
    cr_assert_eq(s.session.next_out, 3);
    step_utc(-PAUSE_MS - 60 * 1000); /* into the old session's time */
    cr_assert_eq(pass(30 * 1000), FIX_ACTION_NONE);
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    uint64_t next_out = s.session.next_out;
    cr_assert_geq(next_out, 3u);
    script_disconnect(&s);
    cr_assert(fix_session_may_connect(&s.session, s.now), "the new period has begun");
    log_on();
    cr_assert_eq(s.session.next_out, next_out + 1, "not the old numbers, and no new ones");
    pass(31 * 1000); /* into what would have been the pause */
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    pass(120 * 1000); /* over the start again */
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    cr_assert_gt(s.session.next_out, next_out);
}

Test(fix_session_schedule, a_step_back_before_the_end_makes_the_session_longer) {
    begin(FIX_ACCEPTOR);
    pass(ENDS_MS - 10);
    step_utc(-20000);
    pass(5000);
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    pass(16000);
    hear_logout();
}

/* It was wrong by days when the session connected, and then was put right. */
Test(fix_session_schedule, a_clock_that_was_far_ahead_is_not_believed_for_ever) {
    configure(FIX_ACCEPTOR);
    int64_t days_ms = INT64_C(3) * 24 * 3600 * 1000;
    step_utc(days_ms);
    log_on();
    script_send(&s, "8", "a");
    step_utc(-days_ms);
    pass(1000);
    hear_logout();
    script_disconnect(&s);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    log_on();
    pass(ENDS_MS);
    hear_logout();
    script_disconnect(&s);
    pass(PAUSE_MS);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
}

Test(fix_session_schedule, a_step_forward_is_noticed_within_a_second) {
    begin(FIX_ACCEPTOR);
    pass(10 * 1000);
    step_utc(ENDS_MS);
    pass(1000);
    hear_logout();
}

/* Over a whole pause: the period is another although it is never outside. */
Test(fix_session_schedule, a_step_forward_over_the_pause_ends_the_old_session) {
    begin(FIX_ACCEPTOR);
    script_send(&s, "8", "a");
    pass(10 * 1000);
    step_utc(2 * 3600 * 1000);
    pass(1000);
    hear_logout();
    script_disconnect(&s);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

Test(fix_session_schedule, without_a_pause_one_session_follows_the_other) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.schedule = (struct fix_schedule){
        .kind = FIX_SCHEDULE_WEEKLY, .start_s = 13 * 3600, .end_s = 13 * 3600};
    script_restart(&s);
    log_on();
    pass(3600 * 1000);
    hear_logout();
    script_disconnect(&s);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

/* ---- a Logon whose password is looked at */

static void await_verdict(struct fix_schedule schedule) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.schedule = schedule;
    s.config.verdict_needed = true;
    script_restart(&s);
    fix_session_restore(&s.session, 40, 50);
    fix_session_restore_time(&s.session, (struct utc){.ns = s.now.utc.ns - 24 * 3600 * NS_PER_S});
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_NEED_VERDICT);
}

static const struct fix_schedule from_one = {
    .kind = FIX_SCHEDULE_DAILY, .start_s = 13 * 3600, .end_s = 13 * 3600};

Test(fix_session_schedule, a_stranger_begins_no_period) {
    await_verdict(from_one);
    fix_session_verdict(&s.session, s.now, s.epoch, false, BYTES("no"));
    cr_assert_str_eq(hear(&s), "35=5|34=50|58=no|");
    cr_assert_eq(s.session.next_in, 40);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_NEED_VERDICT);
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(script_tick(&s), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|", "the firm does");
    cr_assert_eq(s.session.next_in, 2);
}

Test(fix_session_schedule, a_verdict_takes_its_time_in_the_new_period) {
    await_verdict(from_one);
    script_advance(&s, 2000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE, "the schedule was looked at");
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(script_tick(&s), FIX_ACTION_UP);
}

Test(fix_session_schedule, a_verdict_that_comes_in_another_period_is_none) {
    await_verdict((struct fix_schedule){
        .kind = FIX_SCHEDULE_DAILY, .start_s = 12 * 3600 + 2, .end_s = 12 * 3600 + 2});
    script_advance(&s, 2000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SCHEDULE);
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_CLOSING);
}

/* ---- after a restart of ours */

Test(fix_session_schedule, restored_numbers_of_an_earlier_period_are_gone) {
    configure(FIX_ACCEPTOR);
    fix_session_restore(&s.session, 40, 50);
    fix_session_restore_time(&s.session, (struct utc){.ns = s.now.utc.ns - 24 * 3600 * NS_PER_S});
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

Test(fix_session_schedule, restored_numbers_of_this_period_are_good) {
    configure(FIX_ACCEPTOR);
    fix_session_restore(&s.session, 40, 50);
    fix_session_restore_time(&s.session, (struct utc){.ns = s.now.utc.ns - 3600 * NS_PER_S});
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=40|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=50|98=0|108=30|");
}

Test(fix_session_schedule, what_could_be_resent_goes_with_the_numbers) {
    static _Alignas(64) char mem[8192];
    configure(FIX_ACCEPTOR);
    s.config.outbox = fix_outbox_init(mem, (struct fix_outbox_limits){10, 2000});
    s.config.resent_types = "8";
    script_restart(&s);
    log_on();
    script_send(&s, "8", "old");
    cr_assert_eq(fix_outbox_count(s.config.outbox), 1);
    roll_over();
    pass(PAUSE_MS);
    log_on();
    cr_assert_eq(fix_outbox_count(s.config.outbox), 0);
}

/* The clock starts on a Monday at 12:00; a session of Tuesdays and Fridays, 09:00 to 17:00 in a
 * zone two hours ahead. */
Test(fix_session_schedule, days_of_the_week_in_a_zone) {
    static struct fix_zone zone = {.offset_first_s = 2 * 3600};
    script_begin(&s, FIX_ACCEPTOR);
    s.config.schedule = (struct fix_schedule){.kind = FIX_SCHEDULE_DAILY,
                                              .start_s = 9 * 3600,
                                              .end_s = 17 * 3600,
                                              .days = 1 << 1 | 1 << 4,
                                              .zone = &zone};
    script_restart(&s);
    cr_assert(!fix_session_may_connect(&s.session, s.now));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=1|58=Outside the session time|");
    script_disconnect(&s);
    /* Tuesday, 09:00 there. */
    script_advance(&s, 19 * 3600 * 1000);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    log_on();
    cr_assert_eq(s.session.next_in, 2);
    pass(8 * 3600 * 1000);
    hear_logout();
    script_disconnect(&s);
    script_advance(&s, 24 * 3600 * 1000);
    cr_assert(!fix_session_may_connect(&s.session, s.now));
    script_advance(&s, 40 * 3600 * 1000);
    cr_assert(fix_session_may_connect(&s.session, s.now));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}
