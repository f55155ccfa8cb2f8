/* Gaps told in the Logon (789), headers that tell what was read (369), and requests in pieces. */
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

static void configure(enum fix_role role, bool reports) {
    static _Alignas(64) char mem[65536];
    script_begin(&s, role);
    s.config.next_expected = true;
    if (reports) {
        s.config.outbox = fix_outbox_init(mem, (struct fix_outbox_limits){50, 10000});
        s.config.resent_types = "8";
    }
    s.config.report_resend_asked = role == FIX_INITIATOR;
    script_restart(&s);
}

/* Numbers 1 (Logon), 2, 3 and 4 (reports) are out, 1 to 3 are in; then the stream broke. */
static void begin(enum fix_role role, bool reports) {
    configure(role, reports);
    script_connect(&s);
    if (role == FIX_INITIATOR) {
        cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|789=1|");
    }
    cr_assert_eq(say(&s, role == FIX_INITIATOR ? "35=A|34=1|98=0|108=30|789=2|"
                                               : "35=A|34=1|98=0|108=30|789=1|"),
                 FIX_ACTION_UP);
    if (role == FIX_ACCEPTOR) {
        cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|789=2|");
    }
    cr_assert_str_eq(hear(&s), "");
    for (int i = 0; i < 3; i++) {
        script_send(&s, "8", "r");
    }
    say(&s, "35=0|34=2|");
    say(&s, "35=0|34=3|");
    script_disconnect(&s);
    script_connect(&s);
}

Test(fix_session_next_expected, acceptor_sends_what_they_miss) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=3|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=5|");
    cr_assert_str_eq(hear(&s), "35=8|34=3|43=Y|122|11=r|");
    cr_assert_str_eq(hear(&s), "35=8|34=4|43=Y|122|11=r|");
    cr_assert_str_eq(hear(&s), "35=4|34=5|43=Y|122|36=6|123=Y|", "and the Logon");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_next_expected, acceptor_with_nothing_to_resend_fills) {
    begin(FIX_ACCEPTOR, false);
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=2|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=5|");
    cr_assert_str_eq(hear(&s), "35=4|34=2|43=Y|122|36=6|123=Y|");
}

Test(fix_session_next_expected, nothing_missed) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=5|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=5|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_next_expected, higher_than_we_came_to) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=7|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s),
                     "35=5|34=5|58=NextExpectedMsgSeqNum too high, expecting 5 but received 7|");
    cr_assert_eq(s.session.end, FIX_END_NEXT_EXPECTED);
    begin(FIX_INITIATOR, false);
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=7|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s),
                     "35=5|34=6|58=NextExpectedMsgSeqNum too high, expecting 6 but received 7|");
}

Test(fix_session_next_expected, initiator_is_told_what_they_miss) {
    begin(FIX_INITIATOR, false);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=4|");
    cr_assert_eq(say(&s, "35=A|34=4|98=0|108=30|789=3|"), FIX_ACTION_UP);
    cr_assert_eq(s.input.resend_begin, 3);
    cr_assert_eq(s.input.resend_end, 5);
    cr_assert_str_eq(hear(&s), "35=4|34=3|43=Y|122|36=6|123=Y|");
    cr_assert_str_eq(hear(&s), "");
}

/* They read our 789, so they send without being asked. */
Test(fix_session_next_expected, what_we_miss_is_not_asked_for) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=9|98=0|108=30|789=5|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=4|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=D|34=10|11=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "", "a request is as good as open");
    cr_assert_eq(say(&s, "35=4|34=4|43=Y|36=10|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=10|11=x|"), FIX_ACTION_DELIVER);
}

Test(fix_session_next_expected, a_promise_that_is_not_kept_is_asked_for) {
    begin(FIX_ACCEPTOR, true);
    say(&s, "35=A|34=9|98=0|108=30|789=5|");
    hear(&s);
    script_advance(&s, 30000);
    say(&s, "35=D|34=10|11=x|");
    cr_assert_str_eq(hear(&s), "35=2|34=6|7=4|16=0|");
}

Test(fix_session_next_expected, a_peer_that_does_not_tell_is_asked) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=9|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|789=4|");
    cr_assert_str_eq(hear(&s), "35=2|34=6|7=4|16=0|");
}

Test(fix_session_next_expected, numbers_that_begin_anew_are_not_missed) {
    begin(FIX_ACCEPTOR, true);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|789=1|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|789=2|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_next_expected, malformed) {
    static const char *const bad[] = {"789=|", "789=x|", "789=0|", "789=-1|"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        begin(FIX_ACCEPTOR, true);
        char text[64];
        snprintf(text, sizeof(text), "35=A|34=4|98=0|108=30|%s", bad[i]);
        cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
        cr_assert_str_eq(hear(&s), "35=5|34=5|58=NextExpectedMsgSeqNum malformed|");
    }
}

Test(fix_session_next_expected, of_no_interest_where_it_is_not_configured) {
    script_begin(&s, FIX_ACCEPTOR);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|789=99|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

/* ---- 369 */

Test(fix_session_next_expected, last_processed_is_in_every_header) {
    static _Alignas(64) char mem[8192];
    script_begin(&s, FIX_ACCEPTOR);
    s.config.last_processed = true;
    s.config.outbox = fix_outbox_init(mem, (struct fix_outbox_limits){10, 2000});
    s.config.resent_types = "8";
    script_restart(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=A|34=1|369=1|98=0|108=30|");
    cr_assert_str_eq(script_send(&s, "8", "a"), "35=8|34=2|369=1|11=a|");
    say(&s, "35=1|34=2|112=x|");
    cr_assert_str_eq(hear(&s), "35=0|34=3|369=2|112=x|");
    say(&s, "35=2|34=3|369=1|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "35=8|34=2|43=Y|369=3|122|11=a|", "as of now, and once");
    cr_assert_str_eq(hear(&s), "35=4|34=3|43=Y|369=3|122|36=4|123=Y|");
}

/* ---- requests in pieces */

static void begin_chunked(bool queue) {
    static _Alignas(64) char mem[8192];
    script_begin(&s, FIX_ACCEPTOR);
    s.config.resend_chunk = 5;
    if (queue) {
        s.config.early = fix_early_init(mem, (struct fix_early_limits){10, 2000});
    }
    script_restart(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    hear(&s);
}

static void resend(int from, int to) {
    for (int seq = from; seq <= to; seq++) {
        char text[64];
        snprintf(text, sizeof(text), "35=D|34=%d|43=Y|11=%d|", seq, seq);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
    }
}

Test(fix_session_next_expected, chunks_are_asked_for_one_after_the_other) {
    begin_chunked(true);
    say(&s, "35=D|34=14|11=early|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=6|");
    resend(2, 5);
    cr_assert_str_eq(hear(&s), "");
    resend(6, 6);
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=7|16=11|");
    say(&s, "35=4|34=7|43=Y|36=12|123=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=4|7=12|16=13|", "up to what is here already");
    resend(12, 13);
    cr_assert_str_eq(hear(&s), "");
    cr_assert(fix_session_has_input(&s.session));
    cr_assert_eq(s.session.counters.gaps, 1);
}

Test(fix_session_next_expected, a_fill_may_go_further_than_the_chunk) {
    begin_chunked(true);
    say(&s, "35=D|34=30|11=early|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=6|");
    say(&s, "35=4|34=2|43=Y|36=20|123=Y|");
    cr_assert_str_eq(hear(&s), "35=2|34=3|7=20|16=24|");
    say(&s, "35=4|34=20|43=Y|36=30|123=Y|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_next_expected, without_a_queue_the_early_one_is_asked_for_as_well) {
    begin_chunked(false);
    say(&s, "35=D|34=4|11=early|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=6|");
    resend(2, 4);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.resend_until, 0);
}
