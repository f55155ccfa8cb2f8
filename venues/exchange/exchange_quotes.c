#include "venues/exchange/exchange_quotes.h"

#include "venues/exchange/exchange_text.h"

static bool read_amount(struct bytes text, unsigned digits, int64_t unit, int64_t *out) {
    return decimal_parse(text, digits, out) == DECIMAL_OK && *out > 0 && *out % unit == 0;
}

static const char *add_quote(struct exchange_quotes *quotes, struct bytes text,
                             const struct exchange_instrument *instrument, uint32_t index) {
    struct bytes rest = text;
    struct bytes side = exchange_text_until(&rest, '=');
    struct bytes quantity = exchange_text_until(&rest, '@');
    bool is_bid = bytes_equal(side, BYTES("bid"));
    struct exchange_quote quote = {.instrument = index,
                                   .side = is_bid ? MATCHING_BUY : MATCHING_SELL};
    if (!is_bid && !bytes_equal(side, BYTES("ask"))) {
        return "a quote is bid=QUANTITY@PRICE or ask=QUANTITY@PRICE";
    }
    if (!read_amount(quantity, instrument->quantity_digits, instrument->lot.scaled,
                     &quote.quantity.scaled)) {
        return "a quote's quantity is a positive multiple of the lot";
    }
    if (!read_amount(rest, instrument->price_digits, instrument->tick.scaled,
                     &quote.price.scaled)) {
        return "a quote's price is a positive multiple of the tick";
    }
    if (quotes->count == EXCHANGE_QUOTES_MAX) {
        return "more than 256 quotes";
    }
    quotes->quotes[quotes->count++] = quote;
    return NULL;
}

bool exchange_quotes_parse(struct exchange_quotes *quotes, struct bytes text,
                           const struct exchange_instrument *instruments, uint32_t count,
                           const char **problem) {
    struct bytes rest = text;
    int index = exchange_instrument_find(instruments, count, exchange_text_until(&rest, ':'));
    *problem = index < 0 ? "quotes for a symbol that is not listed" : NULL;
    while (*problem == NULL && rest.len > 0) {
        *problem = add_quote(quotes, exchange_text_until(&rest, ','), &instruments[index],
                             (uint32_t)index);
    }
    return *problem == NULL;
}

void exchange_quotes_post(struct exchange_quotes *quotes, struct matching *const *books,
                          struct now now) {
    for (uint32_t i = 0; i < quotes->count; ++i) {
        const struct exchange_quote *quote = &quotes->quotes[i];
        if (quote->state != EXCHANGE_QUOTE_WANTED) {
            continue;
        }
        /* What becomes of it comes back as an event. */
        matching_submit(books[quote->instrument], now,
                        &(struct matching_order_request){.tag = EXCHANGE_QUOTE_TAG + i,
                                                         .account = EXCHANGE_QUOTE_ACCOUNT,
                                                         .side = quote->side,
                                                         .is_post_only = true,
                                                         .price = quote->price,
                                                         .quantity = quote->quantity,
                                                         .validity = MATCHING_GTC});
    }
}

void exchange_quotes_event(struct exchange_quotes *quotes, const struct matching_event *event) {
    bool as_maker = event->kind == MATCHING_TRADE && exchange_tag_is_quote(event->maker_tag);
    uint64_t tag = as_maker ? event->maker_tag : event->tag;
    CHECK(exchange_tag_is_quote(tag) && tag - EXCHANGE_QUOTE_TAG < quotes->count);
    struct exchange_quote *quote = &quotes->quotes[tag - EXCHANGE_QUOTE_TAG];
    if (event->kind == MATCHING_ACCEPTED) {
        quote->state = EXCHANGE_QUOTE_RESTING;
    } else if (as_maker && event->maker_leaves.scaled == 0) {
        quote->state = quotes->replenish ? EXCHANGE_QUOTE_WANTED : EXCHANGE_QUOTE_SPENT;
    }
}
