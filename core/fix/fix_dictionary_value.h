/*
 * Whether a value is of its field's type and among its values. Internal to the dictionary.
 *
 * Types are volume 1's, with these readings: numbers have no '+' and no exponent, counts and
 * sequence numbers no '-'; whole numbers have at most 18 digits, leading zeros are fine. Times and
 * dates exist in the calendar, and have what their type has got since: fractions of seconds, weeks
 * in a month and year. A currency is any word: assets have codes that ISO 4217 does not know.
 * Strings and data are any bytes.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_VALUE_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_VALUE_H

#include "core/base/bytes.h"
#include "core/fix/fix_dictionary_table.h"

enum fix_value {
    FIX_VALUE_OK = 0,
    FIX_VALUE_MALFORMED,   /* not of the type */
    FIX_VALUE_OUT_OF_RANGE /* of the type, but none of the values */
};

/* `text` is not empty. */
enum fix_value fix_value_check(const struct fix_field_rule *rule, struct bytes text);

#endif
