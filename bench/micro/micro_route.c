#include <string.h>

#include "bench/micro/micro.h"
#include "bench/micro/micro_message.h"
#include "core/fix/fix_tag.h"
#include "core/route/client_decode.h"
#include "core/route/client_encode.h"
#include "core/route/fix_venue.h"
#include "venues/kraken/kraken_spot.h"

static const struct now now = {.mono = {.ns = 1000 * NS_PER_S},
                               .utc = {.ns = INT64_C(1767614400123456789)}};

static struct directory *make_directory(void) {
    struct instrument_table_limits limits = {.instruments = 1, .venues = 1};
    static const struct hash_seed seed = {.key = "0123456789abcde"};
    struct instrument_table *table =
        instrument_table_init(micro_memory(instrument_table_footprint(limits)), limits, &seed);
    struct instrument_spec spec = {.symbol = BYTES("BTC-USD"),
                                   .price_digits = 1,
                                   .quantity_digits = 8,
                                   .tick = {1},
                                   .lot = {1},
                                   .min_quantity = {10000},
                                   .max_quantity = {1000000000000}};
    uint32_t index = 0;
    bool well = instrument_table_add(table, &spec, &index) == INSTRUMENT_ADD_OK &&
                instrument_table_add_venue(table, 0, 0, BYTES("BTC/USD")) == INSTRUMENT_ADD_OK;
    micro_require(well, "no instrument");
    instrument_table_seal(table);
    struct directory *directory = micro_memory(sizeof(*directory));
    directory->instruments = table;
    directory->accounts[0] = BYTES("MM1");
    directory->account_count = 1;
    directory->venues[0].name = BYTES("KRAKEN");
    account_set_add(&directory->venues[0].accounts, 0);
    directory->venue_count = 1;
    directory->clients[0] = (struct directory_client){.name = BYTES("firma"), .venues = 1};
    account_set_add(&directory->clients[0].accounts, 0);
    directory->client_count = 1;
    return directory;
}

struct decoding {
    const struct directory *directory;
    struct micro_messages messages;
    struct client_decode decode;
    struct fix_view views[MICRO_CYCLE];
};

static void *make_decoding(void) {
    struct decoding *decoding = micro_memory(sizeof(*decoding));
    decoding->directory = make_directory();
    micro_new_orders(&decoding->messages);
    for (uint32_t i = 0; i < MICRO_CYCLE; i++) {
        uint32_t bad;
        micro_require(fix_view_parse(micro_message_at(&decoding->messages, i), &decoding->views[i],
                                     &bad) == FIX_VIEW_OK,
                      "a message was refused");
    }
    return decoding;
}

static void run_decode(void *state, uint32_t i) {
    struct decoding *decoding = state;
    enum client_decode_result result = client_decode_new(&decoding->views[i % MICRO_CYCLE],
                                                         decoding->directory, 0, &decoding->decode);
    micro_require(result == CLIENT_DECODE_OK, "an order was refused");
}

struct encoding {
    struct client_encoder encoder;
    struct client_report report;
    struct fix_venue venue;
    struct order order;
    char room[CLIENT_REPORT_BYTES_MAX];
};

static void fill_report(struct client_report *report) {
    *report = (struct client_report){
        .kind = CLIENT_REPORT_EXECUTION,
        .exec_type = 'F',
        .ord_status = '1',
        .side = '1',
        .type = '2',
        .time_in_force = '1',
        .order_known = true,
        .order_number = 123456,
        .exec_number = 234567,
        .quantity = {50000000},
        .filled = {12345678},
        .last_quantity = {12345678},
        .price = {300001},
        .last_price = {300001},
        .average_scaled = 300001,
        .average_digits = 1,
        .instrument_known = true,
        .transact_time = now.utc,
    };
    report->cl_ord_id.len = report_copy(report->cl_ord_id.text, CL_ORD_ID_MAX, BYTES("ORD1234567"));
    report->venue_order_id_len =
        report_copy(report->venue_order_id, REPORT_ID_MAX, BYTES("OQNCZM-NVAVC-AVD2LO"));
    report->trade_id_len = report_copy(report->trade_id, REPORT_ID_MAX, BYTES("T1234567"));
}

static void fill_order(struct order *order) {
    order->side = ORDER_BUY;
    order->type = ORDER_LIMIT;
    order->time_in_force = TIF_GTC;
    order->quantity.scaled = 12345678;
    order->price.scaled = 300001;
}

static void *make_encoding(void) {
    struct encoding *encoding = micro_memory(sizeof(*encoding));
    encoding->encoder =
        (struct client_encoder){.directory = make_directory(), .run = "K7Q2", .time_digits = 3};
    fill_report(&encoding->report);
    fill_order(&encoding->order);
    struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .sender_comp_id = BYTES("TERCEL"),
        .target_comp_id = BYTES("KRAKEN-TRD"),
        .api_key = BYTES("KEY"),
        .reset_on_logon = true,
        .order_validity = {.ns = 5 * NS_PER_S},
        .heartbeat_s = 30,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .message_bytes_max = 4096,
    };
    fix_venue_init(&encoding->venue, &config);
    return encoding;
}

static void run_report(void *state, uint32_t i) {
    struct encoding *encoding = state;
    struct fix_writer writer;
    encoding->report.last_quantity.scaled = 12345678 + i % MICRO_CYCLE;
    fix_writer_begin(&writer, encoding->room, sizeof(encoding->room), BYTES("FIX.4.4"));
    fix_put_bytes(&writer, FIX_MSG_TYPE, client_report_msg_type(&encoding->report));
    client_report_encode(&encoding->encoder, &encoding->report, &writer);
    micro_require(fix_writer_finish(&writer) > 200, "a report was not written");
}

static void run_venue_new(void *state, uint32_t i) {
    struct encoding *encoding = state;
    const struct instrument_table *instruments = encoding->encoder.directory->instruments;
    struct fix_writer writer;
    encoding->order.quantity.scaled = 12345678 + i % MICRO_CYCLE;
    struct fix_venue_subject what = {
        .order = &encoding->order,
        .instrument = instrument_table_at(instruments, 0),
        .symbol = instrument_table_venue_symbol(instruments, 0, 0),
        .cl_ord_id = BYTES("9e58120f-182b-4dce-9609-8ca7cdd174f0"),
    };
    fix_writer_begin(&writer, encoding->room, sizeof(encoding->room), BYTES("FIX.4.4"));
    fix_put_bytes(&writer, FIX_MSG_TYPE, BYTES("D"));
    fix_venue_encode(&encoding->venue, now, REQUEST_NEW_ORDER, &what, &writer);
    micro_require(fix_writer_finish(&writer) > 100, "an order was not written");
}

const struct micro_benchmark micro_route[] = {
    {"client_decode_new", make_decoding, run_decode, false},
    {"client_report_encode", make_encoding, run_report, false},
    {"fix_venue_encode_new", make_encoding, run_venue_new, false},
    {NULL, NULL, NULL, false},
};
