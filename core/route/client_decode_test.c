#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/fix/fix_tag.h"
#include "core/fix/test_message.h"
#include "core/route/client_decode.h"

/* What a message becomes; what is refused, and how, is tested from outside (bench/sim). */

static struct directory directory;
static struct test_message message;
static struct fix_view view;
static struct client_decode decode;

static void add(struct instrument_table *table, const char *symbol, uint32_t venues) {
    struct instrument_spec spec = {.symbol = bytes_of_string(symbol),
                                   .price_digits = 2,
                                   .quantity_digits = 4,
                                   .cash_digits = 3,
                                   .contract = {symbol[0] == 'B' ? 2500 : 0},
                                   .tick = {5},
                                   .lot = {10},
                                   .min_quantity = {10},
                                   .max_quantity = {INT64_MAX}};
    uint32_t index;
    cr_assert_eq(instrument_table_add(table, &spec, &index), INSTRUMENT_ADD_OK);
    for (uint32_t v = 0; v < 3; v++) {
        cr_assert((venues >> v & 1) == 0 ||
                  instrument_table_add_venue(table, index, v, spec.symbol) == INSTRUMENT_ADD_OK);
    }
}

static void fill_directory(void) {
    struct instrument_table_limits limits = {.instruments = 3, .venues = 3};
    static const struct hash_seed seed;
    struct instrument_table *table =
        instrument_table_init(aligned_alloc(64, instrument_table_footprint(limits)), limits, &seed);
    add(table, "AAA-USD", 1);
    add(table, "BBB-USD", 7);
    add(table, "CCC-USD", 6);
    instrument_table_seal(table);
    directory = (struct directory){
        .instruments = table,
        .accounts = {BYTES("ACC0"), BYTES("ACC1")},
        .account_count = 2,
        .venues = {{.name = BYTES("V0")}, {.name = BYTES("V1")}, {.name = BYTES("V2")}},
        .venue_count = 3,
        .clients = {{.name = BYTES("all"), .only_account = ROUTE_NONE, .venues = 7},
                    {.name = BYTES("some"), .only_account = 1, .venues = 3}},
        .client_count = 2,
    };
    for (uint32_t v = 0; v < 3; v++) {
        account_set_add(&directory.venues[v].accounts, 0);
        account_set_add(&directory.venues[v].accounts, 1);
    }
    account_set_add(&directory.clients[0].accounts, 0);
    account_set_add(&directory.clients[0].accounts, 1);
    account_set_add(&directory.clients[1].accounts, 1);
}

static void parse(const char *type, const char *fields) {
    char body[1024];
    uint32_t bad;
    int len = snprintf(body, sizeof(body), "35=%s|34=7|49=C|52=20260105-12:00:00.000|56=R|%s", type,
                       fields);
    message = test_message_with(bytes_of(body, (size_t)len));
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK);
}

static const struct order_request *decode_new(uint32_t client, const char *fields) {
    parse("D", fields);
    enum client_decode_result result = client_decode_new(&view, &directory, client, &decode);
    cr_assert_eq(result, CLIENT_DECODE_OK, "%s: %d, reason %d, tag %u, code %d", fields, result,
                 decode.reason, decode.ref_tag, decode.refuse);
    return &decode.request;
}

static void free_directory(void) {
    free((void *)(uintptr_t)directory.instruments);
}

TestSuite(client_decode, .init = fill_directory, .fini = free_directory);

#define COMMON "11=ID|1=ACC0|60=20260105-12:00:00.123|"

Test(client_decode, a_limit_order) {
    const struct order_request *request =
        decode_new(0, COMMON "55=AAA-USD|54=1|38=12.34|40=2|44=00100.050|");
    cr_assert_eq(request->kind, ORDER_REQUEST_NEW);
    cr_assert_eq(request->client, 0);
    cr_assert_eq(request->account, 0);
    cr_assert_eq(request->instrument, 0);
    cr_assert_eq(request->venue, 0);
    cr_assert_eq(request->side, ORDER_BUY);
    cr_assert_eq(request->type, ORDER_LIMIT);
    cr_assert_eq(request->time_in_force, TIF_GTC);
    cr_assert_eq(request->flags, 0);
    cr_assert_str_eq(request->cl_ord_id.text, "ID");
    cr_assert_eq(request->cl_ord_id.len, 2);
    cr_assert_eq(request->quantity.scaled, 123400);
    cr_assert_eq(request->price.scaled, 10005);
    cr_assert_eq(request->transact_time.ns, INT64_C(1767614400123) * NS_PER_MS);
}

Test(client_decode, sides_types_and_times) {
    const struct order_request *request =
        decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=1|59=3|21=1|");
    cr_assert_eq(request->side, ORDER_SELL);
    cr_assert_eq(request->type, ORDER_MARKET);
    cr_assert_eq(request->time_in_force, TIF_IOC);
    cr_assert_eq(request->price.scaled, 0);
    request = decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=2|44=1|59=4|");
    cr_assert_eq(request->time_in_force, TIF_FOK);
    request = decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=2|44=1|59=1|18=6|");
    cr_assert_eq(request->time_in_force, TIF_GTC);
    cr_assert_eq(request->flags, ORDER_POST_ONLY);
}

/* By suffix, by ExDestination, by both when they agree, or by there being one only. */
Test(client_decode, the_venue) {
    static const struct {
        uint32_t client;
        const char *fields;
        uint32_t venue;
    } cases[] = {
        {0, "55=BBB-USD.V0|", 0}, {0, "55=BBB-USD|100=V1|", 1}, {0, "55=BBB-USD.V2|100=V2|", 2},
        {0, "55=AAA-USD|", 0},    {0, "55=CCC-USD|100=V2|", 2}, {0, "55=AAA-USD.V0|100=V0|", 0},
        {1, "55=CCC-USD|", 1}, /* V2 lists it, too, but not for this client */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char fields[256];
        snprintf(fields, sizeof(fields), "11=ID|1=ACC1|60=20260105-12:00:00|54=1|38=1|40=1|%s",
                 cases[i].fields);
        cr_assert_eq(decode_new(cases[i].client, fields)->venue, cases[i].venue, "%s", fields);
    }
}

Test(client_decode, an_only_account_need_not_be_said) {
    const struct order_request *request =
        decode_new(1, "11=ID|60=20260105-12:00:00|55=AAA-USD|54=1|38=1|40=1|");
    cr_assert_eq(request->account, 1);
}

Test(client_decode, ids_of_any_printable_kind_up_to_the_longest) {
    char fields[256];
    static const char *const ids[] = {"x", "!~{}=;'", "123456789012345678901234567890123456"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(fields, sizeof(fields),
                 "11=%s|1=ACC0|60=20260105-12:00:00|55=AAA-USD|54=1|38=1|40=1|", ids[i]);
        cr_assert_str_eq(decode_new(0, fields)->cl_ord_id.text, ids[i]);
    }
}

Test(client_decode, a_cancel_names_the_order_and_nothing_else_counts) {
    parse("F", "11=C1|41=ID|1=WRONG|38=no number|54=9|55=NOWHERE|100=NOBODY|"
               "60=20260105-12:00:00|");
    cr_assert_eq(client_decode_cancel(&view, 1, &decode), CLIENT_DECODE_OK);
    cr_assert_eq(decode.request.kind, ORDER_REQUEST_CANCEL);
    cr_assert_eq(decode.request.client, 1);
    cr_assert_str_eq(decode.request.cl_ord_id.text, "C1");
    cr_assert_str_eq(decode.request.orig_cl_ord_id.text, "ID");
}

/* What a refusal echoes is there however early the decoding stopped. */
Test(client_decode, a_refusal_has_the_clients_own_words) {
    parse("D", COMMON "55=NOPE|54=5|38=1.5|40=2|44=7|");
    cr_assert_eq(client_decode_new(&view, &directory, 0, &decode), CLIENT_DECODE_REFUSE);
    cr_assert_eq(decode.refuse, REJECT_UNSUPPORTED);
    cr_assert(bytes_equal(decode.raw.symbol, BYTES("NOPE")));
    cr_assert(bytes_equal(decode.raw.quantity, BYTES("1.5")));
    cr_assert(bytes_equal(decode.raw.price, BYTES("7")));
    cr_assert(bytes_equal(decode.raw.side, BYTES("5")));
    cr_assert_str_eq(decode.request.cl_ord_id.text, "ID");
}

/* Nothing of the message before is left in it. */
Test(client_decode, starts_from_nothing_each_time) {
    decode_new(0, "97=N|" COMMON "55=AAA-USD|54=2|38=1|40=2|44=1|59=1|18=6|");
    decode_new(0, "11=I|1=ACC0|60=20260105-12:00:00|55=AAA-USD|54=1|38=1|40=1|");
    cr_assert_eq(decode.request.flags, 0);
    cr_assert_eq(decode.request.price.scaled, 0);
    cr_assert_eq(decode.raw.price.len, 0);
}

Test(client_decode, stops_dates_money_and_instructions) {
    const struct order_request *request =
        decode_new(0, COMMON "55=AAA-USD|54=1|38=1|40=4|44=7.5|99=7.25|59=6|"
                             "126=20260105-13:00:00|18=E|");
    cr_assert_eq(request->type, ORDER_STOP_LIMIT);
    cr_assert_eq(request->price.scaled, 750);
    cr_assert_eq(request->stop_price.scaled, 725);
    cr_assert_eq(request->time_in_force, TIF_GTD);
    cr_assert_eq(request->expire_time.ns, INT64_C(1767618000) * NS_PER_S);
    cr_assert_eq(request->flags, ORDER_REDUCE_ONLY);
    request = decode_new(0, COMMON "55=AAA-USD|54=1|152=20.125|40=1|59=3|");
    cr_assert_eq(request->flags, ORDER_CASH);
    cr_assert_eq(request->cash.scaled, 20125);
    cr_assert_eq(request->quantity.scaled, 0);
    request = decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=2|44=1|18=6 E|");
    cr_assert_eq(request->flags, ORDER_POST_ONLY | ORDER_REDUCE_ONLY);
    request = decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=3|99=1|");
    cr_assert_eq(request->type, ORDER_STOP);
}

Test(client_decode, contracts_become_base_units) {
    const struct order_request *request =
        decode_new(0, COMMON "55=BBB-USD.V1|54=1|38=3|854=1|40=1|");
    cr_assert_eq(request->quantity.scaled, 7500);
    request = decode_new(0, COMMON "55=BBB-USD.V1|54=1|38=3|854=0|40=1|");
    cr_assert_eq(request->quantity.scaled, 30000);
}

static enum client_decode_result decode_any(const char *type, const char *fields) {
    parse(type, fields);
    switch (type[0]) {
    case 'D':
        return client_decode_new(&view, &directory, 0, &decode);
    case 'F':
        return client_decode_cancel(&view, 0, &decode);
    case 'G':
        return client_decode_replace(&view, &directory, 0, &decode);
    case 'H':
        return client_decode_status(&view, 0, &decode);
    default:
        return client_decode_mass_cancel(&view, &directory, 0, &decode);
    }
}

#define NEW COMMON "55=AAA-USD|54=1|"
#define CHANGE "11=R|41=ID|55=AAA-USD|54=1|60=20260105-12:00:00|"
#define TIME "60=20260105-12:00:00|"

/* 373 and 371, by message. */
Test(client_decode, what_is_wrong_with_the_form) {
    static const struct {
        const char *type;
        const char *fields;
        enum fix_reject_reason reason;
        uint32_t tag;
    } cases[] = {
        {"D", NEW "38=1|40=2|", FIX_REJECT_TAG_MISSING, 44},
        {"D", NEW "38=1|40=1|44=1|", FIX_REJECT_VALUE, 44},
        {"D", NEW "38=1|40=3|", FIX_REJECT_TAG_MISSING, 99},
        {"D", NEW "38=1|40=3|99=1|44=1|", FIX_REJECT_VALUE, 44},
        {"D", NEW "38=1|40=4|99=1|", FIX_REJECT_TAG_MISSING, 44},
        {"D", NEW "38=1|40=2|44=1|99=1|", FIX_REJECT_VALUE, 99},
        {"D", NEW "38=1|40=2|44=1|59=6|", FIX_REJECT_TAG_MISSING, 126},
        {"D", NEW "38=1|40=2|44=1|126=20260105-12:00:00|", FIX_REJECT_VALUE, 126},
        {"D", NEW "38=1|40=2|44=1|59=6|126=20260105|", FIX_REJECT_FORMAT, 126},
        {"D", NEW "40=1|", FIX_REJECT_TAG_MISSING, 38},
        {"D", NEW "38=1|152=1|40=1|", FIX_REJECT_VALUE, 152},
        {"D", NEW "152=1|854=0|40=1|", FIX_REJECT_VALUE, 854},
        {"D", NEW "152=one|40=1|", FIX_REJECT_FORMAT, 152},
        {"D", NEW "38=1|40=1|854=2|", FIX_REJECT_VALUE, 854},
        {"D", NEW "38=1|40=2|44=1|18=66|", FIX_REJECT_VALUE, 18},
        {"D", NEW "38=1|40=2|44=1|18=6 |", FIX_REJECT_VALUE, 18},
        {"D", NEW "38=1|40=2|44=1|18= 6|", FIX_REJECT_VALUE, 18},
        {"D", NEW "38=1|40=2|44=1|18=6  E|", FIX_REJECT_VALUE, 18},
        {"D", NEW "38=1|40=2|44=1|18=6,E|", FIX_REJECT_VALUE, 18},
        {"D", NEW "38=1|40=1|15=USD|", FIX_REJECT_TAG_NOT_DEFINED, 15},
        {"D", NEW "38=1|40=1|41=X|", FIX_REJECT_TAG_NOT_DEFINED, 41},
        {"D", NEW "38=1|40=1|20000=X|", FIX_REJECT_TAG_NOT_DEFINED, 20000},
        {"D", NEW "38=1|40=1|38=1|", FIX_REJECT_TAG_TWICE, 38},
        {"D", NEW "38=1|40=1|21=|", FIX_REJECT_TAG_EMPTY, 21},
        {"D", NEW "38=1x|40=1|", FIX_REJECT_FORMAT, 38},
        {"G", CHANGE "40=2|44=1|", FIX_REJECT_TAG_MISSING, 38},
        {"G", CHANGE "38=1|44=1|", FIX_REJECT_TAG_MISSING, 40},
        {"G", CHANGE "38=1|40=2|", FIX_REJECT_TAG_MISSING, 44},
        {"G", CHANGE "152=1|40=1|", FIX_REJECT_TAG_NOT_DEFINED, 152},
        {"G", CHANGE "38=1|40=2|44=1|59=1|126=20260105-12:00:00|", FIX_REJECT_VALUE, 126},
        {"H", "54=1|", FIX_REJECT_TAG_MISSING, 11},
        {"H", "11=ID|60=20260105-12:00:00|", FIX_REJECT_TAG_NOT_DEFINED, 60},
        {"H", "11=ID|790=1234567890123456789012345678901234567|", FIX_REJECT_VALUE, 790},
        {"q", "11=ID|530=1|", FIX_REJECT_TAG_MISSING, 60},
        {"q", "11=ID|" TIME, FIX_REJECT_TAG_MISSING, 530},
        {"q", "11=ID|530=1|" TIME, FIX_REJECT_TAG_MISSING, 55},
        {"q", "11=ID|530=7|55=AAA-USD|" TIME, FIX_REJECT_VALUE, 55},
        {"q", "11=ID|530=8|" TIME, FIX_REJECT_VALUE, 530},
        {"q", "11=ID|530=11|" TIME, FIX_REJECT_VALUE, 530},
        {"F", "11=C|60=20260105-12:00:00|", FIX_REJECT_TAG_MISSING, 41},
        {"F", "11=C|41=ID|", FIX_REJECT_TAG_MISSING, 60},
        {"F", "11=C|41=I D|60=20260105-12:00:00|", FIX_REJECT_VALUE, 41},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum client_decode_result result = decode_any(cases[i].type, cases[i].fields);
        cr_expect(result == CLIENT_DECODE_REJECT && decode.reason == cases[i].reason &&
                      decode.ref_tag == cases[i].tag,
                  "%s %s: %d, 373=%d 371=%u", cases[i].type, cases[i].fields, result, decode.reason,
                  decode.ref_tag);
    }
}

Test(client_decode, what_is_wrong_with_the_meaning) {
    static const struct {
        const char *type;
        const char *fields;
        enum reject_code code;
    } cases[] = {
        {"D", NEW "38=1|40=2|44=1|59=0|", REJECT_UNSUPPORTED},
        {"D", NEW "38=1|40=2|44=1|18=G|", REJECT_UNSUPPORTED},
        {"D", NEW "38=1|40=1|18=6|", REJECT_UNSUPPORTED},
        {"D", NEW "38=1|40=2|44=1|59=3|18=6|", REJECT_UNSUPPORTED},
        {"D", NEW "38=1|40=4|44=1|99=1|18=6|", REJECT_UNSUPPORTED},
        {"D", NEW "152=1|40=2|44=1|", REJECT_UNSUPPORTED},
        {"D", NEW "152=0|40=1|", REJECT_CASH_RANGE},
        {"D", NEW "152=-1|40=1|", REJECT_CASH_RANGE},
        {"D", NEW "152=0.0001|40=1|", REJECT_CASH_RANGE},
        {"D", NEW "152=9223372036854775.808|40=1|", REJECT_CASH_RANGE},
        {"D", NEW "38=1|40=3|99=0|", REJECT_STOP_PRICE},
        {"D", NEW "38=1|40=3|99=1.001|", REJECT_STOP_PRICE},
        {"D", NEW "38=1|854=1|40=1|", REJECT_CONTRACTS},
        {"D", COMMON "55=BBB-USD.V1|54=1|38=1.5|854=1|40=1|", REJECT_QUANTITY_PRECISION},
        {"D", COMMON "55=BBB-USD.V1|54=1|38=0|854=1|40=1|", REJECT_QUANTITY_RANGE},
        {"D", COMMON "55=BBB-USD.V1|54=1|38=3689348814741911|854=1|40=1|", REJECT_QUANTITY_RANGE},
        {"G", "11=R|41=ID|55=NOPE|54=1|40=1|38=1|" TIME, REJECT_UNKNOWN_SYMBOL},
        {"G", CHANGE "38=1|40=1|100=NOPE|", REJECT_UNKNOWN_VENUE},
        {"q", "11=ID|530=3|" TIME, REJECT_MASS_CANCEL_SCOPE},
        {"q", "11=ID|530=1|55=NOPE|" TIME, REJECT_UNKNOWN_SYMBOL},
        {"q", "11=ID|530=1|55=AAA-USD.V1|" TIME, REJECT_NOT_LISTED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum client_decode_result result = decode_any(cases[i].type, cases[i].fields);
        cr_expect(result == CLIENT_DECODE_REFUSE && decode.refuse == cases[i].code,
                  "%s %s: %d, code %d, 373=%d 371=%u", cases[i].type, cases[i].fields, result,
                  decode.refuse, decode.reason, decode.ref_tag);
    }
}

Test(client_decode, a_mass_cancel_of_one_instrument_or_of_all) {
    const struct order_request *request = &decode.request;
    cr_assert_eq(decode_any("q", "11=M|530=7|" TIME), CLIENT_DECODE_OK);
    cr_assert_eq(request->scope, MASS_CANCEL_ALL);
    cr_assert_eq(request->instrument, INSTRUMENT_NONE);
    cr_assert_eq(request->venue, ROUTE_NONE);
    cr_assert_eq(decode_any("q", "11=M|530=1|55=BBB-USD|" TIME), CLIENT_DECODE_OK);
    cr_assert_eq(request->scope, MASS_CANCEL_INSTRUMENT);
    cr_assert_eq(request->instrument, 1);
    cr_assert_eq(request->venue, ROUTE_NONE);
    cr_assert_eq(decode_any("q", "11=M|530=1|55=BBB-USD.V2|" TIME), CLIENT_DECODE_OK);
    cr_assert_eq(request->venue, 2);
}

Test(client_decode, a_replace_says_all_terms_and_keeps_what_cannot_change) {
    static const struct {
        const char *fields;
        enum reject_code code;
    } cases[] = {
        {"38=2|40=2|44=1|", REJECT_NONE},
        {"38=2|40=2|44=1|59=1|1=ACC0|100=V0|18=6|21=1|", REJECT_NONE},
        {"38=2|40=1|", REJECT_REPLACE_TERMS},
        {"38=2|40=2|44=1|59=3|", REJECT_REPLACE_TERMS},
        {"38=2|40=2|44=1|1=ACC1|", REJECT_REPLACE_TERMS},
        {"38=2|40=2|44=1|1=NOPE|", REJECT_REPLACE_TERMS},
        {"38=2|40=2|44=1|18=6 E|", REJECT_REPLACE_TERMS},
        {"38=2|40=2|44=1|59=6|126=20260105-12:00:00|", REJECT_REPLACE_TERMS},
    };
    struct order order = {
        .type = ORDER_LIMIT, .flags = ORDER_POST_ONLY, .account = 0, .instrument = 0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char fields[256];
        snprintf(fields, sizeof(fields), CHANGE "%s", cases[i].fields);
        cr_assert_eq(decode_any("G", fields), CLIENT_DECODE_OK, "%s", fields);
        cr_expect_eq(client_replace_keeps(&decode, &order), cases[i].code, "%s", fields);
        cr_expect_eq(decode.request.quantity.scaled, 20000);
    }
    order.side = ORDER_SELL;
    cr_assert_eq(decode_any("G", CHANGE "38=2|40=2|44=1|"), CLIENT_DECODE_OK);
    cr_assert_eq(client_replace_keeps(&decode, &order), REJECT_REPLACE_TERMS);
    order = (struct order){.type = ORDER_LIMIT, .instrument = 1};
    cr_assert_eq(client_replace_keeps(&decode, &order), REJECT_REPLACE_TERMS);
    order = (struct order){.type = ORDER_LIMIT,
                           .time_in_force = TIF_GTD,
                           .expire_time = {INT64_C(1767614400000000000)}};
    cr_assert_eq(decode_any("G", CHANGE "38=2|40=2|44=1|59=6|"), CLIENT_DECODE_OK);
    cr_assert_eq(client_replace_keeps(&decode, &order), REJECT_NONE);
    cr_assert_eq(decode_any("G", CHANGE "38=2|40=2|44=1|59=6|126=20260105-12:00:01|"),
                 CLIENT_DECODE_OK);
    cr_assert_eq(client_replace_keeps(&decode, &order), REJECT_REPLACE_TERMS);
}

Test(client_decode, a_status_names_an_order) {
    cr_assert_eq(decode_any("H", "11=ID|790=Q1|54=1|55=WHATEVER|1=X|"), CLIENT_DECODE_OK);
    cr_assert_str_eq(decode.request.cl_ord_id.text, "ID");
    cr_assert(bytes_equal(decode.raw.status_id, BYTES("Q1")));
}
