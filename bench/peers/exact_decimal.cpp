#include "bench/peers/exact_decimal.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

exact_decimal exact_decimal::of(wide mantissa, int scale) {
    while (scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        scale--;
    }
    exact_decimal number;
    number.mantissa_ = mantissa;
    number.scale_ = scale;
    return number;
}

bool exact_decimal::parse(const std::string &text, exact_decimal &number) {
    size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
    wide mantissa = 0;
    int scale = 0;
    int digits = 0;
    bool after_point = false;
    for (; at < text.size(); at++) {
        if (text[at] == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (!std::isdigit(static_cast<unsigned char>(text[at])) || ++digits > 36) {
            return false;
        }
        mantissa = mantissa * 10 + (text[at] - '0');
        scale += after_point ? 1 : 0;
    }
    number = of(text[0] == '-' ? -mantissa : mantissa, scale);
    return digits > 0;
}

exact_decimal::wide exact_decimal::at_scale(int scale) const {
    wide mantissa = mantissa_;
    for (int have = scale_; have < scale; have++) {
        if (__builtin_mul_overflow(mantissa, wide{10}, &mantissa)) {
            throw std::overflow_error("decimal " + text() + " is too wide");
        }
    }
    return mantissa;
}

exact_decimal exact_decimal::plus(const exact_decimal &other) const {
    int scale = std::max(scale_, other.scale_);
    wide sum = 0;
    if (__builtin_add_overflow(at_scale(scale), other.at_scale(scale), &sum)) {
        throw std::overflow_error("sum of " + text() + " and " + other.text() + " is too wide");
    }
    return of(sum, scale);
}

exact_decimal exact_decimal::times(const exact_decimal &other) const {
    wide product = 0;
    if (__builtin_mul_overflow(mantissa_, other.mantissa_, &product)) {
        throw std::overflow_error("product of " + text() + " and " + other.text() + " is too wide");
    }
    return of(product, scale_ + other.scale_);
}

int exact_decimal::compare(const exact_decimal &other) const {
    int scale = std::max(scale_, other.scale_);
    wide left = at_scale(scale);
    wide right = other.at_scale(scale);
    return left < right ? -1 : left > right ? 1 : 0;
}

std::string exact_decimal::text() const {
    wide rest = mantissa_ < 0 ? -mantissa_ : mantissa_;
    std::string digits;
    while (rest > 0 || static_cast<int>(digits.size()) <= scale_) {
        digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    }
    if (mantissa_ < 0) {
        digits.push_back('-');
    }
    std::reverse(digits.begin(), digits.end());
    if (scale_ > 0) {
        digits.insert(digits.size() - static_cast<size_t>(scale_), ".");
    }
    return digits;
}
