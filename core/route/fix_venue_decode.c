#include "core/fix/fix_tag.h"
#include "core/route/fix_venue.h"

/* What an execution report says beside what a venue_report has. '\0': absent. */
struct execution {
    char exec_type;
    char ord_status;
    char ord_type;
    char liquidity;
    struct bytes leaves;
    struct bytes transact_time;
    struct bytes trade_id_other;
};

static char only_char(struct bytes value) {
    return value.len == 1 ? value.data[0] : '\0';
}

/* The first of a tag counts, and one without a value is one that is absent. */
static void take(struct bytes *into, struct bytes value) {
    if (into->len == 0) {
        *into = value;
    }
}

static void take_char(char *into, struct bytes value) {
    if (*into == '\0') {
        *into = only_char(value);
    }
}

/* The fees of one fill: each entry begins with its amount, the first field of the group. */
static void take_fee(struct venue_report *report, uint32_t tag, struct bytes value) {
    if (tag == FIX_MISC_FEE_AMT) {
        if (report->fee_count < UINT8_MAX) {
            report->fee_count++;
        }
        if (report->fee_count <= VENUE_FEES_MAX) {
            report->fees[report->fee_count - 1] = (struct venue_fee){.amount = value};
        }
        return;
    }
    if (report->fee_count == 0 || report->fee_count > VENUE_FEES_MAX) {
        return;
    }
    struct venue_fee *fee = &report->fees[report->fee_count - 1];
    take(tag == FIX_MISC_FEE_CURR ? &fee->currency : &fee->type, value);
}

static void take_of_dialect(const struct fix_dialect *dialect, uint32_t tag, struct bytes value,
                            struct venue_report *report, struct execution *execution) {
    if (tag == dialect->trade_id_tag) {
        take(&report->trade_id, value);
    } else if (tag == dialect->trade_id_other_tag) {
        take(&execution->trade_id_other, value);
    } else if (tag == dialect->liquidity_tag) {
        take_char(&execution->liquidity, value);
    }
}

/* Of all that was filled. */
static void take_count(uint32_t tag, struct bytes value, struct venue_report *report) {
    take(tag == FIX_CUM_QTY  ? &report->cumulative
         : tag == FIX_AVG_PX ? &report->average
                             : &report->traded,
         value);
}

static void take_field(const struct fix_dialect *dialect, uint32_t tag, struct bytes value,
                       struct venue_report *report, struct execution *execution) {
    switch (tag) {
    case FIX_CL_ORD_ID:
        take(&report->cl_ord_id, value);
        break;
    case FIX_AVG_PX:
    case FIX_CUM_QTY:
    case FIX_GROSS_TRADE_AMT:
        take_count(tag, value, report);
        break;
    case FIX_EXEC_ID:
        take(&report->exec_id, value);
        break;
    case FIX_LAST_PX:
        take(&report->last_price, value);
        break;
    case FIX_LAST_QTY:
        take(&report->last_quantity, value);
        break;
    case FIX_ORDER_ID:
        take(&report->venue_order_id, value);
        break;
    case FIX_ORDER_QTY:
        take(&report->order_quantity, value);
        break;
    case FIX_ORD_STATUS:
        take_char(&execution->ord_status, value);
        break;
    case FIX_ORD_TYPE:
        take_char(&execution->ord_type, value);
        break;
    case FIX_ORIG_CL_ORD_ID:
        take(&report->orig_cl_ord_id, value);
        break;
    case FIX_PRICE:
        take(&report->price, value);
        break;
    case FIX_SIDE:
        take(&report->side, value);
        break;
    case FIX_SYMBOL:
        take(&report->symbol, value);
        break;
    case FIX_TEXT:
        take(&report->text, value);
        break;
    case FIX_TRANSACT_TIME:
        take(&execution->transact_time, value);
        break;
    case FIX_STOP_PX:
        take(&report->stop_price, value);
        break;
    case FIX_MISC_FEE_AMT:
    case FIX_MISC_FEE_CURR:
    case FIX_MISC_FEE_TYPE:
        take_fee(report, tag, value);
        break;
    case FIX_EXEC_TYPE:
        take_char(&execution->exec_type, value);
        break;
    case FIX_LEAVES_QTY:
        take(&execution->leaves, value);
        break;
    default:
        take_of_dialect(dialect, tag, value, report, execution);
        break;
    }
}

/* One walk over the message, which has some 30 fields, in place of a search for each of 20. */
static struct execution read_execution(const struct fix_dialect *dialect,
                                       const struct fix_view *view, struct venue_report *report) {
    struct execution execution = {.exec_type = '\0'};
    for (uint32_t i = 0; i < view->count; i++) {
        take_field(dialect, view->fields[i].tag, fix_view_value(view, i), report, &execution);
    }
    take(&report->trade_id, execution.trade_id_other);
    if (execution.transact_time.len == 0 ||
        fix_get_utc(view, FIX_TRANSACT_TIME, &report->transact_time) != FIX_GET_OK) {
        report->transact_time.ns = 0;
    }
    return execution;
}

/* Quantities are decimal text: all zeros and at most one point. */
static bool is_zero(struct bytes text) {
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++) {
        points += text.data[i] == '.';
        if (text.data[i] != '0' && text.data[i] != '.') {
            return false;
        }
    }
    return text.len > points && points <= 1;
}

/*
 * A status tells what is, not what happened: OrdStatus(39) says whether the order is still open. A
 * filled one is not booked on the word of a status, which has no price: it is `complete`, and its
 * fills have to come, or have come, for themselves.
 */
static void decode_status(enum venue_report_kind kind, char ord_status,
                          struct venue_report *report) {
    switch (ord_status) {
    case '4':
        report->kind = VENUE_REPORT_CANCELED;
        break;
    case 'C':
        report->kind = VENUE_REPORT_EXPIRED;
        break;
    case '8':
        report->kind = VENUE_REPORT_REFUSED;
        break;
    case '0':
    case '1':
    case '2':
    case '5':
    case '6':
    case 'A':
    case 'E':
        report->kind = kind;
        break;
    default:
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a status that does not say whether the order is open");
        break;
    }
}

static void fill_in_trade(const struct fix_dialect *dialect, const struct execution *execution,
                          struct venue_report *report) {
    report->kind = VENUE_REPORT_FILL;
    report->complete |= is_zero(execution->leaves);
    if (execution->liquidity != '\0') {
        report->liquidity = execution->liquidity == dialect->liquidity_added  ? '1'
                            : execution->liquidity == dialect->liquidity_took ? '2'
                                                                              : '\0';
    }
}

static bool decode_exec(const struct fix_dialect *dialect, enum dialect_exec exec,
                        const struct execution *execution, struct venue_report *report) {
    switch (exec) {
    case DIALECT_EXEC_NEW:
        report->kind = VENUE_REPORT_ACKNOWLEDGED;
        break;
    case DIALECT_EXEC_FILL:
        fill_in_trade(dialect, execution, report);
        break;
    case DIALECT_EXEC_CANCELED:
        report->kind = VENUE_REPORT_CANCELED;
        break;
    case DIALECT_EXEC_EXPIRED:
        report->kind = VENUE_REPORT_EXPIRED;
        break;
    case DIALECT_EXEC_REJECTED:
        report->kind = VENUE_REPORT_REFUSED;
        break;
    case DIALECT_EXEC_REPLACED:
        report->kind = VENUE_REPORT_REPLACED;
        break;
    case DIALECT_EXEC_RESTATED:
        decode_status(VENUE_REPORT_RESTATED, execution->ord_status, report);
        break;
    case DIALECT_EXEC_STATUS:
        decode_status(VENUE_REPORT_STATUS, execution->ord_status, report);
        break;
    case DIALECT_EXEC_IGNORE:
        return false;
    case DIALECT_EXEC_UNKNOWN:
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("an execution report of an ExecType outside the dialect");
        break;
    }
    return true;
}

/* The types a stop becomes. Of an order that never had a stop price it says nothing. */
static bool is_plain_type(const struct fix_dialect *dialect, char ord_type) {
    return ord_type != '\0' && (ord_type == dialect->ord_type[ORDER_MARKET] ||
                                ord_type == dialect->ord_type[ORDER_LIMIT]);
}

/* A report of the order's own state is one, whatever its words blame. */
static enum reject_code code_of_report(const struct fix_dialect *dialect,
                                       const struct venue_report *report) {
    enum reject_code otherwise =
        report->kind == VENUE_REPORT_REFUSED ? REJECT_BY_VENUE : REJECT_NONE;
    enum reject_code code = fix_venue_reject_code(dialect, report->text, 0, otherwise);
    return code == REJECT_VENUE_FAILED ? otherwise : code;
}

/* A report names this request: the venue got it. */
static void hear(struct fix_venue *venue, struct bytes cl_ord_id) {
    struct request_id id;
    if (request_id_parse(cl_ord_id, &id)) {
        sent_ring_hear(&venue->sent, id);
    }
}

static bool decode_execution(struct fix_venue *venue, const struct fix_view *view,
                             struct venue_report *report) {
    const struct fix_dialect *dialect = venue->config.dialect;
    struct execution execution = read_execution(dialect, view, report);
    if (execution.exec_type == '\0' || report->cl_ord_id.len == 0) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("an execution report without ExecType or ClOrdID");
        return true;
    }
    unsigned char exec_type = (unsigned char)execution.exec_type;
    enum dialect_exec exec = exec_type < sizeof(dialect->exec_type)
                                 ? (enum dialect_exec)dialect->exec_type[exec_type]
                                 : DIALECT_EXEC_UNKNOWN;
    hear(venue, report->cl_ord_id);
    hear(venue, report->orig_cl_ord_id);
    report->complete = execution.ord_status == '2';
    report->triggered = is_plain_type(dialect, execution.ord_type);
    bool says_something = decode_exec(dialect, exec, &execution, report);
    if (report->kind == VENUE_REPORT_REFUSED || report->kind == VENUE_REPORT_CANCELED) {
        report->reject = code_of_report(dialect, report);
    }
    return says_something;
}

/* A field that may be absent: empty then. A malformed value is left to whoever parses it. */
static struct bytes optional(const struct fix_view *view, uint32_t tag) {
    struct bytes value;
    if (tag == 0 || fix_get_bytes(view, tag, &value) != FIX_GET_OK) {
        return bytes_of(NULL, 0);
    }
    return value;
}

static enum venue_refuses refuses_of_kind(enum request_kind kind) {
    switch (kind) {
    case REQUEST_NEW_ORDER:
        return VENUE_REFUSES_NEW;
    case REQUEST_CANCEL:
        return VENUE_REFUSES_CANCEL;
    case REQUEST_REPLACE:
        return VENUE_REFUSES_REPLACE;
    case REQUEST_STATUS:
        return VENUE_REFUSES_STATUS;
    case REQUEST_MASS_CANCEL:
        return VENUE_REFUSES_MASS_CANCEL;
    case REQUEST_FOREIGN_CANCEL:
    case REQUEST_FREE:
        break;
    }
    return VENUE_REFUSES_UNSAID;
}

/* RefMsgType(372). */
static enum venue_refuses refuses_of(const struct fix_dialect *dialect,
                                     const struct fix_view *view) {
    char type = only_char(optional(view, FIX_REF_MSG_TYPE));
    for (unsigned kind = REQUEST_NEW_ORDER; kind < DIALECT_MESSAGES; kind++) {
        const char *message = dialect->messages[kind].type;
        if (message != NULL && message[0] == type) {
            return refuses_of_kind((enum request_kind)kind);
        }
    }
    return VENUE_REFUSES_UNSAID;
}

static bool decode_business_reject(struct fix_venue *venue, const struct fix_view *view,
                                   struct venue_report *report) {
    const struct fix_dialect *dialect = venue->config.dialect;
    uint64_t reason;
    if (fix_get_uint(view, FIX_BUSINESS_REJECT_REASON, UINT32_MAX, &reason) != FIX_GET_OK) {
        reason = 0;
    }
    report->cl_ord_id = optional(view, dialect->business_reject_ref_tag);
    if (report->cl_ord_id.len == 0) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a business reject that names no request");
        return true;
    }
    hear(venue, report->cl_ord_id);
    report->kind = VENUE_REPORT_REFUSED;
    report->text = optional(view, FIX_TEXT);
    report->reject =
        fix_venue_reject_code(dialect, report->text, (uint32_t)reason, REJECT_BY_VENUE);
    report->refuses = refuses_of(dialect, view);
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
    struct sent_request *sent = sent_ring_find(&venue->sent, seq);
    if (sent == NULL) {
        report->kind = VENUE_REPORT_MALFORMED;
        report->text = BYTES("a session reject of no request that is remembered");
        return true;
    }
    sent->fate = SENT_SETTLED;
    report->kind = VENUE_REPORT_REFUSED;
    report->reject = REJECT_VENUE_FORM;
    report->refuses = refuses_of_kind(sent->kind);
    report->request_known = true;
    report->request_id = sent->id;
    report->text = optional(view, FIX_TEXT);
    return true;
}
