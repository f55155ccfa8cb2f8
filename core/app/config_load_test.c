#include "core/app/config.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/config_reference.h"
#include "core/app/config_schema.h"
#include "core/app/config_test_sample.h"

static struct config *load_well(const char *text) {
    struct config_report *report;
    struct config *config = config_sample_load(text, &report);
    if (config == NULL || report->warning_count > 0) {
        config_report_print(report, stderr);
    }
    cr_assert_not_null(config);
    cr_assert_eq(report->warning_count, 0);
    return config;
}

Test(config_load, takes_the_scalars_of_the_sample) {
    struct config *config = load_well(config_sample);
    cr_expect_eq(config->version, 1);
    cr_expect_str_eq(config->instance.name, "test-1");
    cr_expect_eq(config->instance.mode, CONFIG_MODE_LIVE);
    cr_expect_eq(config->shard_id, 7);
    cr_expect_eq(config->order_entry.core, 3);
    cr_expect_eq(config->order_entry.poll, CONFIG_POLL_SPIN);
    cr_expect_eq(config->order_entry.idle_wait.ns, 250000);
    cr_expect_eq(config->limits.orders, 1000);
    cr_expect_eq(config->limits.requests_per_venue, 2000);
    cr_expect_eq(config->limits.client_connections, 10);
    cr_expect_eq(config->limits.reports_per_client, 500);
    cr_expect_eq(config->limits.message_bytes_max, 4096);
    cr_expect_eq(config->limits.send_buffer_bytes, 1048576);
    cr_expect_eq(config->limits.receive_buffer_bytes, 8192);
    cr_expect_eq(config->limits.ledger_cells, 1024);
    cr_expect_eq(config->limits.late_report_window.ns, INT64_C(120000000000));
    cr_expect_eq(config->memory.pages, HUGEPAGES_2M);
    cr_expect_eq(config->memory.numa_node, 1);
    cr_expect_str_eq(config->ledger_file, "/var/lib/tercel/ledger.csv");
    cr_expect_eq(config->clock.slew_ppm, 200);
    cr_expect_eq(config->clock.step_threshold.ns, 20 * NS_PER_MS);
    cr_expect_eq(config->clock.step, CONFIG_CLOCK_STEP_SLEW);
    cr_expect_str_eq(config->trace.file, "/dev/shm/oe.trace");
    cr_expect_eq(config->trace.cells, 4096);
    cr_expect_eq(config->trace.long_turn.ns, 30 * NS_PER_US);
    cr_expect_eq(config->shutdown.policy, CONFIG_SHUTDOWN_LEAVE);
    cr_expect_eq(config->shutdown.deadline.ns, INT64_C(20000000000));
    config_free(config);
}

Test(config_load, takes_the_listeners_and_clients_of_the_sample) {
    struct config *config = load_well(config_sample);
    cr_assert_eq(config->listener_count, 2);
    cr_expect_str_eq(config->listeners[1].name, "oe-2");
    cr_expect_str_eq(config->listeners[1].endpoint.text, "[::1]:5002");
    cr_expect_eq(config->listeners[1].endpoint.at.address.v6.sin6_port, htons(5002));
    cr_assert_eq(config->client_count, 2);
    const struct config_client *acme = &config->clients[0];
    cr_expect_str_eq(acme->sender_comp_id, "ACME");
    cr_expect_str_eq(acme->target_comp_id, "TERCEL");
    cr_expect_str_eq(acme->password_file, "dir/acme.hash");
    cr_expect_eq(acme->heartbeat.min.ns, INT64_C(5000000000));
    cr_expect_eq(acme->heartbeat.max.ns, INT64_C(30000000000));
    cr_expect_eq(acme->schedule.start.second, 17 * 3600);
    cr_expect_eq(acme->schedule.start.weekday, CONFIG_NONE);
    cr_expect_eq(acme->schedule.end.second, 16 * 3600 + 30 * 60 + 15);
    cr_expect_eq(acme->schedule.days, 0x11);
    cr_expect_str_eq(acme->schedule.zone, "Europe/Oslo");
    cr_expect_eq(acme->logon_timeout.ns, INT64_C(3000000000));
    cr_assert_eq(acme->account_count, 2);
    cr_expect_str_eq(config->accounts[acme->accounts[0]], "A1");
    cr_expect_str_eq(config->accounts[acme->accounts[1]], "A2");
    cr_assert_eq(acme->venue_count, 1);
    cr_expect_str_eq(config->venues[acme->venues[0]].name, "KRAKEN");
    const struct config_client *delta = &config->clients[1];
    cr_expect_str_eq(delta->password_file, "/etc/tercel/delta.hash");
    cr_expect_eq(delta->schedule.start.weekday, 6);
    cr_expect_eq(delta->schedule.end.weekday, 4);
    cr_expect_eq(delta->schedule.end.second, 16 * 3600);
    cr_expect_eq(delta->schedule.days, 0);
    cr_expect_str_eq(delta->schedule.zone, "UTC");
    cr_expect_eq(delta->accounts[0], acme->accounts[1], "one name, one index");
    cr_expect_eq(delta->venue_count, 2, "all venues when it names none");
    cr_expect_eq(config->account_count, 3);
    config_free(config);
}

Test(config_load, takes_the_venues_of_the_sample) {
    struct config *config = load_well(config_sample);
    cr_assert_eq(config->venue_count, 2);
    const struct config_venue *venue = &config->venues[0];
    cr_expect_str_eq(venue->name, "KRAKEN");
    cr_expect_eq(venue->endpoint.at.address.v4.sin_port, htons(4001));
    cr_expect_str_eq(venue->sender_comp_id, "TERCEL1");
    cr_expect_str_eq(venue->target_comp_id, "KRAKEN-TRD");
    cr_expect_str_eq(venue->api_key_file, "dir/kraken.key");
    cr_expect_str_eq(venue->api_secret_file, "dir/kraken.secret");
    cr_expect_eq(venue->heartbeat.ns, INT64_C(60000000000));
    cr_expect(!venue->reset_on_logon);
    cr_expect(!venue->tls);
    cr_expect(venue->cancel_on_disconnect);
    cr_expect_eq(venue->self_trade_prevention, CONFIG_SELF_TRADE_CANCEL_BOTH);
    cr_expect_eq(venue->foreign_orders, CONFIG_FOREIGN_CANCEL);
    cr_expect_eq(venue->in_doubt, CONFIG_DOUBT_CANCEL);
    cr_expect_eq(venue->order_validity.ns, INT64_C(3000000000));
    cr_expect_eq(venue->connect_timeout.ns, INT64_C(700000000));
    cr_expect_eq(venue->logon_timeout.ns, INT64_C(4000000000));
    cr_expect_eq(venue->reconnect.min.ns, INT64_C(100000000));
    cr_expect_eq(venue->reconnect.max.ns, INT64_C(60000000000));
    cr_expect_eq(venue->message_rate.limit, 0);
    cr_expect_eq(venue->instrument_rate.limit, 125);
    cr_expect_eq(venue->instrument_rate.per_minute, 140);
    cr_expect_eq(venue->instrument_rate.cancel_reserve, 16);
    cr_expect_eq(venue->account_count, 2);
    cr_expect(!config->venues[1].cancel_on_disconnect);
    config_free(config);
}

Test(config_load, takes_the_instruments_of_the_sample) {
    struct config *config = load_well(config_sample);
    cr_assert_eq(config->instrument_count, 2);
    const struct config_instrument *btc = &config->instruments[0];
    cr_expect_str_eq(btc->symbol, "BTC-USD");
    cr_expect_eq(btc->tick.scaled, 5);
    cr_expect_eq(btc->lot.scaled, 5);
    cr_expect_eq(btc->min_quantity.scaled, 10000);
    cr_expect_eq(btc->cash_digits, 1);
    cr_expect_eq(btc->contract_size.scaled, 100000);
    cr_assert_eq(btc->venue_count, 2);
    cr_expect_eq(btc->venues[0].venue, 0);
    cr_expect_str_eq(btc->venues[0].symbol, "BTC/USD");
    cr_expect_eq(btc->venues[1].venue, 1);
    cr_expect_str_eq(btc->venues[1].symbol, "XBT/USD");
    const struct config_instrument *eth = &config->instruments[1];
    cr_expect_eq(eth->tick.scaled, 1);
    cr_expect_eq(eth->lot.scaled, 1);
    cr_expect_eq(eth->min_quantity.scaled, 10);
    cr_expect_eq(eth->cash_digits, 4);
    cr_expect_eq(eth->contract_size.scaled, 0);
    config_free(config);
}

static char *read_text(const char *path) {
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    static char text[65536];
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

Test(config_load, the_example_loads_and_shows_the_defaults) {
    struct config *config = load_well(read_text(TERCEL_EXAMPLE));
    cr_expect_eq(config->shard_id, 0);
    cr_expect_eq(config->order_entry.core, CONFIG_NONE);
    cr_expect_eq(config->order_entry.poll, CONFIG_POLL_YIELD);
    cr_expect_eq(config->order_entry.idle_wait.ns, NS_PER_MS);
    cr_expect_eq(config->limits.orders, 65536);
    cr_expect_eq(config->memory.pages, HUGEPAGES_AUTO);
    cr_expect_eq(config->memory.numa_node, CONFIG_NONE);
    cr_expect_eq(config->limits.requests_per_venue, 131072);
    cr_expect_eq(config->limits.reports_per_client, 16384);
    cr_expect_eq(config->limits.message_bytes_max, 8192);
    cr_expect_eq(config->limits.late_report_window.ns, 60 * NS_PER_S);
    cr_expect_eq(config->clients[0].heartbeat.min.ns, 1 * NS_PER_S);
    cr_expect_eq(config->clients[0].heartbeat.max.ns, 60 * NS_PER_S);
    cr_expect_str_empty(config->clients[0].password_file);
    cr_expect(!config->clients[0].schedule.start.is_given);
    cr_expect(config->venues[0].reset_on_logon);
    cr_expect_eq(config->venues[0].self_trade_prevention, CONFIG_SELF_TRADE_CANCEL_NEWEST);
    cr_expect_eq(config->venues[0].foreign_orders, CONFIG_FOREIGN_REPORT);
    cr_expect_eq(config->venues[0].in_doubt, CONFIG_DOUBT_HOLD);
    cr_expect_eq(config->venues[0].order_validity.ns, 5 * NS_PER_S);
    cr_expect_eq(config->venues[0].reconnect.max.ns, 30 * NS_PER_S);
    cr_expect_eq(config->shutdown.policy, CONFIG_SHUTDOWN_CANCEL);
    cr_expect_eq(config->shutdown.deadline.ns, 5 * NS_PER_S);
    config_free(config);
}

static char *reference(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_reference_print(out);
    fclose(out);
    return text;
}

/* "  #key: 1" to "  key: 1"; "# prose" stays. */
static void uncomment(char *text) {
    char *to = text;
    bool at_start = true;
    for (const char *from = text; *from != '\0'; from++) {
        bool key_follows = (from[1] >= 'a' && from[1] <= 'z') || from[1] == '-';
        if (at_start && *from == '#' && key_follows) {
            at_start = false;
            continue;
        }
        at_start = *from == '\n' || (at_start && *from == ' ');
        *to++ = *from;
    }
    *to = '\0';
}

Test(config_load, the_reference_is_a_config_with_and_without_its_optional_keys) {
    char *text = reference();
    config_free(load_well(text));
    uncomment(text);
    struct config *config = load_well(text);
    cr_expect_str_eq(config->clients[0].password_file, "dir/acme.password");
    config_free(config);
    free(text);
}

Test(config_load, the_reference_documents_every_key) {
    char *text = reference();
    for (size_t i = 0; i < config_key_count; i++) {
        char key[64];
        snprintf(key, sizeof(key), "%s:", config_keys[i].key);
        cr_expect_not_null(strstr(text, key), "%s", key);
        cr_expect(strlen(config_keys[i].help) > 0);
        bool container = config_keys[i].type == CONFIG_TYPE_SECTION ||
                         config_keys[i].type == CONFIG_TYPE_SECTIONS;
        cr_expect(container || config_keys[i].fallback != NULL || config_keys[i].example != NULL,
                  "%s.%s has nothing to show", config_keys[i].section, config_keys[i].key);
        cr_expect(!config_keys[i].required || config_keys[i].fallback == NULL, "%s.%s is required",
                  config_keys[i].section, config_keys[i].key);
    }
    free(text);
}

Test(config_load, crlf_and_an_empty_section_are_fine) {
    uint32_t line;
    uint32_t column;
    char *text = config_sample_edit("shutdown:\n  policy: leave\n  deadline: 20s\n",
                                    "shutdown:\r\n", &line, &column);
    struct config *config = load_well(text);
    cr_expect_eq(config->shutdown.deadline.ns, 5 * NS_PER_S);
    config_free(config);
    free(text);
}

Test(config_load, a_file_that_cannot_be_read_is_named) {
    static struct config_report report;
    struct config_host host = config_sample_host();
    static const char *const paths[] = {"/nonexistent/x.yaml", "/tmp", "/dev/null"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        cr_assert_null(config_load(paths[i], &host, &report));
        cr_assert_eq(report.error_count, 1);
        cr_expect_eq(report.errors[0].code, CONFIG_CODE_FILE);
        cr_expect_str_eq(report.file, paths[i]);
    }
}

Test(config_load, a_fifo_in_its_place_does_not_hang) {
    char path[] = "/tmp/tercel-config-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    char fifo[64];
    snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    static struct config_report report;
    struct config_host host = config_sample_host();
    cr_expect_null(config_load(fifo, &host, &report));
    unlink(fifo);
    rmdir(path);
}

Test(config_load, a_file_of_more_than_one_mebibyte_is_refused) {
    static char text[CONFIG_FILE_BYTES_MAX + 2];
    memset(text, '#', CONFIG_FILE_BYTES_MAX + 1);
    struct config_report *report;
    cr_assert_null(config_sample_load(text, &report));
    cr_expect_eq(report->errors[0].code, CONFIG_CODE_FILE);
    text[CONFIG_FILE_BYTES_MAX] = '\0';
    cr_assert_null(config_sample_load(text, &report));
    cr_expect_eq(report->errors[0].code, CONFIG_CODE_MISSING, "only comments: nothing in it");
}

Test(config_load, the_host_has_at_least_one_core) {
    static struct config_host host;
    config_host_read(&host);
    size_t count = 0;
    for (size_t core = 0; core < CONFIG_CORES_MAX; core++) {
        count += host.cores[core] ? 1 : 0;
    }
    cr_expect_geq(count, 1);
    cr_expect(host.look_at_files);
}
