#include "core/route/client_encode.h"

#include <string.h>

#include "core/fix/fix_tag.h"

#define ID_TEXT_MAX (RUN_PREFIX_MAX + 23)

struct bytes client_report_msg_type(const struct client_report *report) {
    switch (report->kind) {
    case CLIENT_REPORT_CANCEL_REJECT:
        return BYTES(FIX_MSG_ORDER_CANCEL_REJECT);
    case CLIENT_REPORT_BUSINESS_REJECT:
        return BYTES(FIX_MSG_BUSINESS_REJECT);
    case CLIENT_REPORT_MASS_CANCEL:
        return BYTES(FIX_MSG_ORDER_MASS_CANCEL_REPORT);
    case CLIENT_REPORT_EXECUTION:
        break;
    }
    return BYTES(FIX_MSG_EXECUTION_REPORT);
}

size_t client_format_id(const char *run, char kind, uint64_t number, char *out) {
    size_t len = strnlen(run, RUN_PREFIX_MAX);
    memcpy(out, run, len);
    out[len++] = '-';
    out[len++] = kind;
    /* With the SOH of a field, which is none of the id's. */
    return (size_t)(fix_add_uint_value(out + len, number) - out) - 1;
}

static void put_text(struct fix_writer *writer, uint32_t tag, const char *text, size_t len) {
    if (len != 0) {
        fix_put_bytes(writer, tag, bytes_of(text, len));
    }
}

static void put_char(struct fix_writer *writer, uint32_t tag, char value) {
    if (value != '\0') {
        fix_put_char(writer, tag, value);
    }
}

static void put_order_id(const struct client_encoder *encoder, const struct client_report *report,
                         struct fix_writer *writer) {
    if (!report->order_known) {
        fix_put_bytes(writer, FIX_ORDER_ID, BYTES("NONE"));
        return;
    }
    char text[ID_TEXT_MAX];
    size_t len = client_format_id(encoder->run, 'O', report->order_number, text);
    fix_put_bytes(writer, FIX_ORDER_ID, bytes_of(text, len));
}

static void put_exec_id(const struct client_encoder *encoder, const struct client_report *report,
                        struct fix_writer *writer) {
    char text[ID_TEXT_MAX];
    size_t len = client_format_id(encoder->run, 'E', report->exec_number, text);
    fix_put_bytes(writer, FIX_EXEC_ID, bytes_of(text, len));
}

static void put_client_ids(const struct client_report *report, struct fix_writer *writer) {
    put_text(writer, FIX_CL_ORD_ID, report->cl_ord_id.text, report->cl_ord_id.len);
    put_text(writer, FIX_ORIG_CL_ORD_ID, report->orig_cl_ord_id.text, report->orig_cl_ord_id.len);
}

/* Participate don't initiate, do not increase: FIX 4.4 volume 6, ExecInst(18). */
static void put_exec_inst(const struct client_report *report, struct fix_writer *writer) {
    static const char *const words[] = {
        [0] = NULL,
        [ORDER_POST_ONLY] = "6",
        [ORDER_REDUCE_ONLY] = "E",
        [ORDER_POST_ONLY | ORDER_REDUCE_ONLY] = "6 E",
    };
    const char *word = words[report->flags & (ORDER_POST_ONLY | ORDER_REDUCE_ONLY)];
    if (word != NULL) {
        fix_put_bytes(writer, FIX_EXEC_INST, bytes_of_string(word));
    }
}

/* A refusal of what names no instrument of ours echoes the client's own words. */
static void put_refused_terms(const struct client_report *report, struct fix_writer *writer) {
    put_text(writer, FIX_SYMBOL, report->symbol, report->symbol_len);
    put_char(writer, FIX_SIDE, report->side);
    put_text(writer, FIX_ORDER_QTY, report->quantity_text, report->quantity_text_len);
    put_text(writer, FIX_CASH_ORDER_QTY, report->cash_text, report->cash_text_len);
    put_char(writer, FIX_ORD_TYPE, report->type);
    put_text(writer, FIX_PRICE, report->price_text, report->price_text_len);
    put_text(writer, FIX_STOP_PX, report->stop_text, report->stop_text_len);
    put_char(writer, FIX_TIME_IN_FORCE, report->time_in_force);
    put_exec_inst(report, writer);
    fix_put_char(writer, FIX_LEAVES_QTY, '0');
    fix_put_char(writer, FIX_CUM_QTY, '0');
    fix_put_char(writer, FIX_AVG_PX, '0');
}

static void put_last_fill(const struct client_encoder *encoder, const struct client_report *report,
                          const struct instrument *instrument, struct fix_writer *writer) {
    if (report->exec_type != 'F') {
        return;
    }
    fix_put_decimal(writer, FIX_LAST_QTY, report->last_quantity.scaled,
                    instrument->quantity_digits);
    fix_put_decimal(writer, FIX_LAST_PX, report->last_price.scaled,
                    report->last_is_average ? report->average_digits : instrument->price_digits);
    fix_put_bytes(writer, FIX_LAST_MKT, encoder->directory->venues[report->venue].name);
    put_text(writer, FIX_SECONDARY_EXEC_ID, report->trade_id, report->trade_id_len);
    put_char(writer, FIX_LAST_LIQUIDITY_IND, report->liquidity);
}

static void put_fees(const struct client_report *report, struct fix_writer *writer) {
    if (report->fee_count == 0) {
        return;
    }
    fix_put_uint(writer, FIX_NO_MISC_FEES, report->fee_count);
    for (unsigned i = 0; i < report->fee_count; i++) {
        const struct report_fee *fee = &report->fees[i];
        put_text(writer, FIX_MISC_FEE_AMT, fee->amount, fee->amount_len);
        put_text(writer, FIX_MISC_FEE_CURR, fee->currency, fee->currency_len);
        put_text(writer, FIX_MISC_FEE_TYPE, fee->type, fee->type_len);
    }
}

/* What an order is sized by: base units, or money until the venue has said how much that buys. */
static void put_size(const struct client_report *report, const struct instrument *instrument,
                     struct fix_writer *writer) {
    if (report->quantity.scaled != 0) {
        fix_put_decimal(writer, FIX_ORDER_QTY, report->quantity.scaled,
                        instrument->quantity_digits);
    }
    if ((report->flags & ORDER_CASH) != 0) {
        fix_put_decimal(writer, FIX_CASH_ORDER_QTY, report->cash.scaled, instrument->cash_digits);
    }
}

static void put_conditions(struct client_encoder *encoder, const struct client_report *report,
                           const struct instrument *instrument, struct fix_writer *writer) {
    put_char(writer, FIX_ORD_TYPE, report->type);
    if (report->price.scaled != 0) {
        fix_put_decimal(writer, FIX_PRICE, report->price.scaled, instrument->price_digits);
    }
    if (report->stop_price.scaled != 0) {
        fix_put_decimal(writer, FIX_STOP_PX, report->stop_price.scaled, instrument->price_digits);
        fix_put_bool(writer, FIX_WORKING_INDICATOR, report->triggered);
    }
    put_char(writer, FIX_TIME_IN_FORCE, report->time_in_force);
    if (report->expire_time.ns != 0) {
        fix_put_utc(writer, FIX_EXPIRE_TIME, &encoder->time_cache, report->expire_time,
                    encoder->time_digits);
    }
    put_exec_inst(report, writer);
}

static void put_order_terms(struct client_encoder *encoder, const struct client_report *report,
                            struct fix_writer *writer) {
    const struct directory *directory = encoder->directory;
    const struct instrument *instrument =
        instrument_table_at(directory->instruments, report->instrument);
    unsigned quantity_digits = instrument->quantity_digits;
    fix_put_bytes(writer, FIX_ACCOUNT, directory->accounts[report->account]);
    fix_put_bytes(writer, FIX_SYMBOL, instrument_symbol_bytes(&instrument->symbol));
    put_char(writer, FIX_SIDE, report->side);
    put_size(report, instrument, writer);
    put_conditions(encoder, report, instrument, writer);
    put_last_fill(encoder, report, instrument, writer);
    fix_put_decimal(writer, FIX_LEAVES_QTY, report->leaves.scaled, quantity_digits);
    fix_put_decimal(writer, FIX_CUM_QTY, report->filled.scaled, quantity_digits);
    fix_put_decimal(writer, FIX_AVG_PX, report->average_scaled, report->average_digits);
}

/* OrdRejReason(103) also of a status that knows no such order, but not of one whose order was
 * refused long since; a restatement says who changed it. */
static void put_reason(const struct client_report *report, struct fix_writer *writer) {
    bool refused = report->exec_type == '8' || report->exec_type == 'I';
    const char *reason = reject_info(report->reject)->ord_rej_reason;
    if (refused && report->ord_status == '8' && reason[0] != '\0') {
        fix_put_bytes(writer, FIX_ORD_REJ_REASON, bytes_of_string(reason));
    }
    if (report->exec_type == 'D') {
        fix_put_char(writer, FIX_EXEC_RESTATEMENT_REASON, '8'); /* market option */
    }
}

static void put_execution(struct client_encoder *encoder, const struct client_report *report,
                          struct fix_writer *writer) {
    put_order_id(encoder, report, writer);
    put_client_ids(report, writer);
    put_exec_id(encoder, report, writer);
    fix_put_char(writer, FIX_EXEC_TYPE, report->exec_type);
    fix_put_char(writer, FIX_ORD_STATUS, report->ord_status);
    if (report->instrument_known) {
        put_order_terms(encoder, report, writer);
    } else {
        put_refused_terms(report, writer);
    }
    fix_put_utc(writer, FIX_TRANSACT_TIME, &encoder->time_cache, report->transact_time,
                encoder->time_digits);
    put_text(writer, FIX_SECONDARY_ORDER_ID, report->venue_order_id, report->venue_order_id_len);
    put_text(writer, FIX_ORD_STATUS_REQ_ID, report->status_id, report->status_id_len);
    put_reason(report, writer);
    put_fees(report, writer);
    put_text(writer, FIX_TEXT, report->text, report->text_len);
}

static void put_cancel_reject(const struct client_encoder *encoder,
                              const struct client_report *report, struct fix_writer *writer) {
    put_order_id(encoder, report, writer);
    put_client_ids(report, writer);
    fix_put_char(writer, FIX_ORD_STATUS, report->ord_status);
    fix_put_char(writer, FIX_CXL_REJ_RESPONSE_TO, report->response_to);
    fix_put_bytes(writer, FIX_CXL_REJ_REASON,
                  bytes_of_string(reject_info(report->reject)->cxl_rej_reason));
    put_text(writer, FIX_TEXT, report->text, report->text_len);
}

static void put_business_reject(const struct client_report *report, struct fix_writer *writer) {
    fix_put_uint(writer, FIX_REF_SEQ_NUM, report->ref_seq);
    put_text(writer, FIX_REF_MSG_TYPE, report->ref_msg_type,
             strnlen(report->ref_msg_type, REPORT_MSG_TYPE_MAX));
    put_text(writer, FIX_BUSINESS_REJECT_REF_ID, report->cl_ord_id.text, report->cl_ord_id.len);
    fix_put_char(writer, FIX_BUSINESS_REJECT_REASON, report->business_reason);
    put_text(writer, FIX_TEXT, report->text, report->text_len);
}

/* MassCancelRejectReason(532): not offered, unknown security, or in the Text. */
static const char *mass_cancel_reason(enum reject_code reject) {
    switch (reject) {
    case REJECT_MASS_CANCEL_SCOPE:
        return "0";
    case REJECT_UNKNOWN_SYMBOL:
    case REJECT_NOT_LISTED:
        return "1";
    default:
        return "99";
    }
}

static void put_mass_cancel(const struct client_encoder *encoder,
                            const struct client_report *report, struct fix_writer *writer) {
    char text[ID_TEXT_MAX];
    size_t len = client_format_id(encoder->run, 'M', report->exec_number, text);
    put_text(writer, FIX_CL_ORD_ID, report->cl_ord_id.text, report->cl_ord_id.len);
    fix_put_bytes(writer, FIX_ORDER_ID, bytes_of(text, len));
    fix_put_char(writer, FIX_MASS_CANCEL_REQUEST_TYPE, report->mass_request);
    fix_put_char(writer, FIX_MASS_CANCEL_RESPONSE, report->mass_response);
    if (report->mass_response == '0') {
        fix_put_bytes(writer, FIX_MASS_CANCEL_REJECT_REASON,
                      bytes_of_string(mass_cancel_reason(report->reject)));
    } else {
        fix_put_uint(writer, FIX_TOTAL_AFFECTED_ORDERS, report->total_affected);
    }
    put_text(writer, FIX_SYMBOL, report->symbol, report->symbol_len);
    put_text(writer, FIX_TEXT, report->text, report->text_len);
}

void client_report_encode(struct client_encoder *encoder, const struct client_report *report,
                          struct fix_writer *writer) {
    switch (report->kind) {
    case CLIENT_REPORT_EXECUTION:
        put_execution(encoder, report, writer);
        break;
    case CLIENT_REPORT_CANCEL_REJECT:
        put_cancel_reject(encoder, report, writer);
        break;
    case CLIENT_REPORT_BUSINESS_REJECT:
        put_business_reject(report, writer);
        break;
    case CLIENT_REPORT_MASS_CANCEL:
        put_mass_cancel(encoder, report, writer);
        break;
    }
}
