#include "core/fix/fix_dictionary_value.h"

#include "core/base/instant.h"
#include "core/fix/fix_time.h"

#define WHOLE_DIGITS_MAX 18
#define FRACTION_DIGITS_MAX 12

static inline bool is_digit(char byte) {
    return (unsigned)(unsigned char)byte - '0' <= 9;
}

static bool are_digits(const char *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(at[i])) {
            return false;
        }
    }
    return len != 0;
}

static bool is_natural(struct bytes text) {
    return text.len <= WHOLE_DIGITS_MAX && are_digits(text.data, text.len);
}

static bool is_whole(struct bytes text) {
    return is_natural(bytes_skip(text, text.data[0] == '-'));
}

/* An optional '-', digits, at most one '.', at least one digit. */
static bool is_float(struct bytes text) {
    size_t i = text.data[0] == '-';
    size_t digits = text.len - i;
    bool dot = false;
    for (; i < text.len; i++) {
        if (!is_digit(text.data[i])) {
            if (text.data[i] != '.' || dot) {
                return false;
            }
            dot = true;
            digits--;
        }
    }
    return digits != 0;
}

static inline bool is_graphic(char byte) {
    return byte > ' ' && byte <= '~';
}

static bool is_word(struct bytes text) {
    for (size_t i = 0; i < text.len; i++) {
        if (!is_graphic(text.data[i])) {
            return false;
        }
    }
    return true;
}

/* Words with one blank between two of them. */
static bool are_words(struct bytes text) {
    bool after_blank = true;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = text.data[i] == ' ';
        if (blank ? after_blank : !is_graphic(text.data[i])) {
            return false;
        }
        after_blank = blank;
    }
    return !after_blank;
}

static unsigned number_of(const char *digits, size_t len) {
    unsigned number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (unsigned)(digits[i] - '0');
    }
    return number;
}

/* YYYYMM */
static bool is_month(struct bytes text) {
    return text.len == 6 && are_digits(text.data, 6) && number_of(text.data + 4, 2) - 1 < 12;
}

/* YYYYMMDD */
static bool is_date(struct bytes text) {
    static const uint8_t days_of[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.len != 8 || !are_digits(text.data, 8) || !is_month(bytes_of(text.data, 6))) {
        return false;
    }
    unsigned year = number_of(text.data, 4);
    unsigned month = number_of(text.data + 4, 2);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    unsigned days = days_of[month - 1] + (unsigned)(leap && month == 2);
    return number_of(text.data + 6, 2) - 1 < days;
}

/* YYYYMM, YYYYMMDD or YYYYMMwN, N the week from 1 to 5. */
static bool is_month_year(struct bytes text) {
    bool week = text.len == 8 && text.data[6] == 'w' && text.data[7] >= '1' && text.data[7] <= '5';
    return week ? is_month(bytes_of(text.data, 6)) : is_month(text) || is_date(text);
}

/* HH:MM:SS, and 1 to 12 digits after a dot. Seconds may be 60. */
static bool is_time(struct bytes text) {
    const char *at = text.data;
    if (text.len < 8 || !are_digits(at, 2) || at[2] != ':' || !are_digits(at + 3, 2) ||
        at[5] != ':' || !are_digits(at + 6, 2)) {
        return false;
    }
    size_t fraction = text.len - 8;
    bool exact = fraction == 0 || (at[8] == '.' && fraction - 1 <= FRACTION_DIGITS_MAX &&
                                   are_digits(at + 9, fraction - 1));
    return exact && number_of(at, 2) < 24 && number_of(at + 3, 2) < 60 && number_of(at + 6, 2) < 61;
}

/* HH:MM or HH:MM:SS, then nothing, Z, or a '+' or '-' with HH or HH:MM. */
static bool is_zoned_time(struct bytes text) {
    char padded[] = "00:00:00";
    size_t len = text.len >= 8 && text.data[5] == ':' ? 8 : 5;
    if (text.len < len) {
        return false;
    }
    memcpy(padded, text.data, len);
    if (!is_time(bytes_of(padded, 8))) {
        return false;
    }
    struct bytes zone = bytes_skip(text, len);
    if (zone.len == 0 || (zone.len == 1 && zone.data[0] == 'Z')) {
        return true;
    }
    char offset[] = "00:00:00";
    if ((zone.data[0] != '+' && zone.data[0] != '-') || (zone.len != 3 && zone.len != 6)) {
        return false;
    }
    memcpy(offset, zone.data + 1, zone.len - 1);
    return is_time(bytes_of(offset, 8));
}

/* 1 to 31. */
static bool is_day_of_month(struct bytes text) {
    return text.len <= 2 && are_digits(text.data, text.len) &&
           number_of(text.data, text.len) - 1 < 31;
}

static bool is_timestamp(struct bytes text) {
    struct utc at;
    return fix_time_parse(text, &at);
}

static bool is_country(struct bytes text) {
    return text.len == 2 && text.data[0] >= 'A' && text.data[0] <= 'Z' && text.data[1] >= 'A' &&
           text.data[1] <= 'Z';
}

static bool is_of_type(enum fix_type type, struct bytes text) {
    switch (type) {
    case FIX_TYPE_CHAR:
        return text.len == 1 && is_graphic(text.data[0]);
    case FIX_TYPE_BOOLEAN:
        return text.len == 1 && (text.data[0] == 'Y' || text.data[0] == 'N');
    case FIX_TYPE_INT:
        return is_whole(text);
    case FIX_TYPE_LENGTH:
    case FIX_TYPE_SEQNUM:
    case FIX_TYPE_NUMINGROUP:
        return is_natural(text);
    case FIX_TYPE_FLOAT:
    case FIX_TYPE_QTY:
    case FIX_TYPE_PRICE:
    case FIX_TYPE_PRICEOFFSET:
    case FIX_TYPE_AMT:
    case FIX_TYPE_PERCENTAGE:
        return is_float(text);
    case FIX_TYPE_UTCTIMESTAMP:
        return is_timestamp(text);
    case FIX_TYPE_UTCTIMEONLY:
        return is_time(text);
    case FIX_TYPE_UTCDATEONLY:
    case FIX_TYPE_LOCALMKTDATE:
        return is_date(text);
    case FIX_TYPE_MONTHYEAR:
        return is_month_year(text);
    case FIX_TYPE_DAYOFMONTH:
        return is_day_of_month(text);
    case FIX_TYPE_TZTIMEONLY:
        return is_zoned_time(text);
    case FIX_TYPE_MULTIPLEVALUESTRING:
        return are_words(text);
    case FIX_TYPE_CURRENCY:
    case FIX_TYPE_EXCHANGE:
        return is_word(text);
    case FIX_TYPE_COUNTRY:
        return is_country(text);
    case FIX_TYPE_STRING:
    case FIX_TYPE_DATA:
    case FIX_TYPE_NONE:
        return true;
    }
    return false;
}

static bool is_among_words(const char *words, struct bytes text) {
    const char *at = words;
    while (*at != '\0') {
        size_t len = strcspn(at, " ");
        if (bytes_equal(bytes_of(at, len), text)) {
            return true;
        }
        at += len + (at[len] == ' ');
    }
    return false;
}

static inline bool is_among_letters(uint64_t set, struct bytes text) {
    unsigned bit = (unsigned)(unsigned char)text.data[0] - '0';
    return text.len == 1 && bit < 64 && (set >> bit & 1) != 0;
}

static bool is_among_numbers(uint64_t set, struct bytes text) {
    if (text.len > 2 || !are_digits(text.data, text.len) ||
        (text.len == 2 && text.data[0] == '0')) {
        return false;
    }
    unsigned bit = number_of(text.data, text.len);
    bit = bit == 99 ? 63 : bit == 63 ? 64 : bit;
    return bit < 64 && (set >> bit & 1) != 0;
}

static bool is_among(const struct fix_field_rule *rule, struct bytes text) {
    switch ((enum fix_values)rule->values) {
    case FIX_VALUES_ANY:
        return true;
    case FIX_VALUES_LETTERS:
        return is_among_letters(rule->set, text);
    case FIX_VALUES_NUMBERS:
        return is_among_numbers(rule->set, text);
    case FIX_VALUES_WORDS:
        return is_among_words(rule->words, text);
    }
    return false;
}

/* Every one of the words is among the values; `text` is words. */
static bool are_among(const struct fix_field_rule *rule, struct bytes text) {
    while (text.len != 0) {
        const char *blank = memchr(text.data, ' ', text.len);
        size_t len = blank == NULL ? text.len : (size_t)(blank - text.data);
        if (!is_among(rule, bytes_of(text.data, len))) {
            return false;
        }
        text = bytes_skip(text, len + (blank != NULL));
    }
    return true;
}

enum fix_value fix_value_check(const struct fix_field_rule *rule, struct bytes text) {
    DCHECK(text.len != 0);
    if (!is_of_type((enum fix_type)rule->type, text)) {
        return FIX_VALUE_MALFORMED;
    }
    if (rule->values == FIX_VALUES_ANY) {
        return FIX_VALUE_OK;
    }
    bool several = rule->type == FIX_TYPE_MULTIPLEVALUESTRING;
    bool among = several ? are_among(rule, text) : is_among(rule, text);
    return among ? FIX_VALUE_OK : FIX_VALUE_OUT_OF_RANGE;
}
