#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/config_test_sample.h"

static void check_all(const struct config_bad_case *cases, size_t count) {
    config_bad_check_all(config_sample, cases, count);
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof((cases)[0]))

Test(config_bad, integers) {
    static const struct config_bad_case cases[] = {
        {"orders: 1000\n", "orders: @1e6\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @1_000\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @1O0\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @1.5\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @98x\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @010\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @+5\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @\" 5\"\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @0x10\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @\"\"\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders:@\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @-1\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @|\n    5\n", CONFIG_CODE_VALUE},
        {"orders: 1000\n", "orders: @99999999999999999999\n", CONFIG_CODE_RANGE},
        {"orders: 1000\n", "orders: @0\n", CONFIG_CODE_RANGE},
        {"orders: 1000\n", "orders: @16777217\n", CONFIG_CODE_RANGE},
        {"requests_per_venue: 2000", "requests_per_venue: @1048577", CONFIG_CODE_RANGE},
        {"ledger_cells: 1024", "ledger_cells: @1000", CONFIG_CODE_VALUE},
        {"id: 7", "id: @64", CONFIG_CODE_RANGE},
        {"slew_ppm: 200", "slew_ppm: @501", CONFIG_CODE_RANGE},
        {"step: slew", "step: @creep", CONFIG_CODE_VALUE},
        {"cells: 4096", "cells: @4095", CONFIG_CODE_VALUE},
        {"cells: 4096", "cells: @32", CONFIG_CODE_RANGE},
        {"version: 1", "version: @2", CONFIG_CODE_RANGE},
        {"core: 3", "core: @4", CONFIG_CODE_HOST},
        {"core: 3", "core: @any", CONFIG_CODE_VALUE},
        {"core: 3", "core: @1024", CONFIG_CODE_RANGE},
        {"pages: 2m", "pages: @2k", CONFIG_CODE_VALUE},
        {"numa_node: 1", "numa_node: @64", CONFIG_CODE_RANGE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, durations_and_sizes) {
    static const struct config_bad_case cases[] = {
        {"idle_wait: 250us", "idle_wait: @250", CONFIG_CODE_VALUE},
        {"idle_wait: 250us", "idle_wait: @2s", CONFIG_CODE_RANGE},
        {"late_report_window: 2m", "late_report_window: @2 m", CONFIG_CODE_VALUE},
        {"late_report_window: 2m", "late_report_window: @9223372036854775807h", CONFIG_CODE_RANGE},
        {"order_validity: 3s", "order_validity: @61s", CONFIG_CODE_RANGE},
        {"order_validity: 3s", "order_validity: @1s", CONFIG_CODE_RANGE},
        {"heartbeat: 60s", "heartbeat: @1500ms", CONFIG_CODE_VALUE},
        {"heartbeat: {min: 5s, max: 30s}", "heartbeat: @{min: 31s, max: 30s}",
         CONFIG_CODE_CONFLICT},
        {"reconnect: {min: 100ms, max: 1m}", "reconnect: {min: @1ms, max: 1m}", CONFIG_CODE_RANGE},
        {"reconnect: {min: 100ms, max: 1m}", "reconnect: @{min: 2m, max: 1m}",
         CONFIG_CODE_CONFLICT},
        {"per_minute: 140", "per_minute: @0", CONFIG_CODE_RANGE},
        {"cancel_reserve: 16", "cancel_reserve: @125", CONFIG_CODE_CONFLICT},
        {"cancel_reserve: 16", "cancel_reserve: @7", CONFIG_CODE_CONFLICT},
        {"message_bytes_max: 4KiB", "message_bytes_max: @4096", CONFIG_CODE_VALUE},
        {"message_bytes_max: 4KiB", "message_bytes_max: @4KB", CONFIG_CODE_VALUE},
        {"message_bytes_max: 4KiB", "message_bytes_max: @1023B", CONFIG_CODE_RANGE},
        {"send_buffer: 1MiB", "send_buffer: @65MiB", CONFIG_CODE_RANGE},
        {"send_buffer: 1MiB\n  receive_buffer: 8192B\n  ledger_cells: 1024",
         "send_buffer: 1MiB\n  receive_buffer: @4095B\n  ledger_cells: 1024", CONFIG_CODE_RANGE},
        {"message_bytes_max: 4KiB\n  send_buffer: 1MiB\n  receive_buffer: 8192B",
         "message_bytes_max: 16KiB\n  send_buffer: 1MiB\n  receive_buffer: @8192B",
         CONFIG_CODE_CONFLICT},
    };
    CHECK_ALL(cases);
}

Test(config_bad, words_choices_and_endpoints) {
    static const struct config_bad_case cases[] = {
        {"mode: live", "mode: @LIVE", CONFIG_CODE_VALUE},
        {"mode: live", "mode: @", CONFIG_CODE_VALUE},
        {"poll: spin", "poll: @busy", CONFIG_CODE_VALUE},
        {"cancel_on_disconnect: on", "cancel_on_disconnect: @yes", CONFIG_CODE_VALUE},
        {"reset_on_logon: false", "reset_on_logon: @No", CONFIG_CODE_VALUE},
        {"name: test-1", "name: @test 1", CONFIG_CODE_VALUE},
        {"name: test-1", "name: @a23456789012345678901234567890123", CONFIG_CODE_RANGE},
        {"name: KRAKEN-2", "name: @kraken-2", CONFIG_CODE_VALUE},
        {"sender_comp_id: DELTA", "sender_comp_id: @DEL TA", CONFIG_CODE_VALUE},
        {"sender_comp_id: DELTA", "sender_comp_id: @\"DEL\\x01TA\"", CONFIG_CODE_VALUE},
        {"sender_comp_id: DELTA",
         "sender_comp_id: @D234567890123456789012345678901234567890123456789012345678901234",
         CONFIG_CODE_RANGE},
        {"address: 10.0.0.1:5001", "address: @localhost:5001", CONFIG_CODE_VALUE},
        {"address: 10.0.0.1:5001", "address: @10.0.0.1", CONFIG_CODE_VALUE},
        {"address: 10.0.0.1:5001", "address: @10.0.0.1:65536", CONFIG_CODE_VALUE},
        {"address: 127.0.0.1:4002", "address: @127.0.0.1:0", CONFIG_CODE_VALUE},
        {"address: 127.0.0.1:4002", "address: @0.0.0.0:4002", CONFIG_CODE_VALUE},
        {"file: /var/lib/tercel/ledger.csv", "file: @/var/lib/tercel/", CONFIG_CODE_VALUE},
        {"symbol: ETH-USD", "symbol: @ETH USD", CONFIG_CODE_VALUE},
        {"symbol: ETH-USD", "symbol: @ETH.USD", CONFIG_CODE_VALUE},
        {"symbol: ETH-USD", "symbol: @ETH-USD-12345678901234567890123X", CONFIG_CODE_RANGE},
        {"name: KRAKEN-2", "name: @KRAKEN.2", CONFIG_CODE_VALUE},
        {"address: 10.0.0.1:5001", "address: @10.0.0.1:05001", CONFIG_CODE_VALUE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, schedules) {
#define WEEK "      start: sun 18:00\n      end: fri 16:00\n"
    static const struct config_bad_case cases[] = {
        {"start: 17:00", "start: @24:00", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @17:60", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @7:00", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @17", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @17:00:0", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @sunday 17:00", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @mon  17:00", CONFIG_CODE_VALUE},
        {"start: 17:00", "start: @[mon]", CONFIG_CODE_SHAPE},
        {"end: 16:30:15", "end: @fri 16:30", CONFIG_CODE_CONFLICT},
        {"{start: 17:00, end: 16:30:15,", "{start: @17:00,", CONFIG_CODE_CONFLICT},
        {"{start: 17:00, end: 16:30:15,", "{end: @16:30,", CONFIG_CODE_CONFLICT},
        {"{start: 17:00, end: 16:30:15, days: [mon, fri], zone: Europe/Oslo}",
         "{days: @[mon, fri]}", CONFIG_CODE_CONFLICT},
        {"{start: 17:00, end: 16:30:15, days: [mon, fri], zone: Europe/Oslo}",
         "{zone: @Europe/Oslo}", CONFIG_CODE_CONFLICT},
        {"days: [mon, fri]", "days: [mon, @fry]", CONFIG_CODE_VALUE},
        {"days: [mon, fri]", "days: [mon, @mon]", CONFIG_CODE_TWICE},
        {"days: [mon, fri]", "days: @[]", CONFIG_CODE_MISSING},
        {"days: [mon, fri]", "days: @mon", CONFIG_CODE_SHAPE},
        {"days: [mon, fri]", "@day: [mon, fri]", CONFIG_CODE_UNKNOWN_KEY},
        {WEEK, WEEK "      days: @[mon]\n", CONFIG_CODE_CONFLICT},
        {"zone: Europe/Oslo", "zone: @../Oslo", CONFIG_CODE_VALUE},
        {"zone: Europe/Oslo", "zone: @/etc/localtime", CONFIG_CODE_VALUE},
        {"zone: Europe/Oslo", "zone: @Europe/", CONFIG_CODE_VALUE},
        {"zone: Europe/Oslo", "zone: @Europe//Oslo", CONFIG_CODE_VALUE},
        {"zone: Europe/Oslo", "zone: @Europe Oslo", CONFIG_CODE_VALUE},
        {"zone: Europe/Oslo",
         "zone: @Z234567890123456789012345678901234567890123456789012345678901234",
         CONFIG_CODE_RANGE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, decimals) {
    static const struct config_bad_case cases[] = {
        {"tick: 0.5", "tick: @.5", CONFIG_CODE_VALUE},
        {"tick: 0.5", "tick: @5e-1", CONFIG_CODE_VALUE},
        {"tick: 0.5", "tick: @-0.5", CONFIG_CODE_VALUE},
        {"tick: 0.5", "tick: @0.0", CONFIG_CODE_RANGE},
        {"tick: 0.5", "tick: @0.25", CONFIG_CODE_CONFLICT},
        {"tick: 0.5", "tick: @922337203685477580.8", CONFIG_CODE_RANGE},
        {"lot: 0.00000005", "lot: @0.000000005", CONFIG_CODE_CONFLICT},
        /* A lot that does not divide the minimum is told at the minimum. */
        {"lot: 1\n    min_quantity: 10", "lot: 3\n    min_quantity: @10", CONFIG_CODE_CONFLICT},
        {"lot: 1\n    min_quantity: 10", "lot: 20\n    min_quantity: @10", CONFIG_CODE_CONFLICT},
        {"lot: 1\n    min_quantity: 10", "lot: 2\n    contract_size: @3\n    min_quantity: 10",
         CONFIG_CODE_CONFLICT},
        {"lot: 1\n    min_quantity: 10", "lot: 2\n    contract_size: @0\n    min_quantity: 10",
         CONFIG_CODE_RANGE},
        {"price_digits: 2", "price_digits: @19", CONFIG_CODE_RANGE},
        {"quantity_digits: 0", "quantity_digits: @eight", CONFIG_CODE_VALUE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, shapes_and_keys) {
    static const struct config_bad_case cases[] = {
        {"  orders: 1000\n", "  orders: @[1000]\n", CONFIG_CODE_SHAPE},
        {"  orders: 1000\n", "  orders: @{a: 1}\n", CONFIG_CODE_SHAPE},
        {"shard:\n  id: 7\n", "shard: @7\n", CONFIG_CODE_SHAPE},
        {"shard:\n  id: 7\n", "shard: @[7]\n", CONFIG_CODE_SHAPE},
        {"    accounts: [A2, B1]\n", "    accounts: @A2\n", CONFIG_CODE_SHAPE},
        {"    accounts: [A2, B1]\n", "    accounts: [A2, B1, @A2]\n", CONFIG_CODE_TWICE},
        {"    accounts: [A2, B1]\n", "    accounts: [A2, B1, @\"\"]\n", CONFIG_CODE_VALUE},
        {"    accounts: [A2, B1]\n", "    accounts: [A2, B1, @[C]]\n", CONFIG_CODE_VALUE},
        {"    venues: [KRAKEN]\n", "    venues: @[]\n", CONFIG_CODE_MISSING},
        {"  id: 7\n", "  id: 7\n  @id: 7\n", CONFIG_CODE_TWICE},
        {"shard:\n  id: 7\n", "shard:\n  id: 7\n@shard:\n  id: 7\n", CONFIG_CODE_TWICE},
        {"  id: 7\n", "  id: 7\n  @idd: 7\n", CONFIG_CODE_UNKNOWN_KEY},
        {"version: 1\n", "version: 1\n@<<: {a: 1}\n", CONFIG_CODE_UNKNOWN_KEY},
        {"version: 1\n", "version: 1\n@limit: {orders: 5}\n", CONFIG_CODE_UNKNOWN_KEY},
        {"version: 1\n", "version: 1\n@\"a b\": 1\n", CONFIG_CODE_UNKNOWN_KEY},
        /* What a section lacks is told where the section starts. */
        {"  - name: oe-1\n    address", "  - @address", CONFIG_CODE_MISSING},
        {"  - name: KRAKEN\n    dialect: kraken-spot\n", "  - @name: KRAKEN\n",
         CONFIG_CODE_MISSING},
    };
    CHECK_ALL(cases);
}

Test(config_bad, yaml_that_is_not_taken) {
    static const struct config_bad_case cases[] = {
        {"id: 7", "id: @&a 7", CONFIG_CODE_UNSUPPORTED},
        {"shard:\n", "shard: @&a\n", CONFIG_CODE_UNSUPPORTED},
        {"id: 7", "id: @*a", CONFIG_CODE_UNSUPPORTED},
        {"id: 7", "id: @!!int 7", CONFIG_CODE_UNSUPPORTED},
        {"accounts: [A2, B1]", "accounts: @!x [A2, B1]", CONFIG_CODE_UNSUPPORTED},
        {"# A comment.\n", "@%YAML 1.1\n---\n", CONFIG_CODE_UNSUPPORTED},
        {"deadline: 20s\n", "deadline: 20s\n@---\nversion: 1\n", CONFIG_CODE_UNSUPPORTED},
        {"version: 1\n", "version: 1\n? @[a]\n: 1\n", CONFIG_CODE_SHAPE},
        {"version: 1\n", "version: 1\n@\"\": 1\n", CONFIG_CODE_SHAPE},
        {"version: 1\n", "version: 1\nx: [[[[[[[@[]]]]]]]]\n", CONFIG_CODE_LARGE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, syntax) {
    static const struct config_bad_case cases[] = {
        {"  id: 7\n", "  id: 7\n   @x: 1\n", CONFIG_CODE_SYNTAX},
        {"  id: 7\n", "@\tid: 7\n", CONFIG_CODE_SYNTAX},
        {"accounts: [A2, B1]\n", "accounts: [A2, B1\n", CONFIG_CODE_SYNTAX},
        {"id: 7", "id: \"7", CONFIG_CODE_SYNTAX},
        {"id: 7", "id: `7", CONFIG_CODE_SYNTAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t line;
        uint32_t column;
        char *text = config_sample_edit(cases[i].old, cases[i].new, &line, &column);
        struct config_report *report;
        cr_expect_null(config_sample_load(text, &report));
        cr_expect_eq(report->error_count, 1);
        cr_expect_eq(report->errors[0].code, CONFIG_CODE_SYNTAX, "%s: %03d", cases[i].new,
                     (int)report->errors[0].code);
        free(text);
    }
}

Test(config_bad, bytes_that_are_no_text) {
    static const struct config_bad_case cases[] = {
        {"id: 7", "id: @\x01", CONFIG_CODE_TEXT},
        {"id: 7", "id: @\x7f", CONFIG_CODE_TEXT},
        {"id: 7", "id: 7 @\r# old line end", CONFIG_CODE_TEXT},
        {"# A comment.", "@\xef\xbb\xbf# byte order mark", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xff", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xc0\xaf", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xed\xa0\x80", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xf4\x90\x80\x80", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xe2\x80\xae direction", CONFIG_CODE_TEXT},
        {"# A comment.", "# @\xc2\x85 next line", CONFIG_CODE_TEXT},
    };
    CHECK_ALL(cases);
    static struct config_report report;
    struct config_host host = config_sample_host();
    cr_expect_null(config_load_bytes(bytes_of("a: 1\nb\0c: 1\n", 12), "x", &host, &report));
    cr_expect_eq(report.errors[0].code, CONFIG_CODE_TEXT);
    cr_expect_eq(report.errors[0].line, 2);
    cr_expect_eq(report.errors[0].column, 2);
}

Test(config_bad, columns_count_characters_and_comments_may_be_any_text) {
    check_all(
        &(struct config_bad_case){
            "instance: {name: test-1, mode: live}",
            "# caf\xc3\xa9 \xe2\x82\xac\ninstance: {name: @\"\xc3\xa9\", mode: live}",
            CONFIG_CODE_VALUE},
        1);
    /* Two characters of two bytes before it on its line: the '@' counts bytes, the loader not. */
    uint32_t line;
    uint32_t column;
    char *text = config_sample_edit("instance: {name: test-1, mode: live}",
                                    "instance: {name: a, \"\xc3\xa9\xc3\xa9\": 1, mode: @x}", &line,
                                    &column);
    struct config_report *report;
    cr_assert_null(config_sample_load(text, &report));
    cr_assert_eq(report->error_count, 2);
    cr_expect_eq(report->errors[1].column, column - 2);
    free(text);
}

Test(config_bad, names_that_must_differ) {
    static const struct config_bad_case cases[] = {
        {"name: oe-2", "name: @oe-1", CONFIG_CODE_NOT_UNIQUE},
        {"address: '[::1]:5002'", "address: @10.0.0.1:5001", CONFIG_CODE_NOT_UNIQUE},
        {"name: delta", "name: @acme", CONFIG_CODE_NOT_UNIQUE},
        {"sender_comp_id: DELTA", "sender_comp_id: @ACME", CONFIG_CODE_NOT_UNIQUE},
        {"symbol: ETH-USD", "symbol: @BTC-USD", CONFIG_CODE_NOT_UNIQUE},
        {"symbol: ETH/USD", "symbol: @BTC/USD", CONFIG_CODE_NOT_UNIQUE},
        {"      - venue: KRAKEN-2\n        symbol: XBT/USD",
         "      - venue: @KRAKEN\n        symbol: XBT/USD", CONFIG_CODE_NOT_UNIQUE},
        {"    address: 127.0.0.1:4002\n    sender_comp_id: TERCEL2",
         "    address: 127.0.0.1:4001\n    sender_comp_id: @TERCEL1", CONFIG_CODE_NOT_UNIQUE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, references_and_limits_that_do_not_fit) {
    static const struct config_bad_case cases[] = {
        {"venues: [KRAKEN]", "venues: [KRAKEN, @OKX]", CONFIG_CODE_REFERENCE},
        {"venue: KRAKEN-2", "venue: @BYBIT", CONFIG_CODE_REFERENCE},
        {"accounts: [A2, B1]", "accounts: [A2, B1, @C1]", CONFIG_CODE_REFERENCE},
        {"    accounts: [A1, A2]\n    venues: [KRAKEN]",
         "    accounts: [A1, @B1]\n"
         "    venues: [KRAKEN]",
         CONFIG_CODE_REFERENCE},
        {"client_connections: 10", "client_connections: @1", CONFIG_CODE_CONFLICT},
        {"limits:\n  orders: 1000\n  requests_per_venue: 2000\n  client_connections: 10\n"
         "  reports_per_client: 500\n  message_bytes_max: 4KiB\n  send_buffer: 1MiB\n",
         "limits:\n  @orders: 1000\n  requests_per_venue: 2000\n  client_connections: 4096\n"
         "  reports_per_client: 500\n  message_bytes_max: 4KiB\n  send_buffer: 64MiB\n",
         CONFIG_CODE_HOST},
        {"limits:\n  orders: 1000\n  requests_per_venue: 2000\n  client_connections: 10\n"
         "  reports_per_client: 500\n",
         "limits:\n  @orders: 1000\n  requests_per_venue: 2000\n  client_connections: 10\n"
         "  reports_per_client: 1000000\n",
         CONFIG_CODE_HOST},
        {"tls: off", "tls: @on", CONFIG_CODE_NOT_BUILT},
        {"address: 127.0.0.1:4001", "address: @8.8.8.8:443", CONFIG_CODE_UNSAFE},
        {"  - name: acme\n    sender_comp_id: ACME\n    target_comp_id: TERCEL\n"
         "    password_file: acme.hash\n",
         "  - @name: acme\n    sender_comp_id: ACME\n    target_comp_id: TERCEL\n",
         CONFIG_CODE_UNSAFE},
    };
    CHECK_ALL(cases);
}

Test(config_bad, a_default_that_does_not_fit_is_told_too) {
    uint32_t line;
    uint32_t column;
    char *text =
        config_sample_edit("  message_bytes_max: 4KiB\n  send_buffer: 1MiB\n"
                           "  receive_buffer: 8192B\n",
                           "  message_bytes_max: 64KiB\n  send_buffer: 32KiB\n", &line, &column);
    struct config_report *report;
    cr_assert_null(config_sample_load(text, &report));
    cr_expect_eq(report->error_count, 1, "the default receive_buffer holds 64KiB");
    cr_expect_str_eq(report->errors[0].key, "limits.send_buffer");
    free(text);
}

Test(config_bad, warnings) {
    static const struct config_bad_case cases[] = {
        {"address: 127.0.0.1:4001", "address: @10.9.8.7:4001", CONFIG_CODE_UNSAFE},
        {"requests_per_venue: 2000", "requests_per_venue: @999", CONFIG_CODE_CONFLICT},
        {"core: 3\n    poll: spin", "core: none\n    poll: @spin", CONFIG_CODE_CONFLICT},
        {"    accounts: [B1]\n", "    accounts: [B1, @Z9]\n", CONFIG_CODE_UNUSED},
        {"      - venue: KRAKEN-2\n        symbol: XBT/USD\n", "", CONFIG_CODE_UNUSED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t line;
        uint32_t column;
        char *text = config_sample_edit(cases[i].old, cases[i].new, &line, &column);
        struct config_report *report;
        struct config *config = config_sample_load(text, &report);
        cr_expect_not_null(config, "%s", cases[i].new);
        cr_expect_eq(report->warning_count, 1, "%s: %u", cases[i].new, report->warning_count);
        const struct config_problem *warning = &report->warnings[0];
        cr_expect_eq(warning->code, cases[i].code, "%s", cases[i].new);
        cr_expect(line == 0 || (warning->line == line && warning->column == column), "%s: %u:%u",
                  cases[i].new, warning->line, warning->column);
        config_free(config);
        free(text);
    }
}

Test(config_bad, nothing_in_the_file) {
    static const char *const texts[] = {"", "\n\n", "# only words\n", "---\n", "42\n", "[1]\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct config_report *report;
        cr_expect_null(config_sample_load(texts[i], &report), "%s", texts[i]);
        cr_expect_geq(report->error_count, 1);
    }
}

Test(config_bad, all_errors_are_counted_and_the_first_fifty_kept) {
    char text[4096] = "version: 1\n";
    size_t len = strlen(text);
    for (int i = 0; i < 60; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "nokey%d: 1\n", i);
    }
    struct config_report *report;
    cr_assert_null(config_sample_load(text, &report));
    cr_expect_geq(report->error_count, 60);
    cr_expect_eq(report->kept_errors, CONFIG_PROBLEMS_MAX);
    char *printed = config_sample_print(report);
    cr_expect_not_null(strstr(printed, "that are not shown"));
    free(printed);
}

Test(config_bad, lists_longer_than_fit_and_sections_with_too_many_keys) {
    static char text[65536];
    size_t len = 0;
    for (int i = 0; i < 65; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "k%d: 1\n", i);
    }
    struct config_report *report;
    cr_assert_null(config_sample_load(text, &report));
    cr_expect_eq(report->errors[0].code, CONFIG_CODE_LARGE);
    cr_expect_eq(report->errors[0].line, 65);
    len = (size_t)snprintf(text, sizeof(text), "listen:\n");
    for (int i = 0; i < CONFIG_LISTENERS_MAX + 5; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "  - {name: a%d, address: '127.0.0.1:%d', kind: order_entry}\n", i,
                                1000 + i);
    }
    cr_assert_null(config_sample_load(text, &report));
    bool found = false;
    for (uint32_t i = 0; i < report->kept_errors; i++) {
        const struct config_problem *problem = &report->errors[i];
        found |= problem->code == CONFIG_CODE_LARGE && problem->line == CONFIG_LISTENERS_MAX + 2;
    }
    cr_expect(found);
}
