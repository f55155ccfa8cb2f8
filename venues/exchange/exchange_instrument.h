/*
 * What a simulated exchange lists, and how it is written on the command line.
 *
 *   BTC/USD:tick=0.1,lot=0.00000001,min=0.0001,price_digits=1,quantity_digits=8
 *
 * Every key must be given, once; cost, the least an order may come to in the quote currency, may be
 * left out. Prices, and cost, are scaled by price_digits, quantities by quantity_digits.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_INSTRUMENT_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_INSTRUMENT_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"

#define EXCHANGE_SYMBOL_MAX 23
#define EXCHANGE_INSTRUMENTS_MAX 64
/* The widest notional has both: it must stay writable with DECIMAL_DIGITS_MAX digits and more. */
#define EXCHANGE_DIGITS_MAX 12

struct exchange_instrument {
    char symbol[EXCHANGE_SYMBOL_MAX + 1]; /* BASE/QUOTE */
    char base[EXCHANGE_SYMBOL_MAX + 1];
    char quote[EXCHANGE_SYMBOL_MAX + 1];
    unsigned price_digits;    /* 0 .. EXCHANGE_DIGITS_MAX */
    unsigned quantity_digits; /* 0 .. EXCHANGE_DIGITS_MAX */
    struct price tick;        /* > 0; every price is a multiple */
    struct quantity lot;      /* > 0; every quantity is a multiple */
    struct quantity min;      /* >= 0; no order has less */
    struct price cost;        /* >= 0; no limit order's price times quantity is less */
};

/* True, or false and *problem is a static text about `text`. */
bool exchange_instrument_parse(struct bytes text, struct exchange_instrument *out,
                               const char **problem) MUST_USE;

/* Index of `symbol` among `count` instruments, or -1. */
int exchange_instrument_find(const struct exchange_instrument *instruments, uint32_t count,
                             struct bytes symbol);

/* BTC/USD and ETH/USD, with the precisions Kraken's InstrumentList samples show for the former. */
extern const struct exchange_instrument exchange_instruments_default[2];

#endif
