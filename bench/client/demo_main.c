/*
 * tercel-demo-client: places, fills, partly fills, cancels and is refused, through a running
 * router, and says for every order what became of it and how long the answers took.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/client/client_session.h"
#include "core/base/decimal.h"
#include "core/base/histogram.h"

#define PREFIX_MAX 12
/* Nothing takes this long; on a host that does other things as well it is no failure if it does. */
#define PATIENCE_S 15

#define PRICE(units) ((int64_t)(units)*100000000)
#define QUANTITY(thousandths) ((int64_t)(thousandths)*100000)

struct options {
    struct client_config session;
    const char *ledger;
    const char *prefix; /* begins every ClOrdID: a router knows an id for a while after its order */
    uint32_t round_trips;
};

/* One step of the scenario: an order, and the statuses it must reach, in order. */
struct step {
    const char *id;
    const char *symbol;
    char side;
    char type;
    char time_in_force;
    bool post_only;
    int64_t quantity;
    int64_t price;
    enum client_status reaches;
    bool then_cancel;
};

/*
 * Against the quotes that scripts/demo gives the exchange: one BTC bid at 59990.0 and 59980.0 each,
 * one offered at 60010.0 and 60020.0 each.
 */
static const struct step steps[] = {
    {"rest", "BTC-USD", '1', '2', '1', false, QUANTITY(500), PRICE(59000), CLIENT_NEW, false},
    {"cross", "BTC-USD", '1', '2', '1', false, QUANTITY(400), PRICE(60010), CLIENT_FILLED, false},
    {"part", "BTC-USD", '1', '2', '1', false, QUANTITY(2000), PRICE(60010), CLIENT_PARTIALLY_FILLED,
     true},
    {"sweep", "BTC-USD", '2', '1', '1', false, QUANTITY(1500), 0, CLIENT_FILLED, false},
    {"ioc", "BTC-USD", '1', '2', '3', false, QUANTITY(300), PRICE(50000), CLIENT_CANCELED, false},
    {"fok", "BTC-USD", '1', '2', '4', false, QUANTITY(90000), PRICE(60020), CLIENT_CANCELED, false},
    {"maker", "BTC-USD", '1', '2', '1', true, QUANTITY(100), PRICE(58000), CLIENT_NEW, true},
    {"taker", "BTC-USD", '1', '2', '1', true, QUANTITY(100), PRICE(60020), CLIENT_REJECTED, false},
    {"venue", "BTC-USD.NOWHERE", '1', '2', '1', false, QUANTITY(100), PRICE(58000), CLIENT_REJECTED,
     false},
    {"symbol", "DOGE-USD", '2', '2', '1', false, QUANTITY(100), PRICE(1), CLIENT_REJECTED, false},
    {"tick", "BTC-USD", '1', '2', '1', false, QUANTITY(100), PRICE(58000) + 1000000,
     CLIENT_REJECTED, false},
    {"small", "BTC-USD", '1', '2', '1', false, 1000, PRICE(58000), CLIENT_REJECTED, false},
};

static struct client_order *add(struct client_session *session, const char *prefix,
                                const struct step *step) {
    char id[CLIENT_ID_MAX + 1];
    (void)snprintf(id, sizeof(id), "%s%s", prefix, step->id);
    struct client_order *order = client_orders_add(&session->orders, id);
    if (order != NULL) {
        (void)snprintf(order->symbol, sizeof(order->symbol), "%s", step->symbol);
        order->side = step->side;
        order->type = step->type;
        order->time_in_force = step->time_in_force;
        order->post_only = step->post_only;
        order->quantity = step->quantity;
        order->leaves = step->quantity;
        order->price = step->price;
    }
    return order;
}

/* Cancels and waits; `what` names the request. */
static bool cancel(struct client_session *session, struct client_order *order, const char *what) {
    char id[CLIENT_ID_MAX + 1];
    (void)snprintf(id, sizeof(id), "%.20s-%s", order->id, what);
    return client_session_cancel(session, order, id) &&
           client_session_await(session, order, CLIENT_CANCELED);
}

static bool run_step(struct client_session *session, const char *prefix, const struct step *step) {
    struct client_order *order = add(session, prefix, step);
    if (order == NULL || !client_session_new(session, order) ||
        !client_session_await(session, order, step->reaches)) {
        (void)fprintf(stderr, "client: order %s did not become %s\n", step->id,
                      client_status_name(step->reaches));
        return false;
    }
    if (step->then_cancel && !cancel(session, order, "cancel")) {
        (void)fprintf(stderr, "client: order %s was not cancelled\n", step->id);
        return false;
    }
    return true;
}

/* Cancelled once, and once more when there is nothing left to cancel. */
static bool cancel_twice(struct client_session *session, struct client_order *order) {
    char again[CLIENT_ID_MAX + 1];
    (void)snprintf(again, sizeof(again), "%.20s-again", order->id);
    if (!cancel(session, order, "cancel") || !client_session_cancel(session, order, again) ||
        !client_session_await_cancel_reject(session, order)) {
        (void)fprintf(stderr, "client: the second cancel of order %s was not refused\n", order->id);
        return false;
    }
    return true;
}

static bool run_scenario(struct client_session *session, const char *prefix) {
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (!run_step(session, prefix, &steps[i])) {
            return false;
        }
    }
    return cancel_twice(session, &session->orders.orders[0]);
}

/* An order far from the market and its cancel; how long each took to be answered. */
static bool round_trip(struct client_session *session, const char *prefix, uint32_t index,
                       int64_t *ordered_ns, int64_t *cancelled_ns) {
    char id[16];
    (void)snprintf(id, sizeof(id), "m%u", (unsigned)index);
    const struct step step = {id,    "BTC-USD",    '1',          '2',        '1',
                              false, QUANTITY(10), PRICE(30000), CLIENT_NEW, true};
    struct client_order *order = add(session, prefix, &step);
    if (order == NULL || !client_session_new(session, order) ||
        !client_session_await(session, order, CLIENT_NEW)) {
        return false;
    }
    *ordered_ns = session->now.mono.ns - order->sent.ns;
    bool cancelled = cancel(session, order, "c");
    *cancelled_ns = session->now.mono.ns - order->cancel_sent.ns;
    return cancelled;
}

/* One at a time: from writing a request to reading its answer, through router and exchange. */
static bool measure(struct client_session *session, const struct options *options,
                    struct histogram *orders, struct histogram *cancels) {
    const uint32_t warm_up = options->round_trips / 10;
    for (uint32_t i = 0; i < options->round_trips + warm_up; i++) {
        int64_t ordered_ns;
        int64_t cancelled_ns;
        if (!round_trip(session, options->prefix, i, &ordered_ns, &cancelled_ns)) {
            (void)fprintf(stderr, "client: round trip %u was not answered in time\n", (unsigned)i);
            return false;
        }
        if (i >= warm_up) {
            histogram_record(orders, ordered_ns);
            histogram_record(cancels, cancelled_ns);
        }
    }
    return true;
}

static bool run(struct client_session *session, const struct options *options) {
    static struct histogram orders;
    static struct histogram cancels;
    histogram_reset(&orders);
    histogram_reset(&cancels);
    bool fine = run_scenario(session, options->prefix);
    client_orders_print(&session->orders, stdout);
    if (fine && options->round_trips > 0) {
        fine = measure(session, options, &orders, &cancels);
        (void)printf("\nround trips, one at a time:\n");
        histogram_print(&orders, "order to ack", stdout);
        histogram_print(&cancels, "cancel to ack", stdout);
    }
    if (session->orders.conflicts + session->orders.strays + session->rejects != 0) {
        (void)fprintf(stderr, "client: %llu contradictory reports, %llu strays, %llu rejects\n",
                      (unsigned long long)session->orders.conflicts,
                      (unsigned long long)session->orders.strays,
                      (unsigned long long)session->rejects);
        fine = false;
    }
    return client_orders_write(&session->orders, options->ledger) && fine;
}

static bool read_password(const char *path, char *password, size_t size) {
    FILE *file = fopen(path, "re");
    bool read = file != NULL && fgets(password, (int)size, file) != NULL;
    if (file != NULL) {
        (void)fclose(file);
    }
    password[strcspn(password, "\r\n")] = '\0';
    return read;
}

static int usage(void) {
    (void)fputs(
        "usage: tercel-demo-client --router ADDR:PORT --sender ID --target ID --ledger FILE\n"
        "  [--password-file FILE] [--account NAME] [--venue NAME] [--prefix TEXT]\n"
        "  [--round-trips N] [--spin]\n",
        stderr);
    return 2;
}

static bool read_count(const char *text, uint32_t max, uint32_t *count) {
    int64_t value;
    if (decimal_parse(bytes_of_string(text), 0, &value) != DECIMAL_OK || value < 0 || value > max) {
        return false;
    }
    *count = (uint32_t)value;
    return true;
}

static bool take_option(int option, struct options *options) {
    struct client_config *session = &options->session;
    switch (option) {
    case 's':
        session->sender_comp_id = optarg;
        return true;
    case 't':
        session->target_comp_id = optarg;
        return true;
    case 'l':
        options->ledger = optarg;
        return true;
    case 'p':
        return read_password(optarg, session->password, sizeof(session->password));
    case 'a':
        session->account = optarg;
        return true;
    case 'v':
        session->ex_destination = optarg;
        return true;
    case 'x':
        options->prefix = optarg;
        return strlen(optarg) <= PREFIX_MAX;
    case 'n':
        return read_count(optarg, CLIENT_ORDERS_MAX / 2, &options->round_trips);
    case 'S':
        session->spin = true;
        return true;
    default:
        return false;
    }
}

static bool parse_options(int argc, char **argv, struct options *options) {
    static const struct option known[] = {
        {"router", required_argument, NULL, 'r'},
        {"sender", required_argument, NULL, 's'},
        {"target", required_argument, NULL, 't'},
        {"ledger", required_argument, NULL, 'l'},
        {"password-file", required_argument, NULL, 'p'},
        {"account", required_argument, NULL, 'a'},
        {"venue", required_argument, NULL, 'v'},
        {"prefix", required_argument, NULL, 'x'},
        {"round-trips", required_argument, NULL, 'n'},
        {"spin", no_argument, NULL, 'S'},
        {NULL, 0, NULL, 0},
    };
    bool router = false;
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'r') {
            router =
                endpoint_parse(bytes_of_string(optarg), &options->session.router) == ENDPOINT_OK;
        } else if (!take_option(option, options)) {
            return false;
        }
    }
    return router && options->session.sender_comp_id != NULL &&
           options->session.target_comp_id != NULL && options->ledger != NULL && optind == argc;
}

int main(int argc, char **argv) {
    static struct options options = {.session = {.patience = {.ns = PATIENCE_S * NS_PER_S}},
                                     .prefix = ""};
    if (!parse_options(argc, argv, &options)) {
        return usage();
    }
    static struct client_session session;
    bool fine = client_session_open(&session, &options.session, stderr);
    if (fine) {
        fine = run(&session, &options);
    }
    client_session_close(&session);
    explicit_bzero(options.session.password, sizeof(options.session.password));
    return fine ? 0 : 1;
}
