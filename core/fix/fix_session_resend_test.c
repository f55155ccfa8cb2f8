/* The peer asks for a resend: cases 8 and 20. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

/* Up, having sent numbers 1 .. 5, of which 3 and 4 are application messages. */
static void begin(void) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=1|34=2|112=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=a|");
    cr_assert_str_eq(script_send(&s, "8", "x"), "35=8|34=3|11=x|");
    cr_assert_str_eq(script_send(&s, "8", "y"), "35=8|34=4|11=y|");
    cr_assert_eq(say(&s, "35=1|34=3|112=b|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=5|112=b|");
}

Test(fix_session_resend, case_8_one_gap_fill_over_the_range) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=2|34=4|7=1|16=0|", "35=4|34=1|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=3|16=0|", "35=4|34=3|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=5|16=0|", "35=4|34=5|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=2|16=999999|", "35=4|34=2|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=2|16=5|", "35=4|34=2|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=2|16=6|", "35=4|34=2|43=Y|122|36=6|123=Y|"},
        {"35=2|34=4|7=2|16=4|", "35=4|34=2|43=Y|122|36=5|123=Y|"},
        {"35=2|34=4|7=3|16=3|", "35=4|34=3|43=Y|122|36=4|123=Y|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), cases[i].answer);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.next_in, 5);
        cr_assert_eq(s.session.counters.gaps, 0);
        cr_assert_str_eq(script_send(&s, "8", "z"), "35=8|34=6|11=z|", "live numbers go on");
    }
}

Test(fix_session_resend, case_8_impossible_ranges_are_rejected) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=2|34=4|7=0|16=0|",
         "58=Value is incorrect (out of range) for this tag|371=7|372=2|373=5|"},
        {"35=2|34=4|7=6|16=0|",
         "58=Value is incorrect (out of range) for this tag|371=7|372=2|373=5|"},
        {"35=2|34=4|7=999|16=1000|",
         "58=Value is incorrect (out of range) for this tag|371=7|372=2|373=5|"},
        {"35=2|34=4|7=4|16=3|",
         "58=Value is incorrect (out of range) for this tag|371=16|372=2|373=5|"},
        {"35=2|34=4|16=3|", "58=Required tag missing|371=7|372=2|373=1|"},
        {"35=2|34=4|7=3|", "58=Required tag missing|371=16|372=2|373=1|"},
        {"35=2|34=4|7=-1|16=0|", "58=Incorrect data format for value|371=7|372=2|373=6|"},
        {"35=2|34=4|7=1|16=|", "58=Tag specified without a value|371=16|372=2|373=4|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE);
        char expected[160];
        snprintf(expected, sizeof(expected), "35=3|34=6|45=4|%s", cases[i].answer);
        cr_assert_str_eq(hear(&s), expected);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.next_in, 5, "used");
    }
}

Test(fix_session_resend, case_8_served_though_its_own_number_is_too_low) {
    begin();
    cr_assert_eq(say(&s, "35=2|34=3|7=1|16=0|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=6|123=Y|");
    cr_assert_eq(s.session.next_in, 4);
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
}

/* Theirs first, then ours; and theirs again while ours is open. */
Test(fix_session_resend, case_20_both_sides_have_gaps) {
    begin();
    cr_assert_eq(say(&s, "35=2|34=8|7=2|16=0|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=4|34=2|43=Y|122|36=6|123=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=6|7=4|16=0|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=2|34=9|7=3|16=4|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=4|34=3|43=Y|122|36=5|123=Y|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=4|34=4|43=Y|36=10|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=10|11=a|"), FIX_ACTION_DELIVER);
}

/* "To the end" is where the numbers ended when the request came: what was owed then is live, and is
 * not filled over. */
Test(fix_session_resend, the_end_is_fixed_when_the_request_comes) {
    begin();
    say(&s, "35=1|34=4|112=c|");
    say(&s, "35=2|34=5|7=2|16=0|");
    cr_assert(!fix_session_can_send(&s.session));
    cr_assert_str_eq(hear(&s), "35=0|34=6|112=c|");
    cr_assert(!fix_session_can_send(&s.session));
    cr_assert_str_eq(hear(&s), "35=4|34=2|43=Y|122|36=6|123=Y|");
    cr_assert(fix_session_can_send(&s.session));
}

Test(fix_session_resend, asked_again_and_again) {
    begin();
    for (int i = 0; i < 100; i++) {
        char text[64];
        snprintf(text, sizeof(text), "35=2|34=%d|7=1|16=0|", i + 4);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=6|123=Y|");
    }
    cr_assert_eq(s.session.next_out, 6);
}

Test(fix_session_resend, served_while_logging_out) {
    begin();
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_str_eq(hear(&s), "35=5|34=6|");
    cr_assert_eq(say(&s, "35=2|34=4|7=4|16=0|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=4|34=4|43=Y|122|36=7|123=Y|");
    cr_assert_eq(say(&s, "35=5|34=5|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_LOGOUT_ANSWERED);
}
