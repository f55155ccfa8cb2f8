#include <string.h>

#include "core/app/config_endpoint.h"
#include "core/app/config_loader.h"
#include "core/app/config_scalar.h"
#include "core/app/nearest.h"

/* The value without the '_', ',' and blanks that people put between digits; "" if no number. */
static void digits_of(struct bytes text, char *out, size_t out_size) {
    size_t len = 0;
    for (size_t i = 0; i < text.len && len + 1 < out_size; i++) {
        char byte = text.data[i];
        if (byte >= '0' && byte <= '9') {
            if (len > 0 || byte != '0' || i + 1 == text.len) {
                out[len++] = byte;
            }
        } else if (byte != '_' && byte != ',' && byte != ' ' && !(byte == '+' && i == 0)) {
            len = 0;
            break;
        }
    }
    out[len] = '\0';
}

static bool complain_value(struct config_loader *loader, const struct config_node *node,
                           const char *what, const char *advice) {
    char shown[CONFIG_SHOWN_MAX];
    if (node->text.len == 0) {
        config_complain(loader, CONFIG_CODE_VALUE, node, advice, "is empty, not %s", what);
    } else {
        config_complain(loader, CONFIG_CODE_VALUE, node, advice, "not %s%s", what,
                        config_show(node, shown));
    }
    return false;
}

static bool complain_number(struct config_loader *loader, const struct config_node *node,
                            const char *what) {
    char digits[24];
    char advice[64] = "digits only, like 65536";
    digits_of(node->text, digits, sizeof(digits));
    if (digits[0] != '\0') {
        snprintf(advice, sizeof(advice), "digits only: write %s", digits);
    }
    return complain_value(loader, node, what, advice);
}

static bool complain_range(struct config_loader *loader, const struct config_node *node,
                           const char *low, const char *high) {
    char shown[CONFIG_SHOWN_MAX];
    char advice[96];
    snprintf(advice, sizeof(advice), "%s to %s", low, high);
    config_complain(loader, CONFIG_CODE_RANGE, node, advice, "outside its range%s",
                    config_show(node, shown));
    return false;
}

static bool store_integer(struct config_loader *loader, const struct config_key *row,
                          const struct config_node *node, uint32_t *field) {
    int64_t value = 0;
    enum config_scalar_result result = config_scalar_integer(node->text, &value);
    if (result != CONFIG_SCALAR_OK && result != CONFIG_SCALAR_OVERFLOW) {
        return complain_number(loader, node, "a whole number");
    }
    if (result == CONFIG_SCALAR_OVERFLOW || value < row->min || value > row->max) {
        char low[24];
        char high[24];
        snprintf(low, sizeof(low), "%lld", (long long)row->min);
        snprintf(high, sizeof(high), "%lld", (long long)row->max);
        return complain_range(loader, node, low, high);
    }
    if (row->type == CONFIG_TYPE_POWER && (value & (value - 1)) != 0) {
        return complain_value(loader, node, "a power of two", "1024, 65536, ...");
    }
    *field = (uint32_t)value;
    return true;
}

static bool store_optional(struct config_loader *loader, const struct config_key *row,
                           const struct config_node *node, int32_t *field) {
    if (bytes_equal(node->text, BYTES("none"))) {
        *field = CONFIG_NONE;
        return true;
    }
    uint32_t number = 0;
    if (!store_integer(loader, row, node, &number)) {
        return false;
    }
    *field = (int32_t)number;
    return true;
}

static bool store_duration(struct config_loader *loader, const struct config_key *row,
                           const struct config_node *node, struct duration *field) {
    int64_t ns = 0;
    enum config_scalar_result result = config_scalar_duration(node->text, &ns);
    if (result != CONFIG_SCALAR_OK && result != CONFIG_SCALAR_OVERFLOW) {
        return complain_value(loader, node, "a duration",
                              result == CONFIG_SCALAR_NO_UNIT
                                  ? "a unit is needed: ns, us, ms, s, m or h"
                                  : "a whole number and its unit, like 500ms or 10s");
    }
    if (result == CONFIG_SCALAR_OVERFLOW || ns < row->min || ns > row->max) {
        char low[CONFIG_QUANTITY_TEXT_MAX];
        char high[CONFIG_QUANTITY_TEXT_MAX];
        return complain_range(loader, node, config_duration_text(row->min, low),
                              config_duration_text(row->max, high));
    }
    if (row->type == CONFIG_TYPE_SECONDS && ns % NS_PER_S != 0) {
        return complain_value(loader, node, "a whole number of seconds", "like 30s");
    }
    field->ns = ns;
    return true;
}

static bool store_size(struct config_loader *loader, const struct config_key *row,
                       const struct config_node *node, uint32_t *field) {
    int64_t bytes = 0;
    enum config_scalar_result result = config_scalar_size(node->text, &bytes);
    if (result != CONFIG_SCALAR_OK && result != CONFIG_SCALAR_OVERFLOW) {
        return complain_value(loader, node, "a size",
                              result == CONFIG_SCALAR_NO_UNIT
                                  ? "a unit is needed: B, KiB, MiB or GiB"
                                  : "a whole number and its unit, like 64KiB");
    }
    if (result == CONFIG_SCALAR_OVERFLOW || bytes < row->min || bytes > row->max) {
        char low[CONFIG_QUANTITY_TEXT_MAX];
        char high[CONFIG_QUANTITY_TEXT_MAX];
        return complain_range(loader, node, config_size_text(row->min, low),
                              config_size_text(row->max, high));
    }
    *field = (uint32_t)bytes;
    return true;
}

static bool store_switch(struct config_loader *loader, const struct config_node *node,
                         bool *field) {
    if (config_scalar_switch(node->text, field) != CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "a switch", "on or off (true or false)");
    }
    return true;
}

static bool store_choice(struct config_loader *loader, const struct config_key *row,
                         const struct config_node *node, void *field) {
    char choices[120] = "one of:";
    char advice[180];
    size_t used = strlen(choices);
    struct nearest nearest = nearest_begin(node->text);
    for (const struct config_choice *choice = row->choices; choice->name != NULL; choice++) {
        if (bytes_equal(node->text, bytes_of_string(choice->name))) {
            memcpy(field, &choice->value, sizeof(choice->value));
            return true;
        }
        nearest_offer(&nearest, choice->name);
        int len = snprintf(choices + used, sizeof(choices) - used, " %s", choice->name);
        used += (size_t)len < sizeof(choices) - used ? (size_t)len : 0;
    }
    nearest_advise(&nearest, choices, advice, sizeof(advice));
    return complain_value(loader, node, "one of its choices", advice);
}

/* "17:00", or a weekday, a blank and that. */
static bool store_clock(struct config_loader *loader, const struct config_key *row,
                        struct config_node *node, struct config_day_time *field) {
    struct config_day_time time = {.is_given = true, .weekday = CONFIG_NONE};
    struct bytes clock = node->text;
    const char *blank = memchr(clock.data, ' ', clock.len);
    if (clock.len != 0 && blank != NULL) {
        struct bytes day = bytes_of(clock.data, (size_t)(blank - clock.data));
        const struct config_choice *choice = row->choices;
        while (choice->name != NULL && !bytes_equal(day, bytes_of_string(choice->name))) {
            choice++;
        }
        if (choice->name == NULL) {
            return complain_value(loader, node, "a weekday and a time", "like sun 17:00");
        }
        time.weekday = choice->value;
        clock = bytes_skip(clock, day.len + 1);
    }
    if (config_scalar_clock(clock, &time.second) != CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "a time of day",
                              "00:00 to 23:59:59, like 17:00 or sun 17:00");
    }
    *field = time;
    return true;
}

static bool complain_long(struct config_loader *loader, const struct config_key *row,
                          const struct config_node *node) {
    char advice[64];
    snprintf(advice, sizeof(advice), "at most %lld characters", (long long)row->max);
    config_complain(loader, CONFIG_CODE_RANGE, node, advice, "is %zu characters long",
                    node->text.len);
    return false;
}

static bool store_text(struct config_loader *loader, const struct config_key *row,
                       const struct config_node *node, const char **field) {
    struct {
        bool (*is)(struct bytes text);
        const char *what;
        const char *advice;
    } kind = {config_scalar_is_name, "a name", "letters, digits, '_', '-', '.', without blanks"};
    if (row->type == CONFIG_TYPE_UPPER_NAME) {
        kind.is = config_scalar_is_upper_name;
        kind.what = "a name in upper case";
        kind.advice = "upper-case letters, digits, '_' and '-', like KRAKEN";
    } else if (row->type == CONFIG_TYPE_WORD) {
        kind.is = config_scalar_is_word;
        kind.what = "a word";
        kind.advice = "printable ASCII without blanks";
    } else if (row->type == CONFIG_TYPE_SYMBOL) {
        kind.is = config_scalar_is_symbol;
        kind.what = "a symbol";
        kind.advice = "printable ASCII without blanks and '.', like BTC-USD";
    }
    if (row->type == CONFIG_TYPE_DEVICE) {
        kind.is = config_scalar_is_device;
        kind.what = "a device";
        kind.advice = "like 'pci: 0000:3b:00.0' or 'vdev: net_af_xdp0,iface=eth2'";
    }
    if (row->type == CONFIG_TYPE_ZONE) {
        kind.is = config_scalar_is_zone;
        kind.what = "a zone's name";
        kind.advice = "an IANA name like America/New_York, or UTC";
    }
    if (!kind.is(node->text)) {
        return complain_value(loader, node, kind.what, kind.advice);
    }
    if (node->text.len > (size_t)row->max) {
        return complain_long(loader, row, node);
    }
    *field = config_pool_string(loader->config->pool, node->text);
    return true;
}

/* A path that is not absolute starts at the config's own folder. */
static bool store_path(struct config_loader *loader, const struct config_key *row,
                       const struct config_node *node, const char **field) {
    if (!config_scalar_is_path(node->text)) {
        return complain_value(loader, node, "a file's path",
                              "printable ASCII, naming a file and not a folder");
    }
    if (node->text.len > (size_t)row->max) {
        return complain_long(loader, row, node);
    }
    const char *folder = node->text.data[0] == '/' ? "" : loader->folder;
    size_t folder_len = strlen(folder);
    char *path = config_pool_take(loader->config->pool, folder_len + node->text.len + 1);
    memcpy(path, folder, folder_len);
    memcpy(path + folder_len, node->text.data, node->text.len);
    *field = path;
    return true;
}

static bool store_endpoint(struct config_loader *loader, const struct config_key *row,
                           const struct config_node *node, struct config_endpoint *field) {
    struct config_endpoint endpoint;
    if (config_scalar_endpoint(node->text, &endpoint.at) != CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "a numeric address and port",
                              "like 127.0.0.1:5001 or [::1]:5001; names are not looked up");
    }
    if (row->type == CONFIG_TYPE_CONNECT && !config_endpoint_is_destination(&endpoint.at)) {
        return complain_value(loader, node, "an address that one can connect to",
                              "a host's own address and a port from 1 to 65535");
    }
    endpoint.text = config_pool_string(loader->config->pool, node->text);
    *field = endpoint;
    return true;
}

static bool store_address(struct config_loader *loader, const struct config_node *node,
                          struct ipv4_address *field) {
    struct ipv4_address address;
    if (config_scalar_address(node->text, &address) != CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "an IPv4 address", "like 10.0.0.1");
    }
    if (ipv4_address_is_martian(address)) {
        return complain_value(loader, node, "a host's address",
                              "no host has this address on a network");
    }
    *field = address;
    return true;
}

static bool store_network(struct config_loader *loader, const struct config_node *node,
                          struct config_network *field) {
    struct config_network network;
    if (config_scalar_network(node->text, &network.address, &network.prefix_bits) !=
        CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "an IPv4 address with its prefix's length",
                              "like 10.0.0.2/24");
    }
    *field = network;
    return true;
}

static bool store_ethernet(struct config_loader *loader, const struct config_node *node,
                           struct ethernet_address *field) {
    struct ethernet_address address;
    if (config_scalar_ethernet(node->text, &address) != CONFIG_SCALAR_OK ||
        ethernet_address_is_group(&address)) {
        return complain_value(loader, node, "an Ethernet address of one station",
                              "like 02:00:00:00:00:09");
    }
    *field = address;
    return true;
}

static bool store_decimal(struct config_loader *loader, const struct config_node *node) {
    if (config_scalar_decimal(node->text) != CONFIG_SCALAR_OK) {
        return complain_value(loader, node, "a decimal number",
                              "digits and at most one dot, like 0.01");
    }
    return true; /* config_resolve scales it */
}

bool config_value_store(struct config_loader *loader, const struct config_key *row,
                        struct config_node *node, void *field) {
    if (node->kind != CONFIG_NODE_SCALAR) {
        config_complain(loader, CONFIG_CODE_SHAPE, node, "write one value",
                        "a value is needed, not a %s",
                        node->kind == CONFIG_NODE_LIST ? "list" : "section");
        return false;
    }
    switch (row->type) {
    case CONFIG_TYPE_INTEGER:
    case CONFIG_TYPE_POWER:
        return store_integer(loader, row, node, field);
    case CONFIG_TYPE_OPTIONAL:
        return store_optional(loader, row, node, field);
    case CONFIG_TYPE_DURATION:
    case CONFIG_TYPE_SECONDS:
        return store_duration(loader, row, node, field);
    case CONFIG_TYPE_SIZE:
        return store_size(loader, row, node, field);
    case CONFIG_TYPE_SWITCH:
        return store_switch(loader, node, field);
    case CONFIG_TYPE_CLOCK:
        return store_clock(loader, row, node, field);
    case CONFIG_TYPE_CHOICE:
    case CONFIG_TYPE_DAYS: /* one of the list */
        return store_choice(loader, row, node, field);
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_UPPER_NAME:
    case CONFIG_TYPE_WORD:
    case CONFIG_TYPE_SYMBOL:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_ZONE:
        return store_text(loader, row, node, field);
    case CONFIG_TYPE_PATH:
        return store_path(loader, row, node, field);
    case CONFIG_TYPE_LISTEN:
    case CONFIG_TYPE_CONNECT:
        return store_endpoint(loader, row, node, field);
    case CONFIG_TYPE_ADDRESS:
        return store_address(loader, node, field);
    case CONFIG_TYPE_NETWORK:
        return store_network(loader, node, field);
    case CONFIG_TYPE_ETHERNET:
        return store_ethernet(loader, node, field);
    case CONFIG_TYPE_PRICE:
    case CONFIG_TYPE_QUANTITY:
        return store_decimal(loader, node);
    case CONFIG_TYPE_VENUE:
        return true; /* config_resolve finds it */
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_SECTIONS:
    case CONFIG_TYPE_ACCOUNTS:
    case CONFIG_TYPE_VENUES:
        break;
    }
    CHECK(false);
}

size_t config_value_bytes(enum config_type type) {
    switch (type) {
    case CONFIG_TYPE_INTEGER:
    case CONFIG_TYPE_POWER:
    case CONFIG_TYPE_SIZE:
        return sizeof(uint32_t);
    case CONFIG_TYPE_OPTIONAL:
        return sizeof(int32_t);
    case CONFIG_TYPE_DURATION:
    case CONFIG_TYPE_SECONDS:
        return sizeof(struct duration);
    case CONFIG_TYPE_SWITCH:
        return sizeof(bool);
    case CONFIG_TYPE_CHOICE:
        return sizeof(int);
    case CONFIG_TYPE_NAME:
    case CONFIG_TYPE_UPPER_NAME:
    case CONFIG_TYPE_WORD:
    case CONFIG_TYPE_SYMBOL:
    case CONFIG_TYPE_PATH:
    case CONFIG_TYPE_DEVICE:
    case CONFIG_TYPE_ZONE:
        return sizeof(const char *);
    case CONFIG_TYPE_CLOCK:
        return sizeof(struct config_day_time);
    case CONFIG_TYPE_DAYS:
        return sizeof(uint8_t);
    case CONFIG_TYPE_ADDRESS:
        return sizeof(struct ipv4_address);
    case CONFIG_TYPE_NETWORK:
        return sizeof(struct config_network);
    case CONFIG_TYPE_ETHERNET:
        return sizeof(struct ethernet_address);
    case CONFIG_TYPE_LISTEN:
    case CONFIG_TYPE_CONNECT:
        return sizeof(struct config_endpoint);
    case CONFIG_TYPE_PRICE:
        return sizeof(struct price);
    case CONFIG_TYPE_QUANTITY:
        return sizeof(struct quantity);
    case CONFIG_TYPE_VENUE:
    case CONFIG_TYPE_ACCOUNTS:
    case CONFIG_TYPE_VENUES:
        return sizeof(uint16_t);
    case CONFIG_TYPE_SECTION:
    case CONFIG_TYPE_SECTIONS:
        break;
    }
    return 0;
}
