#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/ledger_writer.h"

static struct directory directory;
static char table_memory[65536] __attribute__((aligned(64)));

static void fill_directory(void) {
    struct hash_seed seed = {.key = {1, 2, 3}};
    struct instrument_table_limits limits = {.instruments = 4, .venues = 2};
    cr_assert_leq(instrument_table_footprint(limits), sizeof(table_memory));
    struct instrument_table *table = instrument_table_init(table_memory, limits, &seed);
    struct instrument_spec btc = {.symbol = BYTES("BTC-USD"),
                                  .price_digits = 1,
                                  .quantity_digits = 8,
                                  .tick = {.scaled = 1},
                                  .lot = {.scaled = 1},
                                  .min_quantity = {.scaled = 1},
                                  .max_quantity = {.scaled = INT64_MAX}};
    uint32_t index;
    cr_assert_eq(instrument_table_add(table, &btc, &index), INSTRUMENT_ADD_OK);
    struct instrument_spec whole = btc;
    whole.symbol = BYTES("WHOLE");
    whole.price_digits = 0;
    whole.quantity_digits = 0;
    cr_assert_eq(instrument_table_add(table, &whole, &index), INSTRUMENT_ADD_OK);
    instrument_table_seal(table);
    directory.instruments = table;
    directory.client_count = 1;
    directory.clients[0].name = BYTES("acme-1");
    directory.venue_count = 1;
    directory.venues[0].name = BYTES("KRAKEN");
}

static const char *row_of(const struct ledger_record *record) {
    static char *text;
    size_t bytes = 0;
    free(text);
    FILE *file = open_memstream(&text, &bytes);
    cr_assert_not_null(file);
    ledger_write_row(file, &directory, record);
    (void)fclose(file);
    return text;
}

static struct ledger_record filled_order(void) {
    struct ledger_record record = {.order_number = 7,
                                   .state = ORDER_FILLED,
                                   .instrument_known = true,
                                   .price_known = true,
                                   .side = '1',
                                   .quantity = {.scaled = 150000000},
                                   .filled = {.scaled = 150000000},
                                   .price = {.scaled = 600001},
                                   .fills = 2,
                                   .average_scaled = INT64_C(6000005000000),
                                   .average_digits = 8};
    record.cl_ord_id.len = 2;
    memcpy(record.cl_ord_id.text, "A1", 3);
    memcpy(record.venue_cl_ord_id, "0000000a-0000-4000-8000-000000000001", 37);
    memcpy(record.venue_order_id, "OQNCZM-NVAVC-AVD2LO", 20);
    record.venue_order_id_len = 19;
    record.notional = (uint64_t)90000075 * 1000000;
    return record;
}

Test(ledger_row, a_filled_order, .init = fill_directory) {
    struct ledger_record record = filled_order();
    cr_assert_str_eq(row_of(&record),
                     "acme-1,A1,BTC-USD,KRAKEN,0000000a-0000-4000-8000-000000000001,"
                     "OQNCZM-NVAVC-AVD2LO,buy,1.5,60000.1,filled,1.5,60000.05,0,2,90000.075,,\n");
}

Test(ledger_row, states_and_what_is_left, .init = fill_directory) {
    static const struct {
        enum order_state state;
        const char *part;
    } table[] = {{ORDER_PENDING_NEW, ",pending,0,,1.5,0,0,"},
                 {ORDER_NEW, ",new,0,,1.5,0,0,"},
                 {ORDER_CANCELED, ",canceled,0,,0,0,0,"},
                 {ORDER_EXPIRED, ",expired,0,,0,0,0,"},
                 {ORDER_IN_DOUBT, ",in_doubt,0,,1.5,0,0,"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ledger_record record = filled_order();
        record.state = table[i].state;
        record.filled.scaled = 0;
        record.fills = 0;
        record.notional = 0;
        cr_assert_not_null(strstr(row_of(&record), table[i].part), "%s", row_of(&record));
    }
}

Test(ledger_row, a_market_order_has_no_price, .init = fill_directory) {
    struct ledger_record record = filled_order();
    record.price_known = false;
    cr_assert_not_null(strstr(row_of(&record), ",buy,1.5,,filled,"));
}

/* 2^127 is beyond any order, and exact all the same. */
Test(ledger_row, a_notional_is_exact_at_any_size, .init = fill_directory) {
    struct ledger_record record = filled_order();
    record.notional = 1;
    cr_assert_not_null(strstr(row_of(&record), ",2,0.000000001,,"), "%s", row_of(&record));
    record.instrument = 1;
    record.notional = record.notional << 127;
    cr_assert_not_null(strstr(row_of(&record), ",170141183460469231731687303715884105728,,"), "%s",
                       row_of(&record));
}

Test(ledger_row, a_refusal_keeps_the_clients_words, .init = fill_directory) {
    struct ledger_record record = {.state = ORDER_REJECTED,
                                   .refuser = LEDGER_REFUSED_BY_ROUTER,
                                   .reject = REJECT_UNKNOWN_SYMBOL,
                                   .side = '2',
                                   .symbol_len = 8,
                                   .quantity_text_len = 3,
                                   .symbol = "DOGE,USD",
                                   .quantity_text = "0.1"};
    record.cl_ord_id.len = 1;
    memcpy(record.cl_ord_id.text, "X", 2);
    cr_assert_str_eq(row_of(&record),
                     "acme-1,X,DOGE?USD,,,,sell,0.1,,rejected,0,,0,0,0,router,TRC-ORD-001\n");
}

/* A venue's order id is the venue's bytes. */
Test(ledger_row, no_bytes_of_a_venue_begin_a_column_or_a_row, .init = fill_directory) {
    struct ledger_record record = filled_order();
    memcpy(record.venue_order_id, "O,1\n2\"", 6);
    record.venue_order_id_len = 6;
    cr_assert_not_null(strstr(row_of(&record), ",O?1?2?,buy,"), "%s", row_of(&record));
}
