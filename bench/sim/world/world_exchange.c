/*
 * An exchange: the real counterpart with its ledger, quotes to trade with, and a floor that fills
 * what rests. A crash is its gateway's: all connections are reset and nobody is let in for a while;
 * its books stand.
 */
#include "bench/sim/world/world_internal.h"

#define QUOTE_TEXT "BTC/USD:bid=1.5@59990.0,bid=2@59980.0,ask=1.5@60000.0,ask=2@60010.0"

static const struct kraken_client credentials[WORLD_SHARDS_MAX] = {
    {{"TERCEL0", 7}, {"KEY0", 4}, {"world", 5}},
    {{"TERCEL1", 7}, {"KEY1", 4}, {"world", 5}},
};

void world_exchange_init(struct world *world, uint32_t index) {
    struct world_exchange *exchange = &world->exchanges[index];
    exchange->host = &world->hosts[WORLD_FIRST_EXCHANGE + index];
    prng_seed(&exchange->prng, world->options.seed * 8 + 3 + index);
    struct kraken_config config = {
        .clients = credentials,
        .client_count = world->plan.shards,
        .instruments = exchange_instruments_default,
        .instrument_count = 1,
        .quotes.replenish = true,
        .options = {.gap_queues = world_one_in(&exchange->prng, 2),
                    .reject_detail = world_one_in(&exchange->prng, 2),
                    .pending_replace = world_one_in(&exchange->prng, 3),
                    .mass_cancel_account = true,
                    .cod_spares_logout = world_one_in(&exchange->prng, 2)},
        .limits = {.connections = 8,
                   .orders = WORLD_ORDERS_MAX * 2,
                   .book_orders = WORLD_ORDERS_MAX,
                   .reports = 256,
                   .requests = 64,
                   .sent = 1024,
                   .early = 64},
        .seed = world->options.seed + index + 1};
    const char *problem;
    CHECK(exchange_quotes_parse(&config.quotes, BYTES(QUOTE_TEXT), config.instruments,
                                config.instrument_count, &problem));
    world_exchange_rules(world, index, &config);
    exchange->spot = kraken_spot_init(world_block(world, kraken_spot_footprint(&config)), &config,
                                      world_now(exchange->host));
    exchange->move_at = NS_PER_S;
    exchange->host->woken = true;
}

int64_t world_exchange_next(const struct world *world, uint32_t index) {
    const struct world_exchange *exchange = &world->exchanges[index];
    if (exchange->more) {
        return world->now_ns;
    }
    struct now now = world_now(exchange->host);
    int64_t next = world_time_of(exchange->host, kraken_spot_deadline(exchange->spot, now));
    next = exchange->move_at < next ? exchange->move_at : next;
    next = exchange->feed_at < next ? exchange->feed_at : next;
    return exchange->dark_until > world->now_ns && exchange->dark_until < next
               ? exchange->dark_until
               : next;
}

static void accept_all(struct world *world, struct world_exchange *exchange) {
    struct stream_stack *streams = &exchange->host->stack;
    uint32_t shards = world->plan.shards;
    for (unsigned listener = 0; listener < 2 * shards; listener++) {
        for (struct stream *stream; (stream = stream_accept(streams, listener)) != NULL;) {
            bool dark = exchange->dark_until > world->now_ns;
            if (!dark && listener >= shards) {
                world_feed_accept(exchange, listener - shards, stream);
            } else if (dark ||
                       !kraken_spot_attach(exchange->spot, world_now(exchange->host), stream)) {
                stream_discard(streams, stream);
            }
        }
    }
}

/* Somebody trades with an order that rests, or wants one gone. */
static void command(struct world *world, struct world_exchange *exchange, const char *text) {
    const char *problem;
    struct now now = world_now(exchange->host);
    bool done = kraken_spot_command(exchange->spot, now, bytes_of_string(text), &problem);
    world_trace(world, "exchange %u does: %s%s", exchange->host->index, text,
                done ? "" : " (in vain)");
}

static void move(struct world *world, struct world_exchange *exchange) {
    const struct exchange_ledger *ledger = kraken_spot_ledger(exchange->spot);
    uint32_t count = exchange_ledger_count(ledger);
    if (count == 0) {
        return;
    }
    uint32_t window = count < 24 ? count : 24;
    uint32_t at = count - 1 - (uint32_t)prng_below(&exchange->prng, window);
    const struct exchange_row *row =
        exchange_ledger_row((struct exchange_ledger *)(uintptr_t)ledger, at);
    if (row->status != EXCHANGE_NEW && row->status != EXCHANGE_PARTIALLY_FILLED) {
        return;
    }
    char text[128];
    struct bytes id = exchange_row_order_id(row);
    int64_t part = world_between(&exchange->prng, 1, row->leaves.scaled);
    if (world_one_in(&exchange->prng, 3)) {
        part = row->leaves.scaled;
    }
    (void)snprintf(text, sizeof(text), "fill %.*s %" PRId64 ".%08" PRId64, (int)id.len, id.data,
                   part / 100000000, part % 100000000);
    command(world, exchange, text);
}

/* Which rules struck since they were last looked at. */
static void count_struck(struct world *world, struct world_exchange *exchange) {
    const struct exchange_faults *faults = kraken_spot_faults(exchange->spot);
    for (uint32_t i = 0; i < faults->count; i++) {
        for (; exchange->rule_struck[i] < faults->faults[i].struck; exchange->rule_struck[i]++) {
            world_struck(world, exchange->rule_kind[i], exchange->host->index);
        }
    }
}

void world_exchange_run(struct world *world, uint32_t index) {
    struct world_exchange *exchange = &world->exchanges[index];
    struct stream_stack *streams = &exchange->host->stack;
    exchange->host->woken = false;
    world->net.ops->before(world, exchange->host);
    accept_all(world, exchange);
    if (exchange->move_at <= world->now_ns) {
        if (world->phase == WORLD_ROUGH) {
            move(world, exchange);
        }
        exchange->move_at = world->now_ns + world_between(&exchange->prng, 1, 2 * NS_PER_S);
    }
    exchange->more = kraken_spot_turn(exchange->spot, world_now(exchange->host));
    for (struct stream *done; (done = kraken_spot_done(exchange->spot)) != NULL;) {
        stream_discard(streams, done);
    }
    world_feed_run(world, exchange);
    count_struck(world, exchange);
    world->net.ops->after(world, exchange->host);
}

void world_exchange_crash(struct world *world, uint32_t index, int64_t lasts_ns) {
    struct world_exchange *exchange = &world->exchanges[index];
    exchange->dark_until = world->now_ns + lasts_ns;
    world->net.ops->dark(world, index, true);
    for (uint32_t i = 0; i < WORLD_STREAMS_MAX; i++) {
        struct world_stream *stream = &exchange->host->streams[i];
        if (stream->inner != NULL) {
            stream_abort(&stream->stream);
        }
    }
    exchange->host->woken = true;
}

void world_exchange_heal(struct world *world, uint32_t index) {
    struct world_exchange *exchange = &world->exchanges[index];
    count_struck(world, exchange);
    kraken_spot_faults(exchange->spot)->count = 0;
    exchange->dark_until = 0;
    world->net.ops->dark(world, index, false);
}

void world_exchange_kill_all(struct world *world, uint32_t index) {
    struct world_exchange *exchange = &world->exchanges[index];
    const struct exchange_ledger *ledger = kraken_spot_ledger(exchange->spot);
    for (uint32_t i = 0; i < exchange_ledger_count(ledger); i++) {
        const struct exchange_row *row =
            exchange_ledger_row((struct exchange_ledger *)(uintptr_t)ledger, i);
        if (row->status == EXCHANGE_NEW || row->status == EXCHANGE_PARTIALLY_FILLED) {
            char text[64];
            struct bytes id = exchange_row_order_id(row);
            (void)snprintf(text, sizeof(text), "kill %.*s", (int)id.len, id.data);
            command(world, exchange, text);
        }
    }
    exchange->host->woken = true;
}
