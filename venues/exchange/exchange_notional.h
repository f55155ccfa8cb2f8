/*
 * Sums of price times quantity, exactly, and averages of them.
 *
 * A notional is scaled by price_digits + quantity_digits of its instrument and kept in 128 bits:
 * the sum over all fills of one order cannot overflow, because the quantities add up to an int64.
 * Pure functions.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_NOTIONAL_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_NOTIONAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"

/* 39 digits, a dot and a leading zero. */
#define EXCHANGE_NOTIONAL_TEXT_MAX 48

__extension__ typedef unsigned __int128 exchange_wide;

struct notional {
    exchange_wide scaled;
};

/* `price` and `quantity` are not negative. */
struct notional notional_of(struct price price, struct quantity quantity);
struct notional notional_plus(struct notional a, struct notional b);

/* Shortest exact text: no trailing zeros. Returns the length; not terminated. */
size_t notional_format(struct notional notional, unsigned digits, char *out);

/*
 * notional / quantity, to 8 fraction digits, a half rounded up, without trailing zeros. `quantity`
 * > 0, in the scale that `notional` has it; `price_digits` are what is left of its scale then.
 */
size_t notional_format_average(struct notional notional, struct quantity quantity,
                               unsigned price_digits, char *out);

/*
 * notional * rate_ppm / 10^6, a half rounded up, scaled by *out_digits: what is asked for there, or
 * the notional's own `digits` where those are fewer. rate_ppm <= 10^6. For fees.
 */
struct notional notional_share(struct notional notional, unsigned digits, uint32_t rate_ppm,
                               unsigned *out_digits);

#endif
