#include "venues/exchange/kraken_cl_ord_id.h"

#define UNIT_NS (10 * NS_PER_US)

static const char uuid_shape[KRAKEN_UUID_BYTES + 1] = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";

static bool read_integer(struct bytes text, uint64_t *out) {
    if (text.len == 0 || text.len > KRAKEN_CL_ORD_ID_DIGITS_MAX || text.data[0] == '0') {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; ++i) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return true;
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static bool fits_shape(char shape, char byte) {
    int digit = hex_digit(byte);
    switch (shape) {
    case 'x':
        return digit >= 0;
    case 'V':
        return digit >= 8 && digit <= 11;
    default:
        return byte == shape;
    }
}

static bool read_uuid(struct bytes text, uint64_t *time) {
    if (text.len != KRAKEN_UUID_BYTES) {
        return false;
    }
    uint64_t first = 0;
    unsigned digits = 0;
    for (size_t i = 0; i < text.len; ++i) {
        if (!fits_shape(uuid_shape[i], text.data[i])) {
            return false;
        }
        if (uuid_shape[i] == 'x' && digits < 12) {
            first = first << 4 | (uint64_t)hex_digit(text.data[i]);
            ++digits;
        }
    }
    *time = first;
    return true;
}

struct kraken_cl_ord_id kraken_cl_ord_id_read(struct bytes text) {
    struct kraken_cl_ord_id id = {.form = KRAKEN_CL_ORD_ID_NEITHER};
    if (read_integer(text, &id.integer)) {
        id.form = KRAKEN_CL_ORD_ID_INTEGER;
    } else if (read_uuid(text, &id.time)) {
        id.form = KRAKEN_CL_ORD_ID_UUID;
    }
    return id;
}

bool kraken_cl_ord_id_is_current(const struct kraken_cl_ord_id *id, struct now now) {
    int64_t window = KRAKEN_UUID_WINDOW_S * (NS_PER_S / UNIT_NS);
    /* Both below 2^48 and 2^50: the difference cannot overflow. */
    int64_t off = (int64_t)id->time - now.utc.ns / UNIT_NS;
    return off <= window && off >= -window;
}
