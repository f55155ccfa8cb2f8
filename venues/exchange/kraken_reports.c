#include <string.h>

#include "venues/exchange/kraken_internal.h"

struct kraken_report *kraken_reports_add(struct kraken_spot *spot, uint32_t client,
                                         enum kraken_report_kind kind, struct now now) {
    struct kraken_session *session = &spot->sessions[client];
    struct kraken_report *report = &spot->scratch;
    if (session->report_count == spot->config.limits.reports) {
        ++spot->counters.reports_lost;
    } else {
        uint32_t at = session->report_first + session->report_count++;
        report = &session->reports[at % spot->config.limits.reports];
    }
    struct duration delay = {.ns = spot->config.options.ack_delay_ms * NS_PER_MS};
    *report = (struct kraken_report){
        .kind = kind, .ready_at = instant_add(now.mono, delay), .at = now.utc};
    return report;
}

struct kraken_report *kraken_reports_add_execution(struct kraken_spot *spot, uint32_t order,
                                                   char exec_type, char ord_status,
                                                   struct now now) {
    const struct kraken_order *about = &spot->orders[order];
    const struct exchange_row *row = exchange_ledger_row(spot->ledger, order);
    struct kraken_report *report = kraken_reports_add(spot, about->client, KRAKEN_EXECUTION, now);
    report->instrument = about->instrument;
    memcpy(report->order_id, row->order_id, sizeof(report->order_id));
    report->ord_type = about->ord_type;
    report->side = about->side;
    report->time_in_force = about->time_in_force;
    report->display = about->display;
    if (kraken_type_is_triggered(about->first_type)) {
        report->stop = about->stop;
    }
    report->exec_inst_len = about->exec_inst_len;
    memcpy(report->exec_inst, about->exec_inst, sizeof(report->exec_inst));
    report->exec_type = exec_type;
    report->ord_status = ord_status;
    report->cl_ord_id = about->cl_ord_id;
    report->price = row->price;
    report->quantity = row->quantity;
    report->executed = row->executed;
    report->leaves = row->leaves;
    report->notional = row->notional;
    report->exec_number = ++spot->exec_number;
    return report;
}

void kraken_report_set_msg_type(struct kraken_report *report, struct bytes msg_type) {
    size_t len = msg_type.len < KRAKEN_MSG_TYPE_MAX ? msg_type.len : KRAKEN_MSG_TYPE_MAX;
    memcpy(report->ref_msg_type, msg_type.data, len);
    report->ref_msg_type_len = (uint8_t)len;
}

void kraken_reports_add_refusal(struct kraken_spot *spot, uint32_t client, struct bytes cl_ord_id,
                                struct bytes msg_type, struct kraken_refusal refusal,
                                struct now now) {
    struct kraken_report *report = kraken_reports_add(spot, client, KRAKEN_BUSINESS_REJECT, now);
    report->cl_ord_id = kraken_id_text_of(cl_ord_id);
    kraken_report_set_msg_type(report, msg_type);
    report->reason = refusal.reason;
    report->text = refusal.text;
}

const struct kraken_report *kraken_reports_first(const struct kraken_session *session) {
    return session->report_count > 0 ? &session->reports[session->report_first] : NULL;
}

void kraken_reports_drop_first(struct kraken_session *session, const struct kraken_limits *limits) {
    session->report_first = (session->report_first + 1) % limits->reports;
    --session->report_count;
}
