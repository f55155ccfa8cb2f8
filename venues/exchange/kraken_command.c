#include <string.h>

#include "venues/exchange/exchange_text.h"
#include "venues/exchange/kraken_internal.h"

/* Each returns NULL, or what it expected. */
/* SYMBOL PRICE */
static const char *set_price(struct kraken_spot *spot, struct bytes arguments, bool is_index) {
    struct bytes symbol = exchange_text_until(&arguments, ' ');
    int at =
        exchange_instrument_find(spot->config.instruments, spot->config.instrument_count, symbol);
    if (at < 0) {
        return "a symbol that is listed";
    }
    const struct exchange_instrument *instrument = &spot->config.instruments[at];
    struct price price;
    if (decimal_parse(arguments, instrument->price_digits, &price.scaled) != DECIMAL_OK ||
        price.scaled <= 0 || price.scaled % instrument->tick.scaled != 0) {
        return "a price that is a positive multiple of the tick";
    }
    kraken_trigger_print(&spot->books[at], price, is_index);
    return NULL;
}

static const char *command_last(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    (void)now;
    return set_price(spot, arguments, false);
}

static const char *command_index(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    (void)now;
    return set_price(spot, arguments, true);
}

static const char *command_fault(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    const char *problem = NULL;
    (void)now;
    return kraken_faults_add(&spot->config.faults, arguments, &problem) ? NULL : problem;
}

static uint32_t find_order(const struct kraken_spot *spot, struct bytes id) {
    uint32_t order = kraken_ids_find_order_id(spot, id);
    for (uint32_t client = 0; order == KRAKEN_NONE && client < spot->config.client_count;
         ++client) {
        order = kraken_ids_find(spot, client, id);
    }
    return order;
}

/* ID */
static const char *command_kill(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    uint32_t order = find_order(spot, arguments);
    return order != KRAKEN_NONE && kraken_engine_kill(spot, order, "Canceled by the venue", now)
               ? NULL
               : "the OrderID or ClOrdID of an open order";
}

/* ID */
static const char *command_late_fill(struct kraken_spot *spot, struct bytes arguments,
                                     struct now now) {
    uint32_t order = find_order(spot, arguments);
    const struct exchange_row *row =
        order != KRAKEN_NONE ? exchange_ledger_row(spot->ledger, order) : NULL;
    if (row == NULL || row->status != EXCHANGE_CANCELED || !row->has_quantity) {
        return "the OrderID or ClOrdID of an order that was cancelled";
    }
    struct quantity rest = {row->quantity.scaled - row->executed.scaled};
    kraken_engine_fill_late(spot, order, rest, now);
    return NULL;
}

/* ID [QUANTITY] */
static const char *command_fill(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    uint32_t order = find_order(spot, exchange_text_until(&arguments, ' '));
    if (order == KRAKEN_NONE) {
        return "the OrderID or ClOrdID of a resting order";
    }
    const struct exchange_instrument *instrument =
        &spot->config.instruments[spot->orders[order].instrument];
    struct quantity leaves = exchange_ledger_row(spot->ledger, order)->leaves;
    struct quantity quantity = leaves;
    if (arguments.len > 0 &&
        (decimal_parse(arguments, instrument->quantity_digits, &quantity.scaled) != DECIMAL_OK ||
         quantity.scaled <= 0 || quantity.scaled > leaves.scaled)) {
        return "a quantity that the order has left";
    }
    return kraken_engine_execute(spot, order, quantity, now)
               ? NULL
               : "the OrderID or ClOrdID of a resting order";
}

static const char *command_roll_over(struct kraken_spot *spot, struct bytes arguments,
                                     struct now now) {
    kraken_connection_roll_over(spot, now);
    return arguments.len == 0 ? NULL : "nothing behind roll-over";
}

/* SYMBOL MODE */
static const char *command_mode(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    static const char *const names[] = {
        [KRAKEN_MODE_ONLINE] = "online",           [KRAKEN_MODE_CANCEL_ONLY] = "cancel_only",
        [KRAKEN_MODE_POST_ONLY] = "post_only",     [KRAKEN_MODE_LIMIT_ONLY] = "limit_only",
        [KRAKEN_MODE_REDUCE_ONLY] = "reduce_only", [KRAKEN_MODE_MAINTENANCE] = "maintenance",
    };
    (void)now;
    struct bytes symbol = exchange_text_until(&arguments, ' ');
    int at =
        exchange_instrument_find(spot->config.instruments, spot->config.instrument_count, symbol);
    for (int mode = 0; at >= 0 && mode <= KRAKEN_MODE_MAINTENANCE; ++mode) {
        if (bytes_equal(arguments, bytes_of_string(names[mode]))) {
            spot->books[at].mode = (enum kraken_mode)mode;
            return NULL;
        }
    }
    return "a symbol that is listed, and one of its modes";
}

/* COMP_ID FIELDS */
static const char *command_send(struct kraken_spot *spot, struct bytes arguments, struct now now) {
    struct bytes comp_id = exchange_text_until(&arguments, ' ');
    for (uint32_t client = 0; client < spot->config.client_count; ++client) {
        if (bytes_equal(spot->config.clients[client].comp_id, comp_id)) {
            return kraken_connection_say(spot, client, arguments, now)
                       ? NULL
                       : "a session that is up, and fields, 35= first";
        }
    }
    return "the CompID of a client";
}

bool kraken_spot_command(struct kraken_spot *spot, struct now now, struct bytes line,
                         const char **problem) {
    static const struct {
        const char *name;
        const char *(*run)(struct kraken_spot *spot, struct bytes arguments, struct now now);
    } commands[] = {
        {"last", command_last}, {"index", command_index}, {"fault", command_fault},
        {"kill", command_kill}, {"fill", command_fill},   {"roll-over", command_roll_over},
        {"mode", command_mode}, {"send", command_send},   {"late-fill", command_late_fill}};
    struct bytes name = exchange_text_until(&line, ' ');
    *problem = "last, index, fault, kill, fill, late-fill, roll-over, mode or send";
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); ++i) {
        if (bytes_equal(name, bytes_of_string(commands[i].name))) {
            *problem = commands[i].run(spot, line, now);
            kraken_engine_run(spot, now);
            break;
        }
    }
    return *problem == NULL;
}
