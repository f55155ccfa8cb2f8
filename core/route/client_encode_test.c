#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_tag.h"
#include "core/route/client_encode.h"

/* What reports look like is tested from outside (bench/sim); here, that the largest has room. */

#define NAME "1234567890123456789012345678901234567890123456789012345678901234"
#define SYMBOL_31 "1234567890123456789012345678901"

static struct directory directory;
static struct client_encoder encoder;

static void fill_directory(void) {
    struct instrument_table_limits limits = {.instruments = 1, .venues = 1};
    static const struct hash_seed seed;
    struct instrument_table *table =
        instrument_table_init(aligned_alloc(64, instrument_table_footprint(limits)), limits, &seed);
    struct instrument_spec spec = {.symbol = BYTES(SYMBOL_31),
                                   .price_digits = 9,
                                   .quantity_digits = 9,
                                   .tick = {1},
                                   .lot = {1},
                                   .min_quantity = {1},
                                   .max_quantity = {INT64_MAX}};
    uint32_t index;
    cr_assert_eq(instrument_table_add(table, &spec, &index), INSTRUMENT_ADD_OK);
    instrument_table_seal(table);
    directory = (struct directory){.instruments = table,
                                   .accounts = {BYTES(NAME)},
                                   .account_count = 1,
                                   .venues = {{.name = BYTES(NAME)}},
                                   .venue_count = 1};
    encoder = (struct client_encoder){
        .directory = &directory, .run = "123456789012345", .time_digits = 9};
}

static void free_directory(void) {
    free((void *)(uintptr_t)directory.instruments);
}

TestSuite(client_encode, .init = fill_directory, .fini = free_directory);

static void fill_id(struct cl_ord_id *id) {
    memset(id->text, 'x', CL_ORD_ID_MAX);
    id->len = CL_ORD_ID_MAX;
}

/* Every field there is, each as long as it can be. */
static struct client_report largest(enum client_report_kind kind, bool instrument_known) {
    struct client_report report;
    memset(&report, 'x', sizeof(report));
    report.kind = kind;
    report.reject = REJECT_IN_DOUBT;
    report.exec_type = instrument_known ? 'F' : '8';
    report.triggered = true;
    report.ord_status = '1';
    report.order_known = true;
    report.last_is_average = true;
    report.account = report.instrument = report.venue = 0;
    report.order_number = report.exec_number = report.ref_seq = UINT64_MAX;
    fill_id(&report.cl_ord_id);
    fill_id(&report.orig_cl_ord_id);
    report.quantity.scaled = INT64_MAX;
    report.filled.scaled = report.last_quantity.scaled = INT64_MAX / 2;
    report.price.scaled = report.last_price.scaled = INT64_MAX;
    report.average_scaled = INT64_MAX;
    report.average_digits = 9;
    report.instrument_known = instrument_known;
    report.transact_time.ns = INT64_MAX;
    report.symbol_len = report.venue_order_id_len = report.trade_id_len = REPORT_ID_MAX;
    report.quantity_text_len = report.price_text_len = DECIMAL_TEXT_MAX;
    report.text_len = REPORT_TEXT_MAX;
    report.flags = ORDER_POST_ONLY | ORDER_REDUCE_ONLY | ORDER_CASH;
    report.leaves.scaled = report.cash.scaled = report.stop_price.scaled = INT64_MAX;
    report.expire_time.ns = INT64_MAX;
    report.total_affected = UINT32_MAX;
    report.stop_text_len = report.cash_text_len = DECIMAL_TEXT_MAX;
    report.status_id_len = REPORT_ID_MAX;
    report.fee_count = REPORT_FEES_MAX;
    for (unsigned i = 0; i < REPORT_FEES_MAX; i++) {
        report.fees[i].amount_len = DECIMAL_TEXT_MAX;
        report.fees[i].currency_len = REPORT_CURRENCY_MAX;
        report.fees[i].type_len = REPORT_FEE_TYPE_MAX;
    }
    return report;
}

static size_t encode(const struct client_report *report) {
    static char room[CLIENT_REPORT_BYTES_MAX];
    static struct fix_time_cache cache;
    struct fix_writer writer;
    fix_writer_begin(&writer, room, sizeof(room), BYTES("FIXT.1.1"));
    fix_put_bytes(&writer, FIX_MSG_TYPE, client_report_msg_type(report));
    fix_put_uint(&writer, FIX_MSG_SEQ_NUM, UINT64_MAX);
    fix_put_bytes(&writer, FIX_SENDER_COMP_ID, BYTES(NAME));
    fix_put_utc(&writer, FIX_SENDING_TIME, &cache, report->transact_time, 9);
    fix_put_bytes(&writer, FIX_TARGET_COMP_ID, BYTES(NAME));
    client_report_encode(&encoder, report, &writer);
    return fix_writer_finish(&writer);
}

Test(client_encode, the_largest_reports_have_room) {
    struct client_report report = largest(CLIENT_REPORT_EXECUTION, true);
    cr_assert_gt(encode(&report), 800);
    report = largest(CLIENT_REPORT_EXECUTION, false);
    cr_assert_gt(encode(&report), 500);
    report = largest(CLIENT_REPORT_CANCEL_REJECT, true);
    cr_assert_gt(encode(&report), 300);
    report = largest(CLIENT_REPORT_MASS_CANCEL, true);
    cr_assert_gt(encode(&report), 300);
    report = largest(CLIENT_REPORT_BUSINESS_REJECT, true);
    cr_assert_gt(encode(&report), 200);
}

Test(client_encode, message_types) {
    static const char *const types[] = {"8", "9", "j", "r"};
    for (unsigned kind = 0; kind < 4; kind++) {
        struct client_report report = {.kind = (enum client_report_kind)kind};
        cr_assert(bytes_equal(client_report_msg_type(&report), bytes_of_string(types[kind])));
    }
}

Test(client_encode, ids_of_any_number) {
    static const struct {
        const char *run;
        uint64_t number;
        const char *text;
    } cases[] = {
        {"R1", 0, "R1-O0"},
        {"", 7, "-O7"},
        {"abcdefghijklmno", UINT64_MAX, "abcdefghijklmno-O18446744073709551615"},
    };
    for (size_t i = 0; i < 3; i++) {
        char out[RUN_PREFIX_MAX + 23];
        size_t len = client_format_id(cases[i].run, 'O', cases[i].number, out);
        cr_assert(bytes_equal(bytes_of(out, len), bytes_of_string(cases[i].text)));
    }
}

/* A report as order entry makes them, with everything that kind can have. */
static struct client_report typical(enum client_report_kind kind, char exec_type, char status) {
    struct client_report report = {.kind = kind,
                                   .reject = REJECT_UNKNOWN_ORDER,
                                   .exec_type = exec_type,
                                   .ord_status = status,
                                   .side = '1',
                                   .type = '4',
                                   .time_in_force = '6',
                                   .response_to = '2',
                                   .liquidity = '1',
                                   .business_reason = '1',
                                   .mass_request = '7',
                                   .mass_response = '7',
                                   .triggered = true,
                                   .flags = ORDER_POST_ONLY | ORDER_REDUCE_ONLY | ORDER_CASH,
                                   .order_known = true,
                                   .instrument_known = true,
                                   .ref_msg_type = "H",
                                   .ref_seq = 7,
                                   .cl_ord_id = {.len = 1, .text = "B"},
                                   .orig_cl_ord_id = {.len = 1, .text = "A"},
                                   .quantity = {5},
                                   .filled = {3},
                                   .leaves = {2},
                                   .cash = {7},
                                   .last_quantity = {1},
                                   .price = {9},
                                   .stop_price = {8},
                                   .last_price = {9},
                                   .expire_time = {NS_PER_S},
                                   .symbol_len = 3,
                                   .symbol = "A-B",
                                   .status_id_len = 1,
                                   .status_id = "Q",
                                   .trade_id_len = 1,
                                   .trade_id = "T",
                                   .venue_order_id_len = 1,
                                   .venue_order_id = "V",
                                   .text_len = 4,
                                   .text = "text",
                                   .fee_count = 2};
    for (unsigned i = 0; i < 2; i++) {
        report.fees[i] = (struct report_fee){.amount_len = 4,
                                             .amount = "-0.1",
                                             .currency_len = 3,
                                             .currency = "USD",
                                             .type_len = 1,
                                             .type = "4"};
    }
    return report;
}

static void expect_fix44(const struct client_report *report) {
    static char room[CLIENT_REPORT_BYTES_MAX];
    static struct fix_time_cache cache;
    static struct fix_view view;
    struct fix_writer writer;
    struct fix_fault fault = {.tag = 0};
    uint32_t bad;
    fix_writer_begin(&writer, room, sizeof(room), BYTES("FIX.4.4"));
    fix_put_bytes(&writer, FIX_MSG_TYPE, client_report_msg_type(report));
    fix_put_uint(&writer, FIX_MSG_SEQ_NUM, 1);
    fix_put_bytes(&writer, FIX_SENDER_COMP_ID, BYTES("US"));
    fix_put_utc(&writer, FIX_SENDING_TIME, &cache, report->transact_time, 3);
    fix_put_bytes(&writer, FIX_TARGET_COMP_ID, BYTES("THEM"));
    client_report_encode(&encoder, report, &writer);
    size_t len = fix_writer_finish(&writer);
    cr_assert_eq(fix_view_parse(bytes_of(room, len), &view, &bad), FIX_VIEW_OK);
    cr_expect_eq(fix_dictionary_check(&fix44_dictionary, &view, 0, &fault), FIX_CHECK_OK,
                 "373=%d 371=%u: %.*s", (int)fault.reason, fault.tag, (int)len, room);
}

Test(client_encode, every_kind_of_report_is_fix44) {
    static const char executions[][2] = {{'0', '0'}, {'F', '1'}, {'F', '2'}, {'4', '4'},
                                         {'C', 'C'}, {'8', '8'}, {'I', 'A'}, {'I', '8'},
                                         {'5', 'E'}, {'D', '0'}, {'5', '6'}};
    for (size_t i = 0; i < sizeof(executions) / sizeof(executions[0]); i++) {
        struct client_report report =
            typical(CLIENT_REPORT_EXECUTION, executions[i][0], executions[i][1]);
        expect_fix44(&report);
        report.instrument_known = false;
        report.order_known = false;
        expect_fix44(&report);
    }
    for (int kind = CLIENT_REPORT_CANCEL_REJECT; kind <= CLIENT_REPORT_MASS_CANCEL; kind++) {
        struct client_report report = typical((enum client_report_kind)kind, '\0', '8');
        expect_fix44(&report);
        report.mass_response = '0';
        report.order_known = false;
        expect_fix44(&report);
    }
}

/* OrdRejReason and CxlRejReason of every code are values that FIX 4.4 has. */
Test(client_encode, every_code_is_fix44) {
    for (int code = 1; code < REJECT_CODES; code++) {
        struct client_report report = typical(CLIENT_REPORT_EXECUTION, '8', '8');
        report.reject = (enum reject_code)code;
        expect_fix44(&report);
        report = typical(CLIENT_REPORT_CANCEL_REJECT, '\0', '0');
        report.reject = (enum reject_code)code;
        expect_fix44(&report);
        report = typical(CLIENT_REPORT_MASS_CANCEL, '\0', '0');
        report.reject = (enum reject_code)code;
        report.mass_response = '0';
        expect_fix44(&report);
    }
}
