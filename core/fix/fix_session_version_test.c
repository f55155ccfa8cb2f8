#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>

#include <stdio.h>

static struct script script;

/* Up in that version, both numbers 2. */
static void up(enum fix_version_number version, enum fix_role role) {
    script_begin(&script, role);
    script.config.version = fix_version_of(version);
    script_log_on(&script);
}

static void awaits_logon(enum fix_version_number version) {
    script_begin(&script, FIX_ACCEPTOR);
    script.config.version = fix_version_of(version);
    script_restart(&script);
    script_connect(&script);
}

#define EACH_VERSION(version)                                                                      \
    for (enum fix_version_number version = FIX_40; version <= FIX_50SP2; version++)

#define EACH_ROLE(role) for (enum fix_role role = FIX_ACCEPTOR; role <= FIX_INITIATOR; role++)

Test(fix_session_version, both_roles_of_each_log_on_speak_and_log_out) {
    EACH_VERSION(version) {
        EACH_ROLE(role) {
            up(version, role);
            cr_assert_eq(say(&script, "35=1|34=2|112=A|"), FIX_ACTION_NONE);
            cr_assert_str_eq(hear(&script), "35=0|34=2|112=A|");
            cr_assert_eq(say(&script, "35=D|34=3|11=a|"), FIX_ACTION_DELIVER);
            cr_assert_str_eq(script_send(&script, "8", "b"), "35=8|34=3|11=b|");
            cr_assert_eq(say(&script, "35=5|34=4|"), FIX_ACTION_CLOSE);
            cr_assert_str_eq(hear(&script), "35=5|34=4|");
        }
    }
}

Test(fix_session_version, begin_string_of_another_is_refused) {
    EACH_VERSION(version) {
        EACH_VERSION(other) {
            struct bytes theirs = fix_version_of(other)->begin_string;
            if (bytes_equal(theirs, fix_version_of(version)->begin_string)) {
                continue;
            }
            char text[64];
            snprintf(text, sizeof(text), "8=%.*s|35=0|34=2|", (int)theirs.len, theirs.data);
            up(version, FIX_ACCEPTOR);
            cr_assert_eq(say(&script, text), FIX_ACTION_NONE);
            cr_assert_str_eq(hear(&script), "35=5|34=2|58=Incorrect BeginString|");
            cr_assert_eq(script.session.end, FIX_END_BEGIN_STRING);
        }
    }
}

/* What is said of a field without a value: 371 to 373 where they exist, else the tag in the text.
 */
Test(fix_session_version, case_14_rejects_tell_what_the_version_can) {
    static const char *const expected[FIX_VERSIONS] = {
        "35=3|34=2|45=2|58=Tag specified without a value (112)|",
        "35=3|34=2|45=2|58=Tag specified without a value (112)|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
        "35=3|34=2|45=2|58=Tag specified without a value|371=112|372=1|373=4|",
    };
    EACH_VERSION(version) {
        up(version, FIX_ACCEPTOR);
        cr_assert_eq(say(&script, "35=1|34=2|112=|"), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&script), expected[version]);
    }
}

static const char *reject_for(enum fix_version_number version, uint32_t reason, uint32_t tag,
                              const char *text) {
    up(version, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
    fix_session_reject(&script.session, &script.input.view, reason, tag, bytes_of_string(text));
    return hear(&script);
}

Test(fix_session_version, case_14i_a_reason_the_version_lacks_is_left_out) {
    static const struct {
        uint32_t reason;
        const char *of_42;
        const char *of_43;
        const char *of_44;
    } reasons[] = {
        {11, "373=11|", "373=11|", "373=11|"},
        {12, "", "373=12|", "373=12|"},
        {16, "", "373=16|", "373=16|"},
        {17, "", "373=17|", "373=17|"},
        {18, "", "", "373=18|"},
        {99, "", "", "373=99|"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        EACH_VERSION(version) {
            const char *said = version == FIX_42   ? reasons[i].of_42
                               : version == FIX_43 ? reasons[i].of_43
                                                   : reasons[i].of_44;
            char expected[64];
            snprintf(expected, sizeof(expected), "35=3|34=2|45=2|58=x|371=386|372=D|%s", said);
            cr_assert_str_eq(reject_for(version, reasons[i].reason, 386, "x"),
                             version < FIX_42 ? "35=3|34=2|45=2|58=x (386)|" : expected);
        }
    }
}

Test(fix_session_version, case_2r_before_42_a_type_is_refused_with_a_reject) {
    cr_assert_str_eq(reject_for(FIX_41, FIX_REJECT_MSG_TYPE, 0, "Unsupported message type"),
                     "35=3|34=2|45=2|58=Unsupported message type|");
    cr_assert_str_eq(reject_for(FIX_40, FIX_REJECT_MSG_TYPE, 0, ""), "35=3|34=2|45=2|");
}

Test(fix_session_version, case_14a_a_tag_that_is_none_is_told_as_it_stands) {
    up(FIX_40, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=D|34=2|011=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=2|45=2|58=Invalid tag number (011)|");
    up(FIX_42, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=D|34=2|0=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=2|45=2|58=Invalid tag number|371=0|372=D|373=0|");
}

/* The tag does not push the words out, however long they are. */
Test(fix_session_version, a_text_as_long_as_any_is_cut_where_the_tag_has_no_room) {
    char text[FIX_SESSION_TEXT_MAX + 1];
    memset(text, 'x', FIX_SESSION_TEXT_MAX);
    text[FIX_SESSION_TEXT_MAX] = '\0';
    char expected[256];
    snprintf(expected, sizeof(expected), "35=3|34=2|45=2|58=%s|", text);
    cr_assert_str_eq(reject_for(FIX_40, 5, 38, text), expected);
}

Test(fix_session_version, locations_are_part_of_a_route_from_41) {
    static const char *const said = "35=1|34=2|115=A|144=B|128=C|145=D|112=|";
    up(FIX_40, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, said), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script),
                     "35=3|34=2|115=C|128=A|45=2|58=Tag specified without a value (112)|");
    up(FIX_41, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, said), FIX_ACTION_NONE);
    cr_assert_str_eq(
        hear(&script),
        "35=3|34=2|115=C|128=A|144=D|145=B|45=2|58=Tag specified without a value (112)|");
}

Test(fix_session_version, case_2b_all_is_999999_before_42) {
    EACH_VERSION(version) {
        EACH_ROLE(role) {
            up(version, role);
            cr_assert_eq(say(&script, "35=D|34=5|11=a|"), FIX_ACTION_NONE);
            cr_assert_str_eq(hear(&script),
                             version < FIX_42 ? "35=2|34=2|7=2|16=999999|" : "35=2|34=2|7=2|16=0|");
        }
    }
}

/* Where the number that means all is below the numbers in use, it is one among them. */
Test(fix_session_version, case_2b_numbers_beyond_999999) {
    up(FIX_41, FIX_ACCEPTOR);
    script_disconnect(&script);
    fix_session_restore(&script.session, 999998, 1000002);
    script_connect(&script);
    cr_assert_eq(say(&script, "35=A|34=1000001|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&script), "35=A|34=1000002|98=0|108=30|");
    cr_assert_str_eq(hear(&script), "35=2|34=1000003|7=999998|16=1000001|");
    cr_assert_eq(say(&script, "35=2|34=1000002|7=1000000|16=999999|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=4|34=1000000|43=Y|122|36=1000004|123=Y|");
}

Test(fix_session_version, case_8_all_in_either_way_of_saying_it) {
    EACH_VERSION(version) {
        up(version, FIX_ACCEPTOR);
        cr_assert_eq(say(&script, "35=2|34=2|7=1|16=0|"), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&script), "35=4|34=1|43=Y|122|36=2|123=Y|");
        cr_assert_eq(say(&script, "35=2|34=3|7=1|16=999999|"), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&script), "35=4|34=1|43=Y|122|36=2|123=Y|");
    }
}

Test(fix_session_version, reset_flag_from_41) {
    EACH_VERSION(version) {
        up(version, FIX_INITIATOR);
        cr_assert_eq(fix_session_reset(&script.session, script.now), version != FIX_40);
        char logon[80];
        snprintf(logon, sizeof(logon), "35=A|34=1|98=0|108=30|141=Y|%s",
                 script_logon(&script) + strlen("35=A|34=1|98=0|108=30|"));
        cr_assert_str_eq(hear(&script), version == FIX_40 ? "" : logon);
    }
}

Test(fix_session_version, a_reset_flag_in_40_resets_nothing) {
    up(FIX_40, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&script), "35=5|34=2|58=MsgSeqNum too low, expecting 2 but received 1|");
}

Test(fix_session_version, an_initiator_of_40_begins_anew_without_saying_so) {
    script_begin(&script, FIX_INITIATOR);
    script.config.version = fix_version_of(FIX_40);
    script.config.reset_on_logon = true;
    script_restart(&script);
    fix_session_restore(&script.session, 7, 9);
    script_connect(&script);
    cr_assert_str_eq(hear(&script), "35=A|34=1|98=0|108=30|");
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_eq(script.session.next_in, 2);
}

Test(fix_session_version, next_expected_and_last_processed_where_they_exist) {
    EACH_VERSION(version) {
        script_begin(&script, FIX_INITIATOR);
        script.config.version = fix_version_of(version);
        script.config.next_expected = true;
        script.config.last_processed = true;
        script_restart(&script);
        script_connect(&script);
        char expected[96];
        snprintf(expected, sizeof(expected), "35=A|34=1|%s98=0|108=30|%s%s",
                 version < FIX_42 ? "" : "369=0|", version < FIX_44 ? "" : "789=1|",
                 script_logon(&script) + strlen("35=A|34=1|98=0|108=30|"));
        cr_assert_str_eq(hear(&script), expected);
    }
}

Test(fix_session_version, times_are_written_with_the_digits_the_version_has) {
    static const unsigned digits[] = {0, 3, 6, 9};
    EACH_VERSION(version) {
        for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
            script_begin(&script, FIX_ACCEPTOR);
            script.config.version = fix_version_of(version);
            script.config.time_digits = digits[i];
            script_log_on(&script);
            char time[64];
            snprintf(time, sizeof(time),
                     "\x01"
                     "52=20260105-12:00:00%s\x01",
                     version < FIX_42 || digits[i] == 0 ? ""
                     : digits[i] == 3                   ? ".000"
                     : digits[i] == 6                   ? ".000000"
                                                        : ".000000000");
            cr_assert_eq(say(&script, "35=1|34=2|112=A|"), FIX_ACTION_NONE);
            (void)hear(&script);
            script.out[script.out_bytes] = '\0';
            cr_assert(strstr(script.out, time) != NULL, "%s, %u digits",
                      script.config.version->name, digits[i]);
        }
    }
}

Test(fix_session_version, times_are_read_in_any_precision_up_to_picoseconds) {
    static const struct {
        const char *fraction;
        bool good;
    } times[] = {
        {"", true},
        {".0", true},
        {".123", true},
        {".123456", true},
        {".123456789", true},
        {".123456789012", true},
        {".", false},
        {".1234567890123", false},
        {".123456789012345", false},
        {".12a", false},
    };
    EACH_VERSION(version) {
        for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
            up(version, FIX_ACCEPTOR);
            char text[96];
            snprintf(text, sizeof(text), "35=D|34=2|52=20260105-12:00:00%s|11=a|",
                     times[i].fraction);
            cr_assert_eq(say(&script, text), times[i].good ? FIX_ACTION_DELIVER : FIX_ACTION_NONE,
                         "%s", text);
            const char *expected = times[i].good ? ""
                                   : version < FIX_42
                                       ? "35=3|34=2|45=2|58=Incorrect data format for value (52)|"
                                       : "35=3|34=2|45=2|58=Incorrect data format for "
                                         "value|371=52|372=D|373=6|";
            cr_assert_str_eq(hear(&script), expected);
        }
    }
}

Test(fix_session_version, case_1d_no_default_appl_ver_id_closes_in_silence) {
    static const char *const logons[] = {"35=A|34=1|98=0|108=30|", "35=A|34=1|98=0|108=30|1137=|"};
    for (enum fix_version_number version = FIX_50; version <= FIX_50SP2; version++) {
        for (size_t i = 0; i < sizeof(logons) / sizeof(logons[0]); i++) {
            awaits_logon(version);
            cr_assert_eq(say(&script, logons[i]), FIX_ACTION_CLOSE);
            cr_assert_str_eq(hear(&script), "");
            cr_assert_eq(script.session.end, FIX_END_BAD_LOGON);
        }
    }
}

Test(fix_session_version, case_1d_an_answer_without_default_appl_ver_id) {
    script_begin(&script, FIX_INITIATOR);
    script.config.version = fix_version_of(FIX_50SP2);
    script_restart(&script);
    script_connect(&script);
    cr_assert_str_eq(hear(&script), "35=A|34=1|98=0|108=30|1137=9|");
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&script), "35=5|34=2|58=DefaultApplVerID missing|");
}

Test(fix_session_version, another_default_appl_ver_id) {
    awaits_logon(FIX_50);
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|1137=9|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&script), "35=5|34=1|58=DefaultApplVerID not supported|");
    script_begin(&script, FIX_ACCEPTOR);
    script.config.version = fix_version_of(FIX_50);
    script.config.profile.other_appl_ver_allowed = true;
    script_restart(&script);
    script_connect(&script);
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|1137=9|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&script), "35=A|34=1|98=0|108=30|1137=7|");
    cr_assert_eq(say(&script, "35=D|34=2|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_version, a_default_appl_ver_id_longer_than_any_is_refused) {
    script_begin(&script, FIX_ACCEPTOR);
    script.config.version = fix_version_of(FIX_50);
    script.config.profile.other_appl_ver_allowed = true;
    script_restart(&script);
    script_connect(&script);
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|1137=12345678|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&script), "35=5|34=1|58=DefaultApplVerID not supported|");
}

Test(fix_session_version, a_message_of_another_application_version) {
    up(FIX_50SP2, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=D|34=2|1128=9|11=a|"), FIX_ACTION_DELIVER);
    cr_assert_eq(say(&script, "35=D|34=3|1128=7|11=a|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=2|45=3|58=Invalid or unsupported application "
                                    "version|371=1128|372=D|373=18|");
    /* The session layer has one version only. */
    cr_assert_eq(say(&script, "35=1|34=4|1128=7|112=A|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=0|34=3|112=A|");
    up(FIX_44, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=D|34=2|1128=7|11=a|"), FIX_ACTION_DELIVER);
}

Test(fix_session_version, a_reset_inside_the_session_says_the_version_again) {
    up(FIX_50, FIX_ACCEPTOR);
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|141=Y|1137=7|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=A|34=1|98=0|108=30|141=Y|1137=7|");
    cr_assert_eq(say(&script, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=5|34=2|58=DefaultApplVerID missing|");
}

static void up_with_dictionary(enum fix_version_number version) {
    script_begin(&script, FIX_ACCEPTOR);
    script.config.version = fix_version_of(version);
    script.config.profile.other_appl_ver_allowed = true;
    script.config.dictionary =
        fix_dictionary_of(script.config.version->begin_string, script.config.version->appl_ver_id);
    script_log_on(&script);
}

/* A field that 5.0 has and FIXT has not is no field of a session message. */
Test(fix_session_version, case_14a_session_messages_of_fixt_have_its_fields_only) {
    for (enum fix_version_number version = FIX_50; version <= FIX_50SP2; version++) {
        up_with_dictionary(version);
        cr_assert_eq(say(&script, "35=0|34=2|999=HI|"), FIX_ACTION_NONE);
        cr_assert_str_eq(hear(&script),
                         "35=3|34=2|45=2|58=Invalid tag number|371=999|372=0|373=0|");
    }
}

/* NewPassword(925) is FIXT's, whatever the application's version: 5.0 itself has it not in a Logon.
 */
Test(fix_session_version, session_messages_of_fixt_are_checked_by_its_own_dictionary) {
    up_with_dictionary(FIX_50);
    script_disconnect(&script);
    script_connect(&script);
    cr_assert_eq(say(&script, "35=A|34=2|98=0|108=30|925=x|1137=7|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&script), "35=A|34=2|98=0|108=30|1137=7|");
}

static const char *order_of(const char *number, const char *version) {
    static char text[128];
    snprintf(text, sizeof(text),
             "35=D|34=%s|%s11=a|55=X|54=1|60=20260105-12:00:00|38=1|40=1|1300=y|", number, version);
    return text;
}

/* MarketSegmentID(1300) came with 5.0 SP1. */
Test(fix_session_version, a_message_is_checked_by_the_version_it_names) {
    up_with_dictionary(FIX_50SP2);
    cr_assert_eq(say(&script, order_of("2", "1128=7|")), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=2|45=2|58=Invalid tag number|371=1300|372=D|373=0|");
    cr_assert_eq(say(&script, order_of("3", "1128=8|")), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=3|45=3|58=Tag not defined for this message "
                                    "type|371=1300|372=D|373=2|");
    /* FIX 4.0 over FIXT: nobody here can check that. */
    cr_assert_eq(say(&script, order_of("4", "1128=2|")), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&script), "35=3|34=4|45=4|58=Invalid or unsupported application "
                                    "version|371=1128|372=D|373=18|");
}

Test(fix_session_version, a_default_appl_ver_id_that_cannot_be_checked_is_refused) {
    up_with_dictionary(FIX_50);
    script_disconnect(&script);
    script_connect(&script);
    cr_assert_eq(say(&script, "35=A|34=2|98=0|108=30|1137=4|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&script), "35=5|34=2|58=DefaultApplVerID not supported|");
}
