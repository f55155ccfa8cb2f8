/* Is the old peer still there? Only an answer to the question itself says so. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>

static struct script s;

static enum fix_probe verdict(void) {
    return fix_session_probe_verdict(&s.session, s.now);
}

Test(fix_session_probe, asks_and_is_answered) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(verdict(), FIX_PROBE_NONE);
    fix_session_probe(&s.session, s.now);
    cr_assert_str_eq(hear(&s), "35=1|34=2|112=PROBE-1|");
    cr_assert_eq(verdict(), FIX_PROBE_PENDING);
    cr_assert_eq(say(&s, "35=0|34=2|112=PROBE-1|"), FIX_ACTION_NONE);
    cr_assert_eq(verdict(), FIX_PROBE_ALIVE);
}

Test(fix_session_probe, what_was_under_way_proves_nothing) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_probe(&s.session, s.now);
    hear(&s);
    cr_assert_eq(say(&s, "35=0|34=2|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=3|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&s, "35=0|34=4|112=PROBE-0|"), FIX_ACTION_NONE);
    cr_assert_eq(verdict(), FIX_PROBE_PENDING);
}

Test(fix_session_probe, silence_is_death_at_the_deadline) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_probe(&s.session, s.now);
    hear(&s);
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 2000);
    cr_assert_eq(verdict(), FIX_PROBE_DEAD);
    cr_assert_gt(fix_session_deadline(&s.session).ns, s.now.mono.ns, "once");
    say(&s, "35=0|34=2|112=PROBE-1|");
    cr_assert_eq(verdict(), FIX_PROBE_DEAD, "too late");
    fix_session_probe(&s.session, s.now);
    cr_assert_str_eq(hear(&s), "35=1|34=3|112=PROBE-2|");
    cr_assert_eq(verdict(), FIX_PROBE_PENDING);
}

/* With what the test has set in the configuration. */
static void configured_up(void) {
    script_restart(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    hear(&s);
}

Test(fix_session_probe, timeout_of_the_configuration) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.probe_timeout = (struct duration){.ns = 300 * NS_PER_MS};
    configured_up();
    fix_session_probe(&s.session, s.now);
    hear(&s);
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 300);
    cr_assert_eq(verdict(), FIX_PROBE_DEAD);
}

/* An answer ahead of a gap is one, though its turn is still to come. */
Test(fix_session_probe, whatever_the_number_of_the_answer) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_probe(&s.session, s.now);
    hear(&s);
    say(&s, "35=0|34=9|112=PROBE-1|");
    cr_assert_eq(verdict(), FIX_PROBE_ALIVE);
}

/* Its answer may lie there unread. */
Test(fix_session_probe, waits_while_the_peer_is_not_read) {
    script_up(&s, FIX_ACCEPTOR);
    fix_session_probe(&s.session, s.now);
    hear(&s);
    for (int i = 0; i < 50; i++) {
        script_advance(&s, 100);
        fix_session_hold(&s.session, s.now);
        cr_assert_eq(verdict(), FIX_PROBE_PENDING);
    }
    script_advance(&s, 1999);
    cr_assert_eq(verdict(), FIX_PROBE_PENDING);
    script_advance(&s, 1);
    cr_assert_eq(verdict(), FIX_PROBE_DEAD);
}

Test(fix_session_probe, one_at_a_time) {
    script_up(&s, FIX_ACCEPTOR);
    for (int i = 0; i < 100; i++) {
        fix_session_probe(&s.session, s.now);
    }
    cr_assert_str_eq(hear(&s), "35=1|34=2|112=PROBE-1|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_probe, a_stuck_stream_fails_it_and_nothing_piles_up) {
    script_up(&s, FIX_ACCEPTOR);
    for (int i = 0; i < 100; i++) {
        fix_session_probe(&s.session, s.now);
        script_advance(&s, 2000);
        script_tick(&s);
        cr_assert_eq(verdict(), FIX_PROBE_DEAD);
        cr_assert_leq(s.session.owed_count, FIX_OWED_MAX);
    }
    fix_session_logout(&s.session, s.now, BYTES("bye"));
}

Test(fix_session_probe, a_session_that_is_not_up_is_dead) {
    script_begin(&s, FIX_ACCEPTOR);
    cr_assert_eq(verdict(), FIX_PROBE_DEAD);
    script_up(&s, FIX_ACCEPTOR);
    fix_session_probe(&s.session, s.now);
    say(&s, "35=5|34=2|");
    cr_assert_eq(verdict(), FIX_PROBE_DEAD);
    script_disconnect(&s);
    cr_assert(instant_is_never(fix_session_deadline(&s.session)));
    script_connect(&s);
    say(&s, "35=A|34=3|98=0|108=30|");
    cr_assert_eq(verdict(), FIX_PROBE_NONE, "the verdict was about the old connection");
}

Test(fix_session_probe, ends_the_session_where_it_is_asked_to) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.probe_ends = true;
    configured_up();
    fix_session_probe(&s.session, s.now);
    hear(&s);
    say(&s, "35=0|34=2|112=PROBE-1|");
    script_advance(&s, 2000);
    cr_assert_eq(script_tick(&s), FIX_ACTION_NONE, "answered");
    fix_session_probe(&s.session, s.now);
    hear(&s);
    say(&s, "35=0|34=3|");
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 2000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_DEAF);
}
