#include "core/app/config_test_sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

const char config_sample[] =
    "# A comment.\n"
    "version: 1\n"
    "instance: {name: test-1, mode: live}\n"
    "shard:\n"
    "  id: 7\n"
    "workers:\n"
    "  order_entry:\n"
    "    core: 3\n"
    "    poll: spin\n"
    "    idle_wait: 250us\n"
    "    transport: kernel\n"
    "limits:\n"
    "  orders: 1000\n"
    "  requests_per_venue: 2000\n"
    "  client_connections: 10\n"
    "  reports_per_client: 500\n"
    "  message_bytes_max: 4KiB\n"
    "  send_buffer: 1MiB\n"
    "  receive_buffer: 8192B\n"
    "  ledger_cells: 1024\n"
    "  late_report_window: 2m\n"
    "memory: {pages: 2m, numa_node: 1}\n"
    "ledger:\n"
    "  file: /var/lib/tercel/ledger.csv\n"
    "listen:\n"
    "  - name: oe-1\n"
    "    address: 10.0.0.1:5001\n"
    "    kind: order_entry\n"
    "  - name: oe-2\n"
    "    address: '[::1]:5002'\n"
    "    kind: order_entry\n"
    "clients:\n"
    "  - name: acme\n"
    "    sender_comp_id: ACME\n"
    "    target_comp_id: TERCEL\n"
    "    password_file: acme.hash\n"
    "    heartbeat: {min: 5s, max: 30s}\n"
    "    schedule: {start: 17:00, end: 16:30:15, days: [mon, fri], zone: Europe/Oslo}\n"
    "    logon_timeout: 3s\n"
    "    accounts: [A1, A2]\n"
    "    venues: [KRAKEN]\n"
    "  - name: delta\n"
    "    sender_comp_id: DELTA\n"
    "    target_comp_id: TERCEL\n"
    "    password_file: /etc/tercel/delta.hash\n"
    "    schedule:\n"
    "      start: sun 18:00\n"
    "      end: fri 16:00\n"
    "    accounts: [A2, B1]\n"
    "venues:\n"
    "  - name: KRAKEN\n"
    "    dialect: kraken-spot\n"
    "    address: 127.0.0.1:4001\n"
    "    tls: off\n"
    "    sender_comp_id: TERCEL1\n"
    "    target_comp_id: KRAKEN-TRD\n"
    "    api_key_file: kraken.key\n"
    "    api_secret_file: kraken.secret\n"
    "    heartbeat: 60s\n"
    "    reset_on_logon: false\n"
    "    cancel_on_disconnect: on\n"
    "    self_trade_prevention: cancel_both\n"
    "    foreign_orders: cancel\n"
    "    in_doubt: cancel\n"
    "    order_validity: 3s\n"
    "    connect_timeout: 700ms\n"
    "    logon_timeout: 4s\n"
    "    reconnect: {min: 100ms, max: 1m}\n"
    "    instrument_rate: {limit: 125, per_minute: 140, cancel_reserve: 16}\n"
    "    accounts: [A1, A2]\n"
    "  - name: KRAKEN-2\n"
    "    dialect: kraken-spot\n"
    "    address: 127.0.0.1:4002\n"
    "    sender_comp_id: TERCEL2\n"
    "    target_comp_id: KRAKEN-TRD\n"
    "    api_key_file: kraken2.key\n"
    "    api_secret_file: kraken2.secret\n"
    "    cancel_on_disconnect: off\n"
    "    accounts: [B1]\n"
    "instruments:\n"
    "  - symbol: BTC-USD\n"
    "    price_digits: 1\n"
    "    quantity_digits: 8\n"
    "    tick: 0.5\n"
    "    lot: 0.00000005\n"
    "    min_quantity: 0.0001\n"
    "    contract_size: 0.001\n"
    "    venues:\n"
    "      - venue: KRAKEN\n"
    "        symbol: BTC/USD\n"
    "      - venue: KRAKEN-2\n"
    "        symbol: XBT/USD\n"
    "  - symbol: ETH-USD\n"
    "    price_digits: 2\n"
    "    quantity_digits: 0\n"
    "    tick: 0.01\n"
    "    lot: 1\n"
    "    min_quantity: 10\n"
    "    cash_digits: 4\n"
    "    venues:\n"
    "      - venue: KRAKEN\n"
    "        symbol: ETH/USD\n"
    "shutdown:\n"
    "  policy: leave\n"
    "  deadline: 20s\n"
    "clock: {slew_ppm: 200, step_threshold: 20ms, step: slew}\n"
    "trace:\n"
    "  file: /dev/shm/oe.trace\n"
    "  cells: 4096\n"
    "  long_turn: 30us\n";

const char config_sample_dpdk[] =
    "version: 1\n"
    "instance: {name: test-2, mode: paper}\n"
    "workers:\n"
    "  order_entry: {core: 1, transport: dpdk}\n"
    "ports:\n"
    "  - name: clients\n"
    "    device: 'vdev: net_af_packet0,iface=veth0'\n"
    "    address: 10.1.0.2/24\n"
    "  - name: venues\n"
    "    device: 'pci: 0000:3b:00.0'\n"
    "    address: 10.2.0.2/25\n"
    "    vlan: 100\n"
    "    gateway: 10.2.0.1\n"
    "    mtu: 9000\n"
    "    routes:\n"
    "      - {network: 10.9.0.0/16, gateway: 10.2.0.9}\n"
    "    neighbours:\n"
    "      - {address: 10.2.0.10, at: '02:00:00:00:00:0a'}\n"
    "dpdk: {huge_pages: off, receive_packets: 1024, send_packets: 2048, "
    "segments_per_connection: 64, half_open: 32, neighbours: 16}\n"
    "ledger: {file: ledger.csv}\n"
    "listen:\n"
    "  - name: oe\n"
    "    address: 10.1.0.2:5001\n"
    "    kind: order_entry\n"
    "    allowed:\n"
    "      - network: 10.1.0.0/24\n"
    "    tcp: {rto_min: 5ms, ack_delay: 1ms, unacknowledged_timeout: 3s, keepalive: 10s, "
    "timestamps: off}\n"
    "clients:\n"
    "  - name: acme\n"
    "    sender_comp_id: ACME\n"
    "    target_comp_id: TERCEL\n"
    "    password_file: acme.hash\n"
    "    accounts: [A1]\n"
    "venues:\n"
    "  - name: KRAKEN\n"
    "    dialect: kraken-spot\n"
    "    address: 10.9.7.7:4001\n"
    "    source: 10.2.0.2\n"
    "    sender_comp_id: TERCEL1\n"
    "    target_comp_id: KRAKEN-TRD\n"
    "    api_key_file: kraken.key\n"
    "    api_secret_file: kraken.secret\n"
    "    cancel_on_disconnect: on\n"
    "    accounts: [A1]\n"
    "instruments:\n"
    "  - symbol: BTC-USD\n"
    "    price_digits: 1\n"
    "    quantity_digits: 8\n"
    "    tick: 0.1\n"
    "    lot: 0.00000001\n"
    "    min_quantity: 0.0001\n"
    "    venues:\n"
    "      - {venue: KRAKEN, symbol: BTC/USD}\n";

struct config_host config_sample_host(void) {
    struct config_host host = {.memory_bytes = UINT64_C(1) << 30};
    for (size_t core = 0; core < 4; core++) {
        host.cores[core] = true;
    }
    return host;
}

static void take_marker(char *text, uint32_t *line, uint32_t *column) {
    *line = *column = 0;
    char *marker = strchr(text, '@');
    if (marker == NULL) {
        return;
    }
    *line = *column = 1;
    for (const char *at = text; at < marker; at++) {
        (*column)++;
        if (*at == '\n') {
            (*line)++;
            *column = 1;
        }
    }
    memmove(marker, marker + 1, strlen(marker));
}

static char *edit(const char *sample, const char *old, const char *new, uint32_t *line,
                  uint32_t *column) {
    const char *at = strstr(sample, old);
    CHECK(at != NULL && strstr(at + 1, old) == NULL);
    size_t before = (size_t)(at - sample);
    size_t size = strlen(sample) + strlen(new) + 1;
    char *text = malloc(size);
    CHECK(text != NULL);
    snprintf(text, size, "%.*s%s%s", (int)before, sample, new, at + strlen(old));
    take_marker(text, line, column);
    return text;
}

char *config_sample_edit(const char *old, const char *new, uint32_t *line, uint32_t *column) {
    return edit(config_sample, old, new, line, column);
}

static void check_bad(const char *sample, const struct config_bad_case *bad) {
    uint32_t line;
    uint32_t column;
    char *text = edit(sample, bad->old, bad->new, &line, &column);
    struct config_report *report;
    struct config *config = config_sample_load(text, &report);
    const struct config_problem *problem = &report->errors[0];
    bool well = config == NULL && report->error_count == 1 && problem->code == bad->code &&
                problem->line == line && problem->column == column;
    if (!well) {
        config_report_print(report, stderr);
    }
    cr_expect(well, "\"%s\" for \"%s\": expected %03d at %u:%u", bad->new, bad->old, (int)bad->code,
              line, column);
    config_free(config);
    free(text);
}

void config_bad_check_all(const char *sample, const struct config_bad_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check_bad(sample, &cases[i]);
    }
}

struct config *config_sample_load(const char *text, struct config_report **report) {
    static struct config_report kept;
    struct config_host host = config_sample_host();
    *report = &kept;
    return config_load_bytes(bytes_of_string(text), "dir/test.yaml", &host, &kept);
}

char *config_sample_print(const struct config_report *report) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    config_report_print(report, out);
    config_report_print_json(report, out);
    fclose(out);
    return text;
}
