/* Standard header and trailer, cases 2 and 3; what is wrong with a message, case 14. */
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct script s;

#define LOGOUT_ANSWER "35=5|34=9|"

/* As it stands: for what follows with a '-'. */
#define HEADER_2 "!35=D|34=2|49=THEM|52=20260105-12:00:00.000|56=US|"

static void begin(void) {
    script_up(&s, FIX_ACCEPTOR);
}

/* Garbled: nothing said, no number used. */
static void check_ignored(enum fix_action action) {
    cr_assert_eq(action, FIX_ACTION_NONE);
    cr_assert_eq(s.input.consumed, s.in_bytes);
    cr_assert(s.input.secret);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(s.session.counters.garbled, 1);
    cr_assert_eq(say(&s, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_header, case_2a_numbers_in_order) {
    begin();
    for (int i = 2; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof(text), "35=0|34=%d|", i);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    }
    cr_assert_eq(s.session.next_in, 200);
    cr_assert_eq(s.session.counters.received, 199);
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_header, case_2d_malformed_tag_is_garbled) {
    static const char *const texts[] = {"35=D|34=2|11|", "35=D|34=2|x=1|", "35=D|34=2|=1|",
                                        HEADER_2 "-=1|", HEADER_2 "-|",    "35=D|34=2|1.5=1|"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin();
        check_ignored(say(&s, texts[i]));
    }
}

Test(fix_session_header, case_2d_3c_garbled_then_noticed_by_the_next_number) {
    begin();
    cr_assert_eq(say(&s, "35=D|34=2|x=1|"), FIX_ACTION_NONE);
    cr_assert_eq(say(&s, "35=0|34=3|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
}

/* Twelve 2m: the frame with too short a BodyLength is ignored, too long a one takes its successor
 * along. */
Test(fix_session_header, case_2m_body_length_wrong) {
    begin();
    size_t bytes = script_compose(&s, "35=D|34=2|11=a|");
    char *length = strstr(s.in, "9=") + 2;
    cr_assert(length[0] >= '1' && length[0] <= '9');
    length[0]--;
    check_ignored(script_input(&s, bytes));
}

Test(fix_session_header, case_2t_first_three_fields_out_of_order) {
    begin();
    check_ignored(say(&s, "!34=2|35=D|49=THEM|52=20260105-12:00:00|56=US|11=a|"));
    begin();
    check_ignored(say_raw(&s, "8=FIX.4.4|35=D|9=9|34=2|11=a|10=000|"));
    begin();
    say_raw(&s, "35=D|8=FIX.4.4|9=9|34=2|11=a|10=000|");
    cr_assert_eq(s.input.consumed, strlen("35=D|"), "up to what may begin a message");
}

Test(fix_session_header, case_3b_checksum_wrong) {
    begin();
    size_t bytes = script_compose(&s, "35=D|34=2|11=a|");
    s.in[bytes - 2] = s.in[bytes - 2] == '9' ? '0' : (char)(s.in[bytes - 2] + 1);
    check_ignored(script_input(&s, bytes));
}

Test(fix_session_header, case_2i_begin_string_changes) {
    begin();
    cr_assert_eq(say(&s, "8=FIX.4.1|35=D|34=2|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Incorrect BeginString|");
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.state, FIX_SESSION_LOGOUT_SENT);
    cr_assert_eq(say(&s, LOGOUT_ANSWER), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.end, FIX_END_BEGIN_STRING);
}

Test(fix_session_header, case_2i_the_answer_uses_its_number) {
    begin();
    cr_assert_eq(say(&s, "8=FIX.4.1|35=D|34=2|11=a|"), FIX_ACTION_NONE);
    cr_assert_eq(s.session.next_in, 2);
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.next_in, 3);
}

Test(fix_session_header, case_2i_no_answer) {
    begin();
    cr_assert_eq(say(&s, "8=FIX.4.1|35=D|34=2|11=a|"), FIX_ACTION_NONE);
    hear(&s);
    enum fix_action action;
    cr_assert_eq(script_tick_at_deadline(&s, &action), 2000);
    cr_assert_eq(action, FIX_ACTION_CLOSE);
    cr_assert_eq(s.session.end, FIX_END_BEGIN_STRING);
}

Test(fix_session_header, case_2k_comp_ids_change) {
    static const char *const texts[] = {"35=D|34=2|49=OTHER|11=a|", "35=D|34=2|56=OTHER|11=a|",
                                        "35=D|34=2|49=OTHER|56=OTHER|11=a|"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin();
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=CompID problem|372=D|373=9|");
        cr_assert_str_eq(hear(&s), "35=5|34=3|58=CompID problem|");
        cr_assert_eq(s.session.next_in, 3, "used");
        cr_assert_eq(say(&s, "35=D|34=3|11=a|"), FIX_ACTION_NONE, "not to be trusted any more");
        cr_assert_eq(say(&s, LOGOUT_ANSWER), FIX_ACTION_CLOSE);
        cr_assert_eq(s.session.end, FIX_END_COMP_ID);
        cr_assert_str_eq(hear(&s), "");
    }
}

Test(fix_session_header, case_2o_sending_time_out_of_range) {
    static const int64_t shifts_ms[] = {-121000, 121000, -120001, 120001};
    for (size_t i = 0; i < sizeof(shifts_ms) / sizeof(shifts_ms[0]); i++) {
        begin();
        char text[64];
        snprintf(text, sizeof(text), "35=D|34=2|52=%s|11=a|", script_time(&s, shifts_ms[i]));
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=SendingTime accuracy problem|372=D|373=10|");
        cr_assert_str_eq(hear(&s), "35=5|34=3|58=SendingTime accuracy problem|");
        cr_assert_eq(say(&s, LOGOUT_ANSWER), FIX_ACTION_CLOSE);
        cr_assert_eq(s.session.end, FIX_END_SENDING_TIME);
    }
}

Test(fix_session_header, case_2n_sending_time_in_range_in_any_precision) {
    static const char *const times[] = {"20260105-11:58:00", "20260105-12:02:00.000",
                                        "20260105-12:00:00.123456", "20260105-12:00:00.123456789",
                                        "20260105-12:00:00.123456789012"};
    begin();
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "35=D|34=%zu|52=%s|11=a|", i + 2, times[i]);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER, "%s", times[i]);
    }
}

Test(fix_session_header, case_2q_message_type_is_none) {
    begin();
    cr_assert_eq(say(&s, "35=*|34=2|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=2|45=2|58=Invalid MsgType|372=*|373=11|");
    cr_assert_eq(say(&s, "35=A*|34=3|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=3|45=3|58=Invalid MsgType|372=A*|373=11|");
    cr_assert_eq(say(&s, "35=*********|34=4|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=3|34=4|45=4|58=Invalid MsgType|373=11|");
    cr_assert_eq(s.session.next_in, 5);
}

/* Which types there are is the application's to say: it answers with a BusinessMessageReject. */
Test(fix_session_header, case_2r_unknown_type_is_delivered) {
    static const char *const types[] = {"8", "9", "6", "B", "Z", "a", "z", "ZZ", "AA", "U1000"};
    begin();
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        char text[32];
        snprintf(text, sizeof(text), "35=%s|34=%zu|", types[i], i + 2);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER, "%s", types[i]);
        cr_assert_eq(s.input.seq, i + 2);
    }
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_header, number_missing_or_malformed) {
    static const char *const texts[] = {"35=D|-34|11=a|",
                                        "35=D|34=|11=a|",
                                        "35=D|34=two|11=a|",
                                        "35=D|34=-2|11=a|",
                                        "35=D|34=1000000000000000000|11=a|",
                                        "35=0|-34|"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        begin();
        cr_assert_eq(say(&s, texts[i]), FIX_ACTION_CLOSE, "%s", texts[i]);
        cr_assert_str_eq(hear(&s), "35=5|34=2|58=MsgSeqNum missing|");
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_SEQUENCE_MISSING);
        cr_assert_eq(s.session.next_in, 2);
    }
}

Test(fix_session_header, case_14b_14d_14f_header_fields_are_rejected) {
    static const struct {
        const char *text;
        const char *answer;
    } cases[] = {
        {"35=D|34=2|-49|11=a|", "45=2|58=Required tag missing|371=49|372=D|373=1|"},
        {"35=D|34=2|-56|11=a|", "45=2|58=Required tag missing|371=56|372=D|373=1|"},
        {"35=D|34=2|-52|11=a|", "45=2|58=Required tag missing|371=52|372=D|373=1|"},
        {"35=D|34=2|56=|11=a|", "45=2|58=Tag specified without a value|371=56|372=D|373=4|"},
        {"35=D|34=2|52=|11=a|", "45=2|58=Tag specified without a value|371=52|372=D|373=4|"},
        {"35=D|34=2|52=2026|11=a|", "45=2|58=Incorrect data format for value|371=52|372=D|373=6|"},
        {"35=D|34=2|52=20260105-12:00:00.0000000000000|11=a|",
         "45=2|58=Incorrect data format for value|371=52|372=D|373=6|"},
        {"35=D|34=2|43=J|11=a|", "45=2|58=Incorrect data format for value|371=43|372=D|373=6|"},
        {"35=1|34=2|", "45=2|58=Required tag missing|371=112|372=1|373=1|"},
        {"35=1|34=2|112=|", "45=2|58=Tag specified without a value|371=112|372=1|373=4|"},
        {"35=5|34=2|-56|", "45=2|58=Required tag missing|371=56|372=5|373=1|"},
        {"35=2|34=2|-52|7=1|16=0|", "45=2|58=Required tag missing|371=52|372=2|373=1|"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        cr_assert_eq(say(&s, cases[i].text), FIX_ACTION_NONE, "%s", cases[i].text);
        char expected[128];
        snprintf(expected, sizeof(expected), "35=3|34=2|%s", cases[i].answer);
        cr_assert_str_eq(hear(&s), expected);
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.next_in, 3, "the number is used");
    }
}

/* A message that will come again is not rejected before its turn. */
Test(fix_session_header, faults_of_early_messages_wait) {
    begin();
    cr_assert_eq(say(&s, "35=D|34=4|-52|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_header, case_15_header_fields_in_another_order) {
    begin();
    cr_assert_eq(say_raw(&s, ""), FIX_ACTION_PARTIAL);
    char text[64];
    snprintf(text, sizeof(text), "35=D|56=US|11=a|49=THEM|52=%s|34=2|", script_time(&s, 0));
    cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
}

Test(fix_session_header, message_too_long) {
    begin();
    cr_assert_eq(say_raw(&s, "8=FIX.4.4|9=999999|35=D|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Message too long|");
    cr_assert_eq(s.session.end, FIX_END_TOO_LONG);
}

/* Ignoring it would have it sent again for ever. */
Test(fix_session_header, message_with_too_many_fields) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.message_bytes_max = 16384;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    hear(&s);
    static char text[8192];
    size_t len = (size_t)snprintf(text, sizeof(text), "35=D|34=2|");
    for (int i = 0; i < FIX_VIEW_FIELDS_MAX; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "11=a|");
    }
    cr_assert_eq(say(&s, text), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=2|58=Message too long|");
}

/* A number that is no tag: the message is refused in its turn, and only then. */
Test(fix_session_header, case_14a_tag_number_invalid) {
    static const struct {
        const char *field;
        const char *tag;
    } bad[] = {{"0=HI|", "371=0|"},
               {"-1=HI|", "371=-1|"},
               {"011=HI|", "371=011|"},
               {"00=|", "371=00|"},
               {"99999999999=HI|", "371=99999999999|"},
               {"999999999999=HI|", ""}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[128];
        begin();
        snprintf(text, sizeof(text), HEADER_2 "%s", bad[i].field);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE, "%s", bad[i].field);
        cr_assert(s.input.secret, "what follows the tag is not known");
        snprintf(text, sizeof(text), "35=3|34=2|45=2|58=Invalid tag number|%s372=D|373=0|",
                 bad[i].tag);
        cr_assert_str_eq(hear(&s), text);
        cr_assert_eq(s.session.next_in, 3);
        cr_assert_eq(s.session.counters.garbled, 0);
    }
    begin();
    cr_assert_eq(say(&s, "35=D|34=4|0=HI|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=2|34=2|7=2|16=0|");
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_header, rejects_carry_the_route_reversed) {
    static const struct {
        const char *fields;
        const char *route;
    } cases[] = {
        {"115=JCD|116=CS|128=MG|129=CB|144=BB|145=HI|",
         "115=MG|116=CB|128=JCD|129=CS|144=HI|145=BB|"},
        {"115=JCD|", "128=JCD|"},
        {"145=HI|128=MG|", "115=MG|144=HI|"},
        {"115=|116=CS|128=|129=|144=|145=|", "129=CS|"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[128];
        char expected[160];
        begin();
        snprintf(text, sizeof(text), "35=*|34=2|%s", cases[i].fields);
        snprintf(expected, sizeof(expected), "35=3|34=2|%s45=2|58=Invalid MsgType|372=*|373=11|",
                 cases[i].route);
        cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&s), expected);
        snprintf(text, sizeof(text), "35=D|34=3|%s11=a|", cases[i].fields);
        snprintf(expected, sizeof(expected), "35=3|34=3|%s45=3|58=no|372=D|373=99|",
                 cases[i].route);
        cr_assert_eq(say(&s, text), FIX_ACTION_DELIVER);
        fix_session_reject(&s.session, &s.input.view, FIX_REJECT_OTHER, 0, BYTES("no"));
        cr_assert_str_eq(hear(&s), expected);
    }
}

/* Every length of a route: whole, or left out whole. */
Test(fix_session_header, a_route_too_long_to_repeat_is_left_out) {
    for (size_t len = 90; len < 110; len++) {
        char name[128];
        char text[512];
        memset(name, 'x', len);
        name[len] = '\0';
        begin();
        snprintf(text, sizeof(text), "35=*|34=2|115=%s|128=%s|", name, name);
        say(&s, text);
        bool fits = 2 * (len + 5) <= FIX_ROUTE_MAX;
        snprintf(text, sizeof(text), "35=3|34=2|%s%s%s%s%s45=2|58=Invalid MsgType|372=*|373=11|",
                 fits ? "115=" : "", fits ? name : "", fits ? "|128=" : "", fits ? name : "",
                 fits ? "|" : "");
        cr_assert_str_eq(hear(&s), text);
    }
}

Test(fix_session_header, case_7_reject_is_counted_handed_on_and_not_answered) {
    begin();
    cr_assert_eq(say(&s, "35=3|34=2|45=1|58=bad|"), FIX_ACTION_REJECTED);
    cr_assert_eq(s.session.counters.rejects_received, 1);
    uint64_t ref;
    cr_assert_eq(fix_get_uint(&s.input.view, 45, 99, &ref), FIX_GET_OK);
    cr_assert_eq(ref, 1);
    cr_assert_str_eq(hear(&s), "");
    cr_assert_eq(s.session.next_in, 3);
}

Test(fix_session_header, case_14_application_rejects_what_it_was_delivered) {
    begin();
    cr_assert_eq(say(&s, "35=D|34=2|11=a|38=x|"), FIX_ACTION_DELIVER);
    fix_session_reject(&s.session, &s.input.view, FIX_REJECT_FORMAT, 38,
                       BYTES("Incorrect data format for value"));
    cr_assert_eq(say(&s, "35=D|34=3|11=b|"), FIX_ACTION_DELIVER);
    fix_session_reject(&s.session, &s.input.view, FIX_REJECT_TAG_TWICE, 0, BYTES(""));
    cr_assert_str_eq(hear(&s),
                     "35=3|34=2|45=2|58=Incorrect data format for value|371=38|372=D|373=6|");
    cr_assert_str_eq(hear(&s), "35=3|34=3|45=3|372=D|373=13|");
    cr_assert_eq(s.session.counters.rejects_sent, 2);
    cr_assert_eq(s.session.next_in, 4);
}

/* One byte at a time, and two messages in one run. */
Test(fix_session_header, any_cut_of_the_stream) {
    begin();
    size_t bytes = script_compose(&s, "35=D|34=2|11=a|");
    for (size_t cut = 0; cut < bytes; cut++) {
        cr_assert_eq(script_input(&s, cut), FIX_ACTION_PARTIAL);
        cr_assert(s.input.need > cut && s.input.need <= bytes);
    }
    memcpy(s.in + bytes, s.in, bytes);
    cr_assert_eq(script_input(&s, 2 * bytes), FIX_ACTION_DELIVER);
    cr_assert_eq(s.input.consumed, bytes);
}
