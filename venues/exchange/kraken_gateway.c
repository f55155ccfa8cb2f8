#include <string.h>

#include "core/fix/fix_time.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_new_order.h"
#include "venues/exchange/kraken_tag.h"

/* Fills come in any number, but they are rarely many; past this nothing more is read. */
#define REPORTS_ROOM 64

static const struct kraken_refusal no_refusal = {0};
static const struct kraken_refusal unknown_order = {KRAKEN_REASON_UNKNOWN_ORDER,
                                                    "EOrder:Unknown order"};
static const struct kraken_refusal unavailable = {KRAKEN_REASON_NOT_AVAILABLE,
                                                  "EService:Unavailable"};
static const struct kraken_refusal no_room = {KRAKEN_REASON_OTHER, "EOrder:Orders limit exceeded"};

struct request {
    uint32_t client;
    const struct kraken_omen *omen;
    const struct fix_view *view;
    struct now now;
    struct bytes msg_type;
    struct bytes cl_ord_id; /* empty: the request had none */
};

bool kraken_gateway_has_room(const struct kraken_spot *spot, uint32_t client) {
    const struct kraken_limits *limits = &spot->config.limits;
    return spot->step_count < limits->requests &&
           spot->sessions[client].report_count + REPORTS_ROOM <= limits->reports;
}

static struct kraken_step *add_step(struct kraken_spot *spot, enum kraken_step_kind kind,
                                    const struct request *request, uint32_t order) {
    CHECK(spot->step_count < spot->config.limits.requests);
    uint32_t at = (spot->step_first + spot->step_count++) % spot->config.limits.requests;
    struct duration delay = {.ns = spot->config.options.engine_delay_ms * NS_PER_MS};
    spot->steps[at] = (struct kraken_step){.kind = kind,
                                           .ready_at = instant_add(request->now.mono, delay),
                                           .client = request->client,
                                           .order = order,
                                           .request_id = kraken_id_text_of(request->cl_ord_id)};
    return &spot->steps[at];
}

static void refuse(struct kraken_spot *spot, const struct request *request,
                   struct kraken_refusal refusal) {
    kraken_reports_add_refusal(spot, request->client, request->cl_ord_id, request->msg_type,
                               refusal, request->now);
}

static struct kraken_refusal take_new_order(struct kraken_spot *spot,
                                            const struct request *request) {
    uint32_t index = exchange_ledger_add(spot->ledger);
    if (index == EXCHANGE_NONE) {
        ++spot->counters.orders_refused;
        return no_room;
    }
    struct kraken_order *order = &spot->orders[index];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    const struct kraken_session *session = &spot->sessions[request->client];
    *order = (struct kraken_order){.client = request->client,
                                   .session = session->number,
                                   .epoch = session->fix.epoch,
                                   .ref.slot = MATCHING_NONE,
                                   .placed_at = request->now.mono,
                                   .cl_ord_id = kraken_id_text_of(request->cl_ord_id),
                                   .open_previous = KRAKEN_NONE,
                                   .open_next = KRAKEN_NONE};
    kraken_new_order_record(spot, request->view, row);
    struct kraken_refusal refusal =
        kraken_ids_check(spot, request->client, request->cl_ord_id, request->now);
    /* An id that passed is used up, whatever becomes of the order. */
    if (refusal.text == NULL && !kraken_ids_use(spot, request->client, request->cl_ord_id, index)) {
        refusal = no_room;
    }
    if (refusal.text == NULL) {
        refusal = kraken_new_order_check(spot, request->view, request->now, order, row);
    }
    if (refusal.text == NULL) {
        refusal = kraken_account_room(spot, order);
    }
    if (refusal.text == NULL) {
        refusal = kraken_account_count(spot, index, KRAKEN_NEW_ORDER, request->now);
    }
    if (refusal.text == NULL) {
        refusal = request->omen->refusal;
    }
    if (refusal.text != NULL) {
        row->status = EXCHANGE_REJECTED;
        ++spot->counters.orders_refused;
        return refusal;
    }
    kraken_ids_assign(spot, index);
    exchange_row_set_last_cl_ord_id(row, request->cl_ord_id);
    add_step(spot, KRAKEN_STEP_ORDER, request, index);
    for (uint32_t i = 0; i < request->omen->errand_count; ++i) {
        struct kraken_errand errand = request->omen->errands[i];
        errand.order = index;
        kraken_mishap_errand(spot, errand);
    }
    return no_refusal;
}

/* For F and G: an order of the same client and the same series of sequence numbers ([ocr]). */
static bool is_in_scope(const struct kraken_spot *spot, const struct request *request,
                        uint32_t order) {
    return order != KRAKEN_NONE && spot->orders[order].client == request->client &&
           spot->orders[order].session == spot->sessions[request->client].number;
}

/* What a request repeats about its order must be so. */
static bool matches_order(const struct kraken_spot *spot, const struct request *request,
                          uint32_t order) {
    const struct kraken_order *about = &spot->orders[order];
    struct bytes side = kraken_text_of(request->view, KRAKEN_SIDE);
    struct bytes symbol = kraken_text_of(request->view, KRAKEN_SYMBOL);
    const char *expected = spot->config.instruments[about->instrument].symbol;
    return (side.len == 0 || side.data[0] == about->side) &&
           bytes_equal(symbol, bytes_of_string(expected));
}

static struct kraken_refusal check_instrument(const struct kraken_spot *spot,
                                              const struct request *request) {
    struct bytes symbol = kraken_text_of(request->view, KRAKEN_SYMBOL);
    int found =
        exchange_instrument_find(spot->config.instruments, spot->config.instrument_count, symbol);
    return found >= 0 ? no_refusal
                      : (struct kraken_refusal){KRAKEN_REASON_UNKNOWN_INSTRUMENT,
                                                "EQuery:Unknown asset pair"};
}

/* The checks of every request but D: its own id, which it uses up, and its symbol. */
static struct kraken_refusal check_request(struct kraken_spot *spot,
                                           const struct request *request) {
    struct kraken_refusal refusal =
        kraken_ids_check(spot, request->client, request->cl_ord_id, request->now);
    if (refusal.text == NULL &&
        !kraken_ids_use(spot, request->client, request->cl_ord_id, KRAKEN_NONE)) {
        refusal = no_room;
    }
    if (refusal.text == NULL && kraken_text_of(request->view, KRAKEN_SYMBOL).len > 0) {
        refusal = check_instrument(spot, request);
    }
    return refusal.text == NULL ? request->omen->refusal : refusal;
}

/* [ocr]: at least one of 37 and 41; if both, 37 wins. */
static struct kraken_refusal find_order(const struct kraken_spot *spot,
                                        const struct request *request, uint32_t *order) {
    struct bytes order_id = kraken_text_of(request->view, KRAKEN_ORDER_ID);
    struct bytes orig = kraken_text_of(request->view, KRAKEN_ORIG_CL_ORD_ID);
    if (order_id.len > 0) {
        *order = kraken_ids_find_order_id(spot, order_id);
    } else if (orig.len > 0) {
        *order = kraken_ids_find(spot, request->client, orig);
    } else {
        return (struct kraken_refusal){
            KRAKEN_REASON_CONDITIONAL_FIELD,
            "Conditionally Required Field Missing: OrderID (37) or OrigClOrdID (41)"};
    }
    if (!is_in_scope(spot, request, *order) || !matches_order(spot, request, *order)) {
        return unknown_order;
    }
    return no_refusal;
}

static struct kraken_refusal take_cancel(struct kraken_spot *spot, const struct request *request) {
    uint32_t order = KRAKEN_NONE;
    struct kraken_refusal refusal = check_request(spot, request);
    if (refusal.text == NULL) {
        refusal = find_order(spot, request, &order);
    }
    if (refusal.text == NULL) {
        refusal = kraken_account_count(spot, order, KRAKEN_CANCEL, request->now);
    }
    if (refusal.text == NULL) {
        struct kraken_step *step = add_step(spot, KRAKEN_STEP_CANCEL, request, order);
        step->is_filled_late = request->omen->has_late_fill;
        step->late_fill = request->omen->late_fill;
    }
    return refusal;
}

static struct kraken_refusal take_replace(struct kraken_spot *spot, const struct request *request) {
    uint32_t order = KRAKEN_NONE;
    struct kraken_step terms = {0};
    struct kraken_refusal refusal = check_request(spot, request);
    if (refusal.text == NULL) {
        refusal = find_order(spot, request, &order);
    }
    struct bytes orig = kraken_text_of(request->view, KRAKEN_ORIG_CL_ORD_ID);
    if (refusal.text == NULL && kraken_ids_find(spot, request->client, orig) != order) {
        refusal = unknown_order;
    }
    if (refusal.text == NULL) {
        refusal =
            kraken_replace_check(spot, request->view, request->now, &spot->orders[order], &terms);
    }
    if (refusal.text == NULL) {
        refusal = kraken_account_count(spot, order, KRAKEN_REPLACE, request->now);
    }
    if (refusal.text == NULL) {
        struct kraken_step *step = add_step(spot, KRAKEN_STEP_REPLACE, request, order);
        step->is_post_only = terms.is_post_only;
        step->price = terms.price;
        step->stop = terms.stop;
        step->display = terms.display;
        step->quantity = terms.quantity;
        step->valid_until = terms.valid_until;
    }
    return refusal;
}

/*
 * [omcr]: 1 one symbol of this session, 6 all of this session, 7 all of this SenderCompID; a newer
 * page says of 7 that it is the whole account's, which is an option. Orders
 * still on their way to the engine are not reached. With nothing to cancel there is no answer
 * (documented for another of Kraken's markets).
 */
static struct kraken_refusal take_mass_cancel(struct kraken_spot *spot,
                                              const struct request *request) {
    struct kraken_refusal refusal = check_request(spot, request);
    if (refusal.text != NULL) {
        return refusal;
    }
    struct bytes scope = kraken_text_of(request->view, KRAKEN_MASS_CANCEL_REQUEST_TYPE);
    CHECK(scope.len == 1); /* a required field of one character: checked on the way in */
    char type = scope.data[0];
    struct bytes symbol = kraken_text_of(request->view, KRAKEN_SYMBOL);
    uint32_t instrument = KRAKEN_NONE;
    if (type == '1') {
        if (symbol.len == 0) {
            return (struct kraken_refusal){KRAKEN_REASON_CONDITIONAL_FIELD,
                                           "Conditionally Required Field Missing: Symbol (55)"};
        }
        instrument = (uint32_t)exchange_instrument_find(spot->config.instruments,
                                                        spot->config.instrument_count, symbol);
    }
    bool whole_account = type == '7' && spot->config.options.mass_cancel_account;
    for (uint32_t client = 0; client < spot->config.client_count; ++client) {
        bool reached = whole_account ? spot->sessions[client].account ==
                                           spot->sessions[request->client].account
                                     : client == request->client;
        if (reached) {
            kraken_engine_cancel_all(spot, client, type == '7', instrument, "User requested",
                                     request->now);
        }
    }
    return no_refusal;
}

/* [osr]. The answer carries the request's ClOrdID in 11 and the order's in 41 (unverified). */
static struct kraken_refusal take_status(struct kraken_spot *spot, const struct request *request) {
    static const char letters[] = {
        [EXCHANGE_NEW] = '0',      [EXCHANGE_PARTIALLY_FILLED] = '1', [EXCHANGE_FILLED] = '2',
        [EXCHANGE_CANCELED] = '4', [EXCHANGE_EXPIRED] = 'C',
    };
    struct kraken_refusal refusal = check_request(spot, request);
    if (refusal.text != NULL) {
        return refusal;
    }
    uint32_t order = kraken_ids_find_order_id(spot, kraken_text_of(request->view, KRAKEN_ORDER_ID));
    if (order == KRAKEN_NONE || spot->orders[order].client != request->client ||
        !matches_order(spot, request, order)) {
        return unknown_order;
    }
    enum exchange_status status = exchange_ledger_row(spot->ledger, order)->status;
    if (status == EXCHANGE_PENDING || status == EXCHANGE_REJECTED) {
        return unknown_order;
    }
    bool scheduled = spot->orders[order].stage == KRAKEN_STAGE_SCHEDULED;
    struct kraken_report *report = kraken_reports_add_execution(
        spot, order, 'I', scheduled ? 'A' : letters[status], request->now);
    report->has_orig = true;
    report->orig = report->cl_ord_id;
    report->cl_ord_id = kraken_id_text_of(request->cl_ord_id);
    return no_refusal;
}

static void reject_fields(struct kraken_spot *spot, const struct request *request, uint64_t seq,
                          const struct kraken_fault *fault) {
    struct kraken_report *report =
        kraken_reports_add(spot, request->client, KRAKEN_SESSION_REJECT, request->now);
    kraken_report_set_msg_type(report, request->msg_type);
    report->ref_seq = seq;
    report->ref_tag = fault->tag;
    report->reason = fault->reason;
    memcpy(report->fault, fault->text, sizeof(report->fault));
    ++spot->counters.session_rejects;
}

static struct kraken_refusal take(struct kraken_spot *spot, enum kraken_request kind,
                                  const struct request *request) {
    switch (kind) {
    case KRAKEN_NEW_ORDER:
        return take_new_order(spot, request);
    case KRAKEN_CANCEL:
        return take_cancel(spot, request);
    case KRAKEN_REPLACE:
        return take_replace(spot, request);
    case KRAKEN_MASS_CANCEL:
        return take_mass_cancel(spot, request);
    case KRAKEN_STATUS:
        return take_status(spot, request);
    case KRAKEN_UNKNOWN_REQUEST:
        break;
    }
    return (struct kraken_refusal){KRAKEN_REASON_UNSUPPORTED, "Unsupported Message Type"};
}

void kraken_gateway_take(struct kraken_spot *spot, uint32_t client, const struct fix_view *view,
                         uint64_t seq, struct now now) {
    struct request request = {.client = client,
                              .view = view,
                              .now = now,
                              .msg_type = fix_view_msg_type(view),
                              .cl_ord_id = kraken_text_of(view, KRAKEN_CL_ORD_ID)};
    enum kraken_request kind = kraken_request_of(view);
    struct kraken_fault fault;
    if (kind != KRAKEN_UNKNOWN_REQUEST && !kraken_fields_check(view, kind, &fault)) {
        reject_fields(spot, &request, seq, &fault);
        return;
    }
    /* Somebody's j about ours is for people to read: two ends must not reject each other's. */
    if (kind == KRAKEN_UNKNOWN_REQUEST && bytes_equal(request.msg_type, BYTES("j"))) {
        return;
    }
    struct kraken_omen omen = kraken_mishap_request(spot, client, kind, view, now);
    request.omen = &omen;
    if (omen.ignore) {
        return;
    }
    if (omen.reject_fields) {
        fault = (struct kraken_fault){
            .tag = KRAKEN_SIDE, .reason = 1, .text = "Missing Mandatory Field: Side (54)"};
        reject_fields(spot, &request, seq, &fault);
        return;
    }
    if (omen.fail) {
        refuse(spot, &request, unavailable);
    }
    struct kraken_refusal refusal = take(spot, kind, &request);
    if (refusal.text != NULL) {
        refuse(spot, &request, refusal);
    }
}
