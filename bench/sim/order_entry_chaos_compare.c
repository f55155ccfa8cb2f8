#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_chaos.h"
#include "bench/sim/order_entry_rig_text.h"

static char status_of(const struct chaos_order *order) {
    static const char codes[] = {
        [FILLED] = '2', [CANCELED] = '4', [EXPIRED] = 'C', [REJECTED] = '8'};
    return codes[order->status];
}

/* The one of it that both sides know of, and that the venue has not said what it makes of. */
static const struct chaos_replace *pending_replace(const struct chaos *chaos,
                                                   const struct chaos_order *order) {
    for (uint32_t i = order->asked; i > 0; i--) {
        const struct chaos_replace *replace = &chaos->replaces[i - 1];
        if (&chaos->orders[replace->order] == order && replace->id != 0 && !replace->settled) {
            return replace;
        }
    }
    return NULL;
}

static void compare_status(const struct chaos *chaos, const struct chaos_order *order,
                           uint32_t number) {
    if (order->status == OPEN) {
        cr_assert(!order->told || strchr("01A6E", order->heard_status) != NULL, "A%u", number);
    } else if (order->heard_status != status_of(order)) {
        /* It may grow yet. */
        cr_assert(order->status == FILLED && strchr("6E", order->heard_status) != NULL &&
                      (order->blurred || pending_replace(chaos, order) != NULL),
                  "A%u is %c, not %c", number, order->heard_status, status_of(order));
    }
}

static void compare_order(const struct chaos *chaos, uint32_t number) {
    const struct chaos_order *order = &chaos->orders[number];
    cr_assert(order->uncertain || order->refused == (order->status == NOT_SEEN),
              "A%u: refused %d, at the venue %d", number, order->refused, order->status);
    cr_assert(!order->refused || order->status == NOT_SEEN);
    cr_assert_leq(order->heard_filled, order->filled);
    cr_assert_leq(order->heard_notional, order->notional);
    if (order->uncertain || order->refused) {
        return;
    }
    cr_assert_eq(order->heard_filled, order->filled, "A%u", number);
    cr_assert_eq(order->heard_notional, order->notional, "A%u", number);
    cr_assert_eq(order->heard.quantity, order->terms.quantity, "A%u", number);
    cr_assert_eq(order->heard.price, order->terms.price, "A%u", number);
    compare_status(chaos, order, number);
}

/* One that was not answered is for the venue to answer. */
static void compare_cancel(const struct chaos *chaos, uint32_t number) {
    const struct chaos_cancel *cancel = &chaos->cancels[number];
    cr_assert_leq(cancel->answers, 1, "C%u has %u answers", number, cancel->answers);
    cr_assert(cancel->answers == 1 || chaos_has_cancel(chaos, cancel->order, false),
              "C%u was answered by the venue, or never sent, and not answered by the router",
              number);
}

static void compare_replace(const struct chaos *chaos, uint32_t number) {
    const struct chaos_replace *replace = &chaos->replaces[number];
    const struct chaos_order *order = &chaos->orders[replace->order];
    cr_assert(replace->taken <= 1 && replace->refused <= 1, "G%u", number);
    cr_assert(replace->taken == 0 || replace->refused == 0 || order->doubted, "G%u", number);
    cr_assert(replace->taken + replace->refused > 0 || replace->id != 0,
              "G%u was neither sent nor answered", number);
    if (!order->uncertain) {
        cr_assert_eq(replace->taken, replace->accepted, "G%u: accepted %d, heard %u", number,
                     replace->accepted, replace->taken);
        cr_assert(!replace->settled || replace->taken + replace->refused > 0,
                  "G%u was answered by the venue and not by the router", number);
    }
}

/* What an order that is open may still fill, at which price: by the terms it has and, at most, by
 * those that it may have. */
struct range {
    struct chaos_terms least;
    struct chaos_terms most;
};

static void widen(struct chaos_terms *terms, const struct chaos_replace *replace) {
    if (replace->terms.quantity > terms->quantity) {
        terms->quantity = replace->terms.quantity;
    }
    if (replace->terms.price > terms->price) {
        terms->price = replace->terms.price;
    }
}

/* Whether the router may count with this replace: one that it gave up in doubt it lets go once a
 * question that was asked late enough is answered. */
static bool may_be_counted(const struct chaos_order *order, const struct chaos_replace *replace) {
    return replace->taken == 0 && !replace->stale && (order->blurred || replace->given_up);
}

static struct range range_of(const struct chaos *chaos, const struct chaos_order *order) {
    struct range range = {order->heard, order->heard};
    const struct chaos_replace *pending = order->blurred ? NULL : pending_replace(chaos, order);
    if (pending != NULL) {
        widen(&range.least, pending);
        widen(&range.most, pending);
    }
    for (uint32_t i = order->asked; i > 0; i--) {
        const struct chaos_replace *replace = &chaos->replaces[i - 1];
        if (&chaos->orders[replace->order] == order && may_be_counted(order, replace)) {
            widen(&range.most, replace);
        }
    }
    return range;
}

static void add_open(struct exposure_side *side, int64_t quantity, int64_t price) {
    exposure_sum open = (exposure_sum)(quantity < 0 ? 0 : quantity) * 1000000;
    side->open += open;
    side->notional += open * price;
}

/* One that is over had its end from the venue, which said there what it had filled: what was not
 * heard of that is open. */
static void add_naively(const struct chaos *chaos, const struct chaos_order *order,
                        struct exposure_side *least, struct exposure_side *most) {
    bool over = chaos_is_over(order);
    struct range range = {order->heard, order->heard};
    if (!over) {
        range = range_of(chaos, order);
    }
    least->filled += order->heard_filled * 1000000;
    least->paid += (exposure_sum)order->heard_notional * 1000000;
    if (!order->refused) {
        add_open(least, (over ? order->filled : range.least.quantity) - order->heard_filled,
                 range.least.price);
        add_open(most, (over ? order->filled : range.most.quantity) - order->heard_filled,
                 range.most.price);
        least->orders += !over;
    }
}

/* What may still fill, and what did, by what the clients were told. */
static void compare_exposure(const struct chaos *chaos) {
    struct exposure_side least[2] = {{0}};
    struct exposure_side most[2] = {{0}};
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        enum order_side side = chaos->orders[i].side;
        add_naively(chaos, &chaos->orders[i], &least[side], &most[side]);
    }
    for (unsigned side = ORDER_BUY; side <= ORDER_SELL; side++) {
        const struct exposure_side *sums =
            order_entry_exposure(chaos->rig->entry, 0, 0, (enum order_side)side);
        cr_assert_eq(sums->orders, least[side].orders);
        cr_assert(sums->open >= least[side].open && sums->open <= most[side].open,
                  "%lld open, not %lld to %lld", (long long)sums->open, (long long)least[side].open,
                  (long long)most[side].open);
        cr_assert(sums->notional >= least[side].notional && sums->notional <= most[side].notional &&
                  sums->unpriced == 0);
        cr_assert(sums->filled == least[side].filled && sums->paid == least[side].paid);
    }
    cr_assert_eq(least[0].orders + least[1].orders, order_entry_live_orders(chaos->rig->entry));
}

void chaos_compare(const struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        compare_order(chaos, i);
    }
    for (uint32_t i = 0; i < chaos->cancel_count; i++) {
        compare_cancel(chaos, i);
    }
    for (uint32_t i = 0; i < chaos->replace_count; i++) {
        compare_replace(chaos, i);
    }
    for (uint32_t i = 0; i < chaos->mass_count; i++) {
        cr_assert_eq(chaos->masses[i].answers, 1, "Q%u", i);
    }
    cr_assert_eq(chaos->statuses_heard, chaos->statuses);
    compare_exposure(chaos);
    if (chaos->rough == 0) {
        const struct order_entry_counters *counters = order_entry_counters(chaos->rig->entry);
        cr_assert(counters->conflicts == 0 && counters->missing_fills == 0);
    }
}

/* Of one that never got there, or was not heard to, nobody can ask. */
static bool may_be_asked_about(const struct chaos_order *order) {
    return !order->refused && order->known && order->status != NOT_SEEN;
}

static void compare_order_at_rest(struct chaos *chaos, uint32_t number) {
    struct chaos_order *order = &chaos->orders[number];
    bool over = chaos_is_over(order);
    cr_assert_eq(order->heard_filled, order->filled, "A%u", number);
    cr_assert_eq(order->heard_notional, order->notional, "A%u", number);
    if (order->status == OPEN) {
        cr_assert(strchr("016", order->heard_status) != NULL, "A%u is %c, not open", number,
                  order->heard_status);
        cr_assert(order->heard.quantity == order->terms.quantity &&
                      order->heard.price == order->terms.price,
                  "A%u has other terms there", number);
        cr_assert_null(pending_replace(chaos, order), "A%u", number);
        order->blurred = false;
    } else {
        cr_assert(over && order->heard_status == status_of(order), "A%u is %c, not %c", number,
                  order->heard_status, status_of(order));
    }
}

void chaos_compare_at_rest(struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        if (may_be_asked_about(&chaos->orders[i])) {
            compare_order_at_rest(chaos, i);
        }
    }
    chaos_compare(chaos);
}

/* The latest record of each order is what its client was told, and what the venue says of it. */
void chaos_compare_ledger(const struct chaos *chaos) {
    bool *recorded = calloc(chaos->order_count, sizeof(bool));
    int64_t *filled = calloc(chaos->order_count, sizeof(int64_t));
    for (uint32_t i = 0; i < chaos->rig->ledger_count; i++) {
        const struct ledger_record *record = &chaos->rig->ledger[i];
        uint32_t number = chaos_order_of_name(chaos, record->cl_ord_id.text);
        const struct chaos_order *order = &chaos->orders[number];
        recorded[number] = true;
        filled[number] = record->filled.scaled;
        if (record->order_number == 0) {
            cr_assert(order->refused);
            continue;
        }
        cr_assert(order->uncertain || record->filled.scaled == order->filled * 1000000);
        cr_assert(order->uncertain || record->state != ORDER_CANCELED || order->status == CANCELED);
    }
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        const struct chaos_order *order = &chaos->orders[i];
        bool over = order->refused || chaos_is_over(order);
        cr_assert(recorded[i] == over && filled[i] == (over ? order->heard_filled * 1000000 : 0),
                  "A%u", i);
    }
    free(recorded);
    free(filled);
}
