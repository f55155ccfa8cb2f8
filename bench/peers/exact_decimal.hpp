/*
 * A decimal number as its text says it, for a judge that may not round.
 *
 * Sign, digits and a scale in 128 bits: room for the product of an 18-digit quantity and an
 * 18-digit price. What does not fit throws std::overflow_error; what is no plain decimal (no
 * exponent, no blanks, at least one digit) is refused by parse.
 */
#ifndef TERCEL_BENCH_PEERS_EXACT_DECIMAL_HPP
#define TERCEL_BENCH_PEERS_EXACT_DECIMAL_HPP

#include <string>

class exact_decimal {
  public:
    exact_decimal() = default;

    static bool parse(const std::string &text, exact_decimal &number);

    exact_decimal plus(const exact_decimal &other) const;
    exact_decimal times(const exact_decimal &other) const;

    /* Below, at or above zero as this is below, at or above the other. */
    int compare(const exact_decimal &other) const;

    /* The shortest text of this value: no trailing zeros, no bare point, no negative zero. */
    std::string text() const;

  private:
    __extension__ using wide = __int128;

    static exact_decimal of(wide mantissa, int scale);
    wide at_scale(int scale) const;

    wide mantissa_ = 0;
    int scale_ = 0; /* the value is mantissa * 10^-scale; scale >= 0, and least possible */
};

#endif
