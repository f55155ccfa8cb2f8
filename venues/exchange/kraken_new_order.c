#include "venues/exchange/kraken_new_order.h"

#include <string.h>

#include "venues/exchange/kraken_tag.h"

static const struct kraken_refusal no_refusal = {0};

static struct kraken_refusal invalid(const char *text) {
    return (struct kraken_refusal){KRAKEN_REASON_OTHER, text};
}

static struct kraken_refusal missing(const char *text) {
    return (struct kraken_refusal){KRAKEN_REASON_CONDITIONAL_FIELD, text};
}

static bool has(const struct fix_view *view, uint32_t tag) {
    return fix_view_find(view, tag, 0) >= 0;
}

/* Of a field that kraken_fields_check found good, or that is absent: then '\0'. */
static char letter_of(const struct fix_view *view, uint32_t tag) {
    char letter = '\0';
    return fix_get_char(view, tag, &letter) == FIX_GET_OK ? letter : '\0';
}

/* Exactly, at the instrument's digits if they suffice; false when there is none or no int64 does.
 */
static bool keep_amount(const struct fix_view *view, uint32_t tag, uint8_t *digits,
                        int64_t *scaled) {
    struct bytes text = kraken_text_of(view, tag);
    if (text.len == 0) {
        return false;
    }
    for (; *digits <= DECIMAL_DIGITS_MAX; ++*digits) {
        enum decimal_result result = decimal_parse(text, *digits, scaled);
        if (result != DECIMAL_TOO_PRECISE) {
            return result == DECIMAL_OK;
        }
    }
    *digits = DECIMAL_DIGITS_MAX;
    return false;
}

void kraken_new_order_record(const struct kraken_spot *spot, const struct fix_view *view,
                             struct exchange_row *row) {
    struct bytes symbol = kraken_text_of(view, KRAKEN_SYMBOL);
    int found =
        exchange_instrument_find(spot->config.instruments, spot->config.instrument_count, symbol);
    if (found >= 0) {
        row->price_digits = (uint8_t)spot->config.instruments[found].price_digits;
        row->quantity_digits = (uint8_t)spot->config.instruments[found].quantity_digits;
    }
    exchange_row_set_cl_ord_id(row, kraken_text_of(view, KRAKEN_CL_ORD_ID));
    exchange_row_set_symbol(row, symbol);
    row->is_sell = letter_of(view, KRAKEN_SIDE) == '2';
    row->has_quantity =
        keep_amount(view, KRAKEN_ORDER_QTY, &row->quantity_digits, &row->quantity.scaled);
    row->ord_type = letter_of(view, KRAKEN_ORD_TYPE);
    row->has_price = kraken_type_is_limit(row->ord_type) &&
                     keep_amount(view, KRAKEN_PRICE, &row->price_digits, &row->price.scaled);
}

/* A positive multiple of the lot. */
static bool read_lots(const struct fix_view *view, uint32_t tag,
                      const struct exchange_instrument *instrument, struct quantity *out) {
    return decimal_parse(kraken_text_of(view, tag), instrument->quantity_digits, &out->scaled) ==
               DECIMAL_OK &&
           out->scaled > 0 && out->scaled % instrument->lot.scaled == 0;
}

static struct kraken_refusal read_quantity(const struct fix_view *view,
                                           const struct exchange_instrument *instrument,
                                           struct quantity *out) {
    if (!read_lots(view, KRAKEN_ORDER_QTY, instrument, out)) {
        return invalid("EGeneral:Invalid arguments:volume");
    }
    if (out->scaled < instrument->min.scaled) {
        return invalid("EOrder:Order minimum not met");
    }
    return no_refusal;
}

/* 18=v: OrderQty(38) is what the order may cost, in the quote currency. */
static struct kraken_refusal read_cost(const struct fix_view *view,
                                       const struct exchange_instrument *instrument,
                                       struct kraken_order *order) {
    bool good = decimal_parse(kraken_text_of(view, KRAKEN_ORDER_QTY),
                              kraken_cost_digits(instrument), &order->cost) == DECIMAL_OK &&
                order->cost > 0;
    return good ? no_refusal : invalid("EGeneral:Invalid arguments:volume");
}

static struct kraken_refusal check_tick(const struct exchange_instrument *instrument,
                                        enum decimal_result result, int64_t scaled, bool positive) {
    if (result != DECIMAL_OK || (positive && scaled <= 0)) {
        return invalid("EOrder:Invalid price");
    }
    return scaled % instrument->tick.scaled == 0 ? no_refusal
                                                 : invalid("EOrder:Tick size check failed");
}

/* Of a trailing-stop-limit 44 is how far the limit lies from the trigger's price, as in Kraken's
 * other interfaces (unverified): any sign. */
static struct kraken_refusal read_price(const struct fix_view *view,
                                        const struct exchange_instrument *instrument, bool offset,
                                        struct price *out) {
    if (!has(view, KRAKEN_PRICE)) {
        return missing("Conditionally Required Field Missing: Price (44)");
    }
    enum decimal_result result =
        decimal_parse(kraken_text_of(view, KRAKEN_PRICE), instrument->price_digits, &out->scaled);
    return check_tick(instrument, result, out->scaled, !offset);
}

/* 99: the trigger's price, or how far it trails the best price (unverified for 40=U and V). */
static struct kraken_refusal read_stop(const struct fix_view *view,
                                       const struct exchange_instrument *instrument,
                                       struct price *out) {
    if (!has(view, KRAKEN_STOP_PX)) {
        return missing("Conditionally Required Field Missing: StopPx (99)");
    }
    enum decimal_result result =
        decimal_parse(kraken_text_of(view, KRAKEN_STOP_PX), instrument->price_digits, &out->scaled);
    return check_tick(instrument, result, out->scaled, true);
}

/* [nos] 1138: at least a fifteenth of OrderQty, and a limit order's. */
static struct kraken_refusal read_display(const struct fix_view *view,
                                          const struct exchange_instrument *instrument,
                                          struct quantity quantity, char ord_type,
                                          struct quantity *out) {
    if (!has(view, KRAKEN_DISPLAY_QTY)) {
        return no_refusal;
    }
    int64_t widest;
    bool good = ord_type == '2' && read_lots(view, KRAKEN_DISPLAY_QTY, instrument, out) &&
                out->scaled <= quantity.scaled &&
                (__builtin_mul_overflow(out->scaled, KRAKEN_DISPLAY_SHARE, &widest) ||
                 widest >= quantity.scaled);
    return good ? no_refusal : invalid("EGeneral:Invalid arguments:displayvol");
}

/* Whether `at` is that far ahead of now, both ends included. */
static bool is_ahead(struct utc at, struct now now, int64_t least_s, int64_t most_s) {
    int64_t ahead_ns;
    return !__builtin_sub_overflow(at.ns, now.utc.ns, &ahead_ns) &&
           ahead_ns >= least_s * NS_PER_S && ahead_ns <= most_s * NS_PER_S;
}

static struct kraken_refusal read_valid_until(const struct fix_view *view, struct now now,
                                              struct utc *out) {
    *out = (struct utc){0};
    if (!has(view, KRAKEN_VALID_UNTIL_TIME)) {
        return no_refusal;
    }
    bool good = fix_get_utc(view, KRAKEN_VALID_UNTIL_TIME, out) == FIX_GET_OK &&
                is_ahead(*out, now, KRAKEN_VALID_UNTIL_MIN_S, KRAKEN_VALID_UNTIL_MAX_S);
    return good ? no_refusal : invalid("EGeneral:Invalid arguments:deadline");
}

static struct kraken_refusal read_expire_time(const struct fix_view *view, struct now now,
                                              char time_in_force, struct utc *out) {
    bool given = has(view, KRAKEN_EXPIRE_TIME);
    if (time_in_force != '6') {
        return given ? invalid("EGeneral:Invalid arguments:expiretm") : no_refusal;
    }
    if (!given) {
        return missing("Conditionally Required Field Missing: ExpireTime (126)");
    }
    bool good = fix_get_utc(view, KRAKEN_EXPIRE_TIME, out) == FIX_GET_OK &&
                is_ahead(*out, now, 0, KRAKEN_EXPIRE_MAX_S);
    return good ? no_refusal : invalid("EGeneral:Invalid arguments:expiretm");
}

/* [nos] 168. No limit is named there: as far ahead as 126 may be (unverified). */
static struct kraken_refusal read_effective_time(const struct fix_view *view, struct now now,
                                                 struct kraken_order *order) {
    if (!has(view, KRAKEN_EFFECTIVE_TIME)) {
        return no_refusal;
    }
    if (fix_get_utc(view, KRAKEN_EFFECTIVE_TIME, &order->effective_at) != FIX_GET_OK ||
        !is_ahead(order->effective_at, now, 0, KRAKEN_EXPIRE_MAX_S)) {
        return invalid("EGeneral:Invalid arguments:starttm");
    }
    bool expires_first =
        order->time_in_force == '6' && order->expire_at.ns <= order->effective_at.ns;
    return expires_first ? invalid("EGeneral:Invalid arguments:expiretm") : no_refusal;
}

/* 99 and 388 belong to triggers. */
static struct kraken_refusal read_trigger(const struct fix_view *view,
                                          const struct exchange_instrument *instrument,
                                          struct kraken_order *order) {
    if (kraken_type_is_triggered(order->ord_type)) {
        order->by_index = letter_of(view, KRAKEN_DISCRETION_INST) == '1';
        return read_stop(view, instrument, &order->stop);
    }
    return has(view, KRAKEN_STOP_PX) || has(view, KRAKEN_DISCRETION_INST)
               ? invalid("EGeneral:Invalid arguments:trigger")
               : no_refusal;
}

/* What an account must be allowed: margin (5001) and orders for others (78, 79). */
static struct kraken_refusal check_account(const struct kraken_spot *spot,
                                           const struct fix_view *view,
                                           struct kraken_order *order) {
    order->is_margin = letter_of(view, KRAKEN_LEVERAGE) == '1';
    if (order->is_margin && !spot->config.options.margin) {
        return invalid("EGeneral:Invalid arguments:leverage");
    }
    bool allocated = has(view, KRAKEN_NO_ALLOCS) || has(view, KRAKEN_ALLOC_ACCOUNT);
    if (allocated && !spot->config.options.broker) {
        return (struct kraken_refusal){KRAKEN_REASON_NOT_AUTHORIZED, "EGeneral:Permission denied"};
    }
    if (has(view, KRAKEN_NO_ALLOCS) && !has(view, KRAKEN_ALLOC_ACCOUNT)) {
        return missing("Conditionally Required Field Missing: AllocAccount (79)");
    }
    return no_refusal;
}

/* 18=E: only against a margin position, and for no more than it is. */
static struct kraken_refusal check_reduce_only(const struct kraken_spot *spot,
                                               const struct kraken_order *order,
                                               struct quantity quantity) {
    int64_t position = order->is_margin ? kraken_account_of(spot, order)->position : 0;
    int64_t against = order->side == '1' ? -position : position;
    if (against <= 0) {
        return invalid("EOrder:Reduce only:No position exists");
    }
    return quantity.scaled <= against ? no_refusal
                                      : invalid("EOrder:Reduce only:Position is closed");
}

/* 18: P post-only, E reduce-only, v quantity in quote, f and q the fee's currency, s single fee. */
static struct kraken_refusal read_exec_inst(const struct fix_view *view,
                                            struct kraken_order *order) {
    struct bytes text = kraken_text_of(view, KRAKEN_EXEC_INST);
    bool fee_in_quote = false;
    for (size_t i = 0; i < text.len; i += 2) {
        switch (text.data[i]) {
        case 'E':
            order->is_reduce_only = true;
            break;
        case 'v':
            order->is_by_cost = true;
            break;
        case 'P':
            order->is_post_only = true;
            break;
        case 'f':
            order->fee_in_base = true;
            break;
        case 'q':
            fee_in_quote = true;
            break;
        default:
            break;
        }
    }
    /* Market orders only, as in Kraken's other interfaces (unverified). */
    if (order->is_by_cost && order->ord_type != '1') {
        return invalid("EGeneral:Invalid arguments:viqc");
    }
    if ((order->fee_in_base && fee_in_quote) || text.len > sizeof(order->exec_inst)) {
        return invalid("EGeneral:Invalid arguments:oflags");
    }
    if (text.len > 0) {
        memcpy(order->exec_inst, text.data, text.len);
    }
    order->exec_inst_len = (uint8_t)text.len;
    return no_refusal;
}

/* 7928: 0 both, 1 newest, 2 oldest; absent is 1. */
static enum matching_self_trade self_trade_of(const struct fix_view *view) {
    switch (letter_of(view, KRAKEN_SELF_TRADE_PREVENTION)) {
    case '0':
        return MATCHING_SELF_TRADE_CANCEL_BOTH;
    case '2':
        return MATCHING_SELF_TRADE_CANCEL_OLDEST;
    default:
        return MATCHING_SELF_TRADE_CANCEL_NEWEST;
    }
}

static struct kraken_refusal check_amounts(const struct kraken_spot *spot,
                                           const struct fix_view *view,
                                           const struct exchange_instrument *instrument,
                                           struct kraken_order *order, struct exchange_row *row) {
    struct kraken_refusal refusal = order->is_by_cost
                                        ? read_cost(view, instrument, order)
                                        : read_quantity(view, instrument, &row->quantity);
    bool limit = kraken_type_is_limit(order->ord_type);
    if (refusal.text == NULL && limit) {
        refusal = read_price(view, instrument, order->ord_type == 'V', &row->price);
    }
    if (refusal.text == NULL && !limit && has(view, KRAKEN_PRICE)) {
        refusal = invalid("EGeneral:Invalid arguments:price");
    }
    if (refusal.text == NULL) {
        refusal = read_trigger(view, instrument, order);
    }
    if (refusal.text == NULL) {
        refusal = read_display(view, instrument, row->quantity, order->ord_type, &order->display);
    }
    if (refusal.text == NULL && order->is_reduce_only) {
        refusal = check_reduce_only(spot, order, row->quantity);
    }
    return refusal;
}

static struct kraken_refusal check_times(const struct fix_view *view, struct now now,
                                         struct kraken_order *order) {
    struct kraken_refusal refusal = read_valid_until(view, now, &order->valid_until);
    if (refusal.text == NULL) {
        refusal = read_expire_time(view, now, order->time_in_force, &order->expire_at);
    }
    return refusal.text == NULL ? read_effective_time(view, now, order) : refusal;
}

static struct kraken_refusal check_terms(const struct kraken_spot *spot,
                                         const struct fix_view *view, struct now now,
                                         const struct exchange_instrument *instrument,
                                         struct kraken_order *order, struct exchange_row *row) {
    struct kraken_refusal refusal = check_account(spot, view, order);
    if (refusal.text == NULL) {
        refusal = read_exec_inst(view, order);
    }
    if (refusal.text == NULL) {
        refusal = check_amounts(spot, view, instrument, order, row);
    }
    bool rests =
        order->ord_type == '2' && (order->time_in_force == '1' || order->time_in_force == '6');
    if (refusal.text == NULL && order->is_post_only && !rests) {
        refusal = invalid("EGeneral:Invalid arguments:oflags");
    }
    return refusal.text == NULL ? check_times(view, now, order) : refusal;
}

/* Texts as in Kraken's other interfaces (unverified). */
static struct kraken_refusal check_mode(enum kraken_mode mode, const struct kraken_order *order) {
    struct kraken_refusal refusal = {KRAKEN_REASON_NOT_AVAILABLE, NULL};
    switch (mode) {
    case KRAKEN_MODE_ONLINE:
        break;
    case KRAKEN_MODE_CANCEL_ONLY:
        refusal.text = "EService:Market in cancel_only mode";
        break;
    case KRAKEN_MODE_POST_ONLY:
        refusal.text = order->is_post_only ? NULL : "EService:Market in post_only mode";
        break;
    case KRAKEN_MODE_LIMIT_ONLY:
        refusal.text = order->ord_type == '2' ? NULL : "EService:Market in limit_only mode";
        break;
    case KRAKEN_MODE_REDUCE_ONLY:
        refusal.text = order->is_reduce_only ? NULL : "EService:Market in reduce_only mode";
        break;
    case KRAKEN_MODE_MAINTENANCE:
        refusal.text = "EService:Unavailable";
        break;
    }
    return refusal;
}

/* Of a limit order: what another costs is not known. */
static struct kraken_refusal check_cost(const struct exchange_instrument *instrument,
                                        const struct kraken_order *order, struct price price,
                                        struct quantity quantity) {
    if (instrument->cost.scaled == 0 || !kraken_type_is_limit(order->ord_type) ||
        order->ord_type == 'V') {
        return no_refusal;
    }
    struct quantity unit = {decimal_power(instrument->quantity_digits)};
    return notional_of(price, quantity).scaled < notional_of(instrument->cost, unit).scaled
               ? invalid("EOrder:Cost minimum not met")
               : no_refusal;
}

struct kraken_refusal kraken_new_order_check(const struct kraken_spot *spot,
                                             const struct fix_view *view, struct now now,
                                             struct kraken_order *order, struct exchange_row *row) {
    int found = exchange_instrument_find(spot->config.instruments, spot->config.instrument_count,
                                         kraken_text_of(view, KRAKEN_SYMBOL));
    if (found < 0) {
        return (struct kraken_refusal){KRAKEN_REASON_UNKNOWN_INSTRUMENT,
                                       "EQuery:Unknown asset pair"};
    }
    const struct exchange_instrument *instrument = &spot->config.instruments[found];
    order->instrument = (uint32_t)found;
    order->ord_type = letter_of(view, KRAKEN_ORD_TYPE);
    order->first_type = order->ord_type;
    order->side = letter_of(view, KRAKEN_SIDE);
    order->time_in_force = letter_of(view, KRAKEN_TIME_IN_FORCE);
    order->self_trade = self_trade_of(view);
    struct kraken_refusal refusal = check_terms(spot, view, now, instrument, order, row);
    if (refusal.text == NULL) {
        refusal = check_cost(instrument, order, row->price, row->quantity);
    }
    if (refusal.text == NULL) {
        refusal = check_mode(spot->books[found].mode, order);
    }
    if (refusal.text == NULL) {
        row->leaves = row->quantity;
        row->has_quantity = !order->is_by_cost;
        row->stop = order->stop;
        row->display = order->display;
    }
    return refusal;
}

/* What a G says about the trigger of an order: a waiting one's may change, another has none. */
static struct kraken_refusal read_new_stop(const struct fix_view *view,
                                           const struct exchange_instrument *instrument,
                                           const struct kraken_order *order,
                                           struct kraken_step *terms) {
    terms->stop = order->stop;
    if (kraken_type_is_triggered(order->ord_type)) {
        return read_stop(view, instrument, &terms->stop);
    }
    return has(view, KRAKEN_STOP_PX) ? invalid("EGeneral:Invalid arguments:trigger") : no_refusal;
}

static struct kraken_refusal read_new_amounts(const struct fix_view *view,
                                              const struct exchange_instrument *instrument,
                                              const struct kraken_order *order,
                                              struct kraken_step *terms) {
    struct kraken_refusal refusal = read_quantity(view, instrument, &terms->quantity);
    bool limit = kraken_type_is_limit(order->ord_type);
    if (refusal.text == NULL && limit) {
        refusal = read_price(view, instrument, order->ord_type == 'V', &terms->price);
    }
    if (refusal.text == NULL && !limit && has(view, KRAKEN_PRICE)) {
        refusal = invalid("EGeneral:Invalid arguments:price");
    }
    if (refusal.text == NULL) {
        refusal = read_new_stop(view, instrument, order, terms);
    }
    terms->display = order->display;
    return refusal.text == NULL
               ? read_display(view, instrument, terms->quantity, order->ord_type, &terms->display)
               : refusal;
}

/* [ocrr]: type, side and validity are repeated, and may not change. Of a triggered order either of
 * its two types is taken (unverified). */
struct kraken_refusal kraken_replace_check(const struct kraken_spot *spot,
                                           const struct fix_view *view, struct now now,
                                           const struct kraken_order *order,
                                           struct kraken_step *terms) {
    const struct exchange_instrument *instrument = &spot->config.instruments[order->instrument];
    char ord_type = letter_of(view, KRAKEN_ORD_TYPE);
    if ((ord_type != order->ord_type && ord_type != order->first_type) ||
        letter_of(view, KRAKEN_TIME_IN_FORCE) != order->time_in_force || order->ord_type == '1') {
        return invalid("EGeneral:Invalid arguments:ordertype");
    }
    struct kraken_refusal refusal = read_new_amounts(view, instrument, order, terms);
    if (refusal.text == NULL) {
        refusal = read_valid_until(view, now, &terms->valid_until);
    }
    terms->is_post_only = has(view, KRAKEN_EXEC_INST) || order->is_post_only;
    if (refusal.text == NULL) {
        refusal = check_cost(instrument, order, terms->price, terms->quantity);
    }
    enum kraken_mode mode = spot->books[order->instrument].mode;
    bool closed = mode == KRAKEN_MODE_CANCEL_ONLY || mode == KRAKEN_MODE_MAINTENANCE;
    return refusal.text == NULL && closed ? check_mode(mode, order) : refusal;
}
