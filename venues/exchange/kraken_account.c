#include "venues/exchange/kraken_internal.h"

#define QUOTE_FEE_DIGITS 4

struct kraken_account *kraken_account_of(const struct kraken_spot *spot,
                                         const struct kraken_order *order) {
    uint32_t account = spot->sessions[order->client].account;
    return &spot->accounts[account * spot->config.instrument_count + order->instrument];
}

static struct kraken_fee fee_of(const struct exchange_instrument *instrument,
                                const struct kraken_report *report, uint32_t rate_ppm,
                                bool in_base) {
    unsigned digits = in_base ? instrument->quantity_digits : QUOTE_FEE_DIGITS;
    unsigned scale = in_base ? instrument->quantity_digits
                             : instrument->price_digits + instrument->quantity_digits;
    struct notional whole = in_base ? (struct notional){(exchange_wide)report->last_quantity.scaled}
                                    : notional_of(report->last_price, report->last_quantity);
    struct notional amount = notional_share(whole, scale, rate_ppm, &digits);
    return (struct kraken_fee){.amount = amount, .digits = (uint8_t)digits, .is_base = in_base};
}

static void book_fee(struct exchange_row *row, const struct kraken_fee *fee) {
    struct exchange_fee *sum = fee->is_base ? &row->base_fee : &row->quote_fee;
    sum->amount = notional_plus(sum->amount, fee->amount);
    sum->digits = fee->digits;
}

static void book_position(struct kraken_spot *spot, const struct kraken_order *order,
                          struct quantity quantity) {
    int64_t *position = &kraken_account_of(spot, order)->position;
    int64_t signed_quantity = order->side == '1' ? quantity.scaled : -quantity.scaled;
    if (__builtin_add_overflow(*position, signed_quantity, position)) {
        *position = order->side == '1' ? INT64_MAX : INT64_MIN;
    }
}

/* The fee's currency is the quote's unless 18=f asked for the base's. */
void kraken_account_charge(struct kraken_spot *spot, uint32_t order, struct kraken_report *report) {
    const struct kraken_options *options = &spot->config.options;
    const struct kraken_order *about = &spot->orders[order];
    const struct exchange_instrument *instrument = &spot->config.instruments[about->instrument];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, order);
    uint32_t rate_ppm = report->is_maker ? options->maker_fee_ppm : options->taker_fee_ppm;
    if (options->fees_split) {
        report->fee_count = 2;
        report->fees[0] = fee_of(instrument, report, rate_ppm / 2, false);
        report->fees[1] = fee_of(instrument, report, rate_ppm - rate_ppm / 2, true);
    } else {
        report->fee_count = 1;
        report->fees[0] = fee_of(instrument, report, rate_ppm, about->fee_in_base);
    }
    for (uint8_t i = 0; i < report->fee_count; ++i) {
        book_fee(row, &report->fees[i]);
    }
    if (about->is_margin) {
        book_position(spot, about, report->last_quantity);
    }
}

struct kraken_refusal kraken_account_room(const struct kraken_spot *spot,
                                          const struct kraken_order *order) {
    uint32_t most = spot->config.options.open_orders_most;
    return most == 0 || kraken_account_of(spot, order)->open < most
               ? (struct kraken_refusal){0}
               : (struct kraken_refusal){KRAKEN_REASON_OTHER, "EOrder:Orders limit exceeded"};
}

/* A cancel counts and is never refused for it (unverified). */
struct kraken_refusal kraken_account_count(struct kraken_spot *spot, uint32_t order,
                                           enum kraken_request kind, struct now now) {
    const struct kraken_order *about = &spot->orders[order];
    struct duration age = instant_since(now.mono, about->placed_at);
    uint32_t count = kind == KRAKEN_CANCEL    ? kraken_rate_of_cancel(age)
                     : kind == KRAKEN_REPLACE ? 1 + kraken_rate_of_replace(age)
                                              : 1;
    bool within = kraken_rate_take(&kraken_account_of(spot, about)->rate,
                                   &spot->config.options.rate, count, now.mono);
    return within || kind == KRAKEN_CANCEL
               ? (struct kraken_refusal){0}
               : (struct kraken_refusal){KRAKEN_REASON_OTHER, "EOrder:Rate limit exceeded"};
}
