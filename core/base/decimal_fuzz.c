/*
 * The first byte chooses the digits, the rest is text. The parser must agree with its twin; what it
 * accepts must format as the twin formats it, and read back as the same number.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/decimal_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inside a buffer of exactly as much as may be read. */
static void check_within(struct bytes text, unsigned digits, enum decimal_result result,
                         int64_t scaled) {
    size_t bytes = text.len < DECIMAL_BEHIND ? DECIMAL_BEHIND : text.len;
    char *buffer = malloc(bytes);
    CHECK(buffer != NULL);
    memset(buffer, '.', bytes);
    if (text.len != 0) {
        memcpy(buffer + bytes - text.len, text.data, text.len);
    }
    int64_t again = -77;
    struct bytes within = bytes_of(buffer + bytes - text.len, text.len);
    CHECK(decimal_parse_within(within, digits, &again) == result);
    CHECK(result != DECIMAL_OK || again == scaled);
    free(buffer);
}

static void check_format(int64_t scaled, unsigned digits) {
    char text[DECIMAL_TEXT_MAX];
    size_t length = decimal_format(scaled, digits, text);
    CHECK(length <= DECIMAL_TEXT_MAX);
    char expected[DECIMAL_TEXT_MAX + 2];
    twin_format(scaled, digits, expected);
    CHECK(bytes_equal(bytes_of(text, length), bytes_of_string(expected)));
    int64_t back = 0;
    CHECK(decimal_parse(bytes_of(text, length), digits, &back) == DECIMAL_OK);
    CHECK(back == scaled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    unsigned digits = data[0] % (DECIMAL_DIGITS_MAX + 1);
    struct bytes text = bytes_of((const char *)data + 1, size - 1);
    int64_t untouched = -77;
    int64_t scaled = untouched;
    enum decimal_result result = decimal_parse(text, digits, &scaled);
    CHECK(result == DECIMAL_OK || scaled == untouched);
    check_within(text, digits, result, scaled);

    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        CHECK(result == DECIMAL_MALFORMED);
        return 0;
    }
    char *terminated = calloc(1, size);
    CHECK(terminated != NULL);
    memcpy(terminated, data + 1, size - 1);
    int64_t expected = untouched;
    CHECK(twin_parse(terminated, digits, &expected) == result);
    CHECK(expected == scaled);
    free(terminated);
    if (result == DECIMAL_OK) {
        check_format(scaled, digits);
    }
    return 0;
}
