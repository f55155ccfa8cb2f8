#include "core/order/order_state.h"

#include "core/base/check.h"

#define GO(state, say)                                                                             \
    { .next = ORDER_##state, .report = ORDER_REPORT_##say, .conflict = false }
#define CONFLICT(state, say)                                                                       \
    { .next = ORDER_##state, .report = ORDER_REPORT_##say, .conflict = true }

/* One row a state, one line an event, in the order of their enums. */
static const struct order_step steps[ORDER_STATES][ORDER_EVENTS] = {
    /* A free slot has no order for anything to happen to. */
    [ORDER_STATE_NONE] = {[ORDER_EVENT_ACKNOWLEDGED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_FILL] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_CANCELED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_REJECTED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_EXPIRED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_VENUE_LOST] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_STATUS_OPEN] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_SENT] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_REPLACED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_RESTATED] = CONFLICT(STATE_NONE, NONE),
                          [ORDER_EVENT_NOT_SENT] = CONFLICT(STATE_NONE, NONE)},
    /* Everything may come first: venues report a fill, or an IOC's end, without an ack before it.
     */
    [ORDER_PENDING_NEW] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(NEW, NEW),
                           [ORDER_EVENT_PARTIAL_FILL] = GO(PARTIALLY_FILLED, TRADE),
                           [ORDER_EVENT_FILL] = GO(FILLED, TRADE),
                           [ORDER_EVENT_CANCELED] = GO(CANCELED, CANCELED),
                           [ORDER_EVENT_REJECTED] = GO(REJECTED, REJECTED),
                           [ORDER_EVENT_EXPIRED] = GO(EXPIRED, EXPIRED),
                           [ORDER_EVENT_VENUE_LOST] = GO(IN_DOUBT, IN_DOUBT),
                           [ORDER_EVENT_STATUS_OPEN] = GO(NEW, NEW),
                           [ORDER_EVENT_SENT] = CONFLICT(PENDING_NEW, NONE),
                           [ORDER_EVENT_REPLACED] = GO(NEW, REPLACED),
                           [ORDER_EVENT_RESTATED] = GO(NEW, RESTATED),
                           [ORDER_EVENT_NOT_SENT] = GO(REJECTED, REJECTED)},
    /* New to Rejected is a legal step: note to OrdStatus(39)=8. */
    [ORDER_NEW] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(NEW, NONE),
                   [ORDER_EVENT_PARTIAL_FILL] = GO(PARTIALLY_FILLED, TRADE),
                   [ORDER_EVENT_FILL] = GO(FILLED, TRADE),
                   [ORDER_EVENT_CANCELED] = GO(CANCELED, CANCELED),
                   [ORDER_EVENT_REJECTED] = GO(REJECTED, REJECTED),
                   [ORDER_EVENT_EXPIRED] = GO(EXPIRED, EXPIRED),
                   [ORDER_EVENT_VENUE_LOST] = GO(IN_DOUBT, IN_DOUBT),
                   [ORDER_EVENT_STATUS_OPEN] = GO(NEW, NONE),
                   [ORDER_EVENT_SENT] = CONFLICT(NEW, NONE),
                   [ORDER_EVENT_REPLACED] = GO(NEW, REPLACED),
                   [ORDER_EVENT_RESTATED] = GO(NEW, RESTATED),
                   [ORDER_EVENT_NOT_SENT] = CONFLICT(NEW, NONE)},
    /* A reject cannot undo the fill; until told better, the rest counts as resting. */
    [ORDER_PARTIALLY_FILLED] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(PARTIALLY_FILLED, NONE),
                                [ORDER_EVENT_PARTIAL_FILL] = GO(PARTIALLY_FILLED, TRADE),
                                [ORDER_EVENT_FILL] = GO(FILLED, TRADE),
                                [ORDER_EVENT_CANCELED] = GO(CANCELED, CANCELED),
                                [ORDER_EVENT_REJECTED] = CONFLICT(PARTIALLY_FILLED, NONE),
                                [ORDER_EVENT_EXPIRED] = GO(EXPIRED, EXPIRED),
                                [ORDER_EVENT_VENUE_LOST] = GO(IN_DOUBT, IN_DOUBT),
                                [ORDER_EVENT_STATUS_OPEN] = GO(PARTIALLY_FILLED, NONE),
                                [ORDER_EVENT_SENT] = CONFLICT(PARTIALLY_FILLED, NONE),
                                [ORDER_EVENT_REPLACED] = GO(PARTIALLY_FILLED, REPLACED),
                                [ORDER_EVENT_RESTATED] = GO(PARTIALLY_FILLED, RESTATED),
                                [ORDER_EVENT_NOT_SENT] = CONFLICT(PARTIALLY_FILLED, NONE)},
    [ORDER_FILLED] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(FILLED, NONE),
                      [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(FILLED, TRADE),
                      [ORDER_EVENT_FILL] = CONFLICT(FILLED, TRADE),
                      [ORDER_EVENT_CANCELED] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_REJECTED] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_EXPIRED] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_VENUE_LOST] = GO(FILLED, NONE),
                      [ORDER_EVENT_STATUS_OPEN] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_SENT] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_REPLACED] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_RESTATED] = CONFLICT(FILLED, NONE),
                      [ORDER_EVENT_NOT_SENT] = CONFLICT(FILLED, NONE)},
    /* A late ack is news of the past; an order that is open now after its cancel is not. */
    [ORDER_CANCELED] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(CANCELED, NONE),
                        [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(CANCELED, TRADE),
                        [ORDER_EVENT_FILL] = CONFLICT(FILLED, TRADE),
                        [ORDER_EVENT_CANCELED] = GO(CANCELED, NONE),
                        [ORDER_EVENT_REJECTED] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_EXPIRED] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_VENUE_LOST] = GO(CANCELED, NONE),
                        [ORDER_EVENT_STATUS_OPEN] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_SENT] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_REPLACED] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_RESTATED] = CONFLICT(CANCELED, NONE),
                        [ORDER_EVENT_NOT_SENT] = CONFLICT(CANCELED, NONE)},
    /* Rejected means never accepted, so that even an ack contradicts it. */
    [ORDER_REJECTED] = {[ORDER_EVENT_ACKNOWLEDGED] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(REJECTED, TRADE),
                        [ORDER_EVENT_FILL] = CONFLICT(FILLED, TRADE),
                        [ORDER_EVENT_CANCELED] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_REJECTED] = GO(REJECTED, NONE),
                        [ORDER_EVENT_EXPIRED] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_VENUE_LOST] = GO(REJECTED, NONE),
                        [ORDER_EVENT_STATUS_OPEN] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_SENT] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_REPLACED] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_RESTATED] = CONFLICT(REJECTED, NONE),
                        [ORDER_EVENT_NOT_SENT] = GO(REJECTED, NONE)},
    [ORDER_EXPIRED] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(EXPIRED, NONE),
                       [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(EXPIRED, TRADE),
                       [ORDER_EVENT_FILL] = CONFLICT(FILLED, TRADE),
                       [ORDER_EVENT_CANCELED] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_REJECTED] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_EXPIRED] = GO(EXPIRED, NONE),
                       [ORDER_EVENT_VENUE_LOST] = GO(EXPIRED, NONE),
                       [ORDER_EVENT_STATUS_OPEN] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_SENT] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_REPLACED] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_RESTATED] = CONFLICT(EXPIRED, NONE),
                       [ORDER_EVENT_NOT_SENT] = CONFLICT(EXPIRED, NONE)},
    /* Whatever the venue says of the order is evidence; losing the venue again is none. */
    [ORDER_IN_DOUBT] = {[ORDER_EVENT_ACKNOWLEDGED] = GO(NEW, NEW),
                        [ORDER_EVENT_PARTIAL_FILL] = GO(PARTIALLY_FILLED, TRADE),
                        [ORDER_EVENT_FILL] = GO(FILLED, TRADE),
                        [ORDER_EVENT_CANCELED] = GO(CANCELED, CANCELED),
                        [ORDER_EVENT_REJECTED] = GO(REJECTED, REJECTED),
                        [ORDER_EVENT_EXPIRED] = GO(EXPIRED, EXPIRED),
                        [ORDER_EVENT_VENUE_LOST] = GO(IN_DOUBT, NONE),
                        [ORDER_EVENT_STATUS_OPEN] = GO(NEW, STATUS),
                        [ORDER_EVENT_SENT] = CONFLICT(IN_DOUBT, NONE),
                        [ORDER_EVENT_REPLACED] = GO(NEW, REPLACED),
                        [ORDER_EVENT_RESTATED] = GO(NEW, RESTATED),
                        [ORDER_EVENT_NOT_SENT] = GO(REJECTED, REJECTED)},
    /* Nothing was sent, so that a venue that speaks of it contradicts us; a fill is a fill. */
    [ORDER_HELD] = {[ORDER_EVENT_ACKNOWLEDGED] = CONFLICT(HELD, NONE),
                    [ORDER_EVENT_PARTIAL_FILL] = CONFLICT(PARTIALLY_FILLED, TRADE),
                    [ORDER_EVENT_FILL] = CONFLICT(FILLED, TRADE),
                    [ORDER_EVENT_CANCELED] = GO(CANCELED, CANCELED),
                    [ORDER_EVENT_REJECTED] = GO(REJECTED, REJECTED),
                    [ORDER_EVENT_EXPIRED] = GO(EXPIRED, EXPIRED),
                    [ORDER_EVENT_VENUE_LOST] = GO(HELD, NONE),
                    [ORDER_EVENT_STATUS_OPEN] = CONFLICT(HELD, NONE),
                    [ORDER_EVENT_SENT] = GO(PENDING_NEW, NONE),
                    [ORDER_EVENT_REPLACED] = CONFLICT(HELD, NONE),
                    [ORDER_EVENT_RESTATED] = CONFLICT(HELD, NONE),
                    [ORDER_EVENT_NOT_SENT] = GO(REJECTED, REJECTED)}};

/* The table is written for an order without fills where the state leaves that open. */
static struct order_step step_filled(enum order_state state, struct order_step step) {
    if (step.next == ORDER_NEW) {
        step.next = ORDER_PARTIALLY_FILLED;
        if (step.report == ORDER_REPORT_NEW) {
            step.report = ORDER_REPORT_STATUS;
        }
    } else if (step.next == ORDER_REJECTED && state != ORDER_REJECTED) {
        step = (struct order_step){.next = state, .report = ORDER_REPORT_NONE, .conflict = true};
    }
    return step;
}

struct order_step order_state_step(enum order_state state, enum order_event event, bool filled) {
    CHECK((unsigned)state < ORDER_STATES && (unsigned)event < ORDER_EVENTS);
    struct order_step step = steps[state][event];
    return filled ? step_filled(state, step) : step;
}

bool order_state_is_terminal(enum order_state state) {
    return state == ORDER_FILLED || state == ORDER_CANCELED || state == ORDER_REJECTED ||
           state == ORDER_EXPIRED;
}

char order_state_ord_status(enum order_state state, bool cancel_pending, bool replace_pending,
                            bool filled) {
    static const char codes[ORDER_STATES] = {
        [ORDER_STATE_NONE] = '8', [ORDER_PENDING_NEW] = 'A',
        [ORDER_NEW] = '0',        [ORDER_PARTIALLY_FILLED] = '1',
        [ORDER_FILLED] = '2',     [ORDER_CANCELED] = '4',
        [ORDER_REJECTED] = '8',   [ORDER_EXPIRED] = 'C',
        [ORDER_IN_DOUBT] = 'A',   [ORDER_HELD] = 'A',
    };
    CHECK((unsigned)state < ORDER_STATES);
    if (state == ORDER_STATE_NONE || order_state_is_terminal(state)) {
        return codes[state];
    }
    if (cancel_pending) {
        return '6';
    }
    if (replace_pending) {
        return 'E';
    }
    return filled ? '1' : codes[state];
}

const char *order_state_name(enum order_state state) {
    static const char *const names[ORDER_STATES] = {
        [ORDER_STATE_NONE] = "none",   [ORDER_PENDING_NEW] = "pending_new",
        [ORDER_NEW] = "new",           [ORDER_PARTIALLY_FILLED] = "partially_filled",
        [ORDER_FILLED] = "filled",     [ORDER_CANCELED] = "canceled",
        [ORDER_REJECTED] = "rejected", [ORDER_EXPIRED] = "expired",
        [ORDER_IN_DOUBT] = "in_doubt", [ORDER_HELD] = "held",
    };
    return (unsigned)state < ORDER_STATES ? names[state] : "unknown";
}

const char *order_event_name(enum order_event event) {
    static const char *const names[ORDER_EVENTS] = {
        [ORDER_EVENT_ACKNOWLEDGED] = "acknowledged",
        [ORDER_EVENT_PARTIAL_FILL] = "partial_fill",
        [ORDER_EVENT_FILL] = "fill",
        [ORDER_EVENT_CANCELED] = "canceled",
        [ORDER_EVENT_REJECTED] = "rejected",
        [ORDER_EVENT_EXPIRED] = "expired",
        [ORDER_EVENT_VENUE_LOST] = "venue_lost",
        [ORDER_EVENT_STATUS_OPEN] = "status_open",
        [ORDER_EVENT_SENT] = "sent",
        [ORDER_EVENT_REPLACED] = "replaced",
        [ORDER_EVENT_RESTATED] = "restated",
        [ORDER_EVENT_NOT_SENT] = "not_sent",
    };
    return (unsigned)event < ORDER_EVENTS ? names[event] : "unknown";
}
