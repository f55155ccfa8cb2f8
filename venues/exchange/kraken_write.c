#include <stdio.h>

#include "core/fix/fix_time.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_tag.h"

#define TIME_DIGITS 3
/* ExecRestatementReason(378) of a trigger that fired: repricing (unverified). */
#define RESTATEMENT_REASON "3"
#define FEE_TYPE_EXCHANGE "4"

static const struct exchange_instrument *instrument_of(const struct kraken_spot *spot,
                                                       const struct kraken_report *report) {
    return &spot->config.instruments[report->instrument];
}

static void put_average(struct fix_writer *writer, const struct kraken_report *report,
                        unsigned price_digits) {
    char text[EXCHANGE_NOTIONAL_TEXT_MAX] = "0";
    size_t len = 1;
    if (report->executed.scaled > 0) {
        len = notional_format_average(report->notional, report->executed, price_digits, text);
    }
    fix_put_bytes(writer, KRAKEN_AVG_PX, bytes_of(text, len));
}

/* Opaque to clients; the run's own mark keeps the numbers of two runs apart. */
static void put_exec_id(const struct kraken_spot *spot, struct fix_writer *writer,
                        const struct kraken_report *report) {
    char mark[KRAKEN_TXID_BYTES];
    kraken_ids_txid(spot, 'T', 0, mark);
    char text[48];
    int len = snprintf(text, sizeof(text), "EXEC%03llu:%.6s",
                       (unsigned long long)report->exec_number, mark);
    fix_put_bytes(writer, KRAKEN_EXEC_ID, bytes_of(text, (size_t)len));
}

static const char *type_name(char ord_type) {
    switch (ord_type) {
    case '1':
        return "market";
    case '2':
        return "limit";
    case '3':
        return "stop loss";
    case '4':
        return "stop loss limit";
    case 'R':
        return "take profit";
    case 'T':
        return "take profit limit";
    case 'U':
        return "trailing stop";
    default:
        return "trailing stop limit";
    }
}

/* "buy 0.001 BTC/USD @ limit 84000", "sell 1 BTC/USD @ stop loss limit 83000 -> 82900"; those of
 * triggers are Kraken's way elsewhere (unverified). */
static void put_description(struct fix_writer *writer, const struct kraken_report *report,
                            const struct exchange_instrument *instrument) {
    char amount[DECIMAL_TEXT_MAX];
    char text[192];
    size_t amount_len =
        decimal_format(report->quantity.scaled, instrument->quantity_digits, amount);
    int len = snprintf(text, sizeof(text), "%s %.*s %s @ %s", report->side == '1' ? "buy" : "sell",
                       (int)amount_len, amount, instrument->symbol, type_name(report->ord_type));
    if (kraken_type_is_triggered(report->ord_type)) {
        amount_len = decimal_format(report->stop.scaled, instrument->price_digits, amount);
        len += snprintf(text + len, sizeof(text) - (size_t)len, " %.*s", (int)amount_len, amount);
    }
    if (kraken_type_is_limit(report->ord_type)) {
        amount_len = decimal_format(report->price.scaled, instrument->price_digits, amount);
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s %.*s",
                        report->ord_type == '2' ? "" : " ->", (int)amount_len, amount);
    }
    fix_put_bytes(writer, KRAKEN_TEXT, bytes_of(text, (size_t)len));
}

static void put_text(struct fix_writer *writer, const struct kraken_report *report,
                     const struct exchange_instrument *instrument) {
    if (report->text != NULL) {
        fix_put_bytes(writer, KRAKEN_TEXT, bytes_of_string(report->text));
    } else if (report->exec_type == '0' || report->exec_type == 'A') {
        put_description(writer, report, instrument);
    }
}

static void put_fees(const struct kraken_spot *spot, struct fix_writer *writer,
                     const struct kraken_report *report,
                     const struct exchange_instrument *instrument) {
    fix_put_uint(writer, KRAKEN_NO_MISC_FEES, report->fee_count);
    for (uint8_t i = 0; i < report->fee_count; ++i) {
        const struct kraken_fee *fee = &report->fees[i];
        char text[EXCHANGE_NOTIONAL_TEXT_MAX];
        size_t len = notional_format(fee->amount, fee->digits, text);
        fix_put_bytes(writer, KRAKEN_MISC_FEE_AMT, bytes_of(text, len));
        fix_put_bytes(writer, KRAKEN_MISC_FEE_CURR,
                      bytes_of_string(fee->is_base ? instrument->base : instrument->quote));
        if (spot->config.options.fee_types) {
            fix_put_bytes(writer, KRAKEN_MISC_FEE_TYPE, BYTES(FEE_TYPE_EXCHANGE));
        }
    }
}

/* What the order is: 37 to 60, tags ascending as in [er]'s sample. */
static void put_order(const struct kraken_spot *spot, struct fix_writer *writer,
                      const struct kraken_report *report) {
    const struct exchange_instrument *instrument = instrument_of(spot, report);
    fix_put_bytes(writer, KRAKEN_ORDER_ID, bytes_of(report->order_id, sizeof(report->order_id)));
    fix_put_decimal(writer, KRAKEN_ORDER_QTY, report->quantity.scaled, instrument->quantity_digits);
    fix_put_char(writer, KRAKEN_ORD_STATUS, report->ord_status);
    fix_put_char(writer, KRAKEN_ORD_TYPE, report->ord_type);
    if (report->has_orig) {
        fix_put_bytes(writer, KRAKEN_ORIG_CL_ORD_ID, kraken_id_bytes(&report->orig));
    }
    if (kraken_type_is_limit(report->ord_type)) {
        fix_put_decimal(writer, KRAKEN_PRICE, report->price.scaled, instrument->price_digits);
    }
    fix_put_char(writer, KRAKEN_SIDE, report->side);
    fix_put_bytes(writer, KRAKEN_SYMBOL, bytes_of_string(instrument->symbol));
    put_text(writer, report, instrument);
    fix_put_char(writer, KRAKEN_TIME_IN_FORCE, report->time_in_force);
}

/* 527 to 5050, as far as they apply. */
static void put_last(const struct kraken_spot *spot, struct fix_writer *writer,
                     const struct kraken_report *report) {
    bool trade = report->exec_type == 'F';
    if (trade) {
        char text[KRAKEN_TXID_BYTES];
        kraken_ids_txid(spot, 'T', report->trade_number, text);
        fix_put_uint(writer, KRAKEN_SECONDARY_EXEC_ID, report->pair_trade_number);
        fix_put_bytes(writer, KRAKEN_TRADE_ID, bytes_of(text, sizeof(text)));
    }
    if (report->display.scaled != 0) {
        fix_put_decimal(writer, KRAKEN_DISPLAY_QTY, report->display.scaled,
                        instrument_of(spot, report)->quantity_digits);
    }
    if (trade) {
        /* The tag was seen; its values are assumed: 1 maker, 2 taker. */
        fix_put_char(writer, KRAKEN_LIQUIDITY_IND, report->is_maker ? '1' : '2');
    }
}

/* [er]. 381 counts the order, not the fill: the sample's cancel still shows it (unverified). */
static void put_execution(const struct kraken_spot *spot, struct fix_writer *writer,
                          const struct kraken_report *report) {
    const struct exchange_instrument *instrument = instrument_of(spot, report);
    unsigned quantity_digits = instrument->quantity_digits;
    bool trade = report->exec_type == 'F';
    put_average(writer, report, instrument->price_digits);
    fix_put_bytes(writer, KRAKEN_CL_ORD_ID, kraken_id_bytes(&report->cl_ord_id));
    fix_put_decimal(writer, KRAKEN_CUM_QTY, report->executed.scaled, quantity_digits);
    put_exec_id(spot, writer, report);
    if (report->exec_inst_len > 0) {
        fix_put_bytes(writer, KRAKEN_EXEC_INST, bytes_of(report->exec_inst, report->exec_inst_len));
    }
    if (trade) {
        fix_put_decimal(writer, KRAKEN_LAST_PX, report->last_price.scaled,
                        instrument->price_digits);
        fix_put_decimal(writer, KRAKEN_LAST_QTY, report->last_quantity.scaled, quantity_digits);
    }
    put_order(spot, writer, report);
    struct fix_time_cache cache = {0};
    fix_put_utc(writer, KRAKEN_TRANSACT_TIME, &cache, report->at, TIME_DIGITS);
    if (report->stop.scaled != 0) {
        fix_put_decimal(writer, KRAKEN_STOP_PX, report->stop.scaled, instrument->price_digits);
    }
    if (trade) {
        put_fees(spot, writer, report, instrument);
    }
    fix_put_char(writer, KRAKEN_EXEC_TYPE, report->exec_type);
    fix_put_decimal(writer, KRAKEN_LEAVES_QTY, report->leaves.scaled, quantity_digits);
    if (report->has_restatement) {
        fix_put_bytes(writer, KRAKEN_EXEC_RESTATEMENT_REASON, BYTES(RESTATEMENT_REASON));
    }
    char gross[EXCHANGE_NOTIONAL_TEXT_MAX];
    size_t gross_len =
        notional_format(report->notional, instrument->price_digits + quantity_digits, gross);
    fix_put_bytes(writer, KRAKEN_GROSS_TRADE_AMT, bytes_of(gross, gross_len));
    put_last(spot, writer, report);
}

/* [brej]: 45 is 0 in every sample; the request is told by 379. */
static void put_business_reject(struct fix_writer *writer, const struct kraken_report *report,
                                bool prefix) {
    char text[KRAKEN_ID_TEXT_MAX + 128];
    int len = snprintf(text, sizeof(text), "%.*s%s%s", prefix ? report->cl_ord_id.len : 0,
                       report->cl_ord_id.data, prefix ? " : " : "", report->text);
    fix_put_uint(writer, KRAKEN_REF_SEQ_NUM, 0);
    fix_put_bytes(writer, KRAKEN_TEXT, bytes_of(text, (size_t)len));
    fix_put_bytes(writer, KRAKEN_REF_MSG_TYPE,
                  bytes_of(report->ref_msg_type, report->ref_msg_type_len));
    if (report->cl_ord_id.len > 0) {
        fix_put_bytes(writer, KRAKEN_BUSINESS_REJECT_REF_ID, kraken_id_bytes(&report->cl_ord_id));
    }
    fix_put_uint(writer, KRAKEN_BUSINESS_REJECT_REASON, report->reason);
}

/* [srej] demands 372 and 373, and its own sample has neither. */
static void put_session_reject(struct fix_writer *writer, const struct kraken_report *report,
                               bool detail) {
    fix_put_uint(writer, KRAKEN_REF_SEQ_NUM, report->ref_seq);
    fix_put_bytes(writer, KRAKEN_TEXT, bytes_of_string(report->fault));
    if (detail) {
        fix_put_uint(writer, KRAKEN_REF_TAG_ID, report->ref_tag);
        fix_put_bytes(writer, KRAKEN_REF_MSG_TYPE,
                      bytes_of(report->ref_msg_type, report->ref_msg_type_len));
        fix_put_uint(writer, KRAKEN_SESSION_REJECT_REASON, report->reason);
    }
}

size_t kraken_write_report(struct kraken_spot *spot, uint32_t client,
                           const struct kraken_report *report, struct now now, char *room,
                           size_t bytes) {
    static const char *const msg_types[] = {
        [KRAKEN_EXECUTION] = "8", [KRAKEN_BUSINESS_REJECT] = "j", [KRAKEN_SESSION_REJECT] = "3"};
    struct kraken_session *session = &spot->sessions[client];
    struct fix_writer writer;
    fix_session_begin(&session->fix, now, bytes_of_string(msg_types[report->kind]), room, bytes,
                      &writer);
    switch (report->kind) {
    case KRAKEN_EXECUTION:
        put_execution(spot, &writer, report);
        break;
    case KRAKEN_BUSINESS_REJECT:
        put_business_reject(&writer, report, spot->config.options.reject_prefix);
        break;
    case KRAKEN_SESSION_REJECT:
        put_session_reject(&writer, report, spot->config.options.reject_detail);
        break;
    }
    return fix_session_end(&session->fix, now, &writer);
}

size_t kraken_write_again(struct bytes message, struct now now, char *room, size_t bytes) {
    struct fix_view view;
    struct fix_writer writer;
    struct fix_time_cache cache = {0};
    uint32_t bad_offset;
    CHECK(fix_view_parse(message, &view, &bad_offset) == FIX_VIEW_OK);
    fix_writer_begin(&writer, room, bytes, BYTES("FIX.4.4"));
    struct bytes sent = {0};
    /* Behind 8 and 9, and up to the CheckSum. */
    for (uint32_t i = 2; i + 1 < view.count; ++i) {
        uint32_t tag = view.fields[i].tag;
        if (tag == KRAKEN_SENDING_TIME) {
            sent = fix_view_value(&view, i);
            fix_put_utc(&writer, tag, &cache, now.utc, TIME_DIGITS);
        } else {
            fix_put_bytes(&writer, tag, fix_view_value(&view, i));
        }
        if (tag == KRAKEN_MSG_SEQ_NUM) {
            fix_put_bool(&writer, KRAKEN_POSS_DUP_FLAG, true);
        } else if (tag == KRAKEN_TARGET_COMP_ID) {
            fix_put_bytes(&writer, KRAKEN_ORIG_SENDING_TIME, sent);
        }
    }
    return fix_writer_finish(&writer);
}

void kraken_write_nothing(struct kraken_spot *spot, uint32_t client, struct now now, char *room,
                          size_t bytes) {
    struct fix_session *fix = &spot->sessions[client].fix;
    struct fix_writer writer;
    fix_session_begin(fix, now, BYTES("0"), room, bytes, &writer);
    CHECK(fix_session_end(fix, now, &writer) > 0);
}
