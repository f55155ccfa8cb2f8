#include <string.h>

#include "core/fix/fix_tag.h"
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

char report_side(enum order_side side) {
    return side_of[side];
}

static const struct instrument *instrument_of(const struct order_entry *entry, uint32_t index) {
    return instrument_table_at(entry->setup.directory->instruments, index);
}

/* How many queues are full is counted where it changes, so that no report costs a walk over
 * clients. */
static void push(struct order_entry *entry, struct now now, uint32_t client) {
    struct report_queue *queue = &entry->clients[client].reports;
    if (report_queue_count(queue) == 0) {
        client_is_reading(&entry->clients[client], now);
    }
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

unsigned report_average_digits(const struct instrument *instrument) {
    return instrument->price_digits > AVERAGE_DIGITS_MIN ? instrument->price_digits
                                                         : AVERAGE_DIGITS_MIN;
}

/* A Text(58) of three parts; as much of them as it may have. */
static struct bytes join(char text[REPORT_TEXT_MAX], struct bytes first, struct bytes second,
                         struct bytes third) {
    const struct bytes parts[] = {first, second, third};
    size_t len = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t room = REPORT_TEXT_MAX - len;
        size_t part = parts[i].len < room ? parts[i].len : room;
        if (part != 0) {
            memcpy(text + len, parts[i].data, part);
        }
        len += part;
    }
    return bytes_of(text, len);
}

static void put_text(struct client_report *report, enum reject_code reject, struct bytes more) {
    char text[REPORT_TEXT_MAX];
    if (reject != REJECT_NONE) {
        const struct reject_info *info = reject_info(reject);
        more = join(text, bytes_of_string(info->code), BYTES(": "),
                    more.len != 0 ? more : bytes_of_string(info->text));
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
    report->leaves = order_leaves(order);
    report->price = order->price;
    report->stop_price = order->stop_price;
    report->cash = order->cash;
    report->flags = order->flags;
    report->expire_time = order->expire_time;
    report->triggered = order->triggered;
    report->ord_status = ord_status_of(order);
    report->average_digits = report_average_digits(instrument);
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

static void push_execution(struct order_entry *entry, struct now now, uint32_t client,
                           struct client_report *report) {
    report->exec_number = entry->next_exec++;
    push(entry, now, client);
}

/* The cancel that is pending is nobody's but a mass cancel's. */
static bool is_mass_canceled(const struct order *order) {
    return order->cancel_pending && order->cancel_cl_ord_id.len == 0 &&
           order->mass_cl_ord_id.len != 0;
}

/* Likewise nobody's but the router's, which asked that way what became of it. */
static bool is_probed(const struct order *order) {
    return order->cancel_pending && order->cancel_cl_ord_id.len == 0 && order->cancel_probes;
}

/* The order keeps its own id, so that the mass cancel's goes before what there is to say. */
static struct bytes mass_text(const struct order *order, struct bytes text,
                              char room[REPORT_TEXT_MAX]) {
    char named[REPORT_TEXT_MAX];
    struct bytes name = join(named, BYTES("mass cancel "), cl_ord_id_bytes(&order->mass_cl_ord_id),
                             text.len != 0 ? BYTES("; ") : BYTES(""));
    return join(room, name, text, BYTES(""));
}

void report_order(struct order_entry *entry, struct now now, const struct order *order,
                  enum order_report what, struct bytes text, enum reject_code reject) {
    struct client_report *report = order_cell(entry, now, order);
    char room[REPORT_TEXT_MAX];
    report->exec_type = exec_type_of[what];
    if (what == ORDER_REPORT_CANCELED && is_mass_canceled(order)) {
        text = mass_text(order, text, room);
    } else if (what == ORDER_REPORT_CANCELED && reject == REJECT_NONE &&
               disconnect_canceled(entry, order)) {
        reject = REJECT_DISCONNECTED;
    } else if (what == ORDER_REPORT_CANCELED && reject == REJECT_NONE && is_probed(order)) {
        reject = REJECT_PROBED;
    }
    report->reject = reject;
    if (what == ORDER_REPORT_CANCELED && order->cancel_cl_ord_id.len != 0) {
        report->orig_cl_ord_id = order->cl_ord_id;
        report->cl_ord_id = order->cancel_cl_ord_id;
    }
    if (what == ORDER_REPORT_REPLACED) {
        report->orig_cl_ord_id = order->cl_ord_id;
        report->cl_ord_id = order->replace_cl_ord_id;
    }
    put_text(report, reject, text);
    push_execution(entry, now, order->client, report);
}

/* The client's own number, if it is one: a refusal must not hand back what is no FIX value. */
static uint8_t copy_number(char field[DECIMAL_TEXT_MAX + 1], struct bytes text) {
    int64_t ignored;
    if (text.len > DECIMAL_TEXT_MAX || decimal_parse(text, 9, &ignored) == DECIMAL_MALFORMED) {
        return 0;
    }
    return report_copy(field, DECIMAL_TEXT_MAX, text);
}

/* MiscFeeType(139) is 1 to 12; exchange fees (4) is what a venue means that does not say. */
static bool is_fee_type(struct bytes type) {
    bool one = type.len == 1 && type.data[0] >= '1' && type.data[0] <= '9';
    return one ||
           (type.len == 2 && type.data[0] == '1' && type.data[1] >= '0' && type.data[1] <= '2');
}

/* A fee that is no number is left out: it could not be said in FIX. */
static void copy_fees(struct client_report *report, const struct venue_report *from) {
    for (unsigned i = 0; i < from->fee_count && i < REPORT_FEES_MAX; i++) {
        const struct venue_fee *said = &from->fees[i];
        struct report_fee *fee = &report->fees[report->fee_count];
        fee->amount_len = copy_number(fee->amount, said->amount);
        if (fee->amount_len == 0) {
            continue;
        }
        fee->currency_len = report_copy(fee->currency, REPORT_CURRENCY_MAX, said->currency);
        fee->type_len = report_copy(fee->type, REPORT_FEE_TYPE_MAX,
                                    is_fee_type(said->type) ? said->type : BYTES("4"));
        report->fee_count++;
    }
}

void report_fill(struct order_entry *entry, struct now now, const struct order *order,
                 struct quantity last_quantity, const struct venue_report *from) {
    struct client_report *report = order_cell(entry, now, order);
    report->exec_type = 'F';
    report->last_quantity = last_quantity;
    report->last_price = order->last_price;
    report->trade_id_len = report_copy(report->trade_id, REPORT_ID_MAX,
                                       from->trade_id.len != 0 ? from->trade_id : from->exec_id);
    report->liquidity = from->liquidity;
    copy_fees(report, from);
    if (from->transact_time.ns != 0) {
        report->transact_time = from->transact_time;
    }
    push_execution(entry, now, order->client, report);
}

void report_recovered(struct order_entry *entry, struct now now, const struct order *order,
                      const struct book_words *words) {
    struct client_report *report = order_cell(entry, now, order);
    unsigned price_digits = instrument_of(entry, order->instrument)->price_digits;
    report->exec_type = 'F';
    report->last_quantity = words->booked;
    report->last_is_average = order_worth_price(words->worth, words->booked, price_digits,
                                                report->average_digits, &report->last_price);
    if (!report->last_is_average) {
        report->last_price = order->last_price;
    }
    report->reject = REJECT_RECOVERED;
    put_text(report, REJECT_RECOVERED, bytes_of(NULL, 0));
    push_execution(entry, now, order->client, report);
}

/* Likewise: a value of an enumeration, if it is one of FIX 4.4's. */
static char only_of(const char *values, struct bytes text) {
    bool one = text.len == 1 && text.data[0] != '\0' && strchr(values, text.data[0]) != NULL;
    return one ? text.data[0] : '\0';
}

#define SIDES "123456789ABCDEFG"
#define ORD_TYPES "12346789DEGIJKLMP"
#define TIMES_IN_FORCE "01234567"
#define MASS_CANCEL_TYPES "1234567"

void report_refusal(struct order_entry *entry, struct now now, const struct client_decode *decode,
                    enum reject_code reject) {
    uint32_t client = decode->request.client;
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    entry->counters.orders_refused++;
    report->exec_type = '8';
    report->ord_status = '8';
    report->reject = reject;
    report->cl_ord_id = decode->request.cl_ord_id;
    report->side = only_of(SIDES, decode->raw.side);
    report->type = only_of(ORD_TYPES, decode->raw.ord_type);
    report->time_in_force = only_of(TIMES_IN_FORCE, decode->raw.time_in_force);
    report->symbol_len = report_copy(report->symbol, REPORT_ID_MAX, decode->raw.symbol);
    report->quantity_text_len = copy_number(report->quantity_text, decode->raw.quantity);
    report->price_text_len = copy_number(report->price_text, decode->raw.price);
    report->stop_text_len = copy_number(report->stop_text, decode->raw.stop_price);
    report->cash_text_len = copy_number(report->cash_text, decode->raw.cash);
    report->transact_time = now.utc;
    put_text(report, reject, bytes_of(NULL, 0));
    /* The ledger is of orders: a used ClOrdID already has its row, or will. */
    if (reject != REJECT_DUPLICATE_ID) {
        ledger_refusal(entry, report, client, decode->request.venue, reject);
    }
    push_execution(entry, now, client, report);
}

void report_cancel_reject(struct order_entry *entry, struct now now, uint32_t client,
                          const struct cl_ord_id *id, const struct cl_ord_id *orig,
                          const struct order *order, char response_to, enum reject_code reject,
                          struct bytes text) {
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_CANCEL_REJECT;
    report->response_to = response_to;
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
    push(entry, now, client);
}

/* Without an order, and without the fields that an ExecutionReport needs, there is no such report:
 * BusinessMessageReject(j) says it instead. */
static void report_unknown_status(struct order_entry *entry, struct now now,
                                  const struct client_decode *decode) {
    uint32_t client = decode->request.client;
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->reject = REJECT_UNKNOWN_ORDER;
    report->cl_ord_id = decode->request.cl_ord_id;
    report->transact_time = now.utc;
    put_text(report, REJECT_UNKNOWN_ORDER, bytes_of(NULL, 0));
    if (decode->raw.side.len == 0 || decode->raw.symbol.len == 0) {
        report->kind = CLIENT_REPORT_BUSINESS_REJECT;
        report->business_reason = '1'; /* unknown id */
        report->ref_seq = decode->seq;
        report_copy(report->ref_msg_type, REPORT_MSG_TYPE_MAX, BYTES(FIX_MSG_ORDER_STATUS_REQUEST));
        push(entry, now, client);
        return;
    }
    report->exec_type = 'I';
    report->ord_status = '8';
    report->side = only_of(SIDES, decode->raw.side);
    report->symbol_len = report_copy(report->symbol, REPORT_ID_MAX, decode->raw.symbol);
    report->status_id_len = report_copy(report->status_id, REPORT_ID_MAX, decode->raw.status_id);
    push_execution(entry, now, client, report);
}

void report_status(struct order_entry *entry, struct now now, const struct client_decode *decode,
                   const struct order *order) {
    if (order == NULL) {
        report_unknown_status(entry, now, decode);
        return;
    }
    struct client_report *report = order_cell(entry, now, order);
    const struct cl_ord_id *asked = &decode->request.cl_ord_id;
    report->exec_type = 'I';
    if (asked->len != 0 &&
        !bytes_equal(cl_ord_id_bytes(asked), cl_ord_id_bytes(&order->cl_ord_id))) {
        report->orig_cl_ord_id = *asked;
    }
    report->status_id_len = report_copy(report->status_id, REPORT_ID_MAX, decode->raw.status_id);
    put_text(report, REJECT_NONE,
             order->state == ORDER_IN_DOUBT ? BYTES("in doubt") : bytes_of(NULL, 0));
    push_execution(entry, now, order->client, report);
}

void report_mass_refusal(struct order_entry *entry, struct now now,
                         const struct client_decode *decode, enum reject_code reject) {
    uint32_t client = decode->request.client;
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_MASS_CANCEL;
    report->reject = reject;
    report->cl_ord_id = decode->request.cl_ord_id;
    report->mass_request = only_of(MASS_CANCEL_TYPES, decode->raw.mass_scope);
    report->mass_response = '0';
    report->symbol_len = report_copy(report->symbol, REPORT_ID_MAX, decode->raw.symbol);
    report->transact_time = now.utc;
    put_text(report, reject, bytes_of(NULL, 0));
    push_execution(entry, now, client, report);
}

void report_mass_cancel(struct order_entry *entry, struct now now, uint32_t client,
                        const struct mass_cancel *mass, struct bytes text) {
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_MASS_CANCEL;
    report->cl_ord_id = mass->cl_ord_id;
    report->mass_request = mass->scope == MASS_CANCEL_INSTRUMENT ? '1' : '7';
    report->mass_response = report->mass_request;
    report->total_affected = mass->affected;
    report->symbol_len =
        report_copy(report->symbol, REPORT_ID_MAX, bytes_of(mass->symbol, mass->symbol_len));
    report->transact_time = now.utc;
    put_text(report, REJECT_NONE, text);
    push_execution(entry, now, client, report);
}

void report_unsupported_type(struct order_entry *entry, struct now now, uint32_t client,
                             uint64_t seq, struct bytes msg_type) {
    struct client_report *report = report_queue_slot(&entry->clients[client].reports);
    report->kind = CLIENT_REPORT_BUSINESS_REJECT;
    report->business_reason = '3'; /* unsupported message type */
    report->ref_seq = seq;
    report_copy(report->ref_msg_type, REPORT_MSG_TYPE_MAX, msg_type);
    put_text(report, REJECT_NONE, BYTES("Unsupported Message Type"));
    push(entry, now, client);
}
