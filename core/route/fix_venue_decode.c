#include "core/fix/fix_tag.h"
#include "core/route/fix_venue.h"

/* A field that may be absent: empty then. A malformed value is left to whoever parses it. */
static struct bytes optional(const struct fix_view *view, uint32_t tag) {
    struct bytes value;
    if (tag == 0 || fix_get_bytes(view, tag, &value) != FIX_GET_OK) {
        return bytes_of(NULL, 0);
    }
    return value;
}

static void fill_ids(const struct fix_dialect *dialect, const struct fix_view *view,
                     struct venue_report *report) {
    report->cl_ord_id = optional(view, FIX_CL_ORD_ID);
    report->orig_cl_ord_id = optional(view, FIX_ORIG_CL_ORD_ID);
    report->venue_order_id = optional(view, FIX_ORDER_ID);
    report->exec_id = optional(view, FIX_EXEC_ID);
    report->trade_id = optional(view, dialect->trade_id_tag);
    report->last_quantity = optional(view, FIX_LAST_QTY);
    report->last_price = optional(view, FIX_LAST_PX);
    report->cumulative = optional(view, FIX_CUM_QTY);
    report->text = optional(view, FIX_TEXT);
    if (fix_get_utc(view, FIX_TRANSACT_TIME, &report->transact_time) != FIX_GET_OK) {
        report->transact_time.ns = 0;
    }
}

static bool kind_of_exec(enum dialect_exec exec, enum venue_report_kind *kind) {
    switch (exec) {
    case DIALECT_EXEC_NEW:
        *kind = VENUE_REPORT_ACKNOWLEDGED;
        return true;
    case DIALECT_EXEC_FILL:
        *kind = VENUE_REPORT_FILL;
        return true;
    case DIALECT_EXEC_CANCELED:
        *kind = VENUE_REPORT_CANCELED;
        return true;
    case DIALECT_EXEC_EXPIRED:
        *kind = VENUE_REPORT_EXPIRED;
        return true;
    case DIALECT_EXEC_REJECTED:
        *kind = VENUE_REPORT_REFUSED;
        return true;
    case DIALECT_EXEC_STATUS:
    case DIALECT_EXEC_UNKNOWN:
    case DIALECT_EXEC_IGNORE:
        break;
    }
    return false;
}

/*
 * A status tells what is, not what happened: OrdStatus(39) says whether the order is still open. A
 * filled one is not booked on the word of a status, which has no price.
 */
static bool decode_status(const struct fix_view *view, struct venue_report *report) {
    char status = '\0';
    (void)!fix_get_char(view, FIX_ORD_STATUS, &status);
    switch (status) {
    case '4':
        report->kind = VENUE_REPORT_CANCELED;
        return true;
    case 'C':
        report->kind = VENUE_REPORT_EXPIRED;
        return true;
    case '8':
        report->kind = VENUE_REPORT_REFUSED;
        return true;
    case '0':
    case '1':
    case '5':
    case '6':
    case 'A':
    case 'E':
        report->kind = VENUE_REPORT_STATUS;
        return true;
    default:
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a status that does not say whether the order is open");
        return true;
    }
}

static bool decode_execution(struct fix_venue *venue, const struct fix_view *view,
                             struct venue_report *report) {
    const struct fix_dialect *dialect = venue->config.dialect;
    char exec_type;
    struct bytes id;
    if (fix_get_char(view, FIX_EXEC_TYPE, &exec_type) != FIX_GET_OK ||
        fix_get_bytes(view, FIX_CL_ORD_ID, &id) != FIX_GET_OK) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("an execution report without ExecType or ClOrdID");
        return true;
    }
    enum dialect_exec exec = (unsigned char)exec_type < sizeof(dialect->exec_type)
                                 ? (enum dialect_exec)dialect->exec_type[(unsigned char)exec_type]
                                 : DIALECT_EXEC_UNKNOWN;
    fill_ids(dialect, view, report);
    if (exec == DIALECT_EXEC_UNKNOWN) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("an execution report of an ExecType outside the dialect");
        return true;
    }
    return exec == DIALECT_EXEC_STATUS ? decode_status(view, report)
                                       : kind_of_exec(exec, &report->kind);
}

/* RefMsgType(372). */
static enum venue_refuses refuses_of(const struct fix_dialect *dialect,
                                     const struct fix_view *view) {
    struct bytes type = optional(view, FIX_REF_MSG_TYPE);
    if (bytes_equal(type, bytes_of_string(dialect->new_order_type))) {
        return VENUE_REFUSES_NEW;
    }
    return bytes_equal(type, bytes_of_string(dialect->cancel_type)) ? VENUE_REFUSES_CANCEL
                                                                    : VENUE_REFUSES_UNSAID;
}

static bool decode_business_reject(struct fix_venue *venue, const struct fix_view *view,
                                   struct venue_report *report) {
    report->kind = VENUE_REPORT_REFUSED;
    report->refuses = refuses_of(venue->config.dialect, view);
    report->cl_ord_id = optional(view, venue->config.dialect->business_reject_ref_tag);
    report->text = optional(view, FIX_TEXT);
    if (report->cl_ord_id.len == 0) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a business reject that names no request");
    }
    return true;
}

bool fix_venue_decode(struct fix_venue *venue, const struct fix_view *view,
                      struct venue_report *report) {
    struct bytes type = fix_view_msg_type(view);
    if (bytes_equal(type, BYTES(FIX_MSG_EXECUTION_REPORT))) {
        return decode_execution(venue, view, report);
    }
    if (bytes_equal(type, BYTES(FIX_MSG_BUSINESS_REJECT))) {
        return decode_business_reject(venue, view, report);
    }
    report->kind = VENUE_REPORT_MALFORMED;
    report->text = BYTES("an application message outside the dialect");
    return true;
}

bool fix_venue_decode_reject(struct fix_venue *venue, const struct fix_view *view,
                             struct venue_report *report) {
    uint64_t seq;
    if (fix_get_uint(view, FIX_REF_SEQ_NUM, UINT32_MAX, &seq) != FIX_GET_OK) {
        seq = 0;
    }
    const struct fix_venue_sent *sent = &venue->sent[seq % FIX_VENUE_SENT_MAX];
    if (seq == 0 || sent->seq != seq) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a session reject of no request that is remembered");
        return true;
    }
    report->kind = VENUE_REPORT_REFUSED;
    report->request_known = true;
    report->request_id = sent->request_id;
    report->text = optional(view, FIX_TEXT);
    return true;
}
