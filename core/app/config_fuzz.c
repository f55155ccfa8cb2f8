/*
 * Any bytes as a config: never a crash, a hang, or a message that is not printable; and a config
 * comes out exactly when there is no error, with every string and index in place.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/app/config.h"
#include "core/app/config_fuzz.h"
#include "core/app/config_report.h"

static void check_printable(const struct config_report *report) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    CHECK(out != NULL);
    config_report_print(report, out);
    config_report_print_json(report, out);
    fclose(out);
    for (size_t i = 0; i < size; i++) {
        CHECK(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
    }
    free(text);
}

static void check_client(const struct config *config, const struct config_client *client) {
    CHECK(client->sender_comp_id[0] != '\0' && client->target_comp_id[0] != '\0');
    CHECK(client->account_count >= 1 && client->venue_count >= 1);
    CHECK(client->heartbeat.min.ns > 0 && client->heartbeat.min.ns <= client->heartbeat.max.ns);
    for (uint32_t i = 0; i < client->account_count; i++) {
        CHECK(client->accounts[i] < config->account_count);
    }
    for (uint32_t i = 0; i < client->venue_count; i++) {
        CHECK(client->venues[i] < config->venue_count);
    }
}

static void check_instrument(const struct config *config,
                             const struct config_instrument *instrument) {
    CHECK(instrument->symbol[0] != '\0');
    CHECK(instrument->tick.scaled >= 1 && instrument->lot.scaled >= 1);
    CHECK(instrument->min_quantity.scaled % instrument->lot.scaled == 0);
    CHECK(instrument->min_quantity.scaled >= instrument->lot.scaled);
    CHECK(instrument->contract_size.scaled % instrument->lot.scaled == 0);
    CHECK(instrument->venue_count >= 1);
    for (uint32_t i = 0; i < instrument->venue_count; i++) {
        CHECK(instrument->venues[i].venue < config->venue_count);
        CHECK(instrument->venues[i].symbol[0] != '\0');
    }
}

static void check_config(const struct config *config) {
    CHECK(config->version == CONFIG_VERSION && config->instance.name[0] != '\0');
    CHECK(config->listener_count >= 1 && config->client_count >= 1 && config->venue_count >= 1);
    CHECK(config->instrument_count >= 1 && config->limits.orders >= 1);
    CHECK(config->limits.client_connections >= config->client_count);
    CHECK(config->limits.send_buffer_bytes >= config->limits.message_bytes_max);
    CHECK(config->limits.receive_buffer_bytes >= config->limits.message_bytes_max);
    for (uint32_t i = 0; i < config->client_count; i++) {
        check_client(config, &config->clients[i]);
    }
    for (uint32_t i = 0; i < config->venue_count; i++) {
        CHECK(config->venues[i].name[0] != '\0' && !config->venues[i].tls);
        CHECK(config->venues[i].endpoint.at.address_bytes > 0);
        CHECK(config->venues[i].api_secret_file[0] != '\0');
    }
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        check_instrument(config, &config->instruments[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct config_report report;
    static struct config_host host = {.cores = {true, true}};
    struct config *config =
        config_load_bytes(bytes_of((const char *)data, size), "fuzz.yaml", &host, &report);
    CHECK((config != NULL) == (report.error_count == 0));
    check_printable(&report);
    if (config != NULL) {
        check_config(config);
    }
    config_free(config);
    return 0;
}
