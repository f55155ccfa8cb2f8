#include "venues/exchange/exchange_main_options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venues/exchange/exchange_main_usage.h"
#include "venues/exchange/exchange_text.h"
#include "venues/exchange/kraken_logon.h"

enum option_code {
    OPTION_VENUE = 1,
    OPTION_LISTEN,
    OPTION_PORT_FILE,
    OPTION_COMP_ID,
    OPTION_KEY_FILE,
    OPTION_SECRET_FILE,
    OPTION_INSTRUMENT,
    OPTION_QUOTES,
    OPTION_NO_REPLENISH,
    OPTION_LEDGER,
    OPTION_RAW_LOG,
    OPTION_MAKER_FEE,
    OPTION_TAKER_FEE,
    OPTION_ORDERS_MAX,
    OPTION_SEED,
    OPTION_REJECT_DETAIL,
    OPTION_POST_ONLY_CANCELS,
    OPTION_GAP,
    OPTION_CONTROL,
    OPTION_MARGIN,
    OPTION_BROKER,
    OPTION_RATE_LIMIT,
    OPTION_ROLL_OVER,
    OPTION_ROLL_OVER_PAUSE,
    OPTION_PENDING_REPLACE,
    OPTION_OPEN_ORDERS_MAX,
    OPTION_MASS_CANCEL_ACCOUNT,
    OPTION_REJECT_PREFIX,
    OPTION_FEE_TYPES,
    OPTION_FEES_SPLIT,
    OPTION_NO_COD_ON_LOGOUT,
    OPTION_ROLL_OVER_CANCELS,
    OPTION_FAULT,
    OPTION_LOSE_ORDER,
    OPTION_NO_COD,
    OPTION_ENGINE_DELAY,
    OPTION_ACK_DELAY,
    OPTION_STALL_AFTER,
    OPTION_DROP_AFTER,
    OPTION_HELP
};

static const struct option option_table[] = {
    {"venue", required_argument, NULL, OPTION_VENUE},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"port-file", required_argument, NULL, OPTION_PORT_FILE},
    {"comp-id", required_argument, NULL, OPTION_COMP_ID},
    {"key-file", required_argument, NULL, OPTION_KEY_FILE},
    {"secret-file", required_argument, NULL, OPTION_SECRET_FILE},
    {"instrument", required_argument, NULL, OPTION_INSTRUMENT},
    {"quotes", required_argument, NULL, OPTION_QUOTES},
    {"no-replenish", no_argument, NULL, OPTION_NO_REPLENISH},
    {"ledger", required_argument, NULL, OPTION_LEDGER},
    {"raw-log", required_argument, NULL, OPTION_RAW_LOG},
    {"maker-fee-ppm", required_argument, NULL, OPTION_MAKER_FEE},
    {"taker-fee-ppm", required_argument, NULL, OPTION_TAKER_FEE},
    {"orders-max", required_argument, NULL, OPTION_ORDERS_MAX},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"reject-detail", no_argument, NULL, OPTION_REJECT_DETAIL},
    {"post-only-cancels", no_argument, NULL, OPTION_POST_ONLY_CANCELS},
    {"control", required_argument, NULL, OPTION_CONTROL},
    {"margin", no_argument, NULL, OPTION_MARGIN},
    {"broker", no_argument, NULL, OPTION_BROKER},
    {"rate-limit", required_argument, NULL, OPTION_RATE_LIMIT},
    {"roll-over", required_argument, NULL, OPTION_ROLL_OVER},
    {"roll-over-pause-ms", required_argument, NULL, OPTION_ROLL_OVER_PAUSE},
    {"pending-replace", no_argument, NULL, OPTION_PENDING_REPLACE},
    {"open-orders-max", required_argument, NULL, OPTION_OPEN_ORDERS_MAX},
    {"mass-cancel-account", no_argument, NULL, OPTION_MASS_CANCEL_ACCOUNT},
    {"reject-prefix", no_argument, NULL, OPTION_REJECT_PREFIX},
    {"fee-types", no_argument, NULL, OPTION_FEE_TYPES},
    {"fees-split", no_argument, NULL, OPTION_FEES_SPLIT},
    {"no-cod-on-logout", no_argument, NULL, OPTION_NO_COD_ON_LOGOUT},
    {"roll-over-cancels", no_argument, NULL, OPTION_ROLL_OVER_CANCELS},
    {"gap", required_argument, NULL, OPTION_GAP},
    {"fault", required_argument, NULL, OPTION_FAULT},
    {"lose-order", required_argument, NULL, OPTION_LOSE_ORDER},
    {"no-cod", no_argument, NULL, OPTION_NO_COD},
    {"engine-delay-ms", required_argument, NULL, OPTION_ENGINE_DELAY},
    {"ack-delay-ms", required_argument, NULL, OPTION_ACK_DELAY},
    {"stall-after", required_argument, NULL, OPTION_STALL_AFTER},
    {"drop-connection-after", required_argument, NULL, OPTION_DROP_AFTER},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* What is looked at only when all options are known. */
struct gathered {
    bool venue;
    bool listen;
    const char *key_files[EXCHANGE_MAIN_FILES_MAX];
    uint32_t key_file_count;
    const char *secret_files[EXCHANGE_MAIN_FILES_MAX];
    uint32_t secret_file_count;
    const char *quotes[EXCHANGE_QUOTES_MAX];
    uint32_t quote_count;
};

__attribute__((format(printf, 1, 2))) static bool refuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("tercel-exchange: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

static bool read_number(const char *name, const char *text, uint64_t max, uint64_t *out) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value > max) {
        return refuse("--%s %s: a number up to %" PRIu64, name, text, max);
    }
    *out = value;
    return true;
}

static bool read_small(const char *name, const char *text, uint32_t max, uint32_t *out) {
    uint64_t value = 0;
    if (!read_number(name, text, max, &value)) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool add_comp_ids(struct exchange_main_options *options, const char *text) {
    struct bytes rest = bytes_of_string(text);
    do {
        struct bytes id = exchange_text_until(&rest, ',');
        if (id.len == 0 || options->kraken.client_count == KRAKEN_CLIENTS_MAX) {
            return refuse("--comp-id %s: up to %d ids, none empty", text, KRAKEN_CLIENTS_MAX);
        }
        for (uint32_t i = 0; i < options->kraken.client_count; ++i) {
            if (bytes_equal(options->clients[i].comp_id, id)) {
                return refuse("--comp-id %s: %.*s is given twice", text, (int)id.len, id.data);
            }
        }
        options->clients[options->kraken.client_count++].comp_id = id;
    } while (rest.len > 0);
    return true;
}

static bool add_instrument(struct exchange_main_options *options, const char *text) {
    struct exchange_instrument instrument;
    const char *problem;
    if (!exchange_instrument_parse(bytes_of_string(text), &instrument, &problem)) {
        return refuse("--instrument %s: %s", text, problem);
    }
    uint32_t count = options->kraken.instrument_count;
    int at =
        exchange_instrument_find(options->instruments, count, bytes_of_string(instrument.symbol));
    if (at < 0 && count == EXCHANGE_INSTRUMENTS_MAX) {
        return refuse("--instrument %s: more than %d", text, EXCHANGE_INSTRUMENTS_MAX);
    }
    options->kraken.instrument_count += at < 0;
    options->instruments[at < 0 ? (int)count : at] = instrument;
    return true;
}

static bool add_file(const char *name, const char *text, const char **files, uint32_t *count) {
    if (*count == EXCHANGE_MAIN_FILES_MAX) {
        return refuse("--%s %s: more than %d", name, text, EXCHANGE_MAIN_FILES_MAX);
    }
    files[(*count)++] = text;
    return true;
}

static bool read_listen(struct exchange_main_options *options, const char *text) {
    enum endpoint_result result = endpoint_parse(bytes_of_string(text), &options->listen);
    return result == ENDPOINT_OK || refuse("--listen %s: %s", text, endpoint_result_text(result));
}

static bool add_fault(struct exchange_main_options *options, const char *name, const char *text) {
    const char *problem;
    return kraken_faults_add(&options->kraken.faults, bytes_of_string(text), &problem) ||
           refuse("--%s %s: %s", name, text, problem);
}

static bool add_lost_order(struct exchange_main_options *options, const char *name,
                           const char *text) {
    uint32_t number = 0;
    char rule[64];
    if (!read_small(name, text, UINT32_MAX, &number)) {
        return false;
    }
    snprintf(rule, sizeof(rule), "order#%" PRIu32 ":lose", number);
    return add_fault(options, name, rule);
}

static bool read_gap(struct exchange_main_options *options, const char *text) {
    options->kraken.options.gap_queues = strcmp(text, "queues") == 0;
    return options->kraken.options.gap_queues || strcmp(text, "discards") == 0 ||
           refuse("--gap %s: discards or queues", text);
}

/* N:DECAY, the latter to thousandths. */
static bool read_rate(struct kraken_rate_limits *rate, const char *text) {
    struct bytes decay = bytes_of_string(text);
    struct bytes most = exchange_text_until(&decay, ':');
    int64_t most_count;
    int64_t decay_milli;
    if (decimal_parse(most, 0, &most_count) != DECIMAL_OK || most_count < 1 ||
        most_count > 1000000 || decimal_parse(decay, 3, &decay_milli) != DECIMAL_OK ||
        decay_milli < 0 || decay_milli > UINT32_MAX) {
        return refuse("--rate-limit %s: a count, ':', and what is lost a second, like 60:2.34",
                      text);
    }
    rate->most = (uint32_t)most_count;
    rate->decay_milli_s = (uint32_t)decay_milli;
    return true;
}

static bool read_roll_over(struct kraken_options *kraken, const char *text) {
    unsigned hours;
    unsigned minutes;
    unsigned seconds;
    int len = 0;
    if (sscanf(text, "%2u:%2u:%2u%n", &hours, &minutes, &seconds, &len) != 3 || text[len] != '\0' ||
        hours > 23 || minutes > 59 || seconds > 59) {
        return refuse("--roll-over %s: a time of the day, HH:MM:SS", text);
    }
    kraken->rolls_over = true;
    kraken->roll_over_s = hours * 3600 + minutes * 60 + seconds;
    return true;
}

/* What an account may do, and what the pages leave open. */
static bool take_venue(struct exchange_main_options *options, int code, const char *name,
                       const char *value) {
    struct kraken_options *kraken = &options->kraken.options;
    switch (code) {
    case OPTION_MARGIN:
        return kraken->margin = true;
    case OPTION_BROKER:
        return kraken->broker = true;
    case OPTION_RATE_LIMIT:
        return read_rate(&kraken->rate, value);
    case OPTION_ROLL_OVER:
        return read_roll_over(kraken, value);
    case OPTION_ROLL_OVER_PAUSE:
        return read_small(name, value, 3600000, &kraken->roll_over_pause_ms);
    case OPTION_PENDING_REPLACE:
        return kraken->pending_replace = true;
    case OPTION_OPEN_ORDERS_MAX:
        return read_small(name, value, UINT32_MAX, &kraken->open_orders_most);
    case OPTION_MASS_CANCEL_ACCOUNT:
        return kraken->mass_cancel_account = true;
    case OPTION_REJECT_PREFIX:
        return kraken->reject_prefix = true;
    case OPTION_FEE_TYPES:
        return kraken->fee_types = true;
    case OPTION_FEES_SPLIT:
        return kraken->fees_split = true;
    case OPTION_NO_COD_ON_LOGOUT:
        return kraken->cod_spares_logout = true;
    case OPTION_ROLL_OVER_CANCELS:
        return kraken->roll_over_cancels = true;
    case OPTION_GAP:
        return read_gap(options, value);
    default:
        return refuse("try --help");
    }
}

/* What the venue does and how it fails. False: none of these, or refused. */
static bool take_behaviour(struct exchange_main_options *options, int code, const char *name,
                           const char *value) {
    struct kraken_options *kraken = &options->kraken.options;
    switch (code) {
    case OPTION_MAKER_FEE:
        return read_small(name, value, 1000000, &kraken->maker_fee_ppm);
    case OPTION_TAKER_FEE:
        return read_small(name, value, 1000000, &kraken->taker_fee_ppm);
    case OPTION_ENGINE_DELAY:
        return read_small(name, value, 3600000, &kraken->engine_delay_ms);
    case OPTION_ACK_DELAY:
        return read_small(name, value, 3600000, &kraken->ack_delay_ms);
    case OPTION_STALL_AFTER:
        return read_small(name, value, UINT32_MAX, &kraken->stall_after);
    case OPTION_DROP_AFTER:
        return read_small(name, value, UINT32_MAX, &kraken->drop_after);
    case OPTION_REJECT_DETAIL:
        return kraken->reject_detail = true;
    case OPTION_POST_ONLY_CANCELS:
        return kraken->post_only_cancels = true;
    case OPTION_FAULT:
        return add_fault(options, name, value);
    case OPTION_LOSE_ORDER:
        return add_lost_order(options, name, value);
    case OPTION_NO_COD:
        return kraken->cod_disabled = true;
    default:
        return take_venue(options, code, name, value);
    }
}

static bool take_option(struct exchange_main_options *options, struct gathered *gathered, int code,
                        const char *name, const char *value) {
    switch (code) {
    case OPTION_VENUE:
        gathered->venue = strcmp(value, "kraken-spot") == 0;
        return gathered->venue || refuse("--venue %s: there is kraken-spot", value);
    case OPTION_LISTEN:
        gathered->listen = true;
        return read_listen(options, value);
    case OPTION_PORT_FILE:
        options->port_file = value;
        return true;
    case OPTION_LEDGER:
        options->ledger_file = value;
        return true;
    case OPTION_CONTROL:
        options->control_file = value;
        return true;
    case OPTION_RAW_LOG:
        options->raw_log_file = value;
        return true;
    case OPTION_COMP_ID:
        return add_comp_ids(options, value);
    case OPTION_KEY_FILE:
        return add_file(name, value, gathered->key_files, &gathered->key_file_count);
    case OPTION_SECRET_FILE:
        return add_file(name, value, gathered->secret_files, &gathered->secret_file_count);
    case OPTION_INSTRUMENT:
        return add_instrument(options, value);
    case OPTION_QUOTES:
        if (gathered->quote_count == EXCHANGE_QUOTES_MAX) {
            return refuse("--quotes %s: more than %d", value, EXCHANGE_QUOTES_MAX);
        }
        gathered->quotes[gathered->quote_count++] = value;
        return true;
    case OPTION_NO_REPLENISH:
        options->kraken.quotes.replenish = false;
        return true;
    case OPTION_ORDERS_MAX:
        return read_small(name, value, EXCHANGE_ORDERS_MAX, &options->kraken.limits.orders);
    case OPTION_SEED:
        return read_number(name, value, UINT64_MAX, &options->kraken.seed);
    default:
        return take_behaviour(options, code, name, value);
    }
}

/* The file's text without blanks and line ends around it. */
static bool read_file(const char *name, char *out, size_t size, struct bytes *text) {
    FILE *file = fopen(name, "re");
    if (file == NULL) {
        return refuse("%s: %s", name, strerror(errno));
    }
    size_t len = fread(out, 1, size, file);
    bool good = ferror(file) == 0;
    fclose(file);
    if (!good || len == size) {
        return refuse("%s: cannot be read, or is too long", name);
    }
    size_t start = 0;
    while (start < len && strchr(" \t\r\n", out[start]) != NULL) {
        ++start;
    }
    while (len > start && strchr(" \t\r\n", out[len - 1]) != NULL) {
        --len;
    }
    *text = bytes_of(out + start, len - start);
    return len > start || refuse("%s: is empty", name);
}

static bool read_credentials(struct exchange_main_options *options, uint32_t client,
                             const char *key_file, const char *secret_file) {
    struct kraken_client *out = &options->clients[client];
    char text[512];
    struct bytes secret = {.data = NULL};
    if (!read_file(key_file, options->api_keys[client], KRAKEN_API_KEY_MAX, &out->api_key) ||
        !read_file(secret_file, text, sizeof(text), &secret)) {
        return false;
    }
    unsigned char *decoded = options->secrets[client];
    size_t len = kraken_decode_secret(secret, decoded, KRAKEN_SECRET_MAX);
    OPENSSL_cleanse(text, sizeof(text));
    out->secret = bytes_of((const char *)decoded, len);
    return len > 0 || refuse("%s: is no base64 of up to %d bytes", secret_file, KRAKEN_SECRET_MAX);
}

static bool complete(struct exchange_main_options *options, const struct gathered *gathered) {
    if (!gathered->venue || !gathered->listen || options->kraken.client_count == 0 ||
        gathered->key_file_count == 0 || gathered->secret_file_count == 0) {
        return refuse("--venue, --listen, --comp-id, --key-file and --secret-file must be given");
    }
    for (uint32_t i = 0; i < options->kraken.client_count; ++i) {
        uint32_t key = i < gathered->key_file_count ? i : gathered->key_file_count - 1;
        uint32_t secret = i < gathered->secret_file_count ? i : gathered->secret_file_count - 1;
        if (!read_credentials(options, i, gathered->key_files[key],
                              gathered->secret_files[secret])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < gathered->quote_count; ++i) {
        const char *problem;
        if (!exchange_quotes_parse(&options->kraken.quotes, bytes_of_string(gathered->quotes[i]),
                                   options->instruments, options->kraken.instrument_count,
                                   &problem)) {
            return refuse("--quotes %s: %s", gathered->quotes[i], problem);
        }
    }
    return kraken_spot_footprint(&options->kraken) != 0 ||
           refuse("--orders-max %" PRIu32 " or the length of a CompID is not possible",
                  options->kraken.limits.orders);
}

static void set_defaults(struct exchange_main_options *options) {
    *options = (struct exchange_main_options){0};
    memcpy(options->instruments, exchange_instruments_default,
           sizeof(exchange_instruments_default));
    options->kraken = (struct kraken_config){
        .clients = options->clients,
        .instruments = options->instruments,
        .instrument_count = 2,
        .quotes.replenish = true,
        .limits = {.connections = 128,
                   .orders = 200000,
                   .book_orders = 65536,
                   .reports = 8192,
                   .requests = 1024,
                   .sent = 65536,
                   .early = 256},
        /* Kraken's lowest volume tier when the samples were made: 0.16 % and 0.26 %. */
        .options = {.maker_fee_ppm = 1600, .taker_fee_ppm = 2600, .roll_over_pause_ms = 30000},
    };
}

enum exchange_main_options_result exchange_main_options_read(struct exchange_main_options *options,
                                                             int argc, char **argv) {
    struct gathered gathered = {0};
    set_defaults(options);
    int index = 0;
    for (int code; (code = getopt_long(argc, argv, "", option_table, &index)) != -1;) {
        if (code == OPTION_HELP) {
            exchange_main_usage_print(stdout);
            return EXCHANGE_MAIN_HELPED;
        }
        if (!take_option(options, &gathered, code, option_table[index].name, optarg)) {
            return EXCHANGE_MAIN_REFUSED;
        }
    }
    if (optind < argc) {
        refuse("%s: not an option; try --help", argv[optind]);
        return EXCHANGE_MAIN_REFUSED;
    }
    return complete(options, &gathered) ? EXCHANGE_MAIN_RUN : EXCHANGE_MAIN_REFUSED;
}

void exchange_main_options_wipe(struct exchange_main_options *options) {
    OPENSSL_cleanse(options->secrets, sizeof(options->secrets));
    OPENSSL_cleanse(options->api_keys, sizeof(options->api_keys));
}
