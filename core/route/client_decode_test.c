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
    decode_new(0, COMMON "55=AAA-USD|54=2|38=1|40=2|44=1|59=1|18=6|97=N|");
    decode_new(0, "11=I|1=ACC0|60=20260105-12:00:00|55=AAA-USD|54=1|38=1|40=1|");
    cr_assert_eq(decode.request.flags, 0);
    cr_assert_eq(decode.request.price.scaled, 0);
    cr_assert_eq(decode.raw.price.len, 0);
}
