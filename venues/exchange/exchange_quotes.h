/*
 * Standing quotes: orders of the exchange's own that give clients something to trade with.
 *
 *   BTC/USD:bid=1.5@59990.0,bid=2@59980.0,ask=1.5@60000.0
 *
 * A quote rests at its price with its quantity. One that has traded away is posted anew, whole,
 * when replenishing is on: not in the midst of a match but at the next exchange_quotes_post, and
 * always post-only, so that it waits as long as a client's order holds the other side of its price.
 * What a script of orders trades with is thereby the same in every run.
 *
 * Not thread-safe. Fixed size.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_QUOTES_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_QUOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "venues/exchange/exchange_instrument.h"
#include "venues/exchange/matching.h"

#define EXCHANGE_QUOTES_MAX 256
/* Tags from here on are quotes; clients' orders have lower ones. */
#define EXCHANGE_QUOTE_TAG (UINT64_C(1) << 32)
/* No client has this account: quotes are never somebody's own orders. */
#define EXCHANGE_QUOTE_ACCOUNT UINT32_MAX

enum exchange_quote_state {
    EXCHANGE_QUOTE_WANTED = 0, /* to be posted */
    EXCHANGE_QUOTE_RESTING,
    EXCHANGE_QUOTE_SPENT /* traded away, and not to be replenished */
};

struct exchange_quote {
    uint32_t instrument; /* index among the exchange's instruments */
    enum matching_side side;
    struct price price;
    struct quantity quantity;
    enum exchange_quote_state state;
};

struct exchange_quotes {
    bool replenish;
    uint32_t count;
    struct exchange_quote quotes[EXCHANGE_QUOTES_MAX];
};

/* Adds what `text` says. False with a static text in *problem; some may have been added then. */
bool exchange_quotes_parse(struct exchange_quotes *quotes, struct bytes text,
                           const struct exchange_instrument *instruments, uint32_t count,
                           const char **problem) MUST_USE;

/* Posts what is wanted and may rest now. `books` by instrument index. */
void exchange_quotes_post(struct exchange_quotes *quotes, struct matching *const *books,
                          struct now now);

/* To be told of every event of the books that concerns a quote, as `tag` or as `maker_tag`. */
void exchange_quotes_event(struct exchange_quotes *quotes, const struct matching_event *event);

/* Of a trade with nobody's order (matching_execute); no quote's. */
#define EXCHANGE_HOUSE_TAG UINT64_MAX

static inline bool exchange_tag_is_quote(uint64_t tag) {
    return tag >= EXCHANGE_QUOTE_TAG && tag != EXCHANGE_HOUSE_TAG;
}

static inline bool exchange_tag_is_client(uint64_t tag) {
    return tag < EXCHANGE_QUOTE_TAG;
}

#endif
