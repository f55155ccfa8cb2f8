/* Writing: application messages, refused room, the owed queue when it is full, names. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

Test(fix_session_output, application_messages_are_numbered_when_finished) {
    script_up(&s, FIX_INITIATOR);
    cr_assert(fix_session_can_send(&s.session));
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=2|11=a|");
    cr_assert_str_eq(script_send(&s, "AE", "b"), "35=AE|34=3|11=b|");
    cr_assert_eq(s.session.counters.sent, 3);
}

Test(fix_session_output, what_does_not_fit_uses_no_number) {
    script_up(&s, FIX_INITIATOR);
    cr_assert_str_eq(script_send(&s, "D", "a"), "35=D|34=2|11=a|");
    size_t bytes = s.out_bytes;
    for (size_t room = 0; room < bytes; room++) {
        struct fix_writer writer;
        fix_session_begin(&s.session, s.now, BYTES("D"), s.out, room, &writer);
        fix_put_bytes(&writer, 11, BYTES("b"));
        cr_assert_eq(fix_session_end(&s.session, s.now, &writer), 0);
        cr_assert_eq(s.session.next_out, 3);
    }
    cr_assert_str_eq(script_send(&s, "D", "b"), "35=D|34=3|11=b|");
    cr_assert_eq(s.out_bytes, bytes);
}

Test(fix_session_output, a_value_that_would_smuggle_uses_no_number) {
    script_up(&s, FIX_INITIATOR);
    cr_assert_str_eq(script_send(&s, "D",
                                 "a\x01"
                                 "54=1"),
                     "");
    cr_assert_eq(s.session.next_out, 2);
}

/* Every admin message, every room too small for it: nothing changes, and it is written later. */
Test(fix_session_output, owed_messages_wait_for_room) {
    static const struct {
        const char *said;
        const char *owed;
    } cases[] = {
        {"35=1|34=2|112=x|", "35=0|34=2|112=x|"},
        {"35=2|34=2|7=1|16=0|", "35=4|34=1|43=Y|122|36=2|123=Y|"},
        {"35=0|34=9|", "35=2|34=2|7=2|16=0|"},
        {"35=5|34=2|", "35=5|34=2|"},
        {"35=*|34=2|", "35=3|34=2|45=2|58=Invalid MsgType|372=*|373=11|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        script_up(&s, FIX_ACCEPTOR);
        say(&s, cases[i].said);
        struct fix_session before = s.session;
        cr_assert_str_eq(hear(&s), cases[i].owed);
        size_t bytes = s.out_bytes;
        s.session = before;
        for (size_t room = 0; room < bytes; room++) {
            bool secret;
            cr_assert_eq(fix_session_output(&s.session, s.now, s.out, room, &secret), 0);
            cr_assert(fix_session_has_output(&s.session));
            cr_assert_eq(s.session.next_out, before.next_out);
            cr_assert_eq(s.session.resend_until, before.resend_until);
        }
        cr_assert_str_eq(hear(&s), cases[i].owed);
    }
}

/* A peer that asks and does not read is not read either; nothing owed is lost. */
Test(fix_session_output, input_is_blocked_before_the_queue_is_full) {
    script_up(&s, FIX_ACCEPTOR);
    unsigned asked = 0;
    char text[64];
    for (;; asked++) {
        snprintf(text, sizeof(text), "35=1|34=%u|112=%u|", asked + 2, asked);
        if (say(&s, text) == FIX_ACTION_BLOCKED) {
            break;
        }
        cr_assert_lt(asked, FIX_OWED_MAX);
    }
    cr_assert_geq(asked, FIX_OWED_MAX / 2);
    script_advance(&s, 36000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
    script_advance(&s, 36000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_HEARTBEAT_TIMEOUT, "a reader too slow is cut off");
}

Test(fix_session_output, blocked_input_goes_on_after_flushing) {
    script_up(&s, FIX_ACCEPTOR);
    char text[64];
    unsigned answered = 0;
    for (unsigned asked = 0; asked < 200; asked++) {
        snprintf(text, sizeof(text), "35=1|34=%u|112=%u|", asked + 2, asked);
        if (say(&s, text) != FIX_ACTION_BLOCKED) {
            continue;
        }
        asked--;
        snprintf(text, sizeof(text), "35=0|34=%u|112=%u|", answered + 2, answered);
        cr_assert_str_eq(hear(&s), text);
        answered++;
    }
    for (; answered < 200; answered++) {
        snprintf(text, sizeof(text), "35=0|34=%u|112=%u|", answered + 2, answered);
        cr_assert_str_eq(hear(&s), text);
    }
    cr_assert_str_eq(hear(&s), "");
}

/* As full as input may find the queue. */
static unsigned fill_queue(void) {
    unsigned seq = 2;
    char text[64];
    script_up(&s, FIX_ACCEPTOR);
    do {
        snprintf(text, sizeof(text), "35=1|34=%u|112=x|", seq);
        seq++;
    } while (say(&s, text) == FIX_ACTION_NONE);
    hear(&s);
    return seq - 1;
}

static unsigned flush(void) {
    unsigned written = 0;
    while (hear(&s)[0] != '\0') {
        written++;
    }
    return written;
}

Test(fix_session_output, full_queue_takes_a_reject_and_a_logout) {
    char text[64];
    unsigned seq = fill_queue();
    unsigned owed = s.session.owed_count;
    snprintf(text, sizeof(text), "35=D|34=%u|49=OTHER|11=a|", seq);
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(flush(), owed + 2);
}

Test(fix_session_output, full_queue_takes_what_the_caller_and_the_clock_add) {
    char text[64];
    unsigned seq = fill_queue();
    unsigned owed = s.session.owed_count;
    snprintf(text, sizeof(text), "35=D|34=%u|11=a|", seq);
    cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
    fix_session_reject(&s.session, &s.input.view, FIX_REJECT_VALUE, 11, BYTES("no"));
    script_advance(&s, 40000);
    script_tick(&s);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert_eq(flush(), owed + 3);
}

Test(fix_session_output, reject_outside_a_session_is_nothing) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
    script_disconnect(&s);
    fix_session_reject(&s.session, &s.input.view, FIX_REJECT_VALUE, 11, BYTES("no"));
    cr_assert(!fix_session_has_output(&s.session));
}

Test(fix_session_output, texts_are_cut_and_cleaned) {
    static char longer[300];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[3] = '\x01';
    longer[4] = '\n';
    script_up(&s, FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, bytes_of_string(longer));
    char expected[FIX_SESSION_TEXT_MAX + 32];
    int len = snprintf(expected, sizeof(expected), "35=5|34=2|58=xxx??");
    memset(expected + len, 'x', FIX_SESSION_TEXT_MAX - 5);
    snprintf(expected + len + FIX_SESSION_TEXT_MAX - 5, 2, "|");
    cr_assert_str_eq(hear(&s), expected);
}

Test(fix_session_output, every_state_and_end_has_a_name) {
    for (int state = FIX_SESSION_DOWN; state <= FIX_SESSION_CLOSING; state++) {
        cr_assert_str_neq(fix_session_state_name((enum fix_session_state)state), "?");
    }
    for (int end = FIX_END_NONE; end <= FIX_END_ABANDONED; end++) {
        cr_assert_str_neq(fix_end_name((enum fix_end)end), "?");
    }
    cr_assert_str_eq(fix_end_name((enum fix_end)999), "?");
}

Test(fix_session_output, longest_comp_ids) {
    static char ours[FIX_COMP_ID_MAX + 1];
    static char theirs[FIX_COMP_ID_MAX + 1];
    memset(ours, 'o', FIX_COMP_ID_MAX);
    memset(theirs, 't', FIX_COMP_ID_MAX);
    script_begin(&s, FIX_INITIATOR);
    s.config.sender_comp_id = bytes_of_string(ours);
    s.config.target_comp_id = bytes_of_string(theirs);
    script_restart(&s);
    script_connect(&s);
    bool secret;
    s.out_bytes = fix_session_output(&s.session, s.now, s.out, FIX_ADMIN_BYTES_MAX, &secret);
    s.out[s.out_bytes] = '\0';
    char expected[160];
    snprintf(expected, sizeof(expected),
             "\x01"
             "49=%s\x01"
             "52=",
             ours);
    cr_assert(strstr(s.out, expected) != NULL);
    snprintf(expected, sizeof(expected),
             "\x01"
             "56=%s\x01"
             "98=0",
             theirs);
    cr_assert(strstr(s.out, expected) != NULL);
}
