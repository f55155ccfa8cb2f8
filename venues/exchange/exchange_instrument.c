#include "venues/exchange/exchange_instrument.h"

#include "venues/exchange/exchange_text.h"

const struct exchange_instrument exchange_instruments_default[2] = {
    {.symbol = "BTC/USD",
     .base = "BTC",
     .quote = "USD",
     .price_digits = 1,
     .quantity_digits = 8,
     .tick = {1},
     .lot = {1},
     .min = {10000}},
    {.symbol = "ETH/USD",
     .base = "ETH",
     .quote = "USD",
     .price_digits = 2,
     .quantity_digits = 8,
     .tick = {1},
     .lot = {1},
     .min = {200000}},
};

enum { KEY_PRICE_DIGITS = 0, KEY_QUANTITY_DIGITS, KEY_TICK, KEY_LOT, KEY_MIN, KEY_COST, KEY_COUNT };

static const struct bytes keys[KEY_COUNT] = {
    [KEY_PRICE_DIGITS] = {"price_digits", 12},
    [KEY_QUANTITY_DIGITS] = {"quantity_digits", 15},
    [KEY_TICK] = {"tick", 4},
    [KEY_LOT] = {"lot", 3},
    [KEY_MIN] = {"min", 3},
    [KEY_COST] = {"cost", 4},
};

static bool copy_name(char *out, struct bytes name) {
    if (name.len == 0 || name.len > EXCHANGE_SYMBOL_MAX) {
        return false;
    }
    memcpy(out, name.data, name.len);
    out[name.len] = '\0';
    return true;
}

static bool read_symbol(struct bytes symbol, struct exchange_instrument *out) {
    struct bytes quote = symbol;
    struct bytes base = exchange_text_until(&quote, '/');
    return copy_name(out->symbol, symbol) && copy_name(out->base, base) &&
           copy_name(out->quote, quote);
}

/* The values by key, in whatever order they came: digits must be known before the amounts. */
static bool read_pairs(struct bytes text, struct bytes *values) {
    while (text.len > 0) {
        struct bytes value = exchange_text_until(&text, ',');
        struct bytes key = exchange_text_until(&value, '=');
        size_t k = 0;
        while (k < KEY_COUNT && !bytes_equal(keys[k], key)) {
            ++k;
        }
        if (k == KEY_COUNT || values[k].len > 0 || value.len == 0) {
            return false;
        }
        values[k] = value;
    }
    for (size_t k = 0; k < KEY_COST; ++k) {
        if (values[k].len == 0) {
            return false;
        }
    }
    return true;
}

static bool read_digits(struct bytes text, unsigned *out) {
    int64_t digits;
    if (decimal_parse(text, 0, &digits) != DECIMAL_OK || digits < 0 ||
        digits > EXCHANGE_DIGITS_MAX) {
        return false;
    }
    *out = (unsigned)digits;
    return true;
}

static bool read_cost(struct bytes text, struct exchange_instrument *out) {
    out->cost.scaled = 0;
    return text.len == 0 || decimal_parse(text, out->price_digits, &out->cost.scaled) == DECIMAL_OK;
}

bool exchange_instrument_parse(struct bytes text, struct exchange_instrument *out,
                               const char **problem) {
    *out = (struct exchange_instrument){0};
    struct bytes rest = text;
    struct bytes symbol = exchange_text_until(&rest, ':');
    struct bytes values[KEY_COUNT] = {0};
    if (!read_symbol(symbol, out)) {
        *problem = "the symbol is not BASE/QUOTE";
    } else if (!read_pairs(rest, values)) {
        *problem = "after the symbol: tick, lot, min, price_digits and quantity_digits, each once";
    } else if (!read_digits(values[KEY_PRICE_DIGITS], &out->price_digits) ||
               !read_digits(values[KEY_QUANTITY_DIGITS], &out->quantity_digits)) {
        *problem = "digits are 0 to 12";
    } else if (decimal_parse(values[KEY_TICK], out->price_digits, &out->tick.scaled) ||
               decimal_parse(values[KEY_LOT], out->quantity_digits, &out->lot.scaled) ||
               decimal_parse(values[KEY_MIN], out->quantity_digits, &out->min.scaled) ||
               !read_cost(values[KEY_COST], out)) {
        *problem = "tick, lot, min or cost is no decimal of that many digits";
    } else if (out->tick.scaled <= 0 || out->lot.scaled <= 0 || out->min.scaled < 0 ||
               out->cost.scaled < 0) {
        *problem = "tick and lot must be above 0, min and cost not below";
    } else {
        return true;
    }
    return false;
}

int exchange_instrument_find(const struct exchange_instrument *instruments, uint32_t count,
                             struct bytes symbol) {
    for (uint32_t i = 0; i < count; ++i) {
        if (bytes_equal(bytes_of_string(instruments[i].symbol), symbol)) {
            return (int)i;
        }
    }
    return -1;
}
