#include "core/order/order_state.h"

#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

/* Which orders a row speaks of: without a fill so far, with one, or both. */
enum fills { EMPTY, FILLED, ANY };

struct cell {
    enum order_state state;
    enum order_event event;
    enum fills fills;
    enum order_state next;
    enum order_report report;
    bool conflict;
    const char *reason;
};

#define ROW(state, event, fills, next, report, conflict, reason)                                   \
    {                                                                                              \
        ORDER_##state, ORDER_EVENT_##event, fills, ORDER_##next, ORDER_REPORT_##report, conflict,  \
            reason                                                                                 \
    }

static const struct cell cells[] = {
    ROW(STATE_NONE, ACKNOWLEDGED, ANY, STATE_NONE, NONE, true, "no order to acknowledge"),
    ROW(STATE_NONE, PARTIAL_FILL, ANY, STATE_NONE, NONE, true, "no order to book on"),
    ROW(STATE_NONE, FILL, ANY, STATE_NONE, NONE, true, "no order to book on"),
    ROW(STATE_NONE, CANCELED, ANY, STATE_NONE, NONE, true, "no order to cancel"),
    ROW(STATE_NONE, REJECTED, ANY, STATE_NONE, NONE, true, "no order to reject"),
    ROW(STATE_NONE, EXPIRED, ANY, STATE_NONE, NONE, true, "no order to expire"),
    ROW(STATE_NONE, VENUE_LOST, ANY, STATE_NONE, NONE, true, "a free slot has no venue"),
    ROW(STATE_NONE, STATUS_OPEN, ANY, STATE_NONE, NONE, true, "no order to be open"),

    ROW(PENDING_NEW, ACKNOWLEDGED, EMPTY, NEW, NEW, false, "D1: the venue took it"),
    ROW(PENDING_NEW, ACKNOWLEDGED, FILLED, PARTIALLY_FILLED, STATUS, false,
        "fills are known: NEW would take them back"),
    ROW(PENDING_NEW, PARTIAL_FILL, ANY, PARTIALLY_FILLED, TRADE, false, "fill before the ack"),
    ROW(PENDING_NEW, FILL, ANY, FILLED, TRADE, false, "fill before the ack"),
    ROW(PENDING_NEW, CANCELED, ANY, CANCELED, CANCELED, false, "IOC without a match"),
    ROW(PENDING_NEW, REJECTED, EMPTY, REJECTED, REJECTED, false, "the venue refused it"),
    ROW(PENDING_NEW, REJECTED, FILLED, PENDING_NEW, NONE, true, "a fill cannot be refused"),
    ROW(PENDING_NEW, EXPIRED, ANY, EXPIRED, EXPIRED, false, "IOC or FOK the venue calls expired"),
    ROW(PENDING_NEW, VENUE_LOST, ANY, IN_DOUBT, IN_DOUBT, false, "it may or may not have arrived"),
    ROW(PENDING_NEW, STATUS_OPEN, EMPTY, NEW, NEW, false, "open means taken: stands for the ack"),
    ROW(PENDING_NEW, STATUS_OPEN, FILLED, PARTIALLY_FILLED, STATUS, false,
        "fills are known: NEW would take them back"),

    ROW(NEW, ACKNOWLEDGED, EMPTY, NEW, NONE, false, "the ack again"),
    ROW(NEW, ACKNOWLEDGED, FILLED, PARTIALLY_FILLED, NONE, false, "the ack again, fills are kept"),
    ROW(NEW, PARTIAL_FILL, ANY, PARTIALLY_FILLED, TRADE, false, "a fill"),
    ROW(NEW, FILL, ANY, FILLED, TRADE, false, "a fill of all of it"),
    ROW(NEW, CANCELED, ANY, CANCELED, CANCELED, false, "asked for, or not"),
    ROW(NEW, REJECTED, EMPTY, REJECTED, REJECTED, false, "39=8: may follow New"),
    ROW(NEW, REJECTED, FILLED, NEW, NONE, true, "a fill cannot be refused"),
    ROW(NEW, EXPIRED, ANY, EXPIRED, EXPIRED, false, "its time ran out"),
    ROW(NEW, VENUE_LOST, ANY, IN_DOUBT, IN_DOUBT, false, "the venue may cancel it unheard"),
    ROW(NEW, STATUS_OPEN, EMPTY, NEW, NONE, false, "nothing new"),
    ROW(NEW, STATUS_OPEN, FILLED, PARTIALLY_FILLED, NONE, false, "nothing new, fills are kept"),

    ROW(PARTIALLY_FILLED, ACKNOWLEDGED, ANY, PARTIALLY_FILLED, NONE, false,
        "an ack after a fill says nothing new"),
    ROW(PARTIALLY_FILLED, PARTIAL_FILL, ANY, PARTIALLY_FILLED, TRADE, false, "another fill"),
    ROW(PARTIALLY_FILLED, FILL, ANY, FILLED, TRADE, false, "the last fill"),
    ROW(PARTIALLY_FILLED, CANCELED, ANY, CANCELED, CANCELED, false, "D2: the rest is cancelled"),
    ROW(PARTIALLY_FILLED, REJECTED, ANY, PARTIALLY_FILLED, NONE, true, "a fill cannot be refused"),
    ROW(PARTIALLY_FILLED, EXPIRED, ANY, EXPIRED, EXPIRED, false, "the rest ran out of time"),
    ROW(PARTIALLY_FILLED, VENUE_LOST, ANY, IN_DOUBT, IN_DOUBT, false, "the rest may go unheard"),
    ROW(PARTIALLY_FILLED, STATUS_OPEN, ANY, PARTIALLY_FILLED, NONE, false, "nothing new"),

    ROW(FILLED, ACKNOWLEDGED, ANY, FILLED, NONE, false, "an ack after a fill says nothing new"),
    ROW(FILLED, PARTIAL_FILL, ANY, FILLED, TRADE, true, "more than was asked for: booked"),
    ROW(FILLED, FILL, ANY, FILLED, TRADE, true, "more than was asked for: booked"),
    ROW(FILLED, CANCELED, ANY, FILLED, NONE, true, "nothing was left to cancel"),
    ROW(FILLED, REJECTED, ANY, FILLED, NONE, true, "a fill cannot be refused"),
    ROW(FILLED, EXPIRED, ANY, FILLED, NONE, true, "nothing was left to expire"),
    ROW(FILLED, VENUE_LOST, ANY, FILLED, NONE, false, "its fate is known"),
    ROW(FILLED, STATUS_OPEN, ANY, FILLED, NONE, true, "the venue has it open, we have it done"),

    ROW(CANCELED, ACKNOWLEDGED, ANY, CANCELED, NONE, false, "a late ack is news of the past"),
    ROW(CANCELED, PARTIAL_FILL, ANY, CANCELED, TRADE, true, "late fill: booked, stays cancelled"),
    ROW(CANCELED, FILL, ANY, FILLED, TRADE, true, "late fill of all of it: it is filled"),
    ROW(CANCELED, CANCELED, ANY, CANCELED, NONE, false, "said twice"),
    ROW(CANCELED, REJECTED, ANY, CANCELED, NONE, true, "two ends that exclude each other"),
    ROW(CANCELED, EXPIRED, ANY, CANCELED, NONE, true, "two ends that exclude each other"),
    ROW(CANCELED, VENUE_LOST, ANY, CANCELED, NONE, false, "its fate is known"),
    ROW(CANCELED, STATUS_OPEN, ANY, CANCELED, NONE, true, "open after it was cancelled"),

    ROW(REJECTED, ACKNOWLEDGED, ANY, REJECTED, NONE, true, "taken after it was refused"),
    ROW(REJECTED, PARTIAL_FILL, ANY, REJECTED, TRADE, true, "late fill: booked, stays rejected"),
    ROW(REJECTED, FILL, ANY, FILLED, TRADE, true, "late fill of all of it: it is filled"),
    ROW(REJECTED, CANCELED, ANY, REJECTED, NONE, true, "two ends that exclude each other"),
    ROW(REJECTED, REJECTED, ANY, REJECTED, NONE, false, "said twice"),
    ROW(REJECTED, EXPIRED, ANY, REJECTED, NONE, true, "two ends that exclude each other"),
    ROW(REJECTED, VENUE_LOST, ANY, REJECTED, NONE, false, "its fate is known"),
    ROW(REJECTED, STATUS_OPEN, ANY, REJECTED, NONE, true, "open after it was refused"),

    ROW(EXPIRED, ACKNOWLEDGED, ANY, EXPIRED, NONE, false, "a late ack is news of the past"),
    ROW(EXPIRED, PARTIAL_FILL, ANY, EXPIRED, TRADE, true, "late fill: booked, stays expired"),
    ROW(EXPIRED, FILL, ANY, FILLED, TRADE, true, "late fill of all of it: it is filled"),
    ROW(EXPIRED, CANCELED, ANY, EXPIRED, NONE, true, "two ends that exclude each other"),
    ROW(EXPIRED, REJECTED, ANY, EXPIRED, NONE, true, "two ends that exclude each other"),
    ROW(EXPIRED, EXPIRED, ANY, EXPIRED, NONE, false, "said twice"),
    ROW(EXPIRED, VENUE_LOST, ANY, EXPIRED, NONE, false, "its fate is known"),
    ROW(EXPIRED, STATUS_OPEN, ANY, EXPIRED, NONE, true, "open after it expired"),

    ROW(IN_DOUBT, ACKNOWLEDGED, EMPTY, NEW, NEW, false, "evidence: the venue took it"),
    ROW(IN_DOUBT, ACKNOWLEDGED, FILLED, PARTIALLY_FILLED, STATUS, false,
        "evidence: the venue took it, fills are kept"),
    ROW(IN_DOUBT, PARTIAL_FILL, ANY, PARTIALLY_FILLED, TRADE, false, "evidence: it trades"),
    ROW(IN_DOUBT, FILL, ANY, FILLED, TRADE, false, "evidence: it is done"),
    ROW(IN_DOUBT, CANCELED, ANY, CANCELED, CANCELED, false, "evidence: cancelled on disconnect"),
    ROW(IN_DOUBT, REJECTED, EMPTY, REJECTED, REJECTED, false, "evidence: never taken"),
    ROW(IN_DOUBT, REJECTED, FILLED, IN_DOUBT, NONE, true,
        "a fill cannot be refused: still unknown"),
    ROW(IN_DOUBT, EXPIRED, ANY, EXPIRED, EXPIRED, false, "evidence: its time ran out"),
    ROW(IN_DOUBT, VENUE_LOST, ANY, IN_DOUBT, NONE, false, "lost again: no evidence, no news"),
    ROW(IN_DOUBT, STATUS_OPEN, EMPTY, NEW, STATUS, false, "evidence: it is open"),
    ROW(IN_DOUBT, STATUS_OPEN, FILLED, PARTIALLY_FILLED, STATUS, false, "evidence: it is open"),

    ROW(STATE_NONE, SENT, ANY, STATE_NONE, NONE, true, "it is out already, or gone"),
    ROW(PENDING_NEW, SENT, ANY, PENDING_NEW, NONE, true, "it is out already, or gone"),
    ROW(NEW, SENT, EMPTY, NEW, NONE, true, "it is out already, or gone"),
    ROW(NEW, SENT, FILLED, PARTIALLY_FILLED, NONE, true, "it is out already, or gone"),
    ROW(PARTIALLY_FILLED, SENT, ANY, PARTIALLY_FILLED, NONE, true, "it is out already, or gone"),
    ROW(FILLED, SENT, ANY, FILLED, NONE, true, "it is out already, or gone"),
    ROW(CANCELED, SENT, ANY, CANCELED, NONE, true, "it is out already, or gone"),
    ROW(REJECTED, SENT, ANY, REJECTED, NONE, true, "it is out already, or gone"),
    ROW(EXPIRED, SENT, ANY, EXPIRED, NONE, true, "it is out already, or gone"),
    ROW(IN_DOUBT, SENT, ANY, IN_DOUBT, NONE, true, "it is out already, or gone"),
    ROW(STATE_NONE, REPLACED, ANY, STATE_NONE, NONE, true, "nothing is left to replace"),
    ROW(STATE_NONE, RESTATED, ANY, STATE_NONE, NONE, true, "nothing is left to change"),
    ROW(FILLED, REPLACED, ANY, FILLED, NONE, true, "nothing is left to replace"),
    ROW(FILLED, RESTATED, ANY, FILLED, NONE, true, "nothing is left to change"),
    ROW(CANCELED, REPLACED, ANY, CANCELED, NONE, true, "nothing is left to replace"),
    ROW(CANCELED, RESTATED, ANY, CANCELED, NONE, true, "nothing is left to change"),
    ROW(REJECTED, REPLACED, ANY, REJECTED, NONE, true, "nothing is left to replace"),
    ROW(REJECTED, RESTATED, ANY, REJECTED, NONE, true, "nothing is left to change"),
    ROW(EXPIRED, REPLACED, ANY, EXPIRED, NONE, true, "nothing is left to replace"),
    ROW(EXPIRED, RESTATED, ANY, EXPIRED, NONE, true, "nothing is left to change"),
    ROW(PENDING_NEW, REPLACED, EMPTY, NEW, REPLACED, false, "D: new terms, and it rests"),
    ROW(PENDING_NEW, REPLACED, FILLED, PARTIALLY_FILLED, REPLACED, false,
        "D: new terms, and it rests"),
    ROW(PENDING_NEW, RESTATED, EMPTY, NEW, RESTATED, false, "the venue changed it, and has it"),
    ROW(PENDING_NEW, RESTATED, FILLED, PARTIALLY_FILLED, RESTATED, false,
        "the venue changed it, and has it"),
    ROW(NEW, REPLACED, EMPTY, NEW, REPLACED, false, "D: new terms, and it rests"),
    ROW(NEW, REPLACED, FILLED, PARTIALLY_FILLED, REPLACED, false, "D: new terms, and it rests"),
    ROW(NEW, RESTATED, EMPTY, NEW, RESTATED, false, "the venue changed it, and has it"),
    ROW(NEW, RESTATED, FILLED, PARTIALLY_FILLED, RESTATED, false,
        "the venue changed it, and has it"),
    ROW(IN_DOUBT, REPLACED, EMPTY, NEW, REPLACED, false, "D: new terms, and it rests"),
    ROW(IN_DOUBT, REPLACED, FILLED, PARTIALLY_FILLED, REPLACED, false,
        "D: new terms, and it rests"),
    ROW(IN_DOUBT, RESTATED, EMPTY, NEW, RESTATED, false, "the venue changed it, and has it"),
    ROW(IN_DOUBT, RESTATED, FILLED, PARTIALLY_FILLED, RESTATED, false,
        "the venue changed it, and has it"),
    ROW(PARTIALLY_FILLED, REPLACED, ANY, PARTIALLY_FILLED, REPLACED, false,
        "D: new terms for the rest"),
    ROW(PARTIALLY_FILLED, RESTATED, ANY, PARTIALLY_FILLED, RESTATED, false,
        "the venue changed the rest"),
    ROW(PENDING_NEW, NOT_SENT, EMPTY, REJECTED, REJECTED, false, "evidence: it never arrived"),
    ROW(PENDING_NEW, NOT_SENT, FILLED, PENDING_NEW, NONE, true, "a fill cannot be unsent"),
    ROW(IN_DOUBT, NOT_SENT, EMPTY, REJECTED, REJECTED, false, "evidence: it never arrived"),
    ROW(IN_DOUBT, NOT_SENT, FILLED, IN_DOUBT, NONE, true, "a fill cannot be unsent"),
    ROW(STATE_NONE, NOT_SENT, ANY, STATE_NONE, NONE, true, "the venue spoke of it before"),
    ROW(PARTIALLY_FILLED, NOT_SENT, ANY, PARTIALLY_FILLED, NONE, true,
        "the venue spoke of it before"),
    ROW(FILLED, NOT_SENT, ANY, FILLED, NONE, true, "the venue spoke of it before"),
    ROW(CANCELED, NOT_SENT, ANY, CANCELED, NONE, true, "the venue spoke of it before"),
    ROW(EXPIRED, NOT_SENT, ANY, EXPIRED, NONE, true, "the venue spoke of it before"),
    ROW(NEW, NOT_SENT, EMPTY, NEW, NONE, true, "the venue acknowledged it before"),
    ROW(NEW, NOT_SENT, FILLED, PARTIALLY_FILLED, NONE, true, "the venue filled it before"),
    ROW(REJECTED, NOT_SENT, ANY, REJECTED, NONE, false, "said twice"),
    ROW(HELD, PARTIAL_FILL, ANY, PARTIALLY_FILLED, TRADE, true, "never sent, and traded: booked"),
    ROW(HELD, FILL, ANY, FILLED, TRADE, true, "never sent, and traded: booked"),
    ROW(HELD, CANCELED, ANY, CANCELED, CANCELED, false, "its client took it back"),
    ROW(HELD, EXPIRED, ANY, EXPIRED, EXPIRED, false, "its time ran out here"),
    ROW(HELD, VENUE_LOST, ANY, HELD, NONE, false, "the venue never had it"),
    ROW(HELD, ACKNOWLEDGED, ANY, HELD, NONE, true, "never sent"),
    ROW(HELD, STATUS_OPEN, ANY, HELD, NONE, true, "never sent"),
    ROW(HELD, REPLACED, ANY, HELD, NONE, true, "never sent"),
    ROW(HELD, RESTATED, ANY, HELD, NONE, true, "never sent"),
    ROW(HELD, SENT, ANY, PENDING_NEW, NONE, false, "out now"),
    ROW(HELD, REJECTED, EMPTY, REJECTED, REJECTED, false, "refused before it went"),
    ROW(HELD, REJECTED, FILLED, HELD, NONE, true, "a fill cannot be refused"),
    ROW(HELD, NOT_SENT, EMPTY, REJECTED, REJECTED, false, "refused before it went"),
    ROW(HELD, NOT_SENT, FILLED, HELD, NONE, true, "a fill cannot be refused"),
};

#define CELLS (sizeof(cells) / sizeof(cells[0]))

static bool cell_speaks_of(const struct cell *cell, enum order_state state, enum order_event event,
                           bool filled) {
    return cell->state == state && cell->event == event &&
           (cell->fills == ANY || (cell->fills == FILLED) == filled);
}

static const struct cell *cell_find(enum order_state state, enum order_event event, bool filled) {
    const struct cell *found = NULL;
    for (size_t i = 0; i < CELLS; i++) {
        if (cell_speaks_of(&cells[i], state, event, filled)) {
            cr_assert(found == NULL, "two rows for one cell: %s", cells[i].reason);
            found = &cells[i];
        }
    }
    cr_assert(found != NULL, "no row for %s x %s", order_state_name(state),
              order_event_name(event));
    return found;
}

/* Calls `look` with every state, event, with fills or without, and the step the table has there. */
static void look_at_every_step(void (*look)(enum order_state, enum order_event, bool filled,
                                            struct order_step)) {
    for (int state = 0; state < ORDER_STATES; state++) {
        for (int event = 0; event < ORDER_EVENTS; event++) {
            for (int filled = 0; filled < 2; filled++) {
                look((enum order_state)state, (enum order_event)event, filled,
                     order_state_step((enum order_state)state, (enum order_event)event, filled));
            }
        }
    }
}

static void is_as_written(enum order_state state, enum order_event event, bool filled,
                          struct order_step step) {
    const struct cell *cell = cell_find(state, event, filled);
    cr_expect(step.next == cell->next && step.report == cell->report &&
                  step.conflict == cell->conflict,
              "%s x %s, filled %d: next %s report %d conflict %d; %s", order_state_name(state),
              order_event_name(event), filled, order_state_name(step.next), step.report,
              step.conflict, cell->reason);
}

Test(order_state, every_cell_is_as_written) {
    look_at_every_step(is_as_written);
}

static void stays_over(enum order_state state, enum order_event event, bool filled,
                       struct order_step step) {
    bool over = state == ORDER_FILLED || state == ORDER_CANCELED || state == ORDER_REJECTED ||
                state == ORDER_EXPIRED;
    cr_expect(!over || step.next == state || step.next == ORDER_FILLED, "%s x %s, filled %d",
              order_state_name(state), order_event_name(event), filled);
}

Test(order_state, a_terminal_order_never_becomes_live) {
    look_at_every_step(stays_over);
}

static void leaves_doubt_on_evidence(enum order_state state, enum order_event event, bool filled,
                                     struct order_step step) {
    bool refusal = event == ORDER_EVENT_REJECTED || event == ORDER_EVENT_NOT_SENT;
    bool evidence =
        event != ORDER_EVENT_VENUE_LOST && event != ORDER_EVENT_SENT && !(refusal && filled);
    cr_expect(state != ORDER_IN_DOUBT || (step.next != ORDER_IN_DOUBT) == evidence, "%s, filled %d",
              order_event_name(event), filled);
}

Test(order_state, doubt_ends_on_evidence_only) {
    look_at_every_step(leaves_doubt_on_evidence);
}

static void doubts_a_lost_venue(enum order_state state, enum order_event event, bool filled,
                                struct order_step step) {
    bool begins = step.next == ORDER_IN_DOUBT && state != ORDER_IN_DOUBT;
    cr_expect(!begins || event == ORDER_EVENT_VENUE_LOST, "%s x %s, filled %d",
              order_state_name(state), order_event_name(event), filled);
}

Test(order_state, only_losing_the_venue_makes_doubt) {
    look_at_every_step(doubts_a_lost_venue);
}

Test(order_state, a_fill_is_reported_whatever_the_state) {
    for (int state = ORDER_PENDING_NEW; state < ORDER_STATES; state++) {
        struct order_step part =
            order_state_step((enum order_state)state, ORDER_EVENT_PARTIAL_FILL, true);
        struct order_step all = order_state_step((enum order_state)state, ORDER_EVENT_FILL, true);
        cr_expect(part.report == ORDER_REPORT_TRADE);
        cr_expect(all.report == ORDER_REPORT_TRADE && all.next == ORDER_FILLED);
    }
}

/* What is known of an order, as facts instead of a state. */
struct twin {
    bool accepted;
    bool doubted;
    int filled;
    int quantity;
    enum order_state ended; /* ORDER_STATE_NONE while it lives */
};

static enum order_state twin_state(const struct twin *twin) {
    if (twin->ended != ORDER_STATE_NONE) {
        return twin->ended;
    }
    if (twin->doubted) {
        return ORDER_IN_DOUBT;
    }
    if (twin->filled > 0) {
        return ORDER_PARTIALLY_FILLED;
    }
    return twin->accepted ? ORDER_NEW : ORDER_PENDING_NEW;
}

struct verdict {
    enum order_report report;
    bool conflict;
};

static struct verdict twin_fill(struct twin *twin, int quantity) {
    struct verdict verdict = {ORDER_REPORT_TRADE, twin->ended != ORDER_STATE_NONE};
    twin->filled += quantity;
    twin->doubted = false;
    twin->accepted = true;
    if (twin->filled >= twin->quantity) {
        twin->ended = ORDER_FILLED;
    }
    return verdict;
}

static struct verdict twin_end(struct twin *twin, enum order_state end, enum order_report report) {
    if (twin->ended != ORDER_STATE_NONE) {
        return (struct verdict){ORDER_REPORT_NONE, twin->ended != end};
    }
    if (end == ORDER_REJECTED && twin->filled > 0) {
        return (struct verdict){ORDER_REPORT_NONE, true};
    }
    twin->ended = end;
    return (struct verdict){report, false};
}

/* The venue has the order: `present` when it has it now, else when it took it. */
static struct verdict twin_alive(struct twin *twin, bool present) {
    if (twin->ended != ORDER_STATE_NONE) {
        return (struct verdict){ORDER_REPORT_NONE, present || twin->ended == ORDER_REJECTED};
    }
    struct verdict verdict = {ORDER_REPORT_NONE, false};
    if (twin->doubted) {
        bool first = !present && twin->filled == 0;
        verdict.report = first ? ORDER_REPORT_NEW : ORDER_REPORT_STATUS;
    } else if (!twin->accepted) {
        verdict.report = ORDER_REPORT_NEW;
    }
    twin->accepted = true;
    twin->doubted = false;
    return verdict;
}

static struct verdict twin_lost(struct twin *twin) {
    if (twin->ended != ORDER_STATE_NONE || twin->doubted) {
        return (struct verdict){ORDER_REPORT_NONE, false};
    }
    twin->doubted = true;
    return (struct verdict){ORDER_REPORT_IN_DOUBT, false};
}

static struct verdict twin_apply(struct twin *twin, enum order_event event, int quantity) {
    switch (event) {
    case ORDER_EVENT_PARTIAL_FILL:
    case ORDER_EVENT_FILL:
        return twin_fill(twin, quantity);
    case ORDER_EVENT_CANCELED:
        return twin_end(twin, ORDER_CANCELED, ORDER_REPORT_CANCELED);
    case ORDER_EVENT_REJECTED:
        return twin_end(twin, ORDER_REJECTED, ORDER_REPORT_REJECTED);
    case ORDER_EVENT_EXPIRED:
        return twin_end(twin, ORDER_EXPIRED, ORDER_REPORT_EXPIRED);
    case ORDER_EVENT_VENUE_LOST:
        return twin_lost(twin);
    default:
        return twin_alive(twin, event == ORDER_EVENT_STATUS_OPEN);
    }
}

/* What a venue may say next; a fill is named by what it leaves. */
static enum order_event draw_event(struct prng *prng, const struct twin *twin, int *quantity) {
    enum order_event event = (enum order_event)prng_below(prng, ORDER_EVENT_SENT);
    if (event == ORDER_EVENT_PARTIAL_FILL || event == ORDER_EVENT_FILL) {
        *quantity = 1 + (int)prng_below(prng, 2);
        event = twin->filled + *quantity >= twin->quantity ? ORDER_EVENT_FILL
                                                           : ORDER_EVENT_PARTIAL_FILL;
    }
    return event;
}

Test(order_state, random_lives_agree_with_the_facts) {
    struct prng prng;
    prng_seed(&prng, test_seed("order_state"));
    struct twin twin = {.quantity = 5};
    enum order_state state = ORDER_PENDING_NEW;
    for (int i = 0; i < 1000000; i++) {
        if (prng_below(&prng, 16) == 0) {
            twin = (struct twin){.quantity = 1 + (int)prng_below(&prng, 8)};
            state = ORDER_PENDING_NEW;
        }
        int quantity = 0;
        enum order_event event = draw_event(&prng, &twin, &quantity);
        enum order_state before = state;
        struct order_step step = order_state_step(state, event, twin.filled > 0);
        struct verdict verdict = twin_apply(&twin, event, quantity);
        state = step.next;
        if (state != twin_state(&twin) || step.report != verdict.report ||
            step.conflict != verdict.conflict) {
            cr_assert(false, "event %d: %s x %s: got %s/%d/%d, want %s/%d/%d", i,
                      order_state_name(before), order_event_name(event), order_state_name(state),
                      step.report, step.conflict, order_state_name(twin_state(&twin)),
                      verdict.report, verdict.conflict);
        }
    }
}

Test(order_state, ord_status_is_what_fix_calls_it) {
    static const struct {
        enum order_state state;
        bool cancel_pending;
        bool replace_pending;
        bool filled;
        char code;
    } rows[] = {
        {ORDER_STATE_NONE, false, false, false, '8'},
        {ORDER_STATE_NONE, true, true, true, '8'},
        {ORDER_PENDING_NEW, false, false, false, 'A'},
        {ORDER_PENDING_NEW, true, false, false, '6'},
        {ORDER_PENDING_NEW, false, true, false, 'E'},
        {ORDER_NEW, false, false, false, '0'},
        {ORDER_NEW, true, false, false, '6'},
        {ORDER_NEW, false, true, false, 'E'},
        {ORDER_NEW, true, true, false, '6'},
        {ORDER_PARTIALLY_FILLED, false, false, true, '1'},
        {ORDER_PARTIALLY_FILLED, true, false, true, '6'},
        {ORDER_PARTIALLY_FILLED, false, true, true, 'E'},
        {ORDER_PARTIALLY_FILLED, false, false, false, '1'},
        {ORDER_FILLED, false, false, true, '2'},
        {ORDER_FILLED, true, true, true, '2'},
        {ORDER_CANCELED, false, false, false, '4'},
        {ORDER_CANCELED, true, true, true, '4'},
        {ORDER_REJECTED, false, false, false, '8'},
        {ORDER_REJECTED, true, true, false, '8'},
        {ORDER_EXPIRED, false, false, false, 'C'},
        {ORDER_EXPIRED, true, true, true, 'C'},
        {ORDER_IN_DOUBT, false, false, false, 'A'},
        {ORDER_IN_DOUBT, false, false, true, '1'},
        {ORDER_IN_DOUBT, true, false, true, '6'},
        {ORDER_IN_DOUBT, false, true, true, 'E'},
        {ORDER_HELD, false, false, false, 'A'},
        {ORDER_HELD, true, false, false, '6'},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char code = order_state_ord_status(rows[i].state, rows[i].cancel_pending,
                                           rows[i].replace_pending, rows[i].filled);
        cr_expect(code == rows[i].code, "row %zu: got %c, want %c", i, code, rows[i].code);
    }
}

Test(order_state, names_are_there_for_every_value) {
    for (int state = 0; state < ORDER_STATES; state++) {
        cr_expect(strcmp(order_state_name((enum order_state)state), "unknown") != 0);
    }
    for (int event = 0; event < ORDER_EVENTS; event++) {
        cr_expect(strcmp(order_event_name((enum order_event)event), "unknown") != 0);
    }
    cr_expect(strcmp(order_state_name(ORDER_STATES), "unknown") == 0);
    cr_expect(strcmp(order_event_name(ORDER_EVENTS), "unknown") == 0);
}

static void step_out_of_range(void *argument) {
    (void)argument;
    (void)order_state_step(ORDER_STATES, ORDER_EVENT_FILL, false);
}

Test(order_state, a_state_that_does_not_exist_stops_the_process) {
    cr_assert(dies_saying(step_out_of_range, NULL, "ORDER_STATES"));
}
