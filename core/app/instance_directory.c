#include "core/app/instance_plan.h"

static void fill_clients(const struct config *config, struct directory *directory) {
    directory->client_count = config->client_count;
    for (uint32_t i = 0; i < config->client_count; i++) {
        const struct config_client *from = &config->clients[i];
        struct directory_client *to = &directory->clients[i];
        to->name = bytes_of_string(from->name);
        to->only_account = from->account_count == 1 ? from->accounts[0] : ROUTE_NONE;
        for (uint32_t k = 0; k < from->account_count; k++) {
            account_set_add(&to->accounts, from->accounts[k]);
        }
        for (uint32_t k = 0; k < from->venue_count; k++) {
            to->venues |= 1U << from->venues[k];
        }
    }
}

static void fill_venues(const struct config *config, struct directory *directory) {
    directory->venue_count = config->venue_count;
    for (uint32_t i = 0; i < config->venue_count; i++) {
        const struct config_venue *from = &config->venues[i];
        directory->venues[i].name = bytes_of_string(from->name);
        for (uint32_t k = 0; k < from->account_count; k++) {
            account_set_add(&directory->venues[i].accounts, from->accounts[k]);
        }
    }
}

static bool add_instrument(struct instrument_table *table, const struct config_instrument *from) {
    struct instrument_spec spec = {
        .symbol = bytes_of_string(from->symbol),
        .price_digits = from->price_digits,
        .quantity_digits = from->quantity_digits,
        .cash_digits = from->cash_digits,
        .contract = from->contract_size,
        .tick = from->tick,
        .lot = from->lot,
        .min_quantity = from->min_quantity,
        .max_quantity = {.scaled = INT64_MAX},
    };
    uint32_t index;
    if (instrument_table_add(table, &spec, &index) != INSTRUMENT_ADD_OK) {
        return false;
    }
    for (uint32_t i = 0; i < from->venue_count; i++) {
        if (instrument_table_add_venue(table, index, from->venues[i].venue,
                                       bytes_of_string(from->venues[i].symbol)) !=
            INSTRUMENT_ADD_OK) {
            return false;
        }
    }
    return true;
}

bool instance_fill_directory(struct instance *instance, struct instrument_table *instruments,
                             FILE *err) {
    const struct config *config = instance->config;
    struct directory *directory = &instance->directory;
    directory->account_count = config->account_count;
    for (uint32_t i = 0; i < config->account_count; i++) {
        directory->accounts[i] = bytes_of_string(config->accounts[i]);
    }
    fill_clients(config, directory);
    fill_venues(config, directory);
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        if (!add_instrument(instruments, &config->instruments[i])) {
            (void)fprintf(err,
                          "tercel: instrument %s cannot be taken: its symbols or values clash\n",
                          config->instruments[i].symbol);
            return false;
        }
    }
    instrument_table_seal(instruments);
    directory->instruments = instruments;
    return true;
}
