#include <inttypes.h>

#include "core/app/ledger_writer.h"

static const char *status_name(enum order_state state, bool filled) {
    switch (state) {
    case ORDER_PENDING_NEW:
        return "pending";
    case ORDER_NEW:
        return "new";
    case ORDER_PARTIALLY_FILLED:
        return "partially_filled";
    case ORDER_FILLED:
        return "filled";
    case ORDER_CANCELED:
        return "canceled";
    case ORDER_REJECTED:
        return "rejected";
    case ORDER_EXPIRED:
        return "expired";
    case ORDER_IN_DOUBT:
    case ORDER_HELD:
        return "in_doubt";
    case ORDER_STATE_NONE:
    case ORDER_STATES:
        break;
    }
    return filled ? "partially_filled" : "new";
}

static void put_decimal(FILE *file, int64_t scaled, unsigned digits) {
    char text[DECIMAL_TEXT_MAX];
    size_t len = decimal_format(scaled, digits, text);
    (void)fprintf(file, "%.*s", (int)len, text);
}

/* A notional has the digits of price and quantity together: past what decimal_format takes. */
static void put_notional(FILE *file, const struct ledger_record *record, unsigned digits) {
    __extension__ unsigned __int128 scaled = record->notional;
    char text[64];
    size_t at = sizeof(text);
    bool significant = false;
    for (unsigned place = 0; place <= digits || scaled != 0; place++) {
        if (place == digits && significant) {
            text[--at] = '.';
        }
        char digit = (char)('0' + (int)(scaled % 10));
        scaled /= 10;
        significant = significant || digit != '0' || place >= digits;
        if (significant) {
            text[--at] = digit;
        }
    }
    (void)fprintf(file, "%.*s", (int)(sizeof(text) - at), text + at);
}

static void put_view(FILE *file, struct bytes view) {
    for (size_t i = 0; i < view.len; i++) {
        unsigned char byte = (unsigned char)view.data[i];
        bool breaks_a_row = byte < ' ' || byte == 0x7f || byte == ',' || byte == '"';
        (void)fputc(breaks_a_row ? '?' : byte, file);
    }
}

static const char *side_name(char side) {
    return side == '1' ? "buy" : side == '2' ? "sell" : "";
}

static const char *refuser_name(enum ledger_refuser refuser) {
    switch (refuser) {
    case LEDGER_REFUSED_BY_ROUTER:
        return "router";
    case LEDGER_REFUSED_BY_VENUE:
        return "venue";
    case LEDGER_NOT_REFUSED:
        break;
    }
    return "";
}

static void put_names(FILE *file, const struct directory *directory,
                      const struct ledger_record *record) {
    put_view(file, directory->clients[record->client].name);
    (void)fputc(',', file);
    put_view(file, cl_ord_id_bytes(&record->cl_ord_id));
    (void)fputc(',', file);
    if (record->instrument_known) {
        const struct instrument *instrument =
            instrument_table_at(directory->instruments, record->instrument);
        put_view(file, instrument_symbol_bytes(&instrument->symbol));
    } else {
        put_view(file, bytes_of(record->symbol, record->symbol_len));
    }
    (void)fputc(',', file);
    if (record->order_number != 0) {
        put_view(file, directory->venues[record->venue].name);
    }
    (void)fprintf(file, ",%s,", record->venue_cl_ord_id);
    put_view(file, bytes_of(record->venue_order_id, record->venue_order_id_len));
    (void)fprintf(file, ",%s,", side_name(record->side));
}

static void put_refused_terms(FILE *file, const struct ledger_record *record) {
    put_view(file, bytes_of(record->quantity_text, record->quantity_text_len));
    (void)fputc(',', file);
    put_view(file, bytes_of(record->price_text, record->price_text_len));
    (void)fputs(",rejected,0,,0,0,0,", file);
}

static void put_terms(FILE *file, const struct instrument *instrument,
                      const struct ledger_record *record) {
    unsigned quantity_digits = instrument->quantity_digits;
    bool terminal = order_state_is_terminal(record->state);
    int64_t leaves = record->quantity.scaled - record->filled.scaled;
    put_decimal(file, record->quantity.scaled, quantity_digits);
    (void)fputc(',', file);
    if (record->price_known) {
        put_decimal(file, record->price.scaled, instrument->price_digits);
    }
    (void)fprintf(file, ",%s,", status_name(record->state, record->filled.scaled > 0));
    put_decimal(file, record->filled.scaled, quantity_digits);
    (void)fputc(',', file);
    if (record->filled.scaled > 0) {
        put_decimal(file, record->average_scaled, record->average_digits);
    }
    (void)fputc(',', file);
    put_decimal(file, terminal || leaves < 0 ? 0 : leaves, quantity_digits);
    (void)fprintf(file, ",%" PRIu32 ",", record->fills);
    put_notional(file, record, instrument->price_digits + quantity_digits);
    (void)fputc(',', file);
}

void ledger_write_row(FILE *file, const struct directory *directory,
                      const struct ledger_record *record) {
    put_names(file, directory, record);
    if (record->instrument_known) {
        put_terms(file, instrument_table_at(directory->instruments, record->instrument), record);
    } else {
        put_refused_terms(file, record);
    }
    (void)fprintf(file, "%s,%s\n", refuser_name(record->refuser),
                  reject_info(record->reject)->code);
}
