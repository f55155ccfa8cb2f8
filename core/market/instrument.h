/*
 * Instruments: what may be traded, in what steps, and what each venue calls it.
 *
 * One table holds the normalised symbols (BTC-USD) and, for each venue that trades the instrument,
 * that venue's own symbol (BTC/USD, XBTUSD). Both ways are one lookup in a SipHash-indexed table:
 * symbols come from peers. Prices and quantities are scaled integers, scaled per instrument; tick
 * and lot are checked without a division.
 *
 * A client may name the venue in the symbol, BTC-USD.KRAKEN: instrument_symbol_split takes it
 * apart. Not here: what a venue's name stands for, routing, market data, reference data from a
 * venue, and the form of symbols beyond what the lookups need.
 *
 * Filled at start by one thread, then sealed; read-only and free for any thread from then on. At
 * most INSTRUMENTS_MAX instruments and INSTRUMENT_VENUES_MAX venues.
 */
#ifndef TERCEL_CORE_MARKET_INSTRUMENT_H
#define TERCEL_CORE_MARKET_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/hash_index.h"

#define INSTRUMENTS_MAX 4096U
#define INSTRUMENT_VENUES_MAX 64U
#define INSTRUMENT_SYMBOL_MAX 31
#define INSTRUMENT_NONE UINT32_MAX

struct instrument_symbol {
    uint8_t len;
    char text[INSTRUMENT_SYMBOL_MAX + 1]; /* NUL-terminated */
};

/* Prices are scaled by 10^price_digits, quantities by 10^quantity_digits, sums of money that size
 * an order by 10^cash_digits. */
struct instrument {
    struct divisor tick_divisor;
    struct divisor lot_divisor;
    struct price tick;
    struct quantity lot;
    struct quantity min_quantity;
    struct quantity max_quantity;
    struct quantity contract; /* what one contract is in base units; 0: not traded in contracts */
    uint8_t price_digits;
    uint8_t quantity_digits;
    uint8_t cash_digits;
    struct instrument_symbol symbol; /* normalised */
};

/* What instrument_table_add is told. The symbol is copied. */
struct instrument_spec {
    struct bytes symbol;          /* 1 .. INSTRUMENT_SYMBOL_MAX printable bytes, no blank, no '.' */
    unsigned price_digits;        /* 0 .. DECIMAL_DIGITS_MAX */
    unsigned quantity_digits;     /* likewise */
    unsigned cash_digits;         /* likewise */
    struct price tick;            /* >= 1 */
    struct quantity lot;          /* >= 1 */
    struct quantity min_quantity; /* >= 1 */
    struct quantity max_quantity; /* >= min_quantity; INT64_MAX for no limit */
    struct quantity contract;     /* >= 0; 0: not traded in contracts */
};

struct instrument_table_limits {
    uint32_t instruments; /* 1 .. INSTRUMENTS_MAX */
    uint32_t venues;      /* 1 .. INSTRUMENT_VENUES_MAX; they are numbered from 0 */
};

struct instrument_table;

/* A multiple of 64; 0 = impossible limits. `mem` is aligned to 64 and outlives the table. */
size_t instrument_table_footprint(struct instrument_table_limits limits);
struct instrument_table *instrument_table_init(void *mem, struct instrument_table_limits limits,
                                               const struct hash_seed *seed);

enum instrument_add_result {
    INSTRUMENT_ADD_OK = 0,
    INSTRUMENT_ADD_BAD_SYMBOL, /* empty, too long, or a byte that may not be in one */
    INSTRUMENT_ADD_BAD_VALUE,  /* digits, tick, lot, minimum or maximum out of range */
    INSTRUMENT_ADD_DUPLICATE,  /* the symbol, or this instrument at this venue, is there already */
    INSTRUMENT_ADD_FULL        /* more than the limits; or the index's probe bound: another seed */
};

/* Cold. Adds an instrument; *instrument is its index, counted from 0, written only on OK. Not after
 * the seal. */
enum instrument_add_result instrument_table_add(struct instrument_table *table,
                                                const struct instrument_spec *spec,
                                                uint32_t *instrument) MUST_USE;

/*
 * Cold. Says that `venue` trades the instrument under `symbol` (as a normalised one, but '.' is
 * allowed). A venue has one symbol for an instrument and one instrument for a symbol. Not after the
 * seal.
 */
enum instrument_add_result instrument_table_add_venue(struct instrument_table *table,
                                                      uint32_t instrument, uint32_t venue,
                                                      struct bytes symbol) MUST_USE;

/* Adding from now on is our bug and stops the process; reading may begin. */
void instrument_table_seal(struct instrument_table *table);

uint32_t instrument_table_count(const struct instrument_table *table);

/* instrument < count. */
const struct instrument *instrument_table_at(const struct instrument_table *table,
                                             uint32_t instrument);

/* The instrument with this normalised symbol, or INSTRUMENT_NONE. Any bytes; the case matters. */
uint32_t instrument_table_find(const struct instrument_table *table, struct bytes symbol);

/* The instrument that `venue` calls by this symbol, or INSTRUMENT_NONE. venue < venues. */
uint32_t instrument_table_find_venue(const struct instrument_table *table, uint32_t venue,
                                     struct bytes symbol);

/* What `venue` calls the instrument: a view into the table, empty where it does not trade it. */
struct bytes instrument_table_venue_symbol(const struct instrument_table *table,
                                           uint32_t instrument, uint32_t venue);

/*
 * Takes `BTC-USD.KRAKEN` apart at its only '.': *symbol "BTC-USD", *venue "KRAKEN". Without a '.'
 * *venue is empty. False when either part would be empty or there is a second '.'; the views borrow
 * from `text` and are written only on true. The parts are not looked up.
 */
bool instrument_symbol_split(struct bytes text, struct bytes *symbol, struct bytes *venue) MUST_USE;

enum instrument_check {
    INSTRUMENT_CHECK_OK = 0,
    INSTRUMENT_CHECK_NOT_POSITIVE,  /* zero or below */
    INSTRUMENT_CHECK_OFF_TICK,      /* the price is no multiple of the tick */
    INSTRUMENT_CHECK_OFF_LOT,       /* the quantity is no multiple of the lot */
    INSTRUMENT_CHECK_BELOW_MINIMUM, /* of the quantity */
    INSTRUMENT_CHECK_ABOVE_MAXIMUM  /* likewise */
};

const char *instrument_check_name(enum instrument_check check);

static inline enum instrument_check instrument_check_price(const struct instrument *instrument,
                                                           struct price price) {
    if (price.scaled <= 0) {
        return INSTRUMENT_CHECK_NOT_POSITIVE;
    }
    return divisor_divides(instrument->tick_divisor, price.scaled) ? INSTRUMENT_CHECK_OK
                                                                   : INSTRUMENT_CHECK_OFF_TICK;
}

static inline enum instrument_check instrument_check_quantity(const struct instrument *instrument,
                                                              struct quantity quantity) {
    if (quantity.scaled <= 0) {
        return INSTRUMENT_CHECK_NOT_POSITIVE;
    }
    if (!divisor_divides(instrument->lot_divisor, quantity.scaled)) {
        return INSTRUMENT_CHECK_OFF_LOT;
    }
    if (quantity.scaled < instrument->min_quantity.scaled) {
        return INSTRUMENT_CHECK_BELOW_MINIMUM;
    }
    return quantity.scaled <= instrument->max_quantity.scaled ? INSTRUMENT_CHECK_OK
                                                              : INSTRUMENT_CHECK_ABOVE_MAXIMUM;
}

/* `contracts` of them in base units; false when there are no contracts or the product overflows. */
static inline bool instrument_contracts(const struct instrument *instrument, int64_t contracts,
                                        struct quantity *quantity) {
    return instrument->contract.scaled > 0 &&
           !__builtin_mul_overflow(instrument->contract.scaled, contracts, &quantity->scaled);
}

static inline struct bytes instrument_symbol_bytes(const struct instrument_symbol *symbol) {
    return bytes_of(symbol->text, symbol->len);
}

#endif
