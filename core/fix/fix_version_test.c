#include "core/fix/fix_version.h"

#include <criterion/criterion.h>

/* Stated here once more, from the specifications, a column a rule. */
static const struct {
    const char *name;
    const char *begin_string;
    const char *appl_ver_id;
    uint32_t to_the_end;
    uint32_t reasons;
    const char *has; /* t FIXT, r 371 and 372, j, 1 ResetSeqNumFlag, l locations, p 369, n 789,
                        f fractions */
} expected[] = {
    {"FIX.4.0", "FIX.4.0", "2", 999999, 0, ""},
    {"FIX.4.1", "FIX.4.1", "3", 999999, 0, "1l"},
    {"FIX.4.2", "FIX.4.2", "4", 0, 12, "rj1lpf"},
    {"FIX.4.3", "FIX.4.3", "5", 0, 18, "rj1lpf"},
    {"FIX.4.4", "FIX.4.4", "6", 0, UINT32_MAX, "rj1lpnf"},
    {"FIX.5.0", "FIXT.1.1", "7", 0, UINT32_MAX, "trj1lpnf"},
    {"FIX.5.0SP1", "FIXT.1.1", "8", 0, UINT32_MAX, "trj1lpnf"},
    {"FIX.5.0SP2", "FIXT.1.1", "9", 0, UINT32_MAX, "trj1lpnf"},
};

static void describe(const struct fix_version *version, char *has) {
    const struct {
        bool has;
        char letter;
    } rules[] = {
        {version->is_fixt, 't'},
        {version->has_reject_refs, 'r'},
        {version->has_business_reject, 'j'},
        {version->has_reset_flag, '1'},
        {version->has_location_ids, 'l'},
        {version->has_last_processed, 'p'},
        {version->has_next_expected, 'n'},
        {version->has_fractions, 'f'},
    };
    size_t len = 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].has) {
            has[len++] = rules[i].letter;
        }
    }
    has[len] = '\0';
}

Test(fix_version, each_has_what_its_specification_has) {
    cr_assert_eq(sizeof(expected) / sizeof(expected[0]), FIX_VERSIONS);
    for (unsigned i = 0; i < FIX_VERSIONS; i++) {
        const struct fix_version *version = fix_version_of((enum fix_version_number)i);
        char has[16];
        describe(version, has);
        cr_expect_eq(version->number, i);
        cr_expect_str_eq(version->name, expected[i].name);
        cr_expect(bytes_equal(version->begin_string, bytes_of_string(expected[i].begin_string)));
        cr_expect(bytes_equal(version->appl_ver_id, bytes_of_string(expected[i].appl_ver_id)));
        cr_expect_eq(version->resend_to_the_end, expected[i].to_the_end);
        cr_expect_eq(version->reject_reasons, expected[i].reasons);
        cr_expect_str_eq(has, expected[i].has, "%s", version->name);
    }
}

Test(fix_version, found_by_name_and_by_what_a_message_says) {
    for (unsigned i = 0; i < FIX_VERSIONS; i++) {
        const struct fix_version *version = fix_version_of((enum fix_version_number)i);
        cr_expect_eq(fix_version_named(bytes_of_string(expected[i].name)), version);
        cr_expect_eq(fix_version_find(version->begin_string, version->appl_ver_id), version);
        cr_expect_eq(fix_version_find(version->begin_string, BYTES("")),
                     version->is_fixt ? NULL : version);
    }
}

Test(fix_version, none_of_them) {
    static const char *const names[] = {"",      "FIX.3.9",    "FIX.4.5",  "fix.4.4",
                                        "FIX.4", "FIX.5.0SP3", "FIX.4.4 ", "FIXT.1.1"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        cr_expect_null(fix_version_named(bytes_of_string(names[i])), "%s", names[i]);
    }
    cr_expect_null(fix_version_find(BYTES("FIX.3.9"), BYTES("6")));
    cr_expect_null(fix_version_find(BYTES("FIX.5.0"), BYTES("7")));
    cr_expect_null(fix_version_find(BYTES("FIXT.1.1"), BYTES("6")));
    cr_expect_null(fix_version_find(BYTES("FIXT.1.1"), BYTES("10")));
}
