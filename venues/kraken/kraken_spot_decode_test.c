/*
 * What Kraken's messages come to. Frames marked "published" are the venue's own; their BodyLength
 * and CheckSum are as published. The others follow er-fix; they are framed by the test.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "core/fix/fix_tag.h"
#include "core/route/fix_venue.h"
#include "venues/kraken/kraken_spot.h"

#define MESSAGE_MAX 2048

struct bench {
    struct fix_venue venue;
    struct fix_view view;
    char message[MESSAGE_MAX];
    struct venue_report report;
};

static struct bench bench;

static void begin(void) {
    const struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .sender_comp_id = BYTES("CLIENT"),
        .target_comp_id = BYTES("KRAKEN-TRD"),
        .api_key = BYTES("APIKEY"),
        .heartbeat_s = 30,
        .logon_timeout = {.ns = NS_PER_S},
        .message_bytes_max = 4096,
    };
    fix_venue_init(&bench.venue, &config);
}

/* `text` has '|' for SOH. */
static bool decode_whole(const char *text) {
    size_t len = strlen(text);
    cr_assert_lt(len, sizeof(bench.message));
    for (size_t i = 0; i < len; i++) {
        bench.message[i] = text[i] == '|' ? FIX_SOH : text[i];
    }
    uint32_t bad = 0;
    cr_assert_eq(fix_view_parse(bytes_of(bench.message, len), &bench.view, &bad), FIX_VIEW_OK, "%s",
                 text);
    bench.report = (struct venue_report){.request_known = false};
    return fix_venue_decode(&bench.venue, &bench.view, &bench.report);
}

/* The same of a message whose BodyLength and CheckSum are somebody else's. */
static bool decode_frame(const char *text) {
    bool says = decode_whole(text);
    struct fix_frame frame;
    cr_assert_eq(fix_frame(bytes_of(bench.message, strlen(text)), 4096, &frame), FIX_FRAME_COMPLETE,
                 "%s", text);
    cr_assert_eq(frame.bytes, strlen(text));
    return says;
}

static bool decode(const char *body) {
    char text[MESSAGE_MAX];
    (void)snprintf(text, sizeof(text), "8=FIX.4.4|9=1|%s10=000|", body);
    return decode_whole(text);
}

static void expect(const char *what, struct bytes value, const char *wanted) {
    cr_expect(bytes_equal(value, bytes_of_string(wanted)), "%s is %.*s, not %s", what,
              (int)value.len, value.data == NULL ? "" : value.data, wanted);
}

TestSuite(kraken_spot_decode, .init = begin);

Test(kraken_spot_decode, published_acknowledgement) {
    cr_assert(decode_frame("8=FIX.4.4|9=260|35=8|34=3|49=KRAKEN-TRD|56=CLIENT|"
                           "52=20260407-14:32:05.122|6=0|11=1744036325000000|14=0|"
                           "17=EXEC002:TRD001|37=OQNCZM-NVAVC-AVD2LO|38=0.001|39=0|40=2|44=84000|"
                           "54=1|55=BTC/USD|58=buy 0.001 BTC/USD @ limit 84000|59=1|"
                           "60=20260407-14:32:05.000|150=0|151=0.001|381=0|10=144|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_ACKNOWLEDGED);
    cr_expect_not(bench.report.complete);
    expect("11", bench.report.cl_ord_id, "1744036325000000");
    expect("37", bench.report.venue_order_id, "OQNCZM-NVAVC-AVD2LO");
    expect("17", bench.report.exec_id, "EXEC002:TRD001");
    expect("38", bench.report.order_quantity, "0.001");
    expect("44", bench.report.price, "84000");
    expect("55", bench.report.symbol, "BTC/USD");
    expect("54", bench.report.side, "1");
    expect("99", bench.report.stop_price, "");
}

Test(kraken_spot_decode, partial_fill_with_its_fee) {
    cr_assert(decode("35=8|34=4|6=84000|11=1775572325000000|14=0.0004|17=EXEC003:TRD002|31=84000|"
                     "32=0.0004|37=OQNCZM-NVAVC-AVD2LO|38=0.001|39=1|40=2|44=84000|54=1|"
                     "55=BTC/USD|59=1|60=20260407-14:32:06.008|136=1|137=0.0538|138=USD|150=F|"
                     "151=0.0006|381=33.6|527=91234567|1003=TABCDE-FGHIJ-KLMNOP|5050=1|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_FILL);
    cr_expect_not(bench.report.complete);
    expect("14", bench.report.cumulative, "0.0004");
    expect("31", bench.report.last_price, "84000");
    expect("32", bench.report.last_quantity, "0.0004");
    expect("527", bench.report.trade_id, "91234567");
    cr_expect_eq(bench.report.liquidity, '1');
    cr_expect_eq(bench.report.fee_count, 1);
    expect("137", bench.report.fees[0].amount, "0.0538");
    expect("138", bench.report.fees[0].currency, "USD");
    expect("139", bench.report.fees[0].type, "");
    cr_expect_eq(bench.report.transact_time.ns, INT64_C(1775572326008) * NS_PER_MS);
}

Test(kraken_spot_decode, fees_in_several_currencies_and_a_rebate) {
    cr_assert(decode("35=8|34=4|11=a|14=1|17=e|31=1|32=1|37=o|39=2|136=5|137=1|138=USD|139=4|"
                     "137=-2|138=EUR|137=3|137=4|138=BTC|137=5|138=XRP|150=F|151=0.0000|5050=2|"));
    cr_expect_eq(bench.report.fee_count, 5, "the fifth is counted and left out");
    expect("139 of the first", bench.report.fees[0].type, "4");
    expect("137 of the second", bench.report.fees[1].amount, "-2");
    expect("138 of the third", bench.report.fees[2].currency, "");
    expect("138 of the fourth", bench.report.fees[3].currency, "BTC");
    cr_expect_eq(bench.report.liquidity, '2');
    cr_expect(bench.report.complete);
}

Test(kraken_spot_decode, trade_id_is_the_verified_one_where_there_is_one) {
    cr_assert(decode("35=8|11=a|39=1|150=F|1003=TABCDE|527=91234567|"));
    expect("527", bench.report.trade_id, "91234567");
    cr_assert(decode("35=8|11=a|39=1|150=F|1003=TABCDE|"));
    expect("1003", bench.report.trade_id, "TABCDE");
    cr_assert(decode("35=8|11=a|39=1|150=F|527=|1003=TABCDE|"));
    expect("1003", bench.report.trade_id, "TABCDE");
}

/* The whole life of the sample order, as published or made after it: 41 names what was canceled. */
Test(kraken_spot_decode, sample_cancel_and_reject) {
    cr_assert(decode_frame(
        "8=FIX.4.4|9=271|35=8|34=5|49=KRAKEN-TRD|52=20260407-14:32:07.031|56=CLIENT|6=84000|"
        "11=1775572327000000|14=0.0004|17=EXEC004:TRD003|37=OQNCZM-NVAVC-AVD2LO|38=0.001|39=4|"
        "40=2|41=1775572325000000|44=84000|54=1|55=BTC/USD|58=User requested|59=1|"
        "60=20260407-14:32:07.030|150=4|151=0|381=33.6|10=124|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_CANCELED);
    cr_expect_eq(bench.report.reject, REJECT_NONE);
    expect("11", bench.report.cl_ord_id, "1775572327000000");
    expect("41", bench.report.orig_cl_ord_id, "1775572325000000");
    expect("14", bench.report.cumulative, "0.0004");
    cr_assert(decode_frame("8=FIX.4.4|9=127|35=j|34=16|49=KRAKEN-TRD|52=20260407-14:32:05.122|"
                           "56=CLIENT|45=0|58=EOrder:Insufficient funds|372=D|"
                           "379=1775572325000000|380=0|10=089|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_REFUSED);
    cr_expect_eq(bench.report.reject, REJECT_VENUE_FUNDS);
    cr_expect_eq(bench.report.refuses, VENUE_REFUSES_NEW);
}

/* It sends neither; who does is not Kraken spot. */
Test(kraken_spot_decode, cancel_rejects_and_mass_cancel_reports_are_outside) {
    static const char *const bodies[] = {"35=9|11=a|41=b|37=o|39=0|434=1|102=1|",
                                         "35=r|11=a|37=o|530=1|531=1|", "35=D|11=a|", "35=88|"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        cr_assert(decode(bodies[i]));
        cr_expect_eq(bench.report.kind, VENUE_REPORT_MALFORMED, "%s", bodies[i]);
    }
}

/* What is left decides, too: OrdStatus(39) may lag behind. */
Test(kraken_spot_decode, completeness_of_a_fill) {
    static const struct {
        const char *fields;
        bool complete;
    } table[] = {{"39=2|150=F|151=0|", true},     {"39=1|150=F|151=0.00|", true},
                 {"39=1|150=F|151=0.01|", false}, {"39=1|150=F|", false},
                 {"39=1|150=F|151=.|", false},    {"39=1|150=F|151=0.0.|", false},
                 {"39=2|150=F|", true},           {"39=1|150=4|151=0|", false},
                 {"39=2|150=I|151=0|", true},     {"39=0|150=0|151=1|", false}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body), "35=8|11=a|14=1|31=1|32=1|%s", table[i].fields);
        cr_assert(decode(body));
        cr_expect_eq(bench.report.complete, table[i].complete, "%s", table[i].fields);
    }
}

Test(kraken_spot_decode, what_each_report_is) {
    static const struct {
        const char *fields;
        enum venue_report_kind kind;
        bool triggered;
    } table[] = {
        {"39=0|40=2|150=0|", VENUE_REPORT_ACKNOWLEDGED, true},
        {"39=0|40=4|150=0|", VENUE_REPORT_ACKNOWLEDGED, false},
        {"39=4|40=2|150=4|", VENUE_REPORT_CANCELED, true},
        {"39=C|40=2|150=C|", VENUE_REPORT_EXPIRED, true},
        {"39=5|40=2|150=5|", VENUE_REPORT_REPLACED, true},
        {"39=E|40=2|150=I|", VENUE_REPORT_STATUS, true},
        {"39=0|40=4|150=I|", VENUE_REPORT_STATUS, false},
        {"39=2|40=2|150=I|", VENUE_REPORT_STATUS, true},
        {"39=4|40=2|150=I|", VENUE_REPORT_CANCELED, true},
        {"39=C|40=2|150=I|", VENUE_REPORT_EXPIRED, true},
        {"39=8|40=2|150=I|", VENUE_REPORT_REFUSED, true},
        {"150=I|", VENUE_REPORT_MALFORMED, false},
        {"39=0|40=2|150=D|", VENUE_REPORT_RESTATED, true},
        {"39=0|40=3|150=D|", VENUE_REPORT_RESTATED, false},
        {"39=4|40=2|150=D|", VENUE_REPORT_CANCELED, true},
        {"39=8|40=2|150=8|", VENUE_REPORT_MALFORMED, true},
        {"39=0|40=2|150=xx|", VENUE_REPORT_MALFORMED, false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body), "35=8|11=a|14=1|%s", table[i].fields);
        cr_assert(decode(body));
        cr_expect_eq(bench.report.kind, table[i].kind, "%s", table[i].fields);
        cr_expect(table[i].kind == VENUE_REPORT_MALFORMED ||
                      bench.report.triggered == table[i].triggered,
                  "%s", table[i].fields);
    }
}

/* 168 is never sent from here: a scheduled order is nobody's that we know. What is pending ends. */
Test(kraken_spot_decode, what_is_pending_says_nothing) {
    cr_assert_not(decode("35=8|11=a|14=0|39=A|150=A|"));
    cr_assert_not(decode("35=8|11=a|41=b|14=0|39=E|150=E|"));
    cr_assert_not(decode("35=8|11=a|41=b|14=0|39=6|150=6|"));
}

Test(kraken_spot_decode, replaced_names_both_ids_and_the_new_terms) {
    cr_assert(decode("35=8|11=new|14=0|17=e|37=o|38=2|39=5|40=4|41=old|43=Y|44=90020|54=1|"
                     "55=BTC/USD|59=6|99=90005|150=5|151=2|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_REPLACED);
    expect("11", bench.report.cl_ord_id, "new");
    expect("41", bench.report.orig_cl_ord_id, "old");
    expect("38", bench.report.order_quantity, "2");
    expect("44", bench.report.price, "90020");
    expect("99", bench.report.stop_price, "90005");
}

/* 45 is always 0 there: 379 names the request. */
Test(kraken_spot_decode, business_reject_says_which_kind_it_refuses) {
    static const struct {
        const char *type;
        enum venue_refuses refuses;
    } table[] = {{"D", VENUE_REFUSES_NEW},         {"F", VENUE_REFUSES_CANCEL},
                 {"G", VENUE_REFUSES_REPLACE},     {"H", VENUE_REFUSES_STATUS},
                 {"q", VENUE_REFUSES_MASS_CANCEL}, {"x", VENUE_REFUSES_UNSAID},
                 {"DD", VENUE_REFUSES_UNSAID}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body), "35=j|45=0|58=no|372=%s|379=1775572325000000|380=0|",
                       table[i].type);
        cr_assert(decode(body));
        cr_expect_eq(bench.report.kind, VENUE_REPORT_REFUSED);
        cr_expect_eq(bench.report.refuses, table[i].refuses, "%s", table[i].type);
        expect("379", bench.report.cl_ord_id, "1775572325000000");
    }
    cr_assert(decode("35=j|45=0|58=no|372=D|380=0|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_MALFORMED);
}

/* The sample has neither 372 nor 373: the number is all there is. */
Test(kraken_spot_decode, session_reject_is_of_the_form) {
    sent_ring_note(&bench.venue.sent, 12, REQUEST_REPLACE,
                   (struct request_id){.high = 1, .low = 2});
    (void)decode("35=3|34=14|45=12|58=Missing Mandatory Field: Side (54)|");
    bench.report = (struct venue_report){.request_known = false};
    cr_assert(fix_venue_decode_reject(&bench.venue, &bench.view, &bench.report));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_REFUSED);
    cr_expect_eq(bench.report.reject, REJECT_VENUE_FORM);
    cr_expect_eq(bench.report.refuses, VENUE_REFUSES_REPLACE);
    cr_expect(bench.report.request_known && bench.report.request_id.low == 2);
}

/* The words of the business reject page, and the form that older gateways give them. */
Test(kraken_spot_decode, words_of_a_refusal) {
    static const struct {
        const char *text;
        const char *reason;
        enum reject_code reject;
    } table[] = {
        {"EOrder:Insufficient funds", "0", REJECT_VENUE_FUNDS},
        {"1775572325000000 : EOrder:Insufficient funds", "0", REJECT_VENUE_FUNDS},
        {"EOrder:Post only order", "0", REJECT_VENUE_POST_ONLY},
        {"EOrder:Invalid price", "0", REJECT_VENUE_PRICE},
        {"EOrder:Tick size check failed", "0", REJECT_VENUE_PRICE},
        {"EOrder:Order minimum not met", "0", REJECT_VENUE_QUANTITY},
        {"EOrder:Cost minimum not met", "0", REJECT_VENUE_COST},
        {"EOrder:Rate limit exceeded", "0", REJECT_VENUE_RATE},
        {"EOrder:Orders limit exceeded", "0", REJECT_VENUE_OPEN_ORDERS},
        {"EOrder:Unknown order", "0", REJECT_VENUE_UNKNOWN_ORDER},
        {"EOrder:Reduce only:No position exists", "0", REJECT_VENUE_REDUCE_ONLY},
        {"EGeneral:Invalid arguments", "0", REJECT_VENUE_ARGUMENTS},
        {"EService:Market in cancel_only mode", "0", REJECT_VENUE_MARKET},
        {"ClOrdID invalid value (timestamp is out of date)", "0", REJECT_VENUE_TIME},
        {"EOrder:Something new", "0", REJECT_BY_VENUE},
        {"EOrder:Something new", "101", REJECT_VENUE_UNKNOWN_ORDER},
        {"EOrder:Something new", "104", REJECT_BY_VENUE},
        {"EOrder:Something new", "1", REJECT_BY_VENUE},
        {"EOrder:Something new", "6", REJECT_VENUE_PERMISSION},
        {"EOrder:Something new", "2", REJECT_VENUE_MARKET},
        {"EOrder:Something new", "4294967298", REJECT_BY_VENUE},
        {"EService:Unavailable", "4", REJECT_VENUE_FAILED},
        {"EService:Market in post_only mode", "4", REJECT_VENUE_MARKET},
        {"EOrder:Something new", "4", REJECT_VENUE_FAILED},
        {"EService:Busy", "0", REJECT_VENUE_FAILED},
        {"EService:Something new", "0", REJECT_VENUE_FAILED},
        {"EService:Deadline elapsed", "0", REJECT_VENUE_TIME},
        {"EGeneral:Internal error", "0", REJECT_VENUE_FAILED},
        {"EGeneral:Internal error:42", "0", REJECT_VENUE_FAILED},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char body[256];
        (void)snprintf(body, sizeof(body), "35=j|45=0|58=%s|372=F|379=a|380=%s|", table[i].text,
                       table[i].reason);
        cr_assert(decode(body));
        cr_expect_eq(bench.report.reject, table[i].reject, "%s %s", table[i].text, table[i].reason);
    }
}

/* There is no 150=8: an order that was taken and then refused ends as an unsolicited cancel. */
Test(kraken_spot_decode, words_of_a_cancel) {
    cr_assert(decode("35=8|11=a|14=0|39=4|150=4|58=Post only order|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_CANCELED);
    cr_expect_eq(bench.report.reject, REJECT_VENUE_POST_ONLY);
    cr_assert(decode("35=8|11=a|14=0|39=4|150=4|58=User requested|"));
    cr_expect_eq(bench.report.reject, REJECT_NONE);
}

/* A failure leaves open what became of a request; a report of the order does not. */
Test(kraken_spot_decode, words_of_a_failure_are_no_doubt_in_a_report) {
    cr_assert(decode("35=8|11=a|14=0|39=4|150=4|58=EGeneral:Internal error|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_CANCELED);
    cr_expect_eq(bench.report.reject, REJECT_NONE);
    cr_assert(decode("35=8|11=a|14=0|39=8|150=I|58=EGeneral:Internal error|"));
    cr_expect_eq(bench.report.kind, VENUE_REPORT_REFUSED);
    cr_expect_eq(bench.report.reject, REJECT_BY_VENUE);
}

/* What a report named has arrived, whatever the venue asks for later. */
Test(kraken_spot_decode, report_and_reject_settle_what_was_sent) {
    struct request_id id;
    cr_assert(request_id_parse(BYTES("0000000a-0000-4000-8000-000000000001"), &id));
    sent_ring_note(&bench.venue.sent, 2, REQUEST_NEW_ORDER, id);
    cr_assert(decode("35=8|11=0000000a-0000-4000-8000-000000000001|14=0|39=0|150=0|"));
    cr_expect_eq(sent_ring_find(&bench.venue.sent, 2)->fate, SENT_SETTLED);
    cr_assert(request_id_parse(BYTES("0000000a-0000-4000-8000-000000000002"), &id));
    sent_ring_note(&bench.venue.sent, 3, REQUEST_CANCEL, id);
    cr_assert(decode("35=j|45=0|372=F|379=0000000a-0000-4000-8000-000000000002|380=101|"));
    cr_expect_eq(sent_ring_find(&bench.venue.sent, 3)->fate, SENT_SETTLED);
    cr_assert(request_id_parse(BYTES("0000000a-0000-4000-8000-000000000003"), &id));
    sent_ring_note(&bench.venue.sent, 4, REQUEST_NEW_ORDER, id);
    cr_assert(decode("35=8|11=x|41=0000000a-0000-4000-8000-000000000003|39=4|150=4|"));
    cr_expect_eq(sent_ring_find(&bench.venue.sent, 4)->fate, SENT_SETTLED, "its cancel was taken");
}
