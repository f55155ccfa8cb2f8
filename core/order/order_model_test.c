#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/order/exposure.h"
#include "core/order/order_fill.h"
#include "core/order/order_state.h"

/*
 * An order under everything a venue and a client may do to it, against a twin that remembers what
 * happened instead of what it came to: which units of the order were heard as filled, which terms
 * were taken, what was said last. Everything the router tells about the order is worked out from
 * that afresh and compared after each of a million events.
 */

#define EVENTS 1000000
#define UNITS 64
#define PRICE 100

enum said { SAID_NOTHING, SAID_TAKEN, SAID_DOUBT };

struct twin {
    bool heard[UNITS]; /* unit n of the order was reported as filled */
    bool lost[UNITS];  /* was filled at the venue, and the report is still on its way */
    int at_venue;      /* units filled there */
    int quantity;
    int price;
    int asked_quantity; /* of the pending replace; 0: none */
    int asked_price;
    bool held;
    enum said said;
    enum order_state end; /* STATE_NONE: not ended */
};

struct model {
    struct prng prng;
    struct order order;
    struct twin twin;
    struct exposure *exposure;
    /* Of the orders before this one, which are not coming back. */
    exposure_sum filled_before;
    exposure_sum missing_before; /* counted by the venue, never heard */
    exposure_sum missing_money_before;
};

static int pick(struct model *model, int below) {
    return (int)prng_below(&model->prng, (uint64_t)below);
}

static int heard(const struct twin *twin) {
    int count = 0;
    for (int i = 0; i < UNITS; i++) {
        count += twin->heard[i];
    }
    return count;
}

/* What lies before the last fill that was heard, and was not heard itself. */
static int missing(const struct twin *twin) {
    int told = UNITS;
    while (told > 0 && !twin->heard[told - 1]) {
        told--;
    }
    return told - heard(twin);
}

static int worst_price(const struct twin *twin) {
    bool replace = twin->asked_quantity != 0 && twin->asked_price > twin->price;
    return replace ? twin->asked_price : twin->price;
}

static int most(const struct twin *twin) {
    return twin->asked_quantity > twin->quantity ? twin->asked_quantity : twin->quantity;
}

static enum order_state state_of(const struct twin *twin) {
    int filled = heard(twin);
    if (twin->end != ORDER_STATE_NONE) {
        return twin->end;
    }
    if (twin->held) {
        return ORDER_HELD;
    }
    if (twin->said == SAID_DOUBT) {
        return ORDER_IN_DOUBT;
    }
    if (filled > 0) {
        return ORDER_PARTIALLY_FILLED;
    }
    return twin->said == SAID_TAKEN ? ORDER_NEW : ORDER_PENDING_NEW;
}

static void begin_order(struct model *model) {
    struct twin *twin = &model->twin;
    model->filled_before += heard(twin);
    model->missing_before += missing(twin);
    model->missing_money_before += missing(twin) * worst_price(twin);
    *twin = (struct twin){.quantity = 1 + pick(model, UNITS / 2),
                          .price = 1 + pick(model, PRICE),
                          .held = pick(model, 4) == 0};
    model->order = (struct order){.state = twin->held ? ORDER_HELD : ORDER_PENDING_NEW,
                                  .type = ORDER_LIMIT,
                                  .quantity = {.scaled = twin->quantity},
                                  .price = {.scaled = twin->price}};
}

static struct order_step step(struct model *model, enum order_event event) {
    struct order *order = &model->order;
    struct order_step step = order_state_step(order->state, event, order->filled.scaled > 0);
    order->state = step.next;
    return step;
}

static bool is_open(const struct twin *twin) {
    return twin->end == ORDER_STATE_NONE && !twin->held;
}

static void tell(struct model *model, int from, int to) {
    struct order_fill fill = {.last = {.scaled = to - from},
                              .price = {.scaled = 1 + pick(model, PRICE)},
                              .has_cumulative = true,
                              .cumulative = {.scaled = to}};
    struct order_fill_outcome outcome = order_fill_apply(&model->order, &fill);
    int fresh = 0;
    for (int i = from; i < to; i++) {
        fresh += !model->twin.heard[i];
        model->twin.heard[i] = true;
    }
    cr_assert_eq(outcome.booked.scaled, fresh);
    cr_assert_eq((outcome.flags & ORDER_FILL_CONFLICT) != 0, false);
    if (fresh == 0) {
        return;
    }
    bool was_open = model->twin.end == ORDER_STATE_NONE;
    struct order_step got = step(model, order_fill_event(&model->order, false));
    cr_assert_eq(got.report, ORDER_REPORT_TRADE);
    cr_assert_eq(got.conflict, !was_open);
    if (heard(&model->twin) >= most(&model->twin)) {
        model->twin.end = ORDER_FILLED;
    }
    model->twin.said = SAID_TAKEN;
}

/* So many reports are on their way for longer, no more than are kept apart. */
static bool may_lose(const struct twin *twin) {
    uint32_t stretches = 0;
    for (int i = 0; i < UNITS; i++) {
        stretches += twin->lost[i] && (i == 0 || !twin->lost[i - 1]);
    }
    return stretches < ORDER_HOLES_MAX;
}

/* Any of those that are. */
static void late_fill(struct model *model) {
    int from = pick(model, UNITS);
    while (from < UNITS && !model->twin.lost[from]) {
        from++;
    }
    int to = from;
    while (to < UNITS && model->twin.lost[to]) {
        model->twin.lost[to++] = false;
    }
    if (to > from) {
        tell(model, from, to);
    }
}

static void trade(struct model *model) {
    struct twin *twin = &model->twin;
    if (!is_open(twin) || twin->at_venue >= twin->quantity) {
        return;
    }
    int from = twin->at_venue;
    int to = from + 1 + pick(model, twin->quantity - from);
    twin->at_venue = to;
    if (may_lose(twin) && pick(model, 4) == 0) {
        memset(&twin->lost[from], true, (size_t)(to - from));
    } else {
        tell(model, from, to);
    }
}

/* Any stretch that was told before, and nothing that was not. */
static void repeat_fill(struct model *model) {
    int from = pick(model, UNITS);
    int to = from;
    while (to < UNITS && model->twin.heard[to]) {
        to++;
    }
    if (to > from) {
        tell(model, from, to);
    }
}

/* The venue's word of all that it has counted: what was missing of that is told by nobody else. */
static void recover(struct model *model) {
    struct twin *twin = &model->twin;
    int count = missing(twin);
    struct order_worth worth = {.notional = model->order.notional + (unsigned)(count * PRICE)};
    struct order_fill_outcome outcome = order_fill_recover(&model->order, &worth);
    cr_assert_eq(outcome.booked.scaled, count);
    if (count == 0) {
        return;
    }
    bool was_open = twin->end == ORDER_STATE_NONE;
    for (int told = heard(twin) + count, i = 0; i < told; i++) {
        twin->heard[i] = true;
        twin->lost[i] = false;
    }
    struct order_step got = step(model, order_fill_event(&model->order, false));
    cr_assert(got.report == ORDER_REPORT_TRADE && got.conflict == !was_open);
    if (heard(twin) >= most(twin)) {
        twin->end = ORDER_FILLED;
    }
    twin->said = SAID_TAKEN;
}

static void ask_replace(struct model *model) {
    struct twin *twin = &model->twin;
    if (!is_open(twin) || twin->asked_quantity != 0) {
        return;
    }
    twin->asked_quantity = 1 + pick(model, UNITS);
    twin->asked_price = 1 + pick(model, PRICE);
    model->order.replace_pending = true;
    model->order.replace_terms = (struct order_terms){.quantity = {.scaled = twin->asked_quantity},
                                                      .price = {.scaled = twin->asked_price}};
}

/* A venue takes no terms below what it filled. All heard by the terms it took: the end. */
static void end_if_all(struct model *model) {
    if (order_fill_is_all(&model->order) && !order_state_is_terminal(model->order.state)) {
        (void)step(model, ORDER_EVENT_FILL);
    }
    struct twin *twin = &model->twin;
    if (twin->end == ORDER_STATE_NONE && heard(twin) >= twin->quantity) {
        twin->end = ORDER_FILLED;
    }
}

static void take_replace(struct model *model) {
    struct twin *twin = &model->twin;
    if (twin->asked_quantity == 0 || !is_open(twin) || twin->asked_quantity < twin->at_venue) {
        return;
    }
    twin->quantity = twin->asked_quantity;
    twin->price = twin->asked_price;
    twin->asked_quantity = 0;
    twin->said = SAID_TAKEN;
    order_take_terms(&model->order);
    struct order_step got = step(model, ORDER_EVENT_REPLACED);
    cr_assert(got.report == ORDER_REPORT_REPLACED && !got.conflict);
    end_if_all(model);
}

static void refuse_replace(struct model *model) {
    if (model->twin.asked_quantity == 0 || !is_open(&model->twin)) {
        return;
    }
    model->twin.asked_quantity = 0;
    model->order.replace_pending = false;
    end_if_all(model);
}

static void send(struct model *model) {
    if (!model->twin.held) {
        return;
    }
    model->twin.held = false;
    cr_assert(!step(model, ORDER_EVENT_SENT).conflict);
}

static void say_taken(struct model *model, enum order_event event) {
    if (!is_open(&model->twin)) {
        return;
    }
    cr_assert(!step(model, event).conflict);
    model->twin.said = SAID_TAKEN;
}

static void lose(struct model *model) {
    bool news = is_open(&model->twin) && model->twin.said != SAID_DOUBT;
    struct order_step got = step(model, ORDER_EVENT_VENUE_LOST);
    cr_assert_eq(got.report == ORDER_REPORT_IN_DOUBT, news);
    if (news) {
        model->twin.said = SAID_DOUBT;
    }
}

/* The venue ends it, or its client does while it is held. */
static void end(struct model *model, enum order_event event, enum order_state state) {
    struct twin *twin = &model->twin;
    bool refusal = state == ORDER_REJECTED;
    if (twin->end != ORDER_STATE_NONE) {
        cr_assert_eq(step(model, event).report, ORDER_REPORT_NONE);
        return;
    }
    if (refusal && (twin->at_venue > 0 || twin->said == SAID_TAKEN)) {
        return; /* no venue refuses what it took */
    }
    cr_assert(!step(model, event).conflict);
    twin->end = state;
    twin->held = false;
}

static void happen(struct model *model) {
    switch (pick(model, 16)) {
    case 0:
        send(model);
        break;
    case 1:
        say_taken(model, ORDER_EVENT_ACKNOWLEDGED);
        break;
    case 2:
        say_taken(model, ORDER_EVENT_STATUS_OPEN);
        break;
    case 3:
        say_taken(model, ORDER_EVENT_RESTATED);
        break;
    case 4:
    case 5:
        trade(model);
        break;
    case 6:
        late_fill(model);
        break;
    case 7:
        repeat_fill(model);
        break;
    case 8:
        ask_replace(model);
        break;
    case 9:
        take_replace(model);
        break;
    case 10:
        refuse_replace(model);
        break;
    case 11:
        lose(model);
        break;
    case 12:
        end(model, pick(model, 2) ? ORDER_EVENT_REJECTED : ORDER_EVENT_NOT_SENT, ORDER_REJECTED);
        break;
    case 13:
        if (pick(model, 4) == 0) {
            end(model, ORDER_EVENT_CANCELED, ORDER_CANCELED);
        }
        break;
    case 14:
        recover(model);
        break;
    default:
        if (pick(model, 4) == 0) {
            end(model, ORDER_EVENT_EXPIRED, ORDER_EXPIRED);
        }
        break;
    }
}

static void compare(struct model *model, int event) {
    const struct twin *twin = &model->twin;
    const struct order *order = &model->order;
    int filled = heard(twin);
    bool open = twin->end == ORDER_STATE_NONE;
    int leaves = open && twin->quantity > filled ? twin->quantity - filled : 0;
    cr_assert(order->state == state_of(twin), "event %d: %s, not %s", event,
              order_state_name(order->state), order_state_name(state_of(twin)));
    cr_assert(order->filled.scaled == filled && order_leaves(order).scaled == leaves, "event %d",
              event);
    exposure_update(model->exposure, &model->order);
    const struct exposure_side *side = exposure_at(model->exposure, 0, 0, ORDER_BUY);
    int worst = open && most(twin) - filled > missing(twin) ? most(twin) - filled : missing(twin);
    cr_assert(side->open == model->missing_before + worst &&
                  side->notional ==
                      model->missing_money_before + (exposure_sum)worst * worst_price(twin),
              "event %d", event);
    cr_assert(side->filled == model->filled_before + filled, "event %d", event);
}

Test(order_model, a_million_random_events_agree_with_what_happened) {
    struct model model = {.filled_before = 0};
    prng_seed(&model.prng, test_seed("order_model"));
    struct exposure_limits limits = {.accounts = 1, .instruments = 1};
    model.exposure = exposure_init(aligned_alloc(64, exposure_footprint(limits)), limits);
    begin_order(&model);
    for (int event = 0; event < EVENTS; event++) {
        if (pick(&model, 40) == 0) {
            /* What was open of it is nobody's any more, but for what was done. */
            model.order.state = ORDER_STATE_NONE;
            exposure_update(model.exposure, &model.order);
            begin_order(&model);
        }
        happen(&model);
        compare(&model, event);
    }
    free(model.exposure);
}
