/* Numbers as great as they come: over the bounds of 31, 32 and 53 bits, and the last there is. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "core/fix/fix_outbox.h"

#define MILLION UINT64_C(1000000)

static struct script s;
static char text[256];

/* The bounds at which a narrower number would break. */
static const uint64_t bounds[] = {INT32_MAX, UINT32_MAX, UINT64_C(1) << 53, FIX_SEQ_MAX - 8};

#define EACH_BOUND(bound)                                                                          \
    for (uint64_t bound##_at = 0, bound = bounds[0]; bound##_at < 4;                               \
         bound##_at++, bound = bounds[bound##_at % 4])

static const char *format(const char *form, uint64_t first, uint64_t second) {
    snprintf(text, sizeof(text), form, (unsigned long long)first, (unsigned long long)second);
    return text;
}

/* Up, with the Logons of both sides numbered `seq`. */
static void up_at(enum fix_role role, uint64_t seq) {
    script_begin(&s, role);
    fix_session_restore(&s.session, seq, seq);
    script_connect(&s);
    if (role == FIX_INITIATOR) {
        cr_assert_str_eq(hear(&s), format("35=A|34=%llu|98=0|108=30|", seq, 0));
        cr_assert_eq(say(&s, text), FIX_ACTION_UP);
    } else {
        cr_assert_eq(say(&s, format("35=A|34=%llu|98=0|108=30|", seq, 0)), FIX_ACTION_UP);
        cr_assert_str_eq(hear(&s), text);
    }
}

Test(fix_session_numbers, live_traffic_goes_over_every_bound) {
    EACH_BOUND(bound) {
        for (enum fix_role role = FIX_ACCEPTOR; role <= FIX_INITIATOR; role++) {
            up_at(role, bound - 3);
            for (uint64_t seq = bound - 2; seq < bound + 3; seq++) {
                cr_assert_eq(say(&s, format("35=1|34=%llu|112=A|", seq, 0)), FIX_ACTION_NONE);
                cr_assert_str_eq(hear(&s), format("35=0|34=%llu|112=A|", seq, 0));
            }
        }
    }
}

Test(fix_session_numbers, case_2b_a_gap_over_every_bound) {
    EACH_BOUND(bound) {
        up_at(FIX_ACCEPTOR, bound - 3);
        cr_assert_eq(say(&s, format("35=D|34=%llu|11=a|", bound + 2, 0)), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), format("35=2|34=%llu|7=%llu|16=0|", bound - 2, bound - 2));
        cr_assert_eq(say(&s, format("35=4|34=%llu|43=Y|122=20260105-12:00:00|36=%llu|123=Y|",
                                    bound - 2, bound + 2)),
                     FIX_ACTION_NONE);
        cr_assert_eq(say(&s, format("35=D|34=%llu|11=a|", bound + 2, 0)), FIX_ACTION_DELIVER);
        cr_assert_eq(s.session.next_in, bound + 3);
    }
}

Test(fix_session_numbers, case_8_a_request_over_every_bound) {
    EACH_BOUND(bound) {
        up_at(FIX_ACCEPTOR, bound + 1);
        cr_assert_eq(say(&s, format("35=2|34=%llu|7=%llu|16=0|", bound + 2, bound - 2)),
                     FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s),
                         format("35=4|34=%llu|43=Y|122|36=%llu|123=Y|", bound - 2, bound + 2));
    }
}

Test(fix_session_numbers, case_2c_too_low_beyond_every_bound) {
    EACH_BOUND(bound) {
        up_at(FIX_ACCEPTOR, bound + 1);
        cr_assert_eq(say(&s, format("35=0|34=%llu|", bound, 0)), FIX_ACTION_CLOSE);
        char expected[128];
        snprintf(expected, sizeof(expected),
                 "35=5|34=%llu|58=MsgSeqNum too low, expecting %llu but received %llu|",
                 (unsigned long long)bound + 2, (unsigned long long)bound + 2,
                 (unsigned long long)bound);
        cr_assert_str_eq(hear(&s), expected);
    }
}

Test(fix_session_numbers, case_11_a_reset_to_every_bound) {
    EACH_BOUND(bound) {
        script_up(&s, FIX_ACCEPTOR);
        cr_assert_eq(say(&s, format("35=4|34=2|36=%llu|", bound, 0)), FIX_ACTION_NONE);
        cr_assert_eq(say(&s, format("35=1|34=%llu|112=A|", bound, 0)), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=0|34=2|112=A|");
    }
}

/* One digit more than is read: no number. */
Test(fix_session_numbers, what_is_beyond_the_last_is_none) {
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=0|34=1000000000000000000|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum missing|");
    script_up(&s, FIX_ACCEPTOR);
    cr_assert_eq(say(&s, "35=4|34=2|36=18446744073709551617|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s),
                     "35=3|34=2|45=2|58=Incorrect data format for value|371=36|372=4|373=6|");
}

/* Whatever is asked for, and however often: one fill, and the few messages that are kept. */
Test(fix_session_numbers, case_8_a_request_for_everything_over_a_million) {
    static _Alignas(64) char mem[1 << 16];
    static const struct fix_outbox_limits limits = {.messages = 64, .bytes = 8192};
    cr_assert_leq(fix_outbox_footprint(limits), sizeof(mem));
    script_begin(&s, FIX_ACCEPTOR);
    s.config.outbox = fix_outbox_init(mem, limits);
    s.config.resent_types = "8";
    script_restart(&s);
    fix_session_restore(&s.session, 1, MILLION + 1);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1000001|98=0|108=30|");
    cr_assert_str_eq(script_send(&s, "8", "a"), "35=8|34=1000002|11=a|");
    static const char *const ends[] = {"0", "999999999", "1000002"};
    for (uint64_t i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "35=2|34=%llu|7=1|16=%s|", (unsigned long long)i + 2, ends[i]);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=1000002|123=Y|");
        cr_assert_str_eq(hear(&s), "35=8|34=1000002|43=Y|122|11=a|");
        cr_assert_str_eq(hear(&s), "");
    }
    cr_assert_eq(s.session.next_out, MILLION + 3);
}

/* Both sides miss a million and ask at once: each is answered, and each of the gaps closes. */
Test(fix_session_numbers, case_20_requests_for_a_million_cross) {
    script_up(&s, FIX_INITIATOR);
    s.session.next_out = MILLION;
    cr_assert_eq(say(&s, "35=0|34=1000000|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=2|34=1000001|7=2|16=0|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=1000000|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "35=4|34=2|43=Y|122|36=1000000|123=Y|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(say(&s, "35=4|34=2|43=Y|122=20260105-12:00:00|36=1000002|123=Y|"),
                 FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=D|34=1000002|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_str_eq(script_send(&s, "8", "b"), "35=8|34=1000001|11=b|");
}
