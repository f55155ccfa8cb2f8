/* Both directions begin again inside a session, on our wish. Theirs: fix_session_sequence_test.c.
 */
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>

static struct script s;

static void begin(enum fix_role role) {
    script_up(&s, role);
    script_send(&s, "8", "a");
    script_send(&s, "8", "b");
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_reset, is_asked_for_and_answered) {
    for (int role = 0; role < 2; role++) {
        begin(role == 0 ? FIX_ACCEPTOR : FIX_INITIATOR);
        cr_assert(fix_session_reset(&s.session, s.now));
        cr_assert(!fix_session_can_send(&s.session));
        cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
        cr_assert(!fix_session_can_send(&s.session), "not before the answer");
        cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
        cr_assert_eq(s.session.state, FIX_SESSION_UP);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_str_eq(script_send(&s, "8", "c"), "35=8|34=2|11=c|");
        cr_assert_eq(say(&s, "35=D|34=2|11=b|"), FIX_ACTION_DELIVER);
    }
}

Test(fix_session_reset, what_is_under_way_is_taken_by_its_old_number) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    cr_assert_eq(say(&s, "35=D|34=3|11=b|"), FIX_ACTION_DELIVER);
    hear(&s);
    cr_assert_eq(say(&s, "35=D|34=4|11=c|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=D|34=9|11=d|"), FIX_ACTION_NONE, "a gap of the old run");
    cr_assert_str_eq(hear(&s), "", "is not asked for any more");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(say(&s, "35=D|34=2|11=e|"), FIX_ACTION_DELIVER);
}

Test(fix_session_reset, what_is_owed_goes_first_by_its_old_number) {
    begin(FIX_ACCEPTOR);
    say(&s, "35=1|34=3|112=x|");
    fix_session_reset(&s.session, s.now);
    say(&s, "35=1|34=4|112=y|");
    cr_assert_str_eq(hear(&s), "35=0|34=4|112=x|");
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(hear(&s), "35=0|34=2|112=y|");
}

Test(fix_session_reset, answers_to_requests_of_the_old_run_end_with_it) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    say(&s, "35=2|34=3|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_reset, without_room_nothing_begins_anew) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    bool secret;
    cr_assert_eq(fix_session_output(&s.session, s.now, s.out, 20, &secret), 0);
    cr_assert_eq(s.session.next_out, 4);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=4|98=0|108=30|");
}

Test(fix_session_reset, both_sides_at_once) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE, "before ours is out");
    cr_assert_eq(s.session.state, FIX_SESSION_UP);
    cr_assert(!fix_session_can_send(&s.session));
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_str_eq(hear(&s), "", "one Logon each");
    cr_assert_str_eq(script_send(&s, "8", "c"), "35=8|34=2|11=c|");
    cr_assert_eq(say(&s, "35=D|34=2|11=b|"), FIX_ACTION_DELIVER);
}

Test(fix_session_reset, the_outbox_begins_anew) {
    static _Alignas(64) char mem[8192];
    script_begin(&s, FIX_ACCEPTOR);
    s.config.outbox = fix_outbox_init(mem, (struct fix_outbox_limits){10, 2000});
    s.config.resent_types = "8";
    script_restart(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    hear(&s);
    script_send(&s, "8", "a");
    fix_session_reset(&s.session, s.now);
    hear(&s);
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    say(&s, "35=2|34=2|7=1|16=0|");
    cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=2|123=Y|");
}

Test(fix_session_reset, no_answer) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    hear(&s);
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 10000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_LOGON_TIMEOUT);
}

Test(fix_session_reset, an_answer_that_cannot_be) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=-5|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=HeartBtInt must not be negative|");
}

Test(fix_session_reset, not_while_it_cannot_be) {
    script_begin(&s, FIX_ACCEPTOR);
    cr_assert(!fix_session_reset(&s.session, s.now));
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    cr_assert(!fix_session_reset(&s.session, s.now), "our Logon is not out");
    begin(FIX_ACCEPTOR);
    cr_assert(fix_session_reset(&s.session, s.now));
    cr_assert(!fix_session_reset(&s.session, s.now), "one at a time");
    begin(FIX_ACCEPTOR);
    fix_session_logout(&s.session, s.now, BYTES(""));
    cr_assert(!fix_session_reset(&s.session, s.now));
}

Test(fix_session_reset, the_stream_breaks_before_the_answer) {
    begin(FIX_ACCEPTOR);
    fix_session_reset(&s.session, s.now);
    hear(&s);
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
}
