#include "venues/exchange/matching_book.h"

/* The newcomer while it matches. */
struct matching_taker {
    uint64_t tag;
    uint32_t account;
    enum matching_side side;
    enum matching_self_trade self_trade;
    int64_t limit_key; /* trades with opposite keys >= this */
    int64_t leaves;
};

/* The lowest opposite key that an order at `price` trades with. */
static int64_t matching_limit_key(enum matching_side side, bool is_market, int64_t price) {
    return is_market ? INT64_MIN : matching_key(matching_opposite(side), price);
}

static void matching_emit(struct matching *book, struct matching_event *event) {
    event->sequence = ++book->sequence;
    book->sink.event(book->sink.context, event);
}

/* CANCELED or EXPIRED for a resting order, which is then gone. */
static void matching_take_off(struct matching *book, uint32_t index, enum matching_event_kind kind,
                              enum matching_reason reason) {
    struct matching_slot *slot = &book->slots[index];
    matching_book_unlink(book, index);
    matching_emit(book, &(struct matching_event){.kind = kind,
                                                 .reason = reason,
                                                 .tag = slot->tag,
                                                 .side = slot->side,
                                                 .price = {slot->price},
                                                 .quantity = {slot->leaves}});
    matching_book_slot_free(book, index);
}

static void matching_taker_cancel(struct matching *book, struct matching_taker *taker,
                                  int64_t price, enum matching_reason reason) {
    struct matching_event event = {.kind = MATCHING_CANCELED,
                                   .reason = reason,
                                   .tag = taker->tag,
                                   .side = taker->side,
                                   .price = {price},
                                   .quantity = {taker->leaves}};
    taker->leaves = 0;
    matching_emit(book, &event);
}

/* After a trade: gone, or behind the others when what it showed is gone. */
static void matching_maker_traded(struct matching *book, uint32_t index) {
    struct matching_slot *maker = &book->slots[index];
    if (maker->shown > 0) {
        return;
    }
    matching_book_unlink(book, index);
    if (maker->leaves == 0) {
        matching_book_slot_free(book, index);
        return;
    }
    matching_book_show(book, index);
    matching_book_link(book, index);
}

static void matching_trade(struct matching *book, struct matching_taker *taker, uint32_t index) {
    struct matching_slot *maker = &book->slots[index];
    int64_t quantity = taker->leaves < maker->shown ? taker->leaves : maker->shown;
    taker->leaves -= quantity;
    maker->leaves -= quantity;
    maker->shown -= quantity;
    struct matching_event event = {.kind = MATCHING_TRADE,
                                   .tag = taker->tag,
                                   .maker_tag = maker->tag,
                                   .side = taker->side,
                                   .price = {maker->price},
                                   .quantity = {quantity},
                                   .leaves = {taker->leaves},
                                   .maker_leaves = {maker->leaves}};
    matching_maker_traded(book, index);
    matching_emit(book, &event);
}

/* Ends with no leaves, or with nothing left to trade with. */
static void matching_run(struct matching *book, struct matching_taker *taker, int64_t price) {
    while (taker->leaves > 0) {
        uint32_t index = matching_book_front(book, taker->side, taker->limit_key);
        if (index == MATCHING_NONE) {
            return;
        }
        bool own = taker->self_trade != MATCHING_SELF_TRADE_ALLOWED &&
                   book->slots[index].account == taker->account;
        if (!own) {
            matching_trade(book, taker, index);
            continue;
        }
        if (taker->self_trade != MATCHING_SELF_TRADE_CANCEL_NEWEST) {
            matching_take_off(book, index, MATCHING_CANCELED, MATCHING_REASON_SELF_TRADE);
        }
        if (taker->self_trade != MATCHING_SELF_TRADE_CANCEL_OLDEST) {
            matching_taker_cancel(book, taker, price, MATCHING_REASON_SELF_TRADE);
        }
    }
}

/*
 * What `taker` may take of one level, up to `need`, as matching_run would: first what is shown, in
 * its order, then what is hidden. *stops: at an own order that ends the taker.
 */
static int64_t matching_takeable(const struct matching *book, const struct matching_taker *taker,
                                 const struct matching_level *level, int64_t need, bool *stops) {
    int64_t found = 0;
    int64_t hidden = 0;
    for (uint32_t i = level->head; i != MATCHING_NONE && found < need; i = book->slots[i].next) {
        const struct matching_slot *slot = &book->slots[i];
        bool own =
            taker->self_trade != MATCHING_SELF_TRADE_ALLOWED && slot->account == taker->account;
        if (own && taker->self_trade != MATCHING_SELF_TRADE_CANCEL_OLDEST) {
            *stops = true;
            return found;
        }
        if (!own) {
            int64_t more = slot->leaves - slot->shown;
            found += slot->shown < need - found ? slot->shown : need - found;
            hidden += more < need - hidden ? more : need - hidden;
        }
    }
    return hidden < need - found ? found + hidden : need;
}

/* Whether all of it would trade, seen from the same end and under the same rule as matching_run. */
static bool matching_is_fillable(const struct matching *book, const struct matching_taker *taker) {
    const struct matching_side_levels *side = &book->sides[matching_opposite(taker->side)];
    int64_t need = taker->leaves;
    bool stops = false;
    for (uint32_t at = side->count; at > 0 && need > 0 && !stops; --at) {
        if (side->levels[at - 1].key < taker->limit_key) {
            return false;
        }
        need -= matching_takeable(book, taker, &side->levels[at - 1], need, &stops);
    }
    return need == 0;
}

static bool matching_may_rest(const struct matching_order_request *request) {
    return !request->is_market &&
           (request->validity == MATCHING_GTC || request->validity == MATCHING_GTD);
}

static enum matching_reason matching_refusal(const struct matching *book, struct now now,
                                             const struct matching_order_request *request) {
    if (request->quantity.scaled <= 0) {
        return MATCHING_REASON_QUANTITY;
    }
    if (!request->is_market && request->price.scaled <= 0) {
        return MATCHING_REASON_PRICE;
    }
    if (request->is_post_only && !matching_may_rest(request)) {
        return MATCHING_REASON_CONTRADICTION;
    }
    if (request->valid_until.ns != 0 && now.utc.ns > request->valid_until.ns) {
        return MATCHING_REASON_DEADLINE_PASSED;
    }
    if (request->validity == MATCHING_GTD && now.utc.ns >= request->expire_at.ns) {
        return MATCHING_REASON_EXPIRED_ALREADY;
    }
    if (matching_may_rest(request) && book->free_first == MATCHING_NONE) {
        return MATCHING_REASON_FULL;
    }
    int64_t limit_key =
        matching_limit_key(request->side, request->is_market, request->price.scaled);
    if (request->is_post_only &&
        matching_book_front(book, request->side, limit_key) != MATCHING_NONE) {
        return MATCHING_REASON_WOULD_TAKE;
    }
    return MATCHING_REASON_NONE;
}

static struct matching_ref
matching_rest(struct matching *book, const struct matching_order_request *request, int64_t leaves) {
    uint32_t index = matching_book_slot_take(book);
    struct matching_slot *slot = &book->slots[index];
    *slot = (struct matching_slot){
        .tag = request->tag,
        .price = request->price.scaled,
        .quantity = request->quantity.scaled,
        .leaves = leaves,
        .display = request->display.scaled > 0 ? request->display.scaled : INT64_MAX,
        .expire_at = request->validity == MATCHING_GTD ? request->expire_at : MATCHING_NEVER,
        .account = request->account,
        .generation = slot->generation,
        .side = request->side};
    matching_book_show(book, index);
    matching_book_link(book, index);
    return (struct matching_ref){.slot = index, .generation = slot->generation};
}

struct matching_ref matching_submit(struct matching *book, struct now now,
                                    const struct matching_order_request *request) {
    struct matching_ref none = {.slot = MATCHING_NONE};
    int64_t price = request->is_market ? 0 : request->price.scaled;
    struct matching_event event = {.kind = MATCHING_ACCEPTED,
                                   .reason = matching_refusal(book, now, request),
                                   .tag = request->tag,
                                   .side = request->side,
                                   .price = {price},
                                   .quantity = request->quantity};
    if (event.reason != MATCHING_REASON_NONE) {
        event.kind = MATCHING_REJECTED;
        matching_emit(book, &event);
        return none;
    }
    event.leaves = request->quantity;
    matching_emit(book, &event);
    struct matching_taker taker = {.tag = request->tag,
                                   .account = request->account,
                                   .side = request->side,
                                   .self_trade = request->self_trade,
                                   .limit_key =
                                       matching_limit_key(request->side, request->is_market, price),
                                   .leaves = request->quantity.scaled};
    if (request->validity == MATCHING_FOK && !matching_is_fillable(book, &taker)) {
        matching_taker_cancel(book, &taker, price, MATCHING_REASON_NOT_FILLABLE);
        return none;
    }
    matching_run(book, &taker, price);
    if (taker.leaves == 0) {
        return none;
    }
    if (matching_may_rest(request)) {
        return matching_rest(book, request, taker.leaves);
    }
    matching_taker_cancel(book, &taker, price, MATCHING_REASON_NO_LIQUIDITY);
    return none;
}

bool matching_cancel(struct matching *book, struct matching_ref ref) {
    if (!matching_book_rests(book, ref)) {
        return false;
    }
    matching_take_off(book, ref.slot, MATCHING_CANCELED, MATCHING_REASON_REQUESTED);
    return true;
}

bool matching_execute(struct matching *book, struct matching_ref ref, struct quantity quantity,
                      uint64_t tag) {
    if (!matching_book_rests(book, ref)) {
        return false;
    }
    const struct matching_slot *slot = &book->slots[ref.slot];
    CHECK(quantity.scaled > 0 && quantity.scaled <= slot->leaves);
    struct matching_taker taker = {
        .tag = tag, .side = matching_opposite(slot->side), .leaves = quantity.scaled};
    while (taker.leaves > 0) {
        matching_trade(book, &taker, ref.slot);
    }
    return true;
}

static enum matching_reason matching_replace_refusal(const struct matching *book,
                                                     const struct matching_slot *slot,
                                                     const struct matching_terms *terms) {
    int64_t price = terms->price.scaled;
    if (terms->quantity.scaled <= slot->quantity - slot->leaves) {
        return MATCHING_REASON_QUANTITY;
    }
    if (price <= 0) {
        return MATCHING_REASON_PRICE;
    }
    int64_t limit_key = matching_limit_key(slot->side, false, price);
    if (terms->is_post_only && matching_book_front(book, slot->side, limit_key) != MATCHING_NONE) {
        return MATCHING_REASON_WOULD_TAKE;
    }
    return MATCHING_REASON_NONE;
}

/* The order, already off the book, comes again as a newcomer with its new terms. */
static void matching_requeue(struct matching *book, struct matching_ref *ref,
                             enum matching_self_trade self_trade) {
    struct matching_slot *slot = &book->slots[ref->slot];
    struct matching_taker taker = {.tag = slot->tag,
                                   .account = slot->account,
                                   .side = slot->side,
                                   .self_trade = self_trade,
                                   .limit_key = matching_limit_key(slot->side, false, slot->price),
                                   .leaves = slot->leaves};
    matching_run(book, &taker, slot->price);
    slot->leaves = taker.leaves;
    if (taker.leaves > 0) {
        matching_book_show(book, ref->slot);
        matching_book_link(book, ref->slot);
        return;
    }
    matching_book_slot_free(book, ref->slot);
    ref->slot = MATCHING_NONE;
}

bool matching_replace(struct matching *book, struct matching_ref *ref,
                      const struct matching_terms *terms) {
    if (!matching_book_rests(book, *ref)) {
        return false;
    }
    struct matching_slot *slot = &book->slots[ref->slot];
    struct matching_event event = {.kind = MATCHING_REPLACED,
                                   .reason = matching_replace_refusal(book, slot, terms),
                                   .tag = slot->tag,
                                   .side = slot->side,
                                   .price = terms->price,
                                   .quantity = terms->quantity,
                                   .leaves = {slot->leaves}};
    if (event.reason != MATCHING_REASON_NONE) {
        event.kind = MATCHING_REJECTED;
        matching_emit(book, &event);
        return true;
    }
    int64_t display = terms->display.scaled > 0 ? terms->display.scaled : INT64_MAX;
    bool keeps_place = terms->price.scaled == slot->price &&
                       terms->quantity.scaled <= slot->quantity && display == slot->display;
    if (!keeps_place) {
        matching_book_unlink(book, ref->slot);
    }
    slot->leaves = terms->quantity.scaled - (slot->quantity - slot->leaves);
    slot->shown = slot->shown < slot->leaves ? slot->shown : slot->leaves;
    slot->quantity = terms->quantity.scaled;
    slot->display = display;
    slot->price = terms->price.scaled;
    event.leaves.scaled = slot->leaves;
    matching_emit(book, &event);
    if (!keeps_place) {
        matching_requeue(book, ref, terms->self_trade);
    }
    return true;
}

/* One level's queue, front to back; the level may vanish with its last order. */
static void matching_expire_queue(struct matching *book, uint32_t head, struct now now,
                                  struct utc *next_expiry) {
    uint32_t index = head;
    while (index != MATCHING_NONE) {
        uint32_t following = book->slots[index].next;
        struct utc at = book->slots[index].expire_at;
        if (now.utc.ns >= at.ns) {
            matching_take_off(book, index, MATCHING_EXPIRED, MATCHING_REASON_NONE);
        } else if (at.ns < next_expiry->ns) {
            *next_expiry = at;
        }
        index = following;
    }
}

void matching_expire(struct matching *book, struct now now) {
    if (now.utc.ns < book->next_expiry.ns) {
        return;
    }
    struct utc next_expiry = MATCHING_NEVER;
    for (int s = MATCHING_BUY; s <= MATCHING_SELL; ++s) {
        struct matching_side_levels *side = &book->sides[s];
        /* Best first; a level that vanishes moves only those already done. */
        for (uint32_t at = side->count; at > 0; --at) {
            matching_expire_queue(book, side->levels[at - 1].head, now, &next_expiry);
        }
    }
    book->next_expiry = next_expiry;
}

const char *matching_reason_name(enum matching_reason reason) {
    static const char *const names[] = {
        [MATCHING_REASON_NONE] = "none",
        [MATCHING_REASON_REQUESTED] = "requested",
        [MATCHING_REASON_NO_LIQUIDITY] = "no liquidity",
        [MATCHING_REASON_NOT_FILLABLE] = "not fillable",
        [MATCHING_REASON_SELF_TRADE] = "self trade",
        [MATCHING_REASON_QUANTITY] = "quantity",
        [MATCHING_REASON_PRICE] = "price",
        [MATCHING_REASON_CONTRADICTION] = "contradiction",
        [MATCHING_REASON_WOULD_TAKE] = "would take",
        [MATCHING_REASON_DEADLINE_PASSED] = "deadline passed",
        [MATCHING_REASON_EXPIRED_ALREADY] = "expired already",
        [MATCHING_REASON_FULL] = "full",
    };
    return (size_t)reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}
