#include "venues/exchange/exchange_ledger.h"

#include <string.h>

#include "venues/exchange/exchange_text.h"

struct exchange_ledger {
    uint32_t capacity;
    uint32_t count;
    struct exchange_row rows[];
};

size_t exchange_ledger_footprint(uint32_t rows) {
    if (rows < 1 || rows > EXCHANGE_ORDERS_MAX) {
        return 0;
    }
    return sizeof(struct exchange_ledger) + (size_t)rows * sizeof(struct exchange_row);
}

struct exchange_ledger *exchange_ledger_init(void *mem, uint32_t rows) {
    CHECK(exchange_ledger_footprint(rows) != 0);
    struct exchange_ledger *ledger = mem;
    ledger->capacity = rows;
    ledger->count = 0;
    return ledger;
}

uint32_t exchange_ledger_add(struct exchange_ledger *ledger) {
    if (ledger->count == ledger->capacity) {
        return EXCHANGE_NONE;
    }
    memset(&ledger->rows[ledger->count], 0, sizeof(struct exchange_row));
    return ledger->count++;
}

struct exchange_row *exchange_ledger_row(struct exchange_ledger *ledger, uint32_t index) {
    CHECK(index < ledger->count);
    return &ledger->rows[index];
}

uint32_t exchange_ledger_count(const struct exchange_ledger *ledger) {
    return ledger->count;
}

void exchange_row_set_cl_ord_id(struct exchange_row *row, struct bytes text) {
    size_t len = text.len < EXCHANGE_CL_ORD_ID_MAX ? text.len : EXCHANGE_CL_ORD_ID_MAX;
    if (len > 0) {
        memcpy(row->cl_ord_id, text.data, len);
    }
    row->cl_ord_id_len = (uint8_t)len;
}

void exchange_row_set_last_cl_ord_id(struct exchange_row *row, struct bytes text) {
    size_t len = text.len < EXCHANGE_CL_ORD_ID_MAX ? text.len : EXCHANGE_CL_ORD_ID_MAX;
    if (len > 0) {
        memcpy(row->last_cl_ord_id, text.data, len);
    }
    row->last_cl_ord_id_len = (uint8_t)len;
}

void exchange_row_set_symbol(struct exchange_row *row, struct bytes text) {
    size_t len = text.len < EXCHANGE_SYMBOL_MAX ? text.len : EXCHANGE_SYMBOL_MAX;
    if (len > 0) {
        memcpy(row->symbol, text.data, len);
    }
    row->symbol[len] = '\0';
}

enum exchange_status exchange_row_live_status(const struct exchange_row *row) {
    if (row->executed.scaled == 0) {
        return EXCHANGE_NEW;
    }
    return row->executed.scaled < row->quantity.scaled ? EXCHANGE_PARTIALLY_FILLED
                                                       : EXCHANGE_FILLED;
}

void exchange_row_fill(struct exchange_row *row, struct price price, struct quantity quantity) {
    CHECK(quantity.scaled > 0 && quantity.scaled <= row->leaves.scaled);
    row->executed.scaled += quantity.scaled;
    row->leaves.scaled -= quantity.scaled;
    row->notional = notional_plus(row->notional, notional_of(price, quantity));
    ++row->fills;
    row->status = exchange_row_live_status(row);
}

struct bytes exchange_row_cl_ord_id(const struct exchange_row *row) {
    return bytes_of(row->cl_ord_id, row->cl_ord_id_len);
}

struct bytes exchange_row_order_id(const struct exchange_row *row) {
    return bytes_of(row->order_id, row->order_id_len);
}

static bool is_plain(char byte) {
    return byte > ' ' && byte < 0x7f && byte != ',' && byte != '"';
}

static void write_text(struct bytes text, FILE *out) {
    bool plain = true;
    for (size_t i = 0; i < text.len; ++i) {
        plain = plain && is_plain(text.data[i]);
    }
    if (plain) {
        fwrite(text.data, 1, text.len, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < text.len; ++i) {
        char byte = text.data[i];
        bool printable = byte >= ' ' && byte < 0x7f;
        fputs(byte == '"' ? "\"" : "", out);
        fputc(printable ? byte : '?', out);
    }
    fputc('"', out);
}

static void write_decimal(int64_t scaled, unsigned digits, FILE *out) {
    char text[DECIMAL_TEXT_MAX];
    fwrite(text, 1, decimal_format(scaled, digits, text), out);
}

static void write_fills(const struct exchange_row *row, FILE *out) {
    char text[EXCHANGE_NOTIONAL_TEXT_MAX];
    size_t len = 0;
    if (row->fills > 0) {
        len = notional_format_average(row->notional, row->executed, row->price_digits, text);
    }
    fwrite(text, 1, len, out);
    fputc(',', out);
    write_decimal(row->leaves.scaled, row->quantity_digits, out);
    fprintf(out, ",%u,", row->fills);
    len = notional_format(row->notional, (unsigned)row->price_digits + row->quantity_digits, text);
    fwrite(text, 1, len, out);
}

/* Whether one was written. */
static bool write_fee(const struct exchange_fee *fee, struct bytes currency, bool behind,
                      FILE *out) {
    char text[EXCHANGE_NOTIONAL_TEXT_MAX];
    if (fee->amount.scaled == 0) {
        return behind;
    }
    fputs(behind ? ";" : "", out);
    fwrite(text, 1, notional_format(fee->amount, fee->digits, text), out);
    fputc(' ', out);
    fwrite(currency.data, 1, currency.len, out);
    return true;
}

static void write_terms(const struct exchange_row *row, FILE *out) {
    fputc(',', out);
    write_text(bytes_of(row->last_cl_ord_id, row->last_cl_ord_id_len), out);
    fprintf(out, ",%.1s,", &row->ord_type);
    if (row->stop.scaled != 0) {
        write_decimal(row->stop.scaled, row->price_digits, out);
    }
    fputc(',', out);
    if (row->display.scaled != 0) {
        write_decimal(row->display.scaled, row->quantity_digits, out);
    }
    fputc(',', out);
    struct bytes quote = bytes_of_string(row->symbol);
    struct bytes base = exchange_text_until(&quote, '/');
    bool written = write_fee(&row->quote_fee, quote, false, out);
    (void)write_fee(&row->base_fee, base, written, out);
    fputc('\n', out);
}

static void write_row(const struct exchange_row *row, FILE *out) {
    write_text(exchange_row_cl_ord_id(row), out);
    fputc(',', out);
    write_text(exchange_row_order_id(row), out);
    fputc(',', out);
    write_text(bytes_of_string(row->symbol), out);
    fputs(row->is_sell ? ",sell," : ",buy,", out);
    if (row->has_quantity) {
        write_decimal(row->quantity.scaled, row->quantity_digits, out);
    }
    fputc(',', out);
    if (row->has_price) {
        write_decimal(row->price.scaled, row->price_digits, out);
    }
    fprintf(out, ",%s,", exchange_status_name(row->status));
    write_decimal(row->executed.scaled, row->quantity_digits, out);
    fputc(',', out);
    write_fills(row, out);
    write_terms(row, out);
}

bool exchange_ledger_write(const struct exchange_ledger *ledger, FILE *out) {
    fputs("cl_ord_id,order_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,fills,"
          "fill_notional,last_cl_ord_id,ord_type,stop_px,display_qty,fees\n",
          out);
    for (uint32_t i = 0; i < ledger->count; ++i) {
        if (ledger->rows[i].status != EXCHANGE_PENDING) {
            write_row(&ledger->rows[i], out);
        }
    }
    return fflush(out) == 0 && ferror(out) == 0;
}

const char *exchange_status_name(enum exchange_status status) {
    static const char *const names[] = {
        [EXCHANGE_PENDING] = "pending",
        [EXCHANGE_NEW] = "new",
        [EXCHANGE_PARTIALLY_FILLED] = "partially_filled",
        [EXCHANGE_FILLED] = "filled",
        [EXCHANGE_CANCELED] = "canceled",
        [EXCHANGE_REJECTED] = "rejected",
        [EXCHANGE_EXPIRED] = "expired",
    };
    return names[status];
}
