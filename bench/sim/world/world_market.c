/*
 * Market data, as long as neither the router nor the counterpart has any: a shard of it that holds
 * a connection to the feed of each exchange, and the feed, which counts. It has its clock and its
 * links, it crashes and comes back, and what it reads must be what was written, in order, from the
 * connection's first byte on: a reader of streams that has no session above to mend them.
 */
#include <stdio.h>

#include "bench/sim/world/world_internal.h"

#define TICK_BYTES 20 /* 0000000001:0123abcd| */
#define ROUGH_EVERY_NS (300 * NS_PER_MS)
#define CALM_EVERY_NS (5 * NS_PER_S)
#define AGAIN_MAX_NS NS_PER_S
/* A line that was silent for so long is given up: who only reads learns of a dead peer no other
 * way.
 */
#define SILENT_MAX_NS (12 * NS_PER_S)
#define FRESH_NS (15 * NS_PER_S)

static void tick_text(const struct world *world, uint32_t link, uint32_t number,
                      char text[TICK_BYTES + 1]) {
    uint64_t mixed = (world->options.seed + link) * UINT64_C(0x9e3779b97f4a7c15) + number;
    mixed ^= mixed >> 29;
    (void)snprintf(text, TICK_BYTES + 1, "%010u:%08x\n", number,
                   (uint32_t)(mixed * UINT64_C(0xbf58476d1ce4e5b9) >> 32));
}

/* The exchange's side. */

void world_feed_accept(struct world_exchange *exchange, uint32_t market, struct stream *stream) {
    struct world_feed *feed = &exchange->feeds[market];
    if (feed->stream != NULL) {
        stream_discard(&exchange->host->stack, feed->stream); /* it has come back */
    }
    *feed = (struct world_feed){.stream = stream};
}

static void feed_one(struct world *world, struct world_exchange *exchange, uint32_t market) {
    struct world_feed *feed = &exchange->feeds[market];
    struct stream_room room;
    char text[TICK_BYTES + 1];
    if (feed->stream == NULL) {
        return;
    }
    if (stream_state(feed->stream) != STREAM_OPEN) {
        stream_discard(&exchange->host->stack, feed->stream);
        feed->stream = NULL;
        return;
    }
    if (exchange->feed_at > world->now_ns ||
        stream_reserve(feed->stream, TICK_BYTES, &room) != STREAM_OK) {
        return;
    }
    tick_text(world, world_link_of(exchange->host, false, world->plan.shards + market),
              ++feed->number, text);
    memcpy(room.data, text, TICK_BYTES);
    stream_commit(feed->stream, TICK_BYTES, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

void world_feed_run(struct world *world, struct world_exchange *exchange) {
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        feed_one(world, exchange, i);
    }
    if (exchange->feed_at <= world->now_ns) {
        exchange->feed_at =
            world->now_ns + (world->phase == WORLD_ROUGH ? ROUGH_EVERY_NS : CALM_EVERY_NS);
    }
}

/* The shard's. */

void world_market_init(struct world *world, uint32_t index) {
    struct world_market *market = &world->markets[index];
    market->host = &world->hosts[WORLD_FIRST_MARKET + index];
    prng_seed(&market->prng, world->options.seed * 4 + index);
}

static void line_down(struct world *world, struct world_market *market, uint32_t exchange) {
    struct world_line *line = &market->lines[exchange];
    stream_discard(&market->host->stack, line->stream);
    *line = (struct world_line){.again_at = world->now_ns +
                                            world_between(&market->prng, NS_PER_MS, AGAIN_MAX_NS)};
}

static bool take_tick(struct world *world, struct world_market *market, uint32_t exchange) {
    struct world_line *line = &market->lines[exchange];
    char text[TICK_BYTES + 1];
    struct bytes unread = stream_peek(line->stream, TICK_BYTES);
    if (unread.len < TICK_BYTES) {
        return false;
    }
    tick_text(world, world_link_of(market->host, true, exchange), ++line->number, text);
    if (memcmp(unread.data, text, TICK_BYTES) != 0) {
        world_break(world, "a stream brings what was written, in order",
                    "market %u of exchange %u: tick %u is %.19s", market->host->index, exchange,
                    line->number, unread.data);
        return false;
    }
    stream_consume(line->stream, TICK_BYTES, STREAM_PLAIN);
    line->heard_at = world->now_ns;
    return true;
}

static void line_run(struct world *world, struct world_market *market, uint32_t exchange) {
    struct world_line *line = &market->lines[exchange];
    if (line->stream == NULL) {
        if (line->again_at <= world->now_ns) {
            line->stream = stream_dial(&market->host->stack, exchange);
            line->again_at = world->now_ns + AGAIN_MAX_NS;
            line->heard_at = world->now_ns;
        }
        return;
    }
    while (take_tick(world, market, exchange)) {
    }
    enum stream_state state = stream_state(line->stream);
    if (world->now_ns >= line->heard_at + SILENT_MAX_NS) {
        stream_abort(line->stream);
        line_down(world, market, exchange);
    } else if (state == STREAM_CLOSED || state == STREAM_PEER_FINISHED) {
        line_down(world, market, exchange);
    }
}

int64_t world_market_next(const struct world *world, uint32_t index) {
    const struct world_market *market = &world->markets[index];
    int64_t next = WORLD_NEVER;
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        const struct world_line *line = &market->lines[i];
        int64_t at = line->again_at > market->dark_until ? line->again_at : market->dark_until;
        at = line->stream != NULL ? line->heard_at + SILENT_MAX_NS : at;
        next = at < next ? at : next;
    }
    return next;
}

void world_market_run(struct world *world, uint32_t index) {
    struct world_market *market = &world->markets[index];
    market->host->woken = false;
    world->net.ops->before(world, market->host);
    for (uint32_t i = 0; i < world->plan.exchanges && market->dark_until <= world->now_ns; i++) {
        line_run(world, market, i);
    }
    world->net.ops->after(world, market->host);
}

void world_market_crash(struct world *world, uint32_t index, int64_t lasts_ns) {
    struct world_market *market = &world->markets[index];
    market->dark_until = world->now_ns + lasts_ns;
    for (uint32_t i = 0; i < world->plan.exchanges; i++) {
        if (market->lines[i].stream != NULL) {
            stream_abort(market->lines[i].stream);
            line_down(world, market, i);
        }
    }
    market->host->woken = true;
}

const char *world_market_unrest(const struct world *world, uint32_t *exchange) {
    for (uint32_t i = 0; i < world->plan.shards; i++) {
        for (*exchange = 0; *exchange < world->plan.exchanges; ++*exchange) {
            const struct world_line *line = &world->markets[i].lines[*exchange];
            if (line->stream == NULL || line->number == 0 ||
                line->heard_at < world->now_ns - FRESH_NS) {
                return "liveness: market data comes back";
            }
        }
    }
    return NULL;
}
