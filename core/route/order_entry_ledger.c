#include <string.h>

#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"
#include "core/route/trace_event.h"

void ledger_refusal(struct order_entry *entry, const struct client_report *report, uint32_t client,
                    uint32_t venue, enum reject_code reject) {
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

bool ledger_has_room(const struct order_entry *entry, uint32_t cells) {
    return spsc_free_cells(entry->setup.rings.ledger) >= cells;
}

void ledger_order(struct order_entry *entry, const struct order *order, enum ledger_refuser refuser,
                  enum reject_code reject) {
    struct ledger_record *record = spsc_reserve(entry->setup.rings.ledger);
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    CHECK(record != NULL);
    struct price average = {.scaled = 0};
    (void)!order_fill_average(order, instrument->price_digits, report_average_digits(instrument),
                              &average);
    *record = (struct ledger_record){
        .order_number = order->number,
        .state = order->state,
        .refuser = refuser,
        .reject = reject,
        .client = order->client,
        .instrument_known = true,
        .price_known = order_type_has_price(order->type),
        .instrument = order->instrument,
        .venue = order->venue,
        .side = report_side(order->side),
        .venue_order_id_len = order->venue_order_id_len,
        .cl_ord_id = *order_table_first_id(order),
        .quantity = order->quantity,
        .filled = order->filled,
        .price = order->price,
        .fills = order->fills,
        .average_scaled = average.scaled,
        .average_digits = report_average_digits(instrument),
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
    trace_put(entry->setup.trace, TRACE_EVENT_NOTICE, (uint16_t)kind, session, number, 0);
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
