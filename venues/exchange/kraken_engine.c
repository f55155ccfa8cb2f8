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
    ++kraken_account_of(spot, order)->open;
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
    --kraken_account_of(spot, order)->open;
}

void kraken_engine_acknowledge(struct kraken_spot *spot, uint32_t index, char exec_type) {
    struct kraken_order *order = &spot->orders[index];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    /* A scheduled order is open already when it begins. */
    if (row->status == EXCHANGE_PENDING) {
        row->status = EXCHANGE_NEW;
        open_link(spot, index);
    }
    order->is_acknowledged = true;
    kraken_reports_add_execution(spot, index, exec_type, exec_type, spot->cause.now);
}

static void order_accepted(struct kraken_spot *spot, uint32_t index) {
    if (!spot->orders[index].is_acknowledged) {
        kraken_engine_acknowledge(spot, index, '0');
    }
}

static void order_over(struct kraken_spot *spot, uint32_t index, enum exchange_status status) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->status = status;
    row->leaves.scaled = 0;
    spot->orders[index].stage = KRAKEN_STAGE_OVER;
    open_unlink(spot, index);
}

void kraken_engine_expire(struct kraken_spot *spot, uint32_t index) {
    order_over(spot, index, EXCHANGE_EXPIRED);
    kraken_reports_add_execution(spot, index, 'C', 'C', spot->cause.now);
}

/* 11 is the F's own id when one asked for it, and the order's when nobody did; 41 the order's. */
static void order_canceled(struct kraken_spot *spot, uint32_t index, const char *text,
                           bool is_asked) {
    order_over(spot, index, EXCHANGE_CANCELED);
    struct kraken_report *report =
        kraken_reports_add_execution(spot, index, '4', '4', spot->cause.now);
    report->has_orig = true;
    report->orig = report->cl_ord_id;
    report->text = text;
    if (is_asked && spot->cause.request_id != NULL) {
        report->cl_ord_id = *spot->cause.request_id;
    }
}

void kraken_engine_give_up(struct kraken_spot *spot, uint32_t index, const char *text) {
    order_canceled(spot, index, text, false);
}

/* Wherever the order is. `spot->cause` says why; false when it is not open. */
static bool cancel_open(struct kraken_spot *spot, uint32_t index) {
    struct kraken_order *order = &spot->orders[index];
    switch (order->stage) {
    case KRAKEN_STAGE_BOOK:
        return matching_cancel(spot->books[order->instrument].matching, order->ref);
    case KRAKEN_STAGE_SCHEDULED:
    case KRAKEN_STAGE_WAITING:
        kraken_trigger_leave(spot, index);
        order_canceled(spot, index, spot->cause.cancel_text, true);
        return true;
    case KRAKEN_STAGE_AWAY:
    case KRAKEN_STAGE_OVER:
        break;
    }
    return false;
}

static void order_refused(struct kraken_spot *spot, uint32_t index, struct kraken_refusal refusal) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->status = EXCHANGE_REJECTED;
    row->leaves.scaled = 0;
    row->order_id_len = 0;
    spot->orders[index].stage = KRAKEN_STAGE_OVER;
    ++spot->counters.orders_refused;
    kraken_reports_add_refusal(spot, spot->orders[index].client,
                               kraken_id_bytes(&spot->orders[index].cl_ord_id), BYTES("D"), refusal,
                               spot->cause.now);
}

/* [nos]: after acceptance nothing is refused any more, it is cancelled. */
static void order_rejected(struct kraken_spot *spot, uint32_t index, enum matching_reason reason) {
    if (spot->cause.is_replace) {
        spot->cause.refusal = refusal_of(reason);
        return;
    }
    if (spot->orders[index].is_acknowledged) {
        order_canceled(spot, index, refusal_of(reason).text, false);
        return;
    }
    if (reason == MATCHING_REASON_WOULD_TAKE && spot->config.options.post_only_cancels) {
        order_accepted(spot, index);
        order_canceled(spot, index, cancel_text_of(reason, &spot->cause), false);
        return;
    }
    order_refused(spot, index, refusal_of(reason));
}

/* The row and the order have their new terms. */
static void tell_replaced(struct kraken_spot *spot, uint32_t index) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    struct kraken_id_text previous = spot->orders[index].cl_ord_id;
    row->status = exchange_row_live_status(row);
    kraken_ids_rename(spot, index, kraken_id_bytes(spot->cause.request_id));
    exchange_row_set_last_cl_ord_id(row, kraken_id_bytes(spot->cause.request_id));
    if (spot->config.options.pending_replace) {
        struct kraken_report *pending =
            kraken_reports_add_execution(spot, index, 'E', 'E', spot->cause.now);
        pending->has_orig = true;
        pending->orig = previous;
    }
    struct kraken_report *report =
        kraken_reports_add_execution(spot, index, '5', '5', spot->cause.now);
    report->has_orig = true;
    report->orig = previous;
}

static void order_replaced(struct kraken_spot *spot, uint32_t index,
                           const struct matching_event *event) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->price = event->price;
    row->quantity = event->quantity;
    row->leaves = event->leaves;
    row->display = spot->cause.display;
    spot->orders[index].display = spot->cause.display;
    tell_replaced(spot, index);
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
    kraken_account_charge(spot, index, report);
    if (filled) {
        spot->orders[index].stage = KRAKEN_STAGE_OVER;
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
    kraken_trigger_print(book, event->price, false);
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
        order_canceled(spot, order, cancel_text_of(event->reason, &spot->cause),
                       event->reason == MATCHING_REASON_REQUESTED);
        break;
    case MATCHING_EXPIRED:
        kraken_engine_expire(spot, order);
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

/* What the cost of an order with 18=v buys, or sells, now, in whole lots. */
static struct quantity quantity_for_cost(const struct kraken_spot *spot,
                                         const struct kraken_order *order) {
    const struct exchange_instrument *instrument = &spot->config.instruments[order->instrument];
    const struct matching *matching = spot->books[order->instrument].matching;
    enum matching_side from = order->side == '1' ? MATCHING_SELL : MATCHING_BUY;
    exchange_wide left = (exchange_wide)order->cost;
    exchange_wide scale = (exchange_wide)decimal_power(
        instrument->price_digits + instrument->quantity_digits - kraken_cost_digits(instrument));
    left *= scale;
    struct quantity bought = {0};
    struct price price;
    struct quantity quantity;
    for (uint32_t depth = 0; matching_at_depth(matching, from, depth, &price, &quantity); ++depth) {
        exchange_wide most = left / (uint64_t)price.scaled;
        int64_t taken = most < (exchange_wide)quantity.scaled ? (int64_t)most : quantity.scaled;
        if (__builtin_add_overflow(bought.scaled, taken, &bought.scaled)) {
            break;
        }
        left -= notional_of(price, (struct quantity){taken}).scaled;
        if (taken < quantity.scaled) {
            break;
        }
    }
    bought.scaled -= bought.scaled % instrument->lot.scaled;
    return bought;
}

/* False when it is refused for what it comes to. */
static bool settle_cost(struct kraken_spot *spot, uint32_t index) {
    const struct kraken_order *order = &spot->orders[index];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    row->quantity = row->leaves = quantity_for_cost(spot, order);
    row->has_quantity = true;
    if (row->quantity.scaled > 0 &&
        row->quantity.scaled >= spot->config.instruments[order->instrument].min.scaled) {
        return true;
    }
    order_refused(spot, index,
                  (struct kraken_refusal){KRAKEN_REASON_OTHER, "EOrder:Order minimum not met"});
    return false;
}

void kraken_engine_submit(struct kraken_spot *spot, uint32_t index, struct now now) {
    struct kraken_order *order = &spot->orders[index];
    const struct exchange_row *row = exchange_ledger_row(spot->ledger, index);
    if (order->is_by_cost && !settle_cost(spot, index)) {
        return;
    }
    order->stage = KRAKEN_STAGE_BOOK;
    struct matching_ref ref = matching_submit(
        spot->books[order->instrument].matching, now,
        &(struct matching_order_request){.tag = index,
                                         .account = spot->sessions[order->client].account,
                                         .side = order->side == '1' ? MATCHING_BUY : MATCHING_SELL,
                                         .is_market = order->ord_type == '1',
                                         .is_post_only = order->is_post_only,
                                         .price = row->price,
                                         .quantity = row->quantity,
                                         .display = order->display,
                                         .validity = validity_of(order->time_in_force),
                                         .self_trade = order->self_trade,
                                         .expire_at = order->expire_at});
    order->ref = ref;
}

static void run_order(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    struct kraken_order *order = &spot->orders[step->order];
    const struct kraken_session *session = &spot->sessions[order->client];
    spot->cause = (struct kraken_cause){.now = now};
    if (order->valid_until.ns != 0 && now.utc.ns > order->valid_until.ns) {
        order_refused(spot, step->order, refusal_of(MATCHING_REASON_DEADLINE_PASSED));
        return;
    }
    order->placed_at = now.mono;
    kraken_trigger_take(spot, step->order, now);
    /* It was on its way when its connection broke: the kill that came then reaches it now. */
    if (order->epoch <= session->killed_epoch) {
        spot->cause.cancel_text = "Cancel on disconnect";
        (void)cancel_open(spot, step->order);
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
    struct kraken_errand late_fill = {.kind = KRAKEN_ERRAND_LATE_FILL,
                                      .at = instant_add(now.mono, step->late_fill),
                                      .order = step->order,
                                      .quantity =
                                          exchange_ledger_row(spot->ledger, step->order)->leaves};
    spot->cause = (struct kraken_cause){
        .now = now, .request_id = &step->request_id, .cancel_text = "User requested"};
    if (!cancel_open(spot, step->order)) {
        refuse_step(spot, step, BYTES("F"), unknown_order, now);
    } else if (step->is_filled_late) {
        kraken_mishap_errand(spot, late_fill);
    }
}

/* An order that is in no book has its new terms at once. */
static struct kraken_refusal replace_waiting(struct kraken_spot *spot,
                                             const struct kraken_step *step) {
    struct kraken_order *order = &spot->orders[step->order];
    struct exchange_row *row = exchange_ledger_row(spot->ledger, step->order);
    row->price = kraken_type_is_limit(order->ord_type) ? step->price : row->price;
    row->stop = order->stop = step->stop;
    row->display = order->display = step->display;
    row->quantity = row->leaves = step->quantity;
    order->is_post_only = step->is_post_only;
    tell_replaced(spot, step->order);
    kraken_trigger_look(spot, step->order);
    return (struct kraken_refusal){0};
}

static struct kraken_refusal replace_in_book(struct kraken_spot *spot,
                                             const struct kraken_step *step) {
    struct kraken_order *order = &spot->orders[step->order];
    struct matching_terms terms = {.price = step->price,
                                   .quantity = step->quantity,
                                   .display = step->display,
                                   .is_post_only = step->is_post_only,
                                   .self_trade = order->self_trade};
    spot->cause.display = step->display;
    bool found = matching_replace(spot->books[order->instrument].matching, &order->ref, &terms);
    return found ? spot->cause.refusal : unknown_order;
}

static void run_replace(struct kraken_spot *spot, const struct kraken_step *step, struct now now) {
    const struct kraken_order *order = &spot->orders[step->order];
    struct kraken_refusal refusal = unknown_order;
    spot->cause =
        (struct kraken_cause){.now = now, .request_id = &step->request_id, .is_replace = true};
    if (step->valid_until.ns != 0 && now.utc.ns > step->valid_until.ns) {
        refusal = refusal_of(MATCHING_REASON_DEADLINE_PASSED);
    } else if (order->stage == KRAKEN_STAGE_BOOK) {
        refusal = replace_in_book(spot, step);
    } else if (order->stage == KRAKEN_STAGE_WAITING || order->stage == KRAKEN_STAGE_SCHEDULED) {
        refusal = replace_waiting(spot, step);
    }
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

/*
 * What each request leads to beside its own matter: quotes come back, triggers fire, and what those
 * took comes back again.
 */
static void settle(struct kraken_spot *spot, struct now now) {
    spot->cause = (struct kraken_cause){.now = now};
    exchange_quotes_post(&spot->config.quotes, spot->matchings, now);
    kraken_trigger_run(spot, now);
    exchange_quotes_post(&spot->config.quotes, spot->matchings, now);
}

/* Quotes come back after each request, so that a script's outcome does not hang on its timing. */
void kraken_engine_run(struct kraken_spot *spot, struct now now) {
    const struct kraken_limits *limits = &spot->config.limits;
    spot->cause = (struct kraken_cause){.now = now};
    for (uint32_t i = 0; i < spot->config.instrument_count; ++i) {
        matching_expire(spot->books[i].matching, now);
    }
    kraken_mishap_run(spot, now);
    settle(spot, now);
    while (spot->step_count > 0 &&
           instant_reached(now.mono, spot->steps[spot->step_first].ready_at)) {
        run_step(spot, &spot->steps[spot->step_first], now);
        spot->step_first = (spot->step_first + 1) % limits->requests;
        --spot->step_count;
        settle(spot, now);
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
            /* Open orders rest or wait: the list agrees with where they are. */
            CHECK(cancel_open(spot, index));
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
    spot->cause = (struct kraken_cause){.now = now, .cancel_text = text};
    return cancel_open(spot, order);
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
    /* Of a market order the price is the market's, if there was one. */
    struct price tick = spot->config.instruments[spot->orders[order].instrument].tick;
    struct price market = book->last.scaled > 0 ? book->last : tick;
    struct price price = row->has_price && row->price.scaled > 0 ? row->price : market;
    row->leaves = quantity;
    exchange_row_fill(row, price, quantity);
    bool filled = row->status == EXCHANGE_FILLED;
    row->status = filled ? EXCHANGE_FILLED : EXCHANGE_CANCELED;
    struct kraken_report *report =
        kraken_reports_add_execution(spot, order, 'F', filled ? '2' : '4', now);
    report->is_maker = true;
    report->last_price = price;
    report->last_quantity = quantity;
    report->trade_number = spot->counters.trades;
    report->pair_trade_number = book->trades;
    kraken_account_charge(spot, order, report);
}
