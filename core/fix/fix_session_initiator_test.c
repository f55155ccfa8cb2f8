/* The initiator connects and sends its Logon: case 1B. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static enum fix_action action;

#define LOGON "35=A|34=1|98=0|108=30|"

static void begin(void) {
    script_begin(&s, FIX_INITIATOR);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), LOGON);
    cr_assert_eq(s.session.state, FIX_SESSION_LOGON_SENT);
}

Test(fix_session_initiator, case_1B_b_c_logon_and_valid_answer) {
    begin();
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(s.session.next_out, 2);
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=2|11=a|");
}

Test(fix_session_initiator, case_1B_c_answer_too_high) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=7|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert(!fix_session_can_send(&s.session), "the request goes first");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
    cr_assert_eq(say(&s, "35=8|34=1|43=Y|122=20260105-11:00:00|17=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=4|34=2|43=Y|36=8|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=8|34=8|17=b|"), FIX_ACTION_DELIVER);
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_initiator, answer_too_low) {
    script_begin(&s, FIX_INITIATOR);
    fix_session_restore(&s.session, 7, 12);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=12|98=0|108=30|");
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=13|58=MsgSeqNum too low, expecting 7 but received 2|");
    cr_assert_eq(s.session.end, FIX_END_SEQUENCE_TOO_LOW);
}

Test(fix_session_initiator, case_1B_d_answer_with_a_wrong_header) {
    static const struct {
        const char *text;
        enum fix_end end;
        const char *answer;
    } cases[] = {
        {"35=A|34=1|49=OTHER|98=0|108=30|", FIX_END_COMP_ID, "35=5|34=2|58=CompID problem|"},
        {"35=A|34=1|56=OTHER|98=0|108=30|", FIX_END_COMP_ID, "35=5|34=2|58=CompID problem|"},
        {"35=A|34=1|-49|98=0|108=30|", FIX_END_COMP_ID, "35=5|34=2|58=CompID problem|"},
        {"35=A|34=1|52=20010101-00:00:00|98=0|108=30|", FIX_END_SENDING_TIME,
         "35=5|34=2|58=SendingTime accuracy problem|"},
        {"35=A|-34|98=0|108=30|", FIX_END_SEQUENCE_MISSING, "35=5|34=2|58=MsgSeqNum missing|"},
        {"8=FIX.4.2|35=A|34=1|98=0|108=30|", FIX_END_BEGIN_STRING,
         "35=5|34=2|58=Incorrect BeginString|"},
        {"35=A|34=1|98=0|108=-1|", FIX_END_BAD_LOGON,
         "35=5|34=2|58=HeartBtInt must not be negative|"},
        {"35=A|34=1|98=1|108=30|", FIX_END_BAD_LOGON, "35=5|34=2|58=EncryptMethod must be 0|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_CLOSE, "%s", cases[i].text);
        cr_assert_str_eq(hear(&s), cases[i].answer);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, cases[i].end);
        cr_assert_eq(s.session.next_in, 1);
    }
}

Test(fix_session_initiator, case_1B_e_anything_but_logon) {
    static const char *const texts[] = {"35=0|34=1|", "35=8|34=1|17=a|", "35=2|34=1|7=1|16=0|"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin();
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_NOT_LOGON);
    }
    begin();
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=5|35=A|10=000|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_NOT_LOGON);
}

/* A refusal: the reason is kept, its number is used. */
Test(fix_session_initiator, logout_or_reject_as_the_answer) {
    static const char *const texts[] = {
        "35=5|34=1|58=MsgSeqNum too low, expecting 9 but received 1|",
        "35=3|34=1|45=1|58=MsgSeqNum too low, expecting 9 but received 1|",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin();
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_REFUSED);
        cr_assert_str_eq(s.session.end_text, "MsgSeqNum too low, expecting 9 but received 1");
        cr_assert_eq(s.session.next_in, 2);
        script_disconnect(&s);
        script_connect(&s);
        cr_assert_str_eq(s.session.end_text, "");
        cr_assert_str_eq(hear(&s), "35=A|34=2|98=0|108=30|");
        cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    }
}

Test(fix_session_initiator, refusal_with_another_number_uses_none) {
    begin();
    cr_assert_eq(say(&s, "35=5|34=40|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.next_in, 1);
    begin();
    cr_assert_eq(say(&s, "35=5|-34|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.next_in, 1);
}

Test(fix_session_initiator, no_answer) {
    begin();
    cr_assert_eq(script_tick_at_deadline(&s, &action), 10000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_LOGON_TIMEOUT);
    cr_assert_str_eq(hear(&s), "");
}

/* A Logon that never reached the stream used no number. */
Test(fix_session_initiator, connection_lost_before_the_logon_was_written) {
    script_begin(&s, FIX_INITIATOR);
    script_connect(&s);
    script_disconnect(&s);
    cr_assert_eq(s.session.next_out, 1);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), LOGON);
    cr_assert_str_eq(hear(&s), "");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=2|98=0|108=30|", "but one that did, did");
}

/* Theirs comes before ours could be written. */
/* What an acceptor refuses for good, an initiator wants again: it may be a fill. */
Test(fix_session_initiator, case_2o_a_late_report_comes_again) {
    script_up(&s, FIX_INITIATOR);
    char text[80];
    snprintf(text, sizeof(text), "35=8|34=2|52=%s|11=a|", script_time(&s, -121000));
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=SendingTime accuracy problem|372=8|373=10|");
    cr_assert_str_eq(hear(&s), "35=5|34=3|58=SendingTime accuracy problem|");
    cr_assert_eq(s.session.next_in, 2);
    script_disconnect(&s);
    script_connect(&s);
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=2|34=5|7=2|16=0|");
    cr_assert_eq(say(&s, "35=8|34=2|43=Y|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_initiator, logons_cross) {
    script_begin(&s, FIX_INITIATOR);
    script_connect(&s);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    cr_assert(!fix_session_can_send(&s.session));
    cr_assert_str_eq(hear(&s), LOGON);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_NONE, "their answer to ours");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_initiator, reset_on_logon) {
    script_begin(&s, FIX_INITIATOR);
    s.config.reset_on_logon = true;
    script_restart(&s);
    fix_session_restore(&s.session, 40, 70);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(s.session.next_out, 2);
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_initiator, reset_on_logon_without_the_flag_in_the_answer) {
    script_begin(&s, FIX_INITIATOR);
    s.config.reset_on_logon = true;
    script_restart(&s);
    script_connect(&s);
    hear(&s);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=2|11=a|");
}

/* Their numbers begin again, and our Logon was the first of ours. */
Test(fix_session_initiator, answer_with_an_unasked_reset) {
    script_begin(&s, FIX_INITIATOR);
    fix_session_restore(&s.session, 40, 70);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=70|98=0|108=30|");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=2|11=a|");
}

Test(fix_session_initiator, crossing_reset_makes_our_logon_the_first) {
    script_begin(&s, FIX_INITIATOR);
    fix_session_restore(&s.session, 40, 70);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_eq(s.session.next_out, 2);
}

Test(fix_session_initiator, reset_by_the_peer_inside_the_session) {
    script_up(&s, FIX_INITIATOR);
    script_send(&s, "D", "a");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(script_send(&s, "D", "b"), "35=D|34=2|11=b|");
}

Test(fix_session_initiator, interval_of_the_answer_is_in_force) {
    static const struct {
        const char *text;
        unsigned heartbeat_s;
    } cases[] = {
        {LOGON, 30},
        {"35=A|34=1|98=0|108=10|", 10},
        {"35=A|34=1|98=0|", 30},
        {"35=A|34=1|108=30|", 30},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_UP);
        cr_assert_eq(s.session.heartbeat_s, cases[i].heartbeat_s);
    }
}

Test(fix_session_initiator, no_heartbeats_only_where_proposed) {
    begin();
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=0|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=HeartBtInt must be 1 to 3600|");
    script_begin(&s, FIX_INITIATOR);
    s.config.heartbeat_s = 0;
    script_restart(&s);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=0|");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=0|"), FIX_ACTION_UP);
    cr_assert(instant_is_never(fix_session_deadline(&s.session)));
}

/* The Logon hook: fields after the standard ones; whatever it writes is secret. */
static const struct fix_session *hook_session;
static int64_t hook_time_ns;
static uint64_t hook_seq;

static void write_fields(void *context, const struct fix_session *session,
                         struct fix_writer *writer) {
    hook_session = session;
    hook_time_ns = session->sending_time.ns;
    hook_seq = session->next_out;
    fix_put_bytes(writer, 553, BYTES("joe"));
    fix_put_bytes(writer, 554, bytes_of_string((const char *)context));
}

static void begin_signed(const char *signature) {
    script_begin(&s, FIX_INITIATOR);
    s.config.signature_needed = true;
    s.config.logon_hook = (struct fix_logon_hook){write_fields, (void *)(uintptr_t)signature};
    script_restart(&s);
    fix_session_restore(&s.session, 5, 9);
    script_connect(&s);
}

Test(fix_session_initiator, logon_hook) {
    script_begin(&s, FIX_INITIATOR);
    s.config.logon_hook = (struct fix_logon_hook){write_fields, (void *)(uintptr_t) "secret"};
    script_restart(&s);
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|553=joe|554=secret|");
    cr_assert(s.out_secret);
    cr_assert_eq(hook_session, &s.session);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_UP);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=5|34=2|");
    cr_assert(!s.out_secret);
}

/* Signed is what was asked about: its number and its time, whenever the answer comes. */
Test(fix_session_initiator, signature) {
    begin_signed("signature");
    int64_t asked_ns = s.now.utc.ns;
    cr_assert_eq(fix_session_deadline(&s.session).ns, 0);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NEED_SIGNATURE);
    cr_assert_eq(s.session.state, FIX_SESSION_SIGNATURE_AWAITED);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE, "asked once");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.sending_time.ns, asked_ns);
    cr_assert_eq(say(&s, LOGON), FIX_ACTION_BLOCKED);
    struct now answered = s.now;
    answered.mono.ns += NS_PER_S;
    answered.utc.ns += NS_PER_S;
    fix_session_signed(&s.session, answered, s.epoch, true);
    bool secret;
    s.out_bytes = fix_session_output(&s.session, answered, s.out, FIX_ADMIN_BYTES_MAX, &secret);
    cr_assert(secret);
    cr_assert_eq(hook_time_ns, asked_ns);
    cr_assert_eq(hook_seq, 9);
    s.out[s.out_bytes] = '\0';
    char expected[48];
    snprintf(expected, sizeof(expected),
             "\x01"
             "52=%s\x01",
             script_time(&s, 0));
    cr_assert(strstr(s.out, expected) != NULL, "SendingTime is the signed one");
    cr_assert(strstr(s.out, "\x01"
                            "34=9\x01") != NULL);
    s.now = answered;
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=10|11=a|", "times go on");
}

Test(fix_session_initiator, signature_asked_for_by_the_input_as_well) {
    begin_signed("x");
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_NEED_SIGNATURE);
    cr_assert_eq(script_input(&s, 0), FIX_ACTION_BLOCKED);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
}

Test(fix_session_initiator, signature_fails) {
    begin_signed("x");
    script_tick(&s);
    fix_session_signed(&s.session, s.now, s.epoch, false);
    cr_assert_eq(s.session.end, FIX_END_UNSIGNED);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.next_out, 9);
}

Test(fix_session_initiator, signature_never_comes) {
    begin_signed("x");
    script_tick(&s);
    cr_assert_eq(script_tick_at_deadline(&s, &action), 5000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_ANSWER_TIMEOUT);
}

Test(fix_session_initiator, signature_of_another_epoch_or_state_is_ignored) {
    begin_signed("x");
    script_tick(&s);
    script_disconnect(&s);
    fix_session_signed(&s.session, s.now, s.epoch, true);
    cr_assert_eq(s.session.state, FIX_SESSION_DOWN);
    script_connect(&s);
    fix_session_signed(&s.session, s.now, s.epoch - 1, true);
    cr_assert_eq(s.session.state, FIX_SESSION_SIGNATURE_AWAITED);
    cr_assert_str_eq(hear(&s), "");
    fix_session_signed(&s.session, s.now, s.epoch, true);
    fix_session_signed(&s.session, s.now, s.epoch, true);
    cr_assert_str_eq(hear(&s), "35=A|34=9|98=0|108=30|553=joe|554=x|");
    cr_assert_str_eq(hear(&s), "");
}

/* The answer would need a signature of its own. */
Test(fix_session_initiator, reset_inside_a_signed_session_is_refused) {
    begin_signed("x");
    fix_session_signed(&s.session, s.now, s.epoch, true);
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert(!fix_session_reset(&s.session, s.now), "nor is it asked for");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=10|58=Reset by reconnecting|");
    cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
}

Test(fix_session_initiator, logon_fields_that_fit_no_room) {
    static char huge[FIX_ADMIN_BYTES_MAX];
    memset(huge, 'x', sizeof(huge) - 1);
    script_begin(&s, FIX_INITIATOR);
    s.config.logon_hook = (struct fix_logon_hook){write_fields, huge};
    script_restart(&s);
    script_connect(&s);
    bool secret;
    cr_assert_eq(fix_session_output(&s.session, s.now, s.out, FIX_ADMIN_BYTES_MAX, &secret), 0);
    cr_assert(secret, "the room holds a part of it");
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
    cr_assert_eq(s.session.next_out, 1);
}
