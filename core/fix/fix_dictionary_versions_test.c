/*
 * What differs from version to version, case by case: fields and values that came, went, or changed
 * their type; what is required; groups; types of two characters; and a dialect over each.
 */
#include <stdlib.h>

#include "core/fix/fix_dictionary_overlay.h"
#include "core/fix/fix_dictionary_test_all.h"
#include "core/fix/fix_dictionary_test_verdict.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TIME "60=20240101-00:00:00|"
#define ORDER_40 "35=D|" HEAD "11=I|21=1|55=A|54=1|38=1|40=1|"
#define ORDER_42 "35=D|" HEAD "11=I|21=1|55=A|54=1|38=1|40=1|" TIME
#define ORDER_50 "35=D|" HEAD "11=I|54=1|40=1|" TIME
#define REPORT_42 "35=8|" HEAD "37=O|17=E|20=0|150=0|39=0|55=A|54=1|151=1|14=0|6=0|"

struct case_of_version {
    const struct fix_dictionary *dictionary;
    struct verdict verdict;
};

static void expect_cases(const struct case_of_version *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        verdict_expect(cases[i].dictionary, &cases[i].verdict, 0);
    }
}

Test(fix_dictionary_versions, orders_and_reports) {
    static const struct case_of_version table[] = {
        {&fix40_dictionary, {ORDER_40, PASS, 0}},
        {&fix40_dictionary, {ORDER_40 TIME, FIX_REJECT_TAG_NOT_DEFINED, 60}},
        {&fix40_dictionary, {"35=D|" HEAD "11=I|21=1|55=A|54=1|40=1|", FIX_REJECT_TAG_MISSING, 38}},
        {&fix40_dictionary, {ORDER_40 "54=9|", FIX_REJECT_TAG_TWICE, 54}},
        {&fix40_dictionary, {"35=D|" HEAD "11=I|21=1|55=A|54=9|38=1|40=1|", FIX_REJECT_VALUE, 54}},
        {&fix40_dictionary, {"35=D|" HEAD "11=I|21=1|55=A|54=12|38=1|40=1|", FIX_REJECT_VALUE, 54}},
        {&fix40_dictionary, {ORDER_40 "141=Y|", FIX_REJECT_INVALID_TAG, 141}},
        {&fix41_dictionary, {ORDER_40 "205=31|", PASS, 0}},
        {&fix41_dictionary, {ORDER_40 "205=32|", FIX_REJECT_FORMAT, 205}},
        {&fix41_dictionary, {ORDER_40 "205=0|", FIX_REJECT_FORMAT, 205}},
        {&fix42_dictionary, {ORDER_40, FIX_REJECT_TAG_MISSING, 60}},
        {&fix42_dictionary, {ORDER_42, PASS, 0}},
        {&fix42_dictionary, {ORDER_42 "109=C|76=B|47=A|440=X|", PASS, 0}},
        {&fix42_dictionary, {ORDER_42 "526=S|", FIX_REJECT_INVALID_TAG, 526}},
        {&fix42_dictionary, {ORDER_42 "220=x|", FIX_REJECT_INVALID_TAG, 220}},
        {&fix42_dictionary, {ORDER_42 "78=2|79=a|80=1|79=b|80=2|", PASS, 0}},
        {&fix42_dictionary,
         {"35=D|" HEAD "11=I|55=A|54=1|38=1|40=1|" TIME, FIX_REJECT_TAG_MISSING, 21}},
        {&fix42_dictionary, {REPORT_42, PASS, 0}},
        {&fix42_dictionary, {REPORT_42 "150=F|", FIX_REJECT_TAG_TWICE, 150}},
        {&fix42_dictionary, {REPORT_42 "8=x|", FIX_REJECT_TAG_ORDER, 8}},
        {&fix43_dictionary, {REPORT_42, FIX_REJECT_TAG_NOT_DEFINED, 20}},
        {&fix43_dictionary, {ORDER_42 "453=1|448=A|447=D|452=1|523=S|", PASS, 0}},
        {&fix43_dictionary, {ORDER_42 "453=1|448=A|802=1|", FIX_REJECT_INVALID_TAG, 802}},
        {&fix43_dictionary, {ORDER_42 "109=C|", FIX_REJECT_TAG_NOT_DEFINED, 109}},
        {&fix44_dictionary, {ORDER_50, PASS, 0}},
        {&fix44_dictionary, {ORDER_50 "1138=5|", FIX_REJECT_INVALID_TAG, 1138}},
        {&fix50_dictionary, {ORDER_50 "1138=5|", PASS, 0}},
        {&fix50_dictionary, {ORDER_50 "1100=4|1101=1|1102=5.5|1109=U|", PASS, 0}},
        {&fix50_dictionary, {ORDER_50 "1109=X|", FIX_REJECT_VALUE, 1109}},
        {&fix50_dictionary, {ORDER_50 "1079=07:39Z|", PASS, 0}},
        {&fix50_dictionary, {ORDER_50 "1079=07:39:12+05:30|", PASS, 0}},
        {&fix50_dictionary, {ORDER_50 "1079=07:39:12+5|", FIX_REJECT_FORMAT, 1079}},
        {&fix50_dictionary, {ORDER_50 "1079=25:00|", FIX_REJECT_FORMAT, 1079}},
        {&fix50_dictionary, {ORDER_50 "1151=G|", FIX_REJECT_INVALID_TAG, 1151}},
        {&fix50sp1_dictionary, {ORDER_50 "1151=G|", PASS, 0}},
        {&fix50sp1_dictionary, {ORDER_50 "1483=0|", FIX_REJECT_INVALID_TAG, 1483}},
        {&fix50sp2_dictionary, {ORDER_50 "1618=x|", FIX_REJECT_INVALID_TAG, 1618}},
        {&fix50sp2_dictionary, {ORDER_50 "1300=x|", FIX_REJECT_TAG_NOT_DEFINED, 1300}},
        {&fix50sp2_dictionary,
         {ORDER_50 "1483=1|1484=1|1491=1|1492=20240101-00:00:00|1494=1|1495=00:00:00|", PASS, 0}},
        {&fix50sp2_dictionary,
         {ORDER_50 "1483=1|1484=1|1491=1|1492=20240101-00:00:00|1494=2|1495=00:00:00|",
          FIX_REJECT_GROUP_COUNT, 1494}},
        {&fix50sp2_dictionary, {"35=G|" HEAD "11=I|54=1|40=1|" TIME "18=t|", PASS, 0}},
        {&fix50_dictionary, {"35=G|" HEAD "11=I|54=1|40=1|" TIME, FIX_REJECT_TAG_MISSING, 41}},
    };
    expect_cases(table, COUNT(table));
}

Test(fix_dictionary_versions, session_messages) {
    static const struct case_of_version table[] = {
        {&fix40_dictionary, {"35=A|" HEAD "98=0|108=30|", PASS, 0}},
        {&fix40_dictionary, {"35=3|" HEAD "45=2|58=text|", PASS, 0}},
        {&fix41_dictionary, {"35=3|" HEAD "45=2|371=5|", FIX_REJECT_INVALID_TAG, 371}},
        {&fix41_dictionary, {"35=A|" HEAD "98=0|108=30|141=Y|", PASS, 0}},
        {&fix42_dictionary, {"35=3|" HEAD "45=2|371=5|372=D|373=11|", PASS, 0}},
        {&fix42_dictionary, {"35=3|" HEAD "45=2|373=12|", FIX_REJECT_VALUE, 373}},
        {&fix43_dictionary, {"35=3|" HEAD "45=2|373=12|", PASS, 0}},
        {&fix42_dictionary, {"35=j|" HEAD "372=D|380=3|", PASS, 0}},
        {&fix42_dictionary, {"35=A|" HEAD "98=0|108=30|789=5|", FIX_REJECT_INVALID_TAG, 789}},
        {&fix44_dictionary, {"35=A|" HEAD "98=0|108=30|789=5|", PASS, 0}},
        {&fix44_dictionary, {"35=A|" HEAD "98=0|108=30|1137=9|", FIX_REJECT_INVALID_TAG, 1137}},
        {&fixt11_dictionary, {"35=A|" HEAD "98=0|108=30|1137=9|", PASS, 0}},
        {&fixt11_dictionary, {"35=A|" HEAD "98=0|108=30|", FIX_REJECT_TAG_MISSING, 1137}},
        {&fix50_dictionary, {"35=A|" HEAD "98=0|108=30|", FIX_REJECT_TAG_MISSING, 1137}},
        {&fix50sp2_dictionary, {"35=A|" HEAD "98=0|108=30|1137=9|554=x|925=y|", PASS, 0}},
        {&fix50_dictionary,
         {"35=A|" HEAD "98=0|108=30|1137=7|925=y|", FIX_REJECT_TAG_NOT_DEFINED, 925}},
        {&fix50sp2_dictionary,
         {"35=A|" HEAD "98=0|108=30|1137=9|384=1|372=D|385=S|1130=7|", PASS, 0}},
        {&fixt11_dictionary, {"35=0|" HEAD "999=x|", FIX_REJECT_INVALID_TAG, 999}},
        {&fixt11_dictionary, {"35=0|" HEAD "58=x|", FIX_REJECT_TAG_NOT_DEFINED, 58}},
        {&fixt11_dictionary, {"35=0|" HEAD "55=x|", FIX_REJECT_INVALID_TAG, 55}},
        {&fix50_dictionary, {"35=0|" HEAD "999=x|", FIX_REJECT_TAG_NOT_DEFINED, 999}},
        {&fix50sp2_dictionary, {"35=0|1128=9|" HEAD "112=x|", PASS, 0}},
        {&fix50sp2_dictionary, {"35=0|" HEAD "112=x|1128=9|", FIX_REJECT_TAG_ORDER, 1128}},
        {&fix44_dictionary, {"35=0|1128=9|" HEAD, FIX_REJECT_TAG_ORDER, 34}},
    };
    expect_cases(table, COUNT(table));
}

Test(fix_dictionary_versions, types_of_two_characters) {
    static const struct case_of_version table[] = {
        {&fix43_dictionary, {"35=AF|" HEAD "584=M|585=7|", PASS, 0}},
        {&fix50sp2_dictionary, {"35=AF|" HEAD "584=M|585=10|", PASS, 0}},
        {&fix44_dictionary, {"35=AF|" HEAD "584=M|585=10|", FIX_REJECT_VALUE, 585}},
        {&fix44_dictionary, {"35=AF|" HEAD "585=7|", FIX_REJECT_TAG_MISSING, 584}},
        {&fix44_dictionary,
         {"35=AE|" HEAD "571=T|570=N|55=A|32=1|31=5|75=20240101|" TIME "552=1|54=1|37=O|", PASS,
          0}},
        {&fix44_dictionary,
         {"35=AE|" HEAD "571=T|570=N|55=A|32=1|31=5|75=20240101|" TIME, FIX_REJECT_TAG_MISSING,
          552}},
    };
    static const struct {
        const struct fix_dictionary *dictionary;
        const char *body;
        enum fix_check check;
    } types[] = {
        {&fix42_dictionary, "35=AF|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix43_dictionary, "35=AE|", FIX_CHECK_OTHER_MESSAGE},
        {&fix44_dictionary, "35=A|" HEAD, FIX_CHECK_FAULT},
        {&fix44_dictionary, "35=AA|", FIX_CHECK_OTHER_MESSAGE},
        {&fix44_dictionary, "35=FA|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix44_dictionary, "35=AFF|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix44_dictionary, "35=CE|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix50sp2_dictionary, "35=CE|", FIX_CHECK_OTHER_MESSAGE},
        {&fix41_dictionary, "35=j|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix40_dictionary, "35=T|", FIX_CHECK_UNKNOWN_MESSAGE},
        {&fix41_dictionary, "35=T|", FIX_CHECK_OTHER_MESSAGE},
        {&fixt11_dictionary, "35=D|", FIX_CHECK_OTHER_MESSAGE},
    };
    expect_cases(table, COUNT(table));
    for (size_t i = 0; i < COUNT(types); i++) {
        struct fix_fault fault;
        cr_expect_eq(verdict_check(types[i].dictionary, types[i].body, 0, &fault), types[i].check,
                     "%s", types[i].body);
    }
}

Test(fix_dictionary_versions, names_are_the_version_s) {
    cr_expect(bytes_equal(fix_dictionary_name(&fix42_dictionary, 32), BYTES("LastShares")));
    cr_expect(bytes_equal(fix_dictionary_name(&fix43_dictionary, 32), BYTES("LastQty")));
    cr_expect(bytes_equal(fix_dictionary_name(&fix50sp2_dictionary, 1138), BYTES("DisplayQty")));
    cr_expect_eq(fix_dictionary_name(&fix44_dictionary, 1138).len, 0);
    cr_expect_eq(fix_dictionary_name(&fix43_dictionary, 20).len, 0);
}

/* A venue's own tag, one the version has above its last, and one below: over every version. */
Test(fix_dictionary_versions, a_dialect_over_each) {
    static const struct fix_overlay_field fields[] = {
        {25004, "CancelOnDisconnect", {.type = FIX_TYPE_INT}},
        {1617, "Own", {.type = FIX_TYPE_CHAR}},
        {51, "Old", {.type = FIX_TYPE_STRING}},
    };
    static const struct fix_change changes[] = {
        {"0", FIX_CHANGE_ALLOW, 25004, 0},
        {"0", FIX_CHANGE_REQUIRE, 25004, 0},
        {"0", FIX_CHANGE_ALLOW, 1617, 0},
        {"0", FIX_CHANGE_ALLOW, 51, 0},
    };
    static const struct fix_overlay overlay = {fields, COUNT(fields), changes, COUNT(changes)};
    static const struct verdict table[] = {
        {"35=0|" HEAD "25004=-1|1617=x|51=y|", PASS, 0},
        {"35=0|" HEAD "25004=x|", FIX_REJECT_FORMAT, 25004},
        {"35=0|" HEAD "25004=1|1617=xy|", FIX_REJECT_FORMAT, 1617},
        {"35=0|" HEAD "1617=x|", FIX_REJECT_TAG_MISSING, 25004},
        {"35=0|" HEAD "25004=1|25004=1|", FIX_REJECT_TAG_TWICE, 25004},
        {"35=0|" HEAD "25004=1|25005=1|", FIX_REJECT_INVALID_TAG, 25005},
        {"35=1|" HEAD "112=x|1617=x|", FIX_REJECT_TAG_NOT_DEFINED, 1617},
    };
    for (size_t d = 0; d < ALL_DICTIONARIES; d++) {
        const struct fix_dictionary *made;
        size_t bad;
        void *mem = malloc(fix_overlay_footprint(all_dictionaries[d].dictionary));
        cr_assert_not_null(mem);
        cr_assert_eq(fix_overlay_init(mem, all_dictionaries[d].dictionary, &overlay, &made, &bad),
                     FIX_OVERLAY_OK, "%s: %zu", all_dictionaries[d].name, bad);
        EXPECT_ALL(made, table, 0)
        free(mem);
    }
}
