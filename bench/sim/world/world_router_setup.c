/* A shard of order entry as an instance sets it up: directory, rings, venue sessions, clients. */
#include "bench/sim/world/world_internal.h"
#include "core/base/bits.h"
#include "core/market/instrument.h"
#include "core/route/ledger_record.h"
#include "venues/kraken/kraken_spot.h"

#define COLD_CELLS 16U
#define RING_CELLS 64U
#define HEARTBEAT_S 5
#define MESSAGE_BYTES_MAX 4096

static const char *const router_ids[WORLD_SHARDS_MAX] = {"TERCEL0", "TERCEL1"};
static const char *const api_keys[WORLD_SHARDS_MAX] = {"KEY0", "KEY1"};
static const char *const venue_names[WORLD_EXCHANGES_MAX] = {"X0", "X1"};

static struct hash_seed seed_of(const struct world *world) {
    struct hash_seed seed;
    memset(&seed, (int)(world->options.seed & 0x7f), sizeof(seed));
    return seed;
}

static void make_instruments(struct world *world, struct instrument_table *table) {
    const struct instrument_spec spec = {.symbol = BYTES("BTC-USD"),
                                         .price_digits = 1,
                                         .quantity_digits = 8,
                                         .cash_digits = 2,
                                         .tick = {1},
                                         .lot = {1},
                                         .min_quantity = {10000},
                                         .max_quantity = {INT64_C(1000000000000)}};
    uint32_t index;
    CHECK(instrument_table_add(table, &spec, &index) == INSTRUMENT_ADD_OK);
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        CHECK(instrument_table_add_venue(table, index, i, BYTES("BTC/USD")) == INSTRUMENT_ADD_OK);
    }
    instrument_table_seal(table);
}

static void make_directory(struct world *world, struct world_shard *shard, uint32_t index) {
    struct instrument_table_limits limits = {.instruments = 1, .venues = WORLD_EXCHANGES_MAX};
    struct hash_seed seed = seed_of(world);
    struct instrument_table *table = instrument_table_init(
        world_block(world, instrument_table_footprint(limits)), limits, &seed);
    make_instruments(world, table);
    struct directory *directory = world_block(world, sizeof(*directory));
    directory->instruments = table;
    directory->accounts[0] = BYTES("MM1");
    directory->account_count = 1;
    directory->venue_count = world->plan.exchanges;
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        directory->venues[i].name = bytes_of_string(venue_names[i]);
        account_set_add(&directory->venues[i].accounts, 0);
    }
    directory->client_count = WORLD_CLIENTS_EACH;
    for (uint32_t i = 0; i < WORLD_CLIENTS_EACH; i++) {
        const struct world_client *client = &world->clients[index * WORLD_CLIENTS_EACH + i];
        directory->clients[i] = (struct directory_client){
            .name = bytes_of_string(client->comp_id), .only_account = 0, .venues = 3};
        account_set_add(&directory->clients[i].accounts, 0);
    }
    shard->directory = directory;
}

static struct spsc *ring(struct world *world, uint32_t cells, size_t cell_bytes) {
    struct spsc_limits limits = {.cells = cells, .cell_bytes = (uint32_t)cell_bytes};
    return spsc_init(world_block(world, spsc_footprint(limits)), limits);
}

static void make_rings(struct world *world, struct world_shard *shard) {
    shard->rings = (struct order_entry_rings){
        .sign_questions = ring(world, COLD_CELLS, sizeof(struct question)),
        .sign_answers = ring(world, COLD_CELLS, sizeof(struct answer)),
        .password_questions = ring(world, COLD_CELLS, sizeof(struct question)),
        .password_answers = ring(world, COLD_CELLS, sizeof(struct answer)),
        .ledger = ring(world, RING_CELLS, sizeof(struct ledger_record)),
        .notices = ring(world, RING_CELLS, sizeof(struct notice)),
    };
}

static void make_venue(struct world *world, struct world_shard *shard, uint32_t index,
                       uint32_t venue) {
    struct fix_early_limits early = {.messages = 512, .bytes = 128 * 1024};
    struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .index = venue,
        .sender_comp_id = bytes_of_string(router_ids[index]),
        .target_comp_id = BYTES(KRAKEN_SPOT_COMP_ID),
        .api_key = bytes_of_string(api_keys[index]),
        .reset_on_logon = !world->plan.keep_numbers,
        .order_validity = {.ns = 5 * NS_PER_S},
        .heartbeat_s = HEARTBEAT_S,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .early = fix_early_init(world_block(world, fix_early_footprint(early)), early),
    };
    shard->venues[venue] = world_block(world, sizeof(struct fix_venue));
    fix_venue_init(shard->venues[venue], &config);
}

static struct order_entry_client make_client(const struct world *world, uint32_t index) {
    const struct world_client *client = &world->clients[index];
    return (struct order_entry_client){
        .session = {.role = FIX_ACCEPTOR,
                    .version = fix_version_of(FIX_44),
                    .sender_comp_id = BYTES("TERCEL"),
                    .target_comp_id = bytes_of_string(client->comp_id),
                    .heartbeat_s = HEARTBEAT_S,
                    .time_digits = 3,
                    .message_bytes_max = MESSAGE_BYTES_MAX,
                    .latency_max = {.ns = 120 * NS_PER_S},
                    .logon_timeout = {.ns = 10 * NS_PER_S},
                    .logout_timeout = {.ns = 2 * NS_PER_S},
                    .answer_timeout = {.ns = 5 * NS_PER_S}},
        .cancel_on_disconnect = world->plan.cod,
        .cancel_window = {world->plan.cancel_window_ns},
        .unread_max = {.ns = 10 * NS_PER_S}};
}

static void make_peers(struct world *world, struct world_shard *shard, uint32_t index,
                       struct order_entry_setup *setup) {
    struct order_entry_client *clients =
        world_block(world, WORLD_CLIENTS_EACH * sizeof(struct order_entry_client));
    struct order_entry_venue *venues =
        world_block(world, WORLD_EXCHANGES_MAX * sizeof(struct order_entry_venue));
    for (uint32_t i = 0; i < WORLD_CLIENTS_EACH; i++) {
        clients[i] = make_client(world, index * WORLD_CLIENTS_EACH + i);
    }
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        make_venue(world, shard, index, i);
        venues[i] = (struct order_entry_venue){.venue = &shard->venues[i]->venue,
                                               .peer = i,
                                               .reconnect = {.min = {.ns = NS_PER_S / 4},
                                                             .max = {.ns = 4 * NS_PER_S},
                                                             .stable = {.ns = 30 * NS_PER_S}},
                                               .cancel_in_doubt = world->plan.cancel_in_doubt};
    }
    setup->clients = clients;
    setup->venues = venues;
}

void world_shard_make(struct world *world, struct world_shard *shard, uint32_t index) {
    make_directory(world, shard, index);
    make_rings(world, shard);
    struct order_entry_setup setup = {
        .limits = {.orders = WORLD_ORDERS_MAX,
                   .requests_per_venue = 4 * WORLD_ORDERS_MAX,
                   .client_connections = 4,
                   .reports_per_client = 512,
                   .resend_messages = 1024,
                   .resend_bytes = 512 * 1024,
                   .clients = WORLD_CLIENTS_EACH,
                   .venues = world->plan.exchanges,
                   .accounts = 1,
                   .instruments = 1,
                   .late_window = {.ns = 600 * NS_PER_S}},
        .shard = (uint8_t)index,
        .epoch = 1,
        .run = "R",
        .seed = seed_of(world),
        .random_seed = world->options.seed,
        .directory = shard->directory,
        .listener_count = WORLD_CLIENTS_EACH,
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .identify_timeout = {.ns = 5 * NS_PER_S},
        .stack = &shard->host->stack,
        .rings = shard->rings,
    };
    make_peers(world, shard, index, &setup);
    shard->entry =
        order_entry_init(world_block(world, order_entry_footprint(&setup.limits)), &setup);
}
