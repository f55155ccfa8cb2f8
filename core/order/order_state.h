/*
 * The life of an order as a table: state x event -> state, report, or refusal.
 *
 * States follow FIX 4.4 volume 7 appendix D for OrdStatus(39), with what a router must add: an
 * order is HELD while something must happen before it may be sent, PENDING_NEW from the moment its
 * bytes are committed to the venue, and IN_DOUBT when the venue session went away before its fate
 * was known. IN_DOUBT is left only on evidence from the venue. A pending cancel or replace is a
 * flag beside the state, because fills go on while it is pending. Nothing makes an order HELD yet.
 *
 * Pure: the table knows nothing of quantities, ids or sessions.
 */
#ifndef TERCEL_CORE_ORDER_ORDER_STATE_H
#define TERCEL_CORE_ORDER_ORDER_STATE_H

#include <stdbool.h>

enum order_state {
    ORDER_STATE_NONE = 0, /* the slot is free */
    ORDER_PENDING_NEW,    /* sent, not acknowledged */
    ORDER_NEW,
    ORDER_PARTIALLY_FILLED,
    ORDER_FILLED,
    ORDER_CANCELED,
    ORDER_REJECTED,
    ORDER_EXPIRED,
    ORDER_IN_DOUBT,
    ORDER_HELD, /* accepted from the client, not sent to the venue yet */
    ORDER_STATES
};

enum order_event {
    ORDER_EVENT_ACKNOWLEDGED = 0,
    ORDER_EVENT_PARTIAL_FILL, /* leaves > 0 after it */
    ORDER_EVENT_FILL,         /* leaves = 0 after it */
    ORDER_EVENT_CANCELED,     /* asked for or not */
    ORDER_EVENT_REJECTED,
    ORDER_EVENT_EXPIRED,
    ORDER_EVENT_VENUE_LOST,  /* the venue session is gone, or what it did cannot be known */
    ORDER_EVENT_STATUS_OPEN, /* evidence: the venue still has it, nothing new filled */
    ORDER_EVENT_SENT,        /* HELD: its bytes are committed now */
    ORDER_EVENT_REPLACED,    /* the venue took new terms; leaves > 0 by them */
    ORDER_EVENT_RESTATED,    /* the venue changed it of itself: a stop that triggered, say */
    ORDER_EVENT_NOT_SENT,    /* evidence: the venue never got it */
    ORDER_EVENTS
};

/* What the client is told, as ExecType(150). */
enum order_report {
    ORDER_REPORT_NONE = 0, /* nothing new: a duplicate or a repetition */
    ORDER_REPORT_NEW,      /* 150=0 */
    ORDER_REPORT_TRADE,    /* 150=F */
    ORDER_REPORT_CANCELED, /* 150=4 */
    ORDER_REPORT_REJECTED, /* 150=8 */
    ORDER_REPORT_EXPIRED,  /* 150=C */
    ORDER_REPORT_IN_DOUBT, /* 150=I with a Text that says so */
    ORDER_REPORT_STATUS,   /* 150=I: back from doubt, still open */
    ORDER_REPORT_REPLACED, /* 150=5 */
    ORDER_REPORT_RESTATED  /* 150=D */
};

struct order_step {
    enum order_state next;
    enum order_report report;
    bool conflict; /* the venue said what cannot follow: counted and reported, state as in `next` */
};

/*
 * `filled` says whether any quantity is filled already: where OPEN is restored, it decides between
 * NEW and PARTIALLY_FILLED. A fill is always booked, whatever the state says of it (late fill after
 * a cancel): then conflict is set and the terminal state stays unless the fill completes the order.
 *
 * A terminal state never becomes live. A rejection of an order with fills contradicts them: nothing
 * moves, conflict is set, what is left counts as resting. IN_DOUBT and ACKNOWLEDGED reports NEW,
 * because it may be the first the client hears of it; a caller that has reported New before reports
 * STATUS instead. Of the fill events the caller has filtered duplicates (order_fill.h).
 */
struct order_step order_state_step(enum order_state state, enum order_event event, bool filled);

/* FILLED, CANCELED, REJECTED, EXPIRED. */
bool order_state_is_terminal(enum order_state state);

/*
 * OrdStatus(39) as the client sees it: 'A' PENDING_NEW, '0' NEW, '1' PARTIALLY_FILLED, '2' FILLED,
 * '4' CANCELED, '8' REJECTED, 'C' EXPIRED; in a live state '6' while a cancel is pending, else 'E'
 * while a replace is. IN_DOUBT is '1' with fills, else 'A': nothing better is known. HELD is 'A'.
 * NONE is '8', what FIX answers for an order nobody knows. Appendix D (D2.c) shows '6' even on the
 * fill that completes an order under a pending cancel; here a terminal state shows itself at once,
 * because the venue may never answer that cancel and the client must not wait to learn that the
 * order is done.
 */
char order_state_ord_status(enum order_state state, bool cancel_pending, bool replace_pending,
                            bool filled);

const char *order_state_name(enum order_state state);
const char *order_event_name(enum order_event event);

#endif
