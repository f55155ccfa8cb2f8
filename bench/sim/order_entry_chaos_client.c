#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_chaos.h"
#include "bench/sim/order_entry_rig_text.h"

bool chaos_is_over(const struct chaos_order *order) {
    return order->told && strchr("248C", order->heard_status) != NULL;
}

/* What the clients say. */

static char side_of(const struct chaos_order *order) {
    return order->side == ORDER_BUY ? '1' : '2';
}

void chaos_place(struct chaos *chaos) {
    if (chaos->order_count == chaos->room) {
        return;
    }
    uint32_t number = chaos->order_count++;
    struct chaos_order *order = &chaos->orders[number];
    *order = (struct chaos_order){
        .client = (int)chaos_below(chaos, RIG_CLIENTS),
        .side = chaos_below(chaos, 2) == 0 ? ORDER_BUY : ORDER_SELL,
        .terms = {1 + (int64_t)chaos_below(chaos, 500), ((int64_t)number + 1) * 10}};
    order->heard = order->terms;
    rig_say(&chaos->rig->client[order->client],
            "35=D|11=A%u|1=MM1|55=BTC-USD|54=%c|38=%" PRId64 ".%02" PRId64 "|40=2|44=%u|60=@|",
            number, side_of(order), order->terms.quantity / 100, order->terms.quantity % 100,
            number + 1);
}

/* The id its client knows it by; now and then its first one, whatever it is by now. */
static const char *name_of(struct chaos *chaos, uint32_t number) {
    static char name[16];
    uint32_t replace = chaos->orders[number].replace;
    if (chaos_below(chaos, 20) == 0) {
        replace = 0;
    }
    snprintf(name, sizeof(name), "%c%u", replace != 0 ? 'G' : 'A',
             replace != 0 ? replace - 1 : number);
    return name;
}

static bool is_latest_name(const struct chaos_order *order, const char *name) {
    return order->replace == 0
               ? name[0] == 'A'
               : name[0] == 'G' && rig_number_after(name, 'G') + 1 == order->replace;
}

void chaos_cancel(struct chaos *chaos) {
    if (chaos->order_count == 0 || chaos->cancel_count == chaos->room) {
        return;
    }
    uint32_t number = chaos_any_order(chaos);
    struct chaos_order *order = &chaos->orders[number];
    order->asked_cancel = true;
    chaos->cancels[chaos->cancel_count] = (struct chaos_cancel){.order = number};
    rig_say(&chaos->rig->client[order->client], "35=F|11=C%u|41=%s|60=@|", chaos->cancel_count++,
            name_of(chaos, number));
}

static bool is_answered(const struct chaos_replace *replace) {
    return replace->taken + replace->refused > 0;
}

/* As far as its client knows. */
static bool may_be_replaced(const struct chaos *chaos, const struct chaos_order *order) {
    return order->known && strchr("01", order->heard_status) != NULL &&
           (order->asked == 0 || is_answered(&chaos->replaces[order->asked - 1]));
}

static uint32_t order_to_replace(struct chaos *chaos) {
    uint32_t number = chaos_any_order(chaos);
    for (int tries = 0; tries < 16; tries++) {
        uint32_t other = chaos_any_order(chaos);
        if (may_be_replaced(chaos, &chaos->orders[other])) {
            return chaos_below(chaos, 10) != 0 ? other : number;
        }
    }
    return number;
}

/* Of the latest that were asked for, so that the venue can tell which one it hears. */
static bool is_asked_for(const struct chaos *chaos, uint32_t number, struct chaos_terms terms) {
    for (uint32_t i = chaos->replace_count; i > 0 && i + 40 > chaos->replace_count; i--) {
        const struct chaos_replace *replace = &chaos->replaces[i - 1];
        if (replace->order == number && replace->terms.quantity == terms.quantity &&
            replace->terms.price == terms.price) {
            return true;
        }
    }
    return false;
}

/* Mostly to more than is filled. The units of the price stay what they are. */
static struct chaos_terms some_terms(struct chaos *chaos, uint32_t number) {
    const struct chaos_order *order = &chaos->orders[number];
    struct chaos_terms terms = {1 + (int64_t)chaos_below(chaos, 500),
                                ((int64_t)number + 1) * 10 + (int64_t)chaos_below(chaos, 10)};
    if (chaos_below(chaos, 8) != 0) {
        terms.quantity += order->heard_filled;
    }
    return terms;
}

void chaos_replace(struct chaos *chaos) {
    if (chaos->order_count == 0 || chaos->replace_count == chaos->room) {
        return;
    }
    uint32_t number = order_to_replace(chaos);
    uint32_t index = chaos->replace_count++;
    struct chaos_order *order = &chaos->orders[number];
    struct chaos_replace *replace = &chaos->replaces[index];
    const char *name = name_of(chaos, number);
    struct chaos_terms terms = some_terms(chaos, number);
    while (is_asked_for(chaos, number, terms)) {
        terms = some_terms(chaos, number);
    }
    *replace = (struct chaos_replace){.order = number,
                                      .terms = terms,
                                      .stale = !is_latest_name(order, name),
                                      .heard_filled = order->heard_filled};
    order->asked = index + 1;
    rig_say(&chaos->rig->client[order->client],
            "35=G|11=G%u|41=%s|1=MM1|55=BTC-USD|54=%c|38=%" PRId64 ".%02" PRId64 "|40=2|44=%" PRId64
            ".%" PRId64 "|60=@|",
            index, name, side_of(order), replace->terms.quantity / 100,
            replace->terms.quantity % 100, replace->terms.price / 10, replace->terms.price % 10);
}

static uint32_t open_orders(const struct chaos *chaos, int client, uint32_t count) {
    uint32_t open = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct chaos_order *order = &chaos->orders[i];
        open += order->client == client && !order->refused && !chaos_is_over(order);
    }
    return open;
}

/* All its orders so far, whatever became of them. */
void chaos_cancel_all(struct chaos *chaos) {
    if (chaos->mass_count == chaos->room) {
        return;
    }
    int client = (int)chaos_below(chaos, RIG_CLIENTS);
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        struct chaos_order *order = &chaos->orders[i];
        order->mass |= order->client == client && !chaos_is_over(order);
        order->asked_cancel |= order->mass;
    }
    chaos->masses[chaos->mass_count] =
        (struct chaos_mass){.client = client,
                            .orders = chaos->order_count,
                            .most = open_orders(chaos, client, chaos->order_count)};
    rig_say(&chaos->rig->client[client], "35=q|11=Q%u|530=%s|60=@|", chaos->mass_count++,
            chaos_below(chaos, 2) == 0 ? "7" : "1|55=BTC-USD");
}

void chaos_ask(struct chaos *chaos) {
    if (chaos->order_count == 0) {
        return;
    }
    uint32_t number = chaos_any_order(chaos);
    const struct chaos_order *order = &chaos->orders[number];
    rig_say(&chaos->rig->client[order->client], "35=H|11=%s|790=S%u|55=BTC-USD|54=%c|",
            name_of(chaos, number), chaos->statuses++, side_of(order));
}

/* What they hear. */

/* 39 goes with what was filled and asked for. */
static bool status_fits(const struct chaos *chaos, const struct chaos_order *order, char status) {
    switch (status) {
    case 'A':
    case '0':
        return order->heard_filled == 0;
    case '1':
        return order->heard_filled > 0;
    case '2':
        return order->heard_filled == order->heard.quantity;
    case '6':
        return order->asked_cancel || (chaos->rig->options.cancel_in_doubt && order->doubted);
    case 'E':
        return order->asked != 0;
    default:
        return strchr("48C", status) != NULL;
    }
}

/* The most it may have filled: by a replace that was taken, too, when its acceptance was lost. */
static int64_t quantity_at_most(const struct chaos *chaos, const struct chaos_order *order) {
    int64_t most = order->heard.quantity;
    for (uint32_t i = order->uncertain ? order->asked : 0; i > 0; i--) {
        const struct chaos_replace *replace = &chaos->replaces[i - 1];
        if (&chaos->orders[replace->order] == order && replace->accepted && replace->taken == 0 &&
            replace->terms.quantity > most) {
            most = replace->terms.quantity;
        }
    }
    return most;
}

/* What every report says of itself. */
static void check_report(const struct chaos *chaos, const struct chaos_order *order,
                         const char *text) {
    char status = *rig_value_of(text, "39");
    int64_t quantity = rig_hundredths_of(text, "38");
    int64_t filled = rig_hundredths_of(text, "14");
    int64_t leaves = rig_hundredths_of(text, "151");
    bool terminal = strchr("248C", status) != NULL;
    cr_assert_eq(quantity, order->heard.quantity, "%s", text);
    cr_assert_eq(rig_decimal_of(text, "44"), order->heard.price * 10000000, "%s", text);
    cr_assert_eq(filled, order->heard_filled, "%s", text);
    cr_assert_leq(filled, quantity_at_most(chaos, order), "%s", text);
    cr_assert(terminal || filled > quantity ? leaves == 0 : filled + leaves == quantity, "%s",
              text);
    cr_assert(status_fits(chaos, order, status), "%s", text);
    int64_t average = 0;
    if (filled > 0) {
        /* Tenths x hundredths over hundredths are tenths; 8 decimals, half up. */
        __extension__ typedef __int128 wide;
        wide exact = (wide)order->heard_notional * 10000000;
        average = (int64_t)((exact + filled / 2) / filled);
    }
    cr_assert_eq(rig_decimal_of(text, "6"), average, "not %" PRId64 ": %s", average, text);
}

static void take_fill(struct chaos *chaos, struct chaos_order *order, const char *text) {
    int64_t last = rig_hundredths_of(text, "32");
    order->heard_filled += last;
    /* That of several fills may have more decimals. */
    order->heard_notional += (last * rig_decimal_of(text, "31") + 5000000) / 10000000;
    chaos->recovered += strstr(text, "|58=TRC-ORD-040") != NULL;
    cr_assert_gt(last, 0);
    chaos->fills++;
}

uint32_t chaos_order_of_name(const struct chaos *chaos, const char *name) {
    if (name != NULL && name[0] == 'G') {
        uint32_t replace = rig_number_after(name, 'G');
        cr_assert_lt(replace, chaos->replace_count);
        return chaos->replaces[replace].order;
    }
    uint32_t number = rig_number_after(name, 'A');
    cr_assert_lt(number, chaos->order_count);
    return number;
}

/* The order that has its latest id in this field. */
static struct chaos_order *order_named(struct chaos *chaos, const char *text, const char *tag) {
    const char *name = rig_value_of(text, tag);
    uint32_t number = chaos_order_of_name(chaos, name);
    struct chaos_order *order = &chaos->orders[number];
    uint32_t latest = order->replace != 0 ? order->replace - 1 : number;
    cr_assert_eq(rig_number_after(name, order->replace != 0 ? 'G' : 'A'), latest, "%s", text);
    return order;
}

static struct chaos_replace *replace_named(const struct chaos *chaos, const char *text) {
    uint32_t index = rig_number_after(rig_value_of(text, "11"), 'G');
    cr_assert_lt(index, chaos->replace_count);
    return &chaos->replaces[index];
}

static struct chaos_cancel *cancel_named(const struct chaos *chaos, const char *text) {
    uint32_t index = rig_number_after(rig_value_of(text, "11"), 'C');
    cr_assert_lt(index, chaos->cancel_count);
    return &chaos->cancels[index];
}

static bool cancel_is_out(const struct chaos *chaos, uint32_t order) {
    for (uint32_t i = chaos->cancel_count; i > 0; i--) {
        const struct chaos_cancel *cancel = &chaos->cancels[i - 1];
        if (cancel->order == order && cancel->answers == 0) {
            return true;
        }
    }
    return chaos->orders[order].mass;
}

static void hear_replaced(struct chaos *chaos, struct chaos_order *order, const char *text) {
    struct chaos_replace *replace = replace_named(chaos, text);
    uint32_t number = (uint32_t)(order - chaos->orders);
    cr_assert(replace->accepted && replace->order == number && replace->taken == 0, "%s", text);
    chaos->crossed += order->heard_filled > replace->heard_filled || cancel_is_out(chaos, number);
    replace->taken++;
    order->replace = (uint32_t)(replace - chaos->replaces) + 1;
    order->heard = replace->terms;
    chaos->taken++;
}

static void hear_canceled(struct chaos *chaos, struct chaos_order *order, const char *text) {
    if (rig_value_of(text, "41") != NULL) {
        struct chaos_cancel *cancel = cancel_named(chaos, text);
        cr_assert_eq(&chaos->orders[cancel->order], order, "%s", text);
        cancel->answers++;
    } else if (strstr(text, "|58=mass cancel Q") != NULL) {
        cr_assert(order->mass, "%s", text);
        chaos->mass_canceled++;
    }
}

static void hear_order_refused(struct chaos *chaos, const char *text) {
    struct chaos_order *order = order_named(chaos, text, "11");
    cr_assert(strstr(text, "|150=8|") != NULL && strstr(text, "|39=8|") != NULL &&
                  strstr(text, "|58=TRC-ORD-") != NULL,
              "%s", text);
    cr_assert_not(order->refused || order->told);
    order->refused = true;
}

/* The order that its id is not of is over, or had it long ago. */
static void hear_status_unknown(struct chaos *chaos, const char *text) {
    const char *name = rig_value_of(text, "11");
    const struct chaos_order *order = &chaos->orders[chaos_order_of_name(chaos, name)];
    cr_assert(order->refused || chaos_is_over(order) || !is_latest_name(order, name), "%s", text);
    cr_assert(strstr(text, "|150=I|") != NULL && strstr(text, "|39=8|") != NULL, "%s", text);
    chaos->statuses_unknown++;
}

/* An answer tells no news: all of it was told before. */
static void hear_status(struct chaos *chaos, const char *text) {
    chaos->statuses_heard++;
    cr_assert_lt(rig_number_after(rig_value_of(text, "790"), 'S'), chaos->statuses, "%s", text);
    if (strcmp(rig_value_of(text, "37"), "NONE") == 0) {
        hear_status_unknown(chaos, text);
        return;
    }
    const struct chaos_order *order = order_named(chaos, text, "11");
    char status = *rig_value_of(text, "39");
    cr_assert_not(order->refused);
    check_report(chaos, order, text);
    cr_assert(chaos_is_over(order) ? status == order->heard_status : strchr("248C", status) == NULL,
              "%s", text);
    if (rig_value_of(text, "41") != NULL) {
        cr_assert_eq(&chaos->orders[chaos_order_of_name(chaos, rig_value_of(text, "41"))], order,
                     "%s", text);
    }
}

static void hear_execution(struct chaos *chaos, int client, const char *text) {
    char type = *rig_value_of(text, "150");
    struct chaos_order *order =
        order_named(chaos, text, rig_value_of(text, "41") != NULL ? "41" : "11");
    cr_assert(order->client == client && !order->refused, "%s", text);
    cr_assert(!chaos_is_over(order) || order->uncertain, "after the end: %s", text);
    switch (type) {
    case 'F':
        take_fill(chaos, order, text);
        break;
    case '5':
        hear_replaced(chaos, order, text);
        break;
    case '4':
        hear_canceled(chaos, order, text);
        break;
    case 'I':
        chaos->doubts += strstr(text, "|58=in doubt") != NULL;
        order->doubted |= strstr(text, "|58=in doubt") != NULL;
        break;
    default:
        cr_assert(strchr("08C", type) != NULL, "%s", text);
    }
    check_report(chaos, order, text);
    order->told = true;
    order->known |= strchr("0F5", type) != NULL;
    order->heard_status = *rig_value_of(text, "39");
}

/* Whether the router, or the venue, had this reason to refuse a cancel or a replace. */
static bool order_reason(const struct chaos *chaos, const struct chaos_order *order,
                         const char *code) {
    if (strcmp(code, "TRC-ORD-022") == 0) {
        return chaos_is_over(order);
    }
    if (strcmp(code, "TRC-ORD-023") == 0) {
        return order->asked_cancel || (chaos->rig->options.cancel_in_doubt && order->doubted);
    }
    if (strcmp(code, "TRC-ORD-024") == 0) {
        return order->doubted;
    }
    if (strcmp(code, "TRC-ORD-008") == 0) {
        return chaos->breaks > 0;
    }
    return false;
}

static bool another_is_pending(const struct chaos *chaos, const struct chaos_replace *replace) {
    for (const struct chaos_replace *other = replace; other > chaos->replaces;) {
        other--;
        if (other->order == replace->order && other->taken == 0 && !other->stale &&
            (other->refused == 0 || chaos->orders[other->order].doubted)) {
            return true;
        }
    }
    return false;
}

static bool replace_reason(const struct chaos *chaos, const struct chaos_replace *replace,
                           const char *code, const char *name) {
    const struct chaos_order *order = &chaos->orders[replace->order];
    if (strcmp(code, "TRC-ORD-009") == 0) {
        return chaos->squeezes > 0;
    }
    if (strcmp(code, "TRC-ORD-020") == 0) {
        return !order->known;
    }
    if (strcmp(code, "TRC-ORD-021") == 0) {
        return order->refused || chaos_is_over(order) || !is_latest_name(order, name);
    }
    if (strcmp(code, "TRC-ORD-027") == 0) {
        return another_is_pending(chaos, replace);
    }
    if (strcmp(code, "TRC-ORD-028") == 0) {
        return !is_latest_name(order, name);
    }
    if (strcmp(code, "TRC-ORD-030") == 0) {
        return replace->terms.quantity <= order->filled;
    }
    return order_reason(chaos, order, code);
}

static void hear_replace_refused(struct chaos *chaos, const char *text, const char *code) {
    struct chaos_replace *replace = replace_named(chaos, text);
    bool venue = strncmp(code, "TRC-VEN-", 8) == 0;
    char name[16];
    snprintf(name, sizeof(name), "%s", rig_value_of(text, "41"));
    replace->refused++;
    replace->given_up = strcmp(code, "TRC-ORD-022") == 0 || strcmp(code, "TRC-ORD-024") == 0;
    chaos->refused_there += venue;
    chaos->refused_here += !venue;
    cr_assert_eq(chaos_order_of_name(chaos, name), replace->order);
    cr_assert(venue ? replace->settled && !replace->accepted
                    : replace_reason(chaos, replace, code, name),
              "%s", text);
}

static void hear_cancel_refused(struct chaos *chaos, const char *text, const char *code) {
    struct chaos_cancel *cancel = cancel_named(chaos, text);
    const struct chaos_order *order = &chaos->orders[cancel->order];
    char name[16];
    snprintf(name, sizeof(name), "%s", rig_value_of(text, "41"));
    cancel->answers++;
    cr_assert_eq(chaos_order_of_name(chaos, name), cancel->order);
    if (strncmp(code, "TRC-VEN-", 8) == 0) {
        /* It does not know what never got there. */
        cr_assert(order->status == NOT_SEEN || chaos_has_cancel(chaos, cancel->order, true), "%s",
                  text);
    } else if (strcmp(code, "TRC-ORD-021") == 0) {
        cr_assert(order->refused || chaos_is_over(order) || !is_latest_name(order, name), "%s",
                  text);
    } else if (strcmp(code, "TRC-ORD-025") != 0) {
        cr_assert(order_reason(chaos, order, code), "%s", text);
    }
}

/* What is refused says how its order stands now. */
static void hear_status_of_refusal(struct chaos *chaos, const char *text) {
    struct chaos_order *order =
        &chaos->orders[chaos_order_of_name(chaos, rig_value_of(text, "41"))];
    if (strcmp(rig_value_of(text, "37"), "NONE") == 0) {
        return;
    }
    char status = *rig_value_of(text, "39");
    cr_assert(status_fits(chaos, order, status), "%s", text);
    if (order->told) {
        cr_assert(!chaos_is_over(order) || status == order->heard_status, "%s", text);
        order->heard_status = status;
    }
}

/* Of a cancel, a replace, or of one order of a mass cancel. */
static void hear_refusal(struct chaos *chaos, const char *text) {
    char code[16];
    snprintf(code, sizeof(code), "%.11s", rig_value_of(text, "58"));
    char kind = *rig_value_of(text, "11");
    if (kind == 'G') {
        hear_replace_refused(chaos, text, code);
    } else if (kind == 'C') {
        hear_cancel_refused(chaos, text, code);
    } else {
        cr_assert(order_named(chaos, text, "41")->mass, "%s", text);
    }
    hear_status_of_refusal(chaos, text);
}

static void hear_mass_answer(struct chaos *chaos, int client, const char *text) {
    uint32_t index = rig_number_after(rig_value_of(text, "11"), 'Q');
    cr_assert_lt(index, chaos->mass_count);
    struct chaos_mass *mass = &chaos->masses[index];
    uint32_t affected = (uint32_t)strtoul(rig_value_of(text, "533"), NULL, 10);
    uint32_t least = open_orders(chaos, client, mass->orders);
    cr_assert_eq(mass->client, client);
    cr_assert_str_neq(rig_value_of(text, "531"), "0");
    cr_assert(affected >= least && affected <= mass->most, "%u to %u: %s", least, mass->most, text);
    mass->answers++;
}

void chaos_client_hears(struct chaos *chaos, int client, const char *text) {
    if (strncmp(text, "35=8|", 5) == 0) {
        if (rig_value_of(text, "790") != NULL) {
            hear_status(chaos, text);
        } else if (strcmp(rig_value_of(text, "37"), "NONE") == 0) {
            hear_order_refused(chaos, text);
        } else {
            hear_execution(chaos, client, text);
        }
    } else if (strncmp(text, "35=9|", 5) == 0) {
        hear_refusal(chaos, text);
    } else if (strncmp(text, "35=r|", 5) == 0) {
        hear_mass_answer(chaos, client, text);
    } else if (strncmp(text, "35=1|", 5) == 0) {
        rig_say(&chaos->rig->client[client], "35=0|112=TEST|");
    } else {
        cr_assert(strncmp(text, "35=0|", 5) == 0 || strncmp(text, "35=A|", 5) == 0, "%s", text);
    }
}
