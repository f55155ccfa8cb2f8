#include <string.h>

#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"

static const char side_of[] = {[ORDER_BUY] = '1', [ORDER_SELL] = '2'};
static const char type_of[] = {
    [ORDER_MARKET] = '1', [ORDER_LIMIT] = '2', [ORDER_STOP] = '3', [ORDER_STOP_LIMIT] = '4'};
static const char time_in_force_of[] = {
    [TIF_GTC] = '1', [TIF_IOC] = '3', [TIF_FOK] = '4', [TIF_GTD] = '6'};

static const char exec_type_of[] = {
    [ORDER_REPORT_NONE] = 'I',     [ORDER_REPORT_NEW] = '0',      [ORDER_REPORT_TRADE] = 'F',
    [ORDER_REPORT_CANCELED] = '4', [ORDER_REPORT_REJECTED] = '8', [ORDER_REPORT_EXPIRED] = 'C',
    [ORDER_REPORT_IN_DOUBT] = 'I', [ORDER_REPORT_STATUS] = 'I',   [ORDER_REPORT_REPLACED] = '5',
    [ORDER_REPORT_RESTATED] = 'D',
};

static const struct instrument *instrument_of(const struct order_entry *entry, uint32_t index) {
    return instrument_table_at(entry->setup.directory->instruments, index);
}

/* How many queues are full is counted where it changes, so that no report costs a walk over
 * clients. */
static void push(struct order_entry *entry, uint32_t client) {
    struct report_queue *queue = &entry->clients[client].reports;
    report_queue_push(queue);
    if (report_queue_free(queue) == REPORT_CELLS_PER_MESSAGE - 1) {
        entry->full_queues++;
    }
}

void reports_pop(struct order_entry *entry, uint32_t client) {
    struct report_queue *queue = &entry->clients[client].reports;
    report_queue_pop(queue);
    if (report_queue_free(queue) == REPORT_CELLS_PER_MESSAGE) {
        entry->full_queues--;
    }
}

static unsigned average_digits(const struct instrument *instrument) {
    return instrument->price_digits > AVERAGE_DIGITS_MIN ? instrument->price_digits
                                                         : AVERAGE_DIGITS_MIN;
}

static void put_text(struct client_report *report, enum reject_code reject, struct bytes more) {
    char text[REPORT_TEXT_MAX];
    size_t len = 0;
    if (reject != REJECT_NONE) {
        const struct reject_info *info = reject_info(reject);
        struct bytes parts[] = {bytes_of_string(info->code), BYTES(": "),
                                more.len != 0 ? more : bytes_of_string(info->text)};
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            size_t room = sizeof(text) - len;
            size_t part = parts[i].len < room ? parts[i].len : room;
            memcpy(text + len, parts[i].data, part);
            len += part;
        }
        more = bytes_of(text, len);
    }
    report->text_len = report_copy(report->text, REPORT_TEXT_MAX, more);
}

/* In doubt, an order is told as last known: one that has the venue's id was taken there. */
static char ord_status_of(const struct order *order) {
    bool was_taken = order->state == ORDER_IN_DOUBT && order->venue_order_id_len != 0;
    return order_state_ord_status(was_taken ? ORDER_NEW : order->state, order->cancel_pending,
                                  order->replace_pending, order->filled.scaled > 0);
}

/* Everything an order says of itself. */
static struct client_report *order_cell(struct order_entry *entry, struct now now,
                                        const struct order *order) {
    struct client_report *report = report_queue_slot(&entry->clients[order->client].reports);
    const struct instrument *instrument = instrument_of(entry, order->instrument);
    report->order_known = true;
    report->instrument_known = true;
    report->side = side_of[order->side];
    report->type = type_of[order->type];
    report->time_in_force = time_in_force_of[order->time_in_force];
    report->account = order->account;
    report->instrument = order->instrument;
    report->venue = order->venue;
    report->order_number = order->number;
    report->cl_ord_id = order->cl_ord_id;
    report->quantity = order->quantity;
    report->filled = order->filled;
    report->price = order->price;
    report->ord_status = ord_status_of(order);
    report->average_digits = average_digits(instrument);
    struct price average = {.scaled = 0};
    if (order_fill_average(order, instrument->price_digits, report->average_digits, &average)) {
        report->average_scaled = average.scaled;
    }
    report->venue_order_id_len =
        report_copy(report->venue_order_id, REPORT_ID_MAX,
                    bytes_of(order->venue_order_id, order->venue_order_id_len));
    report->transact_time = now.utc;
    return report;
}

static void push_execution(struct order_entry *entry, uint32_t client,
                           struct client_report *report) {
    report->exec_number = entry->next_exec++;
    push(entry, client);
}

void report_order(struct order_entry *entry, struct now now, const struct order *order,
                  enum order_report what, struct bytes text, enum reject_code reject) {
    struct client_report *report = order_cell(entry, now, order);
    report->exec_type = exec_type_of[what];
    report->reject = reject;
    if (what == ORDER_REPORT_CANCELED && order->cancel_cl_ord_id.len != 0) {
        report->orig_cl_ord_id = order->cl_ord_id;
        report->cl_ord_id = order->cancel_cl_ord_id;
    }
    put_text(report, reject, text);
    push_execution(entry, order->client, report);
}

void report_fill(struct order_entry *entry, struct now now, const struct order *order,
                 struct quantity last_quantity, const struct venue_report *from) {
    struct client_report *report = order_cell(entry, now, order);
    report->exec_type = 'F';
    report->last_quantity = last_quantity;
    report->last_price = order->last_price;
    report->trade_id_len = report_copy(report->trade_id, REPORT_ID_MAX,
                                       from->trade_id.len != 0 ? from->trade_id : from->exec_id);
    if (from->transact_time.ns != 0) {
        report->transact_time = from->transact_time;
    }
    push_execution(entry, order->client, report);
}

/* The client's own number, if it is one: a refusal must not hand back what is no FIX value. */
static uint8_t copy_number(char field[DECIMAL_TEXT_MAX + 1], struct bytes text) {
    int64_t ignored;
    if (text.len > DECIMAL_TEXT_MAX || decimal_parse(text, 9, &ignored) == DECIMAL_MALFORMED) {
        return 0;
    }
    return report_copy(field, DECIMAL_TEXT_MAX, text);
}

/* Likewise: a code of one character, if that can be said at all. */
static char only_char(struct bytes text) {
    return text.len == 1 && text.data[0] > ' ' && text.data[0] <= '~' ? text.data[0] : '\0';
}

static void ledger_refusal(struct order_entry *entry, const struct client_report *report,
                           uint32_t client, uint32_t venue, enum reject_code reject) {
    struct ledger_record *record = spsc_reserve(entry->setup.rings.ledger);
    CHECK(record != NULL);
    *record = (struct ledger_record){
        .state = ORDER_REJECTED,
        .refuser = LEDGER_REFUSED_BY_ROUTER,
        .reject = reject,
        .client = client,
        .venue = venue,
        .side = report->side,
        .symbol_len = report->symbol_len,
        .quantity_text_len = report->quantity_text_len,
        .price_text_len = report->price_text_len,
        .cl_ord_id = report->cl_ord_id,
    };
    memcpy(record->symbol, report->symbol, sizeof(record->symbol));
    memcpy(record->quantity_text, report->quantity_text, sizeof(record->quantity_text));
    memcpy(record->price_text, report->price_text, sizeof(record->price_text));
    spsc_publish(entry->setup.rings.ledger);
}

void report_refusal(struct order_entry *entry, struct now now, const struct client_decode *decode,
                    enum reject_code reject) {
    uint32_t client = decode->request.client;
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    entry->counters.orders_refused++;
    report->exec_type = '8';
    report->ord_status = '8';
    report->reject = reject;
    report->cl_ord_id = decode->request.cl_ord_id;
    report->side = only_char(decode->raw.side);
    report->type = only_char(decode->raw.ord_type);
    report->time_in_force = only_char(decode->raw.time_in_force);
    report->symbol_len = report_copy(report->symbol, REPORT_ID_MAX, decode->raw.symbol);
    report->quantity_text_len = copy_number(report->quantity_text, decode->raw.quantity);
    report->price_text_len = copy_number(report->price_text, decode->raw.price);
    report->transact_time = now.utc;
    put_text(report, reject, bytes_of(NULL, 0));
    /* The ledger is of orders: a used ClOrdID already has its row, or will. */
    if (reject != REJECT_DUPLICATE_ID) {
        ledger_refusal(entry, report, client, decode->request.venue, reject);
    }
    push_execution(entry, client, report);
}

void report_cancel_reject(struct order_entry *entry, struct now now, uint32_t client,
                          const struct cl_ord_id *id, const struct cl_ord_id *orig,
                          const struct order *order, enum reject_code reject, struct bytes text) {
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_CANCEL_REJECT;
    report->reject = reject;
    report->cl_ord_id = *id;
    report->orig_cl_ord_id = *orig;
    report->ord_status = '8';
    if (order != NULL) {
        report->order_known = true;
        report->order_number = order->number;
        report->ord_status = ord_status_of(order);
    }
    report->transact_time = now.utc;
    put_text(report, reject, text);
    push(entry, client);
}

void report_unsupported_type(struct order_entry *entry, uint32_t client, uint64_t seq,
                             struct bytes msg_type) {
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_BUSINESS_REJECT;
    report->ref_seq = seq;
    report_copy(report->ref_msg_type, sizeof(report->ref_msg_type) - 1, msg_type);
    put_text(report, REJECT_NONE, BYTES("Unsupported Message Type"));
    push(entry, client);
}

bool ledger_has_room(const struct order_entry *entry, uint32_t cells) {
    return spsc_free_cells(entry->setup.rings.ledger) >= cells;
}

void ledger_order(struct order_entry *entry, const struct order *order, enum ledger_refuser refuser,
                  enum reject_code reject) {
    struct ledger_record *record = spsc_reserve(entry->setup.rings.ledger);
    const struct instrument *instrument = instrument_of(entry, order->instrument);
    CHECK(record != NULL);
    struct price average = {.scaled = 0};
    (void)!order_fill_average(order, instrument->price_digits, average_digits(instrument),
                              &average);
    *record = (struct ledger_record){
        .order_number = order->number,
        .state = order->state,
        .refuser = refuser,
        .reject = reject,
        .client = order->client,
        .instrument_known = true,
        .price_known = order->type == ORDER_LIMIT,
        .instrument = order->instrument,
        .venue = order->venue,
        .side = side_of[order->side],
        .venue_order_id_len = order->venue_order_id_len,
        .cl_ord_id = order->cl_ord_id,
        .quantity = order->quantity,
        .filled = order->filled,
        .price = order->price,
        .fills = order->fills,
        .average_scaled = average.scaled,
        .average_digits = average_digits(instrument),
        .notional = order->notional,
    };
    memcpy(record->venue_order_id, order->venue_order_id, sizeof(record->venue_order_id));
    const struct request *request =
        request_table_at(entry->venues[order->venue].requests, order->new_request);
    request_id_format(request->id, record->venue_cl_ord_id);
    spsc_publish(entry->setup.rings.ledger);
}

void notice_send(struct order_entry *entry, struct now now, enum notice_kind kind, uint32_t session,
                 uint64_t number, struct bytes text) {
    struct notice *notice = spsc_reserve(entry->setup.rings.notices);
    if (notice == NULL) {
        entry->counters.notices_dropped++;
        return;
    }
    notice->kind = kind;
    notice->session = session;
    notice->at = now.utc;
    notice->number = number;
    report_copy(notice->text, NOTICE_TEXT_MAX, text);
    spsc_publish(entry->setup.rings.notices);
}
