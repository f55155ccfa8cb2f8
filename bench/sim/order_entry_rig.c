#include "bench/sim/order_entry_rig.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "venues/kraken/kraken_spot.h"

/* 2026-01-05T12:00:00Z */
#define START_UTC_S INT64_C(1767614400)
#define ROUTER 0U
#define OUTSIDE 1U
#define CELLS 16U

static const char *const client_ids[RIG_CLIENTS] = {"FIRMA", "FIRMB"};

struct rig_options rig_default(void) {
    return (struct rig_options){
        .venues = 1,
        .shard = 0,
        .epoch = 1,
        .orders = 64,
        .requests_per_venue = 256,
        .client_connections = 4,
        .reports_per_client = 64,
        .resend_messages = 1024,
        .unread_max = {10 * NS_PER_S},
        .ledger_cells = 64,
        .notice_cells = 64,
        .heartbeat_s = 30,
        .late_window = {.ns = 60 * NS_PER_S},
        .stream = {.send_bytes = 1 << 16,
                   .receive_bytes = 1 << 16,
                   .record_bytes_max = CLIENT_REPORT_BYTES_MAX + FIX_RESENT_BYTES_MORE,
                   .gather_bytes_max = 8192,
                   .hold_bytes = 1 << 16,
                   .hold_records_max = 1024},
    };
}

static void *block(struct rig *rig, size_t bytes) {
    cr_assert(bytes != 0, "impossible limits");
    cr_assert_lt(rig->block_count, sizeof(rig->blocks) / sizeof(rig->blocks[0]));
    void *mem = aligned_alloc(64, bits_whole_lines(bytes));
    memset(mem, 0, bits_whole_lines(bytes));
    rig->blocks[rig->block_count++] = mem;
    return mem;
}

/* The router's stack: the world's, and every stream it gave out is known here. */

static struct rig *rig_of_stack(struct stream_stack *stack) {
    return (struct rig *)(void *)((char *)stack - offsetof(struct rig, stack));
}

static struct stream *remember(struct rig *rig, struct stream *stream) {
    for (size_t i = 0; stream != NULL && i < RIG_STREAMS_MAX; i++) {
        if (rig->router_streams[i] == NULL) {
            rig->router_streams[i] = stream;
            return stream;
        }
    }
    cr_assert(stream == NULL, "more streams than the rig knows");
    return NULL;
}

static struct stream *router_accept(struct stream_stack *stack, unsigned listener) {
    struct rig *rig = rig_of_stack(stack);
    return remember(rig, stream_accept(stream_memory_stack(rig->world, ROUTER), listener));
}

static struct stream *router_dial(struct stream_stack *stack, unsigned peer) {
    struct rig *rig = rig_of_stack(stack);
    return remember(rig, stream_dial(stream_memory_stack(rig->world, ROUTER), peer));
}

static void router_discard(struct stream_stack *stack, struct stream *stream) {
    struct rig *rig = rig_of_stack(stack);
    for (size_t i = 0; i < RIG_STREAMS_MAX; i++) {
        if (rig->router_streams[i] == stream) {
            rig->router_streams[i] = NULL;
        }
    }
    stream_discard(stream_memory_stack(rig->world, ROUTER), stream);
}

static const struct stream_stack_ops router_stack_ops = {
    .accept = router_accept, .dial = router_dial, .discard = router_discard};

/* What order entry gets for a stack: the rig's, one that records it, or one that replays a log. */
static struct stream_stack *make_stack(struct rig *rig) {
    const struct rig_options *options = &rig->options;
    if (options->replay.len != 0) {
        replay_log_replay(&rig->log, options->replay);
        void *mem = block(rig, stream_replayer_footprint(RIG_STREAMS_MAX, &options->stream));
        return stream_replayer_stack(stream_replayer_init(mem, RIG_STREAMS_MAX, &options->stream,
                                                          &rig->log, options->watch));
    }
    if (options->record.write != NULL) {
        replay_log_record(&rig->log, options->record);
        void *mem = block(rig, stream_recorder_footprint(RIG_STREAMS_MAX));
        return stream_recorder_stack(
            stream_recorder_init(mem, RIG_STREAMS_MAX, &rig->stack, &rig->log, options->watch));
    }
    return &rig->stack;
}

/* The configuration. */

static struct hash_seed seed_of_rig(void) {
    struct hash_seed seed;
    memset(&seed, 0x5A, sizeof(seed));
    return seed;
}

struct listing {
    const char *symbol;
    struct instrument_spec spec;
    const char *on[RIG_VENUES_MAX];
};

static void add_instruments(struct rig *rig, struct instrument_table *table) {
    static const struct listing listings[] = {
        {"BTC-USD",
         {{NULL, 0}, 1, 8, 2, {1}, {1}, {10000}, {1000000000000}, {0}},
         {"BTC/USD", NULL}},
        {"ETH-USD",
         {{NULL, 0}, 2, 3, 2, {5}, {10}, {100}, {INT64_MAX}, {100}},
         {"ETH/USD", "ETH/USD"}},
        {"SOL-USD", {{NULL, 0}, 2, 2, 2, {1}, {1}, {1}, {INT64_MAX}, {0}}, {NULL, "SOL/USD"}},
        {"XRP-USD", {{NULL, 0}, 4, 0, 4, {1}, {1}, {1}, {INT64_MAX}, {0}}, {NULL, NULL}},
    };
    for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
        uint32_t index;
        struct instrument_spec spec = listings[i].spec;
        spec.symbol = bytes_of_string(listings[i].symbol);
        cr_assert_eq(instrument_table_add(table, &spec, &index), INSTRUMENT_ADD_OK);
        for (uint32_t v = 0; v < rig->options.venues; v++) {
            const char *symbol = listings[i].on[v];
            cr_assert(symbol == NULL ||
                      instrument_table_add_venue(table, index, v, bytes_of_string(symbol)) ==
                          INSTRUMENT_ADD_OK);
        }
    }
    instrument_table_seal(table);
}

static void make_directory(struct rig *rig) {
    static const char *const venue_names[RIG_VENUES_MAX] = {"KRAKEN", "OTHER"};
    cr_assert_leq(rig->options.venues, RIG_VENUES_MAX);
    static const char *const accounts[] = {"MM1", "MM2", "MM3"};
    struct instrument_table_limits limits = {.instruments = 4, .venues = RIG_VENUES_MAX};
    struct hash_seed seed = seed_of_rig();
    struct instrument_table *table =
        instrument_table_init(block(rig, instrument_table_footprint(limits)), limits, &seed);
    add_instruments(rig, table);
    struct directory *directory = block(rig, sizeof(*directory));
    directory->instruments = table;
    directory->account_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        directory->accounts[i] = bytes_of_string(accounts[i]);
    }
    directory->venue_count = rig->options.venues;
    for (uint32_t i = 0; i < rig->options.venues; i++) {
        directory->venues[i].name = bytes_of_string(venue_names[i]);
        account_set_add(&directory->venues[i].accounts, 0);
        account_set_add(&directory->venues[i].accounts, 1);
    }
    directory->client_count = RIG_CLIENTS;
    struct directory_client *firm = directory->clients;
    firm[0] = (struct directory_client){.name = BYTES("firma"), .only_account = 0, .venues = 3};
    firm[1] =
        (struct directory_client){.name = BYTES("firmb"), .only_account = ROUTE_NONE, .venues = 1};
    account_set_add(&firm[0].accounts, 0);
    for (uint32_t i = 0; i < 3; i++) {
        account_set_add(&firm[1].accounts, i);
    }
    rig->directory = directory;
}

static struct spsc *ring(struct rig *rig, uint32_t cells, size_t cell_bytes) {
    struct spsc_limits limits = {.cells = cells, .cell_bytes = (uint32_t)cell_bytes};
    return spsc_init(block(rig, spsc_footprint(limits)), limits);
}

static struct order_entry_rings make_rings(struct rig *rig) {
    return (struct order_entry_rings){
        .sign_questions = ring(rig, CELLS, sizeof(struct question)),
        .sign_answers = ring(rig, CELLS, sizeof(struct answer)),
        .password_questions = ring(rig, CELLS, sizeof(struct question)),
        .password_answers = ring(rig, CELLS, sizeof(struct answer)),
        .ledger = ring(rig, rig->options.ledger_cells, sizeof(struct ledger_record)),
        .notices = ring(rig, rig->options.notice_cells, sizeof(struct notice)),
    };
}

static void make_venue(struct rig *rig, uint32_t index) {
    void *early = block(rig, fix_early_footprint(FIX_VENUE_EARLY));
    struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .index = index,
        .sender_comp_id = BYTES("TERCEL"),
        .target_comp_id = BYTES("KRAKEN-TRD"),
        .api_key = BYTES("KEY"),
        .reset_on_logon = !rig->options.keep_numbers,
        .order_validity = {.ns = 5 * NS_PER_S},
        .heartbeat_s = rig->options.heartbeat_s,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .message_bytes_max = 4096,
        .schedule = rig->options.venue_day,
        .session_rate = rig->options.venue_rate,
        .early = fix_early_init(early, FIX_VENUE_EARLY),
    };
    rig->venues[index] = block(rig, sizeof(struct fix_venue));
    fix_venue_init(rig->venues[index], &config);
}

static struct order_entry_client make_client(const struct rig *rig, uint32_t index) {
    return (struct order_entry_client){
        .session = {.role = FIX_ACCEPTOR,
                    .version = fix_version_of(FIX_44),
                    .sender_comp_id = BYTES("TERCEL"),
                    .target_comp_id = bytes_of_string(client_ids[index]),
                    .heartbeat_s = 30,
                    .time_digits = 3,
                    .verdict_needed = rig->options.passwords,
                    .message_bytes_max = 4096,
                    .latency_max = {.ns = 120 * NS_PER_S},
                    .logon_timeout = {.ns = 10 * NS_PER_S},
                    .logout_timeout = {.ns = 2 * NS_PER_S},
                    .answer_timeout = {.ns = 5 * NS_PER_S},
                    .profile = fix_profile_production()},
        .cancel_on_disconnect = rig->options.cancel_on_disconnect,
        .cancel_window = rig->options.cancel_window,
        .unread_max = rig->options.unread_max};
}

static void make_entry(struct rig *rig) {
    const struct rig_options *options = &rig->options;
    struct order_entry_client *clients = block(rig, RIG_CLIENTS * sizeof(*clients));
    struct order_entry_venue *venues = block(rig, RIG_VENUES_MAX * sizeof(*venues));
    for (uint32_t i = 0; i < RIG_CLIENTS; i++) {
        clients[i] = make_client(rig, i);
    }
    for (uint32_t i = 0; i < options->venues; i++) {
        make_venue(rig, i);
        venues[i] = (struct order_entry_venue){.venue = &rig->venues[i]->venue,
                                               .peer = i,
                                               .reconnect = {.min = {.ns = NS_PER_S},
                                                             .max = {.ns = 30 * NS_PER_S},
                                                             .stable = {.ns = 60 * NS_PER_S}},
                                               .cancel_foreign = options->cancel_foreign,
                                               .cancel_in_doubt = options->cancel_in_doubt};
    }
    struct order_entry_setup setup = {
        .limits = {.orders = options->orders,
                   .requests_per_venue = options->requests_per_venue,
                   .client_connections = options->client_connections,
                   .reports_per_client = options->reports_per_client,
                   .resend_messages = options->resend_messages,
                   .resend_bytes = 512 * 1024,
                   .clients = RIG_CLIENTS,
                   .venues = options->venues,
                   .accounts = 3,
                   .instruments = 4,
                   .late_window = options->late_window},
        .shard = options->shard,
        .epoch = options->epoch,
        .run = "R",
        .seed = seed_of_rig(),
        .random_seed = 1,
        .directory = rig->directory,
        .clients = clients,
        .venues = venues,
        .listener_count = 1,
        .message_bytes_max = 4096,
        .identify_timeout = {.ns = 5 * NS_PER_S},
        .stack = make_stack(rig),
        .rings = rig->input.inner,
        .trace = options->trace,
    };
    rig->entry = order_entry_init(block(rig, order_entry_footprint(&setup.limits)), &setup);
}

static void make_peer(struct rig *rig, struct rig_peer *peer, const char *comp_id) {
    *peer = (struct rig_peer){
        .rig = rig, .comp_id = comp_id, .router_id = "TERCEL", .next_out = 1, .next_in = 1};
}

struct rig *rig_begin(const struct rig_options *options) {
    struct rig *rig = calloc(1, sizeof(*rig));
    rig->options = *options;
    rig->stack.ops = &router_stack_ops;
    int64_t start_s = options->start_utc_s != 0 ? options->start_utc_s : START_UTC_S;
    rig->now = (struct now){.mono = {.ns = 1000 * NS_PER_S}, .utc = {.ns = start_s * NS_PER_S}};
    rig->segment_bytes = SIZE_MAX;
    struct stream_memory_limits limits = {
        .stream = options->stream, .pairs_max = 16, .stacks = 2, .ports = RIG_VENUES_MAX};
    rig->world = stream_memory_init(block(rig, stream_memory_footprint(&limits)), &limits);
    make_directory(rig);
    rig->rings = make_rings(rig);
    rig->input = (struct input_log){.log = &rig->log, .inner = rig->rings, .outer = rig->rings};
    if (options->record.write != NULL || options->replay.len != 0) {
        rig->input.inner = make_rings(rig);
    }
    for (uint32_t i = 0; i < RIG_CLIENTS; i++) {
        make_peer(rig, &rig->client[i], client_ids[i]);
    }
    for (uint32_t i = 0; i < RIG_VENUES_MAX; i++) {
        make_peer(rig, &rig->venue[i], "KRAKEN-TRD");
    }
    make_entry(rig);
    return rig;
}

static void free_peer(struct rig_peer *peer) {
    free(peer->heard);
    free(peer->log);
    free(peer->ids);
}

void rig_end(struct rig *rig) {
    for (uint32_t i = 0; i < RIG_CLIENTS; i++) {
        free_peer(&rig->client[i]);
    }
    for (uint32_t i = 0; i < RIG_VENUES_MAX; i++) {
        free_peer(&rig->venue[i]);
    }
    for (uint32_t i = 0; i < rig->block_count; i++) {
        free(rig->blocks[i]);
    }
    free(rig->ledger);
    free(rig);
}
