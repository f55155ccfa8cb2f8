/*
 * The engine against a twin that keeps its orders in one unsorted array and looks for everything.
 * Both get the same random operations and must tell the same events; after every operation the
 * book must be uncrossed, and every quantity accounted for.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "venues/exchange/matching.h"

#define OPERATIONS 100000
#define BOOK_ORDERS 48
#define EVENTS_MAX 256
#define TWIN_ORDERS 512

struct twin_order {
    struct matching_order_request request;
    int64_t leaves;
    int64_t executed;
    int64_t shown;
    uint64_t arrival; /* place in the queue */
    bool resting;
};

struct events {
    struct matching_event at[EVENTS_MAX];
    size_t count;
};

struct world {
    struct matching *book;
    struct prng prng;
    struct now now;
    struct events real;
    struct events twin_events;
    struct twin_order *orders; /* the latest, and all that rest */
    struct matching_ref *refs;
    uint64_t tags; /* of orders[] */
    uint64_t next_tag;
    uint64_t arrivals;
    uint64_t sequence;
};

static void record(void *context, const struct matching_event *event) {
    struct world *world = context;
    cr_assert_lt(world->real.count, EVENTS_MAX);
    world->real.at[world->real.count++] = *event;
}

static void tell(struct world *world, struct matching_event event) {
    event.sequence = ++world->sequence;
    world->twin_events.at[world->twin_events.count++] = event;
}

static uint32_t twin_count(const struct world *world) {
    uint32_t count = 0;
    for (uint64_t i = 0; i < world->tags; ++i) {
        count += world->orders[i].resting;
    }
    return count;
}

static bool twin_is_better(const struct twin_order *a, const struct twin_order *b) {
    if (a->request.price.scaled != b->request.price.scaled) {
        return (a->request.price.scaled > b->request.price.scaled) ==
               (a->request.side == MATCHING_BUY);
    }
    return a->arrival < b->arrival;
}

/* The best resting order on the other side that `taker` reaches, after `behind` if not NULL. */
static struct twin_order *twin_next(struct world *world, const struct twin_order *taker,
                                    const struct twin_order *behind) {
    struct twin_order *best = NULL;
    for (uint64_t i = 0; i < world->tags; ++i) {
        struct twin_order *order = &world->orders[i];
        if (!order->resting || order->request.side == taker->request.side) {
            continue;
        }
        int64_t past = order->request.price.scaled - taker->request.price.scaled;
        if (!taker->request.is_market &&
            (taker->request.side == MATCHING_BUY ? past > 0 : past < 0)) {
            continue;
        }
        if (behind != NULL && !twin_is_better(behind, order)) {
            continue;
        }
        if (best == NULL || twin_is_better(order, best)) {
            best = order;
        }
    }
    return best;
}

static void twin_end(struct world *world, struct twin_order *order, enum matching_event_kind kind,
                     enum matching_reason reason) {
    tell(world, (struct matching_event){
                    .kind = kind,
                    .reason = reason,
                    .tag = order->request.tag,
                    .side = order->request.side,
                    .price = {order->request.is_market ? 0 : order->request.price.scaled},
                    .quantity = {order->leaves}});
    order->leaves = 0;
    order->resting = false;
}

static bool twin_is_own(const struct twin_order *taker, const struct twin_order *maker,
                        enum matching_self_trade mode) {
    return mode != MATCHING_SELF_TRADE_ALLOWED && taker->request.account == maker->request.account;
}

static void twin_show(struct twin_order *order) {
    int64_t display = order->request.display.scaled;
    order->shown = display > 0 && display < order->leaves ? display : order->leaves;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void twin_trade(struct world *world, struct twin_order *taker, struct twin_order *maker) {
    int64_t quantity = least(taker->leaves, maker->shown);
    taker->leaves -= quantity;
    taker->executed += quantity;
    maker->leaves -= quantity;
    maker->shown -= quantity;
    maker->executed += quantity;
    maker->resting = maker->leaves > 0;
    if (maker->resting && maker->shown == 0) {
        twin_show(maker);
        maker->arrival = ++world->arrivals;
    }
    tell(world, (struct matching_event){.kind = MATCHING_TRADE,
                                        .tag = taker->request.tag,
                                        .maker_tag = maker->request.tag,
                                        .side = taker->request.side,
                                        .price = maker->request.price,
                                        .quantity = {quantity},
                                        .leaves = {taker->leaves},
                                        .maker_leaves = {maker->leaves}});
}

static void twin_match(struct world *world, struct twin_order *taker,
                       enum matching_self_trade mode) {
    struct twin_order *maker;
    while (taker->leaves > 0 && (maker = twin_next(world, taker, NULL)) != NULL) {
        if (!twin_is_own(taker, maker, mode)) {
            twin_trade(world, taker, maker);
            continue;
        }
        if (mode != MATCHING_SELF_TRADE_CANCEL_NEWEST) {
            twin_end(world, maker, MATCHING_CANCELED, MATCHING_REASON_SELF_TRADE);
        }
        if (mode != MATCHING_SELF_TRADE_CANCEL_OLDEST) {
            twin_end(world, taker, MATCHING_CANCELED, MATCHING_REASON_SELF_TRADE);
        }
    }
}

/* By trying, and undoing it. */
static bool twin_fillable(struct world *world, struct twin_order *taker) {
    static struct twin_order kept[TWIN_ORDERS];
    struct world before = *world;
    memcpy(kept, world->orders, world->tags * sizeof(kept[0]));
    struct twin_order newcomer = *taker;
    twin_match(world, taker, taker->request.self_trade);
    bool filled = taker->executed == newcomer.request.quantity.scaled;
    *world = before;
    memcpy(world->orders, kept, world->tags * sizeof(kept[0]));
    *taker = newcomer;
    return filled;
}

static enum matching_reason twin_refusal(struct world *world, const struct twin_order *order) {
    const struct matching_order_request *request = &order->request;
    bool rests = !request->is_market && request->validity != MATCHING_IOC &&
                 request->validity != MATCHING_FOK;
    if (request->quantity.scaled <= 0) {
        return MATCHING_REASON_QUANTITY;
    }
    if (!request->is_market && request->price.scaled <= 0) {
        return MATCHING_REASON_PRICE;
    }
    if (request->is_post_only && !rests) {
        return MATCHING_REASON_CONTRADICTION;
    }
    if (request->valid_until.ns != 0 && request->valid_until.ns < world->now.utc.ns) {
        return MATCHING_REASON_DEADLINE_PASSED;
    }
    if (request->validity == MATCHING_GTD && request->expire_at.ns <= world->now.utc.ns) {
        return MATCHING_REASON_EXPIRED_ALREADY;
    }
    if (rests && twin_count(world) == BOOK_ORDERS) {
        return MATCHING_REASON_FULL;
    }
    if (request->is_post_only && twin_next(world, order, NULL) != NULL) {
        return MATCHING_REASON_WOULD_TAKE;
    }
    return MATCHING_REASON_NONE;
}

static void twin_submit(struct world *world, struct twin_order *order) {
    const struct matching_order_request *request = &order->request;
    struct matching_event event = {.kind = MATCHING_ACCEPTED,
                                   .reason = twin_refusal(world, order),
                                   .tag = request->tag,
                                   .side = request->side,
                                   .price = {request->is_market ? 0 : request->price.scaled},
                                   .quantity = request->quantity};
    if (event.reason != MATCHING_REASON_NONE) {
        event.kind = MATCHING_REJECTED;
        tell(world, event);
        return;
    }
    event.leaves = request->quantity;
    tell(world, event);
    order->leaves = request->quantity.scaled;
    order->arrival = ++world->arrivals;
    if (request->validity == MATCHING_FOK && !twin_fillable(world, order)) {
        twin_end(world, order, MATCHING_CANCELED, MATCHING_REASON_NOT_FILLABLE);
        return;
    }
    twin_match(world, order, request->self_trade);
    if (order->leaves == 0) {
        return;
    }
    if (request->is_market || request->validity == MATCHING_IOC) {
        twin_end(world, order, MATCHING_CANCELED, MATCHING_REASON_NO_LIQUIDITY);
        return;
    }
    twin_show(order);
    order->resting = true;
}

static void twin_replace(struct world *world, struct twin_order *order,
                         const struct matching_terms *terms) {
    int64_t price = terms->price.scaled;
    int64_t quantity = terms->quantity.scaled;
    struct matching_event event = {.kind = MATCHING_REPLACED,
                                   .tag = order->request.tag,
                                   .side = order->request.side,
                                   .price = {price},
                                   .quantity = {quantity},
                                   .leaves = {order->leaves}};
    struct twin_order probe = *order;
    probe.request.price.scaled = price;
    if (quantity <= order->executed) {
        event.reason = MATCHING_REASON_QUANTITY;
    } else if (price <= 0) {
        event.reason = MATCHING_REASON_PRICE;
    } else if (terms->is_post_only && twin_next(world, &probe, NULL) != NULL) {
        event.reason = MATCHING_REASON_WOULD_TAKE;
    }
    if (event.reason != MATCHING_REASON_NONE) {
        event.kind = MATCHING_REJECTED;
        tell(world, event);
        return;
    }
    bool keeps = price == order->request.price.scaled &&
                 quantity <= order->request.quantity.scaled &&
                 terms->display.scaled == order->request.display.scaled;
    order->request.price.scaled = price;
    order->request.quantity.scaled = quantity;
    order->request.display = terms->display;
    order->leaves = quantity - order->executed;
    order->shown = least(order->shown, order->leaves);
    event.leaves.scaled = order->leaves;
    tell(world, event);
    if (!keeps) {
        order->arrival = ++world->arrivals;
        order->resting = false;
        twin_match(world, order, terms->self_trade);
        order->resting = order->leaves > 0;
        twin_show(order);
    }
}

static void twin_expire(struct world *world) {
    for (int side = MATCHING_BUY; side <= MATCHING_SELL; ++side) {
        for (;;) {
            struct twin_order *best = NULL;
            for (uint64_t i = 0; i < world->tags; ++i) {
                struct twin_order *order = &world->orders[i];
                if (order->resting && (int)order->request.side == side &&
                    order->request.validity == MATCHING_GTD &&
                    order->request.expire_at.ns <= world->now.utc.ns &&
                    (best == NULL || twin_is_better(order, best))) {
                    best = order;
                }
            }
            if (best == NULL) {
                break;
            }
            twin_end(world, best, MATCHING_EXPIRED, MATCHING_REASON_NONE);
        }
    }
}

static int64_t below(struct world *world, uint64_t bound) {
    return (int64_t)prng_below(&world->prng, bound);
}

static void random_submit(struct world *world) {
    static const enum matching_validity validities[] = {MATCHING_GTC, MATCHING_GTC, MATCHING_GTC,
                                                        MATCHING_IOC, MATCHING_FOK, MATCHING_GTD};
    struct twin_order *order = &world->orders[world->tags];
    *order = (struct twin_order){
        .request = {
            .tag = world->next_tag++,
            .account = (uint32_t)below(world, 4),
            .side = (enum matching_side)below(world, 2),
            .is_market = below(world, 10) == 0,
            .is_post_only = below(world, 8) == 0,
            .price = {95 + below(world, 11)},
            .quantity = {below(world, 20)},
            .display = {below(world, 3) == 0 ? 1 + below(world, 6) : 0},
            .validity = validities[below(world, 6)],
            .self_trade = (enum matching_self_trade)below(world, 4),
            .expire_at = {world->now.utc.ns - 2 + below(world, 200)},
            .valid_until = {below(world, 5) == 0 ? world->now.utc.ns - 1 + below(world, 3) : 0}}};
    twin_submit(world, order);
    world->refs[world->tags++] = matching_submit(world->book, world->now, &order->request);
}

/* One of the last orders: most are gone, so that stale references are tried as well. */
static uint64_t random_tag(struct world *world) {
    uint64_t reach = world->tags < 128 ? world->tags : 128;
    return world->tags - 1 - prng_below(&world->prng, reach);
}

static void random_cancel(struct world *world) {
    uint64_t tag = random_tag(world);
    bool resting = world->orders[tag].resting;
    cr_assert_eq(matching_cancel(world->book, world->refs[tag]), resting);
    if (resting) {
        twin_end(world, &world->orders[tag], MATCHING_CANCELED, MATCHING_REASON_REQUESTED);
    }
}

static void random_replace(struct world *world) {
    uint64_t tag = random_tag(world);
    struct matching_terms terms = {
        .price = {94 + below(world, 12) - (below(world, 30) == 0 ? 94 : 0)},
        .quantity = {below(world, 25)},
        .display = {below(world, 3) == 0 ? 1 + below(world, 6) : 0},
        .is_post_only = below(world, 4) == 0,
        .self_trade = (enum matching_self_trade)below(world, 4)};
    bool resting = world->orders[tag].resting;
    cr_assert_eq(matching_replace(world->book, &world->refs[tag], &terms), resting);
    if (resting) {
        twin_replace(world, &world->orders[tag], &terms);
    }
}

static void step(struct world *world) {
    world->real.count = 0;
    world->twin_events.count = 0;
    world->now.utc.ns += below(world, 3);
    switch (world->tags == 0 ? 0 : below(world, 10)) {
    case 7:
    case 8:
        random_cancel(world);
        break;
    case 9:
        random_replace(world);
        break;
    case 6:
        matching_expire(world->book, world->now);
        twin_expire(world);
        break;
    default:
        random_submit(world);
    }
}

static bool same_event(const struct matching_event *a, const struct matching_event *b) {
    return a->kind == b->kind && a->reason == b->reason && a->sequence == b->sequence &&
           a->tag == b->tag && a->maker_tag == b->maker_tag && a->side == b->side &&
           a->price.scaled == b->price.scaled && a->quantity.scaled == b->quantity.scaled &&
           a->leaves.scaled == b->leaves.scaled && a->maker_leaves.scaled == b->maker_leaves.scaled;
}

static void compare(const struct world *world, int operation) {
    cr_assert_eq(world->real.count, world->twin_events.count, "operation %d", operation);
    for (size_t i = 0; i < world->real.count; ++i) {
        cr_assert(same_event(&world->real.at[i], &world->twin_events.at[i]),
                  "operation %d, event %zu", operation, i);
    }
    matching_check(world->book);
    struct price bid;
    struct price ask;
    struct quantity quantity;
    if (matching_best(world->book, MATCHING_BUY, &bid, &quantity) &&
        matching_best(world->book, MATCHING_SELL, &ask, &quantity)) {
        cr_assert_lt(bid.scaled, ask.scaled, "operation %d: crossed", operation);
    }
}

/* The twin walks all its orders; those long gone are forgotten, so that it stays quick. */
static void forget(struct world *world) {
    uint64_t kept = 0;
    for (uint64_t i = 0; i < world->tags; ++i) {
        if (world->orders[i].resting || i + 128 >= world->tags) {
            world->orders[kept] = world->orders[i];
            world->refs[kept++] = world->refs[i];
        }
    }
    world->tags = kept;
}

Test(matching_twin, same_events_under_random_operations) {
    struct world world = {.now.utc.ns = 1000};
    prng_seed(&world.prng, test_seed("matching_twin"));
    void *mem = malloc(matching_footprint(BOOK_ORDERS));
    world.book =
        matching_init(mem, BOOK_ORDERS, (struct matching_sink){.event = record, .context = &world});
    world.orders = calloc(TWIN_ORDERS, sizeof(world.orders[0]));
    world.refs = calloc(TWIN_ORDERS, sizeof(world.refs[0]));
    uint64_t kinds[MATCHING_REJECTED + 1] = {0};
    for (int i = 0; i < OPERATIONS; ++i) {
        if (world.tags == TWIN_ORDERS) {
            forget(&world);
        }
        step(&world);
        compare(&world, i);
        cr_assert_eq(matching_count(world.book), twin_count(&world));
        for (size_t e = 0; e < world.real.count; ++e) {
            ++kinds[world.real.at[e].kind];
        }
    }
    for (int kind = 0; kind <= MATCHING_REJECTED; ++kind) {
        cr_expect_gt(kinds[kind], OPERATIONS / 1000, "event kind %d hardly ever happened", kind);
    }
    free(world.refs);
    free(world.orders);
    free(mem);
}
