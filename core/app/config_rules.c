#include <string.h>

#include "core/app/config_endpoint.h"
#include "core/app/config_loader.h"
#include "core/app/instance_plan.h"
#include "core/app/nearest.h"
#include "core/route/client_report.h"

/*
 * Values that were refused are empty or 0 here, and indexes that were not found UINT16_MAX: each
 * rule passes over those, since they have been complained about.
 */

/* Complains when `text` is also `other`'s; both are fields of the config, `other` the earlier. */
static void refuse_same(struct config_loader *loader, const char *const *text,
                        const char *const *other, const char *what) {
    if ((*text)[0] == '\0' || strcmp(*text, *other) != 0) {
        return;
    }
    char shown[CONFIG_SHOWN_MAX];
    const struct config_node *node = config_node_of(loader, text, sizeof(*text));
    const struct config_node *first = config_node_of(loader, other, sizeof(*other));
    config_complain(loader, CONFIG_CODE_NOT_UNIQUE, node, "choose another",
                    "%s is taken on line %u%s", what, first->at.line, config_show(node, shown));
}

static void check_listeners(struct config_loader *loader) {
    struct config *config = loader->config;
    for (uint32_t i = 0; i < config->listener_count; i++) {
        struct config_listener *listener = &config->listeners[i];
        for (uint32_t j = 0; j < i; j++) {
            struct config_listener *other = &config->listeners[j];
            refuse_same(loader, &listener->name, &other->name, "this name");
            if (CONFIG_IS_GIVEN(loader, listener->endpoint) &&
                endpoint_port(&listener->endpoint.at) != 0 &&
                config_endpoint_is_same(&listener->endpoint.at, &other->endpoint.at)) {
                config_complain(
                    loader, CONFIG_CODE_NOT_UNIQUE, CONFIG_NODE_OF(loader, listener->endpoint),
                    "choose another address or port", "another listener has this address (\"%s\")",
                    listener->endpoint.text);
            }
        }
    }
}

/* The first listener that other hosts can reach, or NULL. */
static const struct config_listener *find_open_listener(const struct config *config) {
    for (uint32_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        if (listener->endpoint.at.address_bytes > 0 &&
            !config_endpoint_is_loopback(&listener->endpoint.at)) {
            return listener;
        }
    }
    return NULL;
}

static void check_range(struct config_loader *loader, struct config_duration_range *range) {
    if (range->min.ns > 0 && range->max.ns > 0 && range->min.ns > range->max.ns) {
        config_complain(loader, CONFIG_CODE_CONFLICT, CONFIG_NODE_OF(loader, *range),
                        "make min at most max", "min is more than max");
    }
}

static void check_client_unique(struct config_loader *loader, uint32_t index) {
    struct config *config = loader->config;
    struct config_client *client = &config->clients[index];
    for (uint32_t i = 0; i < index; i++) {
        struct config_client *other = &config->clients[i];
        refuse_same(loader, &client->name, &other->name, "this name");
        if (strcmp(client->target_comp_id, other->target_comp_id) == 0) {
            refuse_same(loader, &client->sender_comp_id, &other->sender_comp_id,
                        "this pair of CompIDs");
        }
    }
}

static bool has_index(const uint16_t *indexes, uint32_t count, uint16_t wanted) {
    for (uint32_t i = 0; i < count; i++) {
        if (indexes[i] == wanted) {
            return true;
        }
    }
    return false;
}

/* Whether one of the venues that the client may use trades this account. */
static bool can_trade(const struct config *config, const struct config_client *client,
                      uint16_t account) {
    for (uint32_t i = 0; i < client->venue_count; i++) {
        if (client->venues[i] >= config->venue_count) {
            return true; /* no such venue: complained about already */
        }
        const struct config_venue *venue = &config->venues[client->venues[i]];
        if (has_index(venue->accounts, venue->account_count, account)) {
            return true;
        }
    }
    return false;
}

/* What the client's venues do trade is what may have been meant. */
static void complain_account(struct config_loader *loader, const struct config_client *client,
                             const uint16_t *account) {
    const struct config *config = loader->config;
    const struct config_node *node = config_node_of(loader, account, sizeof(*account));
    struct nearest nearest = nearest_begin(bytes_of_string(config->accounts[*account]));
    for (uint32_t i = 0; i < client->venue_count; i++) {
        const struct config_venue *venue = &config->venues[client->venues[i]];
        for (uint32_t j = 0; j < venue->account_count; j++) {
            nearest_offer(&nearest, config->accounts[venue->accounts[j]]);
        }
    }
    char shown[CONFIG_SHOWN_MAX];
    char advice[140];
    nearest_advise(&nearest, "add it to the accounts of a venue that this client may use", advice,
                   sizeof(advice));
    config_complain(loader, CONFIG_CODE_REFERENCE, node, advice,
                    "no venue of this client trades this account%s", config_show(node, shown));
}

static void check_client_accounts(struct config_loader *loader, struct config_client *client) {
    for (uint32_t i = 0; i < client->account_count; i++) {
        if (!can_trade(loader->config, client, client->accounts[i])) {
            complain_account(loader, client, &client->accounts[i]);
        }
    }
}

static void check_clients(struct config_loader *loader) {
    struct config *config = loader->config;
    const struct config_listener *open = find_open_listener(config);
    for (uint32_t i = 0; i < config->client_count; i++) {
        struct config_client *client = &config->clients[i];
        check_client_unique(loader, i);
        check_range(loader, &client->heartbeat);
        config_check_schedule(loader, &client->schedule);
        if (client->venue_count == 0) {
            for (uint32_t venue = 0; venue < config->venue_count; venue++) {
                client->venues[client->venue_count++] = (uint16_t)venue;
            }
        }
        check_client_accounts(loader, client);
        bool asked = config_node_find(CONFIG_NODE_OF(loader, *client), BYTES("password_file"));
        if (open != NULL && !asked) {
            config_complain(loader, CONFIG_CODE_UNSAFE, CONFIG_NODE_OF(loader, *client),
                            "add password_file (`tercel passwd`), or listen on 127.0.0.1 only",
                            "has no password_file, but other hosts can reach listener \"%s\"",
                            open->name);
        }
    }
}

static void check_venue_unique(struct config_loader *loader, uint32_t index) {
    struct config *config = loader->config;
    struct config_venue *venue = &config->venues[index];
    for (uint32_t i = 0; i < index; i++) {
        struct config_venue *other = &config->venues[i];
        refuse_same(loader, &venue->name, &other->name, "this name");
        if (config_endpoint_is_same(&venue->endpoint.at, &other->endpoint.at) &&
            strcmp(venue->target_comp_id, other->target_comp_id) == 0) {
            refuse_same(loader, &venue->sender_comp_id, &other->sender_comp_id,
                        "this session (address and CompIDs)");
        }
    }
}

static void check_venue_security(struct config_loader *loader, struct config_venue *venue) {
    if (venue->tls) {
        config_complain(loader, CONFIG_CODE_NOT_BUILT, CONFIG_NODE_OF(loader, venue->tls),
                        "run a TLS tunnel on this host, set address to its end, and tls: off",
                        "TLS is not built yet");
        return;
    }
    const struct endpoint *endpoint = &venue->endpoint.at;
    if (endpoint->address_bytes == 0 || config_endpoint_is_loopback(endpoint)) {
        return;
    }
    const struct config_node *node = CONFIG_NODE_OF(loader, venue->endpoint);
    if (config_endpoint_is_private(endpoint)) {
        config_warn(loader, CONFIG_CODE_UNSAFE, node, "be sure of every host on that network",
                    "keys and orders cross a network in the clear (\"%s\")", venue->endpoint.text);
    } else {
        config_complain(loader, CONFIG_CODE_UNSAFE, node,
                        "run a TLS tunnel on this host and set address to its end",
                        "keys and orders would cross the internet in the clear (\"%s\")",
                        venue->endpoint.text);
    }
}

static bool is_traded_at(const struct config *config, uint16_t venue) {
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        const struct config_instrument *instrument = &config->instruments[i];
        for (uint32_t j = 0; j < instrument->venue_count; j++) {
            if (instrument->venues[j].venue == venue) {
                return true;
            }
        }
    }
    return false;
}

static bool is_used_by_a_client(const struct config *config, uint16_t account, uint16_t venue) {
    for (uint32_t i = 0; i < config->client_count; i++) {
        const struct config_client *client = &config->clients[i];
        if (has_index(client->accounts, client->account_count, account) &&
            has_index(client->venues, client->venue_count, venue)) {
            return true;
        }
    }
    return false;
}

static void check_venue_use(struct config_loader *loader, uint16_t index) {
    struct config *config = loader->config;
    struct config_venue *venue = &config->venues[index];
    if (!is_traded_at(config, index)) {
        config_warn(loader, CONFIG_CODE_UNUSED, CONFIG_NODE_OF(loader, *venue),
                    "name it under venues of an instrument, or remove it",
                    "no instrument is traded here");
    }
    for (uint32_t i = 0; i < venue->account_count; i++) {
        if (!is_used_by_a_client(config, venue->accounts[i], index)) {
            char shown[CONFIG_SHOWN_MAX];
            const struct config_node *node = CONFIG_NODE_OF(loader, venue->accounts[i]);
            config_warn(loader, CONFIG_CODE_UNUSED, node, "give it to a client, or remove it",
                        "no client can use this account here%s", config_show(node, shown));
        }
    }
}

/* With less kept, orders could hold the counter where no cancel can go. */
static void check_rate(struct config_loader *loader, struct config_rate *rate,
                       uint32_t dearest_cancel) {
    if (rate->limit != 0 && rate->cancel_reserve < dearest_cancel) {
        char advice[40];
        snprintf(advice, sizeof(advice), "at least %u", dearest_cancel);
        config_complain(loader, CONFIG_CODE_CONFLICT, CONFIG_NODE_OF(loader, rate->cancel_reserve),
                        advice, "cancel_reserve (%u) is less than a cancel can count (%u)",
                        rate->cancel_reserve, dearest_cancel);
        return;
    }
    if (rate->limit != 0 && rate->cancel_reserve >= rate->limit) {
        config_complain(loader, CONFIG_CODE_CONFLICT, CONFIG_NODE_OF(loader, rate->cancel_reserve),
                        "keep less for cancels than there is",
                        "cancel_reserve (%u) is not below limit (%u): no order could go",
                        rate->cancel_reserve, rate->limit);
    }
}

static void check_venues(struct config_loader *loader) {
    struct config *config = loader->config;
    for (uint32_t i = 0; i < config->venue_count; i++) {
        check_venue_unique(loader, i);
        check_venue_security(loader, &config->venues[i]);
        check_range(loader, &config->venues[i].reconnect);
        check_rate(loader, &config->venues[i].message_rate, 1);
        check_rate(loader, &config->venues[i].instrument_rate,
                   fix_venue_dearest_cancel(instance_dialect(config->venues[i].dialect)));
        check_venue_use(loader, (uint16_t)i);
    }
}

static void check_quantities(struct config_loader *loader, struct config_instrument *instrument) {
    int64_t lot = instrument->lot.scaled;
    int64_t least = instrument->min_quantity.scaled;
    if (lot > 0 && least > 0 && least % lot != 0) {
        char shown[CONFIG_SHOWN_MAX];
        const struct config_node *node = CONFIG_NODE_OF(loader, instrument->min_quantity);
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "make it a multiple of lot",
                        "is not a multiple of lot%s", config_show(node, shown));
    }
    int64_t contract = instrument->contract_size.scaled;
    if (lot > 0 && contract > 0 && contract % lot != 0) {
        char shown[CONFIG_SHOWN_MAX];
        const struct config_node *node = CONFIG_NODE_OF(loader, instrument->contract_size);
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "make it a multiple of lot",
                        "is not a multiple of lot%s", config_show(node, shown));
    }
}

static void check_instrument_venues(struct config_loader *loader,
                                    struct config_instrument *instrument) {
    for (uint32_t i = 1; i < instrument->venue_count; i++) {
        uint16_t venue = instrument->venues[i].venue;
        for (uint32_t j = 0; j < i && venue != UINT16_MAX; j++) {
            if (instrument->venues[j].venue == venue) {
                char shown[CONFIG_SHOWN_MAX];
                const struct config_node *node =
                    CONFIG_NODE_OF(loader, instrument->venues[i].venue);
                config_complain(loader, CONFIG_CODE_NOT_UNIQUE, node, "keep one of the two",
                                "this instrument has this venue already%s",
                                config_show(node, shown));
                break;
            }
        }
    }
}

/* The field that says what the instrument is called at the venue, or NULL. */
static const char *const *symbol_at(const struct config_instrument *instrument, uint16_t venue) {
    for (uint32_t i = 0; i < instrument->venue_count; i++) {
        if (instrument->venues[i].venue == venue) {
            return &instrument->venues[i].symbol;
        }
    }
    return NULL;
}

/* Two of our symbols for one of the venue's: its reports could not be told apart. */
static void check_venue_symbols(struct config_loader *loader, uint16_t venue) {
    struct config *config = loader->config;
    static const char *const none = "";
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        const char *const *symbol = symbol_at(&config->instruments[i], venue);
        for (uint32_t j = 0; j < i && symbol != NULL; j++) {
            const char *const *other = symbol_at(&config->instruments[j], venue);
            refuse_same(loader, symbol, other != NULL ? other : &none, "this symbol of the venue");
        }
    }
}

static void check_instruments(struct config_loader *loader) {
    struct config *config = loader->config;
    for (uint32_t i = 0; i < config->instrument_count; i++) {
        struct config_instrument *instrument = &config->instruments[i];
        for (uint32_t j = 0; j < i; j++) {
            refuse_same(loader, &instrument->symbol, &config->instruments[j].symbol, "this symbol");
        }
        check_quantities(loader, instrument);
        check_instrument_venues(loader, instrument);
    }
    for (uint32_t venue = 0; venue < config->venue_count; venue++) {
        check_venue_symbols(loader, (uint16_t)venue);
    }
}

static void check_buffer(struct config_loader *loader, uint32_t *bytes) {
    const struct config_limits *limits = &loader->config->limits;
    if (*bytes > 0 && *bytes < limits->message_bytes_max) {
        char shown[CONFIG_SHOWN_MAX];
        const struct config_node *node = config_node_of(loader, bytes, sizeof(*bytes));
        config_complain(loader, CONFIG_CODE_CONFLICT, node,
                        "at least message_bytes_max; twice as much is better",
                        "does not hold one message of message_bytes_max%s",
                        config_show(node, shown));
    }
}

/*
 * What connections and waiting reports take, which is most of what is mapped and touched at start:
 * past the host's memory that would end in the kernel killing the process, not in an error.
 */
static uint64_t buffers_bytes(const struct config *config) {
    const uint64_t report_bytes = sizeof(struct client_report);
    const struct config_limits *limits = &config->limits;
    uint64_t connections =
        (uint64_t)limits->client_connections + config->client_count + config->venue_count;
    uint64_t of_connection = (uint64_t)limits->send_buffer_bytes + limits->receive_buffer_bytes;
    return connections * of_connection +
           (report_bytes * limits->reports_per_client + limits->resend_bytes_per_client) *
               config->client_count;
}

static void check_memory(struct config_loader *loader) {
    uint64_t need_mib = buffers_bytes(loader->config) >> 20;
    uint64_t have_mib = loader->host->memory_bytes >> 20;
    if (have_mib > 0 && need_mib > have_mib) {
        config_complain(loader, CONFIG_CODE_HOST, CONFIG_NODE_OF(loader, loader->config->limits),
                        "fewer client_connections, or smaller buffers",
                        "buffers need %llu MiB, more than the %llu MiB of this host",
                        (unsigned long long)need_mib, (unsigned long long)have_mib);
    }
}

static void check_limits(struct config_loader *loader) {
    struct config_limits *limits = &loader->config->limits;
    char advice[80];
    check_buffer(loader, &limits->send_buffer_bytes);
    check_buffer(loader, &limits->receive_buffer_bytes);
    uint32_t clients = loader->config->client_count;
    if (limits->client_connections > 0 && limits->client_connections < clients) {
        snprintf(advice, sizeof(advice), "at least %u", clients);
        config_complain(loader, CONFIG_CODE_CONFLICT,
                        CONFIG_NODE_OF(loader, limits->client_connections), advice,
                        "%u connections are fewer than the %u clients", limits->client_connections,
                        clients);
    }
    if (limits->requests_per_venue > 0 && limits->requests_per_venue / 2 < limits->orders) {
        snprintf(advice, sizeof(advice), "at least %u: half of them are kept for cancels",
                 2 * limits->orders);
        config_warn(loader, CONFIG_CODE_CONFLICT,
                    CONFIG_NODE_OF(loader, limits->requests_per_venue), advice,
                    "a venue runs out of requests (%u) before orders (%u) do",
                    limits->requests_per_venue, limits->orders);
    }
}

static void check_worker(struct config_loader *loader, struct config_worker *worker) {
    int32_t core = worker->core;
    if (core >= 0 && CONFIG_IS_GIVEN(loader, worker->core) && !loader->host->cores[core]) {
        config_complain(loader, CONFIG_CODE_HOST, CONFIG_NODE_OF(loader, worker->core),
                        "`nproc --all` and `taskset -p $$` show which there are, or write none",
                        "this process has no core %d", core);
    }
    if (core == CONFIG_NONE && worker->poll == CONFIG_POLL_SPIN &&
        CONFIG_IS_GIVEN(loader, worker->poll)) {
        config_warn(loader, CONFIG_CODE_CONFLICT, CONFIG_NODE_OF(loader, worker->poll),
                    "set core, or poll: yield", "spins without a core of its own");
    }
}

void config_check_rules(struct config_loader *loader) {
    check_listeners(loader);
    check_clients(loader);
    check_venues(loader);
    check_instruments(loader);
    check_limits(loader);
    check_memory(loader);
    check_worker(loader, &loader->config->order_entry);
    config_check_ports(loader);
}
