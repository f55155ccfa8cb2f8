/*
 * The naive twin of decimal.c: the same contract by string surgery, sharing nothing with it. For
 * the test and the fuzzer only.
 */
#ifndef TERCEL_CORE_BASE_DECIMAL_TWIN_H
#define TERCEL_CORE_BASE_DECIMAL_TWIN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"

/* Whether `text` is "-?[0-9]*\.?[0-9]*" with at least one digit. */
static inline bool twin_is_well_formed(const char *text) {
    if (*text == '-') {
        text++;
    }
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.') {
        text++;
    }
    size_t fraction = strspn(text, "0123456789");
    return text[fraction] == '\0' && whole + fraction > 0;
}

/* `text` is terminated and holds no other NUL. */
static inline enum decimal_result twin_parse(const char *text, unsigned digits, int64_t *scaled) {
    if (!twin_is_well_formed(text)) {
        return DECIMAL_MALFORMED;
    }
    bool negative = *text == '-';
    text += negative;
    size_t whole = strcspn(text, ".");
    const char *fraction = text[whole] == '.' ? text + whole + 1 : text + whole;
    size_t kept = strlen(fraction) < digits ? strlen(fraction) : digits;
    if (strspn(fraction + kept, "0") != strlen(fraction + kept)) {
        return DECIMAL_TOO_PRECISE;
    }
    char *joined = calloc(1, whole + digits + 1);
    if (joined == NULL) {
        abort();
    }
    memset(joined, '0', whole + digits);
    memcpy(joined, text, whole);
    memcpy(joined + whole, fraction, kept);
    const char *significant = joined + strspn(joined, "0");
    const char *limit = negative ? "9223372036854775808" : "9223372036854775807";
    size_t length = strlen(significant);
    enum decimal_result result = DECIMAL_OK;
    if (length > 19 || (length == 19 && strcmp(significant, limit) > 0)) {
        result = DECIMAL_OVERFLOW;
    } else {
        uint64_t magnitude = strtoull(significant, NULL, 10);
        *scaled = (int64_t)(negative ? 0 - magnitude : magnitude);
    }
    free(joined);
    return result;
}

/* Writes terminated text to `out`, of DECIMAL_TEXT_MAX + 2 bytes. */
static inline void twin_format(int64_t scaled, unsigned digits, char *out) {
    char all[32];
    uint64_t magnitude = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    snprintf(all, sizeof(all), "%020llu", (unsigned long long)magnitude);
    const char *fraction = all + 20 - digits;
    const char *whole = all;
    while (whole < fraction - 1 && *whole == '0') {
        whole++;
    }
    snprintf(out, DECIMAL_TEXT_MAX + 2, "%s%.*s.%s", scaled < 0 ? "-" : "", (int)(fraction - whole),
             whole, fraction);
    size_t length = strlen(out);
    while (out[length - 1] == '0') {
        out[--length] = '\0';
    }
    if (out[length - 1] == '.') {
        out[--length] = '\0';
    }
}

#endif
