/*
 * Bodies and the verdict on each, case by case of the session specification (14a to 14k, 15, 21),
 * in the strictest mode and with every switch.
 */
#include "core/fix/fix_dictionary_test_verdict.h"

/* The least of an order and of a report. */
#define ORDER "35=D|" HEAD "11=ID|21=3|40=1|54=1|38=002000.00|55=INTC|60=20240101-00:00:00|"
#define REPORT "35=8|" HEAD "6=0|11=ID|14=0|17=E1|37=O1|39=0|54=1|55=INTC|150=0|151=1|"

Test(fix_dictionary, takes_what_the_specification_allows) {
    static const struct verdict table[] = {
        {ORDER, PASS, 0},
        {REPORT, PASS, 0},
        {"35=0|" HEAD, PASS, 0},
        {"35=0|" HEAD "112=TEST|", PASS, 0},
        {"35=1|" HEAD "112=TEST|", PASS, 0},
        {"35=2|" HEAD "7=1|16=0|", PASS, 0},
        {"35=3|" HEAD "45=2|371=55|372=D|373=1|58=text|", PASS, 0},
        {"35=4|" HEAD "123=Y|36=20|", PASS, 0},
        {"35=5|" HEAD "58=bye|", PASS, 0},
        {"35=A|" HEAD "98=0|108=30|141=Y|553=me|554=secret|", PASS, 0},
        {"35=A|" HEAD "98=0|108=30|384=2|372=D|385=R|372=8|385=S|", PASS, 0},
        {"35=F|" HEAD "11=B|41=A|54=1|60=20240101-00:00:00|", PASS, 0},
        {"35=G|" HEAD "11=B|41=A|54=1|60=20240101-00:00:00|40=2|44=1.5|38=2|", PASS, 0},
        {"35=H|" HEAD "11=B|54=1|", PASS, 0},
        {"35=q|" HEAD "11=B|530=7|60=20240101-00:00:00|", PASS, 0},
        {"35=r|" HEAD "37=O|530=7|531=7|534=1|41=A|535=X|", PASS, 0},
        {"35=9|" HEAD "37=NONE|11=B|41=A|39=8|434=1|102=99|", PASS, 0},
        {"35=j|" HEAD "45=2|372=E|380=3|", PASS, 0},
        {"35=C|" HEAD "164=T|94=0|147=S|33=2|58=one|58=two|", PASS, 0},
        {"35=V|" HEAD "262=R|263=1|264=0|265=1|267=2|269=0|269=1|146=1|55=BTC/USD|", PASS, 0},
        {"35=W|" HEAD "262=R|55=BTC/USD|268=1|269=0|270=1.5|271=3|", PASS, 0},
        {"35=X|" HEAD "262=R|268=2|279=0|269=0|55=A|270=1|279=1|269=1|55=A|270=2|", PASS, 0},
        {"35=Y|" HEAD "262=R|281=0|", PASS, 0},
        {"35=x|" HEAD "320=R|559=4|", PASS, 0},
        {"35=y|" HEAD "320=R|322=S|560=0|146=2|55=A|15=USDT|55=B|", PASS, 0},
        {"35=g|" HEAD "335=R|263=0|", PASS, 0},
        {"35=h|" HEAD "336=S|340=2|", PASS, 0},
        {"35=d|" HEAD "320=R|322=S|323=1|55=A|", PASS, 0},
        {"35=d|" HEAD "320=R|322=S|323=6|55=TBS|22=8|167=CS|336=ONE_MAIN|58=t|454=0|", PASS, 0},
        /* 15: any order within header and body */
        {"35=D|56=ISLD|52=20240101-00:00:00|49=TW|34=2|60=20240101-00:00:00|55=INTC|54=1|40=1|11="
         "I|",
         PASS, 0},
        /* 14e, 14f: values that are fine though unusual */
        {ORDER "18=1 2 A|167=CS|44=-0.5|110=.5|111=5.|", PASS, 0},
        /* groups, nested and ended by the body, the trailer, or the message */
        {ORDER "386=3|336=PRE|336=AFT|625=X|336=Z|", PASS, 0},
        {ORDER "453=2|448=A|447=D|452=1|802=2|523=a|803=1|523=b|448=B|452=3|58=t|", PASS, 0},
        {ORDER "78=1|79=ACC|539=1|524=N|804=1|545=n|80=1|", PASS, 0},
        {"35=D|" HEAD "627=1|628=HUB|630=3|115=X|11=I|40=1|54=1|60=20240101-00:00:00|", PASS, 0},
        {ORDER "386=1|336=PRE|93=3|89=abc|", PASS, 0},
        /* 21: none at all */
        {ORDER "454=0|", PASS, 0},
        {ORDER "78=1|79=A|539=0|80=1|", PASS, 0},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
}

Test(fix_dictionary, case_14a_14b_14c_14d_14h_tags) {
    static const struct verdict table[] = {
        {ORDER "999=x|", FIX_REJECT_INVALID_TAG, 999},
        {ORDER "5000=x|", FIX_REJECT_INVALID_TAG, 5000},
        {ORDER "957=x|", FIX_REJECT_INVALID_TAG, 957},
        {ORDER "101=x|", FIX_REJECT_INVALID_TAG, 101},
        {ORDER "999999999=x|", FIX_REJECT_INVALID_TAG, 999999999},
        {"35=0|" HEAD "55=INTC|", FIX_REJECT_TAG_NOT_DEFINED, 55},
        {ORDER "2=known, but in no message here|", FIX_REJECT_TAG_NOT_DEFINED, 2},
        {ORDER "448=party of no group|", FIX_REJECT_TAG_NOT_DEFINED, 448},
        {ORDER "454=0|455=A|", FIX_REJECT_TAG_NOT_DEFINED, 455},
        {ORDER "386=1|336=A|58=t|625=B|", FIX_REJECT_TAG_NOT_DEFINED, 625},
        {"35=D|34=2|49=TW|52=20240101-00:00:00|11=I|40=1|54=1|60=20240101-00:00:00|",
         FIX_REJECT_TAG_MISSING, 56},
        {"35=D|" HEAD "40=1|54=1|60=20240101-00:00:00|", FIX_REJECT_TAG_MISSING, 11},
        {"35=1|" HEAD, FIX_REJECT_TAG_MISSING, 112},
        {"35=C|" HEAD "164=T|94=0|147=S|", FIX_REJECT_TAG_MISSING, 33},
        {"35=D|34=2|49=TW|52=20240101-00:00:00|56=|11=I|40=1|54=1|60=20240101-00:00:00|",
         FIX_REJECT_TAG_EMPTY, 56},
        {"35=0|" HEAD "112=|", FIX_REJECT_TAG_EMPTY, 112},
        {ORDER "999=|", FIX_REJECT_TAG_EMPTY, 999},
        {ORDER "40=1|", FIX_REJECT_TAG_TWICE, 40},
        {ORDER "454=0|454=0|", FIX_REJECT_TAG_TWICE, 454},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
}

Test(fix_dictionary, case_14e_14f_values) {
    static const struct verdict table[] = {
        {ORDER "59=9|", FIX_REJECT_VALUE, 59},
        {ORDER "167=BOO|", FIX_REJECT_VALUE, 167},
        {ORDER "18=1 T|", FIX_REJECT_VALUE, 18},
        {ORDER "18=12|", FIX_REJECT_VALUE, 18},
        {ORDER "581=5|", FIX_REJECT_VALUE, 581},
        {ORDER "581=01|", FIX_REJECT_VALUE, 581},
        {"35=3|" HEAD "45=1|373=98|", FIX_REJECT_VALUE, 373},
        {"35=3|" HEAD "45=1|373=63|", FIX_REJECT_VALUE, 373},
        {"35=3|" HEAD "45=1|373=99|", PASS, 0},
        {"35=3|" HEAD "45=1|373=-1|", FIX_REJECT_VALUE, 373},
        {ORDER "44=+200.00|", FIX_REJECT_FORMAT, 44},
        {ORDER "44=1e5|", FIX_REJECT_FORMAT, 44},
        {ORDER "44=1.2.3|", FIX_REJECT_FORMAT, 44},
        {ORDER "44=.|", FIX_REJECT_FORMAT, 44},
        {ORDER "44=-|", FIX_REJECT_FORMAT, 44},
        {ORDER "44= 1|", FIX_REJECT_FORMAT, 44},
        {ORDER "59=12|", FIX_REJECT_FORMAT, 59},
        {ORDER "114=y|", FIX_REJECT_FORMAT, 114},
        {ORDER "581=1.0|", FIX_REJECT_FORMAT, 581},
        {ORDER "126=20240230-00:00:00|", FIX_REJECT_FORMAT, 126},
        {ORDER "126=20040415|", FIX_REJECT_FORMAT, 126},
        {ORDER "126=20240228-24:00:00|", FIX_REJECT_FORMAT, 126},
        {ORDER "432=20230229|", FIX_REJECT_FORMAT, 432},
        {ORDER "432=20240229|", PASS, 0},
        {ORDER "432=2024022|", FIX_REJECT_FORMAT, 432},
        {ORDER "200=202413|", FIX_REJECT_FORMAT, 200},
        {ORDER "200=202412w5|", PASS, 0},
        {ORDER "200=202412w6|", FIX_REJECT_FORMAT, 200},
        {ORDER "200=202412|", PASS, 0},
        {ORDER "470=usa|", FIX_REJECT_FORMAT, 470},
        {ORDER "470=US|", PASS, 0},
        {ORDER "15=US D|", FIX_REJECT_FORMAT, 15},
        {ORDER "18=1  2|", FIX_REJECT_FORMAT, 18},
        {ORDER "18= 1|", FIX_REJECT_FORMAT, 18},
        {ORDER "18=1 |", FIX_REJECT_FORMAT, 18},
        {ORDER "386=-1|336=A|", FIX_REJECT_FORMAT, 386},
        {"35=2|" HEAD "7=-1|16=0|", FIX_REJECT_FORMAT, 7},
        {"35=2|" HEAD "7=1234567890123456789|16=0|", FIX_REJECT_FORMAT, 7},
        {"35=X|" HEAD "268=1|279=0|273=24:00:00|", FIX_REJECT_FORMAT, 273},
        {"35=X|" HEAD "268=1|279=0|273=23:59:60.123456789012|", PASS, 0},
        {"35=X|" HEAD "268=1|279=0|273=23:59:00.|", FIX_REJECT_FORMAT, 273},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
}

Test(fix_dictionary, case_14g_header_body_trailer) {
    static const struct verdict table[] = {
        {"35=D|34=2|49=TW|56=ISLD|11=I|52=20240101-00:00:00|40=1|54=1|60=20240101-00:00:00|",
         FIX_REJECT_TAG_ORDER, 52},
        {ORDER "93=3|89=abc|58=late|", FIX_REJECT_TAG_ORDER, 58},
        {ORDER "627=1|628=HUB|", FIX_REJECT_TAG_ORDER, 627},
        {ORDER "93=3|89=abc|386=1|336=A|", FIX_REJECT_TAG_ORDER, 386},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
}

Test(fix_dictionary, case_14i_14j_groups) {
    static const struct verdict table[] = {
        {ORDER "386=3|336=A|336=B|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "386=1|336=A|336=B|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "386=1|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "386=1|58=t|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "386=2|336=A|93=3|89=abc|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "386=999999999999999999|336=A|", FIX_REJECT_GROUP_COUNT, 386},
        {ORDER "453=1|448=A|802=2|523=a|", FIX_REJECT_GROUP_COUNT, 802},
        {ORDER "453=2|448=A|802=1|523=a|58=t|", FIX_REJECT_GROUP_COUNT, 453},
        {ORDER "78=1|79=A|539=1|524=N|804=2|545=n|80=1|", FIX_REJECT_GROUP_COUNT, 804},
        {ORDER "453=1|447=D|448=A|", FIX_REJECT_GROUP_ORDER, 447},
        {ORDER "453=1|448=A|452=1|447=D|", FIX_REJECT_GROUP_ORDER, 447},
        {ORDER "453=1|448=A|447=D|447=D|", FIX_REJECT_GROUP_ORDER, 447},
        {ORDER "453=1|802=1|523=a|", FIX_REJECT_GROUP_ORDER, 802},
        {ORDER "453=1|448=A|802=1|803=1|", FIX_REJECT_GROUP_ORDER, 803},
        {ORDER "453=1|448=A|802=1|523=a|447=D|", FIX_REJECT_GROUP_ORDER, 447},
        {ORDER "78=2|79=a|80=50|661=9|79=b|80=150|661=9|", FIX_REJECT_GROUP_ORDER, 661},
        {"35=C|" HEAD "164=t|94=0|147=s|146=1|864=1|865=1|33=1|58=x|", FIX_REJECT_GROUP_ORDER, 864},
    };
    static const struct verdict loose[] = {
        {ORDER "453=1|448=A|452=1|447=D|", PASS, 0},
        {ORDER "453=1|448=A|802=1|523=a|447=D|", PASS, 0},
        {ORDER "453=1|448=A|447=D|447=D|", FIX_REJECT_GROUP_COUNT, 453},
        {ORDER "453=1|447=D|448=A|", FIX_REJECT_GROUP_COUNT, 453},
        {ORDER "386=3|336=A|336=B|", FIX_REJECT_GROUP_COUNT, 386},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
    EXPECT_ALL(&fix44_dictionary, loose, FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER)
}

Test(fix_dictionary, one_of_several_faults) {
    static const struct verdict table[] = {
        /* 14 before 13 before 1 before others, wherever they are */
        {"35=D|" HEAD "11=ID|21=1|40=1|40=2|54=1|38=200.00|55=INTC|", FIX_REJECT_TAG_TWICE, 40},
        {"35=D|" HEAD "59=z|11=ID|40=1|40=2|54=1|", FIX_REJECT_TAG_TWICE, 40},
        {"35=D|34=2|11=ID|11=ID|49=TW|", FIX_REJECT_TAG_ORDER, 49},
        {"35=D|34=2|56=ISLD|999=x|11=I|52=20240101-00:00:00|", FIX_REJECT_TAG_ORDER, 52},
        {"35=D|" HEAD "999=x|54=1|40=1|11=I|", FIX_REJECT_TAG_MISSING, 60},
        {"35=D|34=2|52=20240101-00:00:00|56=ISLD|54=1|40=1|", FIX_REJECT_TAG_MISSING, 49},
        {ORDER "44=x|59=x|", FIX_REJECT_FORMAT, 44},
        {ORDER "59=x|44=x|", FIX_REJECT_VALUE, 59},
        {ORDER "40=|", FIX_REJECT_TAG_TWICE, 40},
        {ORDER "453=1|452=x|", FIX_REJECT_GROUP_ORDER, 452},
    };
    EXPECT_ALL(&fix44_dictionary, table, 0)
}

Test(fix_dictionary, switches) {
    static const struct verdict table[] = {
        {ORDER "5000=x|20002=y|", PASS, 0},
        {ORDER "5000=|", FIX_REJECT_TAG_EMPTY, 5000},
        {ORDER "999=x|", FIX_REJECT_INVALID_TAG, 999},
        {ORDER "4999=x|", FIX_REJECT_INVALID_TAG, 4999},
        {ORDER "386=2|336=A|5001=x|625=B|336=C|", PASS, 0},
        {"35=D|34=2|5000=x|49=TW|", FIX_REJECT_TAG_ORDER, 49},
        {ORDER "93=3|89=abc|5000=x|", FIX_REJECT_TAG_ORDER, 5000},
    };
    EXPECT_ALL(&fix44_dictionary, table, FIX_CHECK_ALLOW_USER_TAGS)
    static const struct verdict empty[] = {
        {"35=0|" HEAD "112=|", PASS, 0},
        {ORDER "44=|59=|", PASS, 0},
        {"35=D|34=2|49=TW|52=20240101-00:00:00|56=|11=|40=|54=|60=|", PASS, 0},
        {ORDER "386=|", PASS, 0},
        {ORDER "999=|", FIX_REJECT_INVALID_TAG, 999},
    };
    EXPECT_ALL(&fix44_dictionary, empty, FIX_CHECK_ALLOW_EMPTY)
    static const struct verdict unknown[] = {
        {ORDER "999=x|2=y|112=z|", PASS, 0},
        {ORDER "5000=x|", FIX_REJECT_INVALID_TAG, 5000},
    };
    EXPECT_ALL(&fix44_dictionary, unknown, FIX_CHECK_ALLOW_UNKNOWN_TAGS)
    static const struct verdict mixed[] = {
        {"35=D|60=20240101-00:00:00|34=2|11=I|49=TW|54=1|52=20240101-00:00:00|40=1|56=ISLD|", PASS,
         0},
        {ORDER "93=3|89=abc|58=late|", PASS, 0},
        {ORDER "40=1|", FIX_REJECT_TAG_TWICE, 40},
    };
    EXPECT_ALL(&fix44_dictionary, mixed, FIX_CHECK_ALLOW_FIELDS_OUT_OF_ORDER)
    static const struct verdict values[] = {
        {ORDER "59=z|167=SPOT|18=s|", PASS, 0},
        {ORDER "59=zz|", FIX_REJECT_FORMAT, 59},
    };
    EXPECT_ALL(&fix44_dictionary, values, FIX_CHECK_ALLOW_OTHER_VALUES)
}

Test(fix_dictionary, message_types) {
    static const char *const others[] = {"35=6|", "35=E|", "35=AD|", "35=BH|", "35=z|"};
    static const char *const unknown[] = {"35=*|",  "35=U1|", "35=DD|",
                                          "35=A |", "35=BI|", "35=\xff|"};
    struct fix_fault fault;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_expect_eq(verdict_check(&fix44_dictionary, others[i], 0, &fault),
                     FIX_CHECK_OTHER_MESSAGE, "%s", others[i]);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        cr_expect_eq(verdict_check(&fix44_dictionary, unknown[i], 0, &fault),
                     FIX_CHECK_UNKNOWN_MESSAGE, "%s", unknown[i]);
    }
}

Test(fix_dictionary, names) {
    cr_expect(bytes_equal(fix_dictionary_name(&fix44_dictionary, 55), BYTES("Symbol")));
    cr_expect_eq(fix_dictionary_name(&fix44_dictionary, 999).len, 0);
    cr_expect_eq(fix_dictionary_name(&fix44_dictionary, 4000000000).len, 0);
}

Test(fix_dictionary, of_a_version) {
    static const struct {
        const char *begin_string;
        const char *appl_ver_id;
        const struct fix_dictionary *dictionary;
    } table[] = {
        {"FIX.4.0", "", &fix40_dictionary},
        {"FIX.4.1", "", &fix41_dictionary},
        {"FIX.4.2", "", &fix42_dictionary},
        {"FIX.4.3", "", &fix43_dictionary},
        {"FIX.4.4", "", &fix44_dictionary},
        {"FIX.4.4", "9", &fix44_dictionary},
        {"FIXT.1.1", "7", &fix50_dictionary},
        {"FIXT.1.1", "8", &fix50sp1_dictionary},
        {"FIXT.1.1", "9", &fix50sp2_dictionary},
        {"FIXT.1.1", "", &fixt11_dictionary},
        {"FIXT.1.1", "6", NULL},
        {"FIXT.1.1", "10", NULL},
        {"FIX.5.0", "7", NULL},
        {"FIX.3.9", "", NULL},
        {"", "", NULL},
        {"FIX.4", "", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        cr_expect_eq(fix_dictionary_of(bytes_of_string(table[i].begin_string),
                                       bytes_of_string(table[i].appl_ver_id)),
                     table[i].dictionary, "%s %s", table[i].begin_string, table[i].appl_ver_id);
    }
}
