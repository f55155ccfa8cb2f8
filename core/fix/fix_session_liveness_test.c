/* Heartbeats and silence: cases 4, 5 and 6. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static enum fix_action action;

Test(fix_session_liveness, case_4a_nothing_sent_for_an_interval) {
    script_up(&s, FIX_ACCEPTOR);
    for (int seq = 2; seq < 10; seq++) {
        cr_assert_eq(script_tick_at_deadline(&s, &action), 30000);
        cr_assert_eq(action, FIX_ACTION_NONE);
        char expected[32];
        snprintf(expected, sizeof(expected), "35=0|34=%d|", seq);
        cr_assert_str_eq(hear(&s), expected);
        cr_assert_str_eq(hear(&s), "");
        char heartbeat[32];
        snprintf(heartbeat, sizeof(heartbeat), "35=0|34=%d|", seq);
        cr_assert_eq(say(&s, heartbeat), FIX_ACTION_NONE);
    }
}

Test(fix_session_liveness, case_4a_anything_sent_puts_it_off) {
    script_up(&s, FIX_ACCEPTOR);
    script_advance(&s, 20000);
    cr_assert_str_eq(script_send(&s, "8", "a"), "35=8|34=2|11=a|");
    say(&s, "35=0|34=2|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 30000);
    cr_assert_str_eq(hear(&s), "35=0|34=3|");
}

Test(fix_session_liveness, case_4b_test_request_is_answered_with_its_id) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=1|34=2|112=HELLO|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=HELLO|");
    say(&s, "35=1|34=3|112=0123456789012345678901234567890123456789012345678901234567890123|");
    cr_assert_str_eq(hear(&s), "35=0|34=3|112=012345678901234567890123456789012345678901234567"
                               "8901234567890123|");
}

Test(fix_session_liveness, case_4b_test_request_id_too_long_to_repeat) {
    script_up(&s, FIX_ACCEPTOR);
    say(&s, "35=1|34=2|112=01234567890123456789012345678901234567890123456789012345678901234|");
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=Value is incorrect (out of range) for this "
                               "tag|371=112|372=1|373=5|");
}

Test(fix_session_liveness, case_5_heartbeat_is_taken) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=0|34=2|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=0|34=3|112=TEST|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 4);
}

/* Interval, a fifth more, a test request; an answer revives; then silence to the end. */
Test(fix_session_liveness, case_6_silence) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(script_tick_at_deadline(&s, &action), 30000);
    cr_assert_str_eq(hear(&s), "35=0|34=2|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 6000);
    cr_assert_str_eq(hear(&s), "35=1|34=3|112=TEST|");
    script_advance(&s, 1000);
    cr_assert_eq(say(&s, "35=0|34=2|112=TEST|"), FIX_ACTION_NONE);
    cr_assert_eq(script_tick_at_deadline(&s, &action), 29000);
    cr_assert_str_eq(hear(&s), "35=0|34=4|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 7000);
    cr_assert_str_eq(hear(&s), "35=1|34=5|112=TEST|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 30000);
    cr_assert_str_eq(hear(&s), "35=0|34=6|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 6000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_HEARTBEAT_TIMEOUT);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
}

/* An early message is a sign of life too; a garbled one is not. */
Test(fix_session_liveness, case_6_what_counts_as_life) {
    script_up(&s, FIX_ACCEPTOR);
    script_advance(&s, 35999);
    script_tick(&s);
    hear(&s);
    say(&s, "35=0|34=7|");
    hear(&s);
    script_advance(&s, 1);
    script_tick(&s);
    cr_assert_str_eq(hear(&s), "");
    script_up(&s, FIX_ACCEPTOR);
    script_advance(&s, 35999);
    script_tick(&s);
    hear(&s);
    say(&s, "35=0|34=2|x=1|");
    script_advance(&s, 1);
    script_tick(&s);
    cr_assert_str_eq(hear(&s), "35=1|34=3|112=TEST|");
}

/* A process that slept over both bounds asks before it gives up. */
Test(fix_session_liveness, a_late_tick_asks_first) {
    script_up(&s, FIX_ACCEPTOR);
    script_advance(&s, 500000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=1|34=2|112=TEST|");
    script_advance(&s, 35999);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    script_advance(&s, 1);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
}

/* What is owed already stands for the heartbeat: a stuck stream collects none, and the deadline
 * does not spin. */
Test(fix_session_liveness, no_heartbeats_pile_up) {
    script_up(&s, FIX_ACCEPTOR);
    say(&s, "35=1|34=2|112=a|");
    for (int i = 0; i < 10; i++) {
        script_advance(&s, 10000);
        cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
        cr_assert_gt(fix_session_deadline(&s.session).ns, s.now.mono.ns);
        char text[32];
        snprintf(text, sizeof(text), "35=0|34=%d|", i + 3);
        say(&s, text);
    }
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=a|");
    cr_assert_str_eq(hear(&s), "");
}

/* It speaks, and takes nothing: what it is asked, to send again what was missed, say, it will never
 * answer. */
Test(fix_session_liveness, a_peer_that_speaks_and_takes_nothing) {
    script_up(&s, FIX_ACCEPTOR);
    say(&s, "35=1|34=2|112=a|");
    for (int i = 0; i < 3; i++) {
        script_advance(&s, 35999);
        cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
        char text[32];
        snprintf(text, sizeof(text), "35=0|34=%d|", i + 3);
        say(&s, text);
    }
    script_advance(&s, 2);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    script_advance(&s, 1);
    cr_assert_eq(fix_session_deadline(&s.session).ns, s.now.mono.ns);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_HEARTBEAT_TIMEOUT);
}

Test(fix_session_liveness, interval_of_the_peer_is_in_force) {
    script_begin(&s, FIX_ACCEPTOR);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=5|");
    hear(&s);
    cr_assert_eq(script_tick_at_deadline(&s, &action), 5000);
    cr_assert_str_eq(hear(&s), "35=0|34=2|");
    cr_assert_eq(script_tick_at_deadline(&s, &action), 1000);
    cr_assert_str_eq(hear(&s), "35=1|34=3|112=TEST|");
}

Test(fix_session_liveness, down_has_no_deadline) {
    script_begin(&s, FIX_ACCEPTOR);
    cr_assert(instant_is_never(fix_session_deadline(&s.session)));
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    script_up(&s, FIX_ACCEPTOR);
    script_disconnect(&s);
    cr_assert(instant_is_never(fix_session_deadline(&s.session)));
    script_advance(&s, 1000000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "");
}

/* Nothing is read, and nothing can be written: the question is owed once, and the third time it is
 * due is the end. */
Test(fix_session_liveness, a_peer_that_is_held_and_takes_nothing) {
    script_up(&s, FIX_ACCEPTOR);
    action = FIX_ACTION_NONE;
    int questions = 0;
    while (action == FIX_ACTION_NONE) {
        script_advance(&s, 36000);
        action = script_tick(&s);
        cr_assert_leq(s.session.owed_count, 2);
        cr_assert_lt(questions++, 10);
        if (action == FIX_ACTION_NONE) {
            fix_session_hold(&s.session, s.now);
        }
    }
    cr_assert_eq(questions, 3);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_HEARTBEAT_TIMEOUT);
}

Test(fix_session_liveness, a_peer_that_is_held_and_reads_lives) {
    script_up(&s, FIX_ACCEPTOR);
    for (int i = 0; i < 50; i++) {
        script_advance(&s, 36000);
        cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
        fix_session_hold(&s.session, s.now);
        while (*hear(&s) != '\0') {
        }
    }
}
