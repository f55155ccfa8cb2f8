#include "core/app/config_report.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/config_test_sample.h"

static char *print_edit(const char *old, const char *new) {
    uint32_t line;
    uint32_t column;
    char *text = config_sample_edit(old, new, &line, &column);
    struct config_report *report;
    config_free(config_sample_load(text, &report));
    free(text);
    return config_sample_print(report);
}

Test(config_report, an_error_says_what_where_why_and_what_to_do) {
    char *printed = print_edit("orders: 1000", "orders: 1_000  # one thousand");
    static const char expected[] =
        "dir/test.yaml:13:11  TRC-CFG-007  limits.orders: not a whole number (\"1_000\")\n"
        "    13 |   orders: 1_000\n"
        "       |           ^^^^^ digits only: write 1000\n"
        "1 error, 0 warnings\n"
        "{\"file\":\"dir/test.yaml\",\"errors\":1,\"warnings\":0,\"problems\":["
        "{\"severity\":\"error\",\"code\":\"TRC-CFG-007\",\"line\":13,\"column\":11,"
        "\"key\":\"limits.orders\",\"what\":\"not a whole number (\\\"1_000\\\")\","
        "\"do\":\"digits only: write 1000\"}]}\n";
    cr_expect_str_eq(printed, expected);
    free(printed);
}

Test(config_report, an_unknown_key_gets_the_nearest_one) {
    char *printed = print_edit("heartbeat: 60s", "heartbeet: 60s");
    cr_expect_not_null(strstr(printed, "venues[0]: unknown key \"heartbeet\""));
    cr_expect_not_null(strstr(printed, "meant \"heartbeat\"?"));
    free(printed);
    printed = print_edit("id: 7", "tick: 7");
    cr_expect_not_null(strstr(printed, "\"tick\" belongs under instruments"));
    free(printed);
}

/* What is near is named first; what is near nothing gets only what is allowed. */
Test(config_report, a_wrong_word_gets_the_nearest_one) {
    static const struct {
        const char *old;
        const char *new;
        const char *advice;
    } rows[] = {
        {"mode: live", "mode: LIVE", " meant \"live\"? one of:"},
        {"mode: live", "mode: papper", " meant \"paper\"? one of:"},
        {"mode: live", "mode: both", " one of:"},
        {"poll: spin", "poll: spn", " meant \"spin\"? one of:"},
        {"self_trade_prevention: cancel_both", "self_trade_prevention: cancel-both",
         " meant \"cancel_both\"? one of:"},
        {"name: KRAKEN\n    dialect: kraken-spot", "name: KRAKEN\n    dialect: kraken_spot",
         " meant \"kraken-spot\"? one of:"},
        {"venue: KRAKEN-2", "venue: KRAKEN_2", " meant \"KRAKEN-2\"? write the name"},
        {"venue: KRAKEN-2", "venue: COINBASE", " write the name of a section"},
        {"venues: [KRAKEN]", "venues: [Kraken]", " meant \"KRAKEN\"? write the name"},
        {"accounts: [A2, B1]", "accounts: [A2, BB1]", " meant \"B1\"? add it to"},
        {"accounts: [A2, B1]", "accounts: [A2, ZEBRA]", " add it to the accounts"},
        {"limits:\n", "limit:\n", " meant \"limits\"?"},
        {"orders: 1000", "Orders: 1000", " meant \"orders\"?"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *printed = print_edit(rows[i].old, rows[i].new);
        cr_expect_not_null(strstr(printed, rows[i].advice), "%s gives\n%s", rows[i].new, printed);
        free(printed);
    }
}

Test(config_report, a_long_line_is_shown_around_the_place) {
    char line[1000];
    snprintf(line, sizeof(line), "accounts: [A2, B1, %600sb/d]", "");
    char *printed = print_edit("accounts: [A2, B1]", line);
    const char *caret = strstr(printed, "^^^");
    cr_assert_not_null(caret);
    cr_expect_not_null(strstr(printed, "b/d"));
    for (const char *start = printed; start != NULL; start = strchr(start + 1, '\n')) {
        const char *end = strchr(start + 1, '\n');
        bool excerpt = strstr(start, " | ") != NULL && end != NULL && strstr(start, " | ") < end;
        cr_expect(!excerpt || end - start < 250);
    }
    free(printed);
}

Test(config_report, problems_come_in_the_order_of_the_file) {
    char *printed = print_edit("shard:\n  id: 7\n", "zebra: 1\nshard: {id: 99, x: 1}\n");
    const char *first = strstr(printed, ":4:1  TRC-CFG-003");
    const char *second = strstr(printed, ":5:13  TRC-CFG-008");
    const char *third = strstr(printed, ":5:17  TRC-CFG-003");
    cr_expect(first != NULL && second != NULL && third != NULL && first < second && second < third);
    free(printed);
}

/*
 * A secret that the operator put where it does not belong must not come out in any message. Every
 * edit makes the load fail, and every way to write it has the canary in it.
 */
static const char *const leaks[][2] = {
    {"api_key_file: kraken.key\n", "api_key_file: [CaNaRy77]\n"},
    {"api_key_file: kraken.key\n", "api_key_file: CaNaRy77/\n"},
    {"api_key_file: kraken.key\n", "api_key_file: \"CaNaRy77\\n\"\n"},
    {"api_key_file: kraken.key\n", "api_key_file: {key: CaNaRy77}\n"},
    {"api_key_file: kraken.key\n", "api_key_file: &CaNaRy77 x\n"},
    {"api_key_file: kraken.key\n", "api_key_file: *CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key_file: !CaNaRy77 x\n"},
    {"api_key_file: kraken.key\n", "api_key_file: \"CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key_file: CaNaRy77: x\n"},
    {"api_key_file: kraken.key\n", "api_key_file:\n   CaNaRy77\n  bad: indent\n"},
    {"api_key_file: kraken.key\n", "api_key_file: x\n    api_key_file: CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key_file: a # CaNaRy77\n    api_key_file: b\n"},
    {"api_key_file: kraken.key\n", "api_key: CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key: |\n      CaNaRy77\n      CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key: [x, {y: CaNaRy77}]\n"},
    {"api_key_file: kraken.key\n", "api_key_file: kraken.key\n    api_key=CaNaRy77: x\n"},
    {"api_key_file: kraken.key\n", "api_key_file: kraken.key\n    \"pass CaNaRy77\": x\n"},
    {"api_key_file: kraken.key\n", "api_key_file: kraken.key\n    api_secret:CaNaRy77\n"},
    {"api_key_file: kraken.key\n", "api_key_file: k\n    CaNaRy77+/=\n"},
    {"password_file: acme.hash\n", "password: CaNaRy77\n"},
    {"password_file: acme.hash\n", "password_file: \"\\x01CaNaRy77\"\n"},
    {"reconnect: {min: 100ms, max: 1m}",
     "reconnect: {api_secret: CaNaRy77, min: bad, max: 1m, more: CaNaRy77}"},
    {"version: 1\n", "version: 1\nsecrets: {a: CaNaRy77, b: [CaNaRy77]}\n"},
    {"version: 1\n", "version: 1\nCaNaRy77\n"},
    {"version: 1\n", "version: 1\n--- CaNaRy77\n"},
    {"version: 1\n", "version: 1\n%CaNaRy77\n"},
    {"shard:\n  id: 7\n", "shard: CaNaRy77\n"},
    {"shard:\n  id: 7\n", "shard: [CaNaRy77]\n"},
    {"shard:\n  id: 7\n", "shard: {id: {CaNaRy77: CaNaRy77}}\n"},
    {"shard:\n  id: 7\n", "shard: {id: x} # CaNaRy77\n"},
    {"    accounts: [A2, B1]\n", "    accounts: {CaNaRy77: CaNaRy77}\n"},
    {"    accounts: [A2, B1]\n", "    accounts: [{CaNaRy77: CaNaRy77}]\n"},
    {"# A comment.\n", "# CaNaRy77 \xff\n"},
    {"# A comment.\n", "# CaNaRy77\n- x\n"},
};

Test(config_report, nothing_of_a_secret_is_shown) {
    for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
        char *printed = print_edit(leaks[i][0], leaks[i][1]);
        cr_expect_null(strstr(printed, "CaNaRy77"), "%s gives\n%s", leaks[i][1], printed);
        cr_expect_null(strstr(printed, "aNaRy"), "%s gives\n%s", leaks[i][1], printed);
        cr_expect_null(strstr(printed, "0 errors"), "%s is no error", leaks[i][1]);
        free(printed);
    }
}
