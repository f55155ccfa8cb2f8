/* Sequence numbers in: cases 2b, 2c, 2e-2g, 10, 11, and resets inside a session. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static enum fix_action say_numbered(const char *type, unsigned seq) {
    char text[32];
    snprintf(text, sizeof(text), "%s|34=%u|", type, seq);
    return say(&s, text);
}

/* Up, with numbers 2 .. expected - 1 taken. */
static void begin_expecting(unsigned expected) {
    script_up(&s, FIX_ACCEPTOR);
    for (unsigned seq = 2; seq < expected; seq++) {
        cr_assert_eq(say_numbered("35=0", seq), FIX_ACTION_NONE);
    }
}

Test(fix_session_sequence, case_2b_too_high) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=D|34=10|11=j|"), FIX_ACTION_NONE, "not delivered before its turn");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    for (unsigned seq = 5; seq <= 10; seq++) {
        char text[64];
        snprintf(text, sizeof(text), "35=D|34=%u|43=Y|122=20260105-11:00:00|11=x|", seq);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
        cr_assert_eq(s.input.seq, seq);
    }
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=11|11=k|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, case_2b_no_second_request_while_one_is_open) {
    begin_expecting(5);
    for (unsigned seq = 10; seq < 40; seq++) {
        char text[32];
        snprintf(text, sizeof(text), "35=D|34=%u|11=x|", seq);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
        if (seq == 12) {
            cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
        }
    }
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.counters.gaps, 1);
    cr_assert_eq(s.session.next_in, 5);
}

Test(fix_session_sequence, case_2b_a_new_gap_after_the_first_is_filled) {
    begin_expecting(5);
    say(&s, "35=0|34=7|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    say(&s, "35=4|34=5|43=Y|123=Y|36=8|");
    say(&s, "35=0|34=9|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=8|16=0|");
    cr_assert_str_eq(hear(&s), "");
}

/* The fill ends before the number that showed the gap: not asked again while it may go on, but
 * asked again by the first early message after a second without progress. */
Test(fix_session_sequence, a_fill_that_stops_short_is_asked_for_again) {
    begin_expecting(5);
    say(&s, "35=0|34=20|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    say(&s, "35=4|34=5|43=Y|123=Y|36=12|");
    cr_assert_eq(s.session.next_in, 12);
    say(&s, "35=0|34=21|");
    cr_assert_str_eq(hear(&s), "");
    script_advance(&s, 999);
    say(&s, "35=0|34=22|");
    cr_assert_str_eq(hear(&s), "");
    script_advance(&s, 1);
    say(&s, "35=0|34=23|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=12|16=0|");
    say(&s, "35=0|34=24|");
    cr_assert_str_eq(hear(&s), "");
    say(&s, "35=4|34=12|43=Y|123=Y|36=25|");
    cr_assert_eq(say(&s, "35=D|34=25|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, a_request_without_any_answer_is_repeated_after_an_interval) {
    begin_expecting(5);
    say(&s, "35=0|34=20|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    script_advance(&s, 29999);
    say(&s, "35=0|34=21|");
    cr_assert_str_eq(hear(&s), "");
    script_advance(&s, 1);
    say(&s, "35=0|34=22|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=5|16=0|");
}

/* All that the peer says meanwhile waits, cancels too: that must have an end. */
Test(fix_session_sequence, requests_without_any_answer_end_the_session) {
    begin_expecting(5);
    unsigned seq = 20;
    for (int asked = 0; asked < FIX_RESEND_ASKS_MAX; asked++) {
        cr_assert_eq(say_numbered("35=0", seq++), FIX_ACTION_NONE);
        cr_assert_str_neq(hear(&s), "", "asked %d times", asked);
        script_advance(&s, 30000);
    }
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    cr_assert_eq(say_numbered("35=0", seq++), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=6|58=ResendRequest not answered|");
    cr_assert_eq(s.session.end, FIX_END_GAP);
    cr_assert_eq(say_numbered("35=5", seq), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.next_in, 5, "what was missed is missed by the next connection");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=40|98=0|108=30|"), FIX_ACTION_UP);
    hear(&s);
    cr_assert_str_eq(hear(&s), "35=2|34=8|7=5|16=0|", "where it is asked for anew");
}

/* However little comes of each answer, it is an answer. */
Test(fix_session_sequence, requests_with_any_answer_go_on) {
    begin_expecting(5);
    for (unsigned round = 0; round < 3 * FIX_RESEND_ASKS_MAX; round++) {
        cr_assert_eq(say_numbered("35=0", 60 + round), FIX_ACTION_NONE);
        cr_assert_str_neq(hear(&s), "");
        cr_assert_eq(say_numbered("35=0", 5 + round), FIX_ACTION_NONE);
        script_advance(&s, 30000);
    }
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
}

/* The waiting counts from the request's writing, not from what came before it. */
Test(fix_session_sequence, a_request_written_after_a_quiet_time_is_waited_for) {
    begin_expecting(5);
    script_advance(&s, 29000);
    say(&s, "35=0|34=20|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    script_advance(&s, 1500);
    say(&s, "35=0|34=21|");
    cr_assert_str_eq(hear(&s), "");
}

/* And from each step of the answer. */
Test(fix_session_sequence, an_answer_that_goes_on_is_waited_for) {
    begin_expecting(5);
    say(&s, "35=0|34=20|");
    hear(&s);
    for (unsigned seq = 5; seq < 15; seq++) {
        char text[64];
        script_advance(&s, 900);
        snprintf(text, sizeof(text), "35=D|34=%u|43=Y|122=20260105-11:00:00|11=x|", seq);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
        snprintf(text, sizeof(text), "35=0|34=%u|", seq + 20);
        say(&s, text);
        cr_assert_str_eq(hear(&s), "");
    }
}

Test(fix_session_sequence, a_request_without_any_answer_nor_heartbeats) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.heartbeat_zero_allowed = true;
    script_restart(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=0|");
    hear(&s);
    say(&s, "35=0|34=9|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    script_advance(&s, 29999);
    say(&s, "35=0|34=10|");
    cr_assert_str_eq(hear(&s), "");
    script_advance(&s, 1);
    say(&s, "35=0|34=11|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=2|16=0|");
}

/* Not asked as long as it is only owed; not open when it was lost with the connection. */
Test(fix_session_sequence, a_request_is_open_only_once_written) {
    begin_expecting(5);
    say(&s, "35=0|34=20|");
    cr_assert_eq(s.session.resend_until, 0);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=21|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=2|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=5|16=0|");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=22|98=0|108=30|"), FIX_ACTION_UP);
    hear(&s);
    cr_assert_str_eq(hear(&s), "35=2|34=5|7=5|16=0|");
}

/* A gap closed before the request went out needs none. */
Test(fix_session_sequence, a_request_is_dropped_when_the_gap_closes_first) {
    begin_expecting(5);
    say(&s, "35=0|34=8|");
    cr_assert(fix_session_has_output(&s.session));
    say(&s, "35=4|34=5|43=Y|123=Y|36=9|");
    cr_assert(!fix_session_has_output(&s.session));
    say(&s, "35=0|34=12|");
    say(&s, "35=1|34=9|112=x|");
    say(&s, "35=4|34=0|36=12|");
    say(&s, "35=1|34=12|112=y|");
    say(&s, "35=0|34=15|");
    say(&s, "35=4|34=0|36=15|");
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=x|");
    cr_assert_str_eq(hear(&s), "35=0|34=3|112=y|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_sequence, case_2c_too_low) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=D|34=4|11=a|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum too low, expecting 5 but received 4|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_SEQUENCE_TOO_LOW);
    cr_assert_eq(s.session.next_in, 5);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
}

Test(fix_session_sequence, case_2c_zero_and_explicit_no_duplicate) {
    begin_expecting(2);
    cr_assert_eq(say(&s, "35=0|34=0|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum too low, expecting 2 but received 0|");
    begin_expecting(3);
    cr_assert_eq(say(&s, "35=0|34=2|43=N|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum too low, expecting 3 but received 2|");
}

Test(fix_session_sequence, case_2e_duplicate_already_received) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=D|34=3|43=Y|122=20260105-11:59:00|11=a|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=4|43=Y|122=20260105-12:00:00.000|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 5);
    cr_assert_eq(s.session.counters.duplicates, 2);
    cr_assert_eq(say(&s, "35=D|34=5|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, case_2e_duplicate_not_received) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=D|34=5|43=Y|122=20260105-11:59:00|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(s.session.next_in, 6);
    /* Refused, it would be lost: nobody sends it a third time. */
    cr_assert_eq(say(&s, "35=D|34=6|43=Y|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, case_2f_original_time_after_sending_time) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=D|34=3|43=Y|122=20260105-12:00:00.001|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=3|58=SendingTime accuracy problem|372=D|373=10|");
    cr_assert_str_eq(hear(&s), "35=5|34=3|58=SendingTime accuracy problem|");
    cr_assert_eq(s.session.next_in, 5);
    cr_assert_eq(say(&s, "35=5|34=5|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_SENDING_TIME);
}

Test(fix_session_sequence, case_2g_duplicate_without_original_time) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=D|34=3|43=Y|11=a|", "35=3|34=2|45=3|58=Required tag missing|371=122|372=D|373=1|"},
        {"35=D|34=3|43=Y|122=|11=a|",
         "35=3|34=2|45=3|58=Tag specified without a value|371=122|372=D|373=4|"},
        {"35=D|34=3|43=Y|122=x|11=a|",
         "35=3|34=2|45=3|58=Incorrect data format for value|371=122|372=D|373=6|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin_expecting(5);
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), cases[i].answer);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.next_in, 5, "not used");
    }
}

Test(fix_session_sequence, case_10_gap_fill_equal) {
    begin_expecting(2);
    cr_assert_eq(say(&s, "35=4|34=2|36=20|123=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=20|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, case_10_gap_fill_greater) {
    begin_expecting(2);
    cr_assert_eq(say(&s, "35=4|34=5|36=20|123=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(say(&s, "35=4|34=2|43=Y|36=20|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 20);
}

Test(fix_session_sequence, case_10_gap_fill_less) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=4|34=3|43=Y|36=20|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=4|34=3|43=Y|122=20260105-11:59:00|36=20|123=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 5);
    cr_assert_eq(s.session.counters.duplicates, 2);
    cr_assert_eq(say(&s, "35=4|34=3|36=20|123=Y|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum too low, expecting 5 but received 3|");
}

Test(fix_session_sequence, case_10_gap_fill_that_fills_nothing) {
    static const char *const texts[] = {"35=4|34=5|36=5|123=Y|", "35=4|34=5|36=4|123=Y|",
                                        "35=4|34=5|36=0|123=Y|"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin_expecting(5);
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=3|34=2|45=5|58=Value is incorrect (out of range) for this "
                                   "tag|371=36|372=4|373=5|");
        cr_assert_eq(s.session.next_in, 5);
    }
}

Test(fix_session_sequence, case_11a_reset_greater) {
    begin_expecting(2);
    cr_assert_eq(say(&s, "35=4|34=0|36=25|123=N|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 25);
    cr_assert_eq(say(&s, "35=D|34=25|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=4|34=0|36=50|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=4|34=1000|36=60|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=60|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_sequence, case_11b_reset_equal) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=4|34=0|36=5|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=5|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, case_11c_reset_less) {
    begin_expecting(5);
    cr_assert_eq(say(&s, "35=4|34=0|36=3|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=0|58=Value is incorrect (out of range) for this "
                               "tag|372=4|373=5|");
    cr_assert_eq(say(&s, "35=D|34=5|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_sequence, reset_closes_an_open_gap) {
    begin_expecting(5);
    say(&s, "35=0|34=9|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=5|16=0|");
    cr_assert_eq(say(&s, "35=4|34=0|36=9|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=9|11=a|"), FIX_ACTION_DELIVER);
    say(&s, "35=0|34=12|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=10|16=0|");
}

Test(fix_session_sequence, sequence_reset_fields_missing_or_malformed) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=4|34=5|123=Y|", "35=3|34=2|45=5|58=Required tag missing|371=36|372=4|373=1|"},
        {"35=4|34=5|36=x|",
         "35=3|34=2|45=5|58=Incorrect data format for value|371=36|372=4|373=6|"},
        {"35=4|34=5|36=9|123=y|",
         "35=3|34=2|45=5|58=Incorrect data format for value|371=123|372=4|373=6|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin_expecting(5);
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), cases[i].answer);
        cr_assert_eq(s.session.next_in, 5);
    }
}

Test(fix_session_sequence, greatest_number) {
    begin_expecting(2);
    say(&s, "35=4|34=0|36=999999999999999999|");
    cr_assert_eq(say(&s, "35=D|34=999999999999999999|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(s.session.next_in, FIX_SEQ_MAX + 1);
    cr_assert_eq(say(&s, "35=4|34=0|36=1000000000000000000|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=0|58=Incorrect data format for value|371=36|372=4|"
                               "373=6|");
}

Test(fix_session_sequence, logon_with_reset_inside_a_session) {
    begin_expecting(9);
    cr_assert_eq(say(&s, "35=1|34=9|112=old|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=20|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=20|141=Y|");
    cr_assert_str_eq(hear(&s), "", "what was owed before the reset is gone");
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_str_eq(script_send(&s, "8", "a"), "35=8|34=2|11=a|");
}

Test(fix_session_sequence, logon_with_reset_while_a_gap_is_open) {
    begin_expecting(9);
    say(&s, "35=0|34=12|");
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    say(&s, "35=0|34=4|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
}

Test(fix_session_sequence, logon_with_reset_and_a_number_above_one) {
    begin_expecting(9);
    say(&s, "35=0|34=12|");
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
}

Test(fix_session_sequence, logon_with_reset_and_impossible_terms) {
    begin_expecting(9);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=-1|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=HeartBtInt must not be negative|");
    cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
    cr_assert_eq(s.session.next_in, 9);
}

Test(fix_session_sequence, logon_with_reset_and_a_broken_header) {
    begin_expecting(9);
    cr_assert_eq(say(&s, "35=A|34=1|-52|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Logon header incomplete|");
    cr_assert_eq(s.session.next_in, 9);
}

Test(fix_session_sequence, logon_with_reset_and_number_zero) {
    begin_expecting(9);
    cr_assert_eq(say(&s, "35=A|34=0|98=0|108=30|141=Y|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=1|58=MsgSeqNum too low, expecting 1 but received 0|");
}

/* Both sides spoke first, or one said it twice. */
Test(fix_session_sequence, logon_without_reset_inside_a_session_changes_nothing) {
    begin_expecting(3);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=5|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 4);
    cr_assert_eq(s.session.heartbeat_s, 30);
}

/* A peer that sends its old Logon again in answer to our request resets nothing. */
Test(fix_session_sequence, a_reset_logon_that_comes_again_is_none) {
    begin_expecting(5);
    uint64_t next_in = s.session.next_in;
    uint64_t next_out = s.session.next_out;
    cr_assert_eq(say(&s, "35=A|34=1|43=Y|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, next_in);
    cr_assert_eq(s.session.next_out, next_out);
    char text[80];
    snprintf(text, sizeof(text), "35=A|34=%d|43=Y|98=0|108=30|141=Y|", (int)next_in);
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, next_in + 1, "used");
}
