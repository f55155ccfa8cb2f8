/* Logout of either side: cases 12 and 13. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static enum fix_action action;

Test(fix_session_logout, case_12_answered) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES("end of day"));
    cr_assert(!fix_session_can_send(&s.session));
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=end of day|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.state, FIX_SESSION_LOGOUT_SENT);
    cr_assert_eq(say(&s, "35=5|34=2|58=bye|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_ANSWERED);
    cr_assert_eq(s.session.next_in, 3);
    cr_assert_eq(s.session.next_out, 3);
    script_disconnect(&s);
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_ANSWERED);
}

Test(fix_session_logout, case_12c_not_answered) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 2000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_TIMEOUT);
}

/* The time-out runs although the Logout could not even be written. */
Test(fix_session_logout, case_12c_not_even_written) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(script_tick_at_deadline(&s, &action), 2000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_out, 2);
}

/* What was on its way when we logged out is not lost. */
Test(fix_session_logout, messages_are_delivered_until_the_answer) {
    script_up(&s, FIX_INITIATOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(say(&s, "35=8|34=2|17=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=8|34=4|17=c|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=3|16=0|");
    cr_assert_eq(say(&s, "35=8|34=3|43=Y|122=20260105-11:59:00|17=b|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=1|34=4|112=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=4|112=x|");
    cr_assert_eq(say(&s, "35=5|34=5|"), FIX_ACTION_CLOSE);
}

/* Crossing: both said it, nobody answers twice. */
Test(fix_session_logout, both_at_once) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_logout, case_13a_13b_answered_whatever_its_number) {
    static const struct {
        const char *text;
        unsigned next_in;
    } cases[] = {
        {"35=5|34=5|58=so long|", 6},
        {"35=5|34=3|58=so long|", 5},
        {"35=5|34=21|58=so long|", 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        script_up(&s, FIX_ACCEPTOR);
        say(&s, "35=4|34=2|36=5|123=Y|");
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), "35=5|34=2|");
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_LOGOUT_RECEIVED);
        cr_assert_str_eq(s.session.end_text, "so long");
        cr_assert_eq(s.session.next_in, cases[i].next_in);
    }
}

Test(fix_session_logout, closing_flushes_then_closes) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
    fix_session_reject(&s.session, &s.input.view, FIX_REJECT_VALUE, 11, BYTES("no"));
    cr_assert_eq(say(&s, "35=5|34=3|"), FIX_ACTION_CLOSE);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(fix_session_deadline(&s.session).ns, s.now.mono.ns + 2 * NS_PER_S);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=no|371=11|372=D|373=5|");
    cr_assert_str_eq(hear(&s), "35=5|34=3|");
    cr_assert_eq(fix_session_deadline(&s.session).ns, 0, "at once");
    uint64_t next_in = s.session.next_in;
    cr_assert_eq(say(&s, "35=D|34=4|11=a|"), FIX_ACTION_CLOSE, "and nothing of it is read");
    cr_assert_eq(s.session.next_in, next_in);
}

Test(fix_session_logout, closing_does_not_wait_for_ever_to_flush) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
    script_advance(&s, 2000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert(!fix_session_has_output(&s.session));
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_RECEIVED);
}

Test(fix_session_logout, before_the_session_is_up) {
    script_begin(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_DOWN);
    script_connect(&s);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_CLOSING);
    cr_assert_eq(s.session.end, FIX_END_ABANDONED);
    cr_assert_str_eq(hear(&s), "");
}

/* A low number after our Logout ends it; nothing more is said. */
Test(fix_session_logout, too_low_after_ours) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_eq(say(&s, "35=0|34=1|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_SEQUENCE_TOO_LOW);
}

/* A reset that crosses our Logout is left to the next connection. */
Test(fix_session_logout, reset_logon_after_ours) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
}

Test(fix_session_logout, rapid_logon_logout_loops) {
    script_begin(&s, FIX_ACCEPTOR);
    for (unsigned i = 0; i < 500; i++) {
        char text[64];
        script_connect(&s);
        snprintf(text, sizeof(text), "35=A|34=%u|98=0|108=30|", 2 * i + 1);
        cr_assert_eq(say(&s, text), FIX_ACTION_UP);
        cr_assert_str_eq(hear(&s), text);
        snprintf(text, sizeof(text), "35=5|34=%u|", 2 * i + 2);
        cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), text);
        script_disconnect(&s);
    }
}
