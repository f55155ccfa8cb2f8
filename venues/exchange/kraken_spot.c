#include "venues/exchange/kraken_spot.h"

#include <string.h>

#include "venues/exchange/kraken_internal.h"

#define ALIGNMENT 64
#define LOGON_TIMEOUT_S 10
#define LOGOUT_TIMEOUT_S 2
/* How far SendingTime(52) may be off; the pages name no number (unverified). */
#define LATENCY_MAX_S 120
#define PPM 1000000u
#define DAY_S INT64_C(86400)
/* What a report takes in the outbox, more or less. */
#define SENT_BYTES 512

/* Where everything lies in the memory given, from its start. */
struct layout {
    size_t sessions;
    size_t connections;
    size_t books;
    size_t matchings;
    size_t accounts;
    size_t ledger;
    size_t orders;
    size_t ids;
    size_t id_index;
    size_t order_id_index;
    size_t steps;
    size_t reports;
    size_t early;
    size_t outboxes;
    size_t matching;
    size_t bytes;
};

static size_t place(size_t *at, size_t bytes) {
    size_t start = *at;
    *at += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return start;
}

/* Orders take one each, and so do other requests with UUIDs. */
static uint32_t id_capacity(const struct kraken_limits *limits) {
    return limits->orders * 2;
}

static struct fix_outbox_limits outbox_limits(const struct kraken_limits *limits) {
    return (struct fix_outbox_limits){.messages = limits->sent, .bytes = limits->sent * SENT_BYTES};
}

/* Of one session; a multiple of ALIGNMENT. */
static size_t outbox_bytes(const struct kraken_limits *limits) {
    size_t at = 0;
    place(&at, limits->sent > 0 ? fix_outbox_footprint(outbox_limits(limits)) : 0);
    return at;
}

static struct layout layout_of(const struct kraken_config *config) {
    const struct kraken_limits *limits = &config->limits;
    size_t at = 0;
    struct layout layout;
    place(&at, sizeof(struct kraken_spot));
    layout.sessions = place(&at, config->client_count * sizeof(struct kraken_session));
    layout.connections = place(&at, limits->connections * sizeof(struct kraken_connection));
    layout.books = place(&at, config->instrument_count * sizeof(struct kraken_book));
    layout.matchings = place(&at, config->instrument_count * sizeof(struct matching *));
    layout.accounts = place(&at, (size_t)config->client_count * config->instrument_count *
                                     sizeof(struct kraken_account));
    layout.ledger = place(&at, exchange_ledger_footprint(limits->orders));
    layout.orders = place(&at, (size_t)limits->orders * sizeof(struct kraken_order));
    layout.ids = place(&at, (size_t)id_capacity(limits) * sizeof(struct kraken_id));
    layout.id_index = place(&at, hash_index_footprint(id_capacity(limits)));
    layout.order_id_index = place(&at, hash_index_footprint(limits->orders));
    layout.steps = place(&at, (size_t)limits->requests * sizeof(struct kraken_step));
    layout.reports =
        place(&at, (size_t)limits->reports * config->client_count * sizeof(struct kraken_report));
    layout.early = place(&at, (size_t)limits->early * sizeof(struct kraken_early));
    layout.outboxes = place(&at, config->client_count * outbox_bytes(limits));
    layout.matching = place(&at, config->instrument_count *
                                     (matching_footprint(limits->book_orders) + ALIGNMENT));
    layout.bytes = at;
    return layout;
}

static bool limits_are_possible(const struct kraken_limits *limits) {
    return limits->connections >= 1 && limits->connections <= 4096 && limits->orders >= 1 &&
           limits->orders <= EXCHANGE_ORDERS_MAX && limits->reports >= 128 &&
           limits->reports <= 1u << 20 && limits->requests >= 1 && limits->requests <= 1u << 20 &&
           limits->early <= 1u << 16 && matching_footprint(limits->book_orders) != 0;
}

static bool clients_are_possible(const struct kraken_config *config) {
    for (uint32_t i = 0; i < config->client_count; ++i) {
        const struct kraken_client *client = &config->clients[i];
        if (client->comp_id.len < 1 || client->comp_id.len > FIX_COMP_ID_MAX ||
            client->api_key.len < 1 || client->api_key.len > KRAKEN_API_KEY_MAX ||
            client->secret.len < 1 || client->secret.len > KRAKEN_SECRET_MAX) {
            return false;
        }
    }
    return config->client_count >= 1 && config->client_count <= KRAKEN_CLIENTS_MAX;
}

size_t kraken_spot_footprint(const struct kraken_config *config) {
    if (!limits_are_possible(&config->limits) || !clients_are_possible(config) ||
        config->instrument_count < 1 || config->instrument_count > EXCHANGE_INSTRUMENTS_MAX ||
        config->options.roll_over_s >= DAY_S || config->options.maker_fee_ppm > PPM ||
        config->options.taker_fee_ppm > PPM) {
        return 0;
    }
    return layout_of(config).bytes;
}

static struct fix_session_config session_config(const struct kraken_client *client,
                                                struct fix_outbox *outbox) {
    return (struct fix_session_config){
        .role = FIX_ACCEPTOR,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = BYTES(KRAKEN_SPOT_COMP_ID),
        .target_comp_id = client->comp_id,
        .heartbeat_s = 60,
        .time_digits = 3,
        .verdict_needed = true,
        .message_bytes_max = KRAKEN_MESSAGE_BYTES_MAX,
        .latency_max = {LATENCY_MAX_S * NS_PER_S},
        .logon_timeout = {LOGON_TIMEOUT_S * NS_PER_S},
        .logout_timeout = {LOGOUT_TIMEOUT_S * NS_PER_S},
        .answer_timeout = {LOGON_TIMEOUT_S * NS_PER_S},
        .outbox = outbox,
        .resent_types = "8j",
    };
}

static void init_sessions(struct kraken_spot *spot, struct kraken_report *reports, char *outboxes) {
    const struct kraken_config *config = &spot->config;
    size_t each = outbox_bytes(&config->limits);
    for (uint32_t i = 0; i < config->client_count; ++i) {
        struct kraken_session *session = &spot->sessions[i];
        session->client = &config->clients[i];
        session->connection = KRAKEN_NONE;
        session->open_first = KRAKEN_NONE;
        session->reports = reports + (size_t)i * config->limits.reports;
        while (!bytes_equal(config->clients[session->account].api_key, session->client->api_key)) {
            ++session->account;
        }
        if (each > 0) {
            session->outbox = fix_outbox_init(outboxes + i * each, outbox_limits(&config->limits));
        }
        struct fix_session_config fix = session_config(session->client, session->outbox);
        fix_session_init(&session->fix, &fix);
    }
}

static void init_books(struct kraken_spot *spot, char *mem) {
    size_t each = matching_footprint(spot->config.limits.book_orders);
    size_t at = 0;
    for (uint32_t i = 0; i < spot->config.instrument_count; ++i) {
        struct kraken_book *book = &spot->books[i];
        book->spot = spot;
        book->instrument = i;
        book->wait_first = KRAKEN_NONE;
        book->wait_last = KRAKEN_NONE;
        book->matching =
            matching_init(mem + place(&at, each), spot->config.limits.book_orders,
                          (struct matching_sink){.event = kraken_engine_event, .context = book});
        spot->matchings[i] = book->matching;
    }
}

static struct utc next_roll_over(const struct kraken_options *options, struct now now) {
    if (!options->rolls_over) {
        return (struct utc){INT64_MAX};
    }
    int64_t day_ns = DAY_S * NS_PER_S;
    int64_t at = now.utc.ns - now.utc.ns % day_ns + options->roll_over_s * NS_PER_S;
    return (struct utc){at > now.utc.ns ? at : at + day_ns};
}

struct kraken_spot *kraken_spot_init(void *mem, const struct kraken_config *config,
                                     struct now now) {
    CHECK(kraken_spot_footprint(config) != 0);
    struct layout layout = layout_of(config);
    char *base = mem;
    struct kraken_spot *spot = mem;
    spot->config = *config;
    spot->sessions = (struct kraken_session *)(void *)(base + layout.sessions);
    spot->connections = (struct kraken_connection *)(void *)(base + layout.connections);
    spot->books = (struct kraken_book *)(void *)(base + layout.books);
    spot->matchings = (struct matching **)(void *)(base + layout.matchings);
    spot->accounts = (struct kraken_account *)(void *)(base + layout.accounts);
    spot->ledger = exchange_ledger_init(base + layout.ledger, config->limits.orders);
    spot->orders = (struct kraken_order *)(void *)(base + layout.orders);
    spot->ids = (struct kraken_id *)(void *)(base + layout.ids);
    spot->id_capacity = id_capacity(&config->limits);
    spot->id_index = hash_index_init(base + layout.id_index, spot->id_capacity);
    spot->order_id_index = hash_index_init(base + layout.order_id_index, config->limits.orders);
    spot->steps = (struct kraken_step *)(void *)(base + layout.steps);
    spot->early = (struct kraken_early *)(void *)(base + layout.early);
    prng_seed(&spot->prng, config->seed);
    memcpy(spot->hash_seed.key, &config->seed, sizeof(config->seed));
    init_sessions(spot, (struct kraken_report *)(void *)(base + layout.reports),
                  base + layout.outboxes);
    init_books(spot, base + layout.matching);
    spot->roll_over_at = next_roll_over(&config->options, now);
    spot->closed_until = now.mono;
    kraken_engine_run(spot, now);
    return spot;
}

bool kraken_spot_attach(struct kraken_spot *spot, struct now now, struct stream *stream) {
    for (uint32_t i = 0; i < spot->config.limits.connections; ++i) {
        struct kraken_connection *connection = &spot->connections[i];
        if (connection->state == KRAKEN_FREE) {
            *connection = (struct kraken_connection){
                .state = KRAKEN_UNBOUND,
                .stream = stream,
                .deadline = instant_add(now.mono, (struct duration){LOGON_TIMEOUT_S * NS_PER_S})};
            return true;
        }
    }
    return false;
}

bool kraken_spot_turn(struct kraken_spot *spot, struct now now) {
    bool more = false;
    if (now.utc.ns >= spot->roll_over_at.ns) {
        spot->roll_over_at = next_roll_over(&spot->config.options, now);
        kraken_connection_roll_over(spot, now);
    }
    for (uint32_t i = 0; i < spot->config.limits.connections; ++i) {
        more = kraken_connection_read(spot, &spot->connections[i], now) || more;
    }
    kraken_engine_run(spot, now);
    for (uint32_t i = 0; i < spot->config.limits.connections; ++i) {
        more = kraken_connection_write(spot, &spot->connections[i], now) || more;
    }
    return more;
}

struct stream *kraken_spot_done(struct kraken_spot *spot) {
    for (uint32_t i = 0; i < spot->config.limits.connections; ++i) {
        struct kraken_connection *connection = &spot->connections[i];
        if (connection->state == KRAKEN_DONE) {
            connection->state = KRAKEN_FREE;
            return connection->stream;
        }
    }
    return NULL;
}

/* An expiry is told in UTC; the process waits by its monotonic clock. */
static struct instant deadline_of(struct utc at, struct now now) {
    int64_t wait_ns;
    if (at.ns == INT64_MAX || __builtin_sub_overflow(at.ns, now.utc.ns, &wait_ns)) {
        return INSTANT_NEVER;
    }
    return instant_add(now.mono, (struct duration){wait_ns > 0 ? wait_ns : 0});
}

static struct instant expiry_deadline(const struct kraken_spot *spot, struct now now) {
    struct instant deadline = deadline_of(kraken_trigger_next(spot), now);
    for (uint32_t i = 0; i < spot->config.instrument_count; ++i) {
        deadline = instant_earlier(deadline,
                                   deadline_of(matching_next_expiry(spot->books[i].matching), now));
    }
    return deadline;
}

struct instant kraken_spot_deadline(const struct kraken_spot *spot, struct now now) {
    struct instant deadline =
        instant_earlier(expiry_deadline(spot, now), deadline_of(spot->roll_over_at, now));
    if (spot->step_count > 0) {
        deadline = instant_earlier(deadline, spot->steps[spot->step_first].ready_at);
    }
    deadline = instant_earlier(deadline, kraken_mishap_deadline(spot));
    for (uint32_t i = 0; i < spot->config.limits.connections; ++i) {
        deadline =
            instant_earlier(deadline, kraken_connection_deadline(spot, &spot->connections[i], now));
    }
    return deadline;
}

const struct exchange_ledger *kraken_spot_ledger(const struct kraken_spot *spot) {
    return spot->ledger;
}

const struct kraken_counters *kraken_spot_counters(const struct kraken_spot *spot) {
    return &spot->counters;
}

struct exchange_faults *kraken_spot_faults(struct kraken_spot *spot) {
    return &spot->config.faults;
}
