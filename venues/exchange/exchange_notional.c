#include "venues/exchange/exchange_notional.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/check.h"

#define AVERAGE_DIGITS 8
#define PPM 1000000u

struct notional notional_of(struct price price, struct quantity quantity) {
    DCHECK(price.scaled >= 0 && quantity.scaled >= 0);
    return (struct notional){(exchange_wide)price.scaled * (exchange_wide)quantity.scaled};
}

struct notional notional_plus(struct notional a, struct notional b) {
    return (struct notional){a.scaled + b.scaled};
}

static size_t wide_format(exchange_wide value, unsigned digits, char *out) {
    while (digits > 0 && value % 10 == 0) {
        value /= 10;
        --digits;
    }
    char reversed[EXCHANGE_NOTIONAL_TEXT_MAX];
    size_t len = 0;
    for (unsigned place = 0; value > 0 || place <= digits; ++place) {
        if (place == digits && digits > 0) {
            reversed[len++] = '.';
        }
        reversed[len++] = (char)('0' + (int)(value % 10));
        value /= 10;
    }
    for (size_t i = 0; i < len; ++i) {
        out[i] = reversed[len - 1 - i];
    }
    return len;
}

size_t notional_format(struct notional notional, unsigned digits, char *out) {
    return wide_format(notional.scaled, digits, out);
}

/* value / 10^drop, a half rounded up. */
static exchange_wide wide_drop_digits(exchange_wide value, unsigned drop) {
    if (drop == 0) {
        return value;
    }
    exchange_wide unit = 1;
    for (unsigned i = 0; i < drop; ++i) {
        unit *= 10;
    }
    return value / unit + (value % unit >= unit / 2 ? 1 : 0);
}

/* The quotient grows digit by digit, as on paper: nothing is scaled up before it is divided. */
size_t notional_format_average(struct notional notional, struct quantity quantity,
                               unsigned price_digits, char *out) {
    CHECK(quantity.scaled > 0);
    exchange_wide divisor = (exchange_wide)quantity.scaled;
    exchange_wide quotient = notional.scaled / divisor;
    exchange_wide remainder = notional.scaled % divisor;
    if (price_digits > AVERAGE_DIGITS) {
        return wide_format(wide_drop_digits(quotient, price_digits - AVERAGE_DIGITS),
                           AVERAGE_DIGITS, out);
    }
    for (unsigned digits = price_digits; digits < AVERAGE_DIGITS; ++digits) {
        remainder *= 10;
        quotient = quotient * 10 + remainder / divisor;
        remainder %= divisor;
    }
    if (remainder * 2 >= divisor) {
        ++quotient;
    }
    return wide_format(quotient, AVERAGE_DIGITS, out);
}

struct notional notional_share(struct notional notional, unsigned digits, uint32_t rate_ppm,
                               unsigned *out_digits) {
    CHECK(rate_ppm <= PPM);
    /* In two parts, so that no product passes the notional itself. What the second part cuts off
     * lies below a half of the last digit kept, and so never decides the rounding. */
    exchange_wide share = notional.scaled / PPM * rate_ppm + notional.scaled % PPM * rate_ppm / PPM;
    unsigned drop = digits > *out_digits ? digits - *out_digits : 0;
    *out_digits = digits - drop;
    return (struct notional){wide_drop_digits(share, drop)};
}
