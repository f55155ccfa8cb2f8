/* The acceptor receives a Logon: cases 1S of the FIX session test table, resets, the verdict. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>

static struct script s;

#define LOGON "35=A|34=1|98=0|108=30|"

static void begin(void) {
    script_begin(&s, FIX_ACCEPTOR);
    script_connect(&s);
}

/* The stream closes and nothing is said; the session can be connected again. */
static void check_dropped(enum fix_end end) {
    cr_assert_eq(s.session.state, FIX_SESSION_CLOSING);
    cr_assert_eq(s.session.end, end, "ended by %s", fix_end_name(s.session.end));
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 1);
    cr_assert_eq(s.session.next_out, 1);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
}

Test(fix_session_logon, case_1a_number_correct) {
    begin();
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(s.session.next_out, 2);
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_RECEIVED);
}

/* The answer first: a peer takes nothing else before a Logon. */
Test(fix_session_logon, case_1a_number_too_high) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 1);
    cr_assert_eq(say(&s, "35=4|34=1|43=Y|36=6|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 6);
    cr_assert_eq(say(&s, "35=D|34=6|11=a|"), FIX_ACTION_DELIVER);
}

/* The gap is filled up to the Logon, which the peer takes for read: what follows is asked for
 * again at once, and not called too low. */
Test(fix_session_logon, gap_filled_up_to_the_logon_only) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    hear(&s);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
    cr_assert_eq(say(&s, "35=4|34=1|43=Y|36=5|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=0|34=6|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=5|16=0|");
    cr_assert_eq(say(&s, "35=4|34=5|43=Y|36=7|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 7);
}

Test(fix_session_logon, number_too_low) {
    begin();
    fix_session_disconnected(&s.session, s.now);
    fix_session_restore(&s.session, 7, 4);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=6|98=0|108=30|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=4|58=MsgSeqNum too low, expecting 7 but received 6|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_SEQUENCE_TOO_LOW);
    cr_assert_eq(s.session.next_in, 7);
}

Test(fix_session_logon, number_too_low_but_possible_duplicate) {
    begin();
    fix_session_disconnected(&s.session, s.now);
    fix_session_restore(&s.session, 7, 4);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=6|43=Y|98=0|108=30|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.state, FIX_SESSION_LOGON_AWAITED);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=A|34=7|98=0|108=30|"), FIX_ACTION_UP);
}

Test(fix_session_logon, possible_duplicate_with_the_expected_number) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|43=Y|98=0|108=30|"), FIX_ACTION_UP);
}

Test(fix_session_logon, numbers_go_on_after_reconnecting) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
    script_disconnect(&s);
    cr_assert_eq(s.session.end, FIX_END_STREAM_CLOSED);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=2|98=0|108=30|");
    cr_assert_eq(s.session.next_in, 4);
}

Test(fix_session_logon, reset_flag_resets_both_sides) {
    begin();
    fix_session_disconnected(&s.session, s.now);
    fix_session_restore(&s.session, 70, 40);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(s.session.next_out, 2);
}

Test(fix_session_logon, reset_flag_n_resets_nothing) {
    begin();
    fix_session_disconnected(&s.session, s.now);
    fix_session_restore(&s.session, 7, 4);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=7|98=0|108=30|141=N|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=4|98=0|108=30|");
}

Test(fix_session_logon, reset_flag_with_a_number_above_one) {
    begin();
    fix_session_disconnected(&s.session, s.now);
    fix_session_restore(&s.session, 7, 4);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
}

Test(fix_session_logon, case_1c_1d_1e_and_broken_headers_close_in_silence) {
    static const struct {
        const char *text;
        enum fix_end end;
    } cases[] = {
        {"35=A|34=1|49=OTHER|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|56=OTHER|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|-49|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|-56|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|49=|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|49=THEMA|98=0|108=30|", FIX_END_COMP_ID},
        {"35=A|34=1|52=20010101-12:00:00.000|98=0|108=30|", FIX_END_SENDING_TIME},
        {"35=A|34=1|52=20260105-12:02:00.001|98=0|108=30|", FIX_END_SENDING_TIME},
        {"35=A|34=1|52=20260105-11:57:59.999|98=0|108=30|", FIX_END_SENDING_TIME},
        {"35=A|34=1|52=yesterday|98=0|108=30|", FIX_END_SENDING_TIME},
        {"35=A|34=1|-52|98=0|108=30|", FIX_END_SENDING_TIME},
        {"35=A|-34|98=0|108=30|", FIX_END_SEQUENCE_MISSING},
        {"35=A|34=|98=0|108=30|", FIX_END_SEQUENCE_MISSING},
        {"35=A|34=-1|98=0|108=30|", FIX_END_SEQUENCE_MISSING},
        {"35=A|34=99999999999999999999|98=0|108=30|", FIX_END_SEQUENCE_MISSING},
        {"8=FIX.4.2|35=A|34=1|98=0|108=30|", FIX_END_BEGIN_STRING},
        {"8=FIX.3.9|35=A|34=1|98=0|108=30|", FIX_END_BEGIN_STRING},
        {"35=A|34=1|43=X|98=0|108=30|", FIX_END_BAD_LOGON},
        {"35=0|34=1|", FIX_END_NOT_LOGON},
        {"35=D|34=1|11=a|", FIX_END_NOT_LOGON},
        {"35=5|34=1|", FIX_END_NOT_LOGON},
        {"35=AA|34=1|98=0|108=30|", FIX_END_NOT_LOGON},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_CLOSE, "%s", cases[i].text);
        check_dropped(cases[i].end);
    }
}

Test(fix_session_logon, case_1d_garbled_closes_in_silence) {
    begin();
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=5|35=A|10=000|"), FIX_ACTION_CLOSE);
    check_dropped(FIX_END_NOT_LOGON);
}

Test(fix_session_logon, too_long_closes_in_silence) {
    begin();
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=999999|35=A|554=pass"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.input.consumed, s.in_bytes);
    cr_assert(s.input.secret);
    cr_assert_eq(say_raw(&s, "word|10=000|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.input.consumed, s.in_bytes, "and its rest, too");
    cr_assert(s.input.secret);
    check_dropped(FIX_END_TOO_LONG);
}

Test(fix_session_logon, latency_bounds_are_inclusive_and_optional) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|52=20260105-12:02:00.000|98=0|108=30|"), FIX_ACTION_UP);
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|52=20260105-11:58:00|98=0|108=30|"), FIX_ACTION_UP);
    script_begin(&s, FIX_ACCEPTOR);
    s.config.latency_max.ns = 0;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|52=20010101-12:00:00|98=0|108=30|"), FIX_ACTION_UP);
}

/* The identity is right, so the reason is told. */
Test(fix_session_logon, impossible_terms_are_refused_with_a_text) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=A|34=1|98=0|108=-10|", "35=5|34=1|58=HeartBtInt must not be negative|"},
        {"35=A|34=1|98=0|108=3601|", "35=5|34=1|58=HeartBtInt must be 1 to 3600|"},
        {"35=A|34=1|98=0|108=0|", "35=5|34=1|58=HeartBtInt must be 1 to 3600|"},
        {"35=A|34=1|98=0|108=99999999999999999999|",
         "35=5|34=1|58=HeartBtInt missing or malformed|"},
        {"35=A|34=1|98=0|108=x|", "35=5|34=1|58=HeartBtInt missing or malformed|"},
        {"35=A|34=1|98=0|", "35=5|34=1|58=HeartBtInt missing or malformed|"},
        {"35=A|34=1|108=30|", "35=5|34=1|58=EncryptMethod missing or malformed|"},
        {"35=A|34=1|98=1|108=30|", "35=5|34=1|58=EncryptMethod must be 0|"},
        {"35=A|34=1|98=0|108=30|141=X|", "35=5|34=1|58=ResetSeqNumFlag malformed|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_CLOSE, "%s", cases[i].text);
        cr_assert_str_eq(hear(&s), cases[i].answer);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
        cr_assert_str_neq(s.session.end_text, "");
    }
}

Test(fix_session_logon, heartbeat_interval_of_the_logon_is_answered) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=3600|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=3600|");
}

Test(fix_session_logon, heartbeat_interval_within_the_bounds_of_the_session) {
    static const struct {
        const char *text;
        bool accepted;
    } cases[] = {
        {"35=A|34=1|98=0|108=4|", false},
        {"35=A|34=1|98=0|108=5|", true},
        {"35=A|34=1|98=0|108=60|", true},
        {"35=A|34=1|98=0|108=61|", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        script_begin(&s, FIX_ACCEPTOR);
        s.config.heartbeat_min_s = 5;
        s.config.heartbeat_max_s = 60;
        script_restart(&s);
        script_connect(&s);
        cr_assert_eq(say(&s, cases[i].text), cases[i].accepted ? FIX_ACTION_UP : FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), cases[i].accepted
                                       ? cases[i].text
                                       : "35=5|34=1|58=HeartBtInt outside what this session "
                                         "allows|");
    }
}

Test(fix_session_logon, heartbeat_zero_where_allowed) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.heartbeat_zero_allowed = true;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=0|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=0|");
    cr_assert(instant_is_never(fix_session_deadline(&s.session)));
    script_advance(&s, 3600 * 1000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_logon, nothing_comes) {
    begin();
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 10000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    check_dropped(FIX_END_LOGON_TIMEOUT);
}

Test(fix_session_logon, opened_and_closed) {
    begin();
    script_disconnect(&s);
    cr_assert_eq(s.session.end, FIX_END_STREAM_CLOSED);
    script_connect(&s);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
}

static void begin_verdict(void) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.verdict_needed = true;
    script_restart(&s);
    fix_session_restore(&s.session, 3, 5);
    script_connect(&s);
}

Test(fix_session_logon, verdict_accepts) {
    begin_verdict();
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|553=joe|554=secret|"), FIX_ACTION_NEED_VERDICT);
    cr_assert(s.input.secret);
    cr_assert_eq(s.input.seq, 3);
    struct bytes password;
    cr_assert_eq(fix_get_bytes(&s.input.view, 554, &password), FIX_GET_OK);
    cr_assert(bytes_equal(password, BYTES("secret")));
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=4|11=a|"), FIX_ACTION_BLOCKED);
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|");
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_UP);
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_PARTIAL);
    cr_assert_eq(say(&s, "35=D|34=4|11=a|"), FIX_ACTION_DELIVER);
}

/* Whoever ticks first hears of it as well, once. */
Test(fix_session_logon, verdict_accepts_and_the_tick_says_so) {
    begin_verdict();
    say(&s, "35=A|34=3|98=0|108=30|");
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(fix_session_deadline(&s.session).ns, 0);
    cr_assert_eq(script_tick(&s), FIX_ACTION_UP);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_PARTIAL);
}

Test(fix_session_logon, verdict_refuses) {
    begin_verdict();
    say(&s, "35=A|34=3|98=0|108=30|141=Y|");
    fix_session_verdict(&s.session, s.now, s.epoch, false, BYTES("no\x01such user"));
    cr_assert_eq(s.session.state, FIX_SESSION_CLOSING);
    cr_assert_str_eq(hear(&s), "35=5|34=5|58=no?such user|");
    cr_assert_eq(s.session.end, FIX_END_REFUSED);
    /* A stranger resets nothing. */
    cr_assert_eq(s.session.next_in, 3);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
}

Test(fix_session_logon, numbers_are_looked_at_after_the_verdict_only) {
    begin_verdict();
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_NEED_VERDICT);
    cr_assert_str_eq(hear(&s), "");
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=5|34=5|58=MsgSeqNum too low, expecting 3 but received 2|");
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_CLOSE);
    begin_verdict();
    say(&s, "35=A|34=9|98=0|108=30|");
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=2|34=6|7=3|16=0|");
}

Test(fix_session_logon, verdict_of_another_epoch_or_state_is_ignored) {
    begin_verdict();
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_LOGON_AWAITED);
    say(&s, "35=A|34=3|98=0|108=30|");
    script_disconnect(&s);
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_DOWN);
    script_connect(&s);
    say(&s, "35=A|34=3|98=0|108=30|");
    fix_session_verdict(&s.session, s.now, s.epoch - 1, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_VERDICT_AWAITED);
    cr_assert_str_eq(hear(&s), "");
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    fix_session_verdict(&s.session, s.now, s.epoch, false, BYTES("late"));
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
}

Test(fix_session_logon, verdict_never_comes) {
    begin_verdict();
    say(&s, "35=A|34=3|98=0|108=30|");
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 5000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=5|58=Logon not verified in time|");
    cr_assert_eq(s.session.end, FIX_END_ANSWER_TIMEOUT);
    fix_session_verdict(&s.session, s.now, s.epoch, true, BYTES(""));
    cr_assert_eq(s.session.state, FIX_SESSION_CLOSING);
}

Test(fix_session_logon, password_is_flagged_even_when_refused) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|49=OTHER|98=0|108=30|554=x|"), FIX_ACTION_CLOSE);
    cr_assert(s.input.secret);
    begin();
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=11|35=A|554=x|10=000|"), FIX_ACTION_CLOSE);
    cr_assert(s.input.secret);
    begin();
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    cr_assert(!s.input.secret);
}

/* Case 1b is the caller's: it looks for the identity's session before it binds the stream. */
Test(fix_session_identify, reads_who_calls) {
    script_begin(&s, FIX_ACCEPTOR);
    size_t bytes = script_compose(&s, LOGON);
    struct fix_identity identity;
    for (size_t cut = 0; cut < bytes; cut++) {
        cr_assert_eq(fix_session_identify(bytes_of(s.in, cut), 4096, &identity),
                     FIX_ACTION_PARTIAL);
        cr_assert(identity.need > cut && identity.need <= bytes);
    }
    cr_assert_eq(fix_session_identify(bytes_of(s.in, bytes), 4096, &identity), FIX_ACTION_DELIVER);
    cr_assert(bytes_equal(identity.begin_string, BYTES("FIX.4.4")));
    cr_assert(bytes_equal(identity.sender_comp_id, BYTES("THEM")));
    cr_assert(bytes_equal(identity.target_comp_id, BYTES("US")));
}

Test(fix_session_identify, refuses_what_is_no_logon) {
    static const char *const texts[] = {"35=0|34=1|", "35=A|34=1|-49|", "35=A|34=1|56=|",
                                        "35=A|34=1|01=x|"};
    struct fix_identity identity;
    script_begin(&s, FIX_ACCEPTOR);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t bytes = script_compose(&s, texts[i]);
        cr_assert_eq(fix_session_identify(bytes_of(s.in, bytes), 4096, &identity), FIX_ACTION_CLOSE,
                     "%s", texts[i]);
    }
    cr_assert_eq(fix_session_identify(BYTES("GET / HTTP/1.1\r\n\r\n"), 4096, &identity),
                 FIX_ACTION_CLOSE);
    size_t bytes = script_compose(&s, LOGON);
    cr_assert_eq(fix_session_identify(bytes_of(s.in, bytes), 20, &identity), FIX_ACTION_CLOSE);
}
