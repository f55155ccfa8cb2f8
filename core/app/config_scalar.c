#include "core/app/config_scalar.h"

#include <stdio.h>
#include <string.h>

#include "core/base/instant.h"

struct unit {
    struct bytes name;
    int64_t factor;
};

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* Digits at the front of `text`: how many. */
static size_t digits_len(struct bytes text) {
    size_t len = 0;
    while (len < text.len && is_digit(text.data[len])) {
        len++;
    }
    return len;
}

enum config_scalar_result config_scalar_integer(struct bytes text, int64_t *value) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    if (digits_len(text) != text.len || (text.len > 1 && text.data[0] == '0')) {
        return CONFIG_SCALAR_MALFORMED;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, text.data[i] - '0', &sum)) {
            return CONFIG_SCALAR_OVERFLOW;
        }
    }
    *value = sum;
    return CONFIG_SCALAR_OK;
}

static enum config_scalar_result read_with_unit(struct bytes text, const struct unit *units,
                                                size_t unit_count, int64_t *value) {
    size_t len = digits_len(text);
    struct bytes name = bytes_skip(text, len);
    int64_t count = 0;
    enum config_scalar_result result = config_scalar_integer(bytes_of(text.data, len), &count);
    if (result == CONFIG_SCALAR_EMPTY && text.len > 0) {
        return CONFIG_SCALAR_MALFORMED;
    }
    if (result != CONFIG_SCALAR_OK) {
        return result;
    }
    if (name.len == 0) {
        return CONFIG_SCALAR_NO_UNIT;
    }
    for (size_t i = 0; i < unit_count; i++) {
        if (bytes_equal(name, units[i].name)) {
            int64_t product;
            if (__builtin_mul_overflow(count, units[i].factor, &product)) {
                return CONFIG_SCALAR_OVERFLOW;
            }
            *value = product;
            return CONFIG_SCALAR_OK;
        }
    }
    return CONFIG_SCALAR_MALFORMED;
}

/* From the smallest unit to the largest. */
static const struct unit duration_units[] = {
    {.name = {"ns", 2}, .factor = 1},
    {.name = {"us", 2}, .factor = NS_PER_US},
    {.name = {"ms", 2}, .factor = NS_PER_MS},
    {.name = {"s", 1}, .factor = NS_PER_S},
    {.name = {"m", 1}, .factor = 60 * NS_PER_S},
    {.name = {"h", 1}, .factor = 3600 * NS_PER_S},
};

static const struct unit size_units[] = {
    {.name = {"B", 1}, .factor = 1},
    {.name = {"KiB", 3}, .factor = INT64_C(1) << 10},
    {.name = {"MiB", 3}, .factor = INT64_C(1) << 20},
    {.name = {"GiB", 3}, .factor = INT64_C(1) << 30},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum config_scalar_result config_scalar_duration(struct bytes text, int64_t *ns) {
    return read_with_unit(text, duration_units, COUNT(duration_units), ns);
}

enum config_scalar_result config_scalar_size(struct bytes text, int64_t *bytes) {
    return read_with_unit(text, size_units, COUNT(size_units), bytes);
}

static const char *write_with_unit(int64_t value, const struct unit *units, size_t unit_count,
                                   char *out) {
    size_t i = unit_count - 1;
    while (i > 0 && (value == 0 || value % units[i].factor != 0)) {
        i--;
    }
    snprintf(out, CONFIG_QUANTITY_TEXT_MAX, "%lld%s", (long long)(value / units[i].factor),
             units[i].name.data);
    return out;
}

const char *config_duration_text(int64_t ns, char out[CONFIG_QUANTITY_TEXT_MAX]) {
    return write_with_unit(ns, duration_units, COUNT(duration_units), out);
}

const char *config_size_text(int64_t bytes, char out[CONFIG_QUANTITY_TEXT_MAX]) {
    return write_with_unit(bytes, size_units, COUNT(size_units), out);
}

enum config_scalar_result config_scalar_switch(struct bytes text, bool *value) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    bool on = bytes_equal(text, BYTES("true")) || bytes_equal(text, BYTES("on"));
    bool off = bytes_equal(text, BYTES("false")) || bytes_equal(text, BYTES("off"));
    if (!on && !off) {
        return CONFIG_SCALAR_MALFORMED;
    }
    *value = on;
    return CONFIG_SCALAR_OK;
}

enum config_scalar_result config_scalar_decimal(struct bytes text) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    size_t whole = digits_len(text);
    if (whole == 0 || (whole > 1 && text.data[0] == '0')) {
        return CONFIG_SCALAR_MALFORMED;
    }
    if (whole == text.len) {
        return CONFIG_SCALAR_OK;
    }
    struct bytes fraction = bytes_skip(text, whole + 1);
    bool well = text.data[whole] == '.' && fraction.len > 0 && digits_len(fraction) == fraction.len;
    return well ? CONFIG_SCALAR_OK : CONFIG_SCALAR_MALFORMED;
}

enum config_scalar_result config_scalar_endpoint(struct bytes text, struct endpoint *endpoint) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    const char *colon = memrchr(text.data, ':', text.len);
    int64_t port = 0;
    bool well = colon != NULL &&
                config_scalar_integer(bytes_skip(text, (size_t)(colon - text.data) + 1), &port) ==
                    CONFIG_SCALAR_OK &&
                endpoint_parse(text, endpoint) == ENDPOINT_OK;
    return well ? CONFIG_SCALAR_OK : CONFIG_SCALAR_MALFORMED;
}

enum config_scalar_result config_scalar_address(struct bytes text, struct ipv4_address *address) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    uint32_t value = 0;
    for (unsigned part = 0; part < 4; part++) {
        size_t len = digits_len(text);
        int64_t number = 0;
        if (config_scalar_integer(bytes_of(text.data, len), &number) != CONFIG_SCALAR_OK ||
            number > 255) {
            return CONFIG_SCALAR_MALFORMED;
        }
        value = value << 8 | (uint32_t)number;
        text = bytes_skip(text, len);
        if (part < 3) {
            if (text.len == 0 || text.data[0] != '.') {
                return CONFIG_SCALAR_MALFORMED;
            }
            text = bytes_skip(text, 1);
        }
    }
    if (text.len != 0) {
        return CONFIG_SCALAR_MALFORMED;
    }
    address->value = value;
    return CONFIG_SCALAR_OK;
}

enum config_scalar_result config_scalar_network(struct bytes text, struct ipv4_address *address,
                                                uint8_t *prefix_bits) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    const char *slash = memchr(text.data, '/', text.len);
    struct ipv4_address read;
    int64_t bits = 0;
    if (slash == NULL) {
        return CONFIG_SCALAR_MALFORMED;
    }
    size_t len = (size_t)(slash - text.data);
    if (config_scalar_address(bytes_of(text.data, len), &read) != CONFIG_SCALAR_OK ||
        config_scalar_integer(bytes_skip(text, len + 1), &bits) != CONFIG_SCALAR_OK || bits > 32) {
        return CONFIG_SCALAR_MALFORMED;
    }
    *address = read;
    *prefix_bits = (uint8_t)bits;
    return CONFIG_SCALAR_OK;
}

enum config_scalar_result config_scalar_ethernet(struct bytes text,
                                                 struct ethernet_address *address) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    return ethernet_address_parse(text.data, text.len, address) ? CONFIG_SCALAR_OK
                                                                : CONFIG_SCALAR_MALFORMED;
}

static bool is_upper_or_digit(char byte) {
    return is_digit(byte) || (byte >= 'A' && byte <= 'Z');
}

static bool is_alphanumeric(char byte) {
    return is_upper_or_digit(byte) || (byte >= 'a' && byte <= 'z');
}

/* Two digits, below `bound`. */
static bool read_pair(const char *at, uint32_t bound, uint32_t *value) {
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *value = (uint32_t)(at[0] - '0') * 10 + (uint32_t)(at[1] - '0');
    return *value < bound;
}

enum config_scalar_result config_scalar_clock(struct bytes text, uint32_t *second) {
    if (text.len == 0) {
        return CONFIG_SCALAR_EMPTY;
    }
    uint32_t hours;
    uint32_t minutes;
    uint32_t seconds = 0;
    bool has_seconds = text.len == strlen("HH:MM:SS");
    if ((text.len != strlen("HH:MM") && !has_seconds) || text.data[2] != ':' ||
        !read_pair(text.data, 24, &hours) || !read_pair(text.data + 3, 60, &minutes)) {
        return CONFIG_SCALAR_MALFORMED;
    }
    if (has_seconds && (text.data[5] != ':' || !read_pair(text.data + 6, 60, &seconds))) {
        return CONFIG_SCALAR_MALFORMED;
    }
    *second = (hours * 60 + minutes) * 60 + seconds;
    return CONFIG_SCALAR_OK;
}

static bool is_letter_or_digit(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool config_scalar_is_zone(struct bytes text) {
    bool in_word = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        if (byte == '/' && !in_word) {
            return false;
        }
        if (byte != '/' && byte != '_' && byte != '-' && byte != '+' && !is_letter_or_digit(byte)) {
            return false;
        }
        in_word = byte != '/';
    }
    return in_word;
}

bool config_scalar_is_name(struct bytes text) {
    if (text.len == 0 || !is_alphanumeric(text.data[0])) {
        return false;
    }
    for (size_t i = 1; i < text.len; i++) {
        char byte = text.data[i];
        if (!is_alphanumeric(byte) && byte != '_' && byte != '-' && byte != '.') {
            return false;
        }
    }
    return true;
}

bool config_scalar_is_upper_name(struct bytes text) {
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] >= 'a' && text.data[i] <= 'z') || text.data[i] == '.') {
            return false;
        }
    }
    return config_scalar_is_name(text);
}

/* Every byte in [low, '~']. */
static bool is_printable(struct bytes text, char low) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < low || text.data[i] > '~') {
            return false;
        }
    }
    return text.len > 0;
}

bool config_scalar_is_word(struct bytes text) {
    return is_printable(text, '!');
}

bool config_scalar_is_symbol(struct bytes text) {
    return config_scalar_is_word(text) && memchr(text.data, '.', text.len) == NULL;
}

bool config_scalar_is_device(struct bytes text) {
    return is_printable(text, ' ');
}

bool config_scalar_is_path(struct bytes text) {
    return is_printable(text, ' ') && text.data[text.len - 1] != '/';
}
