/* The same messages under the production profile and under that of the acceptance definitions. */
#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static void begin(struct fix_profile profile) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.profile = profile;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

Test(fix_session_profile, case_2g_where_the_number_is_expected) {
    begin(fix_profile_production());
    cr_assert_eq(say(&s, "35=D|34=2|43=Y|11=a|"), FIX_ACTION_DELIVER);
    begin(fix_profile_at());
    cr_assert_eq(say(&s, "35=D|34=2|43=Y|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=Required tag missing|371=122|372=D|373=1|");
    cr_assert_eq(s.session.next_in, 2, "not used up");
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
}

static const char *with_122(const char *begin_text, int64_t shift_ms) {
    static char text[128];
    snprintf(text, sizeof(text), "%s122=%s|11=a|", begin_text, script_time(&s, shift_ms));
    return text;
}

Test(fix_session_profile, case_2f_where_the_number_is_expected) {
    begin(fix_profile_production());
    cr_assert_eq(say(&s, with_122("35=D|34=2|43=Y|", 10000)), FIX_ACTION_DELIVER);
    begin(fix_profile_at());
    cr_assert_eq(say(&s, with_122("35=D|34=2|43=Y|", 0)), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, with_122("35=D|34=3|43=Y|", 10000)), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=3|58=SendingTime accuracy problem|372=D|373=10|");
    cr_assert_str_eq(hear(&s), "35=5|34=3|");
}

Test(fix_session_profile, logout_after_a_reject_says_it_again_or_not) {
    static const struct {
        const char *text;
        const char *reject;
        const char *reason;
    } cases[] = {
        {"35=D|34=2|49=WHO|11=a|", "35=3|34=2|45=2|58=CompID problem|372=D|373=9|",
         "CompID problem"},
        {"35=D|34=2|52=20200101-00:00:00|11=a|",
         "35=3|34=2|45=2|58=SendingTime accuracy problem|372=D|373=10|",
         "SendingTime accuracy problem"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(fix_profile_at());
        say(&s, cases[i].text);
        cr_assert_str_eq(hear(&s), cases[i].reject);
        cr_assert_str_eq(hear(&s), "35=5|34=3|");
        cr_assert_str_eq(s.session.end_text, cases[i].reason, "the log knows");
        begin(fix_profile_production());
        say(&s, cases[i].text);
        hear(&s);
        char expected[80];
        snprintf(expected, sizeof(expected), "35=5|34=3|58=%s|", cases[i].reason);
        cr_assert_str_eq(hear(&s), expected);
    }
    begin(fix_profile_at());
    say(&s, "8=FIX.4.1|35=D|34=2|11=a|");
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Incorrect BeginString|", "no Reject went before");
}

Test(fix_session_profile, header_tags_are_told_or_not) {
    static const struct {
        const char *text;
        const char *told;
        const char *untold;
    } cases[] = {
        {"35=D|34=2|49=WHO|11=a|", "58=CompID problem|371=49|372=D|373=9|",
         "58=CompID problem|372=D|373=9|"},
        {"35=D|34=2|56=WHO|11=a|", "58=CompID problem|371=56|372=D|373=9|",
         "58=CompID problem|372=D|373=9|"},
        {"35=D|34=2|49=WHO|56=WHO|11=a|", "58=CompID problem|371=49|372=D|373=9|",
         "58=CompID problem|372=D|373=9|"},
        {"35=D|34=2|52=20200101-00:00:00|11=a|",
         "58=SendingTime accuracy problem|371=52|372=D|373=10|",
         "58=SendingTime accuracy problem|372=D|373=10|"},
        {"35=0|34=1|43=Y|122=20270101-00:00:00|",
         "58=SendingTime accuracy problem|371=122|372=0|373=10|",
         "58=SendingTime accuracy problem|372=0|373=10|"},
        {"35=*|34=2|", "58=Invalid MsgType|371=35|372=*|373=11|",
         "58=Invalid MsgType|372=*|373=11|"},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        bool told = i % 2 == 0;
        begin(told ? fix_profile_production() : fix_profile_at());
        cr_assert_eq(say(&s, cases[i / 2].text), FIX_ACTION_NONE);
        char expected[160];
        snprintf(expected, sizeof(expected), "45=%d|%s", cases[i / 2].text[8] - '0',
                 told ? cases[i / 2].told : cases[i / 2].untold);
        cr_assert_str_eq(hear(&s) + strlen("35=3|34=2|"), expected, "%s: %s", cases[i / 2].text,
                         s.heard);
    }
}

Test(fix_session_profile, case_1d_a_late_logon_is_told_why_or_not) {
    static const char late[] = "35=A|34=1|52=20260105-11:57:59.999|98=0|108=30|";
    static const char stranger[] = "35=A|34=1|49=WHO|52=20260105-11:57:59.999|98=0|108=30|";
    begin(fix_profile_production());
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, stranger), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, late), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=SendingTime accuracy problem|");
    cr_assert_eq(s.session.end, FIX_END_SENDING_TIME);
    cr_assert_eq(s.session.next_in, 2, "not used up");
    begin(fix_profile_at());
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, late), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
}

static void begin_with_garbled_rejected(void) {
    struct fix_profile profile = fix_profile_at();
    profile.garbled_rejected = true;
    begin(profile);
}

/* As it is composed, with the last digit of its CheckSum changed. */
static enum fix_action say_with_wrong_sum(const char *text) {
    size_t bytes = script_compose(&s, text);
    char *digit = &s.in[bytes - 2];
    *digit = *digit == '0' ? '1' : '0';
    enum fix_action action = script_input(&s, bytes);
    cr_assert_eq(s.input.consumed, bytes);
    cr_assert(s.input.secret);
    return action;
}

#define GARBLED_REJECT "58=Message failed basic validity check|"

Test(fix_session_profile, case_2d_3c_garbled_messages_are_rejected) {
    begin_with_garbled_rejected();
    cr_assert_eq(say(&s, "35=D|34=2|11|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|" GARBLED_REJECT "372=D|");
    cr_assert_eq(say_with_wrong_sum("35=0|34=3|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=3|45=3|" GARBLED_REJECT "372=0|");
    cr_assert_eq(say(&s, "!34=4|49=THEM|35=|52=20260105-12:00:00|56=US|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=4|45=4|" GARBLED_REJECT, "no type");
    cr_assert_eq(s.session.counters.garbled, 3);
    cr_assert_eq(s.session.counters.rejects_sent, 3);
    cr_assert_eq(say(&s, "35=D|34=5|11=a|"), FIX_ACTION_DELIVER, "their numbers are used up");
}

/* Nothing to tell it by, or not its turn, or a number that means something else. */
Test(fix_session_profile, case_2d_3c_garbled_messages_that_are_dropped_all_the_same) {
    static const char *const texts[] = {
        "35=0|34=1|x=1|", "35=0|34=3|x=1|",
        "35=0|34=|x=1|",  "35=0|34=-2|x=1|",
        "35=0|-34|x=1|",  "35=A|34=2|x=1|",
        "35=4|34=2|x=1|", "35=0|34=2x|x=1|",
        "35=0|34=0|x=1|", "35=0|34=18446744073709551618|x=1|",
    };
    begin_with_garbled_rejected();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "", "%s: %s", texts[i], s.heard);
    }
    cr_assert_eq(say_raw(&s, "|34=2|35=0|"), FIX_ACTION_NONE);
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=x|35=0|34=2|10=000|"), FIX_ACTION_NONE);
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|35=0|9=5|34=2|10=000|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "", "where it ends is not certain");
    cr_assert_eq(s.session.next_in, 2);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say_with_wrong_sum("35=A|34=2|98=0|108=30|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "", "no session yet");
}

Test(fix_session_profile, a_garbled_message_behind_our_logout_for_a_fault_is_of_no_interest) {
    begin_with_garbled_rejected();
    say(&s, "8=FIX.4.1|35=0|34=2|");
    cr_assert_str_neq(hear(&s), "");
    cr_assert_eq(say(&s, "35=0|34=2|x=1|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
}

static int heartbeats_until_the_end(void) {
    int heartbeats = 0;
    enum fix_action action = FIX_ACTION_NONE;
    while (action != FIX_ACTION_CLOSE) {
        script_tick_at_deadline(&s, &action);
        while (*hear(&s) != '\0') {
            heartbeats += strncmp(s.heard, "35=0|", 5) == 0;
        }
    }
    cr_assert_eq(s.session.end, FIX_END_HEARTBEAT_TIMEOUT);
    return heartbeats;
}

/* At 30 s, and 30 s after the TestRequest at 36 s; the end is at 72 s. */
Test(fix_session_profile, case_6_heartbeats_while_a_test_request_is_open) {
    begin(fix_profile_production());
    cr_assert_eq(heartbeats_until_the_end(), 2);
    begin(fix_profile_at());
    cr_assert_eq(heartbeats_until_the_end(), 1);
}

Test(fix_session_profile, empty_values) {
    begin(fix_profile_at());
    say(&s, "35=1|34=2|112=|");
    cr_assert_str_eq(hear(&s),
                     "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|");
    struct fix_profile lax = fix_profile_at();
    lax.empty_values_allowed = true;
    begin(lax);
    say(&s, "35=1|34=2|112=|");
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=|");
}

static void configure_with_dictionary(enum fix_role role, struct fix_profile profile) {
    script_begin(&s, role);
    s.config.profile = profile;
    s.config.dictionary = &fix44_dictionary;
    script_restart(&s);
}

static void begin_with_dictionary(struct fix_profile profile) {
    configure_with_dictionary(FIX_ACCEPTOR, profile);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

/* The number is used up, whatever the fault. */
Test(fix_session_profile, case_14_with_a_dictionary) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=0|34=2|999=HI|", "58=Invalid tag number|371=999|372=0|373=0|"},
        {"35=1|34=2|", "58=Required tag missing|371=112|372=1|373=1|"},
        {"35=0|34=2|-56|", "58=Required tag missing|371=56|372=0|373=1|"},
        {"35=0|34=2|55=X|", "58=Tag not defined for this message type|371=55|372=0|373=2|"},
        {"35=2|34=2|7=1|16=0|55=X|",
         "58=Tag not defined for this message type|371=55|372=2|373=2|"},
        {"35=0|34=2|112=|", "58=Tag specified without a value|371=112|372=0|373=4|"},
        {"35=4|34=2|36=x|", "58=Incorrect data format for value|371=36|372=4|373=6|"},
        {"35=0|34=2|112=a|112=b|", "58=Tag appears more than once|371=112|372=0|373=13|"},
        {"35=*|34=2|", "58=Invalid MsgType|372=*|373=11|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin_with_dictionary(fix_profile_at());
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE, "%s", cases[i].text);
        char expected[160];
        snprintf(expected, sizeof(expected), "35=3|34=2|45=2|%s", cases[i].answer);
        cr_assert_str_eq(hear(&s), expected, "%s: %s", cases[i].text, s.heard);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.next_in, 3, "%s", cases[i].text);
    }
}

/* Of what the session asks of a Logon itself it speaks in its own words. */
Test(fix_session_profile, a_logon_that_the_dictionary_objects_to) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=A|34=1|98=0|108=30|999=HI|", "58=Invalid tag number: 999|"},
        {"35=A|34=1|98=0|108=30|55=X|", "58=Tag not defined for this message type: 55|"},
        {"35=A|34=1|98=0|108=30|553=|", "58=Tag specified without a value: 553|"},
        {"35=A|34=1|98=0|98=0|108=30|", "58=Tag appears more than once: 98|"},
        {"35=A|34=1|98=0|108=30|384=2|372=D|385=R|",
         "58=Incorrect NumInGroup count for repeating group: 384|"},
        {"35=A|34=1|98=0|999=HI|", "58=HeartBtInt missing or malformed|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        configure_with_dictionary(FIX_ACCEPTOR, fix_profile_production());
        script_connect(&s);
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_CLOSE, "%s", cases[i].text);
        char expected[160];
        snprintf(expected, sizeof(expected), "35=5|34=1|%s", cases[i].answer);
        cr_assert_str_eq(hear(&s), expected, "%s: %s", cases[i].text, s.heard);
        cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
        cr_assert_eq(s.session.next_in, 1, "%s", cases[i].text);
    }
}

Test(fix_session_profile, a_logon_s_answer_that_the_dictionary_objects_to) {
    configure_with_dictionary(FIX_INITIATOR, fix_profile_production());
    script_connect(&s);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|55=X|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Tag not defined for this message type: 55|");
    cr_assert_eq(s.session.end, FIX_END_BAD_LOGON);
}

Test(fix_session_profile, a_reset_that_the_dictionary_objects_to) {
    begin_with_dictionary(fix_profile_production());
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|55=X|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Tag not defined for this message type: 55|");
    cr_assert_eq(s.session.next_in, 2, "nothing begins anew");
}

Test(fix_session_profile, what_the_dictionary_lets_through) {
    begin_with_dictionary(fix_profile_at());
    cr_assert_eq(say(&s, "35=AD|34=2|568=x|"), FIX_ACTION_DELIVER, "not in its tables");
    cr_assert_eq(say(&s, "35=0|34=3|5001=x|"), FIX_ACTION_NONE);
    cr_assert_str_neq(hear(&s), "", "no user tags");
    begin_with_dictionary(fix_profile_production());
    cr_assert_eq(say(&s, "35=0|34=2|5001=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    struct fix_profile lax = fix_profile_at();
    lax.empty_values_allowed = true;
    begin_with_dictionary(lax);
    say(&s, "35=1|34=2|112=|");
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=|");
}

Test(fix_session_profile, a_fault_ahead_of_a_gap_is_not_told_before_its_turn) {
    begin_with_dictionary(fix_profile_at());
    say(&s, "35=0|34=3|55=X|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_profile, reset_on_logon_of_an_acceptor) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.reset_on_logon = true;
    script_restart(&s);
    for (int i = 0; i < 3; i++) {
        script_connect(&s);
        cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
        cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|", "no 141");
        cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
        script_disconnect(&s);
    }
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
}
