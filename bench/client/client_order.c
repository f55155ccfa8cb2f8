#include "bench/client/client_order.h"

#include <string.h>

#include "core/base/decimal.h"
#include "core/fix/fix_tag.h"

struct client_order *client_orders_find(struct client_orders *orders, struct bytes id) {
    for (uint32_t i = orders->count; i > 0; i--) {
        struct client_order *order = &orders->orders[i - 1];
        if (bytes_equal(id, bytes_of_string(order->id))) {
            return order;
        }
    }
    return NULL;
}

struct client_order *client_orders_add(struct client_orders *orders, const char *id) {
    if (orders->count == CLIENT_ORDERS_MAX) {
        return NULL;
    }
    struct client_order *order = &orders->orders[orders->count++];
    memset(order, 0, sizeof(*order));
    (void)snprintf(order->id, sizeof(order->id), "%s", id);
    return order;
}

static int64_t number(const struct fix_view *view, uint32_t tag) {
    struct bytes text;
    int64_t scaled = 0;
    if (fix_get_bytes(view, tag, &text) != FIX_GET_OK ||
        decimal_parse(text, CLIENT_DIGITS, &scaled) != DECIMAL_OK) {
        return -1;
    }
    return scaled;
}

static struct client_event *note(struct client_order *order, struct now now, const char *what,
                                 const struct fix_view *view) {
    uint32_t index =
        order->event_count < CLIENT_EVENTS_MAX ? order->event_count++ : CLIENT_EVENTS_MAX - 1;
    struct client_event *event = &order->events[index];
    *event = (struct client_event){.at_ns = now.mono.ns - order->sent.ns};
    (void)snprintf(event->what, sizeof(event->what), "%s", what);
    struct bytes text;
    if (fix_get_bytes(view, FIX_TEXT, &text) == FIX_GET_OK) {
        (void)snprintf(event->text, sizeof(event->text), "%.*s", (int)text.len, text.data);
    }
    return event;
}

static bool status_of(char ord_status, enum client_status *status) {
    switch (ord_status) {
    case '0':
        *status = CLIENT_NEW;
        return true;
    case '1':
        *status = CLIENT_PARTIALLY_FILLED;
        return true;
    case '2':
        *status = CLIENT_FILLED;
        return true;
    case '4':
        *status = CLIENT_CANCELED;
        return true;
    case '8':
        *status = CLIENT_REJECTED;
        return true;
    case 'C':
        *status = CLIENT_EXPIRED;
        return true;
    default: /* 6 and A: what it was before stays */
        return ord_status == '6' || ord_status == 'A';
    }
}

/* The client's own sums against what the report claims. */
static bool agrees(const struct client_order *order, char ord_status) {
    bool open = ord_status == '0' || ord_status == '1' || ord_status == '6' || ord_status == 'A';
    int64_t leaves = open ? order->quantity - order->filled : 0;
    if (order->leaves != leaves) {
        return false;
    }
    if (order->filled == 0) {
        return order->average == 0;
    }
    __extension__ unsigned __int128 twice = order->notional * 2 + (uint64_t)order->filled;
    return (int64_t)(twice / (2 * (uint64_t)order->filled)) == order->average;
}

static void take_fill(struct client_order *order, struct client_event *event,
                      const struct fix_view *view) {
    event->last_quantity = number(view, FIX_LAST_QTY);
    event->last_price = number(view, FIX_LAST_PX);
    if (event->last_quantity <= 0 || event->last_price <= 0) {
        return; /* the sums will disagree, and say so */
    }
    order->fills++;
    order->filled += event->last_quantity;
    __extension__ unsigned __int128 value = (uint64_t)event->last_quantity;
    order->notional += value * (uint64_t)event->last_price;
}

static const char *what_of(char exec_type) {
    static const struct {
        char exec_type;
        const char *what;
    } names[] = {{'0', "new"},      {'F', "fill"},    {'4', "canceled"},
                 {'8', "rejected"}, {'C', "expired"}, {'I', "status"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].exec_type == exec_type) {
            return names[i].what;
        }
    }
    return "?";
}

static bool take_execution(struct client_orders *orders, struct now now, struct client_order *order,
                           const struct fix_view *view) {
    char exec_type;
    char ord_status;
    if (fix_get_char(view, FIX_EXEC_TYPE, &exec_type) != FIX_GET_OK ||
        fix_get_char(view, FIX_ORD_STATUS, &ord_status) != FIX_GET_OK ||
        !status_of(ord_status, &order->status)) {
        return false;
    }
    struct client_event *event = note(order, now, what_of(exec_type), view);
    if (exec_type == 'F') {
        take_fill(order, event, view);
    }
    if (exec_type == 'I' && strstr(event->text, "in doubt") != NULL) {
        order->status = CLIENT_IN_DOUBT;
    }
    order->leaves = number(view, FIX_LEAVES_QTY);
    order->average = number(view, FIX_AVG_PX);
    if (number(view, FIX_CUM_QTY) != order->filled || !agrees(order, ord_status)) {
        orders->conflicts++;
    }
    return true;
}

static struct client_order *find_named(struct client_orders *orders, const struct fix_view *view) {
    struct bytes id;
    if (fix_get_bytes(view, FIX_ORIG_CL_ORD_ID, &id) == FIX_GET_OK) {
        return client_orders_find(orders, id);
    }
    return fix_get_bytes(view, FIX_CL_ORD_ID, &id) == FIX_GET_OK ? client_orders_find(orders, id)
                                                                 : NULL;
}

bool client_orders_report(struct client_orders *orders, struct now now,
                          const struct fix_view *view) {
    struct client_order *order = find_named(orders, view);
    if (order == NULL) {
        orders->strays++;
        return false;
    }
    if (bytes_equal(fix_view_msg_type(view), BYTES(FIX_MSG_ORDER_CANCEL_REJECT))) {
        order->cancel_rejected = true;
        (void)note(order, now, "cancel rejected", view);
        return true;
    }
    return take_execution(orders, now, order, view);
}

const char *client_status_name(enum client_status status) {
    switch (status) {
    case CLIENT_PENDING:
        return "pending";
    case CLIENT_NEW:
        return "new";
    case CLIENT_PARTIALLY_FILLED:
        return "partially_filled";
    case CLIENT_FILLED:
        return "filled";
    case CLIENT_CANCELED:
        return "canceled";
    case CLIENT_REJECTED:
        return "rejected";
    case CLIENT_EXPIRED:
        return "expired";
    case CLIENT_IN_DOUBT:
        return "in_doubt";
    }
    return "?";
}
