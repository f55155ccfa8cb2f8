#include "core/app/instance_plan.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/app/zone_file.h"
#include "core/base/bits.h"

#define NOTICE_CELLS 1024
#define ADMIN_NOTICE_CELLS 16
#define PAGE_BYTES 4096
#define DAY_S 86400

static struct order_entry_limits entry_limits(const struct config *config) {
    return (struct order_entry_limits){
        .orders = config->limits.orders,
        .requests_per_venue = config->limits.requests_per_venue,
        .client_connections = config->limits.client_connections,
        .reports_per_client = bits_power_of_two_at_least(config->limits.reports_per_client),
        .resend_messages = config->limits.resend_messages_per_client,
        .resend_bytes = config->limits.resend_bytes_per_client,
        .clients = config->client_count,
        .venues = config->venue_count,
        .accounts = config->account_count,
        .instruments = config->instrument_count,
        .late_window = config->limits.late_report_window,
    };
}

static struct instrument_table_limits instrument_limits(const struct config *config) {
    return (struct instrument_table_limits){.instruments = config->instrument_count,
                                            .venues = config->venue_count};
}

enum ring {
    RING_SIGN_QUESTIONS = 0,
    RING_SIGN_ANSWERS,
    RING_PASSWORD_QUESTIONS,
    RING_PASSWORD_ANSWERS,
    RING_LEDGER,
    RING_NOTICES,
    RING_ADMIN_NOTICES,
    RINGS
};

static struct spsc_limits ring_limits(const struct config *config, enum ring ring) {
    uint32_t clients = bits_power_of_two_at_least(config->client_count + 1);
    uint32_t venues = bits_power_of_two_at_least(config->venue_count + 1);
    const struct spsc_limits rings[RINGS] = {
        [RING_SIGN_QUESTIONS] = {.cells = venues, .cell_bytes = sizeof(struct question)},
        [RING_SIGN_ANSWERS] = {.cells = venues, .cell_bytes = sizeof(struct answer)},
        [RING_PASSWORD_QUESTIONS] = {.cells = clients, .cell_bytes = sizeof(struct question)},
        [RING_PASSWORD_ANSWERS] = {.cells = clients, .cell_bytes = sizeof(struct answer)},
        [RING_LEDGER] = {.cells = config->limits.ledger_cells,
                         .cell_bytes = sizeof(struct ledger_record)},
        [RING_NOTICES] = {.cells = NOTICE_CELLS, .cell_bytes = sizeof(struct notice)},
        [RING_ADMIN_NOTICES] = {.cells = ADMIN_NOTICE_CELLS, .cell_bytes = sizeof(struct notice)},
    };
    return rings[ring];
}

static bool has_schedule(const struct config_client *client) {
    return client->schedule.start.is_given;
}

/* The first client whose sessions go by the same zone: it is read once. */
static uint32_t first_in_zone(const struct config *config, uint32_t index) {
    const char *zone = config->clients[index].schedule.zone;
    for (uint32_t i = 0; i < index; i++) {
        if (has_schedule(&config->clients[i]) &&
            strcmp(config->clients[i].schedule.zone, zone) == 0) {
            return i;
        }
    }
    return index;
}

static size_t zones_bytes(const struct config *config) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < config->client_count; i++) {
        if (has_schedule(&config->clients[i]) && first_in_zone(config, i) == i) {
            bytes += arena_cost(sizeof(struct fix_zone));
        }
    }
    return bytes;
}

size_t instance_plan_bytes(const struct config *config) {
    struct order_entry_limits entry = entry_limits(config);
    size_t sizes[RINGS + 4] = {
        order_entry_footprint(&entry),
        transport_footprint(config),
        instrument_table_footprint(instrument_limits(config)),
        sizeof(struct clock_page),
    };
    for (unsigned i = 0; i < RINGS; i++) {
        sizes[4 + i] = spsc_footprint(ring_limits(config, (enum ring)i));
    }
    size_t total = PAGE_BYTES;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i] == 0) {
            return 0;
        }
        total += arena_cost(sizes[i]);
    }
    total += config->venue_count * (arena_cost(sizeof(struct fix_venue)) +
                                    arena_cost(fix_early_footprint(FIX_VENUE_EARLY)));
    total += zones_bytes(config);
    return (total + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
}

_Static_assert(CONFIG_NONE == HUGEPAGES_NODE_ANY && CONFIG_NUMA_NODES_MAX == HUGEPAGES_NODE_MAX + 1,
               "a node of the config is one of the mapping's");

static size_t host_memory_bytes(void) {
    return (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
}

bool instance_map(struct instance *instance, FILE *err) {
    size_t bytes = instance_plan_bytes(instance->config);
    if (bytes == 0) {
        (void)fputs("tercel: the limits of the config cannot be met together\n", err);
        return false;
    }
    if (bytes > host_memory_bytes()) {
        (void)fprintf(err,
                      "tercel: the limits of the config need %zu MiB, more than this host has\n",
                      bytes >> 20);
        return false;
    }
    const struct config_memory *memory = &instance->config->memory;
    const struct hugepages_request request = {
        .name = "tercel", .bytes = bytes, .pages = memory->pages, .numa_node = memory->numa_node};
    struct hugepages_text text;
    if (!hugepages_map(&request, &instance->mapping, &text)) {
        (void)fprintf(err, "tercel: memory: %s\n", text.text);
        return false;
    }
    if (text.text[0] != '\0') {
        (void)fprintf(err, "tercel: warning: memory: %s\n", text.text);
    }
    arena_init(&instance->arena, instance->mapping.memory, bytes);
    return true;
}

static struct spsc *place_ring(struct instance *instance, const char *name, enum ring ring) {
    struct spsc_limits limits = ring_limits(instance->config, ring);
    return spsc_init(arena_take(&instance->arena, name, spsc_footprint(limits), CACHE_LINE),
                     limits);
}

static void place_rings(struct instance *instance) {
    struct order_entry_rings *rings = &instance->setup.rings;
    rings->sign_questions = place_ring(instance, "ring sign questions", RING_SIGN_QUESTIONS);
    rings->sign_answers = place_ring(instance, "ring sign answers", RING_SIGN_ANSWERS);
    rings->password_questions =
        place_ring(instance, "ring password questions", RING_PASSWORD_QUESTIONS);
    rings->password_answers = place_ring(instance, "ring password answers", RING_PASSWORD_ANSWERS);
    rings->ledger = place_ring(instance, "ring ledger", RING_LEDGER);
    rings->notices = place_ring(instance, "ring notices", RING_NOTICES);
    instance->signer.questions = rings->sign_questions;
    instance->signer.answers = rings->sign_answers;
    instance->signer.count = instance->config->venue_count;
    instance->signer.wake = instance_wake;
    instance->signer.wake_context = instance;
    instance->password_checker.questions = rings->password_questions;
    instance->password_checker.answers = rings->password_answers;
    instance->password_checker.count = instance->config->client_count;
    instance->password_checker.wake = instance_wake;
    instance->password_checker.wake_context = instance;
    instance->ledger.records = rings->ledger;
    instance->ledger.directory = &instance->directory;
    instance->log.notices = rings->notices;
    instance->log.admin_notices = place_ring(instance, "ring admin notices", RING_ADMIN_NOTICES);
    instance->log.directory = &instance->directory;
}

static enum dialect_self_trade self_trade_of(enum config_self_trade mode) {
    switch (mode) {
    case CONFIG_SELF_TRADE_CANCEL_OLDEST:
        return SELF_TRADE_CANCEL_OLDEST;
    case CONFIG_SELF_TRADE_CANCEL_BOTH:
        return SELF_TRADE_CANCEL_BOTH;
    case CONFIG_SELF_TRADE_CANCEL_NEWEST:
        break;
    }
    return SELF_TRADE_CANCEL_NEWEST;
}

static struct fix_schedule schedule_of(const struct config_venue *from) {
    return from->daily_pause ? instance_dialect(from->dialect)->schedule
                             : (struct fix_schedule){.kind = FIX_SCHEDULE_NONE};
}

static struct rate_limit_config rate_of(const struct config_rate *rate) {
    return (struct rate_limit_config){.limit = rate->limit,
                                      .per_minute = rate->per_minute,
                                      .cancel_reserve = rate->cancel_reserve};
}

static void place_venue(struct instance *instance, uint32_t index) {
    const struct config_venue *from = &instance->config->venues[index];
    struct fix_venue *venue =
        arena_take(&instance->arena, from->name, sizeof(struct fix_venue), CACHE_LINE);
    void *early = arena_take(&instance->arena, "early reports",
                             fix_early_footprint(FIX_VENUE_EARLY), CACHE_LINE);
    struct fix_venue_config config = {
        .dialect = instance_dialect(from->dialect),
        .index = index,
        .sender_comp_id = bytes_of_string(from->sender_comp_id),
        .target_comp_id = bytes_of_string(from->target_comp_id),
        .api_key = bytes_of(instance->keys[index].data, instance->keys[index].len),
        .cancel_on_disconnect = from->cancel_on_disconnect,
        .reset_on_logon = from->reset_on_logon,
        .self_trade = self_trade_of(from->self_trade_prevention),
        .order_validity = from->order_validity,
        .heartbeat_s = (uint32_t)(from->heartbeat.ns / NS_PER_S),
        .logon_timeout = from->logon_timeout,
        .message_bytes_max = instance->config->limits.message_bytes_max,
        .schedule = schedule_of(from),
        .session_rate = rate_of(&from->message_rate),
        .instrument_rate = rate_of(&from->instrument_rate),
        .early = fix_early_init(early, FIX_VENUE_EARLY),
    };
    fix_venue_init(venue, &config);
    instance->signer.dialects[index] = config.dialect;
    instance->order_entry_venues[index] = (struct order_entry_venue){
        .venue = &venue->venue,
        .peer = index,
        .reconnect = {.min = from->reconnect.min,
                      .max = from->reconnect.max,
                      .stable = {.ns = 30 * NS_PER_S}},
        .cancel_foreign = from->foreign_orders == CONFIG_FOREIGN_CANCEL,
        .cancel_in_doubt = from->in_doubt == CONFIG_DOUBT_CANCEL,
    };
}

static enum order_entry_cod cod_of(enum config_disconnect when) {
    switch (when) {
    case CONFIG_DISCONNECT_DISCONNECT:
        return ORDER_ENTRY_COD_DISCONNECT;
    case CONFIG_DISCONNECT_LOGOUT:
        return ORDER_ENTRY_COD_LOGOUT;
    case CONFIG_DISCONNECT_BOTH:
        return ORDER_ENTRY_COD_BOTH;
    case CONFIG_DISCONNECT_NONE:
        break;
    }
    return ORDER_ENTRY_COD_NONE;
}

struct fix_schedule instance_schedule(const struct config_schedule *from,
                                      const struct fix_zone *zone) {
    bool weekly = from->start.weekday != CONFIG_NONE;
    uint32_t start_day = weekly ? (uint32_t)from->start.weekday : 0;
    uint32_t end_day = weekly ? (uint32_t)from->end.weekday : 0;
    return (struct fix_schedule){
        .kind = weekly ? FIX_SCHEDULE_WEEKLY : FIX_SCHEDULE_DAILY,
        .start_s = start_day * DAY_S + from->start.second,
        .end_s = end_day * DAY_S + from->end.second,
        .days = from->days,
        .zone = zone,
    };
}

/* The file was good when the config was checked; it may have changed since. */
static bool place_schedule(struct instance *instance, uint32_t index, FILE *err) {
    const struct config_client *from = &instance->config->clients[index];
    if (!has_schedule(from)) {
        return true;
    }
    uint32_t first = first_in_zone(instance->config, index);
    const struct fix_zone *zone = instance->clients[first].session.schedule.zone;
    if (first == index) {
        struct fix_zone *read =
            arena_take(&instance->arena, from->schedule.zone, sizeof(*read), CACHE_LINE);
        const char *why = zone_file_read(ZONE_FILE_FOLDER, from->schedule.zone, read);
        if (why != NULL) {
            (void)fprintf(err, "tercel: zone %s of client %s: %s\n", from->schedule.zone,
                          from->name, why);
            return false;
        }
        zone = read;
    }
    instance->clients[index].session.schedule = instance_schedule(&from->schedule, zone);
    return true;
}

static bool place_clients(struct instance *instance, FILE *err) {
    const struct config *config = instance->config;
    instance->clients = calloc(config->client_count, sizeof(*instance->clients));
    if (instance->clients == NULL) {
        (void)fputs("tercel: out of memory\n", err);
        return false;
    }
    for (uint32_t i = 0; i < config->client_count; i++) {
        const struct config_client *from = &config->clients[i];
        instance->clients[i].unread_max = from->unread_max;
        instance->clients[i].cancel_on_disconnect = cod_of(from->cancel_on_disconnect);
        instance->clients[i].cancel_window = from->cancel_window;
        instance->clients[i].session = (struct fix_session_config){
            .role = FIX_ACCEPTOR,
            .version = fix_version_of(FIX_44),
            .sender_comp_id = bytes_of_string(from->target_comp_id),
            .target_comp_id = bytes_of_string(from->sender_comp_id),
            .heartbeat_min_s = (uint32_t)(from->heartbeat.min.ns / NS_PER_S),
            .heartbeat_max_s = (uint32_t)(from->heartbeat.max.ns / NS_PER_S),
            .time_digits = 3,
            .verdict_needed = from->password_file[0] != '\0',
            .message_bytes_max = config->limits.message_bytes_max,
            .latency_max = {.ns = 120 * NS_PER_S},
            .logon_timeout = from->logon_timeout,
            .logout_timeout = {.ns = 2 * NS_PER_S},
            .answer_timeout = {.ns = 10 * NS_PER_S},
            .profile = fix_profile_production(),
        };
        if (!place_schedule(instance, i, err)) {
            return false;
        }
    }
    return true;
}

/*
 * What makes ids of this run unlike any other's: the second it started in, and chance. The epoch is
 * its low 16 bits; that two runs 18 hours apart share one does no harm, because an id is compared
 * whole.
 */
static void fill_run(struct order_entry_setup *setup) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    setup->epoch = (uint16_t)now.tv_sec;
    (void)snprintf(setup->run, sizeof(setup->run), "T%u-%llx%03x", (unsigned)setup->shard,
                   (unsigned long long)now.tv_sec, (unsigned)randombytes_uniform(4096));
    randombytes_buf(&setup->seed, sizeof(setup->seed));
    randombytes_buf(&setup->random_seed, sizeof(setup->random_seed));
}

static void fill_setup(struct instance *instance) {
    const struct config *config = instance->config;
    struct order_entry_setup *setup = &instance->setup;
    setup->limits = entry_limits(config);
    setup->shard = (uint8_t)config->shard_id;
    setup->directory = &instance->directory;
    setup->clients = instance->clients;
    setup->venues = instance->order_entry_venues;
    setup->listener_count = config->listener_count;
    setup->message_bytes_max = config->limits.message_bytes_max;
    setup->identify_timeout = (struct duration){.ns = 10 * NS_PER_S};
    fill_run(setup);
}

bool instance_place(struct instance *instance, FILE *err) {
    const struct config *config = instance->config;
    struct arena *arena = &instance->arena;
    struct instrument_table_limits instruments = instrument_limits(config);
    if (!place_clients(instance, err)) {
        return false;
    }
    fill_setup(instance);
    place_rings(instance);
    instance->clock = arena_take(arena, "clock", sizeof(struct clock_page), CACHE_LINE);
    for (uint32_t i = 0; i < config->venue_count; i++) {
        place_venue(instance, i);
    }
    struct instrument_table *table = instrument_table_init(
        arena_take(arena, "instruments", instrument_table_footprint(instruments), CACHE_LINE),
        instruments, &instance->setup.seed);
    if (!instance_fill_directory(instance, table, err)) {
        return false;
    }
    instance->transport_memory =
        arena_take(arena, "transport", transport_footprint(config), CACHE_LINE);
    instance->entry = arena_take(arena, "order entry",
                                 order_entry_footprint(&instance->setup.limits), CACHE_LINE);
    arena_seal(arena);
    return true;
}

bool instance_open_transport(struct instance *instance, FILE *err) {
    instance->transport = transport_open(instance->transport_memory, instance->config, err);
    if (instance->transport == NULL) {
        return false;
    }
    instance->setup.stack = instance->transport->streams;
    instance->entry = order_entry_init(instance->entry, &instance->setup);
    return true;
}
