#include <string.h>

#include "bench/client/client_order.h"
#include "core/base/decimal.h"

static const char *amount(int64_t scaled, char out[DECIMAL_TEXT_MAX + 1]) {
    size_t len = decimal_format(scaled, CLIENT_DIGITS, out);
    out[len] = '\0';
    return out;
}

static void print_terms(const struct client_order *order, FILE *out) {
    char quantity[DECIMAL_TEXT_MAX + 1];
    char price[DECIMAL_TEXT_MAX + 1];
    const char *time_in_force = order->time_in_force == '3'   ? " ioc"
                                : order->time_in_force == '4' ? " fok"
                                                              : "";
    (void)fprintf(out, "%-8s %s %s %s %s%s%s\n", order->id, order->side == '1' ? "buy " : "sell",
                  amount(order->quantity, quantity), order->symbol,
                  order->type == '1' ? "market" : amount(order->price, price), time_in_force,
                  order->post_only ? " post-only" : "");
}

static void print_event(const struct client_event *event, FILE *out) {
    char quantity[DECIMAL_TEXT_MAX + 1];
    char price[DECIMAL_TEXT_MAX + 1];
    (void)fprintf(out, "         +%9.3f ms  %-15s", (double)event->at_ns / 1e6, event->what);
    if (event->last_quantity > 0) {
        (void)fprintf(out, " %s at %s", amount(event->last_quantity, quantity),
                      amount(event->last_price, price));
    }
    (void)fprintf(out, " %s\n", event->text);
}

void client_orders_print(const struct client_orders *orders, FILE *out) {
    for (uint32_t i = 0; i < orders->count; i++) {
        const struct client_order *order = &orders->orders[i];
        char filled[DECIMAL_TEXT_MAX + 1];
        char average[DECIMAL_TEXT_MAX + 1];
        print_terms(order, out);
        for (uint32_t k = 0; k < order->event_count; k++) {
            print_event(&order->events[k], out);
        }
        (void)fprintf(out, "         = %s", client_status_name(order->status));
        if (order->fills > 0) {
            (void)fprintf(out, ", %s filled at %s on average", amount(order->filled, filled),
                          amount(order->average, average));
        }
        (void)fputc('\n', out);
    }
}

/* 16 digits of fraction: price and quantity together. */
static void write_notional(const struct client_order *order, FILE *out) {
    __extension__ unsigned __int128 rest = order->notional;
    char text[48];
    size_t at = sizeof(text);
    bool significant = false;
    for (int place = 0; place <= 2 * CLIENT_DIGITS || rest != 0; place++) {
        if (place == 2 * CLIENT_DIGITS && significant) {
            text[--at] = '.';
        }
        char digit = (char)('0' + (int)(rest % 10));
        rest /= 10;
        significant = significant || digit != '0' || place >= 2 * CLIENT_DIGITS;
        if (significant) {
            text[--at] = digit;
        }
    }
    (void)fprintf(out, "%.*s\n", (int)(sizeof(text) - at), text + at);
}

static void write_row(const struct client_order *order, FILE *out) {
    char text[DECIMAL_TEXT_MAX + 1];
    (void)fprintf(out, "%s,%s,%s,%s,", order->id, order->symbol,
                  order->side == '1' ? "buy" : "sell", amount(order->quantity, text));
    (void)fprintf(out, "%s,", order->type == '1' ? "" : amount(order->price, text));
    (void)fprintf(out, "%s,", client_status_name(order->status));
    (void)fprintf(out, "%s,", amount(order->filled, text));
    (void)fprintf(out, "%s,", order->fills == 0 ? "" : amount(order->average, text));
    (void)fprintf(out, "%s,%u,", amount(order->leaves, text), (unsigned)order->fills);
    write_notional(order, out);
}

bool client_orders_write(const struct client_orders *orders, const char *path) {
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        return false;
    }
    (void)fputs("cl_ord_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,fills,"
                "fill_notional\n",
                out);
    for (uint32_t i = 0; i < orders->count; i++) {
        write_row(&orders->orders[i], out);
    }
    bool written = ferror(out) == 0;
    return fclose(out) == 0 && written;
}
