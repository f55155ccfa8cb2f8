#include "venues/exchange/kraken_internal.h"

/*
 * Texts of cancels nobody asked for: the reasons Kraken's other interfaces give, or words like them
 * (unverified).
 */
static const char *cancel_text_of(enum matching_reason reason, const struct kraken_cause *cause) {
    switch (reason) {
    case MATCHING_REASON_REQUESTED:
        return cause->cancel_text;
    case MATCHING_REASON_SELF_TRADE:
        return "Self trade prevention";
    case MATCHING_REASON_NOT_FILLABLE:
        return "Fill or kill not fillable";
    case MATCHING_REASON_WOULD_TAKE:
        return "Post only order";
    default:
        return "Out of liquidity";
    }
}

/* What the engine would not have, before acceptance: a BusinessMessageReject. */
static struct kraken_refusal refusal_of(enum matching_reason reason) {
    struct kraken_refusal refusal = {.reason = KRAKEN_REASON_OTHER};
    switch (reason) {
    case MATCHING_REASON_WOULD_TAKE:
        refusal.text = "EOrder:Post only order";
        break;
    case MATCHING_REASON_DEADLINE_PASSED:
        refusal.text = "EService:Deadline elapsed";
        break;
    case MATCHING_REASON_EXPIRED_ALREADY:
        refusal.text = "EGeneral:Invalid arguments:expiretm";
        break;
    case MATCHING_REASON_FULL:
        refusal.text = "EOrder:Orders limit exceeded";
        break;
    case MATCHING_REASON_QUANTITY:
        refusal.text = "EGeneral:Invalid arguments:volume";
        break;
    default:
        refusal.text = "EGeneral:Invalid arguments";
        break;
    }
    return refusal;
}

static void open_link(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    struct kraken_session *session = &spot->sessions[order->client];
    order->open_previous = KRAKEN_NONE;
    order->open_next = session->open_first;
    if (session->open_first != KRAKEN_NONE) {
        spot->orders[session->open_first].open_previous = index;
    }
    session->open_first = index;
}

static void open_unlink(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    struct kraken_session *session = &spot->sessions[order->client];
    if (order->open_previous == KRAKEN_NONE) {
        session->open_first = order->open_next;
    } else {
        spot->orders[order->open_previous].open_next = order->open_next;
    }
    if (order->open_next != KRAKEN_NONE) {
        spot->orders[order->open_next].open_previous = order->open_previous;
    }
}

static void order_accepted(struct kraken_spot *spot, uint32_t index) {
    exchange_ledger_row(spot->ledger, index)->status = EXCHANGE_NEW;
    open_link(spot, index);
    kraken_reports_add_execution(spot, index, '0', '0', spot->cause.now);
}

static void order_over(struct kraken_spot *spot, uint32_t index, enum exchange_status status) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->status = status;
    row->leaves.scaled = 0;
    open_unlink(spot, index);
}

/* 11 is the F's own id when one asked for it, and the order's when nobody did; 41 the order's. */
static void order_canceled(struct kraken_spot *spot, uint32_t index, enum matching_reason reason) {
    order_over(spot, index, EXCHANGE_CANCELED);
    struct kraken_report *report =
        kraken_reports_add_execution(spot, index, '4', '4', spot->cause.now);
    report->has_orig = true;
    report->orig = report->cl_ord_id;
    report->text = cancel_text_of(reason, &spot->cause);
    if (reason == MATCHING_REASON_REQUESTED && spot->cause.request_id != NULL) {
        report->cl_ord_id = *spot->cause.request_id;
    }
}

static void order_rejected(struct kraken_spot *spot, uint32_t index, enum matching_reason reason) {
    if (spot->cause.is_replace) {
        spot->cause.refusal = refusal_of(reason);
        return;
    }
    if (reason == MATCHING_REASON_WOULD_TAKE && spot->config.options.post_only_cancels) {
        order_accepted(spot, index);
        order_canceled(spot, index, reason);
        return;
    }
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->status = EXCHANGE_REJECTED;
    row->leaves.scaled = 0;
    row->order_id_len = 0;
    ++spot->counters.orders_refused;
    kraken_reports_add_refusal(spot, spot->orders[index].client,
                               kraken_id_bytes(&spot->orders[index].cl_ord_id), BYTES("D"),
                               refusal_of(reason), spot->cause.now);
}

static void order_replaced(struct kraken_spot *spot, uint32_t index,
                           const struct matching_event *event) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    struct kraken_id_text previous = spot->orders[index].cl_ord_id;
    row->price = event->price;
    row->quantity = event->quantity;
    row->leaves = event->leaves;
    row->status = exchange_row_live_status(row);
    kraken_ids_rename(spot, index, kraken_id_bytes(spot->cause.request_id));
    struct kraken_report *report =
        kraken_reports_add_execution(spot, index, '5', '5', spot->cause.now);
    report->has_orig = true;
    report->orig = previous;
}

static void order_filled(struct kraken_spot *spot, const struct kraken_book *book, uint32_t index,
                         const struct matching_event *event, bool is_maker) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    exchange_row_fill(row, event->price, event->quantity);
    bool filled = row->status == EXCHANGE_FILLED;
    struct kraken_report *report =
        kraken_reports_add_execution(spot, index, 'F', filled ? '2' : '1', spot->cause.now);
    report->is_maker = is_maker;
    report->last_price = event->price;
    report->last_quantity = event->quantity;
    report->trade_number = spot->counters.trades;
    report->pair_trade_number = book->trades;
    if (filled) {
        open_unlink(spot, index);
    }
}

static void traded(struct kraken_book *book, const struct matching_event *event) {
    struct kraken_spot *spot = book->spot;
    ++spot->counters.trades;
    ++book->trades;
    if (exchange_tag_is_client(event->maker_tag)) {
        order_filled(spot, book, (uint32_t)event->maker_tag, event, true);
    }
    if (exchange_tag_is_client(event->tag)) {
        order_filled(spot, book, (uint32_t)event->tag, event, false);
    }
}

void kraken_engine_event(void *context, const struct matching_event *event) {
    struct kraken_book *book = context;
    struct kraken_spot *spot = book->spot;
    bool of_quote = exchange_tag_is_quote(event->tag);
    if (of_quote || (event->kind == MATCHING_TRADE && exchange_tag_is_quote(event->maker_tag))) {
        exchange_quotes_event(&spot->config.quotes, event);
    }
    if (event->kind == MATCHING_TRADE) {
        traded(book, event);
    }
    if (of_quote || event->kind == MATCHING_TRADE) {
        return;
    }
    uint32_t order = (uint32_t)event->tag;
    switch (event->kind) {
    case MATCHING_ACCEPTED:
        order_accepted(spot, order);
        break;
    case MATCHING_CANCELED:
        order_canceled(spot, order, event->reason);
        break;
    case MATCHING_EXPIRED:
        order_over(spot, order, EXCHANGE_EXPIRED);
        kraken_reports_add_execution(spot, order, 'C', 'C', spot->cause.now);
        break;
    case MATCHING_REPLACED:
        order_replaced(spot, order, event);
        break;
    case MATCHING_REJECTED:
        order_rejected(spot, order, event->reason);
        break;
    case MATCHING_TRADE:
        break;
    }
}

static enum matching_validity validity_of(char time_in_force) {
    switch (time_in_force) {
    case '3':
        return MATCHING_IOC;
    case '4':
        return MATCHING_FOK;
    case '6':
        return MATCHING_GTD;
    default:
        return MATCHING_GTC;
    }
}

static void run_order(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    struct kraken_order *order = &spot->orders[step->order];
    const struct exchange_row *row = exchange_ledger_row(spot->ledger, step->order);
    struct kraken_session *session = &spot->sessions[order->client];
    spot->cause = (struct kraken_cause){.now = now};
    order->ref = matching_submit(
        spot->books[order->instrument].matching, now,
        &(struct matching_order_request){.tag = step->order,
                                         .account = session->account,
                                         .side = order->side == '1' ? MATCHING_BUY : MATCHING_SELL,
                                         .is_market = order->ord_type == '1',
                                         .is_post_only = order->is_post_only,
                                         .price = row->price,
                                         .quantity = row->quantity,
                                         .validity = validity_of(order->time_in_force),
                                         .self_trade = order->self_trade,
                                         .expire_at = order->expire_at,
                                         .valid_until = order->valid_until});
    /* It was on its way when its connection broke: the kill that came then reaches it now. */
    if (order->epoch <= session->killed_epoch) {
        spot->cause.cancel_text = "Cancel on disconnect";
        matching_cancel(spot->books[order->instrument].matching, order->ref);
    }
}

static void refuse_step(struct kraken_spot *spot, const struct kraken_step *step,
                        struct bytes msg_type, struct kraken_refusal refusal, struct now now) {
    kraken_reports_add_refusal(spot, step->client, kraken_id_bytes(&step->request_id), msg_type,
                               refusal, now);
}

static const struct kraken_refusal unknown_order = {KRAKEN_REASON_UNKNOWN_ORDER,
                                                    "EOrder:Unknown order"};

static void run_cancel(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    struct kraken_order *order = &spot->orders[step->order];
    struct kraken_errand late_fill = {.kind = KRAKEN_ERRAND_LATE_FILL,
                                      .at = instant_add(now.mono, step->late_fill),
                                      .order = step->order,
                                      .quantity =
                                          exchange_ledger_row(spot->ledger, step->order)->leaves};
    spot->cause = (struct kraken_cause){
        .now = now, .request_id = &step->request_id, .cancel_text = "User requested"};
    if (!matching_cancel(spot->books[order->instrument].matching, order->ref)) {
        refuse_step(spot, step, BYTES("F"), unknown_order, now);
    } else if (step->is_filled_late) {
        kraken_mishap_errand(spot, late_fill);
    }
}

static void run_replace(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    struct kraken_order *order = &spot->orders[step->order];
    if (step->valid_until.ns != 0 && now.utc.ns > step->valid_until.ns) {
        refuse_step(spot, step, BYTES("G"), refusal_of(MATCHING_REASON_DEADLINE_PASSED), now);
        return;
    }
    spot->cause =
        (struct kraken_cause){.now = now, .request_id = &step->request_id, .is_replace = true};
    struct matching_terms terms = {.price = step->price,
                                   .quantity = step->quantity,
                                   .is_post_only = step->is_post_only,
                                   .self_trade = order->self_trade};
    bool found = matching_replace(spot->books[order->instrument].matching, &order->ref, &terms);
    struct kraken_refusal refusal = found ? spot->cause.refusal : unknown_order;
    if (refusal.text != NULL) {
        refuse_step(spot, step, BYTES("G"), refusal, now);
    }
}

static void run_step(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    switch (step->kind) {
    case KRAKEN_STEP_ORDER:
        run_order(spot, step, now);
        break;
    case KRAKEN_STEP_CANCEL:
        run_cancel(spot, step, now);
        break;
    case KRAKEN_STEP_REPLACE:
        run_replace(spot, step, now);
        break;
    }
}

/* Quotes come back after each request, so that a script's outcome does not hang on its timing. */
void kraken_engine_run(struct kraken_spot *spot, struct now now) {
    const struct kraken_limits *limits = &spot->config.limits;
    spot->cause = (struct kraken_cause){.now = now};
    for (uint32_t i = 0; i < spot->config.instrument_count; ++i) {
        matching_expire(spot->books[i].matching, now);
    }
    kraken_mishap_run(spot, now);
    exchange_quotes_post(&spot->config.quotes, spot->matchings, now);
    while (spot->step_count > 0 &&
           instant_reached(now.mono, spot->steps[spot->step_first].ready_at)) {
        run_step(spot, &spot->steps[spot->step_first], now);
        spot->step_first = (spot->step_first + 1) % limits->requests;
        --spot->step_count;
        spot->cause = (struct kraken_cause){.now = now};
        exchange_quotes_post(&spot->config.quotes, spot->matchings, now);
    }
}

void kraken_engine_cancel_all(struct kraken_spot *spot, uint32_t client, bool all_sessions,
                              uint32_t instrument, const char *text, struct now now) {
    const struct kraken_session *session = &spot->sessions[client];
    spot->cause = (struct kraken_cause){.now = now, .cancel_text = text};
    uint32_t index = session->open_first;
    while (index != KRAKEN_NONE) {
        const struct kraken_order *order = &spot->orders[index];
        uint32_t following = order->open_next;
        if ((all_sessions || order->session == session->number) &&
            (instrument == KRAKEN_NONE || order->instrument == instrument)) {
            /* Open orders rest: the book and the list agree. */
            CHECK(matching_cancel(spot->books[order->instrument].matching, order->ref));
        }
        index = following;
    }
}

bool kraken_engine_execute(struct kraken_spot *spot, uint32_t order, struct quantity quantity,
                           struct now now) {
    const struct kraken_order *about = &spot->orders[order];
    spot->cause = (struct kraken_cause){.now = now};
    return matching_execute(spot->books[about->instrument].matching, about->ref, quantity,
                            EXCHANGE_HOUSE_TAG);
}

bool kraken_engine_kill(struct kraken_spot *spot, uint32_t order, const char *text,
                        struct now now) {
    const struct kraken_order *about = &spot->orders[order];
    spot->cause = (struct kraken_cause){.now = now, .cancel_text = text};
    return matching_cancel(spot->books[about->instrument].matching, about->ref);
}

void kraken_engine_fill_late(struct kraken_spot *spot, uint32_t order, struct quantity quantity,
                             struct now now) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, order);
    if (row->status != EXCHANGE_CANCELED) {
        return;
    }
    struct kraken_book *book = &spot->books[spot->orders[order].instrument];
    ++spot->counters.trades;
    ++book->trades;
    row->leaves = quantity;
    exchange_row_fill(row, row->price, quantity);
    bool filled = row->status == EXCHANGE_FILLED;
    row->status = filled ? EXCHANGE_FILLED : EXCHANGE_CANCELED;
    struct kraken_report *report =
        kraken_reports_add_execution(spot, order, 'F', filled ? '2' : '4', now);
    report->is_maker = true;
    report->last_price = row->price;
    report->last_quantity = quantity;
    report->trade_number = spot->counters.trades;
    report->pair_trade_number = book->trades;
}
