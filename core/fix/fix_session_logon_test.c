#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>

static struct script s;

#define LOGON "35=A|34=1|98=0|108=30|"

Test(fix_session_logon, case_1a_number_correct) {
    script_begin(&s, FIX_ACCEPTOR);
    script_connect(&s);
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
    script_begin(&s, FIX_ACCEPTOR);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=5|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=1|16=0|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 1);
    cr_assert_eq(say(&s, "35=4|34=1|43=Y|36=6|123=Y|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 6);
    cr_assert_eq(say(&s, "35=D|34=6|11=a|"), FIX_ACTION_DELIVER);
}
