/* Messages that come ahead of a gap wait for their turn. Letters: the FIX Trading Community's. */
#include "core/fix/fix_early.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static void begin_with(uint32_t messages, uint32_t bytes) {
    static _Alignas(64) char mem[65536];
    struct fix_early_limits limits = {.messages = messages, .bytes = bytes};
    cr_assert_leq(fix_early_footprint(limits), sizeof(mem));
    script_begin(&s, FIX_ACCEPTOR);
    s.config.early = fix_early_init(mem, limits);
    s.config.profile.resend_to_the_end = true;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

static void begin(void) {
    begin_with(50, 20000);
}

/* One that came early is taken without bytes. */
static enum fix_action turn(void) {
    cr_assert(fix_session_has_input(&s.session));
    enum fix_action action = script_input(&s, 0);
    cr_assert_eq(s.input.consumed, 0);
    return action;
}

static void cr_assert_id(const char *id) {
    struct bytes value;
    cr_assert_eq(fix_get_bytes(&s.input.view, 11, &value), FIX_GET_OK);
    cr_assert(bytes_equal(value, bytes_of_string(id)));
}

Test(fix_session_early, case_2b_is_kept_and_taken_in_its_turn) {
    begin();
    cr_assert_eq(say(&s, "35=D|34=4|11=four|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=5|11=five|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert(!fix_session_has_input(&s.session));
    cr_assert_eq(say(&s, "35=D|34=2|43=Y|11=two|"), FIX_ACTION_DELIVER);
    cr_assert(!fix_session_has_input(&s.session));
    cr_assert_eq(say(&s, "35=D|34=3|43=Y|11=three|"), FIX_ACTION_DELIVER);
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("four");
    cr_assert_eq(s.input.seq, 4);
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("five");
    cr_assert(!fix_session_has_input(&s.session));
    cr_assert_eq(s.session.next_in, 6);
    cr_assert_eq(s.session.counters.kept_early, 2);
}

Test(fix_session_early, duplicates_that_the_answer_brings_are_ignored) {
    begin();
    say(&s, "35=D|34=3|11=three|");
    hear(&s);
    say(&s, "35=D|34=2|43=Y|11=two|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    char text[100];
    snprintf(text, sizeof(text), "35=D|34=3|43=Y|122=%s|11=three|", script_time(&s, 0));
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    cr_assert_eq(s.session.counters.duplicates, 1);
    cr_assert_str_eq(hear(&s), "");
}

/* What is to be read waits until the turn of what came before it is over. */
Test(fix_session_early, goes_before_what_is_read) {
    begin();
    say(&s, "35=D|34=3|11=three|");
    hear(&s);
    say(&s, "35=D|34=2|43=Y|11=two|");
    size_t bytes = script_compose(&s, "35=D|34=4|11=four|");
    cr_assert_eq(script_input(&s, bytes), FIX_ACTION_DELIVER);
    cr_assert_id("three");
    cr_assert_eq(s.input.consumed, 0);
    cr_assert_eq(script_input(&s, bytes), FIX_ACTION_DELIVER);
    cr_assert_id("four");
    cr_assert_eq(s.input.consumed, bytes);
}

Test(fix_session_early, admin_messages_act_in_their_turn) {
    begin();
    say(&s, "35=1|34=3|112=HELLO1|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_eq(say(&s, "35=D|34=2|43=Y|49=|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s),
                     "35=3|34=3|45=2|58=Tag specified without a value|371=49|372=D|373=4|",
                     "a resent message that is rejected counts");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=1|34=4|112=HELLO2|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=4|112=HELLO1|");
    cr_assert_str_eq(hear(&s), "35=0|34=5|112=HELLO2|");
}

Test(fix_session_early, faults_are_told_in_their_turn) {
    begin();
    say(&s, "35=D|34=3|52=x|11=a|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "");
    say(&s, "35=0|34=2|43=Y|");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s),
                     "35=3|34=3|45=3|58=Incorrect data format for value|371=52|372=D|373=6|");
    cr_assert_eq(s.session.next_in, 4);
}

/* The time was in order when it came. */
Test(fix_session_early, waiting_does_not_make_a_message_late) {
    begin();
    say(&s, "35=D|34=3|11=three|");
    hear(&s);
    script_advance(&s, 20 * 60 * 1000);
    say(&s, "35=0|34=2|43=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
}

Test(fix_session_early, case_20_a_request_served_early_only_counts) {
    begin();
    say(&s, "35=0|34=4|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    say(&s, "35=2|34=5|7=1|16=0|");
    cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=3|123=Y|");
    say(&s, "35=4|34=2|43=Y|36=4|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 6);
    cr_assert_str_eq(hear(&s), "", "and is not answered twice");
}

Test(fix_session_early, logon_ahead_of_a_gap_only_counts) {
    static _Alignas(64) char mem[4096];
    script_begin(&s, FIX_ACCEPTOR);
    s.config.early = fix_early_init(mem, (struct fix_early_limits){4, 1000});
    s.config.profile.resend_to_the_end = true;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|554=secret|"), FIX_ACTION_UP);
    hear(&s);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
    cr_assert(memmem(mem, sizeof(mem), "secret", 6) == NULL);
    say(&s, "35=D|34=1|43=Y|11=one|");
    say(&s, "35=D|34=2|43=Y|11=two|");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 4);
    cr_assert_eq(s.session.resend_until, 0);
}

/* A peer that gap-fills whatever it is asked for must not fill over a cancel that came early. */
Test(fix_session_early, production_asks_up_to_what_is_kept) {
    begin();
    s.session.config.profile.resend_to_the_end = false;
    say(&s, "35=F|34=5|11=cancel|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=4|");
    say(&s, "35=4|34=2|43=Y|36=5|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("cancel");
    cr_assert_eq(s.session.resend_until, 0);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=6|11=six|"), FIX_ACTION_DELIVER);
}

Test(fix_session_early, production_asks_up_to_the_logon) {
    begin();
    s.session.config.profile.resend_to_the_end = false;
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=10|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=2|98=0|108=30|");
    cr_assert_eq(say(&s, "35=F|34=11|11=cancel|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=2|16=9|");
    say(&s, "35=4|34=2|43=Y|36=10|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("cancel");
}

/* What was not kept has to come. */
Test(fix_session_early, production_asks_to_the_end_for_what_is_not_kept) {
    begin_with(1, 10);
    s.session.config.profile.resend_to_the_end = false;
    say(&s, "35=F|34=5|11=cancel|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
}

Test(fix_session_early, gap_fill_ahead_of_a_gap_applies_in_its_turn) {
    begin();
    say(&s, "35=4|34=4|36=9|123=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    say(&s, "35=0|34=2|43=Y|");
    say(&s, "35=0|34=3|43=Y|");
    cr_assert_eq(turn(), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 9);
}

/* A client does not stand by an order that it fills over. */
Test(fix_session_early, a_gap_fill_over_it_makes_it_void) {
    begin();
    say(&s, "35=D|34=4|11=four|");
    say(&s, "35=D|34=6|11=six|");
    hear(&s);
    say(&s, "35=4|34=2|43=Y|36=6|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("six");
    cr_assert(!fix_session_has_input(&s.session));
}

/* A venue cannot take back a fill. */
Test(fix_session_early, what_stands_outlives_a_gap_fill_over_it) {
    begin();
    s.session.config.early_stands = true;
    say(&s, "35=D|34=4|11=four|");
    say(&s, "35=D|34=6|11=six|");
    hear(&s);
    say(&s, "35=4|34=2|43=Y|36=8|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("four");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_id("six");
    cr_assert_eq(s.session.next_in, 8);
    say(&s, "35=D|34=8|11=eight|");
    cr_assert_eq(s.session.next_in, 9);
}

/* Numbers that a reset gives anew are of other messages. */
Test(fix_session_early, a_reset_of_numbers_makes_it_void) {
    begin();
    say(&s, "35=D|34=4|11=four|");
    hear(&s);
    say(&s, "35=4|34=9|36=3|123=N|");
    cr_assert_eq(say(&s, "35=D|34=3|11=three|"), FIX_ACTION_DELIVER);
    cr_assert(!fix_session_has_input(&s.session));
    cr_assert_eq(say(&s, "35=D|34=4|11=another|"), FIX_ACTION_DELIVER);
    cr_assert_id("another");
}

/* A fact is one by any number: it is told, and takes nobody else's place. */
Test(fix_session_early, what_stands_outlives_a_reset_of_numbers) {
    static const struct {
        const char *says;
        uint64_t next;
    } resets[] = {
        {"35=4|34=9|36=3|123=N|", 3},
        {"35=4|34=9|36=5|123=N|", 5},
        {"35=4|34=2|36=20|", 20},
        {"35=A|34=1|98=0|108=30|141=Y|", 2},
    };
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
        begin();
        s.session.config.early_stands = true;
        say(&s, "35=D|34=4|11=four|");
        say(&s, "35=1|34=5|112=T|");
        say(&s, "35=D|34=6|11=six|");
        hear(&s);
        cr_assert_eq(say(&s, resets[i].says), FIX_ACTION_NONE);
        cr_assert_eq(s.session.next_in, resets[i].next);
        char text[80];
        snprintf(text, sizeof(text), "35=D|34=%d|11=next|", (int)resets[i].next);
        size_t bytes = script_compose(&s, text);
        cr_assert(fix_session_has_input(&s.session));
        cr_assert_eq(script_input(&s, bytes), FIX_ACTION_DELIVER);
        cr_assert_id("four");
        cr_assert_eq(script_input(&s, bytes), FIX_ACTION_NONE);
        cr_assert_eq(script_input(&s, bytes), FIX_ACTION_DELIVER);
        cr_assert_id("six");
        cr_assert_eq(s.input.consumed, 0);
        cr_assert(!fix_session_has_input(&s.session));
        cr_assert_eq(script_input(&s, bytes), FIX_ACTION_DELIVER);
        cr_assert_id("next");
        cr_assert_eq(s.session.counters.filled_over, 1, "what was missed never comes");
        snprintf(text, sizeof(text), "35=D|34=%d|11=x|", (int)resets[i].next + 3);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE, "and the next gap is one like any other");
        snprintf(text, sizeof(text), "35=4|34=%d|43=Y|36=%d|123=Y|", (int)resets[i].next + 1,
                 (int)resets[i].next + 3);
        say(&s, text);
        cr_assert_eq(turn(), FIX_ACTION_DELIVER);
        cr_assert_id("x");
    }
}

/* The connection may end before it was all taken. */
Test(fix_session_early, what_a_reset_left_is_left_when_the_connection_ends) {
    begin();
    s.session.config.early_stands = true;
    say(&s, "35=D|34=4|11=four|");
    say(&s, "35=D|34=5|11=five|");
    say(&s, "35=4|34=9|36=3|123=N|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert(fix_session_has_left(&s.session));
    cr_assert_eq(fix_session_take_left(&s.session, s.now, &s.input), FIX_ACTION_DELIVER);
    cr_assert_id("five");
    cr_assert(!fix_session_has_left(&s.session));
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert(!fix_session_has_input(&s.session));
}

/* Nobody kept anything, or there was nothing to keep. */
Test(fix_session_early, a_reset_over_a_gap_counts_as_one_that_is_not_filled) {
    static const struct {
        const char *early; /* a password is kept nowhere */
        const char *reset;
        uint64_t filled_over;
    } rows[] = {
        {"35=D|34=9|554=x|", "35=A|34=1|98=0|108=30|141=Y|", 1},
        {"35=D|34=9|554=x|", "35=4|34=2|36=2|", 1},
        {NULL, "35=A|34=1|98=0|108=30|141=Y|", 0},
        {NULL, "35=4|34=2|36=2|", 0},
        {NULL, "35=4|34=2|36=3|", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin();
        s.session.config.early_stands = true;
        if (rows[i].early != NULL) {
            say(&s, rows[i].early);
        }
        say(&s, rows[i].reset);
        cr_assert(!fix_session_has_input(&s.session));
        cr_assert_eq(s.session.counters.filled_over, rows[i].filled_over, "row %zu", i);
    }
}

Test(fix_session_early, what_does_not_fit_comes_again) {
    begin_with(2, 20000);
    say(&s, "35=D|34=4|11=four|");
    say(&s, "35=D|34=5|11=five|");
    say(&s, "35=D|34=6|11=six|");
    cr_assert_eq(s.session.counters.kept_early, 2);
    hear(&s);
    say(&s, "35=4|34=2|43=Y|36=4|123=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    cr_assert(!fix_session_has_input(&s.session));
    cr_assert_eq(say(&s, "35=D|34=6|43=Y|11=six|"), FIX_ACTION_DELIVER);
}

Test(fix_session_early, ends_with_the_connection_and_with_a_reset) {
    begin();
    say(&s, "35=D|34=4|11=four|");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    say(&s, "35=0|34=3|");
    cr_assert(!fix_session_has_input(&s.session));
    say(&s, "35=D|34=6|11=six|");
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    for (int seq = 2; seq <= 5; seq++) {
        char text[32];
        snprintf(text, sizeof(text), "35=0|34=%d|", seq);
        say(&s, text);
    }
    cr_assert(!fix_session_has_input(&s.session));
}

Test(fix_session_early, is_delivered_while_logging_out_and_not_after_a_fault) {
    begin();
    say(&s, "35=D|34=3|11=three|");
    fix_session_logout(&s.session, s.now, BYTES(""));
    say(&s, "35=0|34=2|43=Y|");
    cr_assert_eq(turn(), FIX_ACTION_DELIVER);
    begin();
    say(&s, "35=D|34=3|11=three|");
    say(&s, "35=D|34=2|49=WHO|11=a|");
    cr_assert_eq(s.session.end, FIX_END_COMP_ID);
    cr_assert(!fix_session_has_input(&s.session));
}

/* Facts that will not have their turn are handed out: in order, and the number stays where it was.
 */
Test(fix_session_early, what_stands_is_left_when_the_connection_ends) {
    begin();
    s.session.config.early_stands = true;
    say(&s, "35=D|34=3|11=three|");
    say(&s, "35=1|34=4|112=T|");
    say(&s, "35=3|34=5|45=1|");
    say(&s, "35=D|34=6|52=x|11=faulty|");
    say(&s, "35=D|34=7|11=seven|");
    cr_assert_eq(say(&s, "35=5|34=9|"), FIX_ACTION_CLOSE);
    static const enum fix_action actions[] = {FIX_ACTION_DELIVER, FIX_ACTION_NONE,
                                              FIX_ACTION_REJECTED, FIX_ACTION_NONE,
                                              FIX_ACTION_DELIVER};
    for (uint64_t i = 0; i < 5; i++) {
        cr_assert(fix_session_has_left(&s.session));
        cr_assert_eq(fix_session_take_left(&s.session, s.now, &s.input), actions[i]);
        cr_assert_eq(s.input.seq, 3 + i);
        cr_assert_eq(s.input.consumed, 0);
    }
    cr_assert_id("seven");
    cr_assert(!fix_session_has_left(&s.session));
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "35=5|34=3|");
    cr_assert_str_eq(hear(&s), "", "nothing is owed for any of it");
}

/* A client's order that waited is void. */
Test(fix_session_early, what_does_not_stand_is_not_left) {
    begin();
    say(&s, "35=D|34=3|11=three|");
    cr_assert_eq(say(&s, "35=5|34=4|"), FIX_ACTION_CLOSE);
    cr_assert(!fix_session_has_left(&s.session));
}

/* A caller's Reject and its room in the owed queue are the same for both kinds of message. */
Test(fix_session_early, waits_while_too_much_is_owed) {
    begin();
    for (int i = 0; i < 40; i++) {
        char text[40];
        snprintf(text, sizeof(text), "35=1|34=%d|112=x|", i + 3);
        enum fix_action action = say(&s, text);
        cr_assert_eq(action, FIX_ACTION_NONE);
    }
    say(&s, "35=0|34=2|43=Y|");
    int answered = 0;
    hear(&s);
    while (fix_session_has_input(&s.session)) {
        if (script_input(&s, 0) == FIX_ACTION_BLOCKED) {
            cr_assert_str_neq(hear(&s), "");
            answered++;
        }
    }
    while (hear(&s)[0] != '\0') {
        answered++;
    }
    cr_assert_eq(answered, 40);
}
