#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "core/base/test_seed.h"

/*
 * Two clients and a venue do what comes into their heads, over streams that are cut anywhere, break
 * and have no room. The venue keeps a book of its own, in hundredths and tenths; whatever the
 * clients are told must agree with it, and with itself.
 */

#define EVENTS 20000
#define ORDERS_MAX 8192
#define CANCELS_MAX 8192

enum venue_status { NOT_SEEN = 0, OPEN, FILLED, CANCELED, EXPIRED, REJECTED };

struct truth {
    int client;
    enum order_side side;
    int64_t quantity;         /* hundredths */
    enum venue_status status; /* the venue's truth */
    int64_t filled;           /* likewise */
    int64_t notional;         /* tenths x hundredths */
    uint32_t id;              /* #id at the venue */
    bool uncertain;           /* a connection broke with messages on their way */
    bool refused;             /* by the router */
    bool acknowledged;        /* by the venue, which does not refuse it any more */
    bool told;                /* anything was heard by the client */
    char heard_status;        /* 39 */
    int64_t heard_filled;     /* 14, hundredths */
    int64_t heard_notional;   /* of the fills heard */
};

struct cancel {
    uint32_t order;
    uint32_t id; /* at the venue, 0: not seen */
    uint32_t answers;
    bool settled; /* by the venue */
};

struct chaos {
    struct rig *rig;
    struct prng prng;
    struct prng cuts;
    struct truth *orders;
    uint32_t order_count;
    struct cancel *cancels;
    uint32_t cancel_count;
    uint32_t *order_of_id; /* 1 + order, by #id */
    uint32_t *cancel_of_id;
    uint64_t last_exec;
    bool venue_up;
    uint32_t fills;
    uint32_t doubts;
    uint32_t breaks;
};

static uint64_t below(struct chaos *chaos, uint64_t bound) {
    return prng_below(&chaos->prng, bound);
}

/* The value of a field of a message text; NULL when it has none. */
static const char *value_of(const char *text, const char *tag) {
    static char value[128];
    char pattern[8];
    snprintf(pattern, sizeof(pattern), "|%s=", tag);
    const char *at = strstr(text, pattern);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(pattern);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "|"), at);
    return value;
}

/* With 8 decimals; stops at what is no number. */
static int64_t decimal_of(const char *text, const char *tag) {
    const char *value = value_of(text, tag);
    cr_assert_not_null(value, "no %s in %s", tag, text);
    char *end;
    int64_t scaled = (int64_t)strtoll(value, &end, 10) * 100000000;
    int64_t unit = 100000000;
    if (*end == '.') {
        for (end++; *end >= '0' && *end <= '9'; end++) {
            unit /= 10;
            scaled += (*end - '0') * unit;
        }
    }
    cr_assert(*end == '\0' && unit > 0, "%s is no number in %s", tag, text);
    return scaled;
}

static int64_t hundredths_of(const char *text, const char *tag) {
    int64_t scaled = decimal_of(text, tag);
    cr_assert_eq(scaled % 1000000, 0);
    return scaled / 1000000;
}

static uint32_t number_after(const char *value, char letter) {
    cr_assert(value != NULL && value[0] == letter, "%s", value);
    return (uint32_t)strtoul(value + 1, NULL, 10);
}

/* What every report says of itself. */
static void check_report(const struct truth *order, const char *text, char status) {
    int64_t quantity = hundredths_of(text, "38");
    int64_t filled = hundredths_of(text, "14");
    int64_t leaves = hundredths_of(text, "151");
    bool terminal = strchr("248C", status) != NULL;
    cr_assert_eq(quantity, order->quantity);
    cr_assert(terminal ? leaves == 0 : filled + leaves == quantity, "%s", text);
    cr_assert_leq(filled, quantity, "%s", text);
    if (filled > 0) {
        /* Tenths x hundredths over hundredths are tenths; 8 decimals, half up. */
        __extension__ typedef __int128 wide;
        wide exact = (wide)order->heard_notional * 10000000;
        int64_t average = (int64_t)((exact + filled / 2) / filled);
        cr_assert_eq(decimal_of(text, "6"), average, "not %" PRId64 ": %s", average, text);
    } else {
        cr_assert_eq(decimal_of(text, "6"), 0);
    }
}

static void take_fill(struct truth *order, const char *text) {
    int64_t last = hundredths_of(text, "32");
    order->heard_filled += last;
    order->heard_notional += last * (decimal_of(text, "31") / 10000000);
    cr_assert_gt(last, 0);
}

static struct truth *order_of_report(struct chaos *chaos, const char *text) {
    char original[64] = "";
    const char *value = value_of(text, "41");
    if (value != NULL) {
        snprintf(original, sizeof(original), "%s", value);
        struct cancel *cancel = &chaos->cancels[number_after(value_of(text, "11"), 'C')];
        cancel->answers++;
        cr_assert_eq(cancel->order, number_after(original, 'A'), "%s", text);
    }
    uint32_t number = number_after(value != NULL ? original : value_of(text, "11"), 'A');
    cr_assert_lt(number, chaos->order_count);
    return &chaos->orders[number];
}

static void client_hears_execution(struct chaos *chaos, int client, const char *text) {
    uint64_t exec = strtoull(value_of(text, "17") + 3, NULL, 10);
    struct truth *order = order_of_report(chaos, text);
    char type = *value_of(text, "150");
    char status = *value_of(text, "39");
    cr_assert_eq(order->client, client);
    cr_assert_gt(exec, 0);
    bool refused = strcmp(value_of(text, "37"), "NONE") == 0;
    if (refused) {
        cr_assert(type == '8' && status == '8' && strstr(text, "|58=TRC-ORD-") != NULL, "%s", text);
        cr_assert_not(order->refused || order->told);
        order->refused = true;
        return;
    }
    cr_assert_not(order->refused);
    bool was_over = order->told && strchr("248C", order->heard_status) != NULL;
    cr_assert(!was_over || order->uncertain, "after the end: %s", text);
    if (type == 'F') {
        take_fill(order, text);
        chaos->fills++;
    }
    chaos->doubts += type == 'I' && strstr(text, "|58=in doubt") != NULL;
    cr_assert_eq(hundredths_of(text, "14"), order->heard_filled, "%s", text);
    check_report(order, text, status);
    order->told = true;
    order->heard_status = status;
}

static void client_hears(struct chaos *chaos, int client, const char *text) {
    if (strncmp(text, "35=8|", 5) == 0) {
        client_hears_execution(chaos, client, text);
    } else if (strncmp(text, "35=9|", 5) == 0) {
        chaos->cancels[number_after(value_of(text, "11"), 'C')].answers++;
    } else if (strncmp(text, "35=1|", 5) == 0) {
        rig_say(&chaos->rig->client[client], "35=0|112=TEST|");
    } else {
        cr_assert(strncmp(text, "35=0|", 5) == 0 || strncmp(text, "35=A|", 5) == 0, "%s", text);
    }
}

/*
 * 1 + the client's cancel that a cancel of `order` at the venue stands for, 0: none. One that was
 * answered already, because its order ended while it was on its way, comes second.
 */
static uint32_t cancel_asked_for(const struct chaos *chaos, uint32_t order) {
    uint32_t answered = 0;
    for (uint32_t i = chaos->cancel_count; i > 0; i--) {
        const struct cancel *cancel = &chaos->cancels[i - 1];
        if (cancel->order + 1 != order || cancel->id != 0) {
            continue;
        }
        if (cancel->answers == 0) {
            return i;
        }
        answered = answered == 0 ? i : answered;
    }
    return answered;
}

static void venue_hears(struct chaos *chaos, const char *text) {
    if (strncmp(text, "35=D|", 5) == 0) {
        uint32_t id = number_after(value_of(text, "11"), '#');
        /* Prices tell orders apart: 1 + number, in units. */
        uint32_t number = (uint32_t)(decimal_of(text, "44") / 100000000) - 1;
        struct truth *order = &chaos->orders[number];
        cr_assert(number < chaos->order_count && order->status == NOT_SEEN, "%s", text);
        cr_assert_eq(hundredths_of(text, "38"), order->quantity);
        order->status = OPEN;
        order->id = id;
        chaos->order_of_id[id] = number + 1;
    } else if (strncmp(text, "35=F|", 5) == 0) {
        uint32_t id = number_after(value_of(text, "11"), '#');
        uint32_t order_id = number_after(value_of(text, "41"), '#');
        uint32_t order = chaos->order_of_id[order_id];
        cr_assert_eq(chaos->cancel_of_id[id], 0);
        uint32_t cancel = cancel_asked_for(chaos, order);
        cr_assert(cancel != 0 || chaos->breaks > 0, "a cancel that nobody asked for: %s", text);
        if (cancel != 0) {
            chaos->cancels[cancel - 1].id = id;
            chaos->cancel_of_id[id] = cancel;
        }
    } else if (strncmp(text, "35=1|", 5) == 0) {
        rig_say(&chaos->rig->venue[0], "35=0|112=TEST|");
    } else {
        /* A question about an order in doubt (H) is left unanswered: the book's own reports settle
         * it. */
        cr_assert(strncmp(text, "35=0|", 5) == 0 || strncmp(text, "35=H|", 5) == 0, "%s", text);
    }
}

/* Everything that was read by now, without waiting for more. */
static void listen(struct chaos *chaos) {
    const char *text;
    while (chaos->venue_up && *(text = rig_hear_now(&chaos->rig->venue[0])) != '\0') {
        venue_hears(chaos, text);
    }
    for (int i = 0; i < RIG_CLIENTS; i++) {
        while (*(text = rig_hear_now(&chaos->rig->client[i])) != '\0') {
            client_hears(chaos, i, text);
        }
    }
}

static void settle(struct chaos *chaos) {
    for (int quiet = 0; quiet < 3; quiet++) {
        rig_turn(chaos->rig);
        rig_settle(chaos->rig);
        listen(chaos);
    }
}

static void place_order(struct chaos *chaos) {
    int client = (int)below(chaos, RIG_CLIENTS);
    if (chaos->order_count == ORDERS_MAX || chaos->rig->client[client].stream == NULL) {
        return;
    }
    uint32_t number = chaos->order_count++;
    struct truth *order = &chaos->orders[number];
    *order = (struct truth){.client = client, .quantity = 1 + (int64_t)below(chaos, 500)};
    order->side = below(chaos, 2) == 0 ? ORDER_BUY : ORDER_SELL;
    rig_say(&chaos->rig->client[client],
            "35=D|11=A%u|1=MM1|55=BTC-USD|54=%c|38=%" PRId64 ".%02" PRId64 "|40=2|44=%u|60=@|",
            number, order->side == ORDER_BUY ? '1' : '2', order->quantity / 100,
            order->quantity % 100, number + 1);
}

/* Recent orders are more interesting. */
static uint32_t any_order(struct chaos *chaos) {
    uint32_t window = chaos->order_count < 40 ? chaos->order_count : 40;
    return chaos->order_count - 1 - (uint32_t)below(chaos, window);
}

static void cancel_order(struct chaos *chaos) {
    if (chaos->order_count == 0 || chaos->cancel_count == CANCELS_MAX) {
        return;
    }
    uint32_t number = any_order(chaos);
    struct rig_peer *client = &chaos->rig->client[chaos->orders[number].client];
    if (client->stream == NULL) {
        return;
    }
    chaos->cancels[chaos->cancel_count] = (struct cancel){.order = number};
    rig_say(client, "35=F|11=C%u|41=A%u|60=@|", chaos->cancel_count++, number);
}

static void say_fill(struct chaos *chaos, struct truth *order) {
    int64_t last = 1 + (int64_t)below(chaos, (uint64_t)(order->quantity - order->filled));
    int64_t price = 300000 + (int64_t)below(chaos, 1000);
    order->filled += last;
    order->notional += last * price;
    bool done = order->filled == order->quantity;
    order->status = done ? FILLED : OPEN;
    for (uint64_t times = 1 + (below(chaos, 10) == 0); times > 0; times--) {
        rig_say(&chaos->rig->venue[0],
                "35=8|11=#%u|37=O%u|17=X|150=F|39=%c|32=%" PRId64 ".%02" PRId64 "|31=%" PRId64
                ".%" PRId64 "|14=%" PRId64 ".%02" PRId64 "|60=@|",
                order->id, order->id, done ? '2' : '1', last / 100, last % 100, price / 10,
                price % 10, order->filled / 100, order->filled % 100);
    }
}

static void say_end(struct chaos *chaos, struct truth *order, char type, enum venue_status status) {
    order->status = status;
    rig_say(&chaos->rig->venue[0],
            "35=8|11=#%u|37=O%u|17=X|150=%c|39=%c|14=%" PRId64 ".%02" PRId64 "|58=so be it|60=@|",
            order->id, order->id, type, type, order->filled / 100, order->filled % 100);
}

static void venue_moves_order(struct chaos *chaos) {
    if (chaos->order_count == 0) {
        return;
    }
    struct truth *order = &chaos->orders[any_order(chaos)];
    if (order->status != OPEN) {
        return;
    }
    switch (below(chaos, 12)) {
    case 0:
        say_end(chaos, order, 'C', EXPIRED);
        break;
    case 1:
        say_end(chaos, order, '4', CANCELED);
        break;
    case 2:
        if (order->filled == 0 && !order->acknowledged) {
            order->status = REJECTED;
            rig_say(&chaos->rig->venue[0], "35=j|45=0|372=D|379=#%u|380=0|58=EOrder|", order->id);
        }
        break;
    case 3:
    case 4:
    case 5:
        if (order->filled == 0) {
            order->acknowledged = true;
            rig_say(&chaos->rig->venue[0], "35=8|11=#%u|37=O%u|17=X|150=0|39=0|14=0|60=@|",
                    order->id, order->id);
        }
        break;
    default:
        say_fill(chaos, order);
        break;
    }
}

static void venue_answers_cancel(struct chaos *chaos) {
    for (uint32_t i = chaos->cancel_count; i > 0 && i + 40 > chaos->cancel_count; i--) {
        struct cancel *cancel = &chaos->cancels[i - 1];
        struct truth *order = &chaos->orders[cancel->order];
        if (cancel->id == 0 || cancel->settled || below(chaos, 2) == 0) {
            continue;
        }
        cancel->settled = true;
        if (order->status == OPEN && below(chaos, 4) != 0) {
            order->status = CANCELED;
            rig_say(&chaos->rig->venue[0],
                    "35=8|11=#%u|41=#%u|37=O%u|17=X|150=4|39=4|14=%" PRId64 ".%02" PRId64 "|60=@|",
                    cancel->id, order->id, order->id, order->filled / 100, order->filled % 100);
        } else {
            rig_say(&chaos->rig->venue[0], "35=j|45=0|372=F|379=#%u|380=101|58=EOrder|",
                    cancel->id);
        }
        return;
    }
}

static void venue_says_nonsense(struct chaos *chaos) {
    static const char *const messages[] = {
        "35=8|11=12345678-1234-4234-8234-123456789012|37=O|17=X|150=F|39=2|32=1|31=1|14=1|60=@|",
        "35=8|37=O|17=X|150=F|60=@|",
        "35=j|45=0|372=D|379=nobody|380=0|58=EOrder|",
        "35=B|148=news|",
        "35=1|112=V|",
        "35=3|45=999999|58=what|",
    };
    rig_say(&chaos->rig->venue[0], "%s",
            messages[below(chaos, sizeof(messages) / sizeof(messages[0]))]);
}

static void mark_uncertain(struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        chaos->orders[i].uncertain = true;
    }
}

static void bring_venue_up(struct chaos *chaos) {
    struct rig_peer *venue = &chaos->rig->venue[0];
    for (int i = 0; i < 100 && *rig_hear_now(venue) == '\0'; i++) {
        rig_advance(chaos->rig, 500);
    }
    cr_assert(strncmp(venue->text, "35=A|", 5) == 0, "%s", venue->text);
    rig_say(venue, "35=A|98=0|108=300|141=Y|");
    chaos->venue_up = true;
    settle(chaos);
}

/* Gently: nothing was on its way. */
static void break_venue(struct chaos *chaos, bool gently) {
    if (gently) {
        settle(chaos);
    } else {
        mark_uncertain(chaos);
    }
    chaos->breaks++;
    rig_peer_reset(&chaos->rig->venue[0]);
    chaos->venue_up = false;
    settle(chaos);
    bring_venue_up(chaos);
}

static void client_up(struct chaos *chaos, int index) {
    struct rig_peer *client = &chaos->rig->client[index];
    rig_client_connect(client);
    rig_say(client, "35=A|98=0|108=300|");
    settle(chaos);
}

static void break_client(struct chaos *chaos) {
    int index = (int)below(chaos, RIG_CLIENTS);
    settle(chaos);
    rig_peer_reset(&chaos->rig->client[index]);
    settle(chaos);
    client_up(chaos, index);
}

static void squeeze(struct chaos *chaos) {
    struct rig_peer *peer = below(chaos, 2) == 0 ? &chaos->rig->venue[0]
                                                 : &chaos->rig->client[below(chaos, RIG_CLIENTS)];
    enum stream_result reason = STREAM_AGAIN_WINDOW + (enum stream_result)below(chaos, 5);
    stream_memory_refuse(rig_router_end(peer), reason, (uint32_t)below(chaos, 4),
                         1 + (uint32_t)below(chaos, 5));
}

static void happen(struct chaos *chaos) {
    uint64_t dice = below(chaos, 1000);
    if (dice < 150) {
        place_order(chaos);
    } else if (dice < 220) {
        cancel_order(chaos);
    } else if (dice < 650) {
        venue_moves_order(chaos);
    } else if (dice < 750) {
        venue_answers_cancel(chaos);
    } else if (dice < 770) {
        venue_says_nonsense(chaos);
    } else if (dice < 790) {
        squeeze(chaos);
    } else if (dice < 900) {
        rig_deliver(chaos->rig);
        rig_turn(chaos->rig);
    } else if (dice < 960) {
        rig_settle(chaos->rig);
    } else if (dice < 990) {
        rig_advance(chaos->rig, (int64_t)below(chaos, 500));
    } else if (dice < 995) {
        settle(chaos);
    } else if (dice < 997) {
        break_client(chaos);
    } else if (below(chaos, 6) == 0) {
        break_venue(chaos, below(chaos, 3) != 0);
    }
    listen(chaos);
}

static char status_of(const struct truth *order) {
    static const char codes[] = {
        [FILLED] = '2', [CANCELED] = '4', [EXPIRED] = 'C', [REJECTED] = '8'};
    return codes[order->status];
}

/* All is quiet: what the clients know is what the venue knows. */
static void compare(const struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        const struct truth *order = &chaos->orders[i];
        cr_assert(order->uncertain || order->refused == (order->status == NOT_SEEN),
                  "A%u: refused %d, at the venue %d", i, order->refused, order->status);
        cr_assert(!order->refused || order->status == NOT_SEEN);
        cr_assert_leq(order->heard_filled, order->filled);
        if (order->uncertain || order->refused) {
            continue;
        }
        cr_assert_eq(order->heard_filled, order->filled, "A%u", i);
        cr_assert_eq(order->heard_notional, order->notional, "A%u", i);
        if (order->status != OPEN) {
            cr_assert_eq(order->heard_status, status_of(order), "A%u is %c, not %c", i,
                         order->heard_status, status_of(order));
        } else if (order->told) {
            cr_assert(strchr("016A", order->heard_status) != NULL, "A%u", i);
        }
    }
    for (uint32_t i = 0; i < chaos->cancel_count; i++) {
        const struct cancel *cancel = &chaos->cancels[i];
        cr_assert_leq(cancel->answers, 1, "C%u has %u answers", i, cancel->answers);
        cr_assert(cancel->answers == 1 || !cancel->settled || chaos->breaks > 0,
                  "C%u was answered by the venue and not by the router", i);
    }
}

/* Order A<number> has the price number + 1. One that is over had its end from the venue, which said
 * there what it had filled: what was not heard of that is open. */
static void add_naively(struct exposure_side *side, const struct truth *order, uint32_t number) {
    bool over = order->told && strchr("248C", order->heard_status) != NULL;
    side->filled += order->heard_filled * 1000000;
    side->paid += (exposure_sum)order->heard_notional * 1000000;
    if (!order->refused) {
        exposure_sum most = over ? order->filled : order->quantity;
        exposure_sum open = (most - order->heard_filled) * 1000000;
        side->open += open;
        side->notional += open * (number + 1) * 10;
        side->orders += !over;
    }
}

/* What may still fill, and what did, by what the clients were told. */
static void compare_exposure(const struct chaos *chaos) {
    struct exposure_side naive[2] = {{0}};
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        add_naively(&naive[chaos->orders[i].side], &chaos->orders[i], i);
    }
    for (unsigned side = ORDER_BUY; side <= ORDER_SELL; side++) {
        const struct exposure_side *sums =
            order_entry_exposure(chaos->rig->entry, 0, 0, (enum order_side)side);
        cr_assert_eq(sums->orders, naive[side].orders);
        cr_assert(sums->open == naive[side].open && sums->notional == naive[side].notional &&
                  sums->unpriced == 0);
        cr_assert(sums->filled == naive[side].filled && sums->paid == naive[side].paid);
    }
    cr_assert_eq(naive[0].orders + naive[1].orders, order_entry_live_orders(chaos->rig->entry));
}

/* The last record of each order is what the venue says of it, too. */
static void compare_ledger(const struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->rig->ledger_count; i++) {
        const struct ledger_record *record = &chaos->rig->ledger[i];
        const struct truth *order = &chaos->orders[number_after(record->cl_ord_id.text, 'A')];
        if (record->order_number == 0) {
            cr_assert(order->refused);
            continue;
        }
        cr_assert(order->uncertain || record->filled.scaled == order->filled * 1000000);
        cr_assert(order->uncertain || record->state != ORDER_CANCELED || order->status == CANCELED);
    }
}

static struct rig_options chaos_options(void) {
    struct rig_options options = rig_default();
    options.orders = 4096;
    options.reports_per_client = 4096; /* its clients ask for nothing that was numbered unsent */
    options.unread_max.ns = 3600 * NS_PER_S;
    options.requests_per_venue = 16384;
    options.ledger_cells = 256;
    options.notice_cells = 4096;
    options.heartbeat_s = 300;
    options.late_window.ns = 5 * NS_PER_S;
    return options;
}

static void begin(struct chaos *chaos, const struct rig_options *options, uint64_t seed) {
    *chaos = (struct chaos){
        .rig = rig_begin(options),
        .orders = calloc(ORDERS_MAX, sizeof(struct truth)),
        .cancels = calloc(CANCELS_MAX, sizeof(struct cancel)),
        .order_of_id = calloc(RIG_IDS_MAX, sizeof(uint32_t)),
        .cancel_of_id = calloc(RIG_IDS_MAX, sizeof(uint32_t)),
    };
    prng_seed(&chaos->prng, seed);
    prng_seed(&chaos->cuts, ~seed);
    chaos->rig->cuts = &chaos->cuts;
    rig_settle(chaos->rig);
    bring_venue_up(chaos);
    client_up(chaos, 0);
    client_up(chaos, 1);
}

static void end(struct chaos *chaos) {
    free(chaos->orders);
    free(chaos->cancels);
    free(chaos->order_of_id);
    free(chaos->cancel_of_id);
    rig_end(chaos->rig);
}

Test(order_entry_random, agrees_with_the_venues_book, .timeout = 120) {
    uint64_t seed = test_seed("order_entry_random");
    struct rig_options options = chaos_options();
    struct chaos chaos;
    begin(&chaos, &options, seed);
    for (uint32_t i = 0; i < EVENTS; i++) {
        happen(&chaos);
        if (i % 500 == 499) {
            settle(&chaos);
            compare(&chaos);
            compare_exposure(&chaos);
        }
    }
    settle(&chaos);
    compare(&chaos);
    compare_exposure(&chaos);
    compare_ledger(&chaos);
    fprintf(stderr, "%u orders, %u cancels, %u fills, %u breaks, %u doubts, %llu turns\n",
            chaos.order_count, chaos.cancel_count, chaos.fills, chaos.breaks, chaos.doubts,
            (unsigned long long)chaos.rig->turns);
    cr_assert_gt(chaos.fills, 500);
    cr_assert_gt(chaos.breaks, 0);
    end(&chaos);
}

struct buffer {
    char *data;
    size_t len;
    size_t max;
};

static bool append(void *context, struct bytes piece) {
    struct buffer *buffer = context;
    if (buffer->len + piece.len > buffer->max) {
        buffer->max = 2 * (buffer->len + piece.len);
        buffer->data = realloc(buffer->data, buffer->max);
    }
    memcpy(buffer->data + buffer->len, piece.data, piece.len);
    buffer->len += piece.len;
    return true;
}

static void append_said(void *context, uint32_t epoch, struct bytes bytes) {
    struct bytes name = bytes_of((const char *)&epoch, sizeof(epoch));
    cr_assert(append(context, name) && append(context, bytes));
}

static void assert_same_ledger(const struct rig *a, const struct rig *b) {
    cr_assert_eq(a->ledger_count, b->ledger_count);
    for (uint32_t i = 0; i < a->ledger_count; i++) {
        cr_assert_eq(memcmp(&a->ledger[i], &b->ledger[i], sizeof(a->ledger[i])), 0, "%u", i);
    }
}

/* The same inputs, the same bytes out: with a stop in the middle of it all at the end. */
Test(order_entry_random, said_again_from_its_recorded_inputs, .timeout = 120) {
    uint64_t seed = test_seed("order_entry_random");
    struct buffer log = {0};
    struct buffer said[2] = {0};
    struct rig_options options = chaos_options();
    options.record = (struct replay_sink){.write = append, .context = &log};
    options.watch = (struct stream_watch){.committed = append_said, .context = &said[0]};
    struct chaos chaos;
    begin(&chaos, &options, seed);
    for (uint32_t i = 0; i < EVENTS / 4; i++) {
        happen(&chaos);
    }
    rig_stop(chaos.rig, true, 5);
    rig_advance(chaos.rig, 20000);
    cr_assert_eq(order_entry_phase(chaos.rig->entry), ORDER_ENTRY_STOPPED);

    struct rig_options again = options;
    again.record = (struct replay_sink){.write = NULL};
    again.replay = bytes_of(log.data, log.len);
    again.watch.context = &said[1];
    struct rig *rig = rig_begin(&again);
    cr_assert(rig_replay(rig));
    fprintf(stderr, "%zu bytes in the log, %zu said\n", log.len, said[0].len);
    cr_assert_gt(said[0].len, 100000);
    cr_assert_eq(said[0].len, said[1].len);
    cr_assert_eq(memcmp(said[0].data, said[1].data, said[0].len), 0);
    cr_assert_eq(memcmp(order_entry_counters(chaos.rig->entry), order_entry_counters(rig->entry),
                        sizeof(struct order_entry_counters)),
                 0);
    cr_assert_eq(order_entry_phase(rig->entry), ORDER_ENTRY_STOPPED);
    assert_same_ledger(chaos.rig, rig);
    rig_end(rig);
    end(&chaos);
    free(log.data);
    free(said[0].data);
    free(said[1].data);
}
